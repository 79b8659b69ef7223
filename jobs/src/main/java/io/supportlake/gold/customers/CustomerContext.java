package io.supportlake.gold.customers;

import static io.supportlake.gold.Landmarks.within;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.collect_list;
import static org.apache.spark.sql.functions.collect_set;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.datediff;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.from_utc_timestamp;
import static org.apache.spark.sql.functions.lead;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.max_by;
import static org.apache.spark.sql.functions.size;
import static org.apache.spark.sql.functions.sort_array;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.to_date;
import static org.apache.spark.sql.functions.when;

import io.supportlake.Inputs;
import io.supportlake.Period;
import io.supportlake.Table;
import io.supportlake.gold.Landmarks;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.expressions.Window;

/** One row per account known at a landmark, whatever its status. */
public final class CustomerContext implements Table {
  private static final Column[] KEY = {col("landmark_date"), col("account_id")};
  private static final String[] COUNTS = {
    "open_case_count", "contacts_90d", "unresolved_high_stake_90d", "reopens_90d", "active_days_28d"
  };

  @Override
  public Dataset<Row> build(Inputs in, Period period) {
    String zone = in.settings().reportingZone().getId();
    Dataset<Row> landmarks = Landmarks.of(in, period);
    Dataset<Row> rows =
        Landmarks.accounts(in.table("silver.account"), landmarks)
            .withColumn(
                "tenure_days",
                datediff(
                    col("landmark_date"), to_date(from_utc_timestamp(col("customer_since"), zone))))
            .withColumn("name", coalesce(col("name"), col("account_id")));
    for (Dataset<Row> part :
        List.of(
            cases(in, landmarks),
            contacts(in, landmarks),
            episodes(in, landmarks),
            satisfaction(in, landmarks),
            usage(in, landmarks),
            ContactBlock.at(in.table("silver.consent"), landmarks),
            attempts(in, landmarks))) {
      rows = rows.join(part, new String[] {"landmark_date", "account_id"}, "left");
    }
    Map<String, Column> counts =
        Arrays.stream(COUNTS)
            .collect(Collectors.toMap(c -> c, c -> coalesce(col(c), lit(0)).cast("int")));
    return rows.withColumns(counts)
        .withColumn("may_contact", col("contact_block").isNull())
        .withColumn("is_vulnerable", coalesce(col("is_vulnerable"), lit(false)))
        .withColumnRenamed("landmark_date", "snapshot_date");
  }

  private static Dataset<Row> cases(Inputs in, Dataset<Row> landmarks) {
    Column inForce = col("valid_to").isNull().or(col("valid_to").geq(col("landmark_end")));
    Dataset<Row> merged =
        in.table("silver.support_case")
            .where(col("merged_into_case_id").isNotNull())
            .select("case_id");
    return in.table("silver.case_status_interval")
        .join(merged, new String[] {"case_id"}, "left_anti")
        .select(
            col("account_id"),
            col("valid_from"),
            col("valid_to"),
            col("is_active"),
            col("change"),
            to_date(from_utc_timestamp(col("valid_from"), in.settings().reportingZone().getId()))
                .as("changed_date"))
        .join(
            landmarks,
            col("valid_from").lt(col("landmark_end")).and(inForce.or(within("changed_date", 90))))
        .groupBy(KEY)
        .agg(
            count(when(inForce.and(col("is_active")), 1)).as("open_case_count"),
            count(when(col("change").equalTo("reopened").and(within("changed_date", 90)), 1))
                .as("reopens_90d"));
  }

  private static Dataset<Row> contacts(Inputs in, Dataset<Row> landmarks) {
    // A contact is among the last three until the third after it starts, so that contacts are
    // ordered once and not once a landmark.
    Column isRecent = col("overtaken_at").isNull().or(col("overtaken_at").geq(col("landmark_end")));
    return in.table("silver.contact")
        .where(col("is_thank_you").equalTo(false))
        .select(
            col("account_id"),
            col("contact_id"),
            col("started_at"),
            col("started_date"),
            col("issue_family"),
            lead(col("started_at"), 3)
                .over(Window.partitionBy("account_id").orderBy("started_at", "contact_id"))
                .as("overtaken_at"))
        .join(
            landmarks,
            col("started_at").lt(col("landmark_end")).and(isRecent.or(within("started_date", 90))))
        .groupBy(KEY)
        .agg(
            count(when(within("started_date", 90), 1)).as("contacts_90d"),
            max(col("started_at")).as("last_contact_at"),
            sort_array(
                    collect_list(
                        when(
                            isRecent,
                            struct(col("started_at"), col("contact_id"), col("issue_family")))),
                    false)
                .as("recent"))
        .withColumn("last_contact_families", expr("transform(recent, r -> r.issue_family)"))
        .drop("recent");
  }

  /** What has been resolved since the landmark was unresolved at it. */
  private static Dataset<Row> episodes(Inputs in, Dataset<Row> landmarks) {
    return in.table("gold.episode_outcome")
        .where(col("stake").isin("high", "critical"))
        .join(
            landmarks,
            col("started_at")
                .lt(col("landmark_end"))
                .and(within("started_date", 90))
                .and(
                    coalesce(col("is_resolved"), lit(false))
                        .equalTo(false)
                        .or(col("ended_at").geq(col("landmark_end")))))
        .groupBy(KEY)
        .agg(count(lit(1)).as("unresolved_high_stake_90d"));
  }

  private static Dataset<Row> satisfaction(Inputs in, Dataset<Row> landmarks) {
    return in.table("silver.survey")
        .where(col("kind").equalTo("csat").and(col("score").isNotNull()))
        .join(landmarks, col("answered_at").lt(col("landmark_end")))
        .groupBy(KEY)
        .agg(
            max_by(col("score"), struct(col("answered_at"), col("survey_id")))
                .as("last_csat_score"));
  }

  private static Dataset<Row> usage(Inputs in, Dataset<Row> landmarks) {
    return in.table("silver.usage_day")
        .groupBy("account_id", "usage_date")
        .agg(sum(col("event_count")).as("events"), sum(col("failure_count")).as("failures"))
        .where(col("events").gt(0))
        .join(landmarks, within("usage_date", 28))
        .groupBy(KEY)
        .agg(
            size(collect_set(col("usage_date"))).as("active_days_28d"),
            sum(col("failures")).divide(sum(col("events"))).as("failure_share_28d"));
  }

  private static Dataset<Row> attempts(Inputs in, Dataset<Row> landmarks) {
    return in.table("silver.disposition")
        .join(landmarks, col("occurred_at").lt(col("landmark_end")))
        .groupBy(KEY)
        .agg(
            max(col("occurred_at")).as("last_attempt_at"),
            max_by(col("outcome"), struct(col("occurred_at"), col("disposition_id")))
                .as("last_attempt_outcome"));
  }
}
