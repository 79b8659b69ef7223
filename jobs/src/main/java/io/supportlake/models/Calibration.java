package io.supportlake.models;

import java.io.Serializable;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * A monotone map from a model's raw log-odds to calibrated ones: affine (Platt 1999, Newton as in
 * Lin, Lin and Weng 2007), or isotonic (Zadrozny and Elkan 2002; ties pooled, linear between the
 * pooled blocks) where that lowers the cross-fitted log loss by more than 1 %.
 */
record Calibration(double slope, double intercept, double[] knots, double[] values)
    implements Serializable {

  static final Calibration IDENTITY = new Calibration(1, 0, new double[0], new double[0]);

  /** Fewer events or non-events than this carry no slope: only the level is moved. */
  private static final int MIN_FOR_SLOPE = 10;

  /** Isotonic fits need enough of both classes in every block. */
  private static final int MIN_FOR_ISOTONIC = 100;

  private static final int FOLDS = 5;
  private static final double ISOTONIC_GAIN = 0.01;

  static double sigmoid(double z) {
    return z >= 0 ? 1 / (1 + Math.exp(-z)) : Math.exp(z) / (1 + Math.exp(z));
  }

  static double logit(double p) {
    return Math.log(p / (1 - p));
  }

  /**
   * The better of affine and isotonic for these raw scores; folds keep a customer's rows together.
   */
  static Calibration fit(double[] raw, int[] y, String[] clusters) {
    int events = Arrays.stream(y).sum();
    Calibration affine = affine(raw, y);
    if (Math.min(events, y.length - events) < MIN_FOR_ISOTONIC) {
      return affine;
    }
    double affineLoss = 0;
    double isotonicLoss = 0;
    for (int fold = 0; fold < FOLDS; fold++) {
      int held = fold;
      int[] in =
          IntStream.range(0, y.length)
              .filter(i -> Math.floorMod(clusters[i].hashCode(), FOLDS) != held)
              .toArray();
      Calibration foldAffine = affine(pick(raw, in), pick(y, in));
      Calibration foldIsotonic = isotonic(pick(raw, in), pick(y, in), foldAffine);
      for (int i = 0; i < y.length; i++) {
        if (Math.floorMod(clusters[i].hashCode(), FOLDS) == held) {
          affineLoss += logLoss(foldAffine.apply(raw[i]), y[i]);
          isotonicLoss += logLoss(foldIsotonic.apply(raw[i]), y[i]);
        }
      }
    }
    return isotonicLoss < (1 - ISOTONIC_GAIN) * affineLoss ? isotonic(raw, y, affine) : affine;
  }

  static Calibration affine(double[] raw, int[] y) {
    int events = Arrays.stream(y).sum();
    int others = y.length - events;
    if (events == 0 || others == 0) {
      return IDENTITY;
    }
    boolean withSlope = Math.min(events, others) >= MIN_FOR_SLOPE;
    double[] fitted = newton(raw, y, withSlope ? 0 : 1, withSlope);
    if (fitted[0] < 0) {
      // Upside down on the calibration block: such a score says nothing, and it must not be turned
      // round silently.
      fitted = newton(raw, y, 0, false);
    }
    return new Calibration(fitted[0], fitted[1], new double[0], new double[0]);
  }

  private static double[] newton(double[] raw, int[] y, double startSlope, boolean withSlope) {
    double events = Arrays.stream(y).sum();
    double high = (events + 1) / (events + 2);
    double low = 1 / (y.length - events + 2);
    double a = startSlope;
    double b = withSlope ? logit((events + 1) / (y.length + 2)) : 0;
    double loss = affineLoss(raw, y, a, b, high, low);
    for (int iteration = 0; iteration < 200; iteration++) {
      double ga = 0;
      double gb = 0;
      double haa = 1e-12;
      double hab = 0;
      double hbb = 1e-12;
      for (int i = 0; i < y.length; i++) {
        double p = sigmoid(a * raw[i] + b);
        double residual = p - (y[i] == 1 ? high : low);
        double weight = p * (1 - p);
        ga += residual * raw[i];
        gb += residual;
        haa += weight * raw[i] * raw[i];
        hab += weight * raw[i];
        hbb += weight;
      }
      double determinant = haa * hbb - hab * hab;
      boolean solvable = withSlope && determinant > 1e-12 * haa * hbb;
      double da = solvable ? (hbb * ga - hab * gb) / determinant : 0;
      double db = solvable ? (haa * gb - hab * ga) / determinant : gb / hbb;
      double step = 1;
      double next = affineLoss(raw, y, a - da, b - db, high, low);
      while (next > loss && step > 1e-10) {
        step /= 2;
        next = affineLoss(raw, y, a - step * da, b - step * db, high, low);
      }
      if (next > loss) {
        break;
      }
      a -= step * da;
      b -= step * db;
      loss = next;
      if (Math.abs(step * da) + Math.abs(step * db) < 1e-10) {
        break;
      }
    }
    return new double[] {a, b};
  }

  private static double affineLoss(
      double[] raw, int[] y, double a, double b, double high, double low) {
    double loss = 0;
    for (int i = 0; i < y.length; i++) {
      double z = a * raw[i] + b;
      double target = y[i] == 1 ? high : low;
      loss += softplus(z) - target * z;
    }
    return loss;
  }

  /**
   * Pool adjacent violators on scores with equal ones pooled first; beyond the ends the affine
   * slope goes on.
   */
  static Calibration isotonic(double[] raw, int[] y, Calibration affine) {
    Integer[] order = IntStream.range(0, y.length).boxed().toArray(Integer[]::new);
    Arrays.sort(order, Comparator.comparingDouble((Integer i) -> raw[i]));
    double[] n = new double[y.length];
    double[] ones = new double[y.length];
    double[] sum = new double[y.length];
    int blocks = 0;
    for (int at = 0; at < order.length; ) {
      double score = raw[order[at]];
      double count = 0;
      double positive = 0;
      while (at < order.length && raw[order[at]] == score) {
        count++;
        positive += y[order[at]];
        at++;
      }
      n[blocks] = count;
      ones[blocks] = positive;
      sum[blocks] = count * score;
      blocks++;
      while (blocks > 1 && ones[blocks - 2] * n[blocks - 1] >= ones[blocks - 1] * n[blocks - 2]) {
        n[blocks - 2] += n[blocks - 1];
        ones[blocks - 2] += ones[blocks - 1];
        sum[blocks - 2] += sum[blocks - 1];
        blocks--;
      }
    }
    double[] knots = new double[blocks];
    double[] values = new double[blocks];
    for (int k = 0; k < blocks; k++) {
      knots[k] = sum[k] / n[k];
      // Half an event and half a non-event keep a pure block away from certainty.
      values[k] = logit((ones[k] + 0.5) / (n[k] + 1));
      if (k > 0) {
        values[k] = Math.max(values[k], values[k - 1]);
      }
    }
    return new Calibration(affine.slope, affine.intercept, knots, values);
  }

  double apply(double raw) {
    int last = knots.length - 1;
    if (last < 0) {
      return slope * raw + intercept;
    }
    if (raw <= knots[0]) {
      return values[0] + slope * (raw - knots[0]);
    }
    if (raw >= knots[last]) {
      return values[last] + slope * (raw - knots[last]);
    }
    int found = Arrays.binarySearch(knots, raw);
    if (found >= 0) {
      return values[found];
    }
    int right = -found - 1;
    double share = (raw - knots[right - 1]) / (knots[right] - knots[right - 1]);
    return values[right - 1] + share * (values[right] - values[right - 1]);
  }

  /**
   * Scales values that explain {@code raw - rawBaseline} so that they explain the calibrated
   * difference.
   */
  double[] spread(double[] shap, double rawBaseline) {
    double difference = Arrays.stream(shap).sum();
    double factor =
        knots.length == 0 || Math.abs(difference) < 1e-9
            ? slope
            : (apply(rawBaseline + difference) - apply(rawBaseline)) / difference;
    return Arrays.stream(shap).map(value -> factor * value).toArray();
  }

  String method() {
    if (knots.length == 0 && slope == 1 && intercept == 0) {
      return "none";
    }
    return knots.length == 0
        ? String.format(Locale.ROOT, "affine (slope %.3f, intercept %.3f)", slope, intercept)
        : "isotonic (%d blocks)".formatted(knots.length);
  }

  private static double logLoss(double logOdds, int y) {
    return softplus(logOdds) - y * logOdds;
  }

  private static double softplus(double z) {
    return Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z)));
  }

  private static double[] pick(double[] from, int[] at) {
    return Arrays.stream(at).mapToDouble(i -> from[i]).toArray();
  }

  private static int[] pick(int[] from, int[] at) {
    return Arrays.stream(at).map(i -> from[i]).toArray();
  }
}
