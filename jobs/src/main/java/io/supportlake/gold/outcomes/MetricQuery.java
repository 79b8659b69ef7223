package io.supportlake.gold.outcomes;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.lit;

import io.supportlake.gold.AsOf;
import io.supportlake.rules.QuantileSketch;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.api.java.function.MapFunction;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.unsafe.types.UTF8String;
import org.jspecify.annotations.Nullable;

/**
 * One metric on demand: by any of its dimensions together, for any day, ISO week or month; with the
 * components, intervals and maturity that gold.metric has for the months and cuts it stores.
 */
public final class MetricQuery {
  /** Columns of {@link #cells} after those of the dimensions, as in gold.metric. */
  private static final List<String> NUMBERS =
      List.of(
          "value",
          "interval_low",
          "interval_high",
          "n",
          "numerator",
          "denominator",
          "maturity",
          "mature_on",
          "interval_method",
          "unit",
          "predicate");

  /** Names this many edits apart are taken for typing errors. */
  private static final int TYPING_ERRORS = 3;

  private static final int MOST_SUGGESTED = 5;

  private final MetricSpec spec;
  private final Cut cut;
  private final Map<String, String> fixed;
  private final MetricPeriod period;
  private final LocalDate asOf;

  /**
   * What is asked for.
   *
   * @param metric its name
   * @param by dimensions, in the order of the columns; {@code dimension=value} keeps that value
   *     only; {@code agent} stands for the metric's column of that meaning, such as agent_id
   * @param period null = the newest month that is mature
   * @param asOf last day of the finished set
   * @param zone the reporting zone
   */
  public record Request(
      String metric, List<String> by, @Nullable MetricPeriod period, LocalDate asOf, ZoneId zone) {
    /** Copies the list. */
    public Request {
      by = List.copyOf(by);
    }
  }

  private MetricQuery(
      MetricSpec spec, Cut cut, Map<String, String> fixed, MetricPeriod period, LocalDate asOf) {
    this.spec = spec;
    this.cut = cut;
    this.fixed = Map.copyOf(fixed);
    this.period = period;
    this.asOf = asOf;
  }

  /**
   * The query of a request.
   *
   * @param specs the rows of conf.metric_spec
   * @throws IllegalArgumentException when there is no such metric, when it is not made for the
   *     dimensions or the period, or when the period has not begun; the message says problem, cause
   *     and remedy
   */
  public static MetricQuery of(Dataset<Row> specs, Request request) {
    List<MetricSpec> all = MetricSpec.of(specs, AsOf.end(request.asOf(), request.zone()));
    MetricSpec spec =
        all.stream()
            .filter(s -> s.metric().equals(request.metric()))
            .findFirst()
            .orElseThrow(() -> unknown(request.metric(), all));
    List<String> dimensions = new ArrayList<>();
    Map<String, String> fixed = new HashMap<>();
    for (String asked : request.by()) {
      String[] parts = asked.split("=", 2);
      String dimension = dimension(spec, parts[0].strip());
      if (dimensions.contains(dimension)) {
        throw new IllegalArgumentException(
            "the dimension %s is named twice. Name it once.".formatted(dimension));
      }
      dimensions.add(dimension);
      if (parts.length == 2) {
        fixed.put(dimension, parts[1].strip());
      }
    }
    MetricPeriod period =
        request.period() == null ? newestMature(spec, request.asOf()) : request.period();
    if (!spec.grains().contains(period.grain())) {
      throw new IllegalArgumentException(
          "%s is not made for a %s: a row of %s tells of a whole %s. Ask for a %4$s."
              .formatted(
                  spec.metric(),
                  period.grain().label(),
                  spec.table(),
                  spec.grains().getFirst().label()));
    }
    if (period.start().isAfter(request.asOf())) {
      throw new IllegalArgumentException(
          "%s has not begun as of %s, the last day that a run has finished. Ask for an earlier period, or run the later days first."
              .formatted(period, request.asOf()));
    }
    return new MetricQuery(spec, new Cut(dimensions), fixed, period, request.asOf());
  }

  private static IllegalArgumentException unknown(String name, List<MetricSpec> all) {
    UTF8String asked = UTF8String.fromString(name);
    List<String> near =
        all.stream()
            .map(MetricSpec::metric)
            .filter(m -> !name.isBlank())
            .filter(m ->
                m.contains(name)
                    || UTF8String.fromString(m).levenshteinDistance(asked) <= TYPING_ERRORS)
            .sorted(
                Comparator.comparingInt(m -> UTF8String.fromString(m).levenshteinDistance(asked)))
            .limit(MOST_SUGGESTED)
            .toList();
    return new IllegalArgumentException(
        "there is no metric %s: no file of that name stands in schemas/metrics. %s./supportlake metric lists them all."
            .formatted(name, near.isEmpty() ? "" : "Near it: " + String.join(", ", near) + ". "));
  }

  /** A dimension by its name, or by what its name says before {@code _id}: agent for agent_id. */
  private static String dimension(MetricSpec spec, String asked) {
    String name = asked.replace(' ', '_').replace('-', '_');
    return spec.dimensions().stream()
        .filter(d -> d.equals(name) || d.equals(name + "_id") || d.endsWith("_" + name + "_id"))
        .findFirst()
        .orElseThrow(() ->
            new IllegalArgumentException(
                "%s cannot be split by %s: its file does not list that dimension; only columns of %s, as they were at the event, can be one. %s"
                    .formatted(
                        spec.metric(),
                        asked,
                        spec.table(),
                        spec.dimensions().isEmpty()
                            ? "It has no dimensions; leave --by away."
                            : "Choose of " + String.join(", ", spec.dimensions()) + ".")));
  }

  private static MetricPeriod newestMature(MetricSpec spec, LocalDate asOf) {
    YearMonth month = YearMonth.from(asOf);
    while (spec.matureOn(MetricPeriod.month(month)).isAfter(asOf)) {
      month = month.minusMonths(1);
    }
    return MetricPeriod.month(month);
  }

  /**
   * The total (unless a dimension is held at a value) and every cell with at least one row that
   * counts: a column a dimension, then value, interval_low and interval_high (null = too few rows,
   * or no interval), n, numerator and denominator (null for percentiles), maturity, mature_on,
   * interval_method, unit and the predicate that gives the rows. None where no row counts.
   *
   * @param rows of the metric's table
   */
  public Dataset<Row> cells(Dataset<Row> rows) {
    List<Cut> cuts =
        cut.dimensions().isEmpty() || !fixed.isEmpty() ? List.of(cut) : List.of(Cut.TOTAL, cut);
    MetricCube cube =
        new MetricCube(
            new MetricCells(period.grain(), asOf), List.of(period.start()), cuts, (_, _) -> false);
    StructType schema = new StructType();
    for (String dimension : cut.dimensions()) {
      schema = schema.add(dimension, DataTypes.StringType);
    }
    for (String number : NUMBERS) {
      schema = schema.add(MetricCells.SCHEMA.apply(number));
    }
    Cut by = cut;
    return cube.of(rows.where(within()), List.of(spec))
        .map((MapFunction<Row, Row>) cell -> spread(cell, by), Encoders.row(schema))
        .orderBy(
            Stream.concat(
                    cut.dimensions().stream().map(d -> col(d).notEqual(Cut.ALL)),
                    cut.dimensions().stream().map(d -> col(d)))
                .toArray(Column[]::new));
  }

  /** A cell of gold.metric with a column a dimension. */
  private static Row spread(Row cell, Cut by) {
    Cut of = Cut.named(cell.getString(MetricCells.SCHEMA.fieldIndex("dimension")));
    List<String> values =
        of.equals(by)
            ? by.values(cell.getString(MetricCells.SCHEMA.fieldIndex("dimension_value")))
            : by.dimensions().stream().map(_ -> Cut.ALL).toList();
    return RowFactory.create(
        Stream.concat(
                values.stream(),
                NUMBERS.stream().map(number -> cell.get(MetricCells.SCHEMA.fieldIndex(number))))
            .toArray());
  }

  private Column within() {
    Column date = col(spec.dateColumn());
    Column in = date.geq(lit(period.start())).and(date.lt(lit(period.end())));
    Cut held = held();
    return held.dimensions().isEmpty()
        ? in
        : in.and(expr("true" + held.predicate(heldValues(held))));
  }

  /** The dimensions that are held at a value. */
  private Cut held() {
    return new Cut(cut.dimensions().stream().filter(fixed::containsKey).toList());
  }

  private List<String> heldValues(Cut held) {
    return held.dimensions().stream().map(d -> fixed.getOrDefault(d, "")).toList();
  }

  /** A query over the finished set for all rows behind what {@link #cells} gives. */
  public String predicate() {
    Cut held = held();
    return spec.isEstimated(period, asOf)
        ? spec.estimatedPredicate(period, held, heldValues(held))
        : spec.predicate(period, held, heldValues(held));
  }

  /**
   * First and last day of the rows that count in any period.
   *
   * @param rows of the metric's table
   * @return nothing where no row ever counts
   */
  public Optional<List<LocalDate>> days(Dataset<Row> rows) {
    Row found =
        rows.where(spec.included())
            .agg(functions.min(spec.dateColumn()), functions.max(spec.dateColumn()))
            .first();
    return found.isNullAt(0)
        ? Optional.empty()
        : Optional.of(IntStream.range(0, 2).mapToObj(i -> found.getDate(i).toLocalDate()).toList());
  }

  /** The period. */
  public MetricPeriod period() {
    return period;
  }

  /** The metric's table. */
  public String table() {
    return spec.table();
  }

  /** The column of the table that says which period a row belongs to. */
  public String dateColumn() {
    return spec.dateColumn();
  }

  /** What is held at which value, as text; empty where nothing is. */
  public String heldText() {
    return held().dimensions().stream()
        .map(d -> d + " = " + fixed.get(d))
        .collect(Collectors.joining(", "));
  }

  /** What the numbers are, in sentences: name, unit, period and maturity. */
  public List<String> heading() {
    LocalDate matureOn = spec.matureOn(period);
    return List.of(
        "%s: %s (%s; %s is better)"
            .formatted(spec.metric(), spec.label(), spec.unit(), spec.direction()),
        "%s%s, as of %s, %s"
            .formatted(
                period,
                period.grain() == MetricPeriod.Grain.DAY
                    ? ""
                    : " (%s to %s)".formatted(period.start(), period.last()),
                asOf,
                asOf.isBefore(matureOn)
                    ? "provisional until " + matureOn
                    : "mature since " + matureOn));
  }

  /** What must be known to read the numbers. */
  public List<String> notes() {
    List<String> notes = new ArrayList<>();
    notes.add(
        "low and high: 95 %% interval; too few: less than %d observations (n)"
            .formatted(spec.minimumN()));
    if (spec.isEstimated(period, asOf)) {
      notes.add(
          "kaplan_meier: provisional estimate from n units, those whose window of %d days is open among them; needs %d whose window has closed, and is never published"
              .formatted(spec.maturityDays(), spec.minimumN()));
    }
    if (spec.kind() == MetricSpec.Kind.PERCENTILE) {
      notes.add(
          "percentile from a sketch: at most %s %% from the exact one"
              .formatted(Math.round(100 * QuantileSketch.RELATIVE_ERROR)));
    }
    return notes;
  }
}
