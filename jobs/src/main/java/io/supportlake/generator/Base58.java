package io.supportlake.generator;

import java.math.BigInteger;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/** Base58Check, as Bitcoin and its relatives write addresses. */
final class Base58 {
  private static final String ALPHABET =
      "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

  private Base58() {}

  /**
   * The address of a hash.
   *
   * @param version the first byte, which names the kind of address
   * @param hex the hash, 20 bytes
   */
  static String check(int version, String hex) {
    byte[] body = HexFormat.of().parseHex("%02x".formatted(version) + hex);
    byte[] whole = Arrays.copyOf(body, body.length + 4);
    System.arraycopy(sha256(sha256(body)), 0, whole, body.length, 4);
    StringBuilder out = new StringBuilder();
    BigInteger rest = new BigInteger(1, whole);
    while (rest.signum() > 0) {
      BigInteger[] divided = rest.divideAndRemainder(BigInteger.valueOf(58));
      out.append(ALPHABET.charAt(divided[1].intValue()));
      rest = divided[0];
    }
    for (int i = 0; i < whole.length && whole[i] == 0; i++) {
      out.append('1');
    }
    return out.reverse().toString();
  }

  private static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("This JDK has no SHA-256, which every JDK must have.", e);
    }
  }
}
