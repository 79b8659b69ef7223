package io.supportlake.platform;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
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
          Map.entry("spark.ui.showConsoleProgress", "false"));

  /** For one machine: small steps, no web pages. */
  private static final Map<String, String> LOCAL =
      Map.of(
          "spark.ui.enabled", "false",
          "spark.sql.shuffle.partitions", "2",
          "spark.default.parallelism", "2",
          "spark.databricks.delta.snapshotPartitions", "1",
          "spark.driver.host", "127.0.0.1",
          "spark.driver.bindAddress", "127.0.0.1",
          "spark.sql.adaptive.enabled", "false",
          // Every live broadcast table holds a page: 64 MB by default, zeroed and collected for
          // each
          // of the many small tables.
          "spark.buffer.pageSize", "2m");

  private static final Map<String, String> INTERPRETED =
      Map.of(
          "spark.sql.codegen.wholeStage", "false",
          "spark.sql.codegen.factoryMode", "NO_CODEGEN");

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
   * Does the work with Spark's expressions evaluated as they are: for a few thousand rows in many
   * small queries, generating and compiling code takes several times as long as the rows do.
   */
  static <T> T withoutCodeGeneration(SparkSession spark, Supplier<T> work) {
    Map<String, String> before = new HashMap<>();
    INTERPRETED.forEach((key, value) -> {
      before.put(key, spark.conf().get(key));
      spark.conf().set(key, value);
    });
    try {
      return work.get();
    } finally {
      before.forEach((key, value) -> spark.conf().set(key, value));
    }
  }
}
