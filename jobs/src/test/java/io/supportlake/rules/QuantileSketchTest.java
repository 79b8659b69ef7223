package io.supportlake.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

class QuantileSketchTest {
  private static SortedMap<Integer, Long> sketch(double... values) {
    TreeMap<Integer, Long> counts = new TreeMap<>();
    for (double value : values) {
      counts.merge(QuantileSketch.bucket(value), 1L, Long::sum);
    }
    return counts;
  }

  @Test
  void everyValueIsWithinOnePercentOfItsBucket() {
    for (double value = 1e-8; value < 1e12; value *= 1.0037) {
      assertThat(QuantileSketch.valueOf(QuantileSketch.bucket(value)))
          .isCloseTo(value, Percentage.withPercentage(1.0000001));
    }
    assertThat(QuantileSketch.valueOf(QuantileSketch.bucket(0))).isZero();
  }

  @Test
  void quantilesOfALongTailAreWithinOnePercent() {
    SplittableRandom random = new SplittableRandom(3);
    double[] values = random.doubles(20_001).map(u -> 60 / Math.pow(1 - u, 1.5)).toArray();
    SortedMap<Integer, Long> sketch = sketch(values);
    Arrays.sort(values);
    for (double q : new double[] {0, 0.01, 0.25, 0.5, 0.9, 0.99, 1}) {
      assertThat(QuantileSketch.quantile(sketch, q))
          .isCloseTo(values[(int) Math.floor(q * 20_000)], Percentage.withPercentage(1.0000001));
    }
    assertThat(sketch.size()).isLessThan(1000);
  }

  @Test
  void sketchesOfPartsAddUpToTheSketchOfTheWhole() {
    assertThat(QuantileSketch.merge(sketch(1, 2, 0), sketch(2, 500)))
        .isEqualTo(sketch(500, 2, 1, 0, 2));
  }

  @Test
  void zerosAreTheSmallestValues() {
    assertThat(QuantileSketch.quantile(sketch(0, 0, 0, 40), 0.5)).isZero();
    assertThat(QuantileSketch.quantile(sketch(0, 0.001, 40, 41, 42), 0.5))
        .isCloseTo(40, within(0.4));
  }

  @Test
  void whatHasNoQuantileIsRefused() {
    assertThatThrownBy(() -> QuantileSketch.quantile(sketch(), 0.5))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("an empty sketch has no quantile (q = 0.5)");
    assertThatThrownBy(() -> QuantileSketch.bucket(-1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a sketch takes finite values from 0 up, was -1.0");
  }
}
