package io.supportlake.report;

import io.supportlake.report.ReportModel.Estimate;
import io.supportlake.report.ReportModel.Maturity;
import io.supportlake.report.ReportModel.Point;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A trend as inline SVG: a line with a point a month, the 95 % intervals as a band, the baseline as
 * a dashed line and numbered marks where incidents began. Gaps stay gaps. It has a title and a
 * description for readers who do not see it, needs no style sheet, and prints in grey.
 */
public final class TrendChart {
  private static final double WIDTH = 720;
  private static final double HEIGHT = 236;
  private static final double LEFT = 62;
  private static final double RIGHT = 14;
  private static final double TOP = 30;
  private static final double BOTTOM = 40;
  private static final String INK = "#1d2733";
  private static final String GREY = "#55606e";
  private static final String LINE = "#0b5394";
  private static final String BAND = "#c9dcee";
  private static final String MARK = "#9a3412";

  private TrendChart() {}

  /**
   * What a chart shows.
   *
   * @param id unique in the document, a valid XML name
   * @param title what is drawn
   * @param unit the metric's unit
   * @param currency ISO 4217 code
   * @param points ascending, one a month
   * @param baseline null = none
   * @param marks incidents, numbered from 1 in this order; those outside the months are left out
   */
  public record Series(
      String id,
      String title,
      String unit,
      String currency,
      List<Point> points,
      @Nullable Double baseline,
      List<Mark> marks) {
    /** Copies the lists. */
    public Series {
      points = List.copyOf(points);
      marks = List.copyOf(marks);
    }
  }

  /** Something that happened on a day, with the number readers find it under. */
  public record Mark(LocalDate day, int number, String label) {}

  /** The chart, a single {@code svg} element; empty text when no month has a value. */
  public static String svg(Series series) {
    List<Point> points = series.points();
    if (points.stream().noneMatch(p -> p.estimate() != null)) {
      return "";
    }
    return new Drawing(series).draw();
  }

  private static final class Drawing {
    private final Series series;
    private final Figures figures;
    private final double factor;
    private final double[] ticks;
    private final StringBuilder out = new StringBuilder(4000);

    Drawing(Series series) {
      this.series = series;
      this.figures = Figures.of(series.unit(), series.currency());
      this.factor = figures.axisFactor();
      this.ticks = ticks(series, factor);
    }

    String draw() {
      // No unit in width: the style sheets of page and print scale it by its viewBox.
      out.append(
          "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"trend\" role=\"img\" width=\"%s\""
                  .formatted(at(WIDTH))
              + " height=\"%s\" viewBox=\"0 0 %s %s\" aria-labelledby=\"%s-t %s-d\">"
                  .formatted(at(HEIGHT), at(WIDTH), at(HEIGHT), series.id(), series.id()));
      out.append("<title id=\"%s-t\">%s</title>".formatted(series.id(), xml(series.title())));
      out.append("<desc id=\"%s-d\">%s</desc>".formatted(series.id(), xml(description(series))));
      axes();
      band();
      baseline();
      marks();
      line();
      return out.append("</svg>").toString();
    }

    private double x(int index) {
      int steps = Math.max(1, series.points().size() - 1);
      double usable = WIDTH - LEFT - RIGHT - 24;
      return series.points().size() == 1
          ? LEFT + (WIDTH - LEFT - RIGHT) / 2
          : LEFT + 12 + usable * index / steps;
    }

    private double y(double stored) {
      double low = ticks[0];
      double high = ticks[ticks.length - 1];
      double share = (stored * factor - low) / (high - low);
      return HEIGHT - BOTTOM - Math.clamp(share, 0, 1) * (HEIGHT - TOP - BOTTOM);
    }

    private void axes() {
      int decimals = decimals(ticks[1] - ticks[0]);
      text(4, 16, "start", GREY, figures.axis());
      for (double tick : ticks) {
        double y = y(tick / factor);
        rule(LEFT, y, WIDTH - RIGHT, y, "#d5dae0", 1, "");
        text(LEFT - 7, y + 4, "end", GREY, Figures.number(tick, decimals));
      }
      for (int i = 0; i < series.points().size(); i++) {
        YearMonth month = series.points().get(i).month();
        text(x(i), HEIGHT - BOTTOM + 17, "middle", GREY, format(month, "MMM"));
        if (i == 0 || month.getMonthValue() == 1) {
          text(x(i), HEIGHT - BOTTOM + 32, "middle", GREY, format(month, "uuuu"));
        }
      }
    }

    private void band() {
      List<List<Integer>> runs = runs(p -> p.estimate() != null && p.estimate().low() != null);
      for (List<Integer> run : runs) {
        StringBuilder shape = new StringBuilder();
        for (int i : run) {
          shape.append(pair(i, bound(i, true)));
        }
        for (int i : run.reversed()) {
          shape.append(pair(i, bound(i, false)));
        }
        if (run.size() == 1) {
          int i = run.getFirst();
          rule(x(i), y(bound(i, true)), x(i), y(bound(i, false)), BAND, 6, "");
        } else {
          out.append(
              "<polygon points=\"%s\" fill=\"%s\"/>".formatted(shape.toString().strip(), BAND));
        }
      }
    }

    private double bound(int index, boolean isUpper) {
      Estimate estimate = series.points().get(index).estimate();
      if (estimate == null || estimate.low() == null || estimate.high() == null) {
        throw new IllegalStateException("no interval at " + series.points().get(index).month());
      }
      return isUpper ? estimate.high() : estimate.low();
    }

    private void baseline() {
      Double baseline = series.baseline();
      if (baseline != null) {
        double y = y(baseline);
        rule(LEFT, y, WIDTH - RIGHT, y, INK, 1.2, " stroke-dasharray=\"6 4\"");
      }
    }

    private void marks() {
      for (int i = 0; i < series.points().size(); i++) {
        YearMonth month = series.points().get(i).month();
        List<Integer> numbers =
            series.marks().stream()
                .filter(m -> YearMonth.from(m.day()).equals(month))
                .map(Mark::number)
                .sorted()
                .toList();
        if (!numbers.isEmpty()) {
          rule(x(i), TOP - 6, x(i), HEIGHT - BOTTOM, MARK, 1, " stroke-dasharray=\"2 3\"");
          text(x(i), TOP - 10, "middle", MARK, listed(numbers));
        }
      }
    }

    /** Ascending numbers; three and more in a row as a range, so that the label stays short. */
    private static String listed(List<Integer> numbers) {
      List<String> parts = new ArrayList<>();
      for (int from = 0; from < numbers.size(); ) {
        int to = from;
        while (to + 1 < numbers.size() && numbers.get(to + 1) == numbers.get(to) + 1) {
          to++;
        }
        if (to - from >= 2) {
          parts.add(numbers.get(from) + "–" + numbers.get(to));
        } else {
          numbers.subList(from, to + 1).forEach(n -> parts.add(String.valueOf(n)));
        }
        from = to + 1;
      }
      return String.join(", ", parts);
    }

    private void line() {
      for (List<Integer> run : runs(p -> p.estimate() != null)) {
        if (run.size() > 1) {
          StringBuilder path = new StringBuilder();
          for (int i : run) {
            path.append(pair(i, value(i)));
          }
          out.append(
              "<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\"/>"
                  .formatted(path.toString().strip(), LINE));
        }
        for (int i : run) {
          boolean isMature = series.points().get(i).maturity() == Maturity.MATURE;
          out.append(
              "<circle cx=\"%s\" cy=\"%s\" r=\"3.6\" fill=\"%s\" stroke=\"%s\" stroke-width=\"1.8\"/>"
                  .formatted(at(x(i)), at(y(value(i))), isMature ? LINE : "#ffffff", LINE));
        }
      }
    }

    private double value(int index) {
      Estimate estimate = series.points().get(index).estimate();
      if (estimate == null) {
        throw new IllegalStateException("no value in " + series.points().get(index).month());
      }
      return estimate.value();
    }

    private String pair(int index, double stored) {
      return "%s,%s ".formatted(at(x(index)), at(y(stored)));
    }

    private List<List<Integer>> runs(java.util.function.Predicate<Point> has) {
      List<List<Integer>> runs = new ArrayList<>();
      List<Integer> run = new ArrayList<>();
      for (int i = 0; i < series.points().size(); i++) {
        if (has.test(series.points().get(i))) {
          run.add(i);
        } else if (!run.isEmpty()) {
          runs.add(run);
          run = new ArrayList<>();
        }
      }
      if (!run.isEmpty()) {
        runs.add(run);
      }
      return runs;
    }

    private void rule(
        double x1, double y1, double x2, double y2, String color, double width, String more) {
      out.append(
          "<line x1=\"%s\" y1=\"%s\" x2=\"%s\" y2=\"%s\" stroke=\"%s\" stroke-width=\"%s\"%s/>"
              .formatted(at(x1), at(y1), at(x2), at(y2), color, at(width), more));
    }

    private void text(double x, double y, String anchor, String color, String words) {
      out.append(
          "<text x=\"%s\" y=\"%s\" text-anchor=\"%s\" fill=\"%s\" font-size=\"12\""
                  .formatted(at(x), at(y), anchor, color)
              + " font-family=\"Liberation Sans, Arial, sans-serif\">%s</text>"
                  .formatted(xml(words)));
    }
  }

  /** First and last value, least and greatest, in words. */
  static String description(Series series) {
    Figures figures = Figures.of(series.unit(), series.currency());
    List<Point> shown = series.points().stream().filter(p -> p.estimate() != null).toList();
    Point first = shown.getFirst();
    Point last = shown.getLast();
    return "Monthly values with 95%% intervals from %s (%s) to %s (%s). The table below holds them."
        .formatted(
            Figures.month(first.month()),
            figures.value(first.estimate()),
            Figures.month(last.month()),
            figures.value(last.estimate()));
  }

  /** Round steps (1, 2, 5 x 10^k) that cover every value, bound and baseline drawn. */
  static double[] ticks(Series series, double factor) {
    double low = Double.POSITIVE_INFINITY;
    double high = Double.NEGATIVE_INFINITY;
    List<Double> drawn = new ArrayList<>();
    for (Point point : series.points()) {
      Estimate estimate = point.estimate();
      if (estimate != null) {
        drawn.add(estimate.value());
        if (estimate.low() != null && estimate.high() != null) {
          drawn.add(estimate.low());
          drawn.add(estimate.high());
        }
      }
    }
    if (series.baseline() != null) {
      drawn.add(series.baseline());
    }
    for (double value : drawn) {
      low = Math.min(low, value * factor);
      high = Math.max(high, value * factor);
    }
    if (high - low < 1e-9) {
      double pad = Math.max(Math.abs(high) * 0.1, 0.5);
      low -= pad;
      high += pad;
    }
    double rough = (high - low) / 4;
    double power = Math.pow(10, Math.floor(Math.log10(rough)));
    double lead = rough / power;
    double step = power * (lead <= 1 ? 1 : lead <= 2 ? 2 : lead <= 5 ? 5 : 10);
    long from = (long) Math.floor(low / step + 1e-9);
    long to = (long) Math.ceil(high / step - 1e-9);
    double[] ticks = new double[(int) (to - from + 1)];
    for (int i = 0; i < ticks.length; i++) {
      ticks[i] = (from + i) * step;
    }
    return ticks;
  }

  private static int decimals(double step) {
    return step >= 1 ? 0 : (int) Math.ceil(-Math.log10(step) - 1e-9);
  }

  private static String format(YearMonth month, String pattern) {
    return month.format(DateTimeFormatter.ofPattern(pattern, Locale.ENGLISH));
  }

  private static String at(double coordinate) {
    String text = String.format(Locale.ROOT, "%.1f", coordinate);
    return text.endsWith(".0") ? text.substring(0, text.length() - 2) : text;
  }

  private static String xml(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }
}
