package io.supportlake.platform;

import static org.apache.spark.sql.functions.broadcast;
import static org.apache.spark.sql.functions.col;

import io.delta.tables.DeltaTable;
import io.supportlake.platform.Contract.Kind;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.DataFrameWriter;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.delta.DeltaLog;
import org.apache.spark.sql.delta.Snapshot;
import org.apache.spark.sql.delta.VersionChecksum;
import org.apache.spark.sql.delta.actions.AddFile;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.DecimalType;
import org.apache.spark.sql.types.IntegerType;
import org.apache.spark.sql.types.LongType;
import org.apache.spark.sql.types.Metadata;
import org.apache.spark.sql.types.MetadataBuilder;
import org.apache.spark.sql.types.NumericType;
import org.apache.spark.sql.types.StructField;
import org.jspecify.annotations.Nullable;
import scala.Console;
import scala.Option;
import scala.collection.immutable.Seq;
import scala.jdk.javaapi.CollectionConverters;

/** The Delta tables of one installation: the only place that reads and writes them. */
public final class Lake {
  /** Rows below which one task writes a commit. */
  static final long ONE_TASK = 200_000;

  /** As many as Delta lists beside a version. */
  private static final int MOST_LISTED = 50;

  /** Rows of a few values that every task may hold. */
  private static final long MOST_BROADCAST = 200_000;

  /** Layers whose tables the runs name. */
  private static final Set<String> RECORDS = Set.of("bronze", "silver", "gold");

  /** Kinds of tables of which rows are replaced. */
  private static final Set<Kind> REWRITTEN = Set.of(Kind.LIFECYCLE, Kind.DAILY, Kind.SNAPSHOT);

  /** Whole numbers, from narrow to wide. */
  private static final List<DataType> INTEGERS = List.of(DataTypes.IntegerType, DataTypes.LongType);

  private static final String KEEP_PROPERTY = "delta.deletedFileRetentionDuration";

  /** Delta's own default of the property. */
  private static final int DELTA_KEEP_HOURS = 168;

  private final SparkSession spark;
  private final RunConfig.Locations locations;
  private final Contracts contracts;
  private final Map<String, Boolean> known = new ConcurrentHashMap<>();

  /** The lake at the locations. */
  public Lake(SparkSession spark, RunConfig.Locations locations, Contracts contracts) {
    this.spark = spark;
    this.locations = locations;
    this.contracts = contracts;
  }

  /** Where a table lies: bronze and quarantine in the restricted location, all else in the root. */
  public String path(String table) {
    Contract contract = contracts.of(table);
    boolean restricted = contract.layer().equals("bronze") || table.equals("ops.quarantine");
    return (restricted ? locations.restricted() : locations.root())
        + "/"
        + contract.layer()
        + "/"
        + contract.shortName();
  }

  /** The location of what may hold personal data as it came. */
  String restricted() {
    return locations.restricted();
  }

  /** How its file system is reached. */
  Configuration hadoop() {
    return spark.sparkContext().hadoopConfiguration();
  }

  /** The contracts of a layer. */
  List<Contract> contracts(String layer) {
    return contracts.layer(layer);
  }

  /** The contract of a table. */
  Contract contract(String table) {
    return contracts.of(table);
  }

  /** Whether the table has ever been written. */
  public boolean exists(String table) {
    // Delta's own question is answered from what the process saw of the log before, also where that
    // was a folder without a commit.
    return known.computeIfAbsent(table, t -> newest(log(t)).version() >= 0 ? true : null) != null;
  }

  /** The newest rows; none where the table was never written. */
  public Dataset<Row> read(String table) {
    if (!exists(table)) {
      return empty(table);
    }
    DeltaLog log = log(table);
    return read(table, log, newest(log));
  }

  /** The rows of a version. */
  public Dataset<Row> read(String table, long version) {
    DeltaLog log = log(table);
    Snapshot newest = newest(log);
    return read(
        table,
        log,
        newest.version() == version
            ? newest
            : log.getSnapshotAt(version, Option.empty(), Option.empty(), false));
  }

  /**
   * A table of few files is read by the list of them that Delta writes beside each version: asking
   * the log anew for every reader is a Spark job each time, and a run has hundreds of readers.
   */
  private Dataset<Row> read(String table, DeltaLog log, Snapshot snapshot) {
    Option<Seq<AddFile>> files = ListedFiles.of(snapshot);
    return files.isDefined()
        ? ListedFiles.rows(spark, log, snapshot, files.get())
        : spark.read().format("delta").option("versionAsOf", snapshot.version()).load(path(table));
  }

  private DeltaLog log(String table) {
    return DeltaLog.forTable(spark, path(table));
  }

  private static Snapshot newest(DeltaLog log) {
    return log.update(false, Option.empty(), Option.empty());
  }

  /** No rows, with the contract's columns. */
  public Dataset<Row> empty(String table) {
    return spark.createDataFrame(new ArrayList<Row>(), contracts.of(table).schema());
  }

  /** The newest version's number, or -1 where the table was never written. */
  public long version(String table) {
    if (!exists(table)) {
      return -1;
    }
    return newest(log(table)).version();
  }

  /** Whether deletions may be soft in the table; those that this project makes have none. */
  boolean hasDeletionVectors(String table) {
    return newest(log(table))
        .metadata()
        .configuration()
        .get("delta.enableDeletionVectors")
        .contains("true");
  }

  /** Bytes of the newest rows' files; 0 where the table was never written. */
  long bytes(String table) {
    if (!exists(table)) {
      return 0;
    }
    Snapshot snapshot = newest(log(table));
    Option<VersionChecksum> known = snapshot.checksumOpt();
    return known.isDefined() ? known.get().tableSizeBytes() : snapshot.sizeInBytes();
  }

  /** {@link #bytes} of the table that has most. */
  long mostBytes() {
    return contracts.all().stream()
        .filter(c -> !c.layer().equals("raw"))
        .mapToLong(c -> bytes(c.name()))
        .max()
        .orElse(0);
  }

  /**
   * Removes files that no version of the last hours names; of a table that has only files of its
   * newest version it costs a listing.
   *
   * @param keepHours hours that replaced files are kept; 0 = none are
   */
  void vacuum(String table, int keepHours) {
    DeltaLog log = log(table);
    Option<VersionChecksum> newest = newest(log).checksumOpt();
    if (newest.isDefined() && filesOf(log) == newest.get().numFiles()) {
      return;
    }
    if (keepHours > 0) {
      keepReplacedFiles(table, keepHours);
    }
    DeltaTable delta = DeltaTable.forPath(spark, path(table));
    // Delta prints how many files it removed, past every logger.
    var _ =
        Console.withOut(
            OutputStream.nullOutputStream(),
            () -> keepHours == 0 ? delta.vacuum(0) : delta.vacuum());
  }

  /**
   * Removes what writes of records left that were cut off before there was a table. Of a table that
   * a run ever named nothing is removed: where its log is gone, its files are all that is left.
   */
  void sweep() {
    // About as many names as there are contracts.
    Set<String> written =
        read("ops.run")
            .where("delta_version is not null")
            .select("table_name")
            .distinct()
            .collectAsList()
            .stream()
            .map(r -> r.getString(0))
            .collect(Collectors.toSet());
    for (Contract contract : contracts.all()) {
      String table = contract.name();
      if (RECORDS.contains(contract.layer())
          && !written.isEmpty()
          && !written.contains(table)
          && !exists(table)) {
        sweep(table);
      }
    }
  }

  private void sweep(String table) {
    Path folder = new Path(path(table));
    try {
      var _ = folder.getFileSystem(hadoop()).delete(folder, true);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot delete " + folder, e);
    }
  }

  /** Delta heeds no hours but 0 of a vacuum's argument, only the table's property. */
  private void keepReplacedFiles(String table, int hours) {
    String wanted = "interval %d hours".formatted(hours);
    String stored =
        newest(log(table))
            .metadata()
            .configuration()
            .getOrElse(KEEP_PROPERTY, () -> "interval %d hours".formatted(DELTA_KEEP_HOURS));
    if (!stored.equals(wanted)) {
      var _ =
          spark.sql(
              "ALTER TABLE delta.`%s` SET TBLPROPERTIES ('%s' = '%s')"
                  .formatted(path(table), KEEP_PROPERTY, wanted));
    }
  }

  private long filesOf(DeltaLog log) {
    Path folder = log.dataPath();
    try {
      RemoteIterator<LocatedFileStatus> files =
          folder.getFileSystem(log.newDeltaHadoopConf()).listFiles(folder, true);
      long count = 0;
      while (files.hasNext()) {
        if (!files.next().getPath().toString().startsWith(log.logPath() + "/")) {
          count++;
        }
      }
      return count;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot list the table " + folder, e);
    }
  }

  /**
   * Appends once: a second append by the same run changes nothing. The run's number serves as
   * Delta's transaction version, which must rise: a lower one is skipped without a word.
   */
  public void append(String table, Dataset<Row> rows, long count, long runSequence) {
    DeltaLog log = log(table);
    if (!StagedAppend.isDone(newest(log), table, runSequence)) {
      try (StagedAppend staged = staged(table, prepared(table, rows, count), runSequence)) {
        var _ = append(table, staged);
      }
    }
  }

  /**
   * Rows in files of the table, one a partition, that no version names yet, for {@link
   * #append(String, StagedAppend)}.
   */
  StagedAppend stage(String table, Dataset<Row> rows, long runSequence) {
    return staged(table, prepared(table, rows, Long.MAX_VALUE), runSequence);
  }

  /** The same, by so many tasks at most, of a table without an order. */
  StagedAppend stage(String table, Dataset<Row> rows, int mostTasks, long runSequence) {
    if (!clusterBy(contracts.of(table)).isEmpty()) {
      throw new IllegalArgumentException(table + " has an order, which fewer tasks would break");
    }
    // Last, since generated code ends there: else each row would be copied twice.
    return staged(table, prepared(table, rows, Long.MAX_VALUE).coalesce(mostTasks), runSequence);
  }

  private StagedAppend staged(String table, Dataset<Row> prepared, long runSequence) {
    return new StagedAppend(log(table), prepared, properties(table), table, runSequence);
  }

  /**
   * Puts rows into the place of staged files.
   *
   * @param files named by {@link StagedAppend#FILE}
   */
  void replace(String table, StagedAppend staged, Set<String> files, Dataset<Row> rows) {
    staged.replace(files, prepared(table, rows.coalesce(files.size()), Long.MAX_VALUE));
  }

  /** Makes staged rows part of the table; whether the run had not appended before. */
  boolean append(String table, StagedAppend staged) {
    boolean isFirst = staged.append();
    known.put(table, true);
    return isFirst;
  }

  /** Whether the run has appended to the table. */
  boolean hasAppended(String table, long runSequence) {
    return exists(table) && StagedAppend.isDone(newest(log(table)), table, runSequence);
  }

  /**
   * Rows of the files that a table that is only appended to has got since a version; none where its
   * files were written anew since, so that nobody can tell.
   *
   * @param version -1 = before its first
   */
  Optional<Dataset<Row>> added(String table, long version) {
    DeltaLog log = log(table);
    Snapshot newest = newest(log);
    List<AddFile> files = ListedFiles.all(newest);
    Set<String> before =
        version < 0
            ? Set.of()
            : ListedFiles.all(log.getSnapshotAt(version, Option.empty(), Option.empty(), false))
                .stream()
                .map(AddFile::path)
                .collect(Collectors.toSet());
    List<AddFile> added = files.stream().filter(f -> !before.contains(f.path())).toList();
    return files.size() - added.size() < before.size()
        ? Optional.empty()
        : Optional.of(
            ListedFiles.rows(spark, log, newest, CollectionConverters.asScala(added).toSeq()));
  }

  /** Replaces all rows. */
  public void overwrite(String table, Dataset<Row> rows, long count) {
    writer(table, inRanges(contracts.of(table), rows, count, tasks(count)), count)
        .mode(SaveMode.Overwrite)
        .save(path(table));
    known.put(table, true);
  }

  /** Replaces, in one commit, the rows of days. All given rows are of these. */
  void replaceDays(String table, Dataset<Row> rows, long count, ReplacedDays days) {
    Rewrite.commit(
        rows.sparkSession(),
        log(table),
        new Rewrite.Replacement(
            days::mayLieIn,
            count,
            isOrdered(contracts.of(table)),
            touched ->
                rewritten(table, rows.unionByName(touched.rows().where(days.isKept())), touched)));
  }

  /**
   * Carries a difference out in one commit: new keys are inserted, rows that differ are replaced,
   * keys that are gone are deleted. No difference is no commit.
   */
  void merge(String table, Difference difference) {
    if (difference.isEmpty()) {
      return;
    }
    Dataset<Row> built = difference.built();
    Rewrite.commit(
        built.sparkSession(),
        log(table),
        new Rewrite.Replacement(
            file -> difference.files().contains(new Path(file.path()).getName()),
            difference.builtCount() - difference.replacedCount(),
            isOrdered(contracts.of(table)),
            touched -> {
              if (touched.files() < difference.files().size()) {
                throw new UsageException(
                    "%s was changed by another program while this one read it. The table is as the other left it. Whoever runs that program keeps it off the lake while runs write; then the same command completes what was begun."
                        .formatted(table));
              }
              return rewritten(
                  table, built.unionByName(difference.untouched(touched.rows())), touched);
            }));
  }

  /**
   * Joins small files. Where rows are replaced and the table has an order, its files are cut anew,
   * unless each has its own range of it: in one file, the next day's changes would write all rows.
   * Columns stay as they stand, whatever the contract says since; an order by one that the table
   * does not have yet is none.
   */
  void compact(String table) {
    Contract contract = contracts.of(table);
    DeltaLog log = log(table);
    if (!isOrdered(contract)
        || !List.of(newest(log).schema().fieldNames()).containsAll(clusterBy(contract))) {
      var _ = DeltaTable.forPath(spark, path(table)).optimize().executeCompaction();
    } else if (!Rewrite.isCut(newest(log), clusterBy(contract).getFirst())) {
      Rewrite.commit(
          Sessions.fitting(spark, bytes(table)),
          log,
          new Rewrite.Replacement(
              _ -> true,
              0,
              true,
              touched ->
                  arranged(
                      contract,
                      inRanges(contract, touched.rows(), touched.mostRows(), touched.ranges()),
                      touched.mostRows())));
    }
  }

  /**
   * Joins the files of a table that every run appends to, before there is one too many for Delta's
   * list: what reads all of the table reads a file's foot for each.
   */
  void joinFiles(String table) {
    if (exists(table) && ListedFiles.all(newest(log(table))).size() >= MOST_LISTED) {
      var _ = DeltaTable.forPath(spark, path(table)).optimize().executeCompaction();
    }
  }

  /** The rows of a version, each with the name of its file in {@link Difference#FILE}. */
  Dataset<Row> readWithFiles(String table, long version) {
    return read(table, version).withColumn(Difference.FILE, col("_metadata.file_name"));
  }

  /**
   * Brings a table's columns in line with its contract: columns that are new to it are added (null
   * in the rows there are), with statistics where the contract has the table read by them, and a
   * type that became wider is widened by writing the table anew, since Delta's own widening asks
   * for a newer reader.
   *
   * @throws UsageException when a column's type changed so that values could be lost
   */
  void evolve(String table) {
    if (!exists(table)) {
      return;
    }
    Contract contract = contracts.of(table);
    Map<String, DataType> stored =
        Arrays.stream(newest(log(table)).schema().fields())
            .collect(Collectors.toMap(StructField::name, StructField::dataType));
    boolean isChanged = false;
    for (Contract.Column column : contract.columns()) {
      DataType before = stored.getOrDefault(column.name(), column.type());
      if (sameType(before, column.type())) {
        continue;
      }
      isChanged = true;
      if (!isWider(before, column.type())) {
        throw new UsageException(
            "%s: the contract says that %s is %s, but the table holds %s, not all of whose values fit. Nothing was changed. The contract's owner gives it a type that holds both, or a new column."
                .formatted(table, column.name(), column.type().sql(), before.sql()));
      }
    }
    List<Contract.Column> added =
        contract.columns().stream().filter(c -> !stored.containsKey(c.name())).toList();
    if (!added.isEmpty()) {
      var _ =
          spark.sql(
              "ALTER TABLE delta.`%s` ADD COLUMNS (%s)"
                  .formatted(
                      path(table),
                      added.stream()
                          .map(c -> "`%s` %s".formatted(c.name(), c.type().sql()))
                          .collect(Collectors.joining(", "))));
      var _ =
          spark.sql(
              "ALTER TABLE delta.`%s` SET TBLPROPERTIES (%s)"
                  .formatted(
                      path(table),
                      statistics(contract).entrySet().stream()
                          .map(p -> "'%s' = '%s'".formatted(p.getKey(), p.getValue()))
                          .collect(Collectors.joining(", "))));
    }
    if (isChanged) {
      writer(table, read(table), Long.MAX_VALUE)
          .mode(SaveMode.Overwrite)
          .option("overwriteSchema", "true")
          .save(path(table));
    }
  }

  /** Whether two types are the same but for what may be null in them. */
  private static boolean sameType(DataType one, DataType other) {
    return one.catalogString().equals(other.catalogString());
  }

  /** Whether every value of a number's type is one of the other. */
  private static boolean isWider(DataType from, DataType to) {
    DecimalType digits = digits(from);
    if (from.equals(DataTypes.FloatType)) {
      return to.equals(DataTypes.DoubleType);
    }
    return digits != null
        && (to instanceof DecimalType wider
            ? wider.scale() >= digits.scale()
                && wider.precision() - wider.scale() >= digits.precision() - digits.scale()
            : INTEGERS.indexOf(to) > INTEGERS.indexOf(from) && INTEGERS.contains(from));
  }

  /** The decimal that holds all values of a whole or decimal number's type, or null. */
  private static @Nullable DecimalType digits(DataType type) {
    return switch (type) {
      case DecimalType decimal -> decimal;
      case IntegerType _ -> DataTypes.createDecimalType(10, 0);
      case LongType _ -> DataTypes.createDecimalType(19, 0);
      default -> null;
    };
  }

  /** The contract's columns of the rows, in its order, cast to its types, with its comments. */
  Dataset<Row> ordered(Contract contract, Dataset<Row> rows) {
    return rows.select(
        contract.columns().stream()
            .map(c -> {
              Metadata comment =
                  new MetadataBuilder().putString("comment", c.description()).build();
              return col("`" + c.name() + "`").cast(c.type()).as(c.name(), comment);
            })
            .toArray(Column[]::new));
  }

  private Dataset<Row> rewritten(String table, Dataset<Row> rows, Rewrite.Touched touched) {
    return prepared(
        table,
        inRanges(contracts.of(table), rows, touched.mostRows(), touched.ranges()),
        touched.mostRows());
  }

  /**
   * Whether rows of the table are replaced and it has an order, mostly of time: then its files have
   * each a range of it, and a day's changes write few of them anew.
   */
  private static boolean isOrdered(Contract contract) {
    return REWRITTEN.contains(contract.kind()) && !clusterBy(contract).isEmpty();
  }

  /** Of few rows one task makes all files. */
  private static Dataset<Row> inRanges(
      Contract contract, Dataset<Row> rows, long mostRows, int ranges) {
    return mostRows < ONE_TASK || !isOrdered(contract)
        ? rows
        : rows.repartitionByRange(ranges, columns(clusterBy(contract)));
  }

  /** Tasks for so many rows of a table with an order. */
  static int tasks(long rows) {
    return Math.toIntExact(Math.clamp(Math.ceilDiv(rows, ONE_TASK), 1, Rewrite.FILES));
  }

  /** The rows as they are written: in the contract's columns and order, by as few tasks as fit. */
  private Dataset<Row> prepared(String table, Dataset<Row> rows, long count) {
    Contract contract = contracts.of(table);
    return arranged(contract, ordered(contract, rows), count);
  }

  private static Dataset<Row> arranged(Contract contract, Dataset<Row> rows, long count) {
    return sorted(contract, count < ONE_TASK ? rows.coalesce(1) : rows);
  }

  private DataFrameWriter<Row> writer(String table, Dataset<Row> rows, long count) {
    return prepared(table, rows, count).write().format("delta").options(properties(table));
  }

  /** Delta's properties of a table that is made by the write; none of one that stands. */
  private Map<String, String> properties(String table) {
    if (exists(table)) {
      return Map.of();
    }
    Map<String, String> properties = new HashMap<>(statistics(contracts.of(table)));
    properties.put("delta.enableDeletionVectors", "false");
    return properties;
  }

  /** Delta's property of the columns that have statistics. */
  private static Map<String, String> statistics(Contract contract) {
    List<String> columns = withStatistics(contract);
    return columns.isEmpty()
        ? Map.of("delta.dataSkippingNumIndexedCols", "0")
        : Map.of("delta.dataSkippingStatsColumns", String.join(",", columns));
  }

  /**
   * Columns whose minimum and maximum stand in the Delta log: those that a table is sorted by or
   * read by days of. Every further one costs each write and each listing, and a personal one would
   * stand in the log for good: an account's id too, since an account may be a user.
   */
  private static List<String> withStatistics(Contract contract) {
    return contract.columns().stream()
        .filter(c -> c.classification() == null && !c.name().equals("account_id"))
        .filter(c ->
            c.type().equals(DataTypes.DateType)
                || c.name().equals("ingest_run")
                || (clusterBy(contract).contains(c.name()) && canSkipBy(c.type())))
        .map(Contract.Column::name)
        .limit(32)
        .toList();
  }

  private static boolean canSkipBy(DataType type) {
    return type instanceof NumericType
        || type.equals(DataTypes.StringType)
        || type.equals(DataTypes.TimestampType);
  }

  private static List<String> clusterBy(Contract contract) {
    return contract.optionalProperty("clusterBy") instanceof List<?> columns
        ? columns.stream().map(String::valueOf).toList()
        : List.of();
  }

  /** The day that comes first in a table's order, if it has one. */
  static Optional<String> day(Contract contract) {
    return clusterBy(contract).stream()
        .limit(1)
        .filter(day ->
            contract.columns().stream()
                .anyMatch(c ->
                    c.name().equals(day) && c.required() && c.type().equals(DataTypes.DateType)))
        .findFirst();
  }

  private static Dataset<Row> sorted(Contract contract, Dataset<Row> rows) {
    List<String> by = clusterBy(contract);
    return by.isEmpty() ? rows : rows.sortWithinPartitions(columns(by));
  }

  /**
   * Rows to be joined to many: few go to where the many are. Spark cannot know how few a checkpoint
   * holds.
   */
  static Dataset<Row> joined(Dataset<Row> rows, long count) {
    return count <= MOST_BROADCAST ? broadcast(rows) : rows;
  }

  static Column[] columns(List<String> names) {
    return names.stream().map(n -> col("`" + n + "`")).toArray(Column[]::new);
  }

  static Column[] columns(String... names) {
    return columns(Arrays.asList(names));
  }
}
