package io.supportlake.silver;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lag;
import static org.apache.spark.sql.functions.lead;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.struct;

import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.expressions.Window;
import org.apache.spark.sql.expressions.WindowSpec;

/**
 * Half-open intervals {@code [valid_from, valid_to)} from changes that each state the whole. Reads
 * the columns {@code changed_at} and {@code change_id}; costs one shuffle by key and one sort.
 */
final class History {
  private static final String IS_NEXT_LATER = "history_is_next_later";
  private static final String IS_REPEATED = "history_is_repeated";

  private History() {}

  /**
   * One row per key and uninterrupted state, with {@code valid_from} and {@code valid_to} (null =
   * still holds) in place of {@code changed_at}. Of changes at the same instant the one with the
   * highest id counts; a change that repeats the state before it starts nothing, so the other
   * columns of a row are those of the change that brought the state.
   *
   * @param changes changes with {@code changed_at}, {@code change_id}, key and state
   * @param key columns that name what changes; a null is a value like any other
   * @param state columns whose change starts a row; nulls are equal to each other
   */
  static Dataset<Row> intervals(Dataset<Row> changes, List<String> key, List<String> state) {
    WindowSpec order =
        Window.partitionBy(columns(key)).orderBy(col("changed_at"), col("change_id"));
    Column next = lead(col("changed_at"), 1).over(order);
    Column current = struct(columns(state));
    return changes
        .withColumn(IS_NEXT_LATER, next.isNull().or(next.notEqual(col("changed_at"))))
        .filter(col(IS_NEXT_LATER))
        .withColumn(IS_REPEATED, lag(current, 1).over(order).eqNullSafe(current))
        .filter(col(IS_REPEATED).equalTo(lit(false)))
        .withColumn("valid_to", next)
        .withColumnRenamed("changed_at", "valid_from")
        .drop(IS_NEXT_LATER, IS_REPEATED);
  }

  private static Column[] columns(List<String> names) {
    return names.stream().map(name -> col(name)).toArray(Column[]::new);
  }
}
