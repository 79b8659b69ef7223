package io.supportlake.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.supportlake.testing.SparkSuite;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SourceCheckTest extends SparkSuite {
  private static final Path CONF = HOME.resolve("conf");

  /** Each mapping's samples; {@link SourceMappingTest} says what comes out of them. */
  private static final Map<String, List<String>> SAMPLES =
      Map.ofEntries(
          Map.entry("cfpb", List.of("complaints.csv")),
          Map.entry("ecs-log", List.of("ecs.json")),
          Map.entry("freshdesk-conversations", List.of("replies.json")),
          Map.entry("freshdesk-tickets", List.of("freshdesk.json")),
          Map.entry("intercom-conversations", List.of("intercom.json")),
          Map.entry("log-lines", List.of("till_2026.log")),
          Map.entry("log4j2-json", List.of("payout_1.json")),
          Map.entry("otlp-logs", List.of("otlp.json")),
          Map.entry("posthog-events", List.of("posthog.json")),
          Map.entry("salesforce-cases", List.of("salesforce.json")),
          Map.entry("segment-track", List.of("track.json")),
          Map.entry("sentry-events", List.of("shop_1.json")),
          Map.entry("servicenow", List.of("incidents.csv", "incidents-broken.csv")),
          Map.entry("zendesk-audits", List.of("audits.json")),
          Map.entry("zendesk-rating", List.of("ratings.json")),
          Map.entry("zendesk-tickets", List.of("tickets.json")));

  @TempDir private Path folder;

  @Test
  void everyMappingHasSamplesOfWhichSomeIsTakenAndSomeIsRefused() throws IOException {
    assertThat(SourceCheck.list(CONF).stream().map(SourceCheck.Listed::name))
        .containsExactlyInAnyOrderElementsOf(SAMPLES.keySet());
    try (Stream<Path> samples = Files.list(HOME.resolve("jobs/src/test/resources/vendor"))) {
      assertThat(samples.map(f -> String.valueOf(f.getFileName())))
          .containsExactlyInAnyOrderElementsOf(
              SAMPLES.values().stream().flatMap(List::stream).toList());
    }
    for (Map.Entry<String, List<String>> mapping : SAMPLES.entrySet()) {
      long read = 0;
      long refused = 0;
      for (String sample : mapping.getValue()) {
        for (SourceCheck.Found found : check().check(CONF, mapping.getKey(), copy(sample), 100)) {
          read += found.read();
          refused += found.refused();
        }
      }
      assertThat(refused).as(mapping.getKey()).isPositive().isLessThan(read);
    }
  }

  /** Smallest records of a person without a company. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          freshdesk-tickets | freshdesk-7 | [{"id":1,"requester_id":7,"source":3,"created_at":"2026-02-20T09:00:00Z"}]
          intercom-conversations | intercom-7 | {"id":"1","created_at":1771578000,"contacts":{"contacts":[{"id":"7"}]},"source":{"type":"conversation","author":{"type":"user","id":"7"}},"conversation_parts":{"conversation_parts":[]}}
          posthog-events | jo@example.com | {"uuid":"1","event":"tick","distinct_id":"jo@example.com","timestamp":"2026-02-20T09:00:00Z","properties":{"product":"api"}}
          salesforce-cases | salesforce-7 | {"records":[{"Id":"500","ContactId":"7","Origin":"Phone","Priority":"High","CreatedDate":"2026-02-20T09:00:00Z"}]}
          segment-track | 7 | {"type":"track","messageId":"1","userId":"7","event":"Tick","timestamp":"2026-02-20T09:00:00Z","properties":{"product":"api"}}
          servicenow | Mara | number,sys_mod_count,caller_id,opened_at,sys_updated_at,incident_state\\nINC1,0,Mara,1/3/2026 9:00,1/3/2026 9:00,New
          zendesk-audits | zendesk-7 | {"audits":[{"id":1,"ticket_id":1,"created_at":"2026-02-20T09:00:00Z","author_id":7,"events":[{"type":"Create","field_name":"requester_id","value":"7"}]}],"users":[{"id":7,"role":"end-user"}]}
          zendesk-rating | zendesk-7 | {"id":1,"ticket_id":1,"requester_id":7,"score":"offered","created_at":"2026-02-20T09:00:00Z"}
          zendesk-tickets | zendesk-7 | {"tickets":[{"id":1,"requester_id":7,"submitter_id":7,"status":"new","created_at":"2026-02-20T09:00:00Z"}]}
          """)
  void aPersonWithoutACompanyIsTheCustomerUnderTheUsersToken(
      String mapping, String user, String content) throws IOException {
    Path file = folder.resolve("one." + (mapping.equals("servicenow") ? "csv" : "json"));
    Files.writeString(file, content.replace("\\n", "\n") + "\n");

    SourceCheck.Outcome first =
        check().check(CONF, mapping, file, 1).getFirst().records().getFirst();

    String token = SETTINGS.key().token("usr", user);
    assertThat(first.reasons()).isEmpty();
    assertThat(first.columns()).containsEntry("account_id", "person-" + token);
    assertThat(first.columns()).containsEntry("user_id", token);
  }

  @Test
  void aCheckCountsTheWholeFileShowsItsFirstRecordsAndHidesWhoIsMeant() throws IOException {
    Path plain = copy("track.json");
    Path zipped = Objects.requireNonNull(plain.getParent()).resolve("zipped.json.gz");
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(zipped))) {
      Files.copy(plain, out);
    }

    List<SourceCheck.Found> found = check().check(CONF, "segment-track", zipped, 1);

    assertThat(found).hasSize(1);
    assertThat(found.getFirst().source()).isEqualTo("usage_event");
    assertThat(found.getFirst().read()).isEqualTo(4);
    assertThat(found.getFirst().refused()).isEqualTo(1);
    assertThat(found.getFirst().records()).hasSize(1);
    SourceCheck.Outcome first = found.getFirst().records().getFirst();
    assertThat(first.reasons()).isEmpty();
    assertThat(first.columns())
        .containsEntry("account_id", "A1")
        .containsEntry("user_id", SETTINGS.key().token("usr", "U1"));
  }

  @Test
  void aPersonalTextIsRedacted() throws IOException {
    Path file = arrived("mail.json");
    Files.writeString(
        file,
        "{\"@timestamp\":\"2026-03-01T10:00:00Z\",\"log.level\":\"INFO\",\"service.name\":\"s\",\"message\":\"sent to mara@example.com\"}");

    List<SourceCheck.Found> found = check().check(CONF, "ecs-log", file, 10);

    assertThat(found.getFirst().records().getFirst().columns().get("message"))
        .startsWith("sent to ")
        .doesNotContain("mara");
  }

  @Test
  void anUnknownMappingAndAMissingFileAreExplained() {
    assertThatThrownBy(() -> check().check(CONF, "zendesk", folder, 10))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("no mapping zendesk (known: cfpb, ecs-log,");
    assertThatThrownBy(() -> check().check(CONF, "cfpb", folder.resolve("none.csv"), 10))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("none.csv: no such file");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          service: fields['s'] | servise: fields['s'] | the contract has no column servise
          service: fields['s'] | release: fields['s'] | the required column service is missing
          message: fields['m'] | message: concat(      | PARSE_SYNTAX_ERROR
          message: fields['m'] | message: felds['m']   | UNRESOLVED_COLUMN
          source: error_log    | source: eror_log      | there is no such source
          where: "true"        | were: "true"          | were
          """)
  void aMappingThatCannotWorkIsExplainedToItsAuthor(String good, String bad, String problem)
      throws IOException {
    String mapping =
        """
        name: broken
        description: a mapping
        folder: broken
        format: json
        delimiter: ""
        records:
          - source: error_log
            where: "true"
            columns:
              log_id: payload
              logged_at: fields['t']
              service: fields['s']
              severity: "'INFO'"
              message: fields['m']
        """;
    Path conf = Files.createDirectories(folder.resolve("conf/sources"));
    Files.writeString(conf.resolve("broken.yaml"), mapping.replace(good, bad));
    Path file = arrived("lines.json");
    Files.writeString(file, "{}");

    assertThatThrownBy(() -> check().check(folder.resolve("conf"), "broken", file, 10))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("broken.yaml")
        .hasMessageContaining(problem);
  }

  private SourceCheck check() {
    return new SourceCheck(spark(), CONTRACTS, SETTINGS);
  }

  private Path arrived(String name) throws IOException {
    return Files.createDirectories(folder.resolve("2026-03-02")).resolve(name);
  }

  private Path copy(String sample) throws IOException {
    Path file = arrived(sample);
    try (InputStream stream =
        Objects.requireNonNull(SourceCheckTest.class.getResourceAsStream("/vendor/" + sample))) {
      Files.copy(stream, file);
    }
    return file;
  }
}
