package io.supportlake.command;

import java.util.Locale;

/** Whose data are meant. */
enum SubjectKind {
  /** A user of an account. */
  USER,
  /** An agent, reviewer or customer-success manager. */
  AGENT;

  String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
