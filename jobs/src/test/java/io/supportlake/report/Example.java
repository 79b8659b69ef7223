package io.supportlake.report;

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
import io.supportlake.report.ReportModel.TableVersion;
import io.supportlake.report.ReportModel.Verdict;
import io.supportlake.report.ReportModel.Worth;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** A report of invented figures, as long and as varied as a real one. */
final class Example {
  static final YearMonth MONTH = YearMonth.of(2026, 5);
  static final String HOSTILE = "<script>alert('x')</script> & \"Müller\" ]]> ${7*7}";

  private Example() {}

  static ReportModel model() {
    return new ReportModel(
        MONTH,
        LocalDate.of(2026, 6, 9),
        "Europe/Berlin",
        "EUR",
        kpis(),
        List.of(
            new Correction(
                LocalDate.of(2026, 5, 22),
                YearMonth.of(2026, 3),
                "First-contact resolution within 7 days",
                "share",
                0.8312,
                0.8287,
                "late_data"),
            new Correction(
                LocalDate.of(2026, 5, 4),
                YearMonth.of(2026, 2),
                "Contacts per 1,000 active customer-days",
                "contacts per 1,000 active customer-days",
                4.12,
                null,
                "definition")),
        List.of(
            new Incident(
                LocalDate.of(2026, 5, 11),
                LocalDate.of(2026, 5, 19),
                "error_template",
                "Ledger sync token <*> rejected by accounting provider",
                214,
                "1,932 lines in 7 days where 41 were expected (47 times), first seen in release 2026.19.0, 214 customers."),
            new Incident(
                LocalDate.of(2026, 5, 13),
                LocalDate.of(2026, 5, 20),
                "family_surge",
                "Bank feed stopped updating",
                96,
                "118 tickets in 7 days where 22.4 were expected (5.3 times), 96 customers."),
            new Incident(
                LocalDate.of(2026, 2, 3),
                LocalDate.of(2026, 2, 3),
                "ticket_cluster",
                HOSTILE,
                12,
                "14 tickets that resemble each other and no earlier one.")),
        List.of(
            new Release(LocalDate.of(2026, 5, 10), "release", "Accounting sync 2.0", "2026.19.0"),
            new Release(
                LocalDate.of(2026, 5, 25),
                "regulatory",
                "Instant payments: verification of payee for all euro transfers",
                null)),
        List.of(
            new Campaign(
                "Integration health check, autumn 2025",
                412,
                398,
                371,
                0.0413,
                0.0854,
                new Estimate(-0.0441, -0.0802, -0.0101),
                0.052,
                LocalDate.of(2026, 2, 1),
                "effect",
                new BigDecimal("18420.00")),
            new Campaign(
                "Cash-flow onboarding",
                120,
                118,
                96,
                0.0500,
                0.0593,
                new Estimate(-0.0093, -0.0712, 0.0523),
                0.094,
                LocalDate.of(2026, 4, 30),
                "no_clear_effect",
                null)),
        List.of(
            new ListSummary(
                "EMEA Growth", LocalDate.of(2026, 5, 29), 40, 11, new BigDecimal("61230.50")),
            new ListSummary(
                "Americas Enterprise",
                LocalDate.of(2026, 5, 29),
                25,
                6,
                new BigDecimal("143870.00"))),
        List.of(
            new Source("case_event", LocalDate.of(2026, 6, 9), 48211, 37, 512, ""),
            new Source("usage_event", LocalDate.of(2026, 6, 9), 1834201, 120, 20311, ""),
            new Source(
                "survey_response",
                LocalDate.of(2026, 6, 2),
                1902,
                0,
                14,
                "no file for 7 days; CSAT of the last week may still move"),
            new Source("training_event", null, 0, 0, 0, "")),
        new Lineage(
            "2026-06-09T04:12:07Z-000417",
            "9f2c1d5a7be04e0cb1a6a52b6f4d2b6f8d2e0a47c3b9155f0d5be2f1a6c47e90",
            "0.1.0",
            List.of(
                new TableVersion("gold.metric", 211),
                new TableVersion("gold.value_report_month", 64),
                new TableVersion("gold.published_month", 58),
                new TableVersion("gold.issue_alert", 1204))));
  }

  private static List<Kpi> kpis() {
    return List.of(
        kpi(
            "final_resolution_time",
            "Time to final resolution (median)",
            "minutes",
            Direction.DOWN,
            "Median time from the start of an issue to its last solution; issues still open count as longer than observed.",
            2480,
            210,
            2010,
            150,
            Verdict.WORSE,
            null,
            Maturity.MATURE,
            false),
        kpi(
            "first_resolution_time",
            "Time to first resolution (median)",
            "minutes",
            Direction.DOWN,
            "Median time from the start of an issue to its first solution.",
            505,
            40,
            498,
            30,
            Verdict.UNCLEAR,
            null,
            Maturity.MATURE,
            false),
        kpi(
            "fcr_7d",
            "First-contact resolution within 7 days",
            "share",
            Direction.UP,
            "Share of issues whose first contact solved them: no further contact on the same issue within 7 days, on any channel.",
            0.842,
            0.012,
            0.812,
            0.006,
            Verdict.BETTER,
            new Worth(
                new BigDecimal("712.40"),
                new BigDecimal("380.10"),
                new BigDecimal("1044.90"),
                "each episode resolved at first contact saves one repeat contact of EUR 9.50 handling cost"),
            Maturity.MATURE,
            true),
        kpi(
            "csat_positive_share",
            "Satisfied customers (CSAT)",
            "share",
            Direction.UP,
            "Share of answered surveys with 4 or 5 of 5 points.",
            0.884,
            0.021,
            0.879,
            0.009,
            Verdict.UNCLEAR,
            null,
            Maturity.PROVISIONAL,
            true),
        kpi(
            "engineering_escalation_rate",
            "Escalations to engineering",
            "share",
            Direction.DOWN,
            "Share of issues handed to product engineering.",
            0.031,
            0.006,
            0.044,
            0.003,
            Verdict.BETTER,
            new Worth(
                new BigDecimal("5850.00"),
                new BigDecimal("2880.00"),
                new BigDecimal("8820.00"),
                "each escalation costs two engineering hours at EUR 90"),
            Maturity.MATURE,
            true),
        kpi(
            "contact_rate",
            "Contacts per 1,000 active customer-days",
            "contacts per 1,000 active customer-days",
            Direction.DOWN,
            "Contacts per 1,000 active customer-days.",
            4.61,
            0.14,
            4.02,
            0.06,
            Verdict.WORSE,
            new Worth(
                new BigDecimal("-5211.00"),
                new BigDecimal("-6580.00"),
                new BigDecimal("-3842.00"),
                "each contact costs EUR 9.50 to handle"),
            Maturity.PROVISIONAL,
            true),
        kpi(
            "reopen_rate_30d",
            "Reopened within 30 days",
            "share",
            Direction.DOWN,
            "Share of solved issues reopened within 30 days, thank-yous apart.",
            0.061,
            0.008,
            0.064,
            0.004,
            Verdict.UNCLEAR,
            new Worth(
                new BigDecimal("118.00"),
                new BigDecimal("-240.00"),
                new BigDecimal("476.00"),
                "each reopened case costs EUR 14.00 of second handling"),
            Maturity.PROVISIONAL,
            true),
        kpi(
            "quality_score",
            "Quality of reviewed cases",
            "score 0 to 1",
            Direction.UP,
            "Weighted mean score of reviewed cases, 0 to 100, after auto-fail.",
            0.864,
            0.019,
            0.821,
            0.009,
            Verdict.BETTER,
            null,
            Maturity.MATURE,
            true),
        kpi(
            "auto_fail_rate",
            "Reviews with a critical error",
            "share",
            Direction.DOWN,
            "Share of reviews that failed a compliance or security criterion.",
            0.0,
            0.0,
            0.0,
            0,
            Verdict.NOT_ENOUGH_DATA,
            null,
            Maturity.TOO_FEW,
            true),
        kpi(
            "churned_revenue_share",
            "Recurring revenue lost by cancellation",
            "share",
            Direction.DOWN,
            "Share of the month's starting recurring revenue that was cancelled in the month.",
            0.0112,
            0.0031,
            0.0124,
            0.0012,
            Verdict.UNCLEAR,
            new Worth(
                new BigDecimal("14200.00"),
                new BigDecimal("-24800.00"),
                new BigDecimal("53200.00"),
                "each EUR 1 of monthly revenue kept earns 12 months at a margin of 80 %"),
            Maturity.MATURE,
            true),
        kpi(
            "cost_to_serve",
            "Cost to serve a contact",
            "reporting currency per contact",
            Direction.DOWN,
            "Handling cost per contact.",
            6.42,
            0.31,
            6.61,
            0.14,
            Verdict.UNCLEAR,
            null,
            Maturity.MATURE,
            true));
  }

  private static Kpi kpi(
      String metric,
      String label,
      String unit,
      Direction direction,
      String definition,
      double value,
      double half,
      double base,
      double baseHalf,
      Verdict verdict,
      @Nullable Worth worth,
      Maturity maturity,
      boolean isPooled) {
    boolean isMissing = verdict == Verdict.NOT_ENOUGH_DATA;
    double change = value - base;
    double changeHalf = Math.hypot(half, baseHalf);
    List<Point> trend = new ArrayList<>();
    IntStream.range(0, 18)
        .forEach(i -> {
          double wave = base + change * i / 17 + half * 0.8 * Math.sin(i * 1.9);
          boolean isGap = isMissing || i == 6;
          trend.add(
              new Point(
                  MONTH.minusMonths(17 - i),
                  isGap ? null : i == 17 ? at(value, half) : at(wave, half * 1.1),
                  isGap ? 7 : 1200 + 37L * i,
                  isGap ? Maturity.TOO_FEW : i == 17 ? maturity : Maturity.MATURE));
        });
    return new Kpi(
        metric,
        label,
        unit,
        direction,
        definition,
        isMissing ? null : at(value, half),
        isMissing ? 7 : 2504,
        isPooled ? "wilson" : "kaplan_meier",
        maturity,
        LocalDate.of(2026, 7, 20),
        isMissing ? null : at(base, half),
        isMissing
            ? null
            : new Change(at(change * 0.4, changeHalf * 1.2), change * 0.4 / base, Verdict.UNCLEAR),
        isMissing
            ? null
            : new Baseline(
                at(base, baseHalf),
                YearMonth.of(2025, isPooled ? 1 : 6),
                YearMonth.of(2025, 6),
                isPooled),
        isMissing ? null : new Change(at(change, changeHalf), change / base, verdict),
        worth,
        trend);
  }

  private static Estimate at(double value, double half) {
    return new Estimate(value, value - half, value + half);
  }
}
