package io.supportlake.platform;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.lit;

import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.unsafe.Platform;
import org.apache.spark.unsafe.types.UTF8String;
import org.jspecify.annotations.Nullable;

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

  private static final byte VALUE_END = 0x1f;
  private static final byte NO_VALUE = 0;

  private transient byte @Nullable [] buffer;

  private ContentHash() {}

  /** Of a column of text; null of null. */
  static Column of(Column content) {
    return JavaCall.of(new ContentHash(), "hash", DataTypes.StringType, content);
  }

  /**
   * Of a record: of its values in their order, each ended but the last; a value that is null is
   * told from an empty one.
   *
   * @param fields a struct of texts; null gives null
   * @param others what else the record has, as JSON; null = nothing
   */
  static Column ofRecord(Column fields, Column others) {
    return JavaCall.of(
        new ContentHash(),
        "hashRecord",
        DataTypes.StringType,
        fields,
        // No JSON is empty, and a call with a null is none.
        coalesce(others, lit("")));
  }

  /** Of a text, as Spark's generated code has it. */
  public UTF8String hash(UTF8String content) {
    return digits(DIGEST.get().digest(content.getBytes()));
  }

  /** Of a record, as Spark's generated code has it. */
  public UTF8String hashRecord(InternalRow fields, UTF8String others) {
    int most = Math.addExact(others.numBytes(), 2 * fields.numFields());
    for (int i = 0; i < fields.numFields(); i++) {
      most = Math.addExact(most, fields.isNullAt(i) ? 0 : fields.getUTF8String(i).numBytes());
    }
    byte[] content = room(most);
    int length = 0;
    for (int i = 0; i < fields.numFields(); i++) {
      if (i > 0) {
        content[length++] = VALUE_END;
      }
      if (fields.isNullAt(i)) {
        content[length++] = NO_VALUE;
      } else {
        length = append(fields.getUTF8String(i), content, length);
      }
    }
    if (others.numBytes() > 0) {
      content[length++] = VALUE_END;
      length = append(others, content, length);
    }
    MessageDigest digest = DIGEST.get();
    digest.update(content, 0, length);
    return digits(digest.digest());
  }

  private byte[] room(int bytes) {
    byte[] made = buffer;
    if (made == null || made.length < bytes) {
      made = new byte[Math.max(bytes, 1 << 10)];
      buffer = made;
    }
    return made;
  }

  private static int append(UTF8String value, byte[] content, int length) {
    value.writeToMemory(content, Platform.BYTE_ARRAY_OFFSET + length);
    return length + value.numBytes();
  }

  private static UTF8String digits(byte[] hash) {
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
