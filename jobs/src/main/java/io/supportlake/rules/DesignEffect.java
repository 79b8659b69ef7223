package io.supportlake.rules;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.summingDouble;

import java.util.Collection;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.DoubleUnaryOperator;
import java.util.function.Function;

/**
 * How many times more a share or rate varies than it would if its events were independent of each
 * other (L. Kish, Survey Sampling, 1965). Events depend on each other by customer, and by day where
 * an incident brings many at once. The variances of both add up, less that of what shares customer
 * and day, which both hold (Cameron, Gelbach and Miller, Journal of Business and Economic
 * Statistics 29, 2011).
 *
 * <p>The variance of each is the linearised one of a ratio (Wolter, Introduction to Variance
 * Estimation, 2007, ch. 6). Days are compared with days of the same weekday only, so that the
 * rhythm of a week counts as none.
 */
public final class DesignEffect {
  private static final int WEEK = 7;

  /**
   * Sums of the observations that share customers and day.
   *
   * @param cluster the customers; one number stands for a group of them
   * @param day number of the day
   */
  public record Part(int cluster, int day, double numerator, double denominator) {}

  private record Sum(double numerator, double denominator) {}

  private DesignEffect() {}

  /** For a share: numerators count those of the denominators that have the property. */
  public static double ofShare(Collection<Part> parts) {
    return of(parts, share -> share * (1 - share));
  }

  /** For a count per exposure. */
  public static double ofRate(Collection<Part> parts) {
    return of(parts, rate -> rate);
  }

  /**
   * At least 1: what looks more even than chance is taken for chance.
   *
   * @param variance that of one unit of the denominator, by the ratio, if all are independent
   */
  private static double of(Collection<Part> parts, DoubleUnaryOperator variance) {
    Collection<List<Part>> byWeekday =
        parts.stream().collect(groupingBy(p -> p.day() % WEEK)).values();
    OptionalDouble ofClusters = ratio(List.of(sums(parts, Part::cluster)), variance);
    OptionalDouble ofDays =
        ratio(byWeekday.stream().map(p -> sums(p, Part::day)).toList(), variance);
    if (ofClusters.isEmpty() || ofDays.isEmpty()) {
      return StrictMath.max(1, ofClusters.orElse(ofDays.orElse(1)));
    }
    OptionalDouble ofBoth =
        ratio(
            byWeekday.stream()
                .map(p -> sums(p, part -> List.of(part.cluster(), part.day())))
                .toList(),
            variance);
    return StrictMath.max(1, ofClusters.getAsDouble() + ofDays.getAsDouble() - ofBoth.orElse(1));
  }

  private static Collection<Sum> sums(Collection<Part> parts, Function<Part, Object> by) {
    return parts.stream().collect(groupingBy(by)).values().stream()
        .map(of ->
            new Sum(
                of.stream().collect(summingDouble(Part::numerator)),
                of.stream().collect(summingDouble(Part::denominator))))
        .toList();
  }

  /** Variance between sums over that of independent events; empty where none can be compared. */
  private static OptionalDouble ratio(List<Collection<Sum>> strata, DoubleUnaryOperator variance) {
    double between = 0;
    double independent = 0;
    for (Collection<Sum> sums : strata) {
      double denominator = sums.stream().mapToDouble(Sum::denominator).sum();
      if (sums.size() < 2 || denominator <= 0) {
        continue;
      }
      double mean = sums.stream().mapToDouble(Sum::numerator).sum() / denominator;
      double squares =
          sums.stream()
              .mapToDouble(s -> s.numerator() - mean * s.denominator())
              .map(d -> d * d)
              .sum();
      between += squares * sums.size() / (sums.size() - 1);
      independent += denominator * variance.applyAsDouble(mean);
    }
    return independent > 0 ? OptionalDouble.of(between / independent) : OptionalDouble.empty();
  }
}
