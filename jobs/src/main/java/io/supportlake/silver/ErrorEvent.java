package io.supportlake.silver;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat_ws;
import static org.apache.spark.sql.functions.contains;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.regexp_replace;
import static org.apache.spark.sql.functions.sha2;
import static org.apache.spark.sql.functions.substring;
import static org.apache.spark.sql.functions.udf;
import static org.apache.spark.sql.functions.when;

import io.supportlake.Inputs;
import io.supportlake.Period;
import io.supportlake.Settings;
import io.supportlake.Table;
import io.supportlake.rules.LogTemplates;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.types.DataTypes;

/**
 * {@code silver.error_event}: log lines without personal data, each with the template it follows.
 * The template depends on the line alone, never on other lines: no order or batch changes it.
 */
public final class ErrorEvent implements Table {
  /** As {@link io.supportlake.rules.Redactor} writes them. */
  private static final String TOKEN = "\\[([A-Z_]{2,16}):[A-Za-z0-9]{1,16}:[0-9a-f]{12}\\]";

  /** For the platform. */
  public ErrorEvent() {}

  @Override
  public Dataset<Row> build(Inputs in, Period period) {
    Settings settings = in.settings();
    return in.table("bronze.error_log")
        .withColumn("log_date", Days.of(col("logged_at"), settings))
        .withColumn("user_id", Privacy.token(Privacy.USER, col("user_id"), settings))
        .withColumn("message", Privacy.redacted(col("message"), settings))
        .withColumn("masked_message", masked(col("message")))
        .withColumn("template_id", templateId(col("service"), col("masked_message")));
  }

  /** Tokens lose key and hash first: neither another person nor another key is another template. */
  private static Column masked(Column message) {
    // Few lines have a bracket, and to look for one costs nothing beside the expression.
    return udf((UDF1<String, String>) LogTemplates::mask, DataTypes.StringType)
        .apply(
            when(contains(message, lit("[")), regexp_replace(message, lit(TOKEN), lit("[$1]")))
                .otherwise(message));
  }

  /** 64 bits of the SHA-256; a masked line has no line break, so the parts cannot run together. */
  private static Column templateId(Column service, Column masked) {
    return substring(sha2(concat_ws("\n", service, masked), 256), 1, 16);
  }
}
