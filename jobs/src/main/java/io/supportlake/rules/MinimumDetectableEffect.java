package io.supportlake.rules;

/**
 * Smallest true effect that an experiment finds with the wanted power: (z(1 - alpha / 2) +
 * z(power)) times the standard error (H. S. Bloom, Evaluation Review 19, 1995).
 */
public final class MinimumDetectableEffect {
  private MinimumDetectableEffect() {}

  /**
   * Smallest absolute difference of two shares, two-sided, with the variance at the baseline.
   *
   * @param baseline share expected without treatment, in (0, 1)
   * @param treated units of the treated arm
   * @param control units of the control arm
   * @param confidence 1 - alpha, for example 0.95
   * @param power for example 0.8
   * @return an absolute difference above 0; it may exceed what the baseline leaves room for
   * @throws IllegalArgumentException when an argument is out of range
   */
  public static double ofShares(
      double baseline, long treated, long control, double confidence, double power) {
    Require.that(
        baseline > 0 && baseline < 1, "the baseline share must lie in (0, 1), was %s", baseline);
    Require.that(
        treated > 0 && control > 0, "both arms need units, was %s and %s", treated, control);
    Require.that(power > 0 && power < 1, "power must lie in (0, 1), was %s", power);
    double multiplier =
        Distributions.normalTwoSided(confidence) + Distributions.normalQuantile(power);
    double error = StrictMath.sqrt(baseline * (1 - baseline) * (1.0 / treated + 1.0 / control));
    return multiplier * error;
  }
}
