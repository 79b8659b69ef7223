package io.supportlake.silver;

import static org.apache.spark.sql.functions.broadcast;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.when;

import io.supportlake.Inputs;
import io.supportlake.Period;
import io.supportlake.Table;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * A case, its latest state. Its class (family, intent, stake, language) comes from the opening
 * alone, so that what happens later cannot move a case between families.
 */
public final class SupportCase implements Table {
  /** An escalated segment i, a later one j that is back, and nobody who worked in between. */
  private static final String IS_RETURNED_IDLE =
      """
      exists(sequence(1, size(segments)), i ->
        get(segments, i - 1).start_reason = 'escalated' and i < size(segments)
        and exists(sequence(i + 1, greatest(i + 1, size(segments))), j ->
          (get(segments, j - 1).tier < get(segments, i - 1).tier
            or (get(segments, j - 1).queue = get(segments, i - 2).queue
              and get(segments, j - 1).queue <> get(segments, i - 1).queue))
          and not exists(slice(segments, i, j - i), s -> s.is_work_done)))
      """;

  @Override
  public Dataset<Row> build(Inputs in, Period period) {
    Dataset<Row> events =
        CaseTimeline.of(
            in.table("silver.case_event"),
            "user_id",
            "product",
            "feature",
            "category",
            "subject",
            "text",
            "text_hash",
            "related_case_id",
            "relation",
            "article_id");
    return cases(events)
        .withColumn("opened_date", Days.of(col("opened_at"), in.settings()))
        .withColumn("language", Signals.language(col("first_text")))
        .transform(cases -> withFamily(cases, in))
        .withColumn("intent", Signals.intent(col("words")))
        .withColumn("least_stake", Signals.leastStake(col("words")))
        .withColumn(
            "stake",
            expr(
                "if("
                    + rank("least_stake")
                    + " > "
                    + rank("family_stake")
                    + ", least_stake, family_stake)"))
        .transform(cases -> withMisEscalation(cases, in));
  }

  private static String rank(String stake) {
    return "coalesce(array_position(array('low', 'medium', 'high', 'critical'), " + stake + "), 0)";
  }

  private static Dataset<Row> cases(Dataset<Row> events) {
    return events
        // The opening leads even where another event carries an earlier time.
        .withColumn("opening_order", expr("if(event_type = 'opened', seq - 1000000000, seq)"))
        .groupBy("case_id")
        .agg(
            expr("min_by(account_id, opening_order)").as("account_id"),
            expr("min_by(user_id, opening_order) filter (where user_id is not null)").as("user_id"),
            expr("min(event_at)").as("opened_at"),
            expr("max(event_at)").as("last_event_at"),
            expr("min_by(struct(channel, product, feature, category as opening_category,"
                    + " subject, priority as first_priority), opening_order)")
                .as("opening"),
            expr("max_by(category, seq) filter (where category is not null)").as("category"),
            expr("min_by(struct(text as first_text, text_hash as first_text_hash), seq) filter"
                    + " (where actor_type = 'customer' and trim(text) <> '')")
                .as("first_words"),
            expr("max_by(struct(priority_after as priority, status_after as status, owner.queue"
                    + " as queue, owner.tier as tier, owner.agent as agent_id), seq)")
                .as("now"),
            expr("min(event_at) filter (where is_public_reply)").as("first_public_reply_at"),
            expr("min(event_at) filter (where is_solve)").as("first_solved_at"),
            expr("max(event_at) filter (where is_solve)").as("last_solved_at"),
            expr("max(event_at) filter (where status_after = 'closed' and not (status_before <=>"
                    + " 'closed'))")
                .as("last_closed_at"),
            count("is_solve", "solve_count"),
            count("is_reopen", "all_reopens"),
            count("is_thank_you_solve", "thank_you_reopen_count"),
            count("is_transfer", "transfer_count"),
            count(
                "event_type = 'escalated' and coalesce(escalation_kind, 'functional') = 'functional'",
                "functional_escalation_count"),
            count(
                "event_type = 'escalated' and coalesce(escalation_kind, 'functional') = 'hierarchical'",
                "hierarchical_escalation_count"),
            count(
                "event_type = 'escalated' and coalesce(escalation_kind, 'functional') = 'engineering'",
                "engineering_escalation_count"),
            expr("max_by(struct(if(actor_type = 'agent', coalesce(actor_id, owner.agent), null)"
                    + " as agent), seq) filter (where is_solve and not is_thank_you_solve)")
                .as("last_solver"),
            related("event_type = 'merged' or relation = 'merge'", "merged_into_case_id"),
            related("relation = 'parent'", "parent_case_id"),
            related("relation = 'follow_up'", "follow_up_of_case_id"),
            count("is_customer_message", "customer_message_count"),
            count("is_agent_message", "agent_message_count"),
            expr("array_sort(collect_set(article_id))").as("article_ids"),
            expr("collect_set(article_id) filter (where actor_type = 'agent' and owner.tier > 1)")
                .as("articles_above"))
        .select(
            col("*"),
            col("opening.*"),
            col("first_words.*"),
            col("now.*"),
            when(col("now.status").equalTo("closed"), col("last_closed_at")).as("closed_at"),
            expr("all_reopens - thank_you_reopen_count").as("reopen_count"),
            col("last_solver.agent").as("last_solve_agent_id"));
  }

  private static Column count(String predicate, String name) {
    return expr("cast(count_if(" + predicate + ") as int)").as(name);
  }

  private static Column related(String predicate, String name) {
    return expr("max_by(related_case_id, seq) filter (where related_case_id is not null and ("
            + predicate
            + "))")
        .as(name);
  }

  /**
   * The vendor's category decides; a category of the family other says as little as none, so the
   * words are asked then too.
   */
  private static Dataset<Row> withFamily(Dataset<Row> cases, Inputs in) {
    Dataset<Row> categories =
        in.table("conf.category")
            .selectExpr("category as opening_category", "issue_family as category_family");
    Dataset<Row> phrases =
        in.table("conf.phrase")
            .agg(
                expr("array_sort(collect_list(struct(position, phrase, issue_family)))")
                    .as("phrases"));
    Dataset<Row> families = in.table("conf.issue_family");
    Dataset<Row> version =
        families.agg(
            expr("coalesce(max_by(version, effective_from), 'none')").as("taxonomy_version"));
    Dataset<Row> stakes =
        families
            .groupBy("family")
            .agg(expr("max_by(stake, effective_from)").as("stated_stake"))
            .withColumnRenamed("family", "issue_family");
    return cases
        .withColumn("words", expr("nullif(lower(concat_ws(' ', subject, first_text)), '')"))
        .join(broadcast(categories), new String[] {"opening_category"}, "left")
        .crossJoin(broadcast(phrases))
        .crossJoin(broadcast(version))
        .withColumn(
            "phrase_family",
            when(
                expr("words is not null and coalesce(category_family, 'other') = 'other'"),
                expr(
                    "try_element_at(filter(phrases, p -> contains(words, p.phrase)), 1).issue_family")))
        .drop("phrases")
        .withColumn(
            "issue_family",
            coalesce(
                col("phrase_family"),
                col("category_family"),
                expr("if(words is null and opening_category is null, 'unknown', 'other')")))
        .withColumn(
            "family_rule",
            expr(
                "case when phrase_family is not null then 'phrase'"
                    + " when category_family is not null then 'category' else 'none' end"))
        .join(broadcast(stakes), new String[] {"issue_family"}, "left")
        .withColumn("family_stake", coalesce(col("stated_stake"), lit("low")));
  }

  /**
   * A stint is a run of segments with one queue and tier that an escalation began. It was a mistake
   * when the case went back to a lower tier or to the queue it came from without work done, or when
   * it was solved there with an article that tier 1 may use.
   */
  private static Dataset<Row> withMisEscalation(Dataset<Row> cases, Inputs in) {
    Dataset<Row> mistaken =
        in.table("silver.case_segment")
            .groupBy("case_id")
            .agg(
                expr("array_sort(collect_list(struct(segment_number, queue, tier, start_reason,"
                        + " is_work_done, end_reason)))")
                    .as("segments"))
            .where("exists(segments, s -> s.start_reason = 'escalated')")
            .select(
                col("case_id").as("escalated_case_id"),
                expr(IS_RETURNED_IDLE).as("is_returned_idle"),
                expr("exists(segments, s -> s.start_reason = 'escalated' and s.tier > 1) and"
                        + " element_at(segments, -1).tier > 1 and element_at(segments,"
                        + " -1).end_reason in ('solved', 'closed')")
                    .as("is_solved_above"));
    Dataset<Row> simple =
        in.table("silver.article")
            .where("tier <= 1")
            .agg(expr("collect_set(article_id)").as("tier_1_articles"));
    return cases
        .join(mistaken, expr("case_id = escalated_case_id"), "left")
        .crossJoin(broadcast(simple))
        .withColumn(
            "is_mis_escalated",
            expr(
                "coalesce(is_returned_idle, false) or (coalesce(is_solved_above, false)"
                    + " and arrays_overlap(articles_above, tier_1_articles))"));
  }
}
