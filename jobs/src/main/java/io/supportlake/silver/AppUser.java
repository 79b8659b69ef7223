package io.supportlake.silver;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.lower;
import static org.apache.spark.sql.functions.nullif;
import static org.apache.spark.sql.functions.trim;

import io.supportlake.Inputs;
import io.supportlake.KeptHistory;
import io.supportlake.Period;
import io.supportlake.Settings;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * {@code silver.app_user}: one row per user and state, as half-open intervals. Names, addresses and
 * numbers do not pass: keyed tokens stand for them, equal for equal values in any notation.
 */
public final class AppUser implements KeptHistory {
  private static final List<String> STATE =
      List.of("account_id", "email_token", "phone_token", "role", "status");

  /** For the platform. */
  public AppUser() {}

  @Override
  public Dataset<Row> build(Inputs in, Period period) {
    Settings settings = in.settings();
    Dataset<Row> changes =
        pseudonymous(in.table("bronze.user_change"), settings)
            .select(
                col("change_id"),
                col("changed_at"),
                Privacy.token(Privacy.USER, col("user_id"), settings).as("user_id"),
                col("account_id"),
                col("email").as("email_token"),
                col("phone").as("phone_token"),
                col("role"),
                col("status"));
    return History.intervals(changes, List.of("user_id"), STATE);
  }

  /** The user's id stays: by it the next record finds the earlier ones. */
  @Override
  public Dataset<Row> pseudonymous(Dataset<Row> records, Settings settings) {
    Column email = col("email");
    Column phone = col("phone");
    return records
        .withColumn(
            "email", Privacy.token("email", email, nullif(lower(trim(email)), lit("")), settings))
        .withColumn(
            "phone", Privacy.token("phone", phone, PhoneNumbers.e164(phone, settings), settings));
  }
}
