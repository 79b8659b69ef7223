package io.supportlake.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Remission of leukaemia under 6-MP, weeks (Freireich 1963; Kleinbaum, Survival Analysis, 2.). */
class KaplanMeierTest {
  private static final double[] WEEKS = {
    6, 6, 6, 7, 10, 13, 16, 22, 23, 6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35
  };
  private static final boolean[] RELAPSED = new boolean[21];

  static {
    for (int i = 0; i < 9; i++) {
      RELAPSED[i] = true;
    }
  }

  private static final KaplanMeier CURVE = KaplanMeier.of(WEEKS, RELAPSED);

  @ParameterizedTest
  @CsvSource({
    "5.9, 1, 0",
    "6, 0.8571, 0.0764",
    "7, 0.8067, 0.0869",
    "10, 0.7529, 0.0963",
    "13, 0.6902, 0.1068",
    "16, 0.6275, 0.1141",
    "22, 0.5378, 0.1282",
    "23, 0.4482, 0.1346",
    "100, 0.4482, 0.1346"
  })
  void survivalAndGreenwoodMatchThePublishedTable(double week, double survival, double error) {
    assertThat(CURVE.survival(week)).isCloseTo(survival, within(5e-5));
    assertThat(CURVE.standardError(week)).isCloseTo(error, within(6e-5));
  }

  @Test
  void medianIsTheFirstWeekWithHalfRelapsed() {
    assertThat(CURVE.median()).hasValue(23);
    assertThat(CURVE.quantile(0.25)).hasValue(13);
    assertThat(CURVE.quantile(0.9)).isEmpty();
    assertThat(CURVE.units()).isEqualTo(21);
    assertThat(CURVE.events()).isEqualTo(9);
  }

  @Test
  void intervalsAreOnTheLogLogScale() {
    // R: survfit(conf.type = "log-log") prints 0.620 to 0.952 at week 6, 0.268 to 0.747 at week 22,
    // and 13 to NA for the median.
    assertThat(CURVE.interval(6, 0.95).low()).isCloseTo(0.620, within(6e-4));
    assertThat(CURVE.interval(6, 0.95).high()).isCloseTo(0.952, within(6e-4));
    assertThat(CURVE.interval(22, 0.95).low()).isCloseTo(0.268, within(6e-4));
    assertThat(CURVE.interval(22, 0.95).high()).isCloseTo(0.747, within(6e-4));
    assertThat(CURVE.quantileInterval(0.5, 0.95))
        .isEqualTo(new Interval(13, Double.POSITIVE_INFINITY));
    assertThat(CURVE.interval(1, 0.95)).isEqualTo(new Interval(1, 1));
  }

  @Test
  void withoutCensoringItIsTheShareStillWaiting() {
    KaplanMeier curve =
        KaplanMeier.of(new double[] {4, 1, 3, 2}, new boolean[] {true, true, true, true});
    assertThat(curve.survival(2)).isCloseTo(0.5, within(1e-15));
    assertThat(curve.median()).hasValue(2);
    assertThat(curve.survival(4)).isZero();
    assertThat(curve.interval(4, 0.95)).isEqualTo(new Interval(0, 0));
    assertThat(curve.standardError(2)).isCloseTo(Math.sqrt(0.5 * 0.5 / 4), within(1e-12));
  }

  @Test
  void countsGiveTheSameCurveAsUnits() {
    KaplanMeier counted =
        KaplanMeier.ofCounts(
            Map.of(
                6.0, new KaplanMeier.Counts(3, 1),
                9.0, new KaplanMeier.Counts(0, 17)));
    assertThat(counted.survival(6)).isEqualTo(CURVE.survival(6));
  }

  @Test
  void nobodyObservedMeansNoMedian() {
    assertThat(KaplanMeier.of(new double[0], new boolean[0]).median()).isEmpty();
  }

  @Test
  void negativeDurationsAreRefused() {
    assertThatThrownBy(() -> KaplanMeier.of(new double[] {-1}, new boolean[] {true}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "durations and counts cannot be negative, was Counts[events=1, censored=0] at -1.0");
  }
}
