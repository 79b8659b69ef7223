package io.supportlake.silver;

import static org.apache.spark.sql.functions.udf;
import static org.apache.spark.sql.functions.when;

import io.supportlake.rules.TextSignals;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;

/** {@link TextSignals} as columns; a null text gives null. */
final class Signals {
  private Signals() {}

  static Column language(Column text) {
    return signal(TextSignals::language, DataTypes.StringType, text);
  }

  static Column sentiment(Column text) {
    return signal(TextSignals::sentiment, DataTypes.DoubleType, text);
  }

  static Column isThanks(Column text) {
    return signal(TextSignals::isThanks, DataTypes.BooleanType, text);
  }

  static Column intent(Column text) {
    return signal(TextSignals::intent, DataTypes.StringType, text);
  }

  static Column leastStake(Column text) {
    return signal(TextSignals::leastStake, DataTypes.StringType, text);
  }

  private static Column signal(UDF1<String, ?> rule, DataType type, Column text) {
    return when(text.isNotNull(), udf(rule, type).apply(text));
  }
}
