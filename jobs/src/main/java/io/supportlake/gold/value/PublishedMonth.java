package io.supportlake.gold.value;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.greatest;
import static org.apache.spark.sql.functions.lit;

import io.supportlake.Inputs;
import io.supportlake.Period;
import io.supportlake.Table;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * One row per metric, month and dimension value, frozen on the first day on which it is mature with
 * late data included. A key that was ever published is never published again.
 */
public final class PublishedMonth implements Table {
  private static final String[] KEY = {"metric", "month_start", "dimension", "dimension_value"};

  /** Built by the platform. */
  public PublishedMonth() {}

  @Override
  public Dataset<Row> build(Inputs in, Period period) {
    Dataset<Row> published = in.table("gold.published_month").selectExpr(KEY);
    return in.table("gold.metric")
        .where("period = 'month'")
        .withColumnRenamed("period_start", "month_start")
        // A row left provisional after its day was not rebuilt; freezing it would freeze an error.
        .where(col("maturity").notEqual("provisional"))
        .where(col("mature_on").leq(lit(period.to())))
        .withColumn("published_on", greatest(col("mature_on"), lit(period.from())))
        .where(period.covers(col("published_on")))
        .join(published, KEY, "left_anti")
        .selectExpr(
            "published_on",
            "metric",
            "month_start",
            "dimension",
            "dimension_value",
            "numerator",
            "denominator",
            "n",
            "value",
            "interval_low",
            "interval_high",
            "interval_method",
            "unit",
            "definition_hash",
            "predicate");
  }
}
