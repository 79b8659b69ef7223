package io.supportlake.platform;

import static org.assertj.core.api.Assertions.assertThat;

import io.supportlake.testing.Lines;
import io.supportlake.testing.Rows;
import io.supportlake.testing.SparkSuite;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TableEraserTest extends SparkSuite {
  @TempDir private Path folder;

  private static Dataset<Row> event(
      String record, String caseId, String account, String user, String text) {
    return Rows.of(CONTRACTS, "bronze.case_event")
        .with(
            "record_id", record,
            "event_id", record,
            "case_id", caseId,
            "account_id", account,
            "user_id", user,
            "text", text)
        .dataset(spark());
  }

  private TableEraser eraser(Lake lake, String id) {
    Subject subject = Subject.of(lake, SETTINGS.key(), Subject.Kind.USER, id, List.of());
    return new TableEraser(
        spark(), lake, subject, "erased-1", "token-1", SubjectWords.NONE, List.of());
  }

  private static List<String> rows(Lake lake) {
    return lake
        .read("bronze.case_event")
        .select("record_id", "case_id", "account_id", "user_id", "text")
        .collectAsList()
        .stream()
        .map(r -> r.mkString(" "))
        .toList();
  }

  @Test
  void othersCasesAndAccountsOfTheUsersNumberStayTheirs() {
    Lake lake = lakeIn(folder);
    lake.append(
        "bronze.case_event",
        Stream.of(
                event("usr-1042-1", "case-1042", "1042", "1042", "my words"),
                event("e2", "1042", "7", "8", "paid 1042"),
                event("e3", "9", "1042", "8", "of 1042"))
            .reduce(Dataset::union)
            .orElseThrow(),
        3,
        1);
    TableEraser eraser = eraser(lake, "1042");
    Contract contract = CONTRACTS.of("bronze.case_event");

    assertThat(eraser.holds(contract)).isTrue();
    assertThat(eraser.erase(contract)).isEqualTo(new TableEraser.Done(0, 1));

    assertThat(rows(lake))
        .containsExactlyInAnyOrder(
            "usr-erased-1-1 case-1042 1042 erased-1 null",
            "e2 1042 7 8 paid 1042",
            "e3 9 1042 8 of 1042");
    assertThat(eraser.holds(contract)).isFalse();
  }

  @Test
  void anAgentOfTheUsersIdStaysAndSoDoesTheUserOfAnAgents() {
    Lake lake = lakeIn(folder);
    lake.append("bronze.case_event", actor("customer").union(actor("agent")), 2, 1);
    lake.append("bronze.erasure_request", request("user").union(request("agent")), 2, 1);
    Contract events = CONTRACTS.of("bronze.case_event");
    Contract requests = CONTRACTS.of("bronze.erasure_request");

    for (String table : List.of(events.name(), requests.name())) {
      assertThat(eraser(lake, "1042").erase(CONTRACTS.of(table)))
          .isEqualTo(
              table.equals(events.name())
                  ? new TableEraser.Done(0, 1)
                  : new TableEraser.Done(1, 0));
    }
    assertThat(Lines.of(lake.read(events.name()), "actor_type", "actor_id", "text"))
        .containsExactlyInAnyOrder("customer|erased-1|null", "agent|1042|words");
    assertThat(Lines.of(lake.read(requests.name()), "subject_kind")).containsExactly("agent");

    TableEraser agents =
        new TableEraser(
            spark(),
            lake,
            Subject.of(lake, SETTINGS.key(), Subject.Kind.AGENT, "1042", List.of()),
            "erased-2",
            "token-2",
            SubjectWords.NONE,
            List.of());
    assertThat(agents.erase(events)).isEqualTo(new TableEraser.Done(0, 1));
    assertThat(agents.erase(requests)).isEqualTo(new TableEraser.Done(1, 0));
    assertThat(Lines.of(lake.read(events.name()), "actor_type", "actor_id"))
        .containsExactlyInAnyOrder("customer|erased-1", "agent|erased-2");
  }

  @Test
  void aNameThatIsAUsersAndAnAgentsIsTakenKindByKindInEitherOrder() {
    for (List<Subject.Kind> order :
        List.of(
            List.of(Subject.Kind.USER, Subject.Kind.AGENT),
            List.of(Subject.Kind.AGENT, Subject.Kind.USER))) {
      Lake lake = lakeIn(folder.resolve(order.toString()));
      lake.append(
          "bronze.case_event",
          Stream.of("agent", "customer", "system")
              .map(type ->
                  Rows.of(CONTRACTS, "bronze.case_event")
                      .with("actor_type", type, "actor_id", "jane.doe", "text", type)
                      .dataset(spark()))
              .reduce(Dataset::union)
              .orElseThrow(),
          3,
          1);
      lake.append(
          "bronze.case_event",
          event("e9", "c9", "a9", "jane.doe.smith", "of jane.doe@corp.com")
              .union(event("e8", "c9", "a9", "sam (jane.doe)", "words")),
          2,
          2);
      Contract events = CONTRACTS.of("bronze.case_event");
      List<Boolean> byKey = new ArrayList<>();
      for (Subject.Kind kind : order) {
        Subject subject = Subject.of(lake, SETTINGS.key(), kind, "jane.doe", List.of());
        byKey.add(subject.isNamedByKeyOnly());
        TableEraser eraser =
            new TableEraser(
                spark(),
                lake,
                subject,
                "erased-" + kind.word(),
                "token-1",
                SubjectWords.NONE,
                List.of());
        assertThat(eraser.erase(events).changed()).isPositive();
        assertThat(eraser.holds(events)).isFalse();
      }
      assertThat(byKey).containsExactly(true, false);
      assertThat(Lines.of(lake.read(events.name()), "actor_type", "actor_id", "user_id", "text"))
          .contains("customer|erased-user|null|null", "agent|erased-agent|null|agent")
          .anyMatch(row -> row.endsWith("|jane.doe.smith|of jane.doe@corp.com"))
          .anyMatch(row -> row.matches(".*\\|sam \\(erased-(user|agent)\\)\\|words"))
          .noneMatch(row -> row.contains("|jane.doe|"))
          .hasSize(5);
    }
  }

  @Test
  void anIdIsNotOfTheOtherKindWhereTheRowDoesNotTellOrSomebodyOnlyAsked() {
    Lake lake = lakeIn(folder);
    lake.append(
        "bronze.case_event",
        Stream.of("system", "customer")
            .map(type ->
                Rows.of(CONTRACTS, "bronze.case_event")
                    .with("actor_type", type, "actor_id", "zendesk-123")
                    .dataset(spark()))
            .reduce(Dataset::union)
            .orElseThrow(),
        2,
        1);
    lake.append(
        "bronze.erasure_request",
        Rows.of(CONTRACTS, "bronze.erasure_request")
            .with("subject_kind", "agent", "subject_id", "zendesk-123")
            .dataset(spark()),
        1,
        1);

    assertThat(isByKey(lake, Subject.Kind.USER)).isFalse();
    assertThat(isByKey(lake, Subject.Kind.AGENT)).as("a customer is one").isTrue();
    lake.append(
        "bronze.case_event",
        Rows.of(CONTRACTS, "bronze.case_event").with("agent_id", "zendesk-123").dataset(spark()),
        1,
        2);
    assertThat(isByKey(lake, Subject.Kind.USER)).isTrue();
  }

  private static boolean isByKey(Lake lake, Subject.Kind kind) {
    return Subject.of(lake, SETTINGS.key(), kind, "zendesk-123", List.of()).isNamedByKeyOnly();
  }

  @Test
  void whereSilverHasAUsersOwnIdItGoesUnlessItMayBeAnothers() {
    Lake lake = lakeIn(folder);
    lake.append(
        "silver.case_event",
        Stream.of("usr-0007-1", "1042", "usr-0007-12")
            .map(actor ->
                Rows.of(CONTRACTS, "silver.case_event")
                    .with("actor_type", "system", "actor_id", actor)
                    .dataset(spark()))
            .reduce(Dataset::union)
            .orElseThrow(),
        3,
        1);
    Contract events = CONTRACTS.of("silver.case_event");

    assertThat(eraser(lake, "usr-0007-1").erase(events)).isEqualTo(new TableEraser.Done(0, 1));
    assertThat(eraser(lake, "1042").erase(events)).isEqualTo(TableEraser.Done.NOTHING);
    assertThat(Lines.of(lake.read(events.name()), "actor_id"))
        .containsExactly("1042", "erased-1", "usr-0007-12");
  }

  @Test
  void aTopicWhoseExampleWasTheUsersStaysAndHoldsTheUserNoMore() {
    Lake lake = lakeIn(folder);
    lake.append(
        "gold.ticket_topic",
        Stream.of("mine", "another")
            .map(id ->
                Rows.of(CONTRACTS, "gold.ticket_topic")
                    .with("medoid_case_id", id, "medoid_text", "words of " + id)
                    .dataset(spark()))
            .reduce(Dataset::union)
            .orElseThrow(),
        2,
        1);
    Subject user = Subject.of(lake, SETTINGS.key(), Subject.Kind.USER, "1042", List.of());
    TableEraser eraser =
        new TableEraser(
            spark(),
            lake,
            user,
            "erased-1",
            "token-1",
            new SubjectWords(Map.of(SubjectWords.CASE, List.of("mine"))),
            List.of());
    Contract topics = CONTRACTS.of("gold.ticket_topic");

    assertThat(eraser.erase(topics)).isEqualTo(new TableEraser.Done(0, 1));
    assertThat(Lines.of(lake.read(topics.name()), "medoid_case_id", "medoid_text"))
        .containsExactly("another|words of another", "mine|[erased]");
    assertThat(eraser.holds(topics)).isFalse();
  }

  @Test
  void aListOfAPersonsAccountQuotesNoAttempts() {
    Lake lake = lakeIn(folder);
    Subject user = Subject.of(lake, SETTINGS.key(), Subject.Kind.USER, "zendesk-77", List.of());
    lake.append(
        "gold.outreach_list",
        Stream.of(PersonAccount.of(user.token()), "another")
            .map(account ->
                Rows.of(CONTRACTS, "gold.outreach_list")
                    .with(
                        "account_id",
                        account,
                        "earlier_attempts",
                        List.of("1 Mar 2026, phone: no answer (asked for Jo)"))
                    .dataset(spark()))
            .reduce(Dataset::union)
            .orElseThrow(),
        2,
        1);
    Contract list = CONTRACTS.of("gold.outreach_list");

    assertThat(eraser(lake, "zendesk-77").erase(list)).isEqualTo(new TableEraser.Done(0, 1));
    assertThat(
            Lines.of(
                lake.read(list.name()).orderBy("account_id"), "concat_ws(';', earlier_attempts)"))
        .containsExactlyInAnyOrder("[erased]", "1 Mar 2026, phone: no answer (asked for Jo)");
  }

  private static Dataset<Row> actor(String type) {
    return Rows.of(CONTRACTS, "bronze.case_event")
        .with("actor_type", type, "actor_id", "1042", "text", "words")
        .dataset(spark());
  }

  private static Dataset<Row> request(String kind) {
    return Rows.of(CONTRACTS, "bronze.erasure_request")
        .with("subject_kind", kind, "subject_id", "1042")
        .dataset(spark());
  }

  @Test
  void silverKnowsUsersByTokenSoThatAnAgentOfTheIdIsAnother() {
    Lake lake = lakeIn(folder);
    String token = Subject.Kind.USER.token(SETTINGS.key(), "1042");
    lake.append(
        "silver.case_event",
        Stream.of("1042", token)
            .map(actor ->
                Rows.of(CONTRACTS, "silver.case_event")
                    .with("actor_id", actor, "text", "words")
                    .dataset(spark()))
            .reduce(Dataset::union)
            .orElseThrow(),
        2,
        1);

    assertThat(eraser(lake, "1042").erase(CONTRACTS.of("silver.case_event")))
        .isEqualTo(new TableEraser.Done(0, 1));
    assertThat(Lines.of(lake.read("silver.case_event"), "actor_id", "text"))
        .containsExactlyInAnyOrder("1042|words", "token-1|null");
  }

  @Test
  void otherWritingsOfAContactValueGoToo() {
    Lake lake = lakeIn(folder);
    lake.append(
        "bronze.user_change",
        Rows.of(CONTRACTS, "bronze.user_change")
            .with("user_id", "usr-0007-1", "email", "lee@example.com")
            .dataset(spark()),
        1,
        1);
    lake.append(
        "bronze.case_event",
        event("e1", "c1", "a1", "usr-0008-1", "see ?mail=LEE%40example.com&x")
            .union(event("e2", "c2", "a1", "usr-0008-1", "nothing"))
            .union(event("e3", "c3", "a1", "lee@example.com", "by another name")),
        3,
        1);

    assertThat(eraser(lake, "usr-0007-1").erase(CONTRACTS.of("bronze.case_event")))
        .isEqualTo(new TableEraser.Done(0, 2));
    assertThat(rows(lake))
        .containsExactlyInAnyOrder(
            "e1 c1 a1 usr-0008-1 see ?mail=[erased]&x",
            "e2 c2 a1 usr-0008-1 nothing",
            "e3 c3 a1 erased-1 by another name");
  }

  @Test
  void refusedRecordsGoByTheMemberThatNamesTheUser() {
    Lake lake = lakeIn(folder);
    List<String> own = List.of("{\"user_id\": 1042 ,\"n\":1", "{\"n\":1,\"user_id\":\"1042\"}");
    List<String> others = List.of("{\"case_id\":\"1042\",\"user_id\":\"8\"}", "{\"n\":1042}");
    String vendors = "{\"user_id\":1042,\"requester_id\":8}";
    lake.append(
        "ops.quarantine",
        Stream.concat(
                Stream.concat(own.stream(), others.stream())
                    .map(payload -> refused("usage_event", payload)),
                Stream.of(
                    refused("freshdesk_tickets", vendors),
                    refused("user_change", "c-9,\"1042\",a,b,c,d,e,f,g"),
                    refused("user_change", "c-9,8,case 1042,b,c,d,e,f,g")))
            .reduce(Dataset::union)
            .orElseThrow(),
        7,
        1);
    Subject user = Subject.of(lake, SETTINGS.key(), Subject.Kind.USER, "1042", List.of());
    VendorRecords records =
        new VendorRecords(
            spark(),
            CONTRACTS,
            SourceMapping.load(HOME.resolve("conf"), List.of("freshdesk-tickets")),
            user,
            SETTINGS.key());
    TableEraser eraser =
        new TableEraser(
            spark(),
            lake,
            user,
            "erased-1",
            "token-1",
            SubjectWords.NONE,
            records.refused(lake.read("ops.quarantine")));

    assertThat(eraser.erase(CONTRACTS.of("ops.quarantine")).deleted()).isEqualTo(3);
    assertThat(Lines.of(lake.read("ops.quarantine"), "payload"))
        .containsExactlyInAnyOrder(
            others.getFirst(), others.getLast(), vendors, "c-9,8,case 1042,b,c,d,e,f,g");
    assertThat(records.refused(lake.read("ops.quarantine"))).isEmpty();
  }

  private static Dataset<Row> refused(String folder, String payload) {
    return Rows.of(CONTRACTS, "ops.quarantine")
        .with("payload", payload, "ingest_file", folder + "/2026-03-02/a.jsonl")
        .dataset(spark());
  }
}
