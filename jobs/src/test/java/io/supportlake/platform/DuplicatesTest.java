package io.supportlake.platform;

import static org.apache.spark.sql.functions.col;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import io.supportlake.testing.Lines;
import io.supportlake.testing.SparkSuite;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;

class DuplicatesTest extends SparkSuite {
  private static final StructType STAGED =
      StructType.fromDDL(
          "record_id string, content_hash string, arrival_date date, ingest_file string,"
              + " staged_file string, staged_place bigint");
  private static final StructType STORED =
      StructType.fromDDL("record_id string, content_hash string, record_version int");

  @Test
  void hashesInMemoryTellTheSameAsThoseThatSparkSorts() {
    Random random = new Random(8);
    List<Row> staged = new ArrayList<>();
    for (int i = 0; i < 3_000; i++) {
      staged.add(staged("r" + random.nextInt(4_000), "h" + random.nextInt(3), i));
    }
    List<Row> stored = new ArrayList<>();
    for (int i = 0; i < 4_000; i += 1 + random.nextInt(20)) {
      stored.add(RowFactory.create("r" + i, "h" + random.nextInt(3), 1));
    }
    assertSame(staged, stored, 800);
    assertSame(staged, List.of(), 600);
  }

  @Test
  void whereNoIdRepeatsThereIsNothingToMend() {
    List<Row> staged = List.of(staged("a", "1", 0), staged("b", "1", 1));
    List<Row> stored = List.of(RowFactory.create("c", "1", 1), RowFactory.create("c", "2", 2));

    Duplicates found = found(staged, stored, Optional.of(hashes(staged)));

    assertThat(found.rows()).isZero();
    assertThat(found.touched()).isEmpty();
  }

  @Test
  void moreRepeatedIdsThanAPlanTakesAreToldBySpark() {
    int ids = 100_001;
    Dataset<Row> staged =
        spark()
            .range(2L * ids)
            .selectExpr(
                "concat('r', id %% %d) as record_id".formatted(ids),
                "'h' as content_hash",
                "date'2026-03-01' as arrival_date",
                "concat('file-', id div %d) as ingest_file".formatted(ids),
                "'staged-0' as staged_file",
                "id as staged_place");
    long[] hashes =
        staged.select(RepeatedHashes.asked(col("record_id"))).collectAsList().stream()
            .mapToLong(r -> r.getLong(0))
            .sorted()
            .toArray();

    Duplicates found = Duplicates.among(staged, Optional.of(hashes), Optional.empty());

    assertThat(found.rows()).isEqualTo(2L * ids);
    assertThat(found.byFile()).containsExactly(entry("file-1", (long) ids));
  }

  private static void assertSame(List<Row> staged, List<Row> stored, int leastContested) {
    Duplicates bySpark = found(staged, stored, Optional.empty());
    Duplicates inMemory = found(staged, stored, Optional.of(hashes(staged)));

    assertThat(inMemory.byFile()).isEqualTo(bySpark.byFile());
    assertThat(inMemory.touched()).isEqualTo(bySpark.touched());
    assertThat(inMemory.rows()).isEqualTo(bySpark.rows());
    assertThat(lines(inMemory)).isEqualTo(lines(bySpark));
    assertThat(bySpark.byFile().values().stream().mapToLong(Long::longValue).sum())
        .isGreaterThan(100);
    assertThat(bySpark.rows()).isGreaterThan(leastContested);
  }

  private static Duplicates found(List<Row> staged, List<Row> stored, Optional<long[]> idHashes) {
    return Duplicates.among(
        spark().createDataFrame(staged, STAGED),
        idHashes,
        stored.isEmpty() ? Optional.empty() : Optional.of(spark().createDataFrame(stored, STORED)));
  }

  private static List<String> lines(Duplicates duplicates) {
    return Lines.of(
        duplicates.versions(), "staged_file", "staged_place", "ingest_file", "decided_version");
  }

  private static long[] hashes(List<Row> staged) {
    Dataset<Row> ids = spark().createDataFrame(staged, STAGED);
    return ids.select(RepeatedHashes.asked(col("record_id"))).collectAsList().stream()
        .mapToLong(r -> r.getLong(0))
        .sorted()
        .toArray();
  }

  private static Row staged(String id, String hash, int place) {
    return RowFactory.create(
        id,
        hash,
        java.sql.Date.valueOf("2026-03-0" + (1 + place % 3)),
        "file-" + place,
        "staged-" + place % 2,
        (long) place);
  }
}
