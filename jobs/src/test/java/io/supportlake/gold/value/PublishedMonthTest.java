package io.supportlake.gold.value;

import static org.assertj.core.api.Assertions.assertThat;

import io.supportlake.Period;
import io.supportlake.testing.Lines;
import io.supportlake.testing.Rows;
import io.supportlake.testing.SparkSuite;
import io.supportlake.testing.TestInputs;
import java.time.LocalDate;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PublishedMonthTest extends SparkSuite {

  private static Rows metric() {
    return Rows.of(CONTRACTS, "gold.metric")
        .with(cell("fcr_7d", "2026-01-01", "2026-02-27", "mature", "0.8"))
        .with(cell("fcr_7d", "2026-02-01", "2026-03-27", "provisional", "0.7"))
        .with(cell("nps", "2026-01-01", "2026-02-27", "too_few", null))
        .with(cell("late", "2026-01-01", "2026-03-01", "mature", "0.5"))
        .with(cell("stale", "2026-01-01", "2026-02-20", "provisional", "0.5"));
  }

  private static @Nullable Object[] cell(
      String metric, String month, String matureOn, String maturity, @Nullable String value) {
    return new Object[] {
      "metric",
      metric,
      "period",
      "month",
      "period_start",
      month,
      "dimension",
      "all",
      "dimension_value",
      "all",
      "value",
      value == null ? null : Double.valueOf(value),
      "mature_on",
      matureOn,
      "maturity",
      maturity,
      "definition_hash",
      "h1",
      "n",
      100
    };
  }

  private static List<String> keys(Dataset<Row> rows) {
    return rows
        .selectExpr("concat_ws(' ', published_on, metric, month_start, n) as k")
        .sort("k")
        .collectAsList()
        .stream()
        .map(r -> r.getString(0))
        .toList();
  }

  @Test
  void publishesOnTheDayItMatures_alsoWhatIsTooFewButNeverWhatIsProvisional() {
    Dataset<Row> built =
        new TestInputs(spark(), SETTINGS, CONTRACTS, "gold.published_month")
            .with("gold.metric", metric())
            .build(new PublishedMonth(), Period.day(LocalDate.of(2026, 2, 27)));

    assertThat(keys(built))
        .containsExactly("2026-02-27 fcr_7d 2026-01-01 100", "2026-02-27 nps 2026-01-01 100");
  }

  @Test
  void namesTheTableBehindTheNumberInTheVersionThatItWasMadeFrom() {
    Dataset<Row> built =
        new TestInputs(spark(), SETTINGS, CONTRACTS, "gold.published_month")
            .with("gold.metric", metric())
            .with(
                "conf.metric_spec",
                Rows.of(CONTRACTS, "conf.metric_spec")
                    .with("metric", "fcr_7d", "table_name", "gold.episode_outcome")
                    .with("metric", "nps", "table_name", "silver.survey"))
            .withVersion("gold.episode_outcome", 41)
            .build(new PublishedMonth(), Period.day(LocalDate.of(2026, 2, 27)));

    assertThat(Lines.of(built, "metric", "source_table", "source_version"))
        .containsExactly("fcr_7d|gold.episode_outcome|41", "nps|silver.survey|null");
  }

  @Test
  void whatWasPublishedIsNeverPublishedAgainWhateverItIsNow() {
    Dataset<Row> built =
        new TestInputs(spark(), SETTINGS, CONTRACTS, "gold.published_month")
            .with("gold.metric", metric())
            .with(
                "gold.published_month",
                Rows.of(CONTRACTS, "gold.published_month")
                    .with(
                        "published_on",
                        "2026-02-27",
                        "metric",
                        "fcr_7d",
                        "month_start",
                        "2026-01-01",
                        "dimension",
                        "all",
                        "dimension_value",
                        "all",
                        "value",
                        0.9))
            .build(new PublishedMonth(), Period.day(LocalDate.of(2026, 2, 28)));

    assertThat(keys(built)).containsExactly("2026-02-28 nps 2026-01-01 100");
  }

  @Test
  void aRangeOfDaysPublishesEachOnItsOwnDay() {
    Dataset<Row> built =
        new TestInputs(spark(), SETTINGS, CONTRACTS, "gold.published_month")
            .with("gold.metric", metric())
            .build(
                new PublishedMonth(),
                Period.of(LocalDate.of(2026, 2, 28), LocalDate.of(2026, 3, 5)));

    assertThat(keys(built))
        .containsExactly(
            "2026-02-28 fcr_7d 2026-01-01 100",
            "2026-02-28 nps 2026-01-01 100",
            "2026-03-01 late 2026-01-01 100");
  }
}
