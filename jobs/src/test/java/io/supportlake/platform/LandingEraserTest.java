package io.supportlake.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.supportlake.testing.Lines;
import io.supportlake.testing.Rows;
import io.supportlake.testing.SparkSuite;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Dataset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LandingEraserTest extends SparkSuite {
  private static final String ID = "usr-0007-1";
  private static final String OTHERS = "{\"record\":\"2\",\"user_id\":\"usr-0008-1\"}\n";

  @TempDir private Path folder;

  private List<String> rewrite(Subject.Kind kind, boolean isPartOfOthers) {
    return rewrite(
        new Subject(
            kind, ID, "usr_k1_0123", new TreeSet<>(List.of("jo@example.com")), isPartOfOthers));
  }

  private static Subject subject(Subject.Kind kind, String id) {
    return new Subject(kind, id, "usr_k1_0123", new TreeSet<>(), false);
  }

  private static VendorRecords vendors(Subject subject) {
    return new VendorRecords(
        spark(),
        CONTRACTS,
        SourceMapping.load(HOME.resolve("conf"), List.of("freshdesk-tickets")),
        subject);
  }

  private List<String> rewrite(Subject subject) {
    return eraser(subject).rewrite().stream().map(Landing.LandedFile::path).toList();
  }

  private LandingEraser eraser(Subject subject) {
    return new LandingEraser(
        new Landing(folder.toString(), new Configuration()),
        Map.of("roster_change", ","),
        subject,
        vendors(subject),
        "erased-1",
        "token-1");
  }

  private Path landed(String name, String content) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.resolveSibling(""));
    Files.writeString(file, content);
    return file;
  }

  @Test
  void aUsersRecordsGoAndMentionsOfTheUserAreTakenOut() throws IOException {
    Path file =
        landed(
            "case_event/2026-03-02/a.jsonl",
            "{\"record\":\"1\",\"user_id\":\"usr-0007-1\"}\n"
                + OTHERS
                + "{\"record\":\"case-usr-0007-1-3\",\"text\":\"ask jo@example.com\"}\n");
    Path untouched = landed("case_event/2026-03-02/b.jsonl", OTHERS);

    assertThat(rewrite(Subject.Kind.USER, false)).containsExactly("case_event/2026-03-02/a.jsonl");
    assertThat(file)
        .hasContent(
            OTHERS
                + "{\"record\":\"case-erased-1-3\",\"text\":\"ask %s\"}\n"
                    .formatted(ErasedRecords.NO_TEXT));
    assertThat(untouched).hasContent(OTHERS);
    assertThat(rewrite(Subject.Kind.USER, false)).isEmpty();
  }

  @Test
  void emptyFilesHoldNobodyAndADamagedOneIsNamed() throws IOException {
    Path empty = landed("usage_event/2026-03-02/a.jsonl.gz", "");
    assertThat(rewrite(Subject.Kind.USER, false)).isEmpty();
    assertThat(empty).isEmptyFile();

    Path damaged = landed("usage_event/2026-03-02/b.jsonl.gz", "no gzip");
    assertThatThrownBy(() -> rewrite(Subject.Kind.USER, false))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("usage_event/2026-03-02/b.jsonl.gz cannot be unpacked")
        .hasMessageContaining("puts a whole one in its place");
    assertThat(damaged).hasContent("no gzip");
  }

  @Test
  void anothersIdThatBeginsWithTheUsersIsLeftAlone() throws IOException {
    String namesake = "{\"record\":\"1\",\"user_id\":\"usr-0007-1-2\"}\n";
    Path file = landed("user_change/2026-03-02/a.jsonl", namesake);

    assertThat(rewrite(Subject.Kind.USER, true)).isEmpty();
    assertThat(file).hasContent(namesake);
  }

  @Test
  void aVendorsRecordsGoByTheIdThatItsMappingMakesAndNotByAnothersNumber() throws IOException {
    String ticket =
        "[{\"id\":%d,\"requester_id\":%d,\"responder_id\":%d,\"source\":1,\"status\":4,\"priority\":3,\"spam\":false,"
            + "\"created_at\":\"2026-02-03T09:00:00Z\",\"stats\":{\"status_updated_at\":\"2026-02-04T16:00:00Z\"}}]\n";
    // The user's number is a ticket's and an agent's.
    String others = ticket.formatted(77, 78, 6) + ticket.formatted(33, 79, 77);
    String path = "freshdesk_tickets/2026-03-02/a.jsonl";
    Path file =
        landed(
            path,
            "\uFEFF"
                + ticket.formatted(30, 77, 6)
                + others
                + ticket.formatted(31, 77, 6)
                + ticket.formatted(34, 79, 5));
    Subject user = subject(Subject.Kind.USER, "freshdesk-77");

    assertThat(eraser(user).vendorFilesNaming()).containsExactly(path);
    assertThat(rewrite(user)).containsExactly(path);
    assertThat(file).hasContent(others + ticket.formatted(34, 79, 5));
    assertThat(eraser(user).vendorFilesNaming()).isEmpty();
    assertThat(rewrite(user)).isEmpty();
    assertThat(rewrite(subject(Subject.Kind.AGENT, "freshdesk-5"))).isEmpty();
    assertThat(rewrite(subject(Subject.Kind.USER, "intercom-79"))).isEmpty();
  }

  @Test
  void aVendorsCsvIsMappedByItsHeaderAlsoOverLines() throws IOException {
    Path conf = folder.resolve("conf");
    Path sources = Files.createDirectories(conf.resolve("sources"));
    Files.writeString(
        sources.resolve("till.yaml"),
        """
        name: till
        description: a test's
        folder: till
        format: csv
        delimiter: ";"
        records:
          - source: usage_event
            where: "true"
            columns:
              event_id: fields['no']
              user_id: concat('till-', fields['buyer'])
        """);
    String header = "no;buyer;words\n";
    String others = "5;6;\"asks 5\nand more\"\n6;55;5\n9;6;3\" pipe\n";
    Path zone = folder.resolve("zone");
    Path file =
        landed("zone/till/2026-03-02/a.csv", header + others + "7;5;\"two\nlines\"\n8;5;\n");
    Path refused = landed("zone/till/2026-03-02/b.csv", "no;No;buyer\n1;2;5\n");
    Subject user = subject(Subject.Kind.USER, "till-5");
    LandingEraser eraser =
        new LandingEraser(
            new Landing(zone.toString(), new Configuration()),
            Map.of("till", ";"),
            user,
            new VendorRecords(spark(), CONTRACTS, SourceMapping.load(conf, List.of("till")), user),
            "erased-1",
            "token-1");

    assertThat(eraser.rewrite()).hasSize(1);
    assertThat(file).hasContent(header + others);
    assertThat(refused).hasContent("no;No;buyer\n1;2;5\n");
  }

  @Test
  void aVendorsRefusedRecordsGoByTheSameRule() {
    String ticket = "{\"id\":%s,\"requester_id\":%s,\"created_at\":\"never\"}";
    List<String> own =
        List.of(
            ticket.formatted("31", "43000012"),
            "[" + ticket.formatted("32", "43000012") + "]",
            "[{\"requester_id\":43000012,\"desc");
    List<String> others =
        List.of(
            ticket.formatted("43000012", "78"),
            "[" + ticket.formatted("43000012", "78") + ",null]",
            "[{\"requester_id\":78,\"desc",
            ticket.formatted("33", "\"freshdesk\""));
    Lake lake = lakeIn(folder);
    lake.append(
        "ops.quarantine",
        Stream.concat(own.stream(), others.stream())
            .map(payload ->
                Rows.of(CONTRACTS, "ops.quarantine")
                    .with(
                        "source",
                        "case_event",
                        "ingest_file",
                        "freshdesk_tickets/2026-03-02/a.jsonl",
                        "payload",
                        payload)
                    .dataset(spark()))
            .reduce(Dataset::union)
            .orElseThrow(),
        7,
        1);
    Subject user = subject(Subject.Kind.USER, "freshdesk-43000012");
    Set<String> hashes = vendors(user).refused(lake.read("ops.quarantine"));
    TableEraser eraser =
        new TableEraser(spark(), lake, user, "erased-1", "token-1", List.of(), List.of(), hashes);

    assertThat(eraser.erase(CONTRACTS.of("ops.quarantine")).deleted()).isEqualTo(3);
    assertThat(Lines.of(lake.read("ops.quarantine"), "payload"))
        .containsExactlyInAnyOrderElementsOf(others);
    assertThat(vendors(user).refused(lake.read("ops.quarantine"))).isEmpty();
    assertThat(
            vendors(subject(Subject.Kind.AGENT, "freshdesk-78"))
                .refused(lake.read("ops.quarantine")))
        .isEmpty();
  }

  @Test
  void anAgentsRecordsStayWithoutTheAgentInPackedFilesToo() throws IOException {
    String header = "change_id,agent_id,team\n";
    Path file = folder.resolve("roster_change/2026-03-02/a.csv.gz");
    Files.createDirectories(file.resolveSibling(""));
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
      out.write(
          (header + "ros-usr-0007-1-0,usr-0007-1,\"a\nb\"\n").getBytes(StandardCharsets.UTF_8));
    }

    assertThat(rewrite(Subject.Kind.AGENT, true)).hasSize(1);
    try (GZIPInputStream in =
        new GZIPInputStream(new ByteArrayInputStream(Files.readAllBytes(file)))) {
      assertThat(new String(in.readAllBytes(), StandardCharsets.UTF_8))
          .isEqualTo(header + "ros-erased-1-0,erased-1,\"a\nb\"\n");
    }
  }
}
