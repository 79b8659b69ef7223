package io.supportlake.rules;

import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Quantiles from a map of buckets to counts with a relative error of 1 % (DDSketch: Masson, Rim,
 * Lee, PVLDB 12, 2019). Counts are integers, so that sketches of days, groups and partitions add up
 * to the sketch of the whole, whatever the order.
 */
public final class QuantileSketch {
  /** Largest relative error of a quantile. */
  public static final double RELATIVE_ERROR = 0.01;

  /** Bucket of 0 and of everything too small to tell from 0. */
  public static final int ZERO = Integer.MIN_VALUE;

  private static final double GAMMA = (1 + RELATIVE_ERROR) / (1 - RELATIVE_ERROR);
  private static final double LOG_GAMMA = StrictMath.log(GAMMA);
  private static final double SMALLEST = 1e-9;

  private QuantileSketch() {}

  /**
   * The bucket of a value: ceil(log(value) / log(gamma)), gamma = 1.01 / 0.99.
   *
   * @param value at least 0 and finite, in any unit
   * @throws IllegalArgumentException when the value is negative, infinite or NaN
   */
  public static int bucket(double value) {
    Require.that(
        value >= 0 && value < Double.POSITIVE_INFINITY,
        "a sketch takes finite values from 0 up, was %s",
        value);
    return value < SMALLEST ? ZERO : (int) StrictMath.ceil(StrictMath.log(value) / LOG_GAMMA);
  }

  /** The value that stands for a bucket, within 1 % of every value in it; 0 for {@link #ZERO}. */
  public static double valueOf(int bucket) {
    return bucket == ZERO ? 0 : 2 * StrictMath.exp(bucket * LOG_GAMMA) / (GAMMA + 1);
  }

  /**
   * The q-quantile: the value at rank floor(q (n - 1)), counted from 0, within 1 %.
   *
   * @param counts how many values fell into each bucket
   * @param q in [0, 1]
   * @throws IllegalArgumentException when the sketch is empty or a count is negative
   */
  public static double quantile(SortedMap<Integer, Long> counts, double q) {
    Require.that(q >= 0 && q <= 1, "a quantile needs 0 <= q <= 1, was %s", q);
    long n = 0;
    for (long count : counts.values()) {
      Require.that(count >= 0, "counts of a sketch cannot be negative, was %s", counts);
      n += count;
    }
    Require.that(n > 0, "an empty sketch has no quantile (q = %s)", q);
    long rank = (long) StrictMath.floor(q * (n - 1));
    long before = 0;
    for (Map.Entry<Integer, Long> entry : counts.entrySet()) {
      before += entry.getValue();
      if (before > rank) {
        return valueOf(entry.getKey());
      }
    }
    throw new IllegalStateException("ranks below " + n + " must lie in a bucket: " + counts);
  }

  /** The sketch of both sets of values together. */
  public static SortedMap<Integer, Long> merge(Map<Integer, Long> left, Map<Integer, Long> right) {
    TreeMap<Integer, Long> sum = new TreeMap<>(left);
    right.forEach((bucket, count) -> sum.merge(bucket, count, Long::sum));
    return sum;
  }
}
