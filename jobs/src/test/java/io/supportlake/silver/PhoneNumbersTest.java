package io.supportlake.silver;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PhoneNumbersTest {

  @ParameterizedTest
  @ValueSource(strings = {"030 901820", "+49 30 901820", "0049 (0)30 90 18 20", "+49-30-901820"})
  void everyNotationOfANumberIsOneNumber(String notation) {
    assertThat(PhoneNumbers.e164(notation, "DE")).isEqualTo("+4930901820");
  }

  @Test
  void anotherCountrysPrefixWins() {
    assertThat(PhoneNumbers.e164("+44 20 7946 0018", "DE")).isEqualTo("+442079460018");
  }

  @Test
  void whatIsNoNumberKeepsItsDigitsOnly() {
    assertThat(PhoneNumbers.e164("ext. 7", "DE")).isEqualTo("7");
    assertThat(PhoneNumbers.e164("none", "DE")).isNull();
  }
}
