package io.supportlake.platform;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.spark.unsafe.types.UTF8String;
import org.jspecify.annotations.Nullable;

/**
 * Goes through a JSON object as most lines have it: without objects or arrays in it, all in ASCII,
 * nothing escaped, numbers written as they are kept. Its values are the line's own bytes, which is
 * why a line takes half the time that it takes a reader of all JSON. At anything else, also at what
 * is no JSON, it stops: whatever it takes a reader of all JSON takes in the same way.
 */
final class PlainJson {
  /** Longer lines may have longer texts and names than a reader of all JSON takes. */
  private static final int LONGEST_LINE = 1 << 15;

  private static final int LONGEST_WHOLE_NUMBER = 18;

  /** With more digits two numbers may be one double. */
  private static final int SURE_DIGITS = 15;

  /** From 10 million on a double is written with an exponent. */
  private static final int DIGITS_BEFORE_POINT = 7;

  private static final byte[] TRUE = "true".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] FALSE = "false".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] NULL = "null".getBytes(StandardCharsets.US_ASCII);

  private final byte[] line;
  private int at;
  private int nameFrom;
  private int nameTo;
  private boolean isPlain;
  private @Nullable UTF8String value;

  /** Before the first field; {@link #next} tells whether there is one. */
  PlainJson(byte[] line) {
    this.line = line;
    this.isPlain = line.length <= LONGEST_LINE && take('{');
  }

  /** Goes to the next field. False at the end, and where the line turns out not to be plain. */
  boolean next(boolean isFirst) {
    if (!isPlain) {
      return false;
    }
    if (isFirst ? take('}') : !take(',')) {
      isPlain = (isFirst || take('}')) && isAtEnd();
      return false;
    }
    isPlain = take('"');
    nameFrom = at;
    nameTo = isPlain ? endOfText() : -1;
    isPlain = nameTo >= 0 && take(':') && readValue();
    return isPlain;
  }

  /** After the last field, whether the line is plain. */
  boolean isPlain() {
    return isPlain;
  }

  boolean isNamed(byte[] name) {
    return Arrays.equals(line, nameFrom, nameTo, name, 0, name.length);
  }

  String name() {
    return new String(line, nameFrom, nameTo - nameFrom, StandardCharsets.US_ASCII);
  }

  /** The field's value as text; null = JSON's null. */
  @Nullable UTF8String value() {
    return value;
  }

  private boolean take(char wanted) {
    skipBlanks();
    boolean isThere = at < line.length && line[at] == wanted;
    at += isThere ? 1 : 0;
    return isThere;
  }

  private boolean isAtEnd() {
    skipBlanks();
    return at == line.length;
  }

  private void skipBlanks() {
    while (at < line.length
        && (line[at] == ' ' || line[at] == '\t' || line[at] == '\r' || line[at] == '\n')) {
      at++;
    }
  }

  /** End of the text that begins here, past which it goes; -1 where it is not plain. */
  private int endOfText() {
    for (int i = at; i < line.length; i++) {
      byte b = line[i];
      if (b == '"') {
        at = i + 1;
        return i;
      }
      // A byte beyond ASCII is below zero.
      if (b < ' ' || b == '\\') {
        return -1;
      }
    }
    return -1;
  }

  private boolean readValue() {
    skipBlanks();
    if (at == line.length) {
      return false;
    }
    int from = at;
    switch (line[at]) {
      case '"' -> {
        at++;
        int to = endOfText();
        value = to < 0 ? null : slice(from + 1, to);
        return to >= 0;
      }
      case 't' -> {
        value = slice(from, from + TRUE.length);
        return takeWord(TRUE);
      }
      case 'f' -> {
        value = slice(from, from + FALSE.length);
        return takeWord(FALSE);
      }
      case 'n' -> {
        value = null;
        return takeWord(NULL);
      }
      default -> {
        boolean isNumber = takeNumber();
        value = slice(from, at);
        return isNumber;
      }
    }
  }

  private UTF8String slice(int from, int to) {
    return UTF8String.fromBytes(line, from, to - from);
  }

  private boolean takeWord(byte[] word) {
    int to = at + word.length;
    if (to > line.length || !Arrays.equals(line, at, to, word, 0, word.length)) {
      return false;
    }
    at = to;
    return true;
  }

  /** A number whose text is the one by which it is kept. */
  private boolean takeNumber() {
    boolean isNegative = line[at] == '-';
    at += isNegative ? 1 : 0;
    int from = at;
    skipDigits();
    int whole = at - from;
    if (whole == 0 || (whole > 1 && line[from] == '0')) {
      return false;
    }
    if (at == line.length || line[at] != '.') {
      return whole <= LONGEST_WHOLE_NUMBER && !(isNegative && line[from] == '0');
    }
    int point = at++;
    skipDigits();
    int digits = at - point - 1;
    return digits > 0
        && (digits == 1 || line[at - 1] != '0')
        && whole + digits <= SURE_DIGITS
        && whole <= DIGITS_BEFORE_POINT
        && !(line[from] == '0' && isBelowThousandth(point + 1));
  }

  /** A double of less is written with an exponent. */
  private boolean isBelowThousandth(int fraction) {
    return at - fraction >= 3
        && line[fraction] == '0'
        && line[fraction + 1] == '0'
        && line[fraction + 2] == '0';
  }

  private void skipDigits() {
    while (at < line.length && line[at] >= '0' && line[at] <= '9') {
      at++;
    }
  }
}
