package io.supportlake.gold.outcomes;

import static java.util.stream.Collectors.groupingBy;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.lit;

import io.supportlake.gold.Sketches;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.BiPredicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.MapType;
import org.apache.spark.sql.types.StructType;

/**
 * Cells of metrics by period and cut, in one pass over the rows of their table: Spark works out
 * what each metric takes of a row, and {@link PeriodCells} adds it up. Grouping by all cuts in SQL
 * takes more than twice as long: it repeats each row, with all that is taken of it, for every cut.
 *
 * <p>Clusters are hashed into at most {@value #GROUPS} groups, so that what an interval is
 * resampled from stays small (random groups: Wolter, Introduction to Variance Estimation, 2007, ch.
 * 2).
 */
final class MetricCube {
  /** Random groups of clusters. */
  static final int GROUPS = 100;

  /** What metrics sum, so that no sum depends on the order of rows. */
  private static final String NUMBER = "decimal(38,12)";

  private final MetricCells cells;
  private final List<LocalDate> starts;
  private final List<Cut> cuts;
  private final BiPredicate<MetricSpec, LocalDate> isSettled;

  /**
   * For periods and cuts.
   *
   * @param cells says what becomes of the sums
   * @param starts first days of the periods
   * @param cuts each metric is split by those that suit it
   * @param isSettled metrics and first days of periods that are left out
   */
  MetricCube(
      MetricCells cells,
      List<LocalDate> starts,
      List<Cut> cuts,
      BiPredicate<MetricSpec, LocalDate> isSettled) {
    this.cells = cells;
    this.starts = List.copyOf(starts);
    this.cuts = List.copyOf(cuts);
    this.isSettled = isSettled;
  }

  /**
   * One row of {@link MetricCells#SCHEMA} per metric, period and cell with at least one row that
   * counts.
   *
   * @param table the table of the metrics
   * @param specs at least one; all of the same table and date column
   */
  Dataset<Row> of(Dataset<Row> table, List<MetricSpec> specs) {
    Map<String, List<MetricSpec>> byFold =
        new TreeMap<>(specs.stream().collect(groupingBy(s -> folded(table, s))));
    return byFold.entrySet().stream()
        .map(fold -> cells(inPeriods(unfolded(table, fold.getKey()), specs), fold.getValue()))
        .reduce(Dataset::unionByName)
        .orElseThrow();
  }

  private Dataset<Row> cells(Dataset<Row> rows, List<MetricSpec> specs) {
    List<String> columns = new ArrayList<>(List.of("metric_period"));
    int day =
        place(columns, "datediff(%s, metric_period)".formatted(specs.getFirst().dateColumn()));
    List<PeriodCells.CutColumn> suitable =
        cuts.stream()
            .filter(cut -> specs.stream().anyMatch(cut::suits))
            .map(cut -> new PeriodCells.CutColumn(cut, place(columns, cut.valueExpression())))
            .toList();
    List<PeriodCells.Taken> metrics =
        specs.stream().map(spec -> taken(spec, suitable, columns)).toList();
    Dataset<Row> items =
        rows.selectExpr(
            IntStream.range(0, columns.size())
                .mapToObj(i -> "%s as column_%d".formatted(columns.get(i), i))
                .toArray(String[]::new));
    return items
        .groupBy("column_0")
        .as(Encoders.DATE(), Encoders.row(items.schema()))
        .flatMapGroups(
            new PeriodCells(cells, day, suitable, metrics), Encoders.row(MetricCells.SCHEMA));
  }

  private PeriodCells.Taken taken(
      MetricSpec spec, List<PeriodCells.CutColumn> suitable, List<String> columns) {
    return new PeriodCells.Taken(
        spec,
        starts.stream().filter(start -> !isSettled.test(spec, start)).collect(Collectors.toSet()),
        place(columns, group(spec)),
        place(columns, item(spec)),
        starts.stream().anyMatch(start -> cells.isEstimated(spec, start))
            ? place(columns, unit(spec))
            : -1,
        IntStream.range(0, suitable.size())
            .filter(i -> suitable.get(i).cut().suits(spec))
            .boxed()
            .toList());
  }

  /** The number of a column of these, which is added where it is not among them. */
  private static int place(List<String> columns, String column) {
    if (!columns.contains(column)) {
      columns.add(column);
    }
    return columns.indexOf(column);
  }

  /** The cluster column where the table keeps sums by group of clusters in it, else nothing. */
  private static String folded(Dataset<Row> table, MetricSpec spec) {
    String cluster = spec.cluster();
    return cluster != null && table.schema().apply(cluster).dataType() instanceof MapType
        ? cluster
        : "";
  }

  /**
   * Each row once for each group of clusters, with the group's sums in place of the row's. A row
   * that keeps none is a group of its own.
   */
  private static Dataset<Row> unfolded(Dataset<Row> table, String column) {
    if (column.isEmpty()) {
      return table;
    }
    DataType sums = ((MapType) table.schema().apply(column).dataType()).valueType();
    List<String> names = List.of(((StructType) sums).fieldNames());
    Dataset<Row> rows =
        table.selectExpr(
            "*",
            "explode(coalesce(%s, map(0, cast(struct(%s) as %s)))) as (group_number, group_sums)"
                .formatted(column, String.join(", ", names), sums.sql()));
    for (String name : names) {
      rows = rows.withColumn(name, col("group_sums").getField(name));
    }
    return rows.drop(column, "group_sums").withColumnRenamed("group_number", column);
  }

  /** The rows of the periods, each with the first day of its own. */
  private Dataset<Row> inPeriods(Dataset<Row> table, List<MetricSpec> specs) {
    String date = specs.getFirst().dateColumn();
    return table
        .where(
            starts.stream()
                .map(cells::period)
                .map(p -> col(date).between(lit(p.start()), lit(p.last())))
                .reduce(Column::or)
                .orElse(lit(false)))
        .withColumn("metric_period", expr(cells.grain().startOf(date)));
  }

  private static String group(MetricSpec spec) {
    return spec.cluster() == null
        ? "0"
        : "cast(pmod(xxhash64(%s), %d) as int)".formatted(spec.cluster(), GROUPS);
  }

  /** What a metric takes of a row; null where it takes nothing. */
  private static String item(MetricSpec spec) {
    String num = "(" + spec.numerator() + ")";
    String den = "(" + spec.denominator() + ")";
    String values =
        switch (spec.kind()) {
          case SHARE -> "coalesce(%s, false)".formatted(num);
          case RATE_PER_EXPOSURE, MEAN, RATIO, MONEY_SHARE -> numbers(num, den);
          case WEIGHTED_SHARE -> numbers("if(coalesce(%s, false), %s, 0)".formatted(num, den), den);
          case HAJEK ->
              numbers(
                  "%s / %s".formatted(num, den),
                  "1 / %s".formatted(den),
                  "1 / (%s * %s)".formatted(den, den),
                  "%s / (%s * %s)".formatted(num, den, den),
                  "%1$s * %1$s / (%2$s * %2$s)".formatted(num, den));
          case PERCENTILE ->
              "%s, %s"
                  .formatted(
                      spec.happened(), Sketches.bucket("double(%s)".formatted(spec.observed())));
        };
    String included = "coalesce(%s, false)".formatted(spec.included());
    return "if(%s, struct(%s), null)"
        .formatted(
            spec.kind() == MetricSpec.Kind.PERCENTILE
                ? "%s and %s >= 0".formatted(included, spec.observed())
                : included,
            values);
  }

  private static String numbers(String... values) {
    return Stream.of(values)
        .map(v -> "cast(%s as %s)".formatted(v, NUMBER))
        .collect(Collectors.joining(", "));
  }

  /**
   * A metric's unit in a period in which windows may be open: whether its own has closed, whether
   * the numerator counts it, whether its event happened, and the hour of that or of the end of its
   * observation; null where the row is no unit.
   */
  private static String unit(MetricSpec spec) {
    MetricSpec.Provisional provisional = Objects.requireNonNull(spec.provisional());
    return """
    if(%1$s or (%2$s) is not null,
      struct(%1$s, (%3$s), if(%1$s, %4$s (%3$s), (%5$s) is not null),
        cast(floor(
          if(%1$s, if(%4$s (%3$s), least(coalesce(double(%5$s), %6$d), %6$d), %6$d),
            greatest(coalesce(%5$s, %7$s), 0.0D)) / 60) as int)),
      null)
    """
        .formatted(
            "coalesce(%s, false)".formatted(spec.included()),
            provisional.since(),
            spec.numerator(),
            provisional.isOfSurvivors() ? "not" : "",
            provisional.event(),
            spec.windowMinutes(),
            provisional.observed());
  }
}
