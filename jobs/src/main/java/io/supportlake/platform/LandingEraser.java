package io.supportlake.platform;

import io.supportlake.platform.Landing.LandedFile;
import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;

/**
 * Rewrites landed files without a person. A user's records go, those that merely mention the user
 * lose the mention. An agent's records are records of customers: they keep all but the agent.
 *
 * @param landing the landing zone
 * @param csvDelimiters of the folders whose files are CSV, where a quoted line break does not end a
 *     record
 * @param subject whom to take out
 * @param vendors tells which records of vendors' files name a user in another notation: they go
 * @param idName stands for the id in what stays
 * @param tokenName stands for the token in what stays
 */
record LandingEraser(
    Landing landing,
    Map<String, String> csvDelimiters,
    Subject subject,
    VendorRecords vendors,
    String idName,
    String tokenName) {

  /** Copies the map. */
  LandingEraser {
    csvDelimiters = Map.copyOf(csvDelimiters);
  }

  /** Rewrites what holds the person; each file is replaced in one move. The files rewritten. */
  List<LandedFile> rewrite() {
    List<LandedFile> changed = new ArrayList<>();
    Predicate<String> isIn = subject.finder();
    // All that lies there, whether a contract names its folder or not.
    for (LandedFile file : landing.list(".")) {
      if (file.bytes() > 0) {
        Found found = find(file, isIn);
        if (found.isAnywhere()) {
          landing.replace(file.path(), sink -> copy(file, isIn, found.naming(), sink));
          changed.add(file);
        }
      }
    }
    return changed;
  }

  /** Vendors' files that name a user in another notation, by path. */
  List<String> vendorFilesNaming() {
    return landing.list(".").stream()
        .filter(file -> file.bytes() > 0 && vendors.looksInto(folder(file)))
        .filter(file -> !find(file, _ -> false).naming().isEmpty())
        .map(LandedFile::path)
        .toList();
  }

  /**
   * What a file holds of the person.
   *
   * @param naming numbers of the vendor's records that name the user in another notation
   */
  private record Found(boolean isMentioned, Set<Long> naming) {
    boolean isAnywhere() {
      return isMentioned || !naming.isEmpty();
    }
  }

  private Found find(LandedFile file, Predicate<String> isIn) {
    boolean isLookedInto = vendors.looksInto(folder(file));
    // Mentions are found line by line, which needs no more memory where a quote is never closed.
    @Nullable String delimiter = isLookedInto ? delimiter(file) : null;
    try (BufferedReader reader = reader(file)) {
      @Nullable String entry = next(reader, delimiter);
      VendorRecords.Looked looked = vendors.in(folder(file), entry);
      boolean isMentioned = false;
      for (long number = 0; entry != null && (isLookedInto || !isMentioned); number++) {
        isMentioned = isMentioned || isIn.test(entry);
        if (number > 0 || delimiter == null) {
          // Readers of the file leave a mark of its encoding away.
          looked.add(
              VendorRecords.named(file.path(), number),
              number == 0 && entry.startsWith("\uFEFF") ? entry.substring(1) : entry);
        }
        entry = next(reader, delimiter);
      }
      return new Found(
          isMentioned,
          looked.naming().stream()
              .map(name -> Long.valueOf(VendorRecords.nameIn(name)))
              .collect(Collectors.toSet()));
    } catch (EOFException | ZipException e) {
      throw new DataException(
          "%s cannot be unpacked, so nobody can tell whether the person is in it. The erasure is not done. Whoever delivers the file puts a whole one in its place, or takes it away; then the same command goes on."
              .formatted(file.path()));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file.path() + " in the landing zone", e);
    }
  }

  /** Of CSV; null where each line is a record. */
  private @Nullable String delimiter(LandedFile file) {
    return csvDelimiters.get(folder(file));
  }

  private static String folder(LandedFile file) {
    return file.path().substring(0, Math.max(0, file.path().indexOf('/')));
  }

  private void copy(LandedFile file, Predicate<String> isIn, Set<Long> naming, OutputStream sink)
      throws IOException {
    @Nullable String delimiter = delimiter(file);
    UnaryOperator<@Nullable String> kept = kept(isIn);
    OutputStream packed = isPacked(file) ? new GZIPOutputStream(sink) : sink;
    try (BufferedReader reader = reader(file);
        Writer writer = new OutputStreamWriter(packed, StandardCharsets.UTF_8)) {
      @Nullable String entry = next(reader, delimiter);
      for (long number = 0; entry != null; number++) {
        @Nullable String left =
            naming.contains(number)
                ? null
                : number == 0 && delimiter != null ? entry : kept.apply(entry);
        if (left != null) {
          writer.write(left);
          writer.write('\n');
        }
        entry = next(reader, delimiter);
      }
    }
  }

  /** What stays of a record; null = it goes. */
  private UnaryOperator<@Nullable String> kept(Predicate<String> isIn) {
    Pattern field =
        Pattern.compile("(?<=^|[\",;\\t])" + Pattern.quote(subject.id()) + "(?=[\",;\\t\\r\\n]|$)");
    return entry -> {
      if (entry == null || !isIn.test(entry)) {
        return entry;
      }
      boolean isOwn = field.matcher(entry).find();
      return isOwn && subject.kind() == Subject.Kind.USER
          ? null
          : subject.masked(entry, isOwn, idName, tokenName);
    };
  }

  /** The next record without its last line break, or null at the end. */
  private static @Nullable String next(BufferedReader reader, @Nullable String delimiter)
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

  private BufferedReader reader(LandedFile file) throws IOException {
    InputStream stream = landing.open(file.path());
    return new BufferedReader(
        new InputStreamReader(
            isPacked(file) ? new GZIPInputStream(stream) : stream, StandardCharsets.UTF_8));
  }

  private static boolean isPacked(LandedFile file) {
    return file.path().endsWith(".gz");
  }
}
