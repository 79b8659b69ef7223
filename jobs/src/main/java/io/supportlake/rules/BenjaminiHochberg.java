package io.supportlake.rules;

import java.util.Arrays;

/**
 * False discovery rate over everything tested at once: the step-up procedure of Benjamini and
 * Hochberg, JRSS B 57, 1995.
 */
public final class BenjaminiHochberg {
  private BenjaminiHochberg() {}

  /**
   * Which hypotheses are rejected at false discovery rate {@code q}.
   *
   * @param p one p-value per hypothesis, each in [0, 1]
   * @param q for example 0.05
   * @return one flag per hypothesis, in the order given; equal p-values share their flag
   * @throws IllegalArgumentException when a p-value or q is out of range
   */
  public static boolean[] rejected(double[] p, double q) {
    Require.that(q > 0 && q < 1, "q must lie in (0, 1), was %s", q);
    double[] sorted = p.clone();
    Arrays.sort(sorted);
    double threshold = -1;
    for (int i = 0; i < sorted.length; i++) {
      Require.that(
          sorted[i] >= 0 && sorted[i] <= 1, "a p-value must lie in [0, 1], was %s", sorted[i]);
      if (sorted[i] <= (i + 1.0) / sorted.length * q) {
        threshold = sorted[i];
      }
    }
    boolean[] rejected = new boolean[p.length];
    for (int i = 0; i < p.length; i++) {
      rejected[i] = p[i] <= threshold;
    }
    return rejected;
  }
}
