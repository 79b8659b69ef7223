package io.supportlake.rules;

import java.util.Arrays;
import java.util.Comparator;
import java.util.SplittableRandom;

/**
 * Percentile bootstrap of a ratio whose observations come in clusters, such as the contacts of a
 * customer (Efron and Tibshirani, An Introduction to the Bootstrap, 1993, 13.3; whole clusters are
 * drawn: Davison and Hinkley 1997, 3.8). The order of the clusters does not matter.
 */
public final class ClusterBootstrap {
  /** Replicates of {@link #ratio}. */
  public static final int REPLICATES = 1000;

  private ClusterBootstrap() {}

  /**
   * Interval of {@code sum(numerators) / sum(denominators)} with {@link #REPLICATES} replicates.
   *
   * @param numerators one sum per cluster
   * @param denominators one sum per cluster, none negative, not all 0
   * @param confidence for example 0.95
   * @param seed the same seed gives the same interval
   * @throws IllegalArgumentException when the arrays do not fit or every denominator is 0
   */
  public static Interval ratio(
      long[] numerators, long[] denominators, double confidence, long seed) {
    return ratio(
        Arrays.stream(numerators).asDoubleStream().toArray(),
        Arrays.stream(denominators).asDoubleStream().toArray(),
        confidence,
        seed);
  }

  /** As {@link #ratio(long[], long[], double, long)}, for measured instead of counted values. */
  public static Interval ratio(
      double[] numerators, double[] denominators, double confidence, long seed) {
    Require.that(
        numerators.length == denominators.length,
        "one denominator per numerator is needed, was %s for %s",
        denominators.length,
        numerators.length);
    Require.that(
        Arrays.stream(denominators).allMatch(d -> d >= 0)
            && Arrays.stream(denominators).anyMatch(d -> d > 0),
        "denominators must not be negative nor all be 0 (%s clusters)",
        denominators.length);
    Require.confidence(confidence);
    int[] order = sorted(numerators, denominators);
    double[] ratios = new double[REPLICATES];
    SplittableRandom random = new SplittableRandom(seed);
    int filled = 0;
    while (filled < REPLICATES) {
      double numerator = 0;
      double denominator = 0;
      for (int i = 0; i < order.length; i++) {
        int drawn = order[random.nextInt(order.length)];
        numerator += numerators[drawn];
        denominator += denominators[drawn];
      }
      // A replicate of empty clusters only has no ratio; it is drawn again.
      if (denominator > 0) {
        ratios[filled++] = numerator / denominator;
      }
    }
    Arrays.sort(ratios);
    int cut = (int) StrictMath.round((REPLICATES + 1) * (1 - confidence) / 2);
    int low = StrictMath.max(cut, 1);
    return new Interval(ratios[low - 1], ratios[REPLICATES - low]);
  }

  /** Clusters with equal values are alike, so sorting by value takes the caller's order away. */
  private static int[] sorted(double[] numerators, double[] denominators) {
    Integer[] order = new Integer[numerators.length];
    Arrays.setAll(order, i -> i);
    Arrays.sort(
        order,
        Comparator.comparingDouble((Integer i) -> denominators[i])
            .thenComparingDouble(i -> numerators[i]));
    return Arrays.stream(order).mapToInt(Integer::intValue).toArray();
  }
}
