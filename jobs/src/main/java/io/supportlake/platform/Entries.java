package io.supportlake.platform;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Records of a file one by one, as they stand there: lines, or records of CSV. */
final class Entries {
  private Entries() {}

  /** Of UTF-8, without a mark of the encoding, which readers of records leave away too. */
  static BufferedReader reader(InputStream in) throws IOException {
    BufferedReader reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
    reader.mark(1);
    if (reader.read() != '\uFEFF') {
      reader.reset();
    }
    return reader;
  }

  /**
   * The next record without its last line break, or null at the end.
   *
   * @param delimiter of CSV, where a quoted line break does not end a record; null where each line
   *     is one
   */
  static @Nullable String next(BufferedReader reader, @Nullable String delimiter)
      throws IOException {
    @Nullable String line = reader.readLine();
    if (line == null || delimiter == null) {
      return line;
    }
    StringBuilder entry = new StringBuilder(line);
    boolean isQuoted = isQuotedAfter(line, delimiter.charAt(0), false);
    while (isQuoted) {
      @Nullable String more = reader.readLine();
      if (more == null) {
        break;
      }
      entry.append('\n').append(more);
      isQuoted = isQuotedAfter(more, delimiter.charAt(0), true);
    }
    return entry.toString();
  }

  /** Whether a line of CSV ends within quotes; they are opened where a field begins only. */
  private static boolean isQuotedAfter(String line, char delimiter, boolean isQuotedBefore) {
    boolean isQuoted = isQuotedBefore;
    boolean isAtStart = true;
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      if (isQuoted) {
        if (c == '"' && i + 1 < line.length() && line.charAt(i + 1) == '"') {
          i++;
        } else if (c == '"') {
          isQuoted = false;
        }
        isAtStart = false;
      } else {
        isQuoted = c == '"' && isAtStart;
        isAtStart = c == delimiter;
      }
    }
    return isQuoted;
  }
}
