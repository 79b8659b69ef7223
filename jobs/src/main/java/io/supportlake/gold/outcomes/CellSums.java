package io.supportlake.gold.outcomes;

import java.math.BigDecimal;
import org.apache.spark.sql.Row;
import org.jspecify.annotations.Nullable;

/**
 * What the rows of one cell say of one metric, added up: each row once, in any order. Sums are
 * exact, so that the order cannot be seen in them.
 */
sealed interface CellSums permits CellTotals, CellQuantile, CellSurvival {
  /** Of a metric's cell in a period; windows of the period may be open where it is estimated. */
  static CellSums of(MetricSpec spec, boolean isEstimated) {
    if (isEstimated) {
      return new CellSurvival();
    }
    return spec.kind() == MetricSpec.Kind.PERCENTILE ? new CellQuantile() : new CellTotals(spec);
  }

  /**
   * Adds what the metric takes of a row.
   *
   * @param group random group of the row's cluster
   * @param day number of the row's day within the period
   * @param item what {@link MetricCube} makes of the row; not null
   */
  void add(int group, int day, Row item);

  /** Whether no row counts: then there is no such cell. */
  default boolean isEmpty() {
    return false;
  }

  /** Observations. */
  long n();

  /** What the observations add up to; null where the metric has no such sum. */
  @Nullable BigDecimal numerator();

  /** What the numerator is divided by; null where the metric has no such sum. */
  @Nullable BigDecimal denominator();

  /** Which sums belong together: those of a group of clusters and a day. */
  record Key(int group, int day) implements Comparable<Key> {
    @Override
    public int compareTo(Key other) {
      return group == other.group
          ? Integer.compare(day, other.day)
          : Integer.compare(group, other.group);
    }
  }
}
