package io.supportlake.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.NamedCsvRecord;
import de.siegmar.fastcsv.writer.CsvWriter;
import io.supportlake.generator.Generator;
import io.supportlake.generator.LabelledTexts;
import io.supportlake.generator.LabelledTexts.Label;
import io.supportlake.generator.LabelledTexts.Labelled;
import io.supportlake.platform.DecodingScan;
import io.supportlake.platform.DecodingScan.Found;
import io.supportlake.platform.Progress;
import io.supportlake.platform.RunConfig;
import io.supportlake.rules.Redactor.Type;
import io.supportlake.testing.SparkSuite;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.Logger;
import org.apache.logging.log4j.core.appender.FileAppender;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;

/**
 * Personal data planted in every source, in every field that holds free text or names a person,
 * must be in the restricted location and in no other file that a run leaves behind.
 */
@TestInstance(Lifecycle.PER_CLASS)
class CanaryTest extends SparkSuite {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final LocalDate START = LocalDate.of(2026, 3, 2);
  private static final int DAYS = 45;
  private static final LocalDate END = START.plusDays(DAYS - 1L);

  /** What each source says in free text. */
  private static final Map<String, List<String>> TEXTS =
      Map.of(
          "case_event", List.of("subject", "text"),
          "error_log", List.of("message"),
          "survey_response", List.of("comment"),
          "article_event", List.of("query"),
          "consent_change", List.of("reason"),
          "quality_review", List.of("comment"),
          "outreach_disposition", List.of("note"));

  /** Fields of any source that name a person. */
  private static final Map<String, String> PERSONS =
      Map.of(
          "user_id", "usr-canary-%s",
          "agent_name", "Zacharias Canaris %s",
          "email", "canary.%s@example.com",
          "phone", "+491512%s");

  /** A label of fewer characters may be part of something else by chance. */
  private static final int SHORTEST = 9;

  @TempDir private static Path folder;

  private final Set<String> needles = new LinkedHashSet<>();
  private final Set<String> broken = new LinkedHashSet<>();
  private final Set<Type> types = EnumSet.noneOf(Type.class);
  private final Set<String> plantedIn = new LinkedHashSet<>();
  private int nextText;
  private int nextPerson;
  private List<Labelled> texts = List.of();

  @BeforeAll
  void runOverPlantedSources() throws IOException {
    var _ =
        Generator.run(
            new Generator.Options(3, 14, START, DAYS, SETTINGS.key()),
            folder.resolve("landing"),
            folder.resolve("truth"));
    texts =
        LabelledTexts.of(77, 3_000, SETTINGS.defaultRegion()).stream()
            .filter(t -> !t.labels().isEmpty())
            .toList();
    try (Stream<Path> sources = Files.list(folder.resolve("landing"))) {
      for (Path source : sources.sorted().toList()) {
        plant(source);
      }
    }

    var _ = spark();
    RunConfig config =
        RunConfig.load(HOME.resolve("conf"), null)
            .at(folder.resolve("lake"), folder.resolve("landing"), folder.resolve("out"));
    Installation installation = new Installation();
    installation.use(config);
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    FileAppender log =
        FileAppender.newBuilder()
            .setName("canary")
            .withFileName(Files.createDirectories(folder.resolve("logs")).resolve("log").toString())
            .build();
    log.start();
    ((Logger) LogManager.getRootLogger()).addAppender(log);
    try (PrintStream out = new PrintStream(said, true, StandardCharsets.UTF_8)) {
      Progress progress = new Progress(out);
      var _ = DemoCommand.pipeline(installation, SETTINGS, START, END, progress);
      var _ = OutreachCommand.writeLists(installation, END, progress);
      var _ = ReportCommand.write(installation, YearMonth.from(START), progress);
    } finally {
      ((Logger) LogManager.getRootLogger()).removeAppender(log);
      log.stop();
      Files.write(folder.resolve("logs").resolve("output"), said.toByteArray());
    }
  }

  @Test
  void noFileOutsideTheRestrictedLocationHoldsWhatWasPlanted() {
    List<Found> leaks = new ArrayList<>();
    for (String place : List.of("lake", "out", "logs")) {
      DecodingScan.find(folder.resolve(place), needles).stream()
          .filter(f -> !f.file().startsWith(folder.resolve("lake").resolve("restricted")))
          .forEach(leaks::add);
    }

    Map<String, Set<String>> byPlace = new TreeMap<>();
    leaks.forEach(f ->
        byPlace
            .computeIfAbsent(table(f.file()) + " " + f.where(), _ -> new LinkedHashSet<>())
            .add(f.needle()));
    assertThat(byPlace).isEmpty();
  }

  private static String table(Path file) {
    Path inside = folder.relativize(file);
    return inside.subpath(0, Math.min(4, inside.getNameCount())).toString();
  }

  @Test
  void theScanSeesEveryPlantedValueWhereItMayLie() {
    Set<String> seen =
        DecodingScan.find(folder.resolve("lake").resolve("restricted"), needles).stream()
            .map(Found::needle)
            .collect(Collectors.toSet());

    assertThat(seen).containsExactlyInAnyOrderElementsOf(needles);
    assertThat(types).containsExactlyInAnyOrder(Type.values());
    assertThat(plantedIn).hasSizeGreaterThanOrEqualTo(12);
  }

  @Test
  void aRefusedRecordLiesInQuarantineOnly() {
    List<Found> found = DecodingScan.find(folder.resolve("lake"), broken);

    assertThat(found.stream().map(Found::needle).collect(Collectors.toSet())).isEqualTo(broken);
    assertThat(found)
        .allMatch(f -> f.file().startsWith(folder.resolve("lake").resolve("restricted")));
  }

  @Test
  void theReportWasWrittenSoThatItCouldLeak() {
    assertThat(
            folder.resolve("out").resolve("report").resolve("2026-03").resolve("value-report.pdf"))
        .exists();
  }

  /** Adds to a source, on its last day of arrival but a few, records that repeat a true one. */
  private void plant(Path source) throws IOException {
    List<Path> files;
    try (Stream<Path> paths = Files.walk(source)) {
      files = paths.filter(Files::isRegularFile).sorted().toList();
    }
    // Not the very last, so that a run comes after it.
    Path last = files.get(Math.max(0, files.size() - 3));
    String name = source.getFileName().toString();
    if (last.toString().endsWith(".csv.gz")) {
      try (Reader in = unpacked(last)) {
        plantCsv(name, in, last.resolveSibling("canary.csv"));
      }
      return;
    }
    List<String> lines = new ArrayList<>();
    for (Path file : files) {
      try (Reader in = unpacked(file)) {
        in.readAllAsString().lines().filter(CanaryTest::isWhole).forEach(lines::add);
      }
    }
    List<String> planted = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      // The newest first: what they refer to is known by then.
      ObjectNode line = (ObjectNode) JSON.readTree(lines.get(lines.size() - 1 - i % lines.size()));
      change(
          name,
          i,
          new Fields() {
            @Override
            public boolean has(String field) {
              return line.hasNonNull(field);
            }

            @Override
            public void set(String field, String value) {
              line.put(field, value);
            }
          },
          line.fieldNames().next());
      planted.add(line.toString());
    }
    Files.write(last.resolveSibling("canary.jsonl"), planted);
  }

  private static boolean isWhole(String line) {
    return line.endsWith("}") && !line.contains("broken-") && !line.contains("???");
  }

  private static Reader unpacked(Path file) throws IOException {
    InputStream in = Files.newInputStream(file);
    return new InputStreamReader(new GZIPInputStream(in), StandardCharsets.UTF_8);
  }

  /** One record that is changed. */
  private interface Fields {
    boolean has(String field);

    void set(String field, String value);
  }

  private void plantCsv(String name, Reader in, Path to) throws IOException {
    List<NamedCsvRecord> records =
        CsvReader.builder().ofNamedCsvRecord(in).stream()
            .filter(r -> !r.getField(0).startsWith("broken-"))
            .toList();
    List<String> header = records.getFirst().getHeader();
    try (CsvWriter out = CsvWriter.builder().build(to)) {
      out.writeRecord(header);
      for (int i = 0; i < 40; i++) {
        Map<String, String> fields =
            new TreeMap<>(records.get(i % records.size()).getFieldsAsMap());
        change(
            name,
            i,
            new Fields() {
              @Override
              public boolean has(String field) {
                return fields.containsKey(field);
              }

              @Override
              public void set(String field, String value) {
                fields.put(field, value);
              }
            },
            header.getFirst());
        out.writeRecord(header.stream().map(fields::get).toList());
      }
    }
  }

  private void change(String source, int i, Fields fields, String id) {
    plantedIn.add(source);
    fields.set(id, "canary-" + source + "-" + i);
    for (String field : TEXTS.getOrDefault(source, List.of())) {
      if (fields.has(field) || i % 2 == 0) {
        Labelled text = texts.get(nextText++);
        fields.set(field, text.text());
        for (Label label : text.labels()) {
          String value = text.text().substring(label.start(), label.end());
          if (value.length() >= SHORTEST) {
            needles.add(value);
            types.add(label.type());
          }
        }
      }
    }
    PERSONS.forEach((field, pattern) -> {
      if (fields.has(field)) {
        String value = pattern.formatted(3_456_000 + nextPerson++);
        fields.set(field, value);
        needles.add(value);
      }
    });
    if (source.equals("case_event") && i < 1) {
      String value = "quarantined.canary@example.com";
      fields.set("text", "please write to " + value);
      fields.set("event_at", "2026-99-99T77:00:00Z");
      broken.add(value);
    }
  }
}
