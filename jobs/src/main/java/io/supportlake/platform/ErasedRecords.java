package io.supportlake.platform;

import static org.apache.spark.sql.functions.broadcast;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat;
import static org.apache.spark.sql.functions.concat_ws;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.regexp_like;
import static org.apache.spark.sql.functions.regexp_replace;
import static org.apache.spark.sql.functions.udf;
import static org.apache.spark.sql.functions.when;

import io.supportlake.rules.KeyedHash;
import io.supportlake.rules.Redactor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.types.DataTypes;

/**
 * Keeps people on the erasure ledger out of bronze when their records are delivered again. What
 * names an erased user is left out, and so is what names the account that the user is, and what the
 * roster says of an erased agent. All else that names an erased agent, and what others did about a
 * case of such an account, is left out if bronze has the record already, else taken without the
 * person. A request to forget somebody once more is taken; one that was answered is not.
 *
 * @param tokens by kind, the ledger's hashes
 * @param answered requests, each with its person, by the ledger's hashes
 * @param key what they were made with
 */
record ErasedRecords(Map<String, Set<String>> tokens, Set<String> answered, KeyedHash key) {
  /** Stands for an erased person in records that come later; the same for all of them. */
  static final String LATER = "erased";

  /** What is in the place of a text that must not be null. */
  static final String NO_TEXT = Redactor.ERASED;

  private static final String KNOWN_AS = "known_as";

  /** What stands for an erased agent in landed files, in vendors' after the mapping's word. */
  private static final Predicate<String> NAME_OF_ERASED =
      Pattern.compile("(?:.*-)?" + LATER + "|" + Erasure.PSEUDONYM).asMatchPredicate();

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
    answered = Set.copyOf(answered);
  }

  /** Whether nobody was ever erased. */
  boolean isEmpty() {
    return tokens.isEmpty();
  }

  /** Those of a lake whose erasure has begun. */
  static ErasedRecords of(Lake lake, KeyedHash key) {
    Map<String, Set<String>> tokens = new TreeMap<>();
    Set<String> answered = new TreeSet<>();
    for (ErasureLedger.Entry entry : ErasureLedger.entries(lake)) {
      if (entry.isBegun()) {
        tokens.computeIfAbsent(entry.subjectKind(), _ -> new TreeSet<>()).add(entry.subjectToken());
        answered.add(answer(entry.requestId(), entry.subjectToken()));
      }
    }
    return new ErasedRecords(tokens, answered, key);
  }

  private static String answer(String requestToken, String subjectToken) {
    return requestToken + '|' + subjectToken;
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
    if (bronze.name().equals(ErasureLedger.REQUESTS)) {
      return withoutAnswered(typed);
    }
    Dataset<Row> rows = typed;
    Map<String, Long> leftOut = new TreeMap<>();
    for (Naming naming : namings(bronze, typed)) {
      Column names = naming.names();
      Dataset<Row> out = rows.where(names);
      if (naming.columns().isLaterTaken()) {
        String[] known = {KNOWN_AS};
        out =
            out.withColumn(KNOWN_AS, knownAs(naming))
                .join(known(lake, bronze, naming, out, runSequence), known, "left_semi")
                .drop(KNOWN_AS);
        rows =
            rows.join(out.select(SourceIngest.ROW), new String[] {SourceIngest.ROW}, "left_anti");
        rows = without(bronze, naming, rows);
      } else {
        rows = rows.where(not(names));
      }
      byFile(out).forEach((file, records) -> leftOut.merge(file, records, Long::sum));
    }
    return new Screened(rows, leftOut);
  }

  /** As many as the batch has files. */
  private static Map<String, Long> byFile(Dataset<Row> out) {
    Map<String, Long> records = new TreeMap<>();
    for (Row counted : out.groupBy("ingest_file").agg(count(lit(1))).collectAsList()) {
      records.put(counted.getString(0), counted.getLong(1));
    }
    return records;
  }

  /** As many as people ever asked, which a driver holds. */
  private Screened withoutAnswered(Dataset<Row> typed) {
    String[] asks = {"request_id", "subject_kind", "subject_id"};
    List<Row> out = new ArrayList<>();
    typed
        .where(col("request_id").isNotNull())
        .where(col("subject_kind").isInCollection(tokens.keySet()))
        .where(col("subject_id").isNotNull())
        .select(asks[0], asks[1], asks[2])
        .distinct()
        .toLocalIterator()
        .forEachRemaining(request -> {
          String token = ErasureLedger.requestToken(key, request.getString(0));
          boolean isNameOfErased =
              request.getString(1).equals(Subject.Kind.AGENT.word())
                  && NAME_OF_ERASED.test(request.getString(2));
          if (isNameOfErased
              || ErasureLedger.tokens(key, request.getString(1), request.getString(2)).stream()
                  .anyMatch(person -> answered.contains(answer(token, person)))) {
            out.add(request);
          }
        });
    Dataset<Row> answers =
        typed.sparkSession().createDataFrame(out, typed.select(asks[0], asks[1], asks[2]).schema());
    return new Screened(
        typed.join(broadcast(answers), asks, "left_anti"),
        byFile(typed.join(broadcast(answers), asks, "left_semi")));
  }

  /**
   * How records of a batch name erased people.
   *
   * @param ids of a kind, as the columns have them; not empty
   */
  private record Naming(String kind, SubjectColumns columns, List<String> ids) {
    Column names() {
      return columns.keys().stream().map(this::isNamedIn).reduce(Column::or).orElseThrow();
    }

    Column isNamedIn(String key) {
      return coalesce(col(key).isin(ids.toArray()), lit(false))
          .and(not(expr(columns.isAnothers(key, c -> "`" + c + "`"))));
    }
  }

  /** Users come before accounts, which then are all that names a user in what is left. */
  private List<Naming> namings(Contract bronze, Dataset<Row> typed) {
    List<Naming> namings = new ArrayList<>();
    for (String word : tokens.keySet()) {
      Subject.Kind kind = Subject.Kind.of(word);
      Set<String> persons = new TreeSet<>();
      for (String named : SubjectColumns.kinds(kind)) {
        Optional<SubjectColumns> columns = SubjectColumns.of(bronze, named);
        Set<String> ids = new TreeSet<>();
        if (named.equals(SubjectColumns.ACCOUNT)) {
          // The ledgers of lakes that stand may know the plain id only.
          persons.forEach(id -> ids.add(PersonAccount.of(kind.token(key, id))));
          columns.ifPresent(c -> ids.addAll(erasedAccounts(c, typed)));
        } else {
          columns.ifPresent(c -> persons.addAll(erased(kind, c, typed)));
          ids.addAll(persons);
        }
        if (columns.isPresent() && !ids.isEmpty()) {
          namings.add(new Naming(named, columns.get(), List.copyOf(ids)));
        }
      }
    }
    return namings;
  }

  /** Landed records of an agent stay, under a name that an erasure gave and no ledger knows. */
  private List<String> erased(Subject.Kind kind, SubjectColumns columns, Dataset<Row> typed) {
    return values(
        columns,
        typed,
        id -> isErased(kind, id) || (kind == Subject.Kind.AGENT && NAME_OF_ERASED.test(id)));
  }

  private List<String> erasedAccounts(SubjectColumns columns, Dataset<Row> typed) {
    return values(
        columns,
        typed,
        account ->
            PersonAccount.person(key, account)
                .filter(token -> isErased(Subject.Kind.USER, token))
                .isPresent());
  }

  private boolean isErased(Subject.Kind kind, String id) {
    Set<String> erased = tokens.getOrDefault(kind.word(), Set.of());
    return ErasureLedger.tokens(key, kind.word(), id).stream().anyMatch(erased::contains);
  }

  /**
   * Those of a batch that are asked for; the keys' distinct values are looked through one by one.
   */
  private static List<String> values(
      SubjectColumns columns, Dataset<Row> typed, Predicate<String> isAskedFor) {
    List<String> found = new ArrayList<>();
    for (String column : columns.keys()) {
      var ids = typed.select(col(column)).where(col(column).isNotNull()).distinct();
      ids.toLocalIterator()
          .forEachRemaining(row -> {
            if (isAskedFor.test(row.getString(0))) {
              found.add(row.getString(0));
            }
          });
    }
    return found;
  }

  /** A regular expression of the ids in ids of records. */
  private static String word(List<String> ids) {
    return word(ids, Bounds.COMPOSITE::pattern);
  }

  private static String word(List<String> ids, UnaryOperator<String> pattern) {
    return ids.stream().map(pattern).collect(Collectors.joining("|", "(?i:", ")"));
  }

  /**
   * A record's id with one name for random names and people: bronze has either in the ids of
   * records, as an earlier version of the record named the person or did not.
   */
  private static Column knownAs(Naming naming) {
    return regexp_replace(
        regexp_replace(col("record_id"), lit(Erasure.PSEUDONYM), lit(LATER)),
        lit(word(naming.ids())),
        lit(LATER));
  }

  /** Bronze's records of earlier runs on the same days. */
  private static Dataset<Row> known(
      Lake lake, Contract bronze, Naming naming, Dataset<Row> rows, long runSequence) {
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
        .select(knownAs(naming).as(KNOWN_AS))
        .distinct();
  }

  private Dataset<Row> without(Contract bronze, Naming naming, Dataset<Row> rows) {
    SubjectColumns columns = naming.columns();
    Dataset<Row> changed = rows.withColumn("erasure_names", naming.names());
    Column inRecordId = lit(word(naming.ids()));
    Column inText = lit(word(naming.ids(), Subject::ownIdPattern));
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
                        col("erasure_names").and(regexp_like(value, isId ? inRecordId : inText)),
                        isId ? hashed(value) : regexp_replace(value, inText, lit(LATER)))
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
              column,
              when(
                      naming.isNamedIn(column),
                      naming.kind().equals(SubjectColumns.ACCOUNT)
                          // One account a case, or those of several people would be one history.
                          ? concat(lit(LATER + "-"), hashed(col("case_id")))
                          : lit(LATER))
                  .otherwise(col(column)));
    }
    return changed.drop("erasure_names");
  }

  private Column hashed(Column id) {
    KeyedHash hidden = key;
    UDF1<String, String> hash = value -> hidden.token("record", value);
    return udf(hash, DataTypes.StringType).apply(id);
  }
}
