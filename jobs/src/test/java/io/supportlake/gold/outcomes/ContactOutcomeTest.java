package io.supportlake.gold.outcomes;

import static org.assertj.core.api.Assertions.assertThat;

import io.supportlake.Period;
import io.supportlake.platform.ConfLoader;
import io.supportlake.rules.BusinessTime;
import io.supportlake.testing.Rows;
import io.supportlake.testing.SparkSuite;
import io.supportlake.testing.TestInputs;
import java.math.BigDecimal;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.sql.Row;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ContactOutcomeTest extends SparkSuite {
  private static final Period MONDAY = Period.day(LocalDate.parse("2026-03-30"));

  @Test
  void serviceLevelStatesCountBusinessMinutesAsOfThePeriod() {
    // 2026-03-29 is the Sunday on which Berlin's clocks go forward; targets: 120 and 720 minutes.
    Rows contacts = Rows.of(CONTRACTS, "silver.contact");
    contact(contacts, "attained", "2026-03-27T16:00:00Z", "2026-03-27T17:00:00Z", false);
    // Saturday 14:30 to 16:00 local and Monday 08:00 to 08:31: 121 business minutes.
    contact(contacts, "breached", "2026-03-28T13:30:00Z", "2026-03-30T06:31:00Z", false);
    contact(contacts, "silent", "2026-03-30T08:00:00Z", null, false);
    contact(contacts, "running", "2026-03-30T17:30:00Z", null, false);
    contact(contacts, "bot", "2026-03-27T16:00:00Z", null, true);
    TestInputs in = inputs().with("silver.contact", contacts);

    Map<String, Row> rows =
        in.build(new ContactOutcome(), MONDAY).collectAsList().stream()
            .collect(Collectors.toMap(r -> r.<String>getAs("contact_id"), r -> r));

    assertThat(
            Stream.of("attained", "breached", "silent", "running", "bot")
                .map(id -> of(rows, id).<String>getAs("sla_first_reply_state")))
        .containsExactly("attained", "breached", "breached", "running", "no_target");
    assertThat(of(rows, "attained").<String>getAs("sla_resolution_state")).isEqualTo("breached");
    assertThat(of(rows, "running").<String>getAs("sla_resolution_state")).isEqualTo("running");
    BusinessTime.Calendar berlin =
        new BusinessTime.Calendar(
            "emea",
            ZoneId.of("Europe/Berlin"),
            List.of(
                new BusinessTime.Version(
                    LocalDate.parse("2024-01-01"),
                    List.of(
                        BusinessTime.Opening.of(DayOfWeek.FRIDAY, "08:00", "20:00"),
                        BusinessTime.Opening.of(DayOfWeek.SATURDAY, "10:00", "16:00"),
                        BusinessTime.Opening.of(DayOfWeek.MONDAY, "08:00", "20:00")))),
            Set.of());
    assertThat(of(rows, "breached").<Double>getAs("first_reply_business_minutes"))
        .isEqualTo(121.0)
        .isEqualTo(
            BusinessTime.between(
                    berlin,
                    Instant.parse("2026-03-28T13:30:00Z"),
                    Instant.parse("2026-03-30T06:31:00Z"))
                / 60.0);
  }

  /** All start on Friday 2026-03-27 at 09:00 in Berlin; open 8 to 20, Saturdays 10 to 16. */
  private record Paused(
      String sentence,
      @Nullable String endedAt,
      boolean isSolved,
      List<Status> statuses,
      String state,
      @Nullable Double minutes,
      @Nullable Double paused) {

    /** A contact that goes on until it is solved; null = it goes on. */
    Paused(
        String sentence,
        @Nullable String solvedAt,
        List<Status> statuses,
        String state,
        @Nullable Double minutes,
        @Nullable Double paused) {
      this(sentence, solvedAt, solvedAt != null, statuses, state, minutes, paused);
    }

    /** A contact that ended without a solve of its own. */
    static Paused unsolved(String sentence, String endedAt, String state, Status... statuses) {
      return new Paused(sentence, endedAt, false, List.of(statuses), state, null, null);
    }
  }

  /** A status from an instant to the next, or to an instant; null = still so. */
  private record Status(String status, String from, @Nullable String to) {}

  private static final List<Paused> DEFINITION_9 =
      List.of(
          new Paused(
              "660 minutes on Friday, 120 of them paused, and 180 on Saturday: just the 720",
              "2026-03-28T12:00:00Z",
              List.of(
                  new Status("open", "2026-03-27T08:00:00Z", "2026-03-27T10:00:00Z"),
                  new Status("pending", "2026-03-27T10:00:00Z", "2026-03-27T12:00:00Z"),
                  new Status("open", "2026-03-27T12:00:00Z", "2026-03-28T12:00:00Z")),
              "attained",
              720.0,
              120.0),
          new Paused(
              "the same without the pause",
              "2026-03-28T12:00:00Z",
              List.of(new Status("open", "2026-03-27T08:00:00Z", "2026-03-28T12:00:00Z")),
              "breached",
              840.0,
              0.0),
          new Paused(
              "a night is no business time: the pause counts from 19:30 to 20 and 10 to 11 only",
              "2026-03-28T12:00:00Z",
              List.of(new Status("on_hold", "2026-03-27T18:30:00Z", "2026-03-28T10:00:00Z")),
              "breached",
              750.0,
              90.0),
          new Paused(
              "a pause that began before the contact counts from its start",
              "2026-03-27T11:00:00Z",
              List.of(new Status("pending", "2026-03-26T08:00:00Z", "2026-03-27T09:00:00Z")),
              "attained",
              120.0,
              60.0),
          new Paused(
              "what pauses after the solve does not count",
              "2026-03-28T13:00:00Z",
              List.of(new Status("pending", "2026-03-28T12:00:00Z", "2026-03-30T10:00:00Z")),
              "breached",
              840.0,
              60.0),
          new Paused(
              "waiting for the customer since Friday noon",
              null,
              List.of(
                  new Status("open", "2026-03-27T08:00:00Z", "2026-03-27T11:00:00Z"),
                  new Status("pending", "2026-03-27T11:00:00Z", null)),
              "paused",
              null,
              null),
          new Paused(
              "late already when it began to wait",
              null,
              List.of(
                  new Status("open", "2026-03-27T08:00:00Z", "2026-03-30T09:00:00Z"),
                  new Status("pending", "2026-03-30T09:00:00Z", null)),
              "breached",
              null,
              null),
          new Paused(
              "answered on Monday at 17:00 after waiting since Friday noon: 180 + 180",
              null,
              List.of(
                  new Status("pending", "2026-03-27T11:00:00Z", "2026-03-30T15:00:00Z"),
                  new Status("open", "2026-03-30T15:00:00Z", null)),
              "running",
              null,
              null),
          new Paused(
              "open is no status that pauses",
              null,
              List.of(new Status("open", "2026-03-27T08:00:00Z", null)),
              "breached",
              null,
              null),
          Paused.unsolved(
              "it ended unsolved, but its case was solved after 540 minutes",
              "2026-03-27T10:00:00Z",
              "attained",
              new Status("open", "2026-03-27T08:00:00Z", "2026-03-27T17:00:00Z"),
              new Status("solved", "2026-03-27T17:00:00Z", null)),
          Paused.unsolved(
              "its case was solved after 840 minutes, 60 of them paused",
              "2026-03-27T10:00:00Z",
              "breached",
              new Status("pending", "2026-03-27T08:00:00Z", "2026-03-27T09:00:00Z"),
              new Status("open", "2026-03-27T09:00:00Z", "2026-03-28T12:00:00Z"),
              new Status("solved", "2026-03-28T12:00:00Z", null)),
          Paused.unsolved(
              "the clock of a case that was waiting stops with its solve",
              "2026-03-27T10:00:00Z",
              "attained",
              new Status("pending", "2026-03-27T11:00:00Z", "2026-03-27T17:00:00Z"),
              new Status("closed", "2026-03-27T17:00:00Z", null)),
          Paused.unsolved(
              "a solve after which the customer went on stops nothing",
              "2026-03-27T12:00:00Z",
              "breached",
              new Status("open", "2026-03-27T08:00:00Z", "2026-03-27T09:00:00Z"),
              new Status("solved", "2026-03-27T09:00:00Z", "2026-03-27T10:00:00Z"),
              new Status("open", "2026-03-27T10:00:00Z", null)),
          new Paused(
              "nor does it while the contact goes on",
              null,
              List.of(
                  new Status("open", "2026-03-27T08:00:00Z", "2026-03-27T09:00:00Z"),
                  new Status("solved", "2026-03-27T09:00:00Z", "2026-03-27T10:00:00Z"),
                  new Status("pending", "2026-03-27T10:00:00Z", null)),
              "paused",
              null,
              null));

  @Test
  void theResolutionsClockStandsStillInTheStatusesThatPauseIt() {
    Rows contacts = Rows.of(CONTRACTS, "silver.contact");
    Rows intervals = Rows.of(CONTRACTS, "silver.case_status_interval");
    for (int i = 0; i < DEFINITION_9.size(); i++) {
      Paused given = DEFINITION_9.get(i);
      ended(contacts, "c" + i, "k" + i, given.endedAt(), given.isSolved(), "a1");
      for (int j = 0; j < given.statuses().size(); j++) {
        Status status = given.statuses().get(j);
        intervals.with(
            "case_id",
            "k" + i,
            "interval_number",
            j + 1,
            "status",
            status.status(),
            "valid_from",
            status.from(),
            "valid_to",
            status.to(),
            "is_active",
            !Set.of("solved", "closed").contains(status.status()));
      }
    }

    Map<String, Row> rows =
        inputs()
            .with("silver.contact", contacts)
            .with("silver.case_status_interval", intervals)
            .build(new ContactOutcome(), MONDAY)
            .collectAsList()
            .stream()
            .collect(Collectors.toMap(r -> r.<String>getAs("contact_id"), r -> r));

    for (int i = 0; i < DEFINITION_9.size(); i++) {
      Paused expected = DEFINITION_9.get(i);
      Row row = of(rows, "c" + i);
      assertThat(row.<String>getAs("sla_resolution_state"))
          .as(expected.sentence())
          .isEqualTo(expected.state());
      assertThat(row.<Double>getAs("resolution_business_minutes"))
          .as(expected.sentence())
          .isEqualTo(expected.minutes());
      assertThat(row.<Double>getAs("paused_business_minutes"))
          .as(expected.sentence())
          .isEqualTo(expected.paused());
      assertThat(row.<String>getAs("sla_first_reply_state"))
          .as("no reply within 120 minutes is late in every status")
          .isEqualTo("breached");
    }
    // From this day on it may come to be breached without a further event.
    assertThat(of(rows, "c7").<java.sql.Date>getAs("sla_resumed_date")).hasToString("2026-03-30");
    assertThat(of(rows, "c5").<Object>getAs("sla_resumed_date")).isNull();
  }

  @Test
  void aLaterSolveStopsTheClockWhereNothingPausesIt() {
    Rows contacts = Rows.of(CONTRACTS, "silver.contact");
    ended(contacts, "c", "k", "2026-03-27T10:00:00Z", false, null);
    Rows intervals =
        Rows.of(CONTRACTS, "silver.case_status_interval")
            .with(
                "case_id",
                "k",
                "interval_number",
                2,
                "status",
                "solved",
                "valid_from",
                "2026-03-27T17:00:00Z",
                "is_active",
                false);
    Rows targets =
        Rows.of(CONTRACTS, "conf.sla_target")
            .with(
                "plan",
                "growth",
                "priority",
                "urgent",
                "measure",
                "resolution",
                "target_minutes",
                720,
                "valid_from",
                "2024-01-01");

    assertThat(
            inputs()
                .with("conf.sla_target", targets)
                .with("silver.contact", contacts)
                .with("silver.case_status_interval", intervals)
                .build(new ContactOutcome(), MONDAY)
                .first()
                .<String>getAs("sla_resolution_state"))
        .isEqualTo("attained");
  }

  @Test
  void whereNobodyIsKnownToHaveSolvedItNothingTellsOfTheFirstReply() {
    Rows contacts = Rows.of(CONTRACTS, "silver.contact");
    for (String agent : List.of("a1", "")) {
      ended(
          contacts,
          "by " + agent,
          "k",
          "2026-03-27T17:00:00Z",
          true,
          agent.isEmpty() ? null : agent);
    }

    assertThat(
            inputs()
                .with("silver.contact", contacts)
                .build(new ContactOutcome(), MONDAY)
                .orderBy("contact_id")
                .select("sla_first_reply_state", "sla_resolution_state")
                .collectAsList()
                .stream()
                .map(Row::toString))
        .containsExactly("[no_target,attained]", "[breached,attained]");
  }

  @Test
  void costIsHandleTimeAtTheCostOfTheTiersThatWorked() {
    Rows contacts = Rows.of(CONTRACTS, "silver.contact");
    contacts.with(
        "contact_id",
        "c",
        "case_id",
        "k",
        "started_at",
        "2026-03-27T16:00:00Z",
        "ended_at",
        "2026-03-27T18:00:00Z",
        "handle_seconds",
        3600,
        "first_tier",
        1);
    contacts.with(
        "contact_id",
        "d",
        "case_id",
        "none",
        "started_at",
        "2026-03-27T16:00:00Z",
        "ended_at",
        "2026-03-27T18:00:00Z",
        "handle_seconds",
        1800,
        "first_tier",
        1);
    Rows segments =
        Rows.of(CONTRACTS, "silver.case_segment")
            .with(
                "case_id",
                "k",
                "segment_number",
                1,
                "started_at",
                "2026-03-27T16:00:00Z",
                "ended_at",
                "2026-03-27T17:00:00Z",
                "tier",
                1,
                "handle_seconds",
                2700)
            .with(
                "case_id",
                "k",
                "segment_number",
                2,
                "started_at",
                "2026-03-27T17:00:00Z",
                "tier",
                3,
                "handle_seconds",
                900);

    Map<String, Row> rows =
        inputs()
            .with("silver.contact", contacts)
            .with("silver.case_segment", segments)
            .build(new ContactOutcome(), MONDAY)
            .collectAsList()
            .stream()
            .collect(Collectors.toMap(r -> r.<String>getAs("contact_id"), r -> r));

    // 0.75 h x 28 + 0.25 h x 62; and 0.5 h x 28.
    assertThat(of(rows, "c").<BigDecimal>getAs("handling_cost_amount"))
        .isEqualByComparingTo("36.5");
    assertThat(of(rows, "d").<BigDecimal>getAs("handling_cost_amount")).isEqualByComparingTo("14");
    assertThat(of(rows, "c").<String>getAs("sla_first_reply_state")).isEqualTo("no_target");
  }

  private static Row of(Map<String, Row> rows, String id) {
    return java.util.Objects.requireNonNull(rows.get(id), id);
  }

  /** An urgent contact from Friday 2026-03-27 at 09:00 in Berlin on; ended null = it goes on. */
  private static void ended(
      Rows rows,
      String id,
      String caseId,
      @Nullable String endedAt,
      boolean isSolved,
      @Nullable String agentId) {
    rows.with(
        "contact_id",
        id,
        "case_id",
        caseId,
        "account_id",
        "A",
        "priority",
        "urgent",
        "started_at",
        "2026-03-27T08:00:00Z",
        "started_date",
        "2026-03-27",
        "ended_at",
        endedAt,
        "is_solved",
        isSolved,
        "last_agent_id",
        agentId);
  }

  private static void contact(
      Rows rows, String id, String start, @Nullable String reply, boolean isBotOnly) {
    rows.with(
        "contact_id",
        id,
        "account_id",
        "A",
        "priority",
        "urgent",
        "started_at",
        start,
        "started_date",
        start.substring(0, 10),
        "first_public_reply_at",
        reply,
        "is_bot_only",
        isBotOnly);
  }

  private static TestInputs inputs() {
    TestInputs in =
        new TestInputs(spark(), SETTINGS, CONTRACTS, "gold.contact_outcome")
            .with(
                "silver.account",
                Rows.of(CONTRACTS, "silver.account")
                    .with(
                        "account_id",
                        "A",
                        "valid_from",
                        "2025-01-01T00:00:00Z",
                        "region",
                        "emea",
                        "plan",
                        "growth",
                        "status",
                        "active"))
            .with(
                "conf.sla_target",
                Rows.of(CONTRACTS, "conf.sla_target")
                    .with(
                        "plan",
                        "growth",
                        "priority",
                        "urgent",
                        "measure",
                        "first_reply",
                        "target_minutes",
                        120,
                        "valid_from",
                        "2024-01-01")
                    .with(
                        "plan",
                        "growth",
                        "priority",
                        "urgent",
                        "measure",
                        "resolution",
                        "target_minutes",
                        720,
                        "paused_statuses",
                        List.of("pending", "on_hold"),
                        "valid_from",
                        "2024-01-01"));
    for (String table : List.of("conf.business_day", "conf.tier_cost")) {
      in.with(
          table,
          ConfLoader.load(
              HOME.resolve("conf"),
              table,
              spark(),
              LocalDate.parse("2026-03-01"),
              LocalDate.parse("2026-04-10")));
    }
    return in;
  }
}
