package io.supportlake.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WilsonTest {
  /** Newcombe, Statistics in Medicine 17, 1998, 857-872, table I, method 3. */
  @ParameterizedTest
  @CsvSource({
    "81, 263, 0.2553, 0.3662",
    "15, 148, 0.0624, 0.1605",
    "0, 20, 0.0000, 0.1611",
    "1, 29, 0.0061, 0.1718"
  })
  void matchesNewcombesExamples(long successes, long n, double low, double high) {
    Interval interval = Wilson.interval(successes, n, 0.95);
    assertThat(interval.low()).isCloseTo(low, within(5e-5));
    assertThat(interval.high()).isCloseTo(high, within(5e-5));
  }

  @Test
  void allAndNoneMirrorEachOther() {
    assertThat(Wilson.interval(0, 7, 0.95).low()).isZero();
    assertThat(Wilson.interval(7, 7, 0.95).high()).isEqualTo(1);
    assertThat(Wilson.interval(7, 7, 0.95).low())
        .isCloseTo(1 - Wilson.interval(0, 7, 0.95).high(), within(1e-15));
  }

  @Test
  void noCasesLeaveEverythingPossible() {
    assertThat(Wilson.interval(0, 0, 0.95)).isEqualTo(new Interval(0, 1));
  }

  @Test
  void moreConfidenceIsWider() {
    assertThat(Wilson.interval(30, 100, 0.99).width())
        .isGreaterThan(Wilson.interval(30, 100, 0.95).width());
  }

  @Test
  void moreSuccessesThanCasesAreRefused() {
    assertThatThrownBy(() -> Wilson.interval(5, 4, 0.95))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("successes must lie in 0..n, was 5 of 4");
    assertThatThrownBy(() -> Wilson.interval(3, 4, 95))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("confidence must lie between 0 and 1, for example 0.95, was 95.0");
  }
}
