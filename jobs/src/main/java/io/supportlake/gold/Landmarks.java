package io.supportlake.gold;

import static org.apache.spark.sql.functions.broadcast;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.date_sub;
import static org.apache.spark.sql.functions.lead;
import static org.apache.spark.sql.functions.max_by;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.struct;

import io.supportlake.Inputs;
import io.supportlake.Period;
import java.sql.Date;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.expressions.Window;
import org.apache.spark.sql.types.StructType;

/**
 * What was known at the ends of days: happened before the day's end and arrived by the day. Many
 * days are served in one pass, by a broadcast join that gives a record only to the days near it.
 */
public final class Landmarks {
  private static final StructType SCHEMA =
      StructType.fromDDL("landmark_date date not null, landmark_end timestamp not null");

  private Landmarks() {}

  /** One row per day of the period: landmark_date, and landmark_end, the instant it ends. */
  public static Dataset<Row> of(Inputs in, Period period) {
    return of(in, period.days());
  }

  /** One row per day: landmark_date, and landmark_end, the instant it ends. */
  public static Dataset<Row> of(Inputs in, List<LocalDate> days) {
    ZoneId zone = in.settings().reportingZone();
    List<Row> rows =
        days.stream()
            .map(day -> RowFactory.create(Date.valueOf(day), Timestamp.from(endOf(day, zone))))
            .toList();
    return broadcast(in.spark().createDataFrame(rows, SCHEMA));
  }

  /** The instant at which a local day ends (exclusive). */
  public static Instant endOf(LocalDate day, ZoneId zone) {
    return day.plusDays(1).atStartOfDay(zone).toInstant();
  }

  /**
   * Versioned records as each landmark knew them: those that happened in the {@code lookBack} days
   * up to its end and had arrived, in the newest version that had arrived.
   *
   * @param records with {@code record_version} and {@code arrival_date}
   * @param key id of a record
   * @param at column of the event's instant
   * @param date column of the event's day
   */
  public static Dataset<Row> known(
      Dataset<Row> records,
      String key,
      String at,
      String date,
      int lookBack,
      Dataset<Row> landmarks) {
    return records
        .withColumn(
            "superseded_on",
            lead(col("arrival_date"), 1)
                .over(Window.partitionBy(col(key)).orderBy(col("record_version"))))
        .join(
            landmarks,
            col(at)
                .lt(col("landmark_end"))
                .and(within(date, lookBack))
                .and(col("arrival_date").leq(col("landmark_date")))
                .and(
                    col("superseded_on")
                        .isNull()
                        .or(col("superseded_on").gt(col("landmark_date")))))
        .drop("superseded_on");
  }

  /**
   * Account versions in force at each landmark, as known then: the account's columns with {@code
   * customer_since} recomputed from what had arrived. Accounts not yet known have no row.
   */
  public static Dataset<Row> accounts(Dataset<Row> accounts, Dataset<Row> landmarks) {
    Column[] state =
        Arrays.stream(accounts.columns())
            .filter(c -> !c.equals("account_id") && !c.equals("customer_since"))
            .map(org.apache.spark.sql.functions::col)
            .toArray(Column[]::new);
    return accounts
        .join(
            landmarks,
            col("valid_from")
                .lt(col("landmark_end"))
                .and(col("first_arrival_date").leq(col("landmark_date"))))
        .groupBy(col("landmark_date"), col("landmark_end"), col("account_id"))
        .agg(
            max_by(struct(state), col("valid_from")).as("state"),
            min(col("valid_from")).as("customer_since"))
        .select(
            col("landmark_date"),
            col("landmark_end"),
            col("account_id"),
            col("customer_since"),
            col("state.*"));
  }

  /** Whether a day lies in the {@code days} days that end with the landmark. */
  public static Column within(String date, int days) {
    return col(date)
        .gt(date_sub(col("landmark_date"), days))
        .and(col(date).leq(col("landmark_date")));
  }
}
