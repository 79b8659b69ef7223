package io.supportlake.gold.outreach;

import static org.apache.spark.sql.functions.broadcast;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat_ws;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.min_by;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.udf;
import static org.apache.spark.sql.functions.when;

import io.supportlake.Inputs;
import io.supportlake.Period;
import io.supportlake.Table;
import io.supportlake.rules.KeyedHash;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.api.java.UDF2;
import org.apache.spark.sql.expressions.UserDefinedFunction;
import org.apache.spark.sql.types.DataTypes;

/**
 * One row per account and campaign, on the first day the account was eligible; never drawn again.
 * The arm depends on the keyed hash alone, so anybody with the key can check it.
 */
public final class OutreachAssignment implements Table {
  @Override
  public Dataset<Row> build(Inputs in, Period period) {
    KeyedHash key = in.settings().key();
    // HMAC is no Spark SQL function.
    UserDefinedFunction draw =
        udf(
            (UDF2<String, String, Double>) (campaign, account) -> key.unit(campaign, account),
            DataTypes.DoubleType);
    Dataset<Row> drawn =
        in.table("gold.outreach_assignment").select("campaign_id", "account_id").distinct();
    return in.table("gold.outreach_candidate")
        .where(col("is_eligible").and(period.covers(col("run_date"))))
        .join(drawn, new String[] {"campaign_id", "account_id"}, "left_anti")
        .groupBy("campaign_id", "account_id")
        .agg(
            min_by(
                    struct(col("run_date"), col("plan"), col("recurring_revenue_amount")),
                    col("run_date"))
                .as("first"))
        .select(
            col("first.run_date").as("assigned_date"),
            col("campaign_id"),
            col("account_id"),
            concat_ws(
                    "/",
                    coalesce(col("first.plan"), lit("unknown")),
                    band(col("first.recurring_revenue_amount")))
                .as("stratum"))
        .join(
            broadcast(
                in.table("conf.campaign").select("campaign_id", "treatment_share", "is_list")),
            new String[] {"campaign_id"})
        .withColumn(
            "arm",
            when(
                    draw.apply(col("campaign_id"), col("account_id")).lt(col("treatment_share")),
                    "treatment")
                .when(col("is_list"), "hold_out")
                .otherwise("control"));
  }

  private static Column band(Column monthlyRevenue) {
    return when(monthlyRevenue.isNull(), "unknown")
        .when(monthlyRevenue.lt(100), "0-99")
        .when(monthlyRevenue.lt(500), "100-499")
        .when(monthlyRevenue.lt(2_000), "500-1999")
        .otherwise("2000+");
  }
}
