package io.supportlake.platform;

import java.util.List;
import java.util.Map;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.MetadataBuilder;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/**
 * What one table or source promises, read from its Open Data Contract Standard file.
 *
 * @param name layer and table, such as {@code silver.contact}
 * @param kind how it is kept up to date
 * @param grain what one row is
 * @param purpose what it is for
 * @param limitations what it does not do, or null
 * @param usage an example query, or null
 * @param columns in order
 * @param checks row and set checks beyond keys and required columns
 * @param inputs tables read, in order of the contract; empty for sources
 * @param properties the remaining custom properties by name
 */
public record Contract(
    String name,
    Kind kind,
    String grain,
    String purpose,
    @Nullable String limitations,
    @Nullable String usage,
    List<Column> columns,
    List<Check> checks,
    List<Input> inputs,
    Map<String, Object> properties) {

  /** How a table is kept up to date. */
  public enum Kind {
    /** Raw records of a source. */
    SOURCE,
    /** Versions of records, appended by arrival. */
    EVENT,
    /** Additive increments, appended by arrival. */
    INCREMENT,
    /** Rows that live across days; the units touched are rebuilt. */
    LIFECYCLE,
    /** Days (or months) rebuilt when something of them changed. */
    DAILY,
    /** Landmarks, each built once it is reached. */
    SNAPSHOT,
    /** What was decided on a day, appended in the order of days. */
    JOURNAL,
    /** Rows that the platform itself writes. */
    OPS
  }

  /**
   * A column.
   *
   * @param classification {@code personal}, {@code confidential} or null
   * @param keyPosition 1-based place in the primary key; 0 = not in it
   */
  public record Column(
      String name,
      DataType type,
      boolean required,
      int keyPosition,
      @Nullable String classification,
      String description) {}

  /**
   * A check.
   *
   * @param scope {@code row} (a predicate on each row) or {@code set} (one on aggregates)
   * @param isError whether a failure refuses the data; else it warns
   */
  public record Check(String scope, boolean isError, String expression, String description) {
    boolean isRow() {
      return scope.equals("row");
    }
  }

  /**
   * A table that is read.
   *
   * @param read which rows: new, signed, unit, days, history or all, or seldom: all, on few days
   * @param column date column that {@code days} is about; with {@code watch} the reader's own, by
   *     which it looks the input's history up; or null
   * @param lookBack days before the first day that {@code days} reads
   * @param touches further date columns of an input that is read by days: rows of which one of them
   *     lies in these days are read too, and a row that changes has the reader's rows of these days
   *     built again
   * @param watch of a table that is read whole, the columns whose change has the reader's rows
   *     built again
   * @param by the reader's own column that holds the key of what is watched; null where whole days
   *     are built
   */
  public record Input(
      String table,
      String read,
      @Nullable String column,
      int lookBack,
      List<String> touches,
      List<String> watch,
      @Nullable String by) {
    /** Copies the lists. */
    public Input {
      touches = List.copyOf(touches);
      watch = List.copyOf(watch);
    }
  }

  /** Copies the collections. */
  public Contract {
    columns = List.copyOf(columns);
    checks = List.copyOf(checks);
    inputs = List.copyOf(inputs);
    properties = Map.copyOf(properties);
  }

  /** The layer: raw, bronze, silver, gold or ops. */
  public String layer() {
    return name.substring(0, name.indexOf('.'));
  }

  /** The name without its layer. */
  public String shortName() {
    return name.substring(name.indexOf('.') + 1);
  }

  /** The columns of the primary key, in order. */
  public List<String> key() {
    return columns.stream()
        .filter(c -> c.keyPosition() > 0)
        .sorted(java.util.Comparator.comparingInt(Column::keyPosition))
        .map(Column::name)
        .toList();
  }

  /** The columns' names, in order. */
  public List<String> columnNames() {
    return columns.stream().map(Column::name).toList();
  }

  /** The Spark schema, with comments; required columns are not nullable. */
  public StructType schema() {
    return new StructType(
        columns.stream()
            .map(c ->
                new StructField(
                    c.name(),
                    c.type(),
                    !c.required(),
                    new MetadataBuilder().putString("comment", c.description()).build()))
            .toArray(StructField[]::new));
  }

  /** A custom property that must be there. */
  public Object property(String property) {
    Object value = properties.get(property);
    if (value == null) {
      throw new UsageException(
          "%s: the contract has no custom property %s, which its kind %s needs. Add it to %s."
              .formatted(name, property, kind, fileName()));
    }
    return value;
  }

  /** A custom property that may be absent. */
  public @Nullable Object optionalProperty(String property) {
    return properties.get(property);
  }

  /** The unit of work of a lifecycle table. */
  @SuppressWarnings("unchecked")
  public List<String> unit() {
    return (List<String>) property("unit");
  }

  /** The input of the name. */
  public Input input(String table) {
    return inputs.stream()
        .filter(i -> i.table().equals(table))
        .findFirst()
        .orElseThrow(() ->
            new IllegalArgumentException(
                "%s: the contract does not name the input %s (named: %s). Add it to %s."
                    .formatted(
                        name,
                        table,
                        String.join(", ", inputs.stream().map(Input::table).toList()),
                        fileName())));
  }

  private String fileName() {
    return "schemas/" + layer() + "/" + shortName() + ".odcs.yaml";
  }
}
