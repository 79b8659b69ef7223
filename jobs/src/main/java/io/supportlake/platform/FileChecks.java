package io.supportlake.platform;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.not;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.jspecify.annotations.Nullable;

/**
 * Rows of {@code ops.check} about files that are refused whole: such a file counts as read 0, since
 * none of its records is looked at, and the row says that it was refused, so that the file is taken
 * once it is delivered anew.
 */
final class FileChecks {
  // Columns of ops.check.
  static final int FILE = 3;
  static final int SEVERITY = 4;
  static final int READ = 7;
  static final int ACCEPTED = 8;
  private static final int NAME = 2;
  private static final int IS_PASSED = 5;

  private static final String IS_WHOLE = "the file is whole and as planned: ";
  private static final String IS_UNCHANGED = "the file is as it was when it was taken";

  /** Of a row that says why nothing of a source was taken. */
  static final Column IS_STOP =
      not(col("is_passed")).and(col("severity").equalTo("error")).and(col("file").equalTo(""));

  private FileChecks() {}

  /**
   * Rows for refused files.
   *
   * @param faults why, by path
   */
  static List<Row> refused(long runSequence, String bronze, SortedMap<String, String> faults) {
    return faults.entrySet().stream()
        .map(f -> row(runSequence, bronze, IS_WHOLE + f.getValue(), f.getKey(), 0L))
        .toList();
  }

  /** Rows for files that were changed after they were taken. */
  static List<Row> changed(long runSequence, List<String> paths) {
    return paths.stream()
        .map(path -> row(runSequence, "ops.landing_file", IS_UNCHANGED, path, null))
        .toList();
  }

  /** Files refused whole, by run, and why. */
  static Map<Long, Map<String, String>> refused(Lake lake) {
    Map<Long, Map<String, String>> byRun = new TreeMap<>();
    for (Row row :
        lake.read("ops.check")
            .where(not(col("is_passed")).and(col("name").startsWith(IS_WHOLE)))
            .select("run_sequence", "file", "name")
            .collectAsList()) {
      byRun
          .computeIfAbsent(row.getLong(0), _ -> new HashMap<>())
          .put(row.getString(1), row.getString(2).substring(IS_WHOLE.length()));
    }
    return byRun;
  }

  /** One text for each file that failed: its path and why. */
  static List<String> failed(List<Row> checks) {
    return checks.stream()
        .filter(c -> !c.getString(FILE).isEmpty() && !c.getBoolean(IS_PASSED))
        .map(c ->
            c.getString(FILE)
                + ": "
                + (c.getString(NAME).equals(IS_UNCHANGED)
                    ? "it was changed after it was taken"
                    : c.getString(NAME).substring(IS_WHOLE.length())))
        .distinct()
        .sorted()
        .toList();
  }

  /**
   * A row that failed.
   *
   * @param counts of records; null = the file was not accounted for in this run
   */
  private static Row row(
      long runSequence, String table, String name, String path, @Nullable Long counts) {
    return RowFactory.create(
        runSequence, table, name, path, "error", false, 1L, counts, counts, counts, counts, counts);
  }
}
