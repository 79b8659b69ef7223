package io.supportlake.platform;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.xxhash64;

import java.util.Iterator;
import java.util.NoSuchElementException;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;

/**
 * Which hashes stand more than once. Nearly all are different: then to sort them takes half of what
 * a group by them does.
 */
final class RepeatedHashes {
  private static final String HASH = "hash";

  private RepeatedHashes() {}

  /** 63 bits of a value's hash; the last bit says that it is one of those that are asked for. */
  static Column asked(Column... value) {
    return xxhash64(value).bitwiseOR(lit(1L));
  }

  /** The hash of a value that those that are asked for may repeat. */
  static Column known(Column... value) {
    return xxhash64(value).bitwiseAND(lit(-2L));
  }

  /**
   * The hashes, as {@link #asked} has them, that stand more than once, there at least once.
   *
   * @param hashes one column of both
   */
  static Dataset<Row> among(Dataset<Row> hashes) {
    Dataset<Row> named = hashes.toDF(HASH);
    return named
        .repartition(col(HASH).bitwiseOR(lit(1L)))
        .sortWithinPartitions(HASH)
        .as(Encoders.LONG())
        .mapPartitions((MapPartitionsFunction<Long, Long>) Repeated::new, Encoders.LONG())
        .toDF(HASH);
  }

  /** Goes through sorted hashes, in which a known one stands before those that are asked for. */
  private static final class Repeated implements Iterator<Long> {
    private final Iterator<Long> sorted;
    private boolean isAtEnd;
    private long ahead;
    private boolean hasNext;
    private long next;

    private Repeated(Iterator<Long> sorted) {
      this.sorted = sorted;
      read();
      find();
    }

    private void read() {
      isAtEnd = !sorted.hasNext();
      ahead = isAtEnd ? 0 : sorted.next();
    }

    private void find() {
      hasNext = false;
      while (!isAtEnd && !hasNext) {
        long hash = ahead | 1;
        long last = ahead;
        boolean isRepeated = false;
        for (read(); !isAtEnd && (ahead | 1) == hash; read()) {
          isRepeated = true;
          last = ahead;
        }
        hasNext = isRepeated && last == hash;
        next = hash;
      }
    }

    @Override
    public boolean hasNext() {
      return hasNext;
    }

    @Override
    public Long next() {
      if (!hasNext) {
        throw new NoSuchElementException();
      }
      long found = next;
      find();
      return found;
    }
  }
}
