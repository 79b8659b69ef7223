package io.supportlake.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class HajekTest {
  @Test
  void equalWeightsGiveTheMeanAndItsTextbookInterval() {
    // Student's sleep data, 1908, drug 1: mean 0.75, s = 1.789010, t interval -0.53 to 2.03.
    double[] sleep = {0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0};
    double[] inclusion = new double[10];
    Arrays.fill(inclusion, 0.2);

    Hajek.Estimate estimate = Hajek.estimate(sleep, inclusion, 0.95);

    assertThat(estimate.mean()).isCloseTo(0.75, within(1e-12));
    assertThat(estimate.standardError()).isCloseTo(1.789010 / Math.sqrt(10), within(1e-6));
    assertThat(estimate.interval().low()).isCloseTo(-0.5297804, within(1e-6));
    assertThat(estimate.interval().high()).isCloseTo(2.0297804, within(1e-6));
    assertThat(estimate.effectiveN()).isCloseTo(10, within(1e-9));
  }

  @Test
  void unequalWeightsAreWorkedByHand() {
    // w = 1, 2, 4; mean = (1 + 0 + 4) / 7; residuals 2/7, -5/7, 2/7;
    // variance = 3/2 * (1 * 4 + 4 * 25 + 16 * 4) / 49 / 49.
    Hajek.Estimate estimate =
        Hajek.estimate(new double[] {1, 0, 1}, new double[] {1, 0.5, 0.25}, 0.95);
    assertThat(estimate.mean()).isCloseTo(5.0 / 7, within(1e-12));
    assertThat(estimate.standardError()).isCloseTo(Math.sqrt(1.5 * 168) / 49, within(1e-12));
    assertThat(estimate.effectiveN()).isCloseTo(49.0 / 21, within(1e-12));
  }

  @Test
  void intervalsCoverThePopulationWhereTheNaiveMeanMisses() {
    SplittableRandom random = new SplittableRandom(11);
    int covered = 0;
    int naive = 0;
    for (int round = 0; round < 300; round++) {
      Hajek.Sums designed = Hajek.Sums.EMPTY;
      Hajek.Sums plain = Hajek.Sums.EMPTY;
      double population = 0;
      for (int i = 0; i < 2000; i++) {
        boolean risky = i % 10 == 0;
        double value = random.nextDouble() < (risky ? 0.4 : 0.9) ? 1 : 0;
        population += value / 2000;
        double inclusion = risky ? 0.8 : 0.1;
        if (random.nextDouble() < inclusion) {
          designed = designed.with(value, inclusion);
          plain = plain.with(value, 1);
        }
      }
      covered += Hajek.estimate(designed, 0.95).interval().contains(population) ? 1 : 0;
      naive += Hajek.estimate(plain, 0.95).interval().contains(population) ? 1 : 0;
    }
    assertThat(covered).isBetween(276, 300);
    assertThat(naive).isZero();
  }

  @Test
  void sumsOfPartsAreTheSumsOfTheWhole() {
    Hajek.Sums left = Hajek.Sums.EMPTY.with(1, 0.5).with(3, 0.25);
    Hajek.Sums right = Hajek.Sums.EMPTY.with(2, 1);
    assertThat(left.plus(right)).isEqualTo(Hajek.Sums.EMPTY.with(1, 0.5).with(3, 0.25).with(2, 1));
  }

  @Test
  void limitsOfARareShareCanBeCutToWhatIsPossible() {
    double[] failures = new double[40];
    failures[0] = 1;
    double[] inclusion = new double[40];
    Arrays.fill(inclusion, 0.1);

    Hajek.Estimate estimate = Hajek.estimate(failures, inclusion, 0.95);

    assertThat(estimate.interval().low()).isNegative();
    assertThat(estimate.interval().within(0, 1))
        .isEqualTo(new Interval(0, estimate.interval().high()));
    assertThat(new Interval(1.0000000000000002, 1.5).within(0, 1)).isEqualTo(new Interval(1, 1));
  }

  @Test
  void whatCannotBeEstimatedIsRefused() {
    assertThatThrownBy(() -> Hajek.estimate(new double[] {1}, new double[] {0.5}, 0.95))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("an interval needs two sampled units or more, was 1");
    assertThatThrownBy(() -> Hajek.Sums.EMPTY.with(1, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("an inclusion probability must lie in (0, 1], was 0.0");
  }
}
