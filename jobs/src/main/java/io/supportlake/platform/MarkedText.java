package io.supportlake.platform;

import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Text of XML or HTML as a reader sees it, well-formed or not. */
final class MarkedText {
  private static final Pattern NAME = Pattern.compile("/?([\\w:-]+)");

  /** Of HTML, SVG and the runs of a spreadsheet's texts. */
  private static final Set<String> IN_WORDS =
      Set.of(
          "a", "abbr", "b", "bdi", "bdo", "cite", "code", "del", "em", "font", "i", "ins", "kbd",
          "mark", "q", "r", "rpr", "s", "small", "span", "strong", "sub", "sup", "t", "tspan", "u",
          "wbr");

  private MarkedText() {}

  /**
   * The text between the marks, numbered and the five named entities resolved. Marks that may stand
   * inside a word are left out; any other is a line break, since a word ends there.
   */
  static String of(String marked) {
    StringBuilder out = new StringBuilder(marked.length() / 2);
    int begun = -1;
    for (int i = 0; i < marked.length(); i++) {
      char c = marked.charAt(i);
      if (begun >= 0) {
        if (c == '>') {
          out.append(isInWord(marked.substring(begun, i)) ? "" : "\n");
          begun = -1;
        }
      } else if (c == '<') {
        begun = i + 1;
      } else {
        int end = c == '&' ? marked.indexOf(';', i) : -1;
        String resolved = end > i && end - i < 10 ? entity(marked.substring(i + 1, end)) : "";
        out.append(resolved.isEmpty() ? String.valueOf(c) : resolved);
        i = resolved.isEmpty() ? i : end;
      }
    }
    return out.toString();
  }

  /** By the name of a mark, as it stands between the angle brackets. */
  private static boolean isInWord(String mark) {
    Matcher name = NAME.matcher(mark);
    return name.lookingAt() && IN_WORDS.contains(name.group(1).toLowerCase(Locale.ROOT));
  }

  private static String entity(String name) {
    return switch (name) {
      case "amp" -> "&";
      case "lt" -> "<";
      case "gt" -> ">";
      case "quot" -> "\"";
      case "apos" -> "'";
      default -> {
        boolean hex = name.startsWith("#x");
        String digits = name.startsWith("#") ? name.substring(hex ? 2 : 1) : "";
        boolean number = digits.matches(hex ? "[0-9a-fA-F]{1,6}" : "[0-9]{1,7}");
        int code = number ? Integer.parseInt(digits, hex ? 16 : 10) : -1;
        yield Character.isValidCodePoint(code) ? Character.toString(code) : "";
      }
    };
  }
}
