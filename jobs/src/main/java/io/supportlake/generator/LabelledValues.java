package io.supportlake.generator;

import com.google.i18n.phonenumbers.PhoneNumberUtil;
import com.google.i18n.phonenumbers.PhoneNumberUtil.PhoneNumberFormat;
import com.google.i18n.phonenumbers.PhoneNumberUtil.PhoneNumberType;
import com.google.i18n.phonenumbers.Phonenumber.PhoneNumber;
import io.supportlake.rules.Redactor.Type;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/**
 * Invented values in their published formats, in the sentences that people put them in, and what
 * only looks like them.
 */
final class LabelledValues {
  /** Every type. */
  static final List<Type> ALL =
      List.of(
          Type.CARD,
          Type.CARD,
          Type.IBAN,
          Type.IBAN,
          Type.EMAIL,
          Type.PHONE,
          Type.PHONE,
          Type.NATIONAL_ID,
          Type.NATIONAL_ID,
          Type.ACCOUNT,
          Type.IP,
          Type.SECRET,
          Type.PASSWORD,
          Type.WALLET);

  /** Those known without a word around them. */
  static final List<Type> BARE = List.of(Type.CARD, Type.IBAN, Type.EMAIL, Type.IP, Type.WALLET);

  /** ISO/IEC 7812: issuers' prefixes, lengths and the usual groups. */
  private record Network(String name, List<String> prefixes, int length, int... groups) {}

  private static final List<Network> NETWORKS =
      List.of(
          new Network("visa", List.of("4"), 16, 4, 4, 4, 4),
          new Network("visa", List.of("40", "45", "48"), 16, 4, 4, 4, 4),
          new Network("visa13", List.of("4"), 13, 4, 3, 3, 3),
          new Network("visa19", List.of("4"), 19, 4, 4, 4, 4, 3),
          new Network("mastercard", List.of("51", "52", "53", "54", "55"), 16, 4, 4, 4, 4),
          new Network("mastercard2", List.of("2221", "23", "26", "2720"), 16, 4, 4, 4, 4),
          new Network("amex", List.of("34", "37"), 15, 4, 6, 5),
          new Network("diners", List.of("300", "305", "36", "38", "39"), 14, 4, 6, 4),
          new Network("discover", List.of("6011", "644", "649", "65"), 16, 4, 4, 4, 4),
          new Network("jcb", List.of("3528", "3589", "355"), 16, 4, 4, 4, 4),
          new Network("unionpay", List.of("62"), 16, 4, 4, 4, 4),
          new Network("unionpay19", List.of("6212", "6222"), 19, 6, 13),
          new Network("maestro", List.of("5018", "5020", "5038", "6304", "6759"), 16, 4, 4, 4, 4),
          new Network("maestro12", List.of("5018", "6761"), 12, 4, 4, 4),
          new Network("maestro18", List.of("6763"), 18, 4, 4, 4, 4, 2),
          new Network("mir", List.of("2200", "2204"), 16, 4, 4, 4, 4),
          new Network("rupay", List.of("60", "81", "82", "508"), 16, 4, 4, 4, 4),
          new Network("elo", List.of("636368", "504175"), 16, 4, 4, 4, 4),
          new Network("troy", List.of("9792"), 16, 4, 4, 4, 4));

  /** ISO 13616 registry: country, then its account part (a letters, n digits, c either). */
  private static final List<String> IBANS =
      List.of(
          "AD n8 c12",
          "AE n19",
          "AL n8 c16",
          "AT n16",
          "BE n12",
          "BG a4 n6 c8",
          "BR n23 a1 c1",
          "CH n5 c12",
          "CY n8 c16",
          "CZ n20",
          "DE n18",
          "DK n14",
          "EE n16",
          "ES n20",
          "FI n14",
          "FR n10 c11 n2",
          "GB a4 n14",
          "GI a4 c15",
          "GR n7 c16",
          "HR n17",
          "HU n24",
          "IE a4 n14",
          "IS n22",
          "IT a1 n10 c12",
          "LI n5 c12",
          "LT n16",
          "LU n3 c13",
          "LV a4 c13",
          "MC n10 c11 n2",
          "MT a4 n5 c18",
          "NL a4 n10",
          "NO n11",
          "PK a4 c16",
          "PL n24",
          "PT n21",
          "QA a4 c21",
          "RO a4 c16",
          "RS n18",
          "SA n2 c18",
          "SE n20",
          "SI n15",
          "SK n20",
          "SM a1 n10 c12",
          "TR n6 c16",
          "UA n6 c19");

  private static final List<String> PHONE_REGIONS =
      List.of(
          "US", "GB", "DE", "FR", "ES", "IT", "NL", "IE", "PT", "PL", "SE", "CH", "AT", "BE", "IN",
          "AU", "BR", "MX", "SG", "JP", "CA", "DK", "NO", "FI", "CZ", "ZA", "NZ", "KR", "TR", "AE");

  private static final List<String> GAPS =
      List.of(
          " ", " ", " ", " ", "-", "-", ".", "\u00a0", "\u202f", "\u2009", "\u2011", "\u2013",
          "\u2212", "  ", " - ", "\n");

  private final Rng rng;
  private final String home;

  /**
   * A sentence with {@code {}} for each of its values, in order.
   *
   * @param format type and way of writing
   */
  record Planted(Type type, String format, String sentence, List<String> values) {}

  LabelledValues(Rng rng, String home) {
    this.rng = rng;
    this.home = home;
  }

  /**
   * A value of the type, in a sentence or alone.
   *
   * @param inSentence false = the value and nothing else
   */
  Planted planted(Type type, boolean inSentence) {
    Planted planted =
        switch (type) {
          case CARD -> card();
          case IBAN -> iban();
          case EMAIL -> email();
          case PHONE -> phone();
          case NATIONAL_ID -> identity();
          case ACCOUNT -> account();
          case IP -> address();
          case SECRET -> secret();
          case PASSWORD -> password();
          case WALLET -> wallet();
        };
    return inSentence
        ? planted
        : new Planted(type, planted.format(), "{}", List.of(planted.values().getFirst()));
  }

  private Planted one(Type type, String format, String value, String... sentences) {
    return new Planted(type, type + " " + format, rng.pick(sentences), List.of(value));
  }

  // ---- cards and IBANs

  private Planted card() {
    Network network = rng.pick(NETWORKS);
    String number = cardNumber(network);
    String gap = gap();
    String written = gap.isEmpty() ? number : grouped(number, gap, network.groups());
    String format = network.name() + " " + nameOf(gap);
    if (rng.chance(0.03)) {
      written = fullwidth(written);
      format += " fullwidth";
    }
    return one(
        Type.CARD,
        format,
        written,
        "my card {} was declined.",
        "Card: {}",
        "card number {} exp 12/27",
        "charged twice on {}, why?",
        "({})",
        "\"{}\"",
        "Karte {} gesperrt.",
        "tarjeta {}.",
        "ma carte {}!",
        "PAN={};amount=12.50",
        "{\"pan\":\"{}\",\"id\":17}",
        "I paid with {}.",
        "cc#{}",
        "{} is the one that fails",
        "old card: {}, the new one comes next week",
        "Kartennummer:\n{}\nGültig bis 08/28");
  }

  private String cardNumber(Network network) {
    String body = rng.pick(network.prefixes());
    body += rng.digits(network.length() - 1 - body.length());
    return body + Pii.luhn(body);
  }

  private String gap() {
    return rng.chance(0.3) ? "" : rng.pick(GAPS);
  }

  private static String nameOf(String gap) {
    StringBuilder name = new StringBuilder(gap.isEmpty() ? "plain" : "");
    gap.chars().forEach(c -> name.append("U+%04X".formatted(c)));
    return name.toString();
  }

  private static String grouped(String number, String gap, int... groups) {
    List<String> parts = new ArrayList<>();
    int from = 0;
    for (int group : groups) {
      parts.add(number.substring(from, from + group));
      from += group;
    }
    // A line breaks once within a number, not at every group.
    return gap.equals("\n")
        ? String.join(" ", parts.subList(0, parts.size() - 1)) + "\n" + parts.getLast()
        : String.join(gap, parts);
  }

  private static String fullwidth(String text) {
    StringBuilder out = new StringBuilder();
    text.chars().forEach(c -> out.append((char) (c >= '0' && c <= '9' ? c - '0' + '\uff10' : c)));
    return out.toString();
  }

  private Planted iban() {
    String structure = rng.pick(IBANS);
    String country = structure.substring(0, 2);
    String value = ibanOf(structure);
    String gap = gap();
    String written = value;
    if (!gap.isEmpty()) {
      String every = value.replaceAll("(.{4})(?=.)", "$1" + (gap.equals("\n") ? " " : gap));
      int lastGap = every.lastIndexOf(' ');
      written =
          gap.equals("\n") && lastGap > 0
              ? every.substring(0, lastGap) + "\n" + every.substring(lastGap + 1)
              : every;
    }
    String format = country + " " + nameOf(gap);
    if (rng.chance(0.15)) {
      written = written.toLowerCase(Locale.ROOT);
      format += " lower";
    } else if (rng.chance(0.03)) {
      written = fullwidth(written);
      format += " fullwidth";
    }
    return one(
        Type.IBAN,
        format,
        written,
        "IBAN {}",
        "IBAN: {}.",
        "IBAN:{}",
        "please pay to {} by Friday",
        "mein Konto {} wurde belastet",
        "({})",
        "mi cuenta {}, gracias",
        "from {} to the vendor",
        "iban={}&amount=20",
        "<iban>{}</iban>",
        "the transfer from {}\nnever arrived",
        "Virement vers {} refusé");
  }

  private String ibanOf(String structure) {
    String country = structure.substring(0, 2);
    StringBuilder account = new StringBuilder();
    for (String part : structure.substring(3).split(" ", -1)) {
      int length = Integer.parseInt(part.substring(1));
      account.append(
          switch (part.charAt(0)) {
            case 'n' -> rng.digits(length);
            case 'a' -> letters(length);
            default -> from("ABCDEFGHJKLMNPQRSTUVWXYZ0123456789", length);
          });
    }
    int rest = Pii.remainder(country + "00" + account);
    return country + "%02d".formatted(98 - rest) + account;
  }

  private String letters(int count) {
    return from("ABCDEFGHIJKLMNOPQRSTUVWXYZ", count);
  }

  private String from(String alphabet, int count) {
    StringBuilder out = new StringBuilder(count);
    for (int i = 0; i < count; i++) {
      out.append(alphabet.charAt(rng.whole(0, alphabet.length() - 1)));
    }
    return out.toString();
  }

  // ---- e-mail, phone, IP

  private Planted email() {
    String user = rng.pick("anna", "bob.smith", "j_doe", "o'brien", "li-wei", "info", "x", "jörg");
    String number = rng.chance(0.4) ? rng.digits(rng.whole(1, 4)) : "";
    String tag = rng.chance(0.2) ? "+" + rng.pick("news", "bank", "2026") : "";
    String domain =
        rng.pick(
            "example.com",
            "mail.example.co.uk",
            "müller.de",
            "corp.test",
            "xn--mller-kva.de",
            "my-bank.io",
            "a.b.example.museum",
            "example.org",
            "firma.gmbh",
            "123.example.net");
    String value = user + number + tag + "@" + domain;
    String format = "plain";
    double way = rng.unit();
    if (way < 0.08) {
      value = value.replace("@", rng.pick(" (at) ", "[at]", " [at] ", "(at)"));
      format = "at";
      if (rng.chance(0.5)) {
        value = value.replace(".", rng.pick("[dot]", " (dot) "));
        format = "at dot";
      }
    } else if (way < 0.2) {
      value = value.toUpperCase(Locale.ROOT);
      format = "upper";
    }
    return one(
        Type.EMAIL,
        format,
        value,
        "write to {}.",
        "Anna <{}>",
        "mailto:{}",
        "E-Mail: {}",
        "user={}&id=7",
        "login {} fails",
        "'{}'",
        "({})",
        "my address is {}, not the old one",
        "{}:",
        "cc {}; thanks",
        "Kontakt: {}\nBitte melden",
        "{\"email\":\"{}\"}");
  }

  private Planted phone() {
    PhoneNumberUtil phones = PhoneNumberUtil.getInstance();
    boolean national = rng.chance(0.45);
    String region = national && rng.chance(0.5) ? home : rng.pick(PHONE_REGIONS);
    PhoneNumber number = phoneOf(phones, region);
    String announced =
        rng.pick(
            "call me at {}",
            "Phone: {}",
            "Tel. {}",
            "my mobile is {}.",
            "Telefon {} ab 17 Uhr",
            "llámame al móvil {}",
            "mon téléphone: {}",
            "WhatsApp {}",
            "reach us by phone on {} or by chat");
    if (national) {
      String value = phones.format(number, PhoneNumberFormat.NATIONAL);
      String way = rng.pick("national", "national plain", "national dash");
      if (way.endsWith("plain")) {
        value = value.replaceAll("\\D", "");
      } else if (way.endsWith("dash")) {
        value = value.replaceAll("(?<=\\d) (?=\\d)", rng.pick("-", "\u2011", "\u00a0", "."));
      }
      return new Planted(Type.PHONE, "PHONE " + region + " " + way, announced, List.of(value));
    }
    String international = phones.format(number, PhoneNumberFormat.INTERNATIONAL);
    String e164 = phones.format(number, PhoneNumberFormat.E164);
    String way = rng.pick("e164", "international", "double zero", "dots", "no-break", "code in ()");
    String value =
        switch (way) {
          case "e164" -> e164;
          case "double zero" -> "00" + international.substring(1);
          case "dots" -> international.replaceAll("[ -]", ".");
          case "no-break" ->
              international.replaceAll("[ -]", rng.pick("\u00a0", "\u2011", "\u2009"));
          case "code in ()" ->
              "(+"
                  + number.getCountryCode()
                  + ") "
                  + e164.substring(1 + String.valueOf(number.getCountryCode()).length());
          default -> international;
        };
    String sentence =
        rng.pick(
            announced,
            "{}",
            "my new number {} works",
            "ring {}.",
            "tel:{}",
            "Kontakt {}, danke",
            "(mobile {})",
            "von {} angerufen");
    return new Planted(Type.PHONE, "PHONE " + region + " " + way, sentence, List.of(value));
  }

  /** The region's example with other last digits, where that is still a number of the region. */
  private PhoneNumber phoneOf(PhoneNumberUtil phones, String region) {
    PhoneNumberType type = rng.chance(0.6) ? PhoneNumberType.MOBILE : PhoneNumberType.FIXED_LINE;
    PhoneNumber example = phones.getExampleNumberForType(region, type);
    PhoneNumber other = new PhoneNumber().mergeFrom(example);
    other.setNationalNumber(example.getNationalNumber() / 1000 * 1000 + rng.whole(0, 999));
    return phones.isValidNumber(other) ? other : example;
  }

  private Planted address() {
    String four =
        rng.pick("203.0.113.", "198.51.100.", "192.0.2.", "10.20.30.", "85.214.132.")
            + rng.whole(1, 254);
    String way =
        rng.pick("v4", "v4", "v4", "v6", "v6 short", "v6 upper", "v6 mapped", "v6 link-local");
    String value =
        switch (way) {
          case "v6" ->
              "2001:0db8:"
                  + String.join(
                      ":", rng.hex(4), rng.hex(4), rng.hex(4), rng.hex(4), rng.hex(4), rng.hex(4));
          case "v6 short" -> "2001:db8::" + rng.whole(1, 9) + rng.hex(3) + ":" + rng.whole(1, 99);
          case "v6 upper" ->
              "2001:DB8:85A3::8A2E:" + rng.hex(3).toUpperCase(Locale.ROOT) + "1:" + rng.digits(4);
          case "v6 mapped" -> "::ffff:" + four;
          case "v6 link-local" -> "fe80::" + rng.whole(1, 9) + rng.hex(3) + ":" + rng.hex(4);
          default -> four;
        };
    return one(
        Type.IP,
        way,
        value,
        "login from {} failed.",
        "IP: {}",
        "client={} status=504",
        "({})",
        "blocked {}, please allow",
        "host {} timed out",
        "from {}\n",
        way.startsWith("v4") ? "http://{}:8443/api" : "http://[{}]:8443/api",
        "ip_address=\"{}\"");
  }

  // ---- identity numbers

  private Planted identity() {
    return switch (rng.whole(0, 19)) {
      case 0 -> ssn();
      case 1 -> {
        String value =
            "AB" + rng.pick("", " ") + rng.digits(2) + rng.digits(2) + rng.digits(2) + "C";
        yield announced("GB nino", value, "NINO", "National Insurance number", "NI number", "");
      }
      case 2 ->
          announced(
              "DE steuer", steuerId(), "Steuer-ID", "Steueridentifikationsnummer", "tax id", "");
      case 3 -> {
        int number = rng.whole(10_000_000, 99_999_999);
        String letter = String.valueOf("TRWAGMYFPDXBNJZSQVHLCKE".charAt(number % 23));
        yield announced("ES dni", number + rng.pick("", "-") + letter, "DNI", "NIF", "");
      }
      case 4 -> {
        int number = rng.whole(1_000_000, 9_999_999);
        char letter = "TRWAGMYFPDXBNJZSQVHLCKE".charAt((10_000_000 + number) % 23);
        yield announced(
            "ES nie", "Y" + rng.pick("", "-") + number + rng.pick("", "-") + letter, "NIE", "");
      }
      case 5 -> nir();
      case 6 -> announced("IT codice", codiceFiscale(), "codice fiscale", "CF", "C.F.", "");
      case 7 -> announced("NL bsn", weighted(9, 8, 7, 6, 5, 4, 3, 2), "BSN", "burgerservicenummer");
      case 8 -> announced("PL pesel", pesel(), "PESEL", "numer PESEL");
      case 9 -> {
        String body = birth() + rng.digits(3);
        String value = body + Pii.luhn(body);
        yield announced(
            "SE personnummer",
            value.substring(0, 6) + rng.pick("-", "") + value.substring(6),
            "personnummer",
            "personal identity number");
      }
      case 10 -> cpf();
      case 11 -> aadhaar();
      case 12 ->
          announced(
              "IN pan",
              letters(3) + "P" + letters(1) + rng.digits(4) + letters(1),
              "PAN card",
              "PAN number",
              "income tax PAN");
      case 13 -> {
        String body = rng.pick("1", "4", "5", "7") + rng.digits(7);
        String value = body + Pii.luhn(body);
        yield announced("CA sin", spaced(value, 3, 3, 3), "SIN", "social insurance number");
      }
      case 14 -> announced("SG nric", nric(), "NRIC", "FIN", "");
      case 15 -> announced("CH ahv", ahv(), "AHV-Nummer", "AHV", "AVS", "");
      case 16 -> announced("AU tfn", spaced(tfn(), 3, 3, 3), "TFN", "tax file number");
      case 17 -> announced("MX curp", curp(), "CURP", "");
      case 18 -> {
        String body = birth() + rng.digits(3);
        String value = body + "%02d".formatted(97 - Long.parseLong(body) % 97);
        String dotted =
            value.substring(0, 2)
                + "."
                + value.substring(2, 4)
                + "."
                + value.substring(4, 6)
                + "-"
                + value.substring(6, 9)
                + "."
                + value.substring(9);
        yield announced(
            "BE rijksregister",
            rng.pick(dotted, value),
            "rijksregisternummer",
            "registre national",
            "national number");
      }
      default ->
          announced(
              "passport",
              rng.pick("C01X", "L8", "X") + rng.digits(6),
              "passport",
              "passport number",
              "passport no.",
              "Reisepass",
              "pasaporte");
    };
  }

  private Planted announced(String format, String value, String... names) {
    String name = rng.pick(names);
    String sentence =
        name.isEmpty()
            ? rng.pick("here it is: {}", "{} is mine", "you asked for it, {}.")
            : rng.pick(
                name + " {}",
                name + ": {}",
                "my " + name + " is {}.",
                name + "={}",
                name + " {}, ok?");
    return new Planted(Type.NATIONAL_ID, "NATIONAL_ID " + format, sentence, List.of(value));
  }

  private Planted ssn() {
    String gap = rng.pick("-", "-", " ", "\u2011", "\u2013");
    String value = rng.whole(100, 665) + gap + rng.whole(10, 99) + gap + rng.whole(1000, 9999);
    return announced("US ssn", value, "SSN", "social security number", "Social Security", "");
  }

  /** ISO 7064 mod 11,10 over ten digits of which one is there twice. */
  private String steuerId() {
    List<Integer> digits = new ArrayList<>(List.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9));
    for (int i = 9; i > 0; i--) {
      Collections.swap(digits, i, rng.whole(0, i));
    }
    digits.set(9, digits.get(rng.whole(0, 7)));
    if (digits.getFirst() == 0) {
      digits.set(0, digits.get(8));
      digits.set(8, 0);
    }
    int product = 10;
    StringBuilder out = new StringBuilder();
    for (int digit : digits) {
      out.append(digit);
      int sum = (digit + product) % 10;
      product = (sum == 0 ? 10 : sum) * 2 % 11;
    }
    String value = out.append((11 - product) % 10).toString();
    return rng.chance(0.5) ? value : spaced(value, 2, 3, 3, 3);
  }

  private String spaced(String value, int... groups) {
    String gap = rng.pick("", " ", "-", "\u00a0");
    return grouped(value, gap, groups);
  }

  /** Six digits of a day of birth. */
  private String birth() {
    return "%02d%02d%02d".formatted(rng.whole(40, 99), rng.whole(1, 12), rng.whole(1, 28));
  }

  private Planted nir() {
    String body =
        rng.pick("1", "2")
            + rng.whole(40, 99)
            + "%02d".formatted(rng.whole(1, 12))
            + rng.whole(10, 95)
            + "%03d".formatted(rng.whole(1, 900))
            + "%03d".formatted(rng.whole(1, 999));
    String value = body + "%02d".formatted(97 - Long.parseLong(body) % 97);
    return announced(
        "FR nir",
        rng.pick(value, grouped(value, " ", 1, 2, 2, 2, 3, 3, 2)),
        "numéro de sécurité sociale",
        "NIR",
        "sécu",
        "n° de sécurité sociale");
  }

  /** Sixteen characters; the last by the table of the Italian decree of 1976. */
  private String codiceFiscale() {
    String body =
        letters(6)
            + rng.whole(40, 99)
            + rng.pick("A", "B", "C", "D", "E", "H", "L", "M", "P", "R", "S", "T")
            + "%02d".formatted(rng.whole(1, 31))
            + rng.pick("F", "H", "L", "A")
            + rng.digits(3);
    int[] odd = {
      1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23
    };
    int sum = 0;
    for (int i = 0; i < 15; i++) {
      char c = body.charAt(i);
      int index = Character.isDigit(c) ? c - '0' : c - 'A';
      sum += i % 2 == 0 ? odd[index] : index;
    }
    return body + (char) ('A' + sum % 26);
  }

  /** Digits whose weighted sum, the check digit taken away, is a multiple of eleven. */
  private String weighted(int... weights) {
    while (true) {
      String body = rng.whole(1, 9) + rng.digits(weights.length - 1);
      int sum = 0;
      for (int i = 0; i < weights.length; i++) {
        sum += weights[i] * (body.charAt(i) - '0');
      }
      if (sum % 11 < 10) {
        return body + sum % 11;
      }
    }
  }

  private String pesel() {
    String body = birth() + rng.digits(4);
    int[] weights = {1, 3, 7, 9, 1, 3, 7, 9, 1, 3};
    int sum = 0;
    for (int i = 0; i < 10; i++) {
      sum += weights[i] * (body.charAt(i) - '0');
    }
    return body + (10 - sum % 10) % 10;
  }

  private Planted cpf() {
    String body = rng.digits(9);
    body += cpfDigit(body);
    body += cpfDigit(body);
    String dotted =
        body.substring(0, 3)
            + "."
            + body.substring(3, 6)
            + "."
            + body.substring(6, 9)
            + "-"
            + body.substring(9);
    return rng.chance(0.5)
        ? announced("BR cpf dotted", dotted, "CPF", "meu CPF", "")
        : announced("BR cpf", body, "CPF", "meu CPF");
  }

  private static int cpfDigit(String body) {
    int sum = 0;
    for (int i = 0; i < body.length(); i++) {
      sum += (body.length() + 1 - i) * (body.charAt(i) - '0');
    }
    return sum % 11 < 2 ? 0 : 11 - sum % 11;
  }

  /** Twelve digits, the last by Verhoeff. */
  private Planted aadhaar() {
    String body = rng.whole(2, 9) + rng.digits(10);
    String value = body;
    for (int digit = 0; digit < 10; digit++) {
      if (Verhoeff.isValid(body + digit)) {
        value = body + digit;
      }
    }
    return announced(
        "IN aadhaar",
        rng.pick(value, grouped(value, " ", 4, 4, 4)),
        "Aadhaar",
        "Aadhaar number",
        "aadhaar no.");
  }

  private String nric() {
    int[] weights = {2, 7, 6, 5, 4, 3, 2};
    String digits = rng.digits(7);
    int sum = 0;
    for (int i = 0; i < 7; i++) {
      sum += weights[i] * (digits.charAt(i) - '0');
    }
    return "S" + digits + "JZIHGFEDCBA".charAt(sum % 11);
  }

  private String ahv() {
    String body = "756" + rng.digits(9);
    int sum = 0;
    for (int i = 0; i < 12; i++) {
      sum += (body.charAt(i) - '0') * (i % 2 == 0 ? 1 : 3);
    }
    String value = body + (10 - sum % 10) % 10;
    return "756."
        + value.substring(3, 7)
        + "."
        + value.substring(7, 11)
        + "."
        + value.substring(11);
  }

  private String tfn() {
    int[] weights = {1, 4, 3, 7, 5, 8, 6, 9, 10};
    while (true) {
      String value = rng.whole(1, 8) + rng.digits(8);
      int sum = 0;
      for (int i = 0; i < 9; i++) {
        sum += weights[i] * (value.charAt(i) - '0');
      }
      if (sum % 11 == 0) {
        return value;
      }
    }
  }

  private String curp() {
    String body =
        letters(1)
            + rng.pick("A", "E", "I", "O", "U")
            + letters(2)
            + birth()
            + rng.pick("H", "M")
            + rng.pick("DF", "JC", "NL", "MC")
            + from("BCDFGHJKLMNPQRSTVWXYZ", 3)
            + rng.pick("0", "A");
    String alphabet = "0123456789ABCDEFGHIJKLMNÑOPQRSTUVWXYZ";
    int sum = 0;
    for (int i = 0; i < 17; i++) {
      sum += alphabet.indexOf(body.charAt(i)) * (18 - i);
    }
    return body + (10 - sum % 10) % 10;
  }

  // ---- accounts

  private Planted account() {
    String eight = rng.digits(8);
    return switch (rng.whole(0, 10)) {
      case 0 -> {
        String routing = routing();
        yield accounts(
            "US",
            rng.pick(
                "routing {} account {}",
                "ABA {}, acct no. {}",
                "routing number: {}\naccount number: {}"),
            routing,
            rng.digits(rng.whole(8, 12)));
      }
      case 1 -> {
        String sort = rng.digits(6);
        String dashed = grouped(sort, rng.pick("-", "-", " ", "\u2011"), 2, 2, 2);
        yield accounts(
            "GB",
            rng.pick(
                "sort code {} account {}",
                "sort code: {}, account number {}",
                "Sort-Code {} / Account no. {}"),
            dashed,
            eight);
      }
      case 2 ->
          accounts(
              "DE",
              rng.pick(
                  "Kontonummer {} BLZ {}", "Konto {}, Bankleitzahl {}", "Konto-Nr. {} bei BLZ {}"),
              rng.whole(1, 9) + rng.digits(8),
              "37040044");
      case 3 ->
          accounts(
              "AU",
              rng.pick("BSB {} account {}", "BSB: {} Acc: {}"),
              grouped(rng.digits(6), rng.pick("-", " "), 3, 3),
              rng.whole(1, 9) + rng.digits(8));
      case 4 -> accounts("MX clabe", rng.pick("CLABE {}", "mi CLABE es {}.", "CLABE: {}"), clabe());
      case 5 ->
          accounts(
              "BR",
              rng.pick("conta {}", "conta corrente {}", "minha conta: {}"),
              rng.whole(10000, 99999) + "-" + rng.whole(0, 9));
      case 6 ->
          accounts(
              "IN",
              rng.pick("account number {}", "a/c no {}", "A/C: {}"),
              rng.whole(1, 9) + rng.digits(rng.whole(10, 15)));
      case 7 ->
          accounts(
              "NZ",
              rng.pick("account {}", "bank account number {}"),
              "12-" + rng.digits(4) + "-" + rng.digits(7) + "-00");
      case 8 ->
          accounts(
              "NL", rng.pick("rekeningnummer {}", "rekening {}"), rng.whole(1, 9) + rng.digits(8));
      case 9 ->
          accounts(
              "ES",
              rng.pick("número de cuenta {}", "cuenta bancaria {}", "cuenta: {}"),
              "2100 0418 45 " + rng.digits(10));
      default ->
          accounts(
              "IT",
              rng.pick("conto {}", "conto corrente n. {}", "numero di conto {}"),
              rng.digits(12));
    };
  }

  private Planted accounts(String format, String sentence, String... values) {
    return new Planted(Type.ACCOUNT, "ACCOUNT " + format, sentence, List.of(values));
  }

  /** Nine digits whose sum weighted 3, 7, 1 is a multiple of ten. */
  private String routing() {
    String body = "0" + rng.whole(1, 9) + rng.digits(6);
    int[] weights = {3, 7, 1, 3, 7, 1, 3, 7};
    int sum = 0;
    for (int i = 0; i < 8; i++) {
      sum += weights[i] * (body.charAt(i) - '0');
    }
    return body + (10 - sum % 10) % 10;
  }

  private String clabe() {
    String body = "0" + rng.digits(16);
    int[] weights = {3, 7, 1};
    int sum = 0;
    for (int i = 0; i < 17; i++) {
      sum += weights[i % 3] * (body.charAt(i) - '0') % 10;
    }
    return body + (10 - sum % 10) % 10;
  }

  // ---- secrets and wallets

  private static final String MIXED =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

  private Planted secret() {
    String prefixed =
        rng.pick(
            "sk_live_" + from(MIXED, 24),
            "rk_test_" + from(MIXED, 24),
            "whsec_" + from(MIXED, 32),
            "AKIA" + from("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16),
            "AIza" + from(MIXED, 35),
            "ghp_" + from(MIXED, 36),
            "github_pat_" + from(MIXED, 22) + "_" + from(MIXED, 59),
            "glpat-" + from(MIXED, 20),
            "npm_" + from(MIXED, 36),
            "xoxb-" + rng.digits(12) + "-" + rng.digits(12) + "-" + from(MIXED, 24),
            "sk-proj-" + from(MIXED, 40),
            "SG." + from(MIXED, 22) + "." + from(MIXED, 43),
            "SK" + rng.hex(32),
            "dop_v1_" + rng.hex(64),
            "shpat_" + rng.hex(32),
            "hf_" + from(MIXED, 34),
            rng.whole(100_000_000, 999_999_999) + ":AA" + from(MIXED, 33),
            jwt());
    String plain = rng.pick(rng.hex(32), from(MIXED, 40), rng.hex(40), uuid());
    String inKey =
        "-----BEGIN PRIVATE KEY-----\n"
            + from(MIXED + "+/", 64)
            + "\n"
            + from(MIXED, 40)
            + "\n"
            + "-----END PRIVATE KEY-----";
    return switch (rng.whole(0, 4)) {
      case 0, 1 ->
          one(
              Type.SECRET,
              "prefixed " + prefixed.replaceAll("(?<=^.{3}).*", ""),
              prefixed,
              "key {}",
              "our key is {}.",
              "{}",
              "export KEY={}",
              "\"{}\"",
              "token: {}, please revoke",
              "I pasted {} by mistake");
      case 2 ->
          one(
              Type.SECRET,
              "announced",
              plain,
              "api_key={}",
              "API key: {}",
              "X-Api-Key: {}",
              "client_secret={}&x=1",
              "access token {}",
              "secret key is {}.",
              "apiKey: \"{}\"",
              "aws_secret_access_key = {}",
              "{\"access_token\":\"{}\"}");
      case 3 ->
          one(
              Type.SECRET,
              "header",
              rng.pick(from(MIXED, 30) + rng.digits(2), jwt()),
              "Authorization: Bearer {}",
              "curl -H 'Authorization: Bearer {}'",
              "bearer {}");
      default -> one(Type.SECRET, "private key", inKey, "here:\n{}\n", "{}");
    };
  }

  private String jwt() {
    Base64.Encoder url = Base64.getUrlEncoder().withoutPadding();
    String head = "{\"alg\":\"HS256\",\"typ\":\"JWT\"}";
    String body = "{\"sub\":\"" + rng.digits(10) + "\"}";
    return url.encodeToString(head.getBytes(StandardCharsets.UTF_8))
        + "."
        + url.encodeToString(body.getBytes(StandardCharsets.UTF_8))
        + "."
        + from(MIXED + "-_", 43);
  }

  private Planted password() {
    String value =
        rng.pick("hunter", "Sommer", "S3cr3t", "qwerty", "Passw0rd", "dragon", "Tr0ub4dor")
            + rng.pick("", "!", "#", "$", "&", "-", "_")
            + rng.digits(rng.whole(1, 4))
            + rng.pick("", "x", "%A", "*z");
    if (rng.chance(0.25)) {
      String code = rng.digits(rng.whole(4, 6));
      return one(
          Type.PASSWORD,
          "code",
          code,
          "my PIN is {}.",
          "PIN: {}",
          "OTP {}",
          "the OTP is {}",
          "verification code: {}",
          "one-time code is {}",
          "PIN code {}");
    }
    if (rng.chance(0.15)) {
      return one(Type.PASSWORD, "cvv", rng.digits(3), "CVV {}", "cvc: {}", "CVV2 {}", "cvv is {}");
    }
    return one(
        Type.PASSWORD,
        "word",
        value,
        "password is {}",
        "my password: {}",
        "pwd={}",
        "Passwort: {}",
        "Das Passwort lautet {}",
        "mot de passe : {}",
        "la contraseña es {}",
        "senha: {}",
        "wachtwoord: {}",
        "password='{}'",
        "\"password\":\"{}\"",
        "pass: {}",
        "user bob password {}",
        "login bob / password {}",
        "postgres://bob:{}@db.example.com/x");
  }

  private Planted wallet() {
    String way = rng.pick("btc", "p2sh", "segwit", "taproot", "eth", "tron", "litecoin", "doge");
    String bech = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
    String value =
        switch (way) {
          case "btc" -> Base58.check(0, rng.hex(40));
          case "p2sh" -> Base58.check(5, rng.hex(40));
          case "segwit" -> "bc1q" + from(bech, 38);
          case "taproot" -> "bc1p" + from(bech, 58);
          case "tron" -> Base58.check(0x41, rng.hex(40));
          case "litecoin" -> Base58.check(0x30, rng.hex(40));
          case "doge" -> Base58.check(0x1e, rng.hex(40));
          default -> "0x" + rng.hex(40);
        };
    return one(
        Type.WALLET,
        way,
        value,
        "send it to {}",
        "wallet {}",
        "my address: {}.",
        "({})",
        "{}",
        "withdrew to {}, nothing came",
        "to={}&coin=1");
  }

  // ---- what only looks like it

  /** A sentence without personal data. */
  String lookAlike() {
    String order = rng.digits(rng.whole(8, 12));
    return switch (rng.whole(0, 33)) {
      case 0 -> "order " + order + rng.pick(" has not arrived.", " was shipped", ", twice");
      case 1 -> rng.pick("order no. ", "Order #", "Bestellung ", "pedido ", "commande ") + order;
      case 2 -> rng.pick("ticket ", "ticket #", "Ticket: ", "case ", "INC") + order;
      case 3 -> "invoice " + rng.pick("INV-", "RE-", "2026-") + rng.digits(6) + " is wrong.";
      case 4 -> "Rechnung Nr. " + order;
      case 5 -> "transaction id " + failsLuhn();
      case 6 -> rng.pick("txn_", "pi_", "ch_", "TXN", "pay_") + rng.digits(14);
      case 7 -> "ref " + rng.whole(200, 989) + "-" + rng.whole(220, 989) + "-" + rng.digits(4);
      case 8 -> "it says " + amount() + " instead of " + amount();
      case 9 -> "we were charged " + amount() + ".";
      case 10 -> "on " + date() + " at 10:22:33";
      case 11 -> "since " + date() + ", until " + date() + ".";
      case 12 -> "2026-0" + rng.whole(1, 9) + "-04T10:22:33." + rng.digits(3) + "Z";
      case 13 ->
          rng.pick("version ", "v", "app version ", "Chrome/")
              + rng.whole(1, 140)
              + ".0."
              + rng.whole(1000, 6000)
              + "."
              + rng.whole(10, 200);
      case 14 -> "uuid " + uuid();
      case 15 -> uuid();
      case 16 -> "commit " + rng.hex(40);
      case 17 -> "commit " + rng.hex(7) + " broke it";
      case 18 ->
          "a reference of 16 digits, " + grouped(failsLuhn(), rng.pick("", " ", "-"), 4, 4, 4, 4);
      case 19 -> "timestamp " + rng.whole(1_700_000_000, 1_799_999_999);
      case 20 -> "ts=" + rng.whole(1_700_000_000, 1_799_999_999) + rng.digits(3);
      case 21 -> "EAN 4" + rng.digits(12);
      case 22 -> "tracking 1Z" + from("ABCDEFGHJKLMNPRSTUVWXYZ0123456789", 16);
      case 23 -> "card ending in " + rng.digits(4) + ", **** **** **** " + rng.digits(4);
      case 24 -> "MAC 00:1B:44:11:3A:" + rng.whole(10, 99);
      case 25 -> "sha256 " + rng.hex(64);
      case 26 ->
          "error 0x8007" + rng.digits(4) + " (HTTP 504 after " + rng.whole(1000, 60000) + " ms)";
      case 27 -> "at 52." + rng.digits(4) + ", 13." + rng.digits(4);
      case 28 -> "BIC DEUTDEFF" + rng.digits(3) + " and MID " + rng.digits(9);
      case 29 -> rng.whole(10000, 99999) + " Berlin, from 9:00 to 17:30";
      case 30 -> "we imported " + rng.whole(1_000_000, 2_000_000_000) + " rows";
      case 31 -> "Sendung " + rng.digits(4) + ": SKU-" + rng.digits(8) + " x 12";
      case 32 -> "IBAN with a typo " + wrongIban();
      default -> "session " + rng.hex(24) + " / request " + uuid();
    };
  }

  private String uuid() {
    return String.join(
        "-", rng.hex(8), rng.hex(4), "4" + rng.hex(3), "a" + rng.hex(3), rng.hex(12));
  }

  private String failsLuhn() {
    String body = rng.pick("4", "5", "7", "9", "1") + rng.digits(14);
    return body + (Pii.luhn(body) + rng.whole(1, 9)) % 10;
  }

  private String wrongIban() {
    String valid = ibanOf("DE n18");
    int last = valid.charAt(21) - '0';
    return valid.substring(0, 21) + (last + rng.whole(1, 9)) % 10;
  }

  private String amount() {
    int whole = rng.whole(1, 9_999_999);
    String cents = rng.digits(2);
    return switch (rng.whole(0, 6)) {
      case 0 -> "$" + String.format(Locale.US, "%,d", whole) + "." + cents;
      case 1 -> String.format(Locale.GERMANY, "%,d", whole) + "," + cents + " €";
      case 2 -> "EUR " + whole + "." + cents;
      case 3 -> whole + "." + cents + " USD";
      case 4 -> String.format(Locale.US, "%,d", whole).replace(',', ' ') + "," + cents + " EUR";
      case 5 -> "CHF " + String.format(Locale.US, "%,d", whole).replace(',', '\'') + "." + cents;
      default -> "£" + whole;
    };
  }

  private String date() {
    int day = rng.whole(1, 28);
    int month = rng.whole(1, 12);
    int year = rng.whole(2019, 2026);
    return switch (rng.whole(0, 5)) {
      case 0 -> "%d-%02d-%02d".formatted(year, month, day);
      case 1 -> "%02d.%02d.%d".formatted(day, month, year);
      case 2 -> "%02d/%02d/%d".formatted(month, day, year);
      case 3 -> "%d%02d%02d".formatted(year, month, day);
      case 4 -> "%02d-%02d-%d".formatted(day, month, year);
      default -> "%d/%d/%02d".formatted(month, day, year % 100);
    };
  }
}
