package io.supportlake.silver;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.lit;

import io.supportlake.Inputs;
import io.supportlake.Period;
import io.supportlake.Settings;
import io.supportlake.Table;
import io.supportlake.rules.EpisodeLinker;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** An issue episode: all contacts of one customer about one issue. */
public final class IssueEpisode implements Table {
  private static final String CAP = "interval " + EpisodeLinker.CAP.toDays() * 24 + " hours";

  @Override
  public Dataset<Row> build(Inputs in, Period period) {
    Settings settings = in.settings();
    return Episodes.members(in)
        .groupBy("episode_id")
        .agg(
            expr("min_by(struct(account_id, first_family as issue_family, started_at, contact_id as first_contact_id, ended_at as first_contact_ended_at), contact_position)")
                .as("first"),
            // The last contact is the one that ends last: a merged twin may begin later and end
            // sooner.
            expr("max_by(struct(contact_id as last_contact_id, ended_at as last_ended_at, is_solved), struct(coalesce(ended_at, timestamp'9999-01-01'), started_at, contact_id)) filter (where not is_thank_you)")
                .as("last"),
            expr("cast(count_if(not is_thank_you) as int)").as("contact_count"),
            expr("cast(size(collect_set(case_id)) as int)").as("case_count"),
            expr("cast(size(collect_set(channel) filter (where not is_thank_you)) as int)")
                .as("channel_count"),
            expr("element_at(array('low', 'medium', 'high', 'critical'), cast(max(greatest(1, array_position(array('low', 'medium', 'high', 'critical'), stake))) as int))")
                .as("stake"))
        .select(col("*"), col("first.*"), col("last.*"))
        .withColumn("capped_at", expr("started_at + " + CAP))
        .withColumn("as_of_end", Days.end(lit(period.asOf()), settings))
        .withColumn(
            "is_capped", expr("coalesce(last_ended_at > capped_at, as_of_end >= capped_at)"))
        .withColumn("ended_at", expr("if(is_capped, capped_at, last_ended_at)"))
        .withColumn(
            "is_resolved", expr("if(is_capped, false, if(ended_at is null, null, is_solved))"))
        .withColumn(
            "end_reason",
            expr(
                "case when is_capped then 'sixty_days' when ended_at is null then null when is_solved then 'resolved' else 'unresolved' end"))
        .withColumn("started_date", Days.of(col("started_at"), settings))
        .withColumn("ended_date", Days.of(col("ended_at"), settings))
        .withColumn("first_contact_ended_date", Days.of(col("first_contact_ended_at"), settings));
  }
}
