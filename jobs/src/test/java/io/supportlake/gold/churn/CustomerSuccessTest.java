package io.supportlake.gold.churn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.supportlake.Period;
import io.supportlake.Table;
import io.supportlake.gold.customers.CustomerContext;
import io.supportlake.gold.outreach.OutreachAssignment;
import io.supportlake.gold.outreach.OutreachCandidate;
import io.supportlake.gold.outreach.OutreachList;
import io.supportlake.gold.outreach.OutreachResult;
import io.supportlake.testing.Rows;
import io.supportlake.testing.SparkSuite;
import io.supportlake.testing.TestInputs;
import java.time.LocalDate;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;

class CustomerSuccessTest extends SparkSuite {
  private static final LocalDate LANDMARK = LocalDate.parse("2026-01-31");

  private static TestInputs inputs(String table) {
    return new TestInputs(spark(), SETTINGS, CONTRACTS, table);
  }

  private static Rows accounts() {
    return Rows.of(CONTRACTS, "silver.account")
        .with(
            "account_id",
            "A1",
            "valid_from",
            "2025-06-01T00:00:00Z",
            "status",
            "active",
            "plan",
            "growth",
            "recurring_revenue_amount",
            "100.00",
            "currency",
            "EUR",
            "region",
            "emea",
            "language",
            "de",
            "first_arrival_date",
            "2025-06-01")
        .with(
            "account_id",
            "A1",
            "valid_from",
            "2026-03-01T00:00:00Z",
            "status",
            "cancelled",
            "plan",
            "growth",
            "first_arrival_date",
            "2026-03-01")
        .with(
            "account_id",
            "YOUNG",
            "valid_from",
            "2026-01-20T00:00:00Z",
            "status",
            "active",
            "first_arrival_date",
            "2026-01-20");
  }

  private static List<Row> features(String eventAt, String arrival) {
    return inputs("gold.churn_feature")
        .with("silver.account", accounts())
        .with(
            "silver.case_event",
            Rows.of(CONTRACTS, "silver.case_event")
                .with(
                    "event_id",
                    "e1",
                    "case_id",
                    "c1",
                    "account_id",
                    "A1",
                    "event_at",
                    eventAt,
                    "event_date",
                    eventAt.substring(0, 10),
                    "arrival_date",
                    arrival,
                    "event_type",
                    "opened",
                    "actor_type",
                    "customer",
                    "category",
                    "K"))
        .with(
            "conf.category",
            Rows.of(CONTRACTS, "conf.category").with("category", "K", "issue_family", "f"))
        .with(
            "conf.issue_family",
            Rows.of(CONTRACTS, "conf.issue_family")
                .with("family", "f", "stake", "high", "effective_from", "2024-01-01"))
        .build(new ChurnFeature(), Period.day(LANDMARK))
        .collectAsList();
  }

  @Test
  void aFeatureSeesWhatHappenedAndArrivedByTheLandmarkOnly() {
    List<Row> seen = features("2026-01-30T10:00:00Z", "2026-01-30");
    List<Row> late = features("2026-01-30T10:00:00Z", "2026-02-01");
    List<Row> after = features("2026-01-31T23:30:00Z", "2026-01-31");

    assertThat(seen).extracting(r -> r.<String>getAs("account_id")).containsExactly("A1");
    assertThat(seen.getFirst().<Integer>getAs("unresolved_high_stake_30d")).isEqualTo(1);
    assertThat(late.getFirst().<Integer>getAs("contacts_90d")).isZero();
    assertThat(after).isEqualTo(late);
  }

  @Test
  void aLabelIsMatureOnceItsHorizonHasPassedAndNotBefore() {
    TestInputs in =
        inputs("gold.churn_label")
            .with("silver.account", accounts())
            .with(
                "gold.churn_feature",
                Rows.of(CONTRACTS, "gold.churn_feature")
                    .with("landmark_date", LANDMARK, "account_id", "A1"));
    LocalDate mature = LANDMARK.plusDays(104);

    List<Row> labels =
        in.build(new ChurnLabel(), new Period(mature, mature, List.of(LANDMARK))).collectAsList();
    List<Row> early =
        in.build(
                new ChurnLabel(),
                new Period(mature.minusDays(1), mature.minusDays(1), List.of(LANDMARK)))
            .collectAsList();

    assertThat(labels).hasSize(1);
    assertThat(labels.getFirst().<Boolean>getAs("is_churned")).isTrue();
    assertThat(early).isEmpty();
  }

  @Test
  void withoutInputsEveryTableIsEmpty() {
    record Built(String name, Table table) {}
    for (Built b :
        List.of(
            new Built("gold.customer_context", new CustomerContext()),
            new Built("gold.churn_score", new ChurnScore()),
            new Built("gold.score_reason", new ScoreReason()),
            new Built("gold.outreach_candidate", new OutreachCandidate()),
            new Built("gold.outreach_assignment", new OutreachAssignment()),
            new Built("gold.outreach_list", new OutreachList()),
            new Built("gold.outreach_result", new OutreachResult()))) {
      assertThat(inputs(b.name()).build(b.table(), Period.day(LANDMARK)).collectAsList())
          .as(b.name())
          .isEmpty();
    }
  }

  @Test
  void fourteenMonthEndsGiveFourTwoAndTwoLandmarksWithTheEmbargoBetween() {
    ChurnTraining.Blocks blocks =
        ChurnTraining.Blocks.of(
            IntStream.range(0, 14)
                .mapToObj(m -> LocalDate.of(2024, 12, 1).plusMonths(m + 1).minusDays(1))
                .toList());

    assertThat(blocks.train()).hasSize(4);
    assertThat(blocks.calibration()).hasSize(2);
    assertThat(blocks.test()).hasSize(2);
    assertThat(blocks.train().getLast().plusDays(104))
        .isBeforeOrEqualTo(blocks.calibration().getFirst());
    assertThatThrownBy(() -> ChurnTraining.Blocks.of(List.of(LANDMARK)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("1 mature landmarks");
  }
}
