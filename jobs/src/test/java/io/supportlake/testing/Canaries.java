package io.supportlake.testing;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.commons.validator.routines.checkdigit.CheckDigitException;
import org.apache.commons.validator.routines.checkdigit.IBANCheckDigit;
import org.apache.commons.validator.routines.checkdigit.LuhnCheckDigit;

/**
 * Secrets that are valid and nowhere else, each with a label that says where it was planted, and
 * the ways in which one might leak. The same calls give the same secrets.
 */
public final class Canaries {
  private final Map<String, String> labels = new LinkedHashMap<>();
  private int planted;

  /** What was planted, by value: where. */
  public Map<String, String> labels() {
    return Map.copyOf(labels);
  }

  /** A sentence with one new secret of every type. */
  public String sentence(String label) {
    int n = ++planted;
    String digits = "%04d".formatted(n);
    return "Card %s, IBAN %s, mail %s, phone %s, ip address %s, api key %s, password: %s, ssn %s, wallet %s, account number %s."
        .formatted(
            note(label + " card", card(n)),
            note(label + " IBAN", iban(n)),
            email(label),
            phone(label),
            note(label + " IP", "203.0.%d.%d".formatted(n / 100, 100 + n % 100)),
            note(label + " key", secret(n)),
            note(label + " password", "Kanari" + digits + "vogel"),
            note(label + " SSN", "536-12-" + digits),
            note(label + " wallet", "0x" + hex("wallet" + n).substring(0, 40)),
            note(label + " account", "40917" + digits + "3"));
  }

  /** A new e-mail address. */
  public String email(String label) {
    int n = ++planted;
    return note(label + " e-mail", "kanari.%04d@nest-%04d.example".formatted(n, n));
  }

  /** A new German mobile number. */
  public String phone(String label) {
    return note(label + " phone", "+49 1512 37%05d".formatted(++planted));
  }

  /** A new person's name, for columns that hold one: no rule would find it in a text. */
  public String name(String label) {
    return note(label + " name", "Quirina Zaunspatz%04d".formatted(++planted));
  }

  /**
   * What to search for: each value as planted, without separators, in lower and upper case, in
   * base64 (as a part of anything), in hex, and its SHA-256, since whoever has a hash without key
   * can try all cards.
   *
   * @return the value, by the form
   */
  public Map<String, String> forms() {
    Map<String, String> forms = new LinkedHashMap<>();
    for (String value : labels.keySet()) {
      for (String written : writings(value)) {
        forms.put(written, value);
        byte[] bytes = written.getBytes(StandardCharsets.UTF_8);
        forms.put(HexFormat.of().formatHex(bytes), value);
        forms.put(hex(written), value);
        for (int shift = 0; shift < 3; shift++) {
          forms.put(base64(bytes, shift), value);
        }
      }
    }
    return forms;
  }

  /** Where what was found had been planted, for a message. */
  public String labelled(Collection<String> values) {
    return values.stream().map(labels::get).distinct().sorted().collect(Collectors.joining(", "));
  }

  private String note(String label, String value) {
    labels.put(value, label);
    return value;
  }

  private static List<String> writings(String value) {
    List<String> writings = new ArrayList<>(List.of(value));
    if (!value.contains("@") && !value.matches("[0-9.]+")) {
      writings.add(value.replaceAll("[ +-]", ""));
    }
    writings.add(value.toLowerCase(Locale.ROOT));
    writings.add(value.toUpperCase(Locale.ROOT));
    return writings.stream().distinct().toList();
  }

  /** The characters of base64 that do not depend on what stands before and after. */
  private static String base64(byte[] bytes, int shift) {
    byte[] shifted = new byte[shift + bytes.length];
    System.arraycopy(bytes, 0, shifted, shift, bytes.length);
    String encoded = Base64.getEncoder().withoutPadding().encodeToString(shifted);
    return encoded.substring((shift * 8 + 5) / 6, shifted.length * 8 / 6);
  }

  private static String card(int n) {
    String body = "4929%07d%04d".formatted(n * 7919L % 10_000_000, n);
    String number = body + checkDigit(body);
    String gap = List.of("", " ", "-").get(n % 3);
    return number.replaceAll("(.{4})(?=.)", "$1" + gap);
  }

  private static String checkDigit(String body) {
    try {
      return LuhnCheckDigit.LUHN_CHECK_DIGIT.calculate(body);
    } catch (CheckDigitException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String iban(int n) {
    String account = "37040044%06d%04d".formatted(n * 7919L % 1_000_000, n);
    try {
      String whole = "DE" + IBANCheckDigit.IBAN_CHECK_DIGIT.calculate("DE00" + account) + account;
      return n % 2 == 0 ? whole : whole.replaceAll("(.{4})(?=.)", "$1 ");
    } catch (CheckDigitException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String secret(int n) {
    String random = hex("secret" + n);
    return switch (n % 3) {
      case 0 -> "AKIA" + random.substring(0, 16).toUpperCase(Locale.ROOT);
      case 1 -> "ghp_" + random.substring(0, 36);
      default -> "sk_live_" + random.substring(0, 24);
    };
  }

  private static String hex(String text) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
