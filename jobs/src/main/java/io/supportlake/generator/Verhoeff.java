package io.supportlake.generator;

/** Verhoeff's check digit (1969), over the dihedral group of order ten. */
final class Verhoeff {
  private static final int[] PERMUTED = {1, 5, 7, 6, 2, 8, 3, 0, 9, 4};

  private Verhoeff() {}

  /** True when the last digit is the check digit of those before it. */
  static boolean isValid(String digits) {
    int check = 0;
    for (int i = 0; i < digits.length(); i++) {
      int digit = digits.charAt(digits.length() - 1 - i) - '0';
      for (int turn = 0; turn < i % 8; turn++) {
        digit = PERMUTED[digit];
      }
      check = product(check, digit);
    }
    return check == 0;
  }

  /** Rotations are 0 to 4, reflections 5 to 9. */
  private static int product(int a, int b) {
    int turned = a % 5;
    int other = b % 5;
    int place = a < 5 ? (turned + other) % 5 : Math.floorMod(turned - other, 5);
    return (a < 5) == (b < 5) ? place : place + 5;
  }
}
