package io.supportlake.gold.outcomes;

import static org.apache.spark.sql.functions.array_contains;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.when;
import static org.assertj.core.api.Assertions.assertThat;

import io.supportlake.Period;
import io.supportlake.platform.ConfLoader;
import io.supportlake.testing.Rows;
import io.supportlake.testing.SparkSuite;
import io.supportlake.testing.TestInputs;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * A day's build of gold.metric upon that of the day before. The rows of January are taken from
 * under it, so that a number of January that is still there stands as it was built.
 */
class SettledNumbersTest extends SparkSuite {
  private static final LocalDate JANUARY = LocalDate.parse("2026-01-01");
  private static final LocalDate FEBRUARY = LocalDate.parse("2026-02-01");
  private static final LocalDate MARCH = LocalDate.parse("2026-03-01");

  /** January's windows of seven days, and twenty days for late data: 27 February. */
  private static final LocalDate MATURE = LocalDate.parse("2026-02-27");

  private static final List<String> METRICS =
      List.of("fcr_7d", "fcr_30d", "first_resolution_time", "functional_escalation_rate");

  private static final UnaryOperator<Dataset<Row>> AS_IT_IS = rows -> rows;

  /** Built from all rows and upon nothing, by the day. */
  private static final Map<LocalDate, Dataset<Row>> FULL = new HashMap<>();

  private static Dataset<Row> whole;
  private static Dataset<Row> withoutJanuary;
  private static Dataset<Row> specs;
  private static Dataset<Row> cuts;

  @BeforeAll
  static void rowsOfThreeMonths() {
    Rows rows = Rows.of(CONTRACTS, "gold.episode_outcome");
    for (int i = 0; i < 180; i++) {
      String day = "2026-0%d-%02d".formatted(1 + i % 3, 5 + i % 7);
      rows.with(
          "episode_id",
          "e" + i,
          "account_id",
          "A" + i % 20,
          "started_at",
          day + "T08:00:00Z",
          "started_date",
          day,
          "first_contact_ended_at",
          day + "T10:00:00Z",
          "first_contact_ended_date",
          day,
          "ended_date",
          day,
          "has_functional_escalation",
          i % 4 == 0,
          "channel",
          i % 2 == 0 ? "email" : "chat",
          "product",
          "cards",
          "tier",
          1,
          "is_fcr_7d",
          i % 5 != 0,
          "is_fcr_30d",
          i % 3 != 0,
          "first_resolution_minutes",
          i % 10 < 6 ? null : 10.0 * i);
    }
    whole = rows.dataset(spark());
    withoutJanuary = whole.where("started_date >= '2026-02-01'");
    specs = conf("conf.metric_spec").where(col("metric").isInCollection(METRICS)).localCheckpoint();
    cuts = conf("conf.metric_cut").where("dimensions[0] in ('channel', 'tier')").localCheckpoint();
  }

  @Test
  void aNumberStandsFromTheDayAfterItIsMature() {
    assertThat(january(built(MATURE, withoutJanuary, Map.of())))
        .doesNotContain("fcr_7d", "fcr_30d");
    assertThat(january(built(MATURE.plusDays(1), withoutJanuary, Map.of())))
        .contains("fcr_7d")
        .doesNotContain("fcr_30d");
  }

  @Test
  void whatStandsIsWhatAFullBuildGives() {
    for (LocalDate asOf : List.of(MATURE, MATURE.plusDays(1), MATURE.plusDays(90))) {
      assertThat(sorted(built(asOf, whole, Map.of())))
          .as("%s", asOf)
          .isEqualTo(sorted(full(asOf)))
          .isNotEmpty();
    }
  }

  /** Its definition says as of when. */
  @Test
  void aNumberThatTimeMovesNeverStands() {
    LocalDate asOf = MATURE.plusDays(90);

    Dataset<Row> cells =
        build(
            asOf,
            withoutJanuary,
            full(asOf.minusDays(1)),
            Map.of(),
            rows ->
                rows.withColumn(
                    "where_clause",
                    when(
                            col("metric").equalTo("fcr_7d"),
                            concat(col("where_clause"), lit(" and started_at < ${as_of}")))
                        .otherwise(col("where_clause"))),
            AS_IT_IS);

    assertThat(january(cells))
        .contains("fcr_30d", "functional_escalation_rate", "first_resolution_time")
        .doesNotContain("fcr_7d");
  }

  @Test
  void rowsThatChangeHaveTheirMonthsBuiltAgainByTheDateThatAMetricCountsBy() {
    LocalDate asOf = MATURE.plusDays(90);
    SortedSet<LocalDate> changed = new TreeSet<>(Set.of(JANUARY.plusDays(11)));

    assertThat(january(built(asOf, withoutJanuary, Map.of("first_contact_ended_date", changed))))
        .contains("functional_escalation_rate")
        .doesNotContain("fcr_7d", "fcr_30d");
    assertThat(january(built(asOf, withoutJanuary, Map.of("ended_date", changed))))
        .contains("fcr_7d", "fcr_30d")
        .doesNotContain("functional_escalation_rate");
  }

  @Test
  void anotherDefinitionOrAnotherCutHasAMetricBuiltAgain() {
    LocalDate asOf = MATURE.plusDays(90);
    Dataset<Row> before = full(asOf.minusDays(1));

    Dataset<Row> redefined =
        build(
            asOf,
            withoutJanuary,
            before,
            Map.of(),
            rows ->
                rows.withColumn(
                    "definition_hash",
                    when(col("metric").equalTo("fcr_7d"), lit("another"))
                        .otherwise(col("definition_hash"))),
            AS_IT_IS);
    Dataset<Row> withFewerCuts =
        build(
            asOf,
            withoutJanuary,
            before,
            Map.of(),
            AS_IT_IS,
            rows -> rows.where(not(array_contains(col("dimensions"), "tier"))));

    assertThat(january(redefined)).contains("fcr_30d").doesNotContain("fcr_7d");
    assertThat(january(withFewerCuts)).isEmpty();
  }

  private static Dataset<Row> full(LocalDate asOf) {
    return FULL.computeIfAbsent(
        asOf,
        day -> in(whole, AS_IT_IS, AS_IT_IS).build(new Metric(), period(day)).localCheckpoint());
  }

  /** Upon what was built the day before from all rows. */
  private static Dataset<Row> built(
      LocalDate asOf, Dataset<Row> episodes, Map<String, SortedSet<LocalDate>> changed) {
    return build(asOf, episodes, full(asOf.minusDays(1)), changed, AS_IT_IS, AS_IT_IS);
  }

  private static Dataset<Row> build(
      LocalDate asOf,
      Dataset<Row> episodes,
      Dataset<Row> before,
      Map<String, SortedSet<LocalDate>> changed,
      UnaryOperator<Dataset<Row>> definitions,
      UnaryOperator<Dataset<Row>> stored) {
    return in(episodes, definitions, stored)
        .with("gold.metric", before)
        .withChangedDays(changed)
        .build(new Metric(), period(asOf))
        .localCheckpoint();
  }

  private static TestInputs in(
      Dataset<Row> episodes,
      UnaryOperator<Dataset<Row>> definitions,
      UnaryOperator<Dataset<Row>> stored) {
    return new TestInputs(spark(), SETTINGS, CONTRACTS, "gold.metric")
        .with("conf.metric_spec", definitions.apply(specs))
        .with("conf.metric_cut", stored.apply(cuts))
        .with("gold.episode_outcome", episodes);
  }

  private static Period period(LocalDate asOf) {
    return new Period(asOf, asOf, List.of(JANUARY, FEBRUARY, MARCH));
  }

  private static Set<String> january(Dataset<Row> cells) {
    return cells.where(col("period_start").equalTo(lit(JANUARY))).collectAsList().stream()
        .map(r -> r.<String>getAs("metric"))
        .collect(Collectors.toSet());
  }

  private static List<String> sorted(Dataset<Row> cells) {
    return cells.collectAsList().stream().map(Row::toString).sorted().toList();
  }

  private static Dataset<Row> conf(String table) {
    return ConfLoader.load(HOME.resolve("conf"), table, spark(), JANUARY, JANUARY);
  }
}
