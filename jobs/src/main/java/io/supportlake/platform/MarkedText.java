package io.supportlake.platform;

/** Text of XML or HTML as a reader sees it, well-formed or not. */
final class MarkedText {
  private MarkedText() {}

  /**
   * The text between the marks, joined without spaces, since marks may stand inside a word;
   * numbered and the five named entities resolved.
   */
  static String of(String marked) {
    StringBuilder out = new StringBuilder(marked.length() / 2);
    boolean inside = false;
    for (int i = 0; i < marked.length(); i++) {
      char c = marked.charAt(i);
      if (inside) {
        inside = c != '>';
      } else if (c == '<') {
        inside = true;
      } else {
        int end = c == '&' ? marked.indexOf(';', i) : -1;
        String resolved = end > i && end - i < 10 ? entity(marked.substring(i + 1, end)) : "";
        out.append(resolved.isEmpty() ? String.valueOf(c) : resolved);
        i = resolved.isEmpty() ? i : end;
      }
    }
    return out.toString();
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
