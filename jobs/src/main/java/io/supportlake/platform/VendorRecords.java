package io.supportlake.platform;

import static java.util.stream.Collectors.toList;
import static java.util.stream.Collectors.toSet;
import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.filter;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.size;
import static org.apache.spark.sql.functions.split_part;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.when;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.supportlake.platform.LandedRecords.Header;
import io.supportlake.rules.KeyedHash;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
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
 * Which of vendors' records name a person by an id that lacks the word that the mapping puts before
 * it: {@code zendesk-77} is {@code 77} in the export. Nothing but the mapping tells a person's 77
 * from a ticket's, so records that hold the number are mapped as ingest does, and the columns that
 * name people are compared with the id. Records of an agent stay, so there it is also told where
 * the agent stands: records are mapped once more with another value in each place of the number.
 *
 * @param mappings by the folder of the files that they are for
 * @param key of the lake's tokens
 */
record VendorRecords(
    SparkSession spark,
    Contracts contracts,
    Map<String, SourceMapping> mappings,
    Subject subject,
    KeyedHash key) {
  /** Records that are mapped at once, and their letters: a page may have millions. */
  private static final int AT_ONCE = 10_000;

  private static final int LETTERS_AT_ONCE = 16 << 20;

  /** Of a refused record that cannot be parsed, an id of fewer signs tells nothing. */
  private static final int LEAST_TELLING = 8;

  private static final JsonMapper JSON =
      JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

  /**
   * Signs from which an id is taken for the person's wherever it is a value: a shorter one may be a
   * ticket's, or a second of the epoch, which has ten digits.
   */
  private static final int LONG = 11;

  private static final char SEPARATOR = '#';

  /** Stands for nobody. */
  private static final String ANOTHER = "supportlake-another";

  /** As JSON writes one. */
  static final Pattern NUMBER = Pattern.compile("-?\\d+(?:\\.\\d+)?");

  private static final String ENTRY = "supportlake_entry";

  private static final StructType ENTRIES =
      new StructType().add("ingest_file", "string").add("value", "string");

  /** Copies the map. */
  VendorRecords {
    mappings = Map.copyOf(mappings);
  }

  /** Whether a folder is a source's, whose records are as its contract says. */
  boolean isSource(String folder) {
    return source(folder).isPresent();
  }

  private Optional<Contract> source(String folder) {
    return contracts.layer("raw").stream().filter(c -> c.shortName().equals(folder)).findFirst();
  }

  /** Columns that name a record. */
  Set<String> recordIds() {
    return SubjectColumns.recordIds(contracts.layer("raw"));
  }

  /** Where records of a source's folder name such people; empty where they name none. */
  Optional<SourceKeys> keys(String folder) {
    return source(folder)
        .flatMap(raw -> SubjectColumns.of(raw, subject.kind().word()))
        .map(columns -> new SourceKeys(columns, subject.id(), subject.token()));
  }

  /** Whether records in the folder may name the person by another id. */
  boolean looksInto(String folder) {
    SourceMapping mapping = mappings.get(folder);
    return mapping != null && !idsIn(mapping).isEmpty();
  }

  /**
   * Looks through records that are mapped alike.
   *
   * @param header of CSV
   */
  Search search(String folder, @Nullable String header) {
    return new Search(Objects.requireNonNull(mappings.get(folder)), header);
  }

  /**
   * A record that stays, without the person.
   *
   * @param told what was found of it
   */
  String without(String folder, String entry, Told told) {
    SourceMapping mapping = Objects.requireNonNull(mappings.get(folder));
    return replaced(
        mapping,
        entry,
        places(mapping, entry, idsIn(mapping)).stream()
            .filter(p ->
                isLong(p.value())
                    || told.paths().contains(p.path())
                    || (p.isAgents() && !told.paths().isEmpty()))
            .toList(),
        ErasedRecords.LATER);
  }

  private static List<LandedValues.Place> places(
      SourceMapping mapping, String entry, List<String> ids) {
    return switch (mapping.format()) {
      case "csv" -> LandedValues.ofCsv(entry, mapping.delimiter().charAt(0), ids::contains);
      case "json" -> LandedValues.ofJson(entry, ids::contains);
      default -> List.of();
    };
  }

  private static String replaced(
      SourceMapping mapping, String entry, List<LandedValues.Place> places, String name) {
    return LandedValues.replaced(entry, places, name, mapping.format().equals("json"));
  }

  /** Whether a vendor's id by itself is the person's, as a value for itself. */
  private static boolean isLong(String id) {
    return id.length() >= LONG && id.chars().anyMatch(Character::isDigit);
  }

  /**
   * What was found of a record.
   *
   * @param isGoing whether the mapping says that it is a user's
   * @param paths of {@link LandedValues.Place}s that name an agent; those of long ids are not in it
   */
  record Told(boolean isGoing, Set<String> paths) {}

  /** Finds records that name the person. */
  final class Search {
    private final SourceMapping mapping;
    private final @Nullable String header;
    private final List<String> ids;
    private final Predicate<String> mayName;
    private final Map<String, String> entries = new TreeMap<>();
    private final Map<String, Map<String, Told>> told = new TreeMap<>();
    private long letters;

    private Search(SourceMapping mapping, @Nullable String header) {
      this.mapping = mapping;
      this.header = header;
      this.ids = idsIn(mapping);
      this.mayName = asWord(ids);
    }

    /**
     * Takes a record.
     *
     * @param inFile names it in the file
     */
    void add(String file, String inFile, String entry) {
      if (mayName.test(entry)) {
        // Begins with the path, which mappings may read.
        String name = file + SEPARATOR + inFile;
        if (places(mapping, entry, ids).stream().anyMatch(p -> isLong(p.value()))) {
          tell(name, new Told(false, Set.of()));
        }
        entries.put(name, entry);
        letters += entry.length();
        if (isMuch(entries.size(), letters)) {
          look();
        }
      }
    }

    private void tell(String name, Told what) {
      int end = name.lastIndexOf(SEPARATOR);
      told.computeIfAbsent(name.substring(0, end), _ -> new TreeMap<>())
          .put(name.substring(end + 1), what);
    }

    private void look() {
      Map<String, Named> named = named(entries);
      Map<String, String> naming = new TreeMap<>(entries);
      naming.keySet().removeIf(name -> named.getOrDefault(name, Named.NOBODY).person() == 0);
      entries.clear();
      letters = 0;
      if (subject.kind() == Subject.Kind.USER) {
        naming.keySet().forEach(name -> tell(name, new Told(true, Set.of())));
      } else {
        askWhere(naming, new TreeMap<>(named));
      }
    }

    private Map<String, Named> named(Map<String, String> records) {
      return records.isEmpty()
          ? Map.of()
          : rowsNaming(
              mapping,
              vendor(
                  mapping,
                  records.entrySet().stream()
                      .map(r -> RowFactory.create(r.getKey(), r.getValue()))
                      .toList(),
                  header));
    }

    /** Of records that name an agent: each with another value in each of the places. */
    private void askWhere(Map<String, String> naming, Map<String, Named> found) {
      Map<String, List<String>> asked = new TreeMap<>();
      Map<String, String> variants = new TreeMap<>();
      long much = 0;
      for (Map.Entry<String, String> record : naming.entrySet()) {
        Map<String, List<LandedValues.Place>> byPath =
            places(mapping, record.getValue(), ids).stream()
                .filter(p -> !p.isBeside() && !isLong(p.value()))
                .collect(Collectors.groupingBy(LandedValues.Place::path, TreeMap::new, toList()));
        asked.put(record.getKey(), List.copyOf(byPath.keySet()));
        for (Map.Entry<String, List<LandedValues.Place>> path : byPath.entrySet()) {
          variants.put(
              variant(record.getKey(), path.getKey()),
              replaced(mapping, record.getValue(), path.getValue(), ANOTHER));
          much += record.getValue().length();
          if (isMuch(variants.size(), much)) {
            found.putAll(named(variants));
            variants.clear();
            much = 0;
          }
        }
      }
      found.putAll(named(variants));
      asked.forEach((name, paths) -> tell(name, new Told(false, telling(name, paths, found))));
    }

    private static boolean isMuch(int records, long letters) {
      return records >= AT_ONCE || letters > LETTERS_AT_ONCE;
    }

    private static String variant(String name, String path) {
      return name + ':' + path;
    }

    /**
     * Paths with another value in which the record names whom that value stands for. Where there is
     * none, since the mapping takes not every value for an id, those with which the person is named
     * less often; and where several name the person, so that none does so alone, all.
     */
    private static Set<String> telling(String name, List<String> paths, Map<String, Named> named) {
      long before = named.getOrDefault(name, Named.NOBODY).person();
      Function<String, Named> with = p -> named.getOrDefault(variant(name, p), Named.NOBODY);
      return Stream.<Predicate<String>>of(
              p -> with.apply(p).another() > 0, p -> with.apply(p).person() < before, _ -> true)
          .map(isTelling -> paths.stream().filter(isTelling).collect(toSet()))
          .filter(telling -> !telling.isEmpty())
          .findFirst()
          .orElse(Set.of());
    }

    /** By file and name in it, the records that name the person. */
    Map<String, Map<String, Told>> told() {
      look();
      return told;
    }
  }

  /**
   * What the vendor may write for the id; where no other word tells of the person, a mapping has to
   * say what it means.
   */
  private List<String> idsIn(SourceMapping mapping) {
    return Stream.concat(
            mapping.vendorIds(subject.id()).stream(),
            Stream.of(subject.id())
                .filter(id -> subject.isNamedByKeyOnly() || NUMBER.matcher(id).matches()))
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

  /**
   * Hashes (SHA-256, hex) of the payloads of refused records that name the person where a search
   * for values does not find it.
   */
  Set<String> refused(Dataset<Row> quarantine) {
    Set<String> hashes = new TreeSet<>();
    if (subject.isNamedByKeyOnly()) {
      contracts.layer("raw").forEach(raw -> hashes.addAll(refused(raw, quarantine)));
    }
    mappings.forEach((folder, mapping) -> {
      List<String> ids = idsIn(mapping);
      if (!ids.isEmpty()) {
        // A refused record stands as one of its page, and of CSV as JSON of its fields.
        Search pages = new Search(mapping.ofRefused(), null);
        Search records = new Search(mapping.ofRefused().withoutPages(), null);
        Predicate<String> isTelling =
            asWord(ids.stream().filter(id -> id.length() >= LEAST_TELLING).toList());
        quarantine
            .where(folder().equalTo(folder))
            .where(col("payload").rlike(words(ids)))
            .selectExpr("sha2(payload, 256)", "payload", "ingest_file")
            .distinct()
            .toLocalIterator()
            .forEachRemaining(r -> {
              String hash = r.getString(0);
              pages.add(r.getString(2), hash, r.getString(1));
              records.add(r.getString(2), hash, r.getString(1));
              if (isTelling.test(r.getString(1)) && isUnparsable(mapping, r.getString(1))) {
                hashes.add(hash);
              }
            });
        Stream.of(pages, records)
            .flatMap(search -> search.told().values().stream())
            .forEach(told -> hashes.addAll(told.keySet()));
      }
    });
    return hashes;
  }

  /** Of a source's own, refused records of CSV are JSON of their fields, or as they came. */
  private Set<String> refused(Contract raw, Dataset<Row> quarantine) {
    Set<String> hashes = new TreeSet<>();
    keys(raw.shortName())
        .ifPresent(keys ->
            quarantine
                .where(folder().equalTo(raw.shortName()))
                .where(col("payload").contains(subject.id()).or(col("payload").contains("\\")))
                .selectExpr("sha2(payload, 256)", "payload")
                .distinct()
                .toLocalIterator()
                .forEachRemaining(r -> {
                  String payload = r.getString(1);
                  boolean isNamed =
                      LandedValues.isJson(payload)
                          ? !keys.inJson(payload).isEmpty() || keys.isInBroken(payload)
                          : !LandedValues.ofCsv(payload, ',', subject.id()::equals).isEmpty();
                  if (isNamed) {
                    hashes.add(r.getString(0));
                  }
                }));
    return hashes;
  }

  private static Column folder() {
    return split_part(col("ingest_file"), lit("/"), lit(1));
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

  /**
   * How often records name somebody.
   *
   * @param another whom {@link #ANOTHER} stands for
   */
  private record Named(long person, long another) {
    static final Named NOBODY = new Named(0, 0);

    Named plus(Named more) {
      return new Named(person + more.person, another + more.another);
    }
  }

  /** By {@code ingest_file}, how often the vendor's rows name the person. */
  private Map<String, Named> rowsNaming(SourceMapping mapping, Dataset<Row> vendor) {
    Dataset<Row> kept = vendor.localCheckpoint();
    Object[] others =
        idsIn(mapping).stream()
            .map(v -> subject.id().substring(0, subject.id().length() - v.length()) + ANOTHER)
            .toArray();
    Map<String, Named> naming = new TreeMap<>();
    for (Contract raw :
        contracts.layer("raw").stream().filter(c -> mapping.gives(c.shortName())).toList()) {
      Column[] whom =
          SubjectColumns.kinds(subject.kind()).stream()
              .flatMap(kind ->
                  SubjectColumns.of(raw, kind).stream()
                      .flatMap(c -> c.keys().stream().map(k -> whom(kind, c, k))))
              .toArray(Column[]::new);
      if (whom.length > 0) {
        mapping
            .landed(kept, raw.shortName(), key)
            .withColumn("persons", filter(array(whom), id -> id.equalTo(subject.id())))
            .withColumn(
                "others",
                filter(array(whom), id -> others.length == 0 ? lit(false) : id.isin(others)))
            .where("size(persons) > 0 or size(others) > 0")
            .groupBy("ingest_file")
            .agg(sum(size(col("persons"))), sum(size(col("others"))))
            // Not more than there are rows, which are looked at in parts of AT_ONCE.
            .collectAsList()
            .forEach(r ->
                naming.merge(r.getString(0), new Named(r.getLong(1), r.getLong(2)), Named::plus));
      }
    }
    return naming;
  }

  /** Whom a value of a mapped record names: an account, the user who is the customer, if one is. */
  private Column whom(String kind, SubjectColumns columns, String key) {
    Column value = col("all").getItem(key);
    return kind.equals(SubjectColumns.ACCOUNT)
        ? when(value.equalTo(PersonAccount.of(subject.token())), subject.id())
        : when(not(expr(columns.isAnothers(key, "all['%s']"::formatted))), value);
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
