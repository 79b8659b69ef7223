package io.supportlake.gold;

import static org.apache.spark.sql.functions.broadcast;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.from_utc_timestamp;
import static org.apache.spark.sql.functions.to_date;

import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * Minutes inside opening hours, for many rows at once: C(end) - C(start), where C(t) is the open
 * time of {@code conf.business_day} before t. The calendar is the one named like the account's
 * region, else {@code default}. Every join is a broadcast of the calendar's days.
 */
public final class BusinessMinutes {
  private static final String OPEN_MICROSECONDS =
      """
      open_seconds_before * 1000000 + aggregate(intervals, 0L, (sum, i) ->
        sum + greatest(0L, least(unix_micros(%s), unix_micros(i.closes_at)) - unix_micros(i.opens_at)))
      """;

  private BusinessMinutes() {}

  /**
   * The rows with business minutes from {@code start} to each end.
   *
   * @param rows must not have the new columns yet
   * @param businessDay rows of {@code conf.business_day}
   * @param region column that names the calendar; a region without one, or null, gets the default
   * @param start column with the start
   * @param ends for each new column the column with the end
   * @return null where an end is null or lies before the start, or a day has no schedule
   */
  public static Dataset<Row> between(
      Dataset<Row> rows,
      Dataset<Row> businessDay,
      String region,
      String start,
      Map<String, String> ends) {
    Dataset<Row> zones =
        businessDay
            .selectExpr("struct(calendar, zone) as entry")
            .distinct()
            .selectExpr("map_from_entries(sort_array(collect_list(entry))) as bm_zones");
    Dataset<Row> clocked =
        rows.crossJoin(broadcast(zones))
            .withColumn(
                "bm_calendar",
                expr("if(map_contains_key(bm_zones, %s), %s, 'default')".formatted(region, region)))
            .withColumn("bm_zone", expr("bm_zones[bm_calendar]"))
            .drop("bm_zones")
            .transform(d -> clock(d, businessDay, start, "bm_start"));
    for (Map.Entry<String, String> end : new TreeMap<>(ends).entrySet()) {
      clocked =
          clock(clocked, businessDay, end.getValue(), "bm_end")
              .withColumn(
                  end.getKey(),
                  expr(
                      "if(%s >= %s, (bm_end - bm_start) / 60000000.0D, null)"
                          .formatted(end.getValue(), start)))
              .drop("bm_end");
    }
    return clocked.drop("bm_calendar", "bm_zone", "bm_start");
  }

  private static Dataset<Row> clock(
      Dataset<Row> rows, Dataset<Row> businessDay, String instant, String as) {
    Dataset<Row> days =
        businessDay.selectExpr(
            "calendar as bm_day_calendar", "local_date", "open_seconds_before", "intervals");
    Column localDate = to_date(from_utc_timestamp(col(instant), col("bm_zone")));
    return rows.join(
            broadcast(days),
            col("bm_calendar")
                .equalTo(col("bm_day_calendar"))
                .and(col("local_date").equalTo(localDate)),
            "left")
        .withColumn(as, expr(OPEN_MICROSECONDS.formatted(instant)))
        .drop("bm_day_calendar", "local_date", "open_seconds_before", "intervals");
  }
}
