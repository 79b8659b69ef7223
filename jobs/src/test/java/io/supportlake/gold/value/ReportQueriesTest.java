package io.supportlake.gold.value;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.groups.Tuple.tuple;

import io.supportlake.report.ReportModel;
import io.supportlake.report.ReportModel.Incident;
import io.supportlake.report.ReportModel.Lineage;
import io.supportlake.report.ReportModel.ListSummary;
import io.supportlake.report.ReportModel.Release;
import io.supportlake.report.ReportModel.Verdict;
import io.supportlake.testing.Rows;
import io.supportlake.testing.SparkSuite;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ReportQueriesTest extends SparkSuite {

  private static Rows rows(String table) {
    return Rows.of(CONTRACTS, table);
  }

  private static ReportQueries.Tables tables() {
    Rows kpis = rows("gold.value_report_month");
    kpi(kpis, "fcr_7d", 1, 0.8);
    kpi(kpis, "nothing", 2, null);
    return new ReportQueries.Tables(
        data(kpis),
        data(metric(rows("gold.metric"), "2024-11-01", "2026-02-01", "2026-05-01", "2026-06-01")),
        data(
            rows("conf.metric_spec")
                .with("metric", "fcr_7d", "description", "Share solved at once.")
                .with("metric", "nothing", "description", "Nothing.")),
        data(
            rows("gold.restatement")
                .with(
                    "noted_on",
                    "2026-05-20",
                    "metric",
                    "fcr_7d",
                    "month_start",
                    "2026-02-01",
                    "dimension",
                    "all",
                    "old_value",
                    0.7,
                    "new_value",
                    0.6,
                    "cause",
                    "late_data")
                .with(
                    "noted_on",
                    "2026-05-20",
                    "metric",
                    "fcr_7d",
                    "month_start",
                    "2026-02-01",
                    "dimension",
                    "channel",
                    "cause",
                    "late_data")),
        data(
            rows("gold.issue_alert")
                .with(alert("a", "2026-05-03", "2026-05-02", 5, "small"))
                .with(alert("a", "2026-05-04", "2026-05-02", 9, "large"))
                .with(alert("b", "2026-05-09", "2026-05-09", 12, "other"))
                .with(alert("c", "2026-03-09", "2026-03-09", 99, "earlier"))),
        data(
            rows("silver.product_change")
                .with(
                    "change_id",
                    "r1",
                    "record_version",
                    1,
                    "effective_date",
                    "2026-05-10",
                    "kind",
                    "release",
                    "title",
                    "Old title")
                .with(
                    "change_id",
                    "r1",
                    "record_version",
                    2,
                    "effective_date",
                    "2026-05-11",
                    "kind",
                    "release",
                    "title",
                    "New title",
                    "release",
                    "7.1")),
        data(rows("gold.outreach_result")),
        data(
            rows("gold.outreach_list")
                .with(line("2026-05-01", "l1", true, "100.00"))
                .with(line("2026-05-08", "l2", true, "10.50"))
                .with(line("2026-05-08", "l3", false, "4.50"))),
        data(rows("conf.campaign")));
  }

  private static Dataset<Row> data(Rows rows) {
    return rows.dataset(spark());
  }

  private static void kpi(Rows rows, String metric, int position, @Nullable Double value) {
    boolean has = value != null;
    rows.with(
        "month_start",
        "2026-05-01",
        "metric",
        metric,
        "position",
        position,
        "label",
        metric,
        "direction",
        "up",
        "unit",
        "share",
        "maturity",
        has ? "provisional" : "too_few",
        "settles_on",
        "2026-06-27",
        "value",
        value,
        "baseline_value",
        has ? 0.5 : null,
        "baseline_low",
        has ? 0.4 : null,
        "baseline_high",
        has ? 0.6 : null,
        "baseline_from",
        has ? "2025-01-01" : null,
        "baseline_to",
        has ? "2025-06-01" : null,
        "baseline_method",
        has ? "pooled" : "none",
        "change_from_baseline",
        has ? 0.3 : null,
        "change_low",
        has ? 0.2 : null,
        "change_high",
        has ? 0.4 : null,
        "verdict",
        has ? "better" : "not_enough_data",
        "previous_verdict",
        "not_enough_data");
  }

  private static Rows metric(Rows rows, String... months) {
    for (String month : months) {
      rows.with(
          "metric",
          "fcr_7d",
          "period",
          "month",
          "period_start",
          month,
          "dimension",
          "all",
          "dimension_value",
          "all",
          "value",
          0.8,
          "n",
          50,
          "maturity",
          "mature");
    }
    return rows;
  }

  private static Object[] alert(String id, String day, String first, int customers, String reason) {
    return new Object[] {
      "alert_id",
      id,
      "alert_date",
      day,
      "first_alert_date",
      first,
      "customer_count",
      customers,
      "reason",
      reason,
      "kind",
      "family_surge",
      "label",
      "Issue " + id
    };
  }

  private static Object[] line(String day, String id, boolean isNew, String atRisk) {
    return new Object[] {
      "list_date",
      day,
      "list_line_id",
      id,
      "team",
      "emea",
      "is_new",
      isNew,
      "value_at_risk_amount",
      atRisk
    };
  }

  private static ReportQueries.Request request(YearMonth month) {
    return new ReportQueries.Request(
        month,
        LocalDate.of(2026, 6, 9),
        "Europe/Berlin",
        "EUR",
        List.of(),
        new Lineage("run", "hash", "0.1.0", List.of()));
  }

  @Test
  void theModelHoldsTheMonthAndNothingElse() {
    ReportModel model = ReportQueries.model(tables(), request(YearMonth.of(2026, 5)));

    assertThat(model.kpis())
        .extracting(ReportModel.Kpi::metric)
        .containsExactly("fcr_7d", "nothing");
    ReportModel.Kpi first = model.kpis().getFirst();
    assertThat(first.verdict()).isEqualTo(Verdict.BETTER);
    assertThat(first.definition()).isEqualTo("Share solved at once.");
    // February to May: the months before are older than the trend, June is later, two are gaps.
    assertThat(first.trend())
        .extracting(p -> p.month() + " " + (p.estimate() == null))
        .containsExactly("2026-02 false", "2026-03 true", "2026-04 true", "2026-05 false");
    assertThat(model.kpis().get(1).verdict()).isEqualTo(Verdict.NOT_ENOUGH_DATA);
    assertThat(model.corrections())
        .extracting(c -> c.month() + " " + c.oldValue() + " " + c.newValue())
        .containsExactly("2026-02 0.7 0.6");
    assertThat(model.incidents())
        .extracting(Incident::label, Incident::customers, Incident::reason)
        .containsExactly(
            tuple("Issue b", 12L, "other"),
            tuple("Issue a", 9L, "large"),
            tuple("Issue c", 99L, "earlier"));
    assertThat(model.releases())
        .containsExactly(new Release(LocalDate.of(2026, 5, 11), "release", "New title", "7.1"));
    assertThat(model.lists())
        .containsExactly(
            new ListSummary("emea", LocalDate.of(2026, 5, 8), 2, 1, new BigDecimal("15.00")));
  }

  @Test
  void aMonthWithoutRowsIsRefusedWithTheRemedy() {
    assertThatThrownBy(() -> ReportQueries.model(tables(), request(YearMonth.of(2020, 1))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("gold.value_report_month has no row of 2020-01");
  }
}
