package io.supportlake.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.supportlake.report.ReportModel.Estimate;
import io.supportlake.report.ReportModel.Maturity;
import io.supportlake.report.ReportModel.Point;
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class TrendChartTest {
  private static final YearMonth START = YearMonth.of(2026, 1);

  private static Point point(int month, @Nullable Estimate estimate) {
    return new Point(START.plusMonths(month), estimate, 100, Maturity.MATURE);
  }

  private static TrendChart.Series series(List<Point> points, List<TrendChart.Mark> marks) {
    return new TrendChart.Series("t", "A & B", "share", "EUR", points, 0.5, marks);
  }

  @Test
  void aMissingMonthSplitsLineAndBand() {
    String svg =
        TrendChart.svg(
            series(
                List.of(
                    point(0, new Estimate(0.4, 0.3, 0.5)),
                    point(1, new Estimate(0.5, 0.4, 0.6)),
                    point(2, null),
                    point(3, new Estimate(0.5, 0.4, 0.6)),
                    point(4, new Estimate(0.6, 0.5, 0.7))),
                List.of()));

    assertThat(svg.split("<polyline", -1)).hasSize(3);
    assertThat(svg.split("<polygon", -1)).hasSize(3);
    assertThat(svg.split("<circle", -1)).hasSize(5);
  }

  @Test
  void titleAndDescriptionAreThereAndEscaped() {
    String svg =
        TrendChart.svg(series(List.of(point(0, new Estimate(0.4, null, null))), List.of()));

    assertThat(svg)
        .contains("role=\"img\" ", "aria-labelledby=\"t-t t-d\"", "<title id=\"t-t\">A &amp; B<")
        .contains("from January 2026 (40.0%) to January 2026 (40.0%)")
        .doesNotContain("<polygon");
  }

  @Test
  void incidentsOfAMonthShareAMarkAndOthersAreLeftOut() {
    String svg =
        TrendChart.svg(
            series(
                List.of(
                    point(0, new Estimate(0.4, 0.3, 0.5)), point(1, new Estimate(0.4, 0.3, 0.5))),
                List.of(
                    new TrendChart.Mark(LocalDate.of(2026, 2, 3), 1, "a"),
                    new TrendChart.Mark(LocalDate.of(2026, 2, 20), 2, "b"),
                    new TrendChart.Mark(LocalDate.of(2024, 2, 20), 3, "c"))));

    assertThat(svg).contains(">1, 2</text>").doesNotContain("3</text>");
  }

  @Test
  void manyIncidentsOfAMonthAreARange() {
    String svg =
        TrendChart.svg(
            series(
                List.of(point(0, new Estimate(0.4, 0.3, 0.5))),
                IntStream.of(7, 2, 3, 4, 5, 9)
                    .mapToObj(n -> new TrendChart.Mark(LocalDate.of(2026, 1, 3), n, "a"))
                    .toList()));

    assertThat(svg).contains(">2–5, 7, 9</text>");
  }

  @Test
  void nothingToDrawGivesNoChart() {
    assertThat(TrendChart.svg(series(List.of(point(0, null)), List.of()))).isEmpty();
  }

  @Test
  void ticksAreRoundAndCoverIntervalsAndBaseline() {
    double[] ticks =
        TrendChart.ticks(series(List.of(point(0, new Estimate(0.83, 0.81, 0.85))), List.of()), 100);

    assertThat(ticks).containsExactly(50, 60, 70, 80, 90);
  }
}
