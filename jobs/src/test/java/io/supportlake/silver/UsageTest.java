package io.supportlake.silver;

import static org.apache.spark.sql.functions.lit;
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
import org.junit.jupiter.api.Test;

/** Day sums of usage, and its failures. */
class UsageTest extends SparkSuite {

  @Test
  void aDayIsOneOfTheReportingZone() {
    Rows events =
        events()
            .with("event_id", "1", "event_at", "2026-06-30T21:59:59Z", "result", "success")
            .with("event_id", "2", "event_at", "2026-06-30T22:00:00Z", "result", "success");

    assertThat(days(signed(events, 1)))
        .containsExactly("2026-06-30||1|0|0|0.00", "2026-07-01||1|0|0|0.00");
  }

  @Test
  void onlySuccessesMoveMoneyAndOnlyCoreSuccessesCount() {
    Rows events =
        events()
            .with(
                "event_id",
                "1",
                "result",
                "success",
                "is_core",
                true,
                "amount",
                "10.10",
                "currency",
                "EUR")
            .with(
                "event_id",
                "2",
                "result",
                "success",
                "is_core",
                false,
                "amount",
                "5.20",
                "currency",
                "EUR")
            .with(
                "event_id",
                "3",
                "result",
                "failure",
                "is_core",
                true,
                "amount",
                "99.00",
                "currency",
                "EUR")
            .with(
                "event_id",
                "4",
                "result",
                "success",
                "is_core",
                true,
                "amount",
                "7.00",
                "currency",
                "USD");

    assertThat(days(signed(events, 1)))
        .containsExactly(
            "2026-01-01|EUR|2|0|1|15.30", "2026-01-01|USD|1|0|1|7.00", "2026-01-01||1|1|0|0.00");
  }

  @Test
  void aCorrectionTakesTheOldBackAndAddsTheNew() {
    Rows old =
        events()
            .with(
                "event_id",
                "1",
                "result",
                "success",
                "is_core",
                true,
                "amount",
                "10.00",
                "currency",
                "EUR",
                "event_at",
                "2026-01-01T12:00:00Z");
    Rows corrected =
        events()
            .with(
                "event_id",
                "1",
                "record_version",
                2,
                "result",
                "failure",
                "is_core",
                true,
                "event_at",
                "2026-01-02T12:00:00Z");

    assertThat(days(signed(old, -1).union(signed(corrected, 1))))
        .containsExactly("2026-01-01|EUR|-1|0|-1|-10.00", "2026-01-02||1|1|0|0.00");
  }

  @Test
  void aCorrectionThatChangesNothingCountedLeavesNoRow() {
    Rows event = events().with("event_id", "1", "result", "success", "action", "pay");
    Rows again = events().with("event_id", "1", "result", "success", "action", "send");

    assertThat(days(signed(event, -1).union(signed(again, 1)))).isEmpty();
  }

  @Test
  void increasesOfSeveralArrivalsStayApart() {
    Rows events =
        events()
            .with("event_id", "1", "result", "success", "arrival_date", "2026-01-01")
            .with("event_id", "2", "result", "success", "arrival_date", "2026-01-04");

    assertThat(days(signed(events, 1)))
        .containsExactly("2026-01-01||1|0|0|0.00", "2026-01-01||1|0|0|0.00");
  }

  @Test
  void usersAreKnownByTokenOnly() {
    Rows events = events().with("event_id", "1", "user_id", "u1", "result", "success");

    assertThat(Lines.of(usageDay(signed(events, 1)), "user_id"))
        .containsExactly(SETTINGS.key().token("usr", "u1"));
  }

  @Test
  void failuresAndEveryCorrectionPass() {
    Rows events =
        events()
            .with("event_id", "1", "result", "success")
            .with("event_id", "2", "result", "failure", "error_code", "E1")
            .with("event_id", "3", "record_version", 2, "result", "success");

    Dataset<Row> failures =
        new TestInputs(spark(), SETTINGS, CONTRACTS, "silver.usage_failure")
            .with("bronze.usage_event", events)
            .build(new UsageFailure(), Period.day(LocalDate.parse("2026-01-01")));

    assertThat(Lines.of(failures, "event_id", "record_version", "is_failure", "error_code"))
        .containsExactly("2|1|true|E1", "3|2|false|null");
  }

  private static Rows events() {
    return Rows.of(CONTRACTS, "bronze.usage_event");
  }

  private static Dataset<Row> signed(Rows events, int sign) {
    return events.dataset(spark()).withColumn("record_sign", lit(sign));
  }

  private static Dataset<Row> usageDay(Dataset<Row> events) {
    return new TestInputs(spark(), SETTINGS, CONTRACTS, "silver.usage_day")
        .with("bronze.usage_event", events)
        .build(new UsageDay(), Period.day(LocalDate.parse("2026-01-01")));
  }

  private static List<String> days(Dataset<Row> events) {
    return Lines.of(
        usageDay(events),
        "usage_date",
        "currency",
        "event_count",
        "failure_count",
        "core_success_count",
        "amount");
  }
}
