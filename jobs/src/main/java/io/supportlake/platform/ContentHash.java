package io.supportlake.platform;

import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.unsafe.types.UTF8String;

/**
 * The first half of a content's SHA-256, in lower-case hex: enough to tell the versions of one
 * record apart, and half of what no codec makes smaller. Spark's {@code sha2} goes by two more
 * texts.
 *
 * <p>It is called from generated code, so it is public.
 */
public final class ContentHash implements Serializable {
  /** Digits. */
  static final int LENGTH = 32;

  private static final long serialVersionUID = 1;

  private static final byte[] DIGITS = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
  private static final ThreadLocal<MessageDigest> DIGEST =
      ThreadLocal.withInitial(Hashes::newDigest);

  private ContentHash() {}

  /** Of a column of text; null of null. */
  static Column of(Column content) {
    return JavaCall.of(new ContentHash(), "hash", content, DataTypes.StringType);
  }

  /** Of a text, as Spark's generated code has it. */
  public UTF8String hash(UTF8String content) {
    byte[] hash = DIGEST.get().digest(content.getBytes());
    byte[] digits = new byte[LENGTH];
    for (int i = 0; i < LENGTH; i += 2) {
      int value = hash[i / 2];
      digits[i] = DIGITS[value >> 4 & 0xf];
      digits[i + 1] = DIGITS[value & 0xf];
    }
    return UTF8String.fromBytes(digits);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ContentHash;
  }

  @Override
  public int hashCode() {
    return ContentHash.class.hashCode();
  }
}
