package io.supportlake.platform;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.count_if;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.row_number;
import static org.apache.spark.sql.functions.size;

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
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.expressions.Window;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.storage.StorageLevel;

/** Takes the files of one source into bronze, quarantine and the accounts of one run. */
final class SourceIngest {
  private static final StructType ARRIVALS =
      StructType.fromDDL("ingest_file string, arrival_date date");

  private final SparkSession spark;
  private final Lake lake;
  private final Landing landing;
  private final ZoneId zone;
  private final long runSequence;

  SourceIngest(SparkSession spark, Lake lake, Landing landing, ZoneId zone, long runSequence) {
    this.spark = spark;
    this.lake = lake;
    this.landing = landing;
    this.zone = zone;
    this.runSequence = runSequence;
  }

  /**
   * What came of a source's files.
   *
   * @param fresh the accepted new versions, in bronze's columns; cached
   * @param checks accounting rows of ops.check
   * @param quarantine rows of ops.quarantine
   * @param drift rows of ops.drift
   * @param isStopped whether more was refused than the contract allows, so that nothing was taken
   */
  record Taken(
      Changes changes,
      Dataset<Row> checks,
      Dataset<Row> quarantine,
      Dataset<Row> drift,
      long read,
      long quarantined,
      boolean isStopped) {}

  /** Reads the files, decides on every record, and appends the new versions to bronze. */
  Taken take(Contract raw, List<TakenFile> files, Map<String, SourceMapping> mappings) {
    String bronze = "bronze." + raw.shortName();
    boolean isFull = !lake.exists(bronze);
    Dataset<Row> typed =
        Ingest.typed(landed(raw, files, mappings), raw, zone, runSequence)
            .persist(StorageLevel.MEMORY_AND_DISK());
    Row counts =
        typed
            .agg(
                count(lit(1)),
                count_if(size(col("reasons")).gt(0)),
                min("event_date"),
                max("event_date"))
            .first();
    long read = counts.getLong(0);
    long refused = counts.getLong(1);
    Dataset<Row> accepted = typed.where(size(col("reasons")).equalTo(0));
    double limit = ((Number) raw.property("quarantineShareLimit")).doubleValue();
    boolean isStopped = read > 0 && refused > limit * read;
    Dataset<Row> versioned =
        Ingest.versioned(isStopped ? accepted.limit(0) : accepted, existing(bronze, isFull, counts))
            .persist(StorageLevel.MEMORY_AND_DISK());
    Dataset<Row> fresh =
        lake.ordered(contract(bronze), versioned.where(col("record_version").isNotNull()));
    // A first load is read back from its files by those downstream; a later part is small.
    fresh = isFull ? fresh : fresh.localCheckpoint();
    long rows = fresh.count();
    if (!isStopped) {
      lake.append(bronze, fresh, rows, runSequence);
    }
    Taken taken =
        new Taken(
            new Changes(
                isFull && !isStopped ? lake.read(bronze) : fresh, lake.empty(bronze), rows, isFull),
            accounts(raw, typed, versioned).localCheckpoint(),
            refusals(raw, typed).localCheckpoint(),
            drift(raw, typed).localCheckpoint(),
            read,
            refused,
            isStopped);
    var _ = typed.unpersist();
    var _ = versioned.unpersist();
    return taken;
  }

  private Dataset<Row> refusals(Contract raw, Dataset<Row> typed) {
    return typed
        .where(size(col("reasons")).gt(0))
        .select(
            lit(raw.shortName()).as("source"),
            col("ingest_file"),
            col("arrival_date"),
            lit(runSequence).as("run_sequence"),
            col("reasons"),
            col("payload"));
  }

  private Contract contract(String bronze) {
    return lake.contract(bronze);
  }

  private Dataset<Row> existing(String bronze, boolean isFull, Row counts) {
    Dataset<Row> stored = isFull || counts.isNullAt(2) ? lake.empty(bronze) : lake.read(bronze);
    Dataset<Row> sameDays =
        isFull || counts.isNullAt(2)
            ? stored
            : stored
                .where(col("event_date").between(counts.getDate(2), counts.getDate(3)))
                .where(col("ingest_run").lt(runSequence));
    return sameDays.select("record_id", "content_hash", "record_version");
  }

  private Dataset<Row> accounts(Contract raw, Dataset<Row> typed, Dataset<Row> versioned) {
    Dataset<Row> outcome =
        typed
            .where(size(col("reasons")).gt(0))
            .select(col("ingest_file"), lit("quarantined").as("outcome"))
            .union(
                versioned.select(
                    col("ingest_file"),
                    expr("if(record_version is null, 'duplicate', 'accepted')")));
    return outcome
        .groupBy("ingest_file")
        .agg(
            count_if(col("outcome").equalTo("accepted")).as("accepted_count"),
            count_if(col("outcome").equalTo("duplicate")).as("duplicate_count"),
            count_if(col("outcome").equalTo("quarantined")).as("quarantined_count"))
        .join(
            typed.groupBy("ingest_file").agg(count(lit(1)).as("read_count")),
            scala.jdk.javaapi.CollectionConverters.asScala(List.of("ingest_file")).toSeq(),
            "full")
        .select(
            lit(runSequence).as("run_sequence"),
            lit("bronze." + raw.shortName()).as("table_name"),
            lit("read = accepted + duplicates + quarantined").as("name"),
            col("ingest_file").as("file"),
            lit("error").as("severity"),
            expr("coalesce(read_count, 0) = coalesce(accepted_count, 0) + coalesce(duplicate_count, 0) + coalesce(quarantined_count, 0)")
                .as("is_passed"),
            expr("abs(coalesce(read_count, 0) - coalesce(accepted_count, 0) - coalesce(duplicate_count, 0) - coalesce(quarantined_count, 0))")
                .as("failures"),
            col("read_count"),
            col("accepted_count"),
            col("duplicate_count"),
            col("quarantined_count"));
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

  private Dataset<Row> landed(
      Contract raw, List<TakenFile> files, Map<String, SourceMapping> mappings) {
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
      byHeader.computeIfAbsent(header(file), h -> new ArrayList<>()).add(file);
    }
    return byHeader.entrySet().stream()
        .map(group -> {
          List<String> names =
              List.of(group.getKey().split(java.util.regex.Pattern.quote(delimiter), -1)).stream()
                  .map(n -> n.strip().replace("\"", "").replace("\uFEFF", ""))
                  .toList();
          StructType schema = new StructType();
          for (String name : names) {
            schema = schema.add(name, "string");
          }
          Dataset<Row> rows =
              spark
                  .read()
                  .schema(schema.add("_corrupt_record", "string"))
                  .option("header", "true")
                  .option("delimiter", delimiter)
                  .option("multiLine", "true")
                  .option("escape", "\"")
                  .option("columnNameOfCorruptRecord", "_corrupt_record")
                  .format("csv")
                  .load(paths(group.getValue()));
          return Ingest.columnFields(withFile(rows), names)
              .select("payload", "fields", "ingest_file");
        })
        .reduce(Dataset::unionByName)
        .orElseThrow();
  }

  private String header(TakenFile file) {
    try (InputStream stream = landing.open(file.path());
        BufferedReader reader =
            new BufferedReader(
                new InputStreamReader(
                    file.path().endsWith(".gz") ? new GZIPInputStream(stream) : stream,
                    StandardCharsets.UTF_8))) {
      String line = reader.readLine();
      return line == null ? "" : line;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the header of " + file.path(), e);
    }
  }

  private Dataset<Row> withFile(Dataset<Row> rows) {
    String root = landing.uri().getPath();
    return rows.withColumn(
        "ingest_file",
        expr(
            "url_decode(substring(_metadata.file_path, instr(_metadata.file_path, '%s') + %d))"
                .formatted(root.replace("'", "\\'"), root.length() + 1)));
  }

  private String[] paths(List<TakenFile> files) {
    return files.stream().map(f -> landing.absolute(f.path())).toArray(String[]::new);
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
