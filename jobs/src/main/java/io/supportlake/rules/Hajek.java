package io.supportlake.rules;

/**
 * Mean of a population from a designed sample: sum(w y) / sum(w) with w = 1 / pi (Hajek 1971;
 * Sarndal, Swensson, Wretman, Model Assisted Survey Sampling, 1992, 5.7 and 5.8).
 */
public final class Hajek {
  private Hajek() {}

  /**
   * Additive components, so that days and groups can be summed before the estimate is made.
   *
   * @param n sampled units
   * @param w sum of the weights w = 1 / pi
   * @param wy sum of w y
   * @param ww sum of w^2
   * @param wwy sum of w^2 y
   * @param wwyy sum of w^2 y^2
   */
  public record Sums(long n, double w, double wy, double ww, double wwy, double wwyy) {
    /** No unit. */
    public static final Sums EMPTY = new Sums(0, 0, 0, 0, 0, 0);

    /**
     * These sums with one more sampled unit.
     *
     * @param value the unit's value
     * @param inclusion its probability of having been sampled, in (0, 1]
     */
    public Sums with(double value, double inclusion) {
      Require.that(
          inclusion > 0 && inclusion <= 1,
          "an inclusion probability must lie in (0, 1], was %s",
          inclusion);
      double weight = 1 / inclusion;
      double square = weight * weight;
      return new Sums(
          n + 1,
          w + weight,
          wy + weight * value,
          ww + square,
          wwy + square * value,
          wwyy + square * value * value);
    }

    /** The sums of both samples together. */
    public Sums plus(Sums other) {
      return new Sums(
          n + other.n,
          w + other.w,
          wy + other.wy,
          ww + other.ww,
          wwy + other.wwy,
          wwyy + other.wwyy);
    }
  }

  /**
   * An estimated population mean.
   *
   * @param mean the weighted mean, in the unit of the values
   * @param standardError linearised, without finite population correction
   * @param interval mean plus and minus Student's t with n - 1 degrees of freedom
   * @param n sampled units
   * @param effectiveN Kish's effective size (sum w)^2 / sum w^2
   */
  public record Estimate(
      double mean, double standardError, Interval interval, long n, double effectiveN) {}

  /**
   * Estimate from the sampled units.
   *
   * @param values one per sampled unit
   * @param inclusions probability of each unit of having been sampled, in (0, 1]
   * @param confidence for example 0.95
   * @throws IllegalArgumentException for arrays of unequal length or fewer than two units
   */
  public static Estimate estimate(double[] values, double[] inclusions, double confidence) {
    Require.that(
        values.length == inclusions.length,
        "one inclusion probability per value is needed, was %s for %s values",
        inclusions.length,
        values.length);
    Sums sums = Sums.EMPTY;
    for (int i = 0; i < values.length; i++) {
      sums = sums.with(values[i], inclusions[i]);
    }
    return estimate(sums, confidence);
  }

  /**
   * Estimate from summed components. The variance is n / (n - 1) sum(w^2 (y - mean)^2) / (sum w)^2,
   * as for draws with replacement: on the safe side for large sampling shares.
   *
   * @throws IllegalArgumentException for fewer than two units, which have no variance
   */
  public static Estimate estimate(Sums sums, double confidence) {
    Require.that(sums.n() >= 2, "an interval needs two sampled units or more, was %s", sums.n());
    Require.confidence(confidence);
    double mean = sums.wy() / sums.w();
    double squares = sums.wwyy() - 2 * mean * sums.wwy() + mean * mean * sums.ww();
    double variance =
        StrictMath.max(0, squares) / (sums.w() * sums.w()) * sums.n() / (sums.n() - 1.0);
    double error = StrictMath.sqrt(variance);
    double reach = error * Distributions.studentTwoSided(confidence, sums.n() - 1.0);
    return new Estimate(
        mean,
        error,
        new Interval(mean - reach, mean + reach),
        sums.n(),
        sums.w() * sums.w() / sums.ww());
  }
}
