package io.supportlake.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import io.supportlake.platform.RedactedCsv;
import io.supportlake.platform.UsageException;
import io.supportlake.rules.Redactor;
import io.supportlake.testing.Ran;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RedactCommandTest {
  private static final String KEY = "000102030405060708090a0b0c0d0e0f";
  private static final String FILE =
      "\ufeffid,subject,\"text, long\",amount\r\n"
          + "0041,order 4155552671,\"card 4111 1111 1111 1111\r\nand \"\"bob@x.io\"\"\",\" 1,250.00 \"\r\n"
          + "4111111111111111,invoice INV-2026-001234,,007\r\n"
          + "\r\n"
          + "3,\"txn_88120045512 of 2026-03-04, version 2.14.0.7\",call +49 30 901820,\r\n";

  @TempDir private Path folder;

  private Path file(String text, Charset charset) throws IOException {
    return Files.write(folder.resolve("in.csv"), text.getBytes(charset));
  }

  private Path out() {
    return folder.resolve("out.csv");
  }

  private Ran redact(String... more) {
    List<String> args =
        new ArrayList<>(
            List.of("redact", folder.resolve("in.csv").toString(), "--out", out().toString()));
    args.addAll(List.of(more));
    return Ran.of(args.toArray(String[]::new));
  }

  private static List<List<String>> rows(Path file) throws IOException {
    try (Stream<CsvRecord> records =
        CsvReader.builder()
            .detectBomHeader(true)
            .skipEmptyLines(false)
            .allowMissingFields(true)
            .ofCsvRecord(file)
            .stream()) {
      return records.map(CsvRecord::getFields).toList();
    }
  }

  @Test
  void textsAreRedactedAndAllElseStays() throws IOException {
    Path in = file(FILE, StandardCharsets.UTF_8);
    Ran ran = redact("--text", "subject", "--text", "text, long");

    assertThat(ran.code()).as(ran.error()).isZero();
    List<List<String>> before = rows(in);
    List<List<String>> after = rows(out());
    assertThat(after).hasSameSizeAs(before);
    for (int i = 0; i < before.size(); i++) {
      for (int c = 0; c < before.get(i).size(); c++) {
        if (c != 2) {
          assertThat(after.get(i).get(c)).isEqualTo(before.get(i).get(c));
        }
      }
    }
    assertThat(after.get(1).get(2))
        .matches("card \\[CARD:\\w+:[0-9a-f]{12}\\]\r\nand \"\\[EMAIL:\\w+:[0-9a-f]{12}\\]\"");
    assertThat(after.get(4).get(2)).matches("call \\[PHONE:\\w+:[0-9a-f]{12}\\]");
    assertThat(Files.readString(out())).startsWith("\ufeffid,").endsWith("\r\n");
    assertThat(ran.out())
        .contains("4 rows, of which 2 held something to hide")
        .containsPattern("CARD +1\\R")
        .containsPattern("EMAIL +1\\R")
        .containsPattern("PHONE +1\\R");
  }

  @Test
  void withoutAKeyItSaysThatTokensCannotBeJoined() throws IOException {
    var _ = file(FILE, StandardCharsets.UTF_8);
    // The variable is not set where tests run.
    Ran first = redact("--text", "text, long");
    String once = Files.readString(out());
    Ran second = redact("--text", "text, long", "--force");

    assertThat(first.out()).contains("cannot be joined with those of any other run");
    assertThat(second.code()).isZero();
    assertThat(once).contains(":random:");
    assertThat(Files.readString(out())).isNotEqualTo(once);
  }

  @Test
  void aKeyOfAVariableGivesTheSameTokensAndItsOwnName() {
    Redactor one = Redactor.of(RedactedCsv.keyIn("K", Map.of("K", KEY)), "DE");
    Redactor again = Redactor.of(RedactedCsv.keyIn("K", Map.of("K", KEY)), "DE");
    Redactor other = Redactor.of(RedactedCsv.keyIn("K", Map.of("K", KEY.replace('f', 'e'))), "DE");

    assertThat(one.redact("bob@x.io")).isEqualTo(again.redact("bob@x.io"));
    assertThat(one.redact("bob@x.io").text().split(":", -1)[1])
        .isNotEqualTo(other.redact("bob@x.io").text().split(":", -1)[1]);
    assertThatThrownBy(() -> RedactedCsv.keyIn("K", Map.of()))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("the environment variable K is not set");
    assertThatThrownBy(() -> RedactedCsv.keyIn("K", Map.of("K", "my secret key, in clear")))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("not hexadecimal")
        .hasMessageNotContaining("secret");
    assertThatThrownBy(() -> RedactedCsv.keyIn("K", Map.of("K", "0011")))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("it has 2 bytes");
  }

  @Test
  void aVariableThatIsNotSetIsRefused() throws IOException {
    var _ = file(FILE, StandardCharsets.UTF_8);
    Ran ran = redact("--text", "subject", "--key-env", "NO_SUCH_VARIABLE");

    assertThat(ran.code()).isEqualTo(2);
    assertThat(ran.error()).contains("NO_SUCH_VARIABLE is not set");
    assertThat(folder).isDirectoryNotContaining("glob:**out*");
  }

  @Test
  void aMissingColumnIsSaidWithTheOnesThereAre() throws IOException {
    var _ = file(FILE, StandardCharsets.UTF_8);
    Ran ran = redact("--text", "body");

    assertThat(ran.code()).isEqualTo(2);
    assertThat(ran.error()).contains("no column 'body'", "id, subject, text, long, amount");
    assertThat(folder).isDirectoryNotContaining("glob:**out*");
  }

  @Test
  void aFileThatIsThereIsReplacedOnlyWhenToldTo() throws IOException {
    var _ = file(FILE, StandardCharsets.UTF_8);
    var _ = Files.writeString(out(), "mine");

    assertThat(redact("--text", "subject").error()).contains("is there already");
    assertThat(out()).hasContent("mine");
    assertThat(redact("--text", "subject", "--force").code()).isZero();
    assertThat(Files.readString(out())).startsWith("\ufeffid,");
  }

  @Test
  void otherDelimitersAndEncodingsAreRead() throws IOException {
    var _ = file("id;text\n1;\"für jörg@müller.de; bald\"\n", Charset.forName("windows-1252"));

    Ran wrong = redact("--text", "text", "--delimiter", ";");
    assertThat(wrong.code()).isEqualTo(2);
    assertThat(wrong.error()).contains("no UTF-8", "--encoding");
    assertThat(folder).isDirectoryNotContaining("glob:**out*");

    Ran right = redact("--text", "text", "--delimiter", ";", "--encoding", "windows-1252");
    assertThat(right.code()).as(right.error()).isZero();
    assertThat(Files.readString(out(), Charset.forName("windows-1252")))
        .matches("id;text\n1;\"für \\[EMAIL:random:[0-9a-f]{12}\\]; bald\"\n");
  }

  @Test
  void brokenQuotesAreRefusedWithoutQuotingThem() throws IOException {
    var _ = file("id,text\n1,ok\n2,\"open bob@x.io", StandardCharsets.UTF_8);
    Ran ran = redact("--text", "text");

    assertThat(ran.error()).doesNotContain("bob@x.io");
    assertThat(ran.code()).isEqualTo(2);
    assertThat(ran.error()).contains("cannot be read as CSV");
    assertThat(folder).isDirectoryNotContaining("glob:**out*");
  }
}
