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

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Observation;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.jspecify.annotations.Nullable;

/** A contract's checks over the rows about to be committed. */
final class Checks {

  /** What one check found. */
  record Result(String name, boolean isError, boolean isPassed, long failures) {}

  /** The number of rows and what every check found. */
  record Outcome(long rows, List<Result> results) {}

  private Checks() {}

  private enum Scope {
    ROW,
    KEY,
    TABLE
  }

  /**
   * What is asked of rows.
   *
   * @param failures counts what fails; null = of the key of many rows, which is asked for apart
   */
  private record Question(String name, boolean isError, Scope scope, @Nullable Column failures) {}

  /** Required columns, the key, then the contract's own. */
  private static List<Question> questions(Contract contract, boolean isForFewRows) {
    List<Question> questions = new ArrayList<>();
    for (Contract.Column c : contract.columns()) {
      if (c.required()) {
        questions.add(
            new Question(
                c.name() + " is never null", true, Scope.ROW, count_if(col(c.name()).isNull())));
      }
    }
    if (!contract.key().isEmpty()) {
      // Beside distinct values Spark keeps all other counts for every one of them: of many rows
      // those are told apart from the others, of few a second job would cost more.
      questions.add(
          new Question(
              "the key (" + String.join(", ", contract.key()) + ") is unique",
              true,
              Scope.KEY,
              isForFewRows ? count(lit(1)).minus(countDistinct(hash(contract))) : null));
    }
    for (Contract.Check check : contract.checks()) {
      Column holds = coalesce(expr(check.expression()), lit(true));
      questions.add(
          new Question(
              check.description(),
              check.isError(),
              check.isRow() ? Scope.ROW : Scope.TABLE,
              check.isRow() ? count_if(not(holds)) : when(holds, lit(0L)).otherwise(lit(1L))));
    }
    return questions;
  }

  /** Runs every check. */
  static Outcome run(Contract contract, Dataset<Row> rows) {
    List<Question> questions = questions(contract, Sessions.isForFewRows(rows.sparkSession()));
    List<Question> counted = questions.stream().filter(q -> q.failures() != null).toList();
    Row counts = rows.agg(count(lit(1)), columns(counted)).first();
    return outcome(contract, rows, questions, counts.getLong(0), failures(counted, counts));
  }

  /** The rows, whose failures of the checks of single rows are counted while they are written. */
  static Dataset<Row> observed(Contract contract, Dataset<Row> rows, Observation observation) {
    return rows.observe(observation, count(lit(1)), columns(ofRows(questions(contract, false))));
  }

  /**
   * Runs every check of rows that were written.
   *
   * @param observed what was counted of {@link #observed}
   * @param rows the same rows, to be asked what only all of them tell
   */
  static Outcome run(Contract contract, Row observed, Dataset<Row> rows) {
    List<Question> questions = questions(contract, Sessions.isForFewRows(rows.sparkSession()));
    Map<Question, Long> failures = failures(ofRows(questions), observed);
    List<Question> ofAll =
        questions.stream().filter(q -> q.scope() != Scope.ROW && q.failures() != null).toList();
    if (!ofAll.isEmpty()) {
      failures.putAll(failures(ofAll, rows.agg(count(lit(1)), columns(ofAll)).first()));
    }
    return outcome(contract, rows, questions, observed.getLong(0), failures);
  }

  private static List<Question> ofRows(List<Question> questions) {
    return questions.stream().filter(q -> q.scope() == Scope.ROW).toList();
  }

  private static Column[] columns(List<Question> questions) {
    return questions.stream().map(Question::failures).toArray(Column[]::new);
  }

  /** By question; the first of the counts is of all rows. */
  private static Map<Question, Long> failures(List<Question> questions, Row counts) {
    Map<Question, Long> failures = new IdentityHashMap<>();
    for (int i = 0; i < questions.size(); i++) {
      failures.put(questions.get(i), counts.getLong(i + 1));
    }
    return failures;
  }

  private static Outcome outcome(
      Contract contract,
      Dataset<Row> rows,
      List<Question> questions,
      long count,
      Map<Question, Long> counted) {
    List<Result> results = new ArrayList<>();
    for (Question question : questions) {
      Long known = counted.get(question);
      long failures = known != null ? known : hasRepeatedHash(contract, rows) ? 1 : 0;
      if (question.scope() == Scope.KEY && failures > 0) {
        failures = sameKeys(contract, rows);
      }
      results.add(new Result(question.name(), question.isError(), failures == 0, failures));
    }
    return new Outcome(count, results);
  }

  /** Hashes that are all different are of keys that are; others are looked at once more. */
  private static Column hash(Contract contract) {
    return RepeatedHashes.asked(Lake.columns(contract.key()));
  }

  private static boolean hasRepeatedHash(Contract contract, Dataset<Row> rows) {
    return RepeatedHashes.among(rows.select(hash(contract))).count() > 0;
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
