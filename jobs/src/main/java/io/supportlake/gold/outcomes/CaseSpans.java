package io.supportlake.gold.outcomes;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.expr;

import io.supportlake.Inputs;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** Which part of a case's time belongs to which episode. */
final class CaseSpans {
  private static final String BY_CASE = "(partition by case_id order by starts_at, episode_id)";

  private CaseSpans() {}

  /** Contacts with their episode; a contact outside every episode keeps a null one. */
  static Dataset<Row> contacts(Inputs in) {
    Dataset<Row> links = in.table("silver.episode_contact").select("contact_id", "episode_id");
    return in.table("silver.contact").join(links, "contact_id", "left");
  }

  /**
   * A case's time within an episode, half-open; before its first contact a case belongs to its
   * first episode. A case spans two episodes only when sixty days cut it. What another account has
   * of it (money, a survey, the case it was merged into) is not the episode's: it has one customer.
   */
  static Dataset<Row> of(Dataset<Row> contacts) {
    return contacts
        .where("episode_id is not null")
        .groupBy("account_id", "case_id", "episode_id")
        .agg(expr("min(started_at) as starts_at"))
        .selectExpr(
            "account_id",
            "case_id",
            "episode_id",
            "if(lag(starts_at) over by_case is null, timestamp'0001-01-01 00:00:00', starts_at) as"
                    .replace("by_case", BY_CASE)
                + " span_from",
            "coalesce(lead(starts_at) over by_case, timestamp'9999-12-31 00:00:00') as"
                    .replace("by_case", BY_CASE)
                + " span_to",
            "count(*) over (partition by case_id) = 1 as is_whole_case");
  }

  /** Facts of a case with the episode in whose span their instant lies. */
  static Dataset<Row> within(Dataset<Row> facts, String instant, Dataset<Row> caseSpans) {
    Dataset<Row> spans =
        caseSpans
            .withColumnRenamed("case_id", "span_case_id")
            .withColumnRenamed("account_id", "span_account_id");
    Column at = col(instant);
    return facts
        .join(
            spans,
            col("case_id")
                .equalTo(col("span_case_id"))
                .and(col("account_id").equalTo(col("span_account_id")))
                .and(at.geq(col("span_from")))
                .and(at.lt(col("span_to"))))
        .drop("span_case_id", "span_account_id");
  }
}
