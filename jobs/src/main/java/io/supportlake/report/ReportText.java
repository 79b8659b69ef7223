package io.supportlake.report;

import io.supportlake.report.ReportModel.Baseline;
import io.supportlake.report.ReportModel.Campaign;
import io.supportlake.report.ReportModel.Change;
import io.supportlake.report.ReportModel.Estimate;
import io.supportlake.report.ReportModel.Incident;
import io.supportlake.report.ReportModel.Kpi;
import io.supportlake.report.ReportModel.Maturity;
import io.supportlake.report.ReportModel.Verdict;
import io.supportlake.report.ReportModel.Worth;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** The sentences of the report: what a figure means, in words that need no training. */
public final class ReportText {
  private static final int HIGHLIGHTS = 3;

  private final ReportModel model;

  /** The sentences of a report. */
  public ReportText(ReportModel model) {
    this.model = model;
  }

  /** Figures in a KPI's unit. */
  public Figures figures(Kpi kpi) {
    return Figures.of(kpi.unit(), model.currency());
  }

  /** The report in a sentence or two. */
  public String headline() {
    long better = count(Verdict.BETTER);
    long worse = count(Verdict.WORSE);
    long unclear = count(Verdict.UNCLEAR);
    long missing = count(Verdict.NOT_ENOUGH_DATA);
    if (missing == model.kpis().size()) {
      return "There is not enough data yet to compare %s with a baseline; the figures that exist are shown without a verdict."
          .formatted(Figures.month(model.month()));
    }
    String sentence =
        "Of %d measures, %d %s better than the baseline and %d worse; %d %s unclear, for chance alone can explain the change"
            .formatted(model.kpis().size(), better, are(better), worse, unclear, are(unclear));
    return missing == 0
        ? sentence + "."
        : sentence + ", and %d cannot be judged yet.".formatted(missing);
  }

  private static String are(long count) {
    return count == 1 ? "is" : "are";
  }

  private long count(Verdict verdict) {
    return model.kpis().stream().filter(k -> k.verdict() == verdict).count();
  }

  /** A sentence for each of the first clear changes: what got worse first. */
  public List<String> highlights() {
    List<String> sentences = new ArrayList<>();
    for (Verdict verdict : List.of(Verdict.WORSE, Verdict.BETTER)) {
      model.kpis().stream()
          .filter(k -> k.verdict() == verdict)
          .limit(HIGHLIGHTS)
          .forEach(k -> sentences.add(highlight(k)));
    }
    return sentences;
  }

  private String highlight(Kpi kpi) {
    Change change = kpi.fromBaseline();
    Baseline baseline = kpi.baseline();
    Estimate value = kpi.value();
    if (change == null || baseline == null || value == null) {
      throw new IllegalStateException("a verdict without a change: " + kpi.metric());
    }
    Figures figures = figures(kpi);
    return "%s: %s, %s than the baseline's %s (%s)%s."
        .formatted(
            kpi.label(),
            figures.value(value),
            kpi.verdict() == Verdict.BETTER ? "better" : "worse",
            figures.value(baseline.estimate()),
            figures.change(change.estimate().value()),
            Optional.ofNullable(kpi.worth()).map(w -> ", " + worthShort(w)).orElse(""));
  }

  private String worthShort(Worth worth) {
    return worth.amount().signum() >= 0
        ? "worth about %s in the month".formatted(money(worth.amount()))
        : "a cost of about %s in the month".formatted(money(worth.amount().negate()));
  }

  /** Money rounded so that it does not claim more than is known. */
  public String money(BigDecimal amount) {
    return Figures.money(amount, model.currency());
  }

  /** What settles when, or that everything is final. */
  public String provisional() {
    List<Kpi> open =
        model.kpis().stream().filter(k -> k.maturity() == Maturity.PROVISIONAL).toList();
    if (open.isEmpty()) {
      return "All figures of the month are final.";
    }
    LocalDate last = open.stream().map(Kpi::settlesOn).max(Comparator.naturalOrder()).orElseThrow();
    return "%d of %d figures are provisional (marked *): late data or open observation windows can still move them. The last settles on %s."
        .formatted(open.size(), model.kpis().size(), Figures.day(last));
  }

  /** The verdict's word. */
  public static String word(Verdict verdict) {
    return switch (verdict) {
      case BETTER -> "Better";
      case WORSE -> "Worse";
      case UNCLEAR -> "Unclear";
      case NOT_ENOUGH_DATA -> "Not enough data";
    };
  }

  /** The verdict's symbol, so that nothing hangs on colour. */
  public static String symbol(Verdict verdict) {
    return switch (verdict) {
      case BETTER -> "▲";
      case WORSE -> "▼";
      case UNCLEAR -> "≈";
      case NOT_ENOUGH_DATA -> "○";
    };
  }

  /** The verdict's name in the style sheet. */
  public static String style(Verdict verdict) {
    return "v-" + verdict.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** Why there is a verdict or none, in a sentence or two. */
  public String reason(Kpi kpi) {
    Change change = kpi.fromBaseline();
    if (kpi.value() == null) {
      return kpi.n() == 0
          ? "There are no observations for %s yet, so there is nothing to show."
              .formatted(Figures.month(model.month()))
          : "Only %s observations in %s: too few for a dependable figure, so none is shown."
              .formatted(Figures.count(kpi.n()), Figures.month(model.month()));
    }
    if (change == null || kpi.baseline() == null) {
      return "There is no baseline to compare with: its window holds too little data, or the month"
          + " lies inside it.";
    }
    Figures figures = figures(kpi);
    Baseline baseline = kpi.baseline();
    String moved =
        "%s from %s in the baseline (%s) to %s: a change of %s%s"
            .formatted(
                change.estimate().value() > 0
                    ? "It rose"
                    : change.estimate().value() < 0 ? "It fell" : "It stayed",
                figures.value(baseline.estimate()),
                window(baseline),
                figures.value(kpi.value()),
                figures.change(change.estimate().value()),
                change.relative() == null ? "" : " (" + Figures.relative(change.relative()) + ")");
    String interval = figures.changeInterval(change.estimate());
    if (interval.equals(Figures.NONE)) {
      return moved + ". No interval is known, so no verdict is given.";
    }
    return switch (change.verdict()) {
      case BETTER, WORSE ->
          "%s. With 95%% confidence the true change lies between %s, which is %s."
              .formatted(
                  moved,
                  interval.replace(" to ", " and "),
                  change.verdict() == Verdict.BETTER ? "better throughout" : "worse throughout");
      case UNCLEAR, NOT_ENOUGH_DATA ->
          "%s. With 95%% confidence the true change lies between %s, so chance alone can explain it."
              .formatted(moved, interval.replace(" to ", " and "));
    };
  }

  /** The months of a baseline, in words. */
  public static String window(Baseline baseline) {
    return baseline.from().equals(baseline.to())
        ? Figures.month(baseline.to())
        : Figures.month(baseline.from()) + " to " + Figures.month(baseline.to());
  }

  /** What the change was worth, with its interval. */
  public String worth(Worth worth) {
    BigDecimal low = worth.low();
    BigDecimal high = worth.high();
    String range =
        low == null || high == null ? "" : " (95%%: %s to %s)".formatted(money(low), money(high));
    boolean isClear = low != null && high != null && low.signum() * high.signum() > 0;
    return isClear || range.isEmpty()
        ? (worth.amount().signum() >= 0
                ? "Gain of about %s in the month%s."
                : "Cost of about %s in the month%s.")
            .formatted(money(worth.amount().abs()), range)
        : "Not clear: about %s in the month%s.".formatted(money(worth.amount()), range);
  }

  /** The amount for the summary table; a dash when the change is not clear or not priced. */
  public String worthCell(Kpi kpi) {
    Worth worth = kpi.worth();
    if (worth == null) {
      return "not priced";
    }
    return switch (kpi.verdict()) {
      case BETTER, WORSE -> Figures.signedMoney(worth.amount(), model.currency());
      case UNCLEAR -> "not clear";
      case NOT_ENOUGH_DATA -> Figures.NONE;
    };
  }

  /** How settled a KPI's month is. */
  public static String maturity(Kpi kpi) {
    return switch (kpi.maturity()) {
      case MATURE -> "Final since " + Figures.day(kpi.settlesOn()) + ".";
      case PROVISIONAL -> "Provisional: it settles on " + Figures.day(kpi.settlesOn()) + ".";
      case TOO_FEW -> "Too few observations for a figure.";
    };
  }

  /** The mark of a provisional figure. */
  public static String mark(Maturity maturity) {
    return maturity == Maturity.PROVISIONAL ? "*" : "";
  }

  /** How intervals are made, in words. */
  public static String method(String intervalMethod) {
    return switch (intervalMethod) {
      case "wilson" -> "Wilson score interval of a share";
      case "exact_poisson" -> "exact Poisson interval of a rate";
      case "hajek" -> "linearised interval of a designed sample (Hájek)";
      case "cluster_bootstrap" -> "bootstrap clustered by customer";
      case "kaplan_meier", "brookmeyer_crowley" -> "Kaplan–Meier estimate, open cases censored";
      case "none" -> "no interval";
      default -> intervalMethod.replace('_', ' ');
    };
  }

  /** What a campaign's result means. */
  public String campaign(Campaign campaign) {
    String effect = Figures.of("share", model.currency()).changeInterval(campaign.effect());
    return switch (campaign.verdict()) {
      case "effect" ->
          campaign.effect().value() < 0
              ? "Fewer customers left in the treated group%s."
                  .formatted(
                      campaign.saved() == null
                          ? ""
                          : ", about %s of monthly revenue kept".formatted(money(campaign.saved())))
              : "More customers left in the treated group: stop and look into it.";
      case "running" ->
          "Still running: the outcome is complete on %s."
              .formatted(Figures.day(campaign.horizonEndsOn()));
      case "sample_ratio_mismatch" ->
          "No result: the groups' sizes do not fit the plan, so the comparison cannot be trusted.";
      default ->
          "No clear effect: it may lie anywhere between %s; only effects of %s or more could have been seen reliably."
              .formatted(
                  effect.replace(" to ", " and "),
                  Figures.of("share", model.currency())
                      .change(campaign.minimumDetectableEffect())
                      .replace("+", ""));
    };
  }

  /** A word from the tables, for readers. */
  public static String plain(String code) {
    return switch (code) {
      case "late_data" -> "late data";
      case "definition" -> "definition changed";
      case "error_template" -> "Application error";
      case "family_surge" -> "Surge of a known issue";
      case "ticket_cluster" -> "New kind of ticket";
      case "release" -> "Release";
      case "regulatory" -> "Regulatory change";
      default -> code.replace('_', ' ');
    };
  }

  /** How many of the incidents touched the month. */
  public long incidentsOfMonth() {
    return model.incidents().stream().filter(i -> !i.to().isBefore(model.month().atDay(1))).count();
  }

  /** Days of an incident. */
  public static String days(Incident incident) {
    return incident.from().equals(incident.to())
        ? Figures.day(incident.from())
        : Figures.day(incident.from()) + " – " + Figures.day(incident.to());
  }

  /** A KPI's chart; empty text when there is nothing to draw. */
  public String chart(Kpi kpi) {
    Baseline baseline = kpi.baseline();
    List<TrendChart.Mark> marks =
        IntStream.range(0, model.incidents().size())
            .mapToObj(i ->
                new TrendChart.Mark(
                    model.incidents().get(i).from(), i + 1, model.incidents().get(i).label()))
            .toList();
    return TrendChart.svg(
        new TrendChart.Series(
            "trend-" + kpi.metric().replaceAll("[^A-Za-z0-9_-]", "-"),
            kpi.label() + " by month",
            kpi.unit(),
            model.currency(),
            kpi.trend(),
            baseline == null ? null : baseline.estimate().value(),
            marks));
  }

  /** What a KPI's number is now, or a dash. */
  public String optional(@Nullable Double value, String unit) {
    return value == null ? Figures.NONE : Figures.of(unit, model.currency()).value(value);
  }
}
