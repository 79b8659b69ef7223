package io.supportlake.models;

import io.supportlake.rules.NegativeBinomial;
import java.util.Locale;

/**
 * Burst test of one key's daily counts (a topic, an error template). The caller controls the false
 * discovery rate over all keys of the day.
 */
public final class CountAlarm {
  /**
   * Weekday factors start at 1 with this many expected events of weight, so that a sparse key has
   * none.
   */
  private static final double DAY_TYPE_WEIGHT = 20;

  private CountAlarm() {}

  /**
   * Settings of the test.
   *
   * @param halfLifeDays a day this far back counts half, so that the expectation follows a trend
   * @param minimumDays reference days needed
   * @param minimumCount events of the day below which nothing is raised
   * @param minimumCustomers distinct customers of the day below which nothing is raised
   * @param prior events added to the reference (Jeffreys' prior of a rate is 0.5)
   */
  public record Options(
      double halfLifeDays, int minimumDays, int minimumCount, int minimumCustomers, double prior) {

    /** What is used when the configuration says nothing. */
    public static final Options DEFAULT = new Options(28, 14, 4, 3, 0.5);

    /** Refuses settings that make no sense. */
    public Options {
      if (!(halfLifeDays > 0) || !(prior > 0)) {
        throw new IllegalArgumentException(
            "half-life and prior must be positive, were %s and %s".formatted(halfLifeDays, prior));
      }
      if (minimumDays < 2 || minimumCount < 1 || minimumCustomers < 1) {
        throw new IllegalArgumentException(
            "at least 2 days, 1 event and 1 customer are needed, were %d, %d and %d"
                .formatted(minimumDays, minimumCount, minimumCustomers));
      }
    }
  }

  /**
   * A key's past, oldest day first, without gaps: a day without events has the count 0.
   *
   * @param counts events of each day
   * @param exposures exposure of each day, positive (for example active customers, or 1)
   * @param dayTypes kind of each day: 0 to 6 for weekdays, more for holidays and the like
   */
  public record History(long[] counts, double[] exposures, int[] dayTypes) {

    /** Refuses arrays of different length, negative counts and exposures that are not positive. */
    public History {
      if (exposures.length != counts.length || dayTypes.length != counts.length) {
        throw new IllegalArgumentException(
            "%d counts, %d exposures and %d day types do not fit together"
                .formatted(counts.length, exposures.length, dayTypes.length));
      }
      for (int i = 0; i < counts.length; i++) {
        if (counts[i] < 0 || !(exposures[i] > 0) || dayTypes[i] < 0) {
          throw new IllegalArgumentException(
              "day %d: count %d, exposure %s and day type %d are not possible"
                  .formatted(i, counts[i], exposures[i], dayTypes[i]));
        }
      }
    }
  }

  /**
   * The day that is tested.
   *
   * @param count events
   * @param customers distinct customers of them
   * @param exposure exposure, positive
   * @param dayType kind of day
   */
  public record Day(long count, int customers, double exposure, int dayType) {

    /** Refuses negative counts and exposures that are not positive. */
    public Day {
      if (count < 0 || customers < 0 || dayType < 0 || !(exposure > 0)) {
        throw new IllegalArgumentException(
            "count %d of %d customers with exposure %s on day type %d is not possible"
                .formatted(count, customers, exposure, dayType));
      }
    }
  }

  /**
   * What the test says.
   *
   * @param expected events expected of the day; NaN when the history is too short
   * @param dispersion over-dispersion: the variance is mean + dispersion mean squared
   * @param ratio events divided by expected; NaN when the history is too short
   * @param p upper tail; 1 when the history is too short or a minimum is not reached
   */
  public record Result(
      long count, int customers, double expected, double dispersion, double ratio, double p) {

    /** Why it was raised, in a sentence. */
    public String reason() {
      return String.format(
          Locale.ROOT,
          "%d events of %d customers where %.1f were expected (%.1f times as many, p = %.1g)",
          count,
          customers,
          expected,
          ratio,
          p);
    }
  }

  /** Tests one day of one key against its past. */
  public static Result test(History history, Day day, Options options) {
    int n = history.counts().length;
    if (n < options.minimumDays()) {
      return new Result(day.count(), day.customers(), Double.NaN, Double.NaN, Double.NaN, 1);
    }
    double[] weights = new double[n];
    for (int i = 0; i < n; i++) {
      weights[i] = Math.pow(0.5, (n - 1 - i) / options.halfLifeDays());
    }
    double[] factors = dayTypeFactors(history, Math.max(7, day.dayType() + 1));
    double events = 0;
    double exposure = 0;
    double squares = 0;
    for (int i = 0; i < n; i++) {
      events += weights[i] * history.counts()[i];
      squares += weights[i] * weights[i] * history.counts()[i];
      exposure += weights[i] * history.exposures()[i] * factors[history.dayTypes()[i]];
    }
    double rate = (events + options.prior()) / exposure;
    double expected = rate * day.exposure() * factors[day.dayType()];
    // Weighted events carry less information than their number; this is the number of equal weight.
    double informative = (squares == 0 ? 0 : events * events / squares) + options.prior();
    double dispersion = dispersion(history, factors, rate, weights) + 1 / informative;
    boolean isLarge =
        day.count() >= options.minimumCount() && day.customers() >= options.minimumCustomers();
    double p = isLarge ? NegativeBinomial.upperTail(day.count(), expected, dispersion) : 1;
    return new Result(
        day.count(), day.customers(), expected, dispersion, day.count() / expected, p);
  }

  /** Rate of a kind of day relative to all days, shrunk towards 1 by a gamma prior. */
  private static double[] dayTypeFactors(History history, int atLeast) {
    int types = atLeast;
    double events = 0;
    double exposure = 0;
    for (int i = 0; i < history.counts().length; i++) {
      types = Math.max(types, history.dayTypes()[i] + 1);
      events += history.counts()[i];
      exposure += history.exposures()[i];
    }
    double[] seen = new double[types];
    double[] expected = new double[types];
    for (int i = 0; i < history.counts().length; i++) {
      seen[history.dayTypes()[i]] += history.counts()[i];
      expected[history.dayTypes()[i]] += events / exposure * history.exposures()[i];
    }
    double[] factors = new double[types];
    for (int t = 0; t < types; t++) {
      factors[t] = (seen[t] + DAY_TYPE_WEIGHT) / (expected[t] + DAY_TYPE_WEIGHT);
    }
    return factors;
  }

  /** By moments: sum of ((y - mu)^2 - mu) over sum of mu^2, weighted; at least 0. */
  private static double dispersion(
      History history, double[] factors, double rate, double[] weights) {
    double excess = 0;
    double squares = 0;
    for (int i = 0; i < weights.length; i++) {
      double mean = rate * history.exposures()[i] * factors[history.dayTypes()[i]];
      double off = history.counts()[i] - mean;
      excess += weights[i] * (off * off - mean);
      squares += weights[i] * mean * mean;
    }
    return squares == 0 ? 0 : Math.max(0, excess / squares);
  }
}
