package io.supportlake.platform;

import io.supportlake.platform.Landing.LandedFile;
import io.supportlake.platform.VendorRecords.Told;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
   * Takes the person out. Files to come keep their lines, and of each all but contact values, which
   * nobody would look for later.
   *
   * @param idName stands for the id in what stays
   * @param tokenName stands for the token in what stays
   */
  Rewritten rewrite(PagesToCome toCome, String idName, String tokenName) {
    Kept kept = new Kept(idName, tokenName);
    Found found = find(_ -> true, subject.finder());
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
      if (isAnyLine(file, subject.contactFinder())) {
        landing.replace(file.path(), sink -> copyWithoutContacts(file, sink));
        rewritten.add(file);
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
        writer.write(
            withoutContactNumbers(line)
                .replaceAll(subject.contactPattern(), ErasedRecords.NO_TEXT));
        writer.write('\n');
      }
    }
  }

  /**
   * Files that name the person where a search for values does not find it, by path, but for those
   * left: vendors' in another notation, and all by an id that is named by key only.
   */
  List<String> filesNaming(PagesToCome toCome) {
    Predicate<LandedFile> isAskedFor =
        subject.isNamedByKeyOnly() ? _ -> true : file -> vendors.looksInto(folder(file));
    Predicate<String> isIn = subject.isNamedByKeyOnly() ? subject.finder() : _ -> false;
    return find(file -> isAskedFor.test(file) && !isLeft(file, toCome), isIn).files().stream()
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

  /**
   * In all that lies there and is asked for, whether a contract names its folder or not.
   *
   * @param isIn whether a text holds what is searched for; records that name the person are found
   *     besides
   */
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
    @Nullable String delimiter =
        isLookedInto || subject.isNamedByKeyOnly() ? delimiter(file) : null;
    boolean isMentioned = false;
    try (BufferedReader reader = reader(file)) {
      @Nullable String entry = Entries.next(reader, delimiter);
      Records records = new Records(file, delimiter == null ? null : entry);
      for (long number = 0; entry != null && (isLookedInto || !isMentioned); number++) {
        boolean isHeader = number == 0 && records.header() != null;
        isMentioned =
            isMentioned || isIn.test(entry) || (!isHeader && isNamedByKeyIn(records, entry));
        if (isLookedInto && !isHeader) {
          searches
              .computeIfAbsent(
                  folder(file) + '\n' + records.header(),
                  _ -> vendors.search(folder(file), records.header()))
              .add(file.path(), String.valueOf(number), entry);
        }
        entry = Entries.next(reader, delimiter);
      }
      return isMentioned;
    } catch (IOException | IndexOutOfBoundsException e) {
      throw unreadable(landing, file, e);
    }
  }

  /** Whether a record names the person where a search for values does not find it. */
  private boolean isNamedByKeyIn(Records records, String entry) {
    return subject.isNamedByKeyOnly()
        && (!records.keyed(entry).isEmpty() || records.isInBroken(entry));
  }

  private boolean isAnyLine(LandedFile file, Predicate<String> isWanted) {
    try (BufferedReader reader = reader(file)) {
      return reader.lines().anyMatch(isWanted);
    } catch (IOException | UncheckedIOException | IndexOutOfBoundsException e) {
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
    return Landing.folder(file.path());
  }

  private void copy(LandedFile file, Kept kept, Map<String, Told> told, OutputStream sink)
      throws IOException {
    @Nullable String delimiter = delimiter(file);
    try (BufferedReader reader = reader(file);
        Writer writer =
            new OutputStreamWriter(landing.packing(file.path(), sink), StandardCharsets.UTF_8)) {
      @Nullable String entry = Entries.next(reader, delimiter);
      Records records = new Records(file, delimiter == null ? null : entry);
      for (long number = 0; entry != null; number++) {
        @Nullable Told of = told.get(String.valueOf(number));
        @Nullable String left = entry;
        if (of != null) {
          left = of.isGoing() ? null : kept.of(records, vendors.without(folder(file), entry, of));
        } else if (number > 0 || delimiter == null) {
          left = kept.of(records, entry);
        }
        if (left != null) {
          writer.write(left);
          writer.write('\n');
        }
        entry = Entries.next(reader, delimiter);
      }
    }
  }

  /**
   * How the records of a file are read.
   *
   * @param isOurs whether the folder is a source's, whose members are known
   * @param keys where such records name people like this one
   * @param delimiter of CSV
   * @param columns of CSV, by its header
   */
  private final class Records {
    private final boolean isOurs;
    private final Optional<SourceKeys> keys;
    private final @Nullable String header;
    private final @Nullable String delimiter;
    private final List<String> columns;

    private Records(LandedFile file, @Nullable String header) {
      this.isOurs = vendors.isSource(folder(file));
      this.keys = vendors.keys(folder(file));
      this.header = header;
      this.delimiter = header == null ? null : delimiter(file);
      this.columns =
          header == null || delimiter == null
              ? List.of()
              : LandedRecords.Header.names(header, delimiter);
    }

    private @Nullable String header() {
      return header;
    }

    /** Where a value stands for itself; none where a record cannot be parsed. */
    private List<LandedValues.Place> places(String entry, Predicate<String> isWanted) {
      return delimiter != null
          ? LandedValues.ofCsv(entry, delimiter.charAt(0), isWanted)
          : LandedValues.isJson(entry) ? LandedValues.ofJson(entry, isWanted) : List.of();
    }

    /** The member or column of a place. */
    private String name(LandedValues.Place place) {
      return delimiter == null ? place.path() : place.column(columns);
    }

    /** Whether a member, or what a list in it holds, is of the person's texts. */
    private boolean isText(String member) {
      return keys.filter(k -> k.columns().texts().contains(member.replaceFirst("\\..*", "")))
          .isPresent();
    }

    /** Where the contract says that the record names the person. */
    private List<LandedValues.Place> keyed(String entry) {
      return keys.map(k ->
              delimiter == null ? k.inJson(entry) : k.inCsv(columns, delimiter.charAt(0), entry))
          .orElse(List.of());
    }

    private boolean isInBroken(String entry) {
      return delimiter == null && keys.filter(k -> k.isInBroken(entry)).isPresent();
    }
  }

  /** What stays of records. */
  private final class Kept {
    private final Predicate<String> isIn = subject.finder();
    private final String idName;
    private final String tokenName;
    private final Pattern field = field(subject.id());
    private final Predicate<String> isAccount =
        subject.kind() == Subject.Kind.USER
            ? field(PersonAccount.of(subject.token())).asPredicate()
            : _ -> false;
    private final Predicate<String> isInRecordId =
        Pattern.compile(subject.recordIdPattern()).asPredicate();
    private final Predicate<String> isId = Pattern.compile(subject.idPattern()).asPredicate();
    private final Set<String> recordIds = vendors.recordIds();
    private final boolean isNumber = VendorRecords.NUMBER.matcher(subject.id()).matches();

    private Kept(String idName, String tokenName) {
      this.idName = idName;
      this.tokenName = tokenName;
    }

    /** The value as the whole of a field. */
    private static Pattern field(String value) {
      return Pattern.compile("(?<=^|[\",;\\t])" + Pattern.quote(value) + "(?=[\",;\\t\\r\\n]|$)");
    }

    /** Null = it goes. */
    private @Nullable String of(Records records, String entry) {
      boolean isNamedByKey = isNamedByKeyIn(records, entry);
      if (!isNamedByKey && !isIn.test(entry)) {
        return entry;
      }
      boolean isOwn = isNamedByKey || isAccount.test(entry) || isOwn(records, entry);
      if (isOwn && subject.kind() == Subject.Kind.USER) {
        return null;
      }
      String left =
          isNamedByKey ? withoutKeys(records, entry) : withoutNumbers(entry, isId, idName);
      if (records.isOurs && isOwn) {
        left = withoutTexts(records, left);
      }
      return subject.masked(withoutContactNumbers(left), isOwn, idName, tokenName);
    }

    /** An agent's name and comments, which nothing else may tell any more. */
    private String withoutTexts(Records records, String entry) {
      return LandedValues.replaced(
          entry,
          records.places(entry, value -> !value.isEmpty()).stream()
              .filter(p -> records.isText(records.name(p)))
              .toList(),
          ErasedRecords.NO_TEXT,
          records.header() == null);
    }

    /** Whether the record is the person's, and does not merely mention the person. */
    private boolean isOwn(Records records, String entry) {
      if (subject.isNamedByKeyOnly()) {
        return false;
      }
      if (records.isOurs && (records.header() != null || LandedValues.canParse(entry))) {
        return !records.keyed(entry).isEmpty();
      }
      // A number may mean anything else, and a text of other signs hardly.
      return !(isNumber && !records.places(entry, subject.id()::equals).isEmpty())
          && field.matcher(entry).find();
    }

    /** Also without ids of the record that are made of the person's. */
    private String withoutKeys(Records records, String entry) {
      boolean isJson = records.header() == null;
      List<LandedValues.Place> keyed = records.keyed(entry);
      if (keyed.isEmpty()) {
        return records
            .keys
            .map(k -> entry.replaceAll(k.brokenPattern(entry), idName))
            .orElse(entry);
      }
      String left = LandedValues.replaced(entry, keyed, idName, isJson);
      List<LandedValues.Place> made =
          records.places(left, isInRecordId).stream()
              .filter(p -> recordIds.contains(records.name(p)))
              .toList();
      return LandedValues.replaced(
          left, made, raw -> raw.replaceAll(subject.recordIdPattern(), idName), isJson);
    }
  }

  private String withoutContactNumbers(String entry) {
    return withoutNumbers(entry, subject.contactFinder(), ErasedRecords.NO_TEXT);
  }

  /** With a text in the place of numbers, so that what is JSON stays so. */
  private static String withoutNumbers(String entry, Predicate<String> isWanted, String name) {
    return LandedValues.isJson(entry)
        ? LandedValues.replaced(
            entry,
            LandedValues.ofJson(entry, isWanted).stream()
                .filter(LandedValues.Place::isNumber)
                .toList(),
            name,
            true)
        : entry;
  }

  private BufferedReader reader(LandedFile file) throws IOException {
    return Entries.reader(unpacked(landing, file));
  }
}
