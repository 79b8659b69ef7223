package io.supportlake.outreach;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.supportlake.outreach.DispositionFile.Disposition;
import io.supportlake.outreach.DispositionFile.Filled;
import io.supportlake.outreach.DispositionFile.ListLine;
import io.supportlake.platform.DataException;
import io.supportlake.platform.UsageException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.List;
import org.dhatim.fastexcel.Workbook;
import org.dhatim.fastexcel.Worksheet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DispositionFileTest {
  private static final LocalDate LISTED = LocalDate.parse("2026-06-30");
  private static final LocalDate ARRIVAL = LocalDate.parse("2026-07-01");
  private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");
  private static final String HEADER =
      "account_id,list_line_id,outcome,channel_used,attempted_at,note\n";
  private static final List<ListLine> LINES =
      List.of(
          new ListLine("LL-1", LISTED, "emea-dach", "proactive-care", "A1", "dana"),
          new ListLine("LL-2", LISTED, "emea-dach", "proactive-care", "A2", null),
          new ListLine("LL-3", LISTED, "emea-dach", "proactive-care", "A3", "dana"),
          new ListLine("LL-P", LISTED, "emea-dach", "proactive-care", "person-usr_k1_0b", null),
          new ListLine("LL-Q", LISTED, "emea-dach", "proactive-care", "person-usr_k1_1c", null),
          new ListLine("LL-X", LISTED, "amer-growth", "proactive-care", "B1", "kim"),
          new ListLine("LL-OLD", LISTED.minusDays(1), "emea-dach", "proactive-care", "A1", "dana"));

  @TempDir private Path folder;

  private static Filled read(Path file) {
    return DispositionFile.read(
        file,
        ids -> LINES.stream().filter(l -> ids.contains(l.listLineId())).toList(),
        ARRIVAL,
        BERLIN);
  }

  private Path csv(String lines) throws IOException {
    return Files.writeString(folder.resolve("filled.csv"), HEADER + lines);
  }

  @Test
  void aWorkedLineBecomesARecordOfItsAccountAndCampaign() throws IOException {
    Filled filled =
        read(
            csv("A1,LL-1,No answer,Phone,2026-07-01,\"rang twice,\nno voicemail\"\nA2,LL-2,,,,\n"));

    assertThat(filled.list()).isEqualTo("emea-dach of 2026-06-30");
    assertThat(filled.notWorked()).isEqualTo(1);
    assertThat(filled.withoutOutcome()).isEmpty();
    assertThat(filled.dispositions())
        .containsExactly(
            new Disposition(
                filled.dispositions().getFirst().dispositionId(),
                "LL-1",
                "proactive-care",
                "A1",
                Instant.parse("2026-07-01T10:00:00Z"),
                "phone",
                "no_answer",
                "dana",
                "rang twice, no voicemail"));
  }

  @Test
  void theIdHangsOnLineAndDayAloneSoThatACorrectedFileCorrects() throws IOException {
    String first = id("A1,LL-1,reached,phone,2026-07-01,\n");

    assertThat(first).matches("DSP-[0-9a-f]{20}");
    assertThat(id("A1,LL-1,reached,phone,2026-07-01,\n")).isEqualTo(first);
    assertThat(id("A1,LL-1,declined,email,2026-07-01 15:00,changed\n")).isEqualTo(first);
    assertThat(id("A1,LL-1,reached,phone,2026-06-30,\n")).isNotEqualTo(first);
    assertThat(id("A2,LL-2,reached,phone,2026-07-01,\n")).isNotEqualTo(first);
  }

  private String id(String line) throws IOException {
    return read(csv(line)).dispositions().getFirst().dispositionId();
  }

  /** One fault each; the line before it is in order. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          A2,LL-2,maybe,phone,2026-07-01,   | the outcome 'maybe' is not known. Write one of reached, no_answer, declined, resolved, scheduled, wrong_contact, or nothing if the line was not worked.
          A2,LL-2,reached,fax,2026-07-01,   | the channel_used 'fax' is not known. Write one of phone, email, meeting, in_app, or nothing.
          A2,LL-2,reached,phone,,           | attempted_at is empty. Write the day of the attempt, such as 2026-05-31.
          A2,LL-2,reached,phone,7/1/2026,   | attempted_at '7/1/2026' is no date. Write it as 2026-05-31 or 2026-05-31 14:30.
          A2,LL-2,reached,phone,2026-02-30, | attempted_at '2026-02-30' is no date. Write it as 2026-05-31 or 2026-05-31 14:30.
          A2,LL-2,reached,phone,2026-07-02, | attempted_at 2026-07-02 is after 2026-07-01, the day these answers arrive. Correct it; if it is right, run ./supportlake run --date 2026-07-01 first.
          A2,LL-2,reached,phone,2026-06-29, | attempted_at 2026-06-29 is before 2026-06-30, the day of the list. Correct it; an earlier attempt belongs to an earlier list.
          A2,LL-9,reached,phone,2026-07-01, | no list has the list_line_id LL-9. Copy the id from the list as it was written.
          A2,,reached,phone,2026-07-01,     | list_line_id is empty. Copy it from the list, or empty the outcome if the line is none of the list's.
          A1,LL-1,declined,phone,2026-07-01,| list_line_id LL-1 stands on line 2 already. Keep one of the two.
          A3,LL-2,reached,phone,2026-07-01, | LL-2 is the line of account A2, but stands beside A3: the columns were sorted apart. Fill in a fresh copy of the list, and sort whole rows only.
          B1,LL-X,reached,phone,2026-07-01, | LL-X is a line of the list amer-growth of 2026-06-30, the others are of emea-dach of 2026-06-30. Record it with the file of its own list.
          A1,LL-OLD,reached,,2026-07-01,    | LL-OLD is a line of the list emea-dach of 2026-06-29, the others are of emea-dach of 2026-06-30. Record it with the file of its own list.
          """)
  void aFaultIsNamedWithItsLineAndRemedy(String line, String problem) throws IOException {
    Path file = csv("A1,LL-1,reached,phone,2026-07-01,\nA3,LL-3,reached,,2026-06-30,\n" + line);

    assertThatThrownBy(() -> read(file))
        .isInstanceOf(DataException.class)
        .hasMessage(
            "%s: nothing was recorded, because of one problem:%n  line 4: %s%nWhoever filled in the file corrects this and records it again.",
            file, problem);
  }

  @Test
  void allFaultsOfAFileAreReportedTogether() throws IOException {
    Path file = csv("A1,LL-1,maybe,fax,,\n\nA2,LL-2,reached,phone,2026-07-01,\n,LL-9,x,,,\n");

    assertThatThrownBy(() -> read(file))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("because of 6 problems")
        .hasMessageContaining("line 2: the outcome 'maybe'")
        .hasMessageContaining("line 2: the channel_used 'fax'")
        .hasMessageContaining("line 2: attempted_at is empty")
        .hasMessageContaining("line 5: no list has the list_line_id LL-9")
        .hasMessageContaining("line 5: the outcome 'x'")
        .hasMessageContaining("line 5: attempted_at is empty");
  }

  @Test
  void aLineWithoutOutcomeIsNotWorkedAndWhatElseItSaysIsPointedOut() throws IOException {
    Filled filled = read(csv("A1,LL-1,,phone,2026-07-01,\nA2,LL-2,,,,\nA3,LL-9, ,,,\n"));

    assertThat(filled).isEqualTo(new Filled("", List.of(), 3, List.of(2), List.of()));
  }

  /** Else nobody's answers would be recorded, for a reason that is none. */
  @Test
  void theLineOfACustomerWhoWasErasedSinceIsLeftOutAndTheOthersAreRecorded() throws IOException {
    Filled filled =
        read(
            csv(
                "person-usr_k1_0a,LL-P,reached,phone,2026-07-01,\nA2,LL-2,reached,phone,2026-07-01,\n"));

    assertThat(filled.erased()).containsExactly(2);
    assertThat(filled.notWorked()).isZero();
    assertThat(filled.dispositions()).extracting(Disposition::listLineId).containsExactly("LL-2");
  }

  /** The second line was not worked. */
  @Test
  void linesOfTwoPeopleThatWereSortedApartAreRefused() throws IOException {
    Path file = csv("person-usr_k1_1c,LL-P,reached,phone,2026-07-01,\nperson-usr_k1_0b,LL-Q,,,,\n");

    assertThatThrownBy(() -> read(file))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("sorted apart");
  }

  @Test
  void aCsvAsASpreadsheetInAnotherCountrySavesItReadsTheSame() throws IOException {
    Path file = folder.resolve("filled.csv");
    String text = HEADER.replace(',', ';') + "A1;LL-1;reached;in app;01.07.2026 09:30;Grüße\n";
    Files.write(file, text.getBytes(Charset.forName("windows-1252")));
    Disposition latin = read(file).dispositions().getFirst();
    Files.writeString(file, "\uFEFF" + text.replace(';', '\t'));

    assertThat(read(file).dispositions()).containsExactly(latin);
    assertThat(latin.note()).isEqualTo("Grüße");
    assertThat(latin.channel()).isEqualTo("in_app");
    assertThat(latin.occurredAt()).isEqualTo("2026-07-01T07:30:00Z");
  }

  @Test
  void aWorkbookThatWasWrittenAndFilledInReadsLikeItsCsv() throws IOException {
    Path file = folder.resolve("filled.xlsx");
    try (OutputStream out = Files.newOutputStream(file);
        Workbook workbook = new Workbook(out, "test", "1.0")) {
      Worksheet notes = workbook.newWorksheet("Notes");
      notes.value(0, 0, "not the list");
      Worksheet sheet = workbook.newWorksheet("List");
      String[] header = HEADER.strip().split(",");
      for (int c = 0; c < header.length; c++) {
        sheet.value(0, c, header[c]);
      }
      sheet.value(1, 0, "A1");
      sheet.value(1, 1, "LL-1");
      sheet.value(1, 2, "reached");
      sheet.value(1, 4, LocalDate.parse("2026-07-01"));
      sheet.value(3, 1, "LL-2");
      sheet.value(3, 2, "resolved");
      sheet.value(3, 4, LocalDateTime.parse("2026-07-01T09:30"));
      sheet.value(4, 1, "LL-3");
      sheet.value(4, 2, "resolved");
      sheet.value(4, 4, "2026-07-01");
    }

    assertThat(read(file).dispositions())
        .isEqualTo(
            read(csv(
                    "A1,LL-1,reached,,2026-07-01,\nA2,LL-2,resolved,,2026-07-01 09:30,\nA3,LL-3,resolved,,2026-07-01,\n"))
                .dispositions());
  }

  @Test
  void whatTheListWriterWroteReadsBackAsNotWorked() throws IOException {
    for (Path file :
        OutreachFiles.write(
            List.of(ListRows.line("emea-dach", 1, "1"), ListRows.line("emea-dach", 2, "2")),
            "EUR",
            folder)) {
      assertThat(read(file)).isEqualTo(new Filled("", List.of(), 2, List.of(), List.of()));
    }
  }

  @Test
  void aWorkbookNumbersLinesAsTheSpreadsheetDoes() throws IOException {
    Path file = folder.resolve("filled.xlsx");
    try (OutputStream out = Files.newOutputStream(file);
        Workbook workbook = new Workbook(out, "test", "1.0")) {
      Worksheet sheet = workbook.newWorksheet("List");
      String[] header = HEADER.strip().split(",");
      for (int c = 0; c < header.length; c++) {
        sheet.value(0, c, header[c]);
      }
      sheet.value(6, 1, "LL-1");
      sheet.value(6, 2, "reached");
      sheet.value(6, 4, 20260701);
    }

    assertThatThrownBy(() -> read(file))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("line 7: attempted_at '20260701' is no date.");
  }

  @Test
  void aFileThatIsNoListIsRefusedWithWhatToDo() throws IOException {
    Path headless = Files.writeString(folder.resolve("a.csv"), "outcome,note\nreached,\n");
    Path broken = Files.writeString(folder.resolve("b.xlsx"), "no workbook");
    Path text = Files.writeString(folder.resolve("c.txt"), HEADER);

    assertThatThrownBy(() -> read(headless))
        .isInstanceOf(DataException.class)
        .hasMessageContaining(
            "line 1: the header lacks list_line_id, channel_used, attempted_at. Fill in the file as it was written");
    assertThatThrownBy(() -> read(broken))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("Open it in a spreadsheet and save it as .xlsx.");
    assertThatThrownBy(() -> read(text))
        .isInstanceOf(UsageException.class)
        .hasMessage("%s is neither .csv nor .xlsx. Save the list as one of the two.", text);
    assertThatThrownBy(() -> read(folder.resolve("none.csv")))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("there is no file");
  }

  @Test
  void recordsAreWrittenInTheContractsColumnsAndUnescaped() throws IOException {
    byte[] csv = DispositionFile.csv(read(csv("A2,LL-2,reached,,2026-07-01,=x\n")).dispositions());
    List<String> lines = new String(csv, StandardCharsets.UTF_8).lines().toList();

    assertThat(lines.getFirst())
        .isEqualTo(
            String.join(",", ListRows.CONTRACTS.of("raw.outreach_disposition").columnNames()));
    assertThat(lines.get(1)).endsWith(",LL-2,proactive-care,A2,2026-07-01T10:00:00Z,,reached,,=x");
  }

  @Test
  void outcomesAreThoseOfTheContract() {
    assertThat(ListRows.CONTRACTS.of("raw.outreach_disposition").checks().getFirst().expression())
        .isEqualTo("outcome in ('%s')".formatted(String.join("','", DispositionFile.OUTCOMES)));
  }
}
