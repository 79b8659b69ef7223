package io.supportlake.rules;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Score of a quality review: sum(weight x score) / sum(weight) over the criteria that apply; a
 * failed critical criterion sets it to 0 and is named (definitions, quality score).
 */
public final class Scoring {
  private Scoring() {}

  /**
   * One criterion's rating in one review.
   *
   * @param criterion its id, once per review
   * @param dimension the dimension it belongs to
   * @param weight by scorecard version and stake class, at least 0
   * @param score 0 to 1; null when the criterion does not apply, which leaves numerator and
   *     denominator
   * @param critical true when failing it fails the review (compliance, security)
   * @param failed true when the reviewer failed it
   */
  public record Rating(
      String criterion,
      String dimension,
      int weight,
      @Nullable Double score,
      boolean critical,
      boolean failed) {
    /**
     * @throws IllegalArgumentException when score or weight is out of range, or a criterion that
     *     does not apply is failed
     */
    public Rating {
      Require.that(weight >= 0, "%s: a weight cannot be negative, was %s", criterion, weight);
      Require.that(
          score == null || (score >= 0 && score <= 1),
          "%s: a score must lie in 0..1, was %s",
          criterion,
          String.valueOf(score));
      Require.that(score != null || !failed, "%s: what does not apply cannot be failed", criterion);
    }
  }

  /**
   * A review's score.
   *
   * @param before score before auto-fail, 0 to 1
   * @param after score after auto-fail: 0 when a critical criterion failed, else {@code before}
   * @param dimensions score before auto-fail per dimension that has an applicable criterion
   * @param autoFail true when a critical criterion failed
   * @param failedCritical ids of the failed critical criteria, sorted
   */
  public record ReviewScore(
      double before,
      double after,
      SortedMap<String, Double> dimensions,
      boolean autoFail,
      List<String> failedCritical) {}

  /**
   * Score of one review.
   *
   * @return empty when no criterion of any weight applies: such a review has no score, not 0
   * @throws IllegalArgumentException when a criterion is rated twice
   */
  public static Optional<ReviewScore> score(List<Rating> ratings) {
    Mean whole = new Mean();
    TreeMap<String, Mean> byDimension = new TreeMap<>();
    List<String> failed = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    for (Rating rating : ratings) {
      Require.that(seen.add(rating.criterion()), "%s is rated twice", rating.criterion());
      Double score = rating.score();
      if (score != null) {
        whole.add(rating.weight(), score);
        byDimension
            .computeIfAbsent(rating.dimension(), _ -> new Mean())
            .add(rating.weight(), score);
        if (rating.critical() && rating.failed()) {
          failed.add(rating.criterion());
        }
      }
    }
    if (whole.weight == 0) {
      return Optional.empty();
    }
    TreeMap<String, Double> dimensions = new TreeMap<>();
    byDimension.forEach((dimension, mean) -> {
      if (mean.weight > 0) {
        dimensions.put(dimension, mean.value());
      }
    });
    Collections.sort(failed);
    double before = whole.value();
    return Optional.of(
        new ReviewScore(
            before,
            failed.isEmpty() ? before : 0,
            Collections.unmodifiableSortedMap(dimensions),
            !failed.isEmpty(),
            List.copyOf(failed)));
  }

  private static final class Mean {
    private long weight;
    private double weighted;

    void add(int newWeight, double score) {
      weight += newWeight;
      weighted += newWeight * score;
    }

    double value() {
      return weighted / weight;
    }
  }
}
