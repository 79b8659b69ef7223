package io.supportlake.gold.issues;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;

import io.supportlake.Inputs;
import io.supportlake.Period;
import io.supportlake.Table;
import io.supportlake.models.TopicClusters;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/** {@code gold.ticket_topic}: a topic in one version of the clustering, made on Mondays. */
public final class TicketTopic implements Table {
  private static final StructType SCHEMA =
      new StructType()
          .add("version_date", DataTypes.DateType, false)
          .add("topic_id", DataTypes.StringType, false)
          .add("label", DataTypes.StringType, false)
          .add("medoid_case_id", DataTypes.StringType, false)
          .add("medoid_text", DataTypes.StringType, false)
          .add("ticket_count", DataTypes.LongType, false)
          .add("centroid", DataTypes.createArrayType(DataTypes.FloatType), false)
          .add("mean", DataTypes.createArrayType(DataTypes.FloatType), false)
          .add("model_version", DataTypes.StringType, false);

  /** For the platform. */
  public TicketTopic() {}

  @Override
  public Dataset<Row> build(Inputs in, Period period) {
    List<Row> rows = new ArrayList<>();
    if (!period.days().isEmpty()) {
      List<Ticket> tickets = Tickets.embedded(in);
      for (TopicJournal.Version version :
          TopicJournal.replay(period.days(), tickets, previous(in, period.days().getFirst()))) {
        version.topics().forEach(topic -> rows.add(row(version, topic)));
      }
    }
    return in.spark().createDataFrame(rows, SCHEMA);
  }

  private static TopicJournal.@Nullable Version previous(Inputs in, LocalDate first) {
    Dataset<Row> earlier = in.table("gold.ticket_topic").filter(col("version_date").lt(lit(first)));
    List<TopicJournal.Version> versions = versions(since(earlier, first));
    return versions.isEmpty() ? null : versions.getLast();
  }

  /**
   * Rows of the version in force on a day and of later ones; of all where there was none yet. The
   * date stands in the query, so that files of earlier versions are left alone.
   */
  static Dataset<Row> since(Dataset<Row> topics, LocalDate day) {
    Row inForce = topics.filter(col("version_date").leq(lit(day))).agg(max("version_date")).first();
    return inForce.isNullAt(0)
        ? topics
        : topics.filter(col("version_date").geq(lit(inForce.get(0))));
  }

  /** The versions in the rows, oldest first. */
  static List<TopicJournal.Version> versions(Dataset<Row> topics) {
    Map<Integer, List<Row>> byDay = new TreeMap<>();
    for (Row row :
        Tickets.bounded(
            topics.selectExpr(
                "unix_date(version_date)",
                "topic_id",
                "medoid_case_id",
                "medoid_text",
                "ticket_count",
                "centroid",
                "mean",
                "model_version"),
            "topics")) {
      byDay.computeIfAbsent(row.getInt(0), _ -> new ArrayList<>()).add(row);
    }
    List<TopicJournal.Version> versions = new ArrayList<>();
    byDay.forEach((day, rows) -> {
      Map<String, String> medoids = new TreeMap<>();
      List<TopicClusters.Topic> read = new ArrayList<>();
      for (Row row : rows) {
        medoids.put(row.getString(1), row.getString(2));
        read.add(
            new TopicClusters.Topic(
                row.getString(1),
                Tickets.floats(row.getList(5)),
                Math.toIntExact(row.getLong(4)),
                List.of(),
                row.getString(3)));
      }
      // The order in which a version is made, which decides between equal fits.
      read.sort(
          Comparator.comparingInt(TopicClusters.Topic::size)
              .reversed()
              .thenComparing(TopicClusters.Topic::medoidText));
      Row any = rows.getFirst();
      versions.add(
          new TopicJournal.Version(
              day, any.getString(7), Tickets.floats(any.getList(6)), List.copyOf(read), medoids));
    });
    return versions;
  }

  private static Row row(TopicJournal.Version version, TopicClusters.Topic topic) {
    return RowFactory.create(
        LocalDate.ofEpochDay(version.day()),
        topic.id(),
        topic.label(),
        version.medoidCases().get(topic.id()),
        topic.medoidText(),
        (long) topic.size(),
        topic.centroid(),
        version.mean(),
        version.modelVersion());
  }
}
