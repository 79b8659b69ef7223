package io.supportlake.gold;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.expr;

import io.supportlake.rules.QuantileSketch;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * Quantile sketches with relative accuracy of 1 % as maps from bucket to count, the SQL side of
 * {@link QuantileSketch} (Masson, Rim, Lee, DDSketch, PVLDB 12, 2019). Counts add up, so sketches
 * merge exactly.
 */
public final class Sketches {
  /** Spark's ln and this one are both fdlibm's, so that both sides give the same bucket. */
  private static final double LOG_GAMMA =
      StrictMath.log((1 + QuantileSketch.RELATIVE_ERROR) / (1 - QuantileSketch.RELATIVE_ERROR));

  private Sketches() {}

  /** The bucket of a positive value: ceil(ln(x) / ln(gamma)); null for null. */
  public static String bucket(String value) {
    return String.format(
        Locale.ROOT,
        "if(%1$s < 1e-9D, int(%2$d), int(ceil(ln(double(%1$s)) / %3$sD)))",
        value,
        QuantileSketch.ZERO,
        LOG_GAMMA);
  }

  /** One row per group with the sketch of its values that are not null. */
  public static Dataset<Row> of(Dataset<Row> rows, String value, String as, String... groups) {
    Column[] byGroup = Arrays.stream(groups).map(g -> col(g)).toArray(Column[]::new);
    Column[] byBucket =
        Stream.concat(Arrays.stream(byGroup), Stream.of(col("bucket"))).toArray(Column[]::new);
    return rows.where(col(value).isNotNull())
        .withColumn("bucket", expr(bucket(value)))
        .groupBy(byBucket)
        .agg(expr("count(*) as bucket_count"))
        .groupBy(byGroup)
        .agg(
            expr(
                "map_from_entries(sort_array(collect_list(struct(bucket, bucket_count)))) as "
                    + as));
  }
}
