package io.supportlake.gold.customers;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.when;

import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** Whether an account may be contacted, by its consents in force at instants. */
public final class ContactBlock {
  private ContactBlock() {}

  /**
   * One row per account with any consent record and landmark: {@code contact_block} (opted_out,
   * suppressed or null) and {@code is_vulnerable}. Consents of single users do not block the
   * account; a vulnerability flag of any user counts for it.
   *
   * @param consents silver.consent
   * @param landmarks landmark_date and landmark_end, the instant meant (exclusive)
   */
  public static Dataset<Row> at(Dataset<Row> consents, Dataset<Row> landmarks) {
    Column holds =
        col("is_set")
            .and(col("until_date").isNull().or(col("until_date").geq(col("landmark_date"))));
    Column ofAccount = col("user_id").equalTo("");
    Column optedOut =
        ofAccount.and(
            col("kind")
                .equalTo("opt_out")
                .and(holds)
                .or(col("kind").equalTo("outreach_consent").and(col("is_set").equalTo(false))));
    Column suppressed = ofAccount.and(col("kind").equalTo("suppression")).and(holds);
    Column vulnerable = col("kind").equalTo("vulnerability").and(holds);
    return consents
        .join(
            landmarks,
            col("valid_from")
                .lt(col("landmark_end"))
                .and(col("valid_to").isNull().or(col("valid_to").geq(col("landmark_end")))))
        .groupBy("landmark_date", "account_id")
        .agg(
            max(optedOut).as("is_opted_out"),
            max(suppressed).as("is_suppressed"),
            coalesce(max(vulnerable), lit(false)).as("is_vulnerable"))
        .withColumn(
            "contact_block",
            when(col("is_opted_out"), "opted_out").when(col("is_suppressed"), "suppressed"))
        .drop("is_opted_out", "is_suppressed");
  }
}
