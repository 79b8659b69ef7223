package io.supportlake.gold.outcomes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.supportlake.Period;
import io.supportlake.platform.ConfLoader;
import io.supportlake.testing.Lines;
import io.supportlake.testing.Rows;
import io.supportlake.testing.SparkSuite;
import io.supportlake.testing.TestInputs;
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MetricQueryTest extends SparkSuite {
  private static final LocalDate AS_OF = LocalDate.parse("2026-03-15");
  private static final MetricPeriod JANUARY = MetricPeriod.month(YearMonth.of(2026, 1));

  private static Dataset<Row> episodes =
      Rows.of(CONTRACTS, "gold.episode_outcome").dataset(spark());
  private static Dataset<Row> specs = Rows.of(CONTRACTS, "conf.metric_spec").dataset(spark());

  @BeforeAll
  static void readTheMetrics() {
    specs =
        ConfLoader.load(HOME.resolve("conf"), "conf.metric_spec", spark(), AS_OF, AS_OF)
            .localCheckpoint();
    episodes = episodes();
  }

  /** 120 episodes, the n-th starting and ending its first contact on the n-th of 30 days. */
  private static Dataset<Row> episodes() {
    Rows rows = Rows.of(CONTRACTS, "gold.episode_outcome");
    for (int i = 0; i < 120; i++) {
      LocalDate day = LocalDate.parse("2026-01-01").plusDays(i % 30);
      rows.with(
          "episode_id",
          "e" + i,
          "account_id",
          "A" + i % 35,
          "started_date",
          day,
          "first_contact_ended_date",
          day,
          "tier",
          i < 80 ? 1 : 2,
          "product",
          i % 2 == 0 ? "cards" : "loans, small",
          "agent_id",
          "agent" + i % 2,
          "first_resolution_minutes",
          10.0 + i,
          "is_fcr_7d",
          i % 3 != 0);
    }
    return rows.dataset(spark()).localCheckpoint();
  }

  private static MetricQuery query(String metric, MetricPeriod period, String... by) {
    return MetricQuery.of(
        specs,
        new MetricQuery.Request(metric, List.of(by), period, AS_OF, SETTINGS.reportingZone()));
  }

  private static List<String> counts(MetricQuery query, String... dimensions) {
    return query.cells(episodes).collectAsList().stream()
        .map(cell -> {
          StringBuilder line = new StringBuilder();
          for (String dimension : dimensions) {
            line.append(cell.<String>getAs(dimension)).append('|');
          }
          return line.append(cell.<Long>getAs("n")).toString();
        })
        .toList();
  }

  @ParameterizedTest
  @ValueSource(strings = {"fcr_7d", "first_resolution_time"})
  void whatIsAskedForIsWhatTheJobStores(String metric) {
    Dataset<Row> stored =
        new TestInputs(spark(), SETTINGS, CONTRACTS, "gold.metric")
            .with("conf.metric_spec", specs.where("metric = '" + metric + "'"))
            .with(
                "conf.metric_cut",
                Rows.of(CONTRACTS, "conf.metric_cut")
                    .with("dimensions", List.of("tier", "product")))
            .with("gold.episode_outcome", episodes)
            .build(new Metric(), new Period(AS_OF, AS_OF, List.of(JANUARY.start())));
    String[] numbers = {
      "n",
      "numerator",
      "denominator",
      "value",
      "interval_low",
      "interval_high",
      "interval_method",
      "maturity",
      "mature_on",
      "predicate"
    };

    assertThat(Lines.of(query(metric, JANUARY, "tier", "product").cells(episodes), numbers))
        .hasSize(5)
        .isEqualTo(Lines.of(stored, numbers));
  }

  @Test
  void theTotalComesFirstThenTheCellsByTheirValues() {
    assertThat(counts(query("fcr_7d", JANUARY, "product", "tier"), "product", "tier"))
        .containsExactly(
            "all|all|120", "cards|1|40", "cards|2|20", "loans, small|1|40", "loans, small|2|20");
  }

  @Test
  void aWeekIsFromMondayToSundayAndADayIsADay() {
    MetricPeriod week = MetricPeriod.weekOf(LocalDate.parse("2026-01-15"));
    MetricPeriod day = MetricPeriod.day(LocalDate.parse("2026-01-15"));

    assertThat(week).hasToString("2026-W03");
    assertThat(counts(query("fcr_7d", week))).containsExactly("28");
    assertThat(counts(query("fcr_7d", day))).containsExactly("4");
    Row cell = query("fcr_7d", day).cells(episodes).first();
    assertThat(cell.<Object>getAs("value")).as("fewer than 30").isNull();
    assertThat(cell.<String>getAs("maturity")).isEqualTo("too_few");
    // 15 January + 7 days of window + 20 days for late data.
    assertThat(cell.<java.sql.Date>getAs("mature_on")).hasToString("2026-02-11");
  }

  @Test
  void aDimensionHeldAtAValueLeavesTheTotalOut() {
    MetricQuery query = query("fcr_7d", JANUARY, "product=loans, small", "agent");

    assertThat(counts(query, "product", "agent_id")).containsExactly("loans, small|agent1|60");
    episodes.createOrReplaceTempView("episodes_of_query");
    assertThat(
            spark()
                .sql(query.predicate().replace("gold.episode_outcome", "episodes_of_query"))
                .count())
        .isEqualTo(60);
  }

  @ParameterizedTest
  @CsvSource({"fcr_7d, 2026-01", "fcr_1d, 2026-01", "recurrence_90d, 2025-10"})
  void withoutAPeriodTheNewestMonthThatIsMatureIsMeant(String metric, String month) {
    MetricQuery query =
        MetricQuery.of(
            specs,
            new MetricQuery.Request(metric, List.of(), null, AS_OF, SETTINGS.reportingZone()));

    assertThat(query.period()).hasToString(month);
  }

  @Test
  void aPeriodWithoutRowsHasNoCellsAndTheDaysThereAreAreKnown() {
    MetricQuery query = query("fcr_7d", MetricPeriod.month(YearMonth.of(2024, 1)));

    assertThat(query.cells(episodes).collectAsList()).isEmpty();
    assertThat(query.days(episodes))
        .contains(List.of(LocalDate.parse("2026-01-01"), LocalDate.parse("2026-01-30")));
  }

  @Test
  void whatCannotBeAnsweredIsRefusedWithARemedy() {
    assertThatThrownBy(() -> query("fcr_7", JANUARY))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("there is no metric fcr_7:")
        .hasMessageContaining("Near it: fcr_7d");
    assertThatThrownBy(() -> query("fcr_7d", JANUARY, "tier", "shoe_size"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("fcr_7d cannot be split by shoe_size")
        .hasMessageContaining("Choose of channel, product, ");
    assertThatThrownBy(() -> query("nps", JANUARY, "tier"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("It has no dimensions");
    assertThatThrownBy(() -> query("fcr_7d", JANUARY, "tier", "tier=2"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("tier is named twice");
    assertThatThrownBy(() -> query("fcr_7d", MetricPeriod.month(YearMonth.of(2026, 4))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("2026-04 has not begun as of 2026-03-15");
    assertThatThrownBy(() -> query("churned_revenue_share", MetricPeriod.day(AS_OF)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("churned_revenue_share is not made for a day")
        .hasMessageContaining("Ask for a month");
  }
}
