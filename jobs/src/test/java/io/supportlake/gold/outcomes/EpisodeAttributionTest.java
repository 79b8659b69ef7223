package io.supportlake.gold.outcomes;

import static org.apache.spark.sql.functions.expr;
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
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class EpisodeAttributionTest extends SparkSuite {
  private static final Period DAY = Period.day(LocalDate.parse("2026-06-30"));

  private final Rows episodes = Rows.of(CONTRACTS, "gold.episode_outcome");
  private final Rows links = Rows.of(CONTRACTS, "silver.episode_contact");
  private final Rows contacts = Rows.of(CONTRACTS, "silver.contact");
  private final Rows segments = Rows.of(CONTRACTS, "silver.case_segment");

  @Test
  void everySegmentThatAnAgentOwnedHasTheSameShare() {
    episode("e", "c1 2026-01-01", "ann");
    contact("e", "c1", "2026-01-01");
    contact("e", "c2", "2026-01-05");
    segment("c1", 1, "2026-01-01", null, null);
    segment("c1", 2, "2026-01-01", "ann", "cards");
    segment("c1", 3, "2026-01-02", "bob", "cards");
    segment("c1", 4, "2026-01-03", "ann", "cards");
    segment("c2", 1, "2026-01-05", "cleo", "fraud");

    Dataset<Row> built = built();

    assertThat(
            Lines.of(
                built,
                "episode_id",
                "case_id",
                "segment_number",
                "agent_id",
                "team",
                "share",
                "is_fcr_7d"))
        .containsExactly(
            "e|c1|2|ann|cards|0.25|true",
            "e|c1|3|bob|cards|0.25|true",
            "e|c1|4|ann|cards|0.25|true",
            "e|c2|1|cleo|fraud|0.25|true");
  }

  @Test
  void anEpisodeThatNoAgentOwnedIsSharedByWhatThereWas() {
    episode("e", "c1 2026-01-01", null);
    contact("e", "c1", "2026-01-01");
    segment("c1", 1, "2026-01-01", null, null);
    segment("c1", 2, "2026-01-01", null, null);

    assertThat(Lines.of(built(), "segment_number", "agent_id", "share"))
        .containsExactly("1|null|0.5", "2|null|0.5");
  }

  @Test
  void anEpisodeInWhichNoSegmentBeganBelongsToItsFirstAgent() {
    episode("e1", "c1 2026-01-01", "ann");
    episode("e2", "c1 2026-03-05", "bob");
    contact("e1", "c1", "2026-01-01");
    contact("e2", "c1", "2026-03-05");
    segment("c1", 1, "2026-01-01", "ann", "cards");

    assertThat(Lines.of(built(), "episode_id", "case_id", "segment_number", "agent_id", "share"))
        .containsExactly("e1|c1|1|ann|1.0", "e2|c1|0|bob|1.0");
  }

  @Test
  void theAttributedTotalIsThatOfTheWholeEpisodes() {
    for (int i = 0; i < 60; i++) {
      String id = "e%02d".formatted(i);
      episodes.with(
          "episode_id",
          id,
          "account_id",
          "A",
          "first_contact_id",
          id + " 2026-01-01",
          "agent_id",
          "ann",
          "started_date",
          "2026-01-01",
          "first_contact_ended_date",
          "2026-01-02",
          "is_fcr_7d",
          i % 3 == 0);
      contact(id, id, "2026-01-01");
      for (int number = 1; number <= 1 + i % 4; number++) {
        segment(id, number, "2026-01-01", List.of("ann", "bob").get(number % 2), "cards");
      }
    }
    Dataset<Row> built = built().cache();

    assertThat(
            Lines.of(
                built.agg(
                    expr("round(sum(share), 9) as shares"),
                    expr("round(sum(share * int(is_fcr_7d)), 9) as resolved")),
                "shares",
                "resolved"))
        .containsExactly("60.0|20.0");
    // 15 episodes each of bob alone, half each, two thirds bob's, half each.
    assertThat(
            Lines.of(
                built.groupBy("agent_id").agg(expr("round(sum(share), 9) as shares")),
                "agent_id",
                "shares"))
        .containsExactly("ann|20.0", "bob|40.0");
  }

  private void episode(String id, String firstContact, @Nullable String agent) {
    episodes.with(
        "episode_id",
        id,
        "account_id",
        "A",
        "first_contact_id",
        firstContact,
        "agent_id",
        agent,
        "team",
        "first",
        "is_fcr_7d",
        true);
  }

  private void contact(String episode, String caseId, String day) {
    String contact = caseId + " " + day;
    String at = day + "T09:00:00Z";
    links.with("episode_id", episode, "contact_id", contact, "case_id", caseId, "account_id", "A");
    contacts.with("contact_id", contact, "case_id", caseId, "account_id", "A", "started_at", at);
  }

  private void segment(
      String caseId, int number, String day, @Nullable String agent, @Nullable String team) {
    segments.with(
        "case_id",
        caseId,
        "segment_number",
        number,
        "account_id",
        "A",
        "started_at",
        day + "T10:00:00Z",
        "agent_id",
        agent,
        "team",
        team);
  }

  private Dataset<Row> built() {
    return new TestInputs(spark(), SETTINGS, CONTRACTS, "gold.episode_attribution")
        .with("gold.episode_outcome", episodes)
        .with("silver.episode_contact", links)
        .with("silver.contact", contacts)
        .with("silver.case_segment", segments)
        .build(new EpisodeAttribution(), DAY);
  }
}
