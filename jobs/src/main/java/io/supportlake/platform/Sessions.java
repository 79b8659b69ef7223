package io.supportlake.platform;

import java.util.HashMap;
import java.util.Map;
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
          Map.entry("spark.ui.showConsoleProgress", "false"));

  /** For one machine: small steps, no web pages. */
  private static final Map<String, String> LOCAL =
      Map.of(
          "spark.ui.enabled", "false",
          "spark.sql.shuffle.partitions", "2",
          "spark.default.parallelism", "2",
          "spark.databricks.delta.snapshotPartitions", "2",
          "spark.driver.host", "127.0.0.1",
          "spark.driver.bindAddress", "127.0.0.1",
          "spark.sql.adaptive.enabled", "false",
          // Every live broadcast table holds a page: 64 MB by default, zeroed and collected for
          // each
          // of the many small tables.
          "spark.buffer.pageSize", "2m");

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
}
