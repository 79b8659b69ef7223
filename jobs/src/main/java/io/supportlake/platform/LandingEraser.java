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
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;

/**
 * Rewrites landed files without a person. A user's records go, those that merely mention the user
 * lose the mention. An agent's records are records of customers: they keep all but the agent.
 *
 * @param landing the landing zone
 * @param csvFolders folders whose files are CSV, where a quoted line break does not end a record
 * @param subject whom to take out
 * @param idName stands for the id in what stays
 * @param tokenName stands for the token in what stays
 */
record LandingEraser(
    Landing landing, Set<String> csvFolders, Subject subject, String idName, String tokenName) {

  /** Copies the set. */
  LandingEraser {
    csvFolders = Set.copyOf(csvFolders);
  }

  /** Rewrites what holds the person; each file is replaced in one move. The files rewritten. */
  List<LandedFile> rewrite() {
    List<LandedFile> changed = new ArrayList<>();
    Predicate<String> isIn = subject.finder();
    // All that lies there, whether a contract names its folder or not.
    for (LandedFile file : landing.list(".")) {
      if (file.bytes() > 0 && holdsTheSubject(file, isIn)) {
        landing.replace(file.path(), sink -> copy(file, isIn, sink));
        changed.add(file);
      }
    }
    return changed;
  }

  private boolean holdsTheSubject(LandedFile file, Predicate<String> isIn) {
    try (BufferedReader reader = reader(file)) {
      @Nullable String line = reader.readLine();
      while (line != null) {
        if (isIn.test(line)) {
          return true;
        }
        line = reader.readLine();
      }
      return false;
    } catch (EOFException | ZipException e) {
      throw new DataException(
          "%s cannot be unpacked, so nobody can tell whether the person is in it. The erasure is not done. Whoever delivers the file puts a whole one in its place, or takes it away; then the same command goes on."
              .formatted(file.path()));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file.path() + " in the landing zone", e);
    }
  }

  private void copy(LandedFile file, Predicate<String> isIn, OutputStream sink) throws IOException {
    boolean isCsv =
        csvFolders.contains(file.path().substring(0, Math.max(0, file.path().indexOf('/'))));
    UnaryOperator<@Nullable String> kept = kept(isIn);
    OutputStream packed = isPacked(file) ? new GZIPOutputStream(sink) : sink;
    try (BufferedReader reader = reader(file);
        Writer writer = new OutputStreamWriter(packed, StandardCharsets.UTF_8)) {
      boolean isHeader = isCsv;
      @Nullable String entry = next(reader, isCsv);
      while (entry != null) {
        @Nullable String left = isHeader ? entry : kept.apply(entry);
        if (left != null) {
          writer.write(left);
          writer.write('\n');
        }
        isHeader = false;
        entry = next(reader, isCsv);
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
  private static @Nullable String next(BufferedReader reader, boolean isCsv) throws IOException {
    @Nullable String line = reader.readLine();
    if (line == null || !isCsv) {
      return line;
    }
    StringBuilder entry = new StringBuilder(line);
    while (entry.chars().filter(c -> c == '"').count() % 2 == 1) {
      @Nullable String more = reader.readLine();
      if (more == null) {
        break;
      }
      entry.append('\n').append(more);
    }
    return entry.toString();
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
