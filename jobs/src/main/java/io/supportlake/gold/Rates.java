package io.supportlake.gold;

import static org.apache.spark.sql.functions.broadcast;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.lit;

import io.supportlake.Settings;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** Money in the reporting currency, at a dated rate. */
public final class Rates {
  private Rates() {}

  /**
   * The rows with the rate of their currency on a date: 1 unit = rate units of the reporting
   * currency, itself 1.
   *
   * @param rates rows of {@code conf.exchange_rate}; a rate holds until the currency's next one
   * @param as name of the new decimal(18,8) column; null where there is no rate
   */
  public static Dataset<Row> join(
      Dataset<Row> rows,
      Column date,
      Column currency,
      Dataset<Row> rates,
      Settings settings,
      String as) {
    Dataset<Row> intervals =
        rates.selectExpr(
            "currency as rate_currency",
            "rate_date as rate_from",
            "coalesce(lead(rate_date) over (partition by currency order by rate_date),"
                + " date'9999-12-31') as rate_to",
            "rate as dated_rate");
    return rows.withColumn("rate_on", date)
        .withColumn("rate_of", currency)
        .join(
            broadcast(intervals),
            expr("rate_of = rate_currency and rate_on >= rate_from and rate_on < rate_to"),
            "left")
        .withColumn(
            as,
            org.apache
                .spark
                .sql
                .functions
                .when(
                    expr("rate_of").equalTo(lit(settings.reportingCurrency())),
                    expr("cast(1 as decimal(18,8))"))
                .otherwise(expr("dated_rate")))
        .drop("rate_on", "rate_of", "rate_currency", "rate_from", "rate_to", "dated_rate");
  }
}
