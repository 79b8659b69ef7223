package io.supportlake.gold.value;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.when;

import io.supportlake.Inputs;
import io.supportlake.Period;
import io.supportlake.Table;
import java.util.Arrays;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * One row per published number that differs today from what was last said of it (by its publication
 * or an earlier restatement), with the old and the new components. An inner change that leaves
 * components, observations and value alone is no restatement.
 */
public final class Restatement implements Table {
  private static final String[] KEY = {"metric", "month_start", "dimension", "dimension_value"};

  /** Built by the platform. */
  public Restatement() {}

  @Override
  public Dataset<Row> build(Inputs in, Period period) {
    Dataset<Row> now =
        in.table("gold.metric")
            .where("period = 'month'")
            .selectExpr(
                "metric",
                "period_start as month_start",
                "dimension",
                "dimension_value",
                "numerator as new_numerator",
                "denominator as new_denominator",
                "n as current_n",
                "value as new_value",
                "definition_hash as current_hash");
    return lastSaid(in)
        .join(now, KEY, "left")
        .withColumn("new_n", coalesce(col("current_n"), lit(0L)))
        .where(differs())
        .withColumn("noted_on", lit(period.asOf()))
        .where(period.covers(col("noted_on")))
        // A row that is gone has no definition of its own: late data moved what it was made of.
        .withColumn("definition_hash", coalesce(col("current_hash"), col("said_hash")))
        .withColumn(
            "cause",
            when(col("definition_hash").equalTo(col("said_hash")), "late_data")
                .otherwise("definition"));
  }

  /** Per published key what was said last. */
  private static Dataset<Row> lastSaid(Inputs in) {
    String components = "numerator as old_numerator, denominator as old_denominator";
    Dataset<Row> published =
        in.table("gold.published_month")
            .selectExpr(
                "metric",
                "month_start",
                "dimension",
                "dimension_value",
                "published_on as said_on",
                "0 as step",
                "struct(value as old_value, n as old_n, %s, definition_hash as said_hash) as said"
                    .formatted(components));
    Dataset<Row> restated =
        in.table("gold.restatement")
            .selectExpr(
                "metric",
                "month_start",
                "dimension",
                "dimension_value",
                "noted_on as said_on",
                "1 as step",
                ("struct(new_value as old_value, new_n as old_n, new_numerator as old_numerator,"
                    + " new_denominator as old_denominator, definition_hash as said_hash) as said"));
    Column[] key = Arrays.stream(KEY).map(c -> col(c)).toArray(Column[]::new);
    return published
        .unionByName(restated)
        .groupBy(key)
        .agg(expr("max_by(said, struct(said_on, step)) as said"))
        .selectExpr("metric", "month_start", "dimension", "dimension_value", "said.*");
  }

  private static Column differs() {
    // Values without components are percentiles; a rebuilt double may differ in its last bits.
    return expr(
        "not (old_numerator <=> new_numerator) or not (old_denominator <=> new_denominator)"
            + " or old_n <> new_n or (old_value is null) <> (new_value is null)"
            + " or abs(old_value - new_value) > 1e-9 * greatest(abs(old_value), abs(new_value))");
  }
}
