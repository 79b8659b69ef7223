package io.supportlake.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TwoProportionTest {
  /** Newcombe, Statistics in Medicine 17, 1998, 873-890, table II, method 10. */
  @ParameterizedTest
  @CsvSource({
    "56, 70, 48, 80, 0.0524, 0.3339",
    "9, 10, 3, 10, 0.1705, 0.8090",
    "6, 7, 2, 7, 0.0582, 0.8062",
    "5, 56, 0, 29, -0.0381, 0.1926",
    "0, 10, 0, 20, -0.1611, 0.2775",
    "10, 10, 0, 20, 0.6791, 1.0000"
  })
  void matchesNewcombesExamples(long x1, long n1, long x2, long n2, double low, double high) {
    TwoProportion.Difference difference = TwoProportion.difference(x1, n1, x2, n2, 0.95);
    assertThat(difference.estimate()).isCloseTo((double) x1 / n1 - (double) x2 / n2, within(0.0));
    assertThat(difference.interval().low()).isCloseTo(low, within(6e-5));
    assertThat(difference.interval().high()).isCloseTo(high, within(6e-5));
  }

  @Test
  void emptyGroupsAreRefused() {
    assertThatThrownBy(() -> TwoProportion.difference(0, 0, 1, 2, 0.95))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("both groups need cases, was n1 = 0, n2 = 2");
  }
}
