package io.supportlake.gold.outcomes;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.expr;

import io.supportlake.Inputs;
import io.supportlake.Period;
import io.supportlake.Table;
import io.supportlake.gold.AsOf;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * One row per agent and day with additive components. Contacts belong to their last human agent,
 * first contacts (FCR) to the first one, as in the tables they come from; thanks are no contact.
 */
public final class AgentDay implements Table {
  private static final List<String> COUNTS =
      List.of(
          "contact_count",
          "handled_contact_count",
          "handle_seconds",
          "solved_contact_count",
          "segment_count",
          "transfer_in_count",
          "fcr_numerator",
          "fcr_denominator",
          "review_count");

  /** Made once by its contract's name. */
  public AgentDay() {}

  @Override
  public Dataset<Row> build(Inputs in, Period period) {
    Dataset<Row> contacts =
        components(
            in.table("gold.contact_outcome").where("not is_thank_you"),
            "ended_date",
            Map.of(
                "contact_count", "1",
                "handled_contact_count", "if(handle_seconds is null, 0, 1)",
                "handle_seconds", "coalesce(handle_seconds, 0)",
                "solved_contact_count", "int(is_solved)"));
    Dataset<Row> segments =
        components(
            in.table("silver.case_segment"),
            "started_date",
            Map.of(
                "segment_count", "1",
                "transfer_in_count", "int(start_reason in ('transferred', 'escalated'))"));
    Dataset<Row> episodes =
        components(
            in.table("gold.episode_outcome").where("is_fcr_7d is not null"),
            "first_contact_ended_date",
            Map.of("fcr_numerator", "int(is_fcr_7d)", "fcr_denominator", "1"));
    Dataset<Row> reviews =
        components(
            in.table("gold.review_score").where("score is not null"),
            "reviewed_date",
            Map.of("review_count", "1", "review_score_sum", "score"));
    Column[] sums =
        Stream.concat(
                COUNTS.stream().map(c -> expr("sum(%1$s) as %1$s".formatted(c))),
                Stream.of(expr("cast(sum(review_score_sum) as decimal(18,6)) as review_score_sum")))
            .toArray(Column[]::new);
    return contacts
        .unionByName(segments)
        .unionByName(episodes)
        .unionByName(reviews)
        .where(period.covers(col("activity_date")))
        .groupBy("activity_date", "agent_id")
        .agg(sums[0], java.util.Arrays.copyOfRange(sums, 1, sums.length))
        .transform(d ->
            AsOf.join(
                d,
                "agent_id",
                AsOf.lastInstantOf(col("activity_date"), in.settings()),
                in.table("silver.agent"),
                "agent_id",
                "tier",
                "team",
                "pod",
                "site"));
  }

  /** Rows of one source with its components; those of other sources are 0. */
  private static Dataset<Row> components(
      Dataset<Row> rows, String date, Map<String, String> given) {
    Map<String, String> columns = new LinkedHashMap<>();
    COUNTS.forEach(
        c -> columns.put(c, "cast(%s as bigint) as %s".formatted(given.getOrDefault(c, "0"), c)));
    String score = given.getOrDefault("review_score_sum", "0");
    return rows.where(col("agent_id").isNotNull().and(col(date).isNotNull()))
        .selectExpr(
            Stream.concat(
                    Stream.of(
                        date + " as activity_date",
                        "agent_id",
                        "cast(%s as decimal(18,6)) as review_score_sum".formatted(score)),
                    columns.values().stream())
                .toArray(String[]::new));
  }
}
