package io.supportlake.models;

import io.supportlake.rules.ExactPoisson;
import io.supportlake.rules.Wilson;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * How good probabilities are on a held-out block. Ties count half in the AUC and are shared out at
 * cut-offs, so no figure depends on the order of rows.
 *
 * @param rows rows evaluated
 * @param events rows labelled 1
 * @param auc area under the ROC curve with its bootstrap interval; NaN when a class is missing
 * @param averagePrecision mean precision at the events (step-wise, as in information retrieval)
 * @param brier mean squared error of the probability (Brier 1950)
 * @param logLoss mean negative log-likelihood, natural logarithm
 * @param observedOverExpected events divided by the sum of the probabilities
 * @param reliability bins of about equal mass, by rising probability
 */
public record Evaluation(
    int rows,
    int events,
    Interval auc,
    double averagePrecision,
    double brier,
    double logLoss,
    double observedOverExpected,
    List<Bin> reliability) {

  /** An estimate with its 95 % interval. */
  public record Interval(double estimate, double low, double high) {}

  /**
   * One bin of the reliability table; the interval of the observed rate is Wilson's (1927), 95 %.
   *
   * @param rows rows in the bin
   * @param events rows labelled 1
   * @param meanProbability mean predicted probability
   * @param observedRate events divided by rows
   */
  public record Bin(
      int rows, int events, double meanProbability, double observedRate, double low, double high) {}

  /**
   * Evaluates probabilities against labels.
   *
   * @param clusterIds customer of each row; the bootstrap draws customers, not rows
   * @param bins number of reliability bins
   * @param replicates bootstrap replicates of the AUC
   * @param seed seed of the bootstrap
   */
  public static Evaluation of(
      double[] probability, int[] y, String[] clusterIds, int bins, int replicates, long seed) {
    requireSameLength(probability, y);
    if (clusterIds.length != y.length) {
      throw new IllegalArgumentException(
          "%d labels but %d customers".formatted(y.length, clusterIds.length));
    }
    if (y.length == 0) {
      throw new IllegalArgumentException("nothing to evaluate: no rows");
    }
    if (bins <= 0 || replicates < 0) {
      throw new IllegalArgumentException(
          "bins must be positive and replicates not negative, were %d and %d"
              .formatted(bins, replicates));
    }
    double squares = 0;
    double loss = 0;
    double expected = 0;
    int events = 0;
    for (int i = 0; i < y.length; i++) {
      double p = probability[i];
      if (!(p >= 0 && p <= 1)) {
        throw new IllegalArgumentException("row %d: probability %s".formatted(i, p));
      }
      squares += (p - y[i]) * (p - y[i]);
      loss -= Math.log(Math.max(y[i] == 1 ? p : 1 - p, 1e-15));
      expected += p;
      events += y[i];
    }
    return new Evaluation(
        y.length,
        events,
        clusteredAuc(probability, y, clusterIds, replicates, seed),
        averagePrecision(probability, y),
        squares / y.length,
        loss / y.length,
        events / expected,
        reliability(probability, y, bins));
  }

  /** Evaluates a model on a labelled block with 10 bins and 200 replicates. */
  public static Evaluation of(ChurnModel model, FeatureMatrix block, long seed) {
    return of(model.probability(block.x()), block.labels(), block.clusterIds(), 10, 200, seed);
  }

  /**
   * Observed against expected events of one segment.
   *
   * @param rows rows of the segment
   * @param observed events
   * @param expected sum of the probabilities
   * @param ratio observed / expected
   * @param low lower 95 % limit of the ratio, exact Poisson
   * @param high upper 95 % limit of the ratio
   */
  public record SegmentRatio(
      int rows, int observed, double expected, double ratio, double low, double high) {

    /** True when the ratio has left [0.8, 1.25]. */
    public boolean isAlarm() {
      return ratio < 0.8 || ratio > 1.25;
    }
  }

  /**
   * Observed against expected by segment, sorted by its name.
   *
   * @param segments segment of each row, for example the plan
   */
  public static SortedMap<String, SegmentRatio> bySegment(
      double[] probability, int[] y, String[] segments) {
    requireSameLength(probability, y);
    if (segments.length != y.length) {
      throw new IllegalArgumentException(
          "%d labels but %d segments".formatted(y.length, segments.length));
    }
    SortedMap<String, SegmentRatio> ratios = new TreeMap<>();
    for (String segment : new TreeSet<>(Arrays.asList(segments))) {
      int rows = 0;
      int observed = 0;
      double expected = 0;
      for (int i = 0; i < y.length; i++) {
        if (segments[i].equals(segment)) {
          rows++;
          observed += y[i];
          expected += probability[i];
        }
      }
      var limits = ExactPoisson.interval(observed, Math.max(expected, 1e-12), 0.95);
      ratios.put(
          segment,
          new SegmentRatio(
              rows, observed, expected, observed / expected, limits.low(), limits.high()));
    }
    return ratios;
  }

  /** The single figures by name, for a model card. */
  public Map<String, Double> metrics() {
    Map<String, Double> metrics = new TreeMap<>();
    metrics.put("rows", (double) rows);
    metrics.put("events", (double) events);
    metrics.put("auc", auc.estimate());
    metrics.put("auc_low", auc.low());
    metrics.put("auc_high", auc.high());
    metrics.put("average_precision", averagePrecision);
    metrics.put("brier", brier);
    metrics.put("log_loss", logLoss);
    metrics.put("observed_over_expected", observedOverExpected);
    return metrics;
  }

  /**
   * True when this evaluation is good enough to replace another on the same block: lower log loss
   * and no lower AUC.
   *
   * @throws IllegalArgumentException when the two were made on different blocks
   */
  public boolean beats(Evaluation other) {
    if (rows != other.rows || events != other.events) {
      throw new IllegalArgumentException(
          "models are compared on one block only: %d rows with %d events against %d with %d"
              .formatted(rows, events, other.rows, other.events));
    }
    return logLoss < other.logLoss && auc.estimate() >= other.auc.estimate();
  }

  /**
   * Probability that a random event scores above a random non-event, ties half; NaN when a class is
   * missing.
   */
  public static double auc(double[] score, int[] y) {
    requireSameLength(score, y);
    double[] weights = new double[y.length];
    Arrays.fill(weights, 1);
    return weightedAuc(score, y, weights, ascending(score));
  }

  private static double weightedAuc(double[] score, int[] y, double[] weight, int[] order) {
    double below = 0;
    double wins = 0;
    double ones = 0;
    for (int at = 0; at < order.length; ) {
      double tieOnes = 0;
      double tieZeros = 0;
      double value = score[order[at]];
      while (at < order.length && score[order[at]] == value) {
        int row = order[at++];
        if (y[row] == 1) {
          tieOnes += weight[row];
        } else {
          tieZeros += weight[row];
        }
      }
      wins += tieOnes * (below + tieZeros / 2);
      below += tieZeros;
      ones += tieOnes;
    }
    return ones == 0 || below == 0 ? Double.NaN : wins / (ones * below);
  }

  private static Interval clusteredAuc(
      double[] score, int[] y, String[] clusterIds, int replicates, long seed) {
    int[] order = ascending(score);
    double[] weights = new double[y.length];
    Arrays.fill(weights, 1);
    double estimate = weightedAuc(score, y, weights, order);
    Map<String, Integer> numbers = new HashMap<>();
    int[] cluster = new int[y.length];
    for (int i = 0; i < y.length; i++) {
      int next = numbers.size();
      cluster[i] = numbers.computeIfAbsent(clusterIds[i], _ -> next);
    }
    SplittableRandom random = new SplittableRandom(seed);
    double[] drawn = new double[replicates];
    int kept = 0;
    int[] times = new int[numbers.size()];
    for (int r = 0; r < replicates; r++) {
      Arrays.fill(times, 0);
      for (int c = 0; c < times.length; c++) {
        times[random.nextInt(times.length)]++;
      }
      for (int i = 0; i < y.length; i++) {
        weights[i] = times[cluster[i]];
      }
      double auc = weightedAuc(score, y, weights, order);
      if (!Double.isNaN(auc)) {
        drawn[kept++] = auc;
      }
    }
    double[] sorted = Arrays.copyOf(drawn, kept);
    Arrays.sort(sorted);
    return new Interval(estimate, quantile(sorted, 0.025), quantile(sorted, 0.975));
  }

  private static double quantile(double[] sorted, double q) {
    if (sorted.length == 0) {
      return Double.NaN;
    }
    double at = q * (sorted.length - 1);
    int below = (int) at;
    int above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
  }

  /**
   * Sum over cut-offs of precision times the rise in recall; equal scores enter together. NaN
   * without events.
   */
  public static double averagePrecision(double[] score, int[] y) {
    requireSameLength(score, y);
    int[] order = ascending(score);
    int total = Arrays.stream(y).sum();
    double sum = 0;
    int seen = 0;
    int hits = 0;
    for (int at = order.length - 1; at >= 0; ) {
      double value = score[order[at]];
      int before = hits;
      while (at >= 0 && score[order[at]] == value) {
        hits += y[order[at--]];
        seen++;
      }
      sum += (double) (hits - before) / total * hits / seen;
    }
    return total == 0 ? Double.NaN : sum;
  }

  /**
   * Event rate among the {@code capacity} highest scores, divided by the rate of all. Rows tied at
   * the cut-off count with the share of them that fits.
   */
  public static double liftAt(double[] score, int[] y, int capacity) {
    requireSameLength(score, y);
    if (capacity <= 0) {
      throw new IllegalArgumentException("capacity must be positive, was " + capacity);
    }
    int[] order = ascending(score);
    int k = Math.min(capacity, y.length);
    double hits = 0;
    int taken = 0;
    for (int at = order.length - 1; at >= 0 && taken < k; ) {
      double value = score[order[at]];
      int tied = 0;
      int tiedEvents = 0;
      while (at >= 0 && score[order[at]] == value) {
        tiedEvents += y[order[at--]];
        tied++;
      }
      int fits = Math.min(tied, k - taken);
      hits += (double) tiedEvents * fits / tied;
      taken += fits;
    }
    double base = (double) Arrays.stream(y).sum() / y.length;
    return base == 0 ? Double.NaN : hits / k / base;
  }

  /**
   * Bins of about equal mass by rising probability; equal probabilities stay in one bin, so there
   * may be fewer.
   */
  public static List<Bin> reliability(double[] probability, int[] y, int bins) {
    requireSameLength(probability, y);
    int[] order = ascending(probability);
    List<Bin> table = new ArrayList<>();
    int start = 0;
    for (int b = 1; b <= bins && start < order.length; b++) {
      int end = (int) Math.max(start, (long) order.length * b / bins);
      while (end < order.length
          && end > start
          && probability[order[end]] == probability[order[end - 1]]) {
        end++;
      }
      if (end == start) {
        continue;
      }
      double sum = 0;
      int events = 0;
      for (int at = start; at < end; at++) {
        sum += probability[order[at]];
        events += y[order[at]];
      }
      table.add(bin(end - start, events, sum));
      start = end;
    }
    return List.copyOf(table);
  }

  private static Bin bin(int n, int events, double sum) {
    var wilson = Wilson.interval(events, n, 0.95);
    return new Bin(n, events, sum / n, (double) events / n, wilson.low(), wilson.high());
  }

  private static int[] ascending(double[] score) {
    return IntStream.range(0, score.length)
        .boxed()
        .sorted(Comparator.comparingDouble((Integer i) -> score[i]))
        .mapToInt(Integer::intValue)
        .toArray();
  }

  private static void requireSameLength(double[] score, int[] y) {
    if (score.length != y.length) {
      throw new IllegalArgumentException(
          "%d scores but %d labels".formatted(score.length, y.length));
    }
  }
}
