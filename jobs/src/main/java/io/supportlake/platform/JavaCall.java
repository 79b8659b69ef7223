package io.supportlake.platform;

import java.io.Serializable;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.catalyst.expressions.Literal;
import org.apache.spark.sql.catalyst.expressions.objects.Invoke;
import org.apache.spark.sql.classic.ExpressionUtils;
import org.apache.spark.sql.types.AbstractDataType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.ObjectType;
import scala.jdk.javaapi.CollectionConverters;

/**
 * A method called from the code that Spark generates, on values as Spark holds them. A function
 * that is registered with Spark gets Java's, which for text means two copies a call.
 */
final class JavaCall {
  private JavaCall() {}

  /**
   * What the method gives of columns; null where one is null.
   *
   * @param target has value semantics, or Spark would call the method once for each place it stands
   *     at; its class and method are public, and each task has its own
   * @param method takes and gives the types by which Spark holds the columns and the result
   */
  static Column of(Serializable target, String method, DataType result, Column... arguments) {
    return call(target, method, result, true, arguments);
  }

  /**
   * What the method gives of columns, for a method that notes what it is given: it is called once
   * for each row, with null where a column is null, and gives no null.
   *
   * @param arguments those of a type without objects are never null
   */
  static Column counting(Serializable target, String method, DataType result, Column... arguments) {
    return call(target, method, result, false, arguments);
  }

  private static Column call(
      Serializable target, String method, DataType result, boolean isPure, Column... arguments) {
    return ExpressionUtils.column(
        new Invoke(
            Literal.create(target, ObjectType.apply(target.getClass())),
            method,
            result,
            CollectionConverters.asScala(
                    Stream.of(arguments).map(ExpressionUtils::expression).toList())
                .toSeq(),
            CollectionConverters.asScala(List.<AbstractDataType>of()).toSeq(),
            isPure,
            isPure,
            isPure));
  }
}
