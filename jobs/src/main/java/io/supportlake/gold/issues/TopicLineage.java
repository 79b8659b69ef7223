package io.supportlake.gold.issues;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.expr;

import io.supportlake.Inputs;
import io.supportlake.Period;
import io.supportlake.Table;
import java.time.LocalDate;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** {@code gold.topic_lineage}: a change of identity of a topic between two versions. */
public final class TopicLineage implements Table {
  /** For the platform. */
  public TopicLineage() {}

  @Override
  public Dataset<Row> build(Inputs in, Period period) {
    LocalDate before = period.days().getFirst().minusDays(1);
    Dataset<Row> topics = TicketTopic.since(in.table("gold.ticket_topic"), before);
    Dataset<Row> versions =
        topics
            .select("version_date")
            .distinct()
            .selectExpr(
                "version_date", "lead(version_date) over (order by version_date) as next_date");
    Dataset<Row> newer =
        topics
            .filter(period.covers(col("version_date")))
            .selectExpr("version_date", "topic_id", "model_version", "centroid");
    // The ids of another embedding model are other ids, whatever they are called.
    Dataset<Row> older =
        topics
            .join(versions, "version_date")
            .filter(period.covers(col("next_date")))
            .selectExpr(
                "next_date as version_date",
                "topic_id",
                "model_version",
                "centroid as older_centroid");
    return newer
        .join(older, new String[] {"version_date", "topic_id", "model_version"}, "full_outer")
        .select(
            col("version_date"),
            col("topic_id"),
            expr("case when older_centroid is null then 'birth'"
                    + " when centroid is null then 'death' else 'continuation' end")
                .as("change"),
            expr("aggregate(zip_with(centroid, older_centroid,"
                    + " (a, b) -> cast(a as double) * cast(b as double)),"
                    + " cast(0 as double), (s, x) -> s + x)")
                .as("similarity"));
  }
}
