package io.supportlake.platform;

import static org.assertj.core.api.Assertions.assertThat;

import io.supportlake.testing.Lines;
import io.supportlake.testing.Rows;
import io.supportlake.testing.SparkSuite;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
        .with("message_id", "m5", "case_id", "untold", "actor_id", null, "text_hash", "h5");
  }

  private static Rows cases() {
    return Rows.of(CONTRACTS, "silver.support_case")
        .with("case_id", "colleague", "user_id", ME, "first_text_hash", "h1", "first_text", "x")
        .with("case_id", "of-other", "user_id", OTHER, "first_text_hash", "h2", "first_text", "x")
        .with("case_id", "own", "user_id", ME, "first_text_hash", "shared", "first_text", "x")
        .with("case_id", "untold", "user_id", ME, "first_text_hash", "h5", "first_text", "x")
        .with("case_id", "silent", "user_id", RENAMED)
        .with("case_id", "nobodys", "user_id", null)
        .with("case_id", "another", "user_id", OTHER, "first_text_hash", "shared");
  }

  private static Rows line(Rows rows, String id, String user, String template, String at) {
    return rows.with(
        "log_id", id, "user_id", user, "template_id", template, "logged_at", "2026-03-02T" + at);
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
    lake.append("silver.case_message", messages().dataset(spark()), 5, 1);
    lake.append("silver.support_case", cases().dataset(spark()), 7, 1);
    lake.append("silver.error_event", lines.dataset(spark()), 6, 1);
    return lake;
  }

  @Test
  void wordsAreTheUsersByWhoWroteThemAndNotByWhoOpenedTheCase() {
    SubjectWords words = SubjectWords.of(lake(), Subject.Kind.USER, List.of(ME, RENAMED));

    assertThat(words.keys().get(SubjectWords.CASE))
        .containsExactlyInAnyOrder("of-other", "own", "untold", "silent");
    assertThat(words.keys().get(SubjectWords.TEXT)).containsExactly("h2");
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
                    "another|null",
                    "colleague|x",
                    "nobodys|null",
                    "of-other|null",
                    "own|null",
                    "silent|null",
                    "untold|null"),
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
                    case "support_case" -> new String[] {"case_id", "first_text"};
                    default -> new String[] {"template_id", "template", "example"};
                  }))
          .containsExactlyInAnyOrderElementsOf(table.getValue());
      assertThat(eraser.holds(contract)).isFalse();
    }
    assertThat(eraser.quoted(CONTRACTS.of("gold.issue_alert"), lake.read("gold.issue_alert")))
        .isEmpty();
  }
}
