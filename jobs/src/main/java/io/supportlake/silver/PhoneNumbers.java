package io.supportlake.silver;

import static org.apache.spark.sql.functions.udf;

import com.google.i18n.phonenumbers.NumberParseException;
import com.google.i18n.phonenumbers.PhoneNumberUtil;
import com.google.i18n.phonenumbers.PhoneNumberUtil.PhoneNumberFormat;
import com.google.i18n.phonenumbers.Phonenumber.PhoneNumber;
import io.supportlake.Settings;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.types.DataTypes;
import org.jspecify.annotations.Nullable;

/** Phone numbers in one notation, so that one number has one token. */
final class PhoneNumbers {
  private PhoneNumbers() {}

  /** {@link #e164(String, String)} of a column under the settings' default region. */
  static Column e164(Column phone, Settings settings) {
    String region = settings.defaultRegion();
    return udf(
            (UDF1<@Nullable String, @Nullable String>)
                number -> number == null ? null : e164(number, region),
            DataTypes.StringType)
        .apply(phone);
  }

  /**
   * The number in E.164 (ITU-T), such as {@code +493012345678}; what is no possible number keeps
   * its digits only, so that at least equal notations agree; null where it holds none.
   *
   * @param region ISO 3166 code of numbers without a country prefix
   */
  static @Nullable String e164(String phone, String region) {
    PhoneNumberUtil util = PhoneNumberUtil.getInstance();
    try {
      PhoneNumber number = util.parse(phone, region);
      if (util.isPossibleNumber(number)) {
        return util.format(number, PhoneNumberFormat.E164);
      }
    } catch (NumberParseException e) {
      return digits(phone);
    }
    return digits(phone);
  }

  private static @Nullable String digits(String phone) {
    String digits = phone.replaceAll("\\D", "");
    return digits.isEmpty() ? null : digits;
  }
}
