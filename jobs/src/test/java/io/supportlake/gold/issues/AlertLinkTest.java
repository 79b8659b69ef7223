package io.supportlake.gold.issues;

import static org.assertj.core.api.Assertions.assertThat;

import io.supportlake.Period;
import io.supportlake.testing.Lines;
import io.supportlake.testing.Rows;
import io.supportlake.testing.SparkSuite;
import io.supportlake.testing.TestInputs;
import java.time.LocalDate;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;

class AlertLinkTest extends SparkSuite {
  private static final LocalDate DAY = LocalDate.of(2026, 3, 8);

  private final Rows errors = Rows.of(CONTRACTS, "silver.error_event");
  private final Rows cases = Rows.of(CONTRACTS, "silver.support_case");
  private final Rows changes = Rows.of(CONTRACTS, "silver.product_change");
  private final Rows alerts = Rows.of(CONTRACTS, "gold.issue_alert");
  private final Rows accounts = Rows.of(CONTRACTS, "silver.account");
  private int next;

  private void error(String template, String account, String at, String arrival) {
    errors.with(
        "log_id",
        "log-" + next++,
        "template_id",
        template,
        "service",
        "ledger",
        "feature",
        "exports",
        "severity",
        "ERROR",
        "account_id",
        account,
        "log_date",
        at.substring(0, 10),
        "logged_at",
        at,
        "arrival_date",
        arrival);
  }

  private void opened(String id, String family, String account, String at) {
    cases.with(
        "case_id",
        id,
        "account_id",
        account,
        "issue_family",
        family,
        "feature",
        "exports",
        "opened_date",
        at.substring(0, 10),
        "opened_at",
        at);
  }

  private void release(String id, String at, String arrival, String feature, String service) {
    changes.with(
        "change_id",
        id,
        "kind",
        "release",
        "effective_at",
        at,
        "arrival_date",
        arrival,
        "features",
        List.of(feature),
        "services",
        List.of(service));
  }

  private void alert(String id, String kind, String subject, List<String> members) {
    alerts.with(
        "alert_date",
        DAY,
        "alert_id",
        id,
        "kind",
        kind,
        "subject",
        subject,
        "window_days",
        kind.equals("error_template") ? 1 : 7,
        "first_record_at",
        "2026-03-08T10:00:00Z",
        "member_ids",
        members);
  }

  private void twentyCustomers() {
    for (int c = 0; c < 20; c++) {
      accounts.with(
          "account_id",
          "c" + c,
          "valid_from",
          "2026-01-01T00:00:00Z",
          "status",
          c == 19 ? "cancelled" : "active",
          "first_arrival_date",
          "2026-01-01");
    }
  }

  private Dataset<Row> build() {
    return new TestInputs(spark(), SETTINGS, CONTRACTS, "gold.alert_link")
        .with("silver.error_event", errors)
        .with("silver.support_case", cases)
        .with("silver.product_change", changes)
        .with("silver.account", accounts)
        .with("gold.issue_alert", alerts)
        .build(new AlertLink(), Period.day(DAY))
        .cache();
  }

  @Test
  void anAlertIsJoinedToTheReleasesJustBeforeOfItsFeatureOrService() {
    error("new", "c1", "2026-03-08T10:00:00Z", "2026-03-08");
    alert("a1", "error_template", "new", List.of());
    release("by-feature", "2026-03-08T08:00:00Z", "2026-03-08", "exports", "other");
    release("by-service", "2026-03-05T10:00:00Z", "2026-03-05", "other", "ledger");
    release("of-something-else", "2026-03-08T08:00:00Z", "2026-03-08", "other", "other");
    release("too-early", "2026-03-05T09:59:59Z", "2026-03-05", "exports", "ledger");
    release("after", "2026-03-08T10:00:01Z", "2026-03-08", "exports", "ledger");
    release("not-known-yet", "2026-03-08T08:00:00Z", "2026-03-09", "exports", "ledger");

    Dataset<Row> links = build();

    assertThat(Lines.of(links, "alert_id", "linked_kind", "linked_id", "lift", "lag_hours"))
        .containsExactly("a1|release|by-feature|null|2.0", "a1|release|by-service|null|72.0");
    Checks.hold(CONTRACTS.of("gold.alert_link"), links);
  }

  @Test
  void anAlertIsJoinedToWhatItsCustomersHaveMoreOftenThanOthers() {
    twentyCustomers();
    for (int c = 1; c <= 4; c++) {
      error("new", "c" + c, "2026-03-08T10:00:00Z", "2026-03-08");
      opened("case-" + c, "exports-broken", "c" + c, "2026-03-08T1" + c + ":00:00Z");
      // Everybody has these, so they say nothing about the alert.
      error("usual", "c" + c, "2026-03-07T10:00:00Z", "2026-03-07");
      error("not-known-yet", "c" + c, "2026-03-08T10:00:00Z", "2026-03-09");
      error("long-ago", "c" + c, "2026-03-01T10:00:00Z", "2026-03-01");
    }
    for (int c = 5; c <= 18; c++) {
      error("usual", "c" + c, "2026-03-07T10:00:00Z", "2026-03-07");
    }
    opened("case-5", "exports-broken", "c5", "2026-03-08T11:00:00Z");
    opened("case-6", "of-two", "c1", "2026-03-08T11:00:00Z");
    opened("case-7", "of-two", "c2", "2026-03-08T11:00:00Z");
    alert("a1", "error_template", "new", List.of());
    alert("a2", "ticket_cluster", "case-1", List.of("case-1", "case-2", "case-3"));

    Dataset<Row> links = build();

    // Five of the 19 customers opened such a case, and all four of the alert's: 1 / (5 / 19).
    assertThat(
            Lines.of(links, "alert_id", "linked_kind", "linked_id", "round(lift, 4)", "lag_hours"))
        .containsExactly(
            "a1|family|exports-broken|3.8|-1.0",
            "a2|family|exports-broken|3.8|-1.0",
            "a2|template|new|4.75|0.0");
    Checks.hold(CONTRACTS.of("gold.alert_link"), links);
  }
}
