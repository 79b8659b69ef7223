package io.supportlake.platform;

import static org.apache.spark.sql.functions.array_append;
import static org.apache.spark.sql.functions.array_contains;
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
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
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

  private static final String QUARANTINE = "ops.quarantine";

  private static final String OUTPUTS = "out";

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
    LocalDate left = keptFrom(lake, raw, "bronze_rows").orElse(null);
    if (left == null) {
      return typed;
    }
    LocalDate first = left.plusDays(DAYS_AHEAD);
    return typed.withColumn(
        "reasons",
        when(
                coalesce(col("event_date").lt(lit(Date.valueOf(first))), lit(false)),
                array_append(col("reasons"), lit(REASON)))
            .otherwise(col("reasons")));
  }

  /**
   * What would go, counted back from a day; without sources of which nothing does.
   *
   * <p>Rows that an earlier call noted, but was cut off before it had removed them, go without
   * being counted again.
   */
  List<Removed> planned(LocalDate asOf) {
    List<Removed> all = new ArrayList<>();
    for (Contract raw : contracts.layer("raw")) {
      LocalDate keptFrom = asOf.minusDays(days(raw));
      all.add(
          new Removed(
              raw.shortName(),
              keptFrom,
              isHistory(raw) ? 0 : rows(bronze(raw), raw, "bronze_rows", keptFrom),
              rows(QUARANTINE, raw, "quarantine_rows", keptFrom),
              landed(raw.shortName(), keptFrom).size()));
    }
    for (SourceMapping mapping : mappings.values()) {
      LocalDate keptFrom = asOf.minusDays(days(mapping));
      int files = landed(mapping.folder(), keptFrom).size();
      all.add(new Removed(mapping.folder(), keptFrom, 0, 0, files));
    }
    LocalDate outputsFrom = asOf.minusDays(config.retention().outputDays());
    long files =
        outputs(outputsFrom).stream()
            .flatMap(folder -> tree(folder).stream())
            .filter(Files::isRegularFile)
            .count();
    all.add(new Removed(OUTPUTS, outputsFrom, 0, 0, files));
    return all.stream().filter(r -> !r.isNothing()).toList();
  }

  /**
   * Notes what goes, then removes it: rows that went without a note would be missing from the
   * accounts.
   *
   * @return as {@link #planned} said before
   */
  List<Removed> enforce(LocalDate asOf, Instant now) {
    List<Removed> going = planned(asOf);
    note(going, asOf, now);
    remove(asOf);
    return going;
  }

  /** Adds to the ledger. */
  void note(List<Removed> going, LocalDate asOf, Instant now) {
    if (going.isEmpty()) {
      return;
    }
    List<Row> rows =
        going.stream()
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

  private void remove(LocalDate asOf) {
    for (Contract raw : contracts.layer("raw")) {
      LocalDate keptFrom = asOf.minusDays(days(raw));
      if (!isHistory(raw)) {
        delete(bronze(raw), old(bronze(raw), raw, keptFrom));
      }
      delete(QUARANTINE, old(QUARANTINE, raw, keptFrom));
      removeLanded(landed(raw.shortName(), keptFrom));
    }
    for (SourceMapping mapping : mappings.values()) {
      removeLanded(landed(mapping.folder(), asOf.minusDays(days(mapping))));
    }
    outputs(asOf.minusDays(config.retention().outputDays())).forEach(Retention::removeTree);
  }

  private static String bronze(Contract raw) {
    return "bronze." + raw.shortName();
  }

  private static int days(Contract raw) {
    return ((Number) raw.property("retentionDays")).intValue();
  }

  /** A vendor's file holds records of several sources: the one kept longest decides. */
  private int days(SourceMapping mapping) {
    return contracts.layer("raw").stream()
        .filter(raw -> mapping.gives(raw.shortName()))
        .mapToInt(Retention::days)
        .max()
        .orElseThrow();
  }

  /** Whether a silver table reads all of a unit's records again when one more comes. */
  private boolean isHistory(Contract raw) {
    return contracts.layer("silver").stream()
        .flatMap(c -> c.inputs().stream())
        .anyMatch(
            i -> i.table().equals(bronze(raw)) && !List.of("new", "signed").contains(i.read()));
  }

  private static String old(String table, Contract raw, LocalDate keptFrom) {
    String arrived = "arrival_date < DATE'" + keptFrom + "'";
    return table.equals(QUARANTINE)
        ? "source = '%s' AND %s".formatted(raw.shortName(), arrived)
        : arrived;
  }

  /** Old rows that the ledger does not have yet. */
  private long rows(String table, Contract raw, String noted, LocalDate keptFrom) {
    Dataset<Row> old = lake.read(table).where(old(table, raw, keptFrom));
    LocalDate earlier = keptFrom(lake, raw, noted).orElse(null);
    if (earlier == null) {
      return old.count();
    }
    Column isLater = col("arrival_date").geq(lit(Date.valueOf(earlier)));
    // What was refused for being as old as that came after the note.
    return old.where(
            table.equals(QUARANTINE) ? isLater.or(array_contains(col("reasons"), REASON)) : isLater)
        .count();
  }

  /** First arrival day that the ledger's newest removal of such rows left, if there was one. */
  private static Optional<LocalDate> keptFrom(Lake lake, Contract raw, String noted) {
    Row newest =
        lake.read(LEDGER)
            .where(col("source").equalTo(raw.shortName()).and(col(noted).gt(0)))
            .agg(max("kept_from"))
            .first();
    return newest.isNullAt(0) ? Optional.empty() : Optional.of(newest.getDate(0).toLocalDate());
  }

  private void delete(String table, String condition) {
    if (!lake.read(table).where(condition).isEmpty()) {
      DeltaTable.forPath(spark, lake.path(table)).delete(condition);
    }
  }

  /** Old files; the manifest keeps their rows, so that nobody waits for them or takes them anew. */
  private List<String> landed(String folder, LocalDate keptFrom) {
    Set<String> there = new HashSet<>();
    landing().list(folder).forEach(f -> there.add(f.path()));
    return lake
        .read("ops.landing_file")
        .where(
            col("source").equalTo(folder).and(col("arrival_date").lt(lit(Date.valueOf(keptFrom)))))
        .select("path")
        .collectAsList()
        .stream()
        .map(r -> r.getString(0))
        .filter(there::contains)
        .toList();
  }

  private void removeLanded(List<String> paths) {
    Landing landing = landing();
    paths.forEach(path -> {
      var _ = landing.delete(path);
    });
  }

  private Landing landing() {
    return new Landing(config.landing(), spark.sparkContext().hadoopConfiguration());
  }

  /** Folders of lists and reports of days or months before one. */
  private List<Path> outputs(LocalDate keptFrom) {
    return Stream.of("outreach", "report")
        .map(kind -> Path.of(config.lake().out(), kind))
        .filter(Files::isDirectory)
        .flatMap(folder -> listed(folder).stream())
        .filter(dated -> lastDay(dated).filter(d -> d.isBefore(keptFrom)).isPresent())
        .toList();
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

  /** A folder's files and folders, deepest first. */
  private static List<Path> tree(Path folder) {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.sorted(Comparator.reverseOrder()).toList();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot list the outputs in " + folder, e);
    }
  }

  private static void removeTree(Path folder) {
    try {
      for (Path path : tree(folder)) {
        Files.delete(path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(
          "cannot remove the outputs in %s: make the folder writable, then start again"
              .formatted(folder),
          e);
    }
  }
}
