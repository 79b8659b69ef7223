package io.supportlake.outreach;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import de.siegmar.fastcsv.writer.CsvWriter;
import de.siegmar.fastcsv.writer.LineDelimiter;
import io.supportlake.platform.DataErrors;
import io.supportlake.platform.DataException;
import io.supportlake.platform.Hashes;
import io.supportlake.platform.PersonAccount;
import io.supportlake.platform.UsageException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.dhatim.fastexcel.reader.Cell;
import org.dhatim.fastexcel.reader.CellType;
import org.dhatim.fastexcel.reader.ExcelReaderException;
import org.dhatim.fastexcel.reader.ReadableWorkbook;
import org.jspecify.annotations.Nullable;

/**
 * A list that customer success filled in, checked line by line and turned into records of
 * raw.outreach_disposition. A file with any problem is refused whole.
 */
public final class DispositionFile {
  /** What may become of an attempt. */
  static final List<String> OUTCOMES =
      List.of("reached", "no_answer", "declined", "resolved", "scheduled", "wrong_contact");

  /** How an attempt may be made. */
  static final List<String> CHANNELS = List.of("phone", "email", "meeting", "in_app");

  private static final List<String> NEEDED =
      List.of("list_line_id", "outcome", "channel_used", "attempted_at", "note");

  private static final List<String> RECORD =
      List.of(
          "disposition_id",
          "list_line_id",
          "campaign_id",
          "account_id",
          "occurred_at",
          "channel",
          "outcome",
          "recorded_by",
          "note");

  /** More lines than the largest list may hold are no list. */
  private static final int MOST_LINES = 20_000;

  /** The last day that a spreadsheet can show, 9999-12-31, as its number. */
  private static final BigDecimal LAST_SHEET_DAY = BigDecimal.valueOf(2_958_465);

  private DispositionFile() {}

  /**
   * A line of gold.outreach_list.
   *
   * @param owner the customer-success manager; null = none
   */
  public record ListLine(
      String listLineId,
      LocalDate listDate,
      String team,
      String campaignId,
      String accountId,
      @Nullable String owner) {
    private String list() {
      return "%s of %s".formatted(team, listDate);
    }
  }

  /** Finds the lines of all lists that have one of the ids. */
  @FunctionalInterface
  public interface Lists {
    /** Their lines; ids that no list has are left out. */
    Collection<ListLine> lines(Set<String> ids);
  }

  /**
   * A record of raw.outreach_disposition.
   *
   * @param dispositionId the same for the same list line and day of attempt, so that a file may be
   *     recorded twice, and a corrected file corrects
   * @param occurredAt the time written, in the reporting zone; noon where only a day was written
   * @param channel null = not written
   * @param recordedBy owner of the list line; null = none
   * @param note null = none
   */
  public record Disposition(
      String dispositionId,
      String listLineId,
      String campaignId,
      String accountId,
      Instant occurredAt,
      @Nullable String channel,
      String outcome,
      @Nullable String recordedBy,
      @Nullable String note) {}

  /**
   * What a file says.
   *
   * @param list team and day of the list; empty = no line was worked
   * @param notWorked lines whose outcome is empty
   * @param withoutOutcome of these, the numbers of lines with a channel, day or note all the same
   * @param erased numbers of lines of customers who were a person each and are erased since
   */
  public record Filled(
      String list,
      List<Disposition> dispositions,
      int notWorked,
      List<Integer> withoutOutcome,
      List<Integer> erased) {
    /** Copies the lists. */
    public Filled {
      dispositions = List.copyOf(dispositions);
      withoutOutcome = List.copyOf(withoutOutcome);
      erased = List.copyOf(erased);
    }
  }

  /** A line that holds something; its number is the row in a spreadsheet, the header being 1. */
  private record Line(int number, Map<String, String> cells, @Nullable LocalDateTime dateCell) {
    private String cell(String column) {
      return cells.getOrDefault(column, "").strip();
    }

    /** A word of a closed list, however it was spelt. */
    private String word(String column) {
      return cell(column).toLowerCase(Locale.ROOT).replaceAll("[ -]+", "_");
    }

    private boolean isWorked() {
      return !cell("outcome").isEmpty();
    }
  }

  private record Attempt(LocalDate day, @Nullable LocalTime time) {
    private Instant at(ZoneId zone) {
      return day.atTime(time == null ? LocalTime.NOON : time).atZone(zone).toInstant();
    }
  }

  /**
   * Reads a CSV (comma, semicolon or tab, as spreadsheets save it) or XLSX.
   *
   * @param asOf the day the answers arrive; none can tell of a later one
   * @param zone reporting zone
   * @throws UsageException when there is no such file, or it is neither CSV nor XLSX
   * @throws DataException naming every line that cannot be taken, why, and the remedy
   */
  public static Filled read(Path file, Lists lists, LocalDate asOf, ZoneId zone) {
    List<Line> lines = lines(file);
    List<Line> filled = lines.stream().filter(Line::isWorked).toList();
    // Of all lines: what stands beside one may belong to one that was not worked.
    Set<String> ids =
        lines.stream()
            .map(l -> l.cell("list_line_id"))
            .filter(id -> !id.isEmpty())
            .collect(Collectors.toCollection(LinkedHashSet::new));
    Map<String, ListLine> known = new HashMap<>();
    if (!filled.isEmpty()) {
      lists.lines(ids).forEach(l -> known.put(l.listLineId(), l));
    }
    Map<Boolean, List<Line>> byErased =
        filled.stream().collect(Collectors.partitioningBy(l -> isErased(l, known)));
    List<Line> worked = byErased.getOrDefault(false, List.of());
    String list = mostCommonList(worked, known);
    List<String> problems = new ArrayList<>();
    Map<String, Integer> firstSeen = new HashMap<>();
    List<Disposition> dispositions = new ArrayList<>();
    for (Line line : worked) {
      List<String> wrong = new ArrayList<>();
      ListLine of = known.get(line.cell("list_line_id"));
      wrong.addAll(idProblems(line, of, list, firstSeen));
      wrong.addAll(wordProblems(line));
      Optional<Attempt> attempt = attempt(line);
      dateProblem(line, attempt, of, asOf).ifPresent(wrong::add);
      wrong.forEach(w -> problems.add("line %d: %s".formatted(line.number(), w)));
      if (wrong.isEmpty() && of != null && attempt.isPresent()) {
        dispositions.add(disposition(line, of, attempt.get(), zone));
      }
    }
    if (!problems.isEmpty()) {
      throw DataErrors.dispositions(file, problems);
    }
    return new Filled(
        list,
        dispositions,
        lines.size() - filled.size(),
        lines.stream()
            .filter(l -> !l.isWorked())
            .filter(l ->
                Stream.of("channel_used", "attempted_at", "note")
                    .anyMatch(c -> !l.cell(c).isEmpty()))
            .map(Line::number)
            .toList(),
        byErased.getOrDefault(true, List.of()).stream().map(Line::number).toList());
  }

  /**
   * Whether the customer, one person, has another name since the list was written. What stands
   * beside another line's account was sorted apart.
   */
  private static boolean isErased(Line line, Map<String, ListLine> known) {
    String account = line.cell("account_id");
    ListLine of = known.get(line.cell("list_line_id"));
    return of != null
        && PersonAccount.isPerson(account)
        && PersonAccount.isPerson(of.accountId())
        && known.values().stream().noneMatch(l -> l.accountId().equals(account));
  }

  /** The records as CSV of raw.outreach_disposition: UTF-8, with a header line. */
  public static byte[] csv(List<Disposition> dispositions) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (CsvWriter writer =
        CsvWriter.builder().lineDelimiter(LineDelimiter.LF).build(bytes, StandardCharsets.UTF_8)) {
      writer.writeRecord(RECORD);
      for (Disposition d : dispositions) {
        writer.writeRecord(
            d.dispositionId(),
            d.listLineId(),
            d.campaignId(),
            d.accountId(),
            d.occurredAt().toString(),
            orEmpty(d.channel()),
            d.outcome(),
            orEmpty(d.recordedBy()),
            orEmpty(d.note()));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private static String orEmpty(@Nullable String text) {
    return text == null ? "" : text;
  }

  private static @Nullable String orNull(String text) {
    return text.isEmpty() ? null : text;
  }

  private static Disposition disposition(Line line, ListLine of, Attempt attempt, ZoneId zone) {
    String identity = of.listLineId() + "|" + attempt.day();
    return new Disposition(
        "DSP-" + Hashes.sha256(identity.getBytes(StandardCharsets.UTF_8)).substring(0, 20),
        of.listLineId(),
        of.campaignId(),
        of.accountId(),
        attempt.at(zone),
        orNull(line.word("channel_used")),
        line.word("outcome"),
        of.owner(),
        orNull(line.cell("note").replaceAll("\\s+", " ")));
  }

  /** The list that most lines belong to; of equals the first by name. */
  private static String mostCommonList(List<Line> worked, Map<String, ListLine> known) {
    Map<String, Long> counts =
        worked.stream()
            .map(l -> known.get(l.cell("list_line_id")))
            .filter(l -> l != null)
            .collect(Collectors.groupingBy(ListLine::list, Collectors.counting()));
    return counts.entrySet().stream()
        .min(
            Comparator.comparing((Map.Entry<String, Long> e) -> -e.getValue())
                .thenComparing(Map.Entry::getKey))
        .map(Map.Entry::getKey)
        .orElse("");
  }

  private static List<String> idProblems(
      Line line, @Nullable ListLine of, String list, Map<String, Integer> firstSeen) {
    String id = line.cell("list_line_id");
    if (id.isEmpty()) {
      return List.of(
          "list_line_id is empty. Copy it from the list, or empty the outcome if the line is none of the list's.");
    }
    List<String> problems = new ArrayList<>();
    Integer first = firstSeen.putIfAbsent(id, line.number());
    if (first != null) {
      problems.add(
          "list_line_id %s stands on line %d already. Keep one of the two.".formatted(id, first));
    }
    if (of == null) {
      problems.add(
          "no list has the list_line_id %s. Copy the id from the list as it was written."
              .formatted(id));
      return problems;
    }
    if (!of.list().equals(list)) {
      problems.add(
          "%s is a line of the list %s, the others are of %s. Record it with the file of its own list."
              .formatted(id, of.list(), list));
    }
    String account = line.cell("account_id");
    if (!account.isEmpty() && !account.equals(OutreachFiles.safe(of.accountId()))) {
      problems.add(
          "%s is the line of account %s, but stands beside %s: the columns were sorted apart. Fill in a fresh copy of the list, and sort whole rows only."
              .formatted(id, of.accountId(), account));
    }
    return problems;
  }

  private static List<String> wordProblems(Line line) {
    List<String> problems = new ArrayList<>();
    if (!OUTCOMES.contains(line.word("outcome"))) {
      problems.add(
          "the outcome '%s' is not known. Write one of %s, or nothing if the line was not worked."
              .formatted(line.cell("outcome"), String.join(", ", OUTCOMES)));
    }
    if (!line.cell("channel_used").isEmpty() && !CHANNELS.contains(line.word("channel_used"))) {
      problems.add(
          "the channel_used '%s' is not known. Write one of %s, or nothing."
              .formatted(line.cell("channel_used"), String.join(", ", CHANNELS)));
    }
    return problems;
  }

  private static Optional<String> dateProblem(
      Line line, Optional<Attempt> attempt, @Nullable ListLine of, LocalDate asOf) {
    String written = line.cell("attempted_at");
    if (written.isEmpty()) {
      return Optional.of(
          "attempted_at is empty. Write the day of the attempt, such as 2026-05-31.");
    }
    if (attempt.isEmpty()) {
      return Optional.of(
          "attempted_at '%s' is no date. Write it as 2026-05-31 or 2026-05-31 14:30."
              .formatted(written));
    }
    LocalDate day = attempt.get().day();
    if (day.isAfter(asOf)) {
      return Optional.of(
          "attempted_at %s is after %s, the day these answers arrive. Correct it; if it is right, run ./supportlake run --date %s first."
              .formatted(day, asOf, day.minusDays(1)));
    }
    if (of != null && day.isBefore(of.listDate())) {
      return Optional.of(
          "attempted_at %s is before %s, the day of the list. Correct it; an earlier attempt belongs to an earlier list."
              .formatted(day, of.listDate()));
    }
    return Optional.empty();
  }

  /** ISO days and times; days with dots, as spreadsheets rewrite ISO days in many countries. */
  private static Optional<Attempt> attempt(Line line) {
    LocalDateTime cell = line.dateCell();
    if (cell != null) {
      boolean isDay = cell.toLocalTime().equals(LocalTime.MIDNIGHT);
      return Optional.of(new Attempt(cell.toLocalDate(), isDay ? null : cell.toLocalTime()));
    }
    String[] parts = line.cell("attempted_at").split("[ T]+", 2);
    try {
      LocalDate day =
          parts[0].contains(".")
              ? LocalDate.parse(parts[0], DateTimeFormatter.ofPattern("d.M.uuuu"))
              : LocalDate.parse(parts[0]);
      return Optional.of(new Attempt(day, parts.length == 1 ? null : LocalTime.parse(parts[1])));
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
  }

  private static List<Line> lines(Path file) {
    if (!Files.isRegularFile(file)) {
      throw new UsageException(
          "there is no file %s. Give the path of the list that was filled in.".formatted(file));
    }
    String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
    try {
      if (name.endsWith(".csv")) {
        return csvLines(file);
      }
      if (name.endsWith(".xlsx")) {
        return xlsxLines(file);
      }
    } catch (CsvParseException | ExcelReaderException | IOException e) {
      throw DataErrors.dispositions(
          file,
          List.of(
              "the file cannot be read (%s). Open it in a spreadsheet and save it as .xlsx."
                  .formatted(e.getMessage())));
    }
    throw new UsageException(
        "%s is neither .csv nor .xlsx. Save the list as one of the two.".formatted(file));
  }

  private static List<Line> csvLines(Path file) throws IOException {
    String text = text(Files.readAllBytes(file));
    List<Line> lines = new ArrayList<>();
    try (CsvReader<CsvRecord> reader =
        CsvReader.builder()
            .fieldSeparator(separator(text))
            .skipEmptyLines(false)
            .allowExtraFields(true)
            .allowMissingFields(true)
            .ofCsvRecord(text)) {
      List<String> header = List.of();
      int number = 0;
      for (CsvRecord row : reader) {
        number++;
        if (number == 1) {
          header = checkedHeader(file, row.getFields());
        } else {
          add(file, lines, new Line(number, named(header, row.getFields()), null));
        }
      }
    }
    return lines;
  }

  /** UTF-8, or what older spreadsheets save. */
  private static String text(byte[] bytes) {
    String text;
    try {
      text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      text = new String(bytes, Charset.forName("windows-1252"));
    }
    return text.startsWith("\uFEFF") ? text.substring(1) : text;
  }

  private static char separator(String text) {
    String header = text.lines().findFirst().orElse("");
    return Stream.of(',', ';', '\t')
        .max(Comparator.comparingLong(s -> header.chars().filter(c -> c == s).count()))
        .orElseThrow();
  }

  private static List<Line> xlsxLines(Path file) throws IOException {
    List<Line> lines = new ArrayList<>();
    try (ReadableWorkbook workbook = new ReadableWorkbook(file.toFile())) {
      List<String> header = List.of();
      for (org.dhatim.fastexcel.reader.Row row :
          workbook.findSheet("List").orElseGet(workbook::getFirstSheet).read()) {
        List<String> cells = new ArrayList<>();
        for (int c = 0; c < row.getCellCount(); c++) {
          cells.add(row.getOptionalCell(c).map(Cell::getText).orElse(""));
        }
        if (header.isEmpty()) {
          header = checkedHeader(file, cells);
        } else {
          LocalDateTime date =
              row.getOptionalCell(header.indexOf("attempted_at"))
                  .map(DispositionFile::date)
                  .orElse(null);
          add(file, lines, new Line(row.getRowNum(), named(header, cells), date));
        }
      }
    }
    return lines;
  }

  private static @Nullable LocalDateTime date(Cell cell) {
    if (cell.getType() != CellType.NUMBER) {
      return null;
    }
    BigDecimal day = cell.asNumber();
    return day.signum() <= 0 || day.compareTo(LAST_SHEET_DAY) > 0 ? null : cell.asDate();
  }

  private static List<String> checkedHeader(Path file, List<String> cells) {
    List<String> header = cells.stream().map(c -> c.strip().toLowerCase(Locale.ROOT)).toList();
    List<String> missing = NEEDED.stream().filter(n -> !header.contains(n)).toList();
    if (!missing.isEmpty()) {
      throw DataErrors.dispositions(
          file,
          List.of(
              "line 1: the header lacks %s. Fill in the file as it was written; its first line names the columns."
                  .formatted(String.join(", ", missing))));
    }
    return header;
  }

  private static Map<String, String> named(List<String> header, List<String> cells) {
    Map<String, String> named = new LinkedHashMap<>();
    for (int c = 0; c < Math.min(header.size(), cells.size()); c++) {
      named.putIfAbsent(header.get(c), cells.get(c));
    }
    return named;
  }

  private static void add(Path file, List<Line> lines, Line line) {
    if (line.cells().values().stream().allMatch(String::isBlank)) {
      return;
    }
    if (lines.size() == MOST_LINES) {
      throw DataErrors.dispositions(
          file,
          List.of(
              "it has more than %,d lines, which no list has. Give the file of one list."
                  .formatted(MOST_LINES)));
    }
    lines.add(line);
  }
}
