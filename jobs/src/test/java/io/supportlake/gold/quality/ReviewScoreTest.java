package io.supportlake.gold.quality;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.supportlake.Period;
import io.supportlake.rules.Scoring;
import io.supportlake.testing.Rows;
import io.supportlake.testing.SparkSuite;
import io.supportlake.testing.TestInputs;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;

class ReviewScoreTest extends SparkSuite {
  private static final Period DAY = Period.day(LocalDate.parse("2026-02-01"));
  private static final List<String> DIMENSIONS =
      List.of("accuracy", "compliance", "security", "communication", "efficiency");
  private static final List<String> STAKES = List.of("low", "medium", "high", "critical");

  @Test
  void sqlGivesTheScoreOfTheRuleOnRandomReviews() {
    Random random = new Random(7);
    Rows reviews = Rows.of(CONTRACTS, "silver.review");
    Rows cases = Rows.of(CONTRACTS, "silver.support_case");
    Map<String, List<Scoring.Rating>> ratings = new TreeMap<>();
    for (int r = 0; r < 60; r++) {
      String review = "r" + r;
      String stake = STAKES.get(random.nextInt(4));
      cases.with("case_id", "k" + r, "account_id", "A", "stake", stake);
      List<Scoring.Rating> own = new ArrayList<>();
      for (int c = 0; c < 9; c++) {
        boolean isCritical = c < 3;
        int points = random.nextInt(5);
        Double score = random.nextInt(4) == 0 ? null : points / (c % 2 == 0 ? 4.0 : 7.0);
        boolean isFailed = isCritical && score != null && points == 0;
        int weight = 1 + random.nextInt(20);
        int high = 1 + random.nextInt(20);
        boolean isHigh = stake.equals("high") || stake.equals("critical");
        own.add(
            new Scoring.Rating(
                "c" + c,
                DIMENSIONS.get(c % 5),
                isHigh ? high : weight,
                score,
                isCritical,
                isFailed));
        reviews.with(
            "rating_id",
            review + "-" + c,
            "review_id",
            review,
            "case_id",
            "k" + r,
            "criterion",
            "c" + c,
            "dimension",
            DIMENSIONS.get(c % 5),
            "score",
            score,
            "weight",
            weight,
            "weight_high_stake",
            high,
            "is_critical",
            isCritical,
            "is_critical_failure",
            isFailed,
            "inclusion_probability",
            0.1,
            "amount_at_risk",
            "100.00",
            "currency",
            "EUR");
      }
      ratings.put(review, own);
    }

    List<Row> rows =
        new TestInputs(spark(), SETTINGS, CONTRACTS, "gold.review_score")
            .with("silver.review", reviews)
            .with("silver.support_case", cases)
            .build(new ReviewScore(), DAY)
            .collectAsList();

    assertThat(rows).hasSize(60);
    for (Row row : rows) {
      Scoring.ReviewScore expected =
          Scoring.score(ratings.getOrDefault(row.<String>getAs("review_id"), List.of()))
              .orElseThrow();
      assertThat(row.<Double>getAs("score_before_auto_fail"))
          .isCloseTo(expected.before(), within(1e-9));
      assertThat(row.<Double>getAs("score")).isCloseTo(expected.after(), within(1e-9));
      assertThat(row.<Boolean>getAs("is_auto_fail")).isEqualTo(expected.autoFail());
      assertThat(row.<String>getList(row.fieldIndex("failed_critical_criteria")))
          .isEqualTo(expected.failedCritical());
      for (String dimension : DIMENSIONS) {
        Double score = row.getAs(dimension + "_score");
        assertThat(score == null).isEqualTo(!expected.dimensions().containsKey(dimension));
        if (score != null) {
          assertThat(score)
              .isCloseTo(expected.dimensions().getOrDefault(dimension, -1.0), within(1e-9));
        }
      }
    }
  }

  @Test
  void riskIsTheSeveritysShareOfTheAmountInBothCurrenciesAndUnknownCasesAreLowStake() {
    Row row =
        new TestInputs(spark(), SETTINGS, CONTRACTS, "gold.review_score")
            .with(
                "silver.review",
                Rows.of(CONTRACTS, "silver.review")
                    .with(
                        "review_id",
                        "r",
                        "case_id",
                        "k",
                        "criterion",
                        "identity",
                        "score",
                        0.0,
                        "weight",
                        1,
                        "is_critical",
                        true,
                        "is_critical_failure",
                        true,
                        "amount_at_risk",
                        "200.00",
                        "currency",
                        "USD",
                        "reviewed_date",
                        "2026-02-10"))
            .with(
                "conf.exchange_rate",
                Rows.of(CONTRACTS, "conf.exchange_rate")
                    .with("rate_date", "2026-02-01", "currency", "USD", "rate", "0.90")
                    .with("rate_date", "2026-03-01", "currency", "USD", "rate", "0.50"))
            .build(new ReviewScore(), DAY)
            .first();

    assertThat(row.<String>getAs("stake")).isEqualTo("low");
    assertThat(row.<Integer>getAs("severity")).isEqualTo(1);
    assertThat(row.<BigDecimal>getAs("expected_risk_amount")).isEqualByComparingTo("50.00");
    assertThat(row.<BigDecimal>getAs("expected_risk_reporting_amount"))
        .isEqualByComparingTo("45.00");
  }

  @Test
  void aCriticalFailureWithAnUnknownAmountHasNoRiskThatIsKnown() {
    Row row =
        new TestInputs(spark(), SETTINGS, CONTRACTS, "gold.review_score")
            .with(
                "silver.review",
                Rows.of(CONTRACTS, "silver.review")
                    .with(
                        "review_id",
                        "r",
                        "case_id",
                        "k",
                        "criterion",
                        "identity",
                        "score",
                        0.0,
                        "weight",
                        1,
                        "is_critical",
                        true,
                        "is_critical_failure",
                        true,
                        "reviewed_date",
                        "2026-02-10"))
            .build(new ReviewScore(), DAY)
            .first();

    assertThat(row.<Boolean>getAs("is_auto_fail")).isTrue();
    assertThat(row.<Object>getAs("expected_risk_amount")).isNull();
    assertThat(row.<Object>getAs("expected_risk_reporting_amount")).isNull();
  }

  /** A correction may give some of a review's criteria another case. */
  @Test
  void stakeAndFamilyAreOfTheOneCaseThatTheScoreNames() {
    Row row =
        new TestInputs(spark(), SETTINGS, CONTRACTS, "gold.review_score")
            .with(
                "silver.review",
                Rows.of(CONTRACTS, "silver.review")
                    .with("review_id", "r", "case_id", "k1", "criterion", "a", "score", 1.0)
                    .with("review_id", "r", "case_id", "k2", "criterion", "b", "score", 0.0))
            .with(
                "silver.support_case",
                Rows.of(CONTRACTS, "silver.support_case")
                    .with("case_id", "k1", "stake", "medium", "issue_family", "unknown")
                    .with("case_id", "k2", "stake", "high", "issue_family", "other"))
            .build(new ReviewScore(), DAY)
            .first();

    assertThat(row.<String>getAs("case_id")).isEqualTo("k2");
    assertThat(row.<String>getAs("stake")).isEqualTo("high");
    assertThat(row.<String>getAs("issue_family")).isEqualTo("other");
  }
}
