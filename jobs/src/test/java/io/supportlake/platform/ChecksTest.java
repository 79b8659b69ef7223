package io.supportlake.platform;

import static org.apache.spark.sql.functions.expr;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.supportlake.platform.Checks.Result;
import io.supportlake.testing.Rows;
import io.supportlake.testing.SparkSuite;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Observation;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChecksTest extends SparkSuite {
  private static final String TABLE = "silver.usage_day";

  /** Spark's hash leaves nulls out, so that it does not tell where in a key they stand. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void keysOfTheSameHashAreToldApart(boolean isForFewRows) {
    Dataset<Row> twoKeys =
        Rows.of(CONTRACTS, TABLE)
            .with("account_id", "a", "user_id", "")
            .with("account_id", "", "user_id", "a")
            .dataset(session(isForFewRows))
            .withColumn("account_id", expr("nullif(account_id, '')"))
            .withColumn("user_id", expr("nullif(user_id, '')"));
    assertThat(twoKeys.selectExpr("xxhash64(account_id, user_id)").distinct().count()).isEqualTo(1);

    assertThat(keyCheck(twoKeys))
        .extracting(Result::isPassed, Result::failures)
        .containsExactly(true, 0L);
    assertThat(keyCheck(twoKeys.unionAll(twoKeys).unionAll(twoKeys)))
        .extracting(Result::isPassed, Result::failures)
        .containsExactly(false, 4L);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void keysRowsAndNullsAreCountedWhereverTheyFail(boolean isForFewRows) {
    Dataset<Row> rows =
        Rows.of(CONTRACTS, TABLE)
            .with("account_id", "a", "feature", "pay", "amount", "1.00", "currency", "")
            .with("account_id", "a", "feature", "pay", "amount", "0.00", "currency", "")
            .with("account_id", "b", "feature", "", "amount", "0.00", "currency", "")
            .dataset(session(isForFewRows))
            .withColumn("feature", expr("nullif(feature, '')"));

    Checks.Outcome outcome = Checks.run(CONTRACTS.of(TABLE), rows);
    assertThat(whileWritten(CONTRACTS.of(TABLE), rows)).isEqualTo(outcome);
    assertThat(outcome.rows()).isEqualTo(3);
    assertThat(outcome.results().stream().filter(r -> !r.isPassed()))
        .extracting(Result::name, Result::failures)
        .containsExactly(
            tuple("feature is never null", 1L),
            tuple(
                "the key (account_id, user_id, product, feature, currency, usage_date, arrival_date) is unique",
                1L),
            tuple("money names its currency", 1L));
  }

  @Test
  void whatOnlyAllRowsTellIsAskedOfThoseThatWereWritten() {
    Contract contract = CONTRACTS.of("silver.error_event");
    Dataset<Row> rows =
        Rows.of(CONTRACTS, contract.name())
            .with("log_id", "1", "message", "to 4111111111111111")
            .with("log_id", "2", "message", "to 12345")
            .dataset(spark());

    Checks.Outcome outcome = whileWritten(contract, rows);
    assertThat(outcome).isEqualTo(Checks.run(contract, rows));
    assertThat(outcome.results().stream().filter(r -> !r.isPassed()))
        .extracting(Result::name, Result::failures)
        .containsExactly(tuple("no message holds a run of 13 to 19 digits", 1L));
  }

  private static Checks.Outcome whileWritten(Contract contract, Dataset<Row> rows) {
    Observation observation = new Observation();
    Dataset<Row> written = Checks.observed(contract, rows, observation).localCheckpoint();
    return Checks.run(contract, Observed.counts(observation, contract.name()), written);
  }

  private static SparkSession session(boolean isForFewRows) {
    return isForFewRows ? Sessions.forFewRows(spark()) : spark();
  }

  private static Result keyCheck(Dataset<Row> rows) {
    return Checks.run(CONTRACTS.of(TABLE), rows).results().stream()
        .filter(r -> r.name().startsWith("the key ("))
        .findFirst()
        .orElseThrow();
  }
}
