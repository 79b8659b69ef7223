package io.supportlake.platform;

import static io.supportlake.platform.TestSubjects.subject;
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
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Dataset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LandingEraserTest extends SparkSuite {
  private static final String ID = "usr-0007-1";
  private static final String OTHERS = "{\"record\":\"2\",\"user_id\":\"usr-0008-1\"}\n";

  private static final PagesToCome NONE = new PagesToCome(Set.of(), Set.of());

  @TempDir private Path folder;

  private List<String> rewrite(Subject.Kind kind, boolean isPartOfOthers) {
    return rewrite(subject(kind, ID, isPartOfOthers, "jo@example.com"));
  }

  private static VendorRecords vendors(Subject subject) {
    return new VendorRecords(
        spark(),
        CONTRACTS,
        SourceMapping.load(
            HOME.resolve("conf"),
            List.of("freshdesk-tickets", "intercom-conversations", "zendesk-tickets")),
        subject,
        SETTINGS.key());
  }

  private List<String> rewrite(Subject subject) {
    return eraser(subject).rewrite(NONE, "erased-1", "token-1").rewritten().stream()
        .map(Landing.LandedFile::path)
        .toList();
  }

  private LandingEraser eraser(Subject subject) {
    return new LandingEraser(
        new Landing(folder.toString(), new Configuration()),
        Map.of("roster_change", ","),
        subject,
        vendors(subject));
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
    assertThatThrownBy(() ->
            LandingEraser.refuseUnreadable(new Landing(folder.toString(), new Configuration())))
        .as("before anything is begun")
        .isInstanceOf(DataException.class)
        .hasMessageContaining("b.jsonl.gz cannot be unpacked");
    assertThatThrownBy(() -> rewrite(Subject.Kind.USER, false))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("usage_event/2026-03-02/b.jsonl.gz cannot be unpacked")
        .hasMessageContaining("puts a whole one in its place");
    assertThat(damaged).hasContent("no gzip");
  }

  @Test
  void aPageToComeKeepsItsLinesButNoContactValue() throws IOException {
    String line =
        "[{\"id\":1,\"requester_id\":77},{\"id\":2,\"requester_id\":78,\"subject\":\"jo@example.com\"}]\n";
    Path come = landed("freshdesk_tickets/2026-03-02/a.json", line);
    Path settled = landed("freshdesk_tickets/2026-03-02/b.json", line);
    Path changed = landed("freshdesk_tickets/2026-03-02/d.json", line);
    PagesToCome toCome =
        new PagesToCome(Set.of("freshdesk_tickets"), Set.of("freshdesk_tickets/2026-03-02/b.json"));
    Subject user = subject(Subject.Kind.USER, "freshdesk-77", true, "jo@example.com");
    LandingEraser eraser = eraser(user);

    LandingEraser.Rewritten rewritten = eraser.rewrite(toCome, "erased-1", "token-1");

    assertThat(rewritten.left())
        .containsExactly(
            "freshdesk_tickets/2026-03-02/a.json", "freshdesk_tickets/2026-03-02/d.json");
    assertThat(rewritten.rewritten().stream().map(Landing.LandedFile::path))
        .containsExactly(
            "freshdesk_tickets/2026-03-02/a.json",
            "freshdesk_tickets/2026-03-02/b.json",
            "freshdesk_tickets/2026-03-02/d.json");
    assertThat(changed).hasContent(line.replace("jo@example.com", ErasedRecords.NO_TEXT));
    assertThat(come).hasContent(line.replace("jo@example.com", ErasedRecords.NO_TEXT));
    assertThat(settled).isEmptyFile();
    assertThat(eraser.filesNaming(toCome)).isEmpty();
    assertThat(eraser.filesNaming(NONE)).hasSize(2);

    Path agents =
        landed(
            "freshdesk_tickets/2026-03-02/c.json",
            "[{\"id\":3,\"status\":2,\"responder_id\":5,\"stats\":{\"status_updated_at\":\"2026-03-02T10:00:00Z\"}}]\n");
    assertThat(
            eraser(subject(Subject.Kind.AGENT, "freshdesk-5"))
                .rewrite(toCome, "erased-1", "token-1")
                .left())
        .as("an agent's records stay anyway")
        .isEmpty();
    assertThat(agents).content().contains("\"responder_id\":\"erased\"");
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

    assertThat(eraser(user).filesNaming(NONE)).containsExactly(path);
    assertThat(rewrite(user)).containsExactly(path);
    assertThat(file).hasContent(others + ticket.formatted(34, 79, 5));
    assertThat(eraser(user).filesNaming(NONE)).isEmpty();
    assertThat(rewrite(user)).isEmpty();
    assertThat(rewrite(subject(Subject.Kind.AGENT, "intercom-5"))).isEmpty();
    assertThat(rewrite(subject(Subject.Kind.USER, "intercom-79"))).isEmpty();
  }

  @Test
  void anAgentIsTakenOutWhereTheMappingFindsTheAgentAndNowhereElse() throws IOException {
    String ticket =
        "{\"id\":%s,\"requester_id\":%s,\"responder_id\":%s,\"source\":1,\"status\":4,\"priority\":3,\"spam\":false,"
            + "\"created_at\":\"2026-02-03T09:00:00Z\",\"stats\":{\"status_updated_at\":\"2026-02-04T16:00:00Z\"},\"subject\":\"4 4\"}";
    String page =
        "[" + ticket.formatted("4", "4", "%s") + "," + ticket.formatted(5, 6, "%s") + "]\n";
    String others = "[" + ticket.formatted(4, 4, 6) + "]\n";
    String path = "freshdesk_tickets/2026-03-02/a.jsonl";
    Path file = landed(path, page.formatted("4", "\"4\"") + others + page.formatted("7", "4"));
    Subject agent = subject(Subject.Kind.AGENT, "freshdesk-4");

    assertThat(eraser(agent).filesNaming(NONE)).containsExactly(path);
    assertThat(rewrite(agent)).containsExactly(path);
    assertThat(file)
        .hasContent(
            page.formatted("\"erased\"", "\"erased\"")
                + others
                + page.formatted("7", "\"erased\""));
    assertThat(eraser(agent).filesNaming(NONE)).isEmpty();
    assertThat(rewrite(agent)).isEmpty();
  }

  @Test
  void whatStandsBesideAnAgentsIdGoesWithTheAgent() throws IOException {
    String conversation =
        "{\"id\":\"215\",\"created_at\":1772000000,\"team_assignee_id\":274,\"contacts\":{\"contacts\":[{\"id\":\"c1\"}]},"
            + "\"source\":{\"type\":\"conversation\",\"body\":\"Op?\",\"author\":{\"type\":\"user\",\"id\":\"c1\",\"name\":\"Al\"}},"
            + "\"conversation_parts\":{\"conversation_parts\":[{\"id\":\"274\",\"part_type\":\"comment\",\"body\":\"Hi 274\",\"created_at\":1772000100,"
            + "\"author\":{\"type\":\"admin\",\"id\":\"%s\",\"name\":\"%s\",\"email\":\"%s\"}}]}}\n";
    Path file =
        landed(
            "intercom_conversations/2026-03-02/a.jsonl",
            conversation.formatted("274", "Op", "op@example.com")
                + conversation.formatted("275", "Oz", "oz@example.com"));
    Subject agent = subject(Subject.Kind.AGENT, "intercom-274");

    assertThat(rewrite(agent)).hasSize(1);
    assertThat(file)
        .hasContent(
            conversation.formatted("erased", ErasedRecords.NO_TEXT, ErasedRecords.NO_TEXT)
                + conversation.formatted("275", "Oz", "oz@example.com"));
    assertThat(eraser(agent).filesNaming(NONE)).isEmpty();
  }

  @Test
  void anAgentIsTakenOutOfWhatAPageTellsOfItsUsersToo() throws IOException {
    String page =
        "{\"tickets\":[{\"id\":57,\"created_at\":\"2026-02-03T09:00:00Z\",\"requester_id\":9,\"submitter_id\":%s,\"status\":\"open\",\"via\":{\"channel\":\"web\"}}],"
            + "\"users\":[{\"id\":%s,\"role\":\"agent\",\"name\":\"%s\",\"phone\":null},{\"id\":9,\"role\":\"end-user\",\"name\":\"Al\"},{\"id\":57,\"role\":\"end-user\",\"name\":\"Cy\"}]}\n";
    Path file = landed("zendesk_tickets/2026-03-02/a.jsonl", page.formatted(58, 58, "Jo"));
    Subject agent = subject(Subject.Kind.AGENT, "zendesk-58");

    assertThat(rewrite(agent)).hasSize(1);
    assertThat(file).hasContent(page.formatted("\"erased\"", "\"erased\"", ErasedRecords.NO_TEXT));
    assertThat(rewrite(agent)).isEmpty();
  }

  @Test
  void aLongIdOfAVendorsIsThePersonsWhereverItIsAValue() throws IOException {
    String spam =
        "[{\"id\":1,\"spam\":true,\"requester\":{\"id\":%s,\"name\":\"%s\"},\"cc\":[%s,143001234567],\"subject\":\"of 43001234567\"}]\n";
    Path file =
        landed(
            "freshdesk_tickets/2026-03-02/a.jsonl",
            spam.formatted("43001234567", "Jo", "\"43001234567\""));
    for (Subject.Kind kind : Subject.Kind.values()) {
      assertThat(eraser(subject(kind, "freshdesk-43001234567")).filesNaming(NONE)).hasSize(1);
    }
    Subject user = subject(Subject.Kind.USER, "freshdesk-43001234567");

    assertThat(rewrite(user)).hasSize(1);
    assertThat(file).hasContent(spam.formatted("\"erased\"", ErasedRecords.NO_TEXT, "\"erased\""));
    assertThat(rewrite(user)).isEmpty();
  }

  /** A configuration with one mapping of CSV, whose records are given. */
  private Path confOfTill(String records) throws IOException {
    Path conf = folder.resolve("conf");
    Files.writeString(
        Files.createDirectories(conf.resolve("sources")).resolve("till.yaml"),
        """
        name: till
        description: a test's
        folder: till
        format: csv
        delimiter: ";"
        records:
        """
            + records.indent(2));
    return conf;
  }

  /** Of what lies below the folder zone, delivered by the till. */
  private LandingEraser eraserOfTill(Path conf, Subject subject) {
    return new LandingEraser(
        new Landing(folder.resolve("zone").toString(), new Configuration()),
        Map.of("till", ";"),
        subject,
        new VendorRecords(
            spark(),
            CONTRACTS,
            SourceMapping.load(conf, List.of("till")),
            subject,
            SETTINGS.key()));
  }

  @Test
  void anAgentIsTakenOutOfColumnsWhoseMappingTakesNotEveryValue() throws IOException {
    Path conf =
        confOfTill(
            """
            - source: case_event
              where: "true"
              columns:
                event_id: fields['no']
                actor_id: concat('till-', if(fields['by'] rlike '^[0-9]+$', fields['by'], fields['owner']))
                agent_id: if(fields['to'] rlike '^[0-9]+$', concat('till-', fields['to']), null)
            """);
    String header = "no;by;owner;to;words\n";
    Path file =
        landed(
            "zone/till/2026-03-02/a.csv",
            header + "5;;4;5;\"5\n5\"\n6;5;5;;5\n5;7;6;6;5\n7;;5;;\n");
    Subject agent = subject(Subject.Kind.AGENT, "till-5");
    LandingEraser eraser = eraserOfTill(conf, agent);

    assertThat(eraser.rewrite(NONE, "erased-1", "token-1").rewritten()).hasSize(1);
    assertThat(file)
        .hasContent(
            header + "5;;4;erased;\"5\n5\"\n6;erased;erased;;erased\n5;7;6;6;5\n7;;erased;;\n");
    assertThat(eraser.filesNaming(NONE)).isEmpty();
  }

  @Test
  void idsThatAreNumbersLeaveTheLineJson() throws IOException {
    Path file =
        landed(
            "usage_event/2026-03-02/a.jsonl",
            "{\"user_id\":77001234567,\"n\":1}\n{\"user_id\":\"77001234567\"}\n{\"user_id\":78,\"n\":77001234567,\"order\":\"77001234567\",\"m\":[-77001234567,77001234567.5,0.77001234567]}\n{\"user_id\":78,\"n\":770012345672}\n");

    assertThat(rewrite(subject(Subject.Kind.USER, "77001234567"))).hasSize(1);
    assertThat(file)
        .hasContent(
            "{\"user_id\":78,\"n\":\"erased-1\",\"order\":\"erased-1\",\"m\":[\"erased-1\",\"erased-1\",\"erased-1\"]}\n{\"user_id\":78,\"n\":770012345672}\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"77001", "admin"})
  void anIdThatMayBeAnythingElseIsThePersonsOnlyWhereARecordNamesPeople(String id)
      throws IOException {
    String quoted = id.equals("admin") ? "\"admin\"" : id;
    String others =
        "{\"user_id\":78,\"n\":%1$s,\"case_id\":\"%2$s\",\"text\":\"ask %2$s\",\"m\":[%1$s]}\n"
            .formatted(quoted, id);
    String agents =
        "{\"event_id\":\"sol-%2$s-1\",\"agent_id\":%1$s,\"case_id\":\"case-%2$s\"}\n{\"x\":1, \"actor_type\":\"agent\",\"actor_id\" : \"%2$s\"}\n"
            .formatted(quoted, id);
    String customers = "{\"actor_type\":\"customer\",\"actor_id\":\"%s\"}\n".formatted(id);
    Path events = landed("case_event/2026-03-02/a.jsonl", agents + customers + others);
    String header = "change_id,agent_id,team\n";
    Path roster =
        landed(
            "roster_change/2026-03-02/a.csv",
            header
                + "ros-%1$s-0,%1$s,\"a\nb\"\nc-2,x,%1$s\nc-3,\"%1$s\",team-%1$s\n".formatted(id));
    Path vendors =
        landed(
            "freshdesk_tickets/2026-03-02/a.jsonl",
            "[{\"id\":1,\"user_id\":%1$s,\"subject\":\"%2$s\"}]\n".formatted(quoted, id));
    Subject user = subject(Subject.Kind.USER, id, true);
    Subject agent = subject(Subject.Kind.AGENT, id, true);

    assertThat(eraser(agent).filesNaming(NONE))
        .containsExactly("case_event/2026-03-02/a.jsonl", "roster_change/2026-03-02/a.csv");
    assertThat(rewrite(agent)).hasSize(2);
    assertThat(roster)
        .hasContent(
            header
                + "ros-erased-1-0,erased-1,\"a\nb\"\nc-2,x,%1$s\nc-3,erased-1,team-%1$s\n"
                    .formatted(id));
    assertThat(events)
        .hasContent(
            "{\"event_id\":\"sol-erased-1-1\",\"agent_id\":\"erased-1\",\"case_id\":\"case-%s\"}\n"
                    .formatted(id)
                + "{\"x\":1, \"actor_type\":\"agent\",\"actor_id\" : \"erased-1\"}\n"
                + customers
                + others);
    assertThat(eraser(agent).filesNaming(NONE)).isEmpty();

    Path usersEvents =
        landed(
            "case_event/2026-03-03/a.jsonl",
            "{\"user_id\":%s}\n".formatted(quoted) + customers + agents + others);
    Path usersRoster =
        landed(
            "roster_change/2026-03-03/a.csv",
            header + "c-1,%1$s,\"a\nb\"\nc-2,x,%1$s\n".formatted(id));
    assertThat(rewrite(user))
        .containsExactly("case_event/2026-03-02/a.jsonl", "case_event/2026-03-03/a.jsonl");
    assertThat(usersEvents).hasContent(agents + others);
    assertThat(usersRoster)
        .as("an agent's of the same id")
        .hasContent(header + "c-1,%1$s,\"a\nb\"\nc-2,x,%1$s\n".formatted(id));
    assertThat(vendors)
        .as("a mapping says what its members mean")
        .hasContent("[{\"id\":1,\"user_id\":%1$s,\"subject\":\"%2$s\"}]\n".formatted(quoted, id));
    assertThat(eraser(user).filesNaming(NONE)).isEmpty();
    assertThat(rewrite(user)).isEmpty();
  }

  @Test
  void aSourcesRecordThatHasTheIdInAnotherMemberIsAnothers() throws IOException {
    Path file =
        landed(
            "usage_event/2026-03-02/a.jsonl",
            "{\"user_id\":\"usr-0008-1\",\"referred_by\":\"usr-0007-1\"}\n{\"user_id\":\"usr-0008-1\",\"text\":\"usr-0007-1, please\"}\n{\"user_id\":\"usr-0007-1\"}\n");

    assertThat(rewrite(Subject.Kind.USER, false)).hasSize(1);
    assertThat(file)
        .hasContent(
            "{\"user_id\":\"usr-0008-1\",\"referred_by\":\"erased-1\"}\n{\"user_id\":\"usr-0008-1\",\"text\":\"erased-1, please\"}\n");
  }

  @Test
  void aContactValueThatIsANumberLeavesTheLineJson() throws IOException {
    String line = "[{\"id\":1,\"requester_id\":%s,\"phone\":%s,\"text\":\"call %s\"}]\n";
    Path come =
        landed("freshdesk_tickets/2026-03-02/a.json", line.formatted(77, 4917012345L, 4917012345L));
    Path ours =
        landed(
            "usage_event/2026-03-02/a.jsonl",
            "{\"user_id\":\"usr-0008-1\",\"phone\":4917012345,\"n\":14917012345}\n");
    Subject user = subject(Subject.Kind.USER, "freshdesk-77", true, "4917012345");

    var _ =
        eraser(user)
            .rewrite(new PagesToCome(Set.of("freshdesk_tickets"), Set.of()), "erased-1", "token-1");

    assertThat(come).hasContent(line.formatted(77, "\"[erased]\"", "[erased]"));
    assertThat(ours)
        .hasContent("{\"user_id\":\"usr-0008-1\",\"phone\":\"[erased]\",\"n\":14917012345}\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"bz2", "deflate", "gz"})
  void packedFilesStayPackedAsTheyWere(String packing) throws IOException {
    String path = "usage_event/2026-03-02/a.jsonl." + packing;
    Landing landing = new Landing(folder.toString(), new Configuration());
    landing.write(path, new byte[] {});
    landing.replace(
        path,
        sink -> {
          try (OutputStream packed = landing.packing(path, sink)) {
            packed.write(
                ("{\"user_id\":\"usr-0007-1\"}\n" + OTHERS).getBytes(StandardCharsets.UTF_8));
          }
        });
    assertThat(DecodingScan.find(folder, List.of(ID))).hasSize(1);

    assertThat(rewrite(Subject.Kind.USER, false)).containsExactly(path);
    assertThat(DecodingScan.find(folder, List.of(ID))).isEmpty();
    assertThat(new String(landing.unpacked(path).readAllBytes(), StandardCharsets.UTF_8))
        .isEqualTo(OTHERS);

    byte[] whole = Files.readAllBytes(folder.resolve(path));
    landing.write(path, Arrays.copyOf(whole, whole.length / 2));
    assertThatThrownBy(() -> rewrite(Subject.Kind.USER, false))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("cannot be unpacked");
  }

  @ParameterizedTest
  @ValueSource(strings = {"lz4", "snappy", "zst"})
  void nothingIsErasedWhileAFileLiesThereThatMayBeCutShortUnnoticed(String packing)
      throws IOException {
    Landing landing = new Landing(folder.toString(), new Configuration());
    var _ = landed("usage_event/2026-03-02/a.jsonl." + packing, "");
    LandingEraser.refuseUnreadable(landing);
    var _ = landed("usage_event/2026-03-02/b.jsonl." + packing, "{}");

    assertThatThrownBy(() -> LandingEraser.refuseUnreadable(landing))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("b.jsonl." + packing + " cannot be unpacked");
  }

  @Test
  void whatIsCalledABzip2AndIsNoneIsNamed() throws IOException {
    var _ = landed("usage_event/2026-03-02/a.jsonl.bz2", "{\"user_id\":\"usr-0007-1\"}\n");

    assertThatThrownBy(() -> rewrite(Subject.Kind.USER, false))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("a.jsonl.bz2 cannot be unpacked");
  }

  @Test
  void aVendorsCsvIsMappedByItsHeaderAlsoOverLines() throws IOException {
    Path conf =
        confOfTill(
            """
            - source: usage_event
              where: "true"
              columns:
                event_id: fields['no']
                user_id: concat('till-', fields['buyer'])
            """);
    String header = "no;buyer;words\n";
    String others = "5;6;\"asks 5\nand more\"\n6;55;5\n9;6;3\" pipe\n";
    Path file =
        landed("zone/till/2026-03-02/a.csv", header + others + "7;5;\"two\nlines\"\n8;5;\n");
    Path refused = landed("zone/till/2026-03-02/b.csv", "no;No;buyer\n1;2;5\n");
    Subject user = subject(Subject.Kind.USER, "till-5");
    LandingEraser eraser = eraserOfTill(conf, user);

    assertThat(eraser.rewrite(NONE, "erased-1", "token-1").rewritten()).hasSize(1);
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
            ticket.formatted("33", "\"freshdesk\""),
            "{\"id\":43000012,\"status\":7,\"responder_id\":7,\"stats\":{\"status_updated_at\":\"never\"}}",
            "{\"id\":7,\"status\":7,\"responder_id\":8,\"cc\":43001234567,\"stats\":{\"status_updated_at\":\"never\"}}");
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
        new TableEraser(spark(), lake, user, "erased-1", "token-1", SubjectWords.NONE, hashes);

    assertThat(eraser.erase(CONTRACTS.of("ops.quarantine")).deleted()).isEqualTo(3);
    assertThat(Lines.of(lake.read("ops.quarantine"), "payload"))
        .containsExactlyInAnyOrderElementsOf(others);
    assertThat(vendors(user).refused(lake.read("ops.quarantine"))).isEmpty();
    assertThat(
            vendors(subject(Subject.Kind.AGENT, "freshdesk-7"))
                .refused(lake.read("ops.quarantine")))
        .containsExactly(Hashes.sha256(others.get(4).getBytes(StandardCharsets.UTF_8)));
    assertThat(
            vendors(subject(Subject.Kind.USER, "freshdesk-43001234567"))
                .refused(lake.read("ops.quarantine")))
        .containsExactly(Hashes.sha256(others.get(5).getBytes(StandardCharsets.UTF_8)));
    // Who has a ticket's number, or opened tickets, is no agent of theirs.
    assertThat(
            vendors(subject(Subject.Kind.AGENT, "freshdesk-78"))
                .refused(lake.read("ops.quarantine")))
        .isEmpty();
  }

  @Test
  void anIdThatIsMadeOfAVendorsNumberMayBeginAnothers() {
    Lake lake = lakeIn(folder);
    lake.append(
        "bronze.user_change",
        Rows.of(CONTRACTS, "bronze.user_change").with("user_id", "usr-0042-1").dataset(spark()),
        1,
        1);
    Map<String, SourceMapping> mappings =
        SourceMapping.load(HOME.resolve("conf"), List.of("freshdesk-tickets"));
    Subject made =
        Subject.of(lake, SETTINGS.key(), Subject.Kind.USER, "freshdesk-77", mappings.values());
    Subject own =
        Subject.of(lake, SETTINGS.key(), Subject.Kind.USER, "usr-0042-1", mappings.values());

    assertThat(made.fileNeedles()).containsEntry("freshdesk-77", Bounds.WORD);
    assertThat(made.isIn("freshdesk-770")).isFalse();
    assertThat(made.isIn("of freshdesk-77.")).isTrue();
    assertThat(own.fileNeedles()).containsEntry("usr-0042-1", Bounds.COMPOSITE);
    assertThat(
            Subject.of(lake, SETTINGS.key(), Subject.Kind.USER, "Caller 240", List.of())
                .fileNeedles())
        .as("of none in the register nobody knows whose ids begin with it")
        .containsEntry("Caller 240", Bounds.WORD);
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

  @Test
  void anAgentsNameAndCommentsGoThoughNothingTellsThemAnyMore() throws IOException {
    Path roster =
        landed(
            "roster_change/2026-03-02/a.csv",
            "change_id,agent_id,agent_name,skills,team\nros-1,usr-0007-1,\"Marie, P\",a;b,x\nros-2,agt-2,Marie,,x\n");
    Path reviews =
        landed(
            "quality_review/2026-03-02/a.csv",
            "rating_id,agent_id,comment\nr1,usr-0007-1,Marie did well\nr2,agt-2,Marie knows\n");
    Subject agent = subject(Subject.Kind.AGENT, ID);

    assertThat(
            new LandingEraser(
                    new Landing(folder.toString(), new Configuration()),
                    Map.of("roster_change", ",", "quality_review", ","),
                    agent,
                    vendors(agent))
                .rewrite(NONE, "erased-1", "token-1")
                .rewritten())
        .hasSize(2);
    assertThat(roster)
        .hasContent(
            "change_id,agent_id,agent_name,skills,team\nros-1,erased-1,[erased],[erased],x\nros-2,agt-2,Marie,,x\n");
    assertThat(reviews)
        .hasContent("rating_id,agent_id,comment\nr1,erased-1,[erased]\nr2,agt-2,Marie knows\n");
  }
}
