package io.supportlake.platform;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Values searched for in bytes, each in all its {@link Writings} in UTF-8 and plainly in UTF-16.
 * One pass over the bytes for all of them.
 */
final class Needles {
  /** Shorter values are in nearly every file by chance. */
  static final int SHORTEST = 4;

  /**
   * One way to write a value.
   *
   * @param width bytes of a character
   * @param isLittle whether of two bytes the first is the lower
   * @param bounded the value between its bounds; null = anything may stand beside it
   */
  private record Form(
      byte[] bytes, String needle, int width, boolean isLittle, @Nullable Pattern bounded) {
    /** Whether no part of another value lies there. */
    boolean isWhole(byte[] at, int start, int length) {
      if (bounded == null) {
        return true;
      }
      StringBuilder context = new StringBuilder();
      int before = Math.min(Bounds.BEFORE, start / width);
      int end = Math.min(length, start + bytes.length + Bounds.BEHIND * width);
      for (int i = start - before * width; i + width <= end; i += width) {
        context.append(character(at, i));
      }
      return bounded
          .matcher(context)
          .useTransparentBounds(true)
          .region(before, before + bytes.length / width)
          .lookingAt();
    }

    /** Of UTF-8 each byte: none of a character beyond ASCII is a letter or digit of it. */
    private char character(byte[] at, int i) {
      return width == 1
          ? (char) (at[i] & 0xff)
          : isLittle
              ? (char) (at[i] & 0xff | (at[i + 1] & 0xff) << 8)
              : (char) ((at[i] & 0xff) << 8 | at[i + 1] & 0xff);
    }
  }

  private final Map<Integer, List<Form>> byHead = new HashMap<>();
  private final BitSet heads = new BitSet(1 << 16);
  private final int longest;

  Needles(Map<String, Bounds> needles) {
    int longestSoFar = 1;
    for (Map.Entry<String, Bounds> entry : needles.entrySet()) {
      String needle = entry.getKey();
      if (needle.length() < SHORTEST) {
        throw new IllegalArgumentException(
            "a value of %d characters cannot be searched for: it is in nearly every file by chance. Search for values of %d or more."
                .formatted(needle.length(), SHORTEST));
      }
      for (Form form : forms(needle, entry.getValue())) {
        byHead.computeIfAbsent(head(form.bytes(), 0), _ -> new ArrayList<>()).add(form);
        heads.set(pair(form.bytes(), 0));
        longestSoFar = Math.max(longestSoFar, form.bytes().length);
      }
    }
    longest = longestSoFar;
  }

  /**
   * Bytes before a place in a stream without which nobody can tell whether a needle begins there.
   */
  static int before() {
    return 2 * Bounds.BEFORE;
  }

  /** The same with the place and what comes behind. */
  int behind() {
    return longest + 2 * Bounds.BEHIND;
  }

  /** Names every needle in the bytes. */
  void in(byte[] bytes, Consumer<String> found) {
    in(bytes, 0, bytes.length, bytes.length, found);
  }

  /** Names every needle in the first {@code length} bytes that begins from one place to another. */
  void in(byte[] bytes, int from, int to, int length, Consumer<String> found) {
    for (int i = from; i < to && i + SHORTEST <= length; i++) {
      if (heads.get(pair(bytes, i))) {
        List<Form> forms = byHead.get(head(bytes, i));
        if (forms != null) {
          for (Form form : forms) {
            if (isAt(form.bytes(), bytes, i, length) && form.isWhole(bytes, i, length)) {
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

  private static List<Form> forms(String needle, Bounds bounds) {
    List<Form> forms = new ArrayList<>();
    for (String text : Writings.of(needle)) {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      forms.add(new Form(bytes, needle, 1, false, bounded(needle, bytes.length, bounds)));
    }
    Pattern wide = bounded(needle, needle.codePointCount(0, needle.length()), bounds);
    forms.add(new Form(needle.getBytes(StandardCharsets.UTF_16LE), needle, 2, true, wide));
    forms.add(new Form(needle.getBytes(StandardCharsets.UTF_16BE), needle, 2, false, wide));
    return forms;
  }

  private static @Nullable Pattern bounded(String needle, int length, Bounds bounds) {
    return bounds == Bounds.NONE
        ? null
        : Pattern.compile(bounds.around(needle, "(?s:.{" + length + "})"));
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
