package io.supportlake.platform;

import static org.apache.spark.sql.functions.array_contains;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.row_number;

import io.delta.tables.DeltaTable;
import io.supportlake.KeptHistory;
import io.supportlake.Settings;
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
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.expressions.Window;

/**
 * Removes what the contracts' {@code retentionDays} no longer allow to be kept, counted from the
 * arrival: landed files, bronze and quarantine rows; and outputs by the configuration. Silver
 * stays: it is the root for rebuilding. Bronze of a {@link KeptHistory} (accounts, users, agents,
 * consents, articles, surveys) stays too, or the next change would cut the history short, but
 * without what names people.
 */
final class Retention {
  /** Why a record is refused whose earlier delivery may have been removed. */
  static final String REASON = "retention";

  static final String LEDGER = "ops.retention_ledger";

  /** Of raw contracts: which record keeps its personal data while it is its unit's newest. */
  private static final String KEPT_WHILE_CURRENT = "keptWhileCurrent";

  private static final String QUARANTINE = "ops.quarantine";

  private static final String OUTPUTS = "out";

  /** Days that a record's event may lie after its arrival; see {@link Ingest}. */
  private static final int DAYS_AHEAD = 2;

  private final SparkSession spark;
  private final Lake lake;
  private final Contracts contracts;
  private final RunConfig config;
  private final Settings settings;
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
      Settings settings,
      Map<String, SourceMapping> mappings) {
    this.spark = spark;
    this.lake = lake;
    this.contracts = contracts;
    this.config = config;
    this.settings = settings;
    this.mappings = Map.copyOf(mappings);
  }

  /**
   * What goes, or went, of a source or of the outputs.
   *
   * @param source a source, a mapping's folder, or {@code out}
   * @param keptFrom first arrival day that stays; for outputs the first day or month
   * @param bronzeRows rows of bronze
   * @param pseudonymizedRows rows of bronze that stay without what names people
   * @param quarantineRows rows of ops.quarantine
   * @param files landed files, or files of outputs
   */
  record Removed(
      String source,
      LocalDate keptFrom,
      long bronzeRows,
      long pseudonymizedRows,
      long quarantineRows,
      long files) {
    boolean isNothing() {
      return bronzeRows + pseudonymizedRows + quarantineRows + files == 0;
    }
  }

  /** First day of events of which all records are left; empty = none of the source was removed. */
  static Optional<LocalDate> earliest(Lake lake, Contract raw) {
    return lake.exists(LEDGER)
        ? keptFrom(lake, raw, "bronze_rows").map(left -> left.plusDays(DAYS_AHEAD))
        : Optional.empty();
  }

  /**
   * What would go, counted back from a day; without sources of which nothing does.
   *
   * <p>Rows that an earlier call noted, but was cut off before it had removed them, go without
   * being counted again; rows that lose what names people are counted until they have.
   */
  List<Removed> planned(LocalDate asOf) {
    return planned(asOf, pseudonymous(asOf));
  }

  private List<Removed> planned(LocalDate asOf, Map<String, Difference> pseudonymous) {
    List<Removed> all = new ArrayList<>();
    for (Contract raw : contracts.layer("raw")) {
      LocalDate keptFrom = asOf.minusDays(days(raw));
      Difference difference = pseudonymous.get(bronze(raw));
      all.add(
          new Removed(
              raw.shortName(),
              keptFrom,
              isHistory(raw) ? 0 : rows(bronze(raw), raw, "bronze_rows", keptFrom),
              difference == null ? 0 : difference.builtCount(),
              rows(QUARANTINE, raw, "quarantine_rows", keptFrom),
              landed(raw.shortName(), keptFrom).size()));
    }
    for (SourceMapping mapping : mappings.values()) {
      LocalDate keptFrom = asOf.minusDays(days(mapping));
      int files = landed(mapping.folder(), keptFrom).size();
      all.add(new Removed(mapping.folder(), keptFrom, 0, 0, 0, files));
    }
    LocalDate outputsFrom = asOf.minusDays(config.retention().outputDays());
    long files =
        outputs(outputsFrom).stream()
            .flatMap(folder -> tree(folder).stream())
            .filter(Files::isRegularFile)
            .count();
    all.add(new Removed(OUTPUTS, outputsFrom, 0, 0, 0, files));
    return all.stream().filter(r -> !r.isNothing()).toList();
  }

  /**
   * Notes what goes, then removes it: rows that went without a note would be missing from the
   * accounts.
   *
   * @return as {@link #planned} said before
   */
  List<Removed> enforce(LocalDate asOf, Instant now) {
    Map<String, Difference> pseudonymous = pseudonymous(asOf);
    List<Removed> going = planned(asOf, pseudonymous);
    note(going, asOf, now);
    pseudonymous.forEach(lake::merge);
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
                    r.files(),
                    r.pseudonymizedRows()))
            .toList();
    lake.evolve(LEDGER);
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

  private boolean isHistory(Contract raw) {
    return !readers(raw).isEmpty();
  }

  /** Tables that read records of the source again when they were read before. */
  private List<Contract> readers(Contract raw) {
    return contracts.layer("silver").stream()
        .filter(c ->
            c.inputs().stream()
                .anyMatch(i ->
                    i.table().equals(bronze(raw)) && !List.of("new", "signed").contains(i.read())))
        .toList();
  }

  /** By bronze table of the histories there are. */
  private Map<String, Difference> pseudonymous(LocalDate asOf) {
    Map<String, Difference> differences = new TreeMap<>();
    for (Contract raw : contracts.layer("raw")) {
      if (isHistory(raw) && lake.exists(bronze(raw))) {
        differences.put(bronze(raw), pseudonymous(raw, asOf.minusDays(days(raw))));
      }
    }
    return differences;
  }

  /** Old records of a history whose personal data go, as they stand and as they are to be. */
  private Difference pseudonymous(Contract raw, LocalDate keptFrom) {
    Column isKept =
        raw.optionalProperty(KEPT_WHILE_CURRENT) instanceof String condition
            ? isNewest(raw).and(coalesce(expr(condition), lit(false)))
            : lit(false);
    Dataset<Row> stood =
        lake.readWithFiles(bronze(raw), lake.version(bronze(raw)))
            .withColumn("is_kept", isKept)
            .where(not(col("is_kept")).and(expr(old(bronze(raw), raw, keptFrom))))
            .drop("is_kept");
    Dataset<Row> built = stood.withColumn("unknown_columns", lit(null).cast("string"));
    for (Contract reader : readers(raw)) {
      built = ((KeptHistory) Tables.of(reader)).pseudonymous(built, settings);
    }
    return Difference.of(lake.contract(bronze(raw)), built, stood);
  }

  /** Whether a record is the one that counts now of its unit. */
  private Column isNewest(Contract raw) {
    return row_number()
        .over(
            Window.partitionBy(Lake.columns(readers(raw).getFirst().unit()))
                .orderBy(
                    col(String.valueOf(raw.property("eventTime"))).desc(),
                    col("record_id").desc(),
                    col("record_version").desc()))
        .equalTo(1);
  }

  private static String old(String table, Contract raw, LocalDate keptFrom) {
    String arrived = "arrival_date < DATE'" + keptFrom + "'";
    return table.equals(QUARANTINE)
        ? "source = '%s' AND %s".formatted(raw.shortName(), arrived)
        : arrived;
  }

  /** Old rows that the ledger does not have yet. */
  private long rows(String table, Contract raw, String noted, LocalDate keptFrom) {
    if (!lake.exists(table)) {
      return 0;
    }
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
    if (lake.exists(table) && !lake.read(table).where(condition).isEmpty()) {
      DeltaTable.forPath(spark, lake.path(table)).delete(condition);
    }
  }

  /** Old files; the manifest keeps their rows, so that nobody waits for them or takes them anew. */
  private List<String> landed(String folder, LocalDate keptFrom) {
    Set<String> there = new HashSet<>();
    landing().list(folder).forEach(f -> there.add(f.path()));
    if (there.isEmpty()) {
      return List.of();
    }
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
