package io.supportlake.rules;

/** Check digits of identity numbers, as their countries publish them. */
final class NationalIds {
  private static final int[] CODICE_ODD = {
    1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23
  };
  private static final String CURP = "0123456789ABCDEFGHIJKLMNÑOPQRSTUVWXYZ";
  private static final int[] NRIC = {2, 7, 6, 5, 4, 3, 2};

  private NationalIds() {}

  /**
   * Numbers written with dots: Swiss AHV (13 digits, EAN), Brazilian CPF (mod 11) or Belgian
   * national number (mod 97), both of 11 digits.
   */
  static boolean isDotted(String digits) {
    return digits.length() == 13 ? isAhv(digits) : isCpf(digits) || isBelgian(digits);
  }

  private static boolean isAhv(String digits) {
    int sum = 0;
    for (int i = 0; i < 13; i++) {
      sum += digit(digits, i) * (i % 2 == 0 ? 1 : 3);
    }
    return sum % 10 == 0;
  }

  private static boolean isCpf(String digits) {
    return cpfDigit(digits, 9) == digit(digits, 9) && cpfDigit(digits, 10) == digit(digits, 10);
  }

  private static int cpfDigit(String digits, int length) {
    int sum = 0;
    for (int i = 0; i < length; i++) {
      sum += (length + 1 - i) * digit(digits, i);
    }
    return sum % 11 < 2 ? 0 : 11 - sum % 11;
  }

  /** For those born since 2000 the nine digits count with a 2 before them. */
  private static boolean isBelgian(String digits) {
    long body = Long.parseLong(digits.substring(0, 9));
    int check = Integer.parseInt(digits.substring(9));
    return 97 - body % 97 == check || 97 - (2_000_000_000L + body) % 97 == check;
  }

  /** French social security number of 15 digits: 97 less the remainder of the first 13. */
  static boolean isNir(String digits) {
    long body = Long.parseLong(digits.substring(0, 13));
    return 97 - body % 97 == Integer.parseInt(digits.substring(13));
  }

  /** Codes of letters and digits in capitals: codice fiscale, CURP or NRIC by their length. */
  static boolean isCode(String value) {
    return switch (value.length()) {
      case 16 -> isCodiceFiscale(value);
      case 18 -> isCurp(value);
      default -> isNric(value);
    };
  }

  private static boolean isCodiceFiscale(String value) {
    int sum = 0;
    for (int i = 0; i < 15; i++) {
      char c = value.charAt(i);
      int index = c <= '9' ? c - '0' : c - 'A';
      sum += i % 2 == 0 ? CODICE_ODD[index] : index;
    }
    return value.charAt(15) == 'A' + sum % 26;
  }

  private static boolean isCurp(String value) {
    int sum = 0;
    for (int i = 0; i < 17; i++) {
      sum += CURP.indexOf(value.charAt(i)) * (18 - i);
    }
    return digit(value, 17) == (10 - sum % 10) % 10;
  }

  private static boolean isNric(String value) {
    char series = value.charAt(0);
    int sum = series == 'T' || series == 'G' ? 4 : series == 'M' ? 3 : 0;
    for (int i = 0; i < 7; i++) {
      sum += NRIC[i] * digit(value, i + 1);
    }
    char check =
        switch (series) {
          case 'S', 'T' -> "JZIHGFEDCBA".charAt(sum % 11);
          case 'F', 'G' -> "XWUTRQPNMLK".charAt(sum % 11);
          default -> "KLJNPQRTUWX".charAt(10 - sum % 11);
        };
    return value.charAt(8) == check;
  }

  private static int digit(String digits, int at) {
    return digits.charAt(at) - '0';
  }
}
