package io.supportlake.gold.churn;

import static org.assertj.core.api.Assertions.assertThat;

import io.supportlake.Period;
import io.supportlake.testing.Rows;
import io.supportlake.testing.SparkSuite;
import io.supportlake.testing.TestInputs;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.spark.sql.Row;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Landmark 31 January 2026: the gap ends with 14 February, the horizon with 15 May, in Berlin. */
class ChurnLabelTest extends SparkSuite {
  private static final LocalDate LANDMARK = LocalDate.of(2026, 1, 31);
  private static final LocalDate MATURE = LocalDate.of(2026, 5, 15);
  private static final Map<String, Row> LABELS = new HashMap<>();

  @BeforeAll
  static void build() {
    Rows atRisk = Rows.of(CONTRACTS, "gold.churn_feature");
    for (String account :
        List.of(
            "last minute of the gap",
            "first of the horizon",
            "last minute of the horizon",
            "after the horizon",
            "gap and edited later",
            "came too late",
            "silent",
            "silent in the gap",
            "uses every 20 days",
            "silent before",
            "pauses 29 days",
            "pauses 30 days",
            "taken back",
            "taken back too late")) {
      var _ = atRisk.with("landmark_date", LANDMARK, "account_id", account);
    }
    for (Row row :
        new TestInputs(spark(), SETTINGS, CONTRACTS, "gold.churn_label")
            .with("gold.churn_feature", atRisk)
            .with("silver.account", accounts())
            .with("silver.usage_day", usage())
            .build(
                new ChurnLabel(),
                new Period(MATURE.plusDays(60), MATURE.plusDays(60), List.of(LANDMARK)))
            .collectAsList()) {
      var _ =
          LABELS.put(row.<String>getAs("label_kind") + " " + row.<String>getAs("account_id"), row);
    }
  }

  private static Rows accounts() {
    Rows rows = Rows.of(CONTRACTS, "silver.account");
    cancelled(rows, "last minute of the gap", "2026-02-14T22:59:00Z", "2026-02-14");
    cancelled(rows, "first of the horizon", "2026-02-14T23:00:00Z", "2026-02-15");
    cancelled(rows, "last minute of the horizon", "2026-05-15T21:59:00Z", "2026-05-15");
    cancelled(rows, "after the horizon", "2026-05-15T22:00:00Z", "2026-05-15");
    cancelled(rows, "gap and edited later", "2026-02-10T10:00:00Z", "2026-02-10");
    cancelled(rows, "gap and edited later", "2026-03-01T10:00:00Z", "2026-03-01");
    cancelled(rows, "came too late", "2026-03-01T10:00:00Z", "2026-05-16");
    cancelled(rows, "left without being at risk", "2026-03-01T10:00:00Z", "2026-03-01");
    return rows;
  }

  private static void cancelled(Rows rows, String account, String at, String arrival) {
    var _ =
        rows.with(
            "account_id",
            account,
            "status",
            "cancelled",
            "valid_from",
            at,
            "first_arrival_date",
            arrival);
  }

  private static Rows usage() {
    Rows rows = Rows.of(CONTRACTS, "silver.usage_day");
    used(rows, "silent", "2026-01-20", "2026-01-20", 1);
    used(rows, "silent in the gap", "2026-01-10", "2026-01-10", 1);
    used(rows, "silent in the gap", "2026-03-10", "2026-03-10", 1);
    for (LocalDate day = LANDMARK; !day.isAfter(MATURE); day = day.plusDays(20)) {
      used(rows, "uses every 20 days", day.toString(), day.toString(), 1);
      used(rows, "silent before", day.plusDays(5).toString(), day.plusDays(5).toString(), 1);
    }
    used(rows, "silent before", "2026-01-01", "2026-01-01", 1);
    // 29 and 30 days without a core event lie between these days.
    used(rows, "pauses 29 days", "2026-01-30", "2026-01-30", 1);
    used(rows, "pauses 29 days", "2026-03-01", "2026-03-01", 1);
    used(rows, "pauses 30 days", "2026-01-30", "2026-01-30", 1);
    used(rows, "pauses 30 days", "2026-03-02", "2026-03-02", 1);
    for (String day : List.of("2026-03-25", "2026-04-20", "2026-05-10")) {
      used(rows, "pauses 29 days", day, day, 1);
      used(rows, "pauses 30 days", day, day, 1);
    }
    used(rows, "taken back", "2026-01-20", "2026-01-20", 1);
    used(rows, "taken back", "2026-02-10", "2026-02-10", 1);
    used(rows, "taken back", "2026-02-10", "2026-05-15", -1);
    used(rows, "taken back too late", "2026-01-20", "2026-01-20", 1);
    used(rows, "taken back too late", "2026-02-10", "2026-02-10", 1);
    used(rows, "taken back too late", "2026-02-10", "2026-05-16", -1);
    return rows;
  }

  private static void used(Rows rows, String account, String date, String arrival, int core) {
    var _ =
        rows.with(
            "account_id",
            account,
            "usage_date",
            date,
            "arrival_date",
            arrival,
            "core_success_count",
            core);
  }

  private static void assertLabel(
      String kind, String account, boolean isInGap, @Nullable String churnedAt) {
    Row row = Objects.requireNonNull(LABELS.get(kind + " " + account));
    assertThat(row.<Boolean>getAs("is_churned_in_gap")).as(account).isEqualTo(isInGap);
    assertThat(row.<Boolean>getAs("is_churned")).as(account).isEqualTo(churnedAt != null);
    assertThat(row.<Timestamp>getAs("churned_at"))
        .as(account)
        .isEqualTo(churnedAt == null ? null : Timestamp.from(Instant.parse(churnedAt)));
    assertThat(row.<java.sql.Date>getAs("matured_on")).hasToString(MATURE.toString());
  }

  @Test
  void aCancellationCountsAfterTheGapUntilTheHorizonEnds() {
    assertLabel("contractual", "last minute of the gap", true, null);
    assertLabel("contractual", "first of the horizon", false, "2026-02-14T23:00:00Z");
    assertLabel("contractual", "last minute of the horizon", false, "2026-05-15T21:59:00Z");
    assertLabel("contractual", "after the horizon", false, null);
    assertLabel("contractual", "silent", false, null);
  }

  @Test
  void whoLeftInTheGapHasNotLeftAgainWhenTheCancelledAccountIsEdited() {
    assertLabel("contractual", "gap and edited later", true, null);
  }

  @Test
  void whatArrivedAfterTheLabelMaturedDoesNotChangeIt() {
    assertLabel("contractual", "came too late", false, null);
    assertLabel("behavioural", "taken back", false, "2026-02-19T23:00:00Z");
    // Silent from 10 February on.
    assertLabel("behavioural", "taken back too late", false, "2026-03-12T23:00:00Z");
  }

  @Test
  void silenceIsThirtyDaysWithoutACoreEventAndCountsWhenTheyHavePassed() {
    assertLabel("behavioural", "silent", false, "2026-02-19T23:00:00Z");
    assertLabel("behavioural", "silent in the gap", true, null);
    assertLabel("behavioural", "uses every 20 days", false, null);
    assertLabel("behavioural", "pauses 29 days", false, null);
    assertLabel("behavioural", "pauses 30 days", false, "2026-03-01T23:00:00Z");
  }

  @Test
  void onlyAccountsAtRiskHaveALabel() {
    assertThat(LABELS).doesNotContainKey("contractual left without being at risk");
    // No core event in the 30 days up to the landmark.
    assertThat(LABELS).doesNotContainKey("behavioural silent before");
    assertThat(LABELS).containsKey("contractual silent before");
  }
}
