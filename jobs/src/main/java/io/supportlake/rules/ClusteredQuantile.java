package io.supportlake.rules;

import java.util.Arrays;
import java.util.Comparator;
import java.util.OptionalDouble;
import java.util.SplittableRandom;

/**
 * Quantile of durations some of which are censored (Kaplan and Meier, JASA 53, 1958), with a
 * percentile bootstrap interval that draws whole clusters, such as customers (Davison and Hinkley,
 * Bootstrap Methods, 1997, 3.8). Without censoring it is the smallest value whose share of values
 * at or below it reaches p.
 */
public final class ClusteredQuantile {
  /** Bootstrap replicates. */
  public static final int REPLICATES = 400;

  private ClusteredQuantile() {}

  /**
   * Durations of one cluster that are alike.
   *
   * @param cluster number of the cluster, from 0
   * @param value the duration
   * @param happened true when it ended so; false when it was still running then (censored)
   * @param count how many, at least 1
   */
  public record Entry(int cluster, double value, boolean happened, long count) {
    /**
     * @throws IllegalArgumentException when cluster or count is out of range
     */
    public Entry {
      Require.that(cluster >= 0, "a cluster is numbered from 0, was %s", cluster);
      Require.that(count >= 1, "an entry counts at least one, was %s", count);
    }
  }

  /**
   * A quantile with its interval.
   *
   * @param value empty when censoring hides it
   * @param low lower limit; positive infinity when censoring hides it
   * @param high upper limit; likewise
   */
  public record Estimate(OptionalDouble value, double low, double high) {}

  /**
   * The p-quantile.
   *
   * @param entries at least one, in any order
   * @param p in (0, 1)
   * @param confidence for example 0.95
   * @param seed the same seed and entries give the same interval
   */
  public static Estimate estimate(Entry[] entries, double p, double confidence, long seed) {
    Require.that(entries.length > 0, "a quantile needs at least one entry (p = %s)", p);
    Require.that(p > 0 && p < 1, "a quantile needs 0 < p < 1, was %s", p);
    Require.confidence(confidence);
    // Events come before censored ones of the same duration: those were still at risk.
    Entry[] sorted = entries.clone();
    Arrays.sort(
        sorted,
        Comparator.comparingDouble(Entry::value)
            .thenComparing(e -> !e.happened())
            .thenComparingInt(Entry::cluster)
            .thenComparingLong(Entry::count));
    int[] clusters = Arrays.stream(sorted).mapToInt(Entry::cluster).distinct().sorted().toArray();
    int[] place =
        Arrays.stream(sorted).mapToInt(e -> Arrays.binarySearch(clusters, e.cluster())).toArray();
    int[] drawn = new int[clusters.length];
    Arrays.fill(drawn, 1);
    double value = quantile(sorted, place, drawn, p);
    double[] replicates = new double[REPLICATES];
    SplittableRandom random = new SplittableRandom(seed);
    for (int r = 0; r < REPLICATES; r++) {
      Arrays.fill(drawn, 0);
      for (int i = 0; i < clusters.length; i++) {
        drawn[random.nextInt(clusters.length)]++;
      }
      replicates[r] = quantile(sorted, place, drawn, p);
    }
    Arrays.sort(replicates);
    int cut = StrictMath.max(1, (int) StrictMath.round((REPLICATES + 1) * (1 - confidence) / 2));
    return new Estimate(
        value == Double.POSITIVE_INFINITY ? OptionalDouble.empty() : OptionalDouble.of(value),
        StrictMath.min(replicates[cut - 1], value),
        StrictMath.max(replicates[REPLICATES - cut], value));
  }

  private static double quantile(Entry[] sorted, int[] place, int[] drawn, double p) {
    long atRisk = 0;
    for (int i = 0; i < sorted.length; i++) {
      atRisk += sorted[i].count() * drawn[place[i]];
    }
    double survival = 1;
    int i = 0;
    while (i < sorted.length) {
      double value = sorted[i].value();
      long events = 0;
      long leaving = 0;
      for (; i < sorted.length && sorted[i].value() == value; i++) {
        long count = sorted[i].count() * drawn[place[i]];
        leaving += count;
        events += sorted[i].happened() ? count : 0;
      }
      if (events > 0) {
        survival *= (double) (atRisk - events) / atRisk;
        // Rounding of the product must not push an exact half past the bound.
        if (survival <= 1 - p + 1e-12) {
          return value;
        }
      }
      atRisk -= leaving;
    }
    return Double.POSITIVE_INFINITY;
  }
}
