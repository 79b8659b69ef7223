package io.supportlake.gold.outreach;

import static org.apache.spark.sql.functions.broadcast;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.collect_list;
import static org.apache.spark.sql.functions.date_add;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.lag;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max_by;
import static org.apache.spark.sql.functions.min_by;
import static org.apache.spark.sql.functions.row_number;
import static org.apache.spark.sql.functions.struct;

import io.supportlake.Inputs;
import io.supportlake.Period;
import io.supportlake.Table;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.expressions.Window;

/**
 * One row per line of a team's list: treated accounts by expected value at risk, as many as the
 * team can work, each with reasons, play, queue and what happened before.
 */
public final class OutreachList implements Table {
  /** Theme of the play for an account without a reason of its own. */
  static final String ANY_THEME = "any";

  private static final String[] LINE = {"list_date", "account_id"};

  @Override
  public Dataset<Row> build(Inputs in, Period period) {
    Dataset<Row> lines = withinCapacity(in, withContext(in, chosen(in, period)));
    return withPlay(in, withNews(in, lines).join(reasons(in), LINE, "left"))
        .join(lastContacts(in, lines), LINE, "left")
        .join(earlierAttempts(in, lines), LINE, "left")
        .withColumn(
            "list_line_id",
            expr(
                "concat('LL-', substring(sha2(concat_ws('|', list_date, campaign_id, account_id), 256), 1, 16))"))
        .withColumn("crm_url", expr("replace(crm_url_pattern, '{crm_id}', url_encode(crm_id))"))
        .withColumn("expires_on", date_add(col("list_date"), col("expires_days")))
        .withColumn("reasons", orEmpty("reasons"))
        .withColumn("last_contacts", orEmpty("last_contacts"))
        .withColumn("earlier_attempts", orEmpty("earlier_attempts"));
  }

  private static Column orEmpty(String strings) {
    return coalesce(col(strings), expr("cast(array() as array<string>)"));
  }

  /**
   * Eligible, drawn into treatment, and in no other campaign that still runs; an account that two
   * list campaigns claim goes to the one with the higher value.
   */
  private static Dataset<Row> chosen(Inputs in, Period period) {
    Dataset<Row> campaigns =
        in.table("conf.campaign").select("campaign_id", "horizon_days", "is_list");
    Dataset<Row> assigned =
        in.table("gold.outreach_assignment")
            .select("assigned_date", "campaign_id", "account_id", "arm");
    Dataset<Row> inTrial =
        assigned
            .join(broadcast(campaigns.where(col("is_list").equalTo(false))), "campaign_id")
            .select(
                col("account_id").as("trial_account"),
                col("assigned_date").as("trial_from"),
                date_add(col("assigned_date"), col("horizon_days")).as("trial_to"));
    Dataset<Row> candidates =
        in.table("gold.outreach_candidate")
            .where(col("is_eligible").and(period.covers(col("run_date"))))
            .join(broadcast(campaigns.where(col("is_list"))), "campaign_id")
            .join(
                assigned.where(col("arm").equalTo("treatment")),
                new String[] {"campaign_id", "account_id"})
            .where(col("assigned_date").leq(col("run_date")));
    return candidates
        .join(
            inTrial,
            col("account_id")
                .equalTo(col("trial_account"))
                .and(col("run_date").geq(col("trial_from")))
                .and(col("run_date").lt(col("trial_to"))),
            "left_anti")
        .withColumn(
            "claim",
            row_number()
                .over(
                    Window.partitionBy("run_date", "account_id")
                        .orderBy(col("value_at_risk_amount").desc(), col("campaign_id"))))
        .where(col("claim").equalTo(1))
        .select(
            col("run_date").as("list_date"),
            col("campaign_id"),
            col("account_id"),
            col("probability"),
            col("value_at_risk_amount"));
  }

  private static Dataset<Row> withContext(Inputs in, Dataset<Row> chosen) {
    return chosen.join(
        in.table("gold.customer_context")
            .select(
                col("snapshot_date").as("list_date"),
                col("account_id"),
                col("name"),
                col("crm_id"),
                col("owner"),
                col("plan"),
                col("segment"),
                col("region"),
                col("language"),
                col("recurring_revenue_amount"),
                col("currency"),
                col("renewal_date"),
                col("last_contact_families")),
        LINE);
  }

  /** The first team, by position, whose regions, segments and languages (empty = any) fit. */
  private static Dataset<Row> withinCapacity(Inputs in, Dataset<Row> accounts) {
    Dataset<Row> teams =
        in.table("conf.outreach_team")
            .select(
                col("team"),
                col("position"),
                col("regions"),
                col("segments"),
                col("languages"),
                col("capacity"),
                col("queue").as("team_queue"),
                col("crm_url").as("crm_url_pattern"));
    return accounts
        .join(
            broadcast(teams),
            fits("regions", "region")
                .and(fits("segments", "segment"))
                .and(fits("languages", "language")))
        .withColumn(
            "choice",
            row_number()
                .over(Window.partitionBy("list_date", "account_id").orderBy("position", "team")))
        .where(col("choice").equalTo(1))
        .withColumn(
            "rank",
            row_number()
                .over(
                    Window.partitionBy("list_date", "team")
                        .orderBy(
                            col("value_at_risk_amount").desc(),
                            col("probability").desc(),
                            col("account_id"))))
        .where(col("rank").leq(col("capacity")));
  }

  private static Column fits(String wanted, String column) {
    return expr(
        "%1$s is null or size(%1$s) = 0 or array_contains(%1$s, %2$s)".formatted(wanted, column));
  }

  /** The three strongest reasons that speak for churn, and the theme of the first. */
  private static Dataset<Row> reasons(Inputs in) {
    return in.table("gold.score_reason")
        .where(col("contribution").gt(0))
        .withColumn(
            "strength",
            row_number()
                .over(
                    Window.partitionBy("landmark_date", "account_id")
                        .orderBy(col("contribution").desc(), col("theme"))))
        .where(col("strength").leq(3))
        .groupBy(col("landmark_date").as("list_date"), col("account_id"))
        .agg(
            collect_list(struct(col("strength"), col("sentence"))).as("told"),
            min_by(col("theme"), col("strength")).as("theme"))
        .withColumn("reasons", expr("transform(sort_array(told), r -> r.sentence)"))
        .drop("told");
  }

  /**
   * The play of the strongest theme, and the queue of the skill that the last contact asked for.
   */
  private static Dataset<Row> withPlay(Inputs in, Dataset<Row> lines) {
    Dataset<Row> plays =
        in.table("conf.playbook")
            .groupBy(col("theme"))
            .agg(
                min_by(
                        struct(
                            col("play"),
                            col("label"),
                            col("instructions"),
                            col("channel"),
                            col("skill_group"),
                            col("expires_days")),
                        col("play"))
                    .as("of_theme"));
    Dataset<Row> any =
        plays.where(col("theme").equalTo(ANY_THEME)).select(col("of_theme").as("of_any"));
    Dataset<Row> groups =
        in.table("conf.issue_family")
            .groupBy(col("family").as("last_family"))
            .agg(max_by(col("skill_group"), col("effective_from")).as("family_group"));
    return lines
        .withColumn("last_family", expr("get(last_contact_families, 0)"))
        .join(broadcast(plays), new String[] {"theme"}, "left")
        .join(broadcast(groups), new String[] {"last_family"}, "left")
        .crossJoin(broadcast(any))
        .withColumn("chosen_play", coalesce(col("of_theme"), col("of_any")))
        .withColumn("play", col("chosen_play.play"))
        .withColumn("play_instructions", col("chosen_play.instructions"))
        .withColumn("expires_days", col("chosen_play.expires_days"))
        .withColumn(
            "queue",
            expr(
                "concat(coalesce(chosen_play.skill_group, family_group, team_queue), ' (',"
                    + " case when size(languages) = 0 or array_contains(languages, language)"
                    + " then coalesce(language, 'en') else get(languages, 0) end, ')')"));
  }

  private static Dataset<Row> lastContacts(Inputs in, Dataset<Row> lines) {
    Dataset<Row> labels =
        in.table("conf.issue_family")
            .groupBy(col("family").as("issue_family"))
            .agg(max_by(col("label"), col("effective_from")).as("family_label"));
    Dataset<Row> contacts =
        withDayEnd(in, lines.select(LINE[0], LINE[1]))
            .join(
                in.table("silver.contact")
                    .where(col("is_thank_you").equalTo(false))
                    .select(
                        "account_id",
                        "contact_id",
                        "channel",
                        "started_at",
                        "started_date",
                        "ended_at",
                        "is_solved",
                        "issue_family"),
                "account_id")
            .where(col("started_at").lt(col("day_end")))
            .join(broadcast(labels), new String[] {"issue_family"}, "left")
            .withColumn(
                "words",
                expr(
                    "concat(date_format(started_date, 'd MMM yyyy'), ', ', replace(channel, '_', '-'), ': ',"
                        + " coalesce(family_label, replace(issue_family, '_', ' ')), ', ',"
                        + " case when ended_at is null or ended_at >= day_end then 'still open'"
                        + " when is_solved then 'solved' else 'ended unsolved' end)"));
    return newest(contacts, "started_at", "contact_id", 3, "last_contacts");
  }

  private static Dataset<Row> earlierAttempts(Inputs in, Dataset<Row> lines) {
    Dataset<Row> attempts =
        withDayEnd(in, lines.select(LINE[0], LINE[1]))
            .join(
                in.table("silver.disposition")
                    .select(
                        "account_id",
                        "disposition_id",
                        "occurred_at",
                        "occurred_date",
                        "channel",
                        "outcome",
                        "note"),
                "account_id")
            .where(col("occurred_at").lt(col("day_end")))
            .withColumn(
                "words",
                expr(
                    "concat(date_format(occurred_date, 'd MMM yyyy'),"
                        + " coalesce(concat(', ', replace(channel, '_', '-')), ''), ': ',"
                        + " replace(outcome, '_', ' '), coalesce(concat(' (', note, ')'), ''))"));
    return newest(attempts, "occurred_at", "disposition_id", 5, "earlier_attempts");
  }

  private static Dataset<Row> withDayEnd(Inputs in, Dataset<Row> lines) {
    return lines.withColumn(
        "day_end",
        expr(
            "to_utc_timestamp(cast(date_add(list_date, 1) as timestamp), '%s')"
                .formatted(in.settings().reportingZone().getId())));
  }

  private static Dataset<Row> newest(
      Dataset<Row> events, String at, String id, int most, String result) {
    return events
        .withColumn(
            "recency",
            row_number()
                .over(
                    Window.partitionBy(col(LINE[0]), col(LINE[1]))
                        .orderBy(col(at).desc(), col(id).desc())))
        .where(col("recency").leq(most))
        .groupBy(LINE[0], LINE[1])
        .agg(collect_list(struct(col("recency"), col("words"))).as("told"))
        .withColumn(result, expr("transform(sort_array(told), r -> r.words)"))
        .drop("told");
  }

  /** New is who was on no list on the day of lists before this one. */
  private static Dataset<Row> withNews(Inputs in, Dataset<Row> lines) {
    Dataset<Row> listed =
        in.table("gold.outreach_list")
            .select(LINE[0], LINE[1])
            .unionByName(lines.select(LINE[0], LINE[1]));
    Dataset<Row> days =
        listed
            .select(col("list_date"))
            .distinct()
            .withColumn(
                "previous_date", lag(col("list_date"), 1).over(Window.orderBy("list_date")));
    return lines
        .join(broadcast(days), new String[] {"list_date"}, "left")
        .join(
            listed.select(
                col("list_date").as("previous_date"),
                col("account_id"),
                lit(true).as("was_listed")),
            new String[] {"previous_date", "account_id"},
            "left")
        .withColumn("is_new", col("was_listed").isNull());
  }
}
