package io.supportlake.gold;

import static org.apache.spark.sql.functions.broadcast;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.to_date;
import static org.apache.spark.sql.functions.to_utc_timestamp;

import io.supportlake.Period;
import io.supportlake.Settings;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;

/** History joined as it was at an instant, and the days of the reporting zone. */
public final class AsOf {
  private static final Timestamp FOR_EVER = Timestamp.from(Instant.parse("9999-12-31T00:00:00Z"));

  private AsOf() {}

  /**
   * Each row with columns of the version of its key in force at an instant: {@code [valid_from,
   * valid_to)}. The versions are broadcast.
   *
   * @param rows must not have the new columns yet
   * @param key the rows' key column
   * @param instant the rows' timestamp
   * @param versions rows that do not overlap within a key
   * @param versionKey the versions' key column
   * @param columns SQL expressions over the versions, such as {@code "plan as account_plan"}
   * @return as many rows; null where no version was in force or the key or instant is null
   */
  public static Dataset<Row> join(
      Dataset<Row> rows,
      String key,
      Column instant,
      Dataset<Row> versions,
      String versionKey,
      String... columns) {
    List<String> expressions = new ArrayList<>();
    expressions.add(versionKey + " as as_of_key");
    expressions.add("valid_from as as_of_from");
    expressions.add("valid_to as as_of_to");
    expressions.addAll(Arrays.asList(columns));
    Dataset<Row> history =
        versions
            .selectExpr(expressions.toArray(String[]::new))
            .withColumn("as_of_to", coalesce(col("as_of_to"), lit(FOR_EVER)));
    return rows.join(
            broadcast(history),
            col(key)
                .equalTo(col("as_of_key"))
                .and(instant.geq(col("as_of_from")))
                .and(instant.lt(col("as_of_to"))),
            "left")
        .drop("as_of_key", "as_of_from", "as_of_to");
  }

  /** The day of an instant in the reporting zone; null for null. */
  public static Column dateOf(Column instant, Settings settings) {
    return to_date(functions.from_utc_timestamp(instant, settings.reportingZone().getId()));
  }

  /** The instant at which a day of the reporting zone begins. */
  public static Column startOf(Column date, Settings settings) {
    return to_utc_timestamp(date.cast("timestamp"), settings.reportingZone().getId());
  }

  /** The last microsecond of a day of the reporting zone: history at the day's end. */
  public static Column lastInstantOf(Column date, Settings settings) {
    return startOf(functions.date_add(date, 1), settings)
        .minus(functions.expr("interval 1 microsecond"));
  }

  /** The instant that ends a period's last day: a window has passed when it ends by then. */
  public static Instant end(Period period, Settings settings) {
    return end(period.asOf(), settings.reportingZone());
  }

  /** The instant that ends a day of the zone. */
  public static Instant end(LocalDate day, ZoneId zone) {
    return day.plusDays(1).atStartOfDay(zone).toInstant();
  }

  /** {@link #end} as a literal. */
  public static Column endLiteral(Period period, Settings settings) {
    return lit(Timestamp.from(end(period, settings)));
  }
}
