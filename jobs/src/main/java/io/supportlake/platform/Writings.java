package io.supportlake.platform;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * How text writes a value: as it is, escaped in a link, in XML, in JSON once and twice, and with
 * quotes doubled as in CSV. What an erasure takes out and what its proof searches for are the same.
 */
final class Writings {
  private Writings() {}

  /** All of a value; the plain one comes first. */
  static Set<String> of(String value) {
    Set<String> written = new LinkedHashSet<>();
    written.add(value);
    String link = URLEncoder.encode(value, StandardCharsets.UTF_8);
    written.add(link);
    written.add(link.replace("+", "%20"));
    String marked = value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    written.add(marked);
    String quoted = marked.replace("\"", "&quot;");
    written.add(quoted);
    for (String apostrophe : List.of("&apos;", "&#39;", "&#x27;")) {
      written.add(marked.replace("'", apostrophe));
      written.add(quoted.replace("'", apostrophe));
    }
    written.add(value.replace("\"", "\"\""));
    for (boolean ascii : new boolean[] {false, true}) {
      String once = json(value, ascii);
      written.add(once);
      written.add(json(once, ascii));
      written.add(once.replace("/", "\\/"));
    }
    // As some writers of JSON have it for pages of HTML.
    written.add(
        json(value, false)
            .replace("&", "\\u0026")
            .replace("<", "\\u003c")
            .replace(">", "\\u003e")
            .replace("=", "\\u003d")
            .replace("'", "\\u0027"));
    return written;
  }

  private static String json(String text, boolean ascii) {
    StringBuilder out = new StringBuilder(text.length() + 8);
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"', '\\' -> out.append('\\').append(c);
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        default -> {
          if (c < ' ' || (ascii && c > '~')) {
            out.append("\\u%04x".formatted((int) c));
          } else {
            out.append(c);
          }
        }
      }
    }
    return out.toString();
  }
}
