package io.supportlake.models;

import java.io.Serializable;
import java.util.Arrays;
import java.util.List;

/**
 * A fitted, calibrated churn model. Rows hold the features in the order of {@link #features()}, NaN
 * for missing. Instances are immutable and may be shared between threads and sent to executors.
 */
public sealed interface ChurnModel extends Serializable
    permits LogisticChurnModel, BoostedChurnModel, TrivialModel {

  /** Short name of the kind of model, as the registry stores it. */
  String kind();

  /** Feature names in the order of the values of a row. */
  List<String> features();

  /** Seed it was trained with; 0 where training draws nothing. */
  long seed();

  /** How the scores were calibrated, in words. */
  String calibrationMethod();

  /** Calibrated log-odds that every explanation starts from. */
  double baseline();

  /** Calibrated log-odds of one row. */
  double logOdds(double[] row);

  /**
   * SHAP values of one row in calibrated log-odds, one per feature: {@link #baseline()} and the
   * values add up to {@link #logOdds(double[])} within 1e-6.
   */
  double[] explain(double[] row);

  /** Calibrated probability of churn of one row. */
  default double probability(double[] row) {
    return Calibration.sigmoid(logOdds(row));
  }

  /** Calibrated log-odds of each row. */
  default double[] logOdds(double[][] rows) {
    return Arrays.stream(rows).mapToDouble(this::logOdds).toArray();
  }

  /** Calibrated probability of churn of each row. */
  default double[] probability(double[][] rows) {
    return Arrays.stream(rows).mapToDouble(this::probability).toArray();
  }
}
