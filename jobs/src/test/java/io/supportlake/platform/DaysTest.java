package io.supportlake.platform;

import static org.assertj.core.api.Assertions.assertThat;

import io.supportlake.platform.Contract.Kind;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DaysTest {
  private static final LocalDate MARCH_1 = LocalDate.of(2026, 3, 1);

  @Test
  void aDailyTableIsBuiltFromTheDayAfterTheLastRun() {
    assertThat(
            Days.due(
                contract(Kind.DAILY, Map.of("day", "d")),
                MARCH_1.plusDays(2),
                MARCH_1.plusDays(3),
                MARCH_1.plusDays(4)))
        .containsExactly(MARCH_1.plusDays(3), MARCH_1.plusDays(4));
  }

  @Test
  void aMonthlyTableLooksBackOnlyOnceItHasHistory() {
    Contract monthly =
        contract(Kind.DAILY, Map.of("day", "m", "every", "month", "rebuildMonths", 2));
    LocalDate day = LocalDate.of(2026, 3, 15);

    assertThat(Days.due(monthly, null, day, day)).containsExactly(MARCH_1);
    assertThat(Days.due(monthly, day.minusDays(1), day, day))
        .containsExactly(MARCH_1.minusMonths(2), MARCH_1.minusMonths(1), MARCH_1);
  }

  @Test
  void landmarksAreMonthEndsAndTheLastDay() {
    Contract snapshot =
        contract(
            Kind.SNAPSHOT,
            Map.of("landmark", Map.of("column", "l", "every", "month_end_and_last")));

    assertThat(Days.due(snapshot, null, LocalDate.of(2026, 1, 20), LocalDate.of(2026, 3, 10)))
        .containsExactly(
            LocalDate.of(2026, 1, 31), LocalDate.of(2026, 2, 28), LocalDate.of(2026, 3, 10));
  }

  @Test
  void aLandmarkMaturesAfterItsWindow() {
    Contract label =
        contract(
            Kind.SNAPSHOT,
            Map.of("landmark", Map.of("column", "l", "every", "month_end_matured_104")));
    LocalDate matured = LocalDate.of(2026, 1, 31).plusDays(104);

    assertThat(Days.due(label, matured.minusDays(1), matured, matured))
        .containsExactly(LocalDate.of(2026, 1, 31));
    assertThat(Days.due(label, matured, matured.plusDays(1), matured.plusDays(1))).isEmpty();
  }

  @Test
  void aJournalDecidesOnItsWeekdayWithinItsLimit() {
    Contract journal =
        contract(Kind.JOURNAL, Map.of("day", "d", "weekday", "monday", "journalDays", 14));

    assertThat(Days.due(journal, null, LocalDate.of(2026, 1, 1), LocalDate.of(2026, 3, 15)))
        .containsExactly(LocalDate.of(2026, 3, 2), LocalDate.of(2026, 3, 9));
  }

  private static Contract contract(Kind kind, Map<String, Object> properties) {
    return new Contract(
        "gold.x", kind, "a row", "none", null, null, List.of(), List.of(), List.of(), properties);
  }
}
