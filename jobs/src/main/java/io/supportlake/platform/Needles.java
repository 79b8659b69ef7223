package io.supportlake.platform;

import java.io.ByteArrayOutputStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Values searched for in bytes, each in the ways a file may write it: UTF-8, UTF-16, escaped in
 * JSON once and twice, escaped in XML, escaped in a link. One pass over the bytes for all of them.
 */
final class Needles {
  /** Shorter values are in nearly every file by chance. */
  static final int SHORTEST = 4;

  private record Form(byte[] bytes, String needle) {}

  private final Map<Integer, List<Form>> byHead = new HashMap<>();
  private final BitSet heads = new BitSet(1 << 16);
  private final int longest;

  Needles(Collection<String> needles) {
    int longestSoFar = 1;
    for (String needle : new LinkedHashSet<>(needles)) {
      if (needle.length() < SHORTEST) {
        throw new IllegalArgumentException(
            "a value of %d characters cannot be searched for: it is in nearly every file by chance. Search for values of %d or more."
                .formatted(needle.length(), SHORTEST));
      }
      for (byte[] bytes : forms(needle)) {
        byHead.computeIfAbsent(head(bytes, 0), _ -> new ArrayList<>()).add(new Form(bytes, needle));
        heads.set(pair(bytes, 0));
        longestSoFar = Math.max(longestSoFar, bytes.length);
      }
    }
    longest = longestSoFar;
  }

  /** Bytes that must be kept from one piece of a stream to the next. */
  int overlap() {
    return longest - 1;
  }

  /** Names every needle that begins in the first {@code length} bytes and ends there. */
  void in(byte[] bytes, int length, Consumer<String> found) {
    for (int i = 0; i + SHORTEST <= length; i++) {
      if (heads.get(pair(bytes, i))) {
        List<Form> forms = byHead.get(head(bytes, i));
        if (forms != null) {
          for (Form form : forms) {
            if (isAt(form.bytes(), bytes, i, length)) {
              found.accept(form.needle());
            }
          }
        }
      }
    }
  }

  private static boolean isAt(byte[] form, byte[] bytes, int at, int length) {
    if (at + form.length > length) {
      return false;
    }
    for (int i = SHORTEST; i < form.length; i++) {
      if (bytes[at + i] != form[i]) {
        return false;
      }
    }
    return true;
  }

  private static int pair(byte[] bytes, int at) {
    return (bytes[at] & 0xff) << 8 | bytes[at + 1] & 0xff;
  }

  private static int head(byte[] bytes, int at) {
    return pair(bytes, at) << 16 | pair(bytes, at + 2);
  }

  private static Collection<byte[]> forms(String needle) {
    Set<String> written = new LinkedHashSet<>();
    written.add(needle);
    written.add(URLEncoder.encode(needle, StandardCharsets.UTF_8));
    written.add(URLEncoder.encode(needle, StandardCharsets.UTF_8).replace("+", "%20"));
    written.add(xml(needle, false));
    written.add(xml(needle, true));
    for (boolean ascii : new boolean[] {false, true}) {
      String once = json(needle, ascii);
      written.add(once);
      written.add(json(once, ascii));
    }
    List<byte[]> forms = new ArrayList<>();
    for (String text : written) {
      forms.add(text.getBytes(StandardCharsets.UTF_8));
    }
    forms.add(needle.getBytes(StandardCharsets.UTF_16LE));
    forms.add(needle.getBytes(StandardCharsets.UTF_16BE));
    return forms;
  }

  private static String xml(String text, boolean quotes) {
    String escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    return quotes ? escaped.replace("\"", "&quot;").replace("'", "&apos;") : escaped;
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

  /** The bytes without white space, as text on a page may break a value anywhere. */
  static byte[] withoutSpace(byte[] bytes) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(bytes.length);
    for (byte b : bytes) {
      if (b != ' ' && b != '\n' && b != '\r' && b != '\t') {
        out.write(b);
      }
    }
    return out.toByteArray();
  }
}
