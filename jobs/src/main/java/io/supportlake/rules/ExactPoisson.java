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
    return clustered(count, exposure, 1, confidence);
  }

  /**
   * As above for events that come together: count and exposure are divided by the design effect, so
   * that the limits keep the skew of a count and the width of its dispersion (quasi-likelihood:
   * McCullagh and Nelder, Generalized Linear Models, 1989, 6.2.3).
   *
   * @param designEffect at least 1
   */
  public static Interval clustered(
      long events, double exposed, double designEffect, double confidence) {
    Require.that(designEffect >= 1, "a design effect must be at least 1, was %s", designEffect);
    Require.that(events >= 0, "a count cannot be negative, was %s", events);
    double count = events / designEffect;
    double exposure = exposed / designEffect;
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
            : Distributions.root(mean -> Distributions.gammaP(count, mean) - tail, 0, count);
    double ceiling = count + 20 + 40 * StrictMath.sqrt(count + 1.0) + 3 * -StrictMath.log(tail);
    double high =
        Distributions.root(mean -> tail - Distributions.gammaQ(count + 1.0, mean), count, ceiling);
    return new Interval(low, high).dividedBy(exposure);
  }
}
