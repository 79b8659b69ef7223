package io.supportlake.silver;

import static org.assertj.core.api.Assertions.assertThat;

import io.supportlake.Period;
import io.supportlake.testing.Lines;
import io.supportlake.testing.Rows;
import io.supportlake.testing.SparkSuite;
import io.supportlake.testing.TestInputs;
import java.time.LocalDate;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Reviews and surveys. */
class JudgementsTest extends SparkSuite {
  private static final Period DAY = Period.day(LocalDate.parse("2026-01-31"));

  @Test
  void aRatingIsAShareOfItsScaleUnderTheVersionTheReviewerUsed() {
    Rows ratings =
        ratings()
            .with(
                "rating_id",
                "1",
                "scorecard",
                "support",
                "scorecard_version",
                "1",
                "criterion",
                "clarity",
                "rating",
                3)
            .with(
                "rating_id",
                "2",
                "scorecard",
                "support",
                "scorecard_version",
                "2",
                "criterion",
                "clarity",
                "rating",
                3)
            .with(
                "rating_id",
                "3",
                "scorecard",
                "support",
                "scorecard_version",
                "1",
                "criterion",
                "clarity",
                "rating",
                null);

    assertThat(reviews(ratings, "score", "dimension", "weight", "weight_high_stake"))
        .containsExactly(
            "1|0.75|communication|10|5", "2|0.6|communication|12|6", "3|null|communication|10|5");
  }

  @Test
  void onlyARatingOfZeroFailsACriticalCriterion() {
    Rows ratings =
        ratings()
            .with(
                "rating_id",
                "1",
                "scorecard",
                "support",
                "scorecard_version",
                "1",
                "criterion",
                "identity",
                "rating",
                0)
            .with(
                "rating_id",
                "2",
                "scorecard",
                "support",
                "scorecard_version",
                "1",
                "criterion",
                "identity",
                "rating",
                1)
            .with(
                "rating_id",
                "3",
                "scorecard",
                "support",
                "scorecard_version",
                "1",
                "criterion",
                "identity",
                "rating",
                null)
            .with(
                "rating_id",
                "4",
                "scorecard",
                "support",
                "scorecard_version",
                "1",
                "criterion",
                "clarity",
                "rating",
                0);

    assertThat(reviews(ratings, "is_critical", "is_critical_failure"))
        .containsExactly("1|true|true", "2|true|false", "3|true|false", "4|false|false");
  }

  @Test
  void aCriterionOfNoScorecardKeepsItsRowForTheCheckToRefuse() {
    Rows ratings =
        ratings()
            .with(
                "rating_id",
                "1",
                "scorecard",
                "support",
                "scorecard_version",
                "1",
                "criterion",
                "charm",
                "rating",
                1);

    assertThat(reviews(ratings, "dimension", "score")).containsExactly("1|null|null");
    assertThat(CONTRACTS.of("silver.review").checks())
        .anyMatch(check -> check.isError() && check.expression().equals("dimension is not null"));
  }

  @Test
  void sendingAndAnswerAreOneSurveyAndTheLatestAnswerCounts() {
    Rows records =
        responses()
            .with(
                "response_id",
                "r2",
                "survey_id",
                "s",
                "event_type",
                "answered",
                "event_at",
                "2026-01-03T00:00:00Z",
                "score",
                2,
                "kind",
                "csat",
                "account_id",
                "A")
            .with(
                "response_id",
                "r3",
                "survey_id",
                "s",
                "event_type",
                "answered",
                "event_at",
                "2026-01-04T00:00:00Z",
                "score",
                5,
                "kind",
                "csat",
                "account_id",
                "A")
            .with(
                "response_id",
                "r1",
                "survey_id",
                "s",
                "event_type",
                "sent",
                "event_at",
                "2026-01-01T23:30:00Z",
                "kind",
                "csat",
                "account_id",
                "A",
                "case_id",
                "c1",
                "user_id",
                "u1")
            .with(
                "response_id",
                "r0",
                "survey_id",
                "s",
                "event_type",
                "sent",
                "event_at",
                "2026-01-02T12:00:00Z",
                "kind",
                "csat",
                "account_id",
                "A",
                "case_id",
                "c1");

    assertThat(surveys(records))
        .containsExactly(
            "s|csat|c1|A|2026-01-01 23:30:00|2026-01-02|2026-01-04|5|"
                + SETTINGS.key().token("usr", "u1"));
  }

  @Test
  void aSurveyMayHaveNoAnswerAndAnAnswerNoSending() {
    Rows records =
        responses()
            .with(
                "response_id",
                "r1",
                "survey_id",
                "s1",
                "event_type",
                "sent",
                "event_at",
                "2026-01-01T10:00:00Z",
                "kind",
                "nps",
                "account_id",
                "A")
            .with(
                "response_id",
                "r2",
                "survey_id",
                "s2",
                "event_type",
                "answered",
                "event_at",
                "2026-01-05T10:00:00Z",
                "kind",
                "ces",
                "account_id",
                "B",
                "score",
                7);

    assertThat(surveys(records))
        .containsExactly(
            "s1|nps|null|A|2026-01-01 10:00:00|2026-01-01|null|null|null",
            "s2|ces|null|B|null|2026-01-05|2026-01-05|7|null");
  }

  private static Rows ratings() {
    return Rows.of(CONTRACTS, "bronze.quality_review");
  }

  private static Rows responses() {
    return Rows.of(CONTRACTS, "bronze.survey_response");
  }

  private static List<String> reviews(Rows ratings, String... columns) {
    Rows scorecard =
        Rows.of(CONTRACTS, "conf.scorecard")
            .with(
                "scorecard",
                "support",
                "version",
                "1",
                "criterion",
                "clarity",
                "dimension",
                "communication",
                "scale_max",
                4,
                "weight",
                10,
                "weight_high_stake",
                5,
                "is_critical",
                false)
            .with(
                "scorecard",
                "support",
                "version",
                "1",
                "criterion",
                "identity",
                "dimension",
                "security",
                "scale_max",
                1,
                "weight",
                10,
                "weight_high_stake",
                20,
                "is_critical",
                true)
            .with(
                "scorecard",
                "support",
                "version",
                "2",
                "criterion",
                "clarity",
                "dimension",
                "communication",
                "scale_max",
                5,
                "weight",
                12,
                "weight_high_stake",
                6,
                "is_critical",
                false);
    String[] all = new String[columns.length + 1];
    all[0] = "rating_id";
    System.arraycopy(columns, 0, all, 1, columns.length);
    return Lines.of(
        new TestInputs(spark(), SETTINGS, CONTRACTS, "silver.review")
            .with("bronze.quality_review", ratings)
            .with("conf.scorecard", scorecard)
            .build(new Review(), DAY),
        all);
  }

  private static List<String> surveys(Rows records) {
    return Lines.of(
        new TestInputs(spark(), SETTINGS, CONTRACTS, "silver.survey")
            .with("bronze.survey_response", records)
            .build(new Survey(), DAY),
        "survey_id",
        "kind",
        "case_id",
        "account_id",
        "sent_at",
        "sent_date",
        "answered_date",
        "score",
        "user_id");
  }
}
