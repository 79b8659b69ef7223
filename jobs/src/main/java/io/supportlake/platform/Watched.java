package io.supportlake.platform;

import static org.apache.spark.sql.functions.broadcast;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.explode;
import static org.apache.spark.sql.functions.from_utc_timestamp;
import static org.apache.spark.sql.functions.greatest;
import static org.apache.spark.sql.functions.least;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.to_date;
import static org.apache.spark.sql.functions.when;

import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.ArrayType;

/**
 * What a change in a table that is read whole touches: of a history told late, the days from which
 * on another state was in force; of a table without history, whatever holds the key.
 *
 * @param keys one row a key whose watched columns changed: {@code watched_key} and, where the table
 *     has {@code valid_from} and {@code valid_to}, {@code watched_from} and {@code watched_to}, the
 *     first and last day on which the columns may differ
 * @param isHistory whether the days are there
 */
record Watched(Dataset<Row> keys, boolean isHistory) {
  /** Later than any day; a state without an end lasts until then. */
  private static final String FOR_EVER = "timestamp'9999-12-30 00:00:00'";

  /** The changes of a table in the columns that an input watches. */
  static Watched of(Contract table, Contract.Input input, Changes made, ZoneId zone) {
    boolean isHistory = table.columnNames().containsAll(List.of("valid_from", "valid_to"));
    List<String> columns = new ArrayList<>(table.key());
    columns.addAll(input.watch());
    if (isHistory) {
      columns.add("valid_to");
    }
    Column row = struct(Lake.columns(columns.stream().distinct().toList()));
    Column isSame = same(table.key());
    Column isSameState = same(input.watch());
    Dataset<Row> pairs =
        made.fresh()
            .select(row.as("built"))
            .join(made.replaced().select(row.as("stood")), isSame, "full_outer");
    Column key = either(table.unit().getFirst()).as("watched_key");
    if (!isHistory) {
      return new Watched(
          pairs
              .where(col("built").isNull().or(col("stood").isNull()).or(not(isSameState)))
              .select(key)
              .distinct(),
          false);
    }
    // A row whose state stands as it was differs between the two ends alone.
    Column builtEnd = when(col("built").isNotNull(), end("built"));
    Column stoodEnd = when(col("stood").isNotNull(), end("stood"));
    Column from = when(isSameState, least(builtEnd, stoodEnd)).otherwise(either("valid_from"));
    return new Watched(
        pairs
            .where(
                col("built")
                    .isNull()
                    .or(col("stood").isNull())
                    .or(not(isSameState))
                    .or(not(builtEnd.equalTo(stoodEnd))))
            .select(key, from.as("from"), greatest(builtEnd, stoodEnd).as("to"))
            .groupBy("watched_key")
            .agg(day(min("from"), zone).as("watched_from"), day(max("to"), zone).as("watched_to")),
        true);
  }

  private static Column same(List<String> columns) {
    return columns.stream()
        .map(c -> col("built.`" + c + "`").eqNullSafe(col("stood.`" + c + "`")))
        .reduce(col("built").isNotNull().and(col("stood").isNotNull()), Column::and);
  }

  private static Column either(String column) {
    return coalesce(col("built.`" + column + "`"), col("stood.`" + column + "`"));
  }

  private static Column end(String side) {
    return coalesce(col(side + ".valid_to"), org.apache.spark.sql.functions.expr(FOR_EVER));
  }

  private static Column day(Column instant, ZoneId zone) {
    return to_date(from_utc_timestamp(instant, zone.getId()));
  }

  /** The units of a lifecycle table whose rows hold one of the keys, on one of the days. */
  Dataset<Row> units(Dataset<Row> own, Contract contract, Contract.Input input) {
    String by = Objects.requireNonNull(input.by());
    boolean isList = own.schema().apply(by).dataType() instanceof ArrayType;
    Column isTouched = col("own_key").equalTo(col("watched_key"));
    Dataset<Row> rows =
        own.select(
            Stream.concat(
                    Stream.of(
                        (isList ? explode(col(by)) : col(by)).as("own_key"),
                        (isHistory ? col(Objects.requireNonNull(input.column())) : lit(null))
                            .as("own_day")),
                    Stream.of(Lake.columns(contract.unit())))
                .toArray(Column[]::new));
    if (isHistory) {
      isTouched = isTouched.and(col("own_day").between(col("watched_from"), col("watched_to")));
    }
    return rows.join(broadcast(keys), isTouched, "left_semi")
        .select(Lake.columns(contract.unit()))
        .distinct();
  }

  /** The days of a history's changes up to a day; bounded by the days of the history. */
  SortedSet<LocalDate> days(LocalDate first, LocalDate last) {
    SortedSet<LocalDate> days = new TreeSet<>();
    for (Row row : keys.select("watched_from", "watched_to").distinct().collectAsList()) {
      LocalDate from = row.getDate(0).toLocalDate();
      LocalDate to = row.getDate(1).toLocalDate();
      LocalDate begin = from.isBefore(first) ? first : from;
      LocalDate end = to.isAfter(last) ? last : to;
      if (!begin.isAfter(end)) {
        begin.datesUntil(end.plusDays(1)).forEach(days::add);
      }
    }
    return days;
  }
}
