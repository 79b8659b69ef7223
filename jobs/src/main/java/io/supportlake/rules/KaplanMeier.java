package io.supportlake.rules;

import java.util.Arrays;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;

/**
 * Time to an event when some units are still waiting (Kaplan and Meier, JASA 53, 1958), with
 * Greenwood's variance (1926) on the log-log scale (Kalbfleisch and Prentice 1980), which keeps the
 * limits in [0, 1]. Immutable.
 */
public final class KaplanMeier {
  private final double[] times;
  private final double[] survivals;
  private final double[] hazards; // Greenwood's sum of d / (n (n - d))
  private final long units;
  private final long events;

  private KaplanMeier(
      double[] times, double[] survivals, double[] hazards, long units, long events) {
    this.times = times;
    this.survivals = survivals;
    this.hazards = hazards;
    this.units = units;
    this.events = events;
  }

  /**
   * Estimate from one duration per unit.
   *
   * @param durations time to the event or to the end of observation, at least 0, in one unit
   * @param happened true when the event was seen, false when the unit was still waiting (censored)
   * @throws IllegalArgumentException for arrays of unequal length or a negative duration
   */
  public static KaplanMeier of(double[] durations, boolean[] happened) {
    Require.that(
        durations.length == happened.length,
        "one flag per duration is needed, was %s for %s",
        happened.length,
        durations.length);
    TreeMap<Double, Counts> counts = new TreeMap<>();
    for (int i = 0; i < durations.length; i++) {
      counts.merge(durations[i], happened[i] ? new Counts(1, 0) : new Counts(0, 1), Counts::plus);
    }
    return ofCounts(counts);
  }

  /**
   * Events and censored units that share a duration.
   *
   * @param events units whose event happened at that duration
   * @param censored units last seen waiting at that duration; they were at risk for its events
   */
  public record Counts(long events, long censored) {
    /** Both together. */
    public Counts plus(Counts other) {
      return new Counts(events + other.events, censored + other.censored);
    }
  }

  /**
   * Estimate from counts per duration, for cohorts that were aggregated before.
   *
   * @throws IllegalArgumentException for negative durations or counts
   */
  public static KaplanMeier ofCounts(Map<Double, Counts> counts) {
    TreeMap<Double, Counts> sorted = new TreeMap<>(counts);
    sorted.forEach((time, count) ->
        Require.that(
            time >= 0 && count.events() >= 0 && count.censored() >= 0,
            "durations and counts cannot be negative, was %s at %s",
            count,
            time));
    long units = sorted.values().stream().mapToLong(c -> c.events() + c.censored()).sum();
    int steps = (int) sorted.values().stream().filter(c -> c.events() > 0).count();
    double[] times = new double[steps];
    double[] survivals = new double[steps];
    double[] hazards = new double[steps];
    long atRisk = units;
    long events = 0;
    double survival = 1;
    double hazard = 0;
    int step = 0;
    for (Map.Entry<Double, Counts> entry : sorted.entrySet()) {
      long died = entry.getValue().events();
      if (died > 0) {
        survival *= (double) (atRisk - died) / atRisk;
        hazard +=
            atRisk == died ? Double.POSITIVE_INFINITY : died / ((double) atRisk * (atRisk - died));
        times[step] = entry.getKey();
        survivals[step] = survival;
        hazards[step] = hazard;
        step++;
        events += died;
      }
      atRisk -= died + entry.getValue().censored();
    }
    return new KaplanMeier(times, survivals, hazards, units, events);
  }

  /** Number of units observed. */
  public long units() {
    return units;
  }

  /** Number of events seen. */
  public long events() {
    return events;
  }

  /** Share of units still waiting after {@code time}. */
  public double survival(double time) {
    int step = stepAt(time);
    return step < 0 ? 1 : survivals[step];
  }

  /** Greenwood's standard error of {@link #survival}; 0 before the first event and at 0. */
  public double standardError(double time) {
    int step = stepAt(time);
    if (step < 0 || survivals[step] == 0) {
      return 0;
    }
    return survivals[step] * StrictMath.sqrt(hazards[step]);
  }

  /**
   * Interval of {@link #survival} on the log-log scale.
   *
   * @return [1, 1] before the first event and [0, 0] once nobody waits, where there is no variance
   */
  public Interval interval(double time, double confidence) {
    double z = Distributions.normalTwoSided(confidence);
    int step = stepAt(time);
    if (step < 0) {
      return new Interval(1, 1);
    }
    return survivals[step] == 0 ? new Interval(0, 0) : logLog(step, z);
  }

  private Interval logLog(int step, double z) {
    double log = StrictMath.log(survivals[step]);
    double reach = z * StrictMath.sqrt(hazards[step]) / StrictMath.abs(log);
    return new Interval(
        StrictMath.exp(log * StrictMath.exp(reach)), StrictMath.exp(log * StrictMath.exp(-reach)));
  }

  /** The time by which half of the units had their event; empty when fewer than half had it. */
  public OptionalDouble median() {
    return quantile(0.5);
  }

  /**
   * The first time by which a share {@code p} of the units had their event.
   *
   * @param p in (0, 1)
   * @return empty when the curve never falls that low, because too many units are still waiting
   */
  public OptionalDouble quantile(double p) {
    Require.that(p > 0 && p < 1, "a quantile needs 0 < p < 1, was %s", p);
    for (int i = 0; i < times.length; i++) {
      if (survivals[i] <= 1 - p + 1e-12) {
        return OptionalDouble.of(times[i]);
      }
    }
    return OptionalDouble.empty();
  }

  /**
   * Interval of {@link #quantile}: the times at which the limits of the curve cross 1 - p
   * (Brookmeyer and Crowley, Biometrics 38, 1982).
   *
   * @return an unbounded side is infinite (above) or 0 (below)
   */
  public Interval quantileInterval(double p, double confidence) {
    Require.that(p > 0 && p < 1, "a quantile needs 0 < p < 1, was %s", p);
    double z = Distributions.normalTwoSided(confidence);
    double low = Double.POSITIVE_INFINITY;
    double high = Double.POSITIVE_INFINITY;
    for (int i = times.length - 1; i >= 0; i--) {
      Interval limits = survivals[i] == 0 ? new Interval(0, 0) : logLog(i, z);
      if (limits.low() <= 1 - p) {
        low = times[i];
      }
      if (survivals[i] > 0 && limits.high() <= 1 - p) {
        high = times[i];
      }
    }
    return new Interval(low, high);
  }

  private int stepAt(double time) {
    int found = Arrays.binarySearch(times, time);
    return found >= 0 ? found : -found - 2;
  }
}
