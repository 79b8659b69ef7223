package io.supportlake.platform;

import java.io.Serializable;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.jspecify.annotations.Nullable;

/**
 * Hashes in memory, where the tasks are too, until they are closed.
 *
 * <p>It is called from generated code, so it is public.
 */
public final class SortedHashes implements Serializable, AutoCloseable {
  private static final long serialVersionUID = 1;

  private final Broadcast<long[]> sorted;

  SortedHashes(SparkSession spark, long[] sorted) {
    this.sorted = JavaSparkContext.fromSparkContext(spark.sparkContext()).broadcast(sorted);
  }

  /** Those that stand more than once, each once. */
  static long[] repeated(long[] sorted) {
    return IntStream.range(1, sorted.length)
        .filter(i -> sorted[i] == sorted[i - 1] && (i == 1 || sorted[i] != sorted[i - 2]))
        .mapToLong(i -> sorted[i])
        .toArray();
  }

  /** Whether a column's hash is among them. */
  Column contain(Column hash) {
    return JavaCall.of(this, "contains", DataTypes.BooleanType, hash);
  }

  /** Whether the hash is among them. */
  public boolean contains(long hash) {
    return Arrays.binarySearch(sorted.value(), hash) >= 0;
  }

  @Override
  public void close() {
    sorted.destroy();
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof SortedHashes hashes && hashes.sorted.id() == sorted.id();
  }

  @Override
  public int hashCode() {
    return Long.hashCode(sorted.id());
  }
}
