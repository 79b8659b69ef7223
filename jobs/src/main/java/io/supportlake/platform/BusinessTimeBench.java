package io.supportlake.platform;

import io.supportlake.gold.BusinessMinutes;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * What business minutes cost a row, beyond elapsed minutes of the same rows. Both are computed and
 * thrown away, in turns in one JVM; medians count.
 */
public final class BusinessTimeBench {
  private static final LocalDate FIRST = LocalDate.of(2024, 1, 1);
  private static final int DAYS = 730;
  private static final int LONGEST_DAYS = 60;
  private static final int TURNS = 5;
  private static final long WARM_UP = 100_000;
  private static final long MICROSECONDS_PER_DAY = 86_400_000_000L;

  private final SparkSession spark;
  private final Path conf;

  /** With a configuration's calendars. */
  public BusinessTimeBench(SparkSession spark, Path conf) {
    this.spark = spark;
    this.conf = conf;
  }

  /**
   * What was measured.
   *
   * @param rows intervals of up to 60 days, in two regions with and one without a calendar
   * @param floorSeconds elapsed minutes
   * @param seconds business minutes
   */
  public record Result(long rows, double floorSeconds, double seconds) {
    /** Microseconds of wall time that a row costs beyond the floor. */
    public double microsecondsPerRow() {
      return (seconds - floorSeconds) * 1e6 / rows;
    }

    /** Business minutes against the floor. */
    public double ratio() {
      return seconds / floorSeconds;
    }
  }

  /** Measures over so many rows. */
  public Result run(long rows) {
    Dataset<Row> days =
        ConfLoader.load(
                conf, "conf.business_day", spark, FIRST, FIRST.plusDays(DAYS + LONGEST_DAYS + 2L))
            .localCheckpoint();
    List<Double> floor = new ArrayList<>();
    List<Double> ours = new ArrayList<>();
    var _ = seconds(business(intervals(WARM_UP), days));
    for (int turn = 0; turn < TURNS; turn++) {
      Dataset<Row> intervals = intervals(rows);
      floor.add(
          seconds(
              intervals.selectExpr(
                  "id", "(unix_micros(ended_at) - unix_micros(started_at)) / 6e7 as minutes")));
      ours.add(seconds(business(intervals, days)));
    }
    return new Result(rows, median(floor), median(ours));
  }

  private static Dataset<Row> business(Dataset<Row> intervals, Dataset<Row> days) {
    return BusinessMinutes.between(
            intervals, days, "region", "started_at", Map.of("minutes", "ended_at"))
        .select("id", "minutes");
  }

  private Dataset<Row> intervals(long rows) {
    return spark
        .range(rows)
        .selectExpr(
            "id",
            "element_at(array('emea', 'amer', 'nowhere'), int(1 + id % 3)) as region",
            "timestamp_micros(unix_micros(timestamp'%s') + pmod(xxhash64(id), %d)) as started_at"
                .formatted(FIRST, DAYS * MICROSECONDS_PER_DAY))
        .selectExpr(
            "*",
            "timestamp_micros(unix_micros(started_at) + pmod(xxhash64(id, 1), %d)) as ended_at"
                .formatted(LONGEST_DAYS * MICROSECONDS_PER_DAY));
  }

  private static double seconds(Dataset<Row> rows) {
    long start = System.nanoTime();
    rows.write().format("noop").mode("overwrite").save();
    return (System.nanoTime() - start) / 1e9;
  }

  private static double median(List<Double> values) {
    return values.stream().sorted().toList().get(values.size() / 2);
  }
}
