package io.supportlake.platform;

import java.util.HashMap;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** Spark sessions with the settings that every run needs, whatever the master. */
public final class Sessions {
  private static final Map<String, String> ALWAYS =
      Map.ofEntries(
          Map.entry("spark.sql.extensions", "io.delta.sql.DeltaSparkSessionExtension"),
          Map.entry(
              "spark.sql.catalog.spark_catalog", "org.apache.spark.sql.delta.catalog.DeltaCatalog"),
          Map.entry("spark.sql.session.timeZone", "UTC"),
          Map.entry("spark.sql.legacy.charVarcharAsString", "true"),
          Map.entry("spark.databricks.delta.properties.defaults.enableDeletionVectors", "false"),
          Map.entry("spark.sql.sources.parallelPartitionDiscovery.parallelism", "4"),
          Map.entry("spark.sql.sources.parallelPartitionDiscovery.threshold", "100000"),
          // What opening a file is held to cost, in bytes: with the default of 4 MB, Spark makes a
          // task for every 32 small files.
          Map.entry("spark.sql.files.openCostInBytes", "64k"),
          Map.entry("spark.hadoop.fs.file.impl", PlainLocalFileSystem.class.getName()),
          Map.entry(
              "spark.hadoop.fs.AbstractFileSystem.file.impl",
              PlainLocalFileSystem.Context.class.getName()),
          // Else every class that generated code names is first asked of the driver's file server.
          Map.entry("spark.sql.artifact.isolation.enabled", "false"),
          // Nothing is ever written there, but Spark makes the folder where a command is run.
          Map.entry(
              "spark.sql.warehouse.dir",
              System.getProperty("java.io.tmpdir") + "/supportlake-warehouse"),
          // What is cached is read once or twice and dropped: choosing encodings costs more than it
          // saves.
          Map.entry("spark.sql.inMemoryColumnarStorage.compressed", "false"),
          // Of a plan in which one column is made of many, as the reasons for which a record is
          // refused are, Spark infers for minutes what holds of each.
          Map.entry("spark.sql.constraintPropagation.enabled", "false"),
          // Left to its default, the default is worked out anew for every value that is read.
          Map.entry("spark.sql.types.framework.enabled", "false"),
          Map.entry("spark.ui.showConsoleProgress", "false"));

  /** For one machine: small steps, no web pages. */
  private static final Map<String, String> LOCAL =
      Map.ofEntries(
          Map.entry("spark.ui.enabled", "false"),
          Map.entry("spark.sql.shuffle.partitions", "2"),
          Map.entry("spark.default.parallelism", "2"),
          Map.entry("spark.databricks.delta.snapshotPartitions", "1"),
          Map.entry("spark.broadcast.compress", "false"),
          Map.entry("spark.driver.host", "127.0.0.1"),
          Map.entry("spark.driver.bindAddress", "127.0.0.1"),
          Map.entry("spark.sql.adaptive.enabled", "false"),
          // Tells whether a task that is done again gives other rows, by a hash of each row: on one
          // machine no output of a task is lost but with the whole run.
          Map.entry("spark.sql.shuffle.orderIndependentChecksum.enabled", "false"),
          // Every live broadcast table holds a page: 64 MB by default, zeroed and collected for
          // each of the many small tables.
          Map.entry("spark.buffer.pageSize", "2m"));

  /** Says of a session that it is for few rows; Spark itself knows no such setting. */
  private static final String FEW = "spark.supportlake.fewRows";

  private static final Map<String, String> FOR_FEW_ROWS =
      Map.ofEntries(
          Map.entry(FEW, "true"),
          Map.entry("spark.sql.codegen.wholeStage", "false"),
          Map.entry("spark.sql.codegen.factoryMode", "NO_CODEGEN"),
          // Without code, looking a shared value up costs more than computing it again.
          Map.entry("spark.sql.subexpressionElimination.enabled", "false"),
          Map.entry("spark.sql.leafNodeDefaultParallelism", "1"),
          Map.entry("spark.sql.shuffle.partitions", "1"));

  /**
   * Bytes of a step's inputs below which generating code, or a second task, costs more than it
   * saves.
   */
  static final long FEW_BYTES = 12L << 20;

  private Sessions() {}

  /** The session of this process; the caller's Spark settings win over the ones above. */
  public static SparkSession open(String name, Map<String, String> settings) {
    Map<String, Object> all = new HashMap<>(ALWAYS);
    if (settings.getOrDefault("spark.master", "").startsWith("local")) {
      all.putAll(LOCAL);
    }
    all.putAll(settings);
    return SparkSession.builder().appName(name).config(all).getOrCreate();
  }

  /**
   * A session on the same Spark whose expressions are evaluated as they are, in one partition: for
   * a few thousand rows, generating and compiling code takes several times as long as the rows do,
   * and every task costs more than the rows that it gets.
   */
  public static SparkSession forFewRows(SparkSession session) {
    SparkSession twin = ((org.apache.spark.sql.classic.SparkSession) session).cloneSession();
    FOR_FEW_ROWS.forEach((key, value) -> twin.conf().set(key, value));
    return twin;
  }

  /**
   * A session of its own for steps over that many bytes.
   *
   * @param bytes of the files that a step reads
   */
  static SparkSession fitting(SparkSession session, long bytes) {
    return bytes < FEW_BYTES
        ? forFewRows(session)
        : ((org.apache.spark.sql.classic.SparkSession) session).cloneSession();
  }

  /** The same rows, to be computed by the session. */
  static Dataset<Row> in(SparkSession session, Dataset<Row> rows) {
    return rows.sparkSession() == session
        ? rows
        : org.apache.spark.sql.classic.Dataset.ofRows(
            (org.apache.spark.sql.classic.SparkSession) session,
            ((org.apache.spark.sql.classic.Dataset<Row>) rows).logicalPlan());
  }

  /**
   * {@link #in}, where the session is that of the rows' bytes: one for few rows gets them in one
   * partition, so that nothing computed of them is shuffled.
   */
  static Dataset<Row> gathered(SparkSession session, Dataset<Row> rows) {
    Dataset<Row> here = in(session, rows);
    return isForFewRows(session) ? here.coalesce(1) : here;
  }

  /** Whether the session is one {@link #forFewRows}. */
  static boolean isForFewRows(SparkSession session) {
    return Boolean.parseBoolean(session.conf().get(FEW, "false"));
  }
}
