package io.supportlake.rules;

import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.zone.ZoneOffsetTransition;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

/**
 * Time inside opening hours. An instant is open when the local wall clock, in the calendar's zone,
 * shows a time within an opening of that local day: an hour skipped in spring is not open, an hour
 * repeated in autumn is open twice. Business time of [a, b) is C(b) - C(a), hence additive.
 */
public final class BusinessTime {
  private static final int DAY_SECONDS = 86_400;

  private BusinessTime() {}

  /**
   * One opening of one weekday, half-open, in local seconds of the day.
   *
   * @param day weekday
   * @param opensSecond 0 to 86,399
   * @param closesSecond above {@code opensSecond}, up to 86,400 for midnight; a night shift is two
   *     openings
   */
  public record Opening(DayOfWeek day, int opensSecond, int closesSecond) {
    /**
     * @throws IllegalArgumentException when the opening is empty or leaves its day
     */
    public Opening {
      Require.that(
          opensSecond >= 0 && opensSecond < closesSecond && closesSecond <= DAY_SECONDS,
          "an opening on %s must begin before it ends and stay within its day, was %s to %s s"
              + " (split a night shift at midnight)",
          day,
          opensSecond,
          closesSecond);
    }

    /**
     * An opening from two times such as "09:00" and "17:30"; "24:00" is the midnight that ends the
     * day.
     */
    public static Opening of(DayOfWeek day, String opens, String closes) {
      return new Opening(day, secondOf(opens), secondOf(closes));
    }

    private static int secondOf(String time) {
      return time.equals("24:00") ? DAY_SECONDS : LocalTime.parse(time).toSecondOfDay();
    }
  }

  /**
   * Weekly hours from a date until the next version begins.
   *
   * @param validFrom first local date
   * @param openings in any order, several a day, none overlapping; empty is closed
   */
  public record Version(LocalDate validFrom, List<Opening> openings) {
    /**
     * @throws IllegalArgumentException when two openings of a day overlap
     */
    public Version {
      openings =
          openings.stream()
              .sorted(Comparator.comparing(Opening::day).thenComparingInt(Opening::opensSecond))
              .toList();
      for (int i = 1; i < openings.size(); i++) {
        Opening before = openings.get(i - 1);
        Opening after = openings.get(i);
        Require.that(
            before.day() != after.day() || before.closesSecond() <= after.opensSecond(),
            "openings overlap: %s and %s",
            before,
            after);
      }
    }
  }

  /**
   * Opening hours of one desk.
   *
   * @param name the calendar's id
   * @param zone whose wall clock, daylight saving and holidays count
   * @param versions weekly hours in force from their dates on, at least one, in date order
   * @param holidays local dates that are closed all day
   */
  public record Calendar(
      String name, ZoneId zone, List<Version> versions, Set<LocalDate> holidays) {
    /**
     * @throws IllegalArgumentException without a version or with versions out of order
     */
    public Calendar {
      versions = List.copyOf(versions);
      holidays = Set.copyOf(holidays);
      Require.that(!versions.isEmpty(), "calendar %s has no opening hours", name);
      for (int i = 1; i < versions.size(); i++) {
        LocalDate before = versions.get(i - 1).validFrom();
        LocalDate after = versions.get(i).validFrom();
        Require.that(
            before.isBefore(after),
            "calendar %s: versions must be in date order, was %s before %s",
            name,
            before,
            after);
      }
    }

    /** True when a version of the hours is in force on {@code date}. */
    public boolean covers(LocalDate date) {
      return !date.isBefore(versions.getFirst().validFrom());
    }

    List<Opening> openingsOn(LocalDate date) {
      if (holidays.contains(date)) {
        return List.of();
      }
      for (int i = versions.size() - 1; i >= 0; i--) {
        if (!date.isBefore(versions.get(i).validFrom())) {
          return versions.get(i).openings();
        }
      }
      return List.of();
    }
  }

  /**
   * A stretch of open time, half-open.
   *
   * @param start first open instant
   * @param end first instant that is closed again
   */
  public record Open(Instant start, Instant end) {
    long secondsBefore(Instant from, Instant to) {
      Instant low = start.isAfter(from) ? start : from;
      Instant high = end.isBefore(to) ? end : to;
      return low.isBefore(high) ? Duration.between(low, high).toSeconds() : 0;
    }

    long seconds() {
      return Duration.between(start, end).toSeconds();
    }
  }

  /**
   * One local day of a calendar. Business time up to an instant t of the day is {@code
   * openSecondsBefore} plus the parts of {@code openings} before t.
   *
   * @param date local date
   * @param startsAt its local midnight; the day ends where the next row starts
   * @param openings open stretches of the day in order
   * @param openSecondsBefore open seconds of all earlier rows
   */
  public record Day(
      LocalDate date, Instant startsAt, List<Open> openings, long openSecondsBefore) {}

  /**
   * Open stretches of [local midnight, next local midnight), in order; stretches that touch are
   * one.
   *
   * @return empty on closed days, holidays, and before the calendar's first version
   */
  public static List<Open> openingIntervals(Calendar calendar, LocalDate date) {
    Instant from = startOf(calendar, date);
    Instant to = startOf(calendar, date.plusDays(1));
    List<Open> open = new ArrayList<>();
    Instant pieceStart = from;
    while (pieceStart.isBefore(to)) {
      ZoneOffsetTransition transition = calendar.zone().getRules().nextTransition(pieceStart);
      Instant pieceEnd =
          transition == null || transition.getInstant().isAfter(to) ? to : transition.getInstant();
      addPiece(open, calendar, pieceStart, pieceEnd);
      pieceStart = pieceEnd;
    }
    return List.copyOf(open);
  }

  /** Within a piece the offset is constant, so that wall clock and instant run side by side. */
  private static void addPiece(List<Open> open, Calendar calendar, Instant from, Instant to) {
    ZoneOffset offset = calendar.zone().getRules().getOffset(from);
    // Some zones turn the clock back over midnight: then a piece begins on the day before.
    LocalDate first = LocalDateTime.ofInstant(from, offset).toLocalDate();
    LocalDate last = LocalDateTime.ofInstant(to, offset).toLocalDate();
    for (LocalDate date = first; !date.isAfter(last); date = date.plusDays(1)) {
      Instant midnight = date.atStartOfDay().toInstant(offset);
      for (Opening opening : calendar.openingsOn(date)) {
        if (opening.day() == date.getDayOfWeek()) {
          Instant start = later(from, midnight.plusSeconds(opening.opensSecond()));
          Instant end = earlier(to, midnight.plusSeconds(opening.closesSecond()));
          if (start.isBefore(end)) {
            append(open, start, end);
          }
        }
      }
    }
  }

  private static void append(List<Open> open, Instant start, Instant end) {
    if (!open.isEmpty() && open.getLast().end().equals(start)) {
      open.add(new Open(open.removeLast().start(), end));
    } else {
      open.add(new Open(start, end));
    }
  }

  /** Open seconds of a local day. */
  public static long openSeconds(Calendar calendar, LocalDate date) {
    return openingIntervals(calendar, date).stream().mapToLong(Open::seconds).sum();
  }

  /**
   * Open seconds of [start, end).
   *
   * @throws IllegalArgumentException when the end lies before the start, or the start before the
   *     calendar's first version: then business time is unknown, not 0
   */
  public static long between(Calendar calendar, Instant start, Instant end) {
    Require.that(!end.isBefore(start), "end %s lies before start %s", end, start);
    LocalDate first = LocalDate.ofInstant(start, calendar.zone());
    Require.that(
        calendar.covers(first),
        "calendar %s has no hours on %s; its first version begins on %s",
        calendar.name(),
        first,
        calendar.versions().getFirst().validFrom());
    LocalDate last = LocalDate.ofInstant(end, calendar.zone()).plusDays(1);
    long seconds = 0;
    for (LocalDate date = first; !date.isAfter(last); date = date.plusDays(1)) {
      for (Open open : openingIntervals(calendar, date)) {
        seconds += open.secondsBefore(start, end);
      }
    }
    return seconds;
  }

  /**
   * One row per local date of [from, to], both included, for joining to instants: business time of
   * [a, b) is C(b) - C(a).
   *
   * @return dates before the calendar's first version have no row, so that a join gives null there
   * @throws IllegalArgumentException when {@code to} lies before {@code from}
   */
  public static List<Day> cumulative(Calendar calendar, LocalDate from, LocalDate to) {
    Require.that(!to.isBefore(from), "the last date %s lies before the first date %s", to, from);
    List<Day> days = new ArrayList<>();
    long before = 0;
    for (LocalDate date = from; !date.isAfter(to); date = date.plusDays(1)) {
      if (calendar.covers(date)) {
        List<Open> openings = openingIntervals(calendar, date);
        days.add(new Day(date, startOf(calendar, date), openings, before));
        before += openings.stream().mapToLong(Open::seconds).sum();
      }
    }
    return List.copyOf(days);
  }

  private static Instant startOf(Calendar calendar, LocalDate date) {
    return date.atStartOfDay(calendar.zone()).toInstant();
  }

  private static Instant later(Instant a, Instant b) {
    return a.isAfter(b) ? a : b;
  }

  private static Instant earlier(Instant a, Instant b) {
    return a.isBefore(b) ? a : b;
  }
}
