package io.supportlake.gold;

import static org.apache.spark.sql.functions.broadcast;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max_by;
import static org.apache.spark.sql.functions.when;

import io.supportlake.Inputs;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** Amounts in the reporting currency at the rate in force on a date. */
public final class ReportingMoney {
  private ReportingMoney() {}

  /**
   * Adds {@code result}: {@code amount} (in {@code currency}) in the reporting currency, decimal
   * (18,2); null where the amount or a rate is missing.
   *
   * @param in names conf.exchange_rate among its inputs
   * @param rows with at most as many distinct pairs of date and currency as fit a broadcast
   * @param date column of the day whose rate is meant
   */
  public static Dataset<Row> convert(
      Inputs in, Dataset<Row> rows, Column amount, String date, String result) {
    Dataset<Row> pairs = rows.select(col(date).as("at_date"), col("currency")).distinct();
    Dataset<Row> rates =
        in.table("conf.exchange_rate")
            .select(col("currency").as("rate_currency"), col("rate_date"), col("rate"));
    Dataset<Row> inForce =
        pairs
            .join(
                broadcast(rates),
                col("currency")
                    .equalTo(col("rate_currency"))
                    .and(col("rate_date").leq(col("at_date"))))
            .groupBy(col("at_date"), col("currency").as("of_currency"))
            .agg(max_by(col("rate"), col("rate_date")).as("rate_in_force"));
    return rows.join(
            broadcast(inForce),
            col(date).equalTo(col("at_date")).and(col("currency").equalTo(col("of_currency"))),
            "left")
        .withColumn(
            result,
            amount
                .multiply(
                    coalesce(
                        col("rate_in_force"),
                        when(
                            col("currency").equalTo(in.settings().reportingCurrency()),
                            lit(1).cast("decimal(18,8)"))))
                .cast("decimal(18,2)"))
        .drop("at_date", "of_currency", "rate_in_force");
  }
}
