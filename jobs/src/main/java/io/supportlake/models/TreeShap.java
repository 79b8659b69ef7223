package io.supportlake.models;

import java.util.Arrays;

/**
 * Exact path-dependent SHAP values of a tree (Lundberg, Erion and Lee 2018, algorithm 2). They add
 * up to the prediction minus the expectation over the training rows.
 */
final class TreeShap {
  private final FlatTree tree;
  private final double[] row;
  private final double[] shap;

  private TreeShap(FlatTree tree, double[] row, double[] shap) {
    this.tree = tree;
    this.row = row;
    this.shap = shap;
  }

  /** Adds the values of one row to {@code shap}. */
  static void add(FlatTree tree, double[] row, double[] shap) {
    new TreeShap(tree, row, shap).recurse(0, new Path(0), 1, 1, -1);
  }

  /**
   * The features split on so far, with the shares of paths that pass when each is unknown or known.
   */
  private static final class Path {
    private int[] feature;
    private double[] zero;
    private double[] one;
    private double[] weight;
    private int length;

    Path(int capacity) {
      feature = new int[capacity];
      zero = new double[capacity];
      one = new double[capacity];
      weight = new double[capacity];
    }

    Path extended(double zeroShare, double oneShare, int nextFeature) {
      Path path = new Path(0);
      path.feature = Arrays.copyOf(feature, length + 1);
      path.zero = Arrays.copyOf(zero, length + 1);
      path.one = Arrays.copyOf(one, length + 1);
      path.weight = Arrays.copyOf(weight, length + 1);
      path.length = length + 1;
      path.feature[length] = nextFeature;
      path.zero[length] = zeroShare;
      path.one[length] = oneShare;
      path.weight[length] = length == 0 ? 1 : 0;
      for (int i = length - 1; i >= 0; i--) {
        path.weight[i + 1] += oneShare * path.weight[i] * (i + 1) / (length + 1);
        path.weight[i] = zeroShare * path.weight[i] * (length - i) / (length + 1);
      }
      return path;
    }

    void unwind(int index) {
      int last = length - 1;
      double next = weight[last];
      for (int i = last - 1; i >= 0; i--) {
        if (one[index] != 0) {
          double old = weight[i];
          weight[i] = next * (last + 1) / ((i + 1) * one[index]);
          next = old - weight[i] * zero[index] * (last - i) / (last + 1);
        } else {
          weight[i] = weight[i] * (last + 1) / (zero[index] * (last - i));
        }
      }
      for (int i = index; i < last; i++) {
        feature[i] = feature[i + 1];
        zero[i] = zero[i + 1];
        one[i] = one[i + 1];
      }
      length--;
    }

    double unwoundSum(int index) {
      int last = length - 1;
      double next = weight[last];
      double total = 0;
      for (int i = last - 1; i >= 0; i--) {
        if (one[index] != 0) {
          double undone = next * (last + 1) / ((i + 1) * one[index]);
          total += undone;
          next = weight[i] - undone * zero[index] * (last - i) / (last + 1);
        } else {
          total += weight[i] * (last + 1) / (zero[index] * (last - i));
        }
      }
      return total;
    }
  }

  private void recurse(
      int node, Path parent, double zeroShare, double oneShare, int parentFeature) {
    Path path = parent.extended(zeroShare, oneShare, parentFeature);
    int feature = tree.feature()[node];
    if (feature < 0) {
      for (int i = 1; i < path.length; i++) {
        shap[path.feature[i]] +=
            path.unwoundSum(i) * (path.one[i] - path.zero[i]) * tree.value()[node];
      }
      return;
    }
    int left = tree.left()[node];
    int right = tree.right()[node];
    boolean goesLeft = row[feature] <= tree.threshold()[node];
    int hot = goesLeft ? left : right;
    int cold = goesLeft ? right : left;
    double incomingZero = 1;
    double incomingOne = 1;
    for (int i = 1; i < path.length; i++) {
      if (path.feature[i] == feature) {
        incomingZero = path.zero[i];
        incomingOne = path.one[i];
        path.unwind(i);
        break;
      }
    }
    double covered = tree.cover()[left] + tree.cover()[right];
    recurse(hot, path, incomingZero * tree.cover()[hot] / covered, incomingOne, feature);
    recurse(cold, path, incomingZero * tree.cover()[cold] / covered, 0, feature);
  }
}
