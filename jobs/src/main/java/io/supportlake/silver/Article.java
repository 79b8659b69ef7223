package io.supportlake.silver;

import static org.apache.spark.sql.functions.broadcast;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count_if;
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
 * {@code silver.article}: one row per knowledge article: when it was first written, what its latest
 * edition says of itself, and how often it was used. Searches without result belong to no article.
 */
public final class Article implements KeptHistory {
  /** For the platform. */
  public Article() {}

  @Override
  public Dataset<Row> build(Inputs in, Period period) {
    Column type = col("event_type");
    Column isWritten = type.equalTo("written");
    return in.table("bronze.article_event")
        .filter(col("article_id").isNotNull())
        .groupBy(col("article_id"))
        .agg(
            max(when(
                    isWritten,
                    struct(
                        col("event_at"),
                        col("event_id"),
                        col("title"),
                        col("product"),
                        col("feature"),
                        col("category"),
                        col("tier"))))
                .as("edition"),
            min(when(isWritten, col("event_at"))).as("written_at"),
            count_if(type.equalTo("viewed")).as("view_count"),
            count_if(type.equalTo("linked")).as("link_count"),
            count_if(type.equalTo("voted").and(col("vote").gt(0))).as("helpful_count"),
            count_if(type.equalTo("voted").and(col("vote").lt(0))).as("unhelpful_count"))
        .select(col("*"), col("edition.*"))
        .withColumn("title", Privacy.redacted(col("title"), in.settings()))
        .join(
            broadcast(in.table("conf.category").dropDuplicates("category")),
            new String[] {"category"},
            "left");
  }

  /** Without what was searched for, which no table has. */
  @Override
  public Dataset<Row> pseudonymous(Dataset<Row> records, Settings settings) {
    return records
        .withColumn("user_id", Privacy.token(Privacy.USER, col("user_id"), settings))
        .withColumn("query", lit(null).cast("string"));
  }
}
