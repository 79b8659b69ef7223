package io.supportlake.platform;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.row_number;

import io.supportlake.platform.ManifestFiles.TakenFile;
import io.supportlake.rules.KeyedHash;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.spark.sql.DataFrameReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.expressions.Window;
import org.apache.spark.sql.types.StructType;

/** Records of landed files as they came, in our own formats and in vendors'. */
final class LandedRecords {
  /** What Spark or a reader here adds to a row, and no file can bring. */
  private static final List<String> RESERVED =
      List.of("_corrupt_record", "_metadata", "ingest_file");

  /** What a vendor's mapping is given. */
  static final StructType VENDOR_ROW =
      StructType.fromDDL("payload string, fields map<string, string>, ingest_file string");

  private final SparkSession spark;
  private final Landing landing;
  private final KeyedHash key;

  /** First lines by path: faults are looked for in what the files are read by. */
  private final Map<String, Optional<String>> headers = new ConcurrentHashMap<>();

  LandedRecords(SparkSession spark, Landing landing, KeyedHash key) {
    this.spark = spark;
    this.landing = landing;
    this.key = key;
  }

  /**
   * The files' records, as {@link Ingest#typed} takes them.
   *
   * @param files at least one
   * @param mappings by the folder of the files that they are for
   */
  Dataset<Row> of(Contract raw, List<TakenFile> files, Map<String, SourceMapping> mappings) {
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
                        raw.shortName(),
                        key)
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
    return all.withColumn("arrival_date", ArrivalDates.of(files, col("ingest_file")));
  }

  /** Our own formats: rows with payload, fields (a struct), unknown and ingest_file. */
  private Dataset<Row> own(Contract raw, List<TakenFile> files) {
    String format = String.valueOf(raw.property("format"));
    return format.equals("json")
        ? Ingest.jsonFields(lines(files), raw)
        : Ingest.mapFields(vendor(format, ",", files).withColumnRenamed("fields", "all"), raw);
  }

  /** A vendor's rows with payload, fields (a map) and ingest_file. */
  private Dataset<Row> vendor(String format, String delimiter, List<TakenFile> files) {
    return switch (format) {
      case "json" -> Ingest.vendorJson(lines(files));
      case "lines" -> {
        // The same line may stand in a file many times; which of the equal ones is first does not
        // matter.
        yield lines(files)
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
      return spark.createDataFrame(List.of(), VENDOR_ROW);
    }
    return byHeader.entrySet().stream()
        .map(group -> {
          List<String> names = Header.names(group.getKey(), delimiter);
          StructType schema = new StructType();
          for (String name : names) {
            schema = schema.add(name, "string");
          }
          Dataset<Row> rows =
              Header.options(
                      reader("csv").schema(schema.add("_corrupt_record", "string")), delimiter)
                  .option("header", "true")
                  .option("multiLine", "true")
                  .load(paths(group.getValue()));
          return Ingest.columnFields(withFile(rows), names)
              .select("payload", "fields", "ingest_file");
        })
        .reduce(Dataset::unionByName)
        .orElseThrow();
  }

  /** How CSV is read by its header line. */
  static final class Header {
    private Header() {}

    /** Columns of a header line; one without a name is called by its place. */
    static List<String> names(String header, String delimiter) {
      String[] parts = header.split(Pattern.quote(delimiter), -1);
      return IntStream.range(0, parts.length)
          .mapToObj(i -> {
            String name = parts[i].strip().replace("\"", "").replace("\uFEFF", "");
            return name.isEmpty() ? "column_" + (i + 1) : name;
          })
          .toList();
    }

    /** Why nothing can be read by the names; without them: a file without a header has values. */
    static Optional<String> fault(List<String> names) {
      Set<String> distinct =
          names.stream().map(n -> n.toLowerCase(Locale.ROOT)).collect(Collectors.toSet());
      if (distinct.size() < names.size()) {
        return Optional.of("two columns of its header line have the same name");
      }
      return RESERVED.stream().anyMatch(distinct::contains)
          ? Optional.of(
              "a column of its header line has a name that is kept for reading it (%s)"
                  .formatted(String.join(", ", RESERVED)))
          : Optional.empty();
    }

    static DataFrameReader options(DataFrameReader reader, String delimiter) {
      return reader
          .option("delimiter", delimiter)
          .option("escape", "\"")
          .option("columnNameOfCorruptRecord", "_corrupt_record");
    }
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
                .map(h -> Header.names(h, mapping == null ? "," : mapping.delimiter()))
                .orElse(List.of());
        Header.fault(names).ifPresent(fault -> faults.put(file.path(), fault));
      }
    }
    return faults;
  }

  /** The first line; none where a packed file holds nothing. */
  private Optional<String> header(TakenFile file) {
    return headers.computeIfAbsent(file.path(), _ -> firstLine(file));
  }

  private Optional<String> firstLine(TakenFile file) {
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(landing.unpacked(file.path()), StandardCharsets.UTF_8))) {
      return Optional.ofNullable(reader.readLine());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the header of " + file.path(), e);
    }
  }

  private Dataset<Row> lines(List<TakenFile> files) {
    return withFile(reader("text").load(paths(files)));
  }

  /** That a file cannot be read to its end is no reason to leave its end away, or all of it. */
  private DataFrameReader reader(String format) {
    return spark
        .read()
        .format(format)
        .option("ignoreCorruptFiles", "false")
        .option("ignoreMissingFiles", "false");
  }

  private Dataset<Row> withFile(Dataset<Row> rows) {
    return rows.withColumn(
        "ingest_file", LandedPath.below(landing.uri(), col("_metadata.file_path")));
  }

  private String[] paths(List<TakenFile> files) {
    return files.stream()
        .map(f -> Landing.literal(landing.absolute(f.path())))
        .toArray(String[]::new);
  }
}
