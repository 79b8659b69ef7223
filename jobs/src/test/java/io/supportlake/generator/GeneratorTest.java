package io.supportlake.generator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.NamedCsvRecord;
import io.supportlake.rules.KeyedHash;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GeneratorTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());
  private static final KeyedHash KEY =
      KeyedHash.of("k1", "sixteen bytes or more".getBytes(StandardCharsets.UTF_8));
  private static final LocalDate FROM = LocalDate.of(2025, 2, 1);
  private static final int DAYS = 120;
  private static final Path HOME = Path.of(System.getProperty("supportlake.home", "."));

  @TempDir static Path folder;

  private static Generator.Summary summary;
  private static final Map<String, List<Raw>> RAW = new TreeMap<>();

  /** A line that parsed, with the day it arrived. */
  private record Raw(LocalDate arrival, Map<String, String> fields, String line) {
    /** Empty where the line has no such field. */
    String field(String name) {
      return fields.getOrDefault(name, "");
    }
  }

  @BeforeAll
  static void generate() {
    summary = run(7, "a");
    for (Source source : Source.values()) {
      RAW.put(source.folder(), read(source));
    }
  }

  private static Generator.Summary run(long seed, String name) {
    return Generator.run(
        new Generator.Options(seed, 90, FROM, DAYS, KEY),
        folder.resolve(name).resolve("landing"),
        folder.resolve(name).resolve("truth"));
  }

  @Test
  void equalSeedsGiveEqualBytesAndAnotherSeedOthers() {
    run(7, "b");
    run(8, "c");
    Map<String, String> first = contents("a");
    assertThat(contents("b")).isEqualTo(first);
    assertThat(contents("c")).isNotEqualTo(first);
  }

  @Test
  void everyColumnOfEveryContractIsWrittenAndNoOtherButTheNewDevice() throws IOException {
    for (Source source : Source.values()) {
      JsonNode contract =
          YAML.readTree(HOME.resolve("schemas/raw/" + source.folder() + ".odcs.yaml").toFile());
      Set<String> columns = new TreeSet<>();
      contract.at("/schema/0/properties").forEach(p -> columns.add(p.get("name").asText()));
      Set<String> written = new TreeSet<>();
      rows(source).forEach(raw -> written.addAll(raw.fields().keySet()));
      if (source == Source.USAGE_EVENT) {
        columns.add("device");
      }
      columns.remove("list_line_id");
      written.remove("list_line_id");
      assertThat(written).as(source.folder()).isEqualTo(expected(source, columns, written));
      contract
          .at("/schema/0/properties")
          .forEach(p -> {
            if (p.path("required").asBoolean()) {
              long holes =
                  rows(source).stream()
                      .filter(r -> !r.fields().containsKey(p.get("name").asText()))
                      .count();
              assertThat(holes).as(p.get("name").asText()).isLessThan(20);
            }
          });
    }
  }

  /** Few rows may lack a rare optional column at this size; none may have a column of their own. */
  private static Set<String> expected(Source source, Set<String> columns, Set<String> written) {
    if (source == Source.CASE_EVENT || source == Source.USAGE_EVENT) {
      return columns;
    }
    assertThat(columns).as(source.folder()).containsAll(written);
    return written;
  }

  @Test
  void aColumnAppearsOneDayAndStays() {
    Map<LocalDate, Long> byDay =
        rows(Source.USAGE_EVENT).stream()
            .filter(r -> r.fields().containsKey("device"))
            .collect(Collectors.groupingBy(Raw::arrival, TreeMap::new, Collectors.counting()));
    assertThat(byDay).isNotEmpty();
    LocalDate first = byDay.keySet().iterator().next();
    assertThat(first).isAfter(FROM.plusDays(DAYS / 2));
    assertThat(byDay).hasSizeGreaterThan(30);
  }

  @Test
  void idsAreUniqueExceptForPlantedDuplicatesAndCorrections() throws IOException {
    for (Source source : Source.values()) {
      JsonNode contract =
          YAML.readTree(HOME.resolve("schemas/raw/" + source.folder() + ".odcs.yaml").toFile());
      String key = contract.at("/schema/0/properties/0/name").asText();
      Map<String, Set<String>> contents = new HashMap<>();
      int rows = 0;
      for (Raw raw : rows(source)) {
        String id = raw.field(key);
        if (!id.isEmpty() && !id.startsWith("broken-") && !raw.line().contains("???")) {
          contents.computeIfAbsent(id, _ -> new HashSet<>()).add(raw.line());
          rows++;
        }
      }
      long corrected = contents.values().stream().filter(lines -> lines.size() > 1).count();
      long again = rows - contents.size();
      assertThat((double) corrected).as(source.folder()).isLessThanOrEqualTo(3 + 0.002 * rows);
      assertThat((double) again).as(source.folder()).isLessThanOrEqualTo(5 + 0.006 * rows);
    }
  }

  @Test
  void someRecordsAreLateSomeTwiceSomeCorrectedSomeBroken() {
    int late = 0;
    Map<String, Set<String>> byId = new HashMap<>();
    int twice = 0;
    Set<String> seen = new HashSet<>();
    for (Raw raw : rows(Source.USAGE_EVENT)) {
      String at = raw.field("event_at");
      String id = raw.field("event_id");
      if (id.isEmpty() || !at.matches("\\d{4}-\\d\\d-\\d\\dT[012].*Z")) {
        continue;
      }
      LocalDate event = LocalDate.parse(at.substring(0, 10));
      late += raw.arrival().isAfter(event.plusDays(1)) ? 1 : 0;
      assertThat(raw.arrival()).isBetween(event, event.plusDays(34));
      byId.computeIfAbsent(id, _ -> new HashSet<>()).add(raw.line());
      twice += seen.add(raw.line()) ? 0 : 1;
    }
    assertThat(late).isPositive();
    assertThat(twice).isPositive();
    assertThat(byId.values()).anyMatch(lines -> lines.size() > 1);
    long broken =
        Stream.of(Source.USAGE_EVENT, Source.CASE_EVENT, Source.ERROR_LOG)
            .flatMap(source -> lines(source).stream())
            .filter(GeneratorTest::isBroken)
            .count();
    assertThat(broken).isPositive();
  }

  @Test
  void linesOfAFileAreNotInTheOrderOfTheirTimes() {
    List<String> times =
        rows(Source.CASE_EVENT).stream()
            .filter(r -> r.arrival().equals(FROM.plusDays(40)))
            .map(r -> r.fields().getOrDefault("event_at", ""))
            .toList();
    assertThat(times).isNotEqualTo(times.stream().sorted().toList());
  }

  @Test
  void severalZonesLanguagesAndCurrenciesLiveThroughTheWeeksOfChangedClocks() {
    List<Raw> accounts = rows(Source.ACCOUNT_CHANGE);
    assertThat(values(accounts, "zone")).hasSizeGreaterThan(5);
    assertThat(values(accounts, "language")).containsExactlyInAnyOrder("en", "de", "es", "fr");
    assertThat(values(accounts, "currency")).contains("EUR", "USD", "GBP");
    assertThat(rows(Source.USAGE_EVENT))
        .anyMatch(r -> r.arrival().equals(LocalDate.of(2025, 3, 9)))
        .anyMatch(r -> r.arrival().equals(LocalDate.of(2025, 3, 30)));
  }

  @Test
  void accountsFromBeforeTheHistoryArriveOnItsFirstDay() {
    List<Raw> early =
        rows(Source.ACCOUNT_CHANGE).stream()
            .filter(r -> r.field("changed_at").compareTo(FROM.toString()) < 0)
            .toList();
    assertThat(early).hasSizeGreaterThan(40).allMatch(r -> r.arrival().equals(FROM));
  }

  @Test
  void nobodyUsesTheProductAfterCancelling() {
    Map<String, String> cancelled = new HashMap<>();
    for (Raw raw : rows(Source.ACCOUNT_CHANGE)) {
      if ("cancelled".equals(raw.field("status"))) {
        cancelled.put(raw.field("account_id"), raw.field("changed_at"));
      }
    }
    assertThat(cancelled).isNotEmpty();
    for (Raw raw : rows(Source.USAGE_EVENT)) {
      String left = cancelled.get(raw.field("account_id"));
      String at = raw.field("event_at");
      if (left != null && at.startsWith("2025") && !isBroken(raw.line())) {
        Instant end = Instant.parse(left).plus(Duration.ofDays(1));
        assertThat(at).isLessThan(end.toString());
      }
    }
  }

  @Test
  void amongAHundredMessagesNoTwoAreEqual() {
    List<String> texts =
        rows(Source.CASE_EVENT).stream()
            .filter(r -> "message".equals(r.field("event_type")))
            .filter(r -> "customer".equals(r.field("actor_type")))
            .filter(r -> r.fields().getOrDefault("text", "").length() > 70)
            .map(r -> r.field("text"))
            .distinct()
            .limit(400)
            .toList();
    assertThat(texts).hasSize(400);
    Rng rng = Rng.of(1);
    Family family = Family.all().getFirst();
    Set<String> hundred = new HashSet<>();
    for (int i = 0; i < 100; i++) {
      hundred.add(Texts.customer(family, "en", "EUR", 1_700_000_000L, rng, null, 0));
    }
    assertThat(hundred).hasSize(100);
  }

  @Test
  void personalDataOfTheTruthStandsInTheTextsAndPassesItsChecks() {
    List<JsonNode> planted = truth("pii.jsonl");
    assertThat(planted).hasSizeGreaterThan(10);
    Map<String, String> texts = new HashMap<>();
    for (Raw raw : rows(Source.CASE_EVENT)) {
      texts.put(raw.fields().getOrDefault("event_id", ""), raw.fields().getOrDefault("text", ""));
    }
    for (JsonNode pii : planted) {
      String text = texts.get(pii.get("event_id").asText());
      if (text != null) {
        assertThat(text).contains(pii.get("value").asText());
      }
    }
  }

  @Test
  void realisedFirstContactResolutionEqualsACountOverTheTrueContacts() throws IOException {
    Instant asOf = FROM.plusDays(DAYS).atStartOfDay(java.time.ZoneOffset.UTC).toInstant();
    Map<String, List<JsonNode>> episodes =
        truth("contacts.jsonl").stream()
            .collect(Collectors.groupingBy(c -> c.get("episode_id").asText()));
    long denominator = 0;
    long numerator = 0;
    for (List<JsonNode> contacts : episodes.values()) {
      JsonNode first =
          contacts.stream()
              .filter(c -> c.get("episode_ordinal").asInt() == 1)
              .findFirst()
              .orElseThrow();
      Instant end = at(first, "ended_at");
      if (end.plus(Duration.ofDays(7)).isAfter(asOf)) {
        continue;
      }
      denominator++;
      boolean isBack =
          contacts.stream()
              .map(c -> at(c, "started_at"))
              .anyMatch(s -> s.isAfter(end) && !s.isAfter(end.plus(Duration.ofDays(7))));
      numerator += first.get("is_solved").asBoolean() && !isBack ? 1 : 0;
    }
    JsonNode metric = metric("fcr_7d_gross");
    assertThat(metric.get("denominator").asLong()).isEqualTo(denominator);
    assertThat(metric.get("numerator").asLong()).isEqualTo(numerator);
    assertThat(metric.get("realised").asDouble())
        .isCloseTo(metric.get("expected").asDouble(), org.assertj.core.data.Offset.offset(0.06));
  }

  @Test
  void anEpisodesFirstContactIsTheOneThatBeganFirst() {
    Map<String, List<JsonNode>> episodes =
        truth("contacts.jsonl").stream()
            .collect(Collectors.groupingBy(c -> c.get("episode_id").asText()));
    assertThat(truth("contacts.jsonl")).anyMatch(c -> c.path("relation").asText().equals("merge"));
    for (List<JsonNode> contacts : episodes.values()) {
      JsonNode first =
          contacts.stream()
              .filter(c -> c.get("episode_ordinal").asInt() == 1)
              .findFirst()
              .orElseThrow();
      assertThat(contacts).noneMatch(c -> at(c, "started_at").isBefore(at(first, "started_at")));
    }
  }

  @Test
  void contactsOfOneFamilyWithinAWeekShareAnEpisodeUnlessItIsSixtyDaysOld() {
    Map<String, List<JsonNode>> groups =
        truth("contacts.jsonl").stream()
            .filter(c -> !c.get("family").asText().equals("other"))
            .collect(
                Collectors.groupingBy(
                    c -> c.get("account_id").asText() + c.get("family").asText()));
    int linked = 0;
    for (List<JsonNode> group : groups.values()) {
      List<JsonNode> contacts = new ArrayList<>(group);
      contacts.sort((a, b) -> at(a, "started_at").compareTo(at(b, "started_at")));
      Map<String, Instant> opened = new HashMap<>();
      Map<String, Instant> lastEnd = new HashMap<>();
      String current = "";
      for (JsonNode contact : contacts) {
        Instant start = at(contact, "started_at");
        String episode = contact.get("episode_id").asText();
        if (lastEnd.containsKey(current)
            && !start.isAfter(lastEnd.getOrDefault(current, start).plus(Duration.ofDays(7)))
            && start.isBefore(opened.getOrDefault(current, start).plus(Duration.ofDays(60)))) {
          assertThat(episode).isEqualTo(current);
          linked++;
        }
        current = episode;
        opened.putIfAbsent(episode, start);
        lastEnd.merge(episode, at(contact, "ended_at"), (a, b) -> a.isAfter(b) ? a : b);
      }
    }
    assertThat(linked).isPositive();
  }

  @Test
  void everyIncidentShowsErrorsBeforeContactsAndTheLargestIsRecent() throws IOException {
    List<JsonNode> incidents = new ArrayList<>();
    JSON.readTree(truthFile("incidents.json").toFile()).forEach(incidents::add);
    assertThat(incidents).hasSizeGreaterThanOrEqualTo(5);
    for (JsonNode incident : incidents) {
      assertThat(at(incident, "errors_from")).isAfter(at(incident, "released_at"));
      assertThat(at(incident, "contacts_from")).isAfter(at(incident, "errors_from"));
      assertThat(incident.get("errors").asLong()).isPositive();
      String sign = incident.get("template").asText().split("[:%]")[0];
      assertThat(lines(Source.ERROR_LOG)).anyMatch(line -> line.contains(sign));
    }
    JsonNode largest =
        incidents.stream()
            .max((a, b) -> Long.compare(a.get("contacts").asLong(), b.get("contacts").asLong()))
            .orElseThrow();
    assertThat(at(largest, "released_at").toString())
        .isGreaterThan(FROM.plusDays(DAYS - 60).toString());
  }

  @Test
  void campaignArmsFollowTheKeyedHashAndOnlyTheTreatedWereContacted() throws IOException {
    JsonNode campaign = JSON.readTree(truthFile("campaign.json").toFile());
    assertThat(campaign.get("treated").asInt() + campaign.get("control").asInt()).isPositive();
    assertThat(rows(Source.OUTREACH_DISPOSITION))
        .isNotEmpty()
        .allSatisfy(
            r -> assertThat(KEY.unit(Generator.CAMPAIGN, r.field("account_id"))).isLessThan(0.5));
  }

  @Test
  void nothingHappensToAnAccountAfterItsCancellation() {
    Map<String, String> cancelledAt = new HashMap<>();
    for (Raw raw : rows(Source.ACCOUNT_CHANGE)) {
      if (raw.field("status").equals("cancelled")) {
        cancelledAt.put(raw.field("account_id"), raw.field("changed_at"));
      }
    }
    assertThat(cancelledAt).isNotEmpty();
    assertThat(rows(Source.ACCOUNT_CHANGE))
        .filteredOn(r -> !isBroken(r.line()) && cancelledAt.containsKey(r.field("account_id")))
        .allSatisfy(r ->
            assertThat(r.field("changed_at"))
                .isLessThanOrEqualTo(cancelledAt.get(r.field("account_id"))));
  }

  @Test
  void reviewedCasesAreThoseWhoseKeyedHashLiesBelowTheirProbability() {
    Set<String> cases = new HashSet<>();
    for (Raw raw : rows(Source.QUALITY_REVIEW)) {
      if (raw.line().startsWith("broken-")) {
        continue;
      }
      double pi = Double.parseDouble(raw.field("inclusion_probability"));
      String id = raw.field("case_id");
      assertThat(KEY.unit("7", id)).isLessThan(pi);
      cases.add(id);
    }
    assertThat(cases).hasSizeGreaterThan(10);
  }

  @Test
  void optionsOutOfRangeAreRefusedWithTheirValue() {
    assertThatThrownBy(() -> new Generator.Options(1, 2, FROM, 30, KEY))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("accounts must be at least 5, was 2");
    assertThatThrownBy(() -> new Generator.Options(1, 20, FROM, 3, KEY))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("days must be at least 14, was 3");
  }

  @Test
  void theSummaryCountsTheLinesOfTheFiles() {
    long lines = Stream.of(Source.values()).mapToLong(s -> lines(s).size()).sum();
    assertThat(summary.rows().values().stream().mapToLong(Long::longValue).sum()).isEqualTo(lines);
    assertThat(summary.contacts()).isEqualTo(truth("contacts.jsonl").size());
  }

  private static JsonNode metric(String name) throws IOException {
    for (JsonNode metric : JSON.readTree(truthFile("metrics.json").toFile())) {
      if (metric.get("metric").asText().equals(name)
          && metric.get("month").asText().equals("all")) {
        return metric;
      }
    }
    throw new AssertionError("no metric " + name);
  }

  private static Instant at(JsonNode node, String field) {
    return Instant.parse(node.get(field).asText());
  }

  private static Path truthFile(String name) {
    return folder.resolve("a/truth").resolve(name);
  }

  private static List<JsonNode> truth(String name) {
    try {
      List<JsonNode> nodes = new ArrayList<>();
      for (String line : Files.readAllLines(truthFile(name))) {
        nodes.add(JSON.readTree(line));
      }
      return nodes;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Set<String> values(List<Raw> rows, String field) {
    return rows.stream()
        .filter(r -> !isBroken(r.line()) && r.fields().containsKey(field))
        .map(r -> r.fields().get(field))
        .collect(Collectors.toSet());
  }

  private static List<Raw> rows(Source source) {
    return RAW.getOrDefault(source.folder(), List.of());
  }

  private static boolean isBroken(String line) {
    if (line.contains("broken-") || line.contains("???")) {
      return true;
    }
    try {
      return !JSON.readTree(line).isObject();
    } catch (JsonProcessingException e) {
      return true;
    }
  }

  private static List<Raw> read(Source source) {
    List<Raw> rows = new ArrayList<>();
    for (Path file : files(folder.resolve("a/landing").resolve(source.folder()))) {
      LocalDate arrival = LocalDate.parse(file.getName(file.getNameCount() - 2).toString());
      String text = unzip(file);
      if (source.isCsv()) {
        try (CsvReader<NamedCsvRecord> csv = CsvReader.builder().ofNamedCsvRecord(text)) {
          for (NamedCsvRecord record : csv) {
            Map<String, String> fields = new TreeMap<>();
            record
                .getFieldsAsMap()
                .forEach((key, value) -> {
                  if (!value.isEmpty()) {
                    fields.put(key, value);
                  }
                });
            rows.add(new Raw(arrival, fields, String.join(",", record.getFields())));
          }
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
        continue;
      }
      for (String line : text.lines().toList()) {
        try {
          Map<String, String> fields = new TreeMap<>();
          JSON.readTree(line)
              .properties()
              .forEach(entry -> fields.put(entry.getKey(), entry.getValue().asText()));
          rows.add(new Raw(arrival, fields, line));
        } catch (JsonProcessingException e) {
          assertThat(e.getMessage()).isNotEmpty();
        }
      }
    }
    return rows;
  }

  private static List<String> lines(Source source) {
    List<String> lines = new ArrayList<>();
    for (Path file : files(folder.resolve("a/landing").resolve(source.folder()))) {
      List<String> all = unzip(file).lines().toList();
      lines.addAll(source.isCsv() ? all.subList(1, all.size()) : all);
    }
    return lines;
  }

  private static Map<String, String> contents(String name) {
    Map<String, String> contents = new TreeMap<>();
    Path root = folder.resolve(name);
    for (Path file : files(root)) {
      contents.put(
          root.relativize(file).toString(), new String(bytes(file), StandardCharsets.ISO_8859_1));
    }
    return contents;
  }

  private static List<Path> files(Path root) {
    try (Stream<Path> walk = Files.walk(root)) {
      return walk.filter(Files::isRegularFile).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] bytes(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String unzip(Path file) {
    try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(bytes(file)))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
