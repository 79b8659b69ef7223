package io.supportlake.models;

import java.util.Arrays;
import java.util.HashSet;
import org.jspecify.annotations.Nullable;

/**
 * One row per customer and landmark: numeric features, the label where it is mature, and the
 * customer for clustered intervals. NaN means missing; models replace it by the training median.
 *
 * @param names feature names in the order of the columns of {@code x}
 * @param x rows of feature values, NaN where missing
 * @param y 1 for churned and 0 for stayed; null when the rows are only to be scored
 * @param clusterIds customer of each row
 */
public record FeatureMatrix(String[] names, double[][] x, int @Nullable [] y, String[] clusterIds) {

  /**
   * Checks that the parts fit together.
   *
   * @throws IllegalArgumentException when lengths differ, names repeat, a value is infinite or a
   *     label is not 0/1
   */
  public FeatureMatrix {
    if (names.length == 0) {
      throw new IllegalArgumentException("a feature matrix needs at least one feature");
    }
    if (new HashSet<>(Arrays.asList(names)).size() != names.length) {
      throw new IllegalArgumentException("feature names repeat: " + Arrays.toString(names));
    }
    if (clusterIds.length != x.length) {
      throw new IllegalArgumentException(
          "%d rows but %d customers".formatted(x.length, clusterIds.length));
    }
    if (y != null && y.length != x.length) {
      throw new IllegalArgumentException("%d rows but %d labels".formatted(x.length, y.length));
    }
    for (int i = 0; i < x.length; i++) {
      if (x[i].length != names.length) {
        throw new IllegalArgumentException(
            "row %d has %d values, expected %d".formatted(i, x[i].length, names.length));
      }
      for (int j = 0; j < names.length; j++) {
        if (Double.isInfinite(x[i][j])) {
          throw new IllegalArgumentException("row %d: %s is infinite".formatted(i, names[j]));
        }
      }
      if (y != null && y[i] != 0 && y[i] != 1) {
        throw new IllegalArgumentException("row %d: label %d is not 0 or 1".formatted(i, y[i]));
      }
    }
  }

  /** Number of rows. */
  public int rows() {
    return x.length;
  }

  /**
   * The labels.
   *
   * @throws IllegalStateException when the matrix has none
   */
  public int[] labels() {
    if (y == null) {
      throw new IllegalStateException("these %d rows carry no labels".formatted(x.length));
    }
    return y;
  }

  /** Number of rows labelled 1. */
  public int events() {
    int events = 0;
    for (int label : labels()) {
      events += label;
    }
    return events;
  }
}
