package io.supportlake.silver;

import static org.apache.spark.sql.functions.col;

import io.supportlake.Inputs;
import io.supportlake.Period;
import io.supportlake.Table;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** {@code silver.product_change}: releases and regulatory changes with their reporting day. */
public final class ProductChange implements Table {
  /** For the platform. */
  public ProductChange() {}

  @Override
  public Dataset<Row> build(Inputs in, Period period) {
    return in.table("bronze.product_change")
        .withColumn("title", Privacy.redacted(col("title"), in.settings()))
        .withColumn("effective_date", Days.of(col("effective_at"), in.settings()));
  }
}
