package io.supportlake.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class TreeShapTest {

  /**
   * Fever and cough: 80 where both, else 0, a quarter of the rows in each leaf. Symmetric causes
   * share equally (Lundberg, Erion and Lee 2018, figure 1, model A: 30 and 30 above an expectation
   * of 20).
   */
  @Test
  void symmetricCausesShareTheEffectEqually() {
    FlatTree tree = FlatTree.ofSize(7);
    split(tree, 0, 0, 1, 2, 4);
    split(tree, 1, 1, 3, 4, 2);
    split(tree, 2, 1, 5, 6, 2);
    for (int leaf = 3; leaf < 7; leaf++) {
      tree.cover()[leaf] = 1;
    }
    tree.value()[6] = 80;
    double[] shap = new double[2];
    TreeShap.add(tree, new double[] {1, 1}, shap);
    assertThat(tree.expectation()).isEqualTo(20);
    assertThat(shap).containsExactly(new double[] {30, 30}, within(1e-12));
  }

  /**
   * The definition itself, by going over all subsets of features, on a tree that splits twice on
   * one feature.
   */
  @Test
  void valuesEqualTheShapleyDefinitionWhenAFeatureIsSplitTwice() {
    FlatTree tree = FlatTree.ofSize(9);
    split(tree, 0, 0, 1, 2, 100);
    split(tree, 1, 1, 3, 4, 60);
    split(tree, 2, 2, 5, 6, 40);
    split(tree, 4, 0, 7, 8, 25);
    tree.threshold()[4] = -1;
    double[] covers = {0, 0, 0, 35, 0, 10, 30, 5, 20};
    double[] values = {0, 0, 0, 1, 0, -2, 7, 4, -5};
    for (int leaf : new int[] {3, 5, 6, 7, 8}) {
      tree.cover()[leaf] = covers[leaf];
      tree.value()[leaf] = values[leaf];
    }
    for (double[] row : new double[][] {{0, 1, 0}, {-2, 1, 1}, {1, 0, 1}, {1, 1, 0}, {-2, 0, 0}}) {
      double[] shap = new double[3];
      TreeShap.add(tree, row, shap);
      assertThat(shap).containsExactly(byDefinition(tree, row), within(1e-12));
    }
  }

  private static void split(FlatTree tree, int node, int feature, int left, int right, double n) {
    tree.feature()[node] = feature;
    tree.threshold()[node] = 0.5;
    tree.left()[node] = left;
    tree.right()[node] = right;
    tree.cover()[node] = n;
  }

  private static double[] byDefinition(FlatTree tree, double[] row) {
    double[] weights = {1.0 / 3, 1.0 / 6, 1.0 / 3};
    double[] shap = new double[3];
    for (int j = 0; j < 3; j++) {
      for (int known = 0; known < 8; known++) {
        if ((known >> j & 1) == 0) {
          shap[j] +=
              weights[Integer.bitCount(known)]
                  * (value(tree, row, known | 1 << j, 0) - value(tree, row, known, 0));
        }
      }
    }
    return shap;
  }

  private static double value(FlatTree tree, double[] row, int known, int node) {
    int feature = tree.feature()[node];
    if (feature < 0) {
      return tree.value()[node];
    }
    int left = tree.left()[node];
    int right = tree.right()[node];
    if ((known >> feature & 1) == 1) {
      return value(tree, row, known, row[feature] <= tree.threshold()[node] ? left : right);
    }
    return (tree.cover()[left] * value(tree, row, known, left)
            + tree.cover()[right] * value(tree, row, known, right))
        / (tree.cover()[left] + tree.cover()[right]);
  }
}
