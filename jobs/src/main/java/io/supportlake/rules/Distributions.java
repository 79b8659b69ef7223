package io.supportlake.rules;

import java.util.function.DoubleUnaryOperator;

/**
 * Distribution functions that the intervals and tests of this package need. StrictMath throughout,
 * so that published figures have the same bits on every platform.
 */
final class Distributions {
  private static final double TINY = 1e-300;
  private static final double EPSILON = 1e-16;
  private static final int MAX_STEPS = 100_000;

  // Lanczos coefficients, g = 7, n = 9 (Godfrey 2001).
  private static final double[] LANCZOS = {
    0.9999999999998099,
    676.5203681218851,
    -1259.1392167224028,
    771.3234287776531,
    -176.6150291621406,
    12.507343278686905,
    -0.13857109526572012,
    9.984369578019572e-6,
    1.5056327351493116e-7
  };

  // Nearly every interval is a 95 % one, and the bisection costs more than the interval.
  private static final double Z95 = normalQuantile(0.975);

  private Distributions() {}

  /** Natural logarithm of the gamma function for {@code x > 0}. */
  static double logGamma(double x) {
    if (x < 0.5) {
      return StrictMath.log(StrictMath.PI / StrictMath.sin(StrictMath.PI * x)) - logGamma(1 - x);
    }
    double shifted = x - 1;
    double sum = LANCZOS[0];
    for (int i = 1; i < LANCZOS.length; i++) {
      sum += LANCZOS[i] / (shifted + i);
    }
    double t = shifted + 7.5;
    return 0.5 * StrictMath.log(2 * StrictMath.PI)
        + (shifted + 0.5) * StrictMath.log(t)
        - t
        + StrictMath.log(sum);
  }

  /** Regularised lower incomplete gamma function P(a, x). */
  static double gammaP(double a, double x) {
    if (x <= 0) {
      return 0;
    }
    return x < a + 1 ? gammaSeries(a, x) : 1 - gammaFraction(a, x);
  }

  /** Regularised upper incomplete gamma function Q(a, x) = 1 - P(a, x), exact in the far tail. */
  static double gammaQ(double a, double x) {
    if (x <= 0) {
      return 1;
    }
    return x < a + 1 ? 1 - gammaSeries(a, x) : gammaFraction(a, x);
  }

  private static double gammaSeries(double a, double x) {
    double term = 1 / a;
    double sum = term;
    for (int n = 1; n < MAX_STEPS && term > sum * EPSILON; n++) {
      term *= x / (a + n);
      sum += term;
    }
    return sum * StrictMath.exp(-x + a * StrictMath.log(x) - logGamma(a));
  }

  /** Continued fraction by Lentz's method (Numerical Recipes, 3rd ed., 6.2). */
  private static double gammaFraction(double a, double x) {
    double b = x + 1 - a;
    double c = 1 / TINY;
    double d = 1 / b;
    double h = d;
    for (int i = 1; i < MAX_STEPS; i++) {
      double an = -i * (i - a);
      b += 2;
      d = 1 / awayFromZero(an * d + b);
      c = awayFromZero(b + an / c);
      double delta = d * c;
      h *= delta;
      if (StrictMath.abs(delta - 1) < EPSILON) {
        break;
      }
    }
    return h * StrictMath.exp(-x + a * StrictMath.log(x) - logGamma(a));
  }

  /** Regularised incomplete beta function I_x(a, b) (Numerical Recipes, 3rd ed., 6.4). */
  static double beta(double x, double a, double b) {
    if (x <= 0) {
      return 0;
    }
    if (x >= 1) {
      return 1;
    }
    double front =
        StrictMath.exp(
            logGamma(a + b)
                - logGamma(a)
                - logGamma(b)
                + a * StrictMath.log(x)
                + b * StrictMath.log1p(-x));
    return x < (a + 1) / (a + b + 2)
        ? front * betaFraction(x, a, b) / a
        : 1 - front * betaFraction(1 - x, b, a) / b;
  }

  private static double betaFraction(double x, double a, double b) {
    double c = 1;
    double d = 1 / awayFromZero(1 - (a + b) * x / (a + 1));
    double h = d;
    for (int m = 1; m < MAX_STEPS; m++) {
      double even = m * (b - m) * x / ((a + 2.0 * m - 1) * (a + 2.0 * m));
      d = 1 / awayFromZero(1 + even * d);
      c = awayFromZero(1 + even / c);
      h *= d * c;
      double odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1));
      d = 1 / awayFromZero(1 + odd * d);
      c = awayFromZero(1 + odd / c);
      double delta = d * c;
      h *= delta;
      if (StrictMath.abs(delta - 1) < EPSILON) {
        break;
      }
    }
    return h;
  }

  private static double awayFromZero(double value) {
    return StrictMath.abs(value) < TINY ? TINY : value;
  }

  /** P(Z <= z) of the standard normal distribution. */
  static double normal(double z) {
    double tail = 0.5 * gammaQ(0.5, z * z / 2);
    return z < 0 ? tail : 1 - tail;
  }

  /** The z that leaves {@code (1 - confidence) / 2} in each tail; 1.959964 for 0.95. */
  static double normalTwoSided(double confidence) {
    Require.confidence(confidence);
    return confidence == 0.95 ? Z95 : normalQuantile(0.5 + confidence / 2);
  }

  /** Inverse of {@link #normal}. */
  static double normalQuantile(double p) {
    Require.that(p > 0 && p < 1, "a quantile needs 0 < p < 1, was %s", p);
    return p < 0.5 ? -upperNormalQuantile(p) : upperNormalQuantile(1 - p);
  }

  private static double upperNormalQuantile(double tail) {
    return root(z -> tail - 0.5 * gammaQ(0.5, z * z / 2), 0, 40);
  }

  /** The t that leaves {@code (1 - confidence) / 2} in each tail of Student's t. */
  static double studentTwoSided(double confidence, double degreesOfFreedom) {
    Require.confidence(confidence);
    double tails = 1 - confidence;
    double x =
        root(
            u -> beta(u, degreesOfFreedom / 2, 0.5) - tails,
            0,
            1); // x = df / (df + t^2); both tails hold I_x(df / 2, 1 / 2)
    return StrictMath.sqrt(degreesOfFreedom * (1 - x) / x);
  }

  /** Inverse of {@link #beta} in x. */
  static double betaQuantile(double p, double a, double b) {
    return root(x -> beta(x, a, b) - p, 0, 1);
  }

  /** Bisection of an increasing function down to neighbouring doubles. */
  static double root(DoubleUnaryOperator increasing, double low, double high) {
    double left = low;
    double right = high;
    for (int i = 0; i < 200; i++) {
      double middle = left + (right - left) / 2;
      if (middle <= left || middle >= right) {
        break;
      }
      if (increasing.applyAsDouble(middle) < 0) {
        left = middle;
      } else {
        right = middle;
      }
    }
    return left + (right - left) / 2;
  }
}
