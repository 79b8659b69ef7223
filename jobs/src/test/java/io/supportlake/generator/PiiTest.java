package io.supportlake.generator;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.i18n.phonenumbers.NumberParseException;
import com.google.i18n.phonenumbers.PhoneNumberUtil;
import java.util.List;
import org.apache.commons.validator.routines.IBANValidator;
import org.apache.commons.validator.routines.checkdigit.LuhnCheckDigit;
import org.junit.jupiter.api.Test;

class PiiTest {
  private final Rng rng = Rng.of(11);

  @Test
  void cardsPassTheLuhnCheck() {
    for (int i = 0; i < 200; i++) {
      String card = Pii.card(rng).replaceAll("[ -]", "");
      assertThat(LuhnCheckDigit.LUHN_CHECK_DIGIT.isValid(card)).as(card).isTrue();
    }
  }

  @Test
  void ibansPassTheirCheckDigits() {
    for (String country : List.of("DE", "ES", "FR", "GB", "IE", "US")) {
      for (int i = 0; i < 20; i++) {
        String iban = Pii.iban(rng, country).replace(" ", "");
        int checked = Pii.remainder(iban);
        assertThat(checked).as(iban).isEqualTo(1);
        assertThat(iban).hasSize(IBANValidator.getInstance().getValidator(iban).getIbanLength());
      }
    }
  }

  @Test
  void phonesAreNumbersOfTheirCountry() throws NumberParseException {
    PhoneNumberUtil phones = PhoneNumberUtil.getInstance();
    for (String country : List.of("DE", "ES", "FR", "GB", "IE", "MX", "SG", "AU", "US")) {
      for (int i = 0; i < 20; i++) {
        String phone = Pii.phone(rng, country);
        assertThat(phones.isPossibleNumber(phones.parse(phone, country))).as(phone).isTrue();
      }
    }
  }
}
