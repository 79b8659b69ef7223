package io.supportlake.platform;

import static org.apache.spark.sql.functions.array_contains;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.collect_set;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.count_if;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.monotonically_increasing_id;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.row_number;
import static org.apache.spark.sql.functions.size;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.when;

import io.supportlake.platform.Decisions.Decision;
import io.supportlake.platform.ErasedRecords.Screened;
import io.supportlake.platform.ManifestFiles.TakenFile;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.ToLongFunction;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Observation;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.expressions.Window;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.storage.StorageLevel;
import scala.concurrent.Await;
import scala.concurrent.duration.Duration;

/** Takes the files of one source into bronze, quarantine and the accounts of one run. */
final class SourceIngest {
  /** Numbers the records of one reading. */
  static final String ROW = "take_row";

  private static final String ERROR = "error";

  private static final Column IS_REFUSED = size(col("reasons")).gt(0);
  private static final Column UNKNOWN = count_if(col("unknown_columns").isNotNull());

  /** Landed bytes, and landed files, for which a second task, and its file, are worth it. */
  private static final long BYTES_OF_A_TASK = 4L << 20;

  private static final int FILES_OF_A_TASK = 500;

  /** What Spark or a reader here adds to a row, and no file can bring. */
  private static final List<String> RESERVED =
      List.of("_corrupt_record", "_metadata", "ingest_file");

  private static final StructType ARRIVALS =
      StructType.fromDDL("ingest_file string, arrival_date date");

  private static final StructType NO_CSV_ROWS =
      StructType.fromDDL("payload string, fields map<string, string>, ingest_file string");

  private final SparkSession spark;
  private final Lake lake;
  private final Landing landing;
  private final ZoneId zone;
  private final long runSequence;
  private final SourceProfiles profiles;
  private final ErasedRecords erased;
  private final Decisions decisions;

  /** First lines by path: faults are looked for in what the files are read by. */
  private final Map<String, Optional<String>> headers = new ConcurrentHashMap<>();

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
  }

  /**
   * What came of a source's files.
   *
   * @param changes the accepted new versions, in bronze's columns
   */
  record Taken(Decision decision, Changes changes) {}

  /** What the files hold, before anything is written: a row a file. */
  private record Found(
      Map<String, Counts> byFile, SortedSet<LocalDate> eventDates, Map<String, Long> filled) {
    static final Found NOTHING = new Found(Map.of(), new TreeSet<>(), Map.of());

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
    SortedMap<String, String> faults = landing.faults(planned);
    faults.putAll(headerFaults(raw, without(faults.keySet(), planned), mappings));
    return take(
        raw,
        without(faults.keySet(), planned),
        mappings,
        FileChecks.refused(runSequence, bronze, faults));
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
   * Reads the files into some of bronze's that no version names yet, decides on every record, notes
   * that, and appends the new versions. A file that is written to meanwhile is left out whole.
   *
   * @param refused rows of ops.check for files that were refused whole
   */
  Taken take(
      Contract raw, List<TakenFile> files, Map<String, SourceMapping> mappings, List<Row> refused) {
    landing.beforeReading(files);
    List<TakenFile> filled = files.stream().filter(f -> f.bytes() > 0).toList();
    if (filled.isEmpty()) {
      return nothing(raw, all(refused, accounts(raw, files, Found.NOTHING, Map.of(), Map.of())));
    }
    Dataset<Row> typed = typed(raw, filled, mappings);
    if (erased.isEmpty()) {
      return take(raw, files, mappings, refused, new Screened(typed, Map.of()));
    }
    // To look for people reads the records several times. Quarantine alone keeps them as they
    // came: of others they would fill the memory.
    Dataset<Row> kept =
        typed
            .withColumn("payload", when(IS_REFUSED, col("payload")))
            .persist(StorageLevel.MEMORY_AND_DISK());
    try {
      return take(raw, files, mappings, refused, erased.screen(lake, raw, kept, runSequence));
    } finally {
      var _ = kept.unpersist();
    }
  }

  private Taken take(
      Contract raw,
      List<TakenFile> files,
      Map<String, SourceMapping> mappings,
      List<Row> refused,
      Screened screened) {
    String bronze = "bronze." + raw.shortName();
    Observation seen = new Observation();
    Dataset<Row> observed =
        screened
            .rows()
            .drop("payload", ROW)
            .observe(
                seen,
                count(lit(1)).as("read"),
                collect_set(when(IS_REFUSED, col("ingest_file"))).as("refusing"));
    long bytes = files.stream().mapToLong(TakenFile::bytes).sum();
    long tasks = 1 + Math.max(bytes / BYTES_OF_A_TASK, files.size() / FILES_OF_A_TASK);
    Set<String> changed;
    try (StagedAppend staged =
        lake.stage(
            bronze,
            observed
                .where(not(IS_REFUSED))
                .withColumn("record_version", lit(1))
                .coalesce((int) Math.min(tasks, Integer.MAX_VALUE)),
            runSequence)) {
      Row totals = totals(seen);
      Set<String> refusing = Set.copyOf(totals.<String>getList(1));
      changed = landing.changedWhileRead(files);
      if (changed.isEmpty()) {
        Read read = read(raw, files, mappings, screened, staged.rows(), refusing);
        changed = landing.changedWhileRead(files);
        if (changed.isEmpty()) {
          return decided(raw, files, mappings, refused, read, totals.getLong(0), staged);
        }
      }
    }
    SortedMap<String, String> faults = new TreeMap<>();
    changed.forEach(path -> faults.put(path, Landing.CHANGED_WHILE_READ));
    return take(
        raw,
        without(changed, files),
        mappings,
        all(refused, FileChecks.refused(runSequence, bronze, faults)));
  }

  private Dataset<Row> typed(
      Contract raw, List<TakenFile> files, Map<String, SourceMapping> mappings) {
    return Retention.refusing(
            lake, raw, Ingest.typed(landed(raw, files, mappings), raw, zone, runSequence))
        // Also keeps whoever asks for those with reasons from having all checks of all columns
        // put in the place of the reasons, on which the optimizer would spend minutes.
        .withColumn(ROW, monotonically_increasing_id());
  }

  /** What was counted while the rows went by. */
  private static Row totals(Observation seen) {
    try {
      return Await.result(seen.future(), Duration.create(1, TimeUnit.MINUTES));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while records were counted", e);
    } catch (TimeoutException e) {
      throw new IllegalStateException("Spark did not say how many records it read", e);
    }
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

  /** Files with refused records are read a second time, for what came is not kept of all. */
  private Read read(
      Contract raw,
      List<TakenFile> files,
      Map<String, SourceMapping> mappings,
      Screened screened,
      Dataset<Row> accepted,
      Set<String> refusing) {
    Dataset<Row> refused = screened.rows().where(IS_REFUSED);
    if (erased.isEmpty() && !refusing.isEmpty()) {
      refused =
          typed(raw, files.stream().filter(f -> refusing.contains(f.path())).toList(), mappings)
              .where(IS_REFUSED);
    }
    refused =
        refused.select("ingest_file", "arrival_date", "reasons", "payload", "unknown_columns");
    refused = refusing.isEmpty() ? refused.limit(0) : refused.localCheckpoint();
    return new Read(
        accepted, refused, found(raw, accepted, refused, !refusing.isEmpty()), screened.leftOut());
  }

  private Taken decided(
      Contract raw,
      List<TakenFile> files,
      Map<String, SourceMapping> mappings,
      List<Row> refused,
      Read read,
      long seen,
      StagedAppend staged) {
    String bronze = "bronze." + raw.shortName();
    Found found = read.found();
    if (found.sum(Counts::read) != seen) {
      throw DataErrors.accounting(bronze, seen, found.sum(Counts::read));
    }
    List<Row> faults = faults(raw, found, read.count());
    if (faults.stream().anyMatch(f -> f.getString(FileChecks.SEVERITY).equals(ERROR))) {
      Decision stopped = decision(raw, all(refused, faults), mappings, read, 0, true);
      decisions.note(raw.shortName(), stopped);
      return new Taken(stopped, changes(bronze, stopped, lake.empty(bronze), !lake.exists(bronze)));
    }
    Duplicates duplicates = Duplicates.among(read.accepted(), existing(bronze, found.eventDates()));
    List<Row> accounts = accounts(raw, files, found, duplicates.byFile(), read.leftOut());
    Decision decision =
        decision(
            raw,
            all(refused, all(faults, accounts)),
            mappings,
            read,
            found.kept() - duplicates.number(),
            false);
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
  private Taken nothing(Contract raw, List<Row> checks) {
    String bronze = "bronze." + raw.shortName();
    boolean isFull = !lake.exists(bronze);
    Decision nothing = Decision.nothing(lake, checks);
    decisions.note(raw.shortName(), nothing);
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
      Contract raw,
      List<Row> checks,
      Map<String, SourceMapping> mappings,
      Read read,
      long accepted,
      boolean isStopped) {
    Found found = read.found();
    long refused = found.sum(Counts::refused);
    boolean isDrifted = found.sum(Counts::withUnknownColumns) > 0;
    return new Decision(
        checks,
        refused == 0
            ? lake.empty("ops.quarantine")
            : refusals(raw, read.refused(), mappings).localCheckpoint(),
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

  /** Counts by file and the accepted records' days; as many rows as the run takes files. */
  private static Found found(
      Contract raw, Dataset<Row> accepted, Dataset<Row> refused, boolean isAnyRefused) {
    Map<String, Counts> byFile = new TreeMap<>();
    SortedSet<LocalDate> eventDates = new TreeSet<>();
    Map<String, Long> filled = new TreeMap<>();
    // Summed by day first: a set of days is not collected in generated code.
    List<Column> ofDay = new ArrayList<>(List.of(UNKNOWN.as("unknown")));
    List<Column> ofFile = new ArrayList<>(List.of(sum("unknown"), collect_set(col("event_date"))));
    for (String column : raw.columnNames()) {
      ofDay.add(count(col("`" + column + "`")).as("filled_" + column));
      ofFile.add(sum("filled_" + column).as("filled_" + column));
    }
    for (Row row :
        accepted
            .groupBy("ingest_file", "event_date")
            .agg(count(lit(1)).as("records"), ofDay.toArray(Column[]::new))
            .groupBy("ingest_file")
            .agg(sum("records"), ofFile.toArray(Column[]::new))
            .collectAsList()) {
      byFile.put(row.getString(0), new Counts(row.getLong(1), 0, row.getLong(2), 0));
      raw.columnNames().forEach(c -> filled.merge(c, row.<Long>getAs("filled_" + c), Long::sum));
      for (Object date : row.getList(3)) {
        eventDates.add(((java.sql.Date) date).toLocalDate());
      }
    }
    if (isAnyRefused) {
      Column outdated = count_if(array_contains(col("reasons"), Retention.REASON));
      for (Row row :
          refused.groupBy("ingest_file").agg(count(lit(1)), UNKNOWN, outdated).collectAsList()) {
        long count = row.getLong(1);
        byFile.merge(
            row.getString(0),
            new Counts(count, count, row.getLong(2), row.getLong(3)),
            Counts::plus);
      }
    }
    return new Found(byFile, eventDates, filled);
  }

  /** As many rows as the run takes files. */
  private static Map<String, Long> counts(Dataset<Row> byFile) {
    return byFile.collectAsList().stream()
        .collect(Collectors.toMap(r -> r.getString(0), r -> r.getLong(1)));
  }

  private Dataset<Row> refusals(
      Contract raw, Dataset<Row> refused, Map<String, SourceMapping> mappings) {
    Map<String, RefusedLines.Reading> byFolder = new TreeMap<>();
    byFolder.put(
        raw.shortName(), new RefusedLines.Reading(String.valueOf(raw.property("format")), ","));
    mappings.forEach((folder, mapping) ->
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
  private Dataset<Row> existing(String bronze, SortedSet<LocalDate> days) {
    Dataset<Row> stored =
        days.isEmpty()
            ? lake.empty(bronze)
            : lake.read(bronze)
                .where(col("event_date").isInCollection(days))
                .where(col("ingest_run").lt(runSequence));
    return stored.select("record_id", "content_hash", "record_version");
  }

  /** A row a file; one without records counts as read 0. */
  private List<Row> accounts(
      Contract raw,
      List<TakenFile> files,
      Found found,
      Map<String, Long> duplicates,
      Map<String, Long> leftOut) {
    return files.stream()
        .map(TakenFile::path)
        .map(file -> {
          Counts counts = found.byFile().getOrDefault(file, new Counts(0, 0, 0, 0));
          long twice = duplicates.getOrDefault(file, 0L);
          long forgotten = leftOut.getOrDefault(file, 0L);
          return RowFactory.create(
              runSequence,
              "bronze." + raw.shortName(),
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

  /** The files' records before they are typed, as {@link Ingest#typed} takes them. */
  Dataset<Row> landed(Contract raw, List<TakenFile> files, Map<String, SourceMapping> mappings) {
    Map<String, List<TakenFile>> byFolder = new TreeMap<>();
    for (TakenFile file : files) {
      byFolder.computeIfAbsent(file.folder(), f -> new ArrayList<>()).add(file);
    }
    List<Dataset<Row>> parts = new ArrayList<>();
    for (Map.Entry<String, List<TakenFile>> folder : byFolder.entrySet()) {
      SourceMapping mapping = mappings.get(folder.getKey());
      if (mapping != null) {
        parts.add(
            Ingest.mapFields(
                // Cut here: inlined into every check of every column, the mapping's
                // expressions would keep the optimizer busy for minutes.
                mapping
                    .landed(
                        vendor(mapping.format(), mapping.delimiter(), folder.getValue())
                            .localCheckpoint(),
                        raw.shortName())
                    .localCheckpoint(),
                raw));
      } else {
        parts.add(own(raw, folder.getValue()));
      }
    }
    Dataset<Row> all =
        parts.stream()
            .map(p -> p.select("payload", "fields", "unknown", "ingest_file"))
            .reduce(Dataset::unionByName)
            .orElseThrow();
    return Ingest.withArrival(all, arrivals(files));
  }

  /** Our own formats: rows with payload, fields (a struct), unknown and ingest_file. */
  private Dataset<Row> own(Contract raw, List<TakenFile> files) {
    String format = String.valueOf(raw.property("format"));
    return format.equals("json")
        ? Ingest.jsonFields(withFile(spark.read().format("text").load(paths(files))), raw)
        : Ingest.mapFields(vendor(format, ",", files).withColumnRenamed("fields", "all"), raw);
  }

  /** A vendor's rows with payload, fields (a map) and ingest_file. */
  private Dataset<Row> vendor(String format, String delimiter, List<TakenFile> files) {
    return switch (format) {
      case "json" -> Ingest.vendorJson(withFile(spark.read().format("text").load(paths(files))));
      case "lines" -> {
        // The same line may stand in a file many times; which of the equal ones is first does not
        // matter.
        Dataset<Row> lines = withFile(spark.read().format("text").load(paths(files)));
        yield lines
            .withColumnRenamed("value", "payload")
            .withColumn(
                "occurrence",
                row_number().over(Window.partitionBy("ingest_file", "payload").orderBy("payload")))
            .withColumn(
                "fields",
                expr(
                    "map('line', payload, 'file', ingest_file, 'occurrence', cast(occurrence as string))"));
      }
      case "csv" -> csv(delimiter, files);
      default ->
          throw new UsageException(
              "the format %s is not known (known: json, csv, lines). Correct the contract or mapping."
                  .formatted(format));
    };
  }

  /** CSV files by their header line, since a column may appear one day. */
  private Dataset<Row> csv(String delimiter, List<TakenFile> files) {
    Map<String, List<TakenFile>> byHeader = new TreeMap<>();
    for (TakenFile file : files) {
      header(file).ifPresent(h -> byHeader.computeIfAbsent(h, _ -> new ArrayList<>()).add(file));
    }
    if (byHeader.isEmpty()) {
      return spark.createDataFrame(List.of(), NO_CSV_ROWS);
    }
    return byHeader.entrySet().stream()
        .map(group -> {
          List<String> names = names(group.getKey(), delimiter);
          StructType schema = new StructType();
          for (String name : names) {
            schema = schema.add(name, "string");
          }
          Dataset<Row> rows =
              spark
                  .read()
                  .format("csv")
                  .schema(schema.add("_corrupt_record", "string"))
                  .option("header", "true")
                  .option("delimiter", delimiter)
                  .option("multiLine", "true")
                  .option("escape", "\"")
                  .option("columnNameOfCorruptRecord", "_corrupt_record")
                  .load(paths(group.getValue()));
          return Ingest.columnFields(withFile(rows), names)
              .select("payload", "fields", "ingest_file");
        })
        .reduce(Dataset::unionByName)
        .orElseThrow();
  }

  /** Columns of a header line; one without a name is called by its place. */
  private static List<String> names(String header, String delimiter) {
    String[] parts = header.split(Pattern.quote(delimiter), -1);
    return IntStream.range(0, parts.length)
        .mapToObj(i -> {
          String name = parts[i].strip().replace("\"", "").replace("\uFEFF", "");
          return name.isEmpty() ? "column_" + (i + 1) : name;
        })
        .toList();
  }

  /**
   * Why CSV files cannot be read by their headers, by path. Names are not told: a file without a
   * header has values there.
   */
  SortedMap<String, String> headerFaults(
      Contract raw, List<TakenFile> files, Map<String, SourceMapping> mappings) {
    SortedMap<String, String> faults = new TreeMap<>();
    for (TakenFile file : files) {
      SourceMapping mapping = mappings.get(file.folder());
      String format = mapping == null ? String.valueOf(raw.property("format")) : mapping.format();
      if (format.equals("csv") && file.bytes() > 0) {
        List<String> names =
            header(file)
                .map(h -> names(h, mapping == null ? "," : mapping.delimiter()))
                .orElse(List.of());
        Set<String> distinct =
            names.stream().map(n -> n.toLowerCase(Locale.ROOT)).collect(Collectors.toSet());
        if (distinct.size() < names.size()) {
          faults.put(file.path(), "two columns of its header line have the same name");
        } else if (RESERVED.stream().anyMatch(distinct::contains)) {
          faults.put(
              file.path(),
              "a column of its header line has a name that is kept for reading it ("
                  + String.join(", ", RESERVED)
                  + ")");
        }
      }
    }
    return faults;
  }

  /** The first line; none where a packed file holds nothing. */
  private Optional<String> header(TakenFile file) {
    return headers.computeIfAbsent(file.path(), _ -> firstLine(file));
  }

  private Optional<String> firstLine(TakenFile file) {
    try (InputStream stream = landing.open(file.path());
        BufferedReader reader =
            new BufferedReader(
                new InputStreamReader(
                    file.path().endsWith(".gz") ? new GZIPInputStream(stream) : stream,
                    StandardCharsets.UTF_8))) {
      return Optional.ofNullable(reader.readLine());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the header of " + file.path(), e);
    }
  }

  private Dataset<Row> withFile(Dataset<Row> rows) {
    String root = landing.uri().getPath();
    // A plus sign stands for itself in a path, but decoding would make it a blank. Few paths have
    // anything to decode, and it is looked for in every row.
    String path =
        """
        if(contains(_metadata.file_path, '%'),
           url_decode(replace(_metadata.file_path, '+', '%2B')), _metadata.file_path)
        """;
    return rows.withColumn(
        "ingest_file",
        expr(
            "substring(%s, instr(%s, '%s') + %d)"
                .formatted(path, path, root.replace("'", "\\'"), root.length() + 1)));
  }

  private String[] paths(List<TakenFile> files) {
    return files.stream()
        .map(f -> Landing.literal(landing.absolute(f.path())))
        .toArray(String[]::new);
  }

  private Dataset<Row> arrivals(List<TakenFile> files) {
    return spark.createDataFrame(
        files.stream()
            .map(f -> RowFactory.create(f.path(), java.sql.Date.valueOf(f.arrivalDate())))
            .toList(),
        ARRIVALS);
  }

  /** Days of a range, for messages. */
  static String range(LocalDate from, LocalDate to) {
    return from.equals(to) ? from.toString() : from + " to " + to;
  }
}
