package io.supportlake.silver;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.struct;

import io.supportlake.Inputs;
import io.supportlake.Period;
import io.supportlake.Table;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** {@code silver.error_template}: one row per template; its example is its earliest line. */
public final class ErrorTemplate implements Table {
  /** For the platform. */
  public ErrorTemplate() {}

  @Override
  public Dataset<Row> build(Inputs in, Period period) {
    return in.table("silver.error_event")
        .groupBy(col("template_id"))
        .agg(
            min(struct(
                    col("logged_at"),
                    col("log_id"),
                    col("service"),
                    col("masked_message"),
                    col("release"),
                    col("message")))
                .as("earliest"),
            max(col("logged_at")).as("last_seen_at"),
            count(lit(1)).as("line_count"))
        .select(
            col("template_id"),
            col("earliest.service").as("service"),
            col("earliest.masked_message").as("template"),
            col("earliest.logged_at").as("first_seen_at"),
            col("last_seen_at"),
            col("line_count"),
            col("earliest.release").as("first_release"),
            col("earliest.message").as("example"));
  }
}
