package io.supportlake.silver;

import static org.apache.spark.sql.functions.col;

import io.supportlake.Inputs;
import io.supportlake.Period;
import io.supportlake.Settings;
import io.supportlake.Table;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** {@code silver.disposition}: outcomes of contact attempts; the note is redacted. */
public final class Disposition implements Table {
  /** For the platform. */
  public Disposition() {}

  @Override
  public Dataset<Row> build(Inputs in, Period period) {
    Settings settings = in.settings();
    return in.table("bronze.outreach_disposition")
        .withColumn("occurred_date", Days.of(col("occurred_at"), settings))
        .withColumn("note", Privacy.redacted(col("note"), settings));
  }
}
