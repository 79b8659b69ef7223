package io.supportlake.gold.quality;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.expr;

import io.supportlake.Inputs;
import io.supportlake.Period;
import io.supportlake.Table;
import io.supportlake.gold.Rates;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * One row per review, scored: weights by stake class, applicable criteria only, 0 after a failed
 * critical criterion. Sums are decimal, so that their order does not matter.
 */
public final class ReviewScore implements Table {
  private static final List<String> DIMENSIONS =
      List.of("accuracy", "compliance", "security", "communication", "efficiency");

  /** Made once by its contract's name. */
  public ReviewScore() {}

  @Override
  public Dataset<Row> build(Inputs in, Period period) {
    Dataset<Row> cases =
        in.table("silver.support_case")
            .selectExpr(
                "case_id as known_case_id", "account_id", "stake as case_stake", "issue_family");
    // A correction may leave a review with criteria of several cases: stake, family and weights are
    // of the one that the row names.
    Dataset<Row> ratings =
        in.table("silver.review")
            .withColumn("case_id", expr("max(case_id) over (partition by review_id)"))
            .join(cases, expr("case_id = known_case_id"), "left")
            .drop("known_case_id")
            .withColumn("stake", expr("coalesce(case_stake, 'low')"))
            .withColumn(
                "weight_here", expr("if(stake in ('high', 'critical'), weight_high_stake, weight)"))
            .withColumn("points", expr("cast(score as decimal(20,12)) * weight_here"));
    List<Column> columns = new ArrayList<>();
    for (String attribute :
        List.of(
            "case_id",
            "account_id",
            "agent_id",
            "reviewer_id",
            "reviewed_at",
            "reviewed_date",
            "selection",
            "inclusion_probability",
            "stake",
            "issue_family",
            "currency",
            "amount_at_risk")) {
      columns.add(expr("max(%1$s) as %1$s".formatted(attribute)));
    }
    columns.add(mean("true").as("score_before_auto_fail"));
    for (String dimension : DIMENSIONS) {
      columns.add(mean("dimension = '%s'".formatted(dimension)).as(dimension + "_score"));
    }
    columns.add(
        expr(
            "sort_array(collect_set(criterion) filter (where is_critical_failure)) as"
                + " failed_critical_criteria"));
    return ratings
        .groupBy("review_id")
        .agg(columns.getFirst(), columns.subList(1, columns.size()).toArray(Column[]::new))
        .withColumn("is_auto_fail", expr("size(failed_critical_criteria) > 0"))
        .withColumn(
            "score",
            expr(
                "if(is_auto_fail and score_before_auto_fail is not null, 0.0D,"
                    + " score_before_auto_fail)"))
        .withColumn(
            "severity",
            expr(
                """
                if(is_auto_fail,
                   case stake when 'critical' then 4 when 'high' then 3 when 'medium' then 2
                     else 1 end, 0)
                """))
        .withColumn(
            "expected_risk_amount",
            expr(
                "cast(if(severity = 0, 0, cast(severity as decimal(2,0)) / 4 * amount_at_risk) as"
                    + " decimal(18,2))"))
        .transform(r ->
            Rates.join(
                r,
                col("reviewed_date"),
                col("currency"),
                in.table("conf.exchange_rate"),
                in.settings(),
                "rate"))
        .withColumn(
            "expected_risk_reporting_amount",
            expr(
                "cast(if(expected_risk_amount = 0, 0, expected_risk_amount * rate) as"
                    + " decimal(18,2))"))
        .drop("amount_at_risk", "rate");
  }

  /** sum(weight x score) / sum(weight) over the applicable criteria of a kind; null for none. */
  private static Column mean(String which) {
    return expr(
        """
        cast(sum(points) filter (where score is not null and %1$s) as double)
          / nullif(sum(weight_here) filter (where score is not null and %1$s), 0)
        """
            .formatted(which));
  }
}
