package io.supportlake.gold.value;

import static org.assertj.core.api.Assertions.assertThat;

import io.supportlake.Period;
import io.supportlake.testing.Rows;
import io.supportlake.testing.SparkSuite;
import io.supportlake.testing.TestInputs;
import java.time.LocalDate;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;

class RestatementTest extends SparkSuite {
  private static final LocalDate DAY = LocalDate.of(2026, 3, 20);

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
          "h1");
    }
    return rows;
  }

  private static Dataset<Row> build(Rows metric, Rows restated) {
    return new TestInputs(spark(), SETTINGS, CONTRACTS, "gold.restatement")
        .with("gold.metric", metric)
        .with("gold.published_month", published())
        .with("gold.restatement", restated)
        .build(new Restatement(), Period.day(DAY));
  }

  private static List<String> rows(Dataset<Row> built) {
    return built
        .selectExpr(
            "concat_ws(' ', noted_on, metric, old_value, coalesce(string(new_value), 'none'),"
                + " old_n, new_n, cause, definition_hash) as r")
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
}
