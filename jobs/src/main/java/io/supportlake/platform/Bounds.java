package io.supportlake.platform;

import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** What may stand beside a value, so that it is this value and no part of another. */
enum Bounds {
  /** Anything. */
  NONE("", ""),
  /** No letter or digit: ids stand inside composite ones, as in {@code ros-ID-0}. */
  COMPOSITE("(?<!\\p{Alnum})", "(?!\\p{Alnum})"),
  /** Nor a hyphen or underscore, behind which another's id or name may go on. */
  WORD("(?<![\\p{Alnum}_-])", "(?![\\p{Alnum}_-])"),
  /**
   * Nor what goes on with an e-mail address: lee@example.com is no part of bruce.lee@example.com or
   * lee@example.com.au.
   */
  ADDRESS("(?<!\\p{Alnum})(?<!\\p{Alnum}[._+-])", "(?!\\p{Alnum})(?!\\.\\p{Alnum})"),
  /** Nor what goes on with a name that is an id: jane.doe is no part of jane.doe-smith. */
  NAME("(?<!\\p{Alnum})(?<!\\p{Alnum}[._+-])", "(?!\\p{Alnum})(?![._@-]\\p{Alnum})");

  /** Letters and digits that belong to an escape of JSON or of a link, not to a word. */
  private static final String ESCAPE =
      "(?<=\\\\[nrtbf])|(?<=\\\\u\\p{XDigit}{4})|(?<=%(?!2[BDEbde]|5[Ff])\\p{XDigit}{2})";

  private static final Pattern NUMBER_OR_TOKEN =
      Pattern.compile("[+\\d ().-]+|\\[?[A-Za-z]+[_:][A-Za-z0-9]+[_:][0-9a-f]+]?");

  /** Characters before a value, and behind it, that decide. */
  static final int BEFORE = 6;

  static final int BEHIND = 2;

  private final String left;
  private final String right;

  Bounds(String left, String right) {
    this.left = left;
    this.right = right;
  }

  /** Those of an address if the value is one; of numbers and tokens those of letters and digits. */
  static Bounds of(String value, Bounds others) {
    return value.contains("@")
        ? ADDRESS
        : NUMBER_OR_TOKEN.matcher(value).matches() ? COMPOSITE : others;
  }

  /** The one that finds more. */
  Bounds wider(Bounds other) {
    return compareTo(other) < 0 ? this : other;
  }

  /** A regular expression of the value in all its {@link Writings}. */
  String pattern(String value) {
    return around(
        value,
        Writings.of(value).stream()
            .map(Pattern::quote)
            .collect(Collectors.joining("|", "(?:", ")")));
  }

  /** The expression between the bounds, but beside what is no word, as a bracket, anything goes. */
  String around(String value, String expression) {
    return (isWord(value.charAt(0)) && !left.isEmpty() ? "(?:" + left + "|" + ESCAPE + ")" : "")
        + expression
        + (isWord(value.charAt(value.length() - 1)) ? right : "");
  }

  private static boolean isWord(char c) {
    return Character.isLetterOrDigit(c);
  }
}
