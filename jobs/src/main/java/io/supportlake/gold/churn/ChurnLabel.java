package io.supportlake.gold.churn;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.date_add;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.from_utc_timestamp;
import static org.apache.spark.sql.functions.lead;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.to_date;
import static org.apache.spark.sql.functions.to_utc_timestamp;
import static org.apache.spark.sql.functions.when;

import io.supportlake.Inputs;
import io.supportlake.Period;
import io.supportlake.Table;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.expressions.Window;

/**
 * One row per account at risk, landmark and label kind, once the horizon has passed: churn in (t +
 * 14 d, t + 104 d], days ending at local midnight.
 */
public final class ChurnLabel implements Table {
  /** Lead time of outreach, days. */
  public static final int GAP_DAYS = 14;

  /** Days in which churn counts. */
  public static final int HORIZON_DAYS = 90;

  /** Gap and horizon: a label is mature this many days after its landmark. */
  public static final int MATURITY_DAYS = GAP_DAYS + HORIZON_DAYS;

  /** Days without a successful core event that are behavioural churn. */
  static final int SILENT_DAYS = 30;

  @Override
  public Dataset<Row> build(Inputs in, Period period) {
    Dataset<Row> atRisk =
        in.table("gold.churn_feature")
            .where(period.covers(col("landmark_date")))
            .select("landmark_date", "account_id")
            .withColumn("matured_on", date_add(col("landmark_date"), MATURITY_DAYS))
            .where(col("matured_on").leq(lit(period.asOf())));
    return contractual(in, atRisk).unionByName(behavioural(in, atRisk));
  }

  private static Dataset<Row> contractual(Inputs in, Dataset<Row> atRisk) {
    String zone = in.settings().reportingZone().getId();
    Dataset<Row> cancelled =
        in.table("silver.account")
            .where(col("status").equalTo("cancelled"))
            .select(
                col("account_id"),
                col("valid_from").as("event_at"),
                to_date(from_utc_timestamp(col("valid_from"), zone)).as("event_date"),
                col("first_arrival_date").as("known_on"));
    return labelled(atRisk, cancelled, "contractual");
  }

  /** Silent since the day on which {@link #SILENT_DAYS} days without a core event had passed. */
  private static Dataset<Row> behavioural(Inputs in, Dataset<Row> atRisk) {
    String zone = in.settings().reportingZone().getId();
    // Per landmark, since a correction that arrives after maturity must change nothing.
    Dataset<Row> coreDays =
        atRisk
            .join(
                in.table("silver.usage_day")
                    .groupBy(col("account_id"), col("usage_date"), col("arrival_date"))
                    .agg(sum(col("core_success_count")).as("core")),
                new String[] {"account_id"})
            .where(
                col("arrival_date")
                    .leq(col("matured_on"))
                    .and(
                        col("usage_date")
                            .between(expr("date_sub(landmark_date, 29)"), col("matured_on"))))
            .groupBy("landmark_date", "account_id", "matured_on", "usage_date")
            .agg(sum(col("core")).as("core"))
            .where(col("core").gt(0));
    Dataset<Row> active =
        coreDays
            .groupBy("landmark_date", "account_id", "matured_on")
            .agg(min(col("usage_date")).as("first_date"))
            .where(col("first_date").leq(col("landmark_date")))
            .drop("first_date");
    Column silentOn = date_add(col("usage_date"), SILENT_DAYS);
    Dataset<Row> silences =
        coreDays
            .withColumn(
                "next_date",
                lead(col("usage_date"), 1)
                    .over(Window.partitionBy("landmark_date", "account_id").orderBy("usage_date")))
            .where(col("next_date").isNull().or(col("next_date").gt(silentOn)))
            .select(
                col("landmark_date").as("of_landmark"),
                col("account_id"),
                to_utc_timestamp(date_add(silentOn, 1).cast("timestamp"), zone).as("event_at"),
                silentOn.as("event_date"),
                silentOn.as("known_on"));
    return labelled(active, silences, "behavioural");
  }

  private static Dataset<Row> labelled(Dataset<Row> atRisk, Dataset<Row> churn, String kind) {
    Column gapEnd = date_add(col("landmark_date"), GAP_DAYS);
    Column inGap = col("event_date").leq(gapEnd);
    Column sameLandmark =
        churn.schema().getFieldIndex("of_landmark").isDefined()
            ? col("of_landmark").equalTo(col("landmark_date"))
            : lit(true);
    return atRisk
        .join(
            churn.withColumnRenamed("account_id", "churned_account_id"),
            col("account_id")
                .equalTo(col("churned_account_id"))
                .and(sameLandmark)
                .and(col("event_date").gt(col("landmark_date")))
                .and(col("event_date").leq(col("matured_on")))
                .and(col("known_on").leq(col("matured_on"))),
            "left")
        .groupBy("landmark_date", "account_id", "matured_on")
        .agg(
            min(col("event_at")).as("first_at"),
            coalesce(max(inGap), lit(false)).as("is_churned_in_gap"))
        // Who left in the gap and changes or leaves again later has not churned in the horizon.
        .withColumn("churned_at", when(col("is_churned_in_gap").equalTo(false), col("first_at")))
        .withColumn("is_churned", col("churned_at").isNotNull())
        .withColumn("label_kind", lit(kind));
  }
}
