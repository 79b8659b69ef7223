package io.supportlake.gold.value;

import static org.apache.spark.sql.functions.broadcast;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.date_sub;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.greatest;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.when;

import io.supportlake.Inputs;
import io.supportlake.Period;
import io.supportlake.Table;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * One row per published number that differs today from what was last said of it (by its publication
 * or an earlier restatement), with the old and the new components. An inner change that leaves
 * components, observations and value alone is no restatement.
 */
public final class Restatement implements Table {
  private static final String[] KEY = {"metric", "month_start", "dimension", "dimension_value"};

  /** Tables whose rows depend on how cases are classified. */
  private static final List<String> OF_CASES =
      List.of(
          "gold.contact_outcome",
          "gold.episode_attribution",
          "gold.episode_outcome",
          "gold.product_day",
          "gold.review_score");

  /** Built by the platform. */
  public Restatement() {}

  @Override
  public Dataset<Row> build(Inputs in, Period period) {
    Dataset<Row> now =
        in.table("gold.metric")
            .where("period = 'month'")
            .selectExpr(
                "metric",
                "period_start as month_start",
                "dimension",
                "dimension_value",
                "numerator as new_numerator",
                "denominator as new_denominator",
                "n as current_n",
                "value as new_value",
                "definition_hash as current_hash");
    Dataset<Row> changed =
        lastSaid(in)
            .join(now, KEY, "left")
            .withColumn("new_n", coalesce(col("current_n"), lit(0L)))
            .where(differs())
            .withColumn("noted_on", lit(period.asOf()))
            .where(period.covers(col("noted_on")))
            // A row that is gone has no definition of its own: late data moved what it was made of.
            .withColumn("definition_hash", coalesce(col("current_hash"), col("said_hash")));
    Column isRedefined = col("definition_hash").notEqual(col("said_hash"));
    return withCause(in, period, changed.withColumn("is_redefined", isRedefined));
  }

  /**
   * Adds what moved the number, told by what arrived since it was said last. Facts are read only
   * where a number moved that is not defined otherwise: their history is long, and such days are
   * few.
   */
  private static Dataset<Row> withCause(Inputs in, Period period, Dataset<Row> changed) {
    // What the last build knew it told itself. A run may take files of the day of the one before.
    Column since = greatest(col("said_on"), lit(period.days().getFirst().minusDays(1)));
    Dataset<Row> rows =
        changed
            .join(broadcast(nearErased(in, period)), new String[] {"month_start"}, "left")
            .withColumn("closed_on", date_sub(col("published_on"), ValueReportMonth.LATE_DAYS))
            .withColumn("since", since)
            .withColumn(
                "is_near",
                coalesce(col("has_erased"), lit(false))
                    .and(coalesce(col("source_table").isInCollection(OF_CASES), lit(false))))
            .localCheckpoint();
    Column isMoved = not(col("is_redefined"));
    Row moved = rows.where(isMoved).agg(min("since"), max("closed_on")).first();
    if (moved.isNullAt(0)) {
      return rows.withColumn("cause", lit("definition"));
    }
    Dataset<Row> arrived =
        arrivals(in)
            .where(col("arrived_on").geq(lit(moved.getDate(0))))
            .where(col("day").leq(lit(moved.getDate(1))))
            .groupBy("arrived_on", "is_correction")
            .agg(min("day").as("day"))
            .agg(expr("collect_list(struct(arrived_on, day, is_correction)) as arrived"));
    return rows.crossJoin(broadcast(arrived))
        .withColumn(
            "cause",
            when(col("is_redefined"), "definition")
                .when(hasArrived("not a.is_correction"), "late_data")
                .when(hasArrived("a.is_correction"), "correction")
                .when(col("is_near"), "erasure")
                .otherwise("late_data"));
  }

  private static Column hasArrived(String which) {
    return expr(
        "exists(arrived, a -> a.arrived_on >= since and a.day <= closed_on and " + which + ")");
  }

  /** Months near a case that lost its user's words. */
  private static Dataset<Row> nearErased(Inputs in, Period period) {
    return in.table("ops.erasure_month")
        .where(col("erased_on").leq(lit(period.asOf())))
        .select("month_start")
        .distinct()
        .withColumn("has_erased", lit(true));
  }

  /**
   * The day of each record behind the numbers, that of its arrival, and whether it corrects one.
   */
  private static Dataset<Row> arrivals(Inputs in) {
    String changedOn =
        "to_date(from_utc_timestamp(valid_from, '%s'))"
            .formatted(in.settings().reportingZone().getId());
    return versions(in, "silver.case_event", "event_date")
        .unionByName(versions(in, "silver.money_event", "occurred_date"))
        .unionByName(versions(in, "silver.review", "reviewed_date"))
        .unionByName(states(in, "silver.usage_day", "usage_date", "arrival_date"))
        .unionByName(states(in, "silver.survey", "answered_date", "answer_arrival_date"))
        .unionByName(states(in, "silver.account", changedOn, "first_arrival_date"));
  }

  /** Of records whose corrections are versions of their own. */
  private static Dataset<Row> versions(Inputs in, String table, String day) {
    return in.table(table)
        .selectExpr(
            day + " as day", "arrival_date as arrived_on", "record_version > 1 as is_correction");
  }

  /** Of rows that say no more how often what they are made of was corrected. */
  private static Dataset<Row> states(Inputs in, String table, String day, String arrivedOn) {
    return in.table(table)
        .selectExpr(day + " as day", arrivedOn + " as arrived_on", "false as is_correction");
  }

  /** Per published key what was said last. */
  private static Dataset<Row> lastSaid(Inputs in) {
    String components = "numerator as old_numerator, denominator as old_denominator";
    Dataset<Row> published =
        in.table("gold.published_month")
            .selectExpr(
                withKey(
                    "published_on",
                    "source_table",
                    "published_on as said_on",
                    "0 as step",
                    "struct(value as old_value, n as old_n, %s, definition_hash as said_hash) as said"
                        .formatted(components)));
    Dataset<Row> restated =
        in.table("gold.restatement")
            .selectExpr(
                withKey(
                    "noted_on as said_on",
                    "1 as step",
                    "struct(new_value as old_value, new_n as old_n, new_numerator as old_numerator,"
                        + " new_denominator as old_denominator, definition_hash as said_hash) as said"));
    Column[] key = Arrays.stream(KEY).map(c -> col(c)).toArray(Column[]::new);
    return published
        .unionByName(restated, true)
        .groupBy(key)
        .agg(
            max("published_on").as("published_on"),
            max("source_table").as("source_table"),
            max("said_on").as("said_on"),
            expr("max_by(said, struct(said_on, step)) as said"))
        .selectExpr(withKey("published_on", "source_table", "said_on", "said.*"));
  }

  private static String[] withKey(String... columns) {
    return Stream.concat(Arrays.stream(KEY), Arrays.stream(columns)).toArray(String[]::new);
  }

  private static Column differs() {
    // Values without components are percentiles; a rebuilt double may differ in its last bits.
    return expr(
        "not (old_numerator <=> new_numerator) or not (old_denominator <=> new_denominator)"
            + " or old_n <> new_n or (old_value is null) <> (new_value is null)"
            + " or abs(old_value - new_value) > 1e-9 * greatest(abs(old_value), abs(new_value))");
  }
}
