package io.supportlake.silver;

import static org.apache.spark.sql.functions.udf;
import static org.apache.spark.sql.functions.when;

import io.supportlake.Settings;
import io.supportlake.rules.KeyedHash;
import io.supportlake.rules.Redactor;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.types.DataTypes;

/** Columns without personal data: redacted texts and keyed tokens in place of ids. */
final class Privacy {
  /** Kind of the tokens that stand for users of an account, in every table. */
  static final String USER = "usr";

  private Privacy() {}

  /** The text with every personal value replaced by its typed token; null stays null. */
  static Column redacted(Column text, Settings settings) {
    Redactor redactor = Redactor.of(settings.key(), settings.defaultRegion());
    UDF1<String, String> redact = value -> redactor.redact(value).text();
    return when(text.isNotNull(), udf(redact, DataTypes.StringType).apply(text));
  }

  /** The keyed token of a value, the same wherever kind and value are; null stays null. */
  static Column token(String kind, Column value, Settings settings) {
    KeyedHash key = settings.key();
    UDF1<String, String> tokenise = plain -> key.token(kind, plain);
    return when(value.isNotNull(), udf(tokenise, DataTypes.StringType).apply(value));
  }
}
