package io.supportlake.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.supportlake.rules.Redactor.Finding;
import io.supportlake.rules.Redactor.Redacted;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Card numbers are the networks' test numbers, IBANs those of the registry, ids published ones. */
class RedactorTest {
  private static final KeyedHash HASH =
      KeyedHash.of("k1", "a key for tests only".getBytes(StandardCharsets.UTF_8));
  private static final Redactor REDACTOR = Redactor.of(HASH, "US");

  /** The text with each token cut down to its type. */
  private static String types(String text) {
    return REDACTOR.redact(text).text().replaceAll("\\[([A-Z_]+):k1:[0-9a-f]{12}\\]", "[$1]");
  }

  private static Arguments row(String rule, String text, String expected) {
    return Arguments.of(rule, text, expected);
  }

  static Stream<Arguments> personal() {
    return Stream.of(
        row("Visa in fours", "card 4111 1111 1111 1111 was declined", "card [CARD] was declined"),
        row("Visa without spaces", "my card 4012888888881881.", "my card [CARD]."),
        row("Visa with hyphens", "(4111-1111-1111-1111)", "([CARD])"),
        row("Visa with dots", "use 4111.1111.1111.1111 please", "use [CARD] please"),
        row("Visa with no-break spaces", "4111\u00a01111\u00a01111\u00a01111", "[CARD]"),
        row("Visa digit by digit", "4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1", "[CARD]"),
        row("Visa of 13 digits", "old card 4222222222222", "old card [CARD]"),
        row("expiry after the card stays", "4111 1111 1111 1111 12/27", "[CARD] 12/27"),
        row("glued to the word card", "card4111111111111111", "card[CARD]"),
        row("Mastercard", "charged 5555 5555 5555 4444 twice", "charged [CARD] twice"),
        row("Mastercard 2-series", "2223003122003222", "[CARD]"),
        row("Amex 4-6-5", "amex 3782 822463 10005", "amex [CARD]"),
        row("Amex plain", "378282246310005,", "[CARD],"),
        row("Diners 14 digits", "3056 930902 5904", "[CARD]"),
        row("Visa in full width", "４１１１ １１１１ １１１１ １１１１", "[CARD]"),
        row("Visa over two lines", "4111 1111 1111\n1111", "[CARD]"),
        row("Visa with minus signs", "4111\u22121111\u22121111\u22121111", "[CARD]"),
        row("Visa with zero-width spaces", "4111\u200b1111\u200b1111\u200b1111", "[CARD]"),
        row("Visa of 19 digits", "4111 1111 1111 1111 110", "[CARD]"),
        row("Discover", "6011 1111 1111 1117", "[CARD]"),
        row("JCB", "3530111333300000", "[CARD]"),
        row("UnionPay", "6200 0000 0000 0005", "[CARD]"),
        row("Maestro", "6759 6498 2643 8453", "[CARD]"),
        row("two cards", "4111111111111111 or 5555555555554444", "[CARD] or [CARD]"),
        row("German IBAN in fours", "to DE89 3704 0044 0532 0130 00 please", "to [IBAN] please"),
        row("German IBAN plain", "IBAN: DE89370400440532013000", "IBAN: [IBAN]"),
        row("German IBAN over two lines", "DE89 3704 0044 0532\n0130 00", "[IBAN]"),
        row("German IBAN with en dashes", "DE89–3704–0044–0532–0130–00", "[IBAN]"),
        row("British IBAN", "GB82 WEST 1234 5698 7654 32", "[IBAN]"),
        row("IBAN in lower case", "gb82west12345698765432", "[IBAN]"),
        row("French IBAN", "FR14 2004 1010 0505 0001 3M02 606.", "[IBAN]."),
        row("Spanish IBAN", "ES91 2100 0418 4502 0005 1332", "[IBAN]"),
        row("Dutch IBAN", "NL91ABNA0417164300 is mine", "[IBAN] is mine"),
        row("Italian IBAN", "IT60 X054 2811 1010 0000 0123 456", "[IBAN]"),
        row("Norwegian IBAN, the shortest", "NO93 8601 1117 947", "[IBAN]"),
        row("e-mail", "write to anna.berg@example.com.", "write to [EMAIL]."),
        row("e-mail with plus and subdomain", "a+b@mail.example.co.uk", "[EMAIL]"),
        row("e-mail in brackets", "Anna <Anna.Berg@Example.COM>", "Anna <[EMAIL]>"),
        row("e-mail with umlaut", "jörg@müller.de schrieb", "[EMAIL] schrieb"),
        row("e-mail spelt out", "anna (at) example (dot) com", "[EMAIL]"),
        row("e-mail under a reserved ending", "bob@corp.test", "[EMAIL]"),
        row(
            "e-mail in a link",
            "https://x.io/u?email=bob@x.io&a=1",
            "https://x.io/u?email=[EMAIL]&a=1"),
        row("mailto", "mailto:bob@example.org", "mailto:[EMAIL]"),
        row("US phone", "call me at (415) 555-2671", "call me at [PHONE]"),
        row("US phone with hyphens", "415-555-2671", "[PHONE]"),
        row("US phone with dots and a trunk 1", "call 1.415.555.2671", "call [PHONE]"),
        row("US phone with dots", "415.555.2671 after 5", "[PHONE] after 5"),
        row("US phone international", "+1 415 555 2671", "[PHONE]"),
        row("phone without spaces after a word", "my mobile is 4155552671", "my mobile is [PHONE]"),
        row("British phone", "+44 20 7946 0958", "[PHONE]"),
        row("British phone of fiction", "ring +44 7700 900123", "ring [PHONE]"),
        row("British national", "call 020 7946 0958", "call [PHONE]"),
        row("German phone with double zero", "0049 30 901820", "[PHONE]"),
        row("German phone with slash", "Tel. 030/901820", "Tel. [PHONE]"),
        row("French phone", "06 12 34 56 78", "[PHONE]"),
        row("French phone international", "+33612345678", "[PHONE]"),
        row("Spanish mobile after a word", "mi móvil es 612 34 56 78", "mi móvil es [PHONE]"),
        row("Indian mobile", "+91 98765 43210", "[PHONE]"),
        row("tel link", "tel:+14155552671", "tel:[PHONE]"),
        row("IPv4", "login from 203.0.113.42 failed", "login from [IP] failed"),
        row("IPv4 with port", "203.0.113.42:8443", "[IP]:8443"),
        row("IPv4 at a sentence's end", "It was 198.51.100.7.", "It was [IP]."),
        row("IPv6 short", "from 2001:db8::8a2e:370:7334", "from [IP]"),
        row("IPv6 of an IPv4", "from ::ffff:192.0.2.70", "from [IP]"),
        row("IPv4 of a client", "client=192.0.2.70 status=1", "client=[IP] status=1"),
        row("IPv6 long", "2001:0db8:85a3:0000:0000:8a2e:0370:7334", "[IP]"),
        row("Stripe key", "key sk_" + "live_4eC39HqLyjWDarjtT1zdp7dc", "key [SECRET]"),
        row("AWS key", "AKIAIOSFODNN7EXAMPLE", "[SECRET]"),
        row("bearer", "Authorization: Bearer abc123def456ghi789", "Authorization: Bearer [SECRET]"),
        row("JWT", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl", "[SECRET]"),
        row("GitHub token", "ghp_" + "16C7e42F292c6912E7710c838347Ae178B4a", "[SECRET]"),
        row("webhook secret", "whsec_abcdEFGH12345678", "[SECRET]"),
        row("announced key", "api_key=9f8e7d6c5b4a39281706", "api_key=[SECRET]"),
        row(
            "private key",
            "-----BEGIN RSA PRIVATE KEY-----\nMIIE1\n-----END RSA PRIVATE KEY-----",
            "[SECRET]"),
        row("password is", "my password is hunter2", "my password is [PASSWORD]"),
        row("plain word as password", "the password is swordfish.", "the password is [PASSWORD]."),
        row("pwd with colon", "user bob pwd: s3cr3t!x", "user bob pwd: [PASSWORD]"),
        row("quoted password", "password \"correct horse\" no", "password \"correct horse\" no"),
        row(
            "quoted password after is",
            "password is \"correct horse\"",
            "password is \"[PASSWORD]\""),
        row("German password", "Passwort lautet geheim99", "Passwort lautet [PASSWORD]"),
        row(
            "password right after the word",
            "user bob password hunter2!",
            "user bob password [PASSWORD]!"),
        row(
            "password in a link",
            "postgres://bob:hunter2@db.example.com/x",
            "postgres://bob:[PASSWORD]@db.example.com/x"),
        row("PIN", "my PIN is 4821", "my PIN is [PASSWORD]"),
        row("CVV", "cvv 123", "cvv [PASSWORD]"),
        row("US SSN", "SSN 536-90-4399", "SSN [NATIONAL_ID]"),
        row("US SSN without words", "it's 536-90-4399", "it's [NATIONAL_ID]"),
        row(
            "US SSN plain after words",
            "social security number 536904399",
            "social security number [NATIONAL_ID]"),
        row("UK NINO", "NINO QQ123456C", "NINO [NATIONAL_ID]"),
        row("UK NINO without words", "mine: AB 12 34 56 C", "mine: [NATIONAL_ID]"),
        row("German tax id", "meine Nummer 86 095 742 719", "meine Nummer [NATIONAL_ID]"),
        row("German tax id plain", "47036892816", "[NATIONAL_ID]"),
        row("Spanish DNI", "DNI 12345678Z", "DNI [NATIONAL_ID]"),
        row("Spanish NIE", "X-1234567-L", "[NATIONAL_ID]"),
        row(
            "passport within a sentence",
            "passport C01X00T47 is fine now",
            "passport [NATIONAL_ID] is fine now"),
        row("Swiss AHV", "756.1234.5678.97", "[NATIONAL_ID]"),
        row("Brazilian CPF", "529.982.247-25", "[NATIONAL_ID]"),
        row("Italian codice fiscale", "RSSMRA85T10A562S", "[NATIONAL_ID]"),
        row("passport", "passport no. C01X00T47", "passport no. [NATIONAL_ID]"),
        row("account number", "account no. 12345678", "account no. [ACCOUNT]"),
        row(
            "account number is",
            "my account number is 0012 3456 78",
            "my account number is [ACCOUNT]"),
        row("sort code", "sort code 12-34-56", "sort code [ACCOUNT]"),
        row("sort code and account", "12-34-56 12345678", "[ACCOUNT] [ACCOUNT]"),
        row("routing number", "routing number 021000021", "routing number [ACCOUNT]"),
        row("Kontonummer", "Kontonummer: 532013000", "Kontonummer: [ACCOUNT]"),
        row("bitcoin", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "[WALLET]"),
        row("bitcoin segwit", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", "[WALLET]"),
        row("ether", "0xde0B295669a9FD93d5F28D9Ec85E40f4cb697BAe", "[WALLET]"),
        row(
            "several in one text",
            "Hi, bob@x.io here, card 4111111111111111, call 415-555-2671",
            "Hi, [EMAIL] here, card [CARD], call [PHONE]"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("personal")
  void personalDataAndSecretsBecomeTokens(String rule, String text, String expected) {
    assertThat(types(text)).as(rule).isEqualTo(expected);
  }

  static Stream<Arguments> readable() {
    return Stream.of(
            "order 4155552671 has not arrived",
            "order no. 12345678 and order #87654321",
            "Order number: 20260304123456",
            "ticket 1234567890 is still open",
            "ticket #4155552671",
            "invoice INV-2026-001234",
            "invoice 2026-0001234-56",
            "Rechnung Nr. 4711081512",
            "transaction TXN12345678901234",
            "transaction id 9876543210987654",
            "payment pay_1234567890",
            "txn_88120045512",
            "ref 415-555-2671",
            "case 00123456789",
            "INC0012345 was reopened",
            "uuid 41111111-1111-4111-8111-111111111111",
            "trace 4bf92f3577b34da6a3ce929d0e0e4736",
            "a 16-digit number that fails Luhn 4111 1111 1111 1112",
            "Received block blk_-4702684774678057084 of size 67108864",
            "30884 integer alignment exceptions (3830877) iar 0x00544ea8",
            "a reference of 16 digits, 1907 7013 8413 7251",
            "Rechnung Nr. 400996978 61114 Berlin",
            "a number of no issuer 9111 1111 1111 1111",
            "IBAN with a wrong check digit DE88370400440532013000",
            "on 2026-03-04 at 10:22:33",
            "between 04.03.2026 and 05/03/2026",
            "2026-03-04T10:22:33.123Z started",
            "20260304T102233Z",
            "we paid $1,234,567.89 for it",
            "EUR 1 234 567,89",
            "1234567 EUR and 12.345.678,90 €",
            "we imported 4155552671 rows",
            "version 10.0.19045.1 of the app",
            "app v1.2.3.4 crashed",
            "KB4284826~31bf3856ad364e35~amd64~~7.1.7601.16492, installed",
            "RollupFix~~7601.23545.1.4",
            "type=40004,4800.935999999999,old=5112.0",
            "REPORT 702 5019 150582 240",
            "upgrade to 2.14.0.7",
            "MAC 00:1B:44:11:3A:B7",
            "300.400.500.600 is no address",
            "std::vector and a::b",
            "epoch 1767225600 and 1767225600000",
            "EAN 4006381333931",
            "IMEI 490154203237518",
            "ISBN 978-3-16-148410-0",
            "the password is wrong",
            "my password is not working",
            "password reset link expired",
            "my password is expired again",
            "password: please reset it",
            "the token is invalid",
            "token expired after 3600 seconds",
            "I forgot my PIN",
            "the pin is wrong",
            "@supportlake on social media",
            "node@20.1.0 and logo@2x.png",
            "git@github.com:org/repo.git",
            "000-12-3456 and 666-12-3456 are no SSN",
            "86095742718 has a wrong check digit",
            "12345678A has a wrong letter",
            "account 2 of 3",
            "account acc_0012345678",
            "error code 5021234567",
            "sha256 e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "99.95 % of 1,000,000 requests",
            "it failed 3 times in 24 hours",
            "HTTP 504 after 30000 ms",
            "3, 4, 5, 6, 7, 8, 9, 10, 11",
            "")
        .map(Arguments::of);
  }

  @ParameterizedTest
  @MethodSource("readable")
  void lookAlikesStayReadable(String text) {
    assertThat(types(text)).isEqualTo(text);
  }

  @Test
  void theSameValueHasTheSameTokenHoweverItIsWritten() {
    assertThat(tokens("4111 1111 1111 1111, 4111-1111-1111-1111, 4111111111111111"))
        .hasSize(3)
        .containsOnly(REDACTOR.token(Redactor.Type.CARD, "4111111111111111"));
    assertThat(tokens("DE89 3704 0044 0532 0130 00, de89370400440532013000"))
        .hasSize(2)
        .containsOnly(REDACTOR.token(Redactor.Type.IBAN, "DE89370400440532013000"));
    assertThat(tokens("Bob@X.io, bob@x.io, bob (at) x.io"))
        .hasSize(3)
        .containsOnly(REDACTOR.token(Redactor.Type.EMAIL, "bob@x.io"));
    assertThat(tokens("(415) 555-2671, +1 415 555 2671, 001 415 555 2671"))
        .hasSize(3)
        .containsOnly(REDACTOR.token(Redactor.Type.PHONE, "+14155552671"));
  }

  private static List<String> tokens(String text) {
    return REDACTOR.redact(text).findings().stream().map(Finding::token).toList();
  }

  @Test
  void aTokenNamesTypeAndKeyAndBeginsTheKeyedHash() {
    String hex = HASH.token("email", "bob@x.io").substring("email_k1_".length());
    Redacted redacted = REDACTOR.redact("to bob@x.io");
    String token = "[EMAIL:k1:" + hex.substring(0, 12) + "]";
    assertThat(redacted)
        .isEqualTo(
            new Redacted("to " + token, List.of(new Finding(Redactor.Type.EMAIL, token, 3, 11))));
  }

  @Test
  void redactingTwiceChangesNothing() {
    // Ten thousand tokens: among them some whose digits alone would look like a phone or a tax id.
    for (int i = 0; i < 10_000; i++) {
      String token = REDACTOR.token(Redactor.Type.CARD, "card" + i);
      String text = "call " + token + " now";
      assertThat(REDACTOR.redact(text).text()).isEqualTo(text);
    }
    personal()
        .map(row -> REDACTOR.redact((String) row.get()[1]).text())
        .forEach(once -> assertThat(REDACTOR.redact(once).text()).isEqualTo(once));
  }

  @Test
  void theHomeRegionDecidesAboutNumbersWithoutCountryCode() {
    assertThat(Redactor.of(HASH, "ES").redact("612 34 56 78").findings())
        .extracting(Finding::token)
        .containsExactly(REDACTOR.token(Redactor.Type.PHONE, "+34612345678"));
    assertThat(REDACTOR.redact("612 34 56 78").findings()).isEmpty();
    assertThatThrownBy(() -> Redactor.of(HASH, "us"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a region is two capital letters such as US, was 'us'");
  }

  @Test
  void threadsAndCopiesGiveTheSameText() throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(REDACTOR);
    }
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      Redactor copy = (Redactor) in.readObject();
      List<String> texts = personal().map(row -> (String) row.get()[1]).toList();
      List<String> expected = texts.stream().map(text -> REDACTOR.redact(text).text()).toList();
      IntStream.range(0, 40)
          .parallel()
          .forEach(i ->
              assertThat(texts.stream().map(text -> copy.redact(text).text()).toList())
                  .isEqualTo(expected));
    }
  }

  @Test
  void longTextsTakeTimeInProportionToTheirLength() {
    String numbers = "1 2 3 45 678 90 12 34 56 78 90 ".repeat(2000);
    String letters = "a.b-c_d%e+".repeat(5000) + "@";
    String words = "password is key token order 1 ".repeat(2000);
    ThreadMXBean cpu = ManagementFactory.getThreadMXBean();
    for (String text : List.of(numbers, letters, words)) {
      long start = cpu.getCurrentThreadCpuTime();
      assertThat(REDACTOR.redact(text).text()).isNotEmpty();
      assertThat((cpu.getCurrentThreadCpuTime() - start) / 1e9).isLessThan(10);
    }
  }
}
