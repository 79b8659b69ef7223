package io.supportlake.silver;

import static org.apache.spark.sql.functions.broadcast;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;

import io.supportlake.Inputs;
import io.supportlake.Period;
import io.supportlake.Table;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * {@code silver.review}: ratings as shares of the scale, with dimension, weights and criticality of
 * the scorecard version the reviewer used. A critical criterion is failed by a rating of 0. A
 * criterion that no scorecard has keeps its row, with nulls that the contract's check refuses.
 */
public final class Review implements Table {
  /** For the platform. */
  public Review() {}

  @Override
  public Dataset<Row> build(Inputs in, Period period) {
    Dataset<Row> scorecard =
        in.table("conf.scorecard").withColumnRenamed("version", "scorecard_version");
    Column rating = col("rating").cast("double");
    return in.table("bronze.quality_review")
        .join(
            broadcast(scorecard),
            new String[] {"scorecard", "scorecard_version", "criterion"},
            "left")
        .withColumn("reviewed_date", Days.of(col("reviewed_at"), in.settings()))
        .withColumn("score", rating.divide(col("scale_max")))
        .withColumn(
            "is_critical_failure",
            col("is_critical").and(coalesce(col("rating").equalTo(0), lit(false))));
  }
}
