package io.supportlake.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExactPoissonTest {
  /** Garwood's limits as printed in Ulm, American Journal of Epidemiology 131, 1990, and others. */
  @ParameterizedTest
  @CsvSource({
    "0, 0, 3.689",
    "1, 0.0253, 5.572",
    "5, 1.6235, 11.668",
    "10, 4.7954, 18.390",
    "100, 81.364, 121.627"
  })
  void matchesGarwoodsTable(long count, double low, double high) {
    Interval interval = ExactPoisson.interval(count, 1, 0.95);
    assertThat(interval.low()).isCloseTo(low, within(6e-4));
    assertThat(interval.high()).isCloseTo(high, within(6e-4));
  }

  @Test
  void limitsAreRatesPerUnitOfExposure() {
    Interval counts = ExactPoisson.interval(10, 1, 0.95);
    Interval rates = ExactPoisson.interval(10, 250, 0.95);
    assertThat(rates.low()).isCloseTo(counts.low() / 250, within(1e-15));
    assertThat(rates.high()).isCloseTo(counts.high() / 250, within(1e-15));
  }

  @Test
  void largeCountsApproachTheNormalInterval() {
    Interval interval = ExactPoisson.interval(1_000_000, 1, 0.95);
    assertThat(interval.low()).isCloseTo(1_000_000 - 1960, within(2.0));
    assertThat(interval.high()).isCloseTo(1_000_000 + 1960, within(4.0));
  }

  @Test
  void noExposureIsRefused() {
    assertThatThrownBy(() -> ExactPoisson.interval(3, 0, 0.95))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("exposure must be positive and finite, was 0.0");
  }
}
