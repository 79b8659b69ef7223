package io.supportlake.silver;

import static org.apache.spark.sql.functions.broadcast;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lead;
import static org.apache.spark.sql.functions.round;
import static org.apache.spark.sql.functions.when;

import io.supportlake.Inputs;
import io.supportlake.Period;
import io.supportlake.Settings;
import io.supportlake.Table;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.expressions.Window;

/**
 * {@code silver.money_event}: amounts as booked and in the reporting currency, at the latest rate
 * dated on or before the event's reporting day, rounded half up to two decimals.
 */
public final class MoneyEvent implements Table {
  /** For the platform. */
  public MoneyEvent() {}

  @Override
  public Dataset<Row> build(Inputs in, Period period) {
    Settings settings = in.settings();
    Dataset<Row> events =
        in.table("bronze.money_event")
            .withColumn("occurred_date", Days.of(col("occurred_at"), settings));
    Dataset<Row> rates =
        in.table("conf.exchange_rate")
            .select(
                col("currency"),
                col("rate"),
                col("rate_date"),
                lead(col("rate_date"), 1)
                    .over(Window.partitionBy(col("currency")).orderBy(col("rate_date")))
                    .as("next_rate_date"))
            .as("rates");
    Column isInForce =
        col("events.currency")
            .equalTo(col("rates.currency"))
            .and(col("events.occurred_date").geq(col("rates.rate_date")))
            .and(
                col("rates.next_rate_date")
                    .isNull()
                    .or(col("events.occurred_date").lt(col("rates.next_rate_date"))));
    Column converted = round(col("amount").multiply(col("rate")), 2).try_cast("decimal(18,2)");
    return events
        .as("events")
        .join(broadcast(rates), isInForce, "left")
        .withColumn(
            "reporting_amount",
            when(col("events.currency").equalTo(settings.reportingCurrency()), col("amount"))
                .otherwise(converted))
        .select(col("events.*"), col("reporting_amount"));
  }
}
