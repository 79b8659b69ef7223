package io.supportlake.platform;

import io.delta.tables.DeltaTable;
import org.apache.spark.sql.SparkSession;

/** OPTIMIZE and VACUUM of every table, under the writer's lock. */
public final class Maintenance {
  private static final int LEAST_HOURS = 168;

  private final SparkSession spark;
  private final Lake lake;
  private final Contracts contracts;
  private final RunConfig config;
  private final Progress progress;

  /** Of a lake. */
  public Maintenance(
      SparkSession spark, Lake lake, Contracts contracts, RunConfig config, Progress progress) {
    this.spark = spark;
    this.lake = lake;
    this.contracts = contracts;
    this.config = config;
    this.progress = progress;
  }

  /**
   * Joins small files, then removes files that no version of the last hours names.
   *
   * @param keepHours hours that replaced files are kept; the last finished set must stay readable
   *     while a new run is under way, so less than a week is refused
   */
  public void run(int keepHours) {
    if (keepHours < LEAST_HOURS) {
      throw new UsageException(
          "--keep-hours is %d, but replaced files are kept for at least %d hours, so that queries and the last finished set stay readable. Choose more."
              .formatted(keepHours, LEAST_HOURS));
    }
    try (LakeLock _ = LakeLock.take(config.lake().root())) {
      for (Contract contract : contracts.all()) {
        if (!contract.layer().equals("raw") && lake.exists(contract.name())) {
          DeltaTable table = DeltaTable.forPath(spark, lake.path(contract.name()));
          var _ = table.optimize().executeCompaction();
          var _ = table.vacuum(keepHours);
          progress.step("  %-28s optimized and vacuumed", contract.name());
        }
      }
    }
  }
}
