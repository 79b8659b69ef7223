package io.supportlake.rules;

/**
 * Difference of two independent shares with the hybrid score interval (R. G. Newcombe, Statistics
 * in Medicine 17, 1998, 873-890, method 10).
 */
public final class TwoProportion {
  private TwoProportion() {}

  /**
   * A difference of shares.
   *
   * @param estimate share 1 minus share 2, in [-1, 1]
   * @param interval its interval
   */
  public record Difference(double estimate, Interval interval) {}

  /**
   * {@code successes1 / n1 - successes2 / n2}.
   *
   * @param confidence for example 0.95
   * @throws IllegalArgumentException when a group is empty or counts do not fit
   */
  public static Difference difference(
      long successes1, long n1, long successes2, long n2, double confidence) {
    Require.that(n1 > 0 && n2 > 0, "both groups need cases, was n1 = %s, n2 = %s", n1, n2);
    Interval first = Wilson.interval(successes1, n1, confidence);
    Interval second = Wilson.interval(successes2, n2, confidence);
    double p1 = (double) successes1 / n1;
    double p2 = (double) successes2 / n2;
    double below = StrictMath.hypot(p1 - first.low(), second.high() - p2);
    double above = StrictMath.hypot(first.high() - p1, p2 - second.low());
    double estimate = p1 - p2;
    return new Difference(estimate, new Interval(estimate - below, estimate + above));
  }
}
