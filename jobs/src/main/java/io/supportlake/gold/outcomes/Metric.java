package io.supportlake.gold.outcomes;

import static java.util.stream.Collectors.groupingBy;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.expr;

import io.supportlake.Inputs;
import io.supportlake.Period;
import io.supportlake.Table;
import io.supportlake.gold.AsOf;
import io.supportlake.gold.Sketches;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.api.java.function.MapFunction;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;

/**
 * One row per metric, month and dimension value, from the files in schemas/metrics. All metrics of
 * a table and date column share one pass; clusters are hashed into at most {@value #GROUPS} groups,
 * so that what an interval is resampled from stays small (random groups: Wolter, Introduction to
 * Variance Estimation, 2007, ch. 2).
 */
public final class Metric implements Table {
  /** Name of the total, as a dimension and as its value. */
  static final String ALL = "all";

  /** Days that late data are waited for after the windows have closed. */
  static final int LATE_DAYS = 20;

  /** Random groups of clusters. */
  static final int GROUPS = 100;

  private static final String CELL = "metric, period_start, dimension, dimension_value";

  /** Made once by its contract's name. */
  public Metric() {}

  @Override
  public Dataset<Row> build(Inputs in, Period period) {
    List<MetricSpec> specs =
        MetricSpec.of(in.table("conf.metric_spec"), AsOf.end(period, in.settings()));
    List<LocalDate> months =
        period.days().stream().map(d -> d.withDayOfMonth(1)).distinct().sorted().toList();
    MetricCells cells =
        new MetricCells(
            specs.stream().collect(Collectors.toMap(MetricSpec::metric, Function.identity())),
            period.asOf());
    Dataset<Row> all = in.spark().createDataFrame(List.of(), MetricCells.COMPONENTS);
    for (List<MetricSpec> together :
        new TreeMap<>(specs.stream().collect(groupingBy(s -> s.table() + " " + s.dateColumn())))
            .values()) {
      Dataset<Row> rows = rows(in, together, months);
      List<MetricSpec> sums =
          together.stream().filter(s -> s.kind() != MetricSpec.Kind.PERCENTILE).toList();
      List<MetricSpec> quantiles =
          together.stream().filter(s -> s.kind() == MetricSpec.Kind.PERCENTILE).toList();
      if (!sums.isEmpty()) {
        all = all.unionByName(sums(rows, sums));
      }
      if (!quantiles.isEmpty()) {
        all = all.unionByName(quantiles(rows, quantiles));
      }
    }
    return all.map((MapFunction<Row, Row>) cells::cell, Encoders.row(MetricCells.SCHEMA));
  }

  /** The rows of the months, once for the total and once for each dimension. */
  private static Dataset<Row> rows(Inputs in, List<MetricSpec> specs, List<LocalDate> months) {
    MetricSpec first = specs.getFirst();
    Column month = expr("cast(trunc(%s, 'MM') as date)".formatted(first.dateColumn()));
    Stream<String> dimensions =
        specs.stream()
            .flatMap(s -> s.dimensions().stream())
            .collect(Collectors.toCollection(TreeSet::new))
            .stream()
            .map(d ->
                "struct('%s' as dimension, %s as dimension_value)"
                    .formatted(d, MetricSpec.dimensionValue(d)));
    String levels =
        Stream.concat(Stream.of("struct('all' as dimension, 'all' as dimension_value)"), dimensions)
            .collect(Collectors.joining(", ", "explode(array(", "))"));
    return in.table(first.table())
        .withColumn("metric_month", month)
        .where(col("metric_month").isin(months.toArray()))
        .withColumn("metric_level", expr(levels));
  }

  private static String group(MetricSpec spec) {
    return spec.cluster() == null
        ? "0"
        : "cast(pmod(xxhash64(%s), %d) as int)".formatted(spec.cluster(), GROUPS);
  }

  private static String allowed(MetricSpec spec) {
    return Stream.concat(Stream.of(ALL), spec.dimensions().stream())
        .map("'%s'"::formatted)
        .collect(Collectors.joining(", ", "array(", ")"));
  }

  /** Sums for each cell, with those of its groups where the interval is resampled. */
  private static Dataset<Row> sums(Dataset<Row> rows, List<MetricSpec> specs) {
    Map<String, List<MetricSpec>> byGroup =
        new TreeMap<>(specs.stream().collect(groupingBy(Metric::group)));
    Dataset<Row> sums = null;
    for (Map.Entry<String, List<MetricSpec>> entry : byGroup.entrySet()) {
      Dataset<Row> part = sumsByGroup(rows, entry.getValue(), entry.getKey());
      sums = sums == null ? part : sums.unionByName(part);
    }
    return java.util.Objects.requireNonNull(sums, "at least one metric");
  }

  private static Dataset<Row> sumsByGroup(Dataset<Row> rows, List<MetricSpec> specs, String group) {
    List<Column> columns = new ArrayList<>();
    List<String> cells = new ArrayList<>();
    for (int i = 0; i < specs.size(); i++) {
      MetricSpec spec = specs.get(i);
      components(spec, i).forEach(c -> columns.add(expr(c)));
      boolean designed = spec.kind() == MetricSpec.Kind.HAJEK;
      cells.add(
          """
          struct('%2$s' as metric, %3$s as allowed, %4$s as resamples, n_%1$d as n,
            cast(num_%1$d as decimal(38,12)) as num, cast(den_%1$d as decimal(38,12)) as den,
            cast(%5$s as decimal(38,12)) as ww, cast(%6$s as decimal(38,12)) as wwy,
            cast(%7$s as decimal(38,12)) as wwyy)
          """
              .formatted(
                  i,
                  spec.metric(),
                  allowed(spec),
                  spec.kind().resamples(),
                  designed ? "ww_" + i : "0",
                  designed ? "wwy_" + i : "0",
                  designed ? "wwyy_" + i : "0"));
    }
    return rows.groupBy(
            col("metric_month").as("period_start"),
            col("metric_level.dimension").as("dimension"),
            col("metric_level.dimension_value").as("dimension_value"),
            expr(group).as("cluster_group"))
        .agg(columns.getFirst(), columns.subList(1, columns.size()).toArray(Column[]::new))
        .withColumn("cell", expr("explode(array(%s))".formatted(String.join(", ", cells))))
        .where("cell.n > 0 and array_contains(cell.allowed, dimension)")
        .groupBy(
            col("cell.metric").as("metric"),
            col("period_start"),
            col("dimension"),
            col("dimension_value"))
        .agg(
            expr("sum(cell.n) as n"),
            expr("sum(cell.num) as num"),
            expr("sum(cell.den) as den"),
            expr("sum(cell.ww) as ww"),
            expr("sum(cell.wwy) as wwy"),
            expr("sum(cell.wwyy) as wwyy"),
            expr(
                """
                sort_array(collect_list(if(cell.resamples,
                  struct(cluster_group as cluster, double(cell.num) as num, double(cell.den) as den),
                  null))) as parts
                """),
            expr("cast(null as %s) as entries".formatted(MetricCells.ENTRIES)));
  }

  /** A metric's sums, numbered so that many stand side by side in one pass. */
  private static List<String> components(MetricSpec spec, int i) {
    String in = "coalesce(%s, false)".formatted(spec.included());
    String num = "(" + spec.numerator() + ")";
    String den = "(" + spec.denominator() + ")";
    return switch (spec.kind()) {
      case SHARE ->
          List.of(
              "count_if(%s) as n_%d".formatted(in, i),
              "count_if(%s and %s) as num_%d".formatted(in, num, i),
              "count_if(%s) as den_%d".formatted(in, i));
      case RATE_PER_EXPOSURE, MEAN, RATIO, MONEY_SHARE ->
          List.of(
              spec.kind() == MetricSpec.Kind.RATE_PER_EXPOSURE
                  ? "cast(sum(if(%s, %s, 0)) as bigint) as n_%d".formatted(in, den, i)
                  : "count_if(%s) as n_%d".formatted(in, i),
              sum(in, num, "num", i),
              sum(in, den, "den", i));
      case HAJEK ->
          List.of(
              "count_if(%s) as n_%d".formatted(in, i),
              sum(in, "%s / %s".formatted(num, den), "num", i),
              sum(in, "1 / %s".formatted(den), "den", i),
              sum(in, "1 / (%s * %s)".formatted(den, den), "ww", i),
              sum(in, "%s / (%s * %s)".formatted(num, den, den), "wwy", i),
              sum(in, "%1$s * %1$s / (%2$s * %2$s)".formatted(num, den), "wwyy", i));
      case PERCENTILE -> throw new IllegalArgumentException(spec.metric() + " has no sums");
    };
  }

  private static String sum(String in, String value, String name, int i) {
    return "sum(if(%s, cast(%s as decimal(38,12)), 0)) as %s_%d".formatted(in, value, name, i);
  }

  /** Buckets of the values of each cell, by group and whether they are censored. */
  private static Dataset<Row> quantiles(Dataset<Row> rows, List<MetricSpec> specs) {
    String values =
        specs.stream()
            .map(s ->
                """
                if(coalesce(%1$s, false) and coalesce(%2$s, %3$s) >= 0,
                   struct('%4$s' as metric, %5$s as allowed, %6$s as cluster,
                     (%2$s) is not null as happened, double(coalesce(%2$s, %3$s)) as value), null)
                """
                    .formatted(
                        s.included(),
                        s.numerator(),
                        s.censor() == null ? "null" : s.censor(),
                        s.metric(),
                        allowed(s),
                        group(s)))
            .collect(Collectors.joining(", ", "explode(array(", "))"));
    return rows.withColumn("item", expr(values))
        .where("item is not null and array_contains(item.allowed, metric_level.dimension)")
        .withColumn("bucket", expr(Sketches.bucket("item.value")))
        .groupBy(
            col("item.metric").as("metric"),
            col("metric_month").as("period_start"),
            col("metric_level.dimension").as("dimension"),
            col("metric_level.dimension_value").as("dimension_value"),
            col("item.cluster").as("cluster"),
            col("item.happened").as("happened"),
            col("bucket"))
        .agg(expr("count(*) as entry_count"))
        .groupBy(Stream.of(CELL.split(", ")).map(c -> col(c)).toArray(Column[]::new))
        .agg(
            expr("sum(entry_count) as n"),
            expr("cast(null as decimal(38,12)) as num"),
            expr("cast(null as decimal(38,12)) as den"),
            expr("cast(null as decimal(38,12)) as ww"),
            expr("cast(null as decimal(38,12)) as wwy"),
            expr("cast(null as decimal(38,12)) as wwyy"),
            expr("cast(null as %s) as parts".formatted(MetricCells.PARTS)),
            expr(
                "sort_array(collect_list(struct(bucket, happened, cluster, entry_count))) as"
                    + " entries"));
  }
}
