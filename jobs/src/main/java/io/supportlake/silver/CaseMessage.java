package io.supportlake.silver;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.trim;
import static org.apache.spark.sql.functions.when;

import io.supportlake.Inputs;
import io.supportlake.Period;
import io.supportlake.Table;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** One version of one message, note or bot turn that has words. */
public final class CaseMessage implements Table {
  @Override
  public Dataset<Row> build(Inputs in, Period period) {
    return in.table("silver.case_event")
        .where(col("event_type").isin("opened", "message", "note", "bot_turn"))
        .where(trim(col("text")).notEqual(""))
        .select(
            col("event_id").as("message_id"),
            col("record_version"),
            col("arrival_date"),
            col("case_id"),
            col("account_id"),
            col("event_at").as("sent_at"),
            col("event_date").as("sent_date"),
            col("actor_type"),
            // Of a customer whose writer is not told, who contacted is meant.
            coalesce(col("actor_id"), when(col("actor_type").equalTo("customer"), col("user_id")))
                .as("actor_id"),
            coalesce(col("is_public"), col("event_type").notEqual("note")).as("is_public"),
            col("text"),
            col("text_hash"),
            Signals.language(col("text")).as("language"),
            Signals.sentiment(col("text")).as("sentiment"));
  }
}
