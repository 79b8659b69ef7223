package io.supportlake.gold.churn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.supportlake.platform.Contracts;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class FeatureTest {
  private static final Contracts CONTRACTS =
      Contracts.load(Path.of(System.getProperty("supportlake.home", "."), "schemas"));

  @Test
  void everyColumnOfTheContractIsAFeatureInItsOrder() {
    assertThat(CONTRACTS.of("gold.churn_feature").columnNames())
        .startsWith("landmark_date", "account_id")
        .endsWith(Feature.columns())
        .hasSize(2 + Feature.values().length);
  }

  @Test
  void everyThemeHasAFeature() {
    assertThat(Feature.values()).extracting(Feature::theme).containsOnlyElementsOf(Feature.THEMES);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          CONTACTS_30D              | 1      | 0.5   | 1 contact in 30 days, more than 50 % of customers
          CONTACTS_30D              | 3      | 0.913 | 3 contacts in 30 days, more than 91 % of customers
          UNRESOLVED_HIGH_STAKE_30D | 2      | 1     | 2 unresolved high-stake issues in 30 days, more than 100 % of customers
          REOPENS_90D               | 0      | 0     | 0 reopened cases in 90 days, among the lowest of all customers
          REFUND_AMOUNT_90D         | 1234.5 | 0.8   | Refunds of 1,234.50 EUR in 90 days, more than 80 % of customers
          FAILURE_SHARE_28D         | 0.126  | 0.49  | 13 % of product events failed in 28 days, more than only 49 % of customers
          PLAN_RANK                 | 4      | 0.7   | Enterprise plan, more than 70 % of customers
          MEAN_FIRST_REPLY_HOURS_90D| 1.25   | 0.6   | 1.3 hours to a first reply on average in 90 days, more than 60 % of customers
          LAST_CSAT_SCORE           | 2      | 0.1   | Last satisfaction score 2 of 5, more than only 10 % of customers
          EVENTS_TREND              | -0.6931471805599453 | 0.2 | Usage down by 50 % against the 28 days before, more than only 20 % of customers
          EVENTS_TREND              | 0.6931471805599453  | 0.9 | Usage up by 100 % against the 28 days before, more than 90 % of customers
          USAGE_AGAINST_USUAL       | -0.6931471805599453 | 0.2 | Usage down by 50 % against its usual level, more than only 20 % of customers
          EVENTS_TREND              | 0      | 0.5   | Usage unchanged against the 28 days before, more than 50 % of customers
          DAYS_TO_RENEWAL           | -3     | 0.0   | 3 days past renewal, among the lowest of all customers
          """)
  void valuesAreNamedInWords(Feature feature, double value, double percentile, String sentence) {
    assertThat(feature.sentence(value, percentile, "EUR")).isEqualTo(sentence);
  }

  @ParameterizedTest
  @EnumSource(Feature.class)
  void aMissingValueIsSaidWithoutAFigure(Feature feature) {
    assertThat(feature.sentence(Double.NaN, Double.NaN, "EUR"))
        .matches("[A-Z].*")
        .doesNotContain("NaN", "null", "%", "EUR");
  }

  @Test
  void aModelOnAFeatureThatIsNoMoreIsRefused() {
    assertThatThrownBy(() -> Feature.of("shoe_size"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "the model reads the feature shoe_size, which gold.churn_feature no longer has; train again");
  }
}
