package io.supportlake.silver;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.lead;
import static org.apache.spark.sql.functions.lit;

import io.supportlake.Inputs;
import io.supportlake.Period;
import io.supportlake.Settings;
import io.supportlake.Table;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.expressions.Window;
import org.apache.spark.sql.expressions.WindowSpec;

/**
 * One inbound contact: until its case is solved or its call or chat ends. A new call or chat before
 * that ends it unresolved ({@code recontacted}), since the customer had to come again.
 */
public final class Contact implements Table {
  private static final WindowSpec CONTACTS =
      Window.partitionBy("case_id").orderBy("contact_number");

  /**
   * For contacts: thanks, no public reply, and the case either stayed solved or was solved again
   * within 24 hours.
   */
  private static final String IS_THANKS_ONLY =
      "contact_number > 1 and thanks_count > 0 and other_words_count = 0 and reply_count = 0"
          + " and coalesce(if(size(ends) = 0, not is_active and reopen_count = 0,"
          + " get(ends, 0).reason = 'solved' and get(ends, 0).at <= first.event_at + "
          + CaseTimeline.SHORTLY
          + "), false)";

  /** Not a session: the human part of a bot's conversation that goes on by letters. */
  private static final String IS_SESSION =
      "last_inbound.session_id is not null and not (first_human is not null"
          + " and coalesce(bot_session = last_inbound.session_id, false)"
          + " and not coalesce(human_session = last_inbound.session_id, false))";

  private static final String FINISH =
      "case"
          // A solve shortly after the last word in a call or chat is its outcome.
          + " when is_session and case_end.at <= session_last.at + "
          + CaseTimeline.SHORTLY
          + " then struct(case_end.at as at, case_end.reason as reason, case_end.arrival_date as"
          + " arrival_date)"
          // Last words after the solve: still solved, unless the case was opened again.
          + " when case_end is null and not is_active and (size(ends) > 0 or is_thanks_only)"
          + " then struct(last_inbound.at as at, 'solved' as reason, last_inbound.arrival_date as"
          + " arrival_date)"
          + " when is_session then struct(session_last.at as at, 'session_ended' as reason,"
          + " session_last.arrival_date as arrival_date)"
          + " when case_end.at <= idle_at then struct(case_end.at as at, case_end.reason as reason,"
          + " case_end.arrival_date as arrival_date)"
          + " when is_idle then struct(idle_at as at, 'idle' as reason, cast(null as date) as"
          + " arrival_date)"
          + " when next is not null then struct(next.at as at, 'recontacted' as reason,"
          + " next.arrival_date as arrival_date)"
          + " end";

  @Override
  public Dataset<Row> build(Inputs in, Period period) {
    Settings settings = in.settings();
    Column asOfEnd = Days.end(lit(period.asOf()), settings);
    return CaseTimeline.of(
            in.table("silver.case_event"),
            "user_id",
            "arrival_date",
            "handle_seconds",
            "is_handle_absurd")
        .transform(Contact::contacts)
        .transform(contacts -> withEnd(contacts, asOfEnd))
        .withColumn("started_date", Days.of(col("started_at"), settings))
        .withColumn("ended_date", Days.of(col("ended_at"), settings))
        .withColumn("last_event_date", Days.of(col("last_event_at"), settings))
        .join(classes(in.table("silver.support_case")), "case_id");
  }

  private static Dataset<Row> classes(Dataset<Row> cases) {
    return cases.select(
        "case_id", "issue_family", "product", "feature", "language", "intent", "stake");
  }

  private static Dataset<Row> contacts(Dataset<Row> events) {
    return events
        .groupBy("case_id", "contact_number")
        .agg(
            expr("min_by(account_id, seq)").as("account_id"),
            expr("min_by(user_id, seq) filter (where is_inbound and user_id is not null)")
                .as("user_id"),
            // Cases that an agent opened for the customer begin with their first event.
            expr("min_by(struct(event_at, channel, session_id, priority_after as priority),"
                    + " if(is_inbound, 0, 1000000000) + seq)")
                .as("first"),
            expr("min_by(channel, seq) filter (where channel is not null)").as("any_channel"),
            expr("min_by(arrival_date, seq)").as("arrival_date"),
            expr("min(event_at)").as("first_event_at"),
            expr("max(event_at)").as("last_event_at"),
            expr("max_by(struct(event_at as at, inbounds, session_id, arrival_date), seq) filter"
                    + " (where is_inbound)")
                .as("last_inbound"),
            expr("max_by(is_active, seq)").as("is_active"),
            expr("array_sort(collect_list(struct(seq, event_at as at, inbounds, arrival_date,"
                    + " if(event_type = 'merged', 'merged', status_after) as reason)) filter"
                    + " (where is_end))")
                .as("ends"),
            expr("min(silent_from) filter (where not is_contact_start)").as("silent_from"),
            expr("max_by(struct(event_at as at, arrival_date, session_id), seq) filter (where"
                    + " is_in_session)")
                .as("session_last"),
            expr("max_by(session_id, seq) filter (where is_in_session and human is not null)")
                .as("human_session"),
            expr("max_by(session_id, seq) filter (where is_in_session and actor_type = 'bot')")
                .as("bot_session"),
            expr("min_by(struct(human as agent, if(event_type in ('transferred', 'escalated'),"
                    + " coalesce(owner_before.tier, owner.tier), owner.tier) as tier), seq)"
                    + " filter (where human is not null)")
                .as("first_human"),
            expr("max_by(human, seq) filter (where human is not null)").as("last_agent_id"),
            expr("min(event_at) filter (where is_public_reply)").as("first_public_reply_at"),
            expr("sum(cast(handle_seconds as bigint))").as("handle_seconds"),
            expr("bool_or(actor_type = 'bot')").as("has_bot"),
            count("is_handle_absurd", "handle_absurd_count"),
            count("is_transfer", "transfer_count"),
            count("event_type = 'escalated'", "escalation_count"),
            count("is_customer_message", "customer_message_count"),
            count("is_thanks", "thanks_count"),
            count("is_inbound and event_type <> 'reopened' and not is_thanks", "other_words_count"),
            count("is_public_reply", "reply_count"),
            count("is_reopen", "reopen_count"));
  }

  private static Column count(String predicate, String name) {
    return expr("cast(count_if(" + predicate + ") as int)").as(name);
  }

  private static Dataset<Row> withEnd(Dataset<Row> contacts, Column asOfEnd) {
    return contacts
        .withColumn("as_of_end", asOfEnd)
        .withColumn(
            "next", lead(expr("struct(first_event_at as at, arrival_date)"), 1).over(CONTACTS))
        .withColumn("is_thanks_only", expr(IS_THANKS_ONLY))
        // Ends before the customer's last word are over-ruled by it.
        .withColumn(
            "case_end",
            expr("get(filter(ends, e -> e.inbounds >= coalesce(last_inbound.inbounds, 0)), 0)"))
        .withColumn("is_session", expr(IS_SESSION))
        .withColumn("idle_at", expr("coalesce(silent_from, last_event_at) + " + CaseTimeline.IDLE))
        .withColumn(
            "is_idle",
            expr("silent_from is not null or coalesce(next.at > idle_at, as_of_end >= idle_at)"))
        .withColumn("finish", expr(FINISH))
        .select(
            concat(col("case_id"), lit("#"), col("contact_number")).as("contact_id"),
            col("*"),
            coalesce(col("first.channel"), col("any_channel"), lit("unknown")).as("channel"),
            expr("coalesce(first.session_id, if(is_session, session_last.session_id, null))")
                .as("session_id"),
            col("first.event_at").as("started_at"),
            col("first.priority").as("priority"),
            col("finish.at").as("ended_at"),
            col("finish.reason").as("end_reason"),
            col("finish.arrival_date").as("ended_arrival_date"),
            expr("coalesce(finish.reason = 'solved', false)").as("is_solved"),
            expr("first_human is null and coalesce(has_bot, false)").as("is_bot_only"),
            col("is_thanks_only").as("is_thank_you"),
            col("first_human.agent").as("first_agent_id"),
            col("first_human.tier").as("first_tier"));
  }
}
