package io.supportlake.silver;

import static org.assertj.core.api.Assertions.assertThat;

import io.supportlake.Period;
import io.supportlake.Table;
import io.supportlake.testing.Rows;
import io.supportlake.testing.SparkSuite;
import io.supportlake.testing.TestInputs;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;

/** The tables that come from a case's events: each test tells a case and names what follows. */
class CaseTablesTest extends SparkSuite {
  private static final LocalDate LATE = LocalDate.of(2026, 6, 30);

  /** A story is a list of lines: case, instant in 2026, type, actor, then column=value ... */
  private final List<String> story = new ArrayList<>();

  @Test
  void aCaseIsOneContactUntilItsSolveAndAnotherAfterIt() {
    tell(
        "c1 03-02T09:00 opened customer channel=email",
        "c1 03-02T09:00 message customer channel=email text=Where_is_my_payout",
        "c1 03-02T10:00 assigned system agent_id=a1 queue=q1 tier=1",
        "c1 03-02T11:00 message agent actor_id=a1 agent_id=a1 is_public=true status=pending",
        "c1 03-02T12:00 message customer channel=email text=It_is_missing",
        "c1 03-02T13:00 solved agent actor_id=a1 agent_id=a1",
        "c1 03-03T09:00 message customer channel=email text=It_fails_again",
        "c1 03-03T09:00 reopened system",
        "c1 03-03T10:00 message agent actor_id=a1 agent_id=a1 is_public=true",
        "c1 03-03T11:00 solved agent actor_id=a1 agent_id=a1");

    assertThat(shown(contacts(), "contact_id", "end_reason", "is_thank_you", "first_agent_id"))
        .containsExactly("c1#1 solved false a1", "c1#2 solved false a1");
    assertThat(shown(cases(), "solve_count", "reopen_count", "thank_you_reopen_count", "status"))
        .containsExactly("2 1 0 solved");
    assertThat(shown(intervals(), "interval_number", "status", "change"))
        .containsExactly(
            "1 new opened",
            "2 pending status",
            "3 solved solved",
            "4 open reopened",
            "5 solved solved");
  }

  @Test
  void aCaseThatAnAgentBeganIsOverAfterIdleDaysThoughTheCustomerComesLater() {
    tell(
        "c1 01-02T09:00 note agent actor_id=a1",
        "c1 02-20T09:00 message customer channel=email text=It_fails",
        "c1 02-20T10:00 solved agent actor_id=a1");

    assertThat(shown(contacts(), "contact_id", "started_at", "ended_at", "end_reason"))
        .containsExactly(
            "c1#1 2026-01-02T09:00:00Z 2026-02-01T09:00:00Z idle",
            "c1#2 2026-02-20T09:00:00Z 2026-02-20T10:00:00Z solved");
  }

  @Test
  void aCaseHasTheAccountOfItsOpening() {
    tell(
        "c1 03-02T09:00 note agent actor_id=a1 account_id=A2",
        "c1 03-02T10:00 opened customer channel=email account_id=A1",
        "c1 03-02T11:00 solved agent actor_id=a1 account_id=A3");

    assertThat(shown(cases(), "account_id")).containsExactly("A1");
    assertThat(shown(contacts(), "account_id")).containsExactly("A1");
    assertThat(shown(intervals(), "account_id")).containsExactly("A1", "A1");
  }

  @Test
  void thanksThatReopenACaseCountApartAndAsNoContact() {
    tell(
        "c1 03-02T09:00 opened customer channel=email",
        "c1 03-02T10:00 message agent actor_id=a1 agent_id=a1 is_public=true",
        "c1 03-02T11:00 solved agent actor_id=a1 agent_id=a1",
        "c1 03-02T12:00 message customer channel=email text=Thank_you,_that_works_now!",
        "c1 03-02T12:01 reopened system",
        "c1 03-03T12:01 solved agent actor_id=a1 agent_id=a1");

    assertThat(shown(cases(), "reopen_count", "thank_you_reopen_count")).containsExactly("0 1");
    assertThat(shown(intervals(), "change"))
        .containsExactly("opened", "solved", "thank_you_reopen", "solved");

    replace("03-03T12:01", "03-03T12:02");
    assertThat(shown(cases(), "reopen_count", "thank_you_reopen_count")).containsExactly("1 0");

    replace("03-03T12:02", "03-02T18:00");
    assertThat(shown(contacts(), "contact_id", "is_thank_you"))
        .containsExactly("c1#1 false", "c1#2 true");

    story.add("c1 03-02T13:00 message agent actor_id=a1 agent_id=a1 is_public=true");
    assertThat(shown(cases(), "reopen_count", "thank_you_reopen_count")).containsExactly("1 0");
    assertThat(shown(contacts(), "is_thank_you")).containsExactly("false", "false");
  }

  @Test
  void aChatEndsWithItsSessionAndTheNextWordIsAnotherContact() {
    tell(
        "c1 03-02T09:00 opened customer channel=chat session_id=s1",
        "c1 03-02T09:01 bot_turn bot channel=chat session_id=s1",
        "c1 03-02T09:05 message agent actor_id=a1 agent_id=a1 is_public=true session_id=s1",
        "c1 03-02T09:09 status agent actor_id=a1 status=pending session_id=s1",
        "c1 03-04T09:00 opened customer channel=chat session_id=s2",
        "c1 03-04T09:01 bot_turn bot channel=chat session_id=s2",
        "c1 03-04T09:03 solved bot session_id=s2",
        "c1 03-04T09:04 bot_turn customer channel=chat session_id=s2 text=Thanks");

    assertThat(
            shown(contacts(), "contact_id", "session_id", "end_reason", "ended_at", "is_bot_only"))
        .containsExactly(
            "c1#1 s1 session_ended 2026-03-02T09:09:00Z false",
            "c1#2 s2 solved 2026-03-04T09:04:00Z true");
  }

  @Test
  void theHumanPartOfABotsConversationBelongsToIt() {
    tell(
        "c1 03-02T09:00 opened customer channel=chat session_id=s1",
        "c1 03-02T09:01 bot_turn bot channel=chat session_id=s1",
        "c1 03-02T09:05 message customer channel=chat session_id=s2 text=A_human_please",
        "c1 03-02T09:06 message agent actor_id=a1 agent_id=a1 is_public=true session_id=s2",
        "c1 03-02T09:30 solved agent actor_id=a1 agent_id=a1");

    assertThat(shown(contacts(), "contact_id", "end_reason", "is_bot_only", "first_agent_id"))
        .containsExactly("c1#1 solved false a1");
  }

  @Test
  void aCallOnAnOpenCaseIsAContactOfItsOwn() {
    tell(
        "c1 03-02T09:00 opened customer channel=email",
        "c1 03-02T15:00 call_leg customer channel=phone session_id=s1 agent_id=a1 handle_seconds=300",
        "c1 03-02T15:30 solved agent actor_id=a1 agent_id=a1");

    assertThat(
            shown(contacts(), "contact_id", "channel", "end_reason", "ended_at", "handle_seconds"))
        .containsExactly(
            "c1#1 email recontacted 2026-03-02T15:00:00Z null",
            "c1#2 phone solved 2026-03-02T15:30:00Z 300");
  }

  @Test
  void silenceEndsAContactAfterThirtyDaysAndNotBefore() {
    tell("c1 03-01T09:00 opened customer channel=email");

    assertThat(shown(contacts(LocalDate.of(2026, 3, 30)), "end_reason")).containsExactly("null");
    assertThat(shown(contacts(LocalDate.of(2026, 3, 31)), "end_reason", "ended_at"))
        .containsExactly("idle 2026-03-31T09:00:00Z");

    story.add("c1 04-15T09:00 message customer channel=email text=Any_news");
    assertThat(shown(contacts(LocalDate.of(2026, 4, 15)), "contact_id", "end_reason"))
        .containsExactly("c1#1 idle", "c1#2 null");
  }

  @Test
  void whatNobodyAnsweredIsNotContainedByTheBot() {
    tell("c1 03-01T09:00 opened customer channel=email", "c1 03-02T09:00 solved system");

    assertThat(shown(contacts(), "end_reason", "is_bot_only")).containsExactly("solved false");
  }

  @Test
  void aCaseThatIsSolvedWithItsFirstEventHasASolve() {
    tell("c1 03-02T09:00 opened agent actor_id=a1 agent_id=a1 channel=phone status=solved");

    assertThat(shown(intervals(), "status", "change")).containsExactly("solved solved");
    assertThat(shown(cases(), "solve_count")).containsExactly("1");
  }

  @Test
  void whoSolvesAgainAfterThanksIsNotTheOneWhoSolved() {
    tell(
        "c1 03-02T09:00 opened customer channel=email",
        "c1 03-02T10:00 solved agent actor_id=a1 agent_id=a1",
        "c1 03-02T12:00 message customer channel=email text=Thank_you,_that_works_now!",
        "c1 03-02T12:01 reopened system",
        "c1 03-02T12:05 solved system");

    assertThat(shown(cases(), "thank_you_reopen_count", "last_solve_agent_id"))
        .containsExactly("1 a1");
  }

  @Test
  void transfersStayAmongHumansOfOneContactAndEscalationsAreApart() {
    tell(
        "c1 03-02T09:00 opened customer channel=email queue=bot",
        "c1 03-02T09:10 assigned system agent_id=a1 queue=q1 tier=1",
        "c1 03-02T09:20 transferred agent actor_id=a1 agent_id=a2 queue=q2 tier=1 handle_seconds=60",
        "c1 03-02T09:30 escalated agent actor_id=a2 queue=q2 tier=2 escalation_kind=functional",
        "c1 03-02T09:40 assigned system agent_id=a3 queue=q2 tier=2",
        "c1 03-02T09:50 escalated agent actor_id=a3 agent_id=a3 queue=q2 tier=2 escalation_kind=engineering",
        "c1 03-02T10:00 solved agent actor_id=a3 agent_id=a3 handle_seconds=100");

    assertThat(
            shown(segments(), "agent_id", "tier", "start_reason", "end_reason", "handle_seconds"))
        .containsExactly(
            "null null opened assigned null",
            "a1 1 assigned transferred 60",
            "a2 1 transferred escalated null",
            "null 2 escalated assigned null",
            "a3 2 assigned solved 100");
    assertThat(
            shown(
                cases(),
                "transfer_count",
                "functional_escalation_count",
                "engineering_escalation_count",
                "is_mis_escalated"))
        .containsExactly("1 1 1 false");
    assertThat(shown(contacts(), "transfer_count", "escalation_count")).containsExactly("1 2");
  }

  @Test
  void anotherAgentForTheNextContactIsNoTransfer() {
    tell(
        "c1 03-02T09:00 opened customer channel=email queue=q1 tier=1",
        "c1 03-02T09:10 assigned system agent_id=a1 queue=q1 tier=1",
        "c1 03-02T09:30 solved agent actor_id=a1 agent_id=a1",
        "c1 03-03T09:00 message customer agent_id=a1 channel=email text=It_fails_again",
        "c1 03-03T09:01 reopened system agent_id=a1",
        "c1 03-03T09:10 assigned system agent_id=a2 queue=q1 tier=1",
        "c1 03-03T09:20 solved agent actor_id=a2 agent_id=a2");

    assertThat(shown(contacts(), "contact_id", "transfer_count"))
        .containsExactly("c1#1 0", "c1#2 0");
    assertThat(shown(segments(), "agent_id", "start_reason"))
        .containsExactly("null opened", "a1 assigned", "a1 reopened", "a2 assigned");
  }

  @Test
  void anEscalationThatComesBackWithoutWorkWasAMistake() {
    tell(
        "c1 03-02T09:00 opened customer channel=email",
        "c1 03-02T09:10 assigned system agent_id=a1 queue=q1 tier=1",
        "c1 03-02T09:30 escalated agent actor_id=a1 agent_id=a2 queue=q2 tier=2",
        "c1 03-02T09:40 transferred agent actor_id=a2 agent_id=a1 queue=q1 tier=1",
        "c1 03-02T10:00 solved agent actor_id=a1 agent_id=a1");
    assertThat(shown(cases(), "is_mis_escalated")).containsExactly("true");

    story.add("c1 03-02T09:35 note agent actor_id=a2 agent_id=a2");
    assertThat(shown(cases(), "is_mis_escalated")).containsExactly("false");
  }

  @Test
  void eventsOfOneInstantAndAnyOrderOfInputGiveOneResult() {
    tell(
        "c1 03-02T09:00 opened customer channel=email",
        "c1 03-02T09:00 message customer channel=email text=Where_is_it",
        "c1 03-02T09:00 assigned system agent_id=a1 queue=q1 tier=1",
        "c1 03-02T09:00 message agent actor_id=a1 agent_id=a1 is_public=true",
        "c1 03-02T09:00 solved agent actor_id=a1 agent_id=a1",
        "c1 03-02T09:00 closed system");
    List<String> once = shown(intervals(), "status", "change");
    List<String> contact = shown(contacts(), "contact_id", "end_reason");

    Collections.shuffle(story, new Random(3));

    assertThat(contact).containsExactly("c1#1 solved");
    assertThat(once).containsExactly("new opened", "solved solved", "closed closed");
    assertThat(shown(intervals(), "status", "change")).isEqualTo(once);
    assertThat(shown(contacts(), "contact_id", "end_reason")).isEqualTo(contact);
  }

  @Test
  void mergedCasesShareAnEpisodeAndItsEndIsTheSurvivors() {
    tell(
        "c1 03-02T09:00 opened customer channel=email subject=payout",
        "c2 03-02T09:30 opened customer channel=email subject=tips",
        "c2 03-02T10:00 merged agent actor_id=a1 related_case_id=c1 relation=merge",
        "c1 03-02T11:00 solved agent actor_id=a1 agent_id=a1");

    assertThat(shown(members(), "contact_id", "link_rule"))
        .containsExactly("c1#1 first", "c2#1 merge");
    assertThat(shown(episodes(), "contact_count", "case_count", "last_contact_id", "end_reason"))
        .containsExactly("2 2 c1#1 resolved");
  }

  @Test
  void aLateCaseJoinsEpisodesOfAllChannelsAndTheIdStays() {
    tell(
        "c1 03-02T09:00 opened customer channel=email subject=payout",
        "c1 03-02T10:00 solved agent actor_id=a1",
        "c3 03-11T09:00 opened customer channel=email subject=payout",
        "c3 03-11T10:00 solved agent actor_id=a1");
    List<Row> apart = episodes().collectAsList();
    assertThat(apart).hasSize(2);

    tell(
        "c2 03-06T09:00 opened customer channel=phone session_id=s1 subject=payout",
        "c2 03-06T10:00 solved agent actor_id=a1");
    assertThat(shown(episodes(), "contact_count", "channel_count", "issue_family"))
        .containsExactly("3 2 payouts");
    assertThat(shown(episodes(), "episode_id").getFirst())
        .isIn(apart.stream().map(row -> row.<String>getAs("episode_id")).toList());
  }

  @Test
  void sixtyDaysEndAnEpisodeThatStillRuns() {
    tell(
        "c1 03-01T09:00 opened customer channel=email subject=payout",
        "c1 03-20T09:00 message customer channel=email text=Any_news",
        "c1 04-10T09:00 message customer channel=email text=Any_news");

    assertThat(shown(episodes(LocalDate.of(2026, 4, 28)), "end_reason", "ended_at"))
        .containsExactly("null null");
    assertThat(shown(episodes(LocalDate.of(2026, 4, 30)), "end_reason", "ended_at", "is_resolved"))
        .containsExactly("sixty_days 2026-04-30T09:00:00Z false");
  }

  @Test
  void theDayOfAContactIsTheLocalDayAlsoWhenClocksChange() {
    tell(
        "c1 03-28T22:59 opened customer channel=email",
        "c1 03-28T23:00 solved agent actor_id=a1",
        "c2 03-29T21:59 opened customer channel=email",
        "c2 03-29T22:00 solved agent actor_id=a1");

    assertThat(shown(contacts(), "contact_id", "started_date", "ended_date"))
        .containsExactly("c1#1 2026-03-28 2026-03-29", "c2#1 2026-03-29 2026-03-30");
  }

  @Test
  void theFamilyComesFromTheOpeningAlone() {
    tell(
        "c1 03-02T09:00 opened customer category=PAYOUT",
        "c2 03-02T09:00 opened customer subject=Late_payout_and_tips",
        "c3 03-02T09:00 opened customer category=MISC subject=tips",
        "c4 03-02T09:00 opened customer subject=Hello",
        "c5 03-02T09:00 opened customer",
        "c5 03-02T10:00 note agent actor_id=a1 category=PAYOUT text=payout",
        "c6 03-02T09:00 opened customer category=TIPS",
        "c6 03-02T09:01 message customer text=This_is_fraud,_I_inform_the_regulator");

    assertThat(
            shown(cases(), "case_id", "issue_family", "family_rule", "stake", "taxonomy_version"))
        .containsExactly(
            "c1 payouts category high v1",
            "c2 payouts phrase high v1",
            "c3 tips phrase low v1",
            "c4 other none low v1",
            "c5 unknown none low v1",
            "c6 tips category critical v1");
    assertThat(shown(cases(), "category").get(4)).isEqualTo("PAYOUT");
  }

  @Test
  void eventsAreRedactedAndAbsurdHandleTimesSetToNull() {
    Rows raw = Rows.of(CONTRACTS, "bronze.case_event");
    raw.with(
        "event_id",
        "e1",
        "event_at",
        "2026-03-29T22:30:00Z",
        "actor_type",
        "customer",
        "actor_id",
        "u1",
        "user_id",
        "u1",
        "text",
        "Write to jane.doe@example.com please");
    raw.with(
        "event_id",
        "e2",
        "actor_type",
        "agent",
        "actor_id",
        "a1",
        "talk_seconds",
        100,
        "hold_seconds",
        20,
        "wrap_seconds",
        5);
    raw.with("event_id", "e3", "active_seconds", 0);
    raw.with("event_id", "e4", "talk_seconds", 14_401);
    raw.with("event_id", "e5", "active_seconds", 14_400);
    raw.with("event_id", "e6", "talk_seconds", -50, "wrap_seconds", 100);
    Dataset<Row> events =
        new TestInputs(spark(), SETTINGS, CONTRACTS, "silver.case_event")
            .with("bronze.case_event", raw)
            .build(new CaseEvent(), Period.day(LATE));

    assertThat(shown(events.orderBy("event_id"), "handle_seconds", "is_handle_absurd"))
        .containsExactly(
            "null false", "125 false", "null true", "null true", "14400 false", "null true");
    Row first = events.orderBy("event_id").first();
    assertThat(first.<String>getAs("text")).doesNotContain("jane").contains("[EMAIL:test:");
    assertThat(first.<String>getAs("text_hash")).hasSize(64);
    assertThat(first.<String>getAs("actor_id"))
        .isEqualTo(SETTINGS.key().token("usr", "u1"))
        .isEqualTo(first.<String>getAs("user_id"));
    assertThat(first.<Object>getAs("event_date")).hasToString("2026-03-30");
    assertThat(shown(events.orderBy("event_id"), "actor_id").get(1)).isEqualTo("a1");
  }

  @Test
  void messagesCarryLanguageAndSentiment() {
    tell(
        "c1 03-02T09:00 message customer text=This_is_terrible_and_we_are_angry",
        "c1 03-02T10:00 note agent actor_id=a1 text=4711",
        "c1 03-02T11:00 assigned system agent_id=a1");

    assertThat(
            shown(
                build(new CaseMessage(), LATE, Map.of("silver.case_event", events())),
                "language",
                "sentiment",
                "is_public"))
        .containsExactly("en -1.0 true", "null null false");
  }

  private void tell(String... lines) {
    story.addAll(Arrays.asList(lines));
  }

  private void replace(String from, String to) {
    story.replaceAll(line -> line.replace(from, to));
  }

  private Dataset<Row> events() {
    Rows rows = Rows.of(CONTRACTS, "silver.case_event");
    for (String line : story) {
      List<String> words = Arrays.asList(line.split(" "));
      Map<String, Object> row = new LinkedHashMap<>();
      row.put("event_id", "e" + String.join("-", words.subList(0, 4)));
      row.put("case_id", words.get(0));
      row.put("account_id", "acc");
      row.put("event_at", "2026-" + words.get(1) + ":00Z");
      row.put("event_type", words.get(2));
      row.put("actor_type", words.get(3));
      for (String pair : words.subList(4, words.size())) {
        String column = pair.substring(0, pair.indexOf('='));
        String value = pair.substring(pair.indexOf('=') + 1);
        row.put(
            column,
            switch (column) {
              case "tier", "handle_seconds" -> Integer.valueOf(value);
              case "is_public" -> Boolean.valueOf(value);
              case "text", "subject" -> value.replace('_', ' ');
              default -> value;
            });
      }
      rows.with(
          row.entrySet().stream()
              .flatMap(entry -> java.util.stream.Stream.of(entry.getKey(), entry.getValue()))
              .toArray());
    }
    return rows.dataset(spark());
  }

  private Dataset<Row> intervals() {
    return build(new CaseStatusInterval(), LATE, Map.of("silver.case_event", events()))
        .orderBy("case_id", "interval_number");
  }

  private Dataset<Row> segments() {
    return build(new CaseSegment(), LATE, Map.of("silver.case_event", events()))
        .orderBy("case_id", "segment_number");
  }

  private Dataset<Row> cases() {
    return build(
            new SupportCase(),
            LATE,
            Map.of(
                "silver.case_event", events(),
                "silver.case_segment", segments(),
                "conf.category",
                    Rows.of(CONTRACTS, "conf.category")
                        .with("category", "PAYOUT", "issue_family", "payouts")
                        .with("category", "TIPS", "issue_family", "tips")
                        .with("category", "MISC", "issue_family", "other")
                        .dataset(spark()),
                "conf.phrase",
                    Rows.of(CONTRACTS, "conf.phrase")
                        .with("phrase", "tips", "issue_family", "tips", "position", 2)
                        .with("phrase", "payout", "issue_family", "payouts", "position", 1)
                        .dataset(spark()),
                "conf.issue_family",
                    Rows.of(CONTRACTS, "conf.issue_family")
                        .with(
                            "family",
                            "payouts",
                            "stake",
                            "high",
                            "version",
                            "v1",
                            "effective_from",
                            "2026-01-01")
                        .with(
                            "family",
                            "tips",
                            "stake",
                            "low",
                            "version",
                            "v1",
                            "effective_from",
                            "2026-01-01")
                        .dataset(spark())))
        .orderBy("case_id");
  }

  private Dataset<Row> contacts() {
    return contacts(LATE);
  }

  private Dataset<Row> contacts(LocalDate asOf) {
    return contacts(asOf, unclassified());
  }

  private Dataset<Row> contacts(LocalDate asOf, Dataset<Row> cases) {
    return build(
            new Contact(),
            asOf,
            Map.of("silver.case_event", events(), "silver.support_case", cases))
        .orderBy("case_id", "contact_number");
  }

  /** Cases of no interest but for their ids: cheaper than building them. */
  private Dataset<Row> unclassified() {
    Rows rows = Rows.of(CONTRACTS, "silver.support_case");
    story.stream()
        .map(line -> line.substring(0, line.indexOf(' ')))
        .distinct()
        .forEach(id -> rows.with("case_id", id, "account_id", "acc"));
    return rows.dataset(spark());
  }

  private Map<String, Dataset<Row>> withContacts(LocalDate asOf) {
    Dataset<Row> cases = cases();
    return Map.of("silver.contact", contacts(asOf, cases), "silver.support_case", cases);
  }

  private Dataset<Row> members() {
    return build(new EpisodeContact(), LATE, withContacts(LATE)).orderBy("contact_id");
  }

  private Dataset<Row> episodes() {
    return episodes(LATE);
  }

  private Dataset<Row> episodes(LocalDate asOf) {
    return build(new IssueEpisode(), asOf, withContacts(asOf)).orderBy("started_at");
  }

  private static Dataset<Row> build(Table table, LocalDate asOf, Map<String, Dataset<Row>> given) {
    String name =
        "silver."
            + table
                .getClass()
                .getSimpleName()
                .replaceAll("(?<=[a-z])([A-Z])", "_$1")
                .toLowerCase(java.util.Locale.ROOT);
    TestInputs inputs = new TestInputs(spark(), SETTINGS, CONTRACTS, name);
    given.forEach(inputs::with);
    // One small partition: the plans of several tables in a row cost more than their rows.
    return spark()
        .createDataFrame(
            inputs.build(table, Period.day(asOf)).collectAsList(), CONTRACTS.of(name).schema());
  }

  private static List<String> shown(Dataset<Row> rows, String... columns) {
    return rows.selectExpr(columns).collectAsList().stream()
        .map(row ->
            Arrays.stream(columns)
                .map(column -> {
                  Object value = row.getAs(column);
                  return value instanceof java.sql.Timestamp instant
                      ? instant.toInstant().toString()
                      : String.valueOf(value);
                })
                .collect(Collectors.joining(" ")))
        .toList();
  }
}
