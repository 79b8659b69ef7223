package io.supportlake.platform;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.countDistinct;
import static org.apache.spark.sql.functions.count_if;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.when;
import static org.apache.spark.sql.functions.xxhash64;

import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;

/** A contract's checks over the rows about to be committed. */
final class Checks {

  /** What one check found. */
  record Result(String name, boolean isError, boolean isPassed, long failures) {}

  /** The number of rows and what every check found. */
  record Outcome(long rows, List<Result> results) {}

  private Checks() {}

  /** Runs every check: required columns, the key, then the contract's own. */
  static Outcome run(Contract contract, Dataset<Row> rows) {
    List<String> names = new ArrayList<>();
    List<Boolean> errors = new ArrayList<>();
    List<Column> columns = new ArrayList<>();
    int keyCheck = -1;
    for (Contract.Column c : contract.columns()) {
      if (c.required()) {
        names.add(c.name() + " is never null");
        errors.add(true);
        columns.add(count_if(col(c.name()).isNull()));
      }
    }
    // Beside distinct values Spark keeps all other counts for every one of them: of many rows those
    // are counted alone, of few a second job would cost more.
    boolean isApart = !Sessions.isForFewRows(rows.sparkSession());
    if (!contract.key().isEmpty()) {
      keyCheck = names.size();
      names.add("the key (" + String.join(", ", contract.key()) + ") is unique");
      errors.add(true);
      columns.add(isApart ? lit(0L) : count(lit(1)).minus(countDistinct(hash(contract))));
    }
    for (Contract.Check check : contract.checks()) {
      names.add(check.description());
      errors.add(check.isError());
      columns.add(
          check.isRow()
              ? count_if(not(coalesce(expr(check.expression()), lit(true))))
              : when(coalesce(expr(check.expression()), lit(true)), lit(0L)).otherwise(lit(1L)));
    }
    Row found = rows.agg(count(lit(1)), columns.toArray(Column[]::new)).first();
    List<Result> results = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      long failures = found.getLong(i + 1);
      if (i == keyCheck && isApart) {
        failures = found.getLong(0) - rows.select(hash(contract)).distinct().count();
      }
      if (i == keyCheck && failures > 0) {
        failures = sameKeys(contract, rows);
      }
      results.add(new Result(names.get(i), errors.get(i), failures == 0, failures));
    }
    return new Outcome(found.getLong(0), results);
  }

  /** Hashes that are all different are of keys that are; others are looked at once more. */
  private static Column hash(Contract contract) {
    return xxhash64(Lake.columns(contract.key()));
  }

  /** Rows beyond the first of their key. */
  private static long sameKeys(Contract contract, Dataset<Row> rows) {
    return rows.agg(count(lit(1)).minus(countDistinct(struct(Lake.columns(contract.key())))))
        .first()
        .getLong(0);
  }

  /** What was found, as rows of ops.check. */
  static List<Row> rows(Contract contract, Outcome outcome, long runSequence) {
    return outcome.results().stream()
        .map(r ->
            RowFactory.create(
                runSequence,
                contract.name(),
                r.name(),
                "",
                r.isError() ? "error" : "warning",
                r.isPassed(),
                r.failures(),
                null,
                null,
                null,
                null,
                null))
        .toList();
  }

  /** Refuses the rows if a check of severity error failed. */
  static void refuseFailures(Contract contract, Outcome outcome) {
    List<String> failed = failed(outcome);
    if (!failed.isEmpty()) {
      throw DataErrors.checksFailed(contract.name(), failed);
    }
  }

  /** Checks of severity error that failed, with how often. */
  static List<String> failed(Outcome outcome) {
    return outcome.results().stream()
        .filter(r -> r.isError() && !r.isPassed())
        .map(r -> "%s (%d failures)".formatted(r.name(), r.failures()))
        .toList();
  }
}
