package io.supportlake.platform;

import static org.apache.spark.sql.functions.col;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.MapType;

/** A table's rows as texts in order, to compare tables row for row. */
final class TableRows {
  private TableRows() {}

  /** The rows in the contract's columns. */
  static List<String> of(Dataset<Row> rows, Contract contract) {
    Column[] columns =
        contract.columns().stream()
            .map(c -> c.type() instanceof MapType ? col(c.name()).cast("string") : col(c.name()))
            .toArray(Column[]::new);
    return rows.select(columns).collectAsList().stream().map(Row::toString).sorted().toList();
  }

  /** The rows that the others lack, each as often as it is lacking. */
  static Stream<String> without(List<String> rows, List<String> others) {
    Map<String, Integer> left = new HashMap<>();
    others.forEach(row -> left.merge(row, 1, Integer::sum));
    return rows.stream().filter(row -> left.merge(row, -1, Integer::sum) < 0);
  }
}
