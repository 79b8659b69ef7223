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

class MoneyEventTest extends SparkSuite {

  @Test
  void theRateInForceOnTheReportingDayCounts() {
    // 23:00 UTC on 31 January is already February in Berlin.
    assertThat(
            reported(
                money("1", "2026-01-31T22:59:59Z", "100.00", "USD")
                    .with(event("2", "2026-01-31T23:00:00Z", "100.00", "USD"))
                    .with(event("3", "2026-07-01T00:00:00Z", "100.00", "USD"))))
        .containsExactly("1|2026-01-31|90.00", "2|2026-02-01|91.00", "3|2026-07-01|91.00");
  }

  @Test
  void halvesRoundUpInDecimals() {
    // 2.50 x 0.25 = 0.625 and 0.50 x 0.25 = 0.125: half even would give 0.62 and 0.12.
    assertThat(
            reported(
                money("1", "2026-01-10T00:00:00Z", "2.50", "PLN")
                    .with(event("2", "2026-01-10T00:00:00Z", "0.50", "PLN"))))
        .containsExactly("1|2026-01-10|0.63", "2|2026-01-10|0.13");
  }

  @Test
  void theReportingCurrencyNeedsNoRateAndWithoutRateThereIsNoAmount() {
    assertThat(
            reported(
                money("1", "2026-01-10T00:00:00Z", "5.55", "EUR")
                    .with(event("2", "2026-01-10T00:00:00Z", "5.55", "JPY"))
                    .with(event("3", "2025-12-31T12:00:00Z", "5.55", "USD"))))
        .containsExactly("1|2026-01-10|5.55", "2|2026-01-10|null", "3|2025-12-31|null");
  }

  private static Rows money(String id, String at, String amount, String currency) {
    return Rows.of(CONTRACTS, "bronze.money_event").with(event(id, at, amount, currency));
  }

  private static Object[] event(String id, String at, String amount, String currency) {
    return new Object[] {"event_id", id, "occurred_at", at, "amount", amount, "currency", currency};
  }

  private static List<String> reported(Rows events) {
    Rows rates =
        Rows.of(CONTRACTS, "conf.exchange_rate")
            .with("rate_date", "2026-01-01", "currency", "USD", "rate", "0.90")
            .with("rate_date", "2026-02-01", "currency", "USD", "rate", "0.91")
            .with("rate_date", "2026-01-01", "currency", "PLN", "rate", "0.25");
    return Lines.of(
        new TestInputs(spark(), SETTINGS, CONTRACTS, "silver.money_event")
            .with("bronze.money_event", events)
            .with("conf.exchange_rate", rates)
            .build(new MoneyEvent(), Period.day(LocalDate.parse("2026-01-31"))),
        "event_id",
        "occurred_date",
        "reporting_amount");
  }
}
