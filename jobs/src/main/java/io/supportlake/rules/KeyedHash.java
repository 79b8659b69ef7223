package io.supportlake.rules;

import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.Serial;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import java.util.Locale;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * HMAC-SHA256 (RFC 2104, FIPS 198-1) under a named key: pseudonyms for joins, and numbers for
 * sampling and arms that can be recomputed. Parts are length-prefixed, so ("ab", "c") and ("a",
 * "bc") differ. Immutable and thread-safe; the key is never printed.
 */
public final class KeyedHash implements Serializable {
  @Serial private static final long serialVersionUID = 1;
  private static final String ALGORITHM = "HmacSHA256";
  private static final int TOKEN_HEX = 20;

  private final String keyId;
  private final byte[] key;
  private transient Mac prototype;

  private KeyedHash(String keyId, byte[] key) {
    this.keyId = keyId;
    this.key = key;
    this.prototype = keyed(key);
  }

  /**
   * A hash under a key.
   *
   * @param keyId name of the key, shown in every token, letters and digits only
   * @param key at least 16 bytes, kept apart from the data
   * @throws IllegalArgumentException when the name or the key cannot be used
   */
  public static KeyedHash of(String keyId, byte[] key) {
    Require.that(
        keyId.matches("[A-Za-z0-9]{1,16}"),
        "a key's name must be 1 to 16 letters or digits, was '%s'",
        keyId);
    Require.that(key.length >= 16, "a key needs 16 bytes or more, was %s", key.length);
    return new KeyedHash(keyId, key.clone());
  }

  /** Name of the key. */
  public String keyId() {
    return keyId;
  }

  /**
   * A stable pseudonym such as {@code usr_k1_3f9a21c04be7d2118a60}: kind, key, 80 bits in hex; safe
   * in URLs and file names.
   *
   * @param kind what is named, lower-case letters; another kind gives another token
   * @param value the value, already normalised by the caller
   */
  public String token(String kind, String value) {
    return kind + "_" + keyId + "_" + hex(kind, value, TOKEN_HEX);
  }

  /** Whether a value has the form of a token of the kind under this key. */
  public boolean isToken(String kind, String value) {
    String prefix = kind + "_" + keyId + "_";
    return value.length() == prefix.length() + TOKEN_HEX
        && value.startsWith(prefix)
        && value.chars().skip(prefix.length()).allMatch(c -> "0123456789abcdef".indexOf(c) >= 0);
  }

  /**
   * The first {@code length} hex digits of the hash of kind and value; those of {@link #token}
   * begin with them.
   */
  public String hex(String kind, String value, int length) {
    Require.that(length >= 8 && length <= 64, "a hash shows 8 to 64 hex digits, was %s", length);
    byte[] digest = digest(kind.toLowerCase(Locale.ROOT), value);
    return HexFormat.of().formatHex(digest).substring(0, length);
  }

  /**
   * A number in [0, 1), uniform over parts: the first 53 bits of the hash.
   *
   * @param parts for example campaign and customer; their order counts
   */
  public double unit(String... parts) {
    return (ByteBuffer.wrap(digest(parts)).getLong() >>> 11) * 0x1.0p-53;
  }

  private byte[] digest(String... parts) {
    Mac mac = copy();
    for (String part : parts) {
      byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
      mac.update(ByteBuffer.allocate(Integer.BYTES).putInt(0, bytes.length));
      mac.update(bytes);
    }
    return mac.doFinal();
  }

  /** Cloning costs a tenth of a provider lookup, and a Mac is not thread-safe. */
  private Mac copy() {
    try {
      return (Mac) prototype.clone();
    } catch (CloneNotSupportedException e) {
      return keyed(key);
    }
  }

  private static Mac keyed(byte[] key) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(new SecretKeySpec(key, ALGORITHM));
      return mac;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(
          "This JDK has no " + ALGORITHM + ", which every JDK must have.", e);
    }
  }

  @Serial
  private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
    in.defaultReadObject();
    prototype = keyed(key);
  }

  @Override
  public String toString() {
    return "KeyedHash[" + keyId + "]";
  }
}
