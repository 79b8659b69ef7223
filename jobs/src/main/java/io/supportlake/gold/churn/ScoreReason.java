package io.supportlake.gold.churn;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.percent_rank;
import static org.apache.spark.sql.functions.when;

import io.supportlake.Inputs;
import io.supportlake.Period;
import io.supportlake.Table;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.api.java.function.MapFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.expressions.Window;
import org.apache.spark.sql.types.StructType;

/**
 * One row per score and theme: the theme's SHAP values summed, and its strongest feature in words.
 * Baseline and contributions of a score add up to its log-odds.
 */
public final class ScoreReason implements Table {
  private static final StructType SCHEMA =
      StructType.fromDDL(
          "landmark_date date not null, account_id string not null, model_id string not null,"
              + " theme string not null, contribution double not null, feature string not null,"
              + " feature_value double, peer_percentile double, sentence string not null");

  @Override
  public Dataset<Row> build(Inputs in, Period period) {
    String currency = in.settings().reportingCurrency();
    return new Scoring(in, period)
        .explanations()
        .withColumn(
            "peer_percentile",
            when(
                col("value").isNotNull(),
                // Missing values are ranked apart, so that they are no peers.
                percent_rank()
                    .over(
                        Window.partitionBy(
                                col("landmark_date"), col("feature"), col("value").isNull())
                            .orderBy("value"))))
        .where(col("is_main"))
        .map((MapFunction<Row, Row>) row -> inWords(row, currency), Encoders.row(SCHEMA));
  }

  private static Row inWords(Row row, String currency) {
    Double value = row.getAs("value");
    Double percentile = row.getAs("peer_percentile");
    String feature = row.getAs("feature");
    List<Object> out = new ArrayList<>();
    for (String column :
        new String[] {"landmark_date", "account_id", "model_id", "theme", "contribution"}) {
      out.add(row.getAs(column));
    }
    out.add(feature);
    out.add(value);
    out.add(percentile);
    out.add(
        Feature.of(feature)
            .sentence(
                value == null ? Double.NaN : value,
                percentile == null ? Double.NaN : percentile,
                currency));
    return RowFactory.create(out.toArray());
  }
}
