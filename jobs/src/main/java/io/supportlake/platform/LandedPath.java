package io.supportlake.platform;

import java.io.Serializable;
import java.net.URI;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.unsafe.types.UTF8String;
import org.jspecify.annotations.Nullable;

/**
 * Where a file lies below the landing zone, of the address that Spark has of it in every row. One
 * address comes as often as its file has records, so the last is kept.
 *
 * <p>It is called from generated code, so it is public.
 */
public final class LandedPath implements Serializable {
  private static final long serialVersionUID = 1;

  private final String root;
  private transient volatile @Nullable Known last;

  private LandedPath(String root) {
    this.root = root;
  }

  private record Known(UTF8String address, UTF8String path) {}

  /**
   * Of a column of addresses of files.
   *
   * @param zone the landing zone's
   */
  static Column below(URI zone, Column address) {
    String root = zone.getPath();
    return JavaCall.of(
        new LandedPath(root.endsWith("/") ? root : root + "/"),
        "path",
        DataTypes.StringType,
        address);
  }

  /** Of an address, as Spark's generated code has it. */
  public UTF8String path(UTF8String address) {
    Known known = last;
    if (known == null || !known.address.equals(address)) {
      String path = URI.create(address.toString()).getPath();
      if (!path.startsWith(root)) {
        throw new IllegalStateException(
            "Spark reads %s, which is not below the landing zone %s: most likely that is configured by another way to the same folder. Nothing was appended. Whoever configures the installation names the landing zone by the path that its files have."
                .formatted(path, root));
      }
      // Copied: the row that an address comes with is used again.
      known = new Known(address.copy(), UTF8String.fromString(path.substring(root.length())));
      last = known;
    }
    return known.path;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof LandedPath path && path.root.equals(root);
  }

  @Override
  public int hashCode() {
    return root.hashCode();
  }
}
