package io.supportlake.gold.outcomes;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.expr;

import io.supportlake.Inputs;
import io.supportlake.Period;
import io.supportlake.Table;
import io.supportlake.gold.Sketches;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * One row per team, day and channel with additive components and mergeable sketches. Thanks are no
 * contact.
 */
public final class TeamDay implements Table {
  /** Made once by its contract's name. */
  public TeamDay() {}

  @Override
  public Dataset<Row> build(Inputs in, Period period) {
    Dataset<Row> contacts =
        in.table("gold.contact_outcome")
            .where("not is_thank_you")
            .where(period.covers(col("started_date")))
            .withColumnRenamed("started_date", "activity_date")
            .withColumn("team", expr("coalesce(team, 'none')"));
    return contacts
        .groupBy("activity_date", "team", "channel")
        .agg(
            expr("count(*) as contact_count"),
            expr("count_if(is_bot_only) as bot_only_count"),
            expr("count_if(is_solved) as solved_count"),
            expr("count_if(sla_first_reply_state = 'attained') as sla_attained_count"),
            expr("count_if(sla_first_reply_state = 'breached') as sla_breached_count"),
            expr("count_if(sla_first_reply_state = 'running') as sla_running_count"),
            expr("coalesce(sum(handle_seconds), 0) as handle_seconds"),
            expr("count(handle_seconds) as handled_contact_count"),
            expr(
                "cast(coalesce(sum(handling_cost_amount), 0) as decimal(18,4)) as"
                    + " handling_cost_amount"))
        .transform(d -> withSketch(d, contacts, "handle_seconds"))
        .transform(d -> withSketch(d, contacts, "first_reply_minutes"));
  }

  private static Dataset<Row> withSketch(Dataset<Row> days, Dataset<Row> contacts, String value) {
    String name = value + "_sketch";
    Dataset<Row> sketch =
        Sketches.of(contacts, value, name, "activity_date", "team", "channel")
            .withColumnRenamed("activity_date", "sketch_date")
            .withColumnRenamed("team", "sketch_team")
            .withColumnRenamed("channel", "sketch_channel");
    return days.join(
            sketch,
            expr("activity_date = sketch_date and team = sketch_team and channel = sketch_channel"),
            "left")
        .drop("sketch_date", "sketch_team", "sketch_channel")
        .withColumn(name, expr("coalesce(%s, cast(map() as map<int,bigint>))".formatted(name)));
  }
}
