package io.supportlake.crash;

import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.to_json;

import io.supportlake.platform.Contract;
import io.supportlake.platform.Contracts;
import io.supportlake.platform.FinishedSet;
import io.supportlake.platform.Lake;
import io.supportlake.platform.RunConfig;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * All rows of all tables of a lake, as JSON lines in the order of the lines.
 *
 * @param tables by name; a table that was never written is not there
 */
record Contents(Map<String, List<String>> tables) {
  /**
   * What a crash may change: instants and durations of the run itself, numbers of table versions,
   * and the configuration's hash, which tells one lake's folder from another's.
   */
  private static final Map<String, Set<String>> LEFT_OUT =
      Map.of(
          "ops.run", Set.of("seconds", "finished_at", "delta_version", "configuration_hash"),
          "ops.run_plan", Set.of("planned_at"),
          "gold.published_month", Set.of("source_version"));

  private static final int SHOWN = 3;

  /** Copies the map. */
  Contents {
    tables = Map.copyOf(tables);
  }

  /** The rows of a lake at the versions of its last finished set. */
  static Contents of(SparkSession spark, Contracts contracts, Path root) {
    Lake lake = lake(spark, contracts, root);
    FinishedSet finished = FinishedSet.of(lake);
    Map<String, List<String>> tables = new HashMap<>();
    for (Contract contract : contracts.all()) {
      String name = contract.name();
      if (contract.layer().equals("raw") || !lake.exists(name)) {
        continue;
      }
      Set<String> leftOut = LEFT_OUT.getOrDefault(name, Set.of());
      Dataset<Row> rows = finished.read(lake, name);
      Column[] columns =
          contract.columnNames().stream()
              .filter(c -> !leftOut.contains(c))
              .map(rows::col)
              .toArray(Column[]::new);
      tables.put(
          name,
          rows.select(to_json(struct(columns))).collectAsList().stream()
              .map(row -> row.getString(0))
              .sorted()
              .toList());
    }
    return new Contents(tables);
  }

  /** Tables whose newest version is not the finished set's: something was written after it. */
  static List<String> unfinished(SparkSession spark, Contracts contracts, Path root) {
    Lake lake = lake(spark, contracts, root);
    FinishedSet finished = FinishedSet.of(lake);
    List<String> tables = new ArrayList<>();
    finished
        .tables()
        .forEach((table, state) -> {
          Long version = state.version();
          if (version == null ? lake.exists(table) : version != lake.version(table)) {
            tables.add(
                "%s is at version %d, the finished set at %d"
                    .formatted(table, lake.version(table), version));
          }
        });
    return tables;
  }

  /** Whether a run to the day has made its last commit, even if it was killed before it said so. */
  static boolean isFinished(SparkSession spark, Contracts contracts, Path root, LocalDate to) {
    return to.equals(FinishedSet.of(lake(spark, contracts, root)).to());
  }

  private static Lake lake(SparkSession spark, Contracts contracts, Path root) {
    return new Lake(
        spark,
        new RunConfig.Locations(
            root.toString(), root.resolve("restricted").toString(), root.resolve("out").toString()),
        contracts);
  }

  /** Rows in all tables. */
  long rows() {
    return tables.values().stream().mapToLong(List::size).sum();
  }

  /** What another lake has otherwise, a line a table with its first rows that differ. */
  List<String> differences(Contents other) {
    Map<String, String> found = new TreeMap<>();
    Map<String, List<String>> all = new TreeMap<>(tables);
    other.tables.forEach(all::putIfAbsent);
    for (String table : all.keySet()) {
      List<String> mine = tables.getOrDefault(table, List.of());
      List<String> theirs = other.tables.getOrDefault(table, List.of());
      if (!mine.equals(theirs)) {
        found.put(
            table,
            "%s: %d rows, not %d; too few: %s; too many: %s"
                .formatted(
                    table,
                    theirs.size(),
                    mine.size(),
                    without(mine, theirs),
                    without(theirs, mine)));
      }
    }
    return List.copyOf(found.values());
  }

  /** The first rows that the others lack, each as often as it is lacking. */
  private static List<String> without(List<String> rows, List<String> others) {
    Map<String, Integer> left = new HashMap<>();
    others.forEach(row -> left.merge(row, 1, Integer::sum));
    return rows.stream().filter(row -> left.merge(row, -1, Integer::sum) < 0).limit(SHOWN).toList();
  }
}
