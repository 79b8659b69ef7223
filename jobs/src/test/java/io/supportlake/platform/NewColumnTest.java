package io.supportlake.platform;

import static org.assertj.core.api.Assertions.assertThat;

import io.supportlake.testing.Lines;
import io.supportlake.testing.SmallHome;
import io.supportlake.testing.SparkSuite;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A contract that gains a column between two runs. */
class NewColumnTest extends SparkSuite {
  private static final LocalDate FIRST = LocalDate.of(2026, 3, 2);
  private static final LocalDate SECOND = FIRST.plusDays(1);
  private static final String TABLE = "silver.case_status_interval";

  @TempDir private static Path folder;

  @Test
  void aLifecycleTablesNewColumnIsNullUntilTheUnitIsBuiltAgain() throws IOException {
    Path home = SmallHome.of(HOME, folder.resolve("home"), List.of(TABLE));
    Path contract = home.resolve("schemas/silver/case_status_interval.odcs.yaml");
    String whole = Files.readString(contract);
    Files.writeString(
        contract,
        whole.replaceFirst("      - name: change\\n(        .*\\n)+?(?=    quality:)", ""));
    land(FIRST, event("e1", "k1", "opened", FIRST), event("e2", "k2", "opened", FIRST));
    var _ = runner(home).run(FIRST, FIRST);

    Files.writeString(contract, whole);
    land(SECOND, event("e3", "k1", "solved", SECOND));
    Runner again = runner(home);
    var _ = again.run(null, SECOND);

    assertThat(Lines.of(again.lake().read(TABLE), "case_id", "status", "change"))
        .containsExactly("k1|new|opened", "k1|solved|solved", "k2|new|null");
  }

  private static String event(String id, String caseId, String type, LocalDate day) {
    return "{\"event_id\":\"%s\",\"case_id\":\"%s\",\"account_id\":\"A1\",\"event_at\":\"%sT09:00:00Z\",\"event_type\":\"%s\",\"actor_type\":\"system\",\"channel\":\"email\"}%n"
        .formatted(id, caseId, day, type);
  }

  private static void land(LocalDate day, String... events) throws IOException {
    Path arrived = folder.resolve("landing/case_event").resolve(day.toString());
    Files.createDirectories(arrived);
    Files.writeString(arrived.resolve("part.jsonl"), String.join("", events));
  }

  private static Runner runner(Path home) {
    RunConfig config =
        RunConfig.load(HOME.resolve("conf"), null)
            .at(folder.resolve("lake"), folder.resolve("landing"), folder.resolve("out"));
    return new Runner(
        spark(),
        Contracts.load(home.resolve("schemas")),
        config,
        SETTINGS,
        HOME.resolve("conf"),
        Progress.silent());
  }
}
