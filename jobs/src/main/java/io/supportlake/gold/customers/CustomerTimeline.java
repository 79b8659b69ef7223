package io.supportlake.gold.customers;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.expr;

import io.supportlake.Inputs;
import io.supportlake.Period;
import io.supportlake.Table;
import io.supportlake.gold.AsOf;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * One row per event of an account, told in one line. Failures come as one row per feature, code and
 * day, account changes with what is in force from then on.
 */
public final class CustomerTimeline implements Table {
  private static final List<String> TOLD = List.of("plan", "segment", "status");

  /** Made once by its contract's name. */
  public CustomerTimeline() {}

  @Override
  public Dataset<Row> build(Inputs in, Period period) {
    return contacts(in.table("silver.contact"))
        .unionByName(surveys(in.table("silver.survey")))
        .unionByName(money(in.table("silver.money_event")))
        .unionByName(outreach(in.table("silver.disposition")))
        .unionByName(failures(in.table("silver.usage_failure")))
        .unionByName(accounts(in))
        .where(period.covers(col("occurred_date")));
  }

  private static Dataset<Row> contacts(Dataset<Row> contacts) {
    return told(
        contacts.where("not is_thank_you"),
        "contact",
        "started_date",
        "started_at",
        "contact_id",
        """
        concat_ws(' ', 'Contact by', channel, 'about', replace(issue_family, '_', ' '),
          concat('(', stake, ' stake):'),
          case when ended_at is null then 'still running'
               when is_bot_only then 'contained by the bot'
               when is_solved then 'solved'
               else concat('ended unsolved, ', replace(end_reason, '_', ' ')) end,
          if(escalation_count > 0, 'after escalation', null))
        """);
  }

  private static Dataset<Row> surveys(Dataset<Row> surveys) {
    return told(
        surveys,
        "survey",
        "sent_date",
        "coalesce(sent_at, answered_at)",
        "survey_id",
        "concat(upper(kind), ' survey, ', if(score is null, 'not answered', concat('answered: ',"
            + " score)))");
  }

  private static Dataset<Row> money(Dataset<Row> events) {
    return told(
        events,
        "money",
        "occurred_date",
        "occurred_at",
        "event_id",
        "concat(initcap(kind), ' of ', amount, ' ', currency)");
  }

  private static Dataset<Row> outreach(Dataset<Row> dispositions) {
    return told(
        dispositions,
        "outreach",
        "occurred_date",
        "occurred_at",
        "disposition_id",
        "concat_ws(' ', 'Outreach', campaign_id, concat('by ', channel, ':'), replace(outcome, '_',"
            + " ' '))");
  }

  private static Dataset<Row> failures(Dataset<Row> failures) {
    Dataset<Row> byDay =
        failures
            .groupBy(
                col("event_date"),
                col("account_id"),
                col("product"),
                col("feature"),
                expr("coalesce(error_code, 'no code') as error_code"))
            .agg(expr("min(event_at) as first_at"), expr("count(*) as failures"));
    return told(
        byDay,
        "failures",
        "event_date",
        "first_at",
        "concat_ws('/', product, feature, error_code)",
        "concat(failures, if(failures = 1, ' failure', ' failures'), ' of ', product, '/', feature,"
            + " ', ', error_code)");
  }

  private static Dataset<Row> accounts(Inputs in) {
    Dataset<Row> versions =
        in.table("silver.account")
            .withColumn("changed_date", AsOf.dateOf(col("valid_from"), in.settings()))
            .withColumn("told", expr("to_json(struct(%s))".formatted(String.join(", ", TOLD))))
            .withColumn(
                "told_before", expr("lag(told) over (partition by account_id order by valid_from)"))
            .where("not told <=> told_before");
    return told(
        versions,
        "account",
        "changed_date",
        "valid_from",
        "date_format(valid_from, \"yyyy-MM-dd'T'HH:mm:ss.SSSSSS\")",
        """
        concat(if(told_before is null, 'Account known: ', 'Account changed: '),
          concat_ws(', ', concat('plan ', plan), concat('segment ', segment),
            concat('status ', status)))
        """);
  }

  private static Dataset<Row> told(
      Dataset<Row> rows, String kind, String date, String at, String reference, String summary) {
    return rows.selectExpr(
        date + " as occurred_date",
        "account_id",
        "'" + kind + "' as kind",
        reference + " as reference_id",
        at + " as occurred_at",
        summary + " as summary");
  }
}
