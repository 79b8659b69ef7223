package io.supportlake.platform;

import static org.apache.spark.sql.functions.broadcast;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.when;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import scala.jdk.javaapi.CollectionConverters;

/**
 * A user's words as tables hold them that do not name the user: by what names the case, the text or
 * the template that they stand for. Such keys stay when the words go.
 *
 * @param keys by kind, {@link #KINDS}
 */
record SubjectWords(Map<String, List<String>> keys) {
  /** Cases whose first words are the user's. */
  static final String CASE = "case";

  /** Cases whose subject line is the user's. */
  static final String OPENING = "opening";

  /** Events whose words are the user's though they tell no writer, or an agent who wrote them. */
  static final String EVENT = "event";

  /** Hashes of texts of messages that nobody but the user wrote. */
  static final String TEXT = "text";

  /** Templates of error lines of nobody but the user. */
  static final String TEMPLATE = "template";

  /** Templates whose example is a line of the user. */
  static final String EXAMPLE = "example";

  /** What {@link SubjectColumns} calls them. */
  static final List<String> KINDS = List.of(CASE, OPENING, EVENT, TEXT, TEMPLATE, EXAMPLE);

  /** Of whom nothing is known, as of an agent, who wrote the company's letters. */
  static final SubjectWords NONE = new SubjectWords(Map.of());

  /** Copies the map. */
  SubjectWords {
    keys = Map.copyOf(keys);
  }

  /**
   * Of a lake whose cases, messages and error lines still tell whose they are. Not more than the
   * user wrote.
   *
   * @param tokens that name the user in silver: an erasure that was cut off has renamed some rows
   */
  static SubjectWords of(Lake lake, Subject.Kind kind, Collection<String> tokens) {
    if (kind == Subject.Kind.AGENT) {
      return NONE;
    }
    Dataset<Row> cases = lake.read("silver.support_case");
    Dataset<Row> events =
        lake.read("silver.case_event").where("coalesce(subject, text) is not null");
    List<String> own = events(events, cases, tokens);
    Dataset<Row> messages =
        lake.read("silver.case_message")
            .withColumn(
                "is_own", isOwn("actor_id", tokens).or(col("message_id").isInCollection(own)));
    Dataset<Row> lines =
        lake.read("silver.error_event").withColumn("is_own", isOwn("user_id", tokens));
    Dataset<Row> ofOwnTemplates = ofOwn(lines, "template_id");
    return new SubjectWords(
        Map.of(
            CASE,
            strings(cases(cases, messages, tokens)),
            OPENING,
            strings(openings(lake.contract("silver.case_event"), events, cases, own, tokens)),
            EVENT,
            own,
            TEXT,
            strings(ofNobodyElse(ofOwn(messages, "text_hash"), "text_hash")),
            TEMPLATE,
            strings(ofNobodyElse(ofOwnTemplates, "template_id")),
            EXAMPLE,
            strings(
                ofOwnTemplates
                    .groupBy("template_id")
                    // As the template's table chooses it.
                    .agg(
                        expr(
                            "min_by(is_own, struct(message = '%s', logged_at, log_id)) as is_own"
                                .formatted(ErasedRecords.NO_TEXT)))
                    .where(col("is_own"))
                    .select("template_id"))));
  }

  /** Rows that have in a column what one of the user's own has. */
  private static Dataset<Row> ofOwn(Dataset<Row> rows, String column) {
    return rows.join(
        broadcast(rows.where(col("is_own")).select(column).distinct()),
        CollectionConverters.asScala(List.of(column)).toSeq(),
        "left_semi");
  }

  private static Column isOwn(String column, Collection<String> tokens) {
    return coalesce(col(column).isInCollection(tokens), lit(false));
  }

  /** Few, since most events tell the writer. */
  private static List<String> events(
      Dataset<Row> events, Dataset<Row> cases, Collection<String> tokens) {
    Dataset<Row> ofOwnCases =
        events.join(
            broadcast(cases.where(isOwn("user_id", tokens)).select("case_id")),
            CollectionConverters.asScala(List.of("case_id")).toSeq(),
            "left_semi");
    return strings(
        ofOwnCases
            .where("actor_type = 'customer' and actor_id is null and user_id is null")
            .select("event_id")
            .union(
                events
                    .where("actor_type <> 'customer'")
                    .where(isOwn("user_id", tokens))
                    .select("event_id")));
  }

  /** By the words: which of a case's events opened it is not asked again. */
  private static Dataset<Row> openings(
      Contract contract,
      Dataset<Row> events,
      Dataset<Row> cases,
      List<String> own,
      Collection<String> tokens) {
    SubjectColumns columns = SubjectColumns.of(contract, Subject.Kind.USER.word()).orElseThrow();
    Column isNamed =
        columns.keys().stream().map(key -> isOwn(key, tokens)).reduce(Column::or).orElseThrow();
    Column isTheirs =
        columns
            .writer("subject")
            .map(w -> when(expr(w.isTold(c -> c)), isOwn(w.key(), tokens)).otherwise(isNamed))
            .orElse(isNamed);
    return cases
        .join(
            broadcast(
                events
                    .where("subject is not null")
                    .where(isTheirs.or(col("event_id").isInCollection(own)))
                    .select("case_id", "subject")
                    .distinct()),
            CollectionConverters.asScala(List.of("case_id", "subject")).toSeq(),
            "left_semi")
        .select("case_id");
  }

  /**
   * Who opened a case need not have written first: a colleague answers a call by e-mail. What is of
   * a writer who is not told is taken for the opener's.
   */
  private static Dataset<Row> cases(
      Dataset<Row> cases, Dataset<Row> messages, Collection<String> tokens) {
    Dataset<Row> own =
        cases
            .where(isOwn("user_id", tokens))
            .select("case_id")
            .union(messages.where(col("is_own")).select("case_id"))
            .distinct();
    Dataset<Row> written =
        messages
            .join(
                broadcast(own),
                CollectionConverters.asScala(List.of("case_id")).toSeq(),
                "left_semi")
            .groupBy("case_id", "text_hash")
            .agg(expr("bool_or(if(actor_id is null, null, is_own))").as("is_own"))
            .withColumnRenamed("text_hash", "first_text_hash");
    return cases
        .join(broadcast(own), CollectionConverters.asScala(List.of("case_id")).toSeq(), "left_semi")
        .join(
            written,
            CollectionConverters.asScala(List.of("case_id", "first_text_hash")).toSeq(),
            "left")
        .where(coalesce(col("is_own"), isOwn("user_id", tokens)))
        .select("case_id");
  }

  private static Dataset<Row> ofNobodyElse(Dataset<Row> rows, String key) {
    return rows.groupBy(key)
        .agg(expr("bool_and(is_own)").as("is_own"))
        .where(col("is_own"))
        .select(key);
  }

  private static List<String> strings(Dataset<Row> column) {
    return column.distinct().collectAsList().stream().map(r -> r.getString(0)).toList();
  }
}
