package io.supportlake.platform;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * How the rows of a table hang on one kind of subject, as the contract's property {@code subjects}
 * has it. Bronze has that of its source, and what its contract did not name goes with the texts.
 *
 * @param keys columns that name such a subject, plainly or by token
 * @param texts columns that hold words, contact values or traits of the subject that a key names
 * @param isDeleted whether a row that names the subject goes; else it stays, under a pseudonym and
 *     without the texts
 * @param isRegister whether the source says who such subjects are and tells of nothing else: of an
 *     erased one nothing more is taken
 */
record SubjectColumns(
    List<String> keys, List<String> texts, boolean isDeleted, boolean isRegister) {
  /** The property of the contracts. */
  static final String PROPERTY = "subjects";

  /** Copies the lists. */
  SubjectColumns {
    keys = List.copyOf(keys);
    texts = List.copyOf(texts);
  }

  /**
   * Of a contract; empty where its rows name no such subject.
   *
   * @param kind {@code user}, {@code agent}, {@code case} (opened by a user) or {@code text} (its
   *     hash)
   */
  static Optional<SubjectColumns> of(Contract contract, String kind) {
    if (!(contract.optionalProperty(PROPERTY) instanceof Map<?, ?> subjects)
        || !(subjects.get(kind) instanceof Map<?, ?> subject)) {
      return Optional.empty();
    }
    Stream<String> unnamed =
        contract.layer().equals("bronze") ? Stream.of("unknown_columns") : Stream.of();
    return Optional.of(
        new SubjectColumns(
            names(subject.get("keys")),
            Stream.concat(names(subject.get("texts")).stream(), unnamed).toList(),
            "deleted".equals(subject.get("rows")),
            Boolean.TRUE.equals(subject.get("register"))));
  }

  /** The same with a further column that may name such a subject. */
  SubjectColumns withKey(String column) {
    return new SubjectColumns(
        Stream.concat(keys.stream(), Stream.of(column)).toList(), texts, isDeleted, isRegister);
  }

  private static List<String> names(@org.jspecify.annotations.Nullable Object listed) {
    return listed instanceof List<?> names
        ? names.stream().map(String::valueOf).toList()
        : List.of();
  }
}
