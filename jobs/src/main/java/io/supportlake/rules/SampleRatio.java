package io.supportlake.rules;

/**
 * Sample-ratio mismatch of an experiment: Pearson's chi-square with one degree of freedom (Fabijan
 * et al., KDD 2019). Below 0.001 the assignment is broken and there is no result.
 */
public final class SampleRatio {
  private SampleRatio() {}

  /**
   * Probability of a split at least as uneven as {@code a : b} when each unit goes to arm A with
   * probability {@code shareA}.
   *
   * @param a units assigned to arm A
   * @param b units assigned to arm B
   * @param shareA planned share of arm A, in (0, 1)
   * @return a p-value in [0, 1]; 1 when nobody was assigned
   * @throws IllegalArgumentException for negative counts or a share out of range
   */
  public static double chiSquareP(long a, long b, double shareA) {
    Require.that(a >= 0 && b >= 0, "arms cannot be negative, was %s and %s", a, b);
    Require.that(shareA > 0 && shareA < 1, "the planned share must lie in (0, 1), was %s", shareA);
    if (a + b == 0) {
      return 1;
    }
    double n = (double) a + b;
    double off = a - n * shareA;
    return Distributions.gammaQ(0.5, off * off / (n * shareA * (1 - shareA)) / 2);
  }
}
