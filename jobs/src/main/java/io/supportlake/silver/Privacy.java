package io.supportlake.silver;

import static org.apache.spark.sql.functions.udf;
import static org.apache.spark.sql.functions.when;

import io.supportlake.Settings;
import io.supportlake.rules.KeyedHash;
import io.supportlake.rules.Redactor;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.api.java.UDF2;
import org.apache.spark.sql.types.DataTypes;
import org.jspecify.annotations.Nullable;

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

  /**
   * The keyed token of a value, the same wherever kind and value are; null stays null, and so does
   * what is such a token already.
   */
  static Column token(String kind, Column value, Settings settings) {
    return token(kind, value, value, settings);
  }

  /**
   * The keyed token of a value in its normal form.
   *
   * @param value as it came, which may be such a token already
   * @param normal the value in the one notation that equal values share; null has no token
   */
  static Column token(String kind, Column value, Column normal, Settings settings) {
    KeyedHash key = settings.key();
    UDF2<String, String, @Nullable String> tokenise =
        (came, plain) ->
            key.isToken(kind, came) ? came : plain == null ? null : key.token(kind, plain);
    return when(value.isNotNull(), udf(tokenise, DataTypes.StringType).apply(value, normal));
  }
}
