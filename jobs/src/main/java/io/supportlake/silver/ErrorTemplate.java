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
import io.supportlake.rules.Redactor;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * {@code silver.error_template}: one row per template; its example is its earliest line, of whose
 * words no erasure has taken any.
 */
public final class ErrorTemplate implements Table {
  /** For the platform. */
  public ErrorTemplate() {}

  @Override
  public Dataset<Row> build(Inputs in, Period period) {
    return in.table("silver.error_event")
        .groupBy(col("template_id"))
        .agg(
            min(struct(col("logged_at"), col("log_id"), col("service"), col("release")))
                .as("earliest"),
            words("masked_message").as("template"),
            words("message").as("example"),
            max(col("logged_at")).as("last_seen_at"),
            count(lit(1)).as("line_count"))
        .select(
            col("template_id"),
            col("earliest.service").as("service"),
            col("template.masked_message").as("template"),
            col("earliest.logged_at").as("first_seen_at"),
            col("last_seen_at"),
            col("line_count"),
            col("earliest.release").as("first_release"),
            col("example.message").as("example"));
  }

  /** The earliest that stands: others who meet the template later shall be able to read it. */
  private static Column words(String column) {
    return min(
        struct(
            col(column).equalTo(lit(Redactor.ERASED)).as("is_erased"),
            col("logged_at"),
            col("log_id"),
            col(column)));
  }
}
