package io.supportlake.report;

import java.math.BigDecimal;
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Everything one monthly report says.
 *
 * @param month the month reported
 * @param asOf last day whose data it holds
 * @param zone reporting zone, an IANA name
 * @param currency ISO 4217 code of all amounts
 * @param kpis in the report's order
 * @param corrections published numbers of earlier months that changed, newest first
 * @param incidents alerts of the month, largest first, then the largest of earlier months
 * @param releases releases and regulatory changes of the month, by date
 * @param campaigns outreach results, newest first
 * @param lists outreach lists of the month
 * @param sources how complete each source's data are
 * @param lineage what it was computed from
 */
public record ReportModel(
    YearMonth month,
    LocalDate asOf,
    String zone,
    String currency,
    List<Kpi> kpis,
    List<Correction> corrections,
    List<Incident> incidents,
    List<Release> releases,
    List<Campaign> campaigns,
    List<ListSummary> lists,
    List<Source> sources,
    Lineage lineage) {

  /** Copies the lists; a report needs at least one KPI. */
  public ReportModel {
    if (kpis.isEmpty()) {
      throw new IllegalArgumentException("a report needs at least one KPI, was none: " + month);
    }
    kpis = List.copyOf(kpis);
    corrections = List.copyOf(corrections);
    incidents = List.copyOf(incidents);
    releases = List.copyOf(releases);
    campaigns = List.copyOf(campaigns);
    lists = List.copyOf(lists);
    sources = List.copyOf(sources);
  }

  /** Which way is better. */
  public enum Direction {
    /** More is better. */
    UP,
    /** Less is better. */
    DOWN
  }

  /** What a change means. */
  public enum Verdict {
    /** The interval of the change lies on the good side of 0. */
    BETTER,
    /** It lies on the bad side. */
    WORSE,
    /** It holds 0. */
    UNCLEAR,
    /** One of the two numbers is missing. */
    NOT_ENOUGH_DATA
  }

  /** How settled a number is. */
  public enum Maturity {
    /** Final, late data included. */
    MATURE,
    /** Windows are open or late data may still come. */
    PROVISIONAL,
    /** Below the least number of observations. */
    TOO_FEW
  }

  /**
   * A number with its 95 % interval.
   *
   * @param low null = no interval is known (then high is null too)
   */
  public record Estimate(double value, @Nullable Double low, @Nullable Double high) {
    /** Refuses half an interval. */
    public Estimate {
      if ((low == null) != (high == null)) {
        throw new IllegalArgumentException(
            "an interval has two bounds or none, was %s, %s".formatted(low, high));
      }
    }
  }

  /**
   * A difference of two numbers, in the KPI's unit.
   *
   * @param estimate new less old
   * @param relative the same as a share of the old; null = the old is 0
   */
  public record Change(Estimate estimate, @Nullable Double relative, Verdict verdict) {}

  /**
   * What the change from the baseline was worth in the month; positive = gained.
   *
   * @param low at the unfavourable end of the change's interval; null = no interval
   */
  public record Worth(
      BigDecimal amount, @Nullable BigDecimal low, @Nullable BigDecimal high, String assumption) {}

  /**
   * The window that a KPI is compared with.
   *
   * @param from first month
   * @param to last month
   * @param isPooled false = a percentile, taken from the last month alone
   */
  public record Baseline(Estimate estimate, YearMonth from, YearMonth to, boolean isPooled) {
    /** Whether its months were added up. */
    public boolean pooled() {
      return isPooled;
    }
  }

  /**
   * A month of a trend.
   *
   * @param estimate null = too few or nothing
   * @param n observations
   */
  public record Point(YearMonth month, @Nullable Estimate estimate, long n, Maturity maturity) {}

  /**
   * One measure of the report.
   *
   * @param metric its name in schemas/metrics
   * @param unit unit of all its numbers, as the metric's file has it
   * @param definition what is counted, in words
   * @param value null = too few or nothing
   * @param n observations of the month
   * @param intervalMethod how the intervals are made
   * @param settlesOn day on which the month's number becomes final
   * @param baseline null = none can be compared with
   * @param trend up to 18 months ending with the reported one, ascending
   */
  public record Kpi(
      String metric,
      String label,
      String unit,
      Direction direction,
      String definition,
      @Nullable Estimate value,
      long n,
      String intervalMethod,
      Maturity maturity,
      LocalDate settlesOn,
      @Nullable Estimate previous,
      @Nullable Change fromPrevious,
      @Nullable Baseline baseline,
      @Nullable Change fromBaseline,
      @Nullable Worth worth,
      List<Point> trend) {

    /** Copies the trend. */
    public Kpi {
      trend = List.copyOf(trend);
    }

    /** The verdict against the baseline. */
    public Verdict verdict() {
      return Optional.ofNullable(fromBaseline).map(Change::verdict).orElse(Verdict.NOT_ENOUGH_DATA);
    }
  }

  /**
   * A published number that changed later.
   *
   * @param notedOn day on which it was noted
   * @param cause late_data, correction, erasure or definition
   */
  public record Correction(
      LocalDate notedOn,
      YearMonth month,
      String label,
      String unit,
      @Nullable Double oldValue,
      @Nullable Double newValue,
      String cause) {}

  /**
   * An emerging issue.
   *
   * @param kind error_template, family_surge or ticket_cluster
   * @param customers most distinct customers on a day
   * @param reason one sentence
   */
  public record Incident(
      LocalDate from, LocalDate to, String kind, String label, long customers, String reason) {}

  /**
   * A release or a regulatory change.
   *
   * @param kind release or regulatory
   */
  public record Release(LocalDate date, String kind, String title, @Nullable String version) {}

  /**
   * What a campaign did, both arms counted from assignment.
   *
   * @param effect treated less control rate of churn
   * @param verdict effect, no_clear_effect, running or sample_ratio_mismatch
   * @param saved monthly revenue kept; null = no clear effect
   */
  public record Campaign(
      String label,
      long treated,
      long control,
      long contacted,
      double treatedRate,
      double controlRate,
      Estimate effect,
      double minimumDetectableEffect,
      LocalDate horizonEndsOn,
      String verdict,
      @Nullable BigDecimal saved) {}

  /**
   * The lists of a team in the month.
   *
   * @param lines lines of the newest list
   * @param fresh of these, new ones
   * @param atRisk expected value at risk of the newest list
   */
  public record ListSummary(
      String team, LocalDate listDate, long lines, long fresh, BigDecimal atRisk) {}

  /**
   * A source of data.
   *
   * @param completeUntil last day that is complete; null = nothing came yet
   * @param read records read in the month
   * @param rejected of these, set aside as broken
   * @param duplicates of these, seen before
   * @param note what a reader should know, or empty
   */
  public record Source(
      String name,
      @Nullable LocalDate completeUntil,
      long read,
      long rejected,
      long duplicates,
      String note) {}

  /** A table and the version that was read. */
  public record TableVersion(String table, long version) {}

  /** What the report was computed from. */
  public record Lineage(
      String runId, String configurationHash, String programVersion, List<TableVersion> tables) {
    /** Copies the tables. */
    public Lineage {
      tables = List.copyOf(tables);
    }
  }
}
