package io.supportlake.silver;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.collect_list;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.udf;
import static org.apache.spark.sql.functions.when;

import io.supportlake.rules.CaseHistory;
import io.supportlake.rules.CaseHistory.Event;
import io.supportlake.rules.CaseHistory.Owner;
import io.supportlake.rules.CaseHistory.Place;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;
import scala.collection.Seq;
import scala.jdk.javaapi.CollectionConverters;

/**
 * Case events with their {@link CaseHistory.Place}. All case tables aggregate this Dataset, so
 * their counts agree. It costs one shuffle and stays partitioned by case; the walk through a case
 * is plain Java because two dozen windows over windows took longer to plan than to run.
 */
final class CaseTimeline {
  /** Spark's words for {@link CaseHistory#IDLE}. */
  static final String IDLE = "interval " + CaseHistory.IDLE.toHours() + " hours";

  /** Spark's words for {@link CaseHistory#SHORTLY}. */
  static final String SHORTLY = "interval " + CaseHistory.SHORTLY.toHours() + " hours";

  private static final List<String> FACTS =
      List.of(
          "event_id",
          "event_at",
          "event_type",
          "actor_type",
          "is_inbound",
          "is_thanks",
          "is_public_reply",
          "human",
          "channel",
          "session_id",
          "status",
          "priority",
          "agent_id",
          "queue",
          "tier",
          "escalation_kind");

  private static final StructType PLACE =
      StructType.fromDDL(
          "seq int, status_after string, status_before string, is_active boolean, is_reopen boolean,"
              + " is_end boolean, is_solve boolean, is_thank_you_solve boolean, stretch int,"
              + " priority_after string, contact_number int, is_contact_start boolean, inbounds"
              + " int, silent_from timestamp, is_in_session boolean, owner struct<agent: string,"
              + " queue: string, tier: int>, owner_before struct<agent: string, queue: string,"
              + " tier: int>, segment_number int, is_segment_start boolean, is_escalated_start"
              + " boolean, escalated_kind string, is_transfer boolean");

  private CaseTimeline() {}

  /**
   * The current versions of case events, each with its place in the case. A case has one account,
   * that of its opening, whatever its other events state.
   *
   * @param carried columns of the events that the caller needs beside case, account and those that
   *     places come from
   */
  static Dataset<Row> of(Dataset<Row> events, String... carried) {
    Set<String> kept = new LinkedHashSet<>(FACTS);
    Stream.concat(
            Stream.of("actor_id", "is_customer_message", "is_agent_message"), Stream.of(carried))
        .forEach(kept::add);
    UDF1<Seq<Row>, List<Row>> places = CaseTimeline::places;
    return withFacts(events)
        .groupBy("case_id")
        .agg(
            collect_list(struct(columns(kept))).as("events"),
            expr("min_by(account_id, struct(if(event_type = 'opened', 0, 1) as rank, event_at,"
                    + " event_id))")
                .as("account_id"))
        .withColumn(
            "places",
            udf(places, new ArrayType(PLACE, false))
                .apply(functions.transform(col("events"), CaseTimeline::facts)))
        .selectExpr("case_id", "account_id", "explode(arrays_zip(events, places)) as both")
        .select("case_id", "account_id", "both.events.*", "both.places.*");
  }

  private static Column[] columns(Set<String> names) {
    return names.stream().map(functions::col).toArray(Column[]::new);
  }

  /** What each event says by itself. */
  private static Dataset<Row> withFacts(Dataset<Row> events) {
    Column isCustomerMessage =
        expr("actor_type = 'customer' and event_type in ('message', 'bot_turn')");
    return events
        .withColumn(
            "is_inbound",
            expr(
                "event_type = 'opened' or (actor_type = 'customer' and event_type in"
                    + " ('message', 'bot_turn', 'call_leg', 'reopened'))"))
        .withColumn("is_customer_message", isCustomerMessage)
        .withColumn(
            "is_thanks",
            coalesce(when(isCustomerMessage, Signals.isThanks(col("text"))), lit(false)))
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

  private static Column facts(Column event) {
    return struct(
        FACTS.stream()
            .map(name ->
                name.equals("event_at")
                    ? functions.unix_micros(event.getField(name)).as(name)
                    : event.getField(name).as(name))
            .toArray(Column[]::new));
  }

  private static List<Row> places(Seq<Row> facts) {
    List<Event> events =
        CollectionConverters.asJava(facts).stream().map(CaseTimeline::event).toList();
    return CaseHistory.places(events).stream().map(CaseTimeline::row).toList();
  }

  private static Event event(Row row) {
    return new Event(
        row.getString(0),
        Instant.EPOCH.plus(row.getLong(1), ChronoUnit.MICROS),
        row.getString(2),
        row.getString(3),
        row.getBoolean(4),
        row.getBoolean(5),
        row.getBoolean(6),
        row.getString(7),
        row.getString(8),
        row.getString(9),
        row.getString(10),
        row.getString(11),
        row.getString(12),
        row.getString(13),
        row.isNullAt(14) ? null : row.getInt(14),
        row.getString(15));
  }

  private static Row row(Place place) {
    return RowFactory.create(
        place.position(),
        place.status(),
        place.statusBefore(),
        place.isActive(),
        place.isReopen(),
        place.isEnd(),
        place.isSolve(),
        place.isThankYouSolve(),
        place.stretch(),
        place.priority(),
        place.contact(),
        place.isContactStart(),
        place.inbounds(),
        place.silentFrom() == null ? null : Timestamp.from(place.silentFrom()),
        place.isInSession(),
        row(place.owner()),
        row(place.ownerBefore()),
        place.segment(),
        place.isSegmentStart(),
        place.isEscalatedStart(),
        place.escalatedKind(),
        place.isTransfer());
  }

  private static @Nullable Row row(@Nullable Owner owner) {
    return owner == null ? null : RowFactory.create(owner.agent(), owner.queue(), owner.tier());
  }
}
