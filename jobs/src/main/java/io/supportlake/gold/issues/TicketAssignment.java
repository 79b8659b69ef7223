package io.supportlake.gold.issues;

import io.supportlake.Inputs;
import io.supportlake.Period;
import io.supportlake.Table;
import io.supportlake.models.TopicClusters;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/** {@code gold.ticket_assignment}: a ticket and its nearest topic on the day it opened. */
public final class TicketAssignment implements Table {
  /** Below this cosine a ticket belongs to no topic. */
  static final double NEAREST = 0.4;

  private static final StructType SCHEMA =
      new StructType()
          .add("assigned_date", DataTypes.DateType, false)
          .add("case_id", DataTypes.StringType, false)
          .add("topic_id", DataTypes.StringType, false)
          .add("version_date", DataTypes.DateType, false)
          .add("similarity", DataTypes.DoubleType, false);

  /** For the platform. */
  public TicketAssignment() {}

  @Override
  public Dataset<Row> build(Inputs in, Period period) {
    List<Row> rows = new ArrayList<>();
    if (!period.days().isEmpty()) {
      List<TopicJournal.Version> versions =
          TicketTopic.versions(
              TicketTopic.since(in.table("gold.ticket_topic"), period.days().getFirst()));
      Set<Integer> days = new HashSet<>();
      period.days().forEach(d -> days.add(Math.toIntExact(d.toEpochDay())));
      for (Ticket ticket : Tickets.embedded(in)) {
        TopicJournal.Version version = inForce(versions, ticket);
        if (version != null && days.contains(ticket.day()) && ticket.isKnownOn(ticket.day())) {
          rows.add(row(ticket, version));
        }
      }
    }
    return in.spark().createDataFrame(rows, SCHEMA);
  }

  /** The latest version by the ticket's day, if it is of the ticket's embedding model. */
  private static TopicJournal.@Nullable Version inForce(
      List<TopicJournal.Version> versions, Ticket ticket) {
    TopicJournal.Version latest = null;
    for (TopicJournal.Version version : versions) {
      if (version.day() <= ticket.day()) {
        latest = version;
      }
    }
    return latest != null && ticket.isOf(latest.modelVersion()) ? latest : null;
  }

  private static Row row(Ticket ticket, TopicJournal.Version version) {
    TopicClusters.Assignment nearest =
        new TopicClusters.Taxonomy(version.mean(), version.topics(), 0).assign(ticket.embedding());
    return RowFactory.create(
        LocalDate.ofEpochDay(ticket.day()),
        ticket.caseId(),
        nearest.similarity() < NEAREST ? "none" : nearest.topicId(),
        LocalDate.ofEpochDay(version.day()),
        nearest.similarity());
  }
}
