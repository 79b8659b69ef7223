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

class AccountTest extends SparkSuite {

  @Test
  void anyColumnThatChangesStartsAVersionAndALateChangeSplitsOne() {
    Rows changes =
        Rows.of(CONTRACTS, "bronze.account_change")
            .with(
                "change_id",
                "1",
                "account_id",
                "A",
                "changed_at",
                "2026-01-01T00:00:00Z",
                "plan",
                "starter",
                "recurring_revenue_amount",
                "10.00",
                "status",
                "active",
                "arrival_date",
                "2026-01-02")
            .with(
                "change_id",
                "2",
                "account_id",
                "A",
                "changed_at",
                "2026-03-01T00:00:00Z",
                "plan",
                "starter",
                "recurring_revenue_amount",
                "12.00",
                "status",
                "active",
                "arrival_date",
                "2026-03-02")
            .with(
                "change_id",
                "3",
                "account_id",
                "A",
                "changed_at",
                "2026-02-01T00:00:00Z",
                "plan",
                "growth",
                "recurring_revenue_amount",
                "12.00",
                "status",
                "active",
                "arrival_date",
                "2026-03-05");

    assertThat(built(changes))
        .containsExactly(
            "A|2026-01-01|2026-02-01|starter|10.00|2026-01-01|2026-01-02",
            "A|2026-02-01|2026-03-01|growth|12.00|2026-01-01|2026-03-05",
            "A|2026-03-01|null|starter|12.00|2026-01-01|2026-03-02");
  }

  @Test
  void customerSinceIsTheAccountsOwnFirstChange() {
    Rows changes =
        Rows.of(CONTRACTS, "bronze.account_change")
            .with("change_id", "1", "account_id", "A", "changed_at", "2026-01-01T00:00:00Z")
            .with("change_id", "2", "account_id", "B", "changed_at", "2026-02-01T00:00:00Z");

    assertThat(built(changes))
        .containsExactly(
            "A|2026-01-01|null|null|null|2026-01-01|2026-01-01",
            "B|2026-02-01|null|null|null|2026-02-01|2026-01-01");
  }

  private static List<String> built(Rows changes) {
    return Lines.of(
        new TestInputs(spark(), SETTINGS, CONTRACTS, "silver.account")
            .with("bronze.account_change", changes)
            .build(new Account(), Period.day(LocalDate.parse("2026-03-05"))),
        "account_id",
        "date(valid_from)",
        "date(valid_to)",
        "plan",
        "recurring_revenue_amount",
        "date(customer_since)",
        "first_arrival_date");
  }
}
