package io.supportlake.gold.customers;

import static org.apache.spark.sql.functions.broadcast;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.expr;

import io.supportlake.Inputs;
import io.supportlake.Period;
import io.supportlake.Table;
import io.supportlake.gold.AsOf;
import io.supportlake.gold.Rates;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;

/**
 * One row per month and account that was a customer (active or suspended, not on trial) at its
 * start, with the revenue lost by cancellation. An account won back within the month is not lost.
 */
public final class ChurnedRevenue implements Table {
  /** Made once by its contract's name. */
  public ChurnedRevenue() {}

  @Override
  public Dataset<Row> build(Inputs in, Period period) {
    Dataset<Row> months =
        in.spark()
            .createDataset(period.days(), Encoders.LOCALDATE())
            .toDF("month_start")
            .withColumn("starts_at", AsOf.startOf(col("month_start"), in.settings()))
            .withColumn(
                "next_starts_at", AsOf.startOf(expr("add_months(month_start, 1)"), in.settings()))
            .withColumn("as_of_end", AsOf.endLiteral(period, in.settings()))
            .withColumn(
                "last_seen_at", expr("least(next_starts_at, as_of_end) - interval 1 microsecond"));
    Dataset<Row> accounts = in.table("silver.account");
    Dataset<Row> customers =
        accounts
            .where("status in ('active', 'suspended')")
            .join(
                broadcast(months),
                expr("valid_from <= starts_at and (valid_to is null or valid_to > starts_at)"))
            .selectExpr(
                "month_start",
                "last_seen_at",
                "account_id",
                "coalesce(plan, 'unknown') as plan",
                "segment",
                "region",
                "recurring_revenue_amount",
                "currency");
    Dataset<Row> later =
        accounts.selectExpr(
            "account_id as later_account_id",
            "status as later_status",
            "valid_from as later_from",
            "valid_to as later_to");
    return customers
        .join(
            later,
            expr(
                "account_id = later_account_id and later_from <= last_seen_at and (later_to is"
                    + " null or later_to > last_seen_at)"),
            "left")
        .withColumn("is_churned", expr("coalesce(later_status = 'cancelled', false)"))
        .transform(r ->
            Rates.join(
                r,
                col("month_start"),
                col("currency"),
                in.table("conf.exchange_rate"),
                in.settings(),
                "rate"))
        .withColumn(
            "starting_amount", expr("cast(recurring_revenue_amount * rate as decimal(18,2))"))
        .withColumn(
            "lost_amount",
            expr("if(is_churned, starting_amount, if(starting_amount is null, null, 0))")
                .cast("decimal(18,2)"))
        .select(
            "month_start",
            "account_id",
            "plan",
            "segment",
            "region",
            "starting_amount",
            "lost_amount",
            "is_churned");
  }
}
