package io.supportlake.models;

import java.io.Serializable;
import java.util.Arrays;

/**
 * A regression tree in arrays. A node is a leaf when its feature is -1; values at most the
 * threshold go left.
 */
record FlatTree(
    int[] feature, double[] threshold, int[] left, int[] right, double[] value, double[] cover)
    implements Serializable {

  static FlatTree ofSize(int nodes) {
    int[] feature = new int[nodes];
    Arrays.fill(feature, -1);
    return new FlatTree(
        feature,
        new double[nodes],
        new int[nodes],
        new int[nodes],
        new double[nodes],
        new double[nodes]);
  }

  double predict(double[] row) {
    int node = 0;
    while (feature[node] >= 0) {
      node = row[feature[node]] <= threshold[node] ? left[node] : right[node];
    }
    return value[node];
  }

  /** Mean prediction over the training rows, by the number of rows in each leaf. */
  double expectation() {
    return expectation(0);
  }

  private double expectation(int node) {
    if (feature[node] < 0) {
      return value[node];
    }
    double leftCover = cover[left[node]];
    double rightCover = cover[right[node]];
    return (leftCover * expectation(left[node]) + rightCover * expectation(right[node]))
        / (leftCover + rightCover);
  }

  int depth() {
    return depth(0);
  }

  private int depth(int node) {
    return feature[node] < 0 ? 0 : 1 + Math.max(depth(left[node]), depth(right[node]));
  }
}
