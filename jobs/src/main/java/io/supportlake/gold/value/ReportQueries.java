package io.supportlake.gold.value;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.expr;

import io.supportlake.report.ReportModel;
import io.supportlake.report.ReportModel.Baseline;
import io.supportlake.report.ReportModel.Campaign;
import io.supportlake.report.ReportModel.Change;
import io.supportlake.report.ReportModel.Correction;
import io.supportlake.report.ReportModel.Direction;
import io.supportlake.report.ReportModel.Estimate;
import io.supportlake.report.ReportModel.Incident;
import io.supportlake.report.ReportModel.Kpi;
import io.supportlake.report.ReportModel.Lineage;
import io.supportlake.report.ReportModel.ListSummary;
import io.supportlake.report.ReportModel.Maturity;
import io.supportlake.report.ReportModel.Point;
import io.supportlake.report.ReportModel.Release;
import io.supportlake.report.ReportModel.Source;
import io.supportlake.report.ReportModel.Verdict;
import io.supportlake.report.ReportModel.Worth;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.jspecify.annotations.Nullable;

/**
 * From the tables of one finished run to what the report says. Every result collected is bounded:
 * by the KPIs, the months of a trend, or a limit below.
 */
public final class ReportQueries {
  private static final int TREND_MONTHS = 18;
  private static final int INCIDENTS = 10;
  private static final int EARLIER_INCIDENTS = 6;
  private static final int RELEASES = 30;
  private static final int CORRECTIONS = 40;
  private static final int CAMPAIGNS = 12;
  private static final int TEAMS = 50;

  private ReportQueries() {}

  /**
   * The tables read, each whole.
   *
   * @param valueReportMonth gold.value_report_month
   * @param metric gold.metric
   * @param metricSpec conf.metric_spec
   * @param restatement gold.restatement
   * @param issueAlert gold.issue_alert
   * @param productChange silver.product_change
   * @param outreachResult gold.outreach_result
   * @param outreachList gold.outreach_list
   * @param campaign conf.campaign
   */
  public record Tables(
      Dataset<Row> valueReportMonth,
      Dataset<Row> metric,
      Dataset<Row> metricSpec,
      Dataset<Row> restatement,
      Dataset<Row> issueAlert,
      Dataset<Row> productChange,
      Dataset<Row> outreachResult,
      Dataset<Row> outreachList,
      Dataset<Row> campaign) {}

  /**
   * What is not in those tables.
   *
   * @param month the month to report
   * @param asOf last day of data
   * @param zone reporting zone
   * @param currency reporting currency, ISO 4217
   * @param sources completeness of each source, from ops
   * @param lineage run, configuration and versions
   */
  public record Request(
      YearMonth month,
      LocalDate asOf,
      String zone,
      String currency,
      List<Source> sources,
      Lineage lineage) {}

  /**
   * The report of a month.
   *
   * @throws IllegalArgumentException if gold.value_report_month has no row of the month
   */
  public static ReportModel model(Tables tables, Request request) {
    return new ReportModel(
        request.month(),
        request.asOf(),
        request.zone(),
        request.currency(),
        kpis(tables, request.month()),
        corrections(tables, request),
        incidents(tables.issueAlert(), request.month()),
        releases(tables.productChange(), request.month()),
        campaigns(tables, request),
        lists(tables.outreachList(), request.month()),
        request.sources(),
        request.lineage());
  }

  private static List<Kpi> kpis(Tables tables, YearMonth month) {
    Map<String, List<Point>> trends = trends(tables, month);
    List<Row> rows =
        tables
            .valueReportMonth()
            .where("month_start = date'%s'".formatted(month.atDay(1)))
            .join(tables.metricSpec().select("metric", "description"), "metric")
            .selectExpr(
                "*",
                "string(settles_on) as settles",
                "string(baseline_from) as base_from",
                "string(baseline_to) as base_to")
            .sort("position")
            .collectAsList();
    if (rows.isEmpty()) {
      throw new IllegalArgumentException(
          "gold.value_report_month has no row of %s, so there is nothing to report. Run the pipeline to a day after that month began."
              .formatted(month));
    }
    return rows.stream().map(r -> kpi(r, trends)).toList();
  }

  private static Kpi kpi(Row row, Map<String, List<Point>> trends) {
    String metric = text(row, "metric");
    Estimate baseline = estimate(row, "baseline_value", "baseline_low", "baseline_high");
    String assumption = row.getAs("worth_assumption");
    BigDecimal worth = row.getAs("worth_amount");
    return new Kpi(
        metric,
        text(row, "label"),
        text(row, "unit"),
        Direction.valueOf(text(row, "direction").toUpperCase(Locale.ROOT)),
        text(row, "description"),
        estimate(row, "value", "interval_low", "interval_high"),
        row.<Long>getAs("n"),
        text(row, "interval_method"),
        Maturity.valueOf(text(row, "maturity").toUpperCase(Locale.ROOT)),
        LocalDate.parse(text(row, "settles")),
        estimate(row, "previous_value", "previous_low", "previous_high"),
        change(
            estimate(row, "change_from_previous", "previous_change_low", "previous_change_high"),
            number(row, "previous_value"),
            text(row, "previous_verdict")),
        baseline == null
            ? null
            : new Baseline(
                baseline,
                yearMonth(text(row, "base_from")),
                yearMonth(text(row, "base_to")),
                text(row, "baseline_method").equals("pooled")),
        change(
            estimate(row, "change_from_baseline", "change_low", "change_high"),
            number(row, "baseline_value"),
            text(row, "verdict")),
        worth == null || assumption == null
            ? null
            : new Worth(
                worth, row.getAs("worth_low_amount"), row.getAs("worth_high_amount"), assumption),
        trends.getOrDefault(metric, List.of()));
  }

  private static @Nullable Change change(
      @Nullable Estimate estimate, @Nullable Double old, String verdict) {
    if (estimate == null) {
      return null;
    }
    Double relative = old == null || old == 0 ? null : estimate.value() / Math.abs(old);
    return new Change(estimate, relative, Verdict.valueOf(verdict.toUpperCase(Locale.ROOT)));
  }

  /** Per metric a point a month from its first month on; a month without a row is a gap. */
  private static Map<String, List<Point>> trends(Tables tables, YearMonth month) {
    YearMonth first = month.minusMonths(TREND_MONTHS - 1);
    Map<String, List<Point>> trends = new HashMap<>();
    tables
        .metric()
        .where("period = 'month' and dimension = 'all'")
        .where(
            "period_start between date'%s' and date'%s'".formatted(first.atDay(1), month.atDay(1)))
        .join(
            tables
                .valueReportMonth()
                .where("month_start = date'%s'".formatted(month.atDay(1)))
                .select("metric"),
            "metric")
        .selectExpr(
            "metric",
            "string(period_start) as month",
            "value",
            "interval_low",
            "interval_high",
            "n",
            "maturity")
        .sort("metric", "month")
        .collectAsList()
        .forEach(row -> {
          List<Point> trend = trends.computeIfAbsent(text(row, "metric"), _ -> new ArrayList<>());
          YearMonth at = yearMonth(text(row, "month"));
          while (!trend.isEmpty() && trend.getLast().month().plusMonths(1).isBefore(at)) {
            trend.add(new Point(trend.getLast().month().plusMonths(1), null, 0, Maturity.TOO_FEW));
          }
          trend.add(
              new Point(
                  at,
                  estimate(row, "value", "interval_low", "interval_high"),
                  row.<Long>getAs("n"),
                  Maturity.valueOf(text(row, "maturity").toUpperCase(Locale.ROOT))));
        });
    return trends;
  }

  /** What was noted from the month's first day on about the report's KPIs, totals only. */
  private static List<Correction> corrections(Tables tables, Request request) {
    return tables
        .restatement()
        .where("dimension = 'all'")
        .where(
            "noted_on between date'%s' and date'%s'"
                .formatted(request.month().atDay(1), request.asOf()))
        .join(
            tables
                .valueReportMonth()
                .where("month_start = date'%s'".formatted(request.month().atDay(1)))
                .select("metric", "label", "unit", "position"),
            "metric")
        .selectExpr(
            "string(noted_on) as noted",
            "string(month_start) as month",
            "label",
            "unit",
            "old_value",
            "new_value",
            "cause",
            "position")
        .orderBy(col("noted").desc(), col("month").desc(), col("position"))
        .limit(CORRECTIONS)
        .collectAsList()
        .stream()
        .map(r ->
            new Correction(
                LocalDate.parse(text(r, "noted")),
                yearMonth(text(r, "month")),
                text(r, "label"),
                text(r, "unit"),
                number(r, "old_value"),
                number(r, "new_value"),
                text(r, "cause")))
        .toList();
  }

  /** The month's largest alerts, then the largest of the trend's earlier months. */
  private static List<Incident> incidents(Dataset<Row> alerts, YearMonth month) {
    Dataset<Row> all =
        alerts
            .where(
                "alert_date between date'%s' and date'%s'"
                    .formatted(month.minusMonths(TREND_MONTHS - 1).atDay(1), month.atEndOfMonth()))
            .groupBy("alert_id")
            .agg(
                expr("string(min(first_alert_date)) as first_day"),
                expr("string(max(alert_date)) as last_day"),
                expr("max(customer_count) as customers"),
                expr(
                    "max_by(struct(kind, label, reason), struct(customer_count, alert_date))"
                        + " as alert"))
            .selectExpr("alert_id", "first_day", "last_day", "customers", "alert.*");
    String begin = month.atDay(1).toString();
    List<Row> rows = new ArrayList<>(largest(all.where(col("last_day").geq(begin)), INCIDENTS));
    rows.addAll(largest(all.where(col("last_day").lt(begin)), EARLIER_INCIDENTS));
    return rows.stream()
        .map(r ->
            new Incident(
                LocalDate.parse(text(r, "first_day")),
                LocalDate.parse(text(r, "last_day")),
                text(r, "kind"),
                text(r, "label"),
                r.<Long>getAs("customers"),
                text(r, "reason")))
        .toList();
  }

  private static List<Row> largest(Dataset<Row> alerts, int limit) {
    return alerts.orderBy(col("customers").desc(), col("alert_id")).limit(limit).collectAsList();
  }

  private static List<Release> releases(Dataset<Row> changes, YearMonth month) {
    return changes
        .groupBy("change_id")
        .agg(expr("max_by(struct(effective_date, kind, title, release), record_version) as last"))
        .where(
            "last.effective_date between date'%s' and date'%s'"
                .formatted(month.atDay(1), month.atEndOfMonth()))
        .selectExpr(
            "string(last.effective_date) as day",
            "last.kind as kind",
            "last.title as title",
            "last.release as release")
        .sort("day", "title")
        .limit(RELEASES)
        .collectAsList()
        .stream()
        .map(r ->
            new Release(
                LocalDate.parse(text(r, "day")),
                text(r, "kind"),
                text(r, "title"),
                r.getAs("release")))
        .toList();
  }

  private static List<Campaign> campaigns(Tables tables, Request request) {
    return tables
        .outreachResult()
        .where("as_of_date <= date'%s'".formatted(request.asOf()))
        .groupBy("campaign_id")
        .agg(
            expr(
                "max_by(struct(treatment_count, control_count, contacted_count, treatment_rate,"
                    + " control_rate, effect, effect_low, effect_high, minimum_detectable_effect,"
                    + " string(horizon_ends_on) as ends, verdict, saved_revenue_amount),"
                    + " as_of_date) as r"))
        .join(tables.campaign().select("campaign_id", "label"), "campaign_id")
        .selectExpr("campaign_id", "label", "r.*")
        .orderBy(col("ends").desc(), col("campaign_id"))
        .limit(CAMPAIGNS)
        .collectAsList()
        .stream()
        .map(r ->
            new Campaign(
                text(r, "label"),
                r.<Long>getAs("treatment_count"),
                r.<Long>getAs("control_count"),
                r.<Long>getAs("contacted_count"),
                r.<Double>getAs("treatment_rate"),
                r.<Double>getAs("control_rate"),
                new Estimate(
                    r.<Double>getAs("effect"), number(r, "effect_low"), number(r, "effect_high")),
                r.<Double>getAs("minimum_detectable_effect"),
                LocalDate.parse(text(r, "ends")),
                text(r, "verdict"),
                r.getAs("saved_revenue_amount")))
        .toList();
  }

  /** Each team's newest list of the month. */
  private static List<ListSummary> lists(Dataset<Row> lines, YearMonth month) {
    Dataset<Row> ofMonth =
        lines.where(
            "list_date between date'%s' and date'%s'"
                .formatted(month.atDay(1), month.atEndOfMonth()));
    return ofMonth
        .join(
            ofMonth.groupBy("team").agg(expr("max(list_date) as list_date")),
            new String[] {"team", "list_date"})
        .groupBy("team", "list_date")
        .agg(
            expr("count(*) as line_count"),
            expr("count_if(is_new) as new_count"),
            expr("cast(sum(value_at_risk_amount) as decimal(28,2)) as at_risk"))
        .selectExpr("team", "string(list_date) as day", "line_count", "new_count", "at_risk")
        .sort("team")
        .limit(TEAMS)
        .collectAsList()
        .stream()
        .map(r ->
            new ListSummary(
                text(r, "team"),
                LocalDate.parse(text(r, "day")),
                r.<Long>getAs("line_count"),
                r.<Long>getAs("new_count"),
                r.<BigDecimal>getAs("at_risk")))
        .toList();
  }

  private static @Nullable Estimate estimate(Row row, String value, String low, String high) {
    Double middle = number(row, value);
    return middle == null ? null : new Estimate(middle, number(row, low), number(row, high));
  }

  private static @Nullable Double number(Row row, String column) {
    int at = row.fieldIndex(column);
    return row.isNullAt(at) ? null : row.getDouble(at);
  }

  private static String text(Row row, String column) {
    return Objects.requireNonNull(row.<String>getAs(column), column);
  }

  private static YearMonth yearMonth(String date) {
    return YearMonth.from(LocalDate.parse(date));
  }
}
