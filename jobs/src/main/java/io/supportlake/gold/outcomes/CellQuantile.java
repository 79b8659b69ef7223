package io.supportlake.gold.outcomes;

import io.supportlake.rules.ClusteredQuantile;
import io.supportlake.rules.QuantileSketch;
import java.math.BigDecimal;
import java.util.HashMap;
import java.util.Map;
import org.apache.spark.sql.Row;
import org.jspecify.annotations.Nullable;

/** Buckets of a cell's values, by group of clusters and whether they are censored. */
final class CellQuantile implements CellSums {
  private final Map<Value, Long> counts = new HashMap<>();
  private long n;

  private record Value(int group, int bucket, boolean happened) {}

  @Override
  public void add(int group, int day, Row item) {
    counts.merge(new Value(group, item.getInt(1), item.getBoolean(0)), 1L, Long::sum);
    n++;
  }

  @Override
  public long n() {
    return n;
  }

  @Override
  public @Nullable BigDecimal numerator() {
    return null;
  }

  @Override
  public @Nullable BigDecimal denominator() {
    return null;
  }

  /** The values that stand for the buckets. */
  ClusteredQuantile.Entry[] entries() {
    return counts.entrySet().stream()
        .map(e ->
            new ClusteredQuantile.Entry(
                e.getKey().group(),
                QuantileSketch.valueOf(e.getKey().bucket()),
                e.getKey().happened(),
                e.getValue()))
        .toArray(ClusteredQuantile.Entry[]::new);
  }

  /** Whether the values are of one group only, so that nothing tells how groups differ. */
  boolean isOfOneGroup() {
    return counts.keySet().stream().mapToInt(Value::group).distinct().count() < 2;
  }
}
