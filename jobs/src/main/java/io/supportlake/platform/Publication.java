package io.supportlake.platform;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.when;

import io.supportlake.Inputs;
import io.supportlake.Period;
import io.supportlake.Settings;
import io.supportlake.Table;
import java.nio.file.Path;
import java.sql.Date;
import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedSet;
import java.util.function.Supplier;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;

/**
 * Freezes the numbers of a month that are due and that no run has published, over the last finished
 * set, by the same table as a run. What it adds is a run of its own number for the same day, so
 * that readers see it by its last commit only and a crash is completed like that of any run.
 */
public final class Publication {
  private static final String PUBLISHED = "gold.published_month";
  private static final String METRIC = "gold.metric";

  /** Metrics times states and days of publication; a bound for reading them. */
  private static final int MOST_LINES = 100_000;

  private final SparkSession spark;
  private final Contracts contracts;
  private final Lake lake;
  private final RunConfig config;
  private final Path conf;
  private final Supplier<Instant> now;

  /** Of a lake. */
  public Publication(SparkSession spark, Contracts contracts, RunConfig config, Path conf) {
    this(spark, contracts, config, conf, Instant::now);
  }

  Publication(
      SparkSession spark, Contracts contracts, RunConfig config, Path conf, Supplier<Instant> now) {
    this.spark = Sessions.forFewRows(spark);
    this.contracts = contracts;
    this.lake = new Lake(this.spark, config.lake(), contracts);
    this.config = config;
    this.conf = conf;
    this.now = now;
  }

  /** What became of a metric's numbers. */
  public enum State {
    /** Frozen by this publication. */
    PUBLISHED_NOW,
    /** Frozen before. */
    PUBLISHED_BEFORE,
    /** Some windows are open, or late data have days left. */
    NOT_YET_DUE,
    /** Mature, but not built since: the next run builds it. */
    NOT_REBUILT,
    /** No row counts in the month. */
    NOTHING
  }

  /**
   * Numbers of a metric in one state.
   *
   * @param day of publication, or on which it will be; null for {@link State#NOTHING}
   * @param numbers the total and the cells
   */
  public record Line(String metric, State state, @Nullable LocalDate day, long numbers) {}

  /**
   * What a publication did.
   *
   * @param asOf last day of the finished set
   * @param lines by state, day and metric
   */
  public record Summary(LocalDate asOf, List<Line> lines) {
    /** Copies the lines. */
    public Summary {
      lines = List.copyOf(lines);
    }
  }

  /**
   * Publishes what is due of a month.
   *
   * @throws UsageException when there is nothing to publish from, or a run is to be completed first
   * @throws DataException when a source that the numbers need was stopped, or a check fails
   */
  public Summary publish(YearMonth month) {
    try (LakeLock _ = LakeLock.take(config.lake().root())) {
      FinishedSet finished = FinishedSet.of(lake);
      LocalDate to = finished.to();
      if (to == null) {
        throw new UsageException(
            "there is nothing to publish: no run has finished on this lake. Run ./supportlake run first.");
      }
      refuse(month, finished, to);
      lake.evolve(PUBLISHED);
      Frozen inputs = new Frozen(finished, to);
      Dataset<Row> ofMonth =
          finished
              .read(lake, METRIC)
              .where("period = 'month'")
              .where(col("period_start").equalTo(lit(Date.valueOf(month.atDay(1)))))
              .localCheckpoint();
      if (ofMonth.isEmpty()) {
        throw new UsageException(
            "there are no numbers of %s in %s: its days lie before the first run's, or nothing that counts happened in it. Choose a month that the runs so far cover (they end with %s)."
                .formatted(month, METRIC, to));
      }
      Contract contract = contracts.of(PUBLISHED);
      Table table = Tables.of(contract);
      Dataset<Row> due =
          lake.ordered(contract, table.build(inputs, new Period(to, to, List.of(to))))
              .where(col("month_start").equalTo(lit(Date.valueOf(month.atDay(1)))))
              .localCheckpoint();
      Summary summary = new Summary(to, lines(ofMonth, due, finished, to));
      Checks.Outcome outcome = Checks.run(contract, due);
      Checks.refuseFailures(contract, outcome);
      if (outcome.rows() > 0) {
        commit(contract, due, outcome, finished, to);
      }
      return summary;
    }
  }

  private void refuse(YearMonth month, FinishedSet finished, LocalDate to) {
    if (month.atDay(1).isAfter(to)) {
      throw new UsageException(
          "%s has not begun as of %s, the last day that a run has finished. Choose an earlier month."
              .formatted(month, to));
    }
    long next = finished.runSequence() + 1;
    if (RunPlan.all(lake).containsKey(next)) {
      throw new UsageException(
          "run %d was begun and has not finished. ./supportlake run --date %s completes it; then publish again."
              .formatted(next, to));
    }
    FinishedSet.refuseUnfinishedRun(lake);
    ErasureLedger.refuseUnfinished(lake);
    Optional<LocalDate> complete = finished.completeUntil(PUBLISHED);
    if (complete.isEmpty() || complete.get().isBefore(to)) {
      throw DataErrors.notComplete(PUBLISHED, complete.orElse(null), to);
    }
  }

  private List<Line> lines(
      Dataset<Row> ofMonth, Dataset<Row> due, FinishedSet finished, LocalDate to) {
    String[] key = {"metric", "dimension", "dimension_value"};
    Dataset<Row> before =
        finished
            .read(lake, PUBLISHED)
            .join(
                ofMonth.select(col("period_start").as("month_start")).distinct(),
                new String[] {"month_start"},
                "left_semi")
            .select("metric", "dimension", "dimension_value", "published_on");
    Dataset<Row> metrics =
        ConfLoader.load(conf, "conf.metric_spec", spark, to, to).select("metric");
    Dataset<Row> all =
        before
            .withColumn("state", lit(State.PUBLISHED_BEFORE.name()))
            .withColumnRenamed("published_on", "day")
            .unionByName(
                due.select(
                    col("metric"),
                    col("dimension"),
                    col("dimension_value"),
                    col("published_on").as("day"),
                    lit(State.PUBLISHED_NOW.name()).as("state")))
            .unionByName(
                ofMonth
                    .join(before, key, "left_anti")
                    .join(due, key, "left_anti")
                    .select(
                        col("metric"),
                        col("dimension"),
                        col("dimension_value"),
                        col("mature_on").as("day"),
                        when(col("mature_on").gt(lit(to)), State.NOT_YET_DUE.name())
                            .otherwise(State.NOT_REBUILT.name())
                            .as("state")));
    return metrics
        .join(
            all.groupBy("metric", "state", "day").agg(count(lit(1)).as("numbers")),
            new String[] {"metric"},
            "full")
        .selectExpr("metric", "coalesce(state, 'NOTHING')", "day", "coalesce(numbers, 0)")
        .limit(MOST_LINES)
        .collectAsList()
        .stream()
        .map(r ->
            new Line(
                r.getString(0),
                State.valueOf(r.getString(1)),
                r.isNullAt(2) ? null : r.getDate(2).toLocalDate(),
                r.getLong(3)))
        .sorted(
            Comparator.comparing(Line::state)
                .thenComparing(line -> Objects.requireNonNullElse(line.day(), LocalDate.MAX))
                .thenComparing(Line::metric))
        .toList();
  }

  /** The plan, the rows, and last the finished set with one version changed. */
  private void commit(
      Contract contract,
      Dataset<Row> due,
      Checks.Outcome outcome,
      FinishedSet finished,
      LocalDate to) {
    long sequence = finished.runSequence() + 1;
    new RunPlan(sequence, to, to, 0, now.get()).write(spark, lake);
    lake.append(PUBLISHED, due, outcome.rows(), sequence);
    List<Row> checks = Checks.rows(contract, outcome, sequence);
    lake.append(
        "ops.check",
        spark.createDataFrame(checks, contracts.of("ops.check").schema()),
        checks.size(),
        sequence);
    finished.succeed(spark, lake, Map.of(PUBLISHED, outcome.rows()), config.hash(), now.get());
  }

  /** The tables of the finished set, whole. */
  private final class Frozen implements Inputs {
    private final FinishedSet finished;
    private final LocalDate to;

    Frozen(FinishedSet finished, LocalDate to) {
      this.finished = finished;
      this.to = to;
    }

    @Override
    public Dataset<Row> table(String name) {
      Contract.Input input = contracts.of(PUBLISHED).input(name);
      return name.startsWith("conf.")
          ? ConfLoader.load(conf, input.table(), spark, to, to)
          : finished.read(lake, input.table());
    }

    @Override
    public Dataset<Row> once(Dataset<Row> rows) {
      return rows;
    }

    @Override
    public OptionalLong version(String name) {
      return finished.version(name).map(OptionalLong::of).orElseGet(OptionalLong::empty);
    }

    @Override
    public Optional<SortedSet<LocalDate>> changedDays(String name, String column) {
      return Optional.empty();
    }

    @Override
    public Settings settings() {
      throw new IllegalStateException(PUBLISHED + " needs no settings");
    }

    @Override
    public SparkSession spark() {
      return spark;
    }
  }
}
