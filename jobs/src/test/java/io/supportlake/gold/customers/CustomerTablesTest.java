package io.supportlake.gold.customers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.supportlake.Period;
import io.supportlake.testing.Rows;
import io.supportlake.testing.SparkSuite;
import io.supportlake.testing.TestInputs;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.List;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;

class CustomerTablesTest extends SparkSuite {

  @Test
  void revenueIsLostByCancellationWithinTheMonthAtTheRateOfItsStart() {
    Rows accounts =
        Rows.of(CONTRACTS, "silver.account")
            .with(
                "account_id",
                "stays",
                "valid_from",
                "2025-01-01T00:00:00Z",
                "status",
                "active",
                "recurring_revenue_amount",
                "100.00",
                "currency",
                "EUR")
            .with(
                "account_id",
                "trial",
                "valid_from",
                "2025-01-01T00:00:00Z",
                "status",
                "trial",
                "recurring_revenue_amount",
                "0.00",
                "currency",
                "EUR")
            .with(
                "account_id",
                "leaves",
                "valid_from",
                "2025-01-01T00:00:00Z",
                "valid_to",
                "2026-01-20T00:00:00Z",
                "status",
                "active",
                "recurring_revenue_amount",
                "50.00",
                "currency",
                "USD")
            .with(
                "account_id",
                "leaves",
                "valid_from",
                "2026-01-20T00:00:00Z",
                "status",
                "cancelled",
                "recurring_revenue_amount",
                "0.00",
                "currency",
                "USD");
    TestInputs in =
        new TestInputs(spark(), SETTINGS, CONTRACTS, "gold.churned_revenue")
            .with("silver.account", accounts)
            .with(
                "conf.exchange_rate",
                Rows.of(CONTRACTS, "conf.exchange_rate")
                    .with("rate_date", "2026-01-01", "currency", "USD", "rate", "0.90"));
    LocalDate january = LocalDate.parse("2026-01-01");

    assertThat(lost(in, new Period(january.plusDays(9), january.plusDays(9), List.of(january))))
        .containsExactlyInAnyOrder(
            tuple("stays", new BigDecimal("100.00"), new BigDecimal("0.00")),
            tuple("leaves", new BigDecimal("45.00"), new BigDecimal("0.00")));
    assertThat(lost(in, new Period(january.plusDays(60), january.plusDays(60), List.of(january))))
        .contains(tuple("leaves", new BigDecimal("45.00"), new BigDecimal("45.00")));
  }

  private static List<org.assertj.core.groups.Tuple> lost(TestInputs in, Period period) {
    return in.build(new ChurnedRevenue(), period).collectAsList().stream()
        .map(r ->
            tuple(
                r.<String>getAs("account_id"),
                r.<BigDecimal>getAs("starting_amount"),
                r.<BigDecimal>getAs("lost_amount")))
        .toList();
  }

  @Test
  void timelineTellsEachEventOfTheDayInOneLine() {
    List<Row> rows =
        new TestInputs(spark(), SETTINGS, CONTRACTS, "gold.customer_timeline")
            .with(
                "silver.contact",
                Rows.of(CONTRACTS, "silver.contact")
                    .with(
                        "contact_id",
                        "k#1",
                        "account_id",
                        "A",
                        "channel",
                        "email",
                        "issue_family",
                        "late_payout",
                        "stake",
                        "high",
                        "started_date",
                        "2026-02-01",
                        "ended_at",
                        "2026-02-02T00:00:00Z",
                        "is_solved",
                        true))
            .with(
                "silver.usage_failure",
                Rows.of(CONTRACTS, "silver.usage_failure")
                    .with(
                        "event_id",
                        "1",
                        "account_id",
                        "A",
                        "product",
                        "api",
                        "feature",
                        "webhooks",
                        "error_code",
                        "E500",
                        "event_date",
                        "2026-02-01")
                    .with(
                        "event_id",
                        "2",
                        "account_id",
                        "A",
                        "product",
                        "api",
                        "feature",
                        "webhooks",
                        "error_code",
                        "E500",
                        "event_date",
                        "2026-02-01"))
            .with(
                "silver.account",
                Rows.of(CONTRACTS, "silver.account")
                    .with(
                        "account_id",
                        "A",
                        "valid_from",
                        "2026-01-31T22:59:00Z",
                        "plan",
                        "starter",
                        "status",
                        "active")
                    .with(
                        "account_id",
                        "A",
                        "valid_from",
                        "2026-01-31T23:00:00Z",
                        "plan",
                        "growth",
                        "status",
                        "active")
                    .with(
                        "account_id",
                        "A",
                        "valid_from",
                        "2026-02-01T10:00:00Z",
                        "plan",
                        "growth",
                        "owner",
                        "somebody",
                        "status",
                        "active"))
            .build(new CustomerTimeline(), Period.day(LocalDate.parse("2026-02-01")))
            .collectAsList();

    assertThat(rows.stream().map(r -> r.<String>getAs("summary")))
        .containsExactlyInAnyOrder(
            "Contact by email about late payout (high stake): solved",
            "2 failures of api/webhooks, E500",
            "Account changed: plan growth, status active");
  }
}
