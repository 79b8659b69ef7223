package io.supportlake.platform;

import io.supportlake.platform.Landing.LandedFile;
import io.supportlake.platform.VendorRecords.Told;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Rewrites landed files without a person. A user's records go, those that merely mention the user
 * lose the mention. An agent's records are records of customers: they keep all but the agent.
 *
 * @param landing the landing zone
 * @param csvDelimiters of the folders whose files are CSV, where a quoted line break does not end a
 *     record
 * @param subject whom to take out
 * @param vendors tells which records of vendors' files name a person in another notation, and where
 */
record LandingEraser(
    Landing landing, Map<String, String> csvDelimiters, Subject subject, VendorRecords vendors) {

  /** Copies the map. */
  LandingEraser {
    csvDelimiters = Map.copyOf(csvDelimiters);
  }

  /**
   * Before anything is changed, since no run starts while an erasure is half done. Unpacks every
   * packed file once.
   *
   * @throws DataException if a file is packed in a way that is not taken, or cannot be unpacked to
   *     its end, so that nobody could tell whether it holds a person
   */
  static void refuseUnreadable(Landing landing) {
    for (LandedFile file : landing.list(".")) {
      if (file.bytes() > 0 && !landing.isTaken(file.path())) {
        throw DataErrors.cannotBeErased(file.path());
      }
      if (file.bytes() > 0 && landing.isPacked(file.path())) {
        try (InputStream unpacked = unpacked(landing, file)) {
          long _ = unpacked.transferTo(OutputStream.nullOutputStream());
        } catch (IOException | IndexOutOfBoundsException e) {
          throw unreadable(landing, file, e);
        }
      }
    }
  }

  private static InputStream unpacked(Landing landing, LandedFile file) throws IOException {
    if (!landing.isAsNamed(file.path())) {
      throw new IOException("no bzip2, as its name says");
    }
    return landing.unpacked(file.path());
  }

  /**
   * What was done about the files that hold the person.
   *
   * @param rewritten each replaced in one move; the manifest is to have them as they are now
   * @param left paths of those that keep their lines
   */
  record Rewritten(List<LandedFile> rewritten, List<String> left) {}

  /**
   * Takes the person out. Files to come keep all lines of a user's, and of each all but contact
   * values, which nobody would look for later.
   *
   * @param idName stands for the id in what stays
   * @param tokenName stands for the token in what stays
   */
  Rewritten rewrite(PagesToCome toCome, String idName, String tokenName) {
    Kept kept = new Kept(subject.finder(), idName, tokenName);
    Found found = find(_ -> true, kept.isIn);
    List<LandedFile> rewritten = new ArrayList<>();
    List<String> left = new ArrayList<>();
    for (LandedFile file : found.files()) {
      if (!isLeft(file, toCome)) {
        landing.replace(
            file.path(),
            sink -> copy(file, kept, found.told().getOrDefault(file.path(), Map.of()), sink));
        rewritten.add(file);
        continue;
      }
      left.add(file.path());
      if (find(file, subject.contactFinder(), new TreeMap<>())) {
        landing.replace(file.path(), sink -> copyWithoutContacts(file, sink));
        // To be noted as what was taken, which it is not.
        if (!toCome.changed().contains(file.path())) {
          rewritten.add(file);
        }
      }
    }
    return new Rewritten(rewritten, left);
  }

  /** An agent's records stay anyway. */
  private boolean isLeft(LandedFile file, PagesToCome toCome) {
    return subject.kind() == Subject.Kind.USER && toCome.has(file.path());
  }

  private void copyWithoutContacts(LandedFile file, OutputStream sink) throws IOException {
    try (BufferedReader reader = reader(file);
        Writer writer =
            new OutputStreamWriter(landing.packing(file.path(), sink), StandardCharsets.UTF_8)) {
      for (@Nullable String line = reader.readLine(); line != null; line = reader.readLine()) {
        writer.write(line.replaceAll(subject.contactPattern(), ErasedRecords.NO_TEXT));
        writer.write('\n');
      }
    }
  }

  /** Vendors' files that name the person in another notation, by path, but for those left. */
  List<String> vendorFilesNaming(PagesToCome toCome) {
    return find(file -> vendors.looksInto(folder(file)) && !isLeft(file, toCome), _ -> false)
        .files()
        .stream()
        .map(LandedFile::path)
        .toList();
  }

  /**
   * What holds the person.
   *
   * @param files in the order of paths
   * @param told by file and number of the record, where vendors' records name the person in another
   *     notation
   */
  private record Found(List<LandedFile> files, Map<String, Map<String, Told>> told) {}

  /** In all that lies there and is asked for, whether a contract names its folder or not. */
  private Found find(Predicate<LandedFile> isAskedFor, Predicate<String> isIn) {
    List<LandedFile> files =
        landing.list(".").stream().filter(f -> f.bytes() > 0).filter(isAskedFor).toList();
    // Of all files of a vendor's at once, since to map few records takes as long as to map many.
    Map<String, VendorRecords.Search> searches = new TreeMap<>();
    Set<String> mentioning = new TreeSet<>();
    for (LandedFile file : files) {
      if (find(file, isIn, searches)) {
        mentioning.add(file.path());
      }
    }
    Map<String, Map<String, Told>> told = new TreeMap<>();
    searches.values().forEach(search -> told.putAll(search.told()));
    return new Found(
        files.stream()
            .filter(f -> mentioning.contains(f.path()) || told.containsKey(f.path()))
            .toList(),
        told);
  }

  /** Whether a file mentions the person; its records go to the searches of vendors'. */
  private boolean find(
      LandedFile file, Predicate<String> isIn, Map<String, VendorRecords.Search> searches) {
    boolean isLookedInto = vendors.looksInto(folder(file));
    // Mentions are found line by line, which needs no more memory where a quote is never closed.
    @Nullable String delimiter = isLookedInto ? delimiter(file) : null;
    boolean isMentioned = false;
    try (BufferedReader reader = reader(file)) {
      @Nullable String entry = next(reader, delimiter);
      @Nullable String header = delimiter == null ? null : entry;
      for (long number = 0; entry != null && (isLookedInto || !isMentioned); number++) {
        isMentioned = isMentioned || isIn.test(entry);
        if (isLookedInto && (number > 0 || header == null)) {
          searches
              .computeIfAbsent(
                  folder(file) + '\n' + header, _ -> vendors.search(folder(file), header))
              .add(file.path(), String.valueOf(number), entry);
        }
        entry = next(reader, delimiter);
      }
      return isMentioned;
    } catch (IOException | IndexOutOfBoundsException e) {
      throw unreadable(landing, file, e);
    }
  }

  /** A fault of the file's, unless its bytes cannot be read either. */
  private static RuntimeException unreadable(Landing landing, LandedFile file, Exception cause) {
    var _ = landing.contentHash(file.path());
    if (!landing.isPacked(file.path())) {
      return new IllegalStateException(
          "cannot read %s in the landing zone: whoever runs the machine mends the disk or the file's rights, then gives the same command again"
              .formatted(file.path()),
          cause);
    }
    DataException refusal = DataErrors.cannotBeErased(file.path());
    refusal.initCause(cause);
    return refusal;
  }

  /** Of CSV; null where each line is a record. */
  private @Nullable String delimiter(LandedFile file) {
    return csvDelimiters.get(folder(file));
  }

  private static String folder(LandedFile file) {
    return file.path().substring(0, Math.max(0, file.path().indexOf('/')));
  }

  private void copy(LandedFile file, Kept kept, Map<String, Told> told, OutputStream sink)
      throws IOException {
    @Nullable String delimiter = delimiter(file);
    try (BufferedReader reader = reader(file);
        Writer writer =
            new OutputStreamWriter(landing.packing(file.path(), sink), StandardCharsets.UTF_8)) {
      @Nullable String entry = next(reader, delimiter);
      for (long number = 0; entry != null; number++) {
        @Nullable Told of = told.get(String.valueOf(number));
        @Nullable String left = entry;
        if (of != null) {
          left = of.isGoing() ? null : kept.of(vendors.without(folder(file), entry, of));
        } else if (number > 0 || delimiter == null) {
          left = kept.of(entry);
        }
        if (left != null) {
          writer.write(left);
          writer.write('\n');
        }
        entry = next(reader, delimiter);
      }
    }
  }

  /** What stays of records. */
  private final class Kept {
    private final Predicate<String> isIn;
    private final String idName;
    private final String tokenName;
    private final Pattern field = field(subject.id());
    private final Set<String> keys = vendors.keys();
    private final boolean isNumber = VendorRecords.NUMBER.matcher(subject.id()).matches();
    private final Predicate<String> isAccount =
        subject.kind() == Subject.Kind.USER
            ? field(PersonAccount.of(subject.token())).asPredicate()
            : _ -> false;
    private final Predicate<String> isId = Pattern.compile(subject.idPattern()).asPredicate();

    private Kept(Predicate<String> isIn, String idName, String tokenName) {
      this.isIn = isIn;
      this.idName = idName;
      this.tokenName = tokenName;
    }

    /** The value as the whole of a field. */
    private static Pattern field(String value) {
      return Pattern.compile("(?<=^|[\",;\\t])" + Pattern.quote(value) + "(?=[\",;\\t\\r\\n]|$)");
    }

    /** Null = it goes. */
    private @Nullable String of(String entry) {
      if (!isIn.test(entry)) {
        return entry;
      }
      List<LandedValues.Place> places =
          LandedValues.isJson(entry) ? LandedValues.ofJson(entry, isId) : List.of();
      boolean isKey =
          places.stream().anyMatch(p -> p.value().equals(subject.id()) && keys.contains(p.path()));
      // A number may mean anything else, and a text of other signs hardly.
      boolean isOwn =
          isKey
              || isAccount.test(entry)
              || (!(isNumber && !places.isEmpty()) && field.matcher(entry).find());
      // In numbers it would be replaced without quotes.
      List<LandedValues.Place> numbers =
          places.stream().filter(LandedValues.Place::isNumber).toList();
      return isOwn && subject.kind() == Subject.Kind.USER
          ? null
          : subject.masked(
              LandedValues.replaced(entry, numbers, idName, true), isOwn, idName, tokenName);
    }
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

  /** Without a mark of the encoding, which readers of the file leave away too. */
  private BufferedReader reader(LandedFile file) throws IOException {
    BufferedReader reader =
        new BufferedReader(new InputStreamReader(unpacked(landing, file), StandardCharsets.UTF_8));
    reader.mark(1);
    if (reader.read() != '\uFEFF') {
      reader.reset();
    }
    return reader;
  }
}
