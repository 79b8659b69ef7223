package io.supportlake.platform;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;

import java.sql.Date;
import java.time.LocalDate;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
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
