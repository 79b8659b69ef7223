package io.supportlake.silver;

import static org.assertj.core.api.Assertions.assertThat;

import io.supportlake.Period;
import io.supportlake.rules.LogTemplates;
import io.supportlake.testing.Lines;
import io.supportlake.testing.Rows;
import io.supportlake.testing.SparkSuite;
import io.supportlake.testing.TestInputs;
import java.time.LocalDate;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;

/** Error lines and their templates. */
class ErrorsTest extends SparkSuite {
  private static final Period DAY = Period.day(LocalDate.parse("2026-01-01"));

  @Test
  void linesThatDifferInTheirVariablePartsShareATemplateOfTheirService() {
    Dataset<Row> events =
        events(
            Rows.of(CONTRACTS, "bronze.error_log")
                .with("log_id", "1", "service", "pay", "message", "timeout after 1200 ms")
                .with("log_id", "2", "service", "pay", "message", "timeout after 87 ms")
                .with("log_id", "3", "service", "pay", "message", "connection refused")
                .with("log_id", "4", "service", "api", "message", "timeout after 87 ms"));

    String masked = LogTemplates.mask("timeout after 1200 ms");
    assertThat(Lines.of(events, "log_id", "masked_message"))
        .containsExactly("1|" + masked, "2|" + masked, "3|connection refused", "4|" + masked);
    assertThat(
            Lines.of(events.filter("log_id in ('1', '2')").select("template_id").distinct(), "1"))
        .hasSize(1);
    assertThat(events.select("template_id").distinct().count()).isEqualTo(3);
  }

  @Test
  void theTemplateOfALineDoesNotDependOnOtherLines() {
    Rows one =
        Rows.of(CONTRACTS, "bronze.error_log")
            .with("log_id", "1", "service", "pay", "message", "user 17 not found");
    Rows many =
        Rows.of(CONTRACTS, "bronze.error_log")
            .with("log_id", "0", "service", "pay", "message", "user 18 not found")
            .with("log_id", "1", "service", "pay", "message", "user 17 not found")
            .with("log_id", "2", "service", "pay", "message", "user 17 not known");

    assertThat(Lines.of(events(many).filter("log_id = '1'"), "template_id"))
        .isEqualTo(Lines.of(events(one), "template_id"));
  }

  @Test
  void personalDataIsGoneFromMessageAndMaskAndTheUserIsAToken() {
    Dataset<Row> events =
        events(
            Rows.of(CONTRACTS, "bronze.error_log")
                .with(
                    "log_id",
                    "1",
                    "user_id",
                    "u1",
                    "message",
                    "no mailbox for ann@example.com, card 4111 1111 1111 1111"));

    assertThat(Lines.of(events, "message", "masked_message").getFirst())
        .contains("no mailbox for")
        .doesNotContain("ann@example.com")
        .doesNotContain("4111");
    assertThat(Lines.of(events, "user_id")).containsExactly(SETTINGS.key().token("usr", "u1"));
  }

  @Test
  void anotherPersonIsNotAnotherTemplate() {
    Rows lines = Rows.of(CONTRACTS, "bronze.error_log");
    for (int i = 0; i < 1000; i++) {
      lines.with("log_id", "l" + i, "message", "no mailbox for user%d@example.com".formatted(i));
    }

    // One hash in 280 is of digits alone and would be masked as a number.
    assertThat(Lines.of(events(lines).select("masked_message").distinct(), "masked_message"))
        .containsExactly("no mailbox for [EMAIL]");
  }

  @Test
  void aLinesDayIsOneOfTheReportingZone() {
    assertThat(
            Lines.of(
                events(
                    Rows.of(CONTRACTS, "bronze.error_log")
                        .with("log_id", "1", "logged_at", "2026-01-01T23:30:00Z")),
                "log_date"))
        .containsExactly("2026-01-02");
  }

  @Test
  void theExampleIsTheEarliestLineAndOfSeveralTheOneWithTheLowestId() {
    Dataset<Row> templates =
        new TestInputs(spark(), SETTINGS, CONTRACTS, "silver.error_template")
            .with(
                "silver.error_event",
                Rows.of(CONTRACTS, "silver.error_event")
                    .with(
                        "template_id",
                        "t",
                        "log_id",
                        "9",
                        "logged_at",
                        "2026-01-01T10:00:00Z",
                        "release",
                        "1.1",
                        "message",
                        "b")
                    .with(
                        "template_id",
                        "t",
                        "log_id",
                        "8",
                        "logged_at",
                        "2026-01-01T10:00:00Z",
                        "release",
                        "1.0",
                        "message",
                        "c")
                    .with(
                        "template_id",
                        "t",
                        "log_id",
                        "1",
                        "logged_at",
                        "2026-01-03T10:00:00Z",
                        "release",
                        "0.9",
                        "message",
                        "a")
                    .with(
                        "template_id",
                        "s",
                        "log_id",
                        "2",
                        "logged_at",
                        "2026-01-02T10:00:00Z",
                        "message",
                        "d"))
            .build(new ErrorTemplate(), DAY);

    assertThat(
            Lines.of(
                templates,
                "template_id",
                "date(first_seen_at)",
                "date(last_seen_at)",
                "line_count",
                "first_release",
                "example"))
        .containsExactly("s|2026-01-02|2026-01-02|1|null|d", "t|2026-01-01|2026-01-03|3|1.0|c");
  }

  /** Whoever meets a template after an erased user has to be able to read it. */
  @Test
  void wordsOfATemplateAreOfTheEarliestLineThatWasNotErased() {
    Rows lines = Rows.of(CONTRACTS, "silver.error_event");
    for (String[] line :
        new String[][] {
          {"t", "1", "[erased]", "[erased]"},
          {"t", "2", "of <n>", "[erased]"},
          {"t", "3", "of <n>", "of 3"},
          {"t", "4", "of <n>", "of 4"},
          {"s", "5", "[erased]", "[erased]"}
        }) {
      lines =
          lines.with(
              "template_id",
              line[0],
              "log_id",
              line[1],
              "logged_at",
              "2026-01-01T10:00:0" + line[1] + "Z",
              "service",
              "pay" + line[1],
              "masked_message",
              line[2],
              "message",
              line[3]);
    }

    assertThat(
            Lines.of(
                new TestInputs(spark(), SETTINGS, CONTRACTS, "silver.error_template")
                    .with("silver.error_event", lines)
                    .build(new ErrorTemplate(), DAY),
                "template_id",
                "service",
                "template",
                "example"))
        .containsExactly("s|pay5|[erased]|[erased]", "t|pay1|of <n>|of 3");
  }

  private static Dataset<Row> events(Rows lines) {
    return new TestInputs(spark(), SETTINGS, CONTRACTS, "silver.error_event")
        .with("bronze.error_log", lines)
        .build(new ErrorEvent(), DAY);
  }
}
