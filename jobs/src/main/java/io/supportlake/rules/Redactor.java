package io.supportlake.rules;

import io.supportlake.rules.PersonalData.Span;
import java.io.Serial;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * Replaces personal data and secrets in free text by typed tokens such as {@code
 * [CARD:k1:9f3a21c04be7]}: the same value, however written, gives the same token. Ids of orders,
 * tickets, invoices and transactions, amounts, dates, versions and UUIDs stay readable. Redacting
 * twice changes nothing. Immutable and thread-safe.
 */
public final class Redactor implements Serializable {
  /** Stands for a text that the erasure of a person took out. */
  public static final String ERASED = "[erased]";

  @Serial private static final long serialVersionUID = 1;

  /** 48 bits: under one chance collision expected in ten million distinct values of a type. */
  private static final int TOKEN_HEX = 12;

  private static final List<String> REGIONS =
      List.of(
          "US", "GB", "DE", "FR", "ES", "IT", "NL", "IE", "PT", "PL", "SE", "CH", "AT", "BE", "IN",
          "AU", "BR", "MX", "SG", "JP");

  private final KeyedHash hash;
  private final List<String> regions;

  private Redactor(KeyedHash hash, List<String> regions) {
    this.hash = hash;
    this.regions = regions;
  }

  /** What a token stands for. */
  public enum Type {
    /** Payment card number. */
    CARD,
    /** International bank account number. */
    IBAN,
    /** Bank account, sort code or routing number, known by the words around it. */
    ACCOUNT,
    /** E-mail address. */
    EMAIL,
    /** Phone number. */
    PHONE,
    /** IPv4 or IPv6 address. */
    IP,
    /** API key, access token, JWT or private key. */
    SECRET,
    /** Password, PIN or one-time code, known by the words around it. */
    PASSWORD,
    /** Social security, insurance, tax, identity card or passport number. */
    NATIONAL_ID,
    /** Bitcoin or Ethereum address. */
    WALLET
  }

  /**
   * One replacement.
   *
   * @param type what was found
   * @param token what stands in its place; the value itself is not kept
   * @param start first character in the original text
   * @param end character after the last in the original text
   */
  public record Finding(Type type, String token, int start, int end) {}

  /**
   * A text without what was found in it.
   *
   * @param text the text with tokens
   * @param findings in the order of the text, empty when nothing was found
   */
  public record Redacted(String text, List<Finding> findings) {}

  /**
   * A redactor that reads phone numbers without country code as numbers of {@code defaultRegion},
   * and less readily as numbers of twenty other countries.
   *
   * @param hash the key of the tokens
   * @param defaultRegion ISO 3166 code, for example US
   * @throws IllegalArgumentException when the region is not two capital letters
   */
  public static Redactor of(KeyedHash hash, String defaultRegion) {
    Require.that(
        defaultRegion.matches("[A-Z]{2}"),
        "a region is two capital letters such as US, was '%s'",
        defaultRegion);
    List<String> regions = new ArrayList<>(List.of(defaultRegion));
    REGIONS.stream().filter(region -> !region.equals(defaultRegion)).forEach(regions::add);
    return new Redactor(hash, List.copyOf(regions));
  }

  /**
   * The text with every finding replaced by its token. A text without digits, at signs or the words
   * that announce a password comes back as it is, at the cost of one pass over its characters.
   */
  public Redacted redact(String text) {
    List<Span> spans = PersonalData.find(text, regions);
    if (spans.isEmpty()) {
      return new Redacted(text, List.of());
    }
    spans.sort(Comparator.comparingInt(Span::start));
    StringBuilder out = new StringBuilder(text.length() + 32);
    List<Finding> findings = new ArrayList<>(spans.size());
    int from = 0;
    for (Span span : spans) {
      String token = token(span.type(), span.value());
      out.append(text, from, span.start()).append(token);
      findings.add(new Finding(span.type(), token, span.start(), span.end()));
      from = span.end();
    }
    return new Redacted(out.append(text, from, text.length()).toString(), List.copyOf(findings));
  }

  /**
   * The token of a value known from elsewhere, such as the e-mail address of a user record. Its hex
   * digits begin those of {@link KeyedHash#token} for the kind of the type's name in lower case.
   *
   * @param value e-mail in lower case, phone in E.164, card, IBAN and account without separators
   */
  public String token(Type type, String value) {
    String kind = type.name().toLowerCase(Locale.ROOT);
    return "[" + type + ":" + hash.keyId() + ":" + hash.hex(kind, value, TOKEN_HEX) + "]";
  }
}
