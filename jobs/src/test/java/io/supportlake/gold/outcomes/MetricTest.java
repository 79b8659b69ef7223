package io.supportlake.gold.outcomes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import io.supportlake.Period;
import io.supportlake.platform.ConfLoader;
import io.supportlake.platform.ConfTables;
import io.supportlake.rules.Interval;
import io.supportlake.rules.Wilson;
import io.supportlake.testing.Rows;
import io.supportlake.testing.SparkSuite;
import io.supportlake.testing.TestInputs;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class MetricTest extends SparkSuite {
  private static final LocalDate JANUARY = LocalDate.parse("2026-01-01");

  /** As of 2026-03-15, so that a January with 7-day windows is mature. */
  private static final Period PERIOD =
      new Period(LocalDate.parse("2026-03-15"), LocalDate.parse("2026-03-15"), List.of(JANUARY));

  @Test
  void everyMetricFileRunsAndItsPredicatesGiveItsComponents() {
    Dataset<Row> specs = specs();
    TestInputs in =
        new TestInputs(spark(), SETTINGS, CONTRACTS, "gold.metric")
            .with("conf.metric_spec", specs)
            .with("conf.metric_cut", conf("conf.metric_cut"));
    Map<String, Dataset<Row>> tables =
        Map.of(
            "gold.episode_outcome", episodes().dataset(spark()),
            "gold.contact_outcome", contacts().dataset(spark()),
            "gold.episode_attribution", attribution().dataset(spark()),
            "gold.product_day", productDays().dataset(spark()),
            "gold.review_score", reviews().dataset(spark()),
            "silver.survey", surveys().dataset(spark()),
            "gold.churned_revenue", revenue().dataset(spark()));
    tables.forEach((name, rows) -> {
      in.with(name, rows);
      rows.createOrReplaceTempView(view(name));
    });

    List<Row> cells = in.build(new Metric(), PERIOD).collectAsList();

    Map<String, Row> specByName =
        specs.collectAsList().stream()
            .collect(Collectors.toMap(r -> r.<String>getAs("metric"), r -> r));
    assertThat(
            cells.stream()
                .filter(c -> c.<String>getAs("dimension").equals("all"))
                .map(c -> c.<String>getAs("metric")))
        .containsExactlyInAnyOrderElementsOf(specByName.keySet());
    Random random = new Random(1);
    List<Row> checked =
        cells.stream()
            .filter(c ->
                c.<String>getAs("dimension").equals("all")
                    || isPairOfFcr(c)
                    || random.nextInt(cells.size()) < 25)
            .toList();
    assertThat(checked.stream().filter(MetricTest::isPairOfFcr)).hasSize(4);
    String queries =
        java.util.stream.IntStream.range(0, checked.size())
            .mapToObj(i -> components(i, checked.get(i), specByName))
            .collect(Collectors.joining(" UNION ALL "));
    Map<Integer, Row> reproduced =
        spark().sql(queries).collectAsList().stream()
            .collect(Collectors.toMap(r -> r.<Integer>getAs("i"), r -> r));
    for (int i = 0; i < checked.size(); i++) {
      Row cell = checked.get(i);
      Row again = java.util.Objects.requireNonNull(reproduced.get(i));
      String predicate = cell.getAs("predicate");
      if (cell.<Object>getAs("numerator") == null) {
        assertThat(again.<Long>getAs("n")).as(predicate).isEqualTo(cell.<Long>getAs("n"));
      } else {
        assertThat(again.<Double>getAs("num"))
            .as(predicate)
            .isCloseTo(cell.<BigDecimal>getAs("numerator").doubleValue(), within(1e-5));
        assertThat(again.<Double>getAs("den"))
            .as(predicate)
            .isCloseTo(cell.<BigDecimal>getAs("denominator").doubleValue(), within(1e-5));
      }
      Double value = cell.getAs("value");
      Double low = cell.getAs("interval_low");
      Double high = cell.getAs("interval_high");
      if (value != null && low != null && high != null) {
        assertThat(value).as(predicate).isBetween(low, high);
        if (java.util.Objects.requireNonNull(specByName.get(cell.<String>getAs("metric")))
            .<String>getAs("unit")
            .equals("share")) {
          assertThat(low).as(predicate).isNotNegative();
          assertThat(high).as(predicate).isLessThanOrEqualTo(1);
        }
      }
    }
  }

  private static boolean isPairOfFcr(Row cell) {
    return cell.<String>getAs("dimension").equals("tier,product")
        && cell.<String>getAs("metric").equals("fcr_7d");
  }

  /** The cell's components from its own predicate. */
  private static String components(int i, Row cell, Map<String, Row> specs) {
    Row spec = java.util.Objects.requireNonNull(specs.get(cell.<String>getAs("metric")));
    String num = spec.getAs("numerator");
    String den = spec.getAs("denominator");
    String sums =
        switch (spec.<String>getAs("kind")) {
          case "share" -> "double(count_if(%s)), double(count(*))".formatted(num);
          case "hajek" ->
              "double(sum((%1$s) / (%2$s))), double(sum(1 / (%2$s)))".formatted(num, den);
          case "weighted_share" ->
              "double(sum(if(%1$s, %2$s, 0))), double(sum(%2$s))".formatted(num, den);
          case "percentile" -> "0.0D, 0.0D";
          default -> "double(sum(%s)), double(sum(%s))".formatted(num, den);
        };
    String[] names = sums.split(", double|, 0.0D", 2);
    return "SELECT %d AS i, %s AS num, %s AS den, count(*) AS n FROM (%s)"
        .formatted(
            i,
            names[0],
            sums.substring(names[0].length() + 2),
            cell.<String>getAs("predicate").replaceAll("FROM (gold|silver)\\.", "FROM $1_"));
  }

  @Test
  void shareHasItsWilsonIntervalAndImmatureRowsAreInNoRate() {
    Rows rows = Rows.of(CONTRACTS, "gold.episode_outcome");
    for (int i = 0; i < 60; i++) {
      rows.with(
          "episode_id",
          "e" + i,
          "first_contact_ended_date",
          "2026-01-10",
          "channel",
          i < 40 ? "email" : "chat",
          "is_fcr_7d",
          i < 50 ? i % 2 == 0 : null);
    }

    Map<String, Row> cells = cells(rows, PERIOD, "fcr_7d");

    Row all = cell(cells, "all=all");
    Interval wilson = Wilson.interval(25, 50, 0.95);
    assertThat(all.<Long>getAs("n")).isEqualTo(50);
    assertThat(all.<Double>getAs("value")).isEqualTo(0.5);
    assertThat(all.<Double>getAs("interval_low")).isEqualTo(wilson.low());
    assertThat(all.<Double>getAs("interval_high")).isEqualTo(wilson.high());
    assertThat(all.<String>getAs("maturity")).isEqualTo("mature");
    // 31 January + 7 days of window + 20 days for late data.
    assertThat(all.<java.sql.Date>getAs("mature_on")).hasToString("2026-02-27");
    Row chat = cell(cells, "channel=chat");
    assertThat(chat.<Long>getAs("n")).isEqualTo(10);
    assertThat(chat.<Object>getAs("value")).isNull();
    assertThat(chat.<String>getAs("maturity")).isEqualTo("too_few");
    assertThat(cell(cells, "team=unknown").<Long>getAs("n")).isEqualTo(50);
  }

  /** Who cannot log in is not active, but writes: the rate has all contacts of its exposure. */
  @Test
  void contactsOfAccountsThatWereNotActiveCount() {
    Rows rows = Rows.of(CONTRACTS, "gold.product_day");
    for (int day = 1; day <= 10; day++) {
      rows.with(
          "activity_date",
          "2026-01-%02d".formatted(day),
          "product",
          "all",
          "feature",
          "all",
          "active_account_count",
          100,
          "contact_count",
          3,
          "account_groups",
          Map.of(1, RowFactory.create(100L, 2L), 2, RowFactory.create(0L, 1L)));
    }

    Row all = cell(cells("gold.product_day", rows, PERIOD, "contact_rate"), "all=all");

    assertThat(all.<Long>getAs("n")).isEqualTo(1000);
    assertThat(all.<BigDecimal>getAs("numerator")).isEqualByComparingTo("30");
    assertThat(all.<BigDecimal>getAs("denominator")).isEqualByComparingTo("1000");
    assertThat(all.<Double>getAs("value")).isEqualTo(30.0);
  }

  @Test
  void segmentsOfEpisodesAreObservationsByTheirShares() {
    Rows rows = Rows.of(CONTRACTS, "gold.episode_attribution");
    for (int i = 0; i < 40; i++) {
      for (int number = 1; number <= 3; number++) {
        rows.with(
            "episode_id",
            "e" + i,
            "segment_number",
            number,
            "account_id",
            "A" + i,
            "team",
            "team" + number,
            "share",
            1.0 / 3,
            "first_contact_ended_date",
            "2026-01-10",
            "is_fcr_7d",
            i < 10);
      }
    }

    Map<String, Row> cells = cells("gold.episode_attribution", rows, PERIOD, "fcr_7d_attributed");

    Row all = cell(cells, "all=all");
    assertThat(all.<Long>getAs("n")).isEqualTo(40);
    assertThat(all.<Double>getAs("value")).isCloseTo(0.25, within(1e-9));
    assertThat(all.<BigDecimal>getAs("numerator").doubleValue()).isCloseTo(10, within(1e-5));
    Row team = cell(cells, "team=team2");
    assertThat(team.<Long>getAs("n")).isEqualTo(13);
    assertThat(team.<BigDecimal>getAs("denominator").doubleValue())
        .isCloseTo(40 / 3.0, within(1e-5));
    assertThat(team.<String>getAs("maturity")).isEqualTo("too_few");
    assertThat(team.<Object>getAs("value")).isNull();
  }

  @Test
  void monthIsProvisionalUntilLateDataHadTheirDays() {
    Rows rows = Rows.of(CONTRACTS, "gold.episode_outcome");
    for (int i = 0; i < 30; i++) {
      rows.with("episode_id", "e" + i, "first_contact_ended_date", "2026-01-10", "is_fcr_7d", true);
    }

    assertThat(maturity(rows, "2026-02-26")).isEqualTo("provisional");
    assertThat(maturity(rows, "2026-02-27")).isEqualTo("mature");
  }

  /**
   * As of the end of 20 January, 23:00 UTC. By hours: 7 of 70 fail at 0, 3 of 63 at 24, then 9 are
   * last seen at 36, 6 of 51 fail at 48, and the 15 of three days ago are seen no longer.
   */
  @Test
  void whileWindowsAreOpenFcrIsEstimatedFromAllOfItsEpisodes() {
    Rows rows = Rows.of(CONTRACTS, "gold.episode_outcome");
    windows(rows, 30, "2026-01-05T00:00:00Z", null, true, "email");
    windows(rows, 4, "2026-01-05T00:00:00Z", 0.0, false, "email");
    windows(rows, 6, "2026-01-05T00:00:00Z", 2880.0, false, "email");
    windows(rows, 2, "2026-01-17T23:00:00Z", 0.0, null, "email");
    windows(rows, 3, "2026-01-17T23:00:00Z", 1440.0, null, "email");
    windows(rows, 15, "2026-01-17T23:00:00Z", null, null, "email");
    windows(rows, 1, "2026-01-19T11:00:00Z", 0.0, null, "chat");
    windows(rows, 9, "2026-01-19T11:00:00Z", null, null, "chat");
    LocalDate day = LocalDate.parse("2026-01-20");

    Map<String, Row> cells = cells(rows, new Period(day, day, List.of(JANUARY)), "fcr_7d");

    Row all = cell(cells, "all=all");
    double survival = 63 / 70.0 * 60 / 63 * 45 / 51;
    double reach =
        1.959963984540054
            * Math.sqrt(7 / (70.0 * 63) + 3 / (63.0 * 60) + 6 / (51.0 * 45))
            / Math.abs(Math.log(survival));
    assertThat(all.<String>getAs("interval_method")).isEqualTo("kaplan_meier");
    assertThat(all.<String>getAs("maturity")).isEqualTo("provisional");
    assertThat(all.<Double>getAs("value")).isCloseTo(survival, within(1e-12));
    assertThat(all.<Double>getAs("interval_low"))
        .isCloseTo(Math.pow(survival, Math.exp(reach)), within(1e-9));
    assertThat(all.<Double>getAs("interval_high"))
        .isCloseTo(Math.pow(survival, Math.exp(-reach)), within(1e-9));
    assertThat(all.<Long>getAs("n")).isEqualTo(70);
    assertThat(all.<BigDecimal>getAs("numerator")).isNull();
    assertThat(all.<BigDecimal>getAs("denominator")).isEqualByComparingTo("70");
    rows.dataset(spark()).createOrReplaceTempView("open_windows");
    assertThat(
            spark()
                .sql(all.<String>getAs("predicate").replace("gold.episode_outcome", "open_windows"))
                .count())
        .isEqualTo(70);
    Row chat = cell(cells, "channel=chat");
    assertThat(chat.<Object>getAs("value")).as("no window of it has closed").isNull();
    assertThat(chat.<String>getAs("maturity")).isEqualTo("too_few");
    assertThat(chat.<Long>getAs("n")).isZero();
  }

  @Test
  void withoutAFailureTheShareOfClosedWindowsStandsForWhatIsOpen() {
    Rows rows = Rows.of(CONTRACTS, "gold.episode_outcome");
    windows(rows, 40, "2026-01-05T00:00:00Z", null, true, "email");
    windows(rows, 10, "2026-01-19T11:00:00Z", null, null, "email");
    LocalDate day = LocalDate.parse("2026-01-20");

    Row all = cell(cells(rows, new Period(day, day, List.of(JANUARY)), "fcr_7d"), "all=all");

    assertThat(all.<Double>getAs("value")).isEqualTo(1.0);
    assertThat(all.<Double>getAs("interval_low")).isEqualTo(Wilson.interval(40, 40, 0.95).low());
    assertThat(all.<String>getAs("interval_method")).isEqualTo("wilson");
    assertThat(all.<Long>getAs("n")).isEqualTo(40);
  }

  @Test
  void reopensAreCountedWhereFcrCountsWhatHasNone() {
    Rows rows = Rows.of(CONTRACTS, "gold.episode_outcome");
    for (int i = 0; i < 50; i++) {
      boolean isClosed = i < 40;
      boolean isReopened = i % 10 == 0;
      rows.with(
          "episode_id",
          "e" + i,
          "first_solved_at",
          isClosed ? "2026-01-05T00:00:00Z" : "2026-01-25T00:00:00Z",
          "first_solved_date",
          isClosed ? "2026-01-05" : "2026-01-25",
          "first_reopen_minutes",
          isReopened ? 1500.0 : null,
          "is_reopened_30d",
          isClosed ? isReopened : null);
    }
    LocalDate day = LocalDate.parse("2026-02-10");

    Row all =
        cell(cells(rows, new Period(day, day, List.of(JANUARY)), "reopen_rate_30d"), "all=all");

    assertThat(all.<Double>getAs("value")).isCloseTo(0.1, within(1e-12));
    assertThat(all.<Double>getAs("interval_low")).isBetween(0.03, 0.06);
    assertThat(all.<Double>getAs("interval_high")).isBetween(0.2, 0.25);
    assertThat(all.<String>getAs("interval_method")).isEqualTo("kaplan_meier");
  }

  private static void windows(
      Rows rows,
      int count,
      String since,
      @Nullable Double failed,
      @Nullable Boolean isFcr,
      String channel) {
    for (int i = 0; i < count; i++) {
      rows.with(
          "episode_id",
          since + failed + isFcr + i,
          "first_contact_ended_at",
          since,
          "first_contact_ended_date",
          since.substring(0, 10),
          "fcr_failure_minutes",
          failed,
          "is_fcr_7d",
          isFcr,
          "channel",
          channel);
    }
  }

  @Test
  void whatComesAfterTheWindowIsCensoredSoThatAMatureMedianIsFinal() {
    int day = 24 * 60;
    Rows slow = opened(day * 20, 24, day * 45, 16);
    Rows slower = opened(day * 20, 16, day * 45, 24);

    for (String asOf : List.of("2026-03-22", "2026-12-31")) {
      LocalDate date = LocalDate.parse(asOf);
      Period period = new Period(date, date, List.of(JANUARY));
      Row median = cell(cells(slow, period, "first_resolution_time"), "all=all");
      assertThat(median.<Double>getAs("value")).isCloseTo(day * 20.0, withinPercentage(1));
      assertThat(median.<String>getAs("maturity")).isEqualTo("mature");
      Row beyond = cell(cells(slower, period, "first_resolution_time"), "all=all");
      assertThat(beyond.<Object>getAs("value")).as("of 40, 16 within 30 days").isNull();
      assertThat(beyond.<Long>getAs("n")).isEqualTo(40);
    }
  }

  /** Episodes of January, so many of them first solved after so many minutes. */
  private static Rows opened(int minutes, int count, int otherMinutes, int otherCount) {
    Rows rows = Rows.of(CONTRACTS, "gold.episode_outcome");
    for (int i = 0; i < count + otherCount; i++) {
      rows.with(
          "episode_id",
          "e" + i,
          "account_id",
          "A" + i % 10,
          "started_at",
          "2026-01-05T10:00:00Z",
          "started_date",
          "2026-01-05",
          "first_resolution_minutes",
          (double) (i < count ? minutes : otherMinutes));
    }
    return rows;
  }

  private static String maturity(Rows rows, String asOf) {
    LocalDate date = LocalDate.parse(asOf);
    return cell(cells(rows, new Period(date, date, List.of(JANUARY)), "fcr_7d"), "all=all")
        .getAs("maturity");
  }

  private static Row cell(Map<String, Row> cells, String key) {
    return java.util.Objects.requireNonNull(cells.get(key), key);
  }

  private static Map<String, Row> cells(Rows episodes, Period period, String metric) {
    return cells("gold.episode_outcome", episodes, period, metric);
  }

  private static Map<String, Row> cells(String table, Rows rows, Period period, String metric) {
    return new TestInputs(spark(), SETTINGS, CONTRACTS, "gold.metric")
            .with("conf.metric_spec", specs().where("metric = '" + metric + "'"))
            .with("conf.metric_cut", conf("conf.metric_cut"))
            .with(table, rows)
            .build(new Metric(), period)
            .collectAsList()
            .stream()
            .collect(
                Collectors.toMap(
                    r -> r.<String>getAs("dimension") + "=" + r.<String>getAs("dimension_value"),
                    r -> r));
  }

  private static Dataset<Row> specs() {
    return conf("conf.metric_spec");
  }

  private static Dataset<Row> conf(String table) {
    Dataset<Row> rows = ConfLoader.load(HOME.resolve("conf"), table, spark(), JANUARY, JANUARY);
    assertThat(rows.schema()).isEqualTo(ConfTables.schema(table));
    return rows;
  }

  private static String view(String table) {
    return table.replace('.', '_');
  }

  private static Rows episodes() {
    Random random = new Random(2);
    Rows rows = Rows.of(CONTRACTS, "gold.episode_outcome");
    for (int i = 0; i < 120; i++) {
      boolean isResolved = i % 5 != 0;
      double minutes = 10 + random.nextInt(5000);
      rows.with(
          "episode_id",
          "e" + i,
          "account_id",
          "A" + i % 40,
          "issue_family",
          "f" + i % 2,
          "started_at",
          "2026-01-05T10:00:00Z",
          "started_date",
          "2026-01-05",
          "first_contact_ended_date",
          "2026-01-10",
          "first_solved_date",
          "2026-01-10",
          "ended_date",
          "2026-01-12",
          "is_resolved",
          isResolved,
          "channel",
          i % 3 == 0 ? "it's \\odd" : "email",
          "tier",
          i % 2 + 1,
          "product",
          i % 3 == 0 ? "cards, \\debit" : "payments",
          "is_fcr_1d",
          i % 2 == 0,
          "is_fcr_7d",
          i % 2 == 0,
          "is_fcr_14d",
          i % 4 == 0,
          "is_fcr_30d",
          i % 4 == 0,
          "is_fcr_net_7d",
          i % 4 == 0,
          "is_reopened_30d",
          i % 7 == 0,
          "recurred_90d",
          i % 11 == 0,
          "has_functional_escalation",
          i % 2 == 0,
          "is_mis_escalated",
          i % 6 == 0,
          "first_reply_business_minutes",
          minutes / 3,
          "first_resolution_minutes",
          isResolved ? minutes : null,
          "final_resolution_minutes",
          isResolved ? minutes + 10 : null);
    }
    return rows;
  }

  private static Rows contacts() {
    Rows rows = Rows.of(CONTRACTS, "gold.contact_outcome");
    for (int i = 0; i < 90; i++) {
      rows.with(
          "contact_id",
          "c" + i,
          "account_id",
          "A" + i % 30,
          "started_date",
          "2026-01-20",
          "ended_at",
          "2026-01-21T00:00:00Z",
          "is_bot_only",
          i % 9 == 0,
          "agent_id",
          i % 9 == 0 ? null : "a1",
          "handle_seconds",
          i % 9 == 0 ? null : 60 + i,
          "handling_cost_amount",
          i % 9 == 0 ? null : "1.2500",
          "transfer_count",
          i % 3,
          "sla_first_reply_state",
          i % 4 == 0 ? "breached" : "attained",
          "sla_resolution_state",
          i % 4 == 0 ? "running" : "attained");
    }
    return rows;
  }

  private static Rows productDays() {
    Rows rows = Rows.of(CONTRACTS, "gold.product_day");
    for (int i = 1; i <= 28; i++) {
      String day = "2026-01-%02d".formatted(i);
      rows.with(
              "activity_date",
              day,
              "product",
              "all",
              "feature",
              "all",
              "region",
              "emea",
              "active_account_count",
              100,
              "contact_count",
              3)
          .with(
              "activity_date",
              day,
              "product",
              "payments",
              "feature",
              "all",
              "region",
              "emea",
              "active_account_count",
              60,
              "contact_count",
              2)
          .with(
              "activity_date",
              day,
              "product",
              "payments",
              "feature",
              "refunds",
              "region",
              "emea",
              "active_account_count",
              50,
              "contact_count",
              1);
    }
    return rows;
  }

  private static Rows reviews() {
    Rows rows = Rows.of(CONTRACTS, "gold.review_score");
    for (int i = 0; i < 70; i++) {
      rows.with(
          "review_id",
          "r" + i,
          "account_id",
          "A" + i % 20,
          "reviewed_date",
          "2026-01-15",
          "selection",
          i % 10 == 0 ? "targeted" : "random",
          "inclusion_probability",
          i % 2 == 0 ? 0.1 : 0.3,
          "score",
          i % 8 == 0 ? 0.0 : 0.5 + i / 200.0,
          "score_before_auto_fail",
          0.5 + i / 200.0,
          "is_auto_fail",
          i % 8 == 0,
          "accuracy_score",
          0.7,
          "compliance_score",
          0.8,
          "security_score",
          0.9,
          "communication_score",
          0.6,
          "efficiency_score",
          0.5,
          "expected_risk_reporting_amount",
          "%d.00".formatted(i));
    }
    return rows;
  }

  private static Rows surveys() {
    Rows rows = Rows.of(CONTRACTS, "silver.survey");
    for (int i = 0; i < 150; i++) {
      String kind = List.of("csat", "nps", "ces").get(i % 3);
      rows.with(
          "survey_id",
          "s" + i,
          "account_id",
          "A" + i % 25,
          "kind",
          kind,
          "sent_at",
          "2026-01-18T10:00:00Z",
          "sent_date",
          "2026-01-18",
          "score",
          i % 7 == 0 ? null : 1 + i % 5);
    }
    return rows;
  }

  private static Rows attribution() {
    Rows rows = Rows.of(CONTRACTS, "gold.episode_attribution");
    for (int i = 0; i < 120; i++) {
      for (int number = 1; number <= 1 + i % 3; number++) {
        rows.with(
            "episode_id",
            "e" + i,
            "case_id",
            "c" + i,
            "segment_number",
            number,
            "account_id",
            "A" + i % 40,
            "agent_id",
            "agent" + number,
            "tier",
            number,
            "share",
            1.0 / (1 + i % 3),
            "first_contact_ended_date",
            "2026-01-10",
            "ended_date",
            "2026-01-12",
            "is_fcr_7d",
            i % 4 == 0,
            "has_functional_escalation",
            i % 3 == 2,
            "recurred_90d",
            i % 5 == 0);
      }
    }
    return rows;
  }

  private static Rows revenue() {
    Rows rows = Rows.of(CONTRACTS, "gold.churned_revenue");
    for (int i = 0; i < 40; i++) {
      rows.with(
          "month_start",
          "2026-01-01",
          "account_id",
          "A" + i,
          "plan",
          "growth",
          "starting_amount",
          "100.00",
          "lost_amount",
          i % 10 == 0 ? "100.00" : "0.00");
    }
    return rows;
  }
}
