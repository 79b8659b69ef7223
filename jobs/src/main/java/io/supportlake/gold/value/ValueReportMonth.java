package io.supportlake.gold.value;

import static org.apache.spark.sql.functions.broadcast;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.min;

import io.supportlake.Inputs;
import io.supportlake.Period;
import io.supportlake.Table;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;

/**
 * One row per month and KPI of the report: its value against the month before and against the
 * baseline window, a verdict where the interval of the change leaves no doubt, and its worth.
 * Intervals of changes and of pooled months are MOVER intervals (Zou and Donner, Statistics in
 * Medicine 27, 2008, 1693-1702): made of the values' own, so they serve every kind of metric.
 */
public final class ValueReportMonth implements Table {
  /** Days allowed for late data (definitions, no. 22). */
  static final int LATE_DAYS = 20;

  /** Built by the platform. */
  public ValueReportMonth() {}

  @Override
  public Dataset<Row> build(Inputs in, Period period) {
    Dataset<Row> kpis = in.table("conf.report");
    Dataset<Row> totals =
        in.table("gold.metric")
            .where("period = 'month' and dimension = 'all'")
            .where(isCompared(period, kpis));
    return withWorth(
        withChanges(
            months(in, period)
                .crossJoin(broadcast(kpis))
                .join(specs(in), "metric")
                .join(current(totals), keys(), "left")
                .join(previous(totals), keys(), "left")
                .join(baseline(totals, kpis), keys("metric"), "left")));
  }

  /** The period's months, the one before each, and the baseline windows: others are not read. */
  private static Column isCompared(Period period, Dataset<Row> kpis) {
    List<LocalDate> months =
        period.days().stream()
            .map(d -> d.withDayOfMonth(1))
            .flatMap(m -> Stream.of(m.minusMonths(1), m))
            .toList();
    Row windows = kpis.agg(min("baseline_from"), max("baseline_to")).first();
    return col("period_start")
        .isInCollection(months)
        .or(col("period_start").between(windows.get(0), windows.get(1)));
  }

  private static String[] keys() {
    return keys("metric", "month_start");
  }

  private static String[] keys(String... names) {
    return names;
  }

  private static Dataset<Row> months(Inputs in, Period period) {
    return in.spark()
        .createDataset(
            period.days().stream().map(d -> d.withDayOfMonth(1)).distinct().toList(),
            Encoders.LOCALDATE())
        .toDF("month_start");
  }

  private static Dataset<Row> specs(Inputs in) {
    return in.table("conf.metric_spec").selectExpr("metric", "direction", "unit as spec_unit");
  }

  private static Dataset<Row> current(Dataset<Row> totals) {
    return totals.selectExpr(
        "metric",
        "period_start as month_start",
        "cast(numerator as double) as numerator",
        "cast(denominator as double) as denominator",
        "n as current_n",
        "value",
        "interval_low",
        "interval_high",
        "interval_method as current_method",
        "unit as current_unit",
        "maturity as current_maturity",
        "mature_on");
  }

  private static Dataset<Row> previous(Dataset<Row> totals) {
    return totals.selectExpr(
        "metric",
        "cast(add_months(period_start, 1) as date) as month_start",
        "value as previous_value",
        "interval_low as previous_low",
        "interval_high as previous_high");
  }

  /**
   * Per KPI the baseline window in one value. The sum of denominator x value over the sum of
   * denominators is the ratio of the summed components, whatever factor the metric carries (per
   * 1,000); a percentile has no components, cannot be pooled and is taken from the last month.
   */
  private static Dataset<Row> baseline(Dataset<Row> totals, Dataset<Row> kpis) {
    Dataset<Row> months =
        totals
            .where("value is not null")
            .join(broadcast(kpis.select("metric", "baseline_from", "baseline_to")), "metric")
            .where("period_start between baseline_from and baseline_to")
            .groupBy("metric")
            .agg(
                // Sorted before it is added up: sums of doubles depend on their order.
                expr(
                    "array_sort(collect_list(struct(period_start,"
                        + " cast(denominator as double) as weight, value, interval_low as low,"
                        + " interval_high as high, cast(numerator as double) as numerator)))"
                        + " as months"))
            .withColumn("is_pooled", expr("forall(months, m -> coalesce(m.weight > 0, false))"))
            .withColumn("months", expr("if(is_pooled, months, array(element_at(months, -1)))"))
            .withColumn(
                "months",
                expr(
                    "if(is_pooled, months,"
                        + " transform(months, m -> named_struct('period_start', m.period_start,"
                        + " 'weight', 1.0D, 'value', m.value, 'low', m.low, 'high', m.high,"
                        + " 'numerator', m.numerator)))"))
            .withColumn("weight", expr(sum("m.weight")))
            .withColumn("baseline_value", expr(sum("m.weight * m.value / weight")));
    return months.selectExpr(
        "metric",
        "baseline_value",
        "baseline_value - sqrt(%s) as baseline_low"
            .formatted(sum("pow(m.weight / weight * (m.value - m.low), 2)")),
        "baseline_value + sqrt(%s) as baseline_high"
            .formatted(sum("pow(m.weight / weight * (m.high - m.value), 2)")),
        "element_at(months, 1).period_start as first_baseline_month",
        "element_at(months, -1).period_start as last_baseline_month",
        "size(months) as baseline_months",
        "if(is_pooled, 'pooled', 'last_month') as pooling",
        "if(is_pooled, weight * baseline_value / nullif(%s, 0), null) as baseline_factor"
            .formatted(sum("m.numerator")));
  }

  private static String sum(String term) {
    return "aggregate(months, 0.0D, (total, m) -> total + %s)".formatted(term);
  }

  private static Dataset<Row> withChanges(Dataset<Row> rows) {
    String comparable = "month_start > baseline_to and baseline_months is not null";
    return rows.withColumn("is_comparable", expr(comparable))
        .withColumns(
            Map.of(
                "baseline_value", expr("if(is_comparable, baseline_value, null)"),
                "baseline_low", expr("if(is_comparable, baseline_low, null)"),
                "baseline_high", expr("if(is_comparable, baseline_high, null)")))
        .withColumn("change_from_previous", expr("value - previous_value"))
        .withColumn("previous_change_low", lower("previous"))
        .withColumn("previous_change_high", upper("previous"))
        .withColumn(
            "previous_verdict",
            verdict("change_from_previous", "previous_change_low", "previous_change_high"))
        .withColumn("change_from_baseline", expr("value - baseline_value"))
        .withColumn(
            "relative_change_from_baseline",
            expr("change_from_baseline / nullif(abs(baseline_value), 0)"))
        .withColumn("change_low", lower("baseline"))
        .withColumn("change_high", upper("baseline"))
        .withColumn("verdict", verdict("change_from_baseline", "change_low", "change_high"));
  }

  private static Column lower(String other) {
    return expr(
        "value - %1$s_value - sqrt(pow(value - interval_low, 2) + pow(%1$s_high - %1$s_value, 2))"
            .formatted(other));
  }

  private static Column upper(String other) {
    return expr(
        "value - %1$s_value + sqrt(pow(interval_high - value, 2) + pow(%1$s_value - %1$s_low, 2))"
            .formatted(other));
  }

  private static Column verdict(String change, String low, String high) {
    return expr(
        ("case when %1$s is null then 'not_enough_data'"
                + " when %2$s is null or %3$s is null or (%2$s <= 0 and %3$s >= 0) then 'unclear'"
                + " when (%1$s > 0) = (direction = 'up') then 'better' else 'worse' end")
            .formatted(change, low, high));
  }

  /**
   * Worth: events more or fewer than the baseline's rate would have given (change x denominator,
   * the metric's factor taken out), or change x observations, times the worth of one.
   */
  private static Dataset<Row> withWorth(Dataset<Row> rows) {
    return rows.withColumn(
            "factor",
            expr("coalesce(value * denominator / nullif(numerator, 0), baseline_factor, 1.0D)"))
        .withColumn(
            "worth_of_one_unit",
            expr(
                "cast(unit_worth_amount as double) * if(direction = 'up', 1, -1)"
                    + " * case worth_volume when 'events' then denominator / factor"
                    + " when 'observations' then current_n end"))
        .selectExpr(
            "month_start",
            "metric",
            "position",
            "label",
            "direction",
            "value",
            "interval_low",
            "interval_high",
            "coalesce(current_n, 0L) as n",
            "coalesce(current_method, 'none') as interval_method",
            "coalesce(current_unit, spec_unit) as unit",
            "coalesce(current_maturity, 'too_few') as maturity",
            "coalesce(mature_on, date_add(add_months(month_start, 1), %d)) as settles_on"
                .formatted(LATE_DAYS),
            "previous_value",
            "previous_low",
            "previous_high",
            "baseline_value",
            "baseline_low",
            "baseline_high",
            "if(is_comparable, first_baseline_month, null) as baseline_from",
            "if(is_comparable, last_baseline_month, null) as baseline_to",
            "if(is_comparable, baseline_months, 0) as baseline_month_count",
            "if(is_comparable, pooling, 'none') as baseline_method",
            "change_from_previous",
            "previous_change_low",
            "previous_change_high",
            "previous_verdict",
            "change_from_baseline",
            "relative_change_from_baseline",
            "change_low",
            "change_high",
            "verdict",
            "cast(worth_of_one_unit * change_from_baseline as decimal(18,2)) as worth_amount",
            "cast(least(worth_of_one_unit * change_low, worth_of_one_unit * change_high)"
                + " as decimal(18,2)) as worth_low_amount",
            "cast(greatest(worth_of_one_unit * change_low, worth_of_one_unit * change_high)"
                + " as decimal(18,2)) as worth_high_amount",
            "worth_assumption");
  }
}
