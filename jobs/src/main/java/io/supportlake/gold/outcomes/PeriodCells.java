package io.supportlake.gold.outcomes;

import java.io.Serializable;
import java.sql.Date;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.spark.api.java.function.FlatMapGroupsFunction;
import org.apache.spark.sql.Row;

/**
 * Adds up what metrics take of the rows of a period, by the cells of the cuts, and gives a row of
 * {@link MetricCells#SCHEMA} for each metric and cell. It holds the cells of one period; of a cell
 * it holds sums, not rows.
 *
 * @param day column with the number of a row's day within its period
 * @param cuts those that suit any of the metrics
 */
record PeriodCells(MetricCells cells, int day, List<CutColumn> cuts, List<Taken> metrics)
    implements FlatMapGroupsFunction<Date, Row, Row> {
  private static final long serialVersionUID = 1L;

  /** Copies the lists. */
  PeriodCells {
    cuts = List.copyOf(cuts);
    metrics = List.copyOf(metrics);
  }

  /**
   * A cut with the column that says which of its cells a row belongs to.
   *
   * @param column its number
   */
  record CutColumn(Cut cut, int column) implements Serializable {}

  /**
   * What a metric takes of a row.
   *
   * @param starts first days of the periods that it is computed for
   * @param group column with the random group of the row's cluster
   * @param item column with what {@link CellSums#add} takes where all windows are closed
   * @param unit the same where windows may be open; -1 where they never are
   * @param cuts places in the list of those that suit it
   */
  record Taken(
      MetricSpec spec, Set<LocalDate> starts, int group, int item, int unit, List<Integer> cuts)
      implements Serializable {
    /** Copies set and list. */
    Taken {
      starts = Set.copyOf(starts);
      cuts = List.copyOf(cuts);
    }
  }

  private record Cell(int cut, String value) {}

  @Override
  public Iterator<Row> call(Date start, Iterator<Row> rows) {
    LocalDate first = start.toLocalDate();
    List<Taken> wanted = metrics.stream().filter(m -> m.starts().contains(first)).toList();
    boolean[] isEstimated = new boolean[wanted.size()];
    for (int i = 0; i < isEstimated.length; i++) {
      isEstimated[i] = cells.isEstimated(wanted.get(i).spec(), first);
    }
    Map<Cell, CellSums[]> sums = new HashMap<>();
    while (rows.hasNext()) {
      add(rows.next(), wanted, isEstimated, sums);
    }
    MetricPeriod period = cells.period(first);
    return sums.entrySet().stream()
        .flatMap(cell ->
            IntStream.range(0, wanted.size())
                .filter(i -> cell.getValue()[i] != null && !cell.getValue()[i].isEmpty())
                .mapToObj(i ->
                    cells.cell(
                        wanted.get(i).spec(),
                        period,
                        cuts.get(cell.getKey().cut()).cut(),
                        cell.getKey().value(),
                        cell.getValue()[i])))
        .iterator();
  }

  private void add(Row row, List<Taken> wanted, boolean[] isEstimated, Map<Cell, CellSums[]> sums) {
    CellSums[][] byCut = new CellSums[cuts.size()][];
    for (int i = 0; i < isEstimated.length; i++) {
      Taken metric = wanted.get(i);
      int column = isEstimated[i] ? metric.unit() : metric.item();
      if (row.isNullAt(column)) {
        continue;
      }
      Row item = row.getStruct(column);
      for (int cut : metric.cuts()) {
        if (byCut[cut] == null) {
          byCut[cut] =
              sums.computeIfAbsent(
                  new Cell(cut, row.getString(cuts.get(cut).column())),
                  _ -> new CellSums[wanted.size()]);
        }
        if (byCut[cut][i] == null) {
          byCut[cut][i] = CellSums.of(metric.spec(), isEstimated[i]);
        }
        byCut[cut][i].add(row.getInt(metric.group()), row.getInt(day), item);
      }
    }
  }
}
