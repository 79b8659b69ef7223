package io.supportlake.platform;

import static org.assertj.core.api.Assertions.assertThat;

import io.supportlake.testing.SparkSuite;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.delta.DeltaLog;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import scala.Option;

class LakeTest extends SparkSuite {
  private static final String TABLE = "ops.drift";

  /** So many that Delta writes no list of files into the checksum. */
  private static final int MANY_FILES = 60;

  /** Rows that a commit is told of, so that it keeps the files apart. */
  private static final long MANY_ROWS = 1_000_000;

  @TempDir private Path folder;

  @Test
  void aTableOfFewFilesIsReadAsDeltaReadsIt() {
    Lake lake = lakeIn(folder);
    lake.append(TABLE, drift(0, 30, 1), 30, 1);
    lake.append(TABLE, drift(30, 50, 1), 20, 2);

    assertThat(hasFileList(lake)).isTrue();
    assertSameRows(drift(0, 50, 1), lake.read(TABLE));
    assertSameRows(byDelta(lake, 1), lake.read(TABLE));
  }

  @Test
  void aTableOfManyFilesIsReadAsDeltaReadsIt() throws IOException {
    Lake lake = lakeIn(folder);
    lake.append(TABLE, drift(0, 600, MANY_FILES), MANY_ROWS, 1);

    assertThat(parquetFiles(lake)).hasSize(MANY_FILES);
    assertThat(hasFileList(lake)).isFalse();
    assertSameRows(drift(0, 600, 1), lake.read(TABLE));
  }

  @Test
  void anEarlierVersionKeepsItsRows() {
    Lake lake = lakeIn(folder);
    lake.append(TABLE, drift(0, 30, 1), 30, 1);
    lake.overwrite(TABLE, drift(100, 104, 1), 4);

    assertSameRows(drift(0, 30, 1), lake.read(TABLE, 0));
    assertSameRows(drift(100, 104, 1), lake.read(TABLE));
    assertThat(lake.version(TABLE)).isEqualTo(1);
  }

  @Test
  void aSecondAppendOfTheSameRunChangesNothing() {
    Lake lake = lakeIn(folder);
    lake.append(TABLE, drift(0, 3, 1), 3, 1);
    lake.append(TABLE, drift(3, 5, 1), 2, 1);

    assertSameRows(drift(0, 3, 1), lake.read(TABLE));
  }

  @Test
  void bytesAreThoseOfTheNewestVersionsFiles() throws IOException {
    Lake lake = lakeIn(folder);
    assertThat(lake.bytes(TABLE)).isZero();

    lake.append(TABLE, drift(0, 30, 1), 30, 1);
    Path first = parquetFiles(lake).getFirst();
    assertThat(lake.bytes(TABLE)).isEqualTo(Files.size(first));

    lake.overwrite(TABLE, drift(0, 4, 1), 4);
    Path second =
        parquetFiles(lake).stream().filter(f -> !f.equals(first)).findFirst().orElseThrow();
    assertThat(lake.bytes(TABLE)).isEqualTo(Files.size(second));
  }

  private static Dataset<Row> drift(long from, long to, int partitions) {
    return spark()
        .range(from, to, 1, partitions)
        .selectExpr(
            "id AS run_sequence",
            "concat('source ', id % 7) AS source",
            "concat('column ', id) AS column_name",
            "'file' AS first_file",
            "id * 10 AS record_count");
  }

  private static Dataset<Row> byDelta(Lake lake, long version) {
    return spark().read().format("delta").option("versionAsOf", version).load(lake.path(TABLE));
  }

  private static boolean hasFileList(Lake lake) {
    return DeltaLog.forTable(spark(), lake.path(TABLE))
        .update(false, Option.empty(), Option.empty())
        .checksumOpt()
        .get()
        .allFiles()
        .isDefined();
  }

  private static List<Path> parquetFiles(Lake lake) throws IOException {
    try (Stream<Path> files = Files.list(Path.of(lake.path(TABLE)))) {
      return files.filter(f -> f.toString().endsWith(".parquet")).toList();
    }
  }
}
