package io.supportlake.gold.churn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.supportlake.Period;
import io.supportlake.testing.Rows;
import io.supportlake.testing.SparkSuite;
import io.supportlake.testing.TestInputs;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.apache.spark.sql.Row;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A small world, counted by hand at the end of 31 January 2026 in Berlin (23:00 UTC). */
class ChurnFeatureTest extends SparkSuite {
  private static final LocalDate LANDMARK = LocalDate.of(2026, 1, 31);
  private static final Map<String, Row> BY_ACCOUNT = new HashMap<>();

  private static final Rows EVENTS = Rows.of(CONTRACTS, "silver.case_event");
  private static int eventNumber;

  @BeforeAll
  static void build() {
    cases();
    for (Row row :
        new TestInputs(spark(), SETTINGS, CONTRACTS, "gold.churn_feature")
            .with("silver.account", accounts())
            .with("conf.exchange_rate", rates())
            .with("silver.case_event", EVENTS)
            .with("silver.support_case", supportCases())
            .with("conf.category", categories())
            .with("conf.issue_family", families())
            .with("silver.case_message", messages())
            .with("silver.survey", surveys())
            .with("silver.usage_day", usage())
            .with("silver.error_event", errors())
            .with("silver.money_event", money())
            .build(new ChurnFeature(), Period.day(LANDMARK))
            .collectAsList()) {
      var _ = BY_ACCOUNT.put(row.getAs("account_id"), row);
    }
  }

  private static Rows accounts() {
    Rows rows =
        Rows.of(CONTRACTS, "silver.account")
            .with(
                "account_id",
                "BUSY",
                "valid_from",
                "2024-12-31T23:00:00Z",
                "status",
                "trial",
                "plan",
                "starter")
            .with(
                "account_id",
                "BUSY",
                "valid_from",
                "2025-06-01T00:00:00Z",
                "status",
                "active",
                "plan",
                "scale",
                "recurring_revenue_amount",
                "100.00",
                "currency",
                "USD",
                "renewal_date",
                "2026-03-02")
            // Known only after the landmark.
            .with(
                "account_id",
                "BUSY",
                "valid_from",
                "2026-01-30T00:00:00Z",
                "status",
                "cancelled",
                "first_arrival_date",
                "2026-02-01");
    account(rows, "QUIET", "2025-12-31T23:00:00Z", "active", "bespoke");
    account(rows, "29 days", "2026-01-01T23:00:00Z", "active", "growth");
    account(rows, "TRIAL", "2025-01-01T00:00:00Z", "trial", "growth");
    account(rows, "SUSPENDED", "2025-01-01T00:00:00Z", "suspended", "growth");
    account(rows, "CHATTY", "2025-01-01T00:00:00Z", "active", "enterprise");
    account(rows, "PHRASED", "2025-01-01T00:00:00Z", "active", "growth");
    account(rows, "LAPSED", "2025-01-01T00:00:00Z", "active", "growth");
    return rows;
  }

  private static void account(Rows rows, String id, String from, String status, String plan) {
    var _ = rows.with("account_id", id, "valid_from", from, "status", status, "plan", plan);
  }

  private static Rows rates() {
    return Rows.of(CONTRACTS, "conf.exchange_rate")
        .with("rate_date", "2026-01-01", "currency", "USD", "rate", "0.90")
        .with("rate_date", "2026-02-01", "currency", "USD", "rate", "1.50");
  }

  private static Rows categories() {
    return Rows.of(CONTRACTS, "conf.category")
        .with("category", "P", "issue_family", "payout_late")
        .with("category", "R", "issue_family", "refund_wrong")
        .with("category", "H", "issue_family", "how_to")
        .with("category", "O", "issue_family", "other");
  }

  private static Rows families() {
    Rows rows = Rows.of(CONTRACTS, "conf.issue_family");
    for (String[] family :
        new String[][] {
          {"payout_late", "critical"},
          {"refund_wrong", "high"},
          {"how_to", "low"},
          {"other", "low"},
          {"unknown", "low"}
        }) {
      var _ = rows.with("family", family[0], "stake", family[1], "effective_from", "2024-01-01");
    }
    return rows;
  }

  private static Rows supportCases() {
    return Rows.of(CONTRACTS, "silver.support_case")
        // The category that decided came after the landmark.
        .with(
            "case_id",
            "chat",
            "account_id",
            "CHATTY",
            "issue_family",
            "refund_wrong",
            "family_rule",
            "category",
            "stake",
            "high")
        .with(
            "case_id",
            "phrase",
            "account_id",
            "PHRASED",
            "issue_family",
            "how_to",
            "family_rule",
            "phrase",
            "stake",
            "critical");
  }

  private static void event(
      String caseId,
      String account,
      String at,
      String type,
      String actor,
      @Nullable String category,
      @Nullable String session,
      boolean isPublic) {
    var _ =
        EVENTS.with(
            "event_id",
            "%03d".formatted(++eventNumber),
            "case_id",
            caseId,
            "account_id",
            account,
            "event_at",
            at + ":00Z",
            "event_date",
            at.substring(0, 10),
            "arrival_date",
            at.substring(0, 10),
            "event_type",
            type,
            "actor_type",
            actor,
            "category",
            category,
            "session_id",
            session,
            "is_public",
            isPublic);
  }

  private static void event(String caseId, String at, String type, String actor) {
    event(caseId, "BUSY", at, type, actor, null, null, true);
  }

  private static void opened(String caseId, String at, String category) {
    event(caseId, "BUSY", at, "opened", "customer", category, null, true);
  }

  private static void cases() {
    // Two contacts and a reopen; answered after 2 and 6 hours; open.
    opened("c1", "2026-01-10T10:00", "P");
    event("c1", "2026-01-10T12:00", "message", "agent");
    event("c1", "2026-01-10T15:00", "solved", "agent");
    event("c1", "2026-01-15T10:00", "reopened", "customer");
    event("c1", "BUSY", "2026-01-15T10:30", "message", "agent", null, null, false);
    event("c1", "2026-01-15T11:00", "escalated", "agent");
    event("c1", "2026-01-15T16:00", "message", "agent");
    // One contact; the thanks after its solve are none.
    opened("c2", "2025-12-20T10:00", "P");
    event("c2", "2025-12-20T11:00", "solved", "agent");
    event("c2", "2025-12-20T12:00", "message", "customer");
    event("c2", "2025-12-20T13:00", "solved", "agent");
    // Of low stake, open, older than 30 days.
    opened("c3", "2025-11-20T10:00", "H");
    // An unsolved case of the family other is an issue of its own.
    opened("c4", "2026-01-20T10:00", "O");
    // Older than 90 days, its escalation and solve too.
    opened("c5", "2025-10-20T10:00", "P");
    event("c5", "2025-10-21T10:00", "escalated", "agent");
    event("c5", "2025-10-22T10:00", "solved", "agent");
    // Of high stake, open, older than 30 days.
    opened("c6", "2025-12-05T10:00", "R");
    // Two sessions are two contacts.
    event("chat", "CHATTY", "2026-01-05T10:00", "opened", "customer", null, "s1", true);
    event("chat", "CHATTY", "2026-01-05T10:01", "bot_turn", "customer", null, "s1", true);
    event("chat", "CHATTY", "2026-01-06T10:00", "call_leg", "customer", null, "s2", true);
    event("phrase", "PHRASED", "2026-01-07T10:00", "opened", "customer", null, null, true);
  }

  private static Rows messages() {
    Rows rows = Rows.of(CONTRACTS, "silver.case_message");
    message(rows, "1", "2025-11-03", "customer", -0.5);
    message(rows, "2", "2025-12-03", "customer", 0.3);
    message(rows, "3", "2026-01-31", "customer", 0.0);
    message(rows, "4", "2025-11-02", "customer", -0.9);
    message(rows, "5", "2026-01-15", "agent", -0.9);
    return rows;
  }

  private static void message(Rows rows, String id, String date, String actor, double sentiment) {
    var _ =
        rows.with(
            "message_id",
            id,
            "account_id",
            "BUSY",
            "sent_at",
            date + "T10:00:00Z",
            "sent_date",
            date,
            "actor_type",
            actor,
            "sentiment",
            sentiment);
  }

  private static Rows surveys() {
    Rows rows = Rows.of(CONTRACTS, "silver.survey");
    survey(rows, "1", "csat", "2026-01-05", "2026-01-05", 4);
    survey(rows, "2", "csat", "2026-01-20", "2026-01-21", 2);
    survey(rows, "3", "csat", "2026-01-25", "2026-02-01", 5);
    survey(rows, "4", "nps", "2026-01-26", "2026-01-26", 9);
    survey(rows, "5", "csat", "2026-02-01", "2026-01-26", 1);
    return rows;
  }

  private static void survey(
      Rows rows, String id, String kind, String answered, String arrival, int score) {
    var _ =
        rows.with(
            "survey_id",
            id,
            "kind",
            kind,
            "account_id",
            "BUSY",
            "answered_at",
            answered + "T10:00:00Z",
            "answered_date",
            answered,
            "answer_arrival_date",
            arrival,
            "score",
            score);
  }

  private static Rows usage() {
    Rows rows = Rows.of(CONTRACTS, "silver.usage_day");
    used(rows, "BUSY", "web", "invoices", "2026-01-29", "2026-01-29", 10, 1);
    used(rows, "BUSY", "api", "webhooks", "2026-01-29", "2026-01-30", 5, 2);
    used(rows, "BUSY", "web", "bank_feed", "2026-01-04", "2026-01-04", 4, 1);
    // Taken back, once in time and once too late to be known.
    used(rows, "BUSY", "web", "bank_feed", "2026-01-04", "2026-01-10", -1, 0);
    used(rows, "BUSY", "web", "bank_feed", "2026-01-04", "2026-02-02", -2, 0);
    // Used and wholly taken back.
    used(rows, "BUSY", "web", "reports", "2026-01-20", "2026-01-20", 2, 0);
    used(rows, "BUSY", "web", "reports", "2026-01-20", "2026-01-21", -2, 0);
    // The 28 days before, and the day before them.
    used(rows, "BUSY", "web", "invoices", "2026-01-03", "2026-01-03", 3, 3);
    used(rows, "BUSY", "web", "invoices", "2025-12-07", "2025-12-07", 4, 0);
    used(rows, "BUSY", "web", "invoices", "2025-12-06", "2025-12-06", 100, 0);
    used(rows, "LAPSED", "web", "invoices", "2025-11-22", "2025-11-22", 100, 0);
    return rows;
  }

  private static void used(
      Rows rows,
      String account,
      String product,
      String feature,
      String date,
      String arrival,
      int events,
      int failures) {
    var _ =
        rows.with(
            "account_id",
            account,
            "product",
            product,
            "feature",
            feature,
            "usage_date",
            date,
            "arrival_date",
            arrival,
            "event_count",
            events,
            "failure_count",
            failures);
  }

  private static Rows errors() {
    Rows rows = Rows.of(CONTRACTS, "silver.error_event");
    error(rows, "1", 1, "2026-01-04", "2026-01-04", "ERROR", "BUSY");
    error(rows, "2", 1, "2026-01-31", "2026-01-31", "FATAL", "BUSY");
    // Its correction was not known yet.
    error(rows, "2", 2, "2026-01-31", "2026-02-05", "FATAL", "QUIET");
    error(rows, "3", 1, "2026-01-20", "2026-01-20", "INFO", "BUSY");
    error(rows, "4", 1, "2026-01-03", "2026-01-03", "ERROR", "BUSY");
    error(rows, "5", 1, "2026-01-20", "2026-01-20", "ERROR", null);
    return rows;
  }

  private static void error(
      Rows rows,
      String id,
      int version,
      String date,
      String arrival,
      String severity,
      @Nullable String account) {
    var _ =
        rows.with(
            "log_id",
            id,
            "record_version",
            version,
            "arrival_date",
            arrival,
            "logged_at",
            date + "T10:00:00Z",
            "log_date",
            date,
            "severity",
            severity,
            "account_id",
            account);
  }

  private static Rows money() {
    Rows rows = Rows.of(CONTRACTS, "silver.money_event");
    paid(rows, "1", "refund", "2026-01-20", "2026-01-20", "18.00");
    paid(rows, "2", "refund", "2025-11-03", "2025-11-03", "0.50");
    paid(rows, "3", "refund", "2025-11-02", "2025-11-02", "99.00");
    paid(rows, "4", "loss", "2026-01-21", "2026-01-21", "5.25");
    paid(rows, "5", "loss", "2026-01-21", "2026-02-01", "70.00");
    paid(rows, "6", "recovery", "2026-01-21", "2026-01-21", "7.00");
    return rows;
  }

  private static void paid(
      Rows rows, String id, String kind, String date, String arrival, String amount) {
    var _ =
        rows.with(
            "event_id",
            id,
            "account_id",
            "BUSY",
            "kind",
            kind,
            "occurred_at",
            date + "T10:00:00Z",
            "occurred_date",
            date,
            "arrival_date",
            arrival,
            "reporting_amount",
            amount);
  }

  private static void assertFeature(String account, String feature, @Nullable Object expected) {
    Object value = Objects.requireNonNull(BY_ACCOUNT.get(account)).getAs(feature);
    if (expected instanceof Double number) {
      assertThat((Double) value).as("%s of %s", feature, account).isEqualTo(number, within(1e-12));
    } else {
      assertThat(value).as("%s of %s", feature, account).isEqualTo(expected);
    }
  }

  @Test
  void onlyActiveAccountsOfThirtyDaysAreAtRisk() {
    assertThat(BY_ACCOUNT.keySet())
        .containsExactlyInAnyOrder("BUSY", "QUIET", "CHATTY", "PHRASED", "LAPSED");
  }

  @Test
  void theRegisterIsReadAsItWasKnown() {
    assertFeature("BUSY", "tenure_days", 395);
    assertFeature("BUSY", "plan_rank", 3);
    assertFeature("BUSY", "recurring_revenue_amount", new BigDecimal("90.00"));
    assertFeature("BUSY", "days_to_renewal", 30);
    assertFeature("QUIET", "tenure_days", 30);
    assertFeature("QUIET", "plan_rank", 0);
    assertFeature("CHATTY", "plan_rank", 4);
    assertFeature("QUIET", "recurring_revenue_amount", null);
    assertFeature("QUIET", "days_to_renewal", null);
  }

  @Test
  void contactsAreStretchesBetweenSolvesWithoutThanks() {
    // 30 days: c1 twice, c4; 90 days: also c2, c3 and c6.
    assertFeature("BUSY", "contacts_30d", 3);
    assertFeature("BUSY", "contacts_90d", 6);
    // Three about late payouts.
    assertFeature("BUSY", "repeat_contacts_90d", 2);
    assertFeature("BUSY", "reopens_90d", 1);
    assertFeature("BUSY", "escalations_90d", 1);
    assertFeature("BUSY", "mean_first_reply_hours_90d", 4.0);
    assertFeature("CHATTY", "contacts_30d", 2);
    assertFeature("CHATTY", "repeat_contacts_90d", 1);
    assertFeature("CHATTY", "mean_first_reply_hours_90d", null);
  }

  @Test
  void issuesAreUnresolvedWhileTheirLatestCaseIsOpen() {
    assertFeature("BUSY", "unresolved_30d", 2);
    assertFeature("BUSY", "unresolved_high_stake_30d", 1);
    assertFeature("BUSY", "unresolved_high_stake_90d", 2);
  }

  @Test
  void aFamilyThatALaterCategoryDecidedIsUnknownAndOneFromWordsIsKnown() {
    assertFeature("CHATTY", "unresolved_30d", 1);
    assertFeature("CHATTY", "unresolved_high_stake_30d", 0);
    assertFeature("PHRASED", "unresolved_high_stake_30d", 1);
  }

  @Test
  void moodIsTheShareOfNegativeMessagesAndTheLastKnownAnswer() {
    assertFeature("BUSY", "negative_sentiment_90d", 1 / 3.0);
    assertFeature("BUSY", "last_csat_score", 2);
    assertFeature("QUIET", "negative_sentiment_90d", null);
    assertFeature("QUIET", "last_csat_score", null);
  }

  @Test
  void usageIsTheSumOfTheIncrementsThatHadArrived() {
    assertFeature("BUSY", "events_28d", 18L);
    assertFeature("BUSY", "events_trend", Math.log(19 / 8.0));
    assertFeature("BUSY", "usage_against_usual", Math.log(19 / (107 * 28 / 92.0 + 1)));
    assertFeature("BUSY", "active_days_28d", 2);
    assertFeature("BUSY", "features_used_28d", 3);
    assertFeature("BUSY", "failure_share_28d", 4 / 18.0);
    assertFeature("BUSY", "integration_failures_28d", 3L);
    assertFeature("BUSY", "days_since_last_use", 2);
    assertFeature("LAPSED", "days_since_last_use", 70);
    assertFeature("LAPSED", "events_trend", null);
    assertFeature("LAPSED", "usage_against_usual", -Math.log(100 * 28 / 92.0 + 1));
    assertFeature("LAPSED", "failure_share_28d", null);
    assertFeature("LAPSED", "events_28d", 0L);
    assertFeature("QUIET", "days_since_last_use", null);
    assertFeature("QUIET", "usage_against_usual", null);
    assertFeature("QUIET", "active_days_28d", 0);
  }

  @Test
  void errorsAndMoneyAreThoseOfTheWindowAsKnown() {
    assertFeature("BUSY", "errors_28d", 2L);
    assertFeature("QUIET", "errors_28d", 0L);
    assertFeature("BUSY", "refund_amount_90d", new BigDecimal("18.50"));
    assertFeature("BUSY", "loss_amount_90d", new BigDecimal("5.25"));
    assertFeature("QUIET", "loss_amount_90d", new BigDecimal("0.00"));
  }
}
