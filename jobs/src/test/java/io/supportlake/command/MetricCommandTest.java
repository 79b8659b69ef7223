package io.supportlake.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.supportlake.platform.Lake;
import io.supportlake.testing.Ran;
import io.supportlake.testing.Rows;
import io.supportlake.testing.SparkSuite;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MetricCommandTest extends SparkSuite {
  @TempDir private static Path folder;

  /** 40 episodes of January; as of 2026-03-15, what came after the finished set is not seen. */
  @BeforeAll
  static void makeALake() {
    Lake lake = lakeIn(folder);
    Rows rows = Rows.of(CONTRACTS, "gold.episode_outcome");
    for (int i = 0; i < 40; i++) {
      rows.with(
          "episode_id",
          "e" + i,
          "first_contact_ended_date",
          "2026-01-10",
          "tier",
          i < 35 ? 1 : 2,
          "is_fcr_7d",
          i % 4 != 0);
    }
    lake.overwrite("gold.episode_outcome", rows.dataset(spark()), 40);
    lake.append(
        "ops.run",
        Rows.of(CONTRACTS, "ops.run")
            .with(
                "run_sequence",
                1,
                "table_name",
                "gold.episode_outcome",
                "to_date",
                "2026-03-15",
                "delta_version",
                lake.version("gold.episode_outcome"),
                "complete_until",
                "2026-03-14")
            .dataset(spark()),
        1,
        1);
    lake.overwrite("gold.episode_outcome", rows.with("episode_id", "later").dataset(spark()), 41);
  }

  private static Ran metric(String... more) {
    List<String> arguments = new ArrayList<>(List.of("metric"));
    arguments.addAll(List.of(more));
    arguments.addAll(List.of("--lake", folder.resolve("lake").toString()));
    return Ran.of(arguments.toArray(String[]::new));
  }

  @Test
  void printsValueIntervalAndMaturityOfTheFinishedSet() {
    Ran ran = metric("fcr_7d", "--by", "tier", "--month", "2026-01");

    assertThat(ran.error()).isEmpty();
    assertThat(ran.code()).isZero();
    assertThat(ran.out())
        .contains("2026-01 (2026-01-01 to 2026-01-31), as of 2026-03-15, mature since 2026-02-27")
        .contains("gold.episode_outcome is complete until 2026-03-14 only")
        .containsPattern("\nall +0\\.7500 +0\\.5981 +0\\.8581 +40 +30 +40 +mature +wilson\n")
        .containsPattern("\n2 +too few +5 +4 +5 +none\n")
        .contains("rows (or --rows): SELECT * FROM gold.episode_outcome WHERE ");
  }

  @Test
  void printsTheRowsBehindANumber() {
    Ran ran = metric("fcr_7d", "--by", "tier=2", "--week", "2026-W02", "--rows", "--format", "csv");

    assertThat(ran.out().lines().skip(1))
        .hasSize(5)
        .allSatisfy(line -> assertThat(line).contains("2026-01-10"));
    assertThat(ran.out().lines().skip(1).map(line -> line.split(",")[0]))
        .containsExactly("e35", "e36", "e37", "e38", "e39");
  }

  @Test
  void saysWhyThereIsNothingToPrint() {
    Ran empty = metric("fcr_7d", "--day", "2026-02-01");
    Ran week = metric("fcr_7d", "--week", "2026-99");
    Ran unknown = metric("fcr7d");

    assertThat(empty.code()).isEqualTo(2);
    assertThat(empty.error())
        .contains("no row of gold.episode_outcome counts in 2026-02-01")
        .contains("between 2026-01-10 and 2026-01-10 (first_contact_ended_date)");
    assertThat(week.error()).contains("no ISO week. Write it like 2026-W34");
    assertThat(unknown.error()).contains("there is no metric fcr7d").contains("Near it: fcr_7d");
    assertThat(Ran.of("metric", "fcr_7d", "--lake", folder.resolve("none").toString()).error())
        .contains("no run has finished on this lake");
  }

  @Test
  void withoutANameListsTheMetrics() {
    assertThat(metric().out())
        .startsWith("metric ")
        .containsPattern("\nfcr_7d +share +First-contact resolution, 7 days\n");
  }
}
