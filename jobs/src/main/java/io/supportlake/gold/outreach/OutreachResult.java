package io.supportlake.gold.outreach;

import static org.apache.spark.sql.functions.broadcast;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.date_add;
import static org.apache.spark.sql.functions.from_utc_timestamp;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.max_by;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.to_date;
import static org.apache.spark.sql.functions.when;

import io.supportlake.Inputs;
import io.supportlake.Period;
import io.supportlake.Table;
import io.supportlake.gold.Landmarks;
import io.supportlake.gold.ReportingMoney;
import io.supportlake.rules.MinimumDetectableEffect;
import io.supportlake.rules.SampleRatio;
import io.supportlake.rules.TwoProportion;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.sql.Date;
import org.apache.spark.api.java.function.MapFunction;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/**
 * One row per campaign and landmark: intention to treat, both arms counted from assignment, whoever
 * was reached.
 */
public final class OutreachResult implements Table {
  private static final double CONFIDENCE = 0.95;
  private static final double POWER = 0.8;
  private static final double RATIO_ALARM = 0.001;

  private static final StructType SCHEMA =
      StructType.fromDDL(
          "as_of_date date not null, campaign_id string not null, outcome string not null,"
              + " treatment_count bigint not null, control_count bigint not null,"
              + " treatment_event_count bigint not null, control_event_count bigint not null,"
              + " contacted_count bigint not null, treatment_rate double not null,"
              + " control_rate double not null, effect double not null,"
              + " effect_low double not null, effect_high double not null,"
              + " minimum_detectable_effect double not null, sample_ratio_p double not null,"
              + " horizon_ends_on date not null, verdict string not null,"
              + " saved_revenue_amount decimal(18,2)");

  @Override
  public Dataset<Row> build(Inputs in, Period period) {
    return compared(in, assigned(in, Landmarks.of(in, period)))
        .map((MapFunction<Row, Row>) OutreachResult::judged, Encoders.row(SCHEMA));
  }

  /** One row per landmark and account assigned by it, with what became of it by then. */
  private static Dataset<Row> assigned(Inputs in, Dataset<Row> landmarks) {
    String zone = in.settings().reportingZone().getId();
    Dataset<Row> assignments =
        in.table("gold.outreach_assignment")
            .join(
                broadcast(
                    in.table("conf.campaign")
                        .select("campaign_id", "horizon_days", "treatment_share", "is_list")),
                new String[] {"campaign_id"})
            .withColumn("ends_on", date_add(col("assigned_date"), col("horizon_days")))
            .join(landmarks, col("assigned_date").leq(col("landmark_date")));
    Dataset<Row> cancelled =
        in.table("silver.account")
            .where(col("status").equalTo("cancelled"))
            .select(
                col("account_id").as("cancelled_account"),
                to_date(from_utc_timestamp(col("valid_from"), zone)).as("cancelled_date"),
                col("first_arrival_date"));
    Dataset<Row> attempts =
        in.table("silver.disposition")
            .groupBy(col("campaign_id").as("tried_campaign"), col("account_id").as("tried_account"))
            .agg(min(col("occurred_date")).as("tried_date"));
    Dataset<Row> revenue =
        in.table("silver.account")
            .select(
                col("account_id").as("paying_account"),
                to_date(from_utc_timestamp(col("valid_from"), zone)).as("paying_from"),
                col("valid_from"),
                col("recurring_revenue_amount").as("stated_revenue_amount"),
                col("currency"));
    Column[] key = {
      col("landmark_date"),
      col("campaign_id"),
      col("account_id"),
      col("arm"),
      col("assigned_date"),
      col("ends_on"),
      col("treatment_share"),
      col("is_list")
    };
    Dataset<Row> withOutcome =
        assignments
            .join(
                cancelled,
                col("account_id")
                    .equalTo(col("cancelled_account"))
                    .and(col("cancelled_date").geq(col("assigned_date")))
                    .and(col("cancelled_date").lt(col("ends_on")))
                    .and(col("cancelled_date").leq(col("landmark_date")))
                    .and(col("first_arrival_date").leq(col("landmark_date"))),
                "left")
            .groupBy(key)
            .agg(max(col("cancelled_date").isNotNull()).as("has_churned"));
    Dataset<Row> withAttempt =
        withOutcome
            .join(
                attempts,
                col("campaign_id")
                    .equalTo(col("tried_campaign"))
                    .and(col("account_id").equalTo(col("tried_account")))
                    .and(col("tried_date").leq(col("landmark_date"))),
                "left")
            .join(
                revenue,
                col("account_id")
                    .equalTo(col("paying_account"))
                    .and(col("paying_from").leq(col("assigned_date"))),
                "left")
            .groupBy(key)
            .agg(
                max(col("has_churned")).as("has_churned"),
                max(col("tried_date").isNotNull()).as("is_contacted"),
                max_by(col("stated_revenue_amount"), col("valid_from")).as("stated_revenue_amount"),
                max_by(col("currency"), col("valid_from")).as("currency"));
    return ReportingMoney.convert(
        in, withAttempt, col("stated_revenue_amount"), "assigned_date", "revenue_amount");
  }

  private static Dataset<Row> compared(Inputs in, Dataset<Row> assigned) {
    Dataset<Row> ends =
        assigned
            .groupBy(col("landmark_date"), col("campaign_id"))
            .agg(
                when(max(col("is_list")), min(col("ends_on")))
                    .otherwise(max(col("ends_on")))
                    .as("horizon_ends_on"));
    Column treated = col("arm").equalTo("treatment");
    Column counts =
        col("is_list")
            .equalTo(false)
            .or(col("ends_on").leq(col("landmark_date")))
            .or(col("horizon_ends_on").gt(col("landmark_date")));
    return assigned
        .join(ends, new String[] {"landmark_date", "campaign_id"})
        .where(counts)
        .groupBy("landmark_date", "campaign_id", "horizon_ends_on", "treatment_share")
        .agg(
            count(when(treated, 1)).as("treated"),
            count(when(treated.equalTo(false), 1)).as("controls"),
            count(when(treated.and(col("has_churned")), 1)).as("treated_events"),
            count(when(treated.equalTo(false).and(col("has_churned")), 1)).as("control_events"),
            count(when(treated.and(col("is_contacted")), 1)).as("contacted"),
            coalesce(sum(when(treated, col("revenue_amount"))), lit(0))
                .cast("decimal(18,2)")
                .as("treated_revenue"))
        .where(col("treated").gt(0).and(col("controls").gt(0)));
  }

  private static Row judged(Row row) {
    long treated = row.<Long>getAs("treated");
    long controls = row.<Long>getAs("controls");
    long treatedEvents = row.<Long>getAs("treated_events");
    long controlEvents = row.<Long>getAs("control_events");
    Date landmark = row.getAs("landmark_date");
    Date horizonEnd = row.getAs("horizon_ends_on");
    TwoProportion.Difference difference =
        TwoProportion.difference(treatedEvents, treated, controlEvents, controls, CONFIDENCE);
    double ratioP = SampleRatio.chiSquareP(treated, controls, row.<Double>getAs("treatment_share"));
    String verdict = verdict(landmark.before(horizonEnd), ratioP, difference);
    return RowFactory.create(
        landmark,
        row.getAs("campaign_id"),
        "churned",
        treated,
        controls,
        treatedEvents,
        controlEvents,
        row.getAs("contacted"),
        (double) treatedEvents / treated,
        (double) controlEvents / controls,
        difference.estimate(),
        difference.interval().low(),
        difference.interval().high(),
        // Half an event on each side: without control events the rate would be 0 and say that any
        // effect can be found.
        MinimumDetectableEffect.ofShares(
            (controlEvents + 0.5) / (controls + 1), treated, controls, CONFIDENCE, POWER),
        ratioP,
        horizonEnd,
        verdict,
        verdict.equals("effect") ? saved(difference, row.getAs("treated_revenue")) : null);
  }

  private static String verdict(
      boolean isRunning, double ratioP, TwoProportion.Difference difference) {
    if (ratioP < RATIO_ALARM) {
      return "sample_ratio_mismatch";
    }
    if (isRunning) {
      return "running";
    }
    return difference.interval().contains(0) ? "no_clear_effect" : "effect";
  }

  private static @Nullable BigDecimal saved(
      TwoProportion.Difference difference, @Nullable BigDecimal treatedRevenue) {
    return treatedRevenue == null
        ? null
        : treatedRevenue
            .multiply(BigDecimal.valueOf(-difference.estimate()))
            .setScale(2, RoundingMode.HALF_EVEN);
  }
}
