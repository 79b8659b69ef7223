package io.supportlake.platform;

import static org.apache.spark.sql.functions.array_contains;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.count_if;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.left;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.monotonically_increasing_id;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.when;

import io.supportlake.platform.Decisions.Decision;
import io.supportlake.platform.ErasedRecords.Screened;
import io.supportlake.platform.ManifestFiles.TakenFile;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.storage.StorageLevel;
import org.jspecify.annotations.Nullable;

/** Takes the files of one source into bronze, quarantine and the accounts of one run. */
final class SourceIngest {
  /** Numbers the records of one reading. */
  static final String ROW = "take_row";

  private static final String ERROR = "error";

  private static final Column IS_REFUSED = col("is_refused");
  private static final Column UNKNOWN = count_if(col("unknown_columns").isNotNull());

  /** Landed bytes, and landed files, for which a second task, and its file, are worth it. */
  private static final long BYTES_OF_A_TASK = 4L << 20;

  private static final int FILES_OF_A_TASK = 500;

  /**
   * Landed bytes, and records, of which the hashes of the ids are brought together in memory, 8
   * bytes each, while they are sorted 16.
   */
  private static final long BYTES_OF_HASHES = 256L << 20;

  private static final int MOST_HASHES = 10_000_000;

  private static final StructType REFUSED =
      StructType.fromDDL(
          "ingest_file string, arrival_date date, reasons array<string>, payload string, unknown_columns string");

  private final SparkSession spark;
  private final Lake lake;
  private final Landing landing;
  private final ZoneId zone;
  private final long runSequence;
  private final SourceProfiles profiles;
  private final ErasedRecords erased;
  private final Decisions decisions;
  private final LandedRecords records;

  SourceIngest(
      SparkSession spark,
      Lake lake,
      Landing landing,
      ZoneId zone,
      long runSequence,
      SourceProfiles profiles,
      ErasedRecords erased) {
    this.spark = spark;
    this.lake = lake;
    this.landing = landing;
    this.zone = zone;
    this.runSequence = runSequence;
    this.profiles = profiles;
    this.erased = erased;
    this.decisions = new Decisions(spark, lake, runSequence);
    this.records = new LandedRecords(spark, landing, erased.key());
  }

  /**
   * What came of a source's files.
   *
   * @param changes the accepted new versions, in bronze's columns
   */
  record Taken(Decision decision, Changes changes) {}

  /** What the files hold, before anything is written: a row a file. */
  private record Found(
      Map<String, Counts> byFile,
      SortedSet<LocalDate> eventDates,
      Map<String, Long> filled,
      Optional<long[]> idHashes) {
    static final Found NOTHING =
        new Found(Map.of(), new TreeSet<>(), Map.of(), Optional.of(new long[0]));

    long sum(ToLongFunction<Counts> count) {
      return byFile.values().stream().mapToLong(count).sum();
    }

    /** Records that keep the contract, duplicates among them. */
    long kept() {
      return sum(Counts::read) - sum(Counts::refused);
    }
  }

  /**
   * @param outdated refused since retention has removed what would tell duplicates; a late delivery
   *     is no sign of a broken one, so they do not count for the share that stops a source
   */
  private record Counts(long read, long refused, long withUnknownColumns, long outdated) {
    Counts plus(Counts other) {
      return new Counts(
          read + other.read,
          refused + other.refused,
          withUnknownColumns + other.withUnknownColumns,
          outdated + other.outdated);
    }
  }

  /**
   * Takes what a run has planned of a source. Files that cannot be taken as they were planned are
   * refused whole. Where the run was cut off after it had decided and had nothing to append, or had
   * appended it, that stands, and no file is looked at.
   *
   * @param planned may be none
   * @throws DataException if the run has appended, but what it had decided is gone
   */
  Taken takePlanned(Contract raw, List<TakenFile> planned, Map<String, SourceMapping> mappings) {
    String bronze = "bronze." + raw.shortName();
    Optional<Decision> noted = decisions.of(raw.shortName());
    boolean isAppended = lake.hasAppended(bronze, runSequence);
    if (isAppended && noted.isEmpty()) {
      throw DataErrors.decisionLost(runSequence, bronze, decisions.folder());
    }
    if (noted.isPresent() && (isAppended || noted.get().accepted() == 0)) {
      Decision decision = noted.get();
      return new Taken(
          decision,
          changes(bronze, decision, ofThisRun(bronze), !decision.isStopped() && create(bronze)));
    }
    if (planned.isEmpty()) {
      Decision nothing = Decision.nothing(lake, List.of());
      decisions.note(raw.shortName(), nothing);
      return new Taken(
          nothing, new Changes(lake.empty(bronze), lake.empty(bronze), 0, create(bronze)));
    }
    return takeReadable(raw, planned, mappings, landing.faults(planned));
  }

  /**
   * Takes files, and where that fails all but those that cannot be read.
   *
   * @param faults why some of the planned files are refused whole
   */
  private Taken takeReadable(
      Contract raw,
      List<TakenFile> planned,
      Map<String, SourceMapping> mappings,
      SortedMap<String, String> faults) {
    List<TakenFile> files = without(faults.keySet(), planned);
    SortedMap<String, String> all = new TreeMap<>(faults);
    try {
      all.putAll(records.headerFaults(raw, files, mappings));
      return take(
          raw,
          without(all.keySet(), planned),
          mappings,
          FileChecks.refused(runSequence, "bronze." + raw.shortName(), all));
    } catch (Exception e) {
      SortedMap<String, String> unreadable = unreadable(raw, files, e);
      if (unreadable.isEmpty()) {
        throw e;
      }
      unreadable.putAll(faults);
      return takeReadable(raw, planned, mappings, unreadable);
    }
  }

  /** Why files are to blame for a failure; none are once the run has appended what they hold. */
  private SortedMap<String, String> unreadable(
      Contract raw, List<TakenFile> files, Exception failure) {
    try {
      return lake.hasAppended("bronze." + raw.shortName(), runSequence)
          ? new TreeMap<>()
          : landing.unreadable(files);
    } catch (RuntimeException e) {
      failure.addSuppressed(e);
      return new TreeMap<>();
    }
  }

  /** Makes a table without rows, unless there is one; whether there was none. */
  private boolean create(String bronze) {
    boolean isNew = !lake.exists(bronze);
    if (isNew) {
      lake.overwrite(bronze, lake.empty(bronze), 0);
    }
    return isNew;
  }

  private static List<TakenFile> without(Set<String> paths, List<TakenFile> files) {
    return files.stream().filter(f -> !paths.contains(f.path())).toList();
  }

  /**
   * What is taken of a source.
   *
   * @param mappings by the folder of the files that they are for
   * @param refusedFiles rows of ops.check for those that were refused whole
   * @param earliest first day of events that retention has left, or null
   */
  private record Batch(
      Contract raw,
      List<TakenFile> files,
      Map<String, SourceMapping> mappings,
      List<Row> refusedFiles,
      @Nullable LocalDate earliest) {
    String bronze() {
      return "bronze." + raw.shortName();
    }
  }

  /**
   * Reads the files into some of bronze's that no version names yet, decides on every record, notes
   * that, and appends the new versions. A file that is written to meanwhile is left out whole.
   *
   * @param refusedFiles rows of ops.check for those that were refused whole
   */
  Taken take(
      Contract raw,
      List<TakenFile> files,
      Map<String, SourceMapping> mappings,
      List<Row> refusedFiles) {
    Batch batch =
        new Batch(raw, files, mappings, refusedFiles, Retention.earliest(lake, raw).orElse(null));
    landing.beforeReading(files);
    List<TakenFile> filled = files.stream().filter(f -> f.bytes() > 0).toList();
    if (filled.isEmpty()) {
      return nothing(batch);
    }
    Dataset<Row> typed = typed(batch, filled);
    if (erased.isEmpty()) {
      return take(batch, new Screened(typed, Map.of()));
    }
    // To look for people reads the records several times. Quarantine alone keeps them as they
    // came: of others they would fill the memory.
    Dataset<Row> kept =
        Ingest.withReasons(typed, raw, batch.earliest())
            .withColumn("payload", when(IS_REFUSED, col("payload")))
            .persist(StorageLevel.MEMORY_AND_DISK());
    try {
      return take(batch, erased.screen(lake, raw, kept, runSequence));
    } finally {
      var _ = kept.unpersist();
    }
  }

  private Taken take(Batch batch, Screened screened) {
    List<TakenFile> files = batch.files();
    long bytes = files.stream().mapToLong(TakenFile::bytes).sum();
    long tasks = 1 + Math.max(bytes / BYTES_OF_A_TASK, files.size() / FILES_OF_A_TASK);
    RecordCounter counter =
        RecordCounter.of(spark, batch.raw(), bytes <= BYTES_OF_HASHES ? MOST_HASHES : 0);
    Dataset<Row> accepted =
        screened.rows().where(counter.isAccepted()).withColumn("record_version", lit(1));
    Set<String> changed;
    try (StagedAppend staged =
        lake.stage(batch.bronze(), accepted, Math.toIntExact(tasks), runSequence)) {
      ReadCounts counts = counter.counts();
      long stagedRows = staged.rows().count();
      if (counts.accepted() != stagedRows) {
        throw DataErrors.readings(batch.bronze(), counts.accepted(), stagedRows);
      }
      changed = landing.changedWhileRead(files);
      if (changed.isEmpty()) {
        Dataset<Row> refused = refused(batch, screened, counts.refusing());
        changed = landing.changedWhileRead(files);
        if (changed.isEmpty()) {
          Found found = found(batch.raw(), counts, refused);
          if (found.sum(Counts::read) != counts.read()) {
            throw DataErrors.readings(batch.bronze(), counts.read(), found.sum(Counts::read));
          }
          return decided(
              batch, new Read(staged.rows(), refused, found, screened.leftOut()), staged);
        }
      }
    }
    SortedMap<String, String> faults = new TreeMap<>();
    changed.forEach(path -> faults.put(path, Landing.CHANGED_WHILE_READ));
    return take(
        batch.raw(),
        without(changed, files),
        batch.mappings(),
        all(batch.refusedFiles(), FileChecks.refused(runSequence, batch.bronze(), faults)));
  }

  private Dataset<Row> typed(Batch batch, List<TakenFile> files) {
    Dataset<Row> landed = records.of(batch.raw(), files, batch.mappings());
    return Ingest.typed(landed, batch.raw(), zone, runSequence, batch.earliest())
        // Also keeps whoever asks for those that are refused from having all checks of all columns
        // done twice.
        .withColumn(ROW, monotonically_increasing_id());
  }

  /**
   * A source's records, read.
   *
   * @param accepted as they are staged, duplicates among them
   * @param refused with their reasons and payloads
   * @param leftOut by file, erased people's records
   */
  private record Read(
      Dataset<Row> accepted, Dataset<Row> refused, Found found, Map<String, Long> leftOut) {
    long count() {
      return found.sum(Counts::read) + total(leftOut);
    }
  }

  /**
   * The refused records with their payloads. These are not kept of all records: the files that had
   * some are read a second time. Where people were erased, the records are kept anyway.
   */
  private Dataset<Row> refused(Batch batch, Screened screened, Set<String> refusing) {
    if (refusing.isEmpty()) {
      return spark.createDataFrame(List.of(), REFUSED);
    }
    Dataset<Row> again =
        erased.isEmpty()
            ? Ingest.withReasons(
                typed(
                        batch,
                        batch.files().stream().filter(f -> refusing.contains(f.path())).toList())
                    .where(IS_REFUSED),
                batch.raw(),
                batch.earliest())
            : screened.rows().where(IS_REFUSED);
    return again.select(Lake.columns(REFUSED.fieldNames())).localCheckpoint();
  }

  private Taken decided(Batch batch, Read read, StagedAppend staged) {
    Contract raw = batch.raw();
    String bronze = batch.bronze();
    Found found = read.found();
    List<Row> faults = faults(raw, found, read.count());
    if (faults.stream().anyMatch(f -> f.getString(FileChecks.SEVERITY).equals(ERROR))) {
      Decision stopped = decision(batch, faults, read, 0, true);
      decisions.note(raw.shortName(), stopped);
      return new Taken(stopped, changes(bronze, stopped, lake.empty(bronze), !lake.exists(bronze)));
    }
    Duplicates duplicates =
        Duplicates.among(read.accepted(), found.idHashes(), existing(bronze, found.eventDates()));
    List<Row> accounts = accounts(batch, found, duplicates.byFile(), read.leftOut());
    Decision decision =
        decision(
            batch, all(faults, accounts), read, found.kept() - total(duplicates.byFile()), false);
    if (!duplicates.touched().isEmpty()) {
      lake.replace(bronze, staged, duplicates.touched(), duplicates.mended(read.accepted()));
    }
    boolean isFull = !lake.exists(bronze);
    decisions.note(raw.shortName(), decision);
    boolean isFirst = lake.append(bronze, staged);
    // A first load is read back from its files by those downstream; a later part is small.
    Dataset<Row> fresh =
        isFull
            ? lake.read(bronze)
            : isFirst
                ? lake.ordered(lake.contract(bronze), staged.rows()).localCheckpoint()
                : ofThisRun(bronze);
    return new Taken(decision, changes(bronze, decision, fresh, isFull));
  }

  /** Notes that no file has a record, and makes an empty table if there is none. */
  private Taken nothing(Batch batch) {
    String bronze = batch.bronze();
    List<Row> accounts = accounts(batch, Found.NOTHING, Map.of(), Map.of());
    Decision nothing = Decision.nothing(lake, all(batch.refusedFiles(), accounts));
    boolean isFull = !lake.exists(bronze);
    decisions.note(batch.raw().shortName(), nothing);
    lake.append(bronze, lake.empty(bronze), 0, runSequence);
    return new Taken(nothing, changes(bronze, nothing, lake.empty(bronze), isFull));
  }

  private static List<Row> all(List<Row> some, List<Row> others) {
    return Stream.concat(some.stream(), others.stream()).toList();
  }

  private static long total(Map<String, Long> counts) {
    return counts.values().stream().mapToLong(Long::longValue).sum();
  }

  private Decision decision(
      Batch batch, List<Row> checks, Read read, long accepted, boolean isStopped) {
    Contract raw = batch.raw();
    Found found = read.found();
    long refused = found.sum(Counts::refused);
    boolean isDrifted = found.sum(Counts::withUnknownColumns) > 0;
    return new Decision(
        all(batch.refusedFiles(), checks),
        refused == 0
            ? lake.empty("ops.quarantine")
            : refusals(batch, read.refused()).localCheckpoint(),
        isDrifted ? drift(raw, read).localCheckpoint() : lake.empty("ops.drift"),
        isStopped ? List.of() : SourceProfiles.rows(raw, runSequence, found.kept(), found.filled()),
        read.count(),
        accepted,
        refused,
        isDrifted,
        isStopped);
  }

  /** Columns that are there no more, and more refused than may be; those of severity error stop. */
  private List<Row> faults(Contract raw, Found found, long read) {
    List<Row> faults = new ArrayList<>();
    profiles
        .vanished(raw, found.kept(), found.filled())
        .forEach(column -> faults.add(vanished(raw, found.kept(), column)));
    double limit = ((Number) raw.property("quarantineShareLimit")).doubleValue();
    long refused = found.sum(Counts::refused);
    if (refused - found.sum(Counts::outdated) > limit * read) {
      faults.add(stopped(raw, read, refused));
    }
    return faults;
  }

  /**
   * What stands in bronze of this run, counted in the table and held against what was decided.
   *
   * @throws DataException if they differ
   */
  private Changes changes(String bronze, Decision decision, Dataset<Row> fresh, boolean isFull) {
    Map<String, Long> written =
        counts(
            Sessions.in(spark, lake.read(bronze))
                .where(col("ingest_run").equalTo(runSequence))
                .groupBy("ingest_file")
                .count());
    for (Row check : decision.checks()) {
      if (!check.isNullAt(FileChecks.ACCEPTED)) {
        String file = check.getString(FileChecks.FILE);
        long accepted = check.getLong(FileChecks.ACCEPTED);
        long stands = written.getOrDefault(file, 0L);
        if (stands != accepted) {
          long read = check.getLong(FileChecks.READ);
          throw DataErrors.accounting(file, read, read - accepted + stands);
        }
      }
    }
    return new Changes(fresh, lake.empty(bronze), total(written), isFull);
  }

  private Dataset<Row> ofThisRun(String bronze) {
    return Sessions.in(spark, lake.read(bronze))
        .where(col("ingest_run").equalTo(runSequence))
        .localCheckpoint();
  }

  /** Counts by file and the accepted records' days; as many as the run takes files. */
  private static Found found(Contract raw, ReadCounts counts, Dataset<Row> refused) {
    Map<String, Counts> byFile = new TreeMap<>();
    Map<String, Long> unknown = counts.withUnknownColumnsByFile();
    counts
        .acceptedByFile()
        .forEach((file, accepted) ->
            byFile.put(file, new Counts(accepted, 0, unknown.getOrDefault(file, 0L), 0)));
    Column outdated = count_if(array_contains(col("reasons"), Retention.REASON));
    for (Row row :
        refused.groupBy("ingest_file").agg(count(lit(1)), UNKNOWN, outdated).collectAsList()) {
      long count = row.getLong(1);
      byFile.merge(
          row.getString(0), new Counts(count, count, row.getLong(2), row.getLong(3)), Counts::plus);
    }
    Map<String, Long> filled = new TreeMap<>();
    for (int i = 0; i < raw.columns().size(); i++) {
      filled.put(raw.columnNames().get(i), counts.filled()[i]);
    }
    return new Found(byFile, counts.eventDates(), filled, counts.takeIdHashes());
  }

  /** As many rows as the run takes files. */
  private static Map<String, Long> counts(Dataset<Row> byFile) {
    return byFile.collectAsList().stream()
        .collect(Collectors.toMap(r -> r.getString(0), r -> r.getLong(1)));
  }

  private Dataset<Row> refusals(Batch batch, Dataset<Row> refused) {
    Contract raw = batch.raw();
    Map<String, RefusedLines.Reading> byFolder = new TreeMap<>();
    byFolder.put(
        raw.shortName(), new RefusedLines.Reading(String.valueOf(raw.property("format")), ","));
    batch
        .mappings()
        .forEach((folder, mapping) ->
            byFolder.put(folder, new RefusedLines.Reading(mapping.format(), mapping.delimiter())));
    return new RefusedLines(landing, byFolder)
        .numbered(
            refused.select(
                lit(raw.shortName()).as("source"),
                col("ingest_file"),
                lit(null).cast("bigint").as("line"),
                col("arrival_date"),
                lit(runSequence).as("run_sequence"),
                col("reasons"),
                col("payload"),
                lit(null).cast("string").as("replayed_file")));
  }

  /** Ids and versions of earlier runs on the days of the new records. */
  private Optional<Dataset<Row>> existing(String bronze, SortedSet<LocalDate> days) {
    return days.isEmpty() || !lake.exists(bronze)
        ? Optional.empty()
        : Optional.of(
            lake.read(bronze)
                .where(col("event_date").isInCollection(days))
                .where(col("ingest_run").lt(runSequence))
                .select(
                    col("record_id"),
                    // Records that earlier versions of this program took have all digits.
                    left(col("content_hash"), lit(ContentHash.LENGTH)).as("content_hash"),
                    col("record_version")));
  }

  /** A row a file; one without records counts as read 0. */
  private List<Row> accounts(
      Batch batch, Found found, Map<String, Long> duplicates, Map<String, Long> leftOut) {
    return batch.files().stream()
        .map(TakenFile::path)
        .map(file -> {
          Counts counts = found.byFile().getOrDefault(file, new Counts(0, 0, 0, 0));
          long twice = duplicates.getOrDefault(file, 0L);
          long forgotten = leftOut.getOrDefault(file, 0L);
          return RowFactory.create(
              runSequence,
              batch.bronze(),
              "read = accepted + duplicates + quarantined + erased",
              file,
              ERROR,
              true,
              0L,
              counts.read() + forgotten,
              counts.read() - counts.refused() - twice,
              twice,
              counts.refused(),
              forgotten);
        })
        .toList();
  }

  private Row stopped(Contract raw, long read, long refused) {
    return fault(
        raw,
        "not more than the contract's share of %,d records is refused".formatted(read),
        ERROR,
        refused);
  }

  private Row vanished(Contract raw, long accepted, SourceProfiles.Vanished column) {
    return fault(
        raw,
        "%s is still there (before, %.1f %% of the records had it)"
            .formatted(column.column(), 100 * column.filledShare()),
        column.isError() ? ERROR : "warning",
        accepted);
  }

  private Row fault(Contract raw, String check, String severity, long failures) {
    return RowFactory.create(
        runSequence,
        "bronze." + raw.shortName(),
        check,
        "",
        severity,
        false,
        failures,
        null,
        null,
        null,
        null,
        null);
  }

  private Dataset<Row> drift(Contract raw, Read read) {
    return read.accepted()
        .select("ingest_file", "unknown_columns")
        .unionAll(read.refused().select("ingest_file", "unknown_columns"))
        .where(col("unknown_columns").isNotNull())
        .select(
            col("ingest_file"),
            expr("explode(json_object_keys(unknown_columns))").as("column_name"))
        .groupBy("column_name")
        .agg(min("ingest_file").as("first_file"), count(lit(1)).as("record_count"))
        .select(
            lit(runSequence).as("run_sequence"),
            lit(raw.shortName()).as("source"),
            col("column_name"),
            col("first_file"),
            col("record_count"));
  }

  /** Days of a range, for messages. */
  static String range(LocalDate from, LocalDate to) {
    return from.equals(to) ? from.toString() : from + " to " + to;
  }
}
