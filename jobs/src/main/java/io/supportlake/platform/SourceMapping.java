package io.supportlake.platform;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.expr;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * A vendor's format as records of our sources: Spark SQL expressions over the vendor's fields,
 * which stand in the map {@code fields}. One vendor row may give several records.
 *
 * @param name name of the mapping and its file in conf/sources
 * @param description what the export is and where its fields are documented
 * @param folder folder below the landing zone
 * @param format csv, json or lines (each line as fields line and file)
 * @param delimiter of csv
 * @param records what each vendor row gives
 */
record SourceMapping(
    String name,
    String description,
    String folder,
    String format,
    String delimiter,
    List<Record> records) {

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
      Path file = conf.resolve("sources").resolve(name + ".yaml");
      SourceMapping mapping = Yaml.as(Yaml.read(file), SourceMapping.class, file.toString());
      byFolder.put(mapping.folder(), mapping);
    }
    return byFolder;
  }

  /** Whether the mapping gives records of the source. */
  boolean gives(String source) {
    return records.stream().anyMatch(r -> r.source().equals(source));
  }

  /** The vendor's rows as records of the source: payload, all (map of our columns), ingest_file. */
  Dataset<Row> landed(Dataset<Row> vendor, String source) {
    // A row that could not be parsed at all goes to quarantine once, not once a kind of record.
    Dataset<Row> unparsable =
        vendor
            .where(col("fields").isNull())
            .select(col("payload"), col("fields").as("all"), col("ingest_file"));
    return records.stream()
        .filter(r -> r.source().equals(source))
        .map(r -> records(vendor.where(col("fields").isNotNull()), r))
        .reduce(unparsable, Dataset::unionByName);
  }

  private static Dataset<Row> records(Dataset<Row> vendor, Record record) {
    Dataset<Row> named = vendor;
    for (Map.Entry<String, String> let : record.let().entrySet()) {
      named = named.withColumn(let.getKey(), expr(let.getValue()));
    }
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
