package io.supportlake.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;

class HarnessTest extends SparkSuite {

  @Test
  void fillsRequiredColumnsAndLeavesOptionalOnesNull() {
    Row row =
        Rows.of(CONTRACTS, "silver.contact")
            .with("contact_id", "c#1", "started_at", "2026-03-29T00:30:00Z")
            .dataset(spark())
            .first();

    assertThat(row.<String>getAs("contact_id")).isEqualTo("c#1");
    assertThat(row.<String>getAs("issue_family")).isEqualTo("x");
    assertThat(row.<Object>getAs("ended_at")).isNull();
  }

  @Test
  void comparisonSeesADifferentMultiplicity() {
    Dataset<Row> twice = spark().sql("select explode(array(1, 1, 2)) as x");
    Dataset<Row> other = spark().sql("select explode(array(1, 2, 2)) as x");

    assertThatThrownBy(() -> assertSameRows(twice, other)).isInstanceOf(AssertionError.class);
  }
}
