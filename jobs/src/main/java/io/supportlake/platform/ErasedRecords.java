package io.supportlake.platform;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat_ws;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.regexp_like;
import static org.apache.spark.sql.functions.regexp_replace;
import static org.apache.spark.sql.functions.udf;
import static org.apache.spark.sql.functions.when;

import io.supportlake.rules.KeyedHash;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.types.DataTypes;

/**
 * Keeps people on the erasure ledger out of bronze when their records are delivered again. What
 * names an erased user, as the customer too, is left out, and so is what the roster says of an
 * erased agent. All else that names an erased agent is left out if bronze has the record already,
 * else taken without the agent: it tells of a customer's case.
 *
 * @param tokens by kind, the ledger's hashes
 * @param key what they were made with
 */
record ErasedRecords(Map<String, Set<String>> tokens, KeyedHash key) {
  /** Stands for an erased agent in records that come later; the same for all of them. */
  static final String LATER = "erased";

  /** What is in the place of a text that must not be null. */
  static final String NO_TEXT = "[erased]";

  private static final String ACCOUNT = "account_id";

  private static final String KNOWN_AS = "known_as";

  /**
   * Records without the erased people.
   *
   * @param rows what is left
   * @param leftOut by file, how many records were left out
   */
  record Screened(Dataset<Row> rows, Map<String, Long> leftOut) {}

  /** Copies the tokens. */
  ErasedRecords {
    tokens = Map.copyOf(tokens);
  }

  /** Whether nobody was ever erased. */
  boolean isEmpty() {
    return tokens.isEmpty();
  }

  /** Those of a lake whose erasure has begun. */
  static ErasedRecords of(Lake lake, KeyedHash key) {
    Map<String, Set<String>> tokens = new TreeMap<>();
    for (ErasureLedger.Entry entry : ErasureLedger.entries(lake)) {
      if (!entry.state().equals(ErasureLedger.REQUESTED)) {
        tokens.computeIfAbsent(entry.subjectKind(), _ -> new TreeSet<>()).add(entry.subjectToken());
      }
    }
    return new ErasedRecords(tokens, key);
  }

  /**
   * The records without those of erased people. Costs nothing where nobody was erased; else one
   * pass over the distinct ids of the source.
   *
   * @param typed of {@link Ingest#withReasons}
   * @param runSequence number of the run, whose own records are not known before it
   */
  Screened screen(Lake lake, Contract raw, Dataset<Row> typed, long runSequence) {
    Contract bronze = lake.contract("bronze." + raw.shortName());
    Dataset<Row> rows = typed;
    Map<String, Long> leftOut = new TreeMap<>();
    for (String kind : tokens.keySet()) {
      Optional<SubjectColumns> columns = columns(bronze, kind);
      List<String> ids = columns.map(c -> erasedIds(kind, c, typed)).orElse(List.of());
      if (columns.isEmpty() || ids.isEmpty()) {
        continue;
      }
      Column names = names(columns.get(), ids);
      Dataset<Row> out = rows.where(names);
      if (kind.equals("agent") && !columns.get().isDeleted() && !columns.get().isRegister()) {
        String[] known = {KNOWN_AS};
        out =
            out.withColumn(KNOWN_AS, regexp_replace(col("record_id"), lit(word(ids)), lit(LATER)))
                .join(known(lake, bronze, out, runSequence), known, "left_semi")
                .drop(KNOWN_AS);
        rows =
            rows.join(out.select(SourceIngest.ROW), new String[] {SourceIngest.ROW}, "left_anti");
        rows = without(bronze, columns.get(), rows, names, ids);
      } else {
        rows = rows.where(not(names));
      }
      for (Row counted : out.groupBy("ingest_file").agg(count(lit(1))).collectAsList()) {
        var _ = leftOut.merge(counted.getString(0), counted.getLong(1), Long::sum);
      }
    }
    return new Screened(rows, leftOut);
  }

  /** A mapping that knows no company makes the customer of the user's id. */
  private static Optional<SubjectColumns> columns(Contract bronze, String kind) {
    Optional<SubjectColumns> columns = SubjectColumns.of(bronze, kind);
    return kind.equals("user") && bronze.columnNames().contains(ACCOUNT)
        ? Optional.of(
            columns.orElse(new SubjectColumns(List.of(), List.of(), false, false)).withKey(ACCOUNT))
        : columns;
  }

  /** Plain ids of this batch that are on the ledger. */
  private List<String> erasedIds(String kind, SubjectColumns columns, Dataset<Row> typed) {
    Set<String> erased = tokens.getOrDefault(kind, Set.of());
    List<String> found = new ArrayList<>();
    for (String column : columns.keys()) {
      var ids = typed.select(col(column)).where(col(column).isNotNull()).distinct();
      ids.toLocalIterator()
          .forEachRemaining(row -> {
            if (erased.contains(ErasureLedger.token(key, kind, row.getString(0)))) {
              found.add(row.getString(0));
            }
          });
    }
    return found.stream().distinct().toList();
  }

  private static Column names(SubjectColumns columns, List<String> ids) {
    return columns.keys().stream()
        .map(c -> coalesce(col(c).isin(ids.toArray()), lit(false)))
        .reduce(Column::or)
        .orElseThrow();
  }

  /** A regular expression of the ids, inside composite ids too. */
  private static String word(List<String> ids) {
    return ids.stream()
        .map(Pattern::quote)
        .collect(Collectors.joining("|", "(?i)(?<!\\p{Alnum})(?:", ")(?!\\p{Alnum})"));
  }

  /** Bronze's records of earlier runs on the same days, the random names in their ids made one. */
  private static Dataset<Row> known(
      Lake lake, Contract bronze, Dataset<Row> rows, long runSequence) {
    Set<java.sql.Date> days =
        rows
            .select("event_date")
            .where("event_date is not null")
            .distinct()
            .collectAsList()
            .stream()
            .map(r -> r.getDate(0))
            .collect(Collectors.toCollection(TreeSet::new));
    return lake.read(bronze.name())
        .where(col("event_date").isInCollection(days))
        .where(col("ingest_run").lt(runSequence))
        .select(regexp_replace(col("record_id"), lit(Erasure.PSEUDONYM), lit(LATER)).as(KNOWN_AS))
        .distinct();
  }

  private Dataset<Row> without(
      Contract bronze, SubjectColumns columns, Dataset<Row> rows, Column names, List<String> ids) {
    Dataset<Row> changed = rows.withColumn("erasure_names", names);
    Column word = lit(word(ids));
    for (Contract.Column column : bronze.columns()) {
      boolean isWords =
          column.type().equals(DataTypes.StringType)
              && !columns.keys().contains(column.name())
              && !columns.texts().contains(column.name());
      if (isWords) {
        Column value = col("`" + column.name() + "`");
        // An id of its own, or records of two erased agents would be one.
        boolean isId = column.keyPosition() > 0 || column.name().equals("record_id");
        changed =
            changed.withColumn(
                column.name(),
                when(
                        col("erasure_names").and(regexp_like(value, word)),
                        isId ? hashed(value) : regexp_replace(value, word, lit(LATER)))
                    .otherwise(value));
      }
    }
    Set<String> required =
        bronze.columns().stream()
            .filter(Contract.Column::required)
            .map(Contract.Column::name)
            .collect(Collectors.toCollection(TreeSet::new));
    for (String text : columns.texts()) {
      Column empty = required.contains(text) ? lit(NO_TEXT) : lit(null);
      changed = changed.withColumn(text, when(col("erasure_names"), empty).otherwise(col(text)));
    }
    changed =
        changed
            .withColumn(
                "payload", when(col("erasure_names"), lit(NO_TEXT)).otherwise(col("payload")))
            // The source's hash would let the id be guessed and confirmed.
            .withColumn(
                "content_hash",
                when(
                        col("erasure_names"),
                        ContentHash.of(concat_ws("|", lit(LATER), col("record_id"))))
                    .otherwise(col("content_hash")));
    for (String column : columns.keys()) {
      changed =
          changed.withColumn(
              column, when(col(column).isin(ids.toArray()), lit(LATER)).otherwise(col(column)));
    }
    return changed.drop("erasure_names");
  }

  private Column hashed(Column id) {
    KeyedHash hidden = key;
    UDF1<String, String> hash = value -> hidden.token("record", value);
    return udf(hash, DataTypes.StringType).apply(id);
  }
}
