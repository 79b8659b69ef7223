package io.supportlake.platform;

import static org.assertj.core.api.Assertions.assertThat;

import io.supportlake.testing.Lines;
import io.supportlake.testing.Rows;
import io.supportlake.testing.SparkSuite;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SubjectWordsTest extends SparkSuite {
  private static final String ME = "usr_k1_me";
  private static final String RENAMED = "usr_k1_renamed";
  private static final String OTHER = "usr_k1_other";

  @TempDir private Path folder;

  private static Rows messages() {
    return Rows.of(CONTRACTS, "silver.case_message")
        .with("message_id", "m1", "case_id", "colleague", "actor_id", OTHER, "text_hash", "h1")
        .with("message_id", "m2", "case_id", "of-other", "actor_id", ME, "text_hash", "h2")
        .with("message_id", "m3", "case_id", "own", "actor_id", ME, "text_hash", "shared")
        .with("message_id", "m4", "case_id", "another", "actor_id", OTHER, "text_hash", "shared")
        .with("message_id", "m5", "case_id", "untold", "actor_id", null, "text_hash", "h5")
        .with("message_id", "e3", "case_id", "own", "actor_id", null, "text_hash", "h3")
        .with("message_id", "e4", "case_id", "own", "actor_id", "agt-1", "text_hash", "h4")
        .with("message_id", "e5", "case_id", "another", "actor_id", null, "text_hash", "h6")
        .with("message_id", "e7", "case_id", "own", "actor_id", "agt-1", "text_hash", "h7");
  }

  private static Rows cases() {
    return Rows.of(CONTRACTS, "silver.support_case")
        .with(ofCase("colleague", ME, "told on the phone", "h1"))
        .with(ofCase("of-other", OTHER, "mine", "h2"))
        .with(ofCase("own", ME, "a colleague's", "shared"))
        .with(ofCase("untold", ME, null, "h5"))
        .with(ofCase("silent", RENAMED, "untold", null))
        .with(ofCase("nobodys", null, null, null))
        .with(ofCase("another", OTHER, "of another", "shared"));
  }

  private static @Nullable Object[] ofCase(
      String id, @Nullable String user, @Nullable String subject, @Nullable String firstHash) {
    return new @Nullable Object[] {
      "case_id",
      id,
      "user_id",
      user,
      "subject",
      subject,
      "first_text_hash",
      firstHash,
      "first_text",
      firstHash == null ? null : "x"
    };
  }

  private static Rows line(Rows rows, String id, String user, String template, String at) {
    return rows.with(
        "log_id", id, "user_id", user, "template_id", template, "logged_at", "2026-03-02T" + at);
  }

  private static Rows event(
      Rows rows,
      String id,
      String caseId,
      String actorType,
      @Nullable String user,
      @Nullable String actor,
      @Nullable String subject,
      @Nullable String text) {
    return rows.with(
        "event_id",
        id,
        "case_id",
        caseId,
        "actor_type",
        actorType,
        "user_id",
        user,
        "actor_id",
        actor,
        "subject",
        subject,
        "text",
        text);
  }

  private static Rows events() {
    Rows rows = Rows.of(CONTRACTS, "silver.case_event");
    rows = event(rows, "e1", "own", "customer", ME, OTHER, "a colleague's", null);
    rows = event(rows, "e2", "of-other", "customer", OTHER, ME, "mine", "x");
    rows = event(rows, "e3", "own", "customer", null, null, null, "x");
    rows = event(rows, "e4", "own", "agent", ME, "agt-1", null, "x");
    rows = event(rows, "e5", "another", "customer", null, null, "of another", "x");
    rows = event(rows, "e6", "untold", "customer", null, null, null, null);
    rows = event(rows, "e7", "own", "agent", null, "agt-1", null, "x");
    rows = event(rows, "e8", "silent", "customer", null, null, "untold", null);
    rows = event(rows, "e9", "colleague", "agent", ME, "agt-1", "told on the phone", null);
    return rows;
  }

  private Lake lake() {
    Lake lake = lakeIn(folder);
    Rows lines = Rows.of(CONTRACTS, "silver.error_event");
    lines = line(lines, "l1", OTHER, "others-first", "10:00:00Z");
    lines = line(lines, "l2", ME, "others-first", "11:00:00Z");
    lines = line(lines, "l3", ME, "mine-first", "10:00:00Z");
    lines = line(lines, "l4", OTHER, "mine-first", "10:00:00Z");
    lines = line(lines, "l5", RENAMED, "mine", "12:00:00Z");
    lines = line(lines, "l6", OTHER, "others", "12:00:00Z");
    lake.append("silver.case_event", events().dataset(spark()), 9, 1);
    lake.append("silver.case_message", messages().dataset(spark()), 9, 1);
    lake.append("silver.support_case", cases().dataset(spark()), 7, 1);
    lake.append("silver.error_event", lines.dataset(spark()), 6, 1);
    return lake;
  }

  @Test
  void wordsAreTheUsersByWhoWroteThemAndNotByWhoOpenedTheCase() {
    SubjectWords words = SubjectWords.of(lake(), Subject.Kind.USER, List.of(ME, RENAMED));

    assertThat(words.keys().get(SubjectWords.CASE))
        .containsExactlyInAnyOrder("of-other", "own", "untold", "silent");
    assertThat(words.keys().get(SubjectWords.OPENING))
        .containsExactlyInAnyOrder("of-other", "silent", "colleague");
    assertThat(words.keys().get(SubjectWords.EVENT))
        .as("of untold writers the opener's, and what an agent wrote in the user's place")
        .containsExactlyInAnyOrder("e3", "e4", "e8", "e9");
    assertThat(words.keys().get(SubjectWords.TEXT)).containsExactlyInAnyOrder("h2", "h3", "h4");
    assertThat(words.keys().get(SubjectWords.TEMPLATE)).containsExactly("mine");
    assertThat(words.keys().get(SubjectWords.EXAMPLE))
        .as("of lines of one instant the lowest id")
        .containsExactlyInAnyOrder("mine-first", "mine");
    assertThat(words.keys().keySet()).isEqualTo(Set.copyOf(SubjectWords.KINDS));
  }

  @Test
  void anAgentHasNone() {
    assertThat(SubjectWords.of(lake(), Subject.Kind.AGENT, List.of(ME)).keys()).isEmpty();
  }

  /**
   * Every table that shows such words without naming the user loses them, and holds them no more.
   */
  @Test
  void wordsGoFromRowsThatDoNotNameTheUser() {
    Lake lake = lake();
    lake.append(
        "silver.error_template",
        Rows.of(CONTRACTS, "silver.error_template")
            .with("template_id", "mine", "template", "mine <n>", "example", "mine 1")
            .with("template_id", "mine-first", "template", "all <n>", "example", "all 2")
            .with("template_id", "others", "template", "others <n>", "example", "others 3")
            .dataset(spark()),
        3,
        1);
    lake.append(
        "gold.issue_alert",
        Rows.of(CONTRACTS, "gold.issue_alert")
            .with("alert_id", "a1", "subject", "own", "label", "my card", "reason", "as my card")
            .with("alert_id", "a2", "subject", "another", "label", "fees", "reason", "as fees")
            .dataset(spark()),
        2,
        1);
    TableEraser eraser =
        new TableEraser(
            spark(),
            lake,
            TestSubjects.subject(Subject.Kind.USER, "usr-1"),
            "erased-1",
            "token-1",
            SubjectWords.of(lake, Subject.Kind.USER, List.of(ME, RENAMED)),
            List.of());

    assertThat(eraser.quoted(CONTRACTS.of("gold.issue_alert"), lake.read("gold.issue_alert")))
        .containsExactly("as my card", "my card");
    for (Map.Entry<String, List<String>> table :
        Map.of(
                "silver.error_template",
                List.of(
                    "mine|[erased]|[erased]",
                    "mine-first|all <n>|[erased]",
                    "others|others <n>|others 3"),
                "silver.support_case",
                List.of(
                    "another|x|of another",
                    "colleague|x|null",
                    "nobodys|null|null",
                    "of-other|null|null",
                    "own|null|a colleague's",
                    "silent|null|null",
                    "untold|null|null"),
                "gold.issue_alert",
                List.of("another|fees|as fees", "own|[erased]|[erased]"))
            .entrySet()) {
      Contract contract = CONTRACTS.of(table.getKey());
      assertThat(eraser.holds(contract)).isTrue();
      var _ = eraser.erase(contract);
      assertThat(
              Lines.of(
                  lake.read(contract.name()),
                  switch (contract.shortName()) {
                    case "issue_alert" -> new String[] {"subject", "label", "reason"};
                    case "support_case" -> new String[] {"case_id", "first_text", "subject"};
                    default -> new String[] {"template_id", "template", "example"};
                  }))
          .containsExactlyInAnyOrderElementsOf(table.getValue());
      assertThat(eraser.holds(contract)).isFalse();
    }
    assertThat(eraser.quoted(CONTRACTS.of("gold.issue_alert"), lake.read("gold.issue_alert")))
        .isEmpty();
  }

  /** A colleague's message in the user's case is the colleague's. */
  @Test
  void wordsOfARowAreTheWritersWhereItTellsOne() {
    Lake lake = lakeIn(folder);
    Contract bronze = lake.contract("bronze.case_event");
    Rows rows = Rows.of(CONTRACTS, "bronze.case_event");
    for (String[] event :
        new String[][] {
          {"colleagues", "customer", "usr-1", "usr-2"},
          {"contacts", "customer", "usr-1", null},
          {"own", "customer", "usr-2", "usr-1"},
          {"agents", "agent", "usr-1", "agt-1"},
          {"untold", "customer", null, null},
          {"others", "customer", null, null}
        }) {
      rows =
          rows.with(
              "event_id",
              event[0],
              "actor_type",
              event[1],
              "user_id",
              event[2],
              "actor_id",
              event[3],
              "text",
              "said",
              "unknown_columns",
              "{}",
              "content_hash",
              "was");
    }
    lake.append(bronze.name(), rows.dataset(spark()), 6, 1);
    TableEraser eraser =
        new TableEraser(
            spark(),
            lake,
            TestSubjects.subject(Subject.Kind.USER, "usr-1"),
            "erased-1",
            "token-1",
            new SubjectWords(Map.of(SubjectWords.EVENT, List.of("untold"))),
            List.of());

    assertThat(eraser.erase(bronze)).isEqualTo(new TableEraser.Done(0, 5));
    assertThat(
            Lines.of(
                lake.read(bronze.name()),
                "event_id",
                "user_id",
                "actor_id",
                "text",
                "unknown_columns",
                "content_hash = 'was'"))
        .containsExactly(
            "agents|erased-1|agt-1|null|null|false",
            "colleagues|erased-1|usr-2|said|null|false",
            "contacts|erased-1|null|null|null|false",
            "others|null|null|said|{}|true",
            "own|usr-2|erased-1|null|null|false",
            "untold|null|null|null|null|true");
    assertThat(eraser.holds(bronze)).isFalse();
  }
}
