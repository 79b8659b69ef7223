package io.supportlake.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Timestamp;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class ErasureLedgerTest {
  private static final Instant FIRST = Instant.parse("2026-03-01T10:00:00Z");

  @Test
  void aCallThatCompletesACutOffOneKeepsItsStartAndOneThatProvesAgainHasItsOwn() {
    ErasureLedger.Entry asked =
        ErasureLedger.Entry.requested("r1", "user", "t1", Timestamp.from(FIRST), 1);
    ErasureLedger.Entry begun = asked.begun("t1", "erased-1", FIRST.plusSeconds(60));
    ErasureLedger.Entry completing = begun.begun("t1", "erased-1", FIRST.plusSeconds(120));
    ErasureLedger.Entry again =
        completing
            .done(FIRST.plusSeconds(180), 1, 2, 3, "proof")
            .begun("t1", "erased-2", FIRST.plusSeconds(240));

    assertThat(begun.startedAt()).isEqualTo(Timestamp.from(FIRST.plusSeconds(60)));
    assertThat(completing.startedAt()).isEqualTo(begun.startedAt());
    assertThat(again.startedAt()).isEqualTo(Timestamp.from(FIRST.plusSeconds(240)));
    assertThat(again.finishedAt()).isNull();
  }
}
