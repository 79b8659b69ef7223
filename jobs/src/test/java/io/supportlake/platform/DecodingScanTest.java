package io.supportlake.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.supportlake.platform.DecodingScan.Found;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorOutputStream;
import org.apache.commons.io.output.CloseShieldOutputStream;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroupFactory;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.LocalOutputFile;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDPage;
import org.apache.pdfbox.pdmodel.PDPageContentStream;
import org.apache.pdfbox.pdmodel.font.PDType1Font;
import org.apache.pdfbox.pdmodel.font.Standard14Fonts;
import org.dhatim.fastexcel.Workbook;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DecodingScanTest {
  private static final String NEEDLE = "Zoë \"Quill\" O'Farn & Söhne 4929";

  @TempDir private Path folder;

  private List<Found> found() {
    return DecodingScan.find(folder, List.of(NEEDLE, "never planted"));
  }

  private void assertFoundIn(Path file) {
    assertThat(found()).isNotEmpty().allMatch(f -> f.file().equals(file));
    assertThat(found()).allMatch(f -> f.needle().equals(NEEDLE));
  }

  private Path write(String name, byte[] bytes) throws IOException {
    return Files.write(folder.resolve(name), bytes);
  }

  private static byte[] text(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] gzip(byte[] bytes) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (OutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(bytes);
    }
    return out.toByteArray();
  }

  @ParameterizedTest
  @ValueSource(strings = {"UTF-8", "UTF-16LE", "UTF-16BE"})
  void aPlainFileHoldsItInAnyUnicode(String charset) throws IOException {
    assertFoundIn(write("plain.csv", ("a;" + NEEDLE + ";b").getBytes(Charset.forName(charset))));
  }

  @Test
  void nothingIsFoundWhereNothingIs() throws IOException {
    var _ = write("plain.csv", text(NEEDLE.substring(1)));
    var _ = write("empty", new byte[0]);
    assertThat(found()).isEmpty();
  }

  @Test
  void itIsFoundAcrossThePiecesOfALargeFile() throws IOException {
    for (int before : List.of((1 << 20) - 5, (1 << 20) - 1, 1 << 20, 3 << 20)) {
      assertFoundIn(write("large.log", text(".".repeat(before) + NEEDLE + "...")));
    }
  }

  @Test
  void gzipIsUnpackedAndGzipInZipToo() throws IOException {
    assertFoundIn(write("part-0.jsonl.gz", gzip(text("{}\n" + NEEDLE))));
    Files.delete(folder.resolve("part-0.jsonl.gz"));

    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(out)) {
      zip.putNextEntry(new ZipEntry("inner.gz"));
      zip.write(gzip(text(NEEDLE)));
    }
    assertFoundIn(write("outer.zip", out.toByteArray()));
  }

  @Test
  void bzip2IsUnpackedPartByPart() throws IOException {
    ByteArrayOutputStream parts = new ByteArrayOutputStream();
    for (String part : List.of("", "{}\n", NEEDLE)) {
      try (OutputStream packed =
          new BZip2CompressorOutputStream(CloseShieldOutputStream.wrap(parts))) {
        packed.write(text(part));
      }
    }
    assertFoundIn(write("part-0.jsonl.bz2", parts.toByteArray()));
  }

  @Test
  void jsonAndStatisticsInADeltaLogHoldItEscaped() throws IOException {
    ObjectMapper json = new ObjectMapper();
    String stats = json.writeValueAsString(Map.of("minValues", Map.of("name", NEEDLE)));
    assertFoundIn(
        write(
            "00000000000000000000.json",
            json.writeValueAsBytes(Map.of("add", Map.of("path", "p", "stats", stats)))));
  }

  @ParameterizedTest
  @ValueSource(strings = {"UNCOMPRESSED", "SNAPPY", "ZSTD", "GZIP"})
  void parquetIsDecodedInAllItsColumns(String codec) throws IOException {
    Path file = folder.resolve("part-0.parquet");
    MessageType schema =
        MessageTypeParser.parseMessageType(
            "message m { required int64 n; optional group g { repeated binary s (STRING); } }");
    try (ParquetWriter<Group> writer =
        ExampleParquetWriter.builder(new LocalOutputFile(file))
            .withType(schema)
            .withCompressionCodec(CompressionCodecName.valueOf(codec))
            .build()) {
      SimpleGroupFactory groups = new SimpleGroupFactory(schema);
      for (int i = 0; i < 2000; i++) {
        Group group = groups.newGroup().append("n", 4_929_000_000_000_000L + i);
        // Neither the first nor the last in order, so that no statistic holds it.
        group.addGroup("g").append("s", i == 700 ? NEEDLE : "A" + i % 7).append("s", "zzz" + i);
        writer.write(group);
      }
    }

    assertThat(found()).extracting(Found::where).contains("column g.s");
    assertThat(DecodingScan.find(file, List.of("4929000000000700")))
        .extracting(Found::where)
        .contains("column n");
  }

  @Test
  void statisticsOfParquetHoldTheLeastValue() throws IOException {
    Path file = folder.resolve("part-0.parquet");
    MessageType schema =
        MessageTypeParser.parseMessageType("message m { required binary s (STRING); }");
    try (ParquetWriter<Group> writer =
        ExampleParquetWriter.builder(new LocalOutputFile(file))
            .withType(schema)
            .withCompressionCodec(CompressionCodecName.ZSTD)
            .build()) {
      writer.write(new SimpleGroupFactory(schema).newGroup().append("s", NEEDLE));
    }

    assertThat(found()).extracting(Found::where).contains("bytes", "column s");
  }

  @Test
  void aSpreadsheetHoldsItInItsCells() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (Workbook workbook = new Workbook(out, "test", "1.0")) {
      workbook.newWorksheet("list").value(3, 2, "to " + NEEDLE);
    }
    assertFoundIn(write("list.xlsx", out.toByteArray()));
  }

  @Test
  void aPageHoldsItAlsoAcrossLines() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (PDDocument document = new PDDocument()) {
      PDPage page = new PDPage();
      document.addPage(page);
      try (PDPageContentStream content = new PDPageContentStream(document, page)) {
        content.beginText();
        content.setFont(new PDType1Font(Standard14Fonts.FontName.HELVETICA), 12);
        content.newLineAtOffset(50, 700);
        content.showText(NEEDLE.substring(0, 12));
        content.newLineAtOffset(0, -20);
        content.showText(NEEDLE.substring(12));
        content.endText();
      }
      document.getDocumentInformation().setTitle("no such thing");
      document.save(out);
    }
    assertFoundIn(write("report.pdf", out.toByteArray()));
  }

  @Test
  void markedTextHoldsItBetweenItsMarks() throws IOException {
    assertFoundIn(
        write(
            "report.html",
            text(
                "<!doctype html><p>Zo&#235; &quot;Qui<b>ll</b>\" O&#x27;Farn &amp; Söhne 4929</p>")));
  }

  @Test
  void theNameOfAFileCounts() throws IOException {
    Path file = write("customer-4929123412341234.csv", text("a"));
    assertThat(DecodingScan.find(folder, List.of("4929123412341234")))
        .containsExactly(new Found(file, "4929123412341234", "name"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"UTF-8", "UTF-16LE", "UTF-16BE"})
  void aPartOfAnotherValueIsNotFoundInAnyWriting(String encoding) throws IOException {
    Map<String, Bounds> bounded =
        Map.of(
            "lee@example.com", Bounds.ADDRESS, "agt-001", Bounds.WORD, "usr_77", Bounds.COMPOSITE);
    Charset charset = Charset.forName(encoding);
    Path file =
        write(
            "a.txt",
            "bruce.lee@example.com,lee@example.com.au agt-001-2 agt-0010 usr_770 xusr_77"
                .getBytes(charset));
    assertThat(DecodingScan.find(file, bounded)).isEmpty();

    Files.write(file, "(lee@example.com)\\nagt-001|row-usr_77-0".getBytes(charset));
    assertThat(DecodingScan.find(file, bounded)).hasSize(3);
  }

  @Test
  void aCellIsAValueOfItsOwn() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (Workbook workbook = new Workbook(out, "test", "1.0")) {
      var sheet = workbook.newWorksheet("list");
      sheet.value(0, 0, "csm-12");
      sheet.value(0, 1, "Acme");
      sheet.value(1, 0, "csm-130");
    }
    Path file = write("list.xlsx", out.toByteArray());

    assertThat(DecodingScan.find(file, Map.of("csm-12", Bounds.WORD))).isNotEmpty();
    assertThat(DecodingScan.find(file, Map.of("csm-13", Bounds.WORD))).isEmpty();

    Path page =
        write("page.html", text("<p>Mail:<br>lee&#64;example.com<br>Tel<td>a<i>gt</i>-001</td>x"));
    assertThat(DecodingScan.find(page, Map.of("lee@example.com", Bounds.ADDRESS))).hasSize(1);
    assertThat(DecodingScan.find(page, Map.of("agt-001", Bounds.WORD))).hasSize(1);
  }

  @Test
  void whatStandsBesideAValueIsSeenWhereAStreamIsReadInPieces() throws IOException {
    Map<String, Bounds> bounded = Map.of("agt-001", Bounds.WORD);
    for (int before = (1 << 20) - 20; before < (1 << 20) + 40; before++) {
      String filler = "x".repeat(before);
      for (String part : List.of("agt-001 ", " agt-0012")) {
        Path file = write("a.txt", text(filler + part + filler));
        assertThat(DecodingScan.find(file, bounded)).as("%d %s", before, part).isEmpty();
      }
      Path file = write("a.txt", text(filler + " agt-001 " + filler));
      assertThat(DecodingScan.find(file, bounded)).as("%d", before).hasSize(1);
    }
  }

  @Test
  void aFileThatCannotBeDecodedProvesNothing() throws IOException {
    byte[] whole = gzip(text("x".repeat(1000) + NEEDLE.repeat(50)));
    var _ = write("cut.gz", Arrays.copyOf(whole, whole.length - 20));
    assertThatThrownBy(this::found)
        .isInstanceOf(DataException.class)
        .hasMessageContaining("cut.gz cannot be decoded")
        .hasMessageNotContaining(NEEDLE);
    assertThatThrownBy(() -> DecodingScan.find(folder, List.of("abc")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("3 characters");
  }
}
