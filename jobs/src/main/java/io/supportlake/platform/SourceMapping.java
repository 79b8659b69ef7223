package io.supportlake.platform;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.expr;

import io.supportlake.rules.KeyedHash;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.jspecify.annotations.Nullable;

/**
 * A vendor's format as records of our sources: Spark SQL expressions over the vendor's fields,
 * which stand in the map {@code fields}. One vendor row may give several records, and a row that is
 * a page or a batch may hold many vendor rows.
 *
 * @param name name of the mapping and its file in conf/sources
 * @param description what the export is and where its fields are documented
 * @param folder folder below the landing zone
 * @param format csv, json or lines (each line as fields line and file)
 * @param delimiter of csv
 * @param explode array of JSON texts that a row holds, over {@code fields} and {@code payload};
 *     each then is a row of its own, its fields those of the text. No array (null) is a row that
 *     cannot be parsed. Null = a row is one row
 * @param let names for expressions that all records share, in order
 * @param records what each vendor row gives
 */
record SourceMapping(
    String name,
    String description,
    String folder,
    String format,
    String delimiter,
    @Nullable String explode,
    Map<String, String> let,
    List<Record> records) {
  /** Columns that a mapping may add to the contract's begin so; they are kept as unknown ones. */
  static final String STATED = "stated_";

  /** A mapping needs no shared names. */
  SourceMapping {
    let = let == null ? Map.of() : let;
  }

  /**
   * One kind of record.
   *
   * @param source raw contract that it is a record of
   * @param where predicate over {@code fields}
   * @param let names for expressions that the columns share, in order
   * @param columns expression of each of the contract's columns
   */
  record Record(String source, String where, Map<String, String> let, Map<String, String> columns) {
    Record {
      let = let == null ? Map.of() : let;
    }
  }

  /** The mappings of the names. */
  static Map<String, SourceMapping> load(Path conf, List<String> names) {
    Map<String, SourceMapping> byFolder = new TreeMap<>();
    for (String name : names) {
      SourceMapping mapping = read(conf.resolve("sources").resolve(name + ".yaml"));
      byFolder.put(mapping.folder(), mapping);
    }
    return byFolder;
  }

  /** The mapping of a name that somebody gave. */
  static SourceMapping named(Path conf, String name) {
    List<String> known = all(conf).stream().map(SourceMapping::name).toList();
    if (!known.contains(name)) {
      throw new UsageException(
          "no mapping %s (known: %s). Name one of these, or add conf/sources/%s.yaml."
              .formatted(name, String.join(", ", known), name));
    }
    return load(conf, List.of(name)).values().iterator().next();
  }

  /** All mappings below the configuration, by name. */
  static List<SourceMapping> all(Path conf) {
    Path folder = conf.resolve("sources");
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(f -> f.toString().endsWith(".yaml"))
          .sorted()
          .map(SourceMapping::read)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot list the mappings in " + folder, e);
    }
  }

  /** The mapping of one file. */
  static SourceMapping read(Path file) {
    return Yaml.as(Yaml.read(file), SourceMapping.class, file.toString());
  }

  /** Whether the mapping gives records of the source. */
  boolean gives(String source) {
    return records.stream().anyMatch(r -> r.source().equals(source));
  }

  /**
   * What the vendor may write for an id of ours: the id without what the mapping puts before it by
   * {@code concat('word-', ...)}.
   */
  List<String> vendorIds(String id) {
    String expressions =
        Stream.concat(
                let.values().stream(),
                records.stream()
                    .flatMap(r ->
                        Stream.concat(r.let().values().stream(), r.columns().values().stream())))
            .collect(Collectors.joining("\n"));
    return IntStream.range(1, id.length())
        .filter(i -> expressions.contains("concat('" + id.substring(0, i) + "'"))
        .mapToObj(id::substring)
        .toList();
  }

  /**
   * The vendor's rows as records of the source: payload, all (map of our columns), ingest_file.
   *
   * @param key of the tokens by which {@link PersonAccount}s are named
   */
  Dataset<Row> landed(Dataset<Row> rows, String source, KeyedHash key) {
    PersonAccount.register(rows.sparkSession(), key);
    // Kept, or each kind of record would take the pages apart again.
    Dataset<Row> vendor = explode == null ? rows : exploded(rows).localCheckpoint();
    // A row that could not be parsed at all goes to quarantine once, not once a kind of record.
    Dataset<Row> unparsable =
        vendor
            .where(col("fields").isNull())
            .select(col("payload"), col("fields").as("all"), col("ingest_file"));
    return records.stream()
        .filter(r -> r.source().equals(source))
        .map(r -> records(named(vendor.where(col("fields").isNotNull()), let), r))
        .reduce(unparsable, Dataset::unionByName);
  }

  /** The same for rows that were taken out of their pages. */
  SourceMapping withoutPages() {
    return new SourceMapping(name, description, folder, format, delimiter, null, let, records);
  }

  /** The same for refused rows, of which those of CSV stand as JSON of their fields. */
  SourceMapping ofRefused() {
    return format.equals("csv")
        ? new SourceMapping(name, description, folder, "json", "", explode, let, records)
        : this;
  }

  /** Whether a line holds many records. */
  boolean isOfPages() {
    return explode != null;
  }

  /**
   * Each element as a row; a row without an array stays, as one that cannot be parsed. Only such a
   * row keeps its payload: copied to each element, a page of megabytes would cost minutes.
   */
  Dataset<Row> exploded(Dataset<Row> rows) {
    if (explode == null) {
      return rows;
    }
    return rows.withColumn("items", expr(explode))
        .selectExpr(
            "ingest_file",
            "coalesce(items, array(cast(null as string))) as items",
            "if(items is null or exists(items, i -> i is null), payload, null) as page")
        .selectExpr("ingest_file", "page", "explode(items) as item")
        .select(
            expr("coalesce(item, page)").as("payload"),
            JsonLine.object(col("item"), List.of()).getField("others").as("fields"),
            col("ingest_file"));
  }

  /** The rows with the names as columns, each of which may use those before it. */
  static Dataset<Row> named(Dataset<Row> rows, Map<String, String> let) {
    Dataset<Row> named = rows;
    for (Map.Entry<String, String> entry : let.entrySet()) {
      named = named.withColumn(entry.getKey(), expr(entry.getValue()));
    }
    return named;
  }

  private static Dataset<Row> records(Dataset<Row> vendor, Record record) {
    Dataset<Row> named = named(vendor, record.let());
    String entries =
        record.columns().entrySet().stream()
            .map(e -> "'%s', cast((%s) as string)".formatted(e.getKey(), e.getValue()))
            .collect(Collectors.joining(", "));
    return named
        .where(record.where())
        .withColumn(
            "mapped",
            expr(
                "if(fields is null, null, map_filter(map("
                    + entries
                    + "), (k, v) -> v is not null))"))
        .select(col("payload"), col("mapped").as("all"), col("ingest_file"));
  }
}
