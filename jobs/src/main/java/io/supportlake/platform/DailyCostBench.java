package io.supportlake.platform;

import static org.apache.spark.sql.functions.col;

import io.delta.tables.DeltaTable;
import io.supportlake.Settings;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * What a day costs as the history grows: the same daily volume for hundreds of days, of which a few
 * are run singly and measured. The days between are run in ranges; so that their logs and small
 * files count all the same, the manifest and the checks of a range are then written again with one
 * commit a day, which is what daily runs would have left until they join them.
 */
public final class DailyCostBench {
  private static final int LATE_DAYS = 10;
  private static final int MOST_STEPS = 8;

  /** Few enough that most files hold days, as those do that daily runs have cut. */
  private static final int RANGE_DAYS = 25;

  /** Appended to by every run, one commit and one file each. */
  private static final List<String> DAILY_COMMITS = List.of("ops.landing_file", "ops.check");

  private final SparkSession spark;
  private final Contracts contracts;
  private final RunConfig config;
  private final Settings settings;
  private final Path conf;
  private final Progress progress;

  /** In a configuration, whose folders are not used. */
  public DailyCostBench(
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
   * The cost of one run.
   *
   * @param records records read from landed files
   * @param seconds by the run's own clock
   * @param bytesRead from landed files, tables and their logs, by whomever
   * @param filesListed in folders of landing zone and lake, logs included
   * @param rowsWritten by Spark's tasks
   */
  public record Cost(
      long records, double seconds, long bytesRead, long filesListed, long rowsWritten) {}

  /**
   * A measured day.
   *
   * @param number from 1
   */
  public record Day(int number, Cost cost) {}

  /**
   * What was measured.
   *
   * @param days rising
   * @param late the day after the last, with a file whose records belong to ten old days
   * @param full one run over all days into an empty lake
   */
  public record Result(List<Day> days, Cost late, Cost full) {
    /** Copies the list. */
    public Result {
      days = List.copyOf(days);
    }

    /** Seconds of the last day over those of the one before it among the measured. */
    public double secondsRatio() {
      return last().seconds() / earlier().seconds();
    }

    /** The same of bytes read. */
    public double bytesRatio() {
      return (double) last().bytesRead() / earlier().bytesRead();
    }

    /** Bytes that the last day reads over those of a full rebuild. */
    public double fullRebuildRatio() {
      return (double) last().bytesRead() / full.bytesRead();
    }

    private Cost last() {
      return days.getLast().cost();
    }

    private Cost earlier() {
      return days.get(days.size() - 2).cost();
    }
  }

  /** Rows that the tasks of a run write. */
  private static final class RowsWritten extends SparkListener {
    private final LongAdder sum = new LongAdder();

    @Override
    public void onTaskEnd(SparkListenerTaskEnd end) {
      if (end.taskMetrics() != null) {
        sum.add(end.taskMetrics().outputMetrics().recordsWritten());
      }
    }
  }

  /**
   * Makes the history and measures.
   *
   * @param all a landing zone of constant daily volume, one day longer than is measured
   * @param first its first day
   * @param folder for landing zone and lakes; nothing of them is there yet
   * @param measured numbers of the days to be measured, rising, the first at least 2
   */
  public Result run(Path all, LocalDate first, Path folder, List<Integer> measured) {
    Path landing = folder.resolve("landing");
    int days = measured.getLast();
    Runner runner = runner(folder.resolve("lake"), landing);
    List<Day> costs = new ArrayList<>();
    int done = 0;
    for (int number : measured) {
      while (done < number - 1) {
        int last = Math.min(done + RANGE_DAYS, number - 1);
        arrive(all, landing, day(first, done + 1), day(first, last));
        long sequence = runner.run(day(first, done + 1), day(first, last)).runSequence();
        progress.step("days %d to %d", done + 1, last);
        commitDaily(runner.lake(), sequence);
        progress.step("  as daily commits");
        done = last;
      }
      arrive(all, landing, day(first, number), day(first, number));
      costs.add(new Day(number, measure("day " + number, runner, day(first, number))));
      done = number;
    }
    arrive(all, landing, day(first, days + 1), day(first, days + 1));
    late(landing, first, days);
    Cost late = measure("a late file", runner, day(first, days + 1));
    Path sameLanding = folder.resolve("landing-again");
    arrive(all, sameLanding, day(first, 1), day(first, days));
    Runner anew = runner(folder.resolve("full"), sameLanding);
    Cost full = cost("a full rebuild", () -> anew.run(day(first, 1), day(first, days)));
    return new Result(costs, late, full);
  }

  private static LocalDate day(LocalDate first, int number) {
    return first.plusDays(number - 1L);
  }

  private Runner runner(Path lake, Path landing) {
    return new Runner(
        spark,
        contracts,
        config.at(lake, landing, lake.resolve("out")),
        settings,
        conf,
        Progress.silent());
  }

  /** What is generated arrives by its day: a run takes all that lies there. */
  private static void arrive(Path from, Path to, LocalDate first, LocalDate last) {
    try (Stream<Path> sources = Files.list(from)) {
      for (Path source : sources.sorted().toList()) {
        for (LocalDate day = first; !day.isAfter(last); day = day.plusDays(1)) {
          Path folder = source.resolve(day.toString());
          if (Files.isDirectory(folder)) {
            Path there = to.resolve(source.getFileName()).resolve(day.toString());
            Files.createDirectories(there);
            try (Stream<Path> files = Files.list(folder)) {
              for (Path file : files.sorted().toList()) {
                Files.copy(
                    file, there.resolve(file.getFileName()), StandardCopyOption.COPY_ATTRIBUTES);
              }
            }
          }
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot copy landed files to " + to, e);
    }
  }

  /** Usage of ten old days in a file of the day after the last. */
  private static void late(Path landing, LocalDate first, int days) {
    Path usage = landing.resolve("usage_event");
    Path file = usage.resolve(day(first, days + 1).toString()).resolve("late.jsonl.gz");
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
      for (int i = 0; i < LATE_DAYS; i++) {
        Path old =
            usage.resolve(day(first, days / 2 + i).toString()).resolve("part-00000.jsonl.gz");
        try (var in = new GZIPInputStream(Files.newInputStream(old))) {
          String lines = new String(in.readAllBytes(), StandardCharsets.UTF_8);
          out.write(lines.replace("\"use-", "\"use-late-").getBytes(StandardCharsets.UTF_8));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + file, e);
    }
  }

  private Cost measure(String what, Runner runner, LocalDate day) {
    return cost(what, () -> runner.run(null, day));
  }

  private Cost cost(String what, Supplier<Runner.Summary> run) {
    RowsWritten written = new RowsWritten();
    spark.sparkContext().addSparkListener(written);
    long listed = CountingFileSystem.filesListed();
    Map<String, Long> before = CountingFileSystem.bytesRead();
    Runner.Summary summary = run.get();
    awaitListeners();
    spark.sparkContext().removeSparkListener(written);
    Map<String, Long> bytes = CountingFileSystem.bytesRead();
    before.forEach((step, sum) -> bytes.merge(step, -sum, Long::sum));
    Cost cost =
        new Cost(
            summary.read(),
            summary.seconds(),
            bytes.values().stream().mapToLong(Long::longValue).sum(),
            CountingFileSystem.filesListed() - listed,
            written.sum.sum());
    progress.step(
        "%s: %.1f s, %,d records, %,d bytes read, %,d files listed, %,d rows written",
        what,
        cost.seconds(),
        cost.records(),
        cost.bytesRead(),
        cost.filesListed(),
        cost.rowsWritten());
    progress.step("  most bytes by %s", most(bytes));
    return cost;
  }

  private static String most(Map<String, Long> bytes) {
    return bytes.entrySet().stream()
        .sorted(Comparator.comparingLong(e -> -e.getValue()))
        .limit(MOST_STEPS)
        .map(e -> "%s %.1f MB".formatted(e.getKey(), e.getValue() / 1e6))
        .collect(Collectors.joining(", "));
  }

  private void awaitListeners() {
    try {
      spark.sparkContext().listenerBus().waitUntilEmpty();
    } catch (TimeoutException e) {
      throw new IllegalStateException("Spark's listeners do not keep up, so sums are too low", e);
    }
  }

  /** A range's rows of the tables that each run appends to, again with a commit for each day. */
  private void commitDaily(Lake lake, long sequence) {
    for (String table : DAILY_COMMITS) {
      Dataset<Row> rows =
          lake.read(table).where(col("run_sequence").equalTo(sequence)).localCheckpoint();
      DeltaTable.forPath(spark, lake.path(table)).delete(col("run_sequence").equalTo(sequence));
      String path = table.equals("ops.check") ? "file" : "path";
      List<String> dates = new ArrayList<>();
      rows.selectExpr(
              "regexp_extract(%s, '/(\\\\d{4}-\\\\d\\\\d-\\\\d\\\\d)/', 1) as d".formatted(path))
          .distinct()
          .orderBy("d")
          .collectAsList()
          .forEach(r -> dates.add(r.getString(0)));
      for (String date : dates) {
        rows.where(
                "regexp_extract(%s, '/(\\\\d{4}-\\\\d\\\\d-\\\\d\\\\d)/', 1) = '%s'"
                    .formatted(path, date))
            .write()
            .format("delta")
            .mode("append")
            .save(lake.path(table));
      }
    }
  }
}
