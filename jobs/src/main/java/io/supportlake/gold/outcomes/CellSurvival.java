package io.supportlake.gold.outcomes;

import io.supportlake.rules.DesignEffect;
import io.supportlake.rules.KaplanMeier;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.Row;

/**
 * Units of a cell some of whose windows may be open, by the hour of their event or of the end of
 * their observation; {@link #n}, successes and parts are of those whose window has closed. An
 * hour's events come before what is censored in it.
 */
final class CellSurvival implements CellSums {
  private final Map<Double, KaplanMeier.Counts> counts = new TreeMap<>();
  private final Map<Key, Closed> closed = new TreeMap<>();

  /** Units whose window has closed, and how many of them the numerator counts. */
  private record Closed(long n, long successes) {
    Closed plus(Closed other) {
      return new Closed(n + other.n, successes + other.successes);
    }
  }

  @Override
  public void add(int group, int day, Row item) {
    boolean isClosed = item.getBoolean(0);
    boolean isCounted = isClosed && !item.isNullAt(1) && item.getBoolean(1);
    boolean happened = item.getBoolean(2);
    counts.merge(
        (double) item.getInt(3),
        new KaplanMeier.Counts(happened ? 1 : 0, happened ? 0 : 1),
        KaplanMeier.Counts::plus);
    if (isClosed) {
      closed.merge(new Key(group, day), new Closed(1, isCounted ? 1 : 0), Closed::plus);
    }
  }

  @Override
  public long n() {
    return closed.values().stream().mapToLong(Closed::n).sum();
  }

  @Override
  public BigDecimal numerator() {
    return BigDecimal.valueOf(closed.values().stream().mapToLong(Closed::successes).sum());
  }

  @Override
  public BigDecimal denominator() {
    return BigDecimal.valueOf(n());
  }

  /** Of the closed windows, in the order of groups and days. */
  List<DesignEffect.Part> parts() {
    return closed.entrySet().stream()
        .map(c ->
            new DesignEffect.Part(
                c.getKey().group(), c.getKey().day(), c.getValue().successes(), c.getValue().n()))
        .toList();
  }

  /** By hours. */
  KaplanMeier curve() {
    return KaplanMeier.ofCounts(counts);
  }
}
