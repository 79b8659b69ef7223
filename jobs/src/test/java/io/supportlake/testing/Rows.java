package io.supportlake.testing;

import io.supportlake.platform.ConfTables;
import io.supportlake.platform.Contracts;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.DecimalType;
import org.apache.spark.sql.types.MapType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/**
 * Rows of a contract's table in which a test names only the columns that matter: a required column
 * that is not named gets a filler of its type ({@code x}, 0, false, 2026-01-01), an optional one
 * null. Instants may be written as ISO strings, days as ISO dates, decimals as strings.
 */
public final class Rows {
  private final StructType schema;
  private final String name;
  private final List<Map<String, @Nullable Object>> rows = new ArrayList<>();

  private Rows(String name, StructType schema) {
    this.name = name;
    this.schema = schema;
  }

  /** No rows yet of a raw, bronze, silver, gold or conf table. */
  public static Rows of(Contracts contracts, String table) {
    return new Rows(
        table, table.startsWith("conf.") ? ConfTables.schema(table) : contracts.of(table).schema());
  }

  /** Adds a row: column, value, column, value ... */
  public Rows with(@Nullable Object... columnsAndValues) {
    Map<String, @Nullable Object> row = new LinkedHashMap<>();
    for (int i = 0; i < columnsAndValues.length; i += 2) {
      String column = String.valueOf(columnsAndValues[i]);
      if (!Arrays.asList(schema.fieldNames()).contains(column)) {
        throw new IllegalArgumentException(name + " has no column " + column);
      }
      row.put(column, columnsAndValues[i + 1]);
    }
    rows.add(row);
    return this;
  }

  /** The rows as a Dataset. Event and arrival dates that are not named follow the row's instant. */
  public Dataset<Row> dataset(SparkSession spark) {
    List<Row> data =
        rows.stream()
            .map(row ->
                RowFactory.create(
                    Arrays.stream(schema.fields())
                        .map(f ->
                            row.containsKey(f.name())
                                ? value(f.dataType(), row.get(f.name()))
                                : filler(f))
                        .toArray()))
            .toList();
    return spark.createDataFrame(data, schema);
  }

  private static @Nullable Object filler(StructField field) {
    if (field.nullable()) {
      return null;
    }
    DataType type = field.dataType();
    if (field.name().equals("record_version")) {
      return 1;
    }
    if (type.equals(DataTypes.StringType)) {
      return "x";
    }
    if (type.equals(DataTypes.BooleanType)) {
      return false;
    }
    if (type.equals(DataTypes.DateType)) {
      return value(type, "2026-01-01");
    }
    if (type.equals(DataTypes.TimestampType)) {
      return value(type, "2026-01-01T00:00:00Z");
    }
    if (type instanceof ArrayType) {
      return List.of();
    }
    if (type instanceof MapType) {
      return Map.of();
    }
    return value(type, 0);
  }

  private static @Nullable Object value(DataType type, @Nullable Object value) {
    return switch (value) {
      case null -> null;
      case String text when type.equals(DataTypes.TimestampType) ->
          Timestamp.from(Instant.parse(text));
      case Instant instant -> Timestamp.from(instant);
      case String text when type.equals(DataTypes.DateType) ->
          java.sql.Date.valueOf(LocalDate.parse(text));
      case LocalDate date -> java.sql.Date.valueOf(date);
      case String text when type instanceof DecimalType decimal -> decimal(text, decimal);
      case Number number when type instanceof DecimalType decimal ->
          decimal(number.toString(), decimal);
      case Number number when type.equals(DataTypes.LongType) -> number.longValue();
      case Number number when type.equals(DataTypes.IntegerType) -> number.intValue();
      case Number number when type.equals(DataTypes.DoubleType) -> number.doubleValue();
      case Number number when type.equals(DataTypes.FloatType) -> number.floatValue();
      default -> value;
    };
  }

  private static BigDecimal decimal(String text, DecimalType type) {
    return new BigDecimal(text).setScale(type.scale(), RoundingMode.UNNECESSARY);
  }

  /** The instant of a local time, for tests about zones. */
  public static Instant at(String localDateTime, String zone) {
    return java.time.LocalDateTime.parse(localDateTime).atZone(ZoneId.of(zone)).toInstant();
  }
}
