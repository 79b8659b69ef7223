package io.supportlake.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.supportlake.rules.BusinessTime.Calendar;
import io.supportlake.rules.BusinessTime.Day;
import io.supportlake.rules.BusinessTime.Open;
import io.supportlake.rules.BusinessTime.Opening;
import io.supportlake.rules.BusinessTime.Version;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.time.zone.ZoneOffsetTransition;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BusinessTimeTest {
  private static final LocalDate EPOCH = LocalDate.of(1990, 1, 1);

  private static final List<String> ZONES =
      List.of(
          "UTC",
          "Europe/London",
          "Europe/Berlin",
          "Europe/Madrid",
          "Europe/Kyiv",
          "Europe/Istanbul",
          "Europe/Moscow",
          "Atlantic/Azores",
          "Africa/Casablanca",
          "Africa/Cairo",
          "Africa/Lagos",
          "Africa/Johannesburg",
          "America/New_York",
          "America/Chicago",
          "America/Denver",
          "America/Phoenix",
          "America/Los_Angeles",
          "America/Anchorage",
          "America/St_Johns",
          "America/Halifax",
          "America/Havana",
          "America/Mexico_City",
          "America/Bogota",
          "America/Caracas",
          "America/Sao_Paulo",
          "America/Santiago",
          "America/Asuncion",
          "America/Nuuk",
          "Asia/Dubai",
          "Asia/Tehran",
          "Asia/Kathmandu",
          "Asia/Kolkata",
          "Asia/Gaza",
          "Asia/Amman",
          "Asia/Shanghai",
          "Asia/Tokyo",
          "Australia/Sydney",
          "Australia/Lord_Howe",
          "Pacific/Auckland",
          "Pacific/Apia",
          "Pacific/Chatham",
          "Pacific/Kiritimati");

  private static Calendar weekdays(String zone, String opens, String closes, LocalDate... closed) {
    List<Opening> openings = new ArrayList<>();
    for (DayOfWeek day : DayOfWeek.values()) {
      if (day.getValue() <= 5) {
        openings.add(Opening.of(day, opens, closes));
      }
    }
    return new Calendar(
        "desk", ZoneId.of(zone), List.of(new Version(EPOCH, openings)), Set.of(closed));
  }

  private static Calendar always(String zone) {
    List<Opening> openings = new ArrayList<>();
    for (DayOfWeek day : DayOfWeek.values()) {
      openings.add(Opening.of(day, "00:00", "24:00"));
    }
    return new Calendar("always", ZoneId.of(zone), List.of(new Version(EPOCH, openings)), Set.of());
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "within one opening, 2026-03-04T09:00:00Z, 2026-03-04T10:30:00Z, 5400",
    "a night counts nothing, 2026-03-04T16:00:00Z, 2026-03-05T09:00:00Z, 7200",
    "a weekend counts nothing, 2026-03-06T16:00:00Z, 2026-03-09T09:00:00Z, 7200",
    "outside of hours is zero, 2026-03-07T03:00:00Z, 2026-03-08T22:00:00Z, 0",
    "an empty interval is zero, 2026-03-04T09:00:00Z, 2026-03-04T09:00:00Z, 0",
    "the holiday counts nothing, 2026-03-10T16:00:00Z, 2026-03-12T09:00:00Z, 7200",
    "seconds count, 2026-03-04T16:59:58Z, 2026-03-05T08:00:01Z, 3"
  })
  void businessTimeInLondonInWinter(String rule, Instant start, Instant end, long seconds) {
    Calendar london = weekdays("Europe/London", "08:00", "17:00", LocalDate.of(2026, 3, 11));
    assertThat(BusinessTime.between(london, start, end)).as(rule).isEqualTo(seconds);
  }

  @Test
  void openingsFollowTheWallClockOverTheChangeOfClocks() {
    Calendar berlin = weekdays("Europe/Berlin", "09:00", "17:00");
    assertThat(BusinessTime.openingIntervals(berlin, LocalDate.of(2026, 3, 27)))
        .containsExactly(
            new Open(Instant.parse("2026-03-27T08:00:00Z"), Instant.parse("2026-03-27T16:00:00Z")));
    assertThat(BusinessTime.openingIntervals(berlin, LocalDate.of(2026, 3, 30)))
        .containsExactly(
            new Open(Instant.parse("2026-03-30T07:00:00Z"), Instant.parse("2026-03-30T15:00:00Z")));
  }

  @Test
  void roundTheClockDaysLastAsLongAsTheDay() {
    Calendar newYork = always("America/New_York");
    assertThat(BusinessTime.openSeconds(newYork, LocalDate.of(2026, 3, 8))).isEqualTo(23 * 3600);
    assertThat(BusinessTime.openSeconds(newYork, LocalDate.of(2026, 11, 1))).isEqualTo(25 * 3600);
    assertThat(BusinessTime.openingIntervals(newYork, LocalDate.of(2026, 11, 1))).hasSize(1);
    // Samoa had no 30 December 2011; Lord Howe moves its clock by half an hour.
    assertThat(BusinessTime.openSeconds(always("Pacific/Apia"), LocalDate.of(2011, 12, 30)))
        .isZero();
    assertThat(BusinessTime.openSeconds(always("Australia/Lord_Howe"), LocalDate.of(2026, 4, 5)))
        .isEqualTo(24 * 3600 + 1800);
  }

  @Test
  void aSkippedHourIsNotOpenAndARepeatedHourIsOpenTwice() {
    List<Opening> nights = new ArrayList<>();
    for (DayOfWeek day : DayOfWeek.values()) {
      nights.add(Opening.of(day, "01:30", "02:30"));
    }
    Calendar newYork =
        new Calendar(
            "night", ZoneId.of("America/New_York"), List.of(new Version(EPOCH, nights)), Set.of());
    assertThat(BusinessTime.openSeconds(newYork, LocalDate.of(2026, 3, 8))).isEqualTo(1800);
    assertThat(BusinessTime.openingIntervals(newYork, LocalDate.of(2026, 11, 1)))
        .containsExactly(
            new Open(Instant.parse("2026-11-01T05:30:00Z"), Instant.parse("2026-11-01T06:00:00Z")),
            new Open(Instant.parse("2026-11-01T06:30:00Z"), Instant.parse("2026-11-01T07:30:00Z")));
  }

  @Test
  void hoursChangeOnTheDayTheirVersionBegins() {
    List<Opening> longer = List.of(Opening.of(DayOfWeek.MONDAY, "08:00", "20:00"));
    List<Opening> shorter =
        List.of(
            Opening.of(DayOfWeek.MONDAY, "13:00", "15:00"),
            Opening.of(DayOfWeek.MONDAY, "09:00", "12:00"));
    Calendar calendar =
        new Calendar(
            "desk",
            ZoneOffset.UTC,
            List.of(
                new Version(LocalDate.of(2026, 1, 1), longer),
                new Version(LocalDate.of(2026, 6, 1), shorter)),
            Set.of());
    assertThat(BusinessTime.openSeconds(calendar, LocalDate.of(2026, 5, 25))).isEqualTo(12 * 3600);
    assertThat(BusinessTime.openSeconds(calendar, LocalDate.of(2026, 6, 1))).isEqualTo(5 * 3600);
  }

  @Test
  void beforeTheFirstVersionTimeIsUnknownNotZero() {
    Calendar desk = weekdays("UTC", "09:00", "17:00");
    assertThatThrownBy(() ->
            BusinessTime.between(
                desk, Instant.parse("1989-12-30T00:00:00Z"), Instant.parse("1990-01-05T00:00:00Z")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "calendar desk has no hours on 1989-12-30; its first version begins on 1990-01-01");
    assertThat(BusinessTime.cumulative(desk, EPOCH.minusDays(3), EPOCH.plusDays(1)))
        .extracting(Day::date)
        .containsExactly(EPOCH, EPOCH.plusDays(1));
  }

  @Test
  void badCalendarsAreRefused() {
    assertThatThrownBy(() -> Opening.of(DayOfWeek.MONDAY, "22:00", "06:00"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("on MONDAY")
        .hasMessageEndingWith("(split a night shift at midnight)");
    assertThatThrownBy(() ->
            new Version(
                EPOCH,
                List.of(
                    Opening.of(DayOfWeek.MONDAY, "09:00", "12:00"),
                    Opening.of(DayOfWeek.MONDAY, "11:00", "13:00"))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("openings overlap: ");
    assertThatThrownBy(() -> new Calendar("desk", ZoneOffset.UTC, List.of(), Set.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("calendar desk has no opening hours");
    assertThatThrownBy(() ->
            BusinessTime.between(
                always("UTC"),
                Instant.parse("2026-01-02T00:00:00Z"),
                Instant.parse("2026-01-01T00:00:00Z")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("end 2026-01-01T00:00:00Z lies before start 2026-01-02T00:00:00Z");
  }

  /** 5,000 seeded cases over 42 zones, half of them around a change of clocks. */
  @Test
  void agreesWithCountingMinutesAndAddsUp() {
    SplittableRandom random = new SplittableRandom(20260101);
    for (int i = 0; i < 5000; i++) {
      Calendar calendar = randomCalendar(random, ZONES.get(i % ZONES.size()));
      Instant start = randomStart(random, calendar.zone(), i % 2 == 0);
      Instant middle = start.plus(Duration.ofMinutes(random.nextInt(1500)));
      Instant end = middle.plus(Duration.ofMinutes(random.nextInt(1500)));

      long whole = BusinessTime.between(calendar, start, end);
      long left = BusinessTime.between(calendar, start, middle);

      String situation = calendar + " " + start + " " + middle + " " + end;
      assertThat(whole).as(situation).isEqualTo(minutesOpen(calendar, start, end) * 60);
      assertThat(left + BusinessTime.between(calendar, middle, end)).as(situation).isEqualTo(whole);
      assertThat(left).as(situation).isBetween(0L, whole);
      assertThat(whole).as(situation).isLessThanOrEqualTo(Duration.between(start, end).toSeconds());
      assertThat(byRows(calendar, start, end)).as(situation).isEqualTo(whole);
    }
  }

  /**
   * 100,000 seeded intervals of whole minutes: over every change of clocks from 2006 to 2025 in
   * each zone, and up to 60 days long within one year.
   */
  @Test
  void agreesWithCountingMinutesOverEveryChangeOfClocksOfTwentyYears() {
    SplittableRandom random = new SplittableRandom(20260202);
    Instant from = Instant.parse("2006-01-01T00:00:00Z");
    Instant to = Instant.parse("2026-01-01T00:00:00Z");
    int each = 1 + 100_000 / ZONES.size();
    int checked = 0;
    for (String zone : ZONES) {
      Calendar calendar = randomCalendar(random, zone);
      MinuteCounter counter = new MinuteCounter(calendar);
      List<Instant> edges = changes(calendar.zone(), from, to);
      Instant year = from.plus(Duration.ofDays(random.nextInt(19 * 365)));
      for (int i = 0; i < each; i++) {
        boolean isOverAnEdge = !edges.isEmpty() && i % 2 == 0;
        Instant start =
            isOverAnEdge
                ? edges
                    .get(i / 2 % edges.size())
                    .truncatedTo(ChronoUnit.MINUTES)
                    .minus(Duration.ofMinutes(random.nextInt(1, 1440)))
                : year.plus(Duration.ofMinutes(random.nextInt(365 * 1440)));
        Instant end =
            start.plus(
                Duration.ofMinutes(
                    isOverAnEdge ? random.nextInt(1440, 2880) : random.nextInt(60 * 1440 + 1)));
        Instant middle =
            start.plus(
                Duration.ofMinutes(random.nextLong(1 + Duration.between(start, end).toMinutes())));

        long whole = BusinessTime.between(calendar, start, end);
        long left = BusinessTime.between(calendar, start, middle);
        long right = BusinessTime.between(calendar, middle, end);

        boolean isRight =
            whole == 60 * counter.open(start, end)
                && left + right == whole
                && left <= whole
                && whole <= Duration.between(start, end).toSeconds();
        if (!isRight) {
          throw new AssertionError(
              "%s: %s to %s by %s is %d s (%d and %d), by counting %d min"
                  .formatted(
                      calendar, start, end, middle, whole, left, right, counter.open(start, end)));
        }
        checked++;
      }
    }
    assertThat(checked).isGreaterThanOrEqualTo(100_000);
  }

  private static List<Instant> changes(ZoneId zone, Instant from, Instant to) {
    List<Instant> changes = new ArrayList<>();
    ZoneOffsetTransition next = zone.getRules().nextTransition(from);
    while (next != null && next.getInstant().isBefore(to)) {
      changes.add(next.getInstant());
      next = zone.getRules().nextTransition(next.getInstant());
    }
    return changes;
  }

  /** Counts open minutes one by one; what was counted of a UTC day is kept. */
  private static final class MinuteCounter {
    private final Calendar calendar;
    private final Map<Long, BitSet> days = new HashMap<>();

    MinuteCounter(Calendar calendar) {
      this.calendar = calendar;
    }

    long open(Instant start, Instant end) {
      long minutes = 0;
      long first = start.getEpochSecond() / 60;
      long last = end.getEpochSecond() / 60;
      for (long day = first / 1440; day * 1440 < last; day++) {
        int low = (int) Math.max(0, first - day * 1440);
        int high = (int) Math.min(1440, last - day * 1440);
        minutes += days.computeIfAbsent(day, this::count).get(low, high).cardinality();
      }
      return minutes;
    }

    private BitSet count(long day) {
      BitSet open = new BitSet(1440);
      for (int minute = 0; minute < 1440; minute++) {
        Instant at = Instant.ofEpochSecond((day * 1440 + minute) * 60);
        open.set(minute, minutesOpen(calendar, at, at.plusSeconds(60)) > 0);
      }
      return open;
    }
  }

  /**
   * The join that Spark does: C(end) - C(start), each from the last row at or before the instant.
   */
  private static long byRows(Calendar calendar, Instant start, Instant end) {
    LocalDate first = LocalDate.ofInstant(start, calendar.zone()).minusDays(1);
    LocalDate last = LocalDate.ofInstant(end, calendar.zone()).plusDays(1);
    List<Day> days = BusinessTime.cumulative(calendar, first, last);
    return openUntil(days, end) - openUntil(days, start);
  }

  private static long openUntil(List<Day> days, Instant instant) {
    Day day = days.stream().filter(d -> !d.startsAt().isAfter(instant)).toList().getLast();
    long seconds = day.openSecondsBefore();
    for (Open open : day.openings()) {
      if (open.start().isBefore(instant)) {
        Instant end = open.end().isBefore(instant) ? open.end() : instant;
        seconds += Duration.between(open.start(), end).toSeconds();
      }
    }
    return seconds;
  }

  private static long minutesOpen(Calendar calendar, Instant start, Instant end) {
    long minutes = 0;
    for (Instant at = start; at.isBefore(end); at = at.plusSeconds(60)) {
      LocalDateTime wall = LocalDateTime.ofInstant(at, calendar.zone());
      if (!calendar.holidays().contains(wall.toLocalDate())) {
        int second = wall.toLocalTime().toSecondOfDay();
        for (Opening opening : calendar.versions().getFirst().openings()) {
          if (opening.day() == wall.getDayOfWeek()
              && opening.opensSecond() <= second
              && second < opening.closesSecond()) {
            minutes++;
          }
        }
      }
    }
    return minutes;
  }

  private static Instant randomStart(SplittableRandom random, ZoneId zone, boolean nearTransition) {
    Instant start =
        Instant.parse("2000-01-01T00:00:00Z").plus(Duration.ofMinutes(random.nextInt(15_000_000)));
    if (!nearTransition) {
      return start;
    }
    ZoneOffsetTransition next = zone.getRules().nextTransition(start);
    return next == null ? start : next.getInstant().minus(Duration.ofMinutes(random.nextInt(1500)));
  }

  private static Calendar randomCalendar(SplittableRandom random, String zone) {
    List<Opening> openings = new ArrayList<>();
    for (DayOfWeek day : DayOfWeek.values()) {
      int from = 60 * random.nextInt(-300, 700);
      while (from < 86_400) {
        int to = Math.min(86_400, from + 60 * random.nextInt(30, 900));
        if (to > Math.max(0, from)) {
          openings.add(new Opening(day, Math.max(0, from), to));
        }
        from = to + 60 * random.nextInt(600);
      }
    }
    LocalDate holiday = LocalDate.of(2000, 1, 1).plusDays(random.nextInt(10_000));
    return new Calendar(
        "random", ZoneId.of(zone), List.of(new Version(EPOCH, openings)), Set.of(holiday));
  }
}
