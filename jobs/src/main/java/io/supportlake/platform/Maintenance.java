package io.supportlake.platform;

import io.supportlake.Settings;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.function.Supplier;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;

/** Retention, then compaction and VACUUM of every table, under the writer's lock. */
public final class Maintenance {
  private static final int LEAST_HOURS = 168;

  private final SparkSession spark;
  private final Lake lake;
  private final Contracts contracts;
  private final RunConfig config;
  private final Settings settings;
  private final Path conf;
  private final Progress progress;
  private final Supplier<Instant> now;

  /** Of a lake. */
  public Maintenance(
      SparkSession spark,
      Lake lake,
      Contracts contracts,
      RunConfig config,
      Settings settings,
      Path conf,
      Progress progress) {
    this(spark, lake, contracts, config, settings, conf, progress, Instant::now);
  }

  Maintenance(
      SparkSession spark,
      Lake lake,
      Contracts contracts,
      RunConfig config,
      Settings settings,
      Path conf,
      Progress progress,
      Supplier<Instant> now) {
    this.spark = spark;
    this.lake = lake;
    this.contracts = contracts;
    this.config = config;
    this.settings = settings;
    this.conf = conf;
    this.progress = progress;
    this.now = now;
  }

  /**
   * Removes what is past its retention, joins small files or cuts them anew, then removes files
   * that no version of the last hours names.
   *
   * @param keepHours hours that replaced files are kept; the last finished set must stay readable
   *     while a new run is under way, so less than a week is refused
   * @param asOf day that retention counts back from; null = the last arrival date of the last
   *     finished run, so that a lake that is no longer fed keeps what it has
   * @param isDryRun whether it is only said what retention would remove
   */
  public void run(int keepHours, @Nullable LocalDate asOf, boolean isDryRun) {
    if (keepHours < LEAST_HOURS) {
      throw new UsageException(
          "--keep-hours is %d, but replaced files are kept for at least %d hours, so that queries and the last finished set stay readable. Choose more."
              .formatted(keepHours, LEAST_HOURS));
    }
    try (LakeLock _ = LakeLock.take(config.lake().root())) {
      LakeKey.refuseAnother(lake, settings.key());
      FinishedSet.refuseUnfinishedRun(lake);
      ErasureLedger.refuseUnfinished(lake);
      LocalDate day = asOf == null ? FinishedSet.of(lake).to() : asOf;
      if (!isDryRun) {
        Decisions.forget(lake);
      }
      if (day != null) {
        retain(day, isDryRun);
      }
      if (!isDryRun) {
        try {
          compact(keepHours);
        } finally {
          // A run that begins with older versions would take what was joined for written anew.
          FinishedSet.nameNewest(spark, lake, config.hash(), now.get());
        }
      }
    }
  }

  private void retain(LocalDate day, boolean isDryRun) {
    long started = System.nanoTime();
    Retention retention =
        new Retention(
            spark, lake, contracts, config, settings, SourceMapping.load(conf, config.sources()));
    List<Retention.Removed> removed =
        isDryRun ? retention.planned(day) : retention.enforce(day, now.get());
    for (Retention.Removed r : removed) {
      progress.step(
          "  %-28s before %s: %,d bronze rows, %,d quarantined, %,d files %s; %,d bronze rows %s",
          r.source(),
          r.keptFrom(),
          r.bronzeRows(),
          r.quarantineRows(),
          r.files(),
          isDryRun ? "would go" : "removed",
          r.pseudonymizedRows(),
          isDryRun ? "would be pseudonymized" : "pseudonymized");
    }
    // Where nothing is counted, rows of a call that was cut off may have gone.
    if (!isDryRun) {
      FinishedSet.nameNewest(spark, lake, config.hash(), now.get());
    }
    progress.step(
        "retention as of %s: %d sources, %.1f s",
        day, removed.size(), (System.nanoTime() - started) / 1e9);
  }

  private void compact(int keepHours) {
    for (Contract contract : contracts.all()) {
      if (!contract.layer().equals("raw") && lake.exists(contract.name())) {
        lake.compact(contract.name());
        lake.vacuum(contract.name(), keepHours);
        progress.step("  %-28s compacted and vacuumed", contract.name());
      }
    }
    lake.sweep();
  }
}
