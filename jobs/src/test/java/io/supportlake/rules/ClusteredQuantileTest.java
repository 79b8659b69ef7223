package io.supportlake.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ClusteredQuantileTest {

  @Test
  void medianOfTheGehanTrialsTreatedArmIs23Weeks() {
    // Freireich et al. 1963, as in Cox and Oakes, Analysis of Survival Data, 1984, table 1.1.
    double[] weeks = {6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35};
    boolean[] relapsed = new boolean[weeks.length];
    for (int i : new int[] {0, 1, 2, 4, 6, 9, 10, 14, 15}) {
      relapsed[i] = true;
    }
    ClusteredQuantile.Entry[] entries =
        IntStream.range(0, weeks.length)
            .mapToObj(i -> new ClusteredQuantile.Entry(i, weeks[i], relapsed[i], 1))
            .toArray(ClusteredQuantile.Entry[]::new);

    assertThat(ClusteredQuantile.estimate(entries, 0.5, 0.95, 1).value()).hasValue(23);
  }

  @Test
  void withoutCensoringItIsTheSmallestValueThatReachesTheShareAndOrderDoesNotMatter() {
    List<ClusteredQuantile.Entry> entries = new ArrayList<>();
    Random random = new Random(3);
    double[] all = new double[200];
    for (int i = 0; i < all.length; i++) {
      all[i] = random.nextInt(50);
      entries.add(new ClusteredQuantile.Entry(i % 20, all[i], true, 1));
    }
    Arrays.sort(all);
    ClusteredQuantile.Estimate estimate = of(entries);
    Collections.shuffle(entries, random);

    assertThat(estimate.value()).hasValue(all[99]);
    assertThat(estimate.low()).isLessThan(all[99]);
    assertThat(estimate.high()).isGreaterThan(all[99]);
    assertThat(of(entries)).isEqualTo(estimate);
  }

  @Test
  void likeValuesWithinAClusterWidenTheInterval() {
    List<ClusteredQuantile.Entry> alike = new ArrayList<>();
    List<ClusteredQuantile.Entry> mixed = new ArrayList<>();
    for (int i = 0; i < 400; i++) {
      alike.add(new ClusteredQuantile.Entry(i / 40, i / 40 + i * 1e-3, true, 1));
      mixed.add(new ClusteredQuantile.Entry(i % 10, i / 40 + i * 1e-3, true, 1));
    }

    assertThat(of(alike).high() - of(alike).low())
        .isGreaterThan(3 * (of(mixed).high() - of(mixed).low()));
  }

  @Test
  void medianThatCensoringHidesIsEmpty() {
    assertThat(
            of(List.of(
                    new ClusteredQuantile.Entry(0, 1, true, 1),
                    new ClusteredQuantile.Entry(1, 2, false, 2)))
                .value())
        .isEmpty();
  }

  @Test
  void noEntriesAreRefused() {
    assertThatThrownBy(() -> of(List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("at least one entry");
  }

  private static ClusteredQuantile.Estimate of(List<ClusteredQuantile.Entry> entries) {
    return ClusteredQuantile.estimate(
        entries.toArray(ClusteredQuantile.Entry[]::new), 0.5, 0.95, 1);
  }
}
