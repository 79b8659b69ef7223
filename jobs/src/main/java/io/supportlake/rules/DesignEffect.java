package io.supportlake.rules;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.summingDouble;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.DoubleUnaryOperator;
import java.util.function.Function;

/**
 * How many times more a share or rate varies than it would if its events were independent of each
 * other (L. Kish, Survey Sampling, 1965). Events depend on each other by customer, and by day where
 * an incident brings many at once. The variances of both add up, less that of what shares customer
 * and day, which both hold (Cameron, Gelbach and Miller, Journal of Business and Economic
 * Statistics 29, 2011).
 *
 * <p>The variance of each is the linearised one of a ratio, a squared residual being divided by 1
 * less the sum's share of all (CR2: Bell and McCaffrey, Survey Methodology 28, 2002). Days are
 * compared with days of the same weekday only, so that the rhythm of a week counts as none. Since
 * few days tell their variance badly, the effect grows by the square of Student's over the normal
 * quantile (Korn and Graubard, Survey Methodology 24, 1998), with Satterthwaite's degrees of
 * freedom.
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

  /**
   * Variance between sums over that of independent events.
   *
   * @param degrees sums that were compared, less the means they were compared with
   */
  private record Ratio(double value, double degrees) {}

  /** For a share: numerators count those of the denominators that have the property. */
  public static double ofShare(Collection<Part> parts, double confidence) {
    return of(parts, share -> share * (1 - share), confidence);
  }

  /** For a count per exposure. */
  public static double ofRate(Collection<Part> parts, double confidence) {
    return of(parts, rate -> rate, confidence);
  }

  /**
   * At least 1: what looks more even than chance is taken for chance.
   *
   * @param variance that of one unit of the denominator, by the ratio, if all are independent
   */
  private static double of(
      Collection<Part> parts, DoubleUnaryOperator variance, double confidence) {
    Collection<List<Part>> byWeekday =
        parts.stream().collect(groupingBy(p -> p.day() % WEEK)).values();
    Optional<Ratio> ofClusters = ratio(List.of(sums(parts, Part::cluster)), variance);
    Optional<Ratio> ofDays =
        ratio(byWeekday.stream().map(p -> sums(p, Part::day)).toList(), variance);
    if (ofClusters.isEmpty() || ofDays.isEmpty()) {
      return ofClusters.or(() -> ofDays).map(r -> widened(r, confidence)).orElse(1.0);
    }
    double ofBoth =
        ratio(
                byWeekday.stream()
                    .map(p -> sums(p, part -> List.of(part.cluster(), part.day())))
                    .toList(),
                variance)
            .map(Ratio::value)
            .orElse(1.0);
    Ratio clusters = ofClusters.get();
    Ratio days = ofDays.get();
    double effect = clusters.value() + days.value() - ofBoth;
    double degrees =
        effect
            * effect
            / (clusters.value() * clusters.value() / clusters.degrees()
                + days.value() * days.value() / days.degrees());
    return widened(new Ratio(effect, degrees), confidence);
  }

  private static double widened(Ratio ratio, double confidence) {
    if (ratio.value() <= 1) {
      return 1;
    }
    double reach =
        Distributions.studentTwoSided(confidence, ratio.degrees())
            / Distributions.normalTwoSided(confidence);
    return ratio.value() * reach * reach;
  }

  private static Collection<Sum> sums(Collection<Part> parts, Function<Part, Object> by) {
    return parts.stream().collect(groupingBy(by)).values().stream()
        .map(of ->
            new Sum(
                of.stream().collect(summingDouble(Part::numerator)),
                of.stream().collect(summingDouble(Part::denominator))))
        .toList();
  }

  /** Empty where no two sums can be compared. */
  private static Optional<Ratio> ratio(List<Collection<Sum>> strata, DoubleUnaryOperator variance) {
    double between = 0;
    double independent = 0;
    double degrees = 0;
    for (Collection<Sum> all : strata) {
      List<Sum> sums = all.stream().filter(s -> s.denominator() > 0).toList();
      if (sums.size() < 2) {
        continue;
      }
      double denominator = sums.stream().mapToDouble(Sum::denominator).sum();
      double mean = sums.stream().mapToDouble(Sum::numerator).sum() / denominator;
      for (Sum sum : sums) {
        double residual = sum.numerator() - mean * sum.denominator();
        between += residual * residual / (1 - sum.denominator() / denominator);
      }
      independent += denominator * variance.applyAsDouble(mean);
      degrees += sums.size() - 1;
    }
    return independent > 0
        ? Optional.of(new Ratio(between / independent, degrees))
        : Optional.empty();
  }
}
