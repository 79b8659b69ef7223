package io.supportlake.silver;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.when;

import io.supportlake.Inputs;
import io.supportlake.Period;
import io.supportlake.Settings;
import io.supportlake.Table;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * {@code silver.usage_day}: what an account's user did with a feature on a day, as told by the
 * records that arrived on a day. Corrections come as a record taken back (sign -1) and a new one;
 * where the two cancel out there is no row.
 */
public final class UsageDay implements Table {
  /** For the platform. */
  public UsageDay() {}

  @Override
  public Dataset<Row> build(Inputs in, Period period) {
    Settings settings = in.settings();
    Column sign = col("record_sign").cast("long");
    Column isSuccess = col("is_success");
    Column movesMoney = col("moves_money");
    return in.table("bronze.usage_event")
        // Columns of their own, since every sum would compare the texts again.
        .withColumn("is_success", col("result").equalTo("success"))
        .withColumn("moves_money", isSuccess.and(col("amount").isNotNull()))
        .groupBy(
            col("account_id"),
            col("user_id"),
            col("product"),
            col("feature"),
            when(movesMoney, col("currency")).otherwise(lit("")).as("currency"),
            Days.of(col("event_at"), settings).as("usage_date"),
            col("arrival_date"))
        .agg(
            sum(sign).as("event_count"),
            sum(when(isSuccess, lit(0L)).otherwise(sign)).as("failure_count"),
            sum(when(isSuccess.and(col("is_core")), sign).otherwise(lit(0L)))
                .as("core_success_count"),
            // In hundredths: a sum of decimals has more digits than a long, which every event would
            // pay for. One that is too large is an error, never another number.
            sum(when(movesMoney, col("amount").multiply(lit(100)).cast("long").multiply(sign))
                    .otherwise(lit(0L)))
                .as("hundredths"))
        .withColumn(
            "amount",
            col("hundredths").cast("decimal(18,0)").divide(lit(100)).cast("decimal(18,2)"))
        .drop("hundredths")
        .filter(
            col("event_count")
                .notEqual(0)
                .or(col("failure_count").notEqual(0))
                .or(col("core_success_count").notEqual(0))
                .or(col("amount").notEqual(0)))
        // After the sums: a hash per key instead of one per event.
        .withColumn("user_id", Privacy.token(Privacy.USER, col("user_id"), settings));
  }
}
