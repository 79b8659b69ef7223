package io.supportlake.gold.issues;

import static org.assertj.core.api.Assertions.assertThat;

import io.supportlake.platform.Contract;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;

/** Holds built rows to their contract's key, required columns and row checks. */
final class Checks {
  private Checks() {}

  static void hold(Contract contract, Dataset<Row> rows) {
    long count = rows.count();
    assertThat(count).as("rows of %s", contract.name()).isPositive();
    String[] key = contract.key().toArray(String[]::new);
    assertThat(rows.dropDuplicates(key).count()).as("distinct keys").isEqualTo(count);
    for (Contract.Column column : contract.columns()) {
      if (column.required()) {
        assertThat(rows.filter(functions.col(column.name()).isNull()).count())
            .as(column.name())
            .isZero();
      }
    }
    for (Contract.Check check : contract.checks()) {
      if (check.scope().equals("row")) {
        assertThat(rows.filter("(" + check.expression() + ") is not true").count())
            .as(check.description())
            .isZero();
      }
    }
  }
}
