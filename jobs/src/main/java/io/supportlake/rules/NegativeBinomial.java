package io.supportlake.rules;

/**
 * Counts with over-dispersion: variance = mean + dispersion mean^2 (NB2; Hilbe, Negative Binomial
 * Regression, 2011). The tail is an incomplete beta function; dispersion 0 is the Poisson count.
 */
public final class NegativeBinomial {
  // Below this the two tails agree to 1e-6 and the beta function starts to lose digits.
  private static final double POISSON = 1e-9;

  private NegativeBinomial() {}

  /**
   * P(X >= count).
   *
   * @param count the count that was seen; at or below 0 the tail is 1
   * @param mean expected count, at least 0
   * @param dispersion alpha, at least 0
   * @throws IllegalArgumentException when mean or dispersion is negative or not finite
   */
  public static double upperTail(long count, double mean, double dispersion) {
    Require.that(
        mean >= 0 && mean < Double.POSITIVE_INFINITY,
        "an expected count must be finite and not negative, was %s",
        mean);
    Require.that(
        dispersion >= 0 && dispersion < Double.POSITIVE_INFINITY,
        "dispersion must be finite and not negative, was %s",
        dispersion);
    if (count <= 0) {
      return 1;
    }
    if (mean == 0) {
      return 0;
    }
    if (dispersion < POISSON) {
      return Distributions.gammaP((double) count, mean);
    }
    double size = 1 / dispersion;
    return Distributions.beta(mean / (size + mean), (double) count, size);
  }
}
