package io.supportlake.platform;

import static org.apache.spark.sql.functions.array_contains;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.collect_set;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.count_if;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.monotonically_increasing_id;
import static org.apache.spark.sql.functions.row_number;
import static org.apache.spark.sql.functions.size;
import static org.apache.spark.sql.functions.when;
import static org.apache.spark.sql.functions.xxhash64;

import io.supportlake.platform.Decisions.Decision;
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
import java.util.function.ToLongFunction;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.expressions.Window;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.storage.StorageLevel;

/** Takes the files of one source into bronze, quarantine and the accounts of one run. */
final class SourceIngest {
  /** Numbers the records of one take, so that a decision finds its record again. */
  static final String ROW = "take_row";

  private static final String ID_HASH = "id_hash";

  private static final String ERROR = "error";

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
  private record Counts(long read, long refused, long withUnknownColumns, long outdated) {}

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
   * Reads the files, decides on every record, notes that, and appends the new versions to bronze. A
   * file that is written to meanwhile is left out whole.
   *
   * @param refused rows of ops.check for files that were refused whole
   */
  Taken take(
      Contract raw, List<TakenFile> files, Map<String, SourceMapping> mappings, List<Row> refused) {
    String bronze = "bronze." + raw.shortName();
    landing.beforeReading(files);
    List<TakenFile> filled = files.stream().filter(f -> f.bytes() > 0).toList();
    if (filled.isEmpty()) {
      List<Row> checks = all(refused, accounts(raw, files, Found.NOTHING, Map.of(), Map.of()));
      return append(raw, Decision.nothing(lake, checks), lake.empty(bronze));
    }
    Dataset<Row> all =
        Retention.refusing(
                lake, raw, Ingest.typed(landed(raw, filled, mappings), raw, zone, runSequence))
            // Quarantine alone keeps records as they came: of others they would fill the memory.
            .withColumn("payload", when(size(col("reasons")).gt(0), col("payload")))
            .withColumn(ROW, monotonically_increasing_id())
            .persist(StorageLevel.MEMORY_AND_DISK());
    ErasedRecords.Screened screened = erased.screen(lake, raw, all, runSequence);
    Dataset<Row> typed = screened.rows();
    Found found = found(raw, typed);
    Set<String> changed = landing.changedWhileRead(files);
    if (!changed.isEmpty()) {
      var _ = all.unpersist();
      SortedMap<String, String> faults = new TreeMap<>();
      changed.forEach(path -> faults.put(path, Landing.CHANGED_WHILE_READ));
      return take(
          raw,
          without(changed, files),
          mappings,
          all(refused, FileChecks.refused(runSequence, bronze, faults)));
    }
    long read = found.sum(Counts::read) + sum(screened.leftOut());
    List<Row> faults = faults(raw, found, read);
    if (faults.stream().anyMatch(f -> f.getString(FileChecks.SEVERITY).equals(ERROR))) {
      Decision stopped = decision(raw, all(refused, faults), typed, found, mappings, read, 0, true);
      var _ = all.unpersist();
      return append(raw, stopped, lake.empty(bronze));
    }
    Dataset<Row> accepted = typed.where(size(col("reasons")).equalTo(0));
    Decided decided = decided(accepted, existing(bronze, found.eventDates()));
    List<Row> accounts = accounts(raw, files, found, decided.duplicates(), screened.leftOut());
    Decision decision =
        decision(
            raw,
            all(refused, all(faults, accounts)),
            typed,
            found,
            mappings,
            read,
            found.kept() - sum(decided.duplicates()),
            false);
    Taken taken = append(raw, decision, fresh(accepted, decided));
    var _ = all.unpersist();
    return taken;
  }

  private static List<Row> all(List<Row> some, List<Row> others) {
    return Stream.concat(some.stream(), others.stream()).toList();
  }

  private static long sum(Map<String, Long> counts) {
    return counts.values().stream().mapToLong(Long::longValue).sum();
  }

  private Decision decision(
      Contract raw,
      List<Row> checks,
      Dataset<Row> typed,
      Found found,
      Map<String, SourceMapping> mappings,
      long read,
      long accepted,
      boolean isStopped) {
    long refused = found.sum(Counts::refused);
    boolean isDrifted = found.sum(Counts::withUnknownColumns) > 0;
    return new Decision(
        checks,
        refused == 0
            ? lake.empty("ops.quarantine")
            : refusals(raw, typed, mappings).localCheckpoint(),
        isDrifted ? drift(raw, typed).localCheckpoint() : lake.empty("ops.drift"),
        isStopped ? List.of() : SourceProfiles.rows(raw, runSequence, found.kept(), found.filled()),
        read,
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

  /** Notes the decision, then carries it out. */
  private Taken append(Contract raw, Decision decision, Dataset<Row> accepted) {
    String bronze = "bronze." + raw.shortName();
    boolean isFull = !lake.exists(bronze);
    decisions.note(raw.shortName(), decision);
    if (decision.isStopped()) {
      return new Taken(decision, changes(bronze, decision, lake.empty(bronze), isFull));
    }
    Dataset<Row> ordered = lake.ordered(lake.contract(bronze), accepted);
    // A first load is read back from its files by those downstream; a later part is small.
    Dataset<Row> fresh = isFull ? ordered : ordered.localCheckpoint();
    lake.append(bronze, fresh, decision.accepted(), runSequence);
    return new Taken(
        decision, changes(bronze, decision, isFull ? lake.read(bronze) : fresh, isFull));
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
    return new Changes(fresh, lake.empty(bronze), sum(written), isFull);
  }

  private Dataset<Row> ofThisRun(String bronze) {
    return Sessions.in(spark, lake.read(bronze))
        .where(col("ingest_run").equalTo(runSequence))
        .localCheckpoint();
  }

  /** Counts by file and the accepted records' days; as many rows as the run takes files. */
  private static Found found(Contract raw, Dataset<Row> typed) {
    Map<String, Counts> byFile = new TreeMap<>();
    SortedSet<LocalDate> eventDates = new TreeSet<>();
    Map<String, Long> filled = new TreeMap<>();
    Column isAccepted = size(col("reasons")).equalTo(0);
    List<Column> counts =
        new ArrayList<>(
            List.of(
                count_if(isAccepted.unary_$bang()),
                count_if(col("unknown_columns").isNotNull()),
                count_if(array_contains(col("reasons"), Retention.REASON)),
                collect_set(when(isAccepted, col("event_date")))));
    raw.columnNames()
        .forEach(c -> counts.add(count(when(isAccepted, col("`" + c + "`"))).as("filled_" + c)));
    for (Row row :
        typed
            .groupBy("ingest_file")
            .agg(count(lit(1)), counts.toArray(Column[]::new))
            .collectAsList()) {
      byFile.put(
          row.getString(0),
          new Counts(row.getLong(1), row.getLong(2), row.getLong(3), row.getLong(4)));
      raw.columnNames().forEach(c -> filled.merge(c, row.<Long>getAs("filled_" + c), Long::sum));
      for (Object date : row.getList(5)) {
        eventDates.add(((java.sql.Date) date).toLocalDate());
      }
    }
    return new Found(byFile, eventDates, filled);
  }

  /** As many rows as the run takes files. */
  private static Map<String, Long> counts(Dataset<Row> byFile) {
    return byFile.collectAsList().stream()
        .collect(Collectors.toMap(r -> r.getString(0), r -> r.getLong(1)));
  }

  /**
   * Versions of the few accepted records whose id may stand more than once, here or in bronze. All
   * others are their id's first.
   *
   * @param versions {@code decided_row}, {@code record_version} (null = a duplicate)
   * @param duplicates by file
   */
  private record Decided(Dataset<Row> versions, Map<String, Long> duplicates, long rows) {}

  /** Only records whose id's hash stands more than once are sorted, and without their payloads. */
  private static Decided decided(Dataset<Row> accepted, Dataset<Row> existing) {
    Dataset<Row> candidates =
        accepted
            .select("record_id", "content_hash", "arrival_date", "ingest_file", ROW)
            .withColumn(ID_HASH, xxhash64(col("record_id")));
    Dataset<Row> stored = existing.withColumn(ID_HASH, xxhash64(col("record_id")));
    Dataset<Row> contested =
        candidates
            .select(col(ID_HASH), lit(1).as("is_new"))
            .unionAll(stored.select(col(ID_HASH), lit(0).as("is_new")))
            .groupBy(ID_HASH)
            .agg(count(lit(1)).as("copies"), max("is_new").as("is_new"))
            .where("copies > 1 and is_new = 1")
            .select(ID_HASH)
            .localCheckpoint();
    Dataset<Row> joined = Lake.joined(contested, contested.count());
    String[] hash = {ID_HASH};
    Dataset<Row> versions =
        Ingest.versioned(
                candidates.join(joined, hash, "left_semi").drop(ID_HASH),
                stored.join(joined, hash, "left_semi").drop(ID_HASH))
            .select(col(ROW).as("decided_row"), col("record_version"), col("ingest_file"))
            .localCheckpoint();
    Map<String, Long> duplicates = new TreeMap<>();
    long rows = 0;
    for (Row file :
        versions
            .groupBy("ingest_file")
            .agg(count_if(col("record_version").isNull()), count(lit(1)))
            .collectAsList()) {
      if (file.getLong(1) > 0) {
        duplicates.put(file.getString(0), file.getLong(1));
      }
      rows += file.getLong(2);
    }
    return new Decided(versions, duplicates, rows);
  }

  private static Dataset<Row> fresh(Dataset<Row> accepted, Decided decided) {
    if (decided.rows() == 0) {
      return accepted.withColumn("record_version", lit(1));
    }
    return accepted
        .join(
            Lake.joined(decided.versions().select("decided_row", "record_version"), decided.rows()),
            col(ROW).equalTo(col("decided_row")),
            "left")
        .withColumn(
            "record_version",
            when(col("decided_row").isNull(), lit(1)).otherwise(col("record_version")))
        .where(col("record_version").isNotNull());
  }

  private Dataset<Row> refusals(
      Contract raw, Dataset<Row> typed, Map<String, SourceMapping> mappings) {
    Map<String, RefusedLines.Reading> byFolder = new TreeMap<>();
    byFolder.put(
        raw.shortName(), new RefusedLines.Reading(String.valueOf(raw.property("format")), ","));
    mappings.forEach((folder, mapping) ->
        byFolder.put(folder, new RefusedLines.Reading(mapping.format(), mapping.delimiter())));
    return new RefusedLines(landing, byFolder)
        .numbered(
            typed
                .where(size(col("reasons")).gt(0))
                .select(
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

  private Dataset<Row> drift(Contract raw, Dataset<Row> typed) {
    return typed
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
