package io.supportlake.rules;

/**
 * Score interval of a share of whole cases, without continuity correction (E. B. Wilson, JASA 22,
 * 1927; Newcombe, Statistics in Medicine 17, 1998, method 3).
 */
public final class Wilson {
  private Wilson() {}

  /**
   * Interval of {@code successes / n}.
   *
   * @param successes number of cases that have the property, 0 to {@code n}
   * @param n number of cases; 0 gives [0, 1], since nothing is known
   * @param confidence for example 0.95
   * @return limits within [0, 1]
   * @throws IllegalArgumentException when the counts do not fit each other
   */
  public static Interval interval(long successes, long n, double confidence) {
    Require.that(
        n >= 0 && successes >= 0 && successes <= n,
        "successes must lie in 0..n, was %s of %s",
        successes,
        n);
    double z = Distributions.normalTwoSided(confidence);
    return n == 0 ? new Interval(0, 1) : intervalOf(successes, n, z * z);
  }

  /**
   * As above for cases that depend on each other: the interval of the effective number of cases, n
   * over the design effect (Korn and Graubard, Survey Methodology 24, 1998; Franco, Little, Louis
   * and Slud, Journal of Survey Statistics and Methodology 7, 2019).
   *
   * @param designEffect at least 1
   */
  public static Interval clustered(long successes, long n, double designEffect, double confidence) {
    Require.that(designEffect >= 1, "a design effect must be at least 1, was %s", designEffect);
    Interval independent = interval(successes, n, confidence);
    double z = Distributions.normalTwoSided(confidence);
    return n == 0 ? independent : intervalOf(successes / designEffect, n / designEffect, z * z);
  }

  /** As above with the squared normal quantile; the counts need not be whole. */
  static Interval intervalOf(double successes, double n, double z2) {
    double center = 2.0 * successes + z2;
    double spread = StrictMath.sqrt(z2 * (z2 + 4.0 * successes * ((n - successes) / n)));
    double scale = 2 * (n + z2);
    // At 0 and n the limit is exactly 0 and 1; rounding would leave 1e-17.
    double low = successes == 0 ? 0 : (center - spread) / scale;
    double high = successes == n ? 1 : (center + spread) / scale;
    return new Interval(low, high);
  }
}
