package io.supportlake.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Table values: Abramowitz and Stegun, Handbook of Mathematical Functions, 1964. */
class DistributionsTest {
  @ParameterizedTest
  @CsvSource({"0.5, 0.5723649429247001", "1, 0", "5, 3.1780538303479458", "100, 359.1342053695754"})
  void logGammaMatchesTheTable(double x, double expected) {
    assertThat(Distributions.logGamma(x)).isCloseTo(expected, within(1e-11));
  }

  @ParameterizedTest
  @CsvSource({"0.8, 1.2815515655446004", "0.95, 1.959963984540054", "0.99, 2.5758293035489004"})
  void normalQuantilesMatchTheTable(double confidence, double z) {
    assertThat(Distributions.normalTwoSided(confidence)).isCloseTo(z, within(1e-12));
    assertThat(Distributions.normal(z)).isCloseTo(0.5 + confidence / 2, within(1e-14));
    assertThat(Distributions.normal(-z)).isCloseTo(0.5 - confidence / 2, within(1e-14));
  }

  @ParameterizedTest
  @CsvSource({"1, 12.706", "4, 2.776", "10, 2.228", "30, 2.042", "120, 1.980"})
  void studentQuantilesMatchTheTable(double degrees, double t) {
    assertThat(Distributions.studentTwoSided(0.95, degrees)).isCloseTo(t, within(6e-4));
  }

  @ParameterizedTest
  @CsvSource({"1, 3.841", "2, 5.991", "5, 11.070", "30, 43.773"})
  void chiSquareTailsMatchTheTable(double degrees, double critical) {
    assertThat(Distributions.gammaQ(degrees / 2, critical / 2)).isCloseTo(0.05, within(5e-5));
    assertThat(Distributions.gammaP(degrees / 2, critical / 2)).isCloseTo(0.95, within(5e-5));
  }

  @Test
  void incompleteBetaHasItsClosedForms() {
    assertThat(Distributions.beta(0.3, 1, 1)).isCloseTo(0.3, within(1e-14));
    assertThat(Distributions.beta(0.3, 2, 1)).isCloseTo(0.09, within(1e-14));
    assertThat(Distributions.beta(0.3, 1, 4)).isCloseTo(1 - Math.pow(0.7, 4), within(1e-14));
    assertThat(Distributions.beta(0.9, 3, 3))
        .isCloseTo(1 - Distributions.beta(0.1, 3, 3), within(1e-14));
    assertThat(Distributions.betaQuantile(0.09, 2, 1)).isCloseTo(0.3, within(1e-12));
  }

  @Test
  void quantilesOutsideOfZeroAndOneAreRefused() {
    assertThatThrownBy(() -> Distributions.normalQuantile(1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a quantile needs 0 < p < 1, was 1.0");
  }
}
