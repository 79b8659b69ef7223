package io.supportlake.silver;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.min;

import io.supportlake.Inputs;
import io.supportlake.KeptHistory;
import io.supportlake.Period;
import io.supportlake.Settings;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.expressions.Window;

/** {@code silver.account}: one row per account and state, as half-open intervals. */
public final class Account implements KeptHistory {
  private static final List<String> STATE =
      List.of(
          "name",
          "crm_id",
          "owner",
          "plan",
          "segment",
          "recurring_revenue_amount",
          "currency",
          "region",
          "country",
          "language",
          "zone",
          "status",
          "renewal_date");

  /** For the platform. */
  public Account() {}

  @Override
  public Dataset<Row> build(Inputs in, Period period) {
    Dataset<Row> changes = pseudonymous(in.table("bronze.account_change"), in.settings());
    return History.intervals(changes, List.of("account_id"), STATE)
        .withColumn(
            "customer_since", min(col("valid_from")).over(Window.partitionBy(col("account_id"))))
        .withColumnRenamed("arrival_date", "first_arrival_date");
  }

  /** A company's name may hold a person's address or number. */
  @Override
  public Dataset<Row> pseudonymous(Dataset<Row> records, Settings settings) {
    return records.withColumn("name", Privacy.redacted(col("name"), settings));
  }
}
