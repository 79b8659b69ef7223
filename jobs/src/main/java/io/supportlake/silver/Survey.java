package io.supportlake.silver;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.when;

import io.supportlake.Inputs;
import io.supportlake.KeptHistory;
import io.supportlake.Period;
import io.supportlake.Settings;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * {@code silver.survey}: one row per survey: its first sending and its latest answer. Whom and what
 * it asked is taken from the sending, or where that is unknown from the answer.
 */
public final class Survey implements KeptHistory {
  /** For the platform. */
  public Survey() {}

  @Override
  public Dataset<Row> build(Inputs in, Period period) {
    Settings settings = in.settings();
    Column record =
        struct(
            col("event_at"),
            col("response_id"),
            col("arrival_date"),
            col("kind"),
            col("case_id"),
            col("account_id"),
            col("user_id"),
            col("score"));
    return pseudonymous(in.table("bronze.survey_response"), settings)
        .groupBy(col("survey_id"))
        .agg(
            min(when(col("event_type").equalTo("sent"), record)).as("sent"),
            max(when(col("event_type").equalTo("answered"), record)).as("answered"))
        .select(
            col("survey_id"),
            either("kind"),
            either("case_id"),
            either("account_id"),
            either("user_id"),
            col("sent.event_at").as("sent_at"),
            Days.of(either("event_at"), settings).as("sent_date"),
            col("answered.event_at").as("answered_at"),
            Days.of(col("answered.event_at"), settings).as("answered_date"),
            col("answered.arrival_date").as("answer_arrival_date"),
            col("answered.score").as("score"));
  }

  /** Without comments, which no table has. */
  @Override
  public Dataset<Row> pseudonymous(Dataset<Row> records, Settings settings) {
    return records
        .withColumn("user_id", Privacy.token(Privacy.USER, col("user_id"), settings))
        .withColumn("comment", lit(null).cast("string"));
  }

  private static Column either(String column) {
    return coalesce(col("sent." + column), col("answered." + column)).as(column);
  }
}
