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
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.MapType;
import org.apache.spark.sql.types.StructType;

/**
 * Components of metrics by period and by cell of the cuts, in one pass over the rows of their
 * table. Clusters are hashed into at most {@value #GROUPS} groups, so that what an interval is
 * resampled from stays small (random groups: Wolter, Introduction to Variance Estimation, 2007, ch.
 * 2).
 */
final class MetricCube {
  /** Random groups of clusters. */
  static final int GROUPS = 100;

  private static final String CELL = "metric, period_start, dimension, dimension_value";

  private final MetricPeriod.Grain grain;
  private final List<LocalDate> starts;
  private final List<Cut> cuts;
  private final LocalDate asOf;

  /**
   * For periods and cuts.
   *
   * @param starts first days of the periods
   * @param cuts each metric is split by those that suit it
   * @param asOf says which periods are estimated from windows that are still open
   */
  MetricCube(MetricPeriod.Grain grain, List<LocalDate> starts, List<Cut> cuts, LocalDate asOf) {
    this.grain = grain;
    this.starts = List.copyOf(starts);
    this.cuts = List.copyOf(cuts);
    this.asOf = asOf;
  }

  /**
   * One row per metric, period and cell with at least one row that counts.
   *
   * @param table the table of the metrics
   * @param specs at least one; all of the same table and date column
   */
  Dataset<Row> components(Dataset<Row> table, List<MetricSpec> specs) {
    Map<String, List<MetricSpec>> byFold =
        new TreeMap<>(specs.stream().collect(groupingBy(s -> folded(table, s))));
    return byFold.entrySet().stream()
        .flatMap(
            fold -> parts(rows(unfolded(table, fold.getKey()), fold.getValue()), fold.getValue()))
        .reduce(Dataset::unionByName)
        .orElseThrow();
  }

  private Stream<Dataset<Row>> parts(Dataset<Row> rows, List<MetricSpec> specs) {
    List<MetricSpec> sums =
        specs.stream().filter(s -> s.kind() != MetricSpec.Kind.PERCENTILE).toList();
    List<MetricSpec> quantiles =
        specs.stream().filter(s -> s.kind() == MetricSpec.Kind.PERCENTILE).toList();
    List<MetricSpec> estimated = specs.stream().filter(s -> !estimated(s).isEmpty()).toList();
    return Stream.of(
            sums.isEmpty() ? null : sums(rows, sums),
            quantiles.isEmpty() ? null : quantiles(rows, quantiles),
            estimated.isEmpty() ? null : survivals(rows, estimated))
        .filter(Objects::nonNull);
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

  /** The rows of the periods, once for each cut that suits any of the metrics. */
  private Dataset<Row> rows(Dataset<Row> table, List<MetricSpec> specs) {
    String levels =
        cuts.stream()
            .filter(cut -> specs.stream().anyMatch(cut::suits))
            .map(cut ->
                "struct('%s' as dimension, %s as dimension_value)"
                    .formatted(cut.name(), cut.valueExpression()))
            .collect(Collectors.joining(", ", "explode(array(", "))"));
    String date = specs.getFirst().dateColumn();
    return table
        .where(
            starts.stream()
                .map(start -> new MetricPeriod(grain, start))
                .map(p -> col(date).between(lit(p.start()), lit(p.last())))
                .reduce(Column::or)
                .orElse(lit(false)))
        .withColumn("metric_period", expr(grain.startOf(date)))
        .withColumn("metric_level", expr(levels));
  }

  /** The day of the period where days are clusters, else none. */
  private static String day(MetricSpec spec) {
    return spec.kind().isClusteredByDay()
        ? "datediff(%s, metric_period)".formatted(spec.dateColumn())
        : "0";
  }

  /** First days of the periods in which windows of a metric may be open. */
  private List<LocalDate> estimated(MetricSpec spec) {
    return starts.stream().filter(s -> spec.isEstimated(new MetricPeriod(grain, s), asOf)).toList();
  }

  private String isEstimated(MetricSpec spec) {
    return estimated(spec).stream()
        .map("DATE'%s'"::formatted)
        .collect(Collectors.joining(", ", "metric_period in (", ")"));
  }

  private static String group(MetricSpec spec) {
    return spec.cluster() == null
        ? "0"
        : "cast(pmod(xxhash64(%s), %d) as int)".formatted(spec.cluster(), GROUPS);
  }

  private String allowed(MetricSpec spec) {
    return cuts.stream()
        .filter(cut -> cut.suits(spec))
        .map(cut -> "'%s'".formatted(cut.name()))
        .collect(Collectors.joining(", ", "array(", ")"));
  }

  /** Sums for each cell, with those of its groups where the interval needs them. */
  private Dataset<Row> sums(Dataset<Row> rows, List<MetricSpec> specs) {
    Map<String, List<MetricSpec>> byGroup =
        new TreeMap<>(specs.stream().collect(groupingBy(s -> group(s) + " " + day(s))));
    Dataset<Row> sums = null;
    for (List<MetricSpec> together : byGroup.values()) {
      Dataset<Row> part = sumsByGroup(rows, together);
      sums = sums == null ? part : sums.unionByName(part);
    }
    return Objects.requireNonNull(sums, "at least one metric");
  }

  /** For metrics with the same clusters. */
  private Dataset<Row> sumsByGroup(Dataset<Row> rows, List<MetricSpec> specs) {
    List<Column> columns = new ArrayList<>();
    List<String> cells = new ArrayList<>();
    for (int i = 0; i < specs.size(); i++) {
      MetricSpec spec = specs.get(i);
      components(spec, i).forEach(c -> columns.add(expr(c)));
      boolean designed = spec.kind() == MetricSpec.Kind.HAJEK;
      cells.add(
          """
          struct('%2$s' as metric, %3$s as allowed, %4$s as resamples,
            %8$s as is_weighted, n_%1$d as n,
            cast(num_%1$d as decimal(38,12)) as num, cast(den_%1$d as decimal(38,12)) as den,
            cast(%5$s as decimal(38,12)) as ww, cast(%6$s as decimal(38,12)) as wwy,
            cast(%7$s as decimal(38,12)) as wwyy)
          """
              .formatted(
                  i,
                  spec.metric(),
                  allowed(spec),
                  spec.kind().needsClusters(),
                  designed ? "ww_" + i : "0",
                  designed ? "wwy_" + i : "0",
                  designed ? "wwyy_" + i : "0",
                  spec.kind() == MetricSpec.Kind.WEIGHTED_SHARE));
    }
    return rows.groupBy(
            col("metric_period").as("period_start"),
            col("metric_level.dimension").as("dimension"),
            col("metric_level.dimension_value").as("dimension_value"),
            expr(group(specs.getFirst())).as("cluster_group"),
            expr(day(specs.getFirst())).as("cluster_day"))
        .agg(columns.getFirst(), columns.subList(1, columns.size()).toArray(Column[]::new))
        .withColumn("cell", expr("explode(array(%s))".formatted(String.join(", ", cells))))
        .where("cell.n > 0 and array_contains(cell.allowed, dimension)")
        .groupBy(
            col("cell.metric").as("metric"),
            col("period_start"),
            col("dimension"),
            col("dimension_value"))
        .agg(
            // Rows of weight 1 / 3 are observations only together, whichever groups they are in.
            expr(
                """
                if(any_value(cell.is_weighted), cast(floor(round(sum(cell.den), 6)) as bigint),
                   sum(cell.n)) as n
                """),
            expr("sum(cell.num) as num"),
            expr("sum(cell.den) as den"),
            expr("sum(cell.ww) as ww"),
            expr("sum(cell.wwy) as wwy"),
            expr("sum(cell.wwyy) as wwyy"),
            expr(
                """
                sort_array(collect_list(if(cell.resamples,
                  struct(cluster_group as cluster, cluster_day as day, double(cell.num) as num,
                    double(cell.den) as den),
                  null))) as parts
                """),
            expr("cast(null as %s) as entries".formatted(MetricCells.ENTRIES)));
  }

  /** A metric's sums, numbered so that many stand side by side in one pass. */
  private List<String> components(MetricSpec spec, int i) {
    String in =
        "coalesce(%s, false)%s"
            .formatted(
                spec.included(), estimated(spec).isEmpty() ? "" : " and not " + isEstimated(spec));
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
      case WEIGHTED_SHARE ->
          List.of(
              "count_if(%s) as n_%d".formatted(in, i),
              sum("%s and coalesce(%s, false)".formatted(in, num), den, "num", i),
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
  private Dataset<Row> quantiles(Dataset<Row> rows, List<MetricSpec> specs) {
    String values =
        specs.stream()
            .map(s ->
                """
                if(coalesce(%1$s, false) and %2$s >= 0,
                   struct('%3$s' as metric, %4$s as allowed, %5$s as cluster,
                     %6$s as happened, double(%2$s) as value), null)
                """
                    .formatted(
                        s.included(), s.observed(), s.metric(), allowed(s), group(s), s.happened()))
            .collect(Collectors.joining(", ", "explode(array(", "))"));
    return rows.withColumn("item", expr(values))
        .where("item is not null and array_contains(item.allowed, metric_level.dimension)")
        .withColumn("bucket", expr(Sketches.bucket("item.value")))
        .groupBy(
            col("item.metric").as("metric"),
            col("metric_period").as("period_start"),
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

  /**
   * Units of the periods in which windows may be open, by the hour of their event or of the end of
   * their observation; n, numerator and denominator are of those whose window has closed. An hour's
   * events come before what is censored in it.
   */
  private Dataset<Row> survivals(Dataset<Row> rows, List<MetricSpec> specs) {
    String units =
        specs.stream().map(this::unit).collect(Collectors.joining(", ", "explode(array(", "))"));
    return rows.withColumn("item", expr(units))
        .where("item is not null and array_contains(item.allowed, metric_level.dimension)")
        .groupBy(
            col("item.metric").as("metric"),
            col("metric_period").as("period_start"),
            col("metric_level.dimension").as("dimension"),
            col("metric_level.dimension_value").as("dimension_value"),
            col("item.happened").as("happened"),
            expr("cast(floor(item.minutes / 60) as int) as bucket"),
            col("item.cluster").as("cluster"),
            col("item.day").as("day"))
        .agg(
            expr("count(*) as entry_count"),
            expr("count_if(item.closed) as closed"),
            expr("count_if(item.closed and item.counts) as counted"))
        .groupBy(Stream.of(CELL.split(", ")).map(c -> col(c)).toArray(Column[]::new))
        .agg(
            expr("sum(closed) as n"),
            expr("cast(sum(counted) as decimal(38,12)) as num"),
            expr("cast(sum(closed) as decimal(38,12)) as den"),
            expr("cast(null as decimal(38,12)) as ww"),
            expr("cast(null as decimal(38,12)) as wwy"),
            expr("cast(null as decimal(38,12)) as wwyy"),
            // Where no event tells how much the estimate varies, the closed windows' share stands.
            expr(
                """
                sort_array(collect_list(if(closed > 0,
                  struct(cluster, day, double(counted) as num, double(closed) as den), null)))
                  as parts
                """),
            expr(
                "sort_array(collect_list(struct(bucket, happened, 0 as cluster, entry_count))) as"
                    + " entries"));
  }

  /** What a row says of a metric's unit; null where it is none. */
  private String unit(MetricSpec spec) {
    MetricSpec.Provisional provisional = Objects.requireNonNull(spec.provisional());
    return """
    if(%1$s and (%2$s or (%3$s) is not null),
      struct('%4$s' as metric, %5$s as allowed, %2$s as closed, (%6$s) as counts,
        if(%2$s, %7$s (%6$s), (%8$s) is not null) as happened,
        if(%2$s, if(%7$s (%6$s), least(coalesce(double(%8$s), %9$d), %9$d), %9$d),
          greatest(coalesce(%8$s, %10$s), 0.0D)) as minutes,
        %11$s as cluster, %12$s as day),
      null)
    """
        .formatted(
            isEstimated(spec),
            "coalesce(%s, false)".formatted(spec.included()),
            provisional.since(),
            spec.metric(),
            allowed(spec),
            spec.numerator(),
            provisional.isOfSurvivors() ? "not" : "",
            provisional.event(),
            spec.windowMinutes(),
            provisional.observed(),
            group(spec),
            day(spec));
  }
}
