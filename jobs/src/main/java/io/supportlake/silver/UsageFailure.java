package io.supportlake.silver;

import static org.apache.spark.sql.functions.col;

import io.supportlake.Inputs;
import io.supportlake.Period;
import io.supportlake.Settings;
import io.supportlake.Table;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * {@code silver.usage_failure}: failed product events one by one. Every correction passes, also one
 * that states a success: else the failure it takes back would remain the newest version here.
 */
public final class UsageFailure implements Table {
  /** For the platform. */
  public UsageFailure() {}

  @Override
  public Dataset<Row> build(Inputs in, Period period) {
    Settings settings = in.settings();
    return in.table("bronze.usage_event")
        .withColumn("is_failure", col("result").equalTo("failure"))
        .filter(col("is_failure").or(col("record_version").gt(1)))
        .withColumn("event_date", Days.of(col("event_at"), settings))
        .withColumn("user_id", Privacy.token(Privacy.USER, col("user_id"), settings));
  }
}
