package io.supportlake.platform;

import static org.apache.spark.sql.functions.col;

import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** The models of a lake, {@code ops.model} and {@code ops.model_evaluation}: only ever added to. */
public final class ModelRegistry {
  private final SparkSession spark;
  private final Lake lake;
  private final Contracts contracts;

  /** The registry of a lake. */
  public ModelRegistry(SparkSession spark, Lake lake, Contracts contracts) {
    this.spark = spark;
    this.lake = lake;
    this.contracts = contracts;
  }

  /** The newest champion of a label kind, as a row of {@code ops.model}. */
  public Optional<Row> champion(String labelKind) {
    return lake
        .read("ops.model")
        .where(col("is_champion").and(col("label_kind").equalTo(labelKind)))
        .orderBy(col("trained_on").desc(), col("model_id"))
        .limit(1)
        .collectAsList()
        .stream()
        .findFirst();
  }

  /** Whether a training of the date is in the registry. */
  public boolean knows(String labelKind, LocalDate trainedOn) {
    return !lake.read("ops.model")
        .where(col("label_kind").equalTo(labelKind).and(col("trained_on").equalTo(trainedOn)))
        .isEmpty();
  }

  /**
   * Adds models and their evaluation under the writer's lock. The evaluation comes first: a model
   * without one is never seen.
   */
  public void add(String root, List<Row> models, List<Row> figures) {
    try (LakeLock _ = LakeLock.take(root)) {
      append("ops.model_evaluation", figures);
      append("ops.model", models);
    }
  }

  private void append(String table, List<Row> rows) {
    lake.append(
        table,
        spark.createDataFrame(rows, contracts.of(table).schema()),
        rows.size(),
        lake.version(table) + 1);
  }
}
