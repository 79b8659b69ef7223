package io.supportlake.rules;

/**
 * Exact interval of a count per exposure (F. Garwood, Biometrika 28, 1936): the limits are gamma
 * quantiles, chi2(2 x) / 2 and chi2(2 x + 2) / 2.
 */
public final class ExactPoisson {
  private ExactPoisson() {}

  /**
   * Interval of the rate {@code count / exposure}.
   *
   * @param count events seen, at least 0
   * @param exposure for example customer-days, above 0; the limits are per unit of it
   * @param confidence for example 0.95
   * @throws IllegalArgumentException when count or exposure is out of range
   */
  public static Interval interval(long count, double exposure, double confidence) {
    Require.that(count >= 0, "a count cannot be negative, was %s", count);
    Require.that(
        exposure > 0 && exposure < Double.POSITIVE_INFINITY,
        "exposure must be positive and finite, was %s",
        exposure);
    Require.confidence(confidence);
    double tail = (1 - confidence) / 2;
    // P(X >= count; mean) = P(count, mean) rises in the mean; P(X <= count) = Q(count + 1, mean).
    double low =
        count == 0
            ? 0
            : Distributions.root(
                mean -> Distributions.gammaP((double) count, mean) - tail, 0, (double) count);
    double ceiling = count + 20 + 40 * StrictMath.sqrt(count + 1.0) + 3 * -StrictMath.log(tail);
    double high =
        Distributions.root(
            mean -> tail - Distributions.gammaQ(count + 1.0, mean), (double) count, ceiling);
    return new Interval(low, high).dividedBy(exposure);
  }
}
