package io.supportlake.platform;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Removes lists and reports that hold a person; they can be written again.
 *
 * @param out folder of the outputs, which need not exist
 * @param list contract of the table whose rows the lists are
 */
record OutputEraser(Path out, Contract list, Progress progress) {
  private static final String CSV = ".csv";

  private static final int SHORTEST_QUOTE = 12;

  /**
   * What was removed; with each file goes what has the same name but for the ending, as the PDF of
   * a report.
   *
   * @param quoted the person's words, as reports quote them; short ones are searched for only in
   *     longer sentences, or they would be found in others' words
   */
  SortedSet<Path> remove(Subject subject, Set<String> quoted) {
    SortedSet<Path> found = new TreeSet<>();
    if (!Files.isDirectory(out)) {
      return found;
    }
    found.addAll(listsNaming(subject));
    SortedMap<String, Bounds> needles = subject.fileNeedles();
    quoted.stream()
        .filter(text -> text.length() >= SHORTEST_QUOTE)
        .forEach(text -> needles.put(text, Bounds.NONE));
    DecodingScan.find(out, needles).forEach(hit -> found.add(hit.file()));
    List.copyOf(found).forEach(file -> found.addAll(twins(file)));
    for (Path file : found) {
      try {
        Files.deleteIfExists(file);
        progress.step("  removed %s", file);
      } catch (IOException e) {
        throw new UncheckedIOException(
            "cannot remove %s, which holds the person: make its folder writable, then start again"
                .formatted(file),
            e);
      }
    }
    return found;
  }

  private static List<Path> twins(Path file) {
    Path folder = Objects.requireNonNull(file.getParent());
    try (Stream<Path> beside = Files.list(folder)) {
      return beside.filter(f -> Files.isRegularFile(f) && stem(f).equals(stem(file))).toList();
    } catch (IOException | UncheckedIOException e) {
      throw unreadable(folder, e);
    }
  }

  private static String stem(Path file) {
    return String.valueOf(file.getFileName()).replaceFirst("\\.[^.]*$", "");
  }

  /**
   * Lists of CSV whose column of the table names an agent by an id that no search for values finds.
   * Users stand there by token.
   */
  SortedSet<Path> listsNaming(Subject subject) {
    SortedSet<Path> named = new TreeSet<>();
    if (subject.kind() != Subject.Kind.AGENT || !subject.isNamedByKeyOnly()) {
      return named;
    }
    SourceKeys keys =
        new SourceKeys(
            SubjectColumns.of(list, subject.kind().word()).orElseThrow(),
            subject.id(),
            subject.token());
    for (Path csv : lists()) {
      if (names(keys, csv)) {
        named.add(csv);
      }
    }
    return named;
  }

  private List<Path> lists() {
    try (Stream<Path> files = Files.walk(out)) {
      return files.filter(f -> f.toString().endsWith(CSV)).toList();
    } catch (IOException | UncheckedIOException e) {
      throw unreadable(out, e);
    }
  }

  private static boolean names(SourceKeys keys, Path csv) {
    try (BufferedReader reader = Entries.reader(Files.newInputStream(csv))) {
      @Nullable String header = Entries.next(reader, ",");
      List<String> columns = header == null ? List.of() : LandedRecords.Header.names(header, ",");
      for (@Nullable String row = Entries.next(reader, ",");
          row != null;
          row = Entries.next(reader, ",")) {
        if (!keys.inCsv(columns, ',', row).isEmpty()) {
          return true;
        }
      }
      return false;
    } catch (IOException e) {
      throw unreadable(csv, e);
    }
  }

  private static UncheckedIOException unreadable(Path path, Exception cause) {
    return new UncheckedIOException(
        "cannot read %s, which may name the person: make it readable, then start again"
            .formatted(path),
        cause instanceof IOException io ? io : new IOException(cause));
  }
}
