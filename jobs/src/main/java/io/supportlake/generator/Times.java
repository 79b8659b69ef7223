package io.supportlake.generator;

import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;

/** Instants as epoch seconds and days as epoch days, in UTC; desks open on weekdays, 8 to 18. */
final class Times {
  static final long DAY = 86_400;
  static final long HOUR = 3_600;
  private static final int OPEN = 8 * 3_600;
  private static final int SHUT = 18 * 3_600;

  private Times() {}

  static long dayOf(long second) {
    return Math.floorDiv(second, DAY);
  }

  static String date(long day) {
    return LocalDate.ofEpochDay(day).toString();
  }

  static String instant(long second) {
    StringBuilder out = new StringBuilder(20);
    instant(out, second);
    return out.toString();
  }

  static void instant(StringBuilder out, long second) {
    LocalDate date = LocalDate.ofEpochDay(dayOf(second));
    int time = (int) Math.floorMod(second, DAY);
    out.append(date.getYear());
    two(out.append('-'), date.getMonthValue());
    two(out.append('-'), date.getDayOfMonth());
    two(out.append('T'), time / 3600);
    two(out.append(':'), time / 60 % 60);
    two(out.append(':'), time % 60);
    out.append('Z');
  }

  private static void two(StringBuilder out, int value) {
    out.append((char) ('0' + value / 10)).append((char) ('0' + value % 10));
  }

  static String month(long second) {
    return YearMonth.from(LocalDate.ofEpochDay(dayOf(second))).toString();
  }

  /** The instant at which a zone's clocks show this second of this local day. */
  static long local(long day, int secondOfDay, ZoneId zone) {
    LocalDateTime wall = LocalDateTime.ofEpochSecond(day * DAY + secondOfDay, 0, ZoneOffset.UTC);
    return wall.atZone(zone).toEpochSecond();
  }

  static boolean isOpen(long second, ZoneId desk) {
    long wall = wall(second, desk);
    int time = (int) Math.floorMod(wall, DAY);
    return weekday(dayOf(wall)) < 5 && time >= OPEN && time < SHUT;
  }

  /** The instant reached after {@code seconds} of open desk time from {@code start}. */
  static long afterWork(long start, double seconds, ZoneId desk) {
    long at = start;
    long left = Math.max(1, Math.round(seconds));
    while (true) {
      long wall = wall(at, desk);
      long day = dayOf(wall);
      int time = (int) Math.floorMod(wall, DAY);
      if (weekday(day) >= 5 || time >= SHUT) {
        at = local(day + 1, OPEN, desk);
        continue;
      }
      if (time < OPEN) {
        at = local(day, OPEN, desk);
        continue;
      }
      long room = SHUT - time;
      if (left < room) {
        return at + left;
      }
      left -= room;
      at = local(day + 1, OPEN, desk);
    }
  }

  /** 0 = Monday. */
  static int weekday(long day) {
    return (int) Math.floorMod(day + 3, 7L);
  }

  private static long wall(long second, ZoneId zone) {
    return second + zone.getRules().getOffset(Instant.ofEpochSecond(second)).getTotalSeconds();
  }
}
