package io.supportlake.platform;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import org.apache.spark.sql.catalyst.expressions.And;
import org.apache.spark.sql.catalyst.expressions.AttributeReference;
import org.apache.spark.sql.catalyst.expressions.BinaryComparison;
import org.apache.spark.sql.catalyst.expressions.EqualNullSafe;
import org.apache.spark.sql.catalyst.expressions.EqualTo;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.GreaterThan;
import org.apache.spark.sql.catalyst.expressions.GreaterThanOrEqual;
import org.apache.spark.sql.catalyst.expressions.In;
import org.apache.spark.sql.catalyst.expressions.InSet;
import org.apache.spark.sql.catalyst.expressions.IsNull;
import org.apache.spark.sql.catalyst.expressions.LessThan;
import org.apache.spark.sql.catalyst.expressions.LessThanOrEqual;
import org.apache.spark.sql.catalyst.expressions.Literal;
import org.apache.spark.sql.catalyst.expressions.Or;
import org.apache.spark.sql.delta.actions.AddFile;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.IntegralType;
import org.jspecify.annotations.Nullable;
import scala.jdk.javaapi.CollectionConverters;

/**
 * The least and the greatest values of a file's columns, as Delta's log has them. They are a help:
 * of a column without any, or with none that can be read, the file may hold anything.
 */
final class FileStatistics {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final JsonNode least;
  private final JsonNode greatest;
  private final JsonNode nulls;

  private FileStatistics(JsonNode all) {
    this.least = all.path("minValues");
    this.greatest = all.path("maxValues");
    this.nulls = all.path("nullCount");
  }

  static FileStatistics of(AddFile file) {
    return of(file.stats());
  }

  /** Of Delta's JSON; null = a file has none. */
  static FileStatistics of(@Nullable String stats) {
    try {
      return new FileStatistics(stats == null ? MissingNode.getInstance() : JSON.readTree(stats));
    } catch (JsonProcessingException _) {
      return new FileStatistics(MissingNode.getInstance());
    }
  }

  @Nullable LocalDate leastDate(String column) {
    return date(least.path(column));
  }

  @Nullable LocalDate greatestDate(String column) {
    return date(greatest.path(column));
  }

  private static @Nullable LocalDate date(JsonNode value) {
    try {
      return value.isTextual() ? LocalDate.parse(value.asText()) : null;
    } catch (DateTimeParseException _) {
      return null;
    }
  }

  /**
   * Whether the file may hold a row for which the filter is true. Dates and whole numbers that are
   * compared with literals are looked at, whether there are nulls, and what is made of such with
   * AND and OR.
   */
  boolean mayHold(Expression filter) {
    return switch (filter) {
      case And and -> mayHold(and.left()) && mayHold(and.right());
      case Or or -> mayHold(or.left()) || mayHold(or.right());
      case In in ->
          CollectionConverters.asJava(in.list()).stream()
              .anyMatch(
                  e -> !(e instanceof Literal literal) || mayEqual(in.value(), literal.value()));
      case InSet in ->
          CollectionConverters.asJava(in.hset()).stream()
              .anyMatch(value -> mayEqual(in.child(), value));
      case IsNull isNull when isNull.child() instanceof AttributeReference column ->
          !nulls.path(column.name()).isIntegralNumber() || nulls.path(column.name()).asLong() > 0;
      case BinaryComparison compared when compared.right() instanceof Literal literal ->
          mayHold(compared, compared.left(), literal.value(), false);
      case BinaryComparison compared when compared.left() instanceof Literal literal ->
          mayHold(compared, compared.right(), literal.value(), true);
      default -> true;
    };
  }

  private boolean mayEqual(Expression column, @Nullable Object value) {
    Range range = range(column);
    Long sought = number(value);
    return range == null || sought == null || (range.least <= sought && sought <= range.greatest);
  }

  private boolean mayHold(
      BinaryComparison compared, Expression column, @Nullable Object value, boolean isTurned) {
    Range range = range(column);
    Long limit = number(value);
    if (range == null || limit == null) {
      return true;
    }
    return switch (compared) {
      case EqualTo _, EqualNullSafe _ -> range.least <= limit && limit <= range.greatest;
      case LessThan _ -> isTurned ? range.greatest > limit : range.least < limit;
      case LessThanOrEqual _ -> isTurned ? range.greatest >= limit : range.least <= limit;
      case GreaterThan _ -> isTurned ? range.least < limit : range.greatest > limit;
      case GreaterThanOrEqual _ -> isTurned ? range.least <= limit : range.greatest >= limit;
      default -> true;
    };
  }

  /** Least and greatest value as Spark holds them: dates are days since 1970. */
  private record Range(long least, long greatest) {}

  private @Nullable Range range(Expression column) {
    if (!(column instanceof AttributeReference attribute)) {
      return null;
    }
    if (attribute.dataType().equals(DataTypes.DateType)) {
      LocalDate first = leastDate(attribute.name());
      LocalDate last = greatestDate(attribute.name());
      return first == null || last == null
          ? null
          : new Range(first.toEpochDay(), last.toEpochDay());
    }
    JsonNode first = least.path(attribute.name());
    JsonNode last = greatest.path(attribute.name());
    return attribute.dataType() instanceof IntegralType
            && first.canConvertToLong()
            && last.canConvertToLong()
        ? new Range(first.asLong(), last.asLong())
        : null;
  }

  private static @Nullable Long number(@Nullable Object value) {
    return value instanceof Integer || value instanceof Long ? ((Number) value).longValue() : null;
  }
}
