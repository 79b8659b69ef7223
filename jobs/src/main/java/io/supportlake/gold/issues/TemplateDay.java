package io.supportlake.gold.issues;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.sum;

import io.supportlake.Inputs;
import io.supportlake.Period;
import io.supportlake.Table;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * {@code gold.template_day}: error lines of a template on a day, as told by the records that
 * arrived on a day. Corrections take the old line back; where the two cancel out there is no row.
 */
public final class TemplateDay implements Table {
  /** For the platform. */
  public TemplateDay() {}

  @Override
  public Dataset<Row> build(Inputs in, Period period) {
    return in.table("silver.error_event")
        .groupBy(
            col("template_id"),
            col("service"),
            coalesce(col("release"), lit("")).as("release"),
            col("severity"),
            col("log_date"),
            col("arrival_date"))
        .agg(sum(col("record_sign").cast("long")).as("line_count"))
        .filter(col("line_count").notEqual(0));
  }
}
