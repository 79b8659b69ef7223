package io.supportlake.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import smile.data.Tuple;

class ChurnModelTest {
  private static final BoostedChurnModel.Options SMALL =
      new BoostedChurnModel.Options(60, 4, 8, 10, 0.1, 0.7, 7);
  private static final FeatureMatrix TRAIN = Synthetic.customers(4000, 1);
  private static final FeatureMatrix CALIBRATION = Synthetic.customers(3000, 2);
  private static final FeatureMatrix TEST = Synthetic.customers(3000, 3);

  private static LogisticChurnModel logistic;
  private static BoostedChurnModel boosted;

  @BeforeAll
  static void fit() {
    logistic = LogisticChurnModel.fit(TRAIN, CALIBRATION, LogisticChurnModel.Options.DEFAULT);
    boosted = BoostedChurnModel.fit(TRAIN, CALIBRATION, SMALL);
  }

  static List<ChurnModel> models() {
    return List.of(logistic, boosted, TrivialModel.fit(TRAIN, CALIBRATION));
  }

  @ParameterizedTest
  @MethodSource("models")
  void baselineAndValuesAddUpToTheLogOddsOnEveryRow(ChurnModel model) {
    for (double[] row : TEST.x()) {
      assertThat(model.baseline() + Arrays.stream(model.explain(row)).sum())
          .isCloseTo(model.logOdds(row), within(1e-6));
    }
  }

  @Test
  void valuesAddUpAfterAnIsotonicCalibrationToo() {
    FeatureMatrix bent = bentCalibrationBlock();
    BoostedChurnModel model = BoostedChurnModel.fit(TRAIN, bent, SMALL);
    assertThat(model.calibrationMethod()).startsWith("isotonic");
    for (double[] row : TEST.x()) {
      assertThat(model.baseline() + Arrays.stream(model.explain(row)).sum())
          .isCloseTo(model.logOdds(row), within(1e-6));
    }
  }

  /** Labels that saturate where the model is sure, which no affine map can follow. */
  private static FeatureMatrix bentCalibrationBlock() {
    FeatureMatrix block = Synthetic.customers(6000, 5);
    Random random = new Random(9);
    int[] y = new int[block.rows()];
    for (int i = 0; i < y.length; i++) {
      double z = boosted.rawLogOdds(block.x()[i]);
      double p = z < -2.5 ? 0.02 : z < -1.5 ? 0.4 : 0.45;
      y[i] = random.nextDouble() < p ? 1 : 0;
    }
    return new FeatureMatrix(block.names(), block.x(), y, block.clusterIds());
  }

  @Test
  void bothModelsBeatTheTrivialOneOnALaterBlock() {
    Evaluation trivial = Evaluation.of(TrivialModel.fit(TRAIN, CALIBRATION), TEST, 1);
    assertThat(trivial.auc().estimate()).isEqualTo(0.5);
    for (ChurnModel model : List.of(logistic, boosted)) {
      Evaluation evaluation = Evaluation.of(model, TEST, 1);
      assertThat(evaluation.beats(trivial)).isTrue();
      assertThat(trivial.beats(evaluation)).isFalse();
      assertThat(evaluation.auc().estimate()).isBetween(0.74, 0.85);
      assertThat(evaluation.auc().low()).isBetween(0.7, evaluation.auc().estimate());
      assertThat(evaluation.observedOverExpected()).isBetween(0.9, 1.1);
    }
  }

  @Test
  void reasonsNameThePlantedCauses() {
    double[] logisticShare = meanAbsolute(logistic);
    double[] boostedShare = meanAbsolute(boosted);
    for (double[] share : List.of(logisticShare, boostedShare)) {
      assertThat(Math.min(share[0], share[1])).isGreaterThan(5 * Math.max(share[4], share[5]));
    }
    double[] unresolved = {4, 0, 0, 0, 0, 0};
    double[] resolved = {0, 0, 0, 0, 0, 0};
    for (ChurnModel model : List.of(logistic, boosted)) {
      assertThat(model.explain(unresolved)[0]).isPositive();
      assertThat(model.explain(resolved)[0]).isNegative();
    }
  }

  private static double[] meanAbsolute(ChurnModel model) {
    double[] mean = new double[Synthetic.NAMES.length];
    for (double[] row : TEST.x()) {
      double[] values = model.explain(row);
      for (int j = 0; j < mean.length; j++) {
        mean[j] += Math.abs(values[j]) / TEST.rows();
      }
    }
    return mean;
  }

  @Test
  void copiedTreesScoreExactlyAsSmileDoes() {
    double[][] filled = Medians.of(TRAIN).fill(TRAIN.x());
    var smile = BoostedChurnModel.boost(filled, TRAIN.labels(), TRAIN.names(), SMALL);
    double[] posterior = new double[2];
    for (double[] row : Medians.of(TRAIN).fill(TEST.x())) {
      var unused = smile.predict(Tuple.of(smile.schema(), row), posterior);
      assertThat(Calibration.sigmoid(boosted.rawLogOdds(row)))
          .isCloseTo(posterior[1], within(1e-9));
    }
  }

  @Test
  void theSameSeedGivesTheSameModelAndAnotherSeedAnother() {
    BoostedChurnModel again = BoostedChurnModel.fit(TRAIN, CALIBRATION, SMALL);
    BoostedChurnModel other =
        BoostedChurnModel.fit(
            TRAIN, CALIBRATION, new BoostedChurnModel.Options(60, 4, 8, 10, 0.1, 0.7, 8));
    assertThat(again.logOdds(TEST.x())).isEqualTo(boosted.logOdds(TEST.x()));
    assertThat(other.logOdds(TEST.x())).isNotEqualTo(boosted.logOdds(TEST.x()));
    assertThat(
            LogisticChurnModel.fit(TRAIN, CALIBRATION, LogisticChurnModel.Options.DEFAULT)
                .logOdds(TEST.x()))
        .isEqualTo(logistic.logOdds(TEST.x()));
  }

  @Test
  void anotherThreadTrainsTheSameModel() throws Exception {
    try (var pool = Executors.newSingleThreadExecutor()) {
      BoostedChurnModel elsewhere =
          pool.submit(() -> BoostedChurnModel.fit(TRAIN, CALIBRATION, SMALL)).get();
      assertThat(elsewhere.logOdds(TEST.x())).isEqualTo(boosted.logOdds(TEST.x()));
    }
  }

  @Test
  void aMissingValueScoresAsTheTrainingMedian() {
    double[] row = TEST.x()[0].clone();
    row[2] = Double.NaN;
    double[] median = row.clone();
    median[2] = Medians.of(TRAIN).values()[2];
    assertThat(boosted.logOdds(row)).isEqualTo(boosted.logOdds(median));
    assertThat(logistic.logOdds(row)).isEqualTo(logistic.logOdds(median));
  }

  @Test
  void anInvertedCalibrationBlockIsNotTurnedRound() {
    int[] inverted = Arrays.stream(CALIBRATION.labels()).map(y -> 1 - y).toArray();
    FeatureMatrix block =
        new FeatureMatrix(CALIBRATION.names(), CALIBRATION.x(), inverted, CALIBRATION.clusterIds());
    double[] scores =
        LogisticChurnModel.fit(TRAIN, block, LogisticChurnModel.Options.DEFAULT).logOdds(TEST.x());
    assertThat(
            Arrays.stream(scores).max().orElseThrow() - Arrays.stream(scores).min().orElseThrow())
        .isLessThan(1e-9);
  }

  @Test
  void aConstantFeatureGetsNoWeight() {
    double[][] x = Arrays.stream(TRAIN.x()).map(double[]::clone).toArray(double[][]::new);
    for (double[] row : x) {
      row[4] = 1234.5;
    }
    FeatureMatrix constant =
        new FeatureMatrix(TRAIN.names(), x, TRAIN.labels(), TRAIN.clusterIds());
    LogisticChurnModel model =
        LogisticChurnModel.fit(constant, CALIBRATION, LogisticChurnModel.Options.DEFAULT);
    assertThat(model.explain(TEST.x()[0])[4]).isZero();
  }

  @Test
  void blocksThatCannotBeLearnedFromAreRefused() {
    FeatureMatrix nobody =
        new FeatureMatrix(TRAIN.names(), TRAIN.x(), new int[TRAIN.rows()], TRAIN.clusterIds());
    assertThatThrownBy(() -> BoostedChurnModel.fit(nobody, CALIBRATION, SMALL))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("0 churned of 4000 customers");
    assertThatThrownBy(() ->
            new FeatureMatrix(
                new String[] {"a"}, new double[][] {{1}}, new int[] {2}, new String[] {"c"}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("row 0: label 2 is not 0 or 1");
    assertThatThrownBy(() -> new BoostedChurnModel.Options(0, 4, 8, 10, 0.1, 0.7, 7))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("trees must be positive, was 0");
    assertThatThrownBy(() -> boosted.logOdds(new double[] {1}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a row has 1 values, the model expects 6");
  }
}
