package io.supportlake.models;

import java.io.Serializable;
import java.util.Arrays;

/**
 * Replaces missing values by the training median of their feature (0 where a feature was never
 * seen).
 */
record Medians(double[] values) implements Serializable {

  static Medians of(FeatureMatrix train) {
    double[] medians = new double[train.names().length];
    for (int j = 0; j < medians.length; j++) {
      int column = j;
      double[] seen =
          Arrays.stream(train.x())
              .mapToDouble(row -> row[column])
              .filter(v -> !Double.isNaN(v))
              .sorted()
              .toArray();
      int n = seen.length;
      if (n > 0) {
        medians[j] =
            n % 2 == 1 ? seen[n / 2] : seen[n / 2 - 1] + (seen[n / 2] - seen[n / 2 - 1]) / 2;
      }
    }
    return new Medians(medians);
  }

  double[] fill(double[] row) {
    if (row.length != values.length) {
      throw new IllegalArgumentException(
          "a row has %d values, the model expects %d".formatted(row.length, values.length));
    }
    double[] filled = row.clone();
    for (int j = 0; j < filled.length; j++) {
      if (Double.isNaN(filled[j])) {
        filled[j] = values[j];
      }
    }
    return filled;
  }

  double[][] fill(double[][] rows) {
    return Arrays.stream(rows).map(this::fill).toArray(double[][]::new);
  }
}
