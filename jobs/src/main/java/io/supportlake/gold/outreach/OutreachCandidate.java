package io.supportlake.gold.outreach;

import static org.apache.spark.sql.functions.broadcast;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.datediff;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.from_utc_timestamp;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.to_date;
import static org.apache.spark.sql.functions.when;

import io.supportlake.Inputs;
import io.supportlake.Period;
import io.supportlake.Table;
import io.supportlake.gold.Landmarks;
import io.supportlake.gold.ReportingMoney;
import io.supportlake.gold.customers.ContactBlock;
import java.sql.Date;
import java.sql.Timestamp;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;

/**
 * One row per account, campaign and day on which the campaign draws: eligible, or the first reason
 * why not.
 */
public final class OutreachCandidate implements Table {
  /** A customer tried so few days ago is left in peace. */
  static final int REST_DAYS = 14;

  private static final String[] COLUMNS = {
    "run_date",
    "campaign_id",
    "account_id",
    "is_eligible",
    "exclusion_reason",
    "plan",
    "recurring_revenue_amount",
    "probability",
    "value_at_risk_amount"
  };

  @Override
  public Dataset<Row> build(Inputs in, Period period) {
    Dataset<Row> candidates =
        in.spark()
            .createDataFrame(
                List.of(),
                StructType.fromDDL(
                    "run_date date, campaign_id string, account_id string, is_eligible boolean,"
                        + " exclusion_reason string, plan string,"
                        + " recurring_revenue_amount decimal(18,2), probability double,"
                        + " value_at_risk_amount decimal(18,2)"));
    for (Campaign campaign : Campaign.all(in)) {
      Dataset<Row> accounts;
      if (campaign.isList()) {
        accounts = scored(in, period, campaign);
      } else if (period.days().contains(campaign.startsOn())) {
        accounts = atStart(in, campaign);
      } else {
        continue;
      }
      candidates = candidates.unionByName(valued(in, judged(accounts, campaign)));
    }
    return candidates;
  }

  private static Dataset<Row> scored(Inputs in, Period period, Campaign campaign) {
    Dataset<Row> scores =
        in.table("gold.churn_score")
            .where(period.covers(col("landmark_date")).and(campaign.covers(col("landmark_date"))))
            .select(
                col("landmark_date").as("snapshot_date"), col("account_id"), col("probability"));
    return in.table("gold.customer_context")
        .join(scores, new String[] {"snapshot_date", "account_id"})
        .withColumnRenamed("snapshot_date", "run_date")
        .withColumn(
            "is_rested",
            coalesce(
                datediff(
                        col("run_date"),
                        to_date(
                            from_utc_timestamp(
                                col("last_attempt_at"), in.settings().reportingZone().getId())))
                    .gt(REST_DAYS),
                lit(true)));
  }

  /** The state at the start of the campaign's first day, as far as it was known that day. */
  private static Dataset<Row> atStart(Inputs in, Campaign campaign) {
    ZoneId zone = in.settings().reportingZone();
    LocalDate day = campaign.startsOn();
    Dataset<Row> start =
        broadcast(
            in.spark()
                .createDataFrame(
                    List.of(
                        RowFactory.create(
                            Date.valueOf(day),
                            Timestamp.from(Landmarks.endOf(day.minusDays(1), zone)))),
                    StructType.fromDDL("landmark_date date, landmark_end timestamp")));
    return Landmarks.accounts(in.table("silver.account"), start)
        .join(
            ContactBlock.at(in.table("silver.consent"), start),
            new String[] {"landmark_date", "account_id"},
            "left")
        .withColumnRenamed("landmark_date", "run_date")
        .withColumn("is_vulnerable", coalesce(col("is_vulnerable"), lit(false)))
        .withColumn("may_contact", col("contact_block").isNull())
        .withColumn(
            "tenure_days",
            datediff(
                col("run_date"), to_date(from_utc_timestamp(col("customer_since"), zone.getId()))))
        .withColumn("probability", lit(null).cast("double"))
        .withColumn("is_rested", lit(true));
  }

  private static Dataset<Row> judged(Dataset<Row> accounts, Campaign campaign) {
    Column reason =
        when(col("status").notEqual("active"), "not_active")
            .when(col("contact_block").isNotNull(), col("contact_block"))
            .when(col("is_vulnerable"), "vulnerable")
            .when(coalesce(expr(campaign.eligibility()), lit(false)).equalTo(false), "rule");
    if (campaign.isList()) {
      reason =
          reason
              .when(col("is_rested").equalTo(false), "recently_contacted")
              .when(col("probability").lt(campaign.minimumProbability()), "below_threshold");
    }
    return accounts
        .withColumn("campaign_id", lit(campaign.id()))
        .withColumn("exclusion_reason", reason)
        .withColumn("is_eligible", col("exclusion_reason").isNull());
  }

  /** Probability times margin over the horizon; decimals, so that no rounding depends on order. */
  private static Dataset<Row> valued(Inputs in, Dataset<Row> accounts) {
    Dataset<Row> economics =
        in.table("conf.economics").select("plan", "margin_share", "horizon_months");
    return ReportingMoney.convert(
            in,
            accounts.withColumnRenamed("recurring_revenue_amount", "stated_revenue_amount"),
            col("stated_revenue_amount"),
            "run_date",
            "recurring_revenue_amount")
        .join(broadcast(economics), new String[] {"plan"}, "left")
        .withColumn(
            "value_at_risk_amount",
            when(
                col("probability").isNotNull(),
                coalesce(
                        col("recurring_revenue_amount")
                            .multiply(col("margin_share"))
                            .multiply(col("horizon_months")),
                        lit(0))
                    .cast("decimal(18,2)")
                    .multiply(col("probability").cast("decimal(9,8)"))
                    .cast("decimal(18,2)")))
        .select(
            new ArrayList<>(List.of(COLUMNS))
                .stream().map(org.apache.spark.sql.functions::col).toArray(Column[]::new));
  }
}
