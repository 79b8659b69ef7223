package io.supportlake.platform;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How the rows of a table hang on one kind of subject, as the contract's property {@code subjects}
 * has it. Bronze has that of its source, and what its contract did not name goes with the texts. An
 * account may be a user ({@link PersonAccount}), and is a subject wherever it stands, whether or
 * not the contract says more.
 *
 * @param keys columns that name such a subject, plainly or by token
 * @param unlessByKey by key, what says of a row that the key names another kind of subject there
 * @param isByToken whether keys name such subjects by token and never by the id: one that is the
 *     same is another's
 * @param texts columns that hold words, contact values or traits of the subject that a key names
 * @param writer which key alone tells whose the texts are, in rows that say who wrote them
 * @param isDeleted whether a row that names the subject goes; else it stays, under a pseudonym and
 *     without the texts
 * @param isRegister whether the source says who such subjects are and tells of nothing else: of an
 *     erased one nothing more is taken
 * @param isLaterTaken whether later records that name an erased subject are taken without it: they
 *     tell of what others did
 */
record SubjectColumns(
    List<String> keys,
    Map<String, Unless> unlessByKey,
    boolean isByToken,
    List<String> texts,
    Optional<Writer> writer,
    boolean isDeleted,
    boolean isRegister,
    boolean isLaterTaken) {
  /** The property of the contracts. */
  static final String PROPERTY = "subjects";

  /** Of bronze, what its contract did not name. */
  private static final String UNNAMED = "unknown_columns";

  /** The kind of customers, who may be one user. */
  static final String ACCOUNT = "account";

  private static final String ACCOUNT_ID = "account_id";

  /**
   * What says that a row's key names another kind of subject.
   *
   * @param column of the same row
   * @param values of which it has one then
   */
  record Unless(String column, Set<String> values) {
    /** Copies the set. */
    Unless {
      values = Set.copyOf(values);
    }
  }

  /**
   * Which key tells who wrote a row's words.
   *
   * @param when of which rows, if the key names anybody
   */
  record Writer(String key, Unless when) {
    /**
     * SQL of whether a row says by the key who wrote it; never null.
     *
     * @param column how a column of the row is written
     */
    String isTold(UnaryOperator<String> column) {
      return "(%s AND %s IS NOT NULL)".formatted(isOneOf(when, column), column.apply(key));
    }
  }

  /** Copies the lists. */
  SubjectColumns {
    keys = List.copyOf(keys);
    unlessByKey = Map.copyOf(unlessByKey);
    texts = List.copyOf(texts);
  }

  /**
   * Of a contract; empty where its rows name no such subject.
   *
   * @param kind {@code user}, {@code agent}, {@code account}, or one of {@link SubjectWords#KINDS}
   */
  static Optional<SubjectColumns> of(Contract contract, String kind) {
    Map<?, ?> subject =
        contract.optionalProperty(PROPERTY) instanceof Map<?, ?> subjects
                && subjects.get(kind) instanceof Map<?, ?> declared
            ? declared
            : kind.equals(ACCOUNT) && contract.columnNames().contains(ACCOUNT_ID)
                ? Map.of("keys", List.of(ACCOUNT_ID))
                : Map.of();
    List<String> keys = names(subject.get("keys"));
    if (keys.isEmpty()) {
      return Optional.empty();
    }
    boolean isRegister = Boolean.TRUE.equals(subject.get("register"));
    boolean isDeleted = "deleted".equals(subject.get("rows"));
    Stream<String> unnamed = contract.layer().equals("bronze") ? Stream.of(UNNAMED) : Stream.of();
    return Optional.of(
        new SubjectColumns(
            keys,
            byKey("unless", subject.get("unless")),
            kind.equals(Subject.Kind.USER.word())
                && List.of("silver", "gold").contains(contract.layer()),
            Stream.concat(names(subject.get("texts")).stream(), unnamed).toList(),
            byKey("writer", subject.get("writer")).entrySet().stream()
                .map(one -> new Writer(one.getKey(), one.getValue()))
                .findFirst(),
            isDeleted,
            isRegister,
            kind.equals(Subject.Kind.AGENT.word())
                ? !isDeleted && !isRegister
                : "taken".equals(subject.get("later"))));
  }

  /** {@code {actor_id: {actor_type: [agent, bot]}}}; one column a key. */
  private static Map<String, Unless> byKey(String property, @Nullable Object declared) {
    Map<String, Unless> unless = new TreeMap<>();
    if (declared instanceof Map<?, ?> byKey) {
      byKey.forEach((key, other) -> {
        if (!(other instanceof Map<?, ?> column)
            || column.size() != 1
            || names(column.values().iterator().next()).isEmpty()) {
          throw new UsageException(
              "subjects: `%s` of %s has to name one column and its values, as in {actor_id: {actor_type: [agent]}}. Correct the contract."
                  .formatted(property, key));
        }
        Map.Entry<?, ?> one = column.entrySet().iterator().next();
        unless.put(
            String.valueOf(key),
            new Unless(String.valueOf(one.getKey()), Set.copyOf(names(one.getValue()))));
      });
    }
    return unless;
  }

  /** What says that a key names another kind of subject. */
  Optional<Unless> unless(String key) {
    return Optional.ofNullable(unlessByKey.get(key));
  }

  /**
   * SQL of whether a row's key names another kind of subject; never null.
   *
   * @param column how a column of the row is written
   */
  String isAnothers(String key, UnaryOperator<String> column) {
    return unless(key).map(o -> isOneOf(o, column)).orElse("false");
  }

  private static String isOneOf(Unless unless, UnaryOperator<String> column) {
    return "coalesce(%s IN (%s), false)"
        .formatted(
            column.apply(unless.column()),
            unless.values().stream().sorted().collect(Collectors.joining("', '", "'", "'")));
  }

  /** Who wrote one of the texts; empty where it goes with any key. */
  Optional<Writer> writer(String text) {
    return writer.filter(_ -> !text.equals(UNNAMED));
  }

  /** Kinds by which rows may name a person: a user also as the account. */
  static List<String> kinds(Subject.Kind kind) {
    return kind == Subject.Kind.USER ? List.of(kind.word(), ACCOUNT) : List.of(kind.word());
  }

  /**
   * Columns that name a record, a message by its event too: sources make such ids of others, as of
   * an agent's.
   */
  static Set<String> recordIds(List<Contract> raw) {
    return Stream.concat(
            Stream.of("record_id", "message_id"),
            raw.stream()
                .flatMap(contract -> contract.columns().stream())
                .filter(column -> column.keyPosition() > 0)
                .map(Contract.Column::name))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static List<String> names(@Nullable Object listed) {
    return listed instanceof List<?> names
        ? names.stream().map(String::valueOf).toList()
        : List.of();
  }
}
