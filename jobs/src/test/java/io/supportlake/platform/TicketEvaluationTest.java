package io.supportlake.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.offset;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.supportlake.platform.TicketEvaluation.Disagreement;
import io.supportlake.platform.TicketEvaluation.Figure;
import io.supportlake.testing.SparkSuite;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Nine incidents of a log, of which one agrees in everything and each other differs for a reason.
 */
class TicketEvaluationTest extends SparkSuite {
  private static final String HEADER =
      "number,incident_state,reassignment_count,reopen_count,sys_mod_count,made_sla,caller_id,opened_at,sys_updated_by,sys_updated_at,contact_type,subcategory,priority,assignment_group,assigned_to,resolved_at,closed_at";

  @TempDir private static Path folder;

  private static TicketEvaluation.Result result = new TicketEvaluation.Result(0, 0, List.of());

  /** The rows of one incident, opened at 9:00 on 1 March 2026. */
  private static final class Incident {
    private final List<String> rows = new ArrayList<>();
    private final String number;
    private final String resolved;
    private final String closed;

    Incident(String number, String resolved, String closed) {
      this.number = number;
      this.resolved = resolved;
      this.closed = closed;
    }

    Incident row(
        String state, String at, String queue, String agent, int reassigned, int reopened) {
      rows.add(
          String.join(
              ",",
              number,
              state,
              String.valueOf(reassigned),
              String.valueOf(reopened),
              String.valueOf(rows.size()),
              String.valueOf(number.equals("T1")),
              "C-" + number,
              "1/3/2026 9:00",
              "Desk",
              at,
              "Phone",
              "card",
              "3 - Moderate",
              queue,
              agent,
              resolved,
              closed));
      return this;
    }
  }

  private static String at(String time) {
    return "1/3/2026 " + time;
  }

  @BeforeAll
  static void evaluate() throws IOException {
    List<Incident> incidents =
        List.of(
            new Incident("T1", at("15:00"), "2/3/2026 9:00")
                .row("New", at("9:00"), "Q1", "?", 0, 0)
                .row("Active", at("9:10"), "Q1", "Ana", 0, 0)
                .row("Resolved", at("11:00"), "Q1", "Ana", 0, 0)
                .row("Active", at("12:00"), "Q1", "Ana", 0, 1)
                .row("Resolved", at("15:00"), "Q1", "Ana", 0, 1)
                .row("Closed", "2/3/2026 9:00", "Q1", "Ana", 0, 1),
            new Incident("T2", at("10:00"), "?")
                .row("New", at("9:00"), "Q1", "Ana", 0, 2)
                .row("Resolved", at("10:00"), "Q1", "Ana", 0, 2),
            new Incident("T3", "?", "?")
                .row("New", at("9:00"), "Q1", "Ana", 0, 0)
                .row("Resolved", at("10:00"), "Q1", "Ana", 0, 0)
                .row("Active", at("11:00"), "Q1", "Ana", 0, 0),
            new Incident("T4", at("11:00"), "?")
                .row("New", at("9:00"), "Q1", "Ana", 0, 0)
                .row("Active", at("12:00"), "Q1", "Ana", 0, 1),
            new Incident("T5", at("11:00"), "?")
                .row("New", at("9:00"), "Q1", "Ana", 0, 0)
                .row("Active", at("10:00"), "Q2", "Ben", 1, 0)
                .row("Resolved", at("11:00"), "Q2", "Ben", 1, 0),
            new Incident("T6", at("13:00"), "?")
                .row("New", at("9:00"), "Q1", "Ana", 0, 0)
                .row("Active", at("10:00"), "Q1", "Ben", 0, 0)
                .row("Resolved", at("13:00"), "Q1", "Ben", 0, 0),
            new Incident("T7", at("14:00"), "?")
                .row("New", at("9:00"), "?", "?", 0, 0)
                .row("Active", at("10:00"), "Q2", "?", 1, 0)
                .row("Resolved", at("14:00"), "Q2", "?", 1, 0),
            new Incident("T8", at("12:00"), "?")
                .row("New", at("9:00"), "Q1", "Ana", 0, 0)
                .row("Resolved", at("10:00"), "Q1", "Ana", 0, 0),
            new Incident("T9", at("10:00"), "?")
                .row("New", at("9:00"), "Q1", "Ana", 0, 0)
                .row("Resolved", at("9:30"), "Q1", "Ana", 0, 0)
                .row("Active", at("9:30"), "Q1", "Ana", 0, 0)
                .row("Resolved", at("10:00"), "Q1", "Ana", 0, 0));
    List<String> lines = new ArrayList<>(List.of(HEADER));
    incidents.forEach(i -> lines.addAll(i.rows));
    Path file = folder.resolve("2026-03-10/log.csv");
    Files.createDirectories(file.getParent());
    Files.write(file, lines);
    result = evaluation().evaluate(file, "servicenow", folder.resolve("work"));
  }

  private static TicketEvaluation evaluation() {
    return new TicketEvaluation(
        spark(),
        CONTRACTS,
        RunConfig.load(HOME.resolve("conf"), null),
        SETTINGS,
        HOME.resolve("conf"));
  }

  private static Figure figure(String name) {
    return result.figures().stream().filter(f -> f.name().equals(name)).findFirst().orElseThrow();
  }

  private static void assertNumbers(
      String name, @Nullable Double stated, @Nullable Double derived) {
    assertThat(figure(name).stated()).as(name).isEqualTo(stated);
    assertThat(figure(name).derived()).as(name).isEqualTo(derived);
  }

  @Test
  void bothSidesAreWhatTheLogSays() {
    assertThat(result.read()).isEqualTo(37);
    assertThat(result.refused()).isZero();
    assertNumbers("cases", 9.0, 9.0);
    assertNumbers("reopened_cases", 3.0, 3.0);
    assertNumbers("reopens", 4.0, 3.0);
    assertNumbers("reassigned_cases", 2.0, 2.0);
    assertThat(figure("median_hours_to_resolve").stated()).isEqualTo(2.5);
    // Updates carry as many milliseconds as there were before.
    assertThat(figure("median_hours_to_resolve").derived()).isEqualTo(1.5, offset(1e-4));
    assertThat(figure("median_hours_to_close").stated()).isEqualTo(24.0);
    assertThat(figure("median_hours_to_close").derived()).isEqualTo(24.0, offset(1e-4));
  }

  @Test
  void whatTheFileCannotTellIsNullWithAReason() {
    assertNumbers("within_sla", 1.0, null);
    assertThat(figure("within_sla").reason()).contains("which target");
    assertThat(result.figures())
        .filteredOn(f -> f.stated() == null || f.derived() == null)
        .extracting(Figure::name)
        .containsExactly("within_sla");
  }

  @Test
  void everyDisagreementHasItsReason() {
    assertThat(figure("cases").disagreements()).isEmpty();
    assertThat(figure("reopened_cases").disagreements())
        .extracting(Disagreement::reason, Disagreement::cases)
        .containsExactly(
            tuple("counted_before_log", 1L),
            tuple("left_solved_uncounted", 1L),
            tuple("no_solved_event", 1L),
            tuple("one_minute", 1L));
    assertThat(figure("reassigned_cases").disagreements())
        .extracting(Disagreement::reason, Disagreement::cases)
        .containsExactly(tuple("agent_in_one_queue", 1L), tuple("dispatch", 1L));
    assertThat(figure("median_hours_to_resolve").disagreements())
        .extracting(Disagreement::reason, Disagreement::cases)
        .containsExactly(
            tuple("event_earlier", 1L), tuple("not_in_events", 1L), tuple("not_stated", 1L));
    assertThat(figure("median_hours_to_close").disagreements()).isEmpty();
  }

  @Test
  void theJsonHasAKeyForEachFigure() throws IOException {
    JsonNode json = new ObjectMapper().readTree(result.json());

    assertThat(json.path("reopens").path("stated").asDouble()).isEqualTo(4);
    assertThat(json.path("within_sla").path("derived").isNull()).isTrue();
    assertThat(json.path("within_sla").path("reason").asText()).isNotEmpty();
    assertThat(json.path("reassigned_cases").path("disagreements").path(0).path("class").asText())
        .isEqualTo("agent_in_one_queue");
  }

  @Test
  void aMappingWithoutCasesOrThatIsNotThereIsRefused() {
    Path file = folder.resolve("2026-03-10/log.csv");

    assertThatThrownBy(() -> evaluation().evaluate(file, "log-lines", folder.resolve("none")))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("gives no case events");
    assertThatThrownBy(() -> evaluation().evaluate(file, "servicetoday", folder.resolve("none")))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("no mapping servicetoday");
    assertThatThrownBy(() ->
            evaluation()
                .evaluate(folder.resolve("absent.csv"), "servicenow", folder.resolve("none")))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("no such file");
  }
}
