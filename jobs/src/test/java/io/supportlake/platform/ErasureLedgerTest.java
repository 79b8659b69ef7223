package io.supportlake.platform;

import static org.assertj.core.api.Assertions.assertThat;

import io.supportlake.testing.SparkSuite;
import java.nio.file.Path;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ErasureLedgerTest extends SparkSuite {
  private static final Instant FIRST = Instant.parse("2026-03-01T10:00:00Z");

  @TempDir private Path folder;

  @Test
  void aCallThatCompletesACutOffOneKeepsItsStartAndOneThatProvesAgainHasItsOwn() {
    ErasureLedger.Entry asked =
        ErasureLedger.Entry.requested("r1", "user", "t1", Timestamp.from(FIRST), 1);
    ErasureLedger.Entry begun = asked.begun("t1", "erased-1", FIRST.plusSeconds(60));
    ErasureLedger.Entry completing = begun.begun("t1", "erased-1", FIRST.plusSeconds(120));
    ErasureLedger.Entry again =
        completing.proved(1, 2, 3, "proof").begun("t1", "erased-2", FIRST.plusSeconds(240));

    assertThat(begun.startedAt()).isEqualTo(Timestamp.from(FIRST.plusSeconds(60)));
    assertThat(completing.startedAt()).isEqualTo(begun.startedAt());
    assertThat(again.startedAt()).isEqualTo(Timestamp.from(FIRST.plusSeconds(240)));
    assertThat(again.finishedAt()).isNull();
  }

  @Test
  void whatWasProvedIsKeptWhenItIsDone() {
    ErasureLedger.Entry done =
        ErasureLedger.Entry.requested("r1", "user", "t1", Timestamp.from(FIRST), 1)
            .begun("t1", "erased-1", FIRST.plusSeconds(60))
            .proved(1, 2, 3, "proof")
            .done(FIRST.plusSeconds(180));

    assertThat(done.isOpen()).isFalse();
    assertThat(done.isBegun()).isTrue();
    assertThat(done.pseudonym()).isNull();
    assertThat(done.proof()).isEqualTo("proof");
    assertThat(done.filesChanged()).isEqualTo(3);
    assertThat(done.finishedAt()).isEqualTo(Timestamp.from(FIRST.plusSeconds(180)));
  }

  /** One request may have named two people, and two may name one. */
  @Test
  void anEntryTakesThePlaceOfItsOwnAndOfNoOther() {
    Lake lake = lakeIn(folder);
    lake.overwrite(ErasureLedger.TABLE, lake.empty(ErasureLedger.TABLE), 0);
    ErasureLedger.Entry first =
        ErasureLedger.Entry.requested("r1", "user", "t1", Timestamp.from(FIRST), 1);
    ErasureLedger.Entry second =
        ErasureLedger.Entry.requested("r1", "user", "t2", Timestamp.from(FIRST), 1);
    ErasureLedger.Entry later =
        ErasureLedger.Entry.requested("r1", "user", "t1", Timestamp.from(FIRST), 2);
    List<ErasureLedger.Entry> all = List.of(first, second, later);
    ErasureLedger.put(spark(), lake, List.of(), all);

    // Its hash was made in another way before.
    List<ErasureLedger.Entry> begun = List.of(first.begun("t9", "erased-1", FIRST));
    ErasureLedger.put(spark(), lake, List.of(first), begun);

    assertThat(ErasureLedger.entries(lake))
        .extracting(e -> "%s %d %s".formatted(e.subjectToken(), e.notedRun(), e.state()))
        .containsExactlyInAnyOrder("t9 1 in_progress", "t2 1 requested", "t1 2 requested");
  }
}
