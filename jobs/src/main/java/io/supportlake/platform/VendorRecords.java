package io.supportlake.platform;

import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.array_contains;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.split_part;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.supportlake.platform.LandedRecords.Header;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/**
 * Which of vendors' records name a user by an id that lacks the word that the mapping puts before
 * it: {@code zendesk-77} is {@code 77} in the export. Nothing but the mapping tells a user's 77
 * from a ticket's, so records that hold the number are mapped as ingest does, and the columns that
 * name users are compared with the id. Of an agent nothing is found: records of cases stay, and
 * what would have to be taken out of them cannot be told by the mapping.
 *
 * @param mappings by the folder of the files that they are for
 */
record VendorRecords(
    SparkSession spark, Contracts contracts, Map<String, SourceMapping> mappings, Subject subject) {
  /** Records that are mapped at once, and their letters: a page may have millions. */
  private static final int AT_ONCE = 10_000;

  private static final int LETTERS_AT_ONCE = 16 << 20;

  /** Of a refused record that cannot be parsed, an id of fewer signs tells nothing. */
  private static final int LEAST_TELLING = 8;

  private static final JsonMapper JSON =
      JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

  private static final String ENTRY = "supportlake_entry";

  private static final StructType ENTRIES =
      new StructType().add("ingest_file", "string").add("value", "string");

  /** Copies the map. */
  VendorRecords {
    mappings = Map.copyOf(mappings);
  }

  /** A name for a record: mappings may read the file's path, which it begins with. */
  static String named(String file, Object name) {
    return file + '#' + name;
  }

  /** The name by itself. */
  static String nameIn(String named) {
    return named.substring(named.lastIndexOf('#') + 1);
  }

  /** Whether records in the folder may name the user by another id. */
  boolean looksInto(String folder) {
    SourceMapping mapping = mappings.get(folder);
    return mapping != null && !idsIn(mapping).isEmpty();
  }

  /** The records of one file. */
  Looked in(String folder, @Nullable String header) {
    return new Looked(mappings.get(folder), header, this::vendor);
  }

  /** How rows of numbers and texts become a vendor's. */
  private interface Reading {
    Dataset<Row> vendor(SourceMapping mapping, List<Row> entries, @Nullable String header);
  }

  /** Finds those that name the user. */
  final class Looked {
    private final @Nullable SourceMapping mapping;
    private final @Nullable String header;
    private final Reading reading;
    private final List<String> ids;
    private final Predicate<String> mayName;
    private final List<Row> entries = new ArrayList<>();
    private final Set<String> naming = new TreeSet<>();
    private long letters;

    private Looked(@Nullable SourceMapping mapping, @Nullable String header, Reading reading) {
      this.mapping = mapping;
      this.header = header;
      this.reading = reading;
      this.ids = mapping == null ? List.of() : idsIn(mapping);
      this.mayName = asWord(ids);
    }

    /** Takes a record by a name of its own. */
    void add(String name, String entry) {
      if (mapping != null && mayName.test(entry)) {
        entries.add(RowFactory.create(name, entry));
        letters += entry.length();
        if (entries.size() == AT_ONCE || letters > LETTERS_AT_ONCE) {
          look();
        }
      }
    }

    /** Names of those that name the user. */
    Set<String> naming() {
      look();
      return naming;
    }

    private void look() {
      if (mapping != null && !entries.isEmpty()) {
        naming.addAll(rowsNaming(mapping, reading.vendor(mapping, entries, header)));
        entries.clear();
        letters = 0;
      }
    }
  }

  /** The id without what the mapping puts before it; none of an agent. */
  private List<String> idsIn(SourceMapping mapping) {
    String id = subject.id();
    String expressions =
        Stream.concat(
                mapping.let().values().stream(),
                mapping.records().stream()
                    .flatMap(r ->
                        Stream.concat(r.let().values().stream(), r.columns().values().stream())))
            .collect(Collectors.joining("\n"));
    return subject.kind() == Subject.Kind.AGENT
        ? List.of()
        : IntStream.range(1, id.length())
            .filter(i -> expressions.contains("concat('" + id.substring(0, i) + "'"))
            .mapToObj(id::substring)
            .toList();
  }

  private static Predicate<String> asWord(List<String> ids) {
    return ids.isEmpty() ? _ -> false : Pattern.compile(words(ids)).asPredicate();
  }

  private static String words(List<String> ids) {
    return ids.stream()
        .map(Pattern::quote)
        .collect(Collectors.joining("|", "(?i)(?<![\\p{L}\\p{N}])(?:", ")(?![\\p{L}\\p{N}])"));
  }

  /** Hashes (SHA-256, hex) of the payloads of refused records that name the user. */
  Set<String> refused(Dataset<Row> quarantine) {
    Set<String> hashes = new TreeSet<>();
    mappings.forEach((folder, mapping) -> {
      List<String> ids = idsIn(mapping);
      if (!ids.isEmpty()) {
        Looked pages = new Looked(mapping, null, (m, rows, _) -> refused(m, rows));
        Looked records = new Looked(mapping.withoutPages(), null, (m, rows, _) -> refused(m, rows));
        Predicate<String> isTelling =
            asWord(ids.stream().filter(id -> id.length() >= LEAST_TELLING).toList());
        quarantine
            .where(split_part(col("ingest_file"), lit("/"), lit(1)).equalTo(folder))
            .where(col("payload").rlike(words(ids)))
            .selectExpr("sha2(payload, 256)", "payload", "ingest_file")
            .distinct()
            .toLocalIterator()
            .forEachRemaining(r -> {
              String hash = r.getString(0);
              String name = named(r.getString(2), hash);
              pages.add(name, r.getString(1));
              records.add(name, r.getString(1));
              if (isTelling.test(r.getString(1)) && isUnparsable(mapping, r.getString(1))) {
                hashes.add(hash);
              }
            });
        Stream.concat(pages.naming().stream(), records.naming().stream())
            .map(VendorRecords::nameIn)
            .forEach(hashes::add);
      }
    });
    return hashes;
  }

  private static boolean isUnparsable(SourceMapping mapping, String payload) {
    if (mapping.format().equals("lines")) {
      return false;
    }
    try {
      var _ = JSON.readTree(payload);
      return false;
    } catch (JsonProcessingException _) {
      return true;
    }
  }

  /** A refused record stands in quarantine as one of its page, and of CSV as JSON of its fields. */
  private Dataset<Row> refused(SourceMapping mapping, List<Row> payloads) {
    return mapping.format().equals("lines") ? lines(payloads) : json(payloads);
  }

  /** Names, as {@code ingest_file} has them, of the vendor's rows that name the user. */
  private Set<String> rowsNaming(SourceMapping mapping, Dataset<Row> vendor) {
    Dataset<Row> kept = vendor.localCheckpoint();
    Set<String> naming = new TreeSet<>();
    for (Contract raw :
        contracts.layer("raw").stream().filter(c -> mapping.gives(c.shortName())).toList()) {
      Optional<SubjectColumns> columns = SubjectColumns.of(raw, subject.kind().word());
      if (columns.isPresent()) {
        Column[] keys =
            columns.get().keys().stream().map(k -> col("all").getItem(k)).toArray(Column[]::new);
        mapping
            .landed(kept, raw.shortName())
            .where(array_contains(array(keys), lit(subject.id())))
            .select("ingest_file")
            .distinct()
            // Not more than there are rows, which are looked at in parts of AT_ONCE.
            .collectAsList()
            .forEach(r -> naming.add(r.getString(0)));
      }
    }
    return naming;
  }

  private Dataset<Row> vendor(SourceMapping mapping, List<Row> entries, @Nullable String header) {
    return switch (mapping.format()) {
      case "csv" -> csv(mapping, entries, Objects.requireNonNullElse(header, ""));
      case "json" -> json(entries);
      default -> lines(entries);
    };
  }

  private Dataset<Row> lines(List<Row> entries) {
    return spark
        .createDataFrame(entries, ENTRIES)
        .withColumnRenamed("value", "payload")
        .selectExpr(
            "ingest_file",
            "payload",
            "map('line', payload, 'file', ingest_file, 'occurrence', '1') as fields");
  }

  private Dataset<Row> json(List<Row> entries) {
    return Ingest.vendorJson(spark.createDataFrame(entries, ENTRIES));
  }

  /** By a header that ingest would refuse, nothing is read: of such files no run took anything. */
  private Dataset<Row> csv(SourceMapping mapping, List<Row> entries, String header) {
    List<String> names = Header.names(header, mapping.delimiter());
    if (Header.fault(names).isPresent()) {
      return spark.createDataFrame(List.of(), LandedRecords.VENDOR_ROW);
    }
    StructType schema = new StructType().add(ENTRY, DataTypes.StringType);
    for (String name : names) {
      schema = schema.add(name, DataTypes.StringType);
    }
    Dataset<Row> rows =
        Header.options(
                spark.read().schema(schema.add("_corrupt_record", "string")), mapping.delimiter())
            .csv(
                spark.createDataset(
                    entries.stream()
                        .map(e ->
                            '"'
                                + e.getString(0).replace("\"", "\"\"")
                                + '"'
                                + mapping.delimiter()
                                + e.getString(1))
                        .toList(),
                    Encoders.STRING()));
    return Ingest.columnFields(rows.withColumnRenamed(ENTRY, "ingest_file"), names)
        .select("payload", "fields", "ingest_file");
  }
}
