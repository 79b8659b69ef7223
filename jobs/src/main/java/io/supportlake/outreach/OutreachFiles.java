package io.supportlake.outreach;

import de.siegmar.fastcsv.writer.CsvWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Date;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.spark.sql.Row;
import org.dhatim.fastexcel.DataValidationErrorStyle;
import org.dhatim.fastexcel.HyperLink;
import org.dhatim.fastexcel.PaperSize;
import org.dhatim.fastexcel.StyleSetter;
import org.dhatim.fastexcel.Workbook;
import org.dhatim.fastexcel.Worksheet;
import org.jspecify.annotations.Nullable;

/** One CSV and one XLSX per team from the lines of gold.outreach_list; each file appears whole. */
public final class OutreachFiles {
  private static final String DATE = "yyyy-mm-dd";

  /** Names that this class gives; a team's name is checked where it is configured. */
  private static final Pattern OF_TEAM = Pattern.compile("[a-z0-9][a-z0-9-]{0,40}\\.(csv|xlsx)");

  /** Down to a hundredth of a percent; the table has all digits. */
  private static final int DECIMALS_OF_A_SHARE = 4;

  private static final String HEADER = "E7EBF0";
  private static final String FILL_IN = "FFF8DC";

  /** Columns up to the account's name, which stay in sight. */
  private static final int NAMED = 3;

  private record Field(String name, int width, String meaning) {
    /** Wide enough for the bold name and the filter's arrow. */
    private int shownWidth() {
      return Math.max(width, name.length() * 6 / 5 + 3);
    }

    private boolean isToFillIn() {
      return meaning.startsWith("fill in");
    }
  }

  /** Columns of the list, then those that the team fills in. */
  private static final List<Field> FIELDS =
      List.of(
          new Field("rank", 6, "1 = first to work"),
          new Field("is_new", 8, "yes = was on no list the day of lists before"),
          new Field("name", 28, "trading name"),
          new Field("account_id", 14, "the customer"),
          new Field("crm_id", 14, "id in the CRM"),
          new Field("crm_url", 46, "link into the CRM"),
          new Field("owner", 14, "customer-success manager"),
          new Field("plan", 12, "plan"),
          new Field("recurring_revenue_amount", 14, "monthly recurring revenue, in currency"),
          new Field("currency", 9, "ISO 4217 code"),
          new Field("renewal_date", 12, "next renewal; empty = none known"),
          new Field("language", 9, "language to speak"),
          new Field("probability", 11, "calibrated probability of cancelling in 15 to 104 days"),
          new Field(
              "value_at_risk_amount",
              17,
              "probability x margin at stake, in the reporting currency"),
          new Field("reasons", 60, "why, strongest first"),
          new Field("play", 20, "play to use"),
          new Field("play_instructions", 60, "what to do"),
          new Field("queue", 18, "queue for the customer's questions, with language"),
          new Field("last_contacts", 48, "last three contacts with support"),
          new Field("earlier_attempts", 40, "earlier outreach"),
          new Field("expires_on", 12, "last day the line is worth working"),
          new Field("campaign_id", 18, "campaign the line belongs to"),
          new Field(
              "list_line_id", 22, "id of the line; keep it, it links your answer to the list"),
          new Field(
              "outcome", 16, "fill in: one of " + String.join(", ", DispositionFile.OUTCOMES)),
          new Field(
              "channel_used", 14, "fill in: one of " + String.join(", ", DispositionFile.CHANNELS)),
          new Field("attempted_at", 18, "fill in: date of the attempt, such as 2026-05-31"),
          new Field("note", 40, "fill in: free words"));

  private OutreachFiles() {}

  /**
   * Writes {@code <team>.csv} and {@code <team>.xlsx} for each team, replacing what stood there:
   * files of teams without lines go too, other files stay.
   *
   * @param lines rows of gold.outreach_list of one day; teams' capacities bound their number
   * @param reportingCurrency ISO 4217 code of value_at_risk_amount
   * @param directory out/outreach/DATE; made when missing
   * @return the files written, by name
   * @throws IOException when a file cannot be written; finished files stay, none is half written
   */
  public static List<Path> write(List<Row> lines, String reportingCurrency, Path directory)
      throws IOException {
    Files.createDirectories(directory);
    Map<String, List<Row>> teams = new TreeMap<>();
    lines.stream()
        .sorted(Comparator.comparingInt(line -> line.<Integer>getAs("rank")))
        .forEach(line ->
            teams.computeIfAbsent(line.<String>getAs("team"), _ -> new ArrayList<>()).add(line));
    List<Path> written = new ArrayList<>();
    for (Map.Entry<String, List<Row>> team : teams.entrySet()) {
      written.add(
          whole(directory.resolve(team.getKey() + ".csv"), out -> csv(team.getValue(), out)));
      written.add(
          whole(
              directory.resolve(team.getKey() + ".xlsx"),
              out -> xlsx(team.getValue(), reportingCurrency, out)));
    }
    removeOthers(directory, written);
    return List.copyOf(written);
  }

  private static void removeOthers(Path directory, List<Path> written) throws IOException {
    List<Path> stale;
    try (Stream<Path> files = Files.list(directory)) {
      stale =
          files
              .filter(f -> OF_TEAM.matcher(f.getFileName().toString()).matches())
              .filter(f -> !written.contains(f))
              .toList();
    }
    for (Path file : stale) {
      Files.delete(file);
    }
  }

  /**
   * Text that no spreadsheet takes for a formula: a leading = + - @, tab or carriage return gets an
   * apostrophe before it (OWASP, CSV Injection).
   */
  static String safe(String text) {
    return !text.isEmpty() && "=+-@\t\r".indexOf(text.charAt(0)) >= 0 ? "'" + text : text;
  }

  private interface Content {
    void to(OutputStream out) throws IOException;
  }

  private static Path whole(Path file, Content content) throws IOException {
    Path temporary = file.resolveSibling("." + file.getFileName() + ".tmp");
    try {
      try (OutputStream out = Files.newOutputStream(temporary)) {
        content.to(out);
      }
      return Files.move(
          temporary, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      boolean _ = Files.deleteIfExists(temporary);
    }
  }

  private static @Nullable Object value(Row line, Field field) {
    boolean isOnList = line.schema().getFieldIndex(field.name()).isDefined();
    return isOnList ? line.getAs(field.name()) : null;
  }

  private static String text(Object value) {
    return switch (value) {
      case Boolean is -> is ? "yes" : "no";
      case scala.collection.Seq<?> items -> items.mkString("\n");
      default -> value.toString();
    };
  }

  private static void csv(List<Row> lines, OutputStream out) throws IOException {
    CsvWriter writer = CsvWriter.builder().build(out, StandardCharsets.UTF_8);
    writer.writeRecord(FIELDS.stream().map(Field::name).toList());
    for (Row line : lines) {
      List<String> cells = new ArrayList<>();
      for (Field field : FIELDS) {
        Object value = value(line, field);
        cells.add(
            switch (value) {
              case null -> "";
              case Double share ->
                  BigDecimal.valueOf(share)
                      .setScale(DECIMALS_OF_A_SHARE, RoundingMode.HALF_EVEN)
                      .stripTrailingZeros()
                      .toPlainString();
              case Number number -> number.toString();
              default -> safe(text(value));
            });
      }
      writer.writeRecord(cells);
    }
    writer.flush();
  }

  private static void xlsx(List<Row> lines, String reportingCurrency, OutputStream out)
      throws IOException {
    try (Workbook workbook = new Workbook(out, "supportlake", "1.0")) {
      Worksheet sheet = workbook.newWorksheet("List");
      sheet.freezePane(NAMED, 1);
      sheet.pageOrientation("landscape");
      sheet.paperSize(PaperSize.A3_PAPER);
      sheet.setFitToPage(true);
      // At one page the letters could not be read.
      sheet.fitToWidth((short) 3);
      sheet.fitToHeight((short) 0);
      sheet.repeatRows(0);
      sheet.repeatCols(0, NAMED - 1);
      for (int c = 0; c < FIELDS.size(); c++) {
        Field field = FIELDS.get(c);
        sheet.value(0, c, field.name());
        sheet
            .style(0, c)
            .bold()
            .wrapText(true)
            .verticalAlignment("top")
            .fillColor(field.isToFillIn() ? FILL_IN : HEADER)
            .set();
        sheet.width(c, field.shownWidth());
        for (int r = 0; r < lines.size(); r++) {
          cell(sheet, r + 1, c, field, value(lines.get(r), field), reportingCurrency);
        }
      }
      for (int r = 0; r < lines.size(); r++) {
        sheet.rowHeight(r + 1, height(lines.get(r)));
      }
      choice(sheet, "outcome", DispositionFile.OUTCOMES, lines.size());
      choice(sheet, "channel_used", DispositionFile.CHANNELS, lines.size());
      sheet.setAutoFilter(0, 0, lines.size(), FIELDS.size() - 1);
      Worksheet columns = workbook.newWorksheet("Columns");
      columns.setFitToPage(true);
      columns.fitToWidth((short) 1);
      columns.fitToHeight((short) 0);
      columns.width(0, 28);
      columns.width(1, 90);
      columns.value(0, 0, "column");
      columns.value(0, 1, "meaning");
      columns.range(0, 0, 0, 1).style().bold().fillColor(HEADER).set();
      for (int f = 0; f < FIELDS.size(); f++) {
        columns.value(f + 1, 0, FIELDS.get(f).name());
        columns.value(f + 1, 1, FIELDS.get(f).meaning());
        columns.style(f + 1, 1).wrapText(true).set();
      }
    }
  }

  /**
   * Height in points that shows the longest cell, up to what a spreadsheet allows; not every
   * spreadsheet fits rows to wrapped text when it opens a file.
   */
  private static double height(Row line) {
    int most = 1;
    for (Field field : FIELDS) {
      Object value = value(line, field);
      if (value instanceof String || value instanceof scala.collection.Seq<?>) {
        int needed =
            text(value)
                .lines()
                .mapToInt(l -> Math.max(1, Math.ceilDiv(l.length(), field.shownWidth())))
                .sum();
        most = Math.max(most, needed);
      }
    }
    return Math.min(Worksheet.MAX_ROW_HEIGHT, most * 15.0);
  }

  private static void choice(Worksheet sheet, String name, List<String> words, int lines) {
    int column = FIELDS.stream().map(Field::name).toList().indexOf(name);
    sheet
        .range(1, column, lines, column)
        .validateWithListByFormula("\"" + String.join(",", words) + "\"")
        .allowBlank(true)
        .errorStyle(DataValidationErrorStyle.STOP)
        .showErrorMessage(true)
        .errorTitle(name)
        .error("Choose one of " + String.join(", ", words));
  }

  private static void cell(
      Worksheet sheet,
      int row,
      int column,
      Field field,
      @Nullable Object value,
      String reportingCurrency) {
    StyleSetter style = sheet.style(row, column).verticalAlignment("top");
    switch (value) {
      case null -> {
        if (field.name().equals("attempted_at")) {
          style.format(DATE);
        }
      }
      case Date date -> {
        sheet.value(row, column, date.toLocalDate());
        style.format(DATE).horizontalAlignment("left");
      }
      case BigDecimal amount -> {
        sheet.value(row, column, amount);
        style.format(
            field.name().equals("value_at_risk_amount")
                ? "#,##0.00 \"" + reportingCurrency + "\""
                : "#,##0.00");
        style.horizontalAlignment("right").indent(1);
      }
      case Number number -> {
        sheet.value(row, column, number);
        style.format(number instanceof Double ? "0.0%" : "0");
        style.horizontalAlignment("right").indent(1);
      }
      case String url when field.name().equals("crm_url") && url.startsWith("https://") -> {
        sheet.hyperlink(row, column, HyperLink.external(url, url));
        style.wrapText(true).fontColor("0563C1").underlined();
      }
      default -> {
        sheet.value(row, column, safe(text(value)));
        style.wrapText(true);
      }
    }
    if (field.isToFillIn()) {
      style.fillColor(FILL_IN).wrapText(true);
    }
    style.set();
  }
}
