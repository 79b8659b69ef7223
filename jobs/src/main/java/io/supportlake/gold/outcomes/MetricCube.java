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
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.IntegralType;
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
        .flatMap(fold -> parts(inPeriods(unfolded(table, fold.getKey()), specs), fold.getValue()))
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

  /** The rows of the periods, each with the first day of its own. */
  private Dataset<Row> inPeriods(Dataset<Row> table, List<MetricSpec> specs) {
    String date = specs.getFirst().dateColumn();
    return table
        .where(
            starts.stream()
                .map(start -> new MetricPeriod(grain, start))
                .map(p -> col(date).between(lit(p.start()), lit(p.last())))
                .reduce(Column::or)
                .orElse(lit(false)))
        .withColumn("metric_period", expr(grain.startOf(date)));
  }

  /** The cuts that suit any of the metrics. */
  private List<Cut> cuts(List<MetricSpec> specs) {
    return cuts.stream().filter(cut -> specs.stream().anyMatch(cut::suits)).toList();
  }

  /**
   * What metrics take of a row, its period and the cells that it belongs to. They are worked out
   * here, before the row is {@link #repeated}, so once and not once for each cut.
   */
  private Dataset<Row> values(Dataset<Row> rows, List<MetricSpec> specs, List<String> values) {
    List<String> columns = new ArrayList<>(values);
    columns.add("metric_period as period_start");
    List<Cut> cells = cuts(specs);
    for (int i = 0; i < cells.size(); i++) {
      columns.add("%s as cell_%d".formatted(cells.get(i).valueExpression(), i));
    }
    return rows.selectExpr(columns.toArray(String[]::new));
  }

  /** Each row of {@link #values} once for each cut that suits any of the metrics. */
  private Dataset<Row> repeated(Dataset<Row> values, List<MetricSpec> specs) {
    List<Cut> cells = cuts(specs);
    String belongsTo =
        IntStream.range(0, cells.size())
            .mapToObj(i ->
                "struct('%s' as dimension, cell_%d as dimension_value)"
                    .formatted(cells.get(i).name(), i))
            .collect(Collectors.joining(", ", "inline(array(", "))"));
    return values.selectExpr("*", belongsTo);
  }

  /**
   * What single metrics make of a row, once for each cut that suits the metric.
   *
   * @param item SQL for a struct with {@code metric}, {@code allowed} cuts and more, or null
   */
  private Dataset<Row> items(
      Dataset<Row> rows, List<MetricSpec> specs, Function<MetricSpec, String> item) {
    String items =
        specs.stream().map(item).collect(Collectors.joining(", ", "array(", ") as items"));
    Dataset<Row> single =
        values(rows, specs, List.of(items))
            .selectExpr("*", "inline(items)")
            .drop("items")
            .where("metric is not null");
    return repeated(single, specs).where("array_contains(allowed, dimension)");
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
    List<String> values = new ArrayList<>();
    values.add(group(specs.getFirst()) + " as cluster_group");
    values.add(day(specs.getFirst()) + " as cluster_day");
    List<Column> totals = new ArrayList<>();
    List<String> cells = new ArrayList<>();
    for (int i = 0; i < specs.size(); i++) {
      for (Summand summand : summands(rows, specs.get(i), i)) {
        values.add(summand.ofRow());
        totals.add(expr(summand.total()));
      }
      cells.add(sumsCell(specs.get(i), i));
    }
    return repeated(values(rows, specs, values), specs)
        .groupBy("period_start", "dimension", "dimension_value", "cluster_group", "cluster_day")
        .agg(totals.getFirst(), totals.subList(1, totals.size()).toArray(Column[]::new))
        .selectExpr(
            "period_start",
            "dimension",
            "dimension_value",
            "cluster_group",
            "cluster_day",
            "inline(array(%s))".formatted(String.join(", ", cells)))
        .where("n > 0 and array_contains(allowed, dimension)")
        .groupBy(cell())
        .agg(
            // Rows of weight 1 / 3 are observations only together, whichever groups they are in.
            expr(
                """
                if(any_value(is_weighted), cast(floor(round(sum(den), 6)) as bigint), sum(n)) as n
                """),
            expr("sum(num) as num"),
            expr("sum(den) as den"),
            expr("sum(ww) as ww"),
            expr("sum(wwy) as wwy"),
            expr("sum(wwyy) as wwyy"),
            expr(
                """
                sort_array(collect_list(if(resamples,
                  struct(cluster_group as cluster, cluster_day as day, double(num) as num,
                    double(den) as den),
                  null))) as parts
                """),
            expr("cast(null as %s) as entries".formatted(MetricCells.ENTRIES)));
  }

  private static Column[] cell() {
    return Stream.of("metric", "period_start", "dimension", "dimension_value")
        .map(c -> col(c))
        .toArray(Column[]::new);
  }

  /** SQL for the struct of a metric's sums, among those of many that stand side by side. */
  private String sumsCell(MetricSpec spec, int i) {
    boolean isDesigned = spec.kind() == MetricSpec.Kind.HAJEK;
    return """
    struct('%2$s' as metric, %3$s as allowed, %4$s as resamples, %5$s as is_weighted, %6$s as n,
      cast(num_%1$d as decimal(38,12)) as num, cast(%7$s as decimal(38,12)) as den,
      cast(%8$s as decimal(38,12)) as ww, cast(%9$s as decimal(38,12)) as wwy,
      cast(%10$s as decimal(38,12)) as wwyy)
    """
        .formatted(
            i,
            spec.metric(),
            allowed(spec),
            spec.kind().needsClusters(),
            spec.kind() == MetricSpec.Kind.WEIGHTED_SHARE,
            spec.kind() == MetricSpec.Kind.RATE_PER_EXPOSURE
                ? "cast(den_%d as bigint)".formatted(i)
                : "n_" + i,
            spec.kind() == MetricSpec.Kind.SHARE ? "n_" + i : "den_" + i,
            isDesigned ? "ww_" + i : "null",
            isDesigned ? "wwy_" + i : "null",
            isDesigned ? "wwyy_" + i : "null");
  }

  /** What a metric takes of each row, and how it is added up. */
  private record Summand(String name, String value, String aggregate) {
    /** How often a predicate holds. */
    static Summand count(String name, String predicate) {
      return new Summand(name, predicate, "count_if");
    }

    /** A value of the rows for which a predicate holds; the type as whole as the value's. */
    static Summand sum(Dataset<Row> rows, String name, String predicate, String value) {
      DataType given = rows.selectExpr(value).schema().fields()[0].dataType();
      // Decimals of 38 digits cost several times what whole numbers do.
      String type = given instanceof IntegralType ? "bigint" : "decimal(38,12)";
      return new Summand(
          name, "if(%s, cast(%s as %s), 0)".formatted(predicate, value, type), "sum");
    }

    String ofRow() {
      return "%s as %s".formatted(value, name);
    }

    String total() {
      return "%1$s(%2$s) as %2$s".formatted(aggregate, name);
    }
  }

  /** A metric's summands, numbered so that those of many stand side by side in one pass. */
  private List<Summand> summands(Dataset<Row> rows, MetricSpec spec, int i) {
    String in =
        "coalesce(%s, false)%s"
            .formatted(
                spec.included(), estimated(spec).isEmpty() ? "" : " and not " + isEstimated(spec));
    String num = "(" + spec.numerator() + ")";
    String den = "(" + spec.denominator() + ")";
    return switch (spec.kind()) {
      case SHARE ->
          List.of(
              Summand.count("n_" + i, in),
              Summand.count("num_" + i, "%s and %s".formatted(in, num)));
      case RATE_PER_EXPOSURE ->
          List.of(Summand.sum(rows, "num_" + i, in, num), Summand.sum(rows, "den_" + i, in, den));
      case MEAN, RATIO, MONEY_SHARE ->
          List.of(
              Summand.count("n_" + i, in),
              Summand.sum(rows, "num_" + i, in, num),
              Summand.sum(rows, "den_" + i, in, den));
      case WEIGHTED_SHARE ->
          List.of(
              Summand.count("n_" + i, in),
              Summand.sum(rows, "num_" + i, "%s and coalesce(%s, false)".formatted(in, num), den),
              Summand.sum(rows, "den_" + i, in, den));
      case HAJEK ->
          List.of(
              Summand.count("n_" + i, in),
              Summand.sum(rows, "num_" + i, in, "%s / %s".formatted(num, den)),
              Summand.sum(rows, "den_" + i, in, "1 / %s".formatted(den)),
              Summand.sum(rows, "ww_" + i, in, "1 / (%s * %s)".formatted(den, den)),
              Summand.sum(rows, "wwy_" + i, in, "%s / (%s * %s)".formatted(num, den, den)),
              Summand.sum(
                  rows, "wwyy_" + i, in, "%1$s * %1$s / (%2$s * %2$s)".formatted(num, den)));
      case PERCENTILE -> throw new IllegalArgumentException(spec.metric() + " has no sums");
    };
  }

  /** Buckets of the values of each cell, by group and whether they are censored. */
  private Dataset<Row> quantiles(Dataset<Row> rows, List<MetricSpec> specs) {
    return items(rows, specs, this::bucketed)
        .groupBy(
            "metric",
            "period_start",
            "dimension",
            "dimension_value",
            "cluster",
            "happened",
            "bucket")
        .agg(expr("count(*) as entry_count"))
        .groupBy(cell())
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

  /** The bucket of what a row says of a percentile's value; null where it says nothing. */
  private String bucketed(MetricSpec spec) {
    return """
    if(coalesce(%1$s, false) and %2$s >= 0, struct('%3$s' as metric, %4$s as allowed,
      %5$s as cluster, %6$s as happened, %7$s as bucket), null)
    """
        .formatted(
            spec.included(),
            spec.observed(),
            spec.metric(),
            allowed(spec),
            group(spec),
            spec.happened(),
            Sketches.bucket("double(%s)".formatted(spec.observed())));
  }

  /**
   * Units of the periods in which windows may be open, by the hour of their event or of the end of
   * their observation; n, numerator and denominator are of those whose window has closed. An hour's
   * events come before what is censored in it.
   */
  private Dataset<Row> survivals(Dataset<Row> rows, List<MetricSpec> specs) {
    return items(rows, specs, this::unit)
        .groupBy(
            col("metric"),
            col("period_start"),
            col("dimension"),
            col("dimension_value"),
            col("happened"),
            expr("cast(floor(minutes / 60) as int) as bucket"),
            col("cluster"),
            col("day"))
        .agg(
            expr("count(*) as entry_count"),
            expr("count_if(closed) as closed"),
            expr("count_if(closed and counts) as counted"))
        .groupBy(cell())
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
