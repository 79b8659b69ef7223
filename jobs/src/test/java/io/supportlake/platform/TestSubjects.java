package io.supportlake.platform;

import java.util.List;
import java.util.TreeSet;

/** People as tests need them. */
final class TestSubjects {
  private TestSubjects() {}

  /** Whose id is no part of others', with contact values. */
  static Subject subject(Subject.Kind kind, String id, String... contacts) {
    return subject(kind, id, false, contacts);
  }

  /** The same of whom it may be. */
  static Subject subject(Subject.Kind kind, String id, boolean isPartOfOthers, String... contacts) {
    return new Subject(
        kind,
        id,
        kind == Subject.Kind.USER ? "usr_k1_0123" : "agt_k1_0123",
        new TreeSet<>(List.of(contacts)),
        isPartOfOthers,
        !Subject.isTelling(id));
  }
}
