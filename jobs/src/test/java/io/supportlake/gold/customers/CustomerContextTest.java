package io.supportlake.gold.customers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.supportlake.Period;
import io.supportlake.testing.Rows;
import io.supportlake.testing.SparkSuite;
import io.supportlake.testing.TestInputs;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.spark.sql.Row;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Two snapshots of one small world: the ends of 31 December 2025 and 31 January 2026 in Berlin. */
class CustomerContextTest extends SparkSuite {
  private static final LocalDate DECEMBER = LocalDate.of(2025, 12, 31);
  private static final LocalDate JANUARY = LocalDate.of(2026, 1, 31);
  private static final Map<String, Row> ROWS = new HashMap<>();

  @BeforeAll
  static void build() {
    for (Row row :
        new TestInputs(spark(), SETTINGS, CONTRACTS, "gold.customer_context")
            .with("silver.account", accounts())
            .with(
                "silver.support_case",
                Rows.of(CONTRACTS, "silver.support_case")
                    .with("case_id", "merged", "account_id", "A", "merged_into_case_id", "c1"))
            .with("silver.case_status_interval", intervals())
            .with("silver.contact", contacts())
            .with("gold.episode_outcome", episodes())
            .with("silver.survey", surveys())
            .with("silver.usage_day", usage())
            .with("silver.consent", consents())
            .with("silver.disposition", dispositions())
            .build(new CustomerContext(), new Period(JANUARY, JANUARY, List.of(DECEMBER, JANUARY)))
            .collectAsList()) {
      var _ = ROWS.put(row.getAs("snapshot_date").toString() + " " + row.getAs("account_id"), row);
    }
  }

  private static Rows accounts() {
    Rows rows =
        Rows.of(CONTRACTS, "silver.account")
            .with(
                "account_id",
                "A",
                "valid_from",
                "2025-12-01T00:00:00Z",
                "status",
                "trial",
                "plan",
                "starter",
                "first_arrival_date",
                "2025-12-01")
            .with(
                "account_id",
                "A",
                "valid_from",
                "2026-01-15T00:00:00Z",
                "status",
                "cancelled",
                "plan",
                "growth",
                "name",
                "Acme",
                "first_arrival_date",
                "2026-01-15");
    for (String account :
        List.of(
            "opted out",
            "opted in again",
            "out until the day",
            "out until the day before",
            "suppressed",
            "consent withdrawn",
            "consent given",
            "one user only",
            "both",
            "vulnerable user",
            "since the end")) {
      var _ =
          rows.with(
              "account_id",
              account,
              "status",
              "active",
              "valid_from",
              "2025-12-01T00:00:00Z",
              "first_arrival_date",
              "2025-12-01");
    }
    return rows.with(
        "account_id",
        "NEW",
        "status",
        "active",
        "valid_from",
        "2026-01-31T10:00:00Z",
        "first_arrival_date",
        "2026-01-31");
  }

  private static Rows intervals() {
    Rows rows = Rows.of(CONTRACTS, "silver.case_status_interval");
    interval(rows, "c1", 1, "2025-12-10T10:00:00Z", "2026-01-31T22:59:00Z", true, "opened");
    interval(rows, "c1", 2, "2026-01-31T22:59:00Z", "2026-01-31T23:00:00Z", false, "solved");
    interval(rows, "c1", 3, "2026-01-31T23:00:00Z", null, true, "reopened");
    interval(rows, "c2", 1, "2026-01-05T10:00:00Z", "2026-01-06T10:00:00Z", true, "opened");
    interval(rows, "c2", 2, "2026-01-06T10:00:00Z", "2026-01-07T10:00:00Z", false, "solved");
    interval(rows, "c2", 3, "2026-01-07T10:00:00Z", null, true, "reopened");
    interval(rows, "c3", 1, "2025-11-02T10:00:00Z", "2025-11-02T11:00:00Z", true, "reopened");
    interval(rows, "c3", 2, "2025-11-02T11:00:00Z", null, false, "solved");
    interval(rows, "merged", 1, "2026-01-05T10:00:00Z", null, true, "opened");
    return rows;
  }

  private static void interval(
      Rows rows,
      String caseId,
      int number,
      String from,
      @Nullable String to,
      boolean isActive,
      String change) {
    var _ =
        rows.with(
            "case_id",
            caseId,
            "interval_number",
            number,
            "account_id",
            "A",
            "valid_from",
            from,
            "valid_to",
            to,
            "is_active",
            isActive,
            "change",
            change);
  }

  private static Rows contacts() {
    Rows rows = Rows.of(CONTRACTS, "silver.contact");
    contact(rows, "1", "2025-11-02", "oldest", false);
    contact(rows, "2", "2025-11-03", "older", false);
    contact(rows, "3", "2025-12-10", "old", false);
    contact(rows, "4", "2026-01-05", "payout", false);
    contact(rows, "5", "2026-01-06", "payout", true);
    contact(rows, "6", "2026-01-20", "login", false);
    contact(rows, "7", "2026-01-20", "refund", false);
    contact(rows, "8", "2026-02-01", "future", false);
    return rows;
  }

  private static void contact(
      Rows rows, String id, String date, String family, boolean isThankYou) {
    var _ =
        rows.with(
            "contact_id",
            id,
            "account_id",
            "A",
            "started_at",
            date + "T10:00:00Z",
            "started_date",
            date,
            "issue_family",
            family,
            "is_thank_you",
            isThankYou);
  }

  private static Rows episodes() {
    Rows rows = Rows.of(CONTRACTS, "gold.episode_outcome");
    episode(rows, "open", "2026-01-10", "critical", null, null);
    episode(rows, "unsolved", "2025-12-10", "high", false, "2025-12-20T10:00:00Z");
    episode(rows, "resolved later", "2026-01-11", "high", true, "2026-02-10T10:00:00Z");
    episode(rows, "resolved", "2025-12-12", "high", true, "2026-01-20T10:00:00Z");
    episode(rows, "low", "2026-01-13", "low", null, null);
    episode(rows, "too old", "2025-11-02", "high", null, null);
    return rows;
  }

  private static void episode(
      Rows rows,
      String id,
      String date,
      String stake,
      @Nullable Boolean isResolved,
      @Nullable String endedAt) {
    var _ =
        rows.with(
            "episode_id",
            id,
            "account_id",
            "A",
            "started_at",
            date + "T10:00:00Z",
            "started_date",
            date,
            "stake",
            stake,
            "is_resolved",
            isResolved,
            "ended_at",
            endedAt);
  }

  private static Rows surveys() {
    return Rows.of(CONTRACTS, "silver.survey")
        .with(
            "survey_id",
            "1",
            "kind",
            "csat",
            "account_id",
            "A",
            "answered_at",
            "2025-12-20T10:00:00Z",
            "score",
            5)
        .with(
            "survey_id",
            "2",
            "kind",
            "csat",
            "account_id",
            "A",
            "answered_at",
            "2026-01-20T10:00:00Z",
            "score",
            1)
        .with(
            "survey_id",
            "3",
            "kind",
            "ces",
            "account_id",
            "A",
            "answered_at",
            "2026-01-21T10:00:00Z",
            "score",
            7);
  }

  private static Rows usage() {
    return Rows.of(CONTRACTS, "silver.usage_day")
        .with(
            "account_id",
            "A",
            "user_id",
            "u",
            "usage_date",
            "2026-01-31",
            "event_count",
            6,
            "failure_count",
            1)
        .with(
            "account_id",
            "A",
            "user_id",
            "v",
            "usage_date",
            "2026-01-31",
            "event_count",
            2,
            "failure_count",
            1)
        .with("account_id", "A", "usage_date", "2026-01-04", "event_count", 8, "failure_count", 2)
        .with("account_id", "A", "usage_date", "2026-01-20", "event_count", 8, "failure_count", 0)
        .with("account_id", "A", "usage_date", "2026-01-20", "event_count", -8, "failure_count", 0)
        .with(
            "account_id", "A", "usage_date", "2026-01-03", "event_count", 50, "failure_count", 50);
  }

  private static Rows consents() {
    Rows rows = Rows.of(CONTRACTS, "silver.consent");
    consent(rows, "opted out", "", "opt_out", "2026-01-10T00:00:00Z", null, true, null);
    consent(
        rows,
        "opted in again",
        "",
        "opt_out",
        "2025-12-10T00:00:00Z",
        "2026-01-20T00:00:00Z",
        true,
        null);
    consent(rows, "opted in again", "", "opt_out", "2026-01-20T00:00:00Z", null, false, null);
    consent(
        rows, "out until the day", "", "opt_out", "2026-01-10T00:00:00Z", null, true, "2026-01-31");
    consent(
        rows,
        "out until the day before",
        "",
        "suppression",
        "2025-12-10T00:00:00Z",
        null,
        true,
        "2026-01-30");
    consent(
        rows, "suppressed", "", "suppression", "2026-01-10T00:00:00Z", null, true, "2026-03-31");
    consent(
        rows,
        "consent withdrawn",
        "",
        "outreach_consent",
        "2026-01-10T00:00:00Z",
        null,
        false,
        null);
    consent(
        rows, "consent given", "", "outreach_consent", "2026-01-10T00:00:00Z", null, true, null);
    consent(rows, "one user only", "u", "opt_out", "2026-01-10T00:00:00Z", null, true, null);
    consent(rows, "both", "", "suppression", "2026-01-10T00:00:00Z", null, true, null);
    consent(rows, "both", "", "opt_out", "2026-01-10T00:00:00Z", null, true, null);
    consent(
        rows, "vulnerable user", "u", "vulnerability", "2026-01-10T00:00:00Z", null, true, null);
    consent(rows, "since the end", "", "opt_out", "2026-01-31T23:00:00Z", null, true, null);
    return rows;
  }

  private static void consent(
      Rows rows,
      String account,
      String user,
      String kind,
      String from,
      @Nullable String to,
      boolean isSet,
      @Nullable String until) {
    var _ =
        rows.with(
            "account_id",
            account,
            "user_id",
            user,
            "kind",
            kind,
            "valid_from",
            from,
            "valid_to",
            to,
            "is_set",
            isSet,
            "until_date",
            until);
  }

  private static Rows dispositions() {
    return Rows.of(CONTRACTS, "silver.disposition")
        .with(
            "disposition_id",
            "1",
            "account_id",
            "A",
            "occurred_at",
            "2026-01-10T10:00:00Z",
            "outcome",
            "no_answer")
        .with(
            "disposition_id",
            "2",
            "account_id",
            "A",
            "occurred_at",
            "2026-01-31T22:00:00Z",
            "outcome",
            "reached")
        .with(
            "disposition_id",
            "3",
            "account_id",
            "A",
            "occurred_at",
            "2026-01-31T23:00:00Z",
            "outcome",
            "refused");
  }

  private static Row at(LocalDate day, String account) {
    return Objects.requireNonNull(ROWS.get(day + " " + account), () -> account + " at " + day);
  }

  private static void assertColumn(
      LocalDate day, String account, String column, @Nullable Object expected) {
    assertThat(at(day, account).<Object>getAs(column))
        .as("%s of %s at %s", column, account, day)
        .isEqualTo(expected);
  }

  private static void assertBlock(LocalDate day, String account, @Nullable String block) {
    assertColumn(day, account, "contact_block", block);
    assertColumn(day, account, "may_contact", block == null);
  }

  @Test
  void everyAccountKnownIsThereWhateverItsStatus() {
    assertThat(ROWS).containsKey(JANUARY + " NEW").doesNotContainKey(DECEMBER + " NEW");
    assertColumn(DECEMBER, "A", "status", "trial");
    assertColumn(JANUARY, "A", "status", "cancelled");
    assertColumn(JANUARY, "A", "plan", "growth");
    assertColumn(JANUARY, "A", "name", "Acme");
    assertColumn(DECEMBER, "A", "name", "A");
    assertColumn(JANUARY, "A", "tenure_days", 61);
    assertColumn(JANUARY, "NEW", "tenure_days", 0);
  }

  @Test
  void casesAreOpenAsTheyStoodAndMergedOnesAreNone() {
    assertColumn(DECEMBER, "A", "open_case_count", 1);
    assertColumn(DECEMBER, "A", "reopens_90d", 1);
    // c1 is solved at the very end and reopened with the next day; c2 is reopened.
    assertColumn(JANUARY, "A", "open_case_count", 1);
    assertColumn(JANUARY, "A", "reopens_90d", 1);
    assertColumn(JANUARY, "NEW", "open_case_count", 0);
  }

  @Test
  void contactsOfTheWindowAreCountedAndTheLastThreeNamedNewestFirst() {
    assertColumn(DECEMBER, "A", "contacts_90d", 3);
    assertColumn(JANUARY, "A", "contacts_90d", 5);
    assertColumn(
        JANUARY, "A", "last_contact_at", Timestamp.from(Instant.parse("2026-01-20T10:00:00Z")));
    assertThat(
            at(JANUARY, "A").<String>getList(at(JANUARY, "A").fieldIndex("last_contact_families")))
        .containsExactly("refund", "login", "payout");
    assertThat(
            at(DECEMBER, "A")
                .<String>getList(at(DECEMBER, "A").fieldIndex("last_contact_families")))
        .containsExactly("old", "older", "oldest");
    assertColumn(JANUARY, "NEW", "last_contact_families", null);
  }

  @Test
  void episodesOfHighStakeAreUnresolvedUntilTheyEnd() {
    // open, unsolved, resolved later
    assertColumn(JANUARY, "A", "unresolved_high_stake_90d", 3);
    // too old was young, resolved was not yet, unsolved
    assertColumn(DECEMBER, "A", "unresolved_high_stake_90d", 3);
  }

  @Test
  void usageScoresAndAttemptsAreThoseUpToTheSnapshot() {
    assertColumn(JANUARY, "A", "active_days_28d", 2);
    assertThat(at(JANUARY, "A").<Double>getAs("failure_share_28d"))
        .isEqualTo(4 / 16.0, within(1e-12));
    assertColumn(DECEMBER, "A", "failure_share_28d", null);
    assertColumn(DECEMBER, "A", "last_csat_score", 5);
    assertColumn(JANUARY, "A", "last_csat_score", 1);
    assertColumn(DECEMBER, "A", "last_attempt_outcome", null);
    assertColumn(JANUARY, "A", "last_attempt_outcome", "reached");
    assertColumn(
        JANUARY, "A", "last_attempt_at", Timestamp.from(Instant.parse("2026-01-31T22:00:00Z")));
  }

  @Test
  void whoOptedOutMayNotBeContactedWhileItHolds() {
    assertBlock(DECEMBER, "opted out", null);
    assertBlock(JANUARY, "opted out", "opted_out");
    assertBlock(DECEMBER, "opted in again", "opted_out");
    assertBlock(JANUARY, "opted in again", null);
    assertBlock(JANUARY, "out until the day", "opted_out");
    assertBlock(JANUARY, "consent withdrawn", "opted_out");
    assertBlock(JANUARY, "consent given", null);
    assertBlock(JANUARY, "one user only", null);
    assertBlock(JANUARY, "since the end", null);
    assertBlock(JANUARY, "A", null);
  }

  @Test
  void aSuppressionBlocksUntilItsDateHasPassedAndAnOptOutWeighsMore() {
    assertBlock(DECEMBER, "out until the day before", "suppressed");
    assertBlock(JANUARY, "out until the day before", null);
    assertBlock(JANUARY, "suppressed", "suppressed");
    assertBlock(JANUARY, "both", "opted_out");
  }

  @Test
  void aVulnerableUserMarksTheAccountWithoutBlockingIt() {
    assertColumn(DECEMBER, "vulnerable user", "is_vulnerable", false);
    assertColumn(JANUARY, "vulnerable user", "is_vulnerable", true);
    assertBlock(JANUARY, "vulnerable user", null);
    assertColumn(JANUARY, "opted out", "is_vulnerable", false);
  }
}
