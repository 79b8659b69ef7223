package io.supportlake.gold.churn;

import static io.supportlake.gold.Landmarks.within;
import static org.apache.spark.sql.functions.broadcast;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.collect_set;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.count_distinct;
import static org.apache.spark.sql.functions.datediff;
import static org.apache.spark.sql.functions.from_utc_timestamp;
import static org.apache.spark.sql.functions.greatest;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.log;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.max_by;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.size;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.to_date;
import static org.apache.spark.sql.functions.unix_timestamp;
import static org.apache.spark.sql.functions.when;

import io.supportlake.Inputs;
import io.supportlake.Period;
import io.supportlake.Table;
import io.supportlake.gold.Landmarks;
import io.supportlake.gold.ReportingMoney;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.expressions.Window;

/**
 * One row per account at risk and landmark. Everything is rebuilt from event tables with their
 * arrival dates: cases, contacts and issues as today's tables state them would know the future.
 */
public final class ChurnFeature implements Table {
  /** An account younger than this is not at risk. */
  static final int MIN_TENURE_DAYS = 30;

  private static final int LOOK_BACK = 120;
  private static final Column[] KEY = {col("landmark_date"), col("account_id")};

  private static final String[] COUNTS = {
    "contacts_30d",
    "contacts_90d",
    "unresolved_30d",
    "unresolved_high_stake_30d",
    "unresolved_high_stake_90d",
    "reopens_90d",
    "escalations_90d",
    "repeat_contacts_90d",
    "active_days_28d",
    "features_used_28d"
  };
  private static final String[] LONG_COUNTS = {
    "events_28d", "integration_failures_28d", "errors_28d"
  };
  private static final String[] AMOUNTS = {"refund_amount_90d", "loss_amount_90d"};

  @Override
  public Dataset<Row> build(Inputs in, Period period) {
    Dataset<Row> landmarks = Landmarks.of(in, period);
    Dataset<Row> rows = atRisk(in, landmarks);
    for (Dataset<Row> features :
        List.of(
            support(in, landmarks),
            sentiment(in, landmarks),
            satisfaction(in, landmarks),
            usage(in, landmarks),
            errors(in, landmarks),
            money(in, landmarks))) {
      rows = rows.join(features, new String[] {"landmark_date", "account_id"}, "left");
    }
    return rows.withColumns(filled(COUNTS, "int"))
        .withColumns(filled(LONG_COUNTS, "bigint"))
        .withColumns(filled(AMOUNTS, "decimal(18,2)"));
  }

  private static Map<String, Column> filled(String[] columns, String type) {
    return Arrays.stream(columns)
        .collect(Collectors.toMap(c -> c, c -> coalesce(col(c), lit(0)).cast(type)));
  }

  /** Active accounts old enough, with what their register said. */
  private static Dataset<Row> atRisk(Inputs in, Dataset<Row> landmarks) {
    String zone = in.settings().reportingZone().getId();
    Dataset<Row> accounts =
        Landmarks.accounts(in.table("silver.account"), landmarks)
            .withColumn(
                "tenure_days",
                datediff(
                    col("landmark_date"), to_date(from_utc_timestamp(col("customer_since"), zone))))
            .where(col("status").equalTo("active").and(col("tenure_days").geq(MIN_TENURE_DAYS)))
            .withColumn(
                "plan_rank",
                when(col("plan").equalTo("starter"), 1)
                    .when(col("plan").equalTo("growth"), 2)
                    .when(col("plan").equalTo("scale"), 3)
                    .when(col("plan").equalTo("enterprise"), 4)
                    .otherwise(0))
            .withColumn("days_to_renewal", datediff(col("renewal_date"), col("landmark_date")))
            .withColumnRenamed("recurring_revenue_amount", "stated_revenue_amount");
    return ReportingMoney.convert(
            in, accounts, col("stated_revenue_amount"), "landmark_date", "recurring_revenue_amount")
        .select(
            col("landmark_date"),
            col("account_id"),
            col("tenure_days"),
            col("plan_rank"),
            col("recurring_revenue_amount"),
            col("days_to_renewal"));
  }

  /**
   * Contacts, issues, reopens, escalations and replies. A contact is a customer's turn in a case
   * between solves (and by session); an issue is an account and a family as known at the landmark.
   */
  private static Dataset<Row> support(Inputs in, Dataset<Row> landmarks) {
    Dataset<Row> events =
        Landmarks.known(
            in.table("silver.case_event")
                .select(
                    "event_id",
                    "record_version",
                    "arrival_date",
                    "case_id",
                    "account_id",
                    "event_at",
                    "event_date",
                    "event_type",
                    "actor_type",
                    "category",
                    "status",
                    "session_id",
                    "is_public"),
            "event_id",
            "event_at",
            "event_date",
            LOOK_BACK,
            landmarks);
    Dataset<Row> issues =
        contacts(events)
            .join(cases(in, events), new String[] {"landmark_date", "case_id"})
            .groupBy(col("landmark_date"), col("account_id"), col("issue"))
            .agg(
                sum(when(within("started_date", 30), col("contact_count"))).as("contacts_30d"),
                sum(when(within("started_date", 90), col("contact_count"))).as("contacts_90d"),
                max(col("started_date")).as("last_date"),
                max_by(col("is_open"), struct(col("started_at"), col("case_id"))).as("is_open"),
                max(col("is_high_stake")).as("is_high_stake"),
                sum(col("reopens_90d")).as("reopens_90d"),
                sum(col("escalations_90d")).as("escalations_90d"),
                sum(col("reply_seconds")).as("reply_seconds"),
                sum(col("reply_count")).as("reply_count"));
    Column open = col("is_open").and(col("last_date").isNotNull());
    Column grave = open.and(col("is_high_stake"));
    return issues
        .groupBy(KEY)
        .agg(
            sum(col("contacts_30d")).as("contacts_30d"),
            sum(col("contacts_90d")).as("contacts_90d"),
            sum(greatest(col("contacts_90d").minus(1), lit(0))).as("repeat_contacts_90d"),
            count(when(open.and(within("last_date", 30)), 1)).as("unresolved_30d"),
            count(when(grave.and(within("last_date", 30)), 1)).as("unresolved_high_stake_30d"),
            count(when(grave.and(within("last_date", 90)), 1)).as("unresolved_high_stake_90d"),
            sum(col("reopens_90d")).as("reopens_90d"),
            sum(col("escalations_90d")).as("escalations_90d"),
            sum(col("reply_seconds"))
                .divide(sum(col("reply_count")))
                .divide(3600.0)
                .as("mean_first_reply_hours_90d"));
  }

  /** One row per case and stretch between solves; thank-yous are no contacts. */
  private static Dataset<Row> contacts(Dataset<Row> events) {
    Column customer =
        col("event_type")
            .equalTo("opened")
            .or(
                col("actor_type")
                    .equalTo("customer")
                    .and(col("event_type").isin("message", "bot_turn", "call_leg", "reopened")));
    Column reply =
        col("actor_type")
            .equalTo("agent")
            .and(col("event_type").isin("message", "call_leg"))
            .and(coalesce(col("is_public"), lit(true)));
    return events
        .withColumn(
            "solves_before",
            coalesce(
                sum(when(col("event_type").equalTo("solved"), 1).otherwise(0))
                    .over(
                        Window.partitionBy("landmark_date", "case_id")
                            .orderBy("event_at", "event_id")
                            .rowsBetween(Window.unboundedPreceding(), -1)),
                lit(0L)))
        .groupBy(col("landmark_date"), col("account_id"), col("case_id"), col("solves_before"))
        .agg(
            min(when(customer, col("event_at"))).as("started_at"),
            min(when(customer, col("event_date"))).as("started_date"),
            count_distinct(when(customer, coalesce(col("session_id"), lit("")))).as("sessions"),
            min(when(reply, col("event_at"))).as("replied_at"),
            min(when(col("event_type").equalTo("solved"), col("event_at"))).as("solved_at"),
            min(when(col("event_type").equalTo("reopened"), col("event_date"))).as("reopened_date"),
            count(when(col("event_type").equalTo("escalated").and(within("event_date", 90)), 1))
                .as("escalations_90d"))
        .withColumn(
            "is_thank_you",
            col("solves_before")
                .gt(0)
                .and(col("replied_at").isNull())
                .and(col("solved_at").isNotNull())
                .and(seconds("started_at", "solved_at").leq(86_400)))
        .withColumn("is_thank_you", coalesce(col("is_thank_you"), lit(false)))
        .withColumn(
            "again_date",
            when(col("solves_before").gt(0), coalesce(col("reopened_date"), col("started_date"))))
        .withColumn(
            "reopens_90d",
            when(within("again_date", 90).and(col("is_thank_you").equalTo(false)), 1).otherwise(0))
        .withColumn("started_at", when(col("is_thank_you"), null).otherwise(col("started_at")))
        .withColumn("started_date", when(col("is_thank_you"), null).otherwise(col("started_date")))
        .withColumn("contact_count", when(col("started_at").isNotNull(), col("sessions")))
        .withColumn(
            "is_replied", within("started_date", 90).and(col("replied_at").geq(col("started_at"))))
        .withColumn("reply_seconds", when(col("is_replied"), seconds("started_at", "replied_at")))
        .withColumn("reply_count", when(col("is_replied"), 1));
  }

  private static Column seconds(String from, String to) {
    return unix_timestamp(col(to)).minus(unix_timestamp(col(from)));
  }

  /**
   * Case, its issue, whether it is open and of high stake. A family that a later event decided is
   * unknown before it; "other" and "unknown" never join cases into one issue.
   */
  private static Dataset<Row> cases(Inputs in, Dataset<Row> events) {
    Column order = struct(col("event_at"), col("event_id"));
    Column status =
        when(col("event_type").equalTo("merged"), "merged")
            .when(col("event_type").isin("solved", "closed"), col("event_type"))
            .when(col("event_type").isin("opened", "reopened"), "open")
            .otherwise(col("status"));
    Dataset<Row> known =
        events
            .groupBy("landmark_date", "case_id")
            .agg(
                max_by(col("category"), when(col("category").isNotNull(), order)).as("category"),
                max_by(status, when(status.isNotNull(), order)).as("status_then"));
    Dataset<Row> categories =
        in.table("conf.category")
            .select(col("category"), col("issue_family").as("family_of_category"));
    Dataset<Row> stakes =
        in.table("conf.issue_family")
            .groupBy(col("family").as("family_then"))
            .agg(max_by(col("stake"), col("effective_from")).as("stake_of_family"));
    Dataset<Row> classified =
        in.table("silver.support_case").select("case_id", "issue_family", "family_rule", "stake");
    return known
        .join(broadcast(categories), new String[] {"category"}, "left")
        .join(classified, new String[] {"case_id"}, "left")
        .withColumn(
            "family_then",
            coalesce(
                col("family_of_category"),
                when(col("family_rule").notEqual("category"), col("issue_family")),
                lit("unknown")))
        .join(broadcast(stakes), new String[] {"family_then"}, "left")
        .withColumn(
            "is_high_stake",
            coalesce(
                when(col("family_then").equalTo(col("issue_family")), col("stake"))
                    .otherwise(col("stake_of_family"))
                    .isin("high", "critical"),
                lit(false)))
        .select(
            col("landmark_date"),
            col("case_id"),
            when(col("family_then").isin("other", "unknown"), col("case_id"))
                .otherwise(col("family_then"))
                .as("issue"),
            coalesce(
                    col("status_then").isin("merged", "solved", "closed").equalTo(false), lit(true))
                .as("is_open"),
            col("is_high_stake"));
  }

  private static Dataset<Row> sentiment(Inputs in, Dataset<Row> landmarks) {
    return Landmarks.known(
            in.table("silver.case_message")
                .where(col("actor_type").equalTo("customer"))
                .select(
                    "message_id",
                    "record_version",
                    "arrival_date",
                    "account_id",
                    "sent_at",
                    "sent_date",
                    "sentiment"),
            "message_id",
            "sent_at",
            "sent_date",
            90,
            landmarks)
        .groupBy(KEY)
        .agg(
            count(when(col("sentiment").lt(0), 1))
                .divide(count(lit(1)))
                .as("negative_sentiment_90d"));
  }

  private static Dataset<Row> satisfaction(Inputs in, Dataset<Row> landmarks) {
    return in.table("silver.survey")
        .where(col("kind").equalTo("csat").and(col("score").isNotNull()))
        .join(
            landmarks,
            col("answered_at")
                .lt(col("landmark_end"))
                .and(col("answer_arrival_date").leq(col("landmark_date"))))
        .groupBy(KEY)
        .agg(
            max_by(col("score"), struct(col("answered_at"), col("survey_id")))
                .as("last_csat_score"));
  }

  /** Sums of increments that had arrived: corrections take back what they replace. */
  private static Dataset<Row> usage(Inputs in, Dataset<Row> landmarks) {
    Column now = within("usage_date", 28);
    Column before = within("usage_date", 56).and(now.equalTo(false));
    Column integration =
        col("product")
            .equalTo("api")
            .or(col("feature").isin("bank_feed", "ledger_sync", "plugins"));
    Column used = col("events").gt(0);
    return in.table("silver.usage_day")
        .groupBy(
            col("account_id"),
            col("product"),
            col("feature"),
            col("usage_date"),
            col("arrival_date"))
        .agg(sum(col("event_count")).as("events"), sum(col("failure_count")).as("failures"))
        .join(
            landmarks,
            within("usage_date", LOOK_BACK).and(col("arrival_date").leq(col("landmark_date"))))
        .groupBy(
            col("landmark_date"),
            col("account_id"),
            col("product"),
            col("feature"),
            col("usage_date"))
        .agg(sum(col("events")).as("events"), sum(col("failures")).as("failures"))
        .groupBy(KEY)
        .agg(
            sum(when(now, col("events"))).as("events_28d"),
            sum(when(before, col("events"))).as("events_before"),
            sum(when(now.equalTo(false), col("events"))).as("events_usual"),
            size(collect_set(when(now.and(used), col("usage_date")))).as("active_days_28d"),
            size(collect_set(when(now.and(used), col("feature")))).as("features_used_28d"),
            sum(when(now, col("failures"))).as("failures_28d"),
            sum(when(now.and(integration), col("failures"))).as("integration_failures_28d"),
            datediff(col("landmark_date"), max(when(used, col("usage_date"))))
                .as("days_since_last_use"))
        .withColumn(
            "failure_share_28d",
            when(col("events_28d").gt(0), col("failures_28d").divide(col("events_28d"))))
        .withColumn(
            "events_trend",
            when(
                coalesce(col("events_28d"), col("events_before")).isNotNull(),
                log(coalesce(col("events_28d"), lit(0)).plus(1))
                    .minus(log(coalesce(col("events_before"), lit(0)).plus(1)))))
        .withColumn(
            "usage_against_usual",
            when(
                coalesce(col("events_28d"), col("events_usual")).isNotNull(),
                log(coalesce(col("events_28d"), lit(0)).plus(1))
                    .minus(
                        log(
                            coalesce(col("events_usual"), lit(0))
                                .multiply(28.0 / (LOOK_BACK - 28))
                                .plus(1)))))
        .drop("events_before", "events_usual", "failures_28d");
  }

  private static Dataset<Row> errors(Inputs in, Dataset<Row> landmarks) {
    return Landmarks.known(
            in.table("silver.error_event")
                .where(col("account_id").isNotNull().and(col("severity").isin("ERROR", "FATAL")))
                .select(
                    "log_id",
                    "record_version",
                    "arrival_date",
                    "account_id",
                    "logged_at",
                    "log_date"),
            "log_id",
            "logged_at",
            "log_date",
            28,
            landmarks)
        .groupBy(KEY)
        .agg(count(lit(1)).as("errors_28d"));
  }

  private static Dataset<Row> money(Inputs in, Dataset<Row> landmarks) {
    return Landmarks.known(
            in.table("silver.money_event"),
            "event_id",
            "occurred_at",
            "occurred_date",
            90,
            landmarks)
        .groupBy(KEY)
        .agg(
            sum(when(col("kind").equalTo("refund"), col("reporting_amount")))
                .as("refund_amount_90d"),
            sum(when(col("kind").equalTo("loss"), col("reporting_amount"))).as("loss_amount_90d"));
  }
}
