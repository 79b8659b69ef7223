package io.supportlake.platform;

import static org.assertj.core.api.Assertions.assertThat;

import io.supportlake.testing.SparkSuite;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileRange;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CountingFileSystemTest extends SparkSuite {
  private static final String STEP = "reads that are counted";

  @TempDir private static java.nio.file.Path folder;

  private final CountingFileSystem files = new CountingFileSystem();
  private Path file = new Path("/");

  @BeforeEach
  void write() throws IOException {
    java.nio.file.Path written = folder.resolve("file");
    Files.write(written, new byte[10_000]);
    file = new Path(written.toUri());
    files.initialize(file.toUri(), new Configuration());
    spark().sparkContext().setJobDescription(STEP);
  }

  @AfterEach
  void forget() {
    spark().sparkContext().setJobDescription(null);
  }

  @Test
  void bytesCountOnceWhicheverWayTheyAreRead() throws Exception {
    try (FSDataInputStream in = files.open(file)) {
      assertThat(read()).isZero();
      assertThat(in.readAllBytes()).hasSize(10_000);
      assertThat(read()).isEqualTo(10_000);

      in.seek(9_000);
      in.readFully(new byte[500]);
      in.readFully(100, new byte[50]);
      assertThat(in.read()).isZero();
      assertThat(read()).isEqualTo(10_551);

      FileRange first = FileRange.createFileRange(0, 10);
      FileRange second = FileRange.createFileRange(5_000, 40);
      in.readVectored(List.of(first, second), ByteBuffer::allocate);
      assertThat(first.getData().get().remaining()).isEqualTo(10);
      assertThat(second.getData().get().remaining()).isEqualTo(40);
      assertThat(read()).isEqualTo(10_601);
    }
  }

  @Test
  void bytesCountForTheTableOrTheLogThatTheyAreOf(@TempDir java.nio.file.Path lake)
      throws IOException {
    spark().sparkContext().setJobDescription("a reader");
    for (String name :
        List.of(
            "silver/contact/part-0.snappy.parquet",
            "silver/contact/_delta_log/0.json",
            "silver/contact/_delta_log/_sidecars/0.parquet",
            "usage_event/2026-01-01/a.jsonl.gz")) {
      java.nio.file.Path written = lake.resolve(name);
      Files.createDirectories(written.getParent());
      Files.write(written, new byte[100]);
      try (FSDataInputStream in = files.open(new Path(written.toUri()))) {
        assertThat(in.readAllBytes()).hasSize(100);
      }
    }

    assertThat(CountingFileSystem.bytesRead())
        .containsEntry("a reader of silver.contact", 100L)
        .containsEntry("a reader of logs of tables", 200L)
        .containsEntry("a reader of landed files", 100L);
  }

  @Test
  void listedFilesAreCounted() throws IOException {
    long before = CountingFileSystem.filesListed();

    assertThat(files.listStatus(new Path(folder.toUri()))).hasSize(1);

    assertThat(CountingFileSystem.filesListed() - before).isEqualTo(1);
  }

  private static long read() {
    return CountingFileSystem.bytesRead().getOrDefault(STEP + " of landed files", 0L);
  }
}
