package io.supportlake.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ClusterBootstrapTest {
  private static final long[] ONES = new long[400];

  static {
    Arrays.fill(ONES, 1);
  }

  private static long[] firstOf(int successes) {
    long[] values = new long[400];
    Arrays.fill(values, 0, successes, 1);
    return values;
  }

  @Test
  void singletonClustersGiveTheBinomialInterval() {
    Interval interval = ClusterBootstrap.ratio(firstOf(120), ONES, 0.95, 1);
    Interval wilson = Wilson.interval(120, 400, 0.95);
    assertThat(interval.low()).isCloseTo(wilson.low(), within(0.01));
    assertThat(interval.high()).isCloseTo(wilson.high(), within(0.01));
  }

  @Test
  void clustersOfEqualMembersAreAsWideAsTheirNumberSays() {
    // 400 clusters whose 16 members agree: the members add no information.
    long[] sixteens = new long[400];
    Arrays.fill(sixteens, 16);
    long[] successes = Arrays.stream(firstOf(120)).map(v -> v * 16).toArray();
    assertThat(ClusterBootstrap.ratio(successes, sixteens, 0.95, 1))
        .isEqualTo(ClusterBootstrap.ratio(firstOf(120), ONES, 0.95, 1));
  }

  @Test
  void sameSeedSameIntervalWhateverTheOrder() {
    SplittableRandom random = new SplittableRandom(5);
    double[] numerators = random.doubles(50).toArray();
    double[] denominators = random.doubles(50).toArray();
    double[] backwards = new double[50];
    double[] backwardsToo = new double[50];
    for (int i = 0; i < 50; i++) {
      backwards[i] = numerators[49 - i];
      backwardsToo[i] = denominators[49 - i];
    }
    Interval interval = ClusterBootstrap.ratio(numerators, denominators, 0.9, 7);
    assertThat(ClusterBootstrap.ratio(backwards, backwardsToo, 0.9, 7)).isEqualTo(interval);
    assertThat(ClusterBootstrap.ratio(numerators, denominators, 0.9, 8)).isNotEqualTo(interval);
  }

  @Test
  void emptyReplicatesAreDrawnAgain() {
    Interval interval = ClusterBootstrap.ratio(new long[] {3, 0, 0}, new long[] {4, 0, 0}, 0.95, 1);
    assertThat(interval).isEqualTo(new Interval(0.75, 0.75));
  }

  @Test
  void ratiosWithoutDenominatorAreRefused() {
    assertThatThrownBy(() -> ClusterBootstrap.ratio(new long[2], new long[2], 0.95, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("denominators must not be negative nor all be 0 (2 clusters)");
    assertThatThrownBy(() -> ClusterBootstrap.ratio(new long[2], new long[3], 0.95, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("one denominator per numerator is needed, was 3 for 2");
  }
}
