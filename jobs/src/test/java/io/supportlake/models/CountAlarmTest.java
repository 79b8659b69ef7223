package io.supportlake.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.supportlake.rules.NegativeBinomial;
import java.util.Arrays;
import java.util.Random;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;

class CountAlarmTest {
  private static final CountAlarm.Options DEFAULT = CountAlarm.Options.DEFAULT;

  /** Poisson counts with the given mean per day of 70 days. */
  private static CountAlarm.History history(long seed, IntToDoubleFunction mean) {
    Random random = new Random(seed);
    long[] counts = new long[70];
    double[] exposures = new double[70];
    int[] dayTypes = new int[70];
    for (int day = 0; day < 70; day++) {
      counts[day] = poisson(random, mean.applyAsDouble(day));
      exposures[day] = 1;
      dayTypes[day] = day % 7;
    }
    return new CountAlarm.History(counts, exposures, dayTypes);
  }

  private static long poisson(Random random, double mean) {
    double product = random.nextDouble();
    long count = 0;
    while (product > Math.exp(-mean)) {
      product *= random.nextDouble();
      count++;
    }
    return count;
  }

  @Test
  void aBurstHasASmallTailAndAnOrdinaryDayHasNot() {
    CountAlarm.History history = history(1, _ -> 6);
    CountAlarm.Result burst = CountAlarm.test(history, new CountAlarm.Day(25, 20, 1, 0), DEFAULT);
    assertThat(burst.p()).isLessThan(1e-5);
    assertThat(burst.expected()).isBetween(5.0, 7.2);
    assertThat(burst.ratio()).isBetween(3.4, 5.0);
    assertThat(CountAlarm.test(history, new CountAlarm.Day(7, 7, 1, 0), DEFAULT).p())
        .isGreaterThan(0.1);
  }

  @Test
  void aConstantSeriesExpectsItself() {
    long[] counts = new long[28];
    Arrays.fill(counts, 10);
    double[] exposures = new double[28];
    Arrays.fill(exposures, 2);
    int[] dayTypes = new int[28];
    CountAlarm.Result result =
        CountAlarm.test(
            new CountAlarm.History(counts, exposures, dayTypes),
            new CountAlarm.Day(30, 30, 4, 0),
            new CountAlarm.Options(1e9, 14, 4, 3, 0.5));
    assertThat(result.expected()).isCloseTo(20 * 280.5 / 280, within(1e-6));
    // Only the estimate's own uncertainty is left: one over the events seen and the prior.
    assertThat(result.dispersion()).isCloseTo(1 / 280.5, within(1e-9));
    assertThat(result.p())
        .isEqualTo(NegativeBinomial.upperTail(30, result.expected(), result.dispersion()));
  }

  @Test
  void busyWeekdaysAreExpectedToBeBusy() {
    CountAlarm.History history = history(2, day -> day % 7 < 5 ? 20 : 2);
    CountAlarm.Result monday = CountAlarm.test(history, new CountAlarm.Day(14, 14, 1, 0), DEFAULT);
    CountAlarm.Result sunday = CountAlarm.test(history, new CountAlarm.Day(14, 14, 1, 6), DEFAULT);
    assertThat(monday.expected()).isBetween(16.0, 24.0);
    assertThat(sunday.expected()).isBetween(1.5, 5.0);
    assertThat(monday.p()).isGreaterThan(0.5);
    assertThat(sunday.p()).isLessThan(0.01);
  }

  @Test
  void dispersedSeriesNeedLargerBursts() {
    Random noise = new Random(3);
    CountAlarm.History calm = history(4, _ -> 6);
    CountAlarm.History wild = history(4, _ -> noise.nextInt(4) == 0 ? 18 : 2);
    CountAlarm.Day day = new CountAlarm.Day(20, 20, 1, 0);
    assertThat(CountAlarm.test(wild, day, DEFAULT).dispersion()).isGreaterThan(0.5);
    assertThat(CountAlarm.test(wild, day, DEFAULT).p())
        .isGreaterThan(100 * CountAlarm.test(calm, day, DEFAULT).p());
  }

  @Test
  void theExpectationFollowsATrend() {
    CountAlarm.History rising = history(5, day -> 2 + day * 0.4);
    CountAlarm.Result result = CountAlarm.test(rising, new CountAlarm.Day(30, 30, 1, 0), DEFAULT);
    assertThat(result.expected()).isBetween(18.0, 30.0);
  }

  @Test
  void quietSeriesRaiseFewAlarms() {
    int alarms = 0;
    Random random = new Random(6);
    for (int seed = 0; seed < 2000; seed++) {
      CountAlarm.History history = history(seed, _ -> 5);
      long count = poisson(random, 5);
      alarms +=
          CountAlarm.test(history, new CountAlarm.Day(count, (int) count, 1, seed % 7), DEFAULT).p()
                  < 0.01
              ? 1
              : 0;
    }
    assertThat(alarms).isBetween(1, 35);
  }

  @Test
  void fewCustomersFewEventsOrFewDaysRaiseNothing() {
    CountAlarm.History history = history(7, _ -> 1);
    assertThat(CountAlarm.test(history, new CountAlarm.Day(40, 2, 1, 0), DEFAULT).p()).isEqualTo(1);
    assertThat(CountAlarm.test(history, new CountAlarm.Day(3, 3, 1, 0), DEFAULT).p()).isEqualTo(1);
    CountAlarm.History few =
        new CountAlarm.History(new long[3], new double[] {1, 1, 1}, new int[3]);
    CountAlarm.Result result = CountAlarm.test(few, new CountAlarm.Day(40, 40, 1, 0), DEFAULT);
    assertThat(result.p()).isEqualTo(1);
    assertThat(result.expected()).isNaN();
  }

  @Test
  void exposureMustBePositive() {
    assertThatThrownBy(() -> new CountAlarm.Day(1, 1, 0, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("count 1 of 1 customers with exposure 0.0 on day type 0 is not possible");
  }
}
