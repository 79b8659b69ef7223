package io.supportlake.gold.outcomes;

import io.supportlake.rules.DesignEffect;
import io.supportlake.rules.Hajek;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.apache.spark.sql.Row;

/** Numerator and denominator of a cell, with those of its groups where the interval needs them. */
final class CellTotals implements CellSums {
  private static final Key WHOLE = new Key(0, 0);

  /** Digits of a weight that are no noise of its thirds. */
  private static final int WEIGHT_DIGITS = 6;

  private final MetricSpec.Kind kind;
  private final Map<Key, Total> totals = new TreeMap<>();
  private BigDecimal ww = BigDecimal.ZERO;
  private BigDecimal wwy = BigDecimal.ZERO;
  private BigDecimal wwyy = BigDecimal.ZERO;

  CellTotals(MetricSpec spec) {
    kind = spec.kind();
  }

  private static final class Total {
    private long n;
    private long successes;
    private BigDecimal numerator = BigDecimal.ZERO;
    private BigDecimal denominator = BigDecimal.ZERO;
  }

  @Override
  public void add(int group, int day, Row item) {
    Key key = kind.needsClusters() ? new Key(group, kind.isClusteredByDay() ? day : 0) : WHOLE;
    Total total = totals.computeIfAbsent(key, _ -> new Total());
    total.n++;
    if (kind == MetricSpec.Kind.SHARE) {
      total.successes += item.getBoolean(0) ? 1 : 0;
      return;
    }
    total.numerator = total.numerator.add(item.getDecimal(0));
    total.denominator = total.denominator.add(item.getDecimal(1));
    if (kind == MetricSpec.Kind.HAJEK) {
      ww = ww.add(item.getDecimal(2));
      wwy = wwy.add(item.getDecimal(3));
      wwyy = wwyy.add(item.getDecimal(4));
    }
  }

  private BigDecimal numerator(Total total) {
    return kind == MetricSpec.Kind.SHARE ? BigDecimal.valueOf(total.successes) : total.numerator;
  }

  private BigDecimal denominator(Total total) {
    return kind == MetricSpec.Kind.SHARE ? BigDecimal.valueOf(total.n) : total.denominator;
  }

  private BigDecimal sum(Function<Total, BigDecimal> of) {
    BigDecimal sum = BigDecimal.ZERO;
    for (Total total : totals.values()) {
      sum = sum.add(of.apply(total));
    }
    return sum;
  }

  /** What was counted without any exposure has no rate. */
  @Override
  public boolean isEmpty() {
    return kind == MetricSpec.Kind.RATE_PER_EXPOSURE && n() == 0;
  }

  @Override
  public long n() {
    return switch (kind) {
      case RATE_PER_EXPOSURE -> denominator().longValue();
      // Rows of weight 1 / 3 are observations only together, whichever groups they are in.
      case WEIGHTED_SHARE ->
          denominator()
              .setScale(WEIGHT_DIGITS, RoundingMode.HALF_UP)
              .setScale(0, RoundingMode.FLOOR)
              .longValueExact();
      default -> totals.values().stream().mapToLong(t -> t.n).sum();
    };
  }

  @Override
  public BigDecimal numerator() {
    return sum(this::numerator);
  }

  @Override
  public BigDecimal denominator() {
    return sum(this::denominator);
  }

  /** In the order of groups and days. */
  List<DesignEffect.Part> parts() {
    return totals.entrySet().stream()
        .map(t ->
            new DesignEffect.Part(
                t.getKey().group(),
                t.getKey().day(),
                numerator(t.getValue()).doubleValue(),
                denominator(t.getValue()).doubleValue()))
        .toList();
  }

  /** Of a designed sample: numerators are weighted values, denominators weights. */
  Hajek.Sums ofSample() {
    return new Hajek.Sums(
        n(),
        denominator().doubleValue(),
        numerator().doubleValue(),
        ww.doubleValue(),
        wwy.doubleValue(),
        wwyy.doubleValue());
  }
}
