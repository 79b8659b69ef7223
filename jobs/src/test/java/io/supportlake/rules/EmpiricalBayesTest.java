package io.supportlake.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.supportlake.rules.EmpiricalBayes.Group;
import io.supportlake.rules.EmpiricalBayes.Prior;
import io.supportlake.rules.EmpiricalBayes.Shrunk;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class EmpiricalBayesTest {
  @Test
  void priorOfTwoGroupsIsWorkedByHand() {
    // 8 of 10 and 2 of 10: between = 2 * 10 * 0.09 = 1.8, within = 3.2 / 18, size 10;
    // halved for few groups: correlation = (3.6 - 0.1778) / (3.6 + 9 * 0.1778) = 0.65812,
    // strength = 0.51948.
    Prior prior = EmpiricalBayes.prior(List.of(new Group("a", 8, 10), new Group("b", 2, 10)));
    assertThat(prior.mean()).isEqualTo(0.5);
    assertThat(prior.strength()).isCloseTo(0.51948, within(1e-5));
  }

  @Test
  void shrunkBattingAveragesPredictTheSeasonBetterThanRawOnes() {
    // Efron and Morris, JASA 70, 1975, table 1: hits in the first 45 at bats, rest of season.
    int[] hits = {18, 17, 16, 15, 14, 14, 13, 12, 11, 11, 10, 10, 10, 10, 10, 9, 8, 7};
    double[] season = {
      .346, .298, .276, .222, .273, .270, .263, .210, .269, .230, .264, .256, .303, .264, .226,
      .286, .316, .200
    };
    List<Group> players = new ArrayList<>();
    for (int i = 0; i < hits.length; i++) {
      players.add(new Group("player" + i, hits[i], 45));
    }
    List<Shrunk> shrunk = EmpiricalBayes.shrink(players, 0.95);
    double raw = 0;
    double drawn = 0;
    int covered = 0;
    for (int i = 0; i < hits.length; i++) {
      raw += Math.pow(hits[i] / 45.0 - season[i], 2);
      drawn += Math.pow(shrunk.get(i).rate() - season[i], 2);
      covered += shrunk.get(i).interval().contains(season[i]) ? 1 : 0;
    }
    // The paper finds 0.077 against 0.022, 3.50 times as much.
    assertThat(raw).isCloseTo(0.077, within(0.002));
    assertThat(drawn).isLessThan(raw / 2.5);
    assertThat(covered).isGreaterThanOrEqualTo(14);
  }

  @Test
  void smallGroupsAreDrawnFurtherThanLargeOnes() {
    List<Shrunk> shrunk =
        EmpiricalBayes.shrink(
            List.of(
                new Group("lucky", 3, 3),
                new Group("good", 180, 200),
                new Group("fair", 140, 200),
                new Group("poor", 100, 200)),
            0.95);
    Shrunk lucky = shrunk.getFirst();
    Shrunk good = shrunk.get(1);
    assertThat(lucky.rate()).isLessThan(good.rate()).isGreaterThan(0.7);
    assertThat(good.rate()).isCloseTo(0.9, within(0.02));
    assertThat(lucky.interval().width()).isGreaterThan(good.interval().width());
    assertThat(lucky.weight()).isLessThan(good.weight());
    assertThat(shrunk).allMatch(s -> s.interval().contains(s.rate()));
  }

  @Test
  void groupsThatDifferByChanceGetNearlyTheSameRate() {
    List<Shrunk> shrunk =
        EmpiricalBayes.shrink(
            List.of(new Group("a", 50, 100), new Group("b", 50, 100), new Group("c", 52, 100)),
            0.95);
    assertThat(shrunk.getLast().rate() - shrunk.getFirst().rate()).isLessThan(0.01);
  }

  @Test
  void intervalsCoverTheTrueRates() {
    SplittableRandom random = new SplittableRandom(9);
    int covered = 0;
    for (int round = 0; round < 20; round++) {
      List<Group> groups = new ArrayList<>();
      double[] truth = new double[40];
      for (int i = 0; i < 40; i++) {
        truth[i] = 0.6 + 0.3 * random.nextDouble();
        int n = random.nextInt(5, 120);
        double rate = truth[i];
        long successes = random.doubles(n).filter(u -> u < rate).count();
        groups.add(new Group("g" + i, successes, n));
      }
      List<Shrunk> shrunk = EmpiricalBayes.shrink(groups, 0.95);
      for (int i = 0; i < 40; i++) {
        covered += shrunk.get(i).interval().contains(truth[i]) ? 1 : 0;
      }
    }
    assertThat(covered / 800.0).isBetween(0.92, 0.985);
  }

  @Test
  void groupsWithoutCasesGetTheShareOfAll() {
    List<Shrunk> shrunk =
        EmpiricalBayes.shrink(List.of(new Group("a", 6, 10), new Group("none", 0, 0)), 0.95);
    assertThat(shrunk.getLast().rate()).isCloseTo(0.6, within(1e-12));
    assertThat(shrunk.getLast().weight()).isZero();
    assertThat(EmpiricalBayes.shrink(List.of(new Group("a", 0, 10)), 0.95).getFirst().rate())
        .isBetween(0.0, 0.05);
    assertThat(EmpiricalBayes.shrink(List.of(), 0.95)).isEmpty();
  }

  @Test
  void impossibleCountsAreRefused() {
    assertThatThrownBy(() -> new Group("a", 3, 2))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a: successes must lie in 0..n, was 3 of 2");
  }
}
