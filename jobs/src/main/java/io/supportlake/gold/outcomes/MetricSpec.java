package io.supportlake.gold.outcomes;

import java.io.Serializable;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.jspecify.annotations.Nullable;

/**
 * A metric's definition, one file of schemas/metrics. Expressions are Spark SQL over the rows of
 * {@code table}; in them {@code ${as_of}} is the as-of instant.
 *
 * @param where the rows that count
 * @param numerator share, weighted share: a predicate; percentile: the value; else a number to sum
 * @param denominator share: a predicate; weighted share: the row's weight; hajek: the inclusion
 *     probability; percentile: the share p; else a number to sum
 * @param censor percentile: minutes after which a null value is censored, at the latest after
 *     {@code maturityDays}, and so is what happens later; null = null values are left out
 * @param provisional share: how it is estimated while windows are open; null = not at all
 * @param scale what numerator / denominator (or the quantile) is multiplied with
 * @param maturityDays days after the month's end until its windows have closed
 * @param minimumN fewer observations are published as too few
 * @param cluster column whose values depend on each other: they are resampled together, and widen
 *     the interval of a share; null where observations are told apart by no such column
 * @param grains periods that it can be computed for
 * @param dimensions columns that the metric may be split by
 * @param isMovedByTime whether a mature number changes with the as-of instant though no row does
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
    @Nullable Provisional provisional,
    Kind kind,
    double scale,
    String unit,
    String direction,
    int maturityDays,
    long minimumN,
    @Nullable String cluster,
    List<MetricPeriod.Grain> grains,
    List<String> dimensions,
    String definitionHash,
    boolean isMovedByTime)
    implements Serializable {

  /** How components become a value and an interval. */
  enum Kind {
    SHARE,
    RATE_PER_EXPOSURE,
    MEAN,
    RATIO,
    MONEY_SHARE,
    WEIGHTED_SHARE,
    HAJEK,
    PERCENTILE;

    /** Whether days count as clusters beside customers. */
    boolean isClusteredByDay() {
      return this == SHARE || this == RATE_PER_EXPOSURE;
    }

    /** Whether the interval needs the sums of clusters. */
    boolean needsClusters() {
      return isClusteredByDay()
          || this == MEAN
          || this == RATIO
          || this == MONEY_SHARE
          || this == WEIGHTED_SHARE;
    }
  }

  /**
   * The time to an event of a unit whose window is open or closed.
   *
   * @param since instant from which the window of {@code maturityDays} runs; null = not a unit
   * @param event minutes from then to the event; null = has not happened so far
   * @param observed minutes from then to the as-of instant
   * @param isOfSurvivors whether the numerator counts units without the event, else those with it
   */
  record Provisional(String since, String event, String observed, boolean isOfSurvivors)
      implements Serializable {
    private static @Nullable Provisional of(@Nullable Row row, String asOf) {
      if (row == null) {
        return null;
      }
      String since = row.<String>getAs("since").strip();
      return new Provisional(
          since,
          given(row, "event", asOf),
          "(unix_micros(%s) - unix_micros(%s)) / 60000000.0D".formatted(asOf, since),
          row.<String>getAs("counts").equals("survivors"));
    }
  }

  /** Days that late data are waited for after the windows have closed. */
  static final int LATE_DAYS = 20;

  /** Stands for the as-of instant in expressions. */
  private static final String AS_OF = "${as_of}";

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
                Provisional.of(r.getAs("provisional"), instant),
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
                r.getAs("definition_hash"),
                // Windows have an end, so that what is censored at it stays so.
                Stream.of("where_clause", "numerator", "denominator")
                    .map(c -> r.<String>getAs(c))
                    .anyMatch(e -> e != null && e.contains(AS_OF))))
        .sorted(java.util.Comparator.comparing(MetricSpec::metric))
        .toList();
  }

  private static String given(Row row, String column, String asOf) {
    return row.<String>getAs(column).strip().replace(AS_OF, asOf);
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
      case WEIGHTED_SHARE -> predicate.append(" AND (").append(denominator).append(") IS NOT NULL");
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

  /** Minutes that a window lasts. */
  long windowMinutes() {
    return Duration.ofDays(maturityDays).toMinutes();
  }

  /** Percentile: SQL for the value, or for the time until which it was waited for. */
  String observed() {
    return censor == null
        ? "(%s)".formatted(numerator)
        : "least(coalesce(%s, %s), %d)".formatted(numerator, censor, windowMinutes());
  }

  /** Percentile: SQL for whether the value was seen; of what was not, {@link #observed} is less. */
  String happened() {
    return censor == null
        ? "true"
        : "coalesce((%s) <= %d, false)".formatted(numerator, windowMinutes());
  }

  /** Whether cells of a period may be estimated from windows that are open. */
  boolean isEstimated(MetricPeriod period, LocalDate asOf) {
    return provisional != null && asOf.isBefore(matureOn(period));
  }

  /** A query for the rows behind the cell of a cut with these values. */
  String predicate(MetricPeriod period, Cut cut, List<String> values) {
    return predicate(period, cut, values, included());
  }

  /** The same with the units whose windows are open. */
  String estimatedPredicate(MetricPeriod period, Cut cut, List<String> values) {
    return predicate(
        period,
        cut,
        values,
        "(%s) IS NOT NULL".formatted(Objects.requireNonNull(provisional).since()));
  }

  private String predicate(MetricPeriod period, Cut cut, List<String> values, String counted) {
    return "SELECT * FROM %s WHERE %s >= DATE'%s' AND %s < DATE'%s' AND %s%s"
        .formatted(
            table,
            dateColumn,
            period.start(),
            dateColumn,
            period.end(),
            counted,
            cut.predicate(values));
  }
}
