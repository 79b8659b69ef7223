package io.supportlake.platform;

import io.supportlake.rules.KeyedHash;
import java.util.Optional;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.types.DataTypes;
import org.jspecify.annotations.Nullable;

/**
 * Accounts that are one person: what a mapping takes for the customer where the vendor names no
 * company. Such an account is named by the user's token, since the id may be an address, accounts
 * stand plainly in every table, and an erasure has to know them by the user alone. A company's
 * number and a person's that are equal stay two accounts.
 */
public final class PersonAccount {
  /** In mappings: the account of a user's id; of null it is null. */
  private static final String FUNCTION = "person_account";

  private static final String PREFIX = "person-";

  private static final String PERSONS = PREFIX + "usr_[^_]+_[0-9a-f]+";

  private PersonAccount() {}

  /** Lets expressions of the session call the function. */
  static void register(SparkSession spark, KeyedHash key) {
    UDF1<@Nullable String, @Nullable String> account =
        id -> id == null ? null : of(Subject.Kind.USER.token(key, id));
    spark.udf().register(FUNCTION, account, DataTypes.StringType);
  }

  /** The account of the user that the token stands for. */
  static String of(String token) {
    return PREFIX + token;
  }

  /** Whether an account is one user, under whatever key; of null it is null. */
  static Column isPersons(Column account) {
    return account.rlike("^" + PERSONS + "$");
  }

  /** The same of one account. */
  public static boolean isPerson(String account) {
    return account.matches(PERSONS);
  }

  /** The token of the user that the account stands for; empty where it is a company's. */
  static Optional<String> person(KeyedHash key, String account) {
    return Optional.of(account)
        .filter(a -> a.startsWith(PREFIX))
        .map(a -> a.substring(PREFIX.length()))
        .filter(token -> Subject.Kind.USER.isToken(key, token));
  }
}
