package io.supportlake.gold.issues;

import static org.assertj.core.api.Assertions.assertThat;

import io.supportlake.Period;
import io.supportlake.models.Vectors;
import io.supportlake.testing.Lines;
import io.supportlake.testing.Rows;
import io.supportlake.testing.SparkSuite;
import io.supportlake.testing.TestInputs;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class IssueAlertTest extends SparkSuite {
  private static final LocalDate START = LocalDate.of(2026, 2, 1);

  private final Random random = new Random(1);
  private final Rows errors = Rows.of(CONTRACTS, "silver.error_event");
  private final Rows cases = Rows.of(CONTRACTS, "silver.support_case");
  private final Rows events = Rows.of(CONTRACTS, "silver.case_event");
  private final Rows embeddings = Rows.of(CONTRACTS, "silver.text_embedding");
  private final Rows activity = Rows.of(CONTRACTS, "gold.product_day");
  private final float[][] topics = {direction(), direction(), direction(), direction()};
  private final float[] novel = direction();
  private int next;

  private float[] direction() {
    float[] v = new float[32];
    for (int k = 0; k < v.length; k++) {
      v[k] = (float) random.nextGaussian();
    }
    return Vectors.normalise(v);
  }

  private void error(String template, @Nullable String account, LocalDate day, LocalDate arrival) {
    errors.with(
        "log_id",
        "log-" + next++,
        "template_id",
        template,
        "masked_message",
        "Failed with " + template,
        "service",
        "ledger",
        "release",
        "5.3",
        "severity",
        "ERROR",
        "account_id",
        account,
        "log_date",
        day,
        "logged_at",
        day + "T10:00:00Z",
        "arrival_date",
        arrival);
  }

  private void ticket(float[] about, String account, LocalDate day, LocalDate arrival) {
    float[] noise = direction();
    List<Float> vector = new ArrayList<>();
    float[] v = new float[about.length];
    for (int k = 0; k < v.length; k++) {
      v[k] = about[k] + 0.4f * noise[k];
    }
    for (float x : Vectors.normalise(v)) {
      vector.add(x);
    }
    String id = "case-" + next++;
    cases.with(
        "case_id",
        id,
        "account_id",
        account,
        "issue_family",
        "login",
        "opened_date",
        day,
        "opened_at",
        day + "T09:00:00Z",
        "first_text",
        "Text of " + id,
        "first_text_hash",
        "hash-" + id);
    events.with("event_id", id, "case_id", id, "event_date", day, "arrival_date", arrival);
    embeddings.with(
        "text_hash",
        "hash-" + id,
        "model_version",
        "model",
        "arrival_date",
        arrival,
        "embedding",
        vector);
  }

  /**
   * Forty days; on the 35th a new template strikes six customers and a new kind of ticket begins.
   */
  private void fortyDays() {
    for (int d = 0; d < 40; d++) {
      LocalDate day = START.plusDays(d);
      activity.with(
          "activity_date",
          day,
          "product",
          "all",
          "feature",
          "all",
          "active_account_count",
          500 + d % 7);
      for (int t = 0; t < topics.length; t++) {
        ticket(topics[t], "c" + random.nextInt(500), day, day);
        ticket(topics[t], "c" + random.nextInt(500), day, day);
        error("known-" + t, "c" + random.nextInt(500), day, day);
      }
      error("nobody", null, day, day);
      if (d == 35 || d == 36) {
        for (int c = 0; c < 6; c++) {
          error("new", "struck-" + c, day, day);
          error("new", "struck-" + c, day, day);
          ticket(novel, "struck-" + c, day, day);
        }
      }
    }
    // Tells of the 34th what nobody knew then.
    for (int c = 0; c < 9; c++) {
      error("late", "late-" + c, START.plusDays(34), START.plusDays(38));
    }
  }

  private Dataset<Row> build(Period period, Dataset<Row> history) {
    return new TestInputs(spark(), SETTINGS, CONTRACTS, "gold.issue_alert")
        .with("silver.error_event", errors)
        .with("silver.support_case", cases)
        .with("silver.case_event", events)
        .with("silver.text_embedding", embeddings)
        .with("gold.product_day", activity)
        .with("gold.issue_alert", history)
        .build(new IssueAlert(), period);
  }

  private static Dataset<Row> none() {
    return Rows.of(CONTRACTS, "gold.issue_alert").dataset(spark());
  }

  @Test
  void aPlantedOutbreakIsRaisedOnItsDayAndWhatArrivesLateIsNot() {
    fortyDays();

    Dataset<Row> alerts = build(Period.of(START, START.plusDays(37)), none()).cache();

    assertThat(
            Lines.of(
                alerts.filter("kind = 'error_template'"),
                "alert_date",
                "subject",
                "label",
                "state",
                "first_record_at",
                "window_days",
                "observed",
                "customer_count",
                "release"))
        .containsExactly(
            "2026-03-08|new|ledger: Failed with new|new|2026-03-08 10:00:00|1|6|6|5.3",
            "2026-03-09|new|ledger: Failed with new|ongoing|2026-03-08 10:00:00|1|6|6|5.3");
    // Six tickets against four weeks of reference are not enough for 1e-4; twelve are.
    Dataset<Row> clusters = alerts.filter("kind = 'ticket_cluster'");
    assertThat(Lines.of(clusters, "alert_date", "state", "customer_count"))
        .containsExactly("2026-03-09|new|6", "2026-03-10|ongoing|6");
    assertThat(Lines.of(clusters.select("alert_id").distinct(), "alert_id")).hasSize(1);
    assertThat(Lines.of(clusters.filter("alert_date = '2026-03-09'"), "observed", "member_ids[0]"))
        .hasSize(1)
        .allMatch(line -> line.startsWith("12|case-"));
    assertThat(Lines.of(alerts, "min(alert_date) over ()").getFirst()).isEqualTo("2026-03-08");
    Checks.hold(CONTRACTS.of("gold.issue_alert"), alerts);
  }

  @Test
  void daysOneByOneWithTheirHistoryGiveTheRowsOfTheRange() {
    fortyDays();
    LocalDate first = START.plusDays(35);
    Dataset<Row> range = build(Period.of(first, START.plusDays(37)), none());

    Dataset<Row> single = none();
    for (LocalDate day = first; !day.isAfter(START.plusDays(37)); day = day.plusDays(1)) {
      single = single.unionByName(build(Period.day(day), single));
    }

    assertSameRows(
        range.orderBy("alert_date", "alert_id"), single.orderBy("alert_date", "alert_id"));
  }

  @Test
  void nothingIsRaisedWithoutEvidence() {
    assertThat(build(Period.day(START), none()).count()).isZero();
  }
}
