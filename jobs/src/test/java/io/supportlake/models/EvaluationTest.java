package io.supportlake.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class EvaluationTest {

  /**
   * Hanley and McNeil 1982, table I: 58 normal and 51 abnormal CT images on a five-point scale, W =
   * 0.893.
   */
  @Test
  void aucOfTheRatedImagesOfHanleyAndMcNeil() {
    int[] normal = {33, 6, 6, 11, 2};
    int[] abnormal = {3, 2, 2, 11, 33};
    double[] score = new double[109];
    int[] y = new int[109];
    int at = 0;
    for (int rating = 0; rating < 5; rating++) {
      for (int i = 0; i < normal[rating] + abnormal[rating]; i++) {
        score[at] = (rating + 1) / 5.0;
        y[at++] = i < abnormal[rating] ? 1 : 0;
      }
    }
    assertThat(at).isEqualTo(109);
    assertThat(Evaluation.auc(score, y)).isCloseTo(0.893, within(0.0005));
  }

  /** The example of scikit-learn's roc_auc_score and average_precision_score. */
  @Test
  void aucAndAveragePrecisionOfTheScikitLearnExample() {
    double[] score = {0.1, 0.4, 0.35, 0.8};
    int[] y = {0, 0, 1, 1};
    assertThat(Evaluation.auc(score, y)).isEqualTo(0.75);
    assertThat(Evaluation.averagePrecision(score, y)).isCloseTo(0.8333, within(0.0001));
  }

  /** The examples of scikit-learn's brier_score_loss (0.0375) and log_loss (0.21616). */
  @Test
  void brierAndLogLossOfTheScikitLearnExamples() {
    String[] customers = {"a", "b", "c", "d"};
    assertThat(
            Evaluation.of(
                    new double[] {0.1, 0.9, 0.8, 0.3}, new int[] {0, 1, 1, 0}, customers, 2, 0, 1)
                .brier())
        .isCloseTo(0.0375, within(1e-12));
    assertThat(
            Evaluation.of(
                    new double[] {0.9, 0.1, 0.2, 0.65}, new int[] {1, 0, 0, 1}, customers, 2, 0, 1)
                .logLoss())
        .isCloseTo(0.21616, within(1e-5));
  }

  @Test
  void theIntervalIsWiderWhenRowsOfACustomerRepeat() {
    Random random = new Random(4);
    int n = 400;
    double[] score = new double[n];
    int[] y = new int[n];
    for (int i = 0; i < n; i += 4) {
      int label = random.nextInt(2);
      double value = Calibration.sigmoid(random.nextGaussian() + label);
      for (int k = i; k < i + 4; k++) {
        score[k] = value;
        y[k] = label;
      }
    }
    String[] rows = IntStream.range(0, n).mapToObj(i -> "r" + i).toArray(String[]::new);
    String[] customers = IntStream.range(0, n).mapToObj(i -> "c" + i / 4).toArray(String[]::new);
    Evaluation naive = Evaluation.of(score, y, rows, 5, 400, 11);
    Evaluation clustered = Evaluation.of(score, y, customers, 5, 400, 11);
    double ratio =
        (clustered.auc().high() - clustered.auc().low()) / (naive.auc().high() - naive.auc().low());
    assertThat(ratio).isBetween(1.6, 2.4);
    assertThat(Evaluation.of(score, y, customers, 5, 400, 11)).isEqualTo(clustered);
  }

  @Test
  void binsHoldEqualMassAndEveryRowOnce() {
    double[] p = IntStream.range(0, 103).mapToDouble(i -> (i + 1) / 110.0).toArray();
    int[] y = IntStream.range(0, 103).map(i -> i % 3 == 0 ? 1 : 0).toArray();
    List<Evaluation.Bin> bins = Evaluation.reliability(p, y, 10);
    assertThat(bins).hasSize(10).allMatch(bin -> bin.rows() == 10 || bin.rows() == 11);
    assertThat(bins.stream().mapToInt(Evaluation.Bin::rows).sum()).isEqualTo(103);
    assertThat(bins.stream().mapToInt(Evaluation.Bin::events).sum())
        .isEqualTo(Arrays.stream(y).sum());
  }

  @Test
  void equalProbabilitiesShareOneBin() {
    double[] p = {0.2, 0.2, 0.2, 0.2, 0.2, 0.9};
    assertThat(Evaluation.reliability(p, new int[] {0, 0, 1, 0, 0, 1}, 3))
        .extracting(Evaluation.Bin::rows)
        .containsExactly(5, 1);
  }

  /** Newcombe 1998, table I: 81 of 263 gives 0.2553 to 0.3662 by Wilson's score method. */
  @Test
  void theIntervalOfABinIsWilsons() {
    double[] p = new double[263];
    Arrays.fill(p, 0.3);
    int[] y = new int[263];
    Arrays.fill(y, 0, 81, 1);
    Evaluation.Bin bin = Evaluation.reliability(p, y, 10).getFirst();
    assertThat(bin.low()).isCloseTo(0.2553, within(0.00005));
    assertThat(bin.high()).isCloseTo(0.3662, within(0.00005));
  }

  @Test
  void liftCountsTheShareOfTiesThatFits() {
    double[] score = {0.9, 0.5, 0.5, 0.1};
    int[] y = {1, 1, 0, 0};
    assertThat(Evaluation.liftAt(score, y, 1)).isEqualTo(2);
    assertThat(Evaluation.liftAt(score, y, 2)).isEqualTo(1.5);
    assertThat(Evaluation.liftAt(score, y, 99)).isEqualTo(1);
  }

  @Test
  void modelsAreComparedOnOneBlockOnly() {
    Evaluation one =
        Evaluation.of(new double[] {0.5, 0.6}, new int[] {0, 1}, new String[] {"a", "b"}, 1, 0, 1);
    Evaluation other =
        Evaluation.of(new double[] {0.5}, new int[] {0}, new String[] {"a"}, 1, 0, 1);
    assertThatThrownBy(() -> one.beats(other))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("one block only: 2 rows with 1 events against 1 with 0");
  }

  @Test
  void aSegmentWhereMoreChurnedThanExpectedRaisesTheAlarm() {
    double[] p = new double[400];
    Arrays.fill(p, 0.1);
    int[] y = new int[400];
    Arrays.fill(y, 0, 22, 1);
    Arrays.fill(y, 200, 240, 1);
    String[] segments = new String[400];
    Arrays.fill(segments, 0, 200, "basic");
    Arrays.fill(segments, 200, 400, "pro");
    var ratios = Evaluation.bySegment(p, y, segments);
    assertThat(ratios).containsOnlyKeys("basic", "pro");
    Evaluation.SegmentRatio basic = Objects.requireNonNull(ratios.get("basic"));
    Evaluation.SegmentRatio pro = Objects.requireNonNull(ratios.get("pro"));
    assertThat(basic.ratio()).isCloseTo(1.1, within(1e-9));
    assertThat(basic.isAlarm()).isFalse();
    assertThat(pro.ratio()).isCloseTo(2, within(1e-9));
    assertThat(pro.isAlarm()).isTrue();
    // 40 events: 28.58 to 54.47 (Garwood 1936), here over 20 expected.
    assertThat(pro.low()).isCloseTo(28.58 / 20, within(0.001));
    assertThat(pro.high()).isCloseTo(54.47 / 20, within(0.001));
  }
}
