package io.supportlake.platform;

import static org.apache.spark.sql.functions.array_append;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.when;

import io.delta.tables.DeltaTable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Date;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;

/**
 * Removes what the contracts' {@code retentionDays} no longer allow to be kept, counted from the
 * arrival: landed files, bronze and quarantine rows; and outputs by the configuration. Silver
 * stays: it is the root for rebuilding. Bronze of a source whose silver table is built anew from
 * all of a unit's records (histories of accounts, users, agents, consents, articles, surveys) stays
 * too, or the next change would cut the history short.
 */
final class Retention {
  /** Why a record is refused whose earlier delivery may have been removed. */
  static final String REASON = "retention";

  static final String LEDGER = "ops.retention_ledger";

  /** Days that a record's event may lie after its arrival; see {@link Ingest}. */
  private static final int DAYS_AHEAD = 2;

  private final SparkSession spark;
  private final Lake lake;
  private final Contracts contracts;
  private final RunConfig config;
  private final Map<String, SourceMapping> mappings;

  /**
   * Of a lake.
   *
   * @param mappings vendor mappings in use, by folder
   */
  Retention(
      SparkSession spark,
      Lake lake,
      Contracts contracts,
      RunConfig config,
      Map<String, SourceMapping> mappings) {
    this.spark = spark;
    this.lake = lake;
    this.contracts = contracts;
    this.config = config;
    this.mappings = Map.copyOf(mappings);
  }

  /**
   * What goes, or went, of a source or of the outputs.
   *
   * @param source a source, a mapping's folder, or {@code out}
   * @param keptFrom first arrival day that stays; for outputs the first day or month
   * @param bronzeRows rows of bronze
   * @param quarantineRows rows of ops.quarantine
   * @param files landed files, or files of outputs
   */
  record Removed(
      String source, LocalDate keptFrom, long bronzeRows, long quarantineRows, long files) {
    boolean isNothing() {
      return bronzeRows + quarantineRows + files == 0;
    }
  }

  /** Records whose event lies before what retention has left of the source are refused. */
  static Dataset<Row> refusing(Lake lake, Contract raw, Dataset<Row> typed) {
    if (!lake.exists(LEDGER)) {
      return typed;
    }
    Row newest =
        lake.read(LEDGER)
            .where(col("source").equalTo(raw.shortName()).and(col("bronze_rows").gt(0)))
            .agg(max("kept_from"))
            .first();
    if (newest.isNullAt(0)) {
      return typed;
    }
    LocalDate first = newest.getDate(0).toLocalDate().plusDays(DAYS_AHEAD);
    return typed.withColumn(
        "reasons",
        when(
                coalesce(col("event_date").lt(lit(Date.valueOf(first))), lit(false)),
                array_append(col("reasons"), lit(REASON)))
            .otherwise(col("reasons")));
  }

  /**
   * Removes, or only counts.
   *
   * @param asOf the day that ages are counted to
   * @param isDryRun whether nothing is removed
   * @return what goes, without sources of which nothing does
   */
  List<Removed> enforce(LocalDate asOf, boolean isDryRun, Instant now) {
    List<Removed> all = new ArrayList<>();
    for (Contract raw : contracts.layer("raw")) {
      all.add(ofSource(raw, asOf.minusDays(days(raw)), isDryRun));
    }
    for (SourceMapping mapping : mappings.values()) {
      // A vendor's file holds records of several sources: the one kept longest decides.
      int longest =
          contracts.layer("raw").stream()
              .filter(raw -> mapping.gives(raw.shortName()))
              .mapToInt(Retention::days)
              .max()
              .orElseThrow();
      LocalDate keptFrom = asOf.minusDays(longest);
      all.add(
          new Removed(
              mapping.folder(), keptFrom, 0, 0, landed(mapping.folder(), keptFrom, isDryRun)));
    }
    LocalDate outputsFrom = asOf.minusDays(config.retention().outputDays());
    all.add(new Removed("out", outputsFrom, 0, 0, outputs(outputsFrom, isDryRun)));
    List<Removed> removed = all.stream().filter(r -> !r.isNothing()).toList();
    if (!isDryRun && !removed.isEmpty()) {
      List<Row> rows =
          removed.stream()
              .map(r ->
                  RowFactory.create(
                      Timestamp.from(now),
                      r.source(),
                      Date.valueOf(asOf),
                      Date.valueOf(r.keptFrom()),
                      r.bronzeRows(),
                      r.quarantineRows(),
                      r.files()))
              .toList();
      lake.append(
          LEDGER,
          spark.createDataFrame(rows, contracts.of(LEDGER).schema()),
          rows.size(),
          lake.version(LEDGER) + 1);
    }
    return removed;
  }

  private Removed ofSource(Contract raw, LocalDate keptFrom, boolean isDryRun) {
    String bronze = "bronze." + raw.shortName();
    String old = "arrival_date < DATE'" + keptFrom + "'";
    long rows = isHistory(bronze) ? 0 : delete(bronze, old, isDryRun);
    long refused =
        delete("ops.quarantine", "source = '%s' AND %s".formatted(raw.shortName(), old), isDryRun);
    return new Removed(
        raw.shortName(), keptFrom, rows, refused, landed(raw.shortName(), keptFrom, isDryRun));
  }

  private static int days(Contract raw) {
    return ((Number) raw.property("retentionDays")).intValue();
  }

  /** Whether a silver table reads all of a unit's records again when one more comes. */
  private boolean isHistory(String bronze) {
    return contracts.layer("silver").stream()
        .flatMap(c -> c.inputs().stream())
        .anyMatch(i -> i.table().equals(bronze) && !List.of("new", "signed").contains(i.read()));
  }

  private long delete(String table, String condition, boolean isDryRun) {
    long rows = lake.read(table).where(condition).count();
    if (rows > 0 && !isDryRun) {
      DeltaTable.forPath(spark, lake.path(table)).delete(condition);
    }
    return rows;
  }

  /** The manifest keeps the files' rows, so that nobody waits for them or takes them for new. */
  private long landed(String folder, LocalDate keptFrom, boolean isDryRun) {
    Landing landing = new Landing(config.landing(), spark.sparkContext().hadoopConfiguration());
    java.util.Set<String> there = new java.util.HashSet<>();
    landing.list(folder).forEach(f -> there.add(f.path()));
    List<String> old =
        lake
            .read("ops.landing_file")
            .where(
                col("source")
                    .equalTo(folder)
                    .and(col("arrival_date").lt(lit(Date.valueOf(keptFrom)))))
            .select("path")
            .collectAsList()
            .stream()
            .map(r -> r.getString(0))
            .filter(there::contains)
            .toList();
    if (!isDryRun) {
      old.forEach(path -> {
        var _ = landing.delete(path);
      });
    }
    return old.size();
  }

  private long outputs(LocalDate keptFrom, boolean isDryRun) {
    long files = 0;
    for (String kind : List.of("outreach", "report")) {
      Path folder = Path.of(config.lake().out(), kind);
      if (Files.isDirectory(folder)) {
        for (Path dated : listed(folder)) {
          boolean isOld = lastDay(dated).filter(d -> d.isBefore(keptFrom)).isPresent();
          files += isOld ? remove(dated, isDryRun) : 0;
        }
      }
    }
    return files;
  }

  private static List<Path> listed(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot list the outputs in " + folder, e);
    }
  }

  /** The day, or the last day of the month, that a folder of outputs is named after. */
  private static Optional<LocalDate> lastDay(Path folder) {
    String name = String.valueOf(folder.getFileName());
    try {
      return Optional.of(
          name.length() == 7 ? YearMonth.parse(name).atEndOfMonth() : LocalDate.parse(name));
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
  }

  private static long remove(Path folder, boolean isDryRun) {
    try (Stream<Path> all = Files.walk(folder)) {
      List<Path> deepestFirst = all.sorted(Comparator.reverseOrder()).toList();
      long files = deepestFirst.stream().filter(Files::isRegularFile).count();
      if (!isDryRun) {
        for (Path path : deepestFirst) {
          Files.delete(path);
        }
      }
      return files;
    } catch (IOException e) {
      throw new UncheckedIOException(
          "cannot remove the outputs in %s: make the folder writable, then start again"
              .formatted(folder),
          e);
    }
  }
}
