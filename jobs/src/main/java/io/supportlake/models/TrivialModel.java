package io.supportlake.models;

import java.util.List;

/** Gives everybody the base rate. What any other model has to beat before it may be used. */
public final class TrivialModel implements ChurnModel {
  private static final long serialVersionUID = 1L;

  private final List<String> features;
  private final double baseline;

  private TrivialModel(List<String> features, double baseline) {
    this.features = features;
    this.baseline = baseline;
  }

  /** The base rate of both blocks together, half an event added on each side. */
  public static TrivialModel fit(FeatureMatrix train, FeatureMatrix calibration) {
    double events = train.events() + calibration.events();
    double rows = train.rows() + calibration.rows();
    return new TrivialModel(List.of(train.names()), Calibration.logit((events + 0.5) / (rows + 1)));
  }

  @Override
  public String kind() {
    return "trivial";
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
    return "none";
  }

  @Override
  public double baseline() {
    return baseline;
  }

  @Override
  public double logOdds(double[] row) {
    return baseline;
  }

  @Override
  public double[] explain(double[] row) {
    return new double[features.size()];
  }
}
