package io.supportlake.platform;

import static org.apache.spark.sql.functions.expr;

import io.supportlake.Settings;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import java.util.Set;
import java.util.function.DoubleSupplier;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;

/**
 * What ingest costs beyond what reading and writing the same rows costs anybody. The floor is plain
 * Spark: the same JSON lines read into the contract's columns and written as Parquet. All parts run
 * in one JVM, one after the other, after a turn of each with fewer rows to warm it; the floor is
 * measured before and after the others, since a machine's speed drifts.
 */
public final class IngestBench {
  private static final LocalDate FIRST = LocalDate.of(2026, 1, 1);
  private static final int DAYS = 30;

  /** So many that code is generated for them, as for those that are measured. */
  private static final long WARM_UP = 300_000;

  private static final Set<String> BRONZE = Set.of("raw.usage_event", "raw.error_log");
  private static final Set<String> SILVER =
      Set.of(
          "raw.usage_event",
          "raw.error_log",
          "silver.usage_day",
          "silver.usage_failure",
          "silver.error_event",
          "silver.error_template");

  private final SparkSession spark;
  private final Contracts contracts;
  private final RunConfig config;
  private final Settings settings;
  private final Path conf;
  private final Progress progress;

  /** In a configuration, whose folders are not used. */
  public IngestBench(
      SparkSession spark,
      Contracts contracts,
      RunConfig config,
      Settings settings,
      Path conf,
      Progress progress) {
    this.spark = spark;
    this.contracts = contracts;
    this.config = config;
    this.settings = settings;
    this.conf = conf;
    this.progress = progress;
  }

  /**
   * What was measured.
   *
   * @param rows JSON lines read
   * @param bytes their size
   * @param floorSeconds plain Spark from JSON lines to Parquet, the mean of two turns
   * @param bronzeSeconds files to bronze: typed, checked, compared, counted
   * @param silverSeconds files to bronze and on to silver, redacted
   */
  public record Result(
      long rows, long bytes, double floorSeconds, double bronzeSeconds, double silverSeconds) {
    /** Bronze against the floor. */
    public double bronzeRatio() {
      return bronzeSeconds / floorSeconds;
    }

    /** Bronze and silver against the floor. */
    public double silverRatio() {
      return silverSeconds / floorSeconds;
    }
  }

  /**
   * Makes the lines and measures.
   *
   * @param folder an empty folder for lines and lakes
   * @param usageEvents usage events, of which one in twenty fails
   * @param errorLines error lines, with e-mails, phones, amounts and ids in their messages
   */
  public Result run(Path folder, long usageEvents, long errorLines) {
    measure(folder.resolve("warm-up"), WARM_UP, WARM_UP);
    return measure(folder.resolve("measured"), usageEvents, errorLines);
  }

  private Result measure(Path folder, long usageEvents, long errorLines) {
    Path landing = folder.resolve("landing");
    progress.step("making %,d usage events and %,d error lines ...", usageEvents, errorLines);
    lines(usage(), usageEvents, landing.resolve("usage_event"));
    lines(errors(), errorLines, landing.resolve("error_log"));
    long bytes = bytes(landing);
    long rows = usageEvents + errorLines;
    double before = seconds("the floor", () -> floor(landing, folder.resolve("floor")), rows);
    double bronze = seconds("bronze", () -> run(landing, folder.resolve("bronze"), BRONZE), rows);
    double silver =
        seconds("bronze and silver", () -> run(landing, folder.resolve("silver"), SILVER), rows);
    double after =
        seconds("the floor again", () -> floor(landing, folder.resolve("floor-again")), rows);
    return new Result(rows, bytes, (before + after) / 2, bronze, silver);
  }

  private double seconds(String what, DoubleSupplier rows, long expected) {
    long start = System.nanoTime();
    double taken = rows.getAsDouble();
    double seconds = (System.nanoTime() - start) / 1e9;
    if (taken != expected) {
      throw new IllegalStateException(
          "%s took %,.0f rows of %,d: the bench does not measure what it says"
              .formatted(what, taken, expected));
    }
    progress.step("%s: %.1f s", what, seconds);
    return seconds;
  }

  private double floor(Path landing, Path out) {
    double rows = 0;
    for (String source : List.of("usage_event", "error_log")) {
      spark
          .read()
          .schema(contracts.of("raw." + source).schema())
          .option("recursiveFileLookup", "true")
          .json(landing.resolve(source).toString())
          .write()
          .parquet(out.resolve(source).toString());
      rows += spark.read().parquet(out.resolve(source).toString()).count();
    }
    return rows;
  }

  private double run(Path landing, Path lake, Set<String> names) {
    return new Runner(
            spark,
            contracts,
            config.at(lake, landing, lake.resolve("out")),
            settings,
            conf,
            Progress.silent())
        .only(names)
        .run(FIRST, FIRST.plusDays(DAYS - 1L))
        .accepted();
  }

  private void lines(List<String> columns, long rows, Path folder) {
    LocalDate last = FIRST.plusDays(DAYS - 1L);
    for (LocalDate day = FIRST; !day.isAfter(last); day = day.plusDays(1)) {
      long from = rows * day.toEpochDay() - rows * FIRST.toEpochDay();
      spark
          .range(from / DAYS, (from + rows) / DAYS)
          .withColumn("day", expr("date'%s'".formatted(day)))
          .selectExpr("to_json(struct(%s))".formatted(String.join(", ", columns)))
          .write()
          .mode(SaveMode.Append)
          .option("compression", "gzip")
          .text(folder.resolve(day.toString()).toString());
    }
  }

  private static List<String> usage() {
    return List.of(
        "concat('use-', id) as event_id",
        "concat('acc-', lpad(pmod(xxhash64(id, 1), 20000), 6, '0')) as account_id",
        "concat('usr-', lpad(pmod(xxhash64(id, 1), 20000) * 3 + pmod(id, 3), 6, '0')) as user_id",
        "date_format(timestamp_seconds(unix_seconds(timestamp(day)) + pmod(xxhash64(id, 2), 82800)), \"yyyy-MM-dd'T'HH:mm:ss'Z'\") as event_at",
        "element_at(array('payments','accounting','cashflow','api'), int(pmod(xxhash64(id, 3), 4)) + 1) as product",
        "concat('feature-', pmod(xxhash64(id, 3), 24)) as feature",
        "element_at(array('open','submit','confirm','export'), int(pmod(xxhash64(id, 4), 4)) + 1) as action",
        "if(pmod(xxhash64(id, 5), 20) = 0, 'failure', 'success') as result",
        "pmod(id, 3) = 0 as is_core",
        "concat('4.', pmod(id, 12), '.0') as app_version",
        "if(pmod(xxhash64(id, 5), 20) = 0, concat('E', pmod(id, 90)), null) as error_code",
        "if(pmod(id, 4) = 0, cast(pmod(xxhash64(id, 6), 900000) / 100.0 as decimal(18,2)), null) as amount",
        "if(pmod(id, 4) = 0, 'EUR', null) as currency");
  }

  private static List<String> errors() {
    return List.of(
        "concat('log-', id) as log_id",
        "date_format(timestamp_seconds(unix_seconds(timestamp(day)) + pmod(xxhash64(id, 2), 82800)), \"yyyy-MM-dd'T'HH:mm:ss'Z'\") as logged_at",
        "concat('service-', pmod(xxhash64(id, 3), 8)) as service",
        "concat('2026.', pmod(id, 9)) as release",
        "element_at(array('WARN','ERROR','ERROR','FATAL'), int(pmod(xxhash64(id, 4), 4)) + 1) as severity",
        "concat('acc-', lpad(pmod(xxhash64(id, 1), 20000), 6, '0')) as account_id",
        "concat('usr-', lpad(pmod(xxhash64(id, 1), 60000), 6, '0')) as user_id",
        "concat('feature-', pmod(xxhash64(id, 3), 24)) as feature",
        "md5(string(id)) as trace_id",
        """
        case int(pmod(xxhash64(id, 7), 6))
          when 0 then concat('Timeout after ', pmod(id, 9000), ' ms calling /v2/transfers/', pmod(xxhash64(id), 900000))
          when 1 then concat('User ', 'person', pmod(id, 5000), '@example.com', ' has no mandate for invoice INV-', pmod(id, 70000))
          when 2 then concat('Cannot reach +4930', 1000000 + pmod(xxhash64(id), 8999999), ' for order ', pmod(id, 99999))
          when 3 then concat('Bank consent ', uuid_of, ' expired for institution ', pmod(id, 300))
          when 4 then concat('Ledger out of balance by ', pmod(id, 90000) / 100.0, ' EUR in batch ', pmod(id, 1200))
          else concat('Null field amount at line ', pmod(id, 4000), ' of import ', substring(md5(string(id)), 1, 12)) end as message
        """
            .replace(
                "uuid_of",
                "concat(substring(md5(string(id)), 1, 8), '-', substring(md5(string(id)), 9, 4), '-4abc-8def-', substring(md5(string(id)), 13, 12))"));
  }

  private long bytes(Path landing) {
    Landing zone = new Landing(landing.toString(), spark.sparkContext().hadoopConfiguration());
    return List.of("usage_event", "error_log").stream()
        .flatMap(source -> zone.list(source).stream())
        .mapToLong(Landing.LandedFile::bytes)
        .sum();
  }
}
