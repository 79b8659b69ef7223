package io.supportlake.gold.outcomes;

import static org.apache.spark.sql.functions.expr;

import io.supportlake.Inputs;
import io.supportlake.Period;
import io.supportlake.Table;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * One row per issue episode and segment that an agent owned, each with the same share of the
 * episode, so that shares add up to 1. A segment belongs to the episode in which it began. Where no
 * agent owned any, all segments share it; where none began, as after sixty days have cut a case,
 * the episode's first human agent has all of it.
 */
public final class EpisodeAttribution implements Table {

  /** Made once by its contract's name. */
  public EpisodeAttribution() {}

  @Override
  public Dataset<Row> build(Inputs in, Period period) {
    Dataset<Row> contacts =
        in.once(
            CaseSpans.contacts(in)
                .select("contact_id", "account_id", "case_id", "episode_id", "started_at"));
    Dataset<Row> segments =
        CaseSpans.within(in.table("silver.case_segment"), "started_at", CaseSpans.of(contacts))
            .selectExpr(
                "episode_id as owned_episode_id",
                "case_id",
                "segment_number",
                "agent_id as owner_id",
                "tier as owner_tier",
                "team as owner_team",
                "pod as owner_pod",
                "site as owner_site",
                "bool_or(agent_id is not null) over (partition by episode_id) as has_agent")
            .where("owner_id is not null or not has_agent");
    Dataset<Row> firstCases =
        contacts.selectExpr("contact_id as opening_contact_id", "case_id as first_case_id");
    return in.table("gold.episode_outcome")
        .join(firstCases, expr("first_contact_id = opening_contact_id"), "left")
        .join(segments, expr("episode_id = owned_episode_id"), "left")
        .selectExpr(
            "episode_id",
            "coalesce(case_id, first_case_id) as case_id",
            "coalesce(segment_number, 0) as segment_number",
            "account_id",
            either("agent_id", "owner_id"),
            either("tier", "owner_tier"),
            either("team", "owner_team"),
            either("pod", "owner_pod"),
            either("site", "owner_site"),
            "1.0D / count(*) over (partition by episode_id) as share",
            "started_date",
            "first_contact_ended_date",
            "ended_date",
            "is_fcr_7d",
            "has_functional_escalation",
            "recurred_90d");
  }

  private static String either(String ofEpisode, String ofSegment) {
    return "if(segment_number is null, %1$s, %2$s) as %1$s".formatted(ofEpisode, ofSegment);
  }
}
