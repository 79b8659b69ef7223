package io.supportlake.platform;

import static org.apache.spark.sql.functions.col;

import io.delta.tables.DeltaTable;
import io.supportlake.platform.Landing.LandedFile;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;

/**
 * Gives landed files that are named by a person other names, in the landing zone and in all tables
 * that tell of them: by its path a file is known as taken, refused or to come.
 */
record FileNames(SparkSession spark, Lake lake, Landing landing) {
  private static final SecureRandom RANDOM = new SecureRandom();

  private static final Pattern ENDINGS =
      Pattern.compile("(?i)(?:\\.(?:json|jsonl|ndjson|csv|tsv|txt|log|xml|gz|bz2|deflate|zip))+$");

  /** Columns that have paths of landed files. */
  private static final Map<String, List<String>> COLUMNS =
      Map.of(
          "ops.landing_file", List.of("path"),
          "ops.check", List.of("file"),
          "ops.drift", List.of("first_file"),
          "ops.released_file", List.of("path"),
          "ops.quarantine", List.of("ingest_file", "replayed_file"));

  /**
   * Takes a person out of names. A call that was cut off is completed by the next.
   *
   * @param masked a name without the person
   * @return the new names
   */
  Collection<String> without(UnaryOperator<String> masked) {
    Map<String, String> told = new TreeMap<>(landing.renamed());
    for (LandedFile file : landing.list(".")) {
      without(file.path(), masked)
          .ifPresent(name -> {
            landing.rename(file.path(), name);
            // Of two of the name, the one that was moved before is what the tables tell of.
            told.putIfAbsent(file.path(), name);
          });
    }
    // Tables keep the rows of removed files.
    COLUMNS.forEach((table, paths) ->
        paths.forEach(path ->
            paths(table, path)
                .forEachRemaining(row -> {
                  if (!told.containsKey(row.getString(0))) {
                    without(row.getString(0), masked)
                        .ifPresent(name -> told.put(row.getString(0), name));
                  }
                })));
    if (!told.isEmpty()) {
      tell(told);
    }
    landing.forgetRenamed();
    landing.removeEmptyFolders(name -> !masked.apply(name).equals(name));
    return List.copyOf(told.values());
  }

  private Iterator<Row> paths(String table, String column) {
    return lake.exists(table)
        ? lake.read(table)
            .select(column)
            .where(col(column).isNotNull())
            .distinct()
            .toLocalIterator()
        : Collections.emptyIterator();
  }

  /** Another name for every file, since several may differ by the person only. */
  private static Optional<String> without(String path, UnaryOperator<String> masked) {
    String[] parts = path.split("/", -1);
    boolean isNamed = false;
    // The first is the source's.
    for (int i = 1; i < parts.length; i++) {
      String part = withoutIn(parts[i], masked);
      isNamed = isNamed || !part.equals(parts[i]);
      parts[i] = part;
    }
    if (!isNamed) {
      return Optional.empty();
    }
    byte[] random = new byte[4];
    RANDOM.nextBytes(random);
    String name = parts[parts.length - 1];
    int dot = name.indexOf('.') < 0 ? name.length() : name.indexOf('.');
    parts[parts.length - 1] =
        name.substring(0, dot) + '-' + HexFormat.of().formatHex(random) + name.substring(dot);
    return Optional.of(String.join("/", parts));
  }

  /** A value that is followed by a dot may be part of another's address, but not before these. */
  private static String withoutIn(String name, UnaryOperator<String> masked) {
    for (String stem : List.of(name, ENDINGS.matcher(name).replaceFirst(""))) {
      String left = masked.apply(stem);
      if (!left.equals(stem)) {
        return left.replace(ErasedRecords.NO_TEXT, ErasedRecords.LATER)
            + name.substring(stem.length());
      }
    }
    return name;
  }

  private void tell(Map<String, String> told) {
    Map<String, List<String>> columns = new TreeMap<>(COLUMNS);
    lake.contracts("bronze").forEach(c -> columns.put(c.name(), List.of("ingest_file")));
    List<Row> rows = new ArrayList<>();
    told.forEach((was, is) -> rows.add(RowFactory.create(was, is)));
    Dataset<Row> names = spark.createDataFrame(rows, StructType.fromDDL("was string, now string"));
    columns.forEach((table, paths) ->
        paths.stream()
            .filter(path -> lake.exists(table) && holds(table, path, told))
            .forEach(path -> {
              var _ =
                  DeltaTable.forPath(spark, lake.path(table))
                      .as("t")
                      .merge(names.as("s"), "t.`%s` = s.was".formatted(path))
                      .whenMatched()
                      .updateExpr(Map.of(path, "s.now"))
                      .execute();
            }));
  }

  private boolean holds(String table, String path, Map<String, String> told) {
    return !lake.read(table).where(col(path).isInCollection(told.keySet())).isEmpty();
  }
}
