package io.supportlake.platform;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.collect_set;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.to_json;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.MapType;

/**
 * Where rebuilt units differ from what stood: most rows of a touched unit come out as they were,
 * and neither the table nor those downstream have to hear of them.
 *
 * @param rows one row a key that differs: {@code built} (null = the row is gone) and {@code stood}
 *     (null = the row is new), each a struct of the contract's columns; without lineage
 * @param files names of the files that the rows that stood lie in
 * @param builtCount rows that are new or differ
 * @param replacedCount rows that stood and differ or are gone
 */
record Difference(
    Contract contract, Dataset<Row> rows, Set<String> files, long builtCount, long replacedCount) {
  /** Column of rows that stood with the name of their file. */
  static final String FILE = "supportlake_file";

  /** Copies the names. */
  Difference {
    files = Set.copyOf(files);
  }

  /**
   * The difference of the built rows to those that stood, both unique by the contract's key, in its
   * columns.
   *
   * @param stood has also {@link #FILE}
   */
  static Difference of(Contract contract, Dataset<Row> built, Dataset<Row> stood) {
    Column[] columns = Lake.columns(contract.columnNames());
    Dataset<Row> rows =
        built
            .select(struct(columns).as("built"))
            .join(
                stood.select(struct(columns).as("stood"), col(FILE)),
                sameKey(contract),
                "full_outer")
            .where(col("built").isNull().or(col("stood").isNull()).or(not(isSame(contract))))
            .localCheckpoint();
    Row counts = rows.agg(count(col("built")), count(col("stood")), collect_set(FILE)).first();
    return new Difference(
        contract,
        rows,
        new HashSet<>(counts.<String>getList(2)),
        counts.getLong(0),
        counts.getLong(1));
  }

  private static Column sameKey(Contract contract) {
    return contract.key().stream()
        .map(k -> col("built.`" + k + "`").eqNullSafe(col("stood.`" + k + "`")))
        .reduce(Column::and)
        .orElseThrow();
  }

  private static Column isSame(Contract contract) {
    return contract.columns().stream()
        .map(c -> comparable(c, "built").eqNullSafe(comparable(c, "stood")))
        .reduce(Column::and)
        .orElseThrow();
  }

  /** Spark compares no maps. */
  private static Column comparable(Contract.Column column, String side) {
    Column value = col(side + ".`" + column.name() + "`");
    return column.type() instanceof MapType ? to_json(value) : value;
  }

  boolean isEmpty() {
    return builtCount == 0 && replacedCount == 0;
  }

  long rowCount() {
    return builtCount + replacedCount;
  }

  /** Rows that are new or differ from those that stood. */
  Dataset<Row> built() {
    return rows.where(col("built").isNotNull()).select("built.*");
  }

  /** Rows that stood and have been replaced or are gone. */
  Dataset<Row> replaced() {
    return rows.where(col("stood").isNotNull()).select("stood.*");
  }

  /** Of rows of the table those whose keys are not among the ones that differ. */
  Dataset<Row> untouched(Dataset<Row> all) {
    Dataset<Row> keys =
        replaced().select(Lake.columns(contract.key())).withColumnsRenamed(renamed());
    return all.join(
        Lake.joined(keys, replacedCount),
        contract.key().stream()
            .map(k -> col("`" + k + "`").eqNullSafe(col("`gone_" + k + "`")))
            .reduce(Column::and)
            .orElseThrow(),
        "left_anti");
  }

  private Map<String, String> renamed() {
    return contract.key().stream().collect(Collectors.toMap(k -> k, k -> "gone_" + k));
  }
}
