package io.supportlake.gold.outcomes;

import io.supportlake.rules.ClusterBootstrap;
import io.supportlake.rules.ClusteredQuantile;
import io.supportlake.rules.DesignEffect;
import io.supportlake.rules.ExactPoisson;
import io.supportlake.rules.Hajek;
import io.supportlake.rules.Interval;
import io.supportlake.rules.KaplanMeier;
import io.supportlake.rules.Wilson;
import java.io.Serializable;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.LocalDate;
import java.util.List;
import java.util.Objects;
import java.util.function.LongSupplier;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/** Turns the sums of a metric's cell into its value, interval and maturity. */
final class MetricCells implements Serializable {
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

  private final MetricPeriod.Grain grain;
  private final LocalDate asOf;

  /**
   * For periods of a length.
   *
   * @param asOf says which periods are mature, and which are estimated from open windows
   */
  MetricCells(MetricPeriod.Grain grain, LocalDate asOf) {
    this.grain = grain;
    this.asOf = asOf;
  }

  MetricPeriod.Grain grain() {
    return grain;
  }

  MetricPeriod period(LocalDate start) {
    return new MetricPeriod(grain, start);
  }

  /** Whether a metric's cells of a period may be estimated from windows that are open. */
  boolean isEstimated(MetricSpec spec, LocalDate start) {
    return spec.isEstimated(period(start), asOf);
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
    static @Nullable Survival of(MetricSpec spec, CellSurvival cell) {
      double window = (double) spec.windowMinutes() / MINUTES_AN_HOUR;
      KaplanMeier curve = cell.curve();
      double waiting = curve.survival(window);
      if (curve.units() == cell.n() || waiting == 0 || waiting == 1) {
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

  /**
   * The row of a cell.
   *
   * @param value its value in the cut, of several dimensions as {@link Cut} writes them
   * @param sums of its rows, at least one of which counts
   */
  Row cell(MetricSpec spec, MetricPeriod period, Cut cut, String value, CellSums sums) {
    long n = sums.n();
    boolean isEnough = n >= spec.minimumN();
    Survival survival =
        isEnough && sums instanceof CellSurvival units ? Survival.of(spec, units) : null;
    Estimate estimate =
        survival != null
            ? survival.estimate()
            : isEnough ? estimate(spec, sums, () -> seed(spec, period, cut, value)) : Estimate.NONE;
    LocalDate matureOn = spec.matureOn(period);
    String maturity = !isEnough ? "too_few" : asOf.isBefore(matureOn) ? "provisional" : "mature";
    return RowFactory.create(
        spec.metric(),
        grain.label(),
        java.sql.Date.valueOf(period.start()),
        cut.name(),
        value,
        survival == null ? published(sums.numerator()) : null,
        published(survival == null ? sums.denominator() : BigDecimal.valueOf(survival.units())),
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

  private static Estimate estimate(MetricSpec spec, CellSums sums, LongSupplier seed) {
    return switch (sums) {
      case CellTotals totals -> estimate(spec, totals, seed);
      case CellSurvival units -> share(spec, units.numerator(), units.n(), units.parts());
      case CellQuantile values -> quantile(spec, values, seed.getAsLong());
    };
  }

  private static Estimate estimate(MetricSpec spec, CellTotals totals, LongSupplier seed) {
    return switch (spec.kind()) {
      case SHARE -> share(spec, totals.numerator(), totals.n(), totals.parts());
      case RATE_PER_EXPOSURE -> {
        double exposure = totals.denominator().doubleValue();
        yield exposure <= 0
            ? Estimate.NONE
            : Estimate.of(
                totals.numerator().doubleValue() / exposure,
                ExactPoisson.clustered(
                    totals.numerator().longValueExact(),
                    exposure,
                    DesignEffect.ofRate(totals.parts(), CONFIDENCE),
                    CONFIDENCE),
                spec.scale(),
                "exact_poisson");
      }
      case MEAN, RATIO, MONEY_SHARE, WEIGHTED_SHARE -> resampled(spec, totals, seed.getAsLong());
      case HAJEK -> {
        if (totals.n() < 2) {
          yield Estimate.NONE;
        }
        Hajek.Estimate hajek = Hajek.estimate(totals.ofSample(), CONFIDENCE);
        // A linearised interval knows nothing of the values' bounds.
        Interval interval = spec.isBounded() ? hajek.interval().within(0, 1) : hajek.interval();
        yield Estimate.of(hajek.mean(), interval, spec.scale(), "hajek");
      }
      case PERCENTILE -> throw new IllegalArgumentException(spec.metric() + " has no sums");
    };
  }

  private static Estimate share(
      MetricSpec spec, BigDecimal counted, long n, List<DesignEffect.Part> parts) {
    long successes = counted.longValueExact();
    return n == 0
        ? Estimate.NONE
        : Estimate.of(
            (double) successes / n,
            Wilson.clustered(successes, n, DesignEffect.ofShare(parts, CONFIDENCE), CONFIDENCE),
            spec.scale(),
            "wilson");
  }

  private static Estimate resampled(MetricSpec spec, CellTotals totals, long seed) {
    double denominator = totals.denominator().doubleValue();
    if (denominator <= 0) {
      return Estimate.NONE;
    }
    double ratio = totals.numerator().doubleValue() / denominator;
    List<DesignEffect.Part> parts = totals.parts();
    return parts.size() < 2
        ? Estimate.withoutInterval(spec.scale() * ratio)
        : Estimate.of(
            ratio,
            ClusterBootstrap.ratio(
                parts.stream().mapToDouble(DesignEffect.Part::numerator).toArray(),
                parts.stream().mapToDouble(DesignEffect.Part::denominator).toArray(),
                CONFIDENCE,
                seed),
            spec.scale(),
            "cluster_bootstrap");
  }

  private static Estimate quantile(MetricSpec spec, CellQuantile values, long seed) {
    ClusteredQuantile.Estimate quantile =
        ClusteredQuantile.estimate(
            values.entries(), Double.parseDouble(spec.denominator()), CONFIDENCE, seed);
    if (quantile.value().isEmpty()) {
      return Estimate.NONE;
    }
    double value = spec.scale() * quantile.value().getAsDouble();
    return values.isOfOneGroup()
        ? Estimate.withoutInterval(value)
        : new Estimate(
            value,
            spec.scale() * quantile.low(),
            quantile.high() == Double.POSITIVE_INFINITY ? null : spec.scale() * quantile.high(),
            "cluster_bootstrap");
  }

  /** The same cell draws the same replicates in every run. */
  private static long seed(MetricSpec spec, MetricPeriod period, Cut cut, String value) {
    return "%s|%s|%s|%s".formatted(spec.metric(), period.start(), cut.name(), value).hashCode();
  }

  private static @Nullable BigDecimal published(@Nullable BigDecimal sum) {
    return sum == null ? null : sum.setScale(6, RoundingMode.HALF_UP);
  }
}
