package io.supportlake.gold;

import static org.apache.spark.sql.functions.broadcast;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.from_utc_timestamp;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.to_date;
import static org.apache.spark.sql.functions.unix_date;
import static org.apache.spark.sql.functions.when;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataTypes;

/**
 * Minutes inside opening hours, for many rows at once: C(end) - C(start), where C(t) is the open
 * time of {@code conf.business_day} before t. The calendar is the one named like the account's
 * region, else {@code default}. Every join is a broadcast of the calendar's days.
 */
public final class BusinessMinutes {
  private static final String DEFAULT = "default";

  /** More than Spark has days, so that a calendar and its day are one number. */
  private static final long DAYS = 1_000_000_000;

  private final SortedMap<String, String> zones;
  private final Dataset<Row> days;
  private final String openMicros;

  /**
   * Of a configuration's calendars, of which each day is looked at: Spark hands rows that it was
   * given over without a job, which an aggregate would be.
   */
  private BusinessMinutes(Dataset<Row> businessDay) {
    this.zones = new TreeMap<>();
    int openings = 0;
    for (Row day : businessDay.selectExpr("calendar", "zone", "size(intervals)").collectAsList()) {
      zones.put(day.getString(0), day.getString(1));
      openings = Math.max(openings, day.getInt(2));
    }
    this.days = businessDay.select(columns(openings));
    this.openMicros =
        Stream.concat(
                Stream.of("bm_before"),
                IntStream.range(0, openings)
                    // An opening that the day has not is null, and greatest passes over it.
                    .mapToObj(
                        "greatest(0L, least(%%1$s, bm_closes_%1$d) - bm_opens_%1$d)"::formatted))
            .collect(Collectors.joining(" + "));
  }

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
    BusinessMinutes calendars = new BusinessMinutes(businessDay);
    Dataset<Row> clocked = calendars.clock(rows, region, start, "bm_start");
    for (Map.Entry<String, String> end : new TreeMap<>(ends).entrySet()) {
      clocked =
          calendars
              .clock(clocked, region, end.getValue(), "bm_end")
              .withColumn(
                  end.getKey(),
                  expr(
                      "if(%s >= %s, (bm_end - bm_start) / 60000000.0D, null)"
                          .formatted(end.getValue(), start)))
              .drop("bm_end");
    }
    return clocked.drop("bm_start");
  }

  /**
   * A day's openings stand in columns of their own, and calendar and day in one number: Spark
   * compiles no loop over an array, and looks a number up faster than a text and a date.
   */
  private Column[] columns(int openings) {
    List<Column> columns = new ArrayList<>();
    columns.add(calendarDay(col("calendar"), _ -> col("local_date")).as("bm_calendar_day"));
    columns.add(expr("open_seconds_before * 1000000").as("bm_before"));
    for (int i = 0; i < openings; i++) {
      for (String edge : List.of("opens", "closes")) {
        columns.add(
            expr("unix_micros(get(intervals, %d).%s_at)".formatted(i, edge))
                .as("bm_%s_%d".formatted(edge, i)));
      }
    }
    return columns.toArray(Column[]::new);
  }

  /** The rows with C(instant) in microseconds, null where the day has no schedule. */
  private Dataset<Row> clock(Dataset<Row> rows, String region, String instant, String as) {
    Column localDay =
        calendarDay(col(region), zone -> to_date(from_utc_timestamp(col(instant), zone)));
    return rows.join(broadcast(days), localDay.equalTo(col("bm_calendar_day")), "left")
        .withColumn(as, expr(openMicros.formatted("unix_micros(%s)".formatted(instant))))
        .drop(days.columns());
  }

  /**
   * Calendar and day as one number.
   *
   * @param name of a calendar; every other, and null, gets the default one
   * @param date in a calendar's zone
   * @return null where there is no default calendar either
   */
  private Column calendarDay(Column name, Function<String, Column> date) {
    Column day =
        zones.containsKey(DEFAULT) ? numbered(DEFAULT, date) : lit(null).cast(DataTypes.LongType);
    for (String calendar : zones.keySet()) {
      day = when(name.equalTo(calendar), numbered(calendar, date)).otherwise(day);
    }
    return day;
  }

  private Column numbered(String calendar, Function<String, Column> date) {
    String zone = Objects.requireNonNull(zones.get(calendar));
    return unix_date(date.apply(zone)).plus(zones.headMap(calendar).size() * DAYS);
  }
}
