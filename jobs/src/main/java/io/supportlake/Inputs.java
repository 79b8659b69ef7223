package io.supportlake;

import java.time.LocalDate;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedSet;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** What a table may read: the inputs its contract names, as of the period's last day. */
public interface Inputs {

  /**
   * The rows of an input, cut as the contract's {@code read} says: {@code new} the versions that
   * arrived in the period; {@code signed} the same with {@code record_sign} +1, and with -1 the
   * earlier versions they supersede (under the new arrival date); {@code unit} current rows of the
   * units to build; {@code days} current rows whose {@code column}, or one of {@code touches}, lies
   * between the first day less {@code lookBack} and the last day; {@code history} a journal's rows
   * up to the period's last day (a journal's own rows: before its first); {@code all} all current
   * rows.
   *
   * @throws IllegalArgumentException if the contract does not name the input
   */
  Dataset<Row> table(String name);

  /**
   * Rows that a table uses several times: read once where only some units are built, as they are
   * where all are, since these would fill the memory.
   */
  Dataset<Row> once(Dataset<Row> rows);

  /**
   * The version of a table that stands behind the inputs, as the finished set will name it.
   *
   * @param name one of the tables that the inputs are built from, or an input
   * @return empty where the table was never written
   */
  OptionalLong version(String name);

  /**
   * Days of rows of an input that this run changed, as they were and as they are, for a table that
   * carries on what earlier runs built.
   *
   * @param name an input that is read by days
   * @param column the date column by which it is read, or one that the contract says it touches
   * @return empty where nothing was built before that could be carried on
   */
  Optional<SortedSet<LocalDate>> changedDays(String name, String column);

  /** The settings that change numbers. */
  Settings settings();

  /** The session, for building small literal Datasets. */
  SparkSession spark();
}
