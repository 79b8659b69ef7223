package io.supportlake.gold.outcomes;

import static org.apache.spark.sql.functions.broadcast;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.greatest;
import static org.apache.spark.sql.functions.when;

import io.supportlake.Inputs;
import io.supportlake.Period;
import io.supportlake.Table;
import io.supportlake.gold.AsOf;
import io.supportlake.gold.BusinessMinutes;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * One row per contact with its effort and service level. A contact that the bot contained, that is
 * only thanks, or that was merged away unanswered has no target of its own. The resolution's clock
 * stands still while the case is in a status in which the policy pauses it.
 */
public final class ContactOutcome implements Table {
  private static final String FIRST_REPLY_STATE =
      """
      case when first_reply_target is null or is_bot_only or is_thank_you then 'no_target'
           when first_reply_business_minutes <= first_reply_target then 'attained'
           when first_reply_business_minutes > first_reply_target then 'breached'
           when end_reason = 'merged' or elapsed_business_minutes is null then 'no_target'
           when is_solved and agent_id is null then 'no_target'
           when elapsed_business_minutes > first_reply_target then 'breached'
           else 'running' end
      """;

  private static final String RESOLUTION_STATE =
      """
      case when resolution_target is null or is_bot_only or is_thank_you then 'no_target'
           when end_reason = 'merged' or clock_micros is null then 'no_target'
           when clock_micros > 60000000L * resolution_target then 'breached'
           when is_solved or case_solved_at is not null then 'attained'
           when paused_since is not null then 'paused'
           else 'running' end
      """;

  private static final String COMPLEXITY =
      """
      case when escalation_count > 0 or transfer_count >= 2 or customer_message_count > 6
             then 'complex'
           when transfer_count > 0 or customer_message_count > 2 then 'moderate'
           else 'simple' end
      """;

  /**
   * Open microseconds of the pauses before {@code clock_to}. Whole numbers, so that a sum does not
   * depend on its order.
   */
  private static final String PAUSED_MICROS =
      """
      coalesce(aggregate(pauses, 0L, (sum, p) -> sum + greatest(0L,
        least(p.micros_to_resume, %s) - p.micros_to_pause)), 0L)
      """
          .formatted(micros("clock_business_minutes"));

  /** Made once by its contract's name. */
  public ContactOutcome() {}

  @Override
  public Dataset<Row> build(Inputs in, Period period) {
    Dataset<Row> targets = targets(in.table("conf.sla_target"));
    Dataset<Row> contacts = in.once(in.table("silver.contact"));
    Dataset<Row> intervals =
        in.once(
            in.table("silver.case_status_interval")
                .select("case_id", "status", "is_active", "valid_from", "valid_to"));
    return contacts
        .withColumnRenamed("last_agent_id", "agent_id")
        .withColumnRenamed("first_tier", "tier")
        .transform(c ->
            AsOf.join(
                c,
                "account_id",
                col("started_at"),
                in.table("silver.account"),
                "account_id",
                "plan",
                "segment",
                "region"))
        .transform(c ->
            AsOf.join(
                c,
                "agent_id",
                col("started_at"),
                in.table("silver.agent"),
                "agent_id",
                "team",
                "pod",
                "site"))
        .withColumn("solved_at", expr("if(is_solved, ended_at, null)"))
        // What arrives with a day may begin after that day has ended in the reporting zone.
        .withColumn(
            "as_of_end", greatest(AsOf.endLiteral(period, in.settings()), col("started_at")))
        .transform(c -> withTarget(c, targets, "first_reply"))
        .transform(c -> withTarget(c, targets, "resolution"))
        .transform(c ->
            withPauses(c, stops(in, contacts, intervals, targets), solves(contacts, intervals)))
        .transform(c ->
            BusinessMinutes.between(
                c,
                in.table("conf.business_day"),
                "region",
                "started_at",
                Map.of(
                    "first_reply_business_minutes", "first_public_reply_at",
                    "elapsed_business_minutes", "as_of_end",
                    "clock_business_minutes", "clock_to")))
        .withColumn("paused_micros", expr(PAUSED_MICROS))
        .withColumn(
            "clock_micros", expr("%s - paused_micros".formatted(micros("clock_business_minutes"))))
        .drop("pauses")
        .withColumns(
            Map.of(
                "sla_first_reply_state", expr(FIRST_REPLY_STATE),
                "sla_resolution_state", expr(RESOLUTION_STATE),
                "resolution_business_minutes",
                    expr("if(is_solved, clock_micros, null) / 60000000.0D"),
                "paused_business_minutes",
                    expr(
                        "if(is_solved and clock_micros is not null, paused_micros, null)"
                            + " / 60000000.0D"),
                "first_reply_minutes",
                    expr(
                        "(unix_micros(first_public_reply_at) - unix_micros(started_at))"
                            + " / 60000000.0D"),
                "complexity", expr(COMPLEXITY)))
        .withColumn(
            "sla_resumed_date",
            when(
                col("sla_resolution_state").equalTo("running"),
                AsOf.dateOf(col("last_resumed_at"), in.settings())))
        .transform(c -> withCost(c, contacts, in));
  }

  /** Targets as half-open date intervals. */
  private static Dataset<Row> targets(Dataset<Row> targets) {
    return targets.selectExpr(
        "plan as target_plan",
        "priority as target_priority",
        "measure",
        "target_minutes",
        "paused_statuses",
        "valid_from as target_from",
        "coalesce(lead(valid_from) over (partition by plan, priority, measure order by valid_from),"
            + " date'9999-12-31') as target_to");
  }

  private static Dataset<Row> withTarget(
      Dataset<Row> contacts, Dataset<Row> targets, String measure) {
    Dataset<Row> ofMeasure =
        targets
            .where(col("measure").equalTo(measure))
            .drop("measure")
            .withColumnRenamed("target_minutes", measure + "_target")
            .withColumnRenamed("paused_statuses", measure + "_paused_statuses");
    return contacts
        .join(
            broadcast(ofMeasure),
            expr(
                "plan = target_plan and priority = target_priority and started_date >= target_from"
                    + " and started_date < target_to"),
            "left")
        .drop("target_plan", "target_priority", "target_from", "target_to");
  }

  /**
   * Of each contact the status intervals of its case, from its start on, that any target pauses in,
   * with the open microseconds from the contact's start to their own start and end. From contacts
   * as they are: from those with all facts so far, all of it would be computed twice.
   */
  private static Dataset<Row> stops(
      Inputs in, Dataset<Row> contacts, Dataset<Row> intervals, Dataset<Row> targets) {
    return contacts
        .selectExpr(
            "contact_id as stopped_contact_id",
            "account_id",
            "case_id as contact_case_id",
            "started_at as contact_from")
        .join(
            intervals.selectExpr("case_id", "status", "valid_from", "valid_to as pause_to"),
            expr("case_id = contact_case_id and (pause_to is null or pause_to > contact_from)"))
        .join(
            broadcast(targets.selectExpr("explode(paused_statuses) as pausing")),
            expr("status = pausing"),
            "left_semi")
        .withColumn("pause_from", expr("greatest(valid_from, contact_from)"))
        .transform(p ->
            AsOf.join(
                p,
                "account_id",
                col("contact_from"),
                in.table("silver.account"),
                "account_id",
                "region"))
        .transform(p ->
            BusinessMinutes.between(
                p,
                in.table("conf.business_day"),
                "region",
                "contact_from",
                Map.of("minutes_to_pause", "pause_from", "minutes_to_resume", "pause_to")))
        .groupBy("stopped_contact_id")
        .agg(
            expr(
                """
                collect_list(struct(status, pause_from, pause_to, %s as micros_to_pause,
                  %s as micros_to_resume)) as stops
                """
                    .formatted(micros("minutes_to_pause"), micros("minutes_to_resume"))));
  }

  /**
   * Of each contact that has ended when its case was first solved or closed then or later. What was
   * solved before went on with the customer's next word.
   */
  private static Dataset<Row> solves(Dataset<Row> contacts, Dataset<Row> intervals) {
    return contacts
        .selectExpr(
            "contact_id as solved_contact_id",
            "case_id as contact_case_id",
            "ended_at as contact_ended_at")
        .join(
            intervals.where("not is_active").select("case_id", "valid_from"),
            expr("case_id = contact_case_id and valid_from >= contact_ended_at"))
        .groupBy("solved_contact_id")
        .agg(expr("min(valid_from) as case_solved_at"));
  }

  /**
   * The stops in which the contact's own target pauses: {@code pauses} (null or empty = none),
   * {@code last_resumed_at}, {@code paused_since} (null = not paused now, or solved) and {@code
   * clock_to}, until when the resolution's clock is read: the solve, if only of its case since the
   * contact's end, the pause that still lasts, or the as-of instant.
   */
  private static Dataset<Row> withPauses(
      Dataset<Row> contacts, Dataset<Row> stops, Dataset<Row> solves) {
    return contacts
        .join(stops, expr("contact_id = stopped_contact_id"), "left")
        .join(solves, expr("contact_id = solved_contact_id"), "left")
        .withColumn(
            "pauses",
            expr("filter(stops, p -> array_contains(resolution_paused_statuses, p.status))"))
        .withColumn("last_resumed_at", expr("array_max(pauses.pause_to)"))
        .withColumn(
            "paused_since",
            expr(
                """
                if(is_solved or case_solved_at is not null, null,
                   array_max(filter(pauses, p -> p.pause_to is null).pause_from))
                """))
        .withColumn(
            "clock_to", expr("coalesce(solved_at, case_solved_at, paused_since, as_of_end)"))
        .drop("stopped_contact_id", "solved_contact_id", "stops");
  }

  private static String micros(String minutes) {
    return "cast(round(%s * 60000000) as bigint)".formatted(minutes);
  }

  /**
   * Handle time at the mean hourly cost of the segments that overlap the contact, weighted by their
   * handle time; without such a segment at the first human agent's tier.
   */
  private static Dataset<Row> withCost(Dataset<Row> rows, Dataset<Row> contacts, Inputs in) {
    Dataset<Row> costs =
        in.table("conf.tier_cost")
            .selectExpr("tier as cost_tier", "cost_per_hour_amount as hourly_cost");
    Dataset<Row> priced =
        in.table("silver.case_segment")
            .where("handle_seconds > 0")
            .join(broadcast(costs), expr("tier = cost_tier"))
            .selectExpr(
                "case_id as segment_case_id",
                "started_at as segment_from",
                "coalesce(ended_at, timestamp'9999-12-31 00:00:00') as segment_to",
                "cast(handle_seconds as decimal(18,0)) as seconds",
                "hourly_cost");
    Dataset<Row> rates =
        contacts
            .selectExpr("contact_id as rate_contact_id", "case_id", "started_at", "ended_at")
            .join(
                priced,
                expr(
                    """
                    case_id = segment_case_id and segment_to > started_at
                    and (ended_at is null or segment_from <= ended_at)
                    """))
            .groupBy("rate_contact_id")
            .agg(
                expr(
                    "cast(sum(seconds * hourly_cost) / sum(seconds) as decimal(18,6)) as"
                        + " segment_hourly_cost"));
    return rows.join(rates, expr("contact_id = rate_contact_id"), "left")
        .join(broadcast(costs), expr("tier = cost_tier"), "left")
        .withColumn(
            "handling_cost_amount",
            expr(
                """
                cast(cast(handle_seconds as decimal(12,0)) / 3600
                  * coalesce(segment_hourly_cost, hourly_cost) as decimal(18,4))
                """))
        .drop("rate_contact_id", "cost_tier", "hourly_cost", "segment_hourly_cost");
  }
}
