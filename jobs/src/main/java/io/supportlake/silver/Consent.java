package io.supportlake.silver;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.least;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.when;

import io.supportlake.Inputs;
import io.supportlake.KeptHistory;
import io.supportlake.Period;
import io.supportlake.Settings;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * {@code silver.consent}: one row per account, user, kind and state, as half-open intervals. What
 * holds until a date ends with that day, and so leaves a gap if nothing follows; what was over
 * before it began has no row.
 */
public final class Consent implements KeptHistory {
  /** For the platform. */
  public Consent() {}

  @Override
  public Dataset<Row> build(Inputs in, Period period) {
    Settings settings = in.settings();
    Dataset<Row> changes =
        pseudonymous(in.table("bronze.consent_change"), settings)
            .withColumn("user_id", coalesce(col("user_id"), lit("")));
    Column lastInstant = when(col("is_set"), Days.end(col("until_date"), settings));
    return History.intervals(
            changes,
            List.of("account_id", "user_id", "kind"),
            List.of("is_set", "until_date", "reason"))
        .withColumn("valid_to", least(col("valid_to"), lastInstant))
        .filter(col("valid_to").isNull().or(col("valid_to").gt(col("valid_from"))));
  }

  @Override
  public Dataset<Row> pseudonymous(Dataset<Row> records, Settings settings) {
    return records
        .withColumn("user_id", Privacy.token(Privacy.USER, col("user_id"), settings))
        .withColumn("reason", Privacy.redacted(col("reason"), settings));
  }
}
