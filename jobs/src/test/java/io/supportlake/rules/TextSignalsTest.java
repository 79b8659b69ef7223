package io.supportlake.rules;

import static org.assertj.core.api.Assertions.assertThat;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TextSignalsTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "en | The payout is missing and we have not had an answer",
        "de | Die Auszahlung fehlt und wir haben keine Antwort",
        "es | El pago no ha llegado y no tenemos una respuesta",
        "fr | Le virement est en retard et nous avons besoin de votre aide",
        "   | 4711",
        "   | Visa Mastercard",
      })
  void namesTheLanguageOrNothing(@Nullable String language, String text) {
    assertThat(TextSignals.language(text)).isEqualTo(language);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "1.0  | Perfect!",
        "0.5  | It works",
        "-0.5 | It is not helpful",
        "-1.0 | This is unacceptable",
        "-0.25 | Great, but the page is terrible",
        "1.0  | Ausgezeichnet",
        "-0.5 | Das funktioniert nicht gut, ein Fehler",
        "     | Invoice 4711",
      })
  void weighsTheWordsOfTheLexicon(@Nullable Double sentiment, String text) {
    assertThat(TextSignals.sentiment(text)).isEqualTo(sentiment);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Thank you, that works now!",
        "Vielen Dank, jetzt geht es.",
        "Gracias, ya funciona",
        "Merci beaucoup pour votre aide",
        "Thanks [EMAIL:k1:00112233445566778899]"
      })
  void thanksAloneAreThanks(String text) {
    assertThat(TextSignals.isThanks(text)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Thanks, but it fails again",
        "Thank you. When will the payout arrive?",
        "Danke, aber die Zahlung fehlt",
        "The payout arrived",
        "Many thanks in advance",
        "Thank you for the long explanation of the settlement report which I have now read twice and"
            + " would like to discuss with my accountant"
      })
  void thanksWithAnythingElseAreNot(String text) {
    assertThat(TextSignals.isThanks(text)).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "question  | How do refunds show on the statement?",
        "problem   | The payout is missing",
        "request   | Please change our bank account",
        "complaint | This is unacceptable, the payout is missing",
        "incident  | All our customers see an error",
        "problem   | Die Zahlung wurde abgelehnt",
        "question  | ¿Dónde está el informe?",
        "request   | Je voudrais changer de compte",
        "          | Invoice 4711",
      })
  void theGravestIntentWins(@Nullable String intent, String text) {
    assertThat(TextSignals.intent(text)).isEqualTo(intent);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "critical | We will inform the regulator",
        "critical | Wir schalten unseren Rechtsanwalt ein",
        "high     | I think this is fraud",
        "high     | Hemos perdido dinero",
        "critical | Fraud: the money is gone",
        "         | How do I change my address?",
      })
  void wordsOfFraudLossAndRegulatorRaiseTheStake(@Nullable String stake, String text) {
    assertThat(TextSignals.leastStake(text)).isEqualTo(stake);
  }
}
