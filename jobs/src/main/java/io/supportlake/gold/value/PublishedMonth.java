package io.supportlake.gold.value;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.greatest;
import static org.apache.spark.sql.functions.lit;

import io.supportlake.Inputs;
import io.supportlake.Period;
import io.supportlake.Table;
import java.util.List;
import java.util.OptionalLong;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;

/**
 * One row per metric, month and dimension value, frozen on the first day on which it is mature with
 * late data included. A key that was ever published is never published again.
 */
public final class PublishedMonth implements Table {
  private static final String[] KEY = {"metric", "month_start", "dimension", "dimension_value"};

  private static final String SOURCES = "metric string, source_table string, source_version bigint";

  /** More metrics than anybody reads; a bound for reading them. */
  private static final int MOST = 1000;

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
        .join(sources(in), new String[] {"metric"}, "left")
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
            "predicate",
            "source_table",
            "source_version");
  }

  /** The table of each metric, with its version; configuration rows that are in memory already. */
  private static Dataset<Row> sources(Inputs in) {
    List<Row> sources =
        in
            .table("conf.metric_spec")
            .select("metric", "table_name")
            .limit(MOST)
            .collectAsList()
            .stream()
            .map(spec -> {
              OptionalLong version = in.version(spec.getString(1));
              return RowFactory.create(
                  spec.getString(0),
                  spec.getString(1),
                  version.isEmpty() ? null : (Long) version.getAsLong());
            })
            .toList();
    return in.spark().createDataFrame(sources, StructType.fromDDL(SOURCES));
  }
}
