package io.supportlake.rules;

import java.util.Locale;

/**
 * Preconditions of this package: one call per condition, with a message that carries the values.
 */
final class Require {
  private Require() {}

  @SuppressWarnings("AnnotateFormatMethod") // its annotation is in no dependency of ours
  static void that(boolean condition, String message, Object... values) {
    if (!condition) {
      throw new IllegalArgumentException(String.format(Locale.ROOT, message, values));
    }
  }

  static void confidence(double confidence) {
    that(
        confidence > 0 && confidence < 1,
        "confidence must lie between 0 and 1, for example 0.95, was %s",
        confidence);
  }
}
