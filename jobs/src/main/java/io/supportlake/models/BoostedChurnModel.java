package io.supportlake.models;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import smile.classification.GradientTreeBoost;
import smile.data.DataFrame;
import smile.data.Tuple;
import smile.data.formula.Formula;
import smile.data.type.StructType;
import smile.data.vector.IntVector;
import smile.math.MathEx;
import smile.model.cart.InternalNode;
import smile.model.cart.Node;
import smile.model.cart.RegressionNode;
import smile.regression.RegressionTree;

/**
 * Gradient-boosted trees trained by Smile. The trees are copied into plain arrays: Smile's own SHAP
 * leaves out the shrinkage and divides by the number of trees, and its scoring builds an object per
 * row.
 */
public final class BoostedChurnModel implements ChurnModel {
  private static final long serialVersionUID = 1L;

  private static final String LABEL = "label__";

  private final List<String> features;
  private final Medians medians;
  private final FlatTree[] trees;
  private final double intercept;
  private final double rawBaseline;
  private final Calibration calibration;
  private final long seed;

  /**
   * Settings of the fit.
   *
   * @param trees number of boosting rounds
   * @param maxDepth limit of a tree's depth
   * @param maxNodes limit of a tree's leaves
   * @param nodeSize smallest number of training rows in a leaf
   * @param shrinkage learning rate in (0, 1]
   * @param subsample share of rows drawn for each tree, in (0, 1]
   * @param seed seed of the draws
   */
  public record Options(
      int trees,
      int maxDepth,
      int maxNodes,
      int nodeSize,
      double shrinkage,
      double subsample,
      long seed) {

    /** What is used when the configuration says nothing: many shallow trees, learned slowly. */
    public static final Options DEFAULT = new Options(150, 4, 8, 20, 0.06, 0.7, 20_260_101L);

    /** Refuses settings that cannot be fitted. */
    public Options {
      if (trees <= 0) {
        throw new IllegalArgumentException("trees must be positive, was " + trees);
      }
      if (maxDepth < 2 || maxDepth > 16) {
        throw new IllegalArgumentException("maxDepth must be 2 to 16, was " + maxDepth);
      }
      if (maxNodes < 2) {
        throw new IllegalArgumentException("maxNodes must be at least 2, was " + maxNodes);
      }
      if (nodeSize < 1) {
        throw new IllegalArgumentException("nodeSize must be positive, was " + nodeSize);
      }
      if (!(shrinkage > 0 && shrinkage <= 1)) {
        throw new IllegalArgumentException("shrinkage must be in (0, 1], was " + shrinkage);
      }
      if (!(subsample > 0 && subsample <= 1)) {
        throw new IllegalArgumentException("subsample must be in (0, 1], was " + subsample);
      }
    }
  }

  private BoostedChurnModel(
      List<String> features,
      Medians medians,
      FlatTree[] trees,
      double intercept,
      Calibration calibration,
      long seed) {
    this.features = features;
    this.medians = medians;
    this.trees = trees;
    this.intercept = intercept;
    this.rawBaseline = intercept + Arrays.stream(trees).mapToDouble(FlatTree::expectation).sum();
    this.calibration = calibration;
    this.seed = seed;
  }

  /**
   * Fits on one block and calibrates on a later one.
   *
   * @throws IllegalArgumentException when the blocks differ in features, or one class is missing in
   *     training
   */
  public static BoostedChurnModel fit(
      FeatureMatrix train, FeatureMatrix calibration, Options options) {
    Training.requireUsable(train, calibration);
    Medians medians = Medians.of(train);
    double[][] x = medians.fill(train.x());
    GradientTreeBoost boost = boost(x, train.labels(), train.names(), options);
    FlatTree[] trees =
        Arrays.stream(boost.trees()[0])
            // Smile models half the log-odds, so each tree counts twice.
            .map(tree -> flatten(tree, 2 * options.shrinkage()))
            .toArray(FlatTree[]::new);
    double intercept = intercept(boost, trees, x);
    BoostedChurnModel raw =
        new BoostedChurnModel(
            List.of(train.names()),
            medians,
            trees,
            intercept,
            Calibration.IDENTITY,
            options.seed());
    return new BoostedChurnModel(
        raw.features,
        medians,
        trees,
        intercept,
        Calibration.fit(
            raw.logOdds(calibration.x()), calibration.labels(), calibration.clusterIds()),
        options.seed());
  }

  static GradientTreeBoost boost(double[][] x, int[] y, String[] names, Options options) {
    DataFrame frame = DataFrame.of(x, names).add(new IntVector(LABEL, y));
    // Smile draws from a generator of the calling thread.
    MathEx.setSeed(options.seed());
    return GradientTreeBoost.fit(
        Formula.lhs(LABEL),
        frame,
        new GradientTreeBoost.Options(
            options.trees(),
            options.maxDepth(),
            options.maxNodes(),
            options.nodeSize(),
            options.shrinkage(),
            options.subsample(),
            null,
            null));
  }

  /** Smile keeps its intercept private: it is what its prediction of a row has beyond the trees. */
  private static double intercept(GradientTreeBoost boost, FlatTree[] trees, double[][] x) {
    double[] probabilities = new double[2];
    double intercept = Double.NaN;
    for (int i = 0; i < Math.min(x.length, 5); i++) {
      var unused = boost.predict(Tuple.of(boost.schema(), x[i]), probabilities);
      double rest = Calibration.logit(probabilities[1]) - sum(trees, x[i]);
      if (i == 0) {
        intercept = rest;
      } else if (Math.abs(rest - intercept) > 1e-6) {
        throw new IllegalStateException(
            "the copied trees differ from Smile's by %g: this Smile version works differently from the one that was"
                    .formatted(rest - intercept)
                + " tested; pin smile-core to the version in pom.xml");
      }
    }
    return intercept;
  }

  private static double sum(FlatTree[] trees, double[] row) {
    double sum = 0;
    for (FlatTree tree : trees) {
      sum += tree.predict(row);
    }
    return sum;
  }

  private static FlatTree flatten(RegressionTree tree, double factor) {
    List<Node> nodes = new ArrayList<>();
    collect(tree.root(), nodes);
    FlatTree flat = FlatTree.ofSize(nodes.size());
    for (int i = 0, next = 0; i < nodes.size(); i++) {
      Node node = nodes.get(i);
      flat.cover()[i] = node.size();
      if (node instanceof InternalNode split) {
        flat.feature()[i] = split.feature();
        flat.threshold()[i] = threshold(split, tree.schema());
        flat.left()[i] = ++next;
        flat.right()[i] = ++next;
      } else if (node instanceof RegressionNode leaf) {
        flat.value()[i] = factor * leaf.output();
      } else {
        throw new IllegalStateException("unknown kind of tree node " + node.getClass().getName());
      }
    }
    return flat;
  }

  /** Breadth first, so that the children of the k-th split stand at 2k-1 and 2k. */
  private static void collect(Node root, List<Node> nodes) {
    nodes.add(root);
    for (int i = 0; i < nodes.size(); i++) {
      if (nodes.get(i) instanceof InternalNode split) {
        nodes.add(split.trueChild());
        nodes.add(split.falseChild());
      }
    }
  }

  /**
   * The largest value that goes to the true branch. Smile keeps it private, so it is found by
   * bisection of bits.
   */
  private static double threshold(InternalNode split, StructType schema) {
    double[] probe = new double[schema.length()];
    long low = toOrdered(-Double.MAX_VALUE);
    long high = toOrdered(Double.MAX_VALUE);
    while (low < high) {
      long middle = low + Long.divideUnsigned(high - low, 2) + 1;
      if (middle > high) {
        middle = high;
      }
      probe[split.feature()] = fromOrdered(middle);
      if (split.branch(Tuple.of(schema, probe))) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return fromOrdered(low);
  }

  /** Maps doubles to longs of the same order. */
  private static long toOrdered(double value) {
    long bits = Double.doubleToLongBits(value);
    return bits >= 0 ? bits : Long.MIN_VALUE - bits;
  }

  private static double fromOrdered(long ordered) {
    return Double.longBitsToDouble(ordered >= 0 ? ordered : Long.MIN_VALUE - ordered);
  }

  @Override
  public String kind() {
    return "boosted";
  }

  @Override
  public List<String> features() {
    return features;
  }

  @Override
  public long seed() {
    return seed;
  }

  @Override
  public String calibrationMethod() {
    return calibration.method();
  }

  @Override
  public double baseline() {
    return calibration.apply(rawBaseline);
  }

  @Override
  public double logOdds(double[] row) {
    return calibration.apply(rawLogOdds(row));
  }

  double rawLogOdds(double[] row) {
    return intercept + sum(trees, medians.fill(row));
  }

  @Override
  public double[] explain(double[] row) {
    double[] filled = medians.fill(row);
    double[] shap = new double[features.size()];
    for (FlatTree tree : trees) {
      TreeShap.add(tree, filled, shap);
    }
    return calibration.spread(shap, rawBaseline);
  }
}
