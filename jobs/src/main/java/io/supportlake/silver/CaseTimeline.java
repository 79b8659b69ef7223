package io.supportlake.silver;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.lag;
import static org.apache.spark.sql.functions.last;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.row_number;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.when;

import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.expressions.Window;
import org.apache.spark.sql.expressions.WindowSpec;

/**
 * A case's events in order, each with what is true after it: status, owner, the contact it belongs
 * to, whether it reopens, solves, transfers. All case tables aggregate this one Dataset, so their
 * counts agree; it costs one shuffle by case, and columns nobody reads are pruned.
 */
final class CaseTimeline {
  /** Silence after which an unsolved contact is over. */
  static final String IDLE = "interval 30 days";

  /** How long after-work, a hand-over from bot to human and a customer's thanks may take. */
  static final String SHORTLY = "interval 24 hours";

  /** Order of events of one instant: causes before effects. */
  private static final String TYPE_ORDER =
      "array_position(array('opened', 'reopened', 'bot_turn', 'message', 'call_leg', 'note',"
          + " 'assigned', 'transferred', 'escalated', 'priority', 'status', 'merged', 'solved',"
          + " 'closed'), event_type)";

  /** The case's events up to and with the current one. */
  private static final WindowSpec SO_FAR =
      Window.partitionBy("case_id").orderBy("event_at", "type_order", "event_id");

  /** The case's events before the current one. */
  private static final WindowSpec BEFORE = SO_FAR.rowsBetween(Window.unboundedPreceding(), -1);

  private static final WindowSpec UP_TO_NOW =
      SO_FAR.rowsBetween(Window.unboundedPreceding(), Window.currentRow());

  private CaseTimeline() {}

  /** The current versions of case events, each with its place in the case. */
  static Dataset<Row> of(Dataset<Row> events) {
    return events
        .transform(CaseTimeline::withFacts)
        .transform(CaseTimeline::withStatus)
        .transform(CaseTimeline::withContact)
        .transform(CaseTimeline::withThanks)
        .transform(CaseTimeline::withOwnership);
  }

  /** What each event says by itself. */
  private static Dataset<Row> withFacts(Dataset<Row> events) {
    return events
        .withColumn("type_order", expr(TYPE_ORDER))
        .withColumn(
            "is_inbound",
            expr(
                "event_type = 'opened' or (actor_type = 'customer' and event_type in"
                    + " ('message', 'bot_turn', 'call_leg', 'reopened'))"))
        .withColumn(
            "is_customer_message",
            expr("actor_type = 'customer' and event_type in ('message', 'bot_turn')"))
        .withColumn(
            "is_thanks",
            when(col("is_customer_message"), coalesce(Signals.isThanks(col("text")), lit(false)))
                .otherwise(false))
        .withColumn(
            "is_agent_message",
            expr("actor_type = 'agent' and event_type = 'message' and coalesce(is_public, true)"))
        .withColumn(
            "human",
            expr(
                "case when event_type = 'call_leg' then agent_id"
                    + " when actor_type = 'agent' then coalesce(actor_id, agent_id) end"))
        // A call that an agent takes is an answer.
        .withColumn(
            "is_public_reply",
            expr("is_agent_message or (event_type = 'call_leg' and agent_id is not null)"));
  }

  private static Dataset<Row> withStatus(Dataset<Row> events) {
    return events
        .withColumn("seq", row_number().over(SO_FAR))
        .withColumn("previous_event_at", lag("event_at", 1).over(SO_FAR))
        .withColumn(
            "stated_status",
            expr(
                "case event_type"
                    + " when 'opened' then coalesce(status, 'new')"
                    + " when 'solved' then 'solved'"
                    + " when 'closed' then 'closed'"
                    + " when 'merged' then coalesce(status, 'closed')"
                    + " when 'reopened' then if(status in ('new', 'open', 'pending', 'on_hold'),"
                    + " status, 'open')"
                    + " else status end"))
        .withColumn(
            "status_after", coalesce(last("stated_status", true).over(UP_TO_NOW), lit("new")))
        .withColumn("status_before", lag("status_after", 1).over(SO_FAR))
        .withColumn("is_active", expr("status_after not in ('solved', 'closed')"))
        .withColumn("was_active", expr("coalesce(status_before not in ('solved', 'closed'), true)"))
        .withColumn("is_reopen", expr("is_active and not was_active"))
        .withColumn("is_end", expr("event_type = 'merged' or (was_active and not is_active)"))
        .withColumn("is_solve", expr("is_end and status_after = 'solved'"))
        .withColumn("priority_after", last("priority", true).over(UP_TO_NOW));
  }

  /**
   * Contacts: an inbound event begins a new one when the contact before has ended (solve, close,
   * merge, 30 idle days) or when it comes by another session: a call or chat is a contact of its
   * own. A chat's last words shortly after its solve stay with it, and so does the human part of a
   * conversation that a bot began.
   */
  private static Dataset<Row> withContact(Dataset<Row> events) {
    Column inbound =
        struct(col("seq"), col("event_at").as("at"), col("session_id"), col("channel"));
    return events
        .withColumn(
            "is_after_silence",
            expr("coalesce(event_at > previous_event_at + " + IDLE + ", false)"))
        .withColumn("inbound_now", last(when(col("is_inbound"), inbound), true).over(UP_TO_NOW))
        .withColumn("inbounds", counted("is_inbound"))
        .withColumn("inbound_before", last(when(col("is_inbound"), inbound), true).over(BEFORE))
        .withColumn("is_in_session", expr("coalesce(session_id = inbound_now.session_id, false)"))
        .withColumn("is_human_in_session", expr("is_in_session and human is not null"))
        .withColumn("is_bot_in_session", expr("is_in_session and actor_type = 'bot'"))
        .withColumn(
            "human_session",
            last(when(col("is_human_in_session"), col("session_id")), true).over(BEFORE))
        .withColumn(
            "bot_session",
            last(when(col("is_bot_in_session"), col("session_id")), true).over(BEFORE))
        .withColumn(
            "end_before",
            last(when(col("is_end"), struct(col("seq"), col("event_at").as("at"))), true)
                .over(BEFORE))
        .withColumn(
            "silence_seq", last(when(col("is_after_silence"), col("seq")), true).over(UP_TO_NOW))
        .withColumn("p", col("inbound_before"))
        .withColumn(
            "is_same_session",
            expr(
                "session_id <=> p.session_id or ((session_id is null or p.session_id is null)"
                    + " and channel <=> p.channel and event_at <= p.at + "
                    + SHORTLY
                    + ")"))
        .withColumn(
            "is_handed_over",
            expr(
                "coalesce(bot_session = p.session_id, false)"
                    + " and not coalesce(human_session = p.session_id, false)"
                    + " and event_at <= p.at + "
                    + SHORTLY))
        .withColumn(
            "is_after_end",
            expr(
                "coalesce(end_before.seq > p.seq, false) and not (coalesce(session_id ="
                    + " p.session_id, false) and event_at <= end_before.at + "
                    + SHORTLY
                    + ")"))
        .withColumn(
            "is_contact_start",
            expr(
                "seq = 1 or (is_inbound and p is not null and (is_after_end"
                    + " or coalesce(silence_seq > p.seq, false)"
                    + " or not (is_same_session or is_handed_over)))"))
        .withColumn(
            "contact_number",
            sum(when(col("is_contact_start"), 1).otherwise(0)).over(UP_TO_NOW).cast("int"));
  }

  /**
   * A re-solve is a thank-you's when the case was open for at most 24 hours and held nothing but a
   * customer's thanks and no public reply (definitions 6).
   */
  private static Dataset<Row> withThanks(Dataset<Row> events) {
    return events
        .withColumn("replies", counted("is_public_reply"))
        .withColumn("thanks", counted("is_thanks"))
        .withColumn(
            "other_words", counted("is_inbound and event_type <> 'reopened' and not is_thanks"))
        .withColumn(
            "end_last",
            last(
                    when(
                        col("is_end"),
                        struct(col("seq"), col("replies"), col("thanks"), col("other_words"))),
                    true)
                .over(BEFORE))
        .withColumn(
            "reopened_last",
            last(when(col("is_reopen"), struct(col("seq"), col("event_at").as("at"))), true)
                .over(BEFORE))
        .withColumn(
            "is_thank_you_solve",
            expr(
                "coalesce(is_solve and reopened_last.seq > end_last.seq"
                    + " and thanks > end_last.thanks and replies = end_last.replies"
                    + " and other_words = end_last.other_words"
                    + " and event_at <= reopened_last.at + "
                    + SHORTLY
                    + ", false)"))
        .withColumn(
            "stretch", coalesce(sum(when(col("is_end"), 1).otherwise(0)).over(BEFORE), lit(0L)));
  }

  private static Column counted(String predicate) {
    return sum(when(expr(predicate), 1).otherwise(0)).over(UP_TO_NOW);
  }

  /**
   * Segments: the owner is agent, queue and tier after the event. A null agent means nobody where
   * the event is about ownership, and "not stated" elsewhere.
   */
  private static Dataset<Row> withOwnership(Dataset<Row> events) {
    Column owner =
        struct(
            last(
                    when(
                        expr(
                            "agent_id is not null or event_type in ('opened', 'assigned',"
                                + " 'transferred', 'escalated')"),
                        struct(col("agent_id").as("agent"))),
                    true)
                .over(UP_TO_NOW)
                .getField("agent")
                .as("agent"),
            last("queue", true).over(UP_TO_NOW).as("queue"),
            last("tier", true).over(UP_TO_NOW).as("tier"));
    return events
        .withColumn("owner", owner)
        .withColumn("owner_before", lag("owner", 1).over(SO_FAR))
        .withColumn(
            "is_segment_start",
            expr(
                "seq = 1 or is_reopen or ((is_active or was_active)"
                    + " and not (owner <=> owner_before))"))
        .withColumn(
            "segment_number",
            sum(when(col("is_segment_start"), 1).otherwise(0)).over(UP_TO_NOW).cast("int"))
        .withColumn("is_escalation", col("event_type").equalTo("escalated"))
        .withColumn(
            "escalation",
            when(col("is_escalation"), coalesce(col("escalation_kind"), lit("functional"))))
        .withColumn(
            "segment_seq", last(when(col("is_segment_start"), col("seq")), true).over(BEFORE))
        .withColumn(
            "escalated_last",
            last(when(col("is_escalation"), struct(col("seq"), col("escalation").as("kind"))), true)
                .over(UP_TO_NOW))
        .withColumn(
            "held_before",
            last(
                    when(
                        col("owner.agent").isNotNull(),
                        struct(col("owner"), col("contact_number").as("contact"))),
                    true)
                .over(BEFORE))
        // An escalation that named no owner yet is carried out by the assignment that follows it.
        .withColumn(
            "is_escalated_start",
            expr(
                "is_segment_start and (is_escalation"
                    + " or (event_type in ('assigned', 'transferred')"
                    + " and coalesce(escalated_last.seq > segment_seq, false)))"))
        // A customer who comes again and reaches another agent has not been transferred.
        .withColumn(
            "is_transfer",
            expr(
                "coalesce(is_segment_start and not is_reopen and not is_escalated_start"
                    + " and held_before.contact = contact_number"
                    + " and (not (owner.queue <=> owner_before.queue)"
                    + " or (owner.agent <> held_before.owner.agent"
                    + " and owner.queue <=> held_before.owner.queue"
                    + " and owner.tier <=> held_before.owner.tier)), false)"));
  }
}
