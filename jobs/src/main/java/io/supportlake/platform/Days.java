package io.supportlake.platform;

import java.time.DayOfWeek;
import java.time.LocalDate;
import java.time.temporal.TemporalAdjusters;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import org.apache.spark.sql.types.DataTypes;
import org.jspecify.annotations.Nullable;

/** Which days, months or landmarks of a table a run must build, from its contract and the dates. */
final class Days {
  private Days() {}

  /**
   * Those that the passing of time asks for.
   *
   * @param complete last day that the table was built for, or null
   */
  static SortedSet<LocalDate> due(
      Contract contract, @Nullable LocalDate complete, LocalDate from, LocalDate to) {
    LocalDate first =
        complete == null || complete.plusDays(1).isBefore(from) ? from : complete.plusDays(1);
    SortedSet<LocalDate> days = new TreeSet<>();
    switch (contract.kind()) {
      case DAILY -> {
        if (isMonthly(contract)) {
          months(contract, complete, first, to, days);
        } else {
          addRange(days, first, to);
        }
      }
      case SNAPSHOT -> landmarks(contract, complete, first, to, days);
      case JOURNAL -> {
        LocalDate start = first;
        if (contract.optionalProperty("journalDays") instanceof Number limit) {
          LocalDate earliest = to.minusDays(limit.longValue() - 1);
          start = earliest.isAfter(start) ? earliest : start;
        }
        addRange(days, start, to);
        if (contract.optionalProperty("weekday") instanceof String weekday) {
          DayOfWeek only = DayOfWeek.valueOf(weekday.toUpperCase(Locale.ROOT));
          days.removeIf(d -> d.getDayOfWeek() != only);
        }
      }
      default -> addRange(days, from, to);
    }
    return days;
  }

  /** Whether the table is built by months. */
  static boolean isMonthly(Contract contract) {
    return "month".equals(contract.optionalProperty("every"));
  }

  /** What {@code every} of a snapshot's landmark says. */
  static String every(Contract contract) {
    return String.valueOf(((Map<?, ?>) contract.property("landmark")).get("every"));
  }

  /** The column of a snapshot's landmark, or of a daily table's or journal's day. */
  static String column(Contract contract) {
    return switch (contract.kind()) {
      case SNAPSHOT -> String.valueOf(((Map<?, ?>) contract.property("landmark")).get("column"));
      default -> String.valueOf(contract.property("day"));
    };
  }

  /** The column of an event table that says on which day the event was. */
  static String ofEvent(Contract contract) {
    return contract.columns().stream()
        .filter(c -> c.type().equals(DataTypes.DateType) && !c.name().equals("arrival_date"))
        .map(Contract.Column::name)
        .findFirst()
        .orElseThrow(() ->
            new UsageException(
                "%s: an event table that others read by unit needs a column with the event's day. Add one to the contract."
                    .formatted(contract.name())));
  }

  private static void landmarks(
      Contract contract,
      @Nullable LocalDate complete,
      LocalDate first,
      LocalDate to,
      SortedSet<LocalDate> days) {
    switch (every(contract)) {
      case "month_end_and_last" -> {
        for (LocalDate end = monthEnd(first); !end.isAfter(to); end = monthEnd(end.plusDays(1))) {
          days.add(end);
        }
        days.add(to);
      }
      case "month_start" -> months(contract, complete, first, to, days);
      default -> {
        int lag = maturedAfter(contract);
        for (LocalDate end = monthEnd(first.minusDays(lag));
            !end.plusDays(lag).isAfter(to);
            end = monthEnd(end.plusDays(1))) {
          days.add(end);
        }
      }
    }
  }

  private static int maturedAfter(Contract contract) {
    List<String> parts = List.of(every(contract).split("month_end_matured_"));
    if (parts.size() != 2) {
      throw new UsageException(
          "%s: landmarks every '%s' are not known (known: month_end_and_last, month_start, month_end_matured_<days>). Correct the contract."
              .formatted(contract.name(), every(contract)));
    }
    return Integer.parseInt(parts.get(1));
  }

  private static void months(
      Contract contract,
      @Nullable LocalDate complete,
      LocalDate first,
      LocalDate to,
      SortedSet<LocalDate> days) {
    LocalDate month = first.withDayOfMonth(1);
    if (complete != null && contract.optionalProperty("rebuildMonths") instanceof Number back) {
      LocalDate earliest = to.withDayOfMonth(1).minusMonths(back.longValue());
      month = earliest.isBefore(month) ? earliest : month;
    }
    for (; !month.isAfter(to); month = month.plusMonths(1)) {
      days.add(month);
    }
  }

  private static void addRange(SortedSet<LocalDate> days, LocalDate first, LocalDate to) {
    for (LocalDate day = first; !day.isAfter(to); day = day.plusDays(1)) {
      days.add(day);
    }
  }

  private static LocalDate monthEnd(LocalDate date) {
    return date.with(TemporalAdjusters.lastDayOfMonth());
  }
}
