package io.supportlake.command;

import io.supportlake.gold.outcomes.MetricPeriod;
import io.supportlake.gold.outcomes.MetricQuery;
import io.supportlake.platform.ConfLoader;
import io.supportlake.platform.FinishedSet;
import io.supportlake.platform.Lake;
import io.supportlake.platform.MetricDocs;
import io.supportlake.platform.Queries;
import io.supportlake.platform.UsageException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code metric}: a metric by any of its dimensions, for any period, with the rows behind it. */
@Command(
    name = "metric",
    description = {
      "Computes a metric over the last finished set, by any of its dimensions together, for a day,"
          + " an ISO week or a month.",
      "Without a name: lists the metrics."
    },
    mixinStandardHelpOptions = true)
final class MetricCommand implements Callable<Integer> {
  /** The columns of numbers, as people read them. */
  private static final List<String> NUMBERS =
      List.of("value", "low", "high", "n", "numerator", "denominator", "maturity", "method");

  /** Digits that a value is shown with, unless more stand before its point. */
  private static final int DIGITS = 4;

  @Mixin private final Installation installation = new Installation();

  @Parameters(
      arity = "0..1",
      paramLabel = "NAME",
      description = "the metric, as in METRICS.md (default: lists them)")
  private @Nullable String name;

  @Option(
      names = "--by",
      split = ",",
      paramLabel = "DIMENSION[=VALUE]",
      description =
          "dimensions to split by, such as tier,product; with a value, only that: tier=2,product")
  private List<String> by = List.of();

  @ArgGroup private @Nullable Time time;

  @Option(names = "--rows", description = "prints the rows behind the numbers instead")
  private boolean isOfRows;

  @Mixin private final RowPrinter.Options printing = new RowPrinter.Options();

  /** The period: one of three. */
  private static final class Time {
    @Option(
        names = "--month",
        paramLabel = "YYYY-MM",
        description = "month (default: the newest that is mature)")
    private @Nullable YearMonth month;

    @Option(names = "--week", paramLabel = "YYYY-Www", description = "ISO week, such as 2026-W34")
    private @Nullable String week;

    @Option(names = "--day", paramLabel = "YYYY-MM-DD", description = "day of the reporting zone")
    private @Nullable LocalDate day;

    @Nullable MetricPeriod period() {
      if (month != null) {
        return MetricPeriod.month(month);
      }
      if (day != null) {
        return MetricPeriod.day(day);
      }
      if (week == null) {
        return null;
      }
      try {
        return MetricPeriod.weekOf(LocalDate.parse(week + "-1", DateTimeFormatter.ISO_WEEK_DATE));
      } catch (DateTimeParseException _) {
        throw new UsageException(
            "--week is '%s', which is no ISO week. Write it like 2026-W34.".formatted(week));
      }
    }
  }

  @Override
  public Integer call() {
    if (name == null) {
      MetricDocs.lines(Installation.home().resolve("schemas")).forEach(System.out::println);
      return 0;
    }
    MetricPeriod period = time == null ? null : time.period();
    FinishedSet finished = installation.finished();
    LocalDate asOf = finished.to();
    if (asOf == null) {
      throw new UsageException(
          "there is nothing to compute %s from: no run has finished on this lake. Run ./supportlake run or ./supportlake demo first, or name another lake with --lake."
              .formatted(name));
    }
    MetricQuery query = query(name, period, asOf);
    if (isOfRows) {
      rows(query);
    } else {
      cells(query, finished, asOf);
    }
    return 0;
  }

  private MetricQuery query(String metric, @Nullable MetricPeriod period, LocalDate asOf) {
    MetricQuery.Request request =
        new MetricQuery.Request(
            metric, by, period, asOf, ZoneId.of(installation.config().reporting().zone()));
    Dataset<Row> specs =
        ConfLoader.load(Installation.conf(), "conf.metric_spec", installation.spark(), asOf, asOf);
    try {
      return MetricQuery.of(specs, request);
    } catch (IllegalArgumentException e) {
      throw new UsageException(String.valueOf(e.getMessage()));
    }
  }

  private void cells(MetricQuery query, FinishedSet finished, LocalDate asOf) {
    Lake lake = installation.lake();
    Dataset<Row> table = finished.read(lake, query.table());
    Dataset<Row> cells = query.cells(table).limit(printing.limit()).localCheckpoint();
    if (cells.isEmpty()) {
      throw nothing(query, table);
    }
    if (printing.format() != RowPrinter.Format.table) {
      RowPrinter.print(cells, printing.format(), System.out);
      return;
    }
    query.heading().forEach(System.out::println);
    finished
        .completeUntil(query.table())
        .filter(complete -> complete.isBefore(asOf))
        .ifPresent(complete ->
            System.out.printf(
                "%s is complete until %s only: a source that it needs was stopped%n",
                query.table(), complete));
    System.out.println();
    int dimensions = by.size();
    RowPrinter.table(
        Stream.concat(Stream.of(cells.columns()).limit(dimensions), NUMBERS.stream()).toList(),
        cells.collectAsList().stream().map(cell -> line(cell, dimensions)).toList(),
        System.out);
    System.out.println();
    query.notes().forEach(System.out::println);
    System.out.println("rows (or --rows): " + query.predicate());
  }

  private static List<String> line(Row cell, int dimensions) {
    List<String> line = new ArrayList<>();
    for (int i = 0; i < dimensions; i++) {
      line.add(cell.getString(i));
    }
    boolean isTooFew = cell.<String>getAs("maturity").equals("too_few");
    line.add(isTooFew ? "too few" : number(cell.getAs("value")));
    line.add(number(cell.getAs("interval_low")));
    line.add(number(cell.getAs("interval_high")));
    line.add(String.valueOf(cell.<Long>getAs("n")));
    line.add(exact(cell.getAs("numerator")));
    line.add(exact(cell.getAs("denominator")));
    line.add(isTooFew ? "" : cell.getAs("maturity"));
    line.add(cell.getAs("interval_method"));
    return line;
  }

  private static String number(@Nullable Double value) {
    if (value == null) {
      return "";
    }
    BigDecimal decimal = BigDecimal.valueOf(value);
    int before = decimal.precision() - decimal.scale();
    return decimal
        .setScale(Math.clamp(DIGITS - (long) before, 0, 2 * DIGITS), RoundingMode.HALF_UP)
        .toPlainString();
  }

  private static String exact(@Nullable BigDecimal sum) {
    return sum == null ? "" : sum.stripTrailingZeros().toPlainString();
  }

  private void rows(MetricQuery query) {
    Dataset<Row> rows =
        new Queries(installation.spark(), installation.lake(), installation.contracts())
            .query(query.predicate());
    List<String> order = new ArrayList<>(List.of(query.dateColumn()));
    order.addAll(installation.contracts().of(query.table()).key());
    Dataset<Row> shown =
        rows.orderBy(order.stream().distinct().map(rows::col).toArray(Column[]::new))
            .limit(printing.limit())
            .localCheckpoint();
    if (shown.isEmpty()) {
      throw nothing(query, installation.finished().read(installation.lake(), query.table()));
    }
    if (printing.format() == RowPrinter.Format.table) {
      System.out.println(query.predicate());
      System.out.println();
    }
    RowPrinter.print(shown, printing.format(), System.out);
  }

  private static UsageException nothing(MetricQuery query, Dataset<Row> table) {
    String where = query.heldText().isEmpty() ? "" : " with " + query.heldText();
    return new UsageException(
        query
            .days(table)
            .map(days ->
                "no row of %s counts in %s%s; those that count lie between %s and %s (%s). Ask for another or a longer period%s."
                    .formatted(
                        query.table(),
                        query.period(),
                        where,
                        days.getFirst(),
                        days.getLast(),
                        query.dateColumn(),
                        where.isEmpty() ? "" : ", or leave the value away to see which there are"))
            .orElseGet(() ->
                "no row of %s counts in any period: what the metric is made of has not happened, or has not been delivered. ./supportlake tables says what there is."
                    .formatted(query.table())));
  }
}
