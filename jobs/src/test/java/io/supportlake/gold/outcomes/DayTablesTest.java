package io.supportlake.gold.outcomes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.supportlake.Period;
import io.supportlake.rules.QuantileSketch;
import io.supportlake.testing.Rows;
import io.supportlake.testing.SparkSuite;
import io.supportlake.testing.TestInputs;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;

class DayTablesTest extends SparkSuite {
  private static final Period DAY = Period.day(LocalDate.parse("2026-02-01"));

  @Test
  void teamsSketchesAreThoseOfTheRule() {
    List<Integer> seconds = List.of(1, 2, 60, 61, 600, 601, 3600, 14400);
    Rows contacts = Rows.of(CONTRACTS, "gold.contact_outcome");
    Map<Integer, Long> expected = new TreeMap<>();
    for (int s : seconds) {
      contacts.with(
          "contact_id",
          "c" + s,
          "started_date",
          "2026-02-01",
          "channel",
          "email",
          "handle_seconds",
          s,
          "first_reply_minutes",
          0.0,
          "sla_first_reply_state",
          "running");
      expected.merge(QuantileSketch.bucket(s), 1L, Long::sum);
    }

    Row row =
        new TestInputs(spark(), SETTINGS, CONTRACTS, "gold.team_day")
            .with("gold.contact_outcome", contacts)
            .build(new TeamDay(), DAY)
            .first();

    assertThat(row.<Integer, Long>getJavaMap(row.fieldIndex("handle_seconds_sketch")))
        .isEqualTo(expected);
    assertThat(row.<Integer, Long>getJavaMap(row.fieldIndex("first_reply_minutes_sketch")))
        .isEqualTo(Map.of(QuantileSketch.ZERO, 8L));
    assertThat(row.<String>getAs("team")).isEqualTo("none");
    assertThat(row.<Long>getAs("sla_running_count")).isEqualTo(8);
  }

  @Test
  void agentsDayAddsUpItsSourcesWithTheRosterOfThatDay() {
    TestInputs in =
        new TestInputs(spark(), SETTINGS, CONTRACTS, "gold.agent_day")
            .with(
                "gold.contact_outcome",
                Rows.of(CONTRACTS, "gold.contact_outcome")
                    .with(
                        "contact_id",
                        "1",
                        "agent_id",
                        "g",
                        "ended_date",
                        "2026-02-01",
                        "handle_seconds",
                        100,
                        "is_solved",
                        true)
                    .with("contact_id", "2", "agent_id", "g", "ended_date", "2026-02-01")
                    .with(
                        "contact_id",
                        "3",
                        "agent_id",
                        "g",
                        "ended_date",
                        "2026-02-01",
                        "is_thank_you",
                        true)
                    .with("contact_id", "4", "agent_id", "g", "ended_date", "2026-02-02"))
            .with(
                "gold.episode_outcome",
                Rows.of(CONTRACTS, "gold.episode_outcome")
                    .with(
                        "episode_id",
                        "1",
                        "agent_id",
                        "g",
                        "first_contact_ended_date",
                        "2026-02-01",
                        "is_fcr_7d",
                        true)
                    .with(
                        "episode_id",
                        "2",
                        "agent_id",
                        "g",
                        "first_contact_ended_date",
                        "2026-02-01"))
            .with(
                "gold.review_score",
                Rows.of(CONTRACTS, "gold.review_score")
                    .with(
                        "review_id",
                        "r",
                        "agent_id",
                        "g",
                        "reviewed_date",
                        "2026-02-01",
                        "score",
                        0.75))
            .with(
                "silver.agent",
                Rows.of(CONTRACTS, "silver.agent")
                    .with(
                        "agent_id",
                        "g",
                        "valid_from",
                        "2026-01-01T00:00:00Z",
                        "valid_to",
                        "2026-02-01T12:00:00Z",
                        "team",
                        "before",
                        "tier",
                        1)
                    .with(
                        "agent_id",
                        "g",
                        "valid_from",
                        "2026-02-01T12:00:00Z",
                        "team",
                        "then",
                        "tier",
                        2));

    List<Row> rows = in.build(new AgentDay(), DAY).collectAsList();

    assertThat(rows)
        .extracting(
            r -> r.<String>getAs("team"),
            r -> r.<Long>getAs("contact_count"),
            r -> r.<Long>getAs("handled_contact_count"),
            r -> r.<Long>getAs("fcr_numerator"),
            r -> r.<Long>getAs("fcr_denominator"),
            r -> r.<BigDecimal>getAs("review_score_sum"))
        .containsExactly(tuple("then", 2L, 1L, 1L, 1L, new BigDecimal("0.750000")));
  }

  @Test
  void anAccountIsActiveOnceADayHoweverManyFeaturesItUsesAndCorrectionsTakeBack() {
    Rows usage =
        Rows.of(CONTRACTS, "silver.usage_day")
            .with(
                "account_id",
                "A",
                "product",
                "p",
                "feature",
                "f",
                "usage_date",
                "2026-02-01",
                "event_count",
                2)
            .with(
                "account_id",
                "A",
                "product",
                "p",
                "feature",
                "g",
                "usage_date",
                "2026-02-01",
                "event_count",
                1)
            .with(
                "account_id",
                "B",
                "product",
                "p",
                "feature",
                "g",
                "usage_date",
                "2026-02-01",
                "event_count",
                1)
            .with(
                "account_id",
                "B",
                "product",
                "p",
                "feature",
                "g",
                "usage_date",
                "2026-02-01",
                "arrival_date",
                "2026-02-02",
                "event_count",
                -1);
    Rows contacts =
        Rows.of(CONTRACTS, "silver.contact")
            .with(
                "contact_id",
                "1",
                "account_id",
                "A",
                "product",
                "p",
                "feature",
                "f",
                "started_date",
                "2026-02-01")
            .with("contact_id", "2", "account_id", "A", "started_date", "2026-02-01");

    List<Row> rows =
        new TestInputs(spark(), SETTINGS, CONTRACTS, "gold.product_day")
            .with("silver.usage_day", usage)
            .with("silver.contact", contacts)
            .build(new ProductDay(), DAY)
            .collectAsList();

    assertThat(rows)
        .extracting(
            r -> r.<String>getAs("product") + "/" + r.<String>getAs("feature"),
            r -> r.<Long>getAs("active_account_count"),
            r -> r.<Long>getAs("contact_count"))
        .containsExactlyInAnyOrder(
            tuple("p/f", 1L, 1L),
            tuple("p/g", 1L, 0L),
            tuple("p/all", 1L, 1L),
            tuple("all/all", 1L, 2L));
  }
}
