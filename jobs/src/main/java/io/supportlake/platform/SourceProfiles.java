package io.supportlake.platform;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.sum;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;

/**
 * How often the columns of each source were filled in the latest runs, and which of them vanished.
 *
 * @param bySource source, then column, then its counts
 */
record SourceProfiles(Map<String, Map<String, Filled>> bySource) {
  /** Runs looked back on; earlier ones say little about today's export. */
  private static final int LATEST_RUNS = 30;

  /** Records before of which nearly all must have had a column to call its absence an error. */
  private static final long LEAST_BEFORE = 100;

  private static final long LEAST_NOW = 20;
  private static final double NEARLY_ALL = 0.95;

  /**
   * Chance that a column is absent from all records though nothing changed, below which we speak.
   */
  private static final double CHANCE = 1e-6;

  /** Records, and those of them that had a value. */
  record Filled(long records, long filled) {
    double share() {
      return records == 0 ? 0 : (double) filled / records;
    }
  }

  /**
   * A column that no record has any more.
   *
   * @param filledShare share of the records before that had it
   * @param isError whether nearly all had it, so that the export must have changed; else it may be
   *     that what fills it did not happen
   */
  record Vanished(String column, double filledShare, boolean isError) {}

  /** No run before. */
  private static final SourceProfiles NONE = new SourceProfiles(Map.of());

  /** Of the runs before a run. */
  static SourceProfiles before(Lake lake, long runSequence) {
    if (!lake.exists("ops.source_profile")) {
      return NONE;
    }
    Map<String, Map<String, Filled>> bySource = new TreeMap<>();
    for (Row row :
        lake.read("ops.source_profile")
            .where(col("run_sequence").between(runSequence - LATEST_RUNS, runSequence - 1))
            .groupBy("source", "column_name")
            .agg(sum("record_count"), sum("filled_count"))
            .collectAsList()) {
      bySource
          .computeIfAbsent(row.getString(0), s -> new TreeMap<>())
          .put(row.getString(1), new Filled(row.getLong(2), row.getLong(3)));
    }
    return new SourceProfiles(bySource);
  }

  /**
   * Columns that were filled before and are in none of the records now, less those that the
   * contract lists as {@code retiredColumns}.
   *
   * @param records records that keep the contract
   * @param filled those of them with a value, by column
   */
  List<Vanished> vanished(Contract raw, long records, Map<String, Long> filled) {
    List<Vanished> vanished = new ArrayList<>();
    Map<String, Filled> before = bySource.getOrDefault(raw.shortName(), Map.of());
    List<?> retired =
        raw.optionalProperty("retiredColumns") instanceof List<?> list ? list : List.of();
    for (String column : raw.columnNames()) {
      Filled was = before.getOrDefault(column, new Filled(0, 0));
      if (filled.getOrDefault(column, 0L) > 0
          || retired.contains(column)
          || was.records() < LEAST_BEFORE
          || records < LEAST_NOW
          || StrictMath.pow(1 - was.share(), records) >= CHANCE) {
        continue;
      }
      vanished.add(new Vanished(column, was.share(), was.share() >= NEARLY_ALL));
    }
    return vanished;
  }

  /** Rows of ops.source_profile. */
  static List<Row> rows(Contract raw, long runSequence, long records, Map<String, Long> filled) {
    return raw.columnNames().stream()
        .map(c ->
            RowFactory.create(runSequence, raw.shortName(), c, records, filled.getOrDefault(c, 0L)))
        .toList();
  }
}
