package io.supportlake.gold.outcomes;

import static org.apache.spark.sql.functions.broadcast;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.expr;

import io.supportlake.Inputs;
import io.supportlake.Period;
import io.supportlake.Table;
import io.supportlake.gold.AsOf;
import io.supportlake.gold.BusinessMinutes;
import java.util.Map;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * One row per contact with its effort and service level (definitions 8 and 9). A contact that the
 * bot contained, that is only thanks, or that was merged away unanswered has no target of its own.
 */
public final class ContactOutcome implements Table {
  private static final String NEEDS_NO_HUMAN = "(is_bot_only or is_thank_you)";

  /** Made once by its contract's name. */
  public ContactOutcome() {}

  @Override
  public Dataset<Row> build(Inputs in, Period period) {
    Dataset<Row> targets = targets(in.table("conf.sla_target"));
    return in.table("silver.contact")
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
        .withColumn("as_of_end", AsOf.endLiteral(period, in.settings()))
        .transform(c ->
            BusinessMinutes.between(
                c,
                in.table("conf.business_day"),
                "region",
                "started_at",
                Map.of(
                    "first_reply_business_minutes", "first_public_reply_at",
                    "resolution_business_minutes", "solved_at",
                    "elapsed_business_minutes", "as_of_end")))
        .transform(c -> withTarget(c, targets, "first_reply"))
        .transform(c -> withTarget(c, targets, "resolution"))
        .withColumn(
            "sla_first_reply_state", state("first_reply_target", "first_reply_business_minutes"))
        .withColumn(
            "sla_resolution_state", state("resolution_target", "resolution_business_minutes"))
        .withColumn(
            "first_reply_minutes",
            expr("(unix_micros(first_public_reply_at) - unix_micros(started_at)) / 60000000.0D"))
        .withColumn(
            "complexity",
            expr(
                """
                case when escalation_count > 0 or transfer_count >= 2 or customer_message_count > 6
                       then 'complex'
                     when transfer_count > 0 or customer_message_count > 2 then 'moderate'
                     else 'simple' end
                """))
        .transform(c -> withCost(c, in.table("silver.case_segment"), in.table("conf.tier_cost")));
  }

  /** Targets as half-open date intervals. */
  private static Dataset<Row> targets(Dataset<Row> targets) {
    return targets.selectExpr(
        "plan as target_plan",
        "priority as target_priority",
        "measure",
        "target_minutes",
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
            .withColumnRenamed("target_minutes", measure + "_target");
    return contacts
        .join(
            broadcast(ofMeasure),
            expr(
                "plan = target_plan and priority = target_priority and started_date >= target_from"
                    + " and started_date < target_to"),
            "left")
        .drop("target_plan", "target_priority", "target_from", "target_to");
  }

  private static Column state(String target, String minutes) {
    return expr(
        """
        case when %1$s is null or %3$s then 'no_target'
             when %2$s <= %1$s then 'attained'
             when %2$s > %1$s then 'breached'
             when end_reason = 'merged' or elapsed_business_minutes is null then 'no_target'
             when elapsed_business_minutes > %1$s then 'breached'
             else 'running' end
        """
            .formatted(target, minutes, NEEDS_NO_HUMAN));
  }

  /**
   * Handle time at the mean hourly cost of the segments that overlap the contact, weighted by their
   * handle time; without such a segment at the first human agent's tier.
   */
  private static Dataset<Row> withCost(
      Dataset<Row> contacts, Dataset<Row> segments, Dataset<Row> tierCost) {
    Dataset<Row> costs =
        tierCost.selectExpr("tier as cost_tier", "cost_per_hour_amount as hourly_cost");
    Dataset<Row> priced =
        segments
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
    return contacts
        .join(rates, expr("contact_id = rate_contact_id"), "left")
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
