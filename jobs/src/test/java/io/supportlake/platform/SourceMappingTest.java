package io.supportlake.platform;

import static org.assertj.core.api.Assertions.assertThat;

import io.supportlake.platform.ManifestFiles.TakenFile;
import io.supportlake.platform.SourceIngest.Taken;
import io.supportlake.testing.SparkSuite;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SourceMappingTest extends SparkSuite {
  private static final Map<String, SourceMapping> MAPPINGS =
      SourceMapping.load(
          HOME.resolve("conf"),
          SourceCheck.list(HOME.resolve("conf")).stream().map(SourceCheck.Listed::name).toList());

  @TempDir private Path folder;
  private Lake lake;

  @BeforeEach
  void anEmptyLake() {
    lake = lakeIn(folder);
  }

  @Test
  void anIncidentsUpdatesBecomeEventsInTheirOrderAlsoWithinOneMinute() throws IOException {
    take("case_event", 1, land("servicenow_incident/2026-03-01/incidents.csv"));

    assertThat(
            rows(
                events(),
                "record_id",
                "date_format(event_at, 'yyyy-MM-dd HH:mm:ss.SSS')",
                "event_type",
                "status",
                "actor_type",
                "actor_id"))
        .containsExactly(
            "[INC9000001:00000-opened,2026-02-03 09:01:00.000,opened,new,customer,null]",
            "[INC9000001:00000-New,2026-02-03 09:05:00.000,status,new,agent,Desk]",
            "[INC9000001:00001-Active,2026-02-03 09:05:00.001,status,open,agent,Desk]",
            "[INC9000001:00002-Active,2026-02-03 10:30:00.002,status,open,agent,Ines]",
            "[INC9000001:00003-Resolved,2026-02-04 16:00:00.003,solved,solved,agent,Jonas]",
            "[INC9000001:00004-Active,2026-02-04 16:00:00.004,status,open,agent,Jonas]",
            "[INC9000001:00005-Resolved,2026-02-05 08:45:00.005,solved,solved,agent,Jonas]",
            "[INC9000001:00006-Closed,2026-02-12 08:45:00.006,closed,closed,agent,System]",
            "[INC9000002:00000-opened,2026-02-13 23:59:00.000,opened,new,customer,null]",
            "[INC9000002:00000-Awaiting User Info,2026-02-14 00:10:00.000,status,pending,agent,null]");
  }

  @Test
  void anIncidentsOwnersFollowItsGroupAndAssigneeAndAQuestionMarkIsNoValue() throws IOException {
    take("case_event", 1, land("servicenow_incident/2026-03-01/incidents.csv"));

    String caller = account("Mara");
    assertThat(
            rows(
                events().where("event_type in ('opened', 'status')"),
                "account_id",
                "channel",
                "queue",
                "agent_id",
                "category",
                "priority"))
        .containsExactly(
            "[%s,phone,null,null,Card reader,normal]".formatted(caller),
            "[%s,phone,Terminals,null,Card reader,normal]".formatted(caller),
            "[%s,phone,Terminals,Ines,Card reader,normal]".formatted(caller),
            "[%s,phone,Networks,Jonas,Card reader,high]".formatted(caller),
            "[%s,phone,Networks,Jonas,Card reader,high]".formatted(caller),
            "[unknown-INC9000002,in_app,null,null,null,null]",
            "[unknown-INC9000002,in_app,null,null,null,null]");
  }

  @Test
  void whatServiceNowItselfStatesIsKeptBesideTheEvents() throws IOException {
    Taken taken = take("case_event", 1, land("servicenow_incident/2026-03-01/incidents.csv"));

    assertThat(
            rows(
                events().where("event_type = 'closed'"),
                "get_json_object(unknown_columns, '$.stated_reopen_count')",
                "get_json_object(unknown_columns, '$.stated_reassignment_count')",
                "get_json_object(unknown_columns, '$.stated_made_sla')",
                "get_json_object(unknown_columns, '$.stated_resolved_at')"))
        .containsExactly("[1,1,false,2026-02-05 08:45:00]");
    // One row of each incident opens it.
    assertThat(accounts(taken)).containsExactly(10L, 10L, 0L);
  }

  @Test
  void anExportThatIsCutShortIsRefusedWholeAndTheOthersAreTaken() throws IOException {
    byte[] whole =
        Files.readAllBytes(
            folder
                .resolve("landing")
                .resolve(land("servicenow_incident/2026-03-01/incidents.csv").path()));
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
      gzip.write(whole);
    }
    byte[] cut = Arrays.copyOf(packed.toByteArray(), packed.size() - 9);

    Taken taken =
        SourceIngestTest.ingest(lake, folder, 1)
            .takePlanned(
                CONTRACTS.of("raw.case_event"),
                List.of(delivered("cut.csv.gz", cut), delivered("incidents.csv", whole)),
                MAPPINGS);

    assertThat(FileChecks.failed(taken.decision().checks()))
        .singleElement()
        .asString()
        .contains("cut.csv.gz: it ends before its compressed content does");
    assertThat(events().count()).isPositive();
    assertThat(events().where("ingest_file like '%cut%'").count()).isZero();
  }

  @Test
  void aBrokenIncidentRowIsRefusedOnceNotOnceForEachRecordThatItGives() throws IOException {
    Taken taken =
        take("case_event", 1, land("servicenow_incident/2026-03-01/incidents-broken.csv"));

    assertThat(reasons(taken))
        .containsExactlyInAnyOrder(
            "[missing:event_at]", "[time]", "[missing:event_id, missing:case_id]", "[unparsable]");
    assertThat(taken.decision().read()).isEqualTo(6);
    assertThat(taken.decision().isStopped()).isTrue();
  }

  @Test
  void aComplaintIsACaseOfItsOwnWithItsWholeNarrative() throws IOException {
    Taken taken =
        take(
            "case_event",
            1,
            land(
                "cfpb_complaint/2026-03-01/complaints.csv",
                "02/06/26,Prepaid card,Gift card,Fees,,Web,9100%02d"));

    assertThat(
            rows(
                events().where("case_id < 'cfpb-91'"),
                "event_id",
                "case_id",
                "account_id",
                "cast(event_at as string)",
                "event_type",
                "actor_type",
                "channel",
                "feature",
                "category"))
        .containsExactly(
            "[cfpb-900001,cfpb-900001,cfpb-900001,2026-02-03 00:00:00,opened,customer,in_app,Gift card,Card does not work]",
            "[cfpb-900002,cfpb-900002,cfpb-900002,2026-02-04 00:00:00,opened,customer,phone,Gift card,Fees]");
    assertThat(rows(events().where("case_id < 'cfpb-91'"), "text"))
        .containsExactly(
            "[I bought a card, and the till said \"not active\".\n\nThe shop says it cannot help,\nnor can the hotline.]",
            "[null]");
    assertThat(reasons(taken))
        .containsExactlyInAnyOrder(
            "[missing:event_at]", "[missing:event_id, missing:case_id, missing:account_id]");
  }

  @Test
  void equalLogLinesAreEachARecordAndAreKnownAgain() throws IOException {
    TakenFile file = land("log_line/2026-03-02/till_2026.log", "tick %d");
    Taken taken = take("error_log", 1, file);

    assertThat(
            rows(
                lines().where("not message like 'tick%'"),
                "cast(logged_at as string)",
                "service",
                "severity",
                "message"))
        .containsExactly(
            "[2026-03-01 10:00:00,till,ERROR,2026-03-01 10:00:00,120 ERROR printer is out of paper]",
            "[2026-03-01 10:00:00,till,ERROR,2026-03-01 10:00:00,120 ERROR printer is out of paper]",
            "[2026-03-01 10:00:01,till,WARN,[2026-03-01T10:00:01] warning: drawer stays open]",
            "[2026-03-02 00:00:00,till,INFO,drawer closed]");
    assertThat(rows(lines(), "log_id")).doesNotHaveDuplicates();
    assertThat(reasons(taken)).containsExactly("[time]");
    assertThat(accounts(taken)).containsExactly(45L, 44L, 1L);

    assertThat(accounts(take("error_log", 2, file))).containsExactly(45L, 0L, 1L);
  }

  @Test
  void anEcsLineKeepsServiceTraceAndCustomerAndItsLevelIsOneOfOurs() throws IOException {
    Taken taken =
        take(
            "error_log",
            1,
            land(
                "ecs_log/2026-03-02/ecs.json",
                "{\"@timestamp\":\"2026-03-01T11:00:00Z\",\"log.level\":\"INFO\",\"message\":\"tick %d\",\"service.name\":\"ledger\"}"));

    assertThat(
            rows(
                lines().where("not message like 'tick%'"),
                "cast(logged_at as string)",
                "service",
                "release",
                "severity",
                "account_id",
                "user_id",
                "trace_id",
                "message"))
        .containsExactly(
            "[2026-03-01 10:00:00,ledger,null,DEBUG,null,null,null,begin]",
            "[2026-03-01 10:00:00.12,ledger,4.2.0,WARN,A17,U3,4bf92f3577b34da6,retry 2 of 3]");
    assertThat(reasons(taken))
        .containsExactlyInAnyOrder("[rule:severity is one of the five known]", "[unparsable]");
  }

  @Test
  void aLog4jLineHasItsInstantAndTheServiceOfItsFile() throws IOException {
    Taken taken =
        take(
            "error_log",
            1,
            land(
                "log4j2_json/2026-03-02/payout_1.json",
                "{\"instant\":{\"epochSecond\":1772359300},\"level\":\"INFO\",\"message\":\"tick %d\"}"));

    assertThat(
            rows(
                lines().where("not message like 'tick%'"),
                "cast(logged_at as string)",
                "service",
                "severity",
                "message"))
        .containsExactly("[2026-03-01 10:00:00.118005,payout,ERROR,bank answered 502]");
    assertThat(reasons(taken)).containsExactly("[missing:logged_at]");
  }

  @Test
  void aRatingIsSentOnceAndAnsweredOnceHoweverOftenItIsExported() throws IOException {
    Taken taken =
        take(
            "survey_response",
            1,
            land(
                "zendesk_rating/2026-03-02/ratings.json",
                "{\"id\":90%02d,\"ticket_id\":1,\"requester_id\":2,\"score\":\"offered\",\"created_at\":\"2026-02-20T09:00:00Z\"}"));

    assertThat(
            rows(
                lake.read("bronze.survey_response")
                    .where("survey_id = 'zendesk-11'")
                    .orderBy("event_at"),
                "record_id",
                "event_type",
                "cast(event_at as string)",
                "kind",
                "case_id",
                "account_id",
                "score",
                "comment"))
        .containsExactly(
            "[zendesk-11-sent,sent,2026-02-03 09:00:00,csat,zendesk-208,%s,null,null]"
                .formatted(account("zendesk-7881")),
            "[zendesk-11-answered,answered,2026-02-04 10:00:00,csat,zendesk-208,%s,1,Too slow]"
                .formatted(account("zendesk-7881")));
    assertThat(reasons(taken)).containsExactly("[missing:kind]");
    // The second state of the rating repeats its sending.
    assertThat(accounts(taken)).containsExactly(44L, 42L, 1L);
  }

  @Test
  void eachRecordOfAnOtlpRequestIsALineAndAnEmptyRequestIsNone() throws IOException {
    Taken taken =
        take(
            "error_log",
            1,
            land(
                "otlp_logs/2026-03-02/otlp.json",
                "{\"resourceLogs\":[{\"resource\":{\"attributes\":[{\"key\":\"service.name\",\"value\":{\"stringValue\":\"s\"}}]},\"scopeLogs\":[{\"logRecords\":[{\"timeUnixNano\":\"1772359300000000000\",\"severityNumber\":10,\"body\":{\"stringValue\":\"tick %1$d\"}},{\"timeUnixNano\":\"1772359300000000000\",\"severityNumber\":10,\"body\":{\"stringValue\":\"tick b %1$d\"}}]}]}]}"));

    assertThat(
            rows(
                lines().where("not message like 'tick%'"),
                "cast(logged_at as string)",
                "service",
                "release",
                "severity",
                "user_id",
                "trace_id",
                "message"))
        .containsExactly(
            "[2026-03-01 10:00:00.118005,ledger,4.2.0,ERROR,U3,5B8EFFF798038103D269B633813FC60C,posting \"42\" failed]",
            "[2026-03-01 10:00:02,ledger,4.2.0,WARN,null,null,{\"kvlistValue\":{\"values\":[{\"key\":\"code\",\"value\":{\"intValue\":\"7\"}}]}}]");
    assertThat(reasons(taken))
        .containsExactlyInAnyOrder(
            "[missing:severity]", "[missing:service]", "[unparsable]", "[unparsable]");
    assertThat(accounts(taken)).containsExactly(86L, 82L, 4L);
  }

  @Test
  void aZendeskAuditGivesItsEventsInTheirOrderWithinOneSecond() throws IOException {
    TakenFile file =
        land(
            "zendesk_audits/2026-03-02/audits.json",
            "{\"audits\":[{\"id\":9%03d,\"ticket_id\":999,\"created_at\":\"2026-02-20T09:00:00Z\",\"author_id\":-1,\"events\":[{\"type\":\"Change\",\"field_name\":\"status\",\"value\":\"open\"},{\"type\":\"Change\",\"field_name\":\"priority\",\"value\":\"low\"}]}]}");
    Taken taken = take("case_event", 1, file);

    assertThat(
            rows(
                events().where("case_id = 'zendesk-208'"),
                "record_id",
                "date_format(event_at, 'yyyy-MM-dd HH:mm:ss.SSS')",
                "event_type",
                "status",
                "actor_type",
                "account_id"))
        .containsExactly(
            "[zendesk-501-opened,2026-02-03 09:00:00.000,opened,new,customer,zendesk-44]",
            "[zendesk-501-comment,2026-02-03 09:00:00.001,message,null,customer,zendesk-44]",
            "[zendesk-502-comment,2026-02-03 09:30:00.001,note,null,agent,unknown-zendesk-208]",
            "[zendesk-502-priority,2026-02-03 09:30:00.002,priority,null,agent,unknown-zendesk-208]",
            "[zendesk-502-assigned,2026-02-03 09:30:00.003,assigned,null,agent,unknown-zendesk-208]",
            "[zendesk-502-status,2026-02-03 09:30:00.004,status,on_hold,agent,unknown-zendesk-208]",
            "[zendesk-503-status,2026-02-07 09:30:00.004,closed,closed,system,unknown-zendesk-208]");
    assertThat(
            rows(
                events()
                    .where(
                        "case_id = 'zendesk-208' and event_type in ('opened', 'message', 'note', 'assigned')"),
                "event_type",
                "channel",
                "queue",
                "agent_id",
                "priority",
                "related_case_id",
                "text",
                "is_public"))
        .containsExactly(
            "[opened,email,null,null,normal,zendesk-200,null,null]",
            "[message,email,null,null,null,null,My payout is late,true]",
            "[note,in_app,null,null,null,null,Ask the bank,false]",
            "[assigned,null,zendesk-9,zendesk-135,null,null,null,null]");
    assertThat(reasons(taken))
        .containsExactlyInAnyOrder(
            "[missing:actor_type]", "[missing:case_id, missing:account_id]", "[unparsable]");
    assertThat(accounts(taken)).containsExactly(90L, 87L, 3L);

    // The same page again gives nothing new.
    assertThat(accounts(take("case_event", 2, file))).containsExactly(90L, 0L, 3L);
  }

  @Test
  void aTrackCallOfAKnownUserIsUsageAndIsTakenOnce() throws IOException {
    Taken taken =
        take(
            "usage_event",
            1,
            land(
                "segment_track/2026-03-02/track.json",
                "{\"type\":\"track\",\"messageId\":\"t-%d\",\"userId\":\"U9\",\"event\":\"Tick\",\"timestamp\":\"2026-03-01T11:00:00Z\",\"properties\":{\"product\":\"api\"}}"));

    assertThat(usage("segment-m-%"))
        .containsExactly(
            "[segment-m-1,A1,U1,2026-03-01 10:00:00.12,payments,invoices,Invoice Sent,success,true,5.4.5,12.50,USD]",
            "[segment-m-2,%s,U2,2026-03-01 10:00:00,payments,Payout Failed,Payout Failed,failure,false,null,null,null]"
                .formatted(account("U2")));
    assertThat(reasons(taken)).containsExactly("[missing:event_at]");
    assertThat(accounts(taken)).containsExactly(44L, 42L, 1L);
  }

  @Test
  void aPostHogEventOfAPersonIsUsageWhetherItsPropertiesAreTextOrAnObject() throws IOException {
    Taken taken =
        take(
            "usage_event",
            1,
            land(
                "posthog_events/2026-03-02/posthog.json",
                "{\"uuid\":\"t-%d\",\"event\":\"tick\",\"distinct_id\":\"U9\",\"timestamp\":\"2026-03-01T11:00:00Z\",\"properties\":{\"product\":\"api\"}}"));

    assertThat(usage("posthog-0195-%"))
        .containsExactly(
            "[posthog-0195-1,A1,U1,2026-03-01 10:00:00.12,payments,invoices,invoice_sent,success,true,5.4.5,null,null]",
            "[posthog-0195-2,%s,U2,2026-03-01 10:00:01,web,payout_failed,payout_failed,failure,false,null,null,null]"
                .formatted(account("U2")));
    assertThat(reasons(taken)).containsExactly("[missing:account_id, missing:user_id]");
    assertThat(accounts(taken)).containsExactly(43L, 42L, 1L);
  }

  @Test
  void aSentryEventIsALineOfItsProjectAndAnExceptionIsToldByItself() throws IOException {
    Taken taken =
        take(
            "error_log",
            1,
            land(
                "sentry_events/2026-03-02/shop_1.json",
                "{\"event_id\":\"t%d\",\"timestamp\":1772359300,\"message\":\"tick\"}"));

    assertThat(
            rows(
                lines().where("message <> 'tick'"),
                "log_id",
                "cast(logged_at as string)",
                "service",
                "release",
                "severity",
                "user_id",
                "trace_id",
                "message"))
        .containsExactly(
            "[sentry-fc6d8c0c43fc4630ad850ee518f1b9d0,2026-03-01 10:00:00.118,shop,shop@4.2.0,WARN,U3,4bf92f3577b34da6a3ce929d0e0e4736,retry 2 of 3]",
            "[sentry-fc6d8c0c43fc4630ad850ee518f1b9d1,2026-03-01 10:00:01,shop,null,ERROR,null,null,PayoutException: bank answered 502]");
    assertThat(reasons(taken)).containsExactly("[missing:severity]");
    assertThat(accounts(taken)).containsExactly(43L, 42L, 1L);
  }

  @Test
  void aFreshdeskTicketExportedAgainCorrectsItsStatusAndCountsOnce() throws IOException {
    Taken taken =
        take(
            "case_event",
            1,
            land(
                "freshdesk_tickets/2026-03-02/freshdesk.json",
                "[{\"id\":9%02d,\"requester_id\":1,\"source\":3,\"status\":2,\"created_at\":\"2026-02-20T09:00:00Z\",\"stats\":{\"status_updated_at\":\"2026-02-20T09:00:00Z\"}}]"));

    assertThat(
            rows(
                events()
                    .where("case_id = 'freshdesk-31' and agent_id is distinct from 'freshdesk-6'"),
                "record_id",
                "account_id",
                "date_format(event_at, 'yyyy-MM-dd HH:mm:ss.SSS')",
                "event_type",
                "actor_type",
                "channel",
                "agent_id",
                "priority",
                "status"))
        .containsExactly(
            "[freshdesk-31-opened,freshdesk-8,2026-02-03 09:00:00.000,opened,customer,email,null,null,new]",
            "[freshdesk-31-status-4-2026-02-04T16:00:00Z,freshdesk-8,2026-02-04 16:00:00.001,solved,system,email,freshdesk-5,high,solved]");
    assertThat(
            rows(
                events().where("record_id like 'freshdesk-31-status%'").orderBy("record_version"),
                "record_version"))
        .containsExactly("[1]", "[2]");
    assertThat(events().where("case_id = 'freshdesk-32'").count()).as("spam").isZero();
    assertThat(reasons(taken))
        .containsExactlyInAnyOrder("[missing:event_id, missing:case_id]", "[unparsable]");
    assertThat(accounts(taken)).containsExactly(86L, 83L, 2L);
  }

  @Test
  void aZendeskTicketGivesItsOpeningItsSolveAndItsStatusAtTheirOwnTimes() throws IOException {
    TakenFile file =
        land(
            "zendesk_tickets/2026-03-02/tickets.json",
            "{\"tickets\":[{\"id\":8%1$02d,\"requester_id\":1,\"submitter_id\":1,\"status\":\"new\",\"created_at\":\"2026-02-20T09:00:00Z\"},{\"id\":9%1$02d,\"requester_id\":1,\"submitter_id\":1,\"status\":\"new\",\"created_at\":\"2026-02-20T09:00:00Z\"}]}");
    Taken taken = take("case_event", 1, file);

    assertThat(
            rows(
                events().where("case_id < 'zendesk-211'"),
                "record_id",
                "account_id",
                "date_format(event_at, 'yyyy-MM-dd HH:mm:ss.SSS')",
                "event_type",
                "actor_type",
                "channel",
                "queue",
                "agent_id",
                "category",
                "priority",
                "status",
                "related_case_id",
                "text"))
        .containsExactly(
            "[zendesk-ticket-208-opened,zendesk-44,2026-02-03 09:00:00.000,opened,customer,email,null,null,null,null,new,null,My payout is late]",
            "[zendesk-ticket-208-solved-2026-02-03T16:00:00Z,zendesk-44,2026-02-03 16:00:00.001,solved,system,null,zendesk-9,zendesk-135,problem,high,solved,null,null]",
            "[zendesk-ticket-208-status-closed-2026-02-07T09:30:00Z,zendesk-44,2026-02-07 09:30:00.002,closed,system,null,zendesk-9,zendesk-135,problem,high,closed,null,null]",
            "[zendesk-ticket-209-opened,%s,2026-02-04 09:00:00.000,opened,agent,in_app,null,null,null,null,new,zendesk-208,Still late]"
                .formatted(account("zendesk-7881")),
            "[zendesk-ticket-209-status-hold-2026-02-05T10:00:00Z,%s,2026-02-05 10:00:00.002,status,system,null,zendesk-9,null,null,null,on_hold,null,null]"
                .formatted(account("zendesk-7881")),
            "[zendesk-ticket-210-opened,%s,2026-02-04 09:00:00.000,opened,customer,chat,null,null,null,null,new,null,Where is it]"
                .formatted(account("zendesk-7882")));
    assertThat(reasons(taken))
        .containsExactlyInAnyOrder(
            "[missing:actor_type]",
            "[missing:event_at]",
            "[missing:event_id, missing:case_id, missing:account_id]",
            "[unparsable]");
    assertThat(accounts(taken)).containsExactly(90L, 86L, 4L);
  }

  @Test
  void aFreshdeskConversationIsAMessageOfOneSideOrANoteAndASurveysAnswerIsNeither()
      throws IOException {
    Taken taken =
        take(
            "case_event",
            1,
            land(
                "freshdesk_conversations/2026-03-02/replies.json",
                "[{\"id\":8%1$02d,\"ticket_id\":9,\"incoming\":true,\"private\":false,\"source\":0,\"created_at\":\"2026-02-20T09:00:00Z\"},{\"id\":7%1$02d,\"ticket_id\":9,\"incoming\":true,\"private\":false,\"source\":0,\"created_at\":\"2026-02-20T09:00:00Z\"}]"));

    assertThat(
            rows(
                events().where("case_id = 'freshdesk-31'"),
                "record_id",
                "account_id",
                "user_id",
                "cast(event_at as string)",
                "event_type",
                "actor_type",
                "actor_id",
                "channel",
                "text",
                "is_public"))
        .containsExactly(
            "[freshdesk-conversation-901,unknown-freshdesk-31,freshdesk-77,2026-02-03 10:00:00,message,customer,freshdesk-77,email,Any news?,true]",
            "[freshdesk-conversation-902,unknown-freshdesk-31,null,2026-02-03 11:00:00,note,agent,freshdesk-5,null,Ask the bank,false]",
            "[freshdesk-conversation-903,unknown-freshdesk-31,null,2026-02-03 11:05:00,note,agent,freshdesk-5,email,Please look,false]",
            "[freshdesk-conversation-904,unknown-freshdesk-31,null,2026-02-03 12:00:00,message,agent,freshdesk-5,null,It is on its way,true]");
    assertThat(reasons(taken))
        .containsExactlyInAnyOrder("[missing:actor_type]", "[missing:event_type]", "[unparsable]");
    assertThat(accounts(taken)).containsExactly(87L, 84L, 3L);
  }

  @Test
  void anIntercomConversationGivesWhatItsPartsDidAndItsRating() throws IOException {
    TakenFile file =
        land(
            "intercom_conversations/2026-03-02/intercom.json",
            "{\"id\":\"9%1$02d\",\"created_at\":1770109200,\"source\":{\"author\":{\"type\":\"user\",\"id\":\"c1\"}},\"conversation_rating\":{\"created_at\":1770109200},\"conversation_parts\":{\"conversation_parts\":[{\"id\":\"9%1$02d\",\"part_type\":\"note\",\"body\":\"tick\",\"created_at\":1770109300,\"author\":{\"type\":\"admin\",\"id\":\"1\"}}]}}");
    Taken taken = take("case_event", 1, file);

    assertThat(
            rows(
                events().where("case_id = 'intercom-1295'"),
                "record_id",
                "date_format(event_at, 'yyyy-MM-dd HH:mm:ss.SSS')",
                "event_type",
                "actor_type",
                "actor_id",
                "status",
                "queue",
                "agent_id",
                "text",
                "is_public"))
        .containsExactly(
            "[intercom-1295-opened,2026-02-03 09:00:00.000,opened,customer,intercom-c77,open,null,null,My payout is late,true]",
            "[intercom-part-11-words,2026-02-03 09:00:01.000,bot_turn,bot,null,null,null,null,Have you looked here?,true]",
            "[intercom-part-12-assigned,2026-02-03 09:01:40.001,assigned,bot,null,null,intercom-2,null,null,null]",
            "[intercom-part-13-words,2026-02-03 09:03:20.000,note,agent,intercom-5,null,null,null,Ask the bank,false]",
            "[intercom-part-14-status,2026-02-03 09:05:00.002,status,agent,intercom-5,on_hold,null,null,null,null]",
            "[intercom-part-15-words,2026-02-03 12:00:00.000,message,agent,intercom-5,null,null,null,It left today,true]",
            "[intercom-part-15-assigned,2026-02-03 12:00:00.001,assigned,agent,intercom-5,null,null,intercom-5,null,null]",
            "[intercom-part-15-status,2026-02-03 12:00:00.002,status,agent,intercom-5,open,null,null,null,null]",
            "[intercom-part-16-status,2026-02-03 12:01:00.002,solved,agent,intercom-5,solved,null,null,null,null]",
            "[intercom-part-17-words,2026-02-04 10:13:20.000,message,customer,intercom-c77,null,null,null,Thank you,true]",
            "[intercom-part-17-status,2026-02-04 10:13:20.002,status,customer,intercom-c77,open,null,null,null,null]");
    assertThat(
            rows(
                events().where("event_type = 'opened' and case_id like 'intercom-129%'"),
                "account_id",
                "user_id",
                "channel",
                "subject"))
        .containsExactly(
            "[%s,intercom-c77,chat,Payout]".formatted(account("intercom-c77")),
            "[unknown-intercom-1296,null,email,Card]");
    assertThat(reasons(taken))
        .containsExactlyInAnyOrder("[missing:event_type]", "[missing:actor_type]", "[unparsable]");
    assertThat(accounts(taken)).containsExactly(95L, 92L, 3L);

    Taken ratings = take("survey_response", 1, file);

    assertThat(
            rows(
                lake.read("bronze.survey_response")
                    .where("survey_id = 'intercom-1295'")
                    .orderBy("event_at"),
                "record_id",
                "event_type",
                "cast(event_at as string)",
                "kind",
                "case_id",
                "account_id",
                "score",
                "comment"))
        .containsExactly(
            "[intercom-1295-sent,sent,2026-02-03 14:46:40,csat,intercom-1295,%s,null,null]"
                .formatted(account("intercom-c77")),
            "[intercom-1295-answered,answered,2026-02-03 14:47:40,csat,intercom-1295,%s,4,Quick]"
                .formatted(account("intercom-c77")));
    assertThat(reasons(ratings)).containsExactlyInAnyOrder("[missing:event_at]", "[unparsable]");
    assertThat(accounts(ratings)).containsExactly(45L, 43L, 2L);
  }

  @Test
  void aSalesforceCaseGivesItsOpeningWordsAndTrackedChangesAndNoNames() throws IOException {
    TakenFile file =
        land(
            "salesforce_cases/2026-03-02/salesforce.json",
            "{\"records\":[{\"Id\":\"a%1$02d\",\"CreatedDate\":\"2026-02-20T09:00:00.000+0000\"},{\"Id\":\"b%1$02d\",\"CreatedDate\":\"2026-02-20T09:00:00.000+0000\"},{\"Id\":\"c%1$02d\",\"CreatedDate\":\"2026-02-20T09:00:00.000+0000\"}]}");
    Taken taken = take("case_event", 1, file);

    assertThat(
            rows(
                events().where("case_id = 'salesforce-500000000000208'"),
                "record_id",
                "date_format(event_at, 'yyyy-MM-dd HH:mm:ss.SSS')",
                "event_type",
                "actor_type",
                "actor_id",
                "queue",
                "agent_id",
                "priority",
                "status",
                "text",
                "is_public"))
        .containsExactly(
            "[salesforce-500000000000208-opened,2026-02-03 09:00:00.000,opened,customer,salesforce-003000000007881,null,null,normal,new,null,true]",
            "[salesforce-02s000000000001,2026-02-03 09:00:00.001,message,customer,null,null,null,null,null,My payout is late,true]",
            "[salesforce-017000000000002,2026-02-03 09:30:00.002,priority,agent,salesforce-005000000000135,null,null,high,null,null,null]",
            "[salesforce-017000000000004,2026-02-03 09:30:00.003,assigned,agent,salesforce-005000000000135,null,salesforce-005000000000135,null,null,null,null]",
            "[salesforce-017000000000005,2026-02-03 09:30:00.004,status,agent,salesforce-005000000000135,null,null,null,open,null,null]",
            "[salesforce-00a000000000001,2026-02-03 10:00:00.001,message,customer,salesforce-003000000007881,null,null,null,null,Any news?,true]",
            "[salesforce-00a000000000002,2026-02-03 11:00:00.001,note,agent,salesforce-005000000000135,null,null,null,null,Ask the bank,false]",
            "[salesforce-017000000000006,2026-02-04 09:30:00.003,escalated,system,null,salesforce-00G000000000010,null,null,null,null,null]",
            "[salesforce-02s000000000002,2026-02-05 09:00:00.001,message,agent,salesforce-005000000000135,null,null,null,null,It left today,true]",
            "[salesforce-017000000000007,2026-02-05 09:30:00.004,solved,agent,salesforce-005000000000135,null,null,null,solved,null,null]");
    assertThat(
            rows(
                events().where("case_id like 'salesforce-5%' and event_type = 'opened'"),
                "account_id",
                "user_id",
                "channel",
                "category",
                "subject",
                "text",
                "related_case_id",
                "relation"))
        .containsExactly(
            "[salesforce-001000000000044,salesforce-003000000007881,email,Problem,Payout,null,salesforce-500000000000100,parent]",
            "[unknown-salesforce-500000000000209,null,phone,null,Card,Where is it,null,null]");
    assertThat(reasons(taken))
        .containsExactlyInAnyOrder(
            "[rule:event type is one of those known]",
            "[missing:event_id, missing:case_id, missing:account_id]",
            "[missing:actor_type]",
            "[rule:status is one of the six known]",
            "[unparsable]");
    assertThat(accounts(taken)).containsExactly(136L, 131L, 5L);
  }

  /** Of a person, where the vendor names no company. */
  private static String account(String user) {
    return PersonAccount.of(Subject.Kind.USER.token(SETTINGS.key(), user));
  }

  private List<String> usage(String ids) {
    return rows(
        lake.read("bronze.usage_event")
            .where("event_id like '%s'".formatted(ids))
            .orderBy("event_id"),
        "event_id",
        "account_id",
        "user_id",
        "cast(event_at as string)",
        "product",
        "feature",
        "action",
        "result",
        "is_core",
        "app_version",
        "amount",
        "currency");
  }

  private Dataset<Row> events() {
    return lake.read("bronze.case_event").orderBy("case_id", "event_at");
  }

  private Dataset<Row> lines() {
    return lake.read("bronze.error_log").orderBy("logged_at", "message");
  }

  private static List<String> rows(Dataset<Row> table, String... columns) {
    return table.selectExpr(columns).collectAsList().stream().map(Row::toString).toList();
  }

  private static List<String> reasons(Taken taken) {
    return taken.decision().quarantine().select("reasons").collectAsList().stream()
        .map(row -> row.getList(0).toString())
        .toList();
  }

  /** Records read, accepted and quarantined; the rest are duplicates. */
  private static List<Long> accounts(Taken taken) {
    return List.of(taken.decision().read(), taken.changes().rows(), taken.decision().quarantined());
  }

  private TakenFile land(String path) throws IOException {
    return land(path, List.of());
  }

  /** With so many good records more that the refused ones do not stop the source. */
  private TakenFile land(String path, String goodRecord) throws IOException {
    return land(path, IntStream.range(0, 40).mapToObj(goodRecord::formatted).toList());
  }

  private TakenFile land(String path, List<String> more) throws IOException {
    Path file = folder.resolve("landing").resolve(path);
    Files.createDirectories(Objects.requireNonNull(file.getParent()));
    try (InputStream sample =
        Objects.requireNonNull(
            SourceMappingTest.class.getResourceAsStream("/vendor/" + file.getFileName()))) {
      Files.copy(sample, file);
    }
    Files.write(file, more, StandardOpenOption.APPEND);
    return new TakenFile(
        path,
        String.valueOf(Path.of(path).getName(0)),
        Files.size(file),
        "hash",
        LocalDate.parse(String.valueOf(Path.of(path).getName(1))));
  }

  private TakenFile delivered(String name, byte[] content) throws IOException {
    String path = "servicenow_incident/2026-03-01/" + name;
    Files.write(folder.resolve("landing").resolve(path), content);
    return new TakenFile(
        path,
        "servicenow_incident",
        content.length,
        Hashes.sha256(content),
        LocalDate.parse("2026-03-01"));
  }

  private Taken take(String source, long run, TakenFile file) {
    return SourceIngestTest.ingest(lake, folder, run)
        .take(CONTRACTS.of("raw." + source), List.of(file), MAPPINGS, List.of());
  }
}
