package io.supportlake.gold.churn;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.row_number;

import io.supportlake.Inputs;
import io.supportlake.Period;
import io.supportlake.Table;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.expressions.Window;

/**
 * One row per account at risk and landmark, by the champion that stood at the landmark; none where
 * no model stood yet.
 */
public final class ChurnScore implements Table {
  @Override
  public Dataset<Row> build(Inputs in, Period period) {
    return new Scoring(in, period)
        .scores()
        .withColumn(
            "probability_rank",
            row_number()
                .over(
                    Window.partitionBy("landmark_date")
                        .orderBy(col("probability").desc(), col("account_id")))
                .cast("bigint"));
  }
}
