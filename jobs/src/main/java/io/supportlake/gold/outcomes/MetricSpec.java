package io.supportlake.gold.outcomes;

import java.io.Serializable;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.jspecify.annotations.Nullable;

/**
 * A metric's definition, one file of schemas/metrics. Expressions are Spark SQL over the rows of
 * {@code table}; in them {@code ${as_of}} is the as-of instant.
 *
 * @param where the rows that count
 * @param numerator share: a predicate; percentile: the value; else a number to sum
 * @param denominator share: a predicate; hajek: the inclusion probability; percentile: the share p;
 *     else a number to sum
 * @param censor percentile: after which time a null value is censored; null = null values are left
 *     out
 * @param scale what numerator / denominator (or the quantile) is multiplied with
 * @param maturityDays days after the month's end until its windows have closed
 * @param minimumN fewer observations are published as too few
 * @param cluster column whose values depend on each other: they are resampled together, and widen
 *     the interval of a share; null where observations are told apart by no such column
 * @param grains periods that it can be computed for
 * @param dimensions columns that the metric may be split by
 */
record MetricSpec(
    String metric,
    String label,
    String table,
    String dateColumn,
    String where,
    String numerator,
    String denominator,
    @Nullable String censor,
    Kind kind,
    double scale,
    String unit,
    String direction,
    int maturityDays,
    long minimumN,
    @Nullable String cluster,
    List<MetricPeriod.Grain> grains,
    List<String> dimensions,
    String definitionHash)
    implements Serializable {

  /** How components become a value and an interval. */
  enum Kind {
    SHARE,
    RATE_PER_EXPOSURE,
    MEAN,
    RATIO,
    MONEY_SHARE,
    HAJEK,
    PERCENTILE;

    /** Whether days count as clusters beside customers. */
    boolean isClusteredByDay() {
      return this == SHARE || this == RATE_PER_EXPOSURE;
    }

    /** Whether the interval needs the sums of clusters. */
    boolean needsClusters() {
      return isClusteredByDay() || this == MEAN || this == RATIO || this == MONEY_SHARE;
    }
  }

  /** Days that late data are waited for after the windows have closed. */
  static final int LATE_DAYS = 20;

  /** More definitions than anybody reads; a bound for reading them. */
  private static final int MOST = 1000;

  private static final Set<String> CONSTANTS = Set.of("true", "1");

  /** Units whose values lie between 0 and 1. */
  private static final Set<String> BOUNDED_UNITS = Set.of("share", "score 0 to 1");

  /** The definitions; configuration rows that are in memory already. */
  static List<MetricSpec> of(Dataset<Row> specs, Instant asOf) {
    String instant = "timestamp'" + asOf + "'";
    return specs.limit(MOST).collectAsList().stream()
        .map(r ->
            new MetricSpec(
                r.getAs("metric"),
                r.getAs("label"),
                r.getAs("table_name"),
                r.getAs("date_column"),
                given(r, "where_clause", instant),
                given(r, "numerator", instant),
                given(r, "denominator", instant),
                r.getAs("censor") == null ? null : given(r, "censor", instant),
                Kind.valueOf(r.<String>getAs("kind").toUpperCase(Locale.ROOT)),
                r.<Double>getAs("scale"),
                r.getAs("unit"),
                r.getAs("direction"),
                r.<Integer>getAs("maturity_days"),
                r.<Integer>getAs("minimum_n"),
                r.getAs("cluster_column"),
                r.<String>getList(r.fieldIndex("periods")).stream()
                    .map(p -> MetricPeriod.Grain.valueOf(p.toUpperCase(Locale.ROOT)))
                    .toList(),
                List.copyOf(r.getList(r.fieldIndex("dimensions"))),
                r.getAs("definition_hash")))
        .sorted(java.util.Comparator.comparing(MetricSpec::metric))
        .toList();
  }

  private static String given(Row row, String column, String asOf) {
    return row.<String>getAs(column).strip().replace("${as_of}", asOf);
  }

  /** The predicate of the rows behind the metric; true or false, never null. */
  String included() {
    StringBuilder predicate = new StringBuilder("(" + where + ")");
    switch (kind) {
      case SHARE -> {
        if (!CONSTANTS.contains(denominator)) {
          predicate.append(" AND (").append(denominator).append(')');
        }
      }
      case PERCENTILE -> {
        if (censor == null) {
          predicate.append(" AND (").append(numerator).append(") IS NOT NULL");
        }
      }
      case RATE_PER_EXPOSURE, MEAN, RATIO, MONEY_SHARE, HAJEK -> {
        predicate.append(" AND (").append(numerator).append(") IS NOT NULL");
        if (!CONSTANTS.contains(denominator)) {
          predicate.append(" AND (").append(denominator).append(") IS NOT NULL");
        }
      }
    }
    return predicate.toString();
  }

  /** Whether a value can only lie between 0 and 1, and so can the limits of its interval. */
  boolean isBounded() {
    return BOUNDED_UNITS.contains(unit);
  }

  /**
   * The day from which a period is mature: its windows have closed and late data had their days.
   */
  LocalDate matureOn(MetricPeriod period) {
    return period.last().plusDays(maturityDays + LATE_DAYS);
  }

  /** A query for the rows behind the cell of a cut with these values. */
  String predicate(MetricPeriod period, Cut cut, List<String> values) {
    return "SELECT * FROM %s WHERE %s >= DATE'%s' AND %s < DATE'%s' AND %s%s"
        .formatted(
            table,
            dateColumn,
            period.start(),
            dateColumn,
            period.end(),
            included(),
            cut.predicate(values));
  }
}
