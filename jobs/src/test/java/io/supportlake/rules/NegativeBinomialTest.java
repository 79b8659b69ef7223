package io.supportlake.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

class NegativeBinomialTest {
  @Test
  void withoutDispersionItIsThePoissonTail() {
    // Standard tables: P(X >= 5; 2) = 0.05265, P(X >= 10; 5) = 0.03183.
    assertThat(NegativeBinomial.upperTail(5, 2, 0)).isCloseTo(0.0526530, within(1e-7));
    assertThat(NegativeBinomial.upperTail(10, 5, 0)).isCloseTo(0.0318281, within(1e-7));
  }

  @Test
  void smallDispersionApproachesThePoissonTail() {
    double poisson = NegativeBinomial.upperTail(30, 12, 0);
    assertThat(NegativeBinomial.upperTail(30, 12, 1e-7))
        .isCloseTo(poisson, Percentage.withPercentage(0.01));
  }

  @Test
  void dispersionOneIsTheGeometricTail() {
    for (long count = 1; count < 60; count += 7) {
      assertThat(NegativeBinomial.upperTail(count, 4, 1))
          .isCloseTo(Math.pow(0.8, (double) count), Percentage.withPercentage(1e-9));
    }
  }

  @Test
  void tailIsTheSumOfItsProbabilities() {
    // size 2.5, mean 6: P(x) by the recurrence P(x) = P(x - 1) (x + r - 1) / x * m / (m + r).
    double size = 2.5;
    double share = 6 / (6 + size);
    double probability = Math.pow(1 - share, size);
    double below = 0;
    for (int x = 0; x < 20; x++) {
      assertThat(NegativeBinomial.upperTail(x, 6, 1 / size)).isCloseTo(1 - below, within(1e-12));
      below += probability;
      probability *= (x + size) / (x + 1) * share;
    }
  }

  @Test
  void farTailsKeepTheirDigits() {
    assertThat(NegativeBinomial.upperTail(400, 4, 1))
        .isCloseTo(Math.pow(0.8, 400), Percentage.withPercentage(1e-6));
    assertThat(NegativeBinomial.upperTail(100, 5, 0)).isBetween(1e-100, 1e-80);
  }

  @Test
  void nothingExpectedAndNothingSeen() {
    assertThat(NegativeBinomial.upperTail(0, 0, 0.5)).isEqualTo(1);
    assertThat(NegativeBinomial.upperTail(1, 0, 0.5)).isZero();
  }

  @Test
  void negativeMeansAreRefused() {
    assertThatThrownBy(() -> NegativeBinomial.upperTail(1, -1, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("an expected count must be finite and not negative, was -1.0");
  }
}
