package io.supportlake.rules;

import java.util.List;

/**
 * Shares of groups of unequal size, drawn towards the share of all as far as their size leaves them
 * uncertain: beta-binomial, prior by the moments of a one-way analysis of variance (Kleinman, JASA
 * 68, 1973), with the caution of Morris (JASA 78, 1983) about few groups. For rankings: no group is
 * ranked raw.
 */
public final class EmpiricalBayes {
  private EmpiricalBayes() {}

  /**
   * A group's cases.
   *
   * @param key the group
   * @param successes cases that have the property, 0 to {@code n}
   * @param n cases; a group without cases gets the share of all
   */
  public record Group(String key, long successes, long n) {
    /**
     * @throws IllegalArgumentException when the counts do not fit each other
     */
    public Group {
      Require.that(
          successes >= 0 && successes <= n,
          "%s: successes must lie in 0..n, was %s of %s",
          key,
          successes,
          n);
    }
  }

  /**
   * A group's share after shrinkage.
   *
   * @param key the group
   * @param rate posterior mean: weight x own share + (1 - weight) x share of all
   * @param interval posterior interval, equal tails, widened for the estimated share of all
   * @param weight n / (n + prior strength): how far the group speaks for itself, in [0, 1)
   */
  public record Shrunk(String key, double rate, Interval interval, double weight) {}

  /**
   * What the groups have in common.
   *
   * @param mean share of all cases
   * @param strength alpha + beta of the prior, in cases; never more than all cases together, which
   *     is the value when the groups differ no more than chance lets them
   */
  public record Prior(double mean, double strength) {}

  /** Prior of the groups; strength 1 when fewer than two of them have cases. */
  public static Prior prior(List<Group> groups) {
    double n = 0;
    double squares = 0;
    double successes = 0;
    double within = 0;
    int filled = 0;
    for (Group group : groups) {
      if (group.n() > 0) {
        filled++;
        n += group.n();
        squares += (double) group.n() * group.n();
        successes += group.successes();
        within += group.successes() * (1 - (double) group.successes() / group.n());
      }
    }
    // A prior at 0 or 1 would be certain; half a case keeps it from that.
    double mean = successes == 0 || successes == n ? (successes + 0.5) / (n + 1) : successes / n;
    if (filled < 2) {
      return new Prior(mean, 1);
    }
    double between = 0;
    for (Group group : groups) {
      if (group.n() > 0) {
        double off = (double) group.successes() / group.n() - successes / n;
        between += group.n() * off * off;
      }
    }
    // Morris: shrink by (k - 3) / (k - 1) of the ratio of variances; by half below five groups.
    double caution = filled < 5 ? 0.5 : (filled - 3.0) / (filled - 1);
    double betweenMean = between / (filled - 1) / caution;
    double withinMean = n > filled ? within / (n - filled) : 0;
    double size = (n - squares / n) / (filled - 1);
    double correlation = (betweenMean - withinMean) / (betweenMean + (size - 1) * withinMean);
    boolean chance = !(correlation > 0);
    double strength = chance ? n : Math.min(n, 1 / correlation - 1);
    return new Prior(mean, StrictMath.max(strength, 1e-6));
  }

  /**
   * Shrunk share of each group, in the order given.
   *
   * @param groups all groups that are compared with each other
   * @param confidence for example 0.95
   */
  public static List<Shrunk> shrink(List<Group> groups, double confidence) {
    Require.confidence(confidence);
    Prior prior = prior(groups);
    double tail = (1 - confidence) / 2;
    double all = Math.max(1, groups.stream().mapToLong(Group::n).sum());
    return groups.stream()
        .map(group -> {
          double alpha = prior.mean() * prior.strength() + group.successes();
          double beta = (1 - prior.mean()) * prior.strength() + group.n() - group.successes();
          double rate = alpha / (alpha + beta);
          double drawn = prior.strength() / (prior.strength() + group.n());
          double size = 1 / (1 / (alpha + beta) + drawn * drawn / all);
          Interval interval =
              new Interval(
                  Distributions.betaQuantile(tail, rate * size, (1 - rate) * size),
                  Distributions.betaQuantile(1 - tail, rate * size, (1 - rate) * size));
          return new Shrunk(
              group.key(), rate, interval, group.n() / (group.n() + prior.strength()));
        })
        .toList();
  }
}
