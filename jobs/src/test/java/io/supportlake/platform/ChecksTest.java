package io.supportlake.platform;

import static org.apache.spark.sql.functions.expr;
import static org.assertj.core.api.Assertions.assertThat;

import io.supportlake.platform.Checks.Result;
import io.supportlake.testing.Rows;
import io.supportlake.testing.SparkSuite;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;

class ChecksTest extends SparkSuite {
  private static final String TABLE = "silver.usage_day";

  /** Spark's hash leaves nulls out, so that it does not tell where in a key they stand. */
  @Test
  void keysOfTheSameHashAreToldApart() {
    Dataset<Row> twoKeys =
        Rows.of(CONTRACTS, TABLE)
            .with("account_id", "a", "user_id", "")
            .with("account_id", "", "user_id", "a")
            .dataset(spark())
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

  private static Result keyCheck(Dataset<Row> rows) {
    return Checks.run(CONTRACTS.of(TABLE), rows).results().stream()
        .filter(r -> r.name().startsWith("the key ("))
        .findFirst()
        .orElseThrow();
  }
}
