package io.supportlake.generator;

import java.math.BigInteger;
import java.util.Locale;

/**
 * Invented personal data with valid check digits: cards (Luhn, ISO/IEC 7812-1), IBANs (ISO 13616).
 */
final class Pii {
  /** A value and what it is: card, iban, email or phone. */
  record Planted(String kind, String value) {}

  private Pii() {}

  static Planted any(Rng rng, String country, String email) {
    return switch (rng.whole(0, 3)) {
      case 0 -> new Planted("card", card(rng));
      case 1 -> new Planted("iban", iban(rng, country));
      case 2 -> new Planted("email", email);
      default -> new Planted("phone", phone(rng, country));
    };
  }

  static String card(Rng rng) {
    boolean isAmex = rng.chance(0.15);
    String prefix = isAmex ? "37" : rng.pick("4", "51", "53", "55");
    int length = isAmex ? 15 : 16;
    String body = prefix + rng.digits(length - 1 - prefix.length());
    String number = body + luhn(body);
    if (isAmex || rng.chance(0.4)) {
      return number;
    }
    String gap = rng.chance(0.7) ? " " : "-";
    return String.join(
        gap,
        number.substring(0, 4),
        number.substring(4, 8),
        number.substring(8, 12),
        number.substring(12));
  }

  /** The check digit of a card number's other digits (ISO/IEC 7812-1, annex B). */
  static int luhn(String body) {
    int sum = 0;
    for (int i = 0; i < body.length(); i++) {
      int digit = body.charAt(body.length() - 1 - i) - '0';
      int doubled = i % 2 == 0 ? digit * 2 : digit;
      sum += doubled > 9 ? doubled - 9 : doubled;
    }
    return (10 - sum % 10) % 10;
  }

  static String iban(Rng rng, String country) {
    String home =
        switch (country) {
          case "DE", "ES", "FR", "IE" -> country;
          case "GB" -> "GB";
          default -> "DE";
        };
    String body =
        switch (home) {
          case "ES" -> rng.digits(20);
          case "FR" -> rng.digits(23);
          case "GB" -> "NWBK" + rng.digits(14);
          case "IE" -> "AIBK" + rng.digits(14);
          default -> rng.digits(18);
        };
    String check = String.format(Locale.ROOT, "%02d", 98 - remainder(home + "00" + body));
    String whole = home + check + body;
    return rng.chance(0.5) ? whole : whole.replaceAll("(.{4})(?=.)", "$1 ");
  }

  /** The IBAN's check: 1 for a valid one (ISO 7064 MOD 97-10 over the text with its head moved). */
  static int remainder(String iban) {
    String moved = iban.substring(4) + iban.substring(0, 4);
    return new BigInteger(numeric(moved)).mod(BigInteger.valueOf(97)).intValue();
  }

  private static String numeric(String text) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      out.append(Character.getNumericValue(text.charAt(i)));
    }
    return out.toString();
  }

  static String phone(Rng rng, String country) {
    return switch (country) {
      case "DE" ->
          rng.chance(0.5)
              ? "+49 30 " + rng.whole(200, 999) + rng.digits(4)
              : "0151 " + rng.whole(200, 999) + rng.digits(5);
      case "ES" -> "+34 6" + rng.digits(2) + " " + rng.digits(3) + " " + rng.digits(3);
      case "FR" -> "+33 6 " + pairs(rng);
      case "GB" -> "+44 7" + rng.whole(400, 899) + " " + rng.digits(6);
      case "IE" -> "+353 87 " + rng.whole(200, 999) + " " + rng.digits(4);
      case "MX" -> "+52 55 " + rng.whole(2000, 9999) + " " + rng.digits(4);
      case "SG" -> "+65 9" + rng.digits(3) + " " + rng.digits(4);
      case "AU" -> "+61 4" + rng.digits(2) + " " + rng.digits(3) + " " + rng.digits(3);
      default ->
          "+1 "
              + rng.pick("212", "415", "312", "646")
              + "-"
              + rng.whole(220, 989)
              + "-"
              + rng.digits(4);
    };
  }

  private static String pairs(Rng rng) {
    return rng.whole(12, 98) + " " + rng.digits(2) + " " + rng.digits(2) + " " + rng.digits(2);
  }
}
