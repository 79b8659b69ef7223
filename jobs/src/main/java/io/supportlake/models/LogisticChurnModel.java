package io.supportlake.models;

import java.util.Arrays;
import java.util.List;
import smile.classification.LogisticRegression;

/**
 * Logistic regression on standardised features with an L2 penalty. Its SHAP values are exact for
 * independent features: weight times distance from the training mean (Lundberg and Lee 2017,
 * corollary 1).
 */
public final class LogisticChurnModel implements ChurnModel {
  private static final long serialVersionUID = 1L;

  /**
   * Standardised values are held within this many standard deviations, so that one wild value
   * cannot decide.
   */
  private static final double CLIP = 8;

  private final List<String> features;
  private final Medians medians;
  private final double[] mean;
  private final double[] scale;
  private final double[] weights;
  private final double intercept;
  private final Calibration calibration;

  /**
   * Settings of the fit.
   *
   * @param l2 penalty on the squared standardised weights, against the summed log-likelihood
   * @param tolerance relative change at which the fit stops
   * @param maxIterations limit of iterations
   */
  public record Options(double l2, double tolerance, int maxIterations) {

    /** What is used when the configuration says nothing. */
    public static final Options DEFAULT = new Options(10, 1e-8, 1000);

    /** Refuses settings that cannot be fitted. */
    public Options {
      if (!(l2 >= 0)) {
        throw new IllegalArgumentException("l2 must not be negative, was " + l2);
      }
      if (!(tolerance > 0)) {
        throw new IllegalArgumentException("tolerance must be positive, was " + tolerance);
      }
      if (maxIterations <= 0) {
        throw new IllegalArgumentException("maxIterations must be positive, was " + maxIterations);
      }
    }
  }

  private LogisticChurnModel(
      List<String> features,
      Medians medians,
      double[] mean,
      double[] scale,
      double[] weights,
      double intercept,
      Calibration calibration) {
    this.features = features;
    this.medians = medians;
    this.mean = mean;
    this.scale = scale;
    this.weights = weights;
    this.intercept = intercept;
    this.calibration = calibration;
  }

  /**
   * Fits on one block and calibrates on a later one.
   *
   * @throws IllegalArgumentException when the blocks differ in features, or one class is missing in
   *     training
   */
  public static LogisticChurnModel fit(
      FeatureMatrix train, FeatureMatrix calibration, Options options) {
    Training.requireUsable(train, calibration);
    Medians medians = Medians.of(train);
    double[][] x = medians.fill(train.x());
    int p = train.names().length;
    double[] mean = new double[p];
    double[] scale = new double[p];
    for (int j = 0; j < p; j++) {
      int column = j;
      mean[j] = Arrays.stream(x).mapToDouble(row -> row[column]).average().orElse(0);
      double centre = mean[j];
      double variance =
          Arrays.stream(x)
              .mapToDouble(row -> (row[column] - centre) * (row[column] - centre))
              .average()
              .orElse(0);
      // A constant feature gets scale 0, which standardise() maps to 0 everywhere.
      scale[j] = variance > 1e-18 * Math.max(1, centre * centre) ? 1 / Math.sqrt(variance) : 0;
    }
    double[][] z =
        Arrays.stream(x).map(row -> standardise(row, mean, scale)).toArray(double[][]::new);
    double[] coefficients =
        LogisticRegression.binomial(
                z,
                train.labels(),
                new LogisticRegression.Options(
                    options.l2(), options.tolerance(), options.maxIterations()))
            .coefficients();
    LogisticChurnModel raw =
        new LogisticChurnModel(
            List.of(train.names()),
            medians,
            mean,
            scale,
            Arrays.copyOf(coefficients, p),
            coefficients[p],
            Calibration.IDENTITY);
    return new LogisticChurnModel(
        raw.features,
        medians,
        mean,
        scale,
        raw.weights,
        raw.intercept,
        Calibration.fit(
            raw.logOdds(calibration.x()), calibration.labels(), calibration.clusterIds()));
  }

  private static double[] standardise(double[] row, double[] mean, double[] scale) {
    double[] z = new double[row.length];
    for (int j = 0; j < z.length; j++) {
      z[j] = Math.clamp((row[j] - mean[j]) * scale[j], -CLIP, CLIP);
    }
    return z;
  }

  private double[] contributions(double[] row) {
    double[] z = standardise(medians.fill(row), mean, scale);
    for (int j = 0; j < z.length; j++) {
      z[j] *= weights[j];
    }
    return z;
  }

  @Override
  public String kind() {
    return "logistic";
  }

  @Override
  public List<String> features() {
    return features;
  }

  @Override
  public long seed() {
    return 0;
  }

  @Override
  public String calibrationMethod() {
    return calibration.method();
  }

  @Override
  public double baseline() {
    return calibration.apply(intercept);
  }

  @Override
  public double logOdds(double[] row) {
    return calibration.apply(intercept + Arrays.stream(contributions(row)).sum());
  }

  @Override
  public double[] explain(double[] row) {
    return calibration.spread(contributions(row), intercept);
  }
}
