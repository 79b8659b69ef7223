package io.supportlake.platform;

import java.util.Map;
import java.util.Set;
import org.apache.spark.sql.types.StructType;

/**
 * Configuration that changes numbers, as tables that contracts name as inputs: one schema a table.
 */
public final class ConfTables {
  private static final Map<String, String> DDL =
      Map.ofEntries(
          // One row per issue family of the taxonomy.
          Map.entry(
              "conf.issue_family",
              "family string, label string, skill_group string, product string, feature string,"
                  + " stake string, version string, effective_from date"),
          // One row per vendor category code.
          Map.entry("conf.category", "category string, issue_family string"),
          // One row per lower-case phrase; the lowest position that matches wins.
          Map.entry("conf.phrase", "phrase string, issue_family string, position int"),
          // One row per calendar and local date. Calendars are named by region; default serves the
          // rest. C(t) = open_seconds_before + the open seconds of the day's intervals before t.
          Map.entry(
              "conf.business_day",
              "calendar string, zone string, local_date date, open_seconds_before bigint,"
                  + " intervals array<struct<opens_at: timestamp, closes_at: timestamp>>"),
          // One row per plan, priority and measure (first_reply, resolution); in the
          // paused_statuses of a case the measure's clock stands still.
          Map.entry(
              "conf.sla_target",
              "plan string, priority string, measure string, target_minutes int, paused_statuses"
                  + " array<string>, valid_from date"),
          // One row per currency and month: 1 unit = rate units of the reporting currency, in
          // force from rate_date until the currency's next row.
          Map.entry("conf.exchange_rate", "rate_date date, currency string, rate decimal(18,8)"),
          // One row per criterion of a scorecard version.
          Map.entry(
              "conf.scorecard",
              "scorecard string, version string, criterion string, dimension string, scale_max int,"
                  + " weight int, weight_high_stake int, is_critical boolean"),
          // One row per tier.
          Map.entry("conf.tier_cost", "tier int, cost_per_hour_amount decimal(18,2)"),
          // One row per plan.
          Map.entry(
              "conf.economics",
              "plan string, margin_share decimal(6,4), horizon_months int,"
                  + " intervention_cost_amount decimal(18,2)"),
          // One row per play; the theme any serves accounts without a reason of their own; without
          // a
          // skill_group the last contact's family decides.
          Map.entry(
              "conf.playbook",
              "play string, label string, theme string, instructions string, channel string,"
                  + " skill_group string, expires_days int"),
          // One row per outreach team; regions, segments, languages: empty = any;
          // crm_url holds {crm_id}.
          Map.entry(
              "conf.outreach_team",
              "team string, position int, regions array<string>, segments array<string>,"
                  + " languages array<string>, capacity int, queue string, crm_url string"),
          // One row per campaign; eligibility is a predicate on columns of silver.account and
          // tenure_days.
          Map.entry(
              "conf.campaign",
              "campaign_id string, label string, starts_on date, ends_on date, eligibility string,"
                  + " treatment_share double, horizon_days int, minimum_probability double,"
                  + " is_list boolean"),
          // One row per metric file; expressions are Spark SQL over the rows of table_name that
          // where_clause keeps, with ${as_of} for the as-of instant. kind: share,
          // rate_per_exposure, mean, ratio, money_share (numerator / denominator), weighted_share
          // (denominator: a row's weight; n: the weights' sum, rounded down), hajek (denominator:
          // inclusion probability), percentile (denominator: the share p; censor: minutes after
          // which a null numerator is censored, maturity_days at most, null = left out).
          // provisional: share while its windows are open, by time to an event (minutes since an
          // instant); counts: survivors or events.
          Map.entry(
              "conf.metric_spec",
              "metric string, label string, description string, table_name string, date_column"
                  + " string, where_clause string, numerator string, denominator string, censor"
                  + " string, provisional struct<since: string, event: string, counts: string>,"
                  + " kind string, scale double, unit string, direction string,"
                  + " maturity_days int, minimum_n int, cluster_column string, periods"
                  + " array<string>, dimensions array<string>, owner string, definition_hash string"),
          // One row per dimension or pair of dimensions that gold.metric stores, for every metric
          // that has them.
          Map.entry("conf.metric_cut", "dimensions array<string>"),
          // One row per KPI of the value report. worth_volume: events (a change of the rate times
          // the denominator), observations (a change of the value times n) or null (not priced).
          Map.entry(
              "conf.report",
              "metric string, position int, label string, baseline_from date, baseline_to date,"
                  + " unit_worth_amount decimal(18,4), worth_volume string, worth_assumption"
                  + " string"));

  private ConfTables() {}

  /** The schema of a configuration table. */
  public static StructType schema(String name) {
    String ddl = DDL.get(name);
    if (ddl == null) {
      throw new UsageException(
          "no configuration table %s (there are: %s). Correct the input in the contract."
              .formatted(name, String.join(", ", names().stream().sorted().toList())));
    }
    return StructType.fromDDL(ddl);
  }

  /** The names of all configuration tables. */
  public static Set<String> names() {
    return DDL.keySet();
  }
}
