package io.supportlake.gold.outcomes;

import static org.assertj.core.api.Assertions.assertThat;

import io.supportlake.Period;
import io.supportlake.testing.Rows;
import io.supportlake.testing.SparkSuite;
import io.supportlake.testing.TestInputs;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class EpisodeOutcomeTest extends SparkSuite {
  private static final Instant START = Instant.parse("2026-01-01T10:00:00Z");
  private static final Instant END = Instant.parse("2026-01-02T10:00:00Z");
  private static final Period LATE = Period.day(LocalDate.parse("2026-06-30"));

  /** A further contact, hours after the first one ended. */
  private record Later(double hours, String family, boolean sameEpisode, boolean isThankYou) {
    static Later sameFamily(double hours) {
      return new Later(hours, "payout", false, false);
    }

    static Later inEpisode(double hours) {
      return new Later(hours, "payout", true, false);
    }

    static Later ofFamily(String family, double hours) {
      return new Later(hours, family, false, false);
    }

    static Later thanks(double hours) {
      return new Later(hours, "payout", true, true);
    }
  }

  /** What follows a first contact, and whether it is FCR at 1, 7, 14 and 30 days. */
  private record Scenario(
      String sentence,
      String family,
      String endReason,
      List<Later> later,
      String reopens,
      String fcr) {}

  private static final List<Scenario> DEFINITION_3 =
      List.of(
          new Scenario("silence is FCR", "payout", "solved", List.of(), "", "TTTT"),
          new Scenario(
              "day 10 is FCR at 7 days, not at 14, though it is a new episode",
              "payout",
              "solved",
              List.of(Later.sameFamily(240)),
              "",
              "TTFF"),
          new Scenario(
              "day 3 in the same episode",
              "payout",
              "solved",
              List.of(Later.inEpisode(72)),
              "",
              "TFFF"),
          new Scenario(
              "exactly at end + 7 days is still within the window",
              "payout",
              "solved",
              List.of(Later.sameFamily(168)),
              "",
              "TFFF"),
          new Scenario(
              "a second after end + 7 days is outside it",
              "payout",
              "solved",
              List.of(Later.sameFamily(168 + 1 / 3600.0)),
              "",
              "TTFF"),
          new Scenario(
              "another issue does not count",
              "payout",
              "solved",
              List.of(Later.ofFamily("card_declined", 24)),
              "",
              "TTTT"),
          new Scenario(
              "thanks do not count", "payout", "solved", List.of(Later.thanks(2)), "", "TTTT"),
          new Scenario(
              "a thank-you reopen does not count, nor being open for thanks at end + 1 day",
              "payout",
              "solved",
              List.of(),
              "thank_you_reopen@23.5",
              "TTTT"),
          new Scenario(
              "nor being parked before the solve after thanks",
              "payout",
              "solved",
              List.of(),
              "thank_you_reopen+status@23.5",
              "TTTT"),
          new Scenario(
              "other says nothing about the issue",
              "other",
              "solved",
              List.of(Later.ofFamily("other", 24)),
              "",
              "TTTT"),
          new Scenario(
              "unknown neither",
              "unknown",
              "solved",
              List.of(Later.ofFamily("unknown", 24)),
              "",
              "TTTT"),
          new Scenario(
              "but within the episode (same case) it does",
              "other",
              "solved",
              List.of(new Later(24, "other", true, false)),
              "",
              "FFFF"),
          new Scenario(
              "an agent's reopen without a contact counts",
              "payout",
              "solved",
              List.of(),
              "reopened@48",
              "TFFF"),
          new Scenario("ended unresolved after idle days", "payout", "idle", List.of(), "", "FFFF"),
          new Scenario(
              "a call that ended unresolved, though its case was solved two days later",
              "payout",
              "session_ended",
              List.of(),
              "solved@48",
              "FFFF"),
          new Scenario(
              "a case that is open at the window's end without a reopen event",
              "payout",
              "solved",
              List.of(),
              "status@120",
              "TFTT"),
          new Scenario(
              "a call that ended, its case never solved",
              "payout",
              "session_ended",
              List.of(),
              "",
              "FFFF"));

  /** Minutes to what made each of {@link #DEFINITION_3} no FCR. */
  private static final List<@Nullable Double> FAILURE_MINUTES =
      Arrays.asList(
          null,
          14400.0,
          4320.0,
          10080.0,
          10080 + 1 / 60.0,
          null,
          null,
          null,
          null,
          null,
          null,
          1440.0,
          2880.0,
          0.0,
          0.0,
          null,
          0.0);

  @Test
  void firstContactResolutionFollowsItsDefinition() {
    Map<String, Row> actual =
        build(DEFINITION_3, LATE).collectAsList().stream()
            .collect(Collectors.toMap(r -> r.<String>getAs("account_id"), r -> r));

    for (int i = 0; i < DEFINITION_3.size(); i++) {
      Row row = Objects.requireNonNull(actual.get("A" + i));
      assertThat(fcr(row)).as(DEFINITION_3.get(i).sentence()).isEqualTo(DEFINITION_3.get(i).fcr());
      assertThat(row.<Double>getAs("fcr_failure_minutes"))
          .as(DEFINITION_3.get(i).sentence())
          .isEqualTo(FAILURE_MINUTES.get(i));
    }
  }

  @Test
  void windowThatHasNotPassedByTheAsOfDateGivesNull() {
    // 2026-01-02T10:00Z + 7 days = 2026-01-09T10:00Z, within the 9th.
    List<Scenario> silent = DEFINITION_3.subList(0, 1);

    assertThat(fcr(build(silent, Period.day(LocalDate.parse("2026-01-08"))).first()))
        .isEqualTo("T---");
    assertThat(fcr(build(silent, Period.day(LocalDate.parse("2026-01-09"))).first()))
        .isEqualTo("TT--");
  }

  @Test
  void recurrenceIsTheSameFamilyBetween7And90DaysAfterTheResolution() {
    List<Scenario> scenarios =
        List.of(recurrence(24 * 6.0), recurrence(24 * 10.0), recurrence(24 * 91.0));

    assertThat(
            build(scenarios, LATE).collectAsList().stream()
                .sorted(java.util.Comparator.comparing(r -> r.<String>getAs("account_id")))
                .map(r -> r.<Boolean>getAs("recurred_90d")))
        .containsExactly(false, true, false);
    assertThat(
            build(scenarios, Period.day(LocalDate.parse("2026-03-01")))
                .where("recurred_90d is not null")
                .count())
        .isZero();
  }

  private static Scenario recurrence(double hours) {
    return new Scenario("", "payout", "solved", List.of(Later.sameFamily(hours)), "", "");
  }

  @Test
  void historyMoneyEscalationsAndTimesAreAttachedAsTheyWereThen() {
    TestInputs in = inputs(List.of(DEFINITION_3.getFirst()));
    in.with(
        "silver.account",
        Rows.of(CONTRACTS, "silver.account")
            .with(
                "account_id",
                "A0",
                "valid_from",
                "2025-01-01T00:00:00Z",
                "valid_to",
                START,
                "region",
                "old",
                "plan",
                "starter",
                "status",
                "active")
            .with(
                "account_id",
                "A0",
                "valid_from",
                START,
                "valid_to",
                "2026-01-01T11:00:00Z",
                "region",
                "emea",
                "plan",
                "growth",
                "status",
                "active")
            .with(
                "account_id",
                "A0",
                "valid_from",
                "2026-01-01T11:00:00Z",
                "region",
                "new",
                "plan",
                "scale",
                "status",
                "active"));
    in.with(
        "silver.case_segment",
        Rows.of(CONTRACTS, "silver.case_segment")
            .with(
                "case_id",
                "A0-k",
                "account_id",
                "A0",
                "segment_number",
                2,
                "started_at",
                "2026-01-01T12:00:00Z",
                "escalation_kind",
                "engineering"));
    in.with(
        "silver.money_event",
        Rows.of(CONTRACTS, "silver.money_event")
            .with(
                "event_id",
                "1",
                "case_id",
                "A0-k",
                "account_id",
                "A0",
                "occurred_at",
                START,
                "kind",
                "refund",
                "amount",
                "5.00",
                "reporting_amount",
                "4.60")
            .with(
                "event_id",
                "2",
                "case_id",
                "A0-k",
                "account_id",
                "A0",
                "occurred_at",
                END,
                "kind",
                "refund",
                "amount",
                "1.00",
                "reporting_amount",
                "0.90")
            .with(
                "event_id",
                "3",
                "case_id",
                "elsewhere",
                "occurred_at",
                END,
                "kind",
                "loss",
                "amount",
                "9.00",
                "reporting_amount",
                "9.00"));
    in.with(
        "silver.survey",
        Rows.of(CONTRACTS, "silver.survey")
            .with(
                "survey_id",
                "1",
                "kind",
                "csat",
                "case_id",
                "A0-k",
                "account_id",
                "A0",
                "sent_at",
                END,
                "answered_at",
                "2026-01-03T10:00:00Z",
                "score",
                2)
            .with(
                "survey_id",
                "2",
                "kind",
                "csat",
                "case_id",
                "A0-k",
                "account_id",
                "A0",
                "sent_at",
                END,
                "answered_at",
                "2026-01-04T10:00:00Z",
                "score",
                5));
    in.with(
        "conf.business_day",
        Rows.of(CONTRACTS, "conf.business_day")
            .with(
                "calendar",
                "emea",
                "zone",
                "Europe/Berlin",
                "local_date",
                "2026-01-01",
                "open_seconds_before",
                0L,
                "intervals",
                List.of())
            .with(
                "calendar",
                "emea",
                "zone",
                "Europe/Berlin",
                "local_date",
                "2026-01-02",
                "open_seconds_before",
                0L,
                "intervals",
                List.of(
                    org.apache.spark.sql.RowFactory.create(
                        java.sql.Timestamp.from(Instant.parse("2026-01-02T08:00:00Z")),
                        java.sql.Timestamp.from(Instant.parse("2026-01-02T17:00:00Z"))))));

    Row row = in.build(new EpisodeOutcome(), LATE).first();

    assertThat(row.<String>getAs("plan")).isEqualTo("growth");
    assertThat(row.<Boolean>getAs("has_engineering_escalation")).isTrue();
    assertThat(row.<Boolean>getAs("has_functional_escalation")).isFalse();
    assertThat(row.<java.math.BigDecimal>getAs("refund_amount")).isEqualByComparingTo("5.50");
    assertThat(row.<java.math.BigDecimal>getAs("loss_amount")).isEqualByComparingTo("0");
    assertThat(row.<Integer>getAs("csat_score")).isEqualTo(5);
    assertThat(row.<Double>getAs("final_resolution_minutes")).isEqualTo(1440.0);
    assertThat(row.<Double>getAs("final_resolution_business_minutes")).isEqualTo(120.0);
    assertThat(row.<java.sql.Date>getAs("first_solved_date")).hasToString("2026-01-02");
  }

  @Test
  void reopenWithin30DaysOfTheFirstSolveCountsAndThanksDoNot() {
    List<Scenario> scenarios =
        List.of(
            new Scenario("", "payout", "solved", List.of(), "reopened@700", ""),
            new Scenario("", "payout", "solved", List.of(), "reopened@800", ""),
            new Scenario("", "payout", "solved", List.of(), "thank_you_reopen@10", ""));

    List<Row> rows =
        build(scenarios, LATE).collectAsList().stream()
            .sorted(java.util.Comparator.comparing(r -> r.<String>getAs("account_id")))
            .toList();

    assertThat(rows.stream().map(r -> r.<Boolean>getAs("is_reopened_30d")))
        .containsExactly(true, false, false);
    assertThat(rows.stream().map(r -> r.<Double>getAs("first_reopen_minutes")))
        .containsExactly(42000.0, 48000.0, null);
    assertThat(rows.stream().map(r -> r.<Integer>getAs("thank_you_reopen_count")))
        .containsExactly(0, 0, 1);
    // The solve after thanks is not the last solve.
    assertThat(rows.get(2).<Double>getAs("final_resolution_minutes")).isEqualTo(1440.0);
    assertThat(rows.get(0).<Double>getAs("final_resolution_minutes")).isEqualTo(1440.0 + 701 * 60);
  }

  @Test
  void aStatusBetweenThanksAndTheirSolveMakesItNoSolve() {
    Scenario parked =
        new Scenario("", "payout", "solved", List.of(), "thank_you_reopen+status@10", "");

    Row row = build(List.of(parked), LATE).first();

    assertThat(row.<Double>getAs("final_resolution_minutes")).isEqualTo(1440.0);
    assertThat(row.<Boolean>getAs("is_reopened_30d")).isFalse();
  }

  private static String fcr(Row row) {
    return Arrays.stream(new int[] {1, 7, 14, 30})
        .mapToObj(w -> row.<Boolean>getAs("is_fcr_" + w + "d"))
        .map(fcr -> fcr == null ? "-" : fcr ? "T" : "F")
        .collect(Collectors.joining());
  }

  private static Dataset<Row> build(List<Scenario> scenarios, Period period) {
    return inputs(scenarios).build(new EpisodeOutcome(), period);
  }

  private static TestInputs inputs(List<Scenario> scenarios) {
    Rows episodes = Rows.of(CONTRACTS, "silver.issue_episode");
    Rows links = Rows.of(CONTRACTS, "silver.episode_contact");
    Rows contacts = Rows.of(CONTRACTS, "silver.contact");
    Rows cases = Rows.of(CONTRACTS, "silver.support_case");
    Rows intervals = Rows.of(CONTRACTS, "silver.case_status_interval");
    for (int i = 0; i < scenarios.size(); i++) {
      Scenario s = scenarios.get(i);
      String account = "A" + i;
      String caseId = account + "-k";
      boolean isSolved = s.endReason().equals("solved");
      episodes.with(
          "episode_id",
          account + "-e",
          "account_id",
          account,
          "issue_family",
          s.family(),
          "started_at",
          START,
          "started_date",
          "2026-01-01",
          "first_contact_id",
          caseId + "#1",
          "first_contact_ended_at",
          END,
          "first_contact_ended_date",
          "2026-01-02",
          "ended_at",
          END,
          "ended_date",
          "2026-01-02",
          "is_resolved",
          isSolved);
      cases.with("case_id", caseId, "account_id", account);
      contacts.with(
          "contact_id",
          caseId + "#1",
          "case_id",
          caseId,
          "account_id",
          account,
          "issue_family",
          s.family(),
          "started_at",
          START,
          "ended_at",
          END,
          "end_reason",
          s.endReason(),
          "is_solved",
          isSolved,
          "channel",
          "email");
      links.with("contact_id", caseId + "#1", "episode_id", account + "-e", "case_id", caseId);
      for (int j = 0; j < s.later().size(); j++) {
        Later l = s.later().get(j);
        String id = account + "-later#" + j;
        contacts.with(
            "contact_id",
            id,
            "case_id",
            account + "-later" + j,
            "account_id",
            account,
            "issue_family",
            l.family(),
            "started_at",
            after(l.hours()),
            "channel",
            "phone",
            "is_thank_you",
            l.isThankYou());
        links.with(
            "contact_id",
            id,
            "episode_id",
            l.sameEpisode() ? account + "-e" : account + "-new",
            "case_id",
            account + "-later" + j);
      }
      statuses(intervals, account, caseId, isSolved, s.reopens());
    }
    return new TestInputs(spark(), SETTINGS, CONTRACTS, "gold.episode_outcome")
        .with("silver.issue_episode", episodes)
        .with("silver.episode_contact", links)
        .with("silver.contact", contacts)
        .with("silver.support_case", cases)
        .with("silver.case_status_interval", intervals);
  }

  /**
   * Opened, solved with the contact where it was, then the change (with {@code +status} another
   * status after half an hour) with a solve an hour later.
   */
  private static void statuses(
      Rows intervals, String account, String caseId, boolean isSolved, String change) {
    record Status(Instant from, String change, boolean isActive) {}

    List<Status> statuses = new ArrayList<>(List.of(new Status(START, "opened", true)));
    if (isSolved) {
      statuses.add(new Status(END, "solved", false));
    }
    if (!change.isEmpty()) {
      String kind = change.substring(0, change.indexOf('@'));
      double hours = Double.parseDouble(change.substring(change.indexOf('@') + 1));
      statuses.add(new Status(after(hours), kind.replace("+status", ""), !kind.equals("solved")));
      if (kind.endsWith("+status")) {
        statuses.add(new Status(after(hours + 0.5), "status", true));
      }
      if (!kind.equals("solved")) {
        statuses.add(new Status(after(hours + (kind.equals("status") ? 144 : 1)), "solved", false));
      }
    }
    for (int k = 0; k < statuses.size(); k++) {
      Status status = statuses.get(k);
      intervals.with(
          "case_id",
          caseId,
          "account_id",
          account,
          "interval_number",
          k + 1,
          "valid_from",
          status.from(),
          "valid_to",
          k + 1 < statuses.size() ? statuses.get(k + 1).from() : null,
          "is_active",
          status.isActive(),
          "change",
          status.change());
    }
  }

  private static Instant after(double hours) {
    return END.plus(Duration.ofSeconds(Math.round(hours * 3600)));
  }
}
