package io.supportlake.platform;

import io.delta.tables.DeltaMergeBuilder;
import io.delta.tables.DeltaTable;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * Takes a person out of the newest version of a table, in one commit, by a MERGE whose source is
 * one row that holds what to look for: a predicate with the values in it would stand in the Delta
 * log for good. Files without the person are not rewritten.
 */
final class TableEraser {
  private static final String TEXT_ARRAY = "array<string>";

  private final SparkSession spark;
  private final Lake lake;
  private final Dataset<Row> source;
  private final Subject.Kind kind;
  private final Set<String> recordIds;

  /**
   * For one person.
   *
   * @param idName stands for the id from now on
   * @param tokenName stands for the token: the token of {@code idName}, so that what is built from
   *     bronze again has it too
   * @param words of the user, in rows that do not name the user
   * @param payloads hashes of vendors' refused records that name the person
   */
  TableEraser(
      SparkSession spark,
      Lake lake,
      Subject subject,
      String idName,
      String tokenName,
      SubjectWords words,
      Collection<String> payloads) {
    this.spark = spark;
    this.lake = lake;
    List<Object> values =
        new ArrayList<>(
            List.of(
                subject.id(),
                subject.token(),
                PersonAccount.of(subject.token()),
                idName,
                tokenName,
                payloads.toArray(String[]::new),
                subject.lowerWritings().toArray(String[]::new),
                subject.anyPattern(),
                subject.idPattern(),
                subject.ownIdPattern(),
                subject.recordIdPattern(),
                subject.tokenPattern(),
                subject.contactPattern()));
    StructType names =
        new StructType()
            .add("id", DataTypes.StringType)
            .add("token", DataTypes.StringType)
            .add("account", DataTypes.StringType)
            .add("id_name", DataTypes.StringType)
            .add("token_name", DataTypes.StringType)
            .add("payloads", TEXT_ARRAY)
            .add("writings", TEXT_ARRAY)
            .add("any_pattern", DataTypes.StringType)
            .add("id_pattern", DataTypes.StringType)
            .add("own_id_pattern", DataTypes.StringType)
            .add("record_id_pattern", DataTypes.StringType)
            .add("token_pattern", DataTypes.StringType)
            .add("contact_pattern", DataTypes.StringType);
    for (String kind : SubjectWords.KINDS) {
      values.add(words.keys().getOrDefault(kind, List.of()).toArray(String[]::new));
      names = names.add(keysOf(kind), TEXT_ARRAY);
    }
    this.source = spark.createDataFrame(List.of(RowFactory.create(values.toArray())), names);
    this.kind = subject.kind();
    this.recordIds = SubjectColumns.recordIds(lake.contracts("raw"));
  }

  /**
   * What an erasure did to a table.
   *
   * @param deleted rows that went
   * @param changed rows that stayed without the person
   */
  record Done(long deleted, long changed) {
    static final Done NOTHING = new Done(0, 0);

    Done plus(Done other) {
      return new Done(deleted + other.deleted, changed + other.changed);
    }
  }

  /** Whether the newest rows of a table hold the person. */
  boolean holds(Contract contract) {
    return lake.exists(contract.name())
        && plan(contract).filter(p -> matches(contract, p)).isPresent();
  }

  /**
   * Words of the person in rows that do not name the person, as they still show them.
   *
   * @param all rows of the contract's table
   */
  SortedSet<String> quoted(Contract contract, Dataset<Row> all) {
    SortedSet<String> quoted = new TreeSet<>();
    for (String words : SubjectWords.KINDS) {
      SubjectColumns columns = SubjectColumns.of(contract, words).orElse(null);
      if (columns == null) {
        continue;
      }
      Dataset<Row> rows = all.as("t").crossJoin(source.as("s"));
      for (String text : columns.texts()) {
        rows.where(
                columns.keys().stream()
                    .map(k -> names(columns, words, k))
                    .collect(Collectors.joining(" OR ", "(", ") AND " + isFull(contract, text))))
            .selectExpr(column(text))
            .distinct()
            .collectAsList()
            .forEach(r -> quoted.add(r.getString(0)));
      }
    }
    return quoted;
  }

  /** Takes the person out of a table. */
  Done erase(Contract contract) {
    return lake.exists(contract.name())
        ? plan(contract)
            .filter(p -> matches(contract, p))
            .map(p -> merge(contract, p))
            .orElse(Done.NOTHING)
        : Done.NOTHING;
  }

  /**
   * Expressions over a row {@code t} of the table and the row {@code s} of what to look for.
   *
   * @param conditions of which one holds for a row with the person
   * @param deletions of which one holds for a row that goes
   * @param set new values by column
   */
  private record Plan(List<String> conditions, List<String> deletions, Map<String, String> set) {
    String any() {
      return String.join(" OR ", conditions);
    }
  }

  /** Empty where no column can hold a person. */
  private Optional<Plan> plan(Contract contract) {
    List<String> deletions = new ArrayList<>();
    List<String> conditions = new ArrayList<>();
    List<String> naming = new ArrayList<>();
    Map<String, List<String>> textConditions = new TreeMap<>();
    Map<String, String> set = new LinkedHashMap<>();
    String isOwn = "false";
    for (String subjectKind :
        Stream.concat(SubjectColumns.kinds(kind).stream(), SubjectWords.KINDS.stream()).toList()) {
      SubjectColumns columns = SubjectColumns.of(contract, subjectKind).orElse(null);
      if (columns == null) {
        continue;
      }
      String names =
          columns.keys().stream()
              .map(k -> names(columns, subjectKind, k))
              .collect(Collectors.joining(" OR ", "(", ")"));
      if (columns.isDeleted()) {
        deletions.add(names);
      }
      if (SubjectWords.KINDS.contains(subjectKind) && !columns.isDeleted()) {
        // Such keys stay, so that the row holds the person no more once its words are gone.
        columns
            .texts()
            .forEach(t -> conditions.add("(%s AND %s)".formatted(names, isFull(contract, t))));
      } else {
        conditions.add(names);
        naming.add(names);
      }
      columns
          .texts()
          .forEach(t ->
              textConditions
                  .computeIfAbsent(t, _ -> new ArrayList<>())
                  .add(
                      columns
                          .writer(t)
                          .map(w ->
                              "if(%s, %s, %s)"
                                  .formatted(
                                      w.isTold(TableEraser::column),
                                      names(columns, subjectKind, w.key()),
                                      names))
                          .orElse(names)));
      if (subjectKind.equals(kind.word())) {
        columns.keys().forEach(k -> set.put(k, renamed(k, names(columns, subjectKind, k))));
        isOwn = names;
      }
    }
    List<Contract.Column> texts = contract.columns().stream().filter(TableEraser::isText).toList();
    List<Contract.Column> words = texts.stream().filter(c -> !set.containsKey(c.name())).toList();
    if (!texts.isEmpty()) {
      conditions.add(mentions(texts));
      if (contract.name().equals("ops.quarantine")) {
        // A refused record is nobody's fact yet: it goes as a whole, unless its file is called so.
        deletions.add(mentions(texts.stream().filter(c -> !isFile(c)).toList()));
        String isVendors = "array_contains(s.payloads, sha2(t.payload, 256))";
        conditions.add(isVendors);
        deletions.add(isVendors);
      }
    }
    if (conditions.isEmpty()) {
      return Optional.empty();
    }
    for (Contract.Column column : words) {
      String masked = masked(column, isOwn, ownPattern(contract, column));
      List<String> own = textConditions.get(column.name());
      set.put(
          column.name(),
          own == null
              ? masked
              : "CASE WHEN %s THEN %s ELSE %s END"
                  .formatted(String.join(" OR ", own), empty(column), masked));
    }
    if (contract.columnNames().contains("content_hash")) {
      // Of the words and ids that were: it would let a guess be confirmed. It stays where the row
      // names nobody, or ingest would take what is delivered again for a correction.
      if (!naming.isEmpty()) {
        set.put(
            "content_hash",
            "CASE WHEN %s THEN left(sha2(cast(concat_ws('|', s.id_name, %s, t.record_version) as binary), 256), %d) ELSE t.content_hash END"
                .formatted(
                    String.join(" OR ", naming),
                    masked("t.record_id", isOwn, "s.record_id_pattern"),
                    ContentHash.LENGTH));
      }
    }
    return Optional.of(new Plan(conditions, deletions, set));
  }

  private static String mentions(List<Contract.Column> texts) {
    String all = texts.stream().map(c -> column(c.name())).collect(Collectors.joining(", "));
    String joined = "concat_ws('\\n', " + all + ")";
    return "(exists(s.writings, n -> contains(lower(%s), n)) AND regexp_instr(%s, s.any_pattern) > 0)"
        .formatted(joined, joined);
  }

  /** Whether a column holds paths of landed files, of which many records are. */
  private static boolean isFile(Contract.Column column) {
    return column.name().endsWith("_file");
  }

  /** A MERGE that matches nothing would still be a commit, and a table read twice. */
  private boolean matches(Contract contract, Plan plan) {
    return !lake.read(contract.name())
        .as("t")
        .crossJoin(source.as("s"))
        .where(plan.any())
        .isEmpty();
  }

  private Done merge(Contract contract, Plan plan) {
    DeltaMergeBuilder merge =
        DeltaTable.forPath(spark, lake.path(contract.name()))
            .as("t")
            .merge(source.as("s"), plan.any());
    if (!plan.deletions().isEmpty()) {
      merge = merge.whenMatched(String.join(" OR ", plan.deletions())).delete();
    }
    Map<String, String> set = plan.set();
    Row metrics = (set.isEmpty() ? merge : merge.whenMatched().updateExpr(set)).execute().first();
    return new Done(
        metrics.<Long>getAs("num_deleted_rows"), metrics.<Long>getAs("num_updated_rows"));
  }

  private static String names(SubjectColumns columns, String subjectKind, String key) {
    String value = column(key);
    if (SubjectWords.KINDS.contains(subjectKind)) {
      return "coalesce(array_contains(s.%s, %s), false)".formatted(keysOf(subjectKind), value);
    }
    return subjectKind.equals(SubjectColumns.ACCOUNT)
        ? "coalesce(%s = s.account, false)".formatted(value)
        : "(coalesce(%s IN (%s), false) AND NOT %s)"
            .formatted(
                value,
                columns.isByToken() ? "s.token" : "s.id, s.token",
                columns.isAnothers(key, TableEraser::column));
  }

  private static String keysOf(String kind) {
    return "keys_of_" + kind;
  }

  private static String column(String name) {
    return "t.`" + name + "`";
  }

  /** A key that names somebody else may yet hold the id, or be an address of the person. */
  private static String renamed(String key, String names) {
    return "CASE WHEN %1$s THEN if(%2$s = s.token, s.token_name, s.id_name) ELSE regexp_replace(regexp_replace(%2$s, s.id_pattern, s.id_name), s.contact_pattern, s.id_name) END"
        .formatted(names, column(key));
  }

  private static boolean isText(Contract.Column column) {
    return column.type().equals(DataTypes.StringType)
        || (column.type() instanceof ArrayType array
            && array.elementType().equals(DataTypes.StringType));
  }

  /** What to look for in rows that name the person. */
  private String ownPattern(Contract contract, Contract.Column column) {
    boolean isOthersKey =
        SubjectColumns.of(contract, kind.other().word())
            .filter(c -> c.keys().contains(column.name()))
            .isPresent();
    return isOthersKey || isFile(column)
        ? "s.id_pattern"
        : recordIds.contains(column.name()) ? "s.record_id_pattern" : "s.own_id_pattern";
  }

  private static String masked(Contract.Column column, String isOwn, String ownPattern) {
    String value = column(column.name());
    return column.type().equals(DataTypes.StringType)
        ? masked(value, isOwn, ownPattern)
        : "transform(%s, x -> %s)".formatted(value, masked("x", isOwn, ownPattern));
  }

  private static String masked(String value, String isOwn, String ownPattern) {
    return "regexp_replace(regexp_replace(regexp_replace(%s, if(%s, %s, s.id_pattern), s.id_name), s.token_pattern, s.token_name), s.contact_pattern, '%s')"
        .formatted(value, isOwn, ownPattern, ErasedRecords.NO_TEXT);
  }

  private static String empty(Contract.Column column) {
    String text = "'" + ErasedRecords.NO_TEXT + "'";
    return !column.required()
        ? "NULL"
        : column.type().equals(DataTypes.StringType) ? text : "array(" + text + ")";
  }

  private static String isFull(Contract contract, String text) {
    Contract.Column column =
        contract.columns().stream().filter(c -> c.name().equals(text)).findFirst().orElseThrow();
    return "NOT (%s <=> %s)".formatted(column(text), empty(column));
  }
}
