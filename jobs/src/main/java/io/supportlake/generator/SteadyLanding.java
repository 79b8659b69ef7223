package io.supportlake.generator;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Goes on with a landing zone at a constant daily volume: its last days are repeated, with later
 * dates and with ids of their own, as often as asked. What happens is new each time, to the same
 * customers, users and agents: registers are not repeated.
 */
public final class SteadyLanding {
  /** What repeats; changes of accounts, users, agents and products do not. */
  private static final Set<String> REPEATED =
      Set.of(
          Source.CASE_EVENT.folder(),
          Source.USAGE_EVENT.folder(),
          Source.ERROR_LOG.folder(),
          Source.ARTICLE_EVENT.folder(),
          Source.SURVEY_RESPONSE.folder(),
          Source.QUALITY_REVIEW.folder(),
          Source.MONEY_EVENT.folder());

  private static final Pattern DATE = Pattern.compile("\\b(20\\d\\d-\\d\\d-\\d\\d)(?=[T\",]|$)");

  /** Ids of what happens, by their prefixes; those of people, accounts and articles stay. */
  private static final Pattern EVENT_ID =
      Pattern.compile(
          "\\b(?:cas|evt|use|log|ses|svy|nps|rvw|are|arw|arl|mon|inc)-\\d{6}-[0-9a-z-]+");

  private SteadyLanding() {}

  /**
   * Repeats the last days of a landing zone.
   *
   * @param landing as {@link Generator#run} wrote it
   * @param last its last day
   * @param period days that are repeated, up to the last
   * @param times how often
   */
  public static void repeat(Path landing, LocalDate last, int period, int times) {
    for (String source : REPEATED) {
      for (int back = period - 1; back >= 0; back--) {
        LocalDate day = last.minusDays(back);
        Path folder = landing.resolve(source).resolve(day.toString());
        if (Files.isDirectory(folder)) {
          for (int turn = 1; turn <= times; turn++) {
            LocalDate later = day.plusDays((long) period * turn);
            copy(folder, landing.resolve(source).resolve(later.toString()), period * turn, turn);
          }
        }
      }
    }
  }

  private static void copy(Path from, Path to, int days, int turn) {
    try (Stream<Path> files = Files.list(from)) {
      Files.createDirectories(to);
      List<Path> sorted = files.sorted().toList();
      for (Path file : sorted) {
        try (BufferedReader in =
                new BufferedReader(
                    new InputStreamReader(
                        new GZIPInputStream(Files.newInputStream(file)), StandardCharsets.UTF_8));
            Writer out =
                new OutputStreamWriter(
                    new GZIPOutputStream(
                        Files.newOutputStream(to.resolve(String.valueOf(file.getFileName())))),
                    StandardCharsets.UTF_8)) {
          @Nullable String line = in.readLine();
          while (line != null) {
            out.write(shifted(line, days, turn));
            out.write('\n');
            line = in.readLine();
          }
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + to, e);
    }
  }

  /** A line later and with other ids. */
  static String shifted(String line, int days, int turn) {
    String later =
        DATE.matcher(line).replaceAll(m -> LocalDate.parse(m.group(1)).plusDays(days).toString());
    return EVENT_ID
        .matcher(later)
        .replaceAll(m -> Matcher.quoteReplacement(m.group() + "-t" + turn));
  }
}
