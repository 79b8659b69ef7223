package io.supportlake.gold.outcomes;

import java.time.DayOfWeek;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.temporal.IsoFields;
import java.time.temporal.TemporalAdjusters;
import java.util.Locale;

/**
 * A period that a metric is computed for, in local days of the reporting zone.
 *
 * @param start its first day: any day, a Monday, or the first of a month
 */
public record MetricPeriod(Grain grain, LocalDate start) {

  /** How long a period is. */
  public enum Grain {
    /** A local day. */
    DAY,
    /** An ISO week, from Monday on. */
    WEEK,
    /** A calendar month. */
    MONTH;

    /** Its name in gold.metric. */
    String label() {
      return name().toLowerCase(Locale.ROOT);
    }

    /** SQL for the first day of the period that a date lies in. */
    String startOf(String date) {
      return switch (this) {
        case DAY -> date;
        case WEEK -> "cast(trunc(%s, 'WEEK') as date)".formatted(date);
        case MONTH -> "cast(trunc(%s, 'MM') as date)".formatted(date);
      };
    }

    private LocalDate after(LocalDate start) {
      return switch (this) {
        case DAY -> start.plusDays(1);
        case WEEK -> start.plusWeeks(1);
        case MONTH -> start.plusMonths(1);
      };
    }
  }

  /** Checks the first day. */
  public MetricPeriod {
    if ((grain == Grain.WEEK && start.getDayOfWeek() != DayOfWeek.MONDAY)
        || (grain == Grain.MONTH && start.getDayOfMonth() != 1)) {
      throw new IllegalArgumentException(
          "a %s does not start on %s".formatted(grain.label(), start));
    }
  }

  /** A day. */
  public static MetricPeriod day(LocalDate day) {
    return new MetricPeriod(Grain.DAY, day);
  }

  /** The ISO week that a day lies in. */
  public static MetricPeriod weekOf(LocalDate day) {
    return new MetricPeriod(
        Grain.WEEK, day.with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY)));
  }

  /** A month. */
  public static MetricPeriod month(YearMonth month) {
    return new MetricPeriod(Grain.MONTH, month.atDay(1));
  }

  /** The first day after it. */
  public LocalDate end() {
    return grain.after(start);
  }

  /** Its last day. */
  public LocalDate last() {
    return end().minusDays(1);
  }

  /** As it is written: 2026-08-15, 2026-W34, 2026-08. */
  @Override
  public String toString() {
    return switch (grain) {
      case DAY -> start.toString();
      case WEEK ->
          String.format(
              Locale.ROOT,
              "%d-W%02d",
              start.get(IsoFields.WEEK_BASED_YEAR),
              start.get(IsoFields.WEEK_OF_WEEK_BASED_YEAR));
      case MONTH -> YearMonth.from(start).toString();
    };
  }
}
