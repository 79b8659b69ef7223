package io.supportlake.gold.outcomes;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.expr;

import io.supportlake.Inputs;
import io.supportlake.Period;
import io.supportlake.Table;
import io.supportlake.gold.AsOf;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * One row per product, feature and day (each also as {@code all}) with the exposure of the contact
 * rate, by region, segment and plan of the account at the day's end. An account is active on a day
 * with at least one event; it counts once in each row, however many features it used.
 */
public final class ProductDay implements Table {
  /** A fact counts for its feature, its product and in total; an unknown product only in total. */
  private static final String LEVELS =
      """
      filter(array(struct(product as product, feature as feature),
                   struct(product as product, 'all' as feature),
                   struct('all' as product, 'all' as feature)),
             l -> l.product is not null and l.feature is not null)
      """;

  private static final String ACCOUNT_GROUP =
      "cast(pmod(xxhash64(account_id), %d) as int)".formatted(MetricCube.GROUPS);

  /** Made once by its contract's name. */
  public ProductDay() {}

  @Override
  public Dataset<Row> build(Inputs in, Period period) {
    Dataset<Row> usage =
        in.table("silver.usage_day")
            .where(period.covers(col("usage_date")))
            .groupBy("usage_date", "account_id", "product", "feature")
            .agg(
                expr("sum(event_count) as event_count"),
                expr("sum(failure_count) as failure_count"))
            .selectExpr(
                "usage_date as activity_date",
                "account_id",
                "product",
                "feature",
                "event_count",
                "failure_count",
                "0L as contact_count");
    Dataset<Row> contacts =
        in.table("silver.contact")
            .where(period.covers(col("started_date")))
            .where("not is_thank_you")
            .selectExpr(
                "started_date as activity_date",
                "account_id",
                "product",
                "feature",
                "0L as event_count",
                "0L as failure_count",
                "1L as contact_count");
    return usage
        .unionByName(contacts)
        .withColumn("level", expr("explode(%s)".formatted(LEVELS)))
        .selectExpr(
            "activity_date",
            "account_id",
            "level.product as product",
            "level.feature as feature",
            "event_count",
            "failure_count",
            "contact_count")
        .groupBy("activity_date", "account_id", "product", "feature")
        .agg(
            expr("sum(event_count) as event_count"),
            expr("sum(failure_count) as failure_count"),
            expr("sum(contact_count) as contact_count"))
        .transform(d ->
            AsOf.join(
                d,
                "account_id",
                AsOf.lastInstantOf(col("activity_date"), in.settings()),
                in.table("silver.account"),
                "account_id",
                "coalesce(region, 'unknown') as account_region",
                "coalesce(segment, 'unknown') as account_segment",
                "coalesce(plan, 'unknown') as account_plan"))
        .selectExpr(
            "*",
            "coalesce(account_region, 'unknown') as region",
            "coalesce(account_segment, 'unknown') as segment",
            "coalesce(account_plan, 'unknown') as plan")
        .withColumn("account_group", expr(ACCOUNT_GROUP))
        .groupBy(
            "activity_date", "product", "feature", "region", "segment", "plan", "account_group")
        .agg(
            expr("count_if(event_count > 0) as active_account_count"),
            expr("sum(contact_count) as contact_count"),
            expr("sum(event_count) as event_count"),
            expr("sum(failure_count) as failure_count"))
        .groupBy("activity_date", "product", "feature", "region", "segment", "plan")
        .agg(
            expr("sum(active_account_count) as active_account_count"),
            expr("sum(contact_count) as contact_count"),
            expr("sum(event_count) as event_count"),
            expr("sum(failure_count) as failure_count"),
            expr(
                "map_from_entries(sort_array(collect_list(struct(account_group,"
                    + " struct(active_account_count, contact_count))))) as account_groups"));
  }
}
