package io.supportlake.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class ExperimentDesignTest {
  @Test
  void sampleRatioMatchesAnExampleByHand() {
    // (55 - 50)^2 / 50 * 2 = 1 with one degree of freedom: p = 0.3173.
    assertThat(SampleRatio.chiSquareP(55, 45, 0.5)).isCloseTo(0.317310508, within(1e-8));
    // Mendel's round and wrinkled peas, 5474 : 1850 against 3 : 1, chi-square 0.2629, p = 0.608.
    assertThat(SampleRatio.chiSquareP(5474, 1850, 0.75)).isCloseTo(0.6081, within(1e-4));
  }

  @Test
  void sampleRatioFindsABrokenAssignment() {
    // Kohavi, Tang, Xu, Trustworthy Online Controlled Experiments, 2020, 21: 821,588 against
    // 815,482 users at 50 % has p = 1.8e-6.
    assertThat(SampleRatio.chiSquareP(821_588, 815_482, 0.5)).isCloseTo(1.8e-6, within(1e-7));
    assertThat(SampleRatio.chiSquareP(0, 0, 0.5)).isEqualTo(1);
  }

  @Test
  void plannedShareMustBeAShare() {
    assertThatThrownBy(() -> SampleRatio.chiSquareP(1, 1, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the planned share must lie in (0, 1), was 1.0");
  }

  @Test
  void detectableEffectIsTwoPointEightStandardErrors() {
    // Bloom 1995: 2.80 standard errors at 80 % power, two-sided 0.05 (3.24 at 90 %).
    double error = Math.sqrt(0.2 * 0.8 * (1 / 900.0 + 1 / 100.0));
    assertThat(MinimumDetectableEffect.ofShares(0.2, 900, 100, 0.95, 0.8))
        .isCloseTo(2.8016 * error, within(1e-5));
    assertThat(MinimumDetectableEffect.ofShares(0.2, 900, 100, 0.95, 0.9))
        .isCloseTo(3.2415 * error, within(1e-5));
  }

  @Test
  void detectableEffectNeedsBothArms() {
    assertThatThrownBy(() -> MinimumDetectableEffect.ofShares(0.2, 10, 0, 0.95, 0.8))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("both arms need units, was 10 and 0");
  }
}
