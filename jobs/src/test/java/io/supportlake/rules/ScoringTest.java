package io.supportlake.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.supportlake.rules.Scoring.Rating;
import io.supportlake.rules.Scoring.ReviewScore;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ScoringTest {
  private static Rating rated(String criterion, int weight, @Nullable Double score) {
    return new Rating(criterion, "accuracy", weight, score, false, false);
  }

  @Test
  void scoreIsTheWeightedMean() {
    ReviewScore score =
        Scoring.score(
                List.of(
                    rated("diagnosis", 3, 1.0),
                    rated("steps", 1, 0.5),
                    new Rating("tone", "empathy", 2, 0.25, false, false)))
            .orElseThrow();
    assertThat(score.before()).isCloseTo(4.0 / 6, within(1e-12));
    assertThat(score.after()).isEqualTo(score.before());
    assertThat(score.dimensions()).isEqualTo(Map.of("accuracy", 3.5 / 4, "empathy", 0.25));
    assertThat(score.autoFail()).isFalse();
  }

  @Test
  void whatDoesNotApplyLeavesNumeratorAndDenominator() {
    assertThat(
            Scoring.score(List.of(rated("a", 1, 0.8), rated("b", 9, null))).orElseThrow().before())
        .isCloseTo(0.8, within(1e-12));
    assertThat(Scoring.score(List.of(rated("a", 1, null)))).isEmpty();
    assertThat(Scoring.score(List.of())).isEmpty();
  }

  @Test
  void aFailedCriticalCriterionSetsTheReviewToZeroAndIsNamed() {
    ReviewScore score =
        Scoring.score(
                List.of(
                    rated("a", 1, 1.0),
                    new Rating("verified", "security", 1, 0.0, true, true),
                    new Rating("disclosed", "compliance", 1, 0.5, true, true),
                    new Rating("other", "compliance", 1, 1.0, true, false)))
            .orElseThrow();
    assertThat(score.before()).isCloseTo(2.5 / 4, within(1e-12));
    assertThat(score.after()).isZero();
    assertThat(score.autoFail()).isTrue();
    assertThat(score.failedCritical()).containsExactly("disclosed", "verified");
    assertThat(score.dimensions()).containsEntry("security", 0.0).containsEntry("compliance", 0.75);
  }

  @Test
  void aFailedCriterionThatIsNotCriticalCostsItsWeightOnly() {
    ReviewScore score =
        Scoring.score(List.of(rated("a", 1, 1.0), new Rating("b", "accuracy", 1, 0.0, false, true)))
            .orElseThrow();
    assertThat(score.after()).isCloseTo(0.5, within(1e-12));
    assertThat(score.failedCritical()).isEmpty();
  }

  @Test
  void contradictionsAreRefused() {
    assertThatThrownBy(() -> new Rating("a", "d", 1, null, true, true))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a: what does not apply cannot be failed");
    assertThatThrownBy(() -> rated("a", 1, 1.2))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a: a score must lie in 0..1, was 1.2");
    assertThatThrownBy(() -> Scoring.score(List.of(rated("a", 1, 1.0), rated("a", 1, 0.0))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a is rated twice");
  }
}
