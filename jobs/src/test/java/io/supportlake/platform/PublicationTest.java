package io.supportlake.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.supportlake.platform.ManifestFiles.TakenFile;
import io.supportlake.platform.Publication.Line;
import io.supportlake.platform.Publication.State;
import io.supportlake.testing.Lines;
import io.supportlake.testing.Rows;
import io.supportlake.testing.SparkSuite;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;

/** One lake that is published once; what may come after that changes nothing of it. */
@TestInstance(Lifecycle.PER_CLASS)
class PublicationTest extends SparkSuite {
  private static final YearMonth JANUARY = YearMonth.of(2026, 1);
  private static final LocalDate TO = LocalDate.parse("2026-03-15");
  private static final Instant NOW = Instant.parse("2026-03-16T05:00:00Z");

  @TempDir private static Path folder;

  private FinishedSet before = new FinishedSet(0, null, Map.of());
  private Publication.Summary summary = new Publication.Summary(TO, List.of());

  @BeforeAll
  void publish() {
    Lake lake = makeALake(folder);
    before = FinishedSet.of(lake);
    summary = publication(folder).publish(JANUARY);
  }

  /** Run 7 ended on 2026-03-15, but published one of the two numbers of fcr_7d that were due. */
  private static Lake makeALake(Path folder) {
    Lake lake = lakeIn(folder);
    lake.overwrite(
        "gold.metric",
        Rows.of(CONTRACTS, "gold.metric")
            .with(number("fcr_7d", "all", "all", "2026-02-27", "mature"))
            .with(number("fcr_7d", "tier", "1", "2026-02-27", "mature"))
            .with(number("fcr_30d", "all", "all", "2026-03-22", "provisional"))
            .with(number("nps", "all", "all", "2026-03-06", "provisional"))
            .dataset(spark()),
        4);
    lake.overwrite(
        "gold.published_month",
        Rows.of(CONTRACTS, "gold.published_month")
            .with(
                "published_on",
                "2026-02-27",
                "metric",
                "fcr_7d",
                "month_start",
                "2026-01-01",
                "dimension",
                "all",
                "dimension_value",
                "all",
                "n",
                99)
            .dataset(spark()),
        1);
    finish(lake, TO.toString());
    return lake;
  }

  private static Object[] number(
      String metric, String dimension, String value, String matureOn, String maturity) {
    return new Object[] {
      "metric",
      metric,
      "period",
      "month",
      "period_start",
      "2026-01-01",
      "dimension",
      dimension,
      "dimension_value",
      value,
      "n",
      100,
      "mature_on",
      matureOn,
      "maturity",
      maturity
    };
  }

  private static void finish(Lake lake, String completeUntil) {
    Rows rows = Rows.of(CONTRACTS, "ops.run");
    for (String table : List.of("gold.metric", "gold.published_month", "gold.episode_outcome")) {
      rows.with(
          "run_sequence",
          7,
          "table_name",
          table,
          "from_date",
          TO,
          "to_date",
          TO,
          "delta_version",
          table.equals("gold.episode_outcome") ? 41 : lake.version(table),
          "complete_until",
          completeUntil,
          "rows_built",
          5);
    }
    lake.overwrite("ops.run", rows.dataset(spark()), 3);
  }

  private static Publication publication(Path folder) {
    return new Publication(spark(), CONTRACTS, config(folder), HOME.resolve("conf"), () -> NOW);
  }

  private static RunConfig config(Path folder) {
    return RunConfig.load(HOME.resolve("conf"), null)
        .at(folder.resolve("lake"), folder.resolve("landing"), folder.resolve("out"));
  }

  private static List<String> published() {
    Lake lake = lakeIn(folder);
    return Lines.of(
        FinishedSet.of(lake).read(lake, "gold.published_month"),
        "metric",
        "dimension",
        "published_on",
        "n",
        "source_table",
        "source_version");
  }

  @Test
  void freezesWhatIsDueAndSaysOfTheRestWhenItWillBe() {
    assertThat(summary.lines().stream().filter(line -> line.state() != State.NOTHING))
        .containsExactly(
            new Line("fcr_7d", State.PUBLISHED_NOW, TO, 1),
            new Line("fcr_7d", State.PUBLISHED_BEFORE, LocalDate.parse("2026-02-27"), 1),
            new Line("fcr_30d", State.NOT_YET_DUE, LocalDate.parse("2026-03-22"), 1),
            new Line("nps", State.NOT_REBUILT, LocalDate.parse("2026-03-06"), 1));
    assertThat(published())
        .containsExactly(
            "fcr_7d|all|2026-02-27|99|null|null",
            "fcr_7d|tier|2026-03-15|100|gold.episode_outcome|41");
  }

  @Test
  void isARunOfItsOwnNumberThatChangesOneTable() {
    Lake lake = lakeIn(folder);
    FinishedSet after = FinishedSet.of(lake);

    assertThat(after.runSequence()).isEqualTo(8);
    assertThat(after.to()).isEqualTo(TO);
    assertThat(after.version("gold.published_month"))
        .contains(lake.version("gold.published_month"));
    assertThat(after.tables())
        .containsEntry(
            "gold.metric", java.util.Objects.requireNonNull(before.tables().get("gold.metric")));
    assertThat(after.tables()).hasSameSizeAs(before.tables());
    assertThat(RunPlan.all(lake)).containsEntry(8L, new RunPlan(8, TO, TO, 0, NOW));
    assertThat(Lines.of(lake.read("ops.run").where("run_sequence = 8"), "table_name", "rows_built"))
        .containsExactly("gold.episode_outcome|0", "gold.metric|0", "gold.published_month|1");
  }

  @Test
  void publishesNothingTwiceAndThenWritesNothing() {
    List<String> once = published();
    Publication.Summary again = publication(folder).publish(JANUARY);

    assertThat(again.lines()).noneMatch(line -> line.state() == State.PUBLISHED_NOW);
    assertThat(published()).isEqualTo(once);
    assertThat(FinishedSet.of(lakeIn(folder)).runSequence()).isEqualTo(8);
  }

  @Test
  void refusesAMonthWithoutNumbersAndASecondWriter() {
    assertThatThrownBy(() -> publication(folder).publish(YearMonth.of(2026, 4)))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("2026-04 has not begun as of 2026-03-15");
    assertThatThrownBy(() -> publication(folder).publish(YearMonth.of(2020, 1)))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("there are no numbers of 2020-01");
    try (LakeLock _ = LakeLock.take(config(folder).lake().root())) {
      assertThatThrownBy(() -> publication(folder).publish(JANUARY))
          .isInstanceOf(UsageException.class)
          .hasMessageContaining("another run is writing");
    }
  }

  @Test
  void refusesAStoppedSourceAndARunThatHasNotFinished(@TempDir Path other) {
    Lake lake = makeALake(other);
    finish(lake, "2026-03-10");
    assertThatThrownBy(() -> publication(other).publish(JANUARY))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("gold.published_month is complete until 2026-03-10");

    finish(lake, TO.toString());
    TakenFile planned = new TakenFile("survey/2026-03-16/a", "survey", 1, "hash", TO.plusDays(1));
    lake.append("ops.landing_file", ManifestFiles.rows(spark(), lake, List.of(planned), 8), 1, 8);
    assertThatThrownBy(() -> publication(other).publish(JANUARY))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("run 8");

    new RunPlan(8, TO.plusDays(1), TO.plusDays(1), 0, NOW).write(spark(), lake);
    assertThatThrownBy(() -> publication(other).publish(JANUARY))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("run 8 was begun and has not finished");
    assertThat(lake.read("gold.published_month").count()).isEqualTo(1);
  }
}
