package io.supportlake.gold.outcomes;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;

import io.supportlake.Inputs;
import io.supportlake.Period;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * Months of metrics whose numbers in gold.metric stand: they were mature by the last run, no row of
 * the month has changed since, and definition and stored cuts are the same. A number whose
 * expression has the as-of instant in it never stands.
 *
 * @param metrics by first day of the month
 */
record SettledNumbers(SortedMap<LocalDate, SortedSet<String>> metrics) {
  private static final String TABLE = "gold.metric";

  /** Metrics times cuts times definitions; a bound for reading them. */
  private static final int MOST_DEFINITIONS = 100_000;

  /** By which definitions and for which cuts a metric's numbers were built. */
  private record Built(Set<String> definitions, Set<String> cuts) {}

  /** Those of the months to build. */
  static SettledNumbers of(
      Inputs in, Period period, List<MetricSpec> specs, List<Cut> cuts, List<LocalDate> months) {
    SortedMap<LocalDate, SortedSet<String>> metrics = new TreeMap<>();
    if (specs.stream().allMatch(s -> changedMonths(in, s).isEmpty())) {
      return new SettledNumbers(metrics);
    }
    Map<String, Built> built = built(in);
    for (MetricSpec spec : specs) {
      Optional<Set<LocalDate>> changed = changedMonths(in, spec);
      if (changed.isEmpty() || spec.isMovedByTime() || !isAsBuilt(spec, cuts, built)) {
        continue;
      }
      for (LocalDate month : months) {
        LocalDate matureOn = spec.matureOn(new MetricPeriod(MetricPeriod.Grain.MONTH, month));
        if (matureOn.isBefore(period.from()) && !changed.get().contains(month)) {
          metrics.computeIfAbsent(month, _ -> new TreeSet<>()).add(spec.metric());
        }
      }
    }
    return new SettledNumbers(metrics);
  }

  private static Optional<Set<LocalDate>> changedMonths(Inputs in, MetricSpec spec) {
    return in.changedDays(spec.table(), spec.dateColumn())
        .map(days -> days.stream().map(d -> d.withDayOfMonth(1)).collect(Collectors.toSet()));
  }

  private static Map<String, Built> built(Inputs in) {
    Map<String, Built> built = new HashMap<>();
    for (Row row :
        in.table(TABLE)
            .select("metric", "definition_hash", "dimension")
            .distinct()
            .limit(MOST_DEFINITIONS)
            .collectAsList()) {
      Built of =
          built.computeIfAbsent(row.getString(0), _ -> new Built(new TreeSet<>(), new TreeSet<>()));
      of.definitions().add(row.getString(1));
      of.cuts().add(row.getString(2));
    }
    return built;
  }

  private static boolean isAsBuilt(MetricSpec spec, List<Cut> cuts, Map<String, Built> built) {
    Set<String> wanted =
        cuts.stream().filter(c -> c.suits(spec)).map(Cut::name).collect(Collectors.toSet());
    return new Built(Set.of(spec.definitionHash()), wanted).equals(built.get(spec.metric()));
  }

  /** Whether the numbers of a metric's month stand. */
  boolean contains(MetricSpec spec, LocalDate month) {
    SortedSet<String> ofMonth = metrics.get(month);
    return ofMonth != null && ofMonth.contains(spec.metric());
  }

  /** The numbers as they stand. */
  Dataset<Row> rows(Inputs in) {
    return in.table(TABLE).where(holds()).selectExpr(MetricCells.SCHEMA.fieldNames());
  }

  /** Holds for rows with a metric and a period_start that are settled. */
  private Column holds() {
    return metrics.entrySet().stream()
        .map(e ->
            col("period_start")
                .equalTo(lit(e.getKey()))
                .and(col("metric").isInCollection(e.getValue())))
        .reduce(Column::or)
        .orElse(lit(false));
  }
}
