package io.supportlake.gold.value;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.supportlake.Period;
import io.supportlake.rules.TwoProportion;
import io.supportlake.rules.Wilson;
import io.supportlake.testing.Rows;
import io.supportlake.testing.SparkSuite;
import io.supportlake.testing.TestInputs;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.apache.spark.sql.Row;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class ValueReportMonthTest extends SparkSuite {
  private static final LocalDate MONTH = LocalDate.of(2026, 3, 1);
  private static final Map<String, Row> BUILT = new java.util.HashMap<>();

  /** A KPI in the month (v, low, high) against a baseline of one month (b, low, high). */
  private record Case(
      String metric,
      String direction,
      double value,
      double low,
      double high,
      double base,
      double baseLow,
      double baseHigh,
      String verdict) {}

  private static final List<Case> CASES =
      List.of(
          new Case("up_rose", "up", 0.80, 0.78, 0.82, 0.70, 0.68, 0.72, "better"),
          new Case("up_fell", "up", 0.70, 0.68, 0.72, 0.80, 0.78, 0.82, "worse"),
          new Case("down_rose", "down", 5.0, 4.8, 5.2, 4.0, 3.8, 4.2, "worse"),
          new Case("down_fell", "down", 4.0, 3.8, 4.2, 5.0, 4.8, 5.2, "better"),
          new Case("too_close", "up", 0.71, 0.68, 0.74, 0.70, 0.68, 0.72, "unclear"),
          // The intervals overlap, yet the change is clear: sqrt(0.02^2 + 0.02^2) < 0.035.
          new Case("overlapping", "up", 0.735, 0.715, 0.755, 0.70, 0.68, 0.72, "better"));

  @BeforeAll
  static void build() {
    Rows report = Rows.of(CONTRACTS, "conf.report");
    Rows specs = Rows.of(CONTRACTS, "conf.metric_spec");
    Rows metric = Rows.of(CONTRACTS, "gold.metric");
    int position = 1;
    for (Case c : CASES) {
      kpi(report, specs, c.metric(), position++, c.direction(), null, null);
      month(metric, c.metric(), "2025-06-01", null, null, c.base(), c.baseLow(), c.baseHigh());
      month(metric, c.metric(), "2026-03-01", null, null, c.value(), c.low(), c.high());
    }
    kpi(report, specs, "pooled", 10, "up", "10", "events");
    wilson(metric, "pooled", "2025-05-01", 300, 400);
    wilson(metric, "pooled", "2025-06-01", 60, 100);
    wilson(metric, "pooled", "2025-07-01", 1, 100);
    wilson(metric, "pooled", "2026-02-01", 150, 200);
    wilson(metric, "pooled", "2026-03-01", 160, 200);
    kpi(report, specs, "per_thousand", 11, "down", "9.50", "events");
    month(metric, "per_thousand", "2025-06-01", "400", "100000", 4.0, 3.6, 4.4);
    month(metric, "per_thousand", "2026-03-01", "600", "120000", 5.0, 4.6, 5.4);
    kpi(report, specs, "no_baseline", 12, "up", "10", "events");
    month(metric, "no_baseline", "2026-03-01", "8", "10", 0.8, 0.7, 0.9);
    kpi(report, specs, "nothing", 13, "up", null, null);
    kpi(report, specs, "no_interval", 14, "up", null, null);
    month(metric, "no_interval", "2025-06-01", "1", "2", 0.5, null, null);
    month(metric, "no_interval", "2026-03-01", "9", "10", 0.9, null, null);

    new TestInputs(spark(), SETTINGS, CONTRACTS, "gold.value_report_month")
        .with("gold.metric", metric)
        .with("conf.report", report)
        .with("conf.metric_spec", specs)
        .build(
            new ValueReportMonth(),
            new Period(MONTH, LocalDate.of(2026, 4, 30), List.of(MONTH, LocalDate.of(2025, 6, 1))))
        .collectAsList()
        .forEach(r -> BUILT.put(r.getAs("metric") + " " + r.getAs("month_start"), r));
  }

  private static void kpi(
      Rows report,
      Rows specs,
      String metric,
      int position,
      String direction,
      @Nullable String worth,
      @Nullable String volume) {
    report.with(
        "metric",
        metric,
        "position",
        position,
        "label",
        "The " + metric,
        "baseline_from",
        "2025-01-01",
        "baseline_to",
        "2025-06-30",
        "unit_worth_amount",
        worth,
        "worth_volume",
        volume,
        "worth_assumption",
        worth == null ? null : "as it is");
    specs.with("metric", metric, "direction", direction, "unit", "share");
  }

  private static void month(
      Rows rows,
      String metric,
      String month,
      @Nullable String numerator,
      @Nullable String denominator,
      double value,
      @Nullable Double low,
      @Nullable Double high) {
    rows.with(
        "metric",
        metric,
        "period",
        "month",
        "period_start",
        month,
        "dimension",
        "all",
        "dimension_value",
        "all",
        "numerator",
        numerator,
        "denominator",
        denominator,
        "n",
        100,
        "value",
        value,
        "interval_low",
        low,
        "interval_high",
        high,
        "maturity",
        "mature",
        "interval_method",
        "test",
        "unit",
        "share",
        "mature_on",
        "2026-04-20");
  }

  private static void wilson(Rows rows, String metric, String month, long hits, long n) {
    var interval = Wilson.interval(hits, n, 0.95);
    month(
        rows, metric, month, "" + hits, "" + n, (double) hits / n, interval.low(), interval.high());
  }

  private static Row row(String metric, String month) {
    return Objects.requireNonNull(BUILT.get(metric + " " + month), metric);
  }

  private static Row row(String metric) {
    return row(metric, "2026-03-01");
  }

  @Test
  void theVerdictFollowsTheIntervalOfTheChangeAndTheDirectionOfTheMetric() {
    assertThat(
            CASES.stream()
                .collect(Collectors.toMap(Case::metric, c -> row(c.metric()).getAs("verdict"))))
        .isEqualTo(CASES.stream().collect(Collectors.toMap(Case::metric, Case::verdict)));
  }

  @Test
  void ofTwoSharesTheIntervalOfTheChangeIsNewcombes() {
    Row row = row("pooled");
    var expected = TwoProportion.difference(160, 200, 150, 200, 0.95);

    assertThat(row.<Double>getAs("change_from_previous"))
        .isCloseTo(expected.estimate(), within(1e-12));
    assertThat(row.<Double>getAs("previous_change_low"))
        .isCloseTo(expected.interval().low(), within(1e-12));
    assertThat(row.<Double>getAs("previous_change_high"))
        .isCloseTo(expected.interval().high(), within(1e-12));
    assertThat(row.<String>getAs("previous_verdict")).isEqualTo("unclear");
  }

  @Test
  void monthsOfTheBaselineArePooledByTheirComponentsAndOthersStayOut() {
    Row row = row("pooled");

    // (300 + 60) / (400 + 100), not the mean of 75 % and 60 %, and without July's 1 %.
    assertThat(row.<Double>getAs("baseline_value")).isCloseTo(0.72, within(1e-12));
    assertThat(row.<Integer>getAs("baseline_month_count")).isEqualTo(2);
    assertThat(row.<String>getAs("baseline_method")).isEqualTo("pooled");
    assertThat(row.<java.sql.Date>getAs("baseline_from")).hasToString("2025-05-01");
    // Close to the Wilson interval of the pooled counts, [0.679, 0.758].
    var pooled = Wilson.interval(360, 500, 0.95);
    assertThat(row.<Double>getAs("baseline_low")).isCloseTo(pooled.low(), within(0.005));
    assertThat(row.<Double>getAs("baseline_high")).isCloseTo(pooled.high(), within(0.005));
  }

  @Test
  void aPercentileIsComparedWithTheLastMonthOfTheBaseline() {
    assertThat(row("up_rose").<String>getAs("baseline_method")).isEqualTo("last_month");
    assertThat(row("up_rose").<Double>getAs("baseline_low")).isCloseTo(0.68, within(1e-12));
  }

  @Test
  void worthIsTheEventsAvoidedTimesTheirWorthWhateverTheScaleOfTheRate() {
    // 600 contacts where 4.0 per 1,000 of 120,000 days would have given 480: 120 x 9.50 lost.
    assertThat(row("per_thousand").<BigDecimal>getAs("worth_amount")).isEqualByComparingTo("-1140");
    // 160 where 72 % of 200 would have given 144: 16 x 10 gained.
    assertThat(row("pooled").<BigDecimal>getAs("worth_amount")).isEqualByComparingTo("160");
    assertThat(row("pooled").<BigDecimal>getAs("worth_low_amount"))
        .isLessThan(new BigDecimal("160"));
    assertThat(row("pooled").<BigDecimal>getAs("worth_high_amount"))
        .isGreaterThan(new BigDecimal("160"));
    assertThat(row("up_rose").<Object>getAs("worth_amount")).isNull();
  }

  @Test
  void whereANumberIsMissingThereIsNoVerdict() {
    assertThat(row("no_baseline").<String>getAs("verdict")).isEqualTo("not_enough_data");
    assertThat(row("no_baseline").<Object>getAs("worth_amount")).isNull();
    Row nothing = row("nothing");
    assertThat(nothing.<String>getAs("verdict")).isEqualTo("not_enough_data");
    assertThat(nothing.<String>getAs("maturity")).isEqualTo("too_few");
    assertThat(nothing.<Long>getAs("n")).isZero();
    assertThat(nothing.<java.sql.Date>getAs("settles_on")).hasToString("2026-04-21");
    assertThat(row("no_interval").<String>getAs("verdict")).isEqualTo("unclear");
  }

  @Test
  void aMonthOfTheBaselineIsNotComparedWithItself() {
    Row row = row("pooled", "2025-06-01");

    assertThat(row.<String>getAs("verdict")).isEqualTo("not_enough_data");
    assertThat(row.<Object>getAs("baseline_value")).isNull();
    assertThat(row.<Integer>getAs("baseline_month_count")).isZero();
  }
}
