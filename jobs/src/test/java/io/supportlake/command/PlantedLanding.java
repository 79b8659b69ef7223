package io.supportlake.command;

import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import de.siegmar.fastcsv.writer.CsvWriter;
import de.siegmar.fastcsv.writer.LineDelimiter;
import io.supportlake.testing.Canaries;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Secrets in a generated landing zone: in the texts and contact columns of records that are taken,
 * in fields that no contract knows and in their names, and in records that are refused. No record
 * comes or goes among those that are taken, and nothing changes in them but words.
 */
final class PlantedLanding {
  /** What a column of words or of a person's values holds. */
  private enum Holds {
    WORDS,
    EMAIL,
    PHONE,
    NAME
  }

  /** Every source; one without such a column has them in a field that no contract knows. */
  static final SortedMap<String, Map<String, Holds>> COLUMNS =
      new TreeMap<>(
          Map.ofEntries(
              Map.entry("account_change", Map.of("name", Holds.WORDS)),
              Map.entry("article_event", Map.of("title", Holds.WORDS, "query", Holds.WORDS)),
              Map.entry("case_event", Map.of("subject", Holds.WORDS, "text", Holds.WORDS)),
              Map.entry("consent_change", Map.of("reason", Holds.WORDS)),
              Map.entry("erasure_request", Map.of()),
              Map.entry("error_log", Map.of("message", Holds.WORDS)),
              Map.entry("money_event", Map.of()),
              Map.entry("outreach_disposition", Map.of("note", Holds.WORDS)),
              Map.entry("product_change", Map.of("title", Holds.WORDS)),
              Map.entry("quality_review", Map.of("comment", Holds.WORDS)),
              Map.entry("roster_change", Map.of("agent_name", Holds.NAME)),
              Map.entry("survey_response", Map.of("comment", Holds.WORDS)),
              Map.entry("usage_event", Map.of()),
              Map.entry("user_change", Map.of("email", Holds.EMAIL, "phone", Holds.PHONE))));

  /** Fewer, and one refused record would be more than a source may have. */
  private static final int FEWEST_FOR_REFUSALS = 40;

  /** Records planted a column. */
  private static final int PLANTED = 8;

  /** A field that no contract knows. */
  private static final String UNKNOWN = "remark";

  private final Canaries canaries;
  private final String source;
  private final SortedMap<Path, List<String[]>> files = new TreeMap<>();
  private final Set<Path> touched = new TreeSet<>();

  /** A record of a file, by its place there. */
  private record Place(Path file, int index) {}

  private PlantedLanding(Canaries canaries, String source) {
    this.canaries = canaries;
    this.source = source;
  }

  /** Plants in every source of the landing zone. */
  static void plant(Canaries canaries, Path landing) throws IOException {
    for (String source : COLUMNS.keySet()) {
      new PlantedLanding(canaries, source).plant(landing.resolve(source));
    }
  }

  private void plant(Path folder) throws IOException {
    try (Stream<Path> paths = Files.walk(folder)) {
      for (Path file : paths.filter(Files::isRegularFile).sorted().toList()) {
        files.put(file, read(file));
      }
    }
    List<Place> alone = deliveredOnce();
    Map<String, Holds> columns = new TreeMap<>(COLUMNS.getOrDefault(source, Map.of()));
    columns.put(UNKNOWN, Holds.WORDS);
    columns.forEach((column, holds) -> {
      for (Place place : spread(alone.stream().filter(p -> has(p, column)).toList())) {
        set(place, column, holds, source + "." + column);
      }
    });
    if (alone.size() >= FEWEST_FOR_REFUSALS) {
      refuse(alone.get(alone.size() / 2), columns);
    }
    for (Path file : touched) {
      write(file, files.getOrDefault(file, List.of()));
    }
  }

  /**
   * Records that no other delivery repeats or corrects, so that a change of one makes no version.
   */
  private List<Place> deliveredOnce() {
    Map<String, Integer> seen = new HashMap<>();
    List<Place> places = new ArrayList<>();
    files.forEach((file, records) -> {
      for (int i = isCsv(file) ? 1 : 0; i < records.size(); i++) {
        Place place = new Place(file, i);
        seen.merge(id(place), 1, Integer::sum);
        places.add(place);
      }
    });
    return places.stream().filter(p -> seen.getOrDefault(id(p), 0) == 1).toList();
  }

  /** The last and some more of the newest, whose words the tables are most likely to hold. */
  private static List<Place> spread(List<Place> places) {
    int most = Math.min(PLANTED, places.size());
    int step = Math.max(1, places.size() / 4 / PLANTED);
    return IntStream.range(0, most)
        .mapToObj(i -> places.get(places.size() - 1 - i * step))
        .toList();
  }

  /**
   * A copy under an id of its own that is refused for its time, and one that is no record at all.
   */
  private void refuse(Place place, Map<String, Holds> columns) {
    List<String[]> records = files.getOrDefault(place.file(), List.of());
    String[] copy = records.get(place.index()).clone();
    records.add(copy);
    Place refused = new Place(place.file(), records.size() - 1);
    columns.forEach((column, holds) -> {
      if (has(refused, column)) {
        set(refused, column, holds, "refused " + source + "." + column);
      }
    });
    copy = records.getLast();
    if (isCsv(place.file())) {
      copy[0] = "refused";
      for (int i = 0; i < copy.length; i++) {
        String cell = copy[i] == null ? "" : copy[i];
        copy[i] = cell.replaceFirst("^\\d{4}-\\d\\d-\\d\\dT", "31/02/2025 ");
      }
    } else {
      copy[0] = copy[0].replaceFirst(":\"", ":\"refused-").replaceFirst("T\\d\\d:", "T77:");
      if (places() >= 20 * FEWEST_FOR_REFUSALS) {
        records.add(
            new String[] {"{\"note\":\"%s".formatted(canaries.sentence("unparsable " + source))});
      }
    }
  }

  private int places() {
    return files.values().stream().mapToInt(List::size).sum();
  }

  private boolean has(Place place, String column) {
    String[] record = record(place);
    if (column.equals(UNKNOWN)) {
      return isCsv(place.file()) || record[0].endsWith("}");
    }
    if (isCsv(place.file())) {
      return !record[List.of(header(place.file())).indexOf(column)].isEmpty();
    }
    return record[0].endsWith("}") && record[0].contains("\"" + column + "\":\"");
  }

  private void set(Place place, String column, Holds holds, String label) {
    touched.add(place.file());
    String[] record = record(place);
    if (isCsv(place.file())) {
      if (column.equals(UNKNOWN) && !List.of(header(place.file())).contains(UNKNOWN)) {
        files.getOrDefault(place.file(), List.of()).replaceAll(r -> Arrays.copyOf(r, r.length + 1));
        header(place.file())[header(place.file()).length - 1] = UNKNOWN;
        record = record(place);
      }
      int at = List.of(header(place.file())).indexOf(column);
      record[at] = value(record[at], holds, label);
    } else if (column.equals(UNKNOWN)) {
      record[0] =
          record[0].substring(0, record[0].length() - 1)
              + ",\"%s\":\"%s\",\"%s\":1}"
                  .formatted(
                      UNKNOWN,
                      canaries.sentence(label),
                      canaries.email(label + " (a field's name)"));
    } else {
      Matcher field =
          Pattern.compile("(\"%s\":\")((?:[^\"\\\\]|\\\\.)*)".formatted(column)).matcher(record[0]);
      record[0] =
          field.replaceFirst(found ->
              Matcher.quoteReplacement(found.group(1) + value(found.group(2), holds, label)));
    }
  }

  private String value(@Nullable String before, Holds holds, String label) {
    return switch (holds) {
      case WORDS -> (before == null ? "" : before + " ") + canaries.sentence(label);
      case EMAIL -> canaries.email(label);
      case PHONE -> canaries.phone(label);
      case NAME -> canaries.name(label);
    };
  }

  private String id(Place place) {
    String[] record = record(place);
    return isCsv(place.file())
        ? record[0]
        : record[0].substring(0, Math.max(0, record[0].indexOf(',')));
  }

  private String[] record(Place place) {
    return files.getOrDefault(place.file(), List.of()).get(place.index());
  }

  private String[] header(Path file) {
    return files.getOrDefault(file, List.of()).getFirst();
  }

  private static boolean isCsv(Path file) {
    return file.toString().endsWith(".csv.gz");
  }

  /** A line in one piece, or the values of a CSV record; the first is then the header. */
  private static List<String[]> read(Path file) throws IOException {
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(
                new GZIPInputStream(Files.newInputStream(file)), StandardCharsets.UTF_8))) {
      if (!isCsv(file)) {
        return new ArrayList<>(reader.lines().map(line -> new String[] {line}).toList());
      }
      try (CsvReader<CsvRecord> csv = CsvReader.builder().ofCsvRecord(reader)) {
        return new ArrayList<>(
            csv.stream().map(r -> r.getFields().toArray(String[]::new)).toList());
      }
    }
  }

  private static void write(Path file, List<String[]> records) throws IOException {
    try (Writer writer =
        new OutputStreamWriter(
            new GZIPOutputStream(Files.newOutputStream(file)), StandardCharsets.UTF_8)) {
      if (isCsv(file)) {
        CsvWriter csv = CsvWriter.builder().lineDelimiter(LineDelimiter.LF).build(writer);
        records.forEach(csv::writeRecord);
        csv.flush();
      } else {
        for (String[] line : records) {
          writer.append(line[0]).append('\n');
        }
      }
    }
  }
}
