package io.supportlake.rules;

import com.google.i18n.phonenumbers.NumberParseException;
import com.google.i18n.phonenumbers.PhoneNumberUtil;
import com.google.i18n.phonenumbers.PhoneNumberUtil.PhoneNumberFormat;
import com.google.i18n.phonenumbers.PhoneNumberUtil.ValidationResult;
import com.google.i18n.phonenumbers.Phonenumber.PhoneNumber;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.commons.validator.routines.InetAddressValidator;
import org.jspecify.annotations.Nullable;

/**
 * Finds personal data in a text. Detectors run from the most to the least certain and never take
 * what an earlier one took; what must stay readable is taken by nobody. Checksums decide where a
 * format has one, words around it where it has none.
 */
final class PersonalData {
  private static final String LABEL_TAIL =
      "(?:[ \\t]*(?:numbers?|num|no\\.?|nr\\.?|ids?|code|key|ref(?:erence)?|is|was|:|#|=|-)){0,3}[ \\t]*";

  private static final Pattern TOKEN =
      Pattern.compile("\\[[A-Z_]{2,16}:[A-Za-z0-9]{1,16}:[0-9a-f]{8,64}\\]");
  private static final Pattern UUID =
      Pattern.compile(
          "(?<![0-9A-Za-z])[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}(?![0-9A-Za-z])");

  /** Secrets that are known by how they begin; {@link #SECRET_FIRST} has their first characters. */
  static final List<String> SECRET_KINDS =
      List.of(
          "eyJ[A-Za-z0-9_-]{5,}\\.[A-Za-z0-9_-]{5,}(?:\\.[A-Za-z0-9_-]*)?",
          "(?:sk|pk|rk)_(?:live|test)_[A-Za-z0-9]{8,}",
          "whsec_[A-Za-z0-9+/=]{8,}",
          "(?:AKIA|ASIA|AIDA|AROA)[A-Z0-9]{16}(?![A-Za-z0-9])",
          "AIza[0-9A-Za-z_-]{30,}",
          "gh[pousr]_[A-Za-z0-9]{20,}",
          "github_pat_[A-Za-z0-9_]{20,}",
          "glpat-[A-Za-z0-9_-]{16,}",
          "npm_[A-Za-z0-9]{30,}",
          "xox[abeprs]-[A-Za-z0-9-]{10,}",
          "sk-(?:proj-|ant-)?[A-Za-z0-9_-]{20,}",
          "(?:shpat|shpss|shpca|shppa)_[0-9a-fA-F]{32}",
          "dop_v1_[0-9a-f]{32,}",
          "hf_[A-Za-z0-9]{30,}",
          "(?:SK|AC)[0-9a-f]{32}(?![A-Za-z0-9])",
          "[0-9]{8,10}:AA[A-Za-z0-9_-]{33}(?![A-Za-z0-9])",
          "ya29\\.[A-Za-z0-9_-]{16,}",
          "SG\\.[A-Za-z0-9_-]{16,}\\.[A-Za-z0-9_-]{16,}");

  private static final String SECRET_FIRST = "0123456789AESacdeghnprswxy";

  private static final Pattern SECRET =
      Pattern.compile(
          "-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----(?:[^-]|-(?!----END)){0,8000}(?:-----END [A-Z ]{0,30}PRIVATE KEY-----)?"
              + "|(?<![A-Za-z0-9])(?:"
              + String.join("|", SECRET_KINDS)
              + ")");
  private static final Pattern ANNOUNCED_SECRET =
      Pattern.compile(
          "(?<![A-Za-z])(?:(?:authorization\\s*[:=]\\s*)?(?:bearer|basic)\\s+"
              + "|(?:api[ _-]?key|api[ _-]?token|access[ _-]?key|access[ _-]?token|refresh[ _-]?token|auth[ _-]?token|client[ _-]?secret|secret[ _-]?key|signing[ _-]?secret|secret|token)"
              + "(?:[\"']?\\s*(?:[:=]|\\bis\\b)\\s*[\"']?|\\s+(?=[A-Za-z0-9._~+/=-]{20})))"
              + "([A-Za-z0-9][A-Za-z0-9._~+/=-]{11,})",
          Pattern.CASE_INSENSITIVE);

  private static final Pattern PASSWORD =
      Pattern.compile(
          "(?<![\\p{L}\\d])(?:pass(?:word|wort|code|phrase|wd)?|pwd|pw|kennwort|contrase(?:ñ|n)a|mot de passe|senha|wachtwoord|(?:pin|cvv|cvc|otp)(?:[ -]?code)?|one[- ]time code|verification code)"
              + "(?:[ \\t]+(?:for|of|to)[ \\t]+(?:my|the|our)?[ \\t]*\\p{L}{2,20}(?:[ \\t]+account)?)?"
              + "[\"']?[ \\t]*(:|=|->|\\bis\\b|\\bwas\\b|\\bist\\b|\\blautet\\b|\\bes\\b|\\best\\b)(?:[ \\t]*(?::|=|now|still|currently))?[ \\t]*"
              + "(?:\"([^\"\\n]{1,64})\"|'([^'\\n]{1,64})'|([^\\s\"']{1,64}))",
          Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE);

  /** A password right after the word: letters and digits, as no word of a sentence has. */
  private static final Pattern BARE_PASSWORD =
      Pattern.compile(
          "(?<![\\p{L}\\d])(?:pass(?:word|wort|code|phrase|wd)|pwd|pw|kennwort|contrase(?:ñ|n)a|mot de passe|senha|wachtwoord)[ \\t]+(?=\\S{0,40}\\d)(?=\\S{0,40}\\p{L})([^\\s\"']{6,64})",
          Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE);

  /** The password of a link: scheme://user:password@host. */
  private static final Pattern LINK_PASSWORD =
      Pattern.compile("://[^\\s:/@]{0,64}:([^\\s/@]{1,128})@(?=[\\p{L}\\d])");

  private static final Pattern NUMERIC_PASSWORD =
      Pattern.compile(
          "(?<![\\p{L}\\d])(?:pin|cvv2?|cvc2?|otp)(?:[ -]?code)?[ \\t]+(\\d{3,8})(?!\\d)",
          Pattern.CASE_INSENSITIVE);

  /** What people say of a password instead of saying the password. */
  private static final Set<String> STATES =
      Set.of(
          "a",
          "all",
          "also",
          "always",
          "an",
          "asked",
          "bad",
          "because",
          "blank",
          "broken",
          "but",
          "correct",
          "different",
          "empty",
          "fine",
          "for",
          "good",
          "gone",
          "here",
          "i",
          "in",
          "incorrect",
          "invalid",
          "it",
          "just",
          "known",
          "long",
          "lost",
          "missing",
          "my",
          "never",
          "no",
          "not",
          "now",
          "of",
          "ok",
          "okay",
          "old",
          "on",
          "only",
          "optional",
          "out",
          "please",
          "reset",
          "right",
          "same",
          "secure",
          "set",
          "short",
          "shown",
          "simple",
          "so",
          "still",
          "strong",
          "stuck",
          "that",
          "the",
          "this",
          "to",
          "too",
          "under",
          "unknown",
          "unsafe",
          "up",
          "valid",
          "very",
          "visible",
          "weak",
          "what",
          "when",
          "where",
          "why",
          "wrong",
          "yes",
          "your",
          "n/a",
          "none",
          "null",
          "nicht",
          "falsch",
          "kein",
          "no-op",
          "incorrecta",
          "incorrect.",
          "required",
          "there",
          "how",
          "hidden",
          "public",
          "like",
          "somehow",
          "sent",
          "ungültig",
          "abgelaufen",
          "incorrecte",
          "oublié");

  private static final Pattern EMAIL =
      Pattern.compile(
          "(?<![\\p{L}\\d._%+-])([\\p{L}\\d_%+'&=.-]{1,64}+)(?:@|\\s?[\\[(]at[\\])]\\s?)"
              + "([\\p{L}\\d](?:[\\p{L}\\d-]{0,62})(?:(?:\\.|\\s?[\\[(]dot[\\])]\\s?)[\\p{L}\\d-]{1,63}){0,6}(?:\\.|\\s?[\\[(]dot[\\])]\\s?)\\p{L}{2,24})(?![\\p{L}\\d@-])",
          Pattern.CASE_INSENSITIVE);

  private static final String SPELT_DOT = "(?i)\\s?[\\[(]dot[\\])]\\s?";

  /** What stands before the last dot of a name whose dots are spelt out. */
  private static final Pattern SPELT_LOCAL =
      Pattern.compile("(?i)(?:[\\p{L}\\d_+-]{1,32}\\s?[\\[(]dot[\\])]\\s?){1,3}$");

  private static final Set<String> FILE_ENDINGS =
      Set.of(
          "png", "jpg", "jpeg", "gif", "svg", "webp", "css", "js", "ts", "json", "html", "pdf",
          "xml", "csv", "txt", "log", "jar", "java", "py", "yaml", "yml");

  private static final Pattern IBAN_START =
      Pattern.compile(
          "(?<![A-Za-z0-9])([A-Za-z]{2})[ -]?([0-9]{2})(?=[ .\\r\\n\\t-]{0,3}[A-Za-z0-9])");

  private static final Pattern WALLET =
      Pattern.compile(
          "(?<![A-Za-z0-9])(?:0x[0-9a-fA-F]{40}|(?:bc1|tb1)[02-9ac-hj-np-z]{23,87}|BC1[02-9AC-HJ-NP-Z]{23,87}|[13][1-9A-HJ-NP-Za-km-z]{25,34}|[TDLM][1-9A-HJ-NP-Za-km-z]{32,33}|ltc1[02-9ac-hj-np-z]{23,87}|r[1-9A-HJ-NP-Za-km-z]{24,34})(?![A-Za-z0-9])");

  /** Numbers that carry a check digit of their own and may look like a card. */
  private static final Pattern GOODS =
      Pattern.compile(
          "(?<![A-Za-z])(?:ean|gtin|upc|isbn|imei|iccid|serial|tracking|parcel|barcode|timestamp|epoch)"
              + LABEL_TAIL
              + "([A-Za-z0-9][A-Za-z0-9-]{5,40}+)",
          Pattern.CASE_INSENSITIVE);

  private static final Pattern LABELLED_ID =
      Pattern.compile(
          "(?<![A-Za-z])(?:orders?|tickets?|invoices?|transactions?|txn|trx|cases?|ref|reference|payments?|payouts?|refunds?|transfers?|bookings?|shipments?|sku|trace|requests?|sessions?|correlation|batch|po|purchase|errors?|issues?|bugs?|commits?|quotes?|claims?|events?|jobs?|chargebacks?|disputes?|settlements?|charges?|subscriptions?|incidents?|deposits?|withdrawals?|bestellung|rechnung|rechnungsnummer|bestellnummer|auftragsnummer|pedido|factura|commande|facture|mandates?|hash|id)"
              + LABEL_TAIL
              + "([A-Za-z]{0,8}[-_#/]?\\d[A-Za-z0-9_./-]{2,60}+)",
          Pattern.CASE_INSENSITIVE);

  private static final Pattern PREFIXED_ID =
      Pattern.compile(
          "(?<![A-Za-z0-9])(?:[A-Za-z]{2,12}[-_#/]\\d[A-Za-z0-9_/-]*+|[A-Za-z]{1,12}_[A-Za-z0-9]+|[A-Z]{2,6}\\d{5,}+(?![A-Za-z0-9]))");

  private static final Numbered REFERENCE =
      numbered(
          (digits, next, _) -> digits == 4 && (next == ' ' || next == '-'),
          "(?<![\\w+-])\\d{4}([ -])\\d{4}\\1\\d{4}\\1\\d{4}(?!\\w)");

  private static final Numbered DATE =
      numbered(
          (digits, next, _) ->
              digits <= 4 ? next == '-' || next == '/' || next == '.' : digits == 8 || digits == 14,
          "(?<![\\d.])(?:(?:19|20)\\d{2}[-/.](?:0?[1-9]|1[0-2])[-/.](?:3[01]|[12]\\d|0?[1-9])(?:[T ]\\d{1,2}:\\d{2}(?::\\d{2}(?:[.,]\\d{1,9})?)?(?:Z|[+-]\\d{2}:?\\d{2})?)?"
              + "|(?:3[01]|[12]\\d|0?[1-9])[-/.](?:3[01]|[12]\\d|0?[1-9])[-/.](?:19|20)\\d{2}"
              + "|(?:19|20)\\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\\d|3[01])(?:T?\\d{6}Z?)?)(?![\\d])");

  private static final Set<String> CURRENCIES =
      Set.of(
          "usd", "eur", "gbp", "chf", "jpy", "inr", "aud", "cad", "sek", "nok", "dkk", "pln", "brl",
          "mxn", "sgd");
  private static final Pattern AMOUNT_AFTER_CURRENCY =
      Pattern.compile("\\d[\\d.,'\\u00a0]*(?: \\d{3}(?!\\d))*(?:[.,]\\d{1,2})?");
  private static final Numbered AMOUNT =
      numbered(
          (_, next, second) -> isUnit(next) || (isGap(next) && (isDigit(second) || isUnit(second))),
          "(?<![\\d.,+])\\d{1,3}(?:[ .,'\\u00a0]?\\d{3})*(?:[.,]\\d{1,2})?[ \\u00a0]?(?:[$€£¥₹%]|(?:USD|EUR|GBP|CHF|JPY|INR|AUD|CAD|SEK|NOK|DKK|PLN|BRL|MXN|SGD|euros?|dollars?|pounds?|rows?|records?|bytes|ms|kb|mb|gb)(?![A-Za-z]))"
              + "|(?<![\\d.,+-])\\d{1,3}(?:,\\d{3})+(?:\\.\\d+)?(?![\\d,])",
          Pattern.CASE_INSENSITIVE);

  private static final Pattern VERSION =
      Pattern.compile(
          "(?<![A-Za-z])(v|ver|version|versions|build|release|firmware|sdk|android|ios|macos|windows|chrome|firefox|safari|edge|java|app|api|driver|agent|client|upgrade to|updated to)[ /:=-]*v?(\\d+(?:\\.\\d+)+)",
          Pattern.CASE_INSENSITIVE);

  /** Four numbers or more, one of them a single digit: a phone number has such only as trunk 1. */
  private static final Numbered UNNAMED_VERSION =
      numbered(
          (_, next, _) -> next == '.',
          "(?<![\\w.+(])(?!1\\.\\d{3}\\.\\d{3}\\.\\d{4}(?!\\d))(?=(?:\\d+\\.)*\\d(?![\\d]))\\d+(?:\\.\\d+){3,}(?![\\w-])");

  private static final Set<String> MACHINES = Set.of("api", "agent", "client", "driver", "app");

  private static final Pattern ACCOUNT =
      Pattern.compile(
          "(?<![\\p{L}\\d])(?:(?:bank[ -]?)?(?:account|acct|acc|a/c|konto|konto-?nr|kontonummer|clabe|cuenta|compte|conta|conto|rekening(?:nummer)?)"
              + "(?:[ \\t]*(?:numbers?|num|no\\.?|nr\\.?|número|numéro|numero|nummer|nº|n°|is|ist|es|est|:|#|=|de|bancaria|corriente|corrente|courant|n\\.|\\.)){0,4}[ \\t]*(?<value>\\d(?:[ -]?\\d){5,23}+)"
              + "|sort[ -]?code(?:[ \\t]*(?:is|:|=|#|no\\.?)){0,2}[ \\t]*(?<sort>\\d{2}[ -]?\\d{2}[ -]?\\d{2})"
              + "|(?:routing|aba|rtn|bsb|blz|bankleitzahl|transit)(?:[ \\t]*(?:transit|numbers?|no\\.?|nr\\.?|is|:|#|=)){0,3}[ \\t]*(?<routing>\\d{3}[ -]?\\d{2,3}[ -]?\\d{1,3}))(?![\\d])",
          Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE);
  private static final Numbered SORT_AND_ACCOUNT =
      numbered(
          (digits, next, _) -> digits == 2 && next == '-',
          "(?<![\\d-])(\\d{2}-\\d{2}-\\d{2})[ ,/]{1,3}(\\d{8})(?![\\d-])");

  private static final Pattern ANNOUNCED_IDENTITY =
      Pattern.compile(
          "(?<![\\p{L}\\d])(?:ssn|social security|sin|passport|reisepass|pasaporte|passeport|national id|id card|identity card|personalausweis|driver'?s licen[cs]e|steuer-?id|steueridentifikationsnummer|tax id|tin|nino|ni number|national insurance|national number|aadhaar|pan(?= card| num| no)(?: card)?|tax pan|dni|nie|nif|nir|cpf|bsn|burgerservicenummer|pesel|personnummer|personal identity|tfn|tax file|social insurance|rijksregisternummer|registre national|s[eé]curit[eé] sociale|s[eé]cu|curp|nric|fin|ahv|avs|egn|cnp|tckn|henkil[oö]tunnus)"
              + "(?:[ \\t]*(?:numbers?|num|no\\.?|nr\\.?|nummer|número|numéro|is|ist|es|est|-|:|#|=)){0,4}[ \\t]*"
              + "((?=[A-Za-z0-9 .-]{0,8}\\d{2})[A-Za-z]{0,6}[ .-]?\\d[A-Za-z0-9 .-]{2})",
          Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE);
  private static final Numbered SSN =
      numbered(
          (digits, next, _) -> digits == 3 && (next == '-' || next == ' '),
          "(?<![\\dA-Za-z-])(?!000|666|9)\\d{3}([- ])(?!00)\\d{2}\\1(?!0000)\\d{4}(?![\\dA-Za-z-])");
  private static final Pattern NINO =
      Pattern.compile(
          "(?<![A-Za-z0-9])(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\\d{2} ?\\d{2} ?\\d{2} ?[A-D](?![A-Za-z0-9])",
          Pattern.CASE_INSENSITIVE);
  private static final Numbered STEUER_ID =
      numbered(
          (digits, next, _) -> digits == 11 || (next == ' ' && digits % 3 == 2 && digits <= 8),
          "(?<![\\dA-Za-z+.,-])[1-9]\\d ?\\d{3} ?\\d{3} ?\\d{3}(?![\\dA-Za-z])");
  private static final Pattern DNI =
      Pattern.compile(
          "(?<![A-Za-z0-9])(?:\\d{2}\\.?\\d{3}\\.?\\d{3}[- ]?[A-Za-z]|[XYZxyz][- ]?\\d{7}[- ]?[A-Za-z])(?![A-Za-z0-9])");
  private static final Numbered DNI_OF_DIGITS =
      new Numbered(
          DNI, (digits, next, _) -> digits == 8 || (next == '.' && (digits == 2 || digits == 5)));

  /** Swiss AHV, Brazilian CPF, Belgian national number. */
  private static final Numbered DOTTED_IDENTITY =
      numbered(
          (digits, next, _) -> next == '.' && (digits == 2 || digits == 3),
          "(?<![\\w.])(?:756\\.\\d{4}\\.\\d{4}\\.\\d{2}|\\d{3}\\.\\d{3}\\.\\d{3}-\\d{2}|\\d{2}\\.\\d{2}\\.\\d{2}-\\d{3}\\.\\d{2})(?![\\w-])");

  /** French social security number. */
  private static final Numbered NIR =
      numbered(
          (digits, next, _) -> digits == 15 || (next == ' ' && digits <= 13),
          "(?<![\\w.,+-])[12] ?\\d{2} ?(?:0[1-9]|1[0-2]|[2-9]\\d) ?\\d{2} ?\\d{3} ?\\d{3} ?\\d{2}(?!\\w)");

  /** Italian codice fiscale, Mexican CURP, Singapore's NRIC. */
  private static final Pattern CODE =
      Pattern.compile(
          "(?<![A-Za-z0-9])(?:[A-Z]{6}\\d{2}[A-EHLMPR-T]\\d{2}[A-Z]\\d{3}[A-Z]|[A-Z]{4}\\d{6}[HMX][A-Z]{5}[A-Z0-9]\\d|[STFGM]\\d{7}[A-Z])(?![A-Za-z0-9])",
          Pattern.CASE_INSENSITIVE);

  private static final String DNI_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE";

  private static final Numbered IPV4 =
      numbered(
          (digits, next, _) -> next == '.' && digits <= 3,
          "(?<![\\w.-])\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}(?![\\w-]|\\.\\d)");
  private static final Pattern IPV6 =
      Pattern.compile(
          "(?<![\\w:.])[0-9A-Fa-f]{0,4}+:[0-9A-Fa-f:]{0,40}+(?:(?<=:)\\d{1,3}(?:\\.\\d{1,3}){3}|(?<=:\\d{1,3})(?:\\.\\d{1,3}){3})?(?<![:.])(?![\\w:])");

  private static final Pattern NORTH_AMERICAN =
      Pattern.compile("(?:1\\D{1,3})?\\D{0,2}\\d{3}\\D{0,3}\\d{3}\\D{0,3}\\d{4}");

  private static final Set<String> PHONE_WORDS =
      Set.of(
          "phone",
          "telephone",
          "call",
          "calls",
          "called",
          "calling",
          "tel",
          "mobile",
          "cell",
          "cellphone",
          "whatsapp",
          "ring",
          "sms",
          "reach",
          "contact",
          "fax",
          "handy",
          "telefon",
          "telefonnummer",
          "handynummer",
          "rufnummer",
          "anrufen",
          "teléfono",
          "telefono",
          "móvil",
          "movil",
          "téléphone",
          "portable",
          "appel",
          "celular",
          "dial",
          "hotline",
          "voicemail");

  // What the words of a text may announce, one bit each.
  private static final int PASSWORDS = 1;
  private static final int SECRETS = 1 << 1;
  private static final int NUMBERS_OF_GOODS = 1 << 2;
  private static final int IDS = 1 << 3;
  private static final int ACCOUNTS = 1 << 4;
  private static final int IDENTITIES = 1 << 5;
  private static final int VERSIONS = 1 << 6;
  // What their shape may begin.
  private static final int PREFIXES = 1 << 7;
  private static final int PAIRS = 1 << 8;
  private static final int FOREIGNERS = 1 << 9;

  private static final int CODES = 1 << 10;

  private static final Map<String, Integer> ANNOUNCERS = new HashMap<>();

  private static void announce(int kind, String words) {
    for (String word : words.split(" ", -1)) {
      ANNOUNCERS.merge(word, kind, (a, b) -> a | b);
    }
  }

  static {
    announce(
        PASSWORDS,
        "pass password passwort passcode passphrase passwd pwd pw kennwort contraseña contrasena mot"
            + " senha wachtwoord pin pincode cvv cvc otp one verification");
    announce(
        SECRETS,
        "authorization bearer basic api apikey apitoken access accesskey accesstoken refresh"
            + " refreshtoken auth authtoken client clientsecret secret secretkey signing token");
    announce(
        NUMBERS_OF_GOODS,
        "ean gtin upc isbn imei iccid serial tracking parcel barcode timestamp epoch");
    announce(
        IDS,
        "order orders ticket tickets invoice invoices transaction transactions txn trx case cases"
            + " ref reference payment payments payout payouts refund refunds transfer transfers"
            + " booking bookings shipment shipments sku trace request requests session sessions"
            + " correlation batch po purchase error errors issue issues bug bugs commit commits"
            + " quote quotes claim claims event events job jobs chargeback chargebacks dispute"
            + " disputes settlement settlements charge charges subscription subscriptions incident"
            + " incidents deposit deposits withdrawal withdrawals bestellung rechnung"
            + " rechnungsnummer bestellnummer auftragsnummer pedido factura commande facture mandate"
            + " mandates hash id");
    announce(
        ACCOUNTS,
        "account acct acc a konto kontonummer cuenta compte conta conto rekening rekeningnummer clabe kontonr bank bankaccount"
            + " sort sortcode routing aba rtn bsb blz bankleitzahl transit");
    announce(
        IDENTITIES,
        "ssn social sin passport reisepass pasaporte passeport national id identity personalausweis"
            + " driver drivers steuer steuerid steueridentifikationsnummer tax tin nino ni aadhaar"
            + " pan dni nie nif nir cpf bsn burgerservicenummer pesel personnummer personal tfn"
            + " rijksregisternummer registre sécurité securite sécu secu curp nric fin ahv avs egn"
            + " cnp tckn henkilötunnus henkilotunnus");
    announce(
        VERSIONS,
        "v ver version versions build release firmware sdk android ios macos windows chrome firefox"
            + " safari edge java app api driver agent client upgrade updated");
  }

  /** Lengths of IBANs by country: SWIFT IBAN Registry, release 99. */
  private static final int[] IBAN_LENGTHS = new int[26 * 26];

  static {
    String lengths =
        "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27"
            + " DK18 DO28 EE20 EG29 ES24 FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28"
            + " HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21"
            + " LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29"
            + " PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23"
            + " TN24 TR26 UA29 VA22 VG24 XK20 YE30";
    for (String entry : lengths.split(" ", -1)) {
      IBAN_LENGTHS[(entry.charAt(0) - 'A') * 26 + entry.charAt(1) - 'A'] =
          Integer.parseInt(entry.substring(2));
    }
  }

  /** No key is shorter than this without a break; longer words are rare in prose. */
  private static final int SECRET_RUN = 14;

  private static final int WALLET_RUN = 26;

  /** Written together with what they number: orderid, ticketno. */
  private static final List<String> ID_TAILS =
      List.of("id", "ids", "no", "nr", "num", "number", "numbers", "nummer", "ref", "key", "code");

  /** Stands for the end of a text. */
  private static final char END = '\0';

  /** What a text must go on with for a pattern to match: most numbers of a text begin none. */
  interface Head {
    /**
     * Whether a match may begin with a number.
     *
     * @param digits its length
     * @param next the character after it, or {@link #END}
     * @param second the one after that
     */
    boolean mayBegin(int digits, char next, char second);
  }

  /** A pattern that is tried where a number begins. */
  record Numbered(Pattern pattern, Head head) {}

  private static Numbered numbered(Head head, String regex) {
    return numbered(head, regex, 0);
  }

  private static Numbered numbered(Head head, String regex, int flags) {
    return new Numbered(Pattern.compile(regex, flags), head);
  }

  private final String text;
  private final List<String> regions;
  private final BitSet taken = new BitSet();
  private int[] words = new int[64];
  private int[] kinds = new int[64];
  private int wordCount;
  private int[] numbers = new int[32];
  private int[] numberEnds = new int[32];
  private int numberCount;
  private final List<Span> found = new ArrayList<>();

  private PersonalData(String text, List<String> regions) {
    this.text = text;
    this.regions = regions;
  }

  /**
   * A stretch of the text.
   *
   * @param type what it is
   * @param value its normal form, the same for every way of writing it
   */
  record Span(int start, int end, Redactor.Type type, String value) {}

  /** What a text holds at all, found in one pass, decides which detectors run. */
  private record Signs(
      int digits, int dots, int colons, boolean at, boolean word, boolean bracket, int run) {}

  /** Personal data of the text, in no particular order, without overlaps. */
  static List<Span> find(String text, List<String> regions) {
    return findIn(Folding.folded(text), regions);
  }

  private static List<Span> findIn(String text, List<String> regions) {
    Signs signs = signs(text);
    if (signs.digits() < 2 && !signs.at() && !signs.word() && signs.run() < SECRET_RUN) {
      return List.of();
    }
    return new PersonalData(text, regions).find(signs);
  }

  private static Signs signs(String text) {
    int digits = 0;
    int dots = 0;
    int colons = 0;
    boolean at = false;
    boolean word = false;
    boolean bracket = false;
    int run = 0;
    int longest = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '0', '1', '2', '3', '4', '5', '6', '7', '8', '9' -> digits++;
        case '.' -> dots++;
        case ':' -> colons++;
        case '@' -> at = true;
        case '(', '[' -> {
          at |= text.regionMatches(true, i + 1, "at", 0, 2);
          bracket = true;
        }
        default -> word |= announces(text, i, c);
      }
      run = isAsciiLetterOrDigit(c) || c == '_' || c == '-' ? run + 1 : 0;
      longest = Math.max(longest, run);
    }
    return new Signs(digits, dots, colons, at, word, bracket, longest);
  }

  /** True where a word begins that may announce a password or a secret. */
  private static boolean announces(String text, int i, char c) {
    return switch (c | 0x20) {
      case 'p' ->
          text.regionMatches(true, i, "pass", 0, 4)
              || text.regionMatches(true, i, "pw", 0, 2)
              || text.regionMatches(true, i, "pin", 0, 3);
      case 'k' ->
          text.regionMatches(true, i, "kennwort", 0, 8) || text.regionMatches(true, i, "key", 0, 3);
      case 'c' ->
          text.regionMatches(true, i, "contras", 0, 7) || text.regionMatches(true, i, "cv", 0, 2);
      case 's' ->
          text.regionMatches(true, i, "senha", 0, 5) || text.regionMatches(true, i, "secret", 0, 6);
      case 't' -> text.regionMatches(true, i, "token", 0, 5);
      case 'b' ->
          text.regionMatches(true, i, "bearer", 0, 6)
              || text.regionMatches(true, i, "basic ", 0, 6);
      case 'w' -> text.regionMatches(true, i, "wachtwoord", 0, 10);
      case 'o' ->
          text.regionMatches(true, i, "otp", 0, 3)
              || text.regionMatches(true, i, "one-time", 0, 8)
              || text.regionMatches(true, i, "one time", 0, 8);
      case 'v' -> text.regionMatches(true, i, "verification", 0, 12);
      default -> false;
    };
  }

  private List<Span> find(Signs signs) {
    boolean digits = signs.digits() >= 4;
    collectStarts();
    if (signs.bracket()) {
      keepTokens();
    }
    if (signs.run() >= SECRET_RUN || text.contains("-----BEGIN")) {
      secrets();
    }
    if (signs.word()) {
      announcedSecrets();
    }
    if (signs.at()) {
      if (text.contains("://")) {
        linkPasswords();
      }
      emails();
    }
    if (signs.run() >= WALLET_RUN) {
      wallets();
    }
    if (digits) {
      uuids();
    }
    if (signs.digits() >= 2) {
      atWords(PAIRS, IBAN_START, this::iban);
    }
    if (digits) {
      if (signs.digits() >= 12) {
        atWords(NUMBERS_OF_GOODS, GOODS, m -> keep(m.start(1), m.end(1)));
        cards();
      }
      announced();
      atWords(IDS, LABELLED_ID, this::labelledId);
      identities();
      atWords(PREFIXES, PREFIXED_ID, this::keep);
      references();
      atNumbers(DATE, this::keep);
      amounts();
    }
    if (signs.dots() >= 3 && signs.digits() >= 4) {
      atWords(VERSIONS, VERSION, this::version);
    }
    if (signs.colons() >= 2 && signs.digits() >= 2) {
      Matcher matcher = IPV6.matcher(text);
      while (matcher.find()) {
        String value = matcher.group();
        address(
            matcher,
            value.length() >= 5
                && digitsOf(value).length() > 0
                && InetAddressValidator.getInstance().isValidInet6Address(value));
      }
    }
    if (signs.dots() >= 3 && signs.digits() >= 4) {
      atNumbers(
          IPV4, m -> address(m, InetAddressValidator.getInstance().isValidInet4Address(m.group())));
    }
    if (digits) {
      if (signs.dots() >= 3) {
        atNumbers(UNNAMED_VERSION, this::keep);
      }
      phones();
    }
    return found;
  }

  /**
   * Where words and numbers begin: only there may a pattern match, which saves most of the work.
   */
  private void collectStarts() {
    int i = 0;
    while (i < text.length()) {
      char c = text.charAt(i);
      int start = i;
      if (isDigit(c)) {
        while (i < text.length() && isDigit(text.charAt(i))) {
          i++;
        }
        addNumber(start, i);
      } else if (Character.isLetter(c)) {
        while (i < text.length() && Character.isLetter(text.charAt(i))) {
          i++;
        }
        addWord(start, i);
      } else {
        i++;
      }
    }
  }

  private void addNumber(int start, int end) {
    if (numberCount == numbers.length) {
      numbers = Arrays.copyOf(numbers, numberCount * 2);
      numberEnds = Arrays.copyOf(numberEnds, numberCount * 2);
    }
    numbers[numberCount] = start;
    numberEnds[numberCount++] = end;
  }

  private void addWord(int start, int end) {
    int kind = kindOf(start, end);
    if (kind != 0) {
      if (wordCount == words.length) {
        words = Arrays.copyOf(words, wordCount * 2);
        kinds = Arrays.copyOf(kinds, wordCount * 2);
      }
      words[wordCount] = start;
      kinds[wordCount++] = kind;
    }
  }

  private int kindOf(int start, int end) {
    int kind = 0;
    int length = end - start;
    if (length <= 32) {
      String word = text.substring(start, end).toLowerCase(Locale.ROOT);
      kind = Objects.requireNonNullElse(ANNOUNCERS.get(word), 0);
      for (String tail : ID_TAILS) {
        if (word.endsWith(tail)) {
          String head = word.substring(0, length - tail.length());
          kind |= Objects.requireNonNullElse(ANNOUNCERS.get(head), 0);
        }
      }
    }
    char next = end < text.length() ? text.charAt(end) : ' ';
    boolean number =
        isDigit(next)
            || (isSeparator(next) && end + 1 < text.length() && isDigit(text.charAt(end + 1)));
    if (isDigit(next) || "-_#/".indexOf(next) >= 0) {
      kind |= PREFIXES;
    }
    if (isDigit(next) && (length == 1 || length == 4 || length == 6)) {
      kind |= CODES;
    }
    if (number && length == 2) {
      kind |= PAIRS;
    }
    if (number && length == 1) {
      kind |= FOREIGNERS;
    }
    return kind;
  }

  private void atWords(int kind, Pattern pattern, Consumer<Matcher> then) {
    Matcher matcher = null;
    int from = 0;
    for (int i = 0; i < wordCount; i++) {
      if ((kinds[i] & kind) != 0 && words[i] >= from) {
        matcher = matcher == null ? anywhere(pattern) : matcher;
        if (matcher.region(words[i], text.length()).lookingAt()) {
          from = matcher.end();
          then.accept(matcher);
        }
      }
    }
  }

  private void atNumbers(Numbered numbered, Consumer<Matcher> then) {
    Matcher matcher = null;
    int from = 0;
    for (int i = 0; i < numberCount; i++) {
      int end = numberEnds[i];
      if (numbers[i] >= from
          && numbered.head().mayBegin(end - numbers[i], charAt(end), charAt(end + 1))) {
        matcher = matcher == null ? anywhere(numbered.pattern()) : matcher;
        if (matcher.region(numbers[i], text.length()).lookingAt()) {
          from = matcher.end();
          then.accept(matcher);
        }
      }
    }
  }

  private char charAt(int i) {
    return i < text.length() ? text.charAt(i) : END;
  }

  /** A matcher whose look-behind sees what stands before its region. */
  private Matcher anywhere(Pattern pattern) {
    return pattern.matcher(text).useTransparentBounds(true).useAnchoringBounds(false);
  }

  private void keepTokens() {
    Matcher matcher = TOKEN.matcher(text);
    while (matcher.find()) {
      keep(matcher);
    }
  }

  private void uuids() {
    Matcher matcher = anywhere(UUID);
    for (int k = 0; k < numberCount + wordCount; k++) {
      int start = k < numberCount ? numbers[k] : words[k - numberCount];
      uuid(matcher, start);
    }
    // Hex letters that announce nothing are not among the words; the hyphen finds their start.
    int hyphen = text.indexOf('-');
    while (hyphen >= 0) {
      if (hyphen >= 8 && Character.isLetter(text.charAt(hyphen - 8))) {
        uuid(matcher, hyphen - 8);
      }
      hyphen = text.indexOf('-', hyphen + 1);
    }
  }

  private void uuid(Matcher matcher, int start) {
    boolean shaped =
        start + 36 <= text.length()
            && text.charAt(start + 8) == '-'
            && text.charAt(start + 13) == '-';
    if (shaped && matcher.region(start, text.length()).lookingAt()) {
      keep(matcher);
    }
  }

  private void amounts() {
    Matcher matcher = anywhere(AMOUNT_AFTER_CURRENCY);
    for (int i = 0; i < numberCount; i++) {
      if (followsCurrency(numbers[i]) && matcher.region(numbers[i], text.length()).lookingAt()) {
        keep(matcher);
      } else if (numbers[i] > 0 && text.charAt(numbers[i] - 1) == '#') {
        keep(numbers[i], numbers[i] + 1);
      }
    }
    atNumbers(AMOUNT, this::keep);
  }

  private boolean followsCurrency(int number) {
    int end = number;
    if (end > 0 && "+-".indexOf(text.charAt(end - 1)) >= 0) {
      end--;
    }
    if (end > 0 && (text.charAt(end - 1) == ' ' || text.charAt(end - 1) == '\u00a0')) {
      end--;
    }
    if (end > 0 && "$€£¥₹".indexOf(text.charAt(end - 1)) >= 0) {
      return true;
    }
    int start = end - 3;
    boolean alone = start == 0 || (start > 0 && !Character.isLetter(text.charAt(start - 1)));
    return alone && CURRENCIES.contains(text.substring(start, end).toLowerCase(Locale.ROOT));
  }

  private void keep(Matcher matcher) {
    keep(matcher.start(), matcher.end());
  }

  private void keep(int start, int end) {
    if (isFree(start, end)) {
      taken.set(start, end);
    }
  }

  private boolean isFree(int start, int end) {
    int next = taken.nextSetBit(start);
    return next < 0 || next >= end;
  }

  private void take(int start, int end, Redactor.Type type, String value) {
    if (isFree(start, end)) {
      taken.set(start, end);
      found.add(new Span(start, end, type, value));
    }
  }

  private void secrets() {
    Matcher matcher = anywhere(SECRET);
    int i = 0;
    while (i < text.length()) {
      if (mayBeginSecret(text, i) && matcher.region(i, text.length()).lookingAt()) {
        take(matcher.start(), matcher.end(), Redactor.Type.SECRET, matcher.group());
        i = matcher.end();
      } else {
        i++;
      }
    }
  }

  /** Whether a secret may begin at a character. */
  private static boolean mayBeginSecret(String text, int i) {
    char c = text.charAt(i);
    return c == '-'
        ? text.startsWith("-----BEGIN", i)
        : SECRET_FIRST.indexOf(c) >= 0 && (i == 0 || !isAsciiLetterOrDigit(text.charAt(i - 1)));
  }

  private void announcedSecrets() {
    atWords(SECRETS, ANNOUNCED_SECRET, this::announcedSecret);
    atWords(PASSWORDS, PASSWORD, this::password);
    atWords(PASSWORDS, BARE_PASSWORD, this::barePassword);
    atWords(
        PASSWORDS,
        NUMERIC_PASSWORD,
        m -> take(m.start(1), m.end(1), Redactor.Type.PASSWORD, m.group(1)));
  }

  private void announcedSecret(Matcher matcher) {
    int end = withoutPunctuation(matcher.start(1), matcher.end(1));
    String value = text.substring(matcher.start(1), end);
    if (value.length() >= 12
        && (digitsOf(value).length() >= 2 || (value.length() >= 20 && isMixed(value)))) {
      take(matcher.start(1), end, Redactor.Type.SECRET, value);
    }
  }

  private void barePassword(Matcher matcher) {
    int end = withoutPunctuation(matcher.start(1), matcher.end(1));
    if (end - matcher.start(1) >= 6) {
      take(matcher.start(1), end, Redactor.Type.PASSWORD, text.substring(matcher.start(1), end));
    }
  }

  private void linkPasswords() {
    Matcher matcher = LINK_PASSWORD.matcher(text);
    while (matcher.find()) {
      take(matcher.start(1), matcher.end(1), Redactor.Type.PASSWORD, matcher.group(1));
    }
  }

  private void password(Matcher matcher) {
    int quoted = matcher.group(2) != null ? 2 : 3;
    if (matcher.group(quoted) != null) {
      take(
          matcher.start(quoted),
          matcher.end(quoted),
          Redactor.Type.PASSWORD,
          matcher.group(quoted));
      return;
    }
    int start = matcher.start(4);
    int end = withoutPunctuation(start, matcher.end(4));
    String value = text.substring(start, end);
    String lower = value.toLowerCase(Locale.ROOT);
    boolean plain = lower.chars().allMatch(c -> Character.isLetter(c) || c == '\'' || c == '’');
    boolean state =
        value.isEmpty()
            || STATES.contains(lower)
            || value.startsWith("[")
            || (plain
                && (lower.endsWith("ed")
                    || lower.endsWith("ing")
                    || lower.contains("'")
                    || lower.contains("’")));
    if (!state) {
      take(start, end, Redactor.Type.PASSWORD, value);
    }
  }

  private int withoutPunctuation(int start, int end) {
    int last = end;
    while (last > start && ".,;:!?)".indexOf(text.charAt(last - 1)) >= 0) {
      last--;
    }
    // A single mark may belong to a password; a sentence's end does not.
    return last;
  }

  private void emails() {
    Matcher matcher = EMAIL.matcher(text);
    while (matcher.find()) {
      String local = matcher.group(1);
      String domain = matcher.group(2).replaceAll(SPELT_DOT, ".");
      String ending = domain.substring(domain.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
      int start = matcher.start();
      while (!local.isEmpty() && ".'&=-%".indexOf(local.charAt(0)) >= 0) {
        local = local.substring(1);
        start++;
      }
      if (local.indexOf('=') >= 0) { // a link's parameter: email=a@b.example
        start += local.lastIndexOf('=') + 1;
        local = local.substring(local.lastIndexOf('=') + 1);
      }
      Matcher before = SPELT_LOCAL.matcher(text).region(Math.max(0, start - 80), start);
      if (start > 0 && before.find()) {
        local = before.group().replaceAll(SPELT_DOT, ".") + local;
        start = before.start();
      }
      if (!local.isEmpty() && !FILE_ENDINGS.contains(ending) && !local.equals("git")) {
        String value = (local + "@" + domain).toLowerCase(Locale.ROOT);
        take(start, matcher.end(), Redactor.Type.EMAIL, value);
      }
    }
  }

  private void iban(Matcher matcher) {
    String country = matcher.group(1).toUpperCase(Locale.ROOT);
    int length = IBAN_LENGTHS[(country.charAt(0) - 'A') * 26 + country.charAt(1) - 'A'];
    if (length > 0) {
      iban(matcher.start(), matcher.end(), country + matcher.group(2), length);
    }
  }

  private void iban(int start, int from, String head, int length) {
    StringBuilder value = new StringBuilder(head);
    boolean regular = true;
    boolean wide = false;
    int i = from;
    int group = from - start; // the head may be written in two parts
    while (i < text.length() && value.length() < length) {
      char c = text.charAt(i);
      if (isAsciiLetterOrDigit(c)) {
        value.append(Character.toUpperCase(c));
        group++;
        i++;
      } else {
        int next = afterGap(i);
        if (next < 0) {
          return;
        }
        regular &= group == 4 || i == from;
        wide |= next - i > 1;
        group = 0;
        i = next;
      }
    }
    boolean ends = i >= text.length() || !isAsciiLetterOrDigit(text.charAt(i));
    // Of words in a row one in 97 passes the check: they are neither capitals nor groups of four.
    boolean written = regular || (!wide && Character.isUpperCase(text.charAt(start)));
    if (value.length() == length && ends && written && mod97(value) == 1) {
      take(start, i, Redactor.Type.IBAN, value.toString());
    }
  }

  /**
   * Where a number goes on after a gap of up to three spaces, hyphens and line ends or one dot; -1
   * when it ends here.
   */
  private int afterGap(int from) {
    int i = from;
    while (i < text.length() && i - from < 3 && " -\t\r\n".indexOf(text.charAt(i)) >= 0) {
      i++;
    }
    if (i == from && i < text.length() && text.charAt(i) == '.') {
      i++;
    }
    boolean goesOn = i > from && i < text.length() && isAsciiLetterOrDigit(text.charAt(i));
    return goesOn ? i : -1;
  }

  /** ISO 13616: the first four characters go to the end, letters count from 10. */
  private static int mod97(CharSequence iban) {
    int rest = 0;
    for (int i = 0; i < iban.length(); i++) {
      int value = Character.digit(iban.charAt((i + 4) % iban.length()), 36);
      rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
    }
    return rest;
  }

  private void wallets() {
    Matcher matcher = WALLET.matcher(text);
    while (matcher.find()) {
      String value = matcher.group();
      boolean base58 = "13TDLMr".indexOf(value.charAt(0)) >= 0;
      // A long run of digits is base58 too; a real address mixes the cases.
      if (!base58 || isMixed(value)) {
        boolean caseless = value.startsWith("0x") || value.startsWith("BC1");
        take(
            matcher.start(),
            matcher.end(),
            Redactor.Type.WALLET,
            caseless ? value.toLowerCase(Locale.ROOT) : value);
      }
    }
  }

  /** Capitals and small letters with digits or in an order that no word has. */
  private static boolean isMixed(String value) {
    int changes = 0;
    boolean upper = false;
    boolean lower = false;
    boolean digit = false;
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      upper |= Character.isUpperCase(c);
      lower |= Character.isLowerCase(c);
      digit |= isDigit(c);
      boolean before = i > 0 && Character.isUpperCase(value.charAt(i - 1));
      changes += i > 0 && before != Character.isUpperCase(c) ? 1 : 0;
    }
    return upper && lower && (digit || changes >= 8);
  }

  /** Runs of digit groups with gaps between; a card is some groups of a run in a row. */
  private void cards() {
    int i = 0;
    while (i < text.length()) {
      if (isDigit(text.charAt(i))) {
        List<int[]> groups = groupsFrom(i);
        cardsIn(groups);
        i = groups.getLast()[1];
      }
      i++;
    }
  }

  private List<int[]> groupsFrom(int start) {
    List<int[]> groups = new ArrayList<>();
    int i = start;
    while (i < text.length() && isDigit(text.charAt(i))) {
      int end = i;
      while (end < text.length() && isDigit(text.charAt(end))) {
        end++;
      }
      groups.add(new int[] {i, end});
      int next = afterGap(end);
      i = next < 0 ? text.length() : next;
    }
    return groups;
  }

  private void cardsIn(List<int[]> groups) {
    int first = 0;
    while (first < groups.size()) {
      int last = lastGroupOfCard(groups, first);
      if (last >= 0) {
        int start = groups.get(first)[0];
        int end = groups.get(last)[1];
        take(start, end, Redactor.Type.CARD, digitsOf(text.substring(start, end)));
        first = last;
      }
      first++;
    }
  }

  private int lastGroupOfCard(List<int[]> groups, int first) {
    int start = groups.get(first)[0];
    boolean inside = first > 0 && "-.".indexOf(text.charAt(start - 1)) >= 0;
    if (inside || (start > 0 && !mayPrecedeCard(start))) {
      return -1;
    }
    int size = groups.get(first)[1] - start;
    boolean even = true;
    boolean wide = true;
    boolean threes = size == 4;
    boolean narrow = true;
    int best = -1;
    StringBuilder digits = new StringBuilder(20);
    for (int last = first; last < groups.size(); last++) {
      int[] group = groups.get(last);
      digits.append(text, group[0], group[1]);
      int length = group[1] - group[0];
      narrow &= last == first || group[0] - groups.get(last - 1)[1] == 1;
      if (last > first && size < 6 && length > 6 && text.charAt(group[0] - 1) == '.') {
        return best; // a number with decimals
      }
      // A last group may be short after equal ones; gaps of several characters are trusted between
      // long groups only.
      boolean regular =
          (wide && (length >= 4 || (even && length >= 2)))
              || (threes && length == 3)
              || (even && narrow && length == size)
              || last == first;
      if (digits.length() > 19) {
        return best;
      }
      if (regular && isCard(digits) && mayFollowNumber(group[1])) {
        best = last; // a longer card may begin with the digits of a shorter one
      }
      even &= length == size;
      wide &= length >= 4;
      threes &= last == first || length == 3;
    }
    return best;
  }

  private boolean mayPrecedeCard(int start) {
    char before = text.charAt(start - 1);
    boolean negative = before == '-' && start > 1 && text.charAt(start - 2) == '_';
    if (before == '_' || before == '.' || negative) {
      return false;
    }
    if (!isAsciiLetterOrDigit(before)) {
      return true;
    }
    String head = text.substring(Math.max(0, start - 10), start).toLowerCase(Locale.ROOT);
    return head.endsWith("card")
        || head.endsWith("visa")
        || head.endsWith("amex")
        || head.endsWith("number")
        || head.endsWith("pan");
  }

  private boolean mayFollowNumber(int end) {
    return end >= text.length()
        || (!Character.isLetterOrDigit(text.charAt(end)) && text.charAt(end) != '_');
  }

  /** Luhn (ISO/IEC 7812-1) and the issuers' published ranges and lengths. */
  static boolean isCard(CharSequence digits) {
    int length = digits.length();
    if (length < 12 || length > 19 || !isIssued(digits, length)) {
      return false;
    }
    int sum = 0;
    for (int i = 0; i < length; i++) {
      int digit = digits.charAt(length - 1 - i) - '0';
      int doubled = digit * 2;
      sum += i % 2 == 0 ? digit : doubled > 9 ? doubled - 9 : doubled;
    }
    return sum % 10 == 0;
  }

  private static boolean isIssued(CharSequence digits, int length) {
    int six = Integer.parseInt(digits, 0, 6, 10);
    int four = six / 100;
    int three = six / 1000;
    int two = six / 10_000;
    boolean visa = two / 10 == 4 && (length == 13 || length == 16 || length == 19);
    boolean mastercard =
        length == 16 && ((two >= 51 && two <= 55) || (four >= 2221 && four <= 2720));
    boolean amex = length == 15 && (two == 34 || two == 37);
    boolean diners =
        length == 14
            && ((three >= 300 && three <= 305)
                || three == 309
                || two == 36
                || two == 38
                || two == 39);
    boolean discover =
        length >= 16 && (four == 6011 || two == 65 || (three >= 644 && three <= 649));
    boolean jcb = length >= 16 && four >= 3528 && four <= 3589;
    boolean unionPay = length >= 16 && two == 62;
    boolean maestro =
        (length > 12 && (two == 50 || (two >= 56 && two <= 58)))
            || four == 5018
            || four == 5020
            || four == 5038
            || four == 6304
            || four == 6759
            || (four >= 6761 && four <= 6763)
            || four == 6767;
    boolean mir = length >= 16 && four >= 2200 && four <= 2204;
    boolean other =
        length == 16 && (two == 60 || two == 81 || two == 82 || four == 6363 || four == 9792);
    return visa
        || mastercard
        || amex
        || diners
        || discover
        || jcb
        || unionPay
        || maestro
        || mir
        || other;
  }

  private void announced() {
    atNumbers(
        SORT_AND_ACCOUNT,
        m -> {
          take(m.start(1), m.end(1), Redactor.Type.ACCOUNT, digitsOf(m.group(1)));
          take(m.start(2), m.end(2), Redactor.Type.ACCOUNT, m.group(2));
        });
    atWords(ACCOUNTS, ACCOUNT, this::account);
    atWords(IDENTITIES, ANNOUNCED_IDENTITY, this::announcedIdentity);
  }

  /** An id of few digits before another group may be the beginning of a phone number. */
  private void labelledId(Matcher matcher) {
    int end = matcher.end(1);
    boolean goesOn =
        end + 3 < text.length()
            && text.charAt(end) == ' '
            && isDigit(text.charAt(end + 1))
            && isDigit(text.charAt(end + 2))
            && isDigit(text.charAt(end + 3));
    if (!goesOn || digitsOf(matcher.group(1)).length() >= 8) {
      keep(matcher.start(1), end);
    }
  }

  /** Four groups of four that are no card are a reference, and no part of them is a phone. */
  private void references() {
    atNumbers(REFERENCE, this::keep);
  }

  private void account(Matcher matcher) {
    for (String group : List.of("value", "sort", "routing")) {
      if (matcher.group(group) != null) {
        int start = matcher.start(group);
        int end = group.equals("value") ? numberEnd(start, matcher.end(group)) : matcher.end(group);
        take(start, end, Redactor.Type.ACCOUNT, digitsOf(text.substring(start, end)));
      }
    }
  }

  /** The same gap all along; after seven digits or more without one, a space begins another. */
  private int numberEnd(int start, int limit) {
    char gap = 0;
    int digits = 0;
    for (int i = start; i < limit; i++) {
      char c = text.charAt(i);
      if (isAsciiLetterOrDigit(c)) {
        digits++;
      } else if ((gap == 0 && c == ' ' && digits >= 7)
          || (gap != 0 && gap != c && (gap == ' ' || c == ' '))) {
        return i;
      } else {
        gap = c;
      }
    }
    return limit;
  }

  private void announcedIdentity(Matcher matcher) {
    int end = identityEnd(matcher.start(1));
    String value = lettersAndDigits(text.substring(matcher.start(1), end));
    if (digitsOf(value).length() >= 4 && value.length() >= 6) {
      take(matcher.start(1), end, Redactor.Type.NATIONAL_ID, value);
    }
  }

  /** Groups with digits, letters alone at the head and one letter at the end. */
  private int identityEnd(int start) {
    int end = start;
    int i = start;
    int digits = 0;
    int total = 0;
    while (i < text.length() && total < 20) {
      int groupStart = i;
      int digitsInGroup = 0;
      while (i < text.length() && isAsciiLetterOrDigit(text.charAt(i))) {
        digitsInGroup += isDigit(text.charAt(i)) ? 1 : 0;
        i++;
      }
      boolean head = total == 0 && i - groupStart <= 4;
      boolean tail = i - groupStart == 1 && (digits == 6 || digits == 7 || digits == 8);
      if (i == groupStart || (digitsInGroup == 0 && !head && !tail)) {
        break;
      }
      digits += digitsInGroup;
      total += i - groupStart;
      end = i;
      boolean gap =
          i + 1 < text.length()
              && " .-/".indexOf(text.charAt(i)) >= 0
              && isAsciiLetterOrDigit(text.charAt(i + 1));
      if (!gap) {
        break;
      }
      i++;
    }
    return numberEnd(start, end);
  }

  private void identities() {
    atNumbers(SSN, this::identity);
    atWords(PAIRS, NINO, this::identity);
    atNumbers(STEUER_ID, m -> identityIf(isSteuerId(digitsOf(m.group())), m));
    atNumbers(DNI_OF_DIGITS, m -> identityIf(isDni(lettersAndDigits(m.group())), m));
    atNumbers(DOTTED_IDENTITY, m -> identityIf(NationalIds.isDotted(digitsOf(m.group())), m));
    atNumbers(NIR, m -> identityIf(NationalIds.isNir(digitsOf(m.group())), m));
    atWords(CODES, CODE, m -> identityIf(NationalIds.isCode(lettersAndDigits(m.group())), m));
    atWords(FOREIGNERS, DNI, m -> identityIf(isDni(lettersAndDigits(m.group())), m));
  }

  private void identityIf(boolean checked, Matcher matcher) {
    if (checked) {
      identity(matcher);
    }
  }

  private void identity(Matcher matcher) {
    take(
        matcher.start(),
        matcher.end(),
        Redactor.Type.NATIONAL_ID,
        lettersAndDigits(matcher.group()));
  }

  /** ISO 7064 mod 11,10; of the first ten digits exactly one occurs twice or three times. */
  static boolean isSteuerId(String digits) {
    int[] counts = new int[10];
    int product = 10;
    for (int i = 0; i < 10; i++) {
      int digit = digits.charAt(i) - '0';
      counts[digit]++;
      int sum = (digit + product) % 10;
      product = (sum == 0 ? 10 : sum) * 2 % 11;
    }
    int repeated = 0;
    for (int count : counts) {
      if (count > 3) {
        return false;
      }
      repeated += count > 1 ? 1 : 0;
    }
    return repeated == 1 && (11 - product) % 10 == digits.charAt(10) - '0';
  }

  /** Letter = number mod 23; X, Y and Z of a foreigner's number stand for 0, 1 and 2. */
  static boolean isDni(String value) {
    String number = value.substring(0, value.length() - 1);
    char head = number.charAt(0);
    String digits = isDigit(head) ? number : (head - 'X') + number.substring(1);
    return DNI_LETTERS.charAt(Integer.parseInt(digits) % 23) == value.charAt(value.length() - 1);
  }

  /** Programs and machines are both named before dotted numbers: an address stays one. */
  private void version(Matcher matcher) {
    String number = matcher.group(2);
    boolean mayBeMachine =
        MACHINES.contains(matcher.group(1).toLowerCase(Locale.ROOT))
            && text.charAt(matcher.start(2) - 1) != 'v'
            && InetAddressValidator.getInstance().isValidInet4Address(number);
    if (!mayBeMachine) {
      keep(matcher);
    }
  }

  private void address(Matcher matcher, boolean valid) {
    if (valid) {
      take(
          matcher.start(),
          matcher.end(),
          Redactor.Type.IP,
          matcher.group().toLowerCase(Locale.ROOT));
    }
  }

  private void phones() {
    int i = 0;
    while (i < text.length()) {
      char c = text.charAt(i);
      boolean begins = c == '+' || c == '(' || isDigit(c);
      if (begins && (i == 0 || mayPrecedePhone(text.charAt(i - 1)))) {
        i = phoneFrom(i);
      } else if (isDigit(c)) {
        while (i < text.length() && isAsciiLetterOrDigit(text.charAt(i))) {
          i++;
        }
      } else {
        i++;
      }
    }
  }

  private static boolean mayPrecedePhone(char before) {
    return !Character.isLetterOrDigit(before) && "_#-/.@$€£+%&=".indexOf(before) < 0;
  }

  /** Takes the phone number that begins here, if any, and says where to go on. */
  private int phoneFrom(int start) {
    List<Integer> ends = new ArrayList<>();
    int digits = 0;
    int separators = 0;
    int i = start;
    while (i < text.length() && digits <= 17 && separators <= 2) {
      char c = text.charAt(i);
      if (isDigit(c)) {
        digits++;
        separators = 0;
        boolean groupEnds = i + 1 >= text.length() || !isDigit(text.charAt(i + 1));
        if (groupEnds && digits >= 7 && digits <= 17 && mayFollowNumber(i + 1)) {
          ends.add(i + 1);
        }
      } else if (isSeparator(c) || c == '.' || c == '/' || c == '(' || c == ')') {
        separators++;
      } else if (c != '+' || i > start) {
        break;
      }
      i++;
    }
    for (int k = ends.size() - 1; k >= 0; k--) {
      int end = ends.get(k);
      String number = isFree(start, end) ? phone(start, end) : null;
      if (number != null) {
        take(start, end, Redactor.Type.PHONE, number);
        return end;
      }
    }
    int next = start + 1;
    while (next < text.length() && isDigit(text.charAt(start)) && isDigit(text.charAt(next))) {
      next++;
    }
    return next;
  }

  /** The number in E.164 form, or null when this is no phone number. */
  private @Nullable String phone(int start, int end) {
    String written = text.substring(start, end);
    String digits = digitsOf(written);
    boolean international = written.startsWith("+") || written.startsWith("00");
    if (international) {
      String plus = "+" + (written.startsWith("00") ? digits.substring(2) : digits);
      // Numbers reserved for fiction are possible without being valid; so are new ranges.
      return number(plus, "ZZ", written.startsWith("00"));
    }
    boolean announced = followsPhoneWord(start);
    boolean bracketed = written.startsWith("(" + digits); // a number in brackets, not its area code
    boolean grouped = !bracketed && digits.length() < written.length();
    boolean trunk = written.startsWith("0") || (written.startsWith("(") && !bracketed);
    if (!announced && !grouped && !(trunk && digits.length() >= 10)) {
      return null;
    }
    if (!announced && !trunk && needsTrunk(regions.getFirst())) {
      return null; // Germans write 030 901820 or +49 30 901820, never 30 901820
    }
    String home = number(written, regions.getFirst(), !announced);
    if (home != null && home.startsWith("+1") && !announced) {
      // Any ten digits may be a number of North America; columns of a log are grouped otherwise.
      return NORTH_AMERICAN.matcher(written).matches() ? home : null;
    }
    if (home != null || !(announced || (trunk && grouped))) {
      return home;
    }
    for (String region : regions) {
      String number = number(written, region, true);
      if (number != null) {
        return number;
      }
    }
    return null;
  }

  /** True when a word before the number, with no other number between them, speaks of phones. */
  private boolean followsPhoneWord(int start) {
    int from = start;
    while (from > 0
        && start - from < 40
        && !isDigit(text.charAt(from - 1))
        && text.charAt(from - 1) != '\n') {
      from--;
    }
    String before = text.substring(from, start).toLowerCase(Locale.ROOT);
    if (before.contains("my number") || before.contains("text me")) {
      return true;
    }
    int wordStart = 0;
    for (int i = 0; i <= before.length(); i++) {
      if (i == before.length() || !Character.isLetter(before.charAt(i))) {
        if (i > wordStart && PHONE_WORDS.contains(before.substring(wordStart, i))) {
          return true;
        }
        wordStart = i + 1;
      }
    }
    return false;
  }

  private static boolean needsTrunk(String region) {
    return "0".equals(PhoneNumberUtil.getInstance().getNddPrefixForRegion(region, true));
  }

  private static @Nullable String number(String written, String region, boolean mustBeValid) {
    PhoneNumberUtil phones = PhoneNumberUtil.getInstance();
    try {
      PhoneNumber number = phones.parse(written, region);
      boolean accepted =
          mustBeValid
              ? phones.isValidNumber(number)
              : phones.isPossibleNumberWithReason(number) == ValidationResult.IS_POSSIBLE;
      return accepted ? phones.format(number, PhoneNumberFormat.E164) : null;
    } catch (NumberParseException _) {
      return null; // not a phone number is an answer here, not a failure
    }
  }

  private static String digitsOf(String value) {
    StringBuilder digits = new StringBuilder(value.length());
    for (int i = 0; i < value.length(); i++) {
      if (isDigit(value.charAt(i))) {
        digits.append(value.charAt(i));
      }
    }
    return digits.toString();
  }

  private static String lettersAndDigits(String value) {
    StringBuilder kept = new StringBuilder(value.length());
    for (int i = 0; i < value.length(); i++) {
      if (isAsciiLetterOrDigit(value.charAt(i))) {
        kept.append(Character.toUpperCase(value.charAt(i)));
      }
    }
    return kept.toString();
  }

  /** What may stand within an amount, or before its currency. */
  private static boolean isGap(char c) {
    return " .,'\u00a0".indexOf(c) >= 0;
  }

  /** What a currency or another unit of {@link #AMOUNT} begins with. */
  private static boolean isUnit(char c) {
    return "$€£¥₹%".indexOf(c) >= 0 || "abcdegijkmnprsu".indexOf(c | 0x20) >= 0;
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  private static boolean isAsciiLetterOrDigit(char c) {
    return isDigit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  }

  /** Space, hyphen and what word processors put in their place. */
  private static boolean isSeparator(char c) {
    return c == ' '
        || c == '-'
        || c == '\u00a0'
        || c == '\u2009'
        || c == '\u202f'
        || (c >= '\u2010' && c <= '\u2015');
  }
}
