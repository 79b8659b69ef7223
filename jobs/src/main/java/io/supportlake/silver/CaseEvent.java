package io.supportlake.silver;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.sha2;
import static org.apache.spark.sql.functions.when;

import io.supportlake.Inputs;
import io.supportlake.Period;
import io.supportlake.Settings;
import io.supportlake.Table;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;

/** One version of one case event, redacted: the root from which cases are rebuilt. */
public final class CaseEvent implements Table {
  /** Nobody works four hours on one event without pause; longer is a forgotten timer. */
  private static final int LONGEST_HANDLE_SECONDS = 4 * 3600;

  private static final List<String> PARTS =
      List.of("talk_seconds", "hold_seconds", "wrap_seconds", "active_seconds");

  @Override
  public Dataset<Row> build(Inputs in, Period period) {
    Settings settings = in.settings();
    Column isCustomer = col("actor_type").equalTo("customer");
    return in.table("bronze.case_event")
        .withColumn(
            "actor_id",
            when(isCustomer, userToken("actor_id", settings)).otherwise(col("actor_id")))
        .withColumn("user_id", userToken("user_id", settings))
        .withColumn("subject", Privacy.redacted(col("subject"), settings))
        .withColumn("text", Privacy.redacted(col("text"), settings))
        .withColumn("event_date", Days.of(col("event_at"), settings))
        .withColumn("stated_seconds", statedSeconds())
        .withColumn("is_handle_absurd", isAbsurd())
        .withColumn(
            "handle_seconds",
            when(col("is_handle_absurd"), null).otherwise(col("stated_seconds").cast("int")))
        .withColumn("text_hash", sha2(col("text").cast("binary"), 256));
  }

  private static Column userToken(String column, Settings settings) {
    return Privacy.token(Privacy.USER, col(column), settings);
  }

  /**
   * Seconds of talk, hold, wrap and active work; null where none is stated. Long, so that absurd
   * values do not overflow.
   */
  private static Column statedSeconds() {
    Column sum = lit(0L);
    for (String part : PARTS) {
      sum = sum.plus(coalesce(col(part), lit(0)).cast("long"));
    }
    return when(coalesce(columns(PARTS)).isNotNull(), sum);
  }

  /** A negative part makes the whole absurd, also where the sum looks right. */
  private static Column isAbsurd() {
    Column isNegative = lit(false);
    for (String part : PARTS) {
      isNegative = isNegative.or(coalesce(col(part).lt(0), lit(false)));
    }
    Column seconds = col("stated_seconds");
    return seconds
        .isNotNull()
        .and(isNegative.or(seconds.leq(0)).or(seconds.gt(LONGEST_HANDLE_SECONDS)));
  }

  private static Column[] columns(List<String> names) {
    return names.stream().map(functions::col).toArray(Column[]::new);
  }
}
