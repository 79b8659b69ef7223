package io.supportlake.platform;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.count_if;
import static org.apache.spark.sql.functions.lit;

import io.supportlake.Settings;
import io.supportlake.platform.ManifestFiles.TakenFile;
import io.supportlake.rules.Redactor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.format.DateTimeParseException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.storage.StorageLevel;

/** What the vendor mappings are, and what one of them would make of a file; nothing is written. */
public final class SourceCheck {
  private final SparkSession spark;
  private final Contracts contracts;
  private final Settings settings;

  /** A check with the installation's contracts, zone and key. */
  public SourceCheck(SparkSession spark, Contracts contracts, Settings settings) {
    this.spark = spark;
    this.contracts = contracts;
    this.settings = settings;
  }

  /**
   * One mapping.
   *
   * @param gives raw sources that it gives records of
   */
  public record Listed(String name, String description, String folder, List<String> gives) {}

  /**
   * What a file gives of one source.
   *
   * @param read records, as a run would count them
   * @param refused those of them that would be refused
   * @param records the first of them
   */
  public record Found(String source, long read, long refused, List<Outcome> records) {
    /** Copies the records. */
    public Found {
      records = List.copyOf(records);
    }
  }

  /**
   * A record as it would come out.
   *
   * @param reasons codes of why it would be refused; empty = it would be taken
   * @param columns those that have a value; personal ones redacted or as tokens
   */
  public record Outcome(List<String> reasons, Map<String, String> columns) {}

  /** All mappings below the configuration, by name. */
  public static List<Listed> list(Path conf) {
    return SourceMapping.all(conf).stream()
        .map(m ->
            new Listed(
                m.name(),
                m.description(),
                m.folder(),
                m.records().stream().map(SourceMapping.Record::source).distinct().toList()))
        .toList();
  }

  /**
   * The first records that a mapping would make of a file, for each source that it gives.
   *
   * @param most records shown of each source
   */
  public List<Found> check(Path conf, String name, Path file, int most) {
    SourceMapping mapping = SourceMapping.named(conf, name);
    if (!Files.isRegularFile(file)) {
      throw new UsageException("%s: no such file. Name a file of the vendor's.".formatted(file));
    }
    validate(mapping);
    Path path = file.toAbsolutePath().normalize();
    Path folder = java.util.Objects.requireNonNull(path.getParent());
    TakenFile taken =
        new TakenFile(
            String.valueOf(path.getFileName()),
            mapping.folder(),
            0,
            "",
            arrival(path, settings.reportingZone()));
    Landing landing = new Landing(folder.toString(), spark.sparkContext().hadoopConfiguration());
    if (!landing.isTaken(taken.path())) {
      throw new UsageException(
          "%s is packed in a way that no run takes (gzip, bzip2 and deflate are taken). Pack it anew."
              .formatted(file));
    }
    LandedRecords landed = new LandedRecords(spark, landing, settings.key());
    return mapping.records().stream()
        .map(SourceMapping.Record::source)
        .distinct()
        .map(source -> found(landed, mapping, contracts.of("raw." + source), taken, most))
        .toList();
  }

  private Found found(
      LandedRecords landed, SourceMapping mapping, Contract raw, TakenFile file, int most) {
    Dataset<Row> typed =
        Ingest.withReasons(
                Ingest.typed(
                    landed.of(raw, List.of(file), Map.of(mapping.folder(), mapping)),
                    raw,
                    settings.reportingZone(),
                    0,
                    null),
                raw,
                null)
            .persist(StorageLevel.MEMORY_AND_DISK());
    try {
      Row counts = typed.agg(count(lit(1)), count_if(col("is_refused"))).head();
      List<Outcome> outcomes =
          typed.limit(most).collectAsList().stream().map(row -> outcome(row, raw)).toList();
      return new Found(raw.shortName(), counts.getLong(0), counts.getLong(1), outcomes);
    } finally {
      var _ = typed.unpersist();
    }
  }

  private Outcome outcome(Row row, Contract raw) {
    Map<String, String> columns = new LinkedHashMap<>();
    for (Contract.Column column : raw.columns()) {
      Object value = row.getAs(column.name());
      if (value != null) {
        columns.put(column.name(), shown(column, value.toString()));
      }
    }
    String unknown = row.getAs("unknown_columns");
    if (unknown != null) {
      columns.put("unknown_columns", redacted(unknown));
    }
    return new Outcome(row.getList(row.fieldIndex("reasons")), columns);
  }

  /**
   * Personal keys are tokens, since a redactor would not know them; every other text is redacted: a
   * mapping that is still being written may put a message anywhere.
   */
  private String shown(Contract.Column column, String value) {
    if (!column.type().equals(DataTypes.StringType) && !(column.type() instanceof ArrayType)) {
      return value;
    }
    return "personal".equals(column.classification()) && column.name().endsWith("_id")
        ? settings.key().token("usr", value)
        : redacted(value);
  }

  private String redacted(String text) {
    return Redactor.of(settings.key(), settings.defaultRegion()).redact(text).text();
  }

  /** Refuses a mapping that names what is not there or whose expressions Spark cannot resolve. */
  void validate(SourceMapping mapping) {
    PersonAccount.register(spark, settings.key());
    Dataset<Row> rows = spark.createDataFrame(List.of(), LandedRecords.VENDOR_ROW);
    if (mapping.explode() != null) {
      resolve(mapping, "explode", rows, Map.of("", mapping.explode()));
      rows = mapping.exploded(rows);
    }
    Dataset<Row> shared = named(mapping, "let", rows, mapping.let());
    for (SourceMapping.Record record : mapping.records()) {
      String where = "the records of " + record.source();
      if (contracts.all().stream().noneMatch(c -> c.name().equals("raw." + record.source()))) {
        throw broken(mapping, where, "there is no such source in schemas/raw");
      }
      Contract raw = contracts.of("raw." + record.source());
      for (String column : record.columns().keySet()) {
        if (!raw.columnNames().contains(column) && !column.startsWith(SourceMapping.STATED)) {
          throw broken(
              mapping,
              where,
              "the contract has no column %s (known: %s)"
                  .formatted(column, String.join(", ", raw.columnNames())));
        }
      }
      for (Contract.Column column : raw.columns()) {
        if (column.required() && !record.columns().containsKey(column.name())) {
          throw broken(
              mapping, where, "the required column %s is missing".formatted(column.name()));
        }
      }
      Dataset<Row> names = named(mapping, where, shared, record.let());
      resolve(mapping, where, names, Map.of(", where", record.where()));
      resolve(mapping, where + ", ", names, record.columns());
    }
  }

  private static Dataset<Row> named(
      SourceMapping mapping, String where, Dataset<Row> rows, Map<String, String> let) {
    Dataset<Row> names = rows;
    for (Map.Entry<String, String> entry : let.entrySet()) {
      resolve(mapping, where + ", ", names, Map.ofEntries(entry));
      names = SourceMapping.named(names, Map.ofEntries(entry));
    }
    return names;
  }

  /**
   * Refuses the first expression that cannot be resolved. All are tried at once, which is quick,
   * and singly only to find whose fault it is; Spark's own words name the text and the place in it.
   */
  private static void resolve(
      SourceMapping mapping, String where, Dataset<Row> rows, Map<String, String> expressions) {
    try {
      var _ = rows.selectExpr(expressions.values().toArray(String[]::new));
    } catch (Exception e) {
      if (!(e instanceof AnalysisException)) {
        throw e;
      }
      if (expressions.size() == 1) {
        throw broken(
            mapping,
            where + expressions.keySet().iterator().next(),
            firstLine(String.valueOf(e.getMessage())));
      }
      expressions
          .entrySet()
          .forEach(single -> resolve(mapping, where, rows, Map.ofEntries(single)));
    }
  }

  /** A parser's message begins with an empty line. */
  private static String firstLine(String message) {
    return message.lines().filter(line -> !line.isBlank()).findFirst().orElse(message).strip();
  }

  private static UsageException broken(SourceMapping mapping, String where, String problem) {
    return new UsageException(
        "conf/sources/%s.yaml: %s: %s. The mapping's author mends it."
            .formatted(mapping.name(), where, problem));
  }

  /**
   * The day of the file's folder where it has one, as in the landing zone; else of its last change.
   */
  static LocalDate arrival(Path file, ZoneId zone) {
    try {
      return LocalDate.parse(
          String.valueOf(java.util.Objects.requireNonNull(file.getParent()).getFileName()));
    } catch (DateTimeParseException e) {
      try {
        return LocalDate.ofInstant(Files.getLastModifiedTime(file).toInstant(), zone);
      } catch (IOException unreadable) {
        throw new UncheckedIOException("cannot read the date of " + file, unreadable);
      }
    }
  }
}
