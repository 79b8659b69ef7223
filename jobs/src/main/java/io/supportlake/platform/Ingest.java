package io.supportlake.platform;

import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.array_compact;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat_ws;
import static org.apache.spark.sql.functions.date_add;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.from_json;
import static org.apache.spark.sql.functions.length;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.octet_length;
import static org.apache.spark.sql.functions.row_number;
import static org.apache.spark.sql.functions.size;
import static org.apache.spark.sql.functions.to_date;
import static org.apache.spark.sql.functions.to_json;
import static org.apache.spark.sql.functions.when;

import java.sql.Date;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.expressions.Window;
import org.apache.spark.sql.expressions.WindowSpec;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.DecimalType;
import org.jspecify.annotations.Nullable;

/**
 * One ingest for every source, driven by its raw contract: landed fields become typed rows, what
 * breaks the contract is set apart with reasons, what was delivered before is told from
 * corrections.
 */
final class Ingest {
  /** Longest field kept, in characters. */
  static final int LONGEST_FIELD = 1_000_000;

  /**
   * Longest text of a decimal number, in characters. Spark writes the digits of an exponent out
   * before it says that a number does not fit: 1e-999999999 ends the run, whatever asks for null.
   */
  private static final int LONGEST_DECIMAL = 100;

  private static final int MOST_DAYS_AHEAD = 2;

  private Ingest() {}

  /** Whether a record is refused, and with what reason. */
  private record Refusal(Column isMet, Column reason) {}

  /**
   * Landed records as typed columns, with {@code is_refused}. Why one is refused {@link
   * #withReasons} tells: of all the records that are not, that would cost a good part of the time.
   *
   * @param landed {@code payload} (the record as it came), {@code fields} (a struct of the
   *     contract's columns as strings; null = unparsable), {@code unknown} (map of the fields that
   *     the contract does not name), {@code ingest_file}, {@code arrival_date}
   * @param earliest first day of events that retention has left; null = it has removed none
   */
  static Dataset<Row> typed(
      Dataset<Row> landed,
      Contract raw,
      ZoneId zone,
      long runSequence,
      @Nullable LocalDate earliest) {
    List<Column> columns = new ArrayList<>();
    columns.add(col("*"));
    for (Contract.Column c : raw.columns()) {
      columns.add(value(c).as(c.name()));
    }
    Dataset<Row> values = landed.select(columns.toArray(Column[]::new));
    return values
        .withColumn("event_date", ZoneDay.of(eventAt(raw), zone))
        .withColumn(
            "is_refused",
            coalesce(
                refusals(raw, earliest).stream()
                    .map(Refusal::isMet)
                    .reduce(col("fields").isNull(), Column::or),
                lit(false)))
        .withColumn("record_id", concat_ws("|", Lake.columns(raw.key())))
        .withColumn(
            "unknown_columns",
            when(size(col("unknown")).gt(0), to_json(col("unknown"))).otherwise(lit(null)))
        .withColumn("content_hash", ContentHash.ofRecord(col("fields"), to_json(col("unknown"))))
        .withColumn("ingest_run", lit(runSequence))
        .drop("unknown");
  }

  /**
   * The records with {@code reasons} (empty = accepted), without the fields they are told by.
   *
   * @param typed of {@link #typed}, by the same contract and day
   */
  static Dataset<Row> withReasons(Dataset<Row> typed, Contract raw, @Nullable LocalDate earliest) {
    Column[] reasons =
        refusals(raw, earliest).stream()
            .map(r -> when(r.isMet(), r.reason()))
            .toArray(Column[]::new);
    return typed
        .withColumn(
            "reasons",
            when(not(col("is_refused")), array().cast("array<string>"))
                .when(col("fields").isNull(), array(lit("unparsable")))
                // Spark has no generated code for it: it is left to the few that are refused.
                .otherwise(array_compact(array(reasons))))
        .drop("fields");
  }

  private static Column eventAt(Contract raw) {
    return col(String.valueOf(raw.property("eventTime")));
  }

  /**
   * Which accepted records are new and which version of their id they are. A content that its id
   * already had is a duplicate; another content is a correction.
   *
   * @param accepted {@code record_id}, {@code content_hash}, {@code arrival_date}, {@code
   *     ingest_file} of rows without reasons, and any other columns
   * @param existing {@code record_id}, {@code content_hash}, {@code record_version} of earlier runs
   * @return the accepted rows with {@code record_version}, null where the record is a duplicate
   */
  static Dataset<Row> versioned(Dataset<Row> accepted, Dataset<Row> existing) {
    WindowSpec sameContent =
        Window.partitionBy("record_id", "content_hash")
            .orderBy(col("earlier").desc(), col("arrival_date"), col("ingest_file"));
    Dataset<Row> both =
        accepted
            .withColumn("earlier", lit(0))
            .withColumn("earlier_version", lit(null).cast(DataTypes.IntegerType))
            .unionByName(
                existing
                    .withColumnRenamed("record_version", "earlier_version")
                    .withColumn("earlier", lit(1)),
                true)
            .withColumn("copy", row_number().over(sameContent));
    WindowSpec ofRecord =
        Window.partitionBy("record_id", "is_copy")
            .orderBy(
                col("earlier").desc(),
                col("earlier_version"),
                col("arrival_date"),
                col("ingest_file"),
                col("content_hash"));
    return both.withColumn("is_copy", col("copy").gt(1))
        .withColumn(
            "record_version",
            when(col("is_copy"), lit(null)).otherwise(row_number().over(ofRecord)))
        .where(col("earlier").equalTo(0))
        .drop("earlier", "earlier_version", "copy", "is_copy");
  }

  /** Fields of JSON lines in the contract's columns, and the others. */
  static Dataset<Row> jsonFields(Dataset<Row> lines, Contract raw) {
    return objects(lines, raw.columnNames())
        .withColumn("fields", col("object.named"))
        .withColumn("unknown", expr("if(size(object.others) > 0, object.others, null)"))
        .drop("object");
  }

  /** Fields, in the contract's columns, of records that are maps of strings in {@code all}. */
  static Dataset<Row> mapFields(Dataset<Row> rows, Contract raw) {
    return rows.withColumn("fields", expr(known("all", raw)))
        .withColumn("unknown", expr(unknown("all", raw)))
        .drop("all");
  }

  /** Vendor rows as maps: {@code payload} and {@code fields} of JSON lines. */
  static Dataset<Row> vendorJson(Dataset<Row> lines) {
    return objects(lines, List.of()).withColumn("fields", col("object.others")).drop("object");
  }

  private static Dataset<Row> objects(Dataset<Row> lines, List<String> names) {
    return lines
        .withColumnRenamed("value", "payload")
        .where(col("payload").notEqual(""))
        .withColumn("object", JsonLine.object(col("payload"), names));
  }

  /**
   * Rows that were read with a column for each field, as {@code payload} and the map {@code
   * fields}; empty text is no value.
   */
  static Dataset<Row> columnFields(Dataset<Row> rows, List<String> fieldNames) {
    String entries =
        fieldNames.stream()
            .map(f -> "'%s', nullif(trim(`%s`), '')".formatted(f.replace("'", "\\'"), f))
            .collect(Collectors.joining(", "));
    return rows.withColumn("all_fields", expr("map(" + entries + ")"))
        .withColumn("payload", coalesce(col("_corrupt_record"), to_json(col("all_fields"))))
        .withColumn("fields", expr("if(_corrupt_record is null, all_fields, null)"))
        .drop("all_fields");
  }

  private static String known(String map, Contract raw) {
    return "if(%s is null, null, named_struct(%s))"
        .formatted(
            map,
            raw.columnNames().stream()
                .map(c -> "'%s', %s['%s']".formatted(c, map, c))
                .collect(Collectors.joining(", ")));
  }

  private static String unknown(String map, Contract raw) {
    String known =
        raw.columnNames().stream().map(n -> "'" + n + "'").collect(Collectors.joining(", "));
    return "map_filter(%s, (k, v) -> NOT k IN (%s) AND v IS NOT NULL)".formatted(map, known);
  }

  private static Column value(Contract.Column column) {
    String field = "fields.`" + column.name() + "`";
    if (column.type() instanceof ArrayType) {
      return from_json(expr(field), (ArrayType) column.type());
    }
    String value = "try_cast(%s AS %s)".formatted(field, column.type().sql());
    return expr(
        column.type() instanceof DecimalType
            ? "if(length(%s) > %d or %s rlike '[eE][+-]?[0-9]{4}', null, %s)"
                .formatted(field, LONGEST_DECIMAL, field, value)
            : value);
  }

  private static List<Refusal> refusals(Contract raw, @Nullable LocalDate earliest) {
    List<Refusal> refusals = new ArrayList<>();
    for (Contract.Column c : raw.columns()) {
      Column field = expr("fields.`" + c.name() + "`");
      if (c.required()) {
        refusals.add(new Refusal(field.isNull(), lit("missing:" + c.name())));
      }
      refusals.add(
          c.type().equals(DataTypes.StringType)
              // Characters are counted only where there are so many bytes.
              ? new Refusal(
                  octet_length(field).gt(LONGEST_FIELD).and(length(field).gt(LONGEST_FIELD)),
                  lit("oversized:" + c.name()))
              : new Refusal(
                  field.isNotNull().and(col("`" + c.name() + "`").isNull()),
                  lit("type:" + c.name())));
    }
    for (Contract.Check check : raw.checks()) {
      refusals.add(
          new Refusal(
              coalesce(expr(check.expression()), lit(true)).equalTo(false),
              lit("rule:" + check.description())));
    }
    Column eventAt = eventAt(raw);
    refusals.add(
        new Refusal(
            eventAt
                .lt(lit("1990-01-01").cast(DataTypes.TimestampType))
                .or(to_date(eventAt).gt(date_add(col("arrival_date"), MOST_DAYS_AHEAD))),
            lit("time")));
    if (earliest != null) {
      refusals.add(
          new Refusal(col("event_date").lt(lit(Date.valueOf(earliest))), lit(Retention.REASON)));
    }
    return refusals;
  }
}
