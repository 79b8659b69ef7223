package io.supportlake.platform;

import static org.apache.spark.sql.functions.col;

import io.supportlake.rules.KeyedHash;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.Row;

/**
 * The one key of a lake: every run notes its name and fingerprint in {@code ops.run_plan}. Tokens
 * of two keys never join, and an erasure under another key would find no token of the person.
 */
final class LakeKey {
  private static final int FINGERPRINT_HEX = 16;

  private LakeKey() {}

  /** What tells a key from others of its name, and helps nobody to find it. */
  static String fingerprint(KeyedHash key) {
    return key.hex("fingerprint", key.keyId(), FINGERPRINT_HEX);
  }

  /**
   * Refuses a key that the lake's tokens were not made with. Runs of before keys were noted say
   * nothing.
   *
   * @throws UsageException if a run used another one
   */
  static void refuseAnother(Lake lake, KeyedHash key) {
    if (!Arrays.asList(lake.read("ops.run_plan").columns()).contains("key_fingerprint")) {
      return;
    }
    List<Row> others =
        lake.read("ops.run_plan")
            .where(
                col("key_id")
                    .notEqual(key.keyId())
                    .or(col("key_fingerprint").notEqual(fingerprint(key))))
            .orderBy("run_sequence")
            .select("key_id")
            .limit(1)
            .collectAsList();
    if (!others.isEmpty()) {
      String built = others.getFirst().getString(0);
      throw new UsageException(
          built.equals(key.keyId())
              ? "the key in use is not the one that this lake was built with, though both are named %1$s: what arrives would join with nothing that stands, and people who were erased would come back. Nothing was changed. Set the key that the lake was built with. If it is to be replaced on purpose, give the new one another name (privacy.keyId) and a lake of its own: docs/privacy.md, Rotation of the key."
                  .formatted(built)
              : "this lake was built with the key named %s, the one in use is named %s: what arrives would join with nothing that stands, and people who were erased would come back. Nothing was changed. Set the lake's own key and its name (privacy.keyId), or build another lake with the new one: docs/privacy.md, Rotation of the key."
                  .formatted(built, key.keyId()));
    }
  }
}
