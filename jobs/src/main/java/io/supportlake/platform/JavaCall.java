package io.supportlake.platform;

import java.io.Serializable;
import java.util.List;
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
   * What the method gives of a column; null of null.
   *
   * @param target has value semantics, or Spark would call the method once for each place it stands
   *     at; its class and method are public, and each task has its own
   * @param method takes and gives the types by which Spark holds the column and the result
   */
  static Column of(Serializable target, String method, Column argument, DataType result) {
    return ExpressionUtils.column(
        new Invoke(
            Literal.create(target, ObjectType.apply(target.getClass())),
            method,
            result,
            CollectionConverters.asScala(List.of(ExpressionUtils.expression(argument))).toSeq(),
            CollectionConverters.asScala(List.<AbstractDataType>of()).toSeq(),
            true,
            true,
            true));
  }
}
