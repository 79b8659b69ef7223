package io.supportlake.gold.issues;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.min_by;

import io.supportlake.Inputs;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.jspecify.annotations.Nullable;

/** Brings the tickets of a detection window to the driver, where the days are gone through. */
final class Tickets {
  /** A window's rows that fit the driver: 200,000 embeddings of 384 floats are 300 MB. */
  static final int MOST_ROWS = 200_000;

  private Tickets() {}

  /** Every case of {@code silver.support_case} as read, with its embeddings, by case and model. */
  static List<Ticket> all(Inputs in) {
    return collect(in, "left");
  }

  /** The cases whose first text is embedded. */
  static List<Ticket> embedded(Inputs in) {
    return collect(in, "inner");
  }

  private static List<Ticket> collect(Inputs in, String join) {
    // A case has no arrival date of its own: it is known from its first event's arrival on.
    Dataset<Row> arrivals =
        in.table("silver.case_event")
            .groupBy("case_id")
            .agg(min(col("arrival_date")).as("case_arrival_date"));
    Dataset<Row> embeddings =
        in.table("silver.text_embedding")
            .groupBy(col("text_hash").as("first_text_hash"), col("model_version"))
            .agg(
                min(col("arrival_date")).as("text_arrival_date"),
                min_by(col("embedding"), col("arrival_date")).as("embedding"));
    Dataset<Row> rows =
        in.table("silver.support_case")
            .select(
                "case_id",
                "account_id",
                "issue_family",
                "opened_date",
                "opened_at",
                "first_text",
                "first_text_hash")
            .join(arrivals, new String[] {"case_id"}, "left")
            .join(embeddings, new String[] {"first_text_hash"}, join)
            .select(
                col("case_id"),
                col("account_id"),
                col("issue_family"),
                expr("unix_date(opened_date)"),
                expr(
                    "unix_date(greatest(coalesce(case_arrival_date, opened_date),"
                        + " coalesce(text_arrival_date, opened_date)))"),
                expr("unix_micros(opened_at)"),
                expr("coalesce(first_text, '')"),
                col("model_version"),
                col("embedding"));
    List<Ticket> tickets = new ArrayList<>();
    for (Row row : bounded(rows, "tickets of the detection window")) {
      tickets.add(ticket(row));
    }
    tickets.sort(
        Comparator.comparing(Ticket::caseId)
            .thenComparing(Ticket::modelVersion, Comparator.nullsFirst(Comparator.naturalOrder())));
    return List.copyOf(tickets);
  }

  private static Ticket ticket(Row row) {
    @Nullable List<Float> values = row.isNullAt(8) ? null : row.getList(8);
    float[] embedding = values == null ? new float[0] : floats(values);
    return new Ticket(
        row.getString(0),
        row.getString(1),
        row.getString(2),
        row.getInt(3),
        row.getInt(4),
        row.getLong(5),
        row.getString(6),
        row.isNullAt(7) ? null : row.getString(7),
        embedding);
  }

  static float[] floats(List<Float> values) {
    float[] floats = new float[values.size()];
    int k = 0;
    for (float value : values) {
      floats[k++] = value;
    }
    return floats;
  }

  /**
   * The rows, one after the other.
   *
   * @throws IllegalStateException when there are more than {@value #MOST_ROWS}
   */
  static List<Row> bounded(Dataset<Row> rows, String what) {
    List<Row> bounded = new ArrayList<>();
    Iterator<Row> iterator = rows.limit(MOST_ROWS + 1).toLocalIterator();
    while (iterator.hasNext()) {
      bounded.add(iterator.next());
      if (bounded.size() > MOST_ROWS) {
        throw new IllegalStateException(
            "more than %,d %s: they do not fit the driver, which goes through the days. Run fewer days at once, or raise Tickets.MOST_ROWS with the driver's memory."
                .formatted(MOST_ROWS, what));
      }
    }
    return bounded;
  }
}
