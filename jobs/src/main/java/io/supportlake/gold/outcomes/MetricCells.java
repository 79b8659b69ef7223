package io.supportlake.gold.outcomes;

import io.supportlake.rules.ClusterBootstrap;
import io.supportlake.rules.ClusteredQuantile;
import io.supportlake.rules.DesignEffect;
import io.supportlake.rules.ExactPoisson;
import io.supportlake.rules.Hajek;
import io.supportlake.rules.Interval;
import io.supportlake.rules.KaplanMeier;
import io.supportlake.rules.QuantileSketch;
import io.supportlake.rules.Wilson;
import java.io.Serializable;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/** Turns the components of a metric's cell into its value, interval and maturity. */
final class MetricCells implements Serializable {
  /** Sums of the groups of clusters, and of days where they are counted as clusters. */
  static final String PARTS = "array<struct<cluster: int, day: int, num: double, den: double>>";

  /** Buckets of the values. */
  static final String ENTRIES =
      "array<struct<bucket: int, happened: boolean, cluster: int, entry_count: bigint>>";

  /** What {@link #cell} takes. */
  static final StructType COMPONENTS =
      StructType.fromDDL(
          "metric string, period_start date, dimension string, dimension_value string, n bigint,"
              + " num decimal(38,12), den decimal(38,12), ww decimal(38,12), wwy decimal(38,12),"
              + " wwyy decimal(38,12), parts "
              + PARTS
              + ", entries "
              + ENTRIES);

  /** What {@link #cell} gives. */
  static final StructType SCHEMA =
      StructType.fromDDL(
          "metric string, period string, period_start date, dimension string, dimension_value"
              + " string, numerator decimal(28,6), denominator decimal(28,6), n bigint, value"
              + " double, interval_low double, interval_high double, interval_method string, unit"
              + " string, maturity string, mature_on date, predicate string, definition_hash"
              + " string");

  private static final long serialVersionUID = 1L;
  private static final double CONFIDENCE = 0.95;
  private static final int MINUTES_AN_HOUR = 60;

  private final Map<String, MetricSpec> specs;
  private final MetricPeriod.Grain grain;
  private final LocalDate asOf;

  MetricCells(List<MetricSpec> specs, MetricPeriod.Grain grain, LocalDate asOf) {
    this.specs =
        specs.stream()
            .collect(Collectors.toUnmodifiableMap(MetricSpec::metric, Function.identity()));
    this.grain = grain;
    this.asOf = asOf;
  }

  /** The value with its interval; both null when there is none. */
  private record Estimate(
      @Nullable Double value, @Nullable Double low, @Nullable Double high, String method) {
    static final Estimate NONE = new Estimate(null, null, null, "none");

    /** One cluster says nothing about how clusters differ. */
    static Estimate withoutInterval(double value) {
      return new Estimate(value, null, null, "none");
    }

    static Estimate of(double value, Interval interval, double scale, String method) {
      // A percentile interval of a skewed bootstrap may miss the estimate by a hair.
      return new Estimate(
          scale * value,
          scale * StrictMath.min(interval.low(), value),
          scale * StrictMath.max(interval.high(), value),
          method);
    }
  }

  /**
   * A share while some windows are open: by Kaplan and Meier, what is open being censored.
   *
   * @param units those whose window is open among them
   */
  private record Survival(Estimate estimate, long units) {
    /** Nothing where no window is open, or where no unit's event says how much it varies. */
    static @Nullable Survival of(MetricSpec spec, Row row, long closed) {
      double window = (double) spec.windowMinutes() / MINUTES_AN_HOUR;
      Map<Double, KaplanMeier.Counts> counts = new TreeMap<>();
      for (Row entry : row.<Row>getList(row.fieldIndex("entries"))) {
        long count = entry.<Long>getAs("entry_count");
        counts.merge(
            (double) entry.<Integer>getAs("bucket"),
            entry.<Boolean>getAs("happened")
                ? new KaplanMeier.Counts(count, 0)
                : new KaplanMeier.Counts(0, count),
            KaplanMeier.Counts::plus);
      }
      KaplanMeier curve = KaplanMeier.ofCounts(counts);
      double waiting = curve.survival(window);
      if (curve.units() == closed || waiting == 0 || waiting == 1) {
        return null;
      }
      Interval interval = curve.interval(window, CONFIDENCE);
      boolean isOfSurvivors = Objects.requireNonNull(spec.provisional()).isOfSurvivors();
      return new Survival(
          isOfSurvivors
              ? Estimate.of(waiting, interval, spec.scale(), "kaplan_meier")
              : Estimate.of(
                  1 - waiting,
                  new Interval(1 - interval.high(), 1 - interval.low()),
                  spec.scale(),
                  "kaplan_meier"),
          curve.units());
    }
  }

  Row cell(Row row) {
    MetricSpec spec = Objects.requireNonNull(specs.get(row.<String>getAs("metric")));
    MetricPeriod period =
        new MetricPeriod(grain, row.<java.sql.Date>getAs("period_start").toLocalDate());
    Cut cut = Cut.named(row.getAs("dimension"));
    String value = row.getAs("dimension_value");
    long n = row.<Long>getAs("n");
    boolean isEnough = n >= spec.minimumN();
    Survival survival =
        isEnough && spec.isEstimated(period, asOf) ? Survival.of(spec, row, n) : null;
    Estimate estimate =
        survival != null ? survival.estimate() : isEnough ? estimate(spec, row, n) : Estimate.NONE;
    LocalDate matureOn = spec.matureOn(period);
    String maturity = !isEnough ? "too_few" : asOf.isBefore(matureOn) ? "provisional" : "mature";
    return RowFactory.create(
        spec.metric(),
        grain.label(),
        java.sql.Date.valueOf(period.start()),
        cut.name(),
        value,
        survival == null ? published(row.getAs("num")) : null,
        survival == null
            ? published(row.getAs("den"))
            : published(BigDecimal.valueOf(survival.units())),
        survival == null ? n : survival.units(),
        estimate.value(),
        estimate.low(),
        estimate.high(),
        estimate.method(),
        spec.unit(),
        maturity,
        java.sql.Date.valueOf(matureOn),
        survival == null
            ? spec.predicate(period, cut, cut.values(value))
            : spec.estimatedPredicate(period, cut, cut.values(value)),
        spec.definitionHash());
  }

  private static Estimate estimate(MetricSpec spec, Row row, long n) {
    return switch (spec.kind()) {
      case SHARE -> {
        long successes = row.<BigDecimal>getAs("num").longValueExact();
        yield n == 0
            ? Estimate.NONE
            : Estimate.of(
                (double) successes / n,
                Wilson.clustered(
                    successes, n, DesignEffect.ofShare(parts(row), CONFIDENCE), CONFIDENCE),
                spec.scale(),
                "wilson");
      }
      case RATE_PER_EXPOSURE -> {
        double exposure = number(row, "den");
        yield exposure <= 0
            ? Estimate.NONE
            : Estimate.of(
                number(row, "num") / exposure,
                ExactPoisson.clustered(
                    row.<BigDecimal>getAs("num").longValueExact(),
                    exposure,
                    DesignEffect.ofRate(parts(row), CONFIDENCE),
                    CONFIDENCE),
                spec.scale(),
                "exact_poisson");
      }
      case MEAN, RATIO, MONEY_SHARE, WEIGHTED_SHARE -> resampled(spec, row);
      case HAJEK -> {
        if (n < 2) {
          yield Estimate.NONE;
        }
        Hajek.Estimate hajek =
            Hajek.estimate(
                new Hajek.Sums(
                    n,
                    number(row, "den"),
                    number(row, "num"),
                    number(row, "ww"),
                    number(row, "wwy"),
                    number(row, "wwyy")),
                CONFIDENCE);
        // A linearised interval knows nothing of the values' bounds.
        Interval interval = spec.isBounded() ? hajek.interval().within(0, 1) : hajek.interval();
        yield Estimate.of(hajek.mean(), interval, spec.scale(), "hajek");
      }
      case PERCENTILE -> quantile(spec, row);
    };
  }

  private static List<DesignEffect.Part> parts(Row row) {
    List<Row> parts = row.getList(row.fieldIndex("parts"));
    return parts.stream()
        .map(p ->
            new DesignEffect.Part(
                p.<Integer>getAs("cluster"),
                p.<Integer>getAs("day"),
                p.<Double>getAs("num"),
                p.<Double>getAs("den")))
        .toList();
  }

  private static Estimate resampled(MetricSpec spec, Row row) {
    List<Row> parts = row.getList(row.fieldIndex("parts"));
    double[] numerators = parts.stream().mapToDouble(p -> p.<Double>getAs("num")).toArray();
    double[] denominators = parts.stream().mapToDouble(p -> p.<Double>getAs("den")).toArray();
    double denominator = number(row, "den");
    if (denominator > 0 && parts.size() < 2) {
      return Estimate.withoutInterval(spec.scale() * number(row, "num") / denominator);
    }
    return denominator <= 0
        ? Estimate.NONE
        : Estimate.of(
            number(row, "num") / denominator,
            ClusterBootstrap.ratio(numerators, denominators, CONFIDENCE, seed(row)),
            spec.scale(),
            "cluster_bootstrap");
  }

  private static Estimate quantile(MetricSpec spec, Row row) {
    List<Row> rows = row.getList(row.fieldIndex("entries"));
    ClusteredQuantile.Entry[] entries =
        rows.stream()
            .map(e ->
                new ClusteredQuantile.Entry(
                    e.<Integer>getAs("cluster"),
                    QuantileSketch.valueOf(e.<Integer>getAs("bucket")),
                    e.<Boolean>getAs("happened"),
                    e.<Long>getAs("entry_count")))
            .toArray(ClusteredQuantile.Entry[]::new);
    ClusteredQuantile.Estimate quantile =
        ClusteredQuantile.estimate(
            entries, Double.parseDouble(spec.denominator()), CONFIDENCE, seed(row));
    if (quantile.value().isEmpty()) {
      return Estimate.NONE;
    }
    return Arrays.stream(entries).map(ClusteredQuantile.Entry::cluster).distinct().count() < 2
        ? Estimate.withoutInterval(spec.scale() * quantile.value().getAsDouble())
        : new Estimate(
            spec.scale() * quantile.value().getAsDouble(),
            spec.scale() * quantile.low(),
            quantile.high() == Double.POSITIVE_INFINITY ? null : spec.scale() * quantile.high(),
            "cluster_bootstrap");
  }

  /** The same cell draws the same replicates in every run. */
  private static long seed(Row row) {
    return String.format(
            Locale.ROOT,
            "%s|%s|%s|%s",
            row.<String>getAs("metric"),
            row.<Object>getAs("period_start"),
            row.<String>getAs("dimension"),
            row.<String>getAs("dimension_value"))
        .hashCode();
  }

  private static double number(Row row, String column) {
    return row.<BigDecimal>getAs(column).doubleValue();
  }

  private static @Nullable BigDecimal published(@Nullable BigDecimal sum) {
    return sum == null ? null : sum.setScale(6, RoundingMode.HALF_UP);
  }
}
