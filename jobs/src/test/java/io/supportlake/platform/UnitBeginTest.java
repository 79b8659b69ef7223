package io.supportlake.platform;

import static org.apache.spark.sql.functions.expr;
import static org.assertj.core.api.Assertions.assertThat;

import io.supportlake.testing.Lines;
import io.supportlake.testing.Rows;
import io.supportlake.testing.SparkSuite;
import java.time.LocalDate;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataTypes;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class UnitBeginTest extends SparkSuite {
  private static final UnitBegin OF_CASES =
      UnitBegin.of(CONTRACTS, List.of("case_id")).orElseThrow();

  private static UnitBegin.Units units(String... cases) {
    Dataset<Row> units = spark().createDataset(List.of(cases), Encoders.STRING()).toDF("case_id");
    return OF_CASES.of(
        units,
        Rows.of(CONTRACTS, "silver.support_case")
            .with("case_id", "stands", "opened_date", "2026-03-05")
            .with("case_id", "corrected", "opened_date", "2026-03-09")
            .with("case_id", "old", "opened_date", "2025-01-01")
            .with("case_id", "undated")
            .dataset(spark())
            .withColumn("opened_date", expr("if(case_id != 'undated', opened_date, null)")),
        Rows.of(CONTRACTS, "silver.case_event")
            .with("event_id", "e1", "case_id", "corrected", "event_date", "2026-03-07")
            .with("event_id", "e2", "case_id", "corrected", "event_date", "2026-03-08")
            .with("event_id", "e3", "case_id", "new", "event_date", "2026-03-10")
            .with("event_id", "e5", "case_id", "undated", "event_date", "2026-03-08")
            .with("event_id", "e4", "case_id", "another", "event_date", "2026-03-01")
            .dataset(spark()));
  }

  private static @Nullable LocalDate since(String... cases) {
    return units(cases).since();
  }

  @Test
  void unitsAreReadFromTheFirstOfTheirDaysOn() {
    assertThat(OF_CASES.register().name()).isEqualTo("silver.support_case");
    assertThat(since("new")).isEqualTo("2026-03-10");
    assertThat(since("corrected")).as("by an earlier record").isEqualTo("2026-03-07");
    assertThat(since("new", "stands", "corrected")).isEqualTo("2026-03-05");
    assertThat(since("stands", "unheard")).as("of one nobody can tell").isNull();
    assertThat(since("new", "undated")).as("of one whose row does not say").isNull();
    assertThat(since()).isNull();

    UnitBegin.Units units = units("new", "corrected");
    assertThat(units.count()).isEqualTo(2);
    assertThat(Lines.of(units.rows(), "case_id")).containsExactly("corrected", "new");
    Dataset<Row> rows =
        spark()
            .sql(
                "SELECT date'2026-03-04' AS d UNION ALL SELECT date'2026-03-05' UNION ALL SELECT null");
    assertThat(Lines.of(units.from(rows, "d"), "d")).containsExactly("2026-03-05", "null");
    assertThat(units.from(rows, null).count()).as("of a table without a day").isEqualTo(3);
    assertThat(units("unheard").from(rows, "d").count()).isEqualTo(3);
  }

  @Test
  void otherUnitsHaveNone() {
    assertThat(UnitBegin.of(CONTRACTS, List.of("account_id"))).isEmpty();
  }

  /** Rows without a day are read in whole. */
  @Test
  void theDaysOfInputsAreNeverNull() {
    for (Contract contract : CONTRACTS.all()) {
      if (contract.kind() == Contract.Kind.LIFECYCLE
          && UnitBegin.of(CONTRACTS, contract.unit()).isPresent()) {
        assertThat(contract.inputs())
            .as(contract.name())
            .filteredOn(i -> i.read().equals("unit"))
            .isNotEmpty()
            .allSatisfy(input ->
                assertThat(CONTRACTS.of(input.table()).columns())
                    .as(input.table())
                    .anyMatch(c ->
                        c.name().equals(input.column())
                            && c.required()
                            && c.type().equals(DataTypes.DateType)));
      }
    }
  }
}
