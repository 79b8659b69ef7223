package io.supportlake.gold.outcomes;

import static java.util.Map.entry;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.expr;

import io.supportlake.Inputs;
import io.supportlake.Period;
import io.supportlake.Settings;
import io.supportlake.Table;
import io.supportlake.gold.AsOf;
import io.supportlake.gold.BusinessMinutes;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * One row per issue episode with what came of it: FCR, resolution times, reopens, escalations,
 * recurrence and money.
 */
public final class EpisodeOutcome implements Table {
  /**
   * Whether an interval lies between a thank-you reopen and the next reopen, its solve included.
   */
  private static final String OF_THANKS =
      "coalesce(last_value(if(change in ('opened', 'reopened', 'thank_you_reopen'), change, null),"
          + " true) over (partition by case_id order by interval_number rows between unbounded"
          + " preceding and current row) = 'thank_you_reopen', false)";

  private static final int[] FCR_DAYS = {1, 7, 14, 30};

  /** Families that never say two contacts are about the same issue. */
  private static final String NAMED_FAMILY = "issue_family not in ('other', 'unknown')";

  /**
   * When a first contact came to be no FCR in any window: at once where it ended unresolved, else
   * with the first further contact or reopen of 30 days. A case that is open at a window's end
   * without either counts in that window only.
   */
  private static final String FCR_FAILURE =
      """
      case when first_contact_ended_at is null then null
           when not is_first_solved then 0.0D
           when least(next_contact_at, next_reopen_at) <= first_contact_ended_at + interval 30 days
             then (unix_micros(least(next_contact_at, next_reopen_at))
               - unix_micros(first_contact_ended_at)) / 60000000.0D
      end
      """;

  /** Made once by its contract's name. */
  public EpisodeOutcome() {}

  @Override
  public Dataset<Row> build(Inputs in, Period period) {
    Settings settings = in.settings();
    Dataset<Row> contacts =
        in.once(
            CaseSpans.contacts(in)
                .select(
                    "contact_id",
                    "account_id",
                    "case_id",
                    "episode_id",
                    "issue_family",
                    "started_at",
                    "ended_at",
                    "channel",
                    "product",
                    "feature",
                    "language",
                    "intent",
                    "priority",
                    "first_tier",
                    "first_agent_id",
                    "last_agent_id",
                    "first_public_reply_at",
                    "handle_seconds",
                    "transfer_count",
                    "escalation_count",
                    "is_solved",
                    "is_thank_you"));
    Dataset<Row> caseSpans = in.once(CaseSpans.of(contacts));
    Dataset<Row> intervals = in.once(statusIntervals(in.table("silver.case_status_interval")));
    Dataset<Row> cases = in.table("silver.support_case");

    Dataset<Row> episodes =
        in.once(
            in.table("silver.issue_episode")
                .selectExpr(
                    "episode_id",
                    "account_id",
                    "issue_family",
                    "started_at",
                    "started_date",
                    "first_contact_id",
                    "first_contact_ended_at",
                    "first_contact_ended_date",
                    "ended_at",
                    "ended_date",
                    "is_resolved",
                    "contact_count",
                    "case_count",
                    "stake"));
    Dataset<Row> started = withFirstContact(episodes, contacts);
    Dataset<Row> solves = solves(intervals, caseSpans);

    // Each fact is computed from as little as it needs: from the rows with all facts so far, every
    // further one would double the plan.
    return started
        .transform(e -> left(e, effort(contacts)))
        .transform(e -> left(e, laterContacts(episodes, contacts)))
        .transform(e -> left(e, solves))
        .transform(e -> left(e, reopens(left(episodes, solves), intervals, contacts)))
        .transform(e -> left(e, openAtWindowEnds(started, intervals, cases)))
        .transform(e -> left(e, escalations(in.table("silver.case_segment"), cases, caseSpans)))
        .transform(e -> left(e, lastSolves(cases, caseSpans, contacts)))
        .transform(e -> left(e, money(in.table("silver.money_event"), caseSpans)))
        .transform(e -> left(e, csat(in.table("silver.survey"), caseSpans)))
        .transform(e ->
            AsOf.join(
                e,
                "account_id",
                col("started_at"),
                in.table("silver.account"),
                "account_id",
                "region",
                "segment",
                "plan"))
        .transform(e ->
            AsOf.join(
                e,
                "agent_id",
                col("started_at"),
                in.table("silver.agent"),
                "agent_id",
                "team",
                "pod",
                "site"))
        .withColumn("final_solved_at", expr("if(is_resolved, last_solved_at, null)"))
        .transform(e ->
            BusinessMinutes.between(
                e,
                in.table("conf.business_day"),
                "region",
                "started_at",
                Map.of(
                    "first_reply_business_minutes", "first_reply_at",
                    "first_resolution_business_minutes", "first_solved_at",
                    "final_resolution_business_minutes", "final_solved_at")))
        .transform(e -> withOutcomes(e, AsOf.endLiteral(period, settings), settings));
  }

  private static Dataset<Row> left(Dataset<Row> episodes, Dataset<Row> facts) {
    Dataset<Row> keyed = facts.withColumnRenamed("episode_id", "fact_episode_id");
    return episodes
        .join(keyed, col("episode_id").equalTo(col("fact_episode_id")), "left")
        .drop("fact_episode_id");
  }

  private static Dataset<Row> withFirstContact(Dataset<Row> episodes, Dataset<Row> contacts) {
    Dataset<Row> first =
        contacts.selectExpr(
            "contact_id as first_id",
            "case_id as first_case_id",
            "channel",
            "product",
            "feature",
            "language",
            "intent",
            "priority",
            "first_tier as tier",
            "first_agent_id as agent_id",
            "is_solved as is_first_solved",
            "transfer_count as first_transfers",
            "escalation_count as first_escalations");
    return episodes.join(first, col("first_contact_id").equalTo(col("first_id"))).drop("first_id");
  }

  /** Status intervals; the solve that ends a customer's thanks is told apart from a solve. */
  private static Dataset<Row> statusIntervals(Dataset<Row> intervals) {
    return intervals
        .selectExpr(
            "account_id",
            "case_id",
            "interval_number",
            "valid_from",
            "coalesce(valid_to, timestamp'9999-12-31 00:00:00') as valid_to",
            "is_active",
            "change",
            OF_THANKS + " as is_of_thanks")
        .withColumn("is_solve", expr("change = 'solved' and not is_of_thanks"));
  }

  private static Dataset<Row> effort(Dataset<Row> contacts) {
    return contacts
        .where("episode_id is not null")
        .groupBy("episode_id")
        .agg(
            expr("min(first_public_reply_at) as first_reply_at"),
            expr("sum(handle_seconds) as handle_seconds"),
            expr("cast(sum(transfer_count) as int) as transfer_count"),
            expr("coalesce(bool_or(escalation_count > 0), false) as has_escalated_contact"));
  }

  /**
   * The first further contact after the first one ended, and whether the family came back between 7
   * and 90 days after the end; thanks are no contact. A family that says nothing links nothing.
   */
  private static Dataset<Row> laterContacts(Dataset<Row> episodes, Dataset<Row> contacts) {
    Dataset<Row> later =
        contacts
            .where("not is_thank_you")
            .selectExpr(
                "account_id as later_account_id",
                "contact_id as later_contact_id",
                "episode_id as later_episode_id",
                "issue_family as later_family",
                "started_at as later_at");
    return episodes
        .select(
            "episode_id",
            "account_id",
            "issue_family",
            "first_contact_id",
            "first_contact_ended_at",
            "ended_at")
        .join(
            later,
            expr(
                """
                account_id = later_account_id
                and first_contact_id <> later_contact_id
                and later_at > first_contact_ended_at
                and later_at <= greatest(first_contact_ended_at + interval 30 days,
                                         ended_at + interval 90 days)
                and (episode_id <=> later_episode_id
                     or (issue_family = later_family and %s))
                """
                    .formatted(NAMED_FAMILY)))
        .groupBy("episode_id")
        .agg(
            expr("min(later_at) as next_contact_at"),
            expr(
                """
                bool_or(issue_family = later_family
                  and later_at > ended_at + interval 7 days
                  and later_at <= ended_at + interval 90 days) as has_recurred
                """));
  }

  private static Dataset<Row> solves(Dataset<Row> intervals, Dataset<Row> caseSpans) {
    Dataset<Row> byCase =
        CaseSpans.within(intervals, "valid_from", caseSpans)
            .groupBy("episode_id", "case_id")
            .agg(
                expr("min(valid_from) filter (where is_solve) as first_solved_at"),
                expr("max(valid_from) filter (where is_solve) as last_solved_at"),
                expr("count_if(change = 'thank_you_reopen') as thanks"),
                expr("max(valid_from) filter (where change = 'reopened') as last_reopened_at"),
                expr(
                    "max(valid_from) filter (where change in ('solved', 'closed')) as"
                        + " last_settled_at"));
    return byCase
        .groupBy("episode_id")
        .agg(
            expr("min(first_solved_at) as first_solved_at"),
            expr("max(last_solved_at) as last_solved_at"),
            expr("cast(sum(thanks) as int) as thank_you_reopen_count"),
            expr(
                "coalesce(bool_or(last_reopened_at > coalesce(last_settled_at,"
                    + " timestamp'0001-01-01 00:00:00')), false) as is_still_reopened"));
  }

  /** The first reopen of the episode's cases after its first contact, and after its first solve. */
  private static Dataset<Row> reopens(
      Dataset<Row> episodes, Dataset<Row> intervals, Dataset<Row> contacts) {
    Dataset<Row> cases =
        contacts
            .where("episode_id is not null")
            .selectExpr("episode_id as case_episode_id", "case_id")
            .distinct();
    Dataset<Row> reopened =
        intervals
            .where("change = 'reopened'")
            .selectExpr("case_id as reopened_case_id", "valid_from as reopened_at");
    return episodes
        .select("episode_id", "first_contact_ended_at", "first_solved_at")
        .join(cases, expr("episode_id = case_episode_id"))
        .join(reopened, expr("case_id = reopened_case_id"))
        .groupBy("episode_id")
        .agg(
            expr(
                "min(reopened_at) filter (where reopened_at > first_contact_ended_at) as"
                    + " next_reopen_at"),
            expr(
                "min(reopened_at) filter (where reopened_at > first_solved_at) as"
                    + " reopened_after_solve_at"));
  }

  /** Whether the first contact's case, or the one it was merged into, is open at end + W. */
  private static Dataset<Row> openAtWindowEnds(
      Dataset<Row> episodes, Dataset<Row> intervals, Dataset<Row> cases) {
    Dataset<Row> merged =
        cases.selectExpr(
            "case_id as merged_case_id", "coalesce(merged_into_case_id, case_id) as live_case_id");
    Dataset<Row> ofCases =
        intervals
            .withColumnRenamed("account_id", "live_account_id")
            .withColumnRenamed("case_id", "interval_case_id");
    Column[] open = new Column[FCR_DAYS.length];
    for (int i = 0; i < FCR_DAYS.length; i++) {
      open[i] =
          expr(
              """
              bool_or(is_active and not is_of_thanks
                and valid_from <= first_contact_ended_at + interval %1$d days
                and valid_to > first_contact_ended_at + interval %1$d days) as is_open_%1$dd
              """
                  .formatted(FCR_DAYS[i]));
    }
    return episodes
        .select("episode_id", "account_id", "first_case_id", "first_contact_ended_at")
        .join(merged, expr("first_case_id = merged_case_id"), "left")
        .join(
            ofCases,
            expr(
                "interval_case_id = coalesce(live_case_id, first_case_id)"
                    + " and live_account_id = account_id"))
        .groupBy("episode_id")
        .agg(open[0], java.util.Arrays.copyOfRange(open, 1, open.length));
  }

  /**
   * Escalations by kind: the segments they began, and the case's own counts (not every escalation
   * changes the owner) where the whole case lies in one episode.
   */
  private static Dataset<Row> escalations(
      Dataset<Row> segments, Dataset<Row> cases, Dataset<Row> caseSpans) {
    Dataset<Row> bySegment =
        CaseSpans.within(
                segments
                    .where("escalation_kind is not null")
                    .select("account_id", "case_id", "started_at", "escalation_kind"),
                "started_at",
                caseSpans)
            .selectExpr(
                "episode_id",
                "escalation_kind = 'functional' as functional",
                "escalation_kind = 'hierarchical' as hierarchical",
                "escalation_kind = 'engineering' as engineering",
                "false as mis");
    Dataset<Row> byCase =
        caseSpans
            .join(cases.drop("account_id"), "case_id")
            .selectExpr(
                "episode_id",
                "is_whole_case and functional_escalation_count > 0 as functional",
                "is_whole_case and hierarchical_escalation_count > 0 as hierarchical",
                "is_whole_case and engineering_escalation_count > 0 as engineering",
                "is_mis_escalated as mis");
    return bySegment
        .unionByName(byCase)
        .groupBy("episode_id")
        .agg(
            expr("bool_or(functional) as functional"),
            expr("bool_or(hierarchical) as hierarchical"),
            expr("bool_or(engineering) as engineering"),
            expr("bool_or(mis) as mis"));
  }

  private static Dataset<Row> lastSolves(
      Dataset<Row> cases, Dataset<Row> caseSpans, Dataset<Row> contacts) {
    Dataset<Row> byCase =
        caseSpans
            .join(cases.select("case_id", "last_solved_at", "last_solve_agent_id"), "case_id")
            .where("last_solved_at >= span_from and last_solved_at < span_to")
            .selectExpr(
                "episode_id",
                "struct(2 as trust, last_solved_at as at, case_id as tie) as rank",
                "last_solve_agent_id");
    // Where sixty days cut the case, its last solve is another episode's.
    Dataset<Row> byContact =
        contacts
            .where("episode_id is not null and is_solved and not is_thank_you")
            .selectExpr(
                "episode_id",
                "struct(1 as trust, ended_at as at, contact_id as tie) as rank",
                "last_agent_id as last_solve_agent_id");
    return byCase
        .unionByName(byContact)
        .groupBy("episode_id")
        .agg(expr("max_by(last_solve_agent_id, rank) as last_solve_agent_id"));
  }

  private static Dataset<Row> money(Dataset<Row> events, Dataset<Row> caseSpans) {
    return CaseSpans.within(events.where("case_id is not null"), "occurred_at", caseSpans)
        .groupBy("episode_id")
        .agg(
            expr("sum(reporting_amount) filter (where kind = 'refund') as refunds"),
            expr("sum(reporting_amount) filter (where kind = 'loss') as losses"),
            expr("sum(reporting_amount) filter (where kind = 'recovered') as recoveries"));
  }

  private static Dataset<Row> csat(Dataset<Row> surveys, Dataset<Row> caseSpans) {
    Dataset<Row> answers =
        surveys
            .where("kind = 'csat' and score is not null and case_id is not null")
            .selectExpr(
                "account_id",
                "case_id",
                "survey_id",
                "score",
                "answered_at",
                "coalesce(sent_at, answered_at) as asked_at");
    return CaseSpans.within(answers, "asked_at", caseSpans)
        .groupBy("episode_id")
        .agg(expr("max_by(score, struct(answered_at, survey_id)) as csat_score"));
  }

  private static Dataset<Row> withOutcomes(
      Dataset<Row> episodes, Column asOfEnd, Settings settings) {
    Map<String, Column> outcomes = new LinkedHashMap<>();
    for (int days : FCR_DAYS) {
      outcomes.put("is_fcr_%dd".formatted(days), firstContactResolution(days));
    }
    outcomes.put(
        "is_mis_escalated",
        expr(
            "coalesce(mis, false) and (has_functional_escalation or has_hierarchical_escalation"
                + " or has_engineering_escalation)"));
    outcomes.put(
        "is_reopened_30d",
        expr(
            """
            if(first_solved_at + interval 30 days <= as_of_end,
               coalesce(reopened_after_solve_at <= first_solved_at + interval 30 days, false),
               null)
            """));
    outcomes.put(
        "recurred_90d",
        expr(
            """
            if(is_resolved and ended_at + interval 90 days <= as_of_end and %s,
               coalesce(has_recurred, false), null)
            """
                .formatted(NAMED_FAMILY)));
    return episodes
        .withColumns(
            Map.ofEntries(
                entry("as_of_end", asOfEnd),
                entry("first_reply_minutes", minutesTo("first_reply_at")),
                entry("first_resolution_minutes", minutesTo("first_solved_at")),
                entry("final_resolution_minutes", minutesTo("final_solved_at")),
                entry("first_solved_date", AsOf.dateOf(col("first_solved_at"), settings)),
                entry("thank_you_reopen_count", expr("coalesce(thank_you_reopen_count, 0)")),
                entry("transfer_count", expr("coalesce(transfer_count, 0)")),
                entry("is_still_reopened", expr("coalesce(is_still_reopened, false)")),
                entry("has_functional_escalation", expr("coalesce(functional, false)")),
                entry("has_hierarchical_escalation", expr("coalesce(hierarchical, false)")),
                entry("has_engineering_escalation", expr("coalesce(engineering, false)")),
                entry("refund_amount", amount("refunds")),
                entry("loss_amount", amount("losses")),
                entry("recovered_amount", amount("recoveries")),
                entry("fcr_failure_minutes", expr(FCR_FAILURE)),
                entry(
                    "is_first_contact_handed_on",
                    expr("first_transfers > 0 or first_escalations > 0")),
                entry(
                    "first_reopen_minutes",
                    expr(
                        "(unix_micros(reopened_after_solve_at) - unix_micros(first_solved_at)) /"
                            + " 60000000.0D"))))
        .withColumns(outcomes)
        .withColumn("is_fcr_net_7d", expr("is_fcr_7d and not is_first_contact_handed_on"));
  }

  /** A solve shortly after a call or chat is that contact's own (silver.contact). */
  private static Column firstContactResolution(int days) {
    return expr(
        """
        case when first_contact_ended_at is null then null
             when first_contact_ended_at + interval %1$d days > as_of_end then null
             when not is_first_solved then false
             when next_contact_at <= first_contact_ended_at + interval %1$d days then false
             when next_reopen_at <= first_contact_ended_at + interval %1$d days then false
             when is_open_%1$dd then false
             else true end
        """
            .formatted(days));
  }

  private static Column minutesTo(String instant) {
    return expr("(unix_micros(%s) - unix_micros(started_at)) / 60000000.0D".formatted(instant));
  }

  private static Column amount(String sum) {
    return expr("cast(coalesce(%s, 0) as decimal(18,2))".formatted(sum));
  }
}
