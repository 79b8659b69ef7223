package io.supportlake.platform;

import static org.apache.spark.sql.functions.col;

import java.time.LocalDate;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * What a run did to a table, for the tables downstream: the rows that are new and, where rows were
 * replaced, the rows that stood there after the last finished run.
 *
 * @param fresh rows that this run built
 * @param replaced rows of the same units or days after the last finished run
 * @param rows number of fresh and replaced rows; 0 = nothing changed
 * @param isFull whether the run built the whole table
 */
record Changes(Dataset<Row> fresh, Dataset<Row> replaced, long rows, boolean isFull) {

  /**
   * The distinct values of the columns among fresh and replaced rows; rows with a null drop out.
   */
  Dataset<Row> units(List<String> unit) {
    Dataset<Row> units =
        fresh.select(Lake.columns(unit)).union(replaced.select(Lake.columns(unit))).distinct();
    for (String column : unit) {
      units = units.where(col(column).isNotNull());
    }
    return units;
  }

  /** The distinct days of the column; bounded by the days of the history. */
  SortedSet<LocalDate> days(String column) {
    SortedSet<LocalDate> days = new TreeSet<>();
    for (Row row : units(List.of(column)).collectAsList()) {
      days.add(row.getDate(0).toLocalDate());
    }
    return days;
  }
}
