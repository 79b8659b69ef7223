package io.supportlake.outreach;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.NamedCsvRecord;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Row;
import org.dhatim.fastexcel.reader.Cell;
import org.dhatim.fastexcel.reader.CellType;
import org.dhatim.fastexcel.reader.ReadableWorkbook;
import org.dhatim.fastexcel.reader.ReadingOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OutreachFilesTest {
  private static final String FORMULA = "=HYPERLINK(\"http://evil.example\",\"click\")";

  @TempDir private Path folder;

  private List<Path> write(Row... lines) throws IOException {
    return OutreachFiles.write(List.of(lines), "EUR", folder);
  }

  private static List<NamedCsvRecord> csv(Path file) throws IOException {
    try (CsvReader<NamedCsvRecord> reader = CsvReader.builder().ofNamedCsvRecord(file)) {
      return reader.stream().toList();
    }
  }

  private record Cells(Map<String, Cell> byColumn) {
    Cell get(String column) {
      return requireNonNull(byColumn.get(column), column);
    }
  }

  /** The rows below the header. */
  private static List<Cells> sheet(Path file) throws IOException {
    try (ReadableWorkbook workbook =
        new ReadableWorkbook(file.toFile(), new ReadingOptions(true, true))) {
      List<org.dhatim.fastexcel.reader.Row> rows = workbook.findSheet("List").orElseThrow().read();
      List<Cells> cells = new ArrayList<>();
      for (org.dhatim.fastexcel.reader.Row row : rows.subList(1, rows.size())) {
        Map<String, Cell> named = new HashMap<>();
        for (Cell header : rows.getFirst()) {
          row.getOptionalCell(header.getColumnIndex())
              .ifPresent(c -> named.put(header.getText(), c));
        }
        cells.add(new Cells(named));
      }
      return cells;
    }
  }

  @Test
  void eachTeamGetsOneFileOfEachKindWithItsLinesByRank() throws IOException {
    List<Path> written =
        write(
            ListRows.line("emea-dach", 2, "A2"),
            ListRows.line("amer-growth", 1, "B1"),
            ListRows.line("emea-dach", 1, "A1"));

    assertThat(written)
        .extracting(f -> f.getFileName().toString())
        .containsExactly("amer-growth.csv", "amer-growth.xlsx", "emea-dach.csv", "emea-dach.xlsx");
    assertThat(csv(folder.resolve("emea-dach.csv")))
        .extracting(r -> r.getField("account_id"))
        .containsExactly("A1", "A2");
    assertThat(sheet(folder.resolve("emea-dach.xlsx")))
        .extracting(r -> r.get("account_id").getText())
        .containsExactly("A1", "A2");
  }

  @Test
  void filesOfTeamsWithoutLinesGoAndOtherFilesStay() throws IOException {
    Files.writeString(folder.resolve("old-team.csv"), "stale");
    Files.writeString(folder.resolve("Filled in by Dana.xlsx"), "kept");

    List<Path> _ = write(ListRows.line("emea-dach", 1, "A1"));

    try (var files = Files.list(folder)) {
      assertThat(files.map(f -> f.getFileName().toString()))
          .containsExactlyInAnyOrder("emea-dach.csv", "emea-dach.xlsx", "Filled in by Dana.xlsx");
    }
  }

  /** The characters of OWASP's page on CSV injection. */
  @ParameterizedTest
  @ValueSource(strings = {"=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"})
  void textThatASpreadsheetWouldRunGetsAnApostrophe(String text) {
    assertThat(OutreachFiles.safe(text)).isEqualTo("'" + text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "Müller", "a=b", "3 Mar 2026"})
  void otherTextStaysAsItIs(String text) {
    assertThat(OutreachFiles.safe(text)).isEqualTo(text);
  }

  @Test
  void aFormulaInANameIsTextInBothFiles() throws IOException {
    List<Path> written =
        write(
            ListRows.line(
                "emea-dach", 1, "A1", "name", FORMULA, "reasons", ListRows.strings(FORMULA)));

    NamedCsvRecord line = csv(written.getFirst()).getFirst();
    assertThat(line.getField("name")).isEqualTo("'" + FORMULA);
    assertThat(line.getField("reasons")).isEqualTo("'" + FORMULA);
    Cell name = sheet(written.getLast()).getFirst().get("name");
    assertThat(name.getType()).isEqualTo(CellType.STRING);
    assertThat(name.getFormula()).isNull();
    assertThat(name.getText()).isEqualTo("'" + FORMULA);
  }

  @Test
  void theWorkbookHoldsDatesAmountsAndSharesAsNumbersThatLookLikeIt() throws IOException {
    Cells line = sheet(write(ListRows.line("emea-dach", 1, "A1")).getLast()).getFirst();

    assertThat(line.get("renewal_date").asDate().toLocalDate()).hasToString("2026-09-01");
    assertThat(line.get("renewal_date").getDataFormatString()).isEqualTo("yyyy-mm-dd");
    assertThat(line.get("recurring_revenue_amount").asNumber())
        .isEqualByComparingTo(new BigDecimal("12345.60"));
    assertThat(line.get("value_at_risk_amount").getDataFormatString())
        .isEqualTo("#,##0.00 \"EUR\"");
    assertThat(line.get("probability").asNumber()).isEqualByComparingTo(new BigDecimal("0.375"));
    assertThat(line.get("probability").getDataFormatString()).isEqualTo("0.0%");
    assertThat(line.get("is_new").getText()).isEqualTo("yes");
    assertThat(line.get("reasons").getText().lines()).hasSize(3);
    assertThat(line.get("crm_url").getText())
        .isEqualTo("https://crm.example.com/accounts/CRM-00001");
    assertThat(line.get("outcome").getText()).isEmpty();
  }

  @Test
  void aShareHasNoMoreDigitsThanAPersonReads() throws IOException {
    Row row = ListRows.line("emea-dach", 1, "A1", "probability", 0.123456789012345678);

    assertThat(csv(write(row).getFirst()).getFirst().getField("probability")).isEqualTo("0.1235");
  }

  @Test
  void theCsvGivesBackWhatTheLineHolds() throws IOException {
    Row row = ListRows.line("emea-dach", 1, "A1", "renewal_date", null);
    NamedCsvRecord line = csv(write(row).getFirst()).getFirst();

    assertThat(line.getField("name")).isEqualTo("Müller & Söhne A1");
    assertThat(line.getField("recurring_revenue_amount")).isEqualTo("12345.60");
    assertThat(line.getField("probability")).isEqualTo("0.375");
    assertThat(line.getField("renewal_date")).isEmpty();
    assertThat(line.getField("expires_on")).isEqualTo("2026-07-14");
    assertThat(line.getField("last_contacts").lines())
        .containsExactly(
            "24 Jun 2026, email: Payout failed, still open",
            "11 Jun 2026, phone: Payout failed, ended unsolved",
            "2 May 2026, chat: Invoice question, solved");
    assertThat(line.getField("outcome")).isEmpty();
    assertThat(line.getHeader())
        .containsAll(
            ListRows.CONTRACTS.of("gold.outreach_list").columnNames().stream()
                .filter(c -> !c.equals("list_date") && !c.equals("team"))
                .toList());
  }
}
