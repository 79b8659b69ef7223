package io.supportlake.models;

import java.util.Random;

/** Seeded customers whose churn follows two linear causes, one threshold and one interaction. */
final class Synthetic {
  static final String[] NAMES = {
    "unresolved", "usage_change", "tenure", "failures", "noise_a", "noise_b"
  };

  private Synthetic() {}

  static FeatureMatrix customers(int rows, long seed) {
    return customers(rows, seed, NAMES.length);
  }

  static FeatureMatrix customers(int rows, long seed, int features) {
    Random random = new Random(seed);
    String[] names = new String[features];
    for (int j = 0; j < features; j++) {
      names[j] = j < NAMES.length ? NAMES[j] : "noise_" + j;
    }
    double[][] x = new double[rows][features];
    int[] y = new int[rows];
    String[] customers = new String[rows];
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < features; j++) {
        x[i][j] = random.nextGaussian();
      }
      x[i][0] = random.nextInt(5);
      double z =
          -3
              + 0.6 * x[i][0]
              - 0.8 * x[i][1]
              + (x[i][2] < -0.5 ? 0.8 : 0)
              + (x[i][3] > 1 && x[i][1] < 0 ? 1.5 : 0);
      y[i] = random.nextDouble() < 1 / (1 + Math.exp(-z)) ? 1 : 0;
      if (random.nextInt(20) == 0) {
        x[i][2] = Double.NaN;
      }
      customers[i] = "c" + i / 2;
    }
    return new FeatureMatrix(names, x, y, customers);
  }
}
