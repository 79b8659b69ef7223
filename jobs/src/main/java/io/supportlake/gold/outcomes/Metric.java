package io.supportlake.gold.outcomes;

import static java.util.stream.Collectors.groupingBy;

import io.supportlake.Inputs;
import io.supportlake.Period;
import io.supportlake.Table;
import io.supportlake.gold.AsOf;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * One row per metric, month and cell, from the files in schemas/metrics: the total and the cuts
 * that the configuration stores. All metrics of a table and date column share one pass. Numbers
 * that nothing can have changed are taken over as they stand: {@link SettledNumbers}. Days, weeks
 * and other cuts are computed when asked for: {@link MetricQuery}.
 */
public final class Metric implements Table {
  /** Many more cuts than anybody stores; a bound for reading them. */
  private static final int MOST_CUTS = 1000;

  /** Made once by its contract's name. */
  public Metric() {}

  @Override
  public Dataset<Row> build(Inputs in, Period period) {
    List<MetricSpec> specs =
        MetricSpec.of(in.table("conf.metric_spec"), AsOf.end(period, in.settings()));
    List<LocalDate> months =
        period.days().stream().map(d -> d.withDayOfMonth(1)).distinct().sorted().toList();
    List<Cut> cuts = cuts(in);
    SettledNumbers settled = SettledNumbers.of(in, period, specs, cuts, months);
    MetricCells cells = new MetricCells(MetricPeriod.Grain.MONTH, period.asOf());
    Dataset<Row> built = in.spark().createDataFrame(List.of(), MetricCells.SCHEMA);
    for (List<MetricSpec> together :
        new TreeMap<>(specs.stream().collect(groupingBy(s -> s.table() + " " + s.dateColumn())))
            .values()) {
      List<MetricSpec> open =
          together.stream()
              .filter(s -> months.stream().anyMatch(m -> !settled.contains(s, m)))
              .toList();
      List<LocalDate> openMonths =
          months.stream()
              .filter(m -> open.stream().anyMatch(s -> !settled.contains(s, m)))
              .toList();
      if (!open.isEmpty()) {
        MetricCube cube = new MetricCube(cells, openMonths, cuts, settled::contains);
        built = built.unionByName(cube.of(in.table(open.getFirst().table()), open));
      }
    }
    return settled.metrics().isEmpty() ? built : built.unionByName(settled.rows(in));
  }

  /** The total and the stored cuts; configuration rows that are in memory already. */
  private static List<Cut> cuts(Inputs in) {
    List<Cut> cuts = new ArrayList<>();
    cuts.add(Cut.TOTAL);
    for (Row row : in.table("conf.metric_cut").limit(MOST_CUTS).collectAsList()) {
      cuts.add(new Cut(row.getList(row.fieldIndex("dimensions"))));
    }
    return cuts;
  }
}
