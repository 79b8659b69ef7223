package io.supportlake.rules;

/**
 * One way of writing for what looks the same: digits of other scripts and full width become ASCII
 * digits, every dash a hyphen, every space a space, full-width signs their narrow ones. The length
 * stays, so that places in the folded text are places in the text.
 */
final class Folding {
  private Folding() {}

  /** The folded text; the same object when nothing changes. */
  static String folded(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c > '~' && fold(c) != c) {
        return all(text, i);
      }
    }
    return text;
  }

  private static String all(String text, int from) {
    char[] out = text.toCharArray();
    for (int i = from; i < out.length; i++) {
      out[i] = out[i] > '~' ? fold(out[i]) : out[i];
    }
    return new String(out);
  }

  private static char fold(char c) {
    if (c >= '\uff01' && c <= '\uff5e') { // the full-width block repeats ASCII in its order
      return (char) (c - '\uff01' + '!');
    }
    return switch (c) {
      case '\u00a0', '\u1680', '\u202f', '\u205f', '\u3000' -> ' ';
      // Nothing is seen of these, but they break a number.
      case '\u200b', '\u200c', '\u200d', '\u2060', '\ufeff', '\u00ad' -> ' ';
      case '\u2212', '\ufe58', '\ufe63' -> '-';
      default -> {
        if (c >= '\u2000' && c <= '\u200a') {
          yield ' ';
        }
        if (c >= '\u2010' && c <= '\u2015') {
          yield '-';
        }
        yield Character.getType(c) == Character.DECIMAL_DIGIT_NUMBER
            ? (char) ('0' + Character.digit(c, 10))
            : c;
      }
    };
  }
}
