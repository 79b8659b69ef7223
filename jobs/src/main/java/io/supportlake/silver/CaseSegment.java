package io.supportlake.silver;

import static org.apache.spark.sql.functions.broadcast;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.lead;
import static org.apache.spark.sql.functions.when;

import io.supportlake.Inputs;
import io.supportlake.Period;
import io.supportlake.Table;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.expressions.Window;
import org.apache.spark.sql.expressions.WindowSpec;

/** One continuous ownership (agent, queue, tier) of a case while it is active. */
public final class CaseSegment implements Table {
  private static final WindowSpec EVENTS = Window.partitionBy("case_id").orderBy("seq");
  private static final WindowSpec SEGMENTS =
      Window.partitionBy("case_id").orderBy("segment_number");

  @Override
  public Dataset<Row> build(Inputs in, Period period) {
    return CaseTimeline.of(in.table("silver.case_event"), "handle_seconds", "is_handle_absurd")
        .transform(CaseSegment::withHandedOnWork)
        .transform(CaseSegment::segments)
        .transform(CaseSegment::withEnd)
        .withColumn("started_date", Days.of(col("started_at"), in.settings()))
        .transform(segments -> withRoster(segments, in.table("silver.agent")));
  }

  /** The agent who hands a case on does so as the last act of the segment before. */
  private static Dataset<Row> withHandedOnWork(Dataset<Row> events) {
    Column isHandingOn =
        expr(
            "is_segment_start and seq > 1 and actor_type = 'agent' and not (actor_id <=> owner.agent)");
    return events
        .withColumn("is_handing_on", isHandingOn)
        .withColumn("next_handle", lead(when(isHandingOn, col("handle_seconds")), 1).over(EVENTS))
        .withColumn(
            "next_absurd", lead(when(isHandingOn, col("is_handle_absurd")), 1).over(EVENTS));
  }

  private static Dataset<Row> segments(Dataset<Row> events) {
    return events
        .groupBy("case_id", "segment_number")
        .agg(
            expr("min_by(account_id, seq)").as("account_id"),
            expr("min_by(event_at, seq)").as("started_at"),
            expr("min_by(struct(owner.agent as agent_id, owner.queue as queue, owner.tier as"
                    + " tier, case when is_transfer then 'transferred' when is_escalated_start"
                    + " then 'escalated' when is_reopen then 'reopened' when owner.agent is null"
                    + " and actor_type = 'bot' then 'bot' when seq = 1 then 'opened' else"
                    + " 'assigned' end as start_reason, "
                    + " escalated_kind as escalation_kind), seq)")
                .as("start"),
            expr("min_by(struct(event_at as at, if(event_type = 'merged', 'merged',"
                    + " status_after) as reason), seq) filter (where is_end)")
                .as("end"),
            expr("sum(cast(coalesce(if(is_handing_on, null, handle_seconds), 0) +"
                    + " coalesce(next_handle, 0) as bigint)) filter (where coalesce(if("
                    + "is_handing_on, null, handle_seconds), next_handle) is not null)")
                .as("handle_seconds"),
            expr("cast(count_if(is_handle_absurd and not is_handing_on) + count_if(next_absurd)"
                    + " as int)")
                .as("handle_absurd_count"),
            expr("cast(count_if(is_agent_message) as int)").as("public_reply_count"),
            expr("count_if(actor_type = 'agent' and event_type in ('message', 'note', 'solved')"
                    + " or event_type = 'call_leg' and agent_id is not null) > 0")
                .as("has_acts"));
  }

  private static Dataset<Row> withEnd(Dataset<Row> segments) {
    return segments
        .withColumn("next_at", lead("started_at", 1).over(SEGMENTS))
        .withColumn("next_reason", lead("start.start_reason", 1).over(SEGMENTS))
        .select(
            col("case_id"),
            col("segment_number"),
            col("account_id"),
            col("started_at"),
            coalesce(col("end.at"), col("next_at")).as("ended_at"),
            col("start.*"),
            expr("coalesce(end.reason, case when next_reason in ('transferred', 'escalated')"
                    + " then next_reason when next_reason is not null then 'assigned' end)")
                .as("end_reason"),
            col("handle_seconds"),
            col("handle_absurd_count"),
            col("public_reply_count"),
            expr("has_acts or coalesce(handle_seconds, 0) > 0").as("is_work_done"));
  }

  /** The roster as it was when the segment began. It has one row per agent and change: small. */
  private static Dataset<Row> withRoster(Dataset<Row> segments, Dataset<Row> agents) {
    Dataset<Row> roster =
        agents.selectExpr(
            "agent_id as roster_agent", "valid_from", "valid_to", "team", "pod", "site");
    return segments.join(
        broadcast(roster),
        expr(
            "agent_id = roster_agent and started_at >= valid_from"
                + " and (valid_to is null or started_at < valid_to)"),
        "left");
  }
}
