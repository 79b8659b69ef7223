package io.supportlake.gold.issues;

import static org.apache.spark.sql.functions.broadcast;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.expr;

import io.supportlake.Inputs;
import io.supportlake.Period;
import io.supportlake.Table;
import io.supportlake.gold.AsOf;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructType;

/**
 * {@code gold.alert_link}: an alert and what it goes with. Releases are joined by feature or
 * service in the three days before the first record; templates and families by the alert's own
 * customers in the seven days to the alert.
 */
public final class AlertLink implements Table {
  /** Days in which a customer's errors and cases are held together, as in the ticket window. */
  private static final int TOGETHER_DAYS = 7;

  private static final int RELEASE_DAYS = 3;
  private static final int LEAST_CUSTOMERS = 3;
  private static final double LEAST_SHARE = 0.2;
  private static final double LEAST_LIFT = 2;
  private static final int MOST_LINKS = 5;

  /** A feature or service speaks for the alert when this share of its records is about it. */
  private static final double FEATURE_SHARE = 0.25;

  private static final StructType NONE =
      StructType.fromDDL(
          "alert_date date, alert_id string, linked_kind string, linked_id string, lift double,"
              + " lag_hours double");

  /** For the platform. */
  public AlertLink() {}

  @Override
  public Dataset<Row> build(Inputs in, Period period) {
    Dataset<Row> alerts = in.table("gold.issue_alert").filter(period.covers(col("alert_date")));
    if (alerts.isEmpty()) {
      // What follows takes seconds to plan, also for none.
      return in.spark().createDataFrame(List.of(), NONE);
    }
    Dataset<Row> records = records(in, alerts);
    Dataset<Row> own = own(alerts, records);
    return releases(in, alerts, own).unionByName(together(in, alerts, records, own));
  }

  /** Errors and cases of the seven days to each alert date, as known on that date. */
  private static Dataset<Row> records(Inputs in, Dataset<Row> alerts) {
    Dataset<Row> errors =
        in.table("silver.error_event")
            .filter(col("severity").isin("ERROR", "FATAL"))
            .selectExpr(
                "'template' as linked_kind",
                "template_id as linked_id",
                "log_id as record_id",
                "account_id",
                "log_date as record_date",
                "arrival_date",
                "logged_at as record_at",
                "feature",
                "service");
    Dataset<Row> cases =
        in.table("silver.support_case")
            .selectExpr(
                "'family' as linked_kind",
                "issue_family as linked_id",
                "case_id as record_id",
                "account_id",
                "opened_date as record_date",
                "opened_date as arrival_date",
                "opened_at as record_at",
                "feature",
                "cast(null as string) as service");
    return errors
        .unionByName(cases)
        .withColumn(
            "alert_date",
            expr(
                "explode(sequence(record_date, date_add(record_date, %d)))"
                    .formatted(TOGETHER_DAYS - 1)))
        .filter("arrival_date <= alert_date")
        .join(
            broadcast(alerts.select("alert_date").distinct()),
            new String[] {"alert_date"},
            "left_semi");
  }

  /** The records that each alert counts. */
  private static Dataset<Row> own(Dataset<Row> alerts, Dataset<Row> records) {
    Dataset<Row> counted =
        alerts
            .filter("kind <> 'ticket_cluster'")
            .selectExpr(
                "alert_date",
                "alert_id",
                "case kind when 'error_template' then 'template' else 'family' end as linked_kind",
                "subject as linked_id",
                "window_days")
            .join(records, new String[] {"alert_date", "linked_kind", "linked_id"})
            .filter("record_date > date_sub(alert_date, window_days)");
    Dataset<Row> members =
        alerts
            .filter("kind = 'ticket_cluster'")
            .selectExpr(
                "alert_date",
                "alert_id",
                "'family' as linked_kind",
                "explode(member_ids) as record_id")
            .join(records, new String[] {"alert_date", "linked_kind", "record_id"});
    String[] columns = {"alert_date", "alert_id", "record_id", "account_id", "feature", "service"};
    return counted.selectExpr(columns).unionByName(members.selectExpr(columns));
  }

  private static Dataset<Row> releases(Inputs in, Dataset<Row> alerts, Dataset<Row> own) {
    Dataset<Row> about =
        own.selectExpr(
                "alert_date",
                "alert_id",
                "count(*) over (partition by alert_date, alert_id) as records",
                "explode(array(struct('feature' as what, feature as name),"
                    + " struct('service' as what, service as name))) as about")
            .filter("about.name is not null")
            .groupBy("alert_date", "alert_id", "about")
            .agg(expr("count(*) / max(records) as share"))
            .filter(col("share").geq(FEATURE_SHARE))
            .groupBy("alert_date", "alert_id")
            .agg(
                expr("collect_set(if(about.what = 'feature', about.name, null)) as features"),
                expr("collect_set(if(about.what = 'service', about.name, null)) as services"));
    Dataset<Row> releases =
        in.table("silver.product_change")
            .filter("kind = 'release'")
            .selectExpr(
                "change_id",
                "arrival_date",
                "effective_at",
                "coalesce(features, cast(array() as array<string>)) as changed_features",
                "coalesce(services, cast(array() as array<string>)) as changed_services");
    return alerts
        .select("alert_date", "alert_id", "first_record_at")
        .join(about, new String[] {"alert_date", "alert_id"})
        .join(
            broadcast(releases),
            expr(
                ("arrival_date <= alert_date and effective_at <= first_record_at"
                        + " and effective_at >= first_record_at - interval %d days"
                        + " and (arrays_overlap(features, changed_features)"
                        + " or arrays_overlap(services, changed_services))")
                    .formatted(RELEASE_DAYS)))
        .selectExpr(
            "alert_date",
            "alert_id",
            "'release' as linked_kind",
            "change_id as linked_id",
            "cast(null as double) as lift",
            hours("effective_at") + " as lag_hours")
        .dropDuplicates("alert_date", "alert_id", "linked_kind", "linked_id");
  }

  private static Dataset<Row> together(
      Inputs in, Dataset<Row> alerts, Dataset<Row> records, Dataset<Row> own) {
    Dataset<Row> seen =
        records
            .filter("account_id is not null and linked_id not in ('other', 'unknown')")
            .groupBy("alert_date", "linked_kind", "linked_id", "account_id")
            .agg(expr("min(record_at) as linked_at"));
    Dataset<Row> base =
        seen.groupBy("alert_date", "linked_kind", "linked_id").agg(expr("count(*) as with_it"));
    Dataset<Row> customers =
        own.filter("account_id is not null")
            .select("alert_date", "alert_id", "account_id")
            .distinct();
    Dataset<Row> sizes =
        customers.groupBy("alert_date", "alert_id").agg(expr("count(*) as customers"));
    Dataset<Row> population =
        in.table("silver.account")
            .join(
                broadcast(
                    alerts
                        .select("alert_date")
                        .distinct()
                        .withColumn(
                            "day_end", AsOf.lastInstantOf(col("alert_date"), in.settings()))),
                expr(
                    "valid_from <= day_end and (valid_to is null or valid_to > day_end)"
                        + " and status <> 'cancelled' and first_arrival_date <= alert_date"))
            .groupBy("alert_date")
            .agg(expr("count(distinct account_id) as population"));
    return customers
        .join(seen, new String[] {"alert_date", "account_id"})
        .groupBy("alert_date", "alert_id", "linked_kind", "linked_id")
        .agg(expr("count(*) as shared"), expr("min(linked_at) as linked_at"))
        .join(
            alerts.select("alert_date", "alert_id", "subject", "kind", "first_record_at"),
            new String[] {"alert_date", "alert_id"})
        .filter("not (linked_id = subject and kind <> 'ticket_cluster')")
        .join(sizes, new String[] {"alert_date", "alert_id"})
        .join(base, new String[] {"alert_date", "linked_kind", "linked_id"})
        .join(population, "alert_date")
        .withColumn("lift", expr("(shared / customers) / (with_it / population)"))
        .filter(col("shared").geq(LEAST_CUSTOMERS))
        .filter(expr("shared / customers").geq(LEAST_SHARE))
        .filter(col("lift").geq(LEAST_LIFT))
        .withColumn(
            "place",
            expr(
                "row_number() over (partition by alert_date, alert_id, linked_kind"
                    + " order by shared desc, lift desc, linked_id)"))
        .filter(col("place").leq(MOST_LINKS))
        .selectExpr(
            "alert_date",
            "alert_id",
            "linked_kind",
            "linked_id",
            "lift",
            hours("linked_at") + " as lag_hours");
  }

  private static String hours(String since) {
    return "(unix_micros(first_record_at) - unix_micros(%s)) / 3.6e9d".formatted(since);
  }
}
