package io.supportlake.gold.value;

import static org.apache.spark.sql.functions.expr;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.supportlake.Period;
import io.supportlake.testing.Rows;
import io.supportlake.testing.SparkSuite;
import io.supportlake.testing.TestInputs;
import java.time.LocalDate;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RestatementTest extends SparkSuite {
  private static final LocalDate DAY = LocalDate.of(2026, 3, 20);

  private static final List<String> BY_ERASURE =
      List.of("gone erasure", "median late_data", "moved erasure", "redefined definition");

  private static final List<String> BY_LATE_DATA =
      List.of("gone late_data", "median late_data", "moved late_data", "redefined definition");

  private static Rows current(String metric, int numerator, double value, String hash) {
    return and(Rows.of(CONTRACTS, "gold.metric"), metric, numerator, value, hash);
  }

  private static Rows and(Rows rows, String metric, int numerator, double value, String hash) {
    return rows.with(
        "metric",
        metric,
        "period",
        "month",
        "period_start",
        "2026-01-01",
        "dimension",
        "all",
        "dimension_value",
        "all",
        "numerator",
        numerator,
        "denominator",
        100,
        "n",
        100,
        "value",
        value,
        "definition_hash",
        hash);
  }

  private static Rows published() {
    Rows rows = Rows.of(CONTRACTS, "gold.published_month");
    for (String metric : List.of("same", "moved", "redefined", "gone", "median")) {
      rows.with(
          "published_on",
          "2026-02-27",
          "metric",
          metric,
          "month_start",
          "2026-01-01",
          "dimension",
          "all",
          "dimension_value",
          "all",
          "numerator",
          80,
          "denominator",
          100,
          "n",
          100,
          "value",
          0.8,
          "definition_hash",
          "h1",
          "source_table",
          metric.equals("median") ? "gold.churned_revenue" : "gold.episode_outcome");
    }
    return rows;
  }

  private static Dataset<Row> build(Rows metric, Rows restated) {
    return build(inputs(metric, restated));
  }

  private static Dataset<Row> build(TestInputs inputs) {
    return inputs.build(new Restatement(), Period.day(DAY));
  }

  private static TestInputs inputs(Rows metric, Rows restated) {
    return new TestInputs(spark(), SETTINGS, CONTRACTS, "gold.restatement")
        .with("gold.metric", metric)
        .with("gold.published_month", published())
        .with("gold.restatement", restated);
  }

  private static List<String> rows(Dataset<Row> built) {
    return lines(
        built,
        "noted_on, metric, old_value, coalesce(string(new_value), 'none'), old_n, new_n, cause, definition_hash");
  }

  private static List<String> lines(Dataset<Row> built, String columns) {
    return built
        .selectExpr("concat_ws(' ', %s) as r".formatted(columns))
        .sort("r")
        .collectAsList()
        .stream()
        .map(r -> r.getString(0))
        .toList();
  }

  @Test
  void aRowForEachDifferenceWithItsCause() {
    Rows metric = current("same", 80, 0.8, "h1");
    and(metric, "moved", 79, 0.79, "h1");
    and(metric, "redefined", 60, 0.6, "h2");
    // The last bits of a rebuilt double are no correction; a new percentile is one.
    and(metric, "median", 80, 0.8 + 1e-16, "h1");

    assertThat(rows(build(metric, Rows.of(CONTRACTS, "gold.restatement"))))
        .containsExactly(
            "2026-03-20 gone 0.8 none 100 0 late_data h1",
            "2026-03-20 moved 0.8 0.79 100 100 late_data h1",
            "2026-03-20 redefined 0.8 0.6 100 100 definition h2");
  }

  @Test
  void whatWasNotedOnceIsNotNotedAgainAndTheNextChangeStartsFromIt() {
    Rows metric = current("same", 80, 0.8, "h1");
    and(metric, "moved", 79, 0.79, "h1");
    and(metric, "redefined", 59, 0.59, "h2");
    and(metric, "gone", 80, 0.8, "h1");
    and(metric, "median", 80, 0.8, "h1");
    Rows restated = Rows.of(CONTRACTS, "gold.restatement");
    noted(restated, "moved", "2026-03-02", 77, 0.77, "h1");
    noted(restated, "moved", "2026-03-10", 79, 0.79, "h1");
    noted(restated, "redefined", "2026-03-10", 60, 0.6, "h2");

    assertThat(rows(build(metric, restated)))
        .containsExactly("2026-03-20 redefined 0.6 0.59 100 100 late_data h2");
  }

  private static void noted(
      Rows rows, String metric, String on, int numerator, double value, String hash) {
    rows.with(
        "noted_on",
        on,
        "metric",
        metric,
        "month_start",
        "2026-01-01",
        "dimension",
        "all",
        "dimension_value",
        "all",
        "new_numerator",
        numerator,
        "new_denominator",
        100,
        "new_n",
        100,
        "new_value",
        value,
        "definition_hash",
        hash,
        "cause",
        "late_data");
  }

  /** Of five published numbers one is as it was, and one of the others is defined otherwise. */
  private static TestInputs afterAnErasure(String month, String on) {
    Rows metric = current("same", 80, 0.8, "h1");
    and(metric, "moved", 79, 0.79, "h1");
    and(metric, "redefined", 60, 0.6, "h2");
    and(metric, "median", 78, 0.78, "h1");
    return inputs(metric, Rows.of(CONTRACTS, "gold.restatement"))
        .with("ops.erasure_month", erased(month, on));
  }

  private static TestInputs afterNoErasure() {
    return afterAnErasure("2026-02-01", "2026-03-19");
  }

  private static TestInputs afterAnErasure() {
    return afterAnErasure("2026-01-01", "2026-03-19");
  }

  private static Rows erased(String month, String on) {
    return Rows.of(CONTRACTS, "ops.erasure_month").with("month_start", month, "erased_on", on);
  }

  private static List<String> causes(TestInputs inputs) {
    return lines(build(inputs), "metric, cause");
  }

  @Test
  void aNumberOfCasesNearOneThatLostItsWordsMovedByErasure() {
    assertThat(causes(afterAnErasure())).isEqualTo(BY_ERASURE);
  }

  @Test
  void aCaseOfAnotherTimeOrOfALaterErasureMovedNothing() {
    assertThat(causes(afterAnErasure("2026-02-01", "2026-03-19"))).isEqualTo(BY_LATE_DATA);
    assertThat(causes(afterAnErasure("2026-01-01", "2026-03-21"))).isEqualTo(BY_LATE_DATA);
  }

  /** Published on 2026-02-27, 20 days after the windows had closed. */
  @ParameterizedTest
  @CsvSource({
    "silver.case_event, event_date, arrival_date",
    "silver.usage_day, usage_date, arrival_date",
    "silver.money_event, occurred_date, arrival_date",
    "silver.review, reviewed_date, arrival_date",
    "silver.survey, answered_date, answer_arrival_date",
    "silver.account, valid_from, first_arrival_date"
  })
  void whatCameLateMayHaveMovedItToo(String table, String day, String arrival) {
    assertThat(causes(withArrival(table, day, "2026-02-07", arrival, "2026-03-19")))
        .as("since the last run, of a day that counts")
        .isEqualTo(BY_LATE_DATA);
    assertThat(causes(withArrival(table, day, "2026-02-07", arrival, "2026-03-18")))
        .as("known to the last run, which noted what it moved")
        .isEqualTo(BY_ERASURE);
    assertThat(causes(withArrival(table, day, "2026-02-08", arrival, "2026-03-19")))
        .as("of a day after the windows had closed")
        .isEqualTo(BY_ERASURE);
  }

  private static TestInputs withArrival(
      String table, String day, String on, String arrival, String arrivedOn) {
    Object value = day.equals("valid_from") ? on + "T12:00:00Z" : on;
    return afterAnErasure()
        .with(table, Rows.of(CONTRACTS, table).with(day, value, arrival, arrivedOn));
  }

  /** A build of many days may come long after the number was said. */
  @Test
  void whatCameBeforeTheNumberWasSaidIsInIt() {
    Rows restated = Rows.of(CONTRACTS, "gold.restatement");
    noted(restated, "moved", "2026-03-10", 77, 0.77, "h1");
    TestInputs inputs =
        withArrival("silver.case_event", "event_date", "2026-01-11", "arrival_date", "2026-03-09")
            .with("gold.restatement", restated);

    assertThat(
            lines(
                inputs.build(new Restatement(), Period.of(LocalDate.of(2026, 3, 1), DAY)),
                "metric, cause"))
        .containsExactly(
            "gone late_data", "median late_data", "moved erasure", "redefined definition");
  }

  @ParameterizedTest
  @CsvSource({
    "silver.case_event, event_date",
    "silver.money_event, occurred_date",
    "silver.review, reviewed_date"
  })
  void whereOnlyCorrectionsCameTheyMovedIt(String table, String day) {
    List<String> byCorrection =
        List.of("gone correction", "median correction", "moved correction", "redefined definition");
    Rows correction = Rows.of(CONTRACTS, table);
    arrived(correction, day, "2026-02-07", "2026-03-19", 2);

    assertThat(causes(afterNoErasure().with(table, correction))).isEqualTo(byCorrection);
    assertThat(causes(afterAnErasure().with(table, correction)))
        .as("an erasure is named only where nothing else can have been it")
        .isEqualTo(byCorrection);
    arrived(correction, day, "2026-02-07", "2026-03-18", 1);
    assertThat(causes(afterNoErasure().with(table, correction)))
        .as("what came late the last run noted")
        .isEqualTo(byCorrection);
    arrived(correction, day, "2026-02-07", "2026-03-20", 1);
    assertThat(causes(afterNoErasure().with(table, correction)))
        .as("a late record besides")
        .isEqualTo(BY_LATE_DATA);

    Rows after = Rows.of(CONTRACTS, table);
    arrived(after, day, "2026-02-08", "2026-03-19", 2);
    assertThat(causes(afterNoErasure().with(table, after)))
        .as("of a day after the windows had closed")
        .isEqualTo(BY_LATE_DATA);
    assertThat(causes(afterAnErasure().with(table, after))).isEqualTo(BY_ERASURE);

    Rows known = Rows.of(CONTRACTS, table);
    arrived(known, day, "2026-02-07", "2026-03-18", 2);
    assertThat(causes(afterNoErasure().with(table, known)))
        .as("known to the last run, which noted what it moved")
        .isEqualTo(BY_LATE_DATA);
  }

  private static void arrived(Rows rows, String day, String on, String arrivedOn, int version) {
    rows.with(day, on, "arrival_date", arrivedOn, "record_version", version);
  }

  @Test
  void factsAreNotReadWhereNoNumberMovedThatIsDefinedAsItWas() {
    Rows none = Rows.of(CONTRACTS, "gold.restatement");
    Rows same = Rows.of(CONTRACTS, "gold.metric");
    for (String metric : List.of("same", "moved", "gone", "median")) {
      and(same, metric, 80, 0.8, "h1");
    }
    and(same, "redefined", 60, 0.6, "h2");

    assertThat(
            causes(
                unreadable(
                    inputs(same, none)
                        .with("ops.erasure_month", erased("2026-01-01", "2026-03-19")))))
        .containsExactly("redefined definition");
    assertThatThrownBy(() -> causes(unreadable(afterNoErasure()))).hasStackTraceContaining("read");
  }

  private static TestInputs unreadable(TestInputs inputs) {
    return inputs.with(
        "silver.case_event",
        Rows.of(CONTRACTS, "silver.case_event")
            .with("event_date", "2026-01-01")
            .dataset(spark())
            .withColumn("arrival_date", expr("cast(raise_error('read') as date)")));
  }
}
