package io.supportlake.silver;

import static org.apache.spark.sql.functions.udf;
import static org.apache.spark.sql.functions.when;

import io.supportlake.Settings;
import io.supportlake.rules.KeyedHash;
import io.supportlake.rules.Redactor;
import java.io.Serial;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
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
    return when(
        value.isNotNull(),
        udf(new Tokens(settings.key(), kind), DataTypes.StringType).apply(value, normal));
  }

  /** Makes tokens, and keeps those made last, since the same users come again and again. */
  private static final class Tokens implements UDF2<String, String, @Nullable String> {
    @Serial private static final long serialVersionUID = 1;

    /** Bounds the memory: with so many, all are forgotten. */
    private static final int MOST_KEPT = 1 << 17;

    /** An export may have whole texts for ids; so many of them would fill the memory. */
    private static final int LONGEST_KEPT = 100;

    private final KeyedHash key;
    private final String kind;

    /** Concurrent, since nothing says that two threads of Spark never share it. */
    private transient @Nullable Map<String, String> kept;

    private Tokens(KeyedHash key, String kind) {
      this.key = key;
      this.kind = kind;
    }

    @Override
    public @Nullable String call(String came, String plain) {
      if (key.isToken(kind, came)) {
        return came;
      }
      return plain == null ? null : token(plain);
    }

    private String token(String value) {
      if (value.length() > LONGEST_KEPT) {
        return key.token(kind, value);
      }
      Map<String, String> all = kept == null ? new ConcurrentHashMap<>() : kept;
      kept = all;
      String known = all.get(value);
      if (known != null) {
        return known;
      }
      if (all.size() >= MOST_KEPT) {
        all.clear();
      }
      String token = key.token(kind, value);
      all.put(value, token);
      return token;
    }
  }
}
