package io.supportlake;

import static org.apache.spark.sql.functions.lit;

import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.apache.spark.sql.Column;

/**
 * What a build must give.
 *
 * @param from first arrival date of the run
 * @param to last arrival date of the run; everything is as of the end of this day
 * @param days the days (daily, journal) or landmarks (snapshot) to build, ascending; for other
 *     kinds every day from {@code from} to {@code to}
 */
public record Period(LocalDate from, LocalDate to, List<LocalDate> days) {

  /** Checks the order of the dates. */
  public Period {
    if (from.isAfter(to)) {
      throw new IllegalArgumentException(
          "a period runs forward, but %s is after %s".formatted(from, to));
    }
    days = List.copyOf(days);
  }

  /** The period of every day from one date to another, both inclusive. */
  public static Period of(LocalDate from, LocalDate to) {
    if (from.isAfter(to)) {
      throw new IllegalArgumentException(
          "a period runs forward, but %s is after %s".formatted(from, to));
    }
    return new Period(from, to, from.datesUntil(to.plusDays(1)).toList());
  }

  /** The period of one day. */
  public static Period day(LocalDate date) {
    return of(date, date);
  }

  /** The date as of whose end the build is made. */
  public LocalDate asOf() {
    return to;
  }

  /** Whether a date is one of the days to build. */
  public Column covers(Column date) {
    if (days.isEmpty()) {
      return lit(false);
    }
    LocalDate first = days.getFirst();
    LocalDate last = days.getLast();
    return ChronoUnit.DAYS.between(first, last) == days.size() - 1L
        ? date.between(first, last)
        : date.isin(days.toArray());
  }
}
