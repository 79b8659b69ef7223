package io.supportlake.platform;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;

import java.sql.Date;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;

/**
 * The last finished set of table versions: what queries, lists and reports read, so that a run
 * under way or crashed is never seen in part.
 *
 * @param runSequence number of the run that finished it; 0 = none yet
 * @param to last arrival date of that run, or null
 * @param tables by name
 */
public record FinishedSet(
    long runSequence, @Nullable LocalDate to, Map<String, TableState> tables) {

  /**
   * A table in the set.
   *
   * @param version its Delta version; null = never written
   * @param completeUntil last day for which all its sources were complete; null = none
   */
  public record TableState(@Nullable Long version, @Nullable LocalDate completeUntil) {}

  /** Copies the map. */
  public FinishedSet {
    tables = Map.copyOf(tables);
  }

  /** The set as the lake's ops.run has it. */
  public static FinishedSet of(Lake lake) {
    Dataset<Row> runs = lake.read("ops.run");
    Row newest = runs.agg(max("run_sequence")).first();
    if (newest.isNullAt(0)) {
      return new FinishedSet(0, null, Map.of());
    }
    long sequence = newest.getLong(0);
    Map<String, TableState> tables = new TreeMap<>();
    LocalDate to = null;
    for (Row row :
        runs.where(col("run_sequence").equalTo(lit(sequence)))
            .select("table_name", "delta_version", "complete_until", "to_date")
            .collectAsList()) {
      Date complete = row.getDate(2);
      tables.put(
          row.getString(0),
          new TableState(
              row.isNullAt(1) ? null : (Long) row.getLong(1),
              complete == null ? null : complete.toLocalDate()));
      to = row.getDate(3).toLocalDate();
    }
    return new FinishedSet(sequence, to, tables);
  }

  /**
   * Refuses work between runs while a run that was cut off has left tables beyond the finished set:
   * it would name them.
   */
  static void refuseUnfinishedRun(Lake lake) {
    long finished = of(lake).runSequence();
    for (String planned : List.of("ops.landing_file", "ops.run_plan")) {
      Row newest = lake.read(planned).agg(max("run_sequence")).first();
      if (!newest.isNullAt(0) && newest.getLong(0) > finished) {
        throw new UsageException(
            "run %d was cut off and is not finished. Start ./supportlake run again first, with the same date; nothing was changed."
                .formatted(newest.getLong(0)));
      }
    }
  }

  /**
   * Names the newest versions of all tables in place of those of the last finished set, for work
   * that changes tables between runs and adds no rows. Nothing is named before a first run, or
   * where these are named already.
   */
  static void nameNewest(SparkSession spark, Lake lake, String configurationHash, Instant now) {
    FinishedSet last = of(lake);
    boolean isNamed =
        last.tables().keySet().stream()
            .allMatch(t -> last.version(t).orElse(-1L) == lake.version(t));
    if (last.runSequence() > 0 && !isNamed) {
      last.succeed(
          spark,
          lake,
          last.tables().keySet().stream().collect(Collectors.toMap(t -> t, _ -> 0L)),
          configurationHash,
          now);
    }
  }

  /**
   * Names the newest versions of some tables in place of those of this set: the set of the next run
   * number, for the same day. The days that tables are complete until stay as they are.
   *
   * @param built rows built, by table whose newest version is named
   */
  void succeed(
      SparkSession spark,
      Lake lake,
      Map<String, Long> built,
      String configurationHash,
      Instant now) {
    List<Row> rows =
        tables.entrySet().stream()
            .map(e -> {
              Long rowsBuilt = built.get(e.getKey());
              long newest = rowsBuilt == null ? -1 : lake.version(e.getKey());
              LocalDate complete = e.getValue().completeUntil();
              Date day = Date.valueOf(Objects.requireNonNull(to));
              return RowFactory.create(
                  runSequence + 1,
                  e.getKey(),
                  day,
                  day,
                  newest < 0 ? e.getValue().version() : (Long) newest,
                  complete == null ? null : Date.valueOf(complete),
                  rowsBuilt == null ? 0L : rowsBuilt,
                  rowsBuilt == null || rowsBuilt == 0 ? 0L : 1L,
                  0.0,
                  configurationHash,
                  Timestamp.from(now));
            })
            .toList();
    lake.append(
        "ops.run",
        spark.createDataFrame(rows, lake.contract("ops.run").schema()),
        rows.size(),
        runSequence + 1);
  }

  /** The rows of a table in the set; ops tables are read as they are, since only runs append. */
  public Dataset<Row> read(Lake lake, String table) {
    if (table.startsWith("ops.")) {
      return lake.read(table);
    }
    return version(table).map(v -> lake.read(table, v)).orElseGet(() -> lake.empty(table));
  }

  /** The version of a table in the set. */
  public Optional<Long> version(String table) {
    return Optional.ofNullable(tables.get(table)).map(TableState::version);
  }

  /** The last day for which a table is complete. */
  public Optional<LocalDate> completeUntil(String table) {
    return Optional.ofNullable(tables.get(table)).map(TableState::completeUntil);
  }
}
