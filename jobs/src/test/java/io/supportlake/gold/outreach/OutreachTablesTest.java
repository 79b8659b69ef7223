package io.supportlake.gold.outreach;

import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;
import static org.assertj.core.api.Assertions.within;

import io.supportlake.Period;
import io.supportlake.testing.Rows;
import io.supportlake.testing.SparkSuite;
import io.supportlake.testing.TestInputs;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;

class OutreachTablesTest extends SparkSuite {
  private static final LocalDate DAY = LocalDate.parse("2026-01-31");
  private static final LocalDate TRIAL_START = LocalDate.parse("2026-01-15");

  private static TestInputs inputs(String table) {
    return new TestInputs(spark(), SETTINGS, CONTRACTS, table);
  }

  private static Rows rows(String table) {
    return Rows.of(CONTRACTS, table);
  }

  private static Object[] and(Object[] some, Object... more) {
    List<Object> all = new ArrayList<>(Arrays.asList(some));
    all.addAll(Arrays.asList(more));
    return all.toArray();
  }

  /** care fills lists; trial drew once, on 2026-01-15, and counts for 10 days. */
  private static Rows campaigns() {
    return rows("conf.campaign")
        .with(
            "campaign_id",
            "care",
            "starts_on",
            "2026-01-01",
            "eligibility",
            "plan = 'growth'",
            "treatment_share",
            0.9,
            "horizon_days",
            104,
            "minimum_probability",
            0.03,
            "is_list",
            true)
        .with(
            "campaign_id",
            "trial",
            "starts_on",
            TRIAL_START,
            "ends_on",
            TRIAL_START,
            "eligibility",
            "plan = 'growth' and tenure_days >= 90",
            "treatment_share",
            0.5,
            "horizon_days",
            10,
            "is_list",
            false);
  }

  private static Map<String, String> reasons(List<Row> candidates) {
    Map<String, String> reasons = new HashMap<>();
    for (Row row : candidates) {
      String reason = row.getAs("exclusion_reason");
      assertThat(row.<Boolean>getAs("is_eligible")).isEqualTo(reason == null);
      String _ = reasons.put(row.getAs("account_id"), reason == null ? "eligible" : reason);
    }
    return reasons;
  }

  @Test
  void aCandidateIsEligibleOrCarriesTheFirstReasonWhyNot() {
    Rows context = rows("gold.customer_context");
    Rows scores = rows("gold.churn_score");
    for (String account :
        List.of("FINE", "OUT", "SUPPRESSED", "FRAIL", "TRIED", "RESTED", "LOW", "GONE", "FREE")) {
      Object[] state = {
        "snapshot_date",
        DAY,
        "account_id",
        account,
        "status",
        account.equals("GONE") ? "cancelled" : "active",
        "plan",
        account.equals("FREE") ? "free" : "growth",
        "recurring_revenue_amount",
        "100.00",
        "currency",
        account.equals("RESTED") ? "USD" : "EUR",
        "may_contact",
        true
      };
      state =
          switch (account) {
            case "OUT" -> and(state, "contact_block", "opted_out");
            case "SUPPRESSED" -> and(state, "contact_block", "suppressed");
            case "FRAIL" -> and(state, "is_vulnerable", true);
            // 23:30 UTC is the next day in the reporting zone: 14 days before, not 15.
            case "TRIED" -> and(state, "last_attempt_at", "2026-01-16T23:30:00Z");
            case "RESTED" -> and(state, "last_attempt_at", "2026-01-16T22:30:00Z");
            default -> state;
          };
      context = context.with(state);
      scores =
          scores.with(
              "landmark_date",
              DAY,
              "account_id",
              account,
              "probability",
              account.equals("LOW") ? 0.02 : 0.5);
    }

    List<Row> candidates =
        inputs("gold.outreach_candidate")
            .with("gold.customer_context", context)
            .with("gold.churn_score", scores)
            .with("conf.campaign", campaigns())
            .with(
                "conf.economics",
                rows("conf.economics")
                    .with("plan", "growth", "margin_share", "0.8000", "horizon_months", 12))
            .with(
                "conf.exchange_rate",
                rows("conf.exchange_rate")
                    .with("rate_date", "2026-01-01", "currency", "USD", "rate", "0.90"))
            .build(new OutreachCandidate(), Period.day(DAY))
            .collectAsList();

    assertThat(reasons(candidates))
        .containsOnly(
            entry("FINE", "eligible"),
            entry("OUT", "opted_out"),
            entry("SUPPRESSED", "suppressed"),
            entry("FRAIL", "vulnerable"),
            entry("TRIED", "recently_contacted"),
            entry("RESTED", "eligible"),
            entry("LOW", "below_threshold"),
            entry("GONE", "not_active"),
            entry("FREE", "rule"));
    // 100 a month x 0.8 x 12 months x 0.5, and the same in dollars at 0.90.
    assertThat(
            candidates.stream()
                .filter(r -> r.<Boolean>getAs("is_eligible"))
                .collect(
                    toMap(
                        r -> r.<String>getAs("account_id"),
                        r -> r.<BigDecimal>getAs("value_at_risk_amount"))))
        .containsOnly(
            entry("FINE", new BigDecimal("480.00")), entry("RESTED", new BigDecimal("432.00")));
  }

  @Test
  void aTrialDrawsOnItsFirstDayOnlyFromWhatWasKnownThen() {
    Rows accounts = rows("silver.account");
    for (String account : List.of("FINE", "OUT", "ENDED", "YOUNG")) {
      accounts =
          accounts.with(
              "account_id", account,
              "valid_from",
                  account.equals("YOUNG") ? "2026-01-01T00:00:00Z" : "2025-01-01T00:00:00Z",
              "status", "active",
              "plan", "growth",
              "first_arrival_date", "2025-01-01");
    }
    accounts =
        accounts.with(
            "account_id", "FINE",
            "valid_from", "2026-01-15T10:00:00Z",
            "status", "cancelled",
            "plan", "growth",
            "first_arrival_date", "2026-01-15");
    TestInputs in =
        inputs("gold.outreach_candidate")
            .with("conf.campaign", campaigns())
            .with("silver.account", accounts)
            .with(
                "silver.consent",
                rows("silver.consent")
                    .with(
                        "account_id", "OUT",
                        "user_id", "",
                        "kind", "opt_out",
                        "valid_from", "2025-06-01T00:00:00Z",
                        "is_set", true)
                    .with(
                        "account_id", "ENDED",
                        "user_id", "",
                        "kind", "suppression",
                        "valid_from", "2025-06-01T00:00:00Z",
                        "is_set", true,
                        "until_date", "2026-01-14"));

    List<Row> drawn =
        in.build(new OutreachCandidate(), Period.of(TRIAL_START.minusDays(3), DAY)).collectAsList();

    assertThat(reasons(drawn))
        .containsOnly(
            entry("FINE", "eligible"),
            entry("OUT", "opted_out"),
            entry("ENDED", "eligible"),
            entry("YOUNG", "rule"));
    assertThat(drawn).hasSize(4).extracting(r -> r.getDate(0)).containsOnly(date("2026-01-15"));
    assertThat(
            in.build(new OutreachCandidate(), Period.day(TRIAL_START.plusDays(1))).collectAsList())
        .isEmpty();
  }

  /** The one row that holds the id. */
  private static Row only(List<Row> rows, String id) {
    List<Row> found = rows.stream().filter(r -> r.toSeq().contains(id)).toList();
    assertThat(found).as(id).hasSize(1);
    return found.getFirst();
  }

  private static java.sql.Date date(String day) {
    return java.sql.Date.valueOf(day);
  }

  @Test
  void theKeyedHashAloneDecidesTheArmAndNobodyIsDrawnTwice() {
    Rows candidates = rows("gold.outreach_candidate");
    for (int i = 0; i < 60; i++) {
      for (String day : List.of("2026-01-30", "2026-01-31")) {
        candidates =
            candidates.with(
                "run_date",
                day,
                "campaign_id",
                i % 2 == 0 ? "care" : "trial",
                "account_id",
                "A" + i,
                "is_eligible",
                i != 0,
                "plan",
                "growth",
                "recurring_revenue_amount",
                "499.99");
      }
    }
    List<Row> assigned =
        inputs("gold.outreach_assignment")
            .with("gold.outreach_candidate", candidates)
            .with("conf.campaign", campaigns())
            .with(
                "gold.outreach_assignment",
                rows("gold.outreach_assignment")
                    .with("campaign_id", "trial", "account_id", "A1", "arm", "control")
                    .with("campaign_id", "other", "account_id", "A2", "arm", "control"))
            .build(new OutreachAssignment(), Period.of(DAY.minusDays(1), DAY))
            .collectAsList();

    assertThat(assigned)
        .extracting(r -> r.<String>getAs("account_id"))
        .containsExactlyInAnyOrderElementsOf(
            IntStream.range(2, 60).mapToObj(i -> "A" + i).toList());
    for (Row row : assigned) {
      boolean isList = row.getAs("campaign_id").equals("care");
      double unit = SETTINGS.key().unit(row.getAs("campaign_id"), row.getAs("account_id"));
      assertThat(row.<String>getAs("arm"))
          .isEqualTo(unit < (isList ? 0.9 : 0.5) ? "treatment" : isList ? "hold_out" : "control");
      assertThat(row.<java.sql.Date>getAs("assigned_date")).isEqualTo(date("2026-01-30"));
      assertThat(row.<String>getAs("stratum")).isEqualTo("growth/100-499");
    }
    assertThat(assigned)
        .extracting(r -> r.<String>getAs("arm"))
        .contains("treatment", "hold_out", "control");
  }

  @Test
  void aListHoldsTreatedAccountsByValueWithinCapacityEachOnce() {
    Map<String, String> values =
        Map.of(
            "HELD", "900.00", // hold-out: never listed, whatever the value
            "TRIAL", "800.00", // in a running trial, in either arm
            "TOP", "500.00",
            "DONE", "400.00", // its trial is over
            "OVER", "300.00", // beyond the first team's capacity
            "LARGE", "100.00", // fits both teams; the first by position takes it
            "LATER", "950.00"); // drawn after this day only
    Rows candidates = rows("gold.outreach_candidate");
    Rows assigned = rows("gold.outreach_assignment");
    Rows context = rows("gold.customer_context");
    for (Map.Entry<String, String> account : values.entrySet()) {
      String id = account.getKey();
      candidates =
          candidates.with(
              "run_date",
              DAY,
              "campaign_id",
              "care",
              "account_id",
              id,
              "is_eligible",
              true,
              "probability",
              0.5,
              "value_at_risk_amount",
              account.getValue());
      assigned =
          assigned.with(
              "assigned_date",
              id.equals("LATER") ? "2026-02-01" : "2026-01-02",
              "campaign_id",
              "care",
              "account_id",
              id,
              "arm",
              id.equals("HELD") ? "hold_out" : "treatment");
      context =
          context.with(
              "snapshot_date",
              DAY,
              "account_id",
              id,
              "name",
              "Name of " + id,
              "crm_id",
              "C 1",
              "segment",
              id.equals("LARGE") ? "large" : "small",
              "language",
              "de");
    }
    assigned =
        assigned
            .with(
                "assigned_date", "2026-01-25",
                "campaign_id", "trial",
                "account_id", "TRIAL",
                "arm", "control")
            .with(
                "assigned_date", "2026-01-21",
                "campaign_id", "trial",
                "account_id", "DONE",
                "arm", "control");
    List<Row> lines =
        inputs("gold.outreach_list")
            .with("gold.outreach_candidate", candidates)
            .with("gold.outreach_assignment", assigned)
            .with("gold.customer_context", context)
            .with("conf.campaign", campaigns())
            .with(
                "gold.score_reason",
                rows("gold.score_reason")
                    .with(reason("TOP", "usage", 0.7, "They use it less"))
                    .with(reason("TOP", "money", 0.9, "A payout failed"))
                    .with(reason("TOP", "tenure", -0.9, "They are with us for long")))
            .with(
                "conf.playbook",
                rows("conf.playbook")
                    .with("play", "talk", "theme", "any", "instructions", "t", "expires_days", 7)
                    .with("play", "pay", "theme", "money", "instructions", "p", "expires_days", 14))
            .with(
                "conf.outreach_team",
                rows("conf.outreach_team")
                    .with(team("strategic", 1, 5, "segments", List.of("large")))
                    .with(team("growth", 2, 2, "segments", List.of())))
            .with(
                "gold.outreach_list",
                rows("gold.outreach_list")
                    .with("list_date", "2026-01-28", "account_id", "DONE")
                    .with("list_date", "2026-01-29", "account_id", "TOP"))
            .build(new OutreachList(), Period.day(DAY))
            .collectAsList();

    assertThat(lines)
        .extracting(
            r -> "%s %s %s".formatted(r.getAs("team"), r.getAs("rank"), r.getAs("account_id")))
        .containsExactlyInAnyOrder("strategic 1 LARGE", "growth 1 TOP", "growth 2 DONE");
    Row top = only(lines, "TOP");
    assertThat(top.<Boolean>getAs("is_new")).isFalse();
    assertThat(only(lines, "DONE").<Boolean>getAs("is_new")).isTrue();
    assertThat(only(lines, "LARGE").<Boolean>getAs("is_new")).isTrue();
    assertThat(top.<String>getList(top.fieldIndex("reasons")))
        .containsExactly("A payout failed", "They use it less");
    assertThat(top.<String>getAs("play")).isEqualTo("pay");
    assertThat(top.<java.sql.Date>getAs("expires_on")).isEqualTo(date("2026-02-14"));
    assertThat(only(lines, "LARGE").<String>getAs("play")).isEqualTo("talk");
    assertThat(top.<String>getAs("crm_url")).isEqualTo("https://crm/C+1");
  }

  private static Object[] reason(
      String account, String theme, double contribution, String sentence) {
    return new Object[] {
      "landmark_date", DAY,
      "account_id", account,
      "theme", theme,
      "contribution", contribution,
      "sentence", sentence
    };
  }

  private static Object[] team(String team, int position, int capacity, Object... more) {
    return and(
        new Object[] {
          "team", team,
          "position", position,
          "capacity", capacity,
          "queue", "payments",
          "crm_url", "https://crm/{crm_id}"
        },
        more);
  }

  /**
   * 56 of 70 treated and 48 of 80 controls: Newcombe (Statistics in Medicine 17, 1998, 873-890),
   * table II, first column, method 10 gives 0.0524 to 0.3339.
   */
  @Test
  void aResultCountsEverybodyDrawnAndSaysWhenItIsNone() {
    Rows campaigns = rows("conf.campaign");
    Rows assigned = rows("gold.outreach_assignment");
    Rows accounts = rows("silver.account");
    Rows dispositions = rows("silver.disposition");
    // Drawn 2026-01-01: past ends on 01-31, open in autumn, uneven has 10 controls for 70 treated.
    for (String campaign : List.of("past", "open", "uneven")) {
      campaigns =
          campaigns.with(
              "campaign_id",
              campaign,
              "treatment_share",
              0.5,
              "horizon_days",
              campaign.equals("open") ? 300 : 30,
              "is_list",
              false);
      for (int i = 0; i < (campaign.equals("uneven") ? 80 : 150); i++) {
        String account = campaign + i;
        boolean isTreated = i < 70;
        assigned =
            assigned.with(
                "assigned_date",
                "2026-01-01",
                "campaign_id",
                campaign,
                "account_id",
                account,
                "arm",
                isTreated ? "treatment" : "control");
        accounts =
            accounts.with(
                "account_id", account,
                "valid_from", "2025-01-01T00:00:00Z",
                "status", "active",
                "recurring_revenue_amount", "10.00",
                "currency", "EUR",
                "first_arrival_date", "2025-01-01");
        boolean hasChurned = isTreated ? i < 56 : i < 70 + 48;
        // Account 60 cancels on the day after the horizon, which counts for nobody.
        if (hasChurned || i == 60) {
          String day = i == 60 ? "2026-01-31" : "2026-01-30";
          accounts =
              accounts.with(
                  "account_id",
                  account,
                  "valid_from",
                  day + "T12:00:00Z",
                  "status",
                  "cancelled",
                  "first_arrival_date",
                  day);
        }
        // Fourteen of both arms were contacted; a contacted control stays a control.
        if (i >= 63 && i < 77) {
          dispositions =
              dispositions.with(
                  "disposition_id",
                  "d-" + account,
                  "campaign_id",
                  campaign,
                  "account_id",
                  account,
                  "occurred_date",
                  "2026-01-10");
        }
      }
    }
    List<Row> results =
        inputs("gold.outreach_result")
            .with("gold.outreach_assignment", assigned)
            .with("silver.account", accounts)
            .with("silver.disposition", dispositions)
            .with("conf.campaign", campaigns)
            .build(new OutreachResult(), Period.day(DAY))
            .collectAsList();

    Row past = only(results, "past");
    assertThat(counts(past)).containsExactly(70L, 80L, 56L, 48L, 7L);
    assertThat(past.<Double>getAs("effect")).isCloseTo(0.2, within(1e-12));
    assertThat(past.<Double>getAs("effect_low")).isCloseTo(0.0524, within(6e-5));
    assertThat(past.<Double>getAs("effect_high")).isCloseTo(0.3339, within(6e-5));
    // Chi-square of 70 : 80 is 100 / 150; its upper tail with one degree of freedom.
    assertThat(past.<Double>getAs("sample_ratio_p")).isCloseTo(0.4142, within(5e-5));
    assertThat(past.<String>getAs("verdict")).isEqualTo("effect");
    assertThat(past.<BigDecimal>getAs("saved_revenue_amount")).isEqualTo("-140.00");
    Row open = only(results, "open");
    assertThat(open.<String>getAs("verdict")).isEqualTo("running");
    assertThat(open.<Long>getAs("treatment_event_count")).isEqualTo(57L);
    assertThat(open.<BigDecimal>getAs("saved_revenue_amount")).isNull();
    Row uneven = only(results, "uneven");
    assertThat(uneven.<Double>getAs("sample_ratio_p")).isLessThan(0.001);
    assertThat(uneven.<String>getAs("verdict")).isEqualTo("sample_ratio_mismatch");
  }

  private static List<Long> counts(Row result) {
    return List.of(
        result.<Long>getAs("treatment_count"),
        result.<Long>getAs("control_count"),
        result.<Long>getAs("treatment_event_count"),
        result.<Long>getAs("control_event_count"),
        result.<Long>getAs("contacted_count"));
  }
}
