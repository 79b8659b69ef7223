package io.supportlake.platform;

import static org.assertj.core.api.Assertions.assertThat;

import io.supportlake.testing.SparkSuite;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.hadoop.fs.FileContext;
import org.apache.hadoop.fs.Options;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PlainLocalFileSystemTest extends SparkSuite {
  private static final int TIMES = 300;

  @TempDir private Path folder;

  /** Whoever is killed in between has the one or the other. */
  @Test
  void aFileThatIsReplacedIsNeverGone() throws IOException, InterruptedException {
    Path file = Files.writeString(folder.resolve("a"), "0");
    Path beside = folder.resolve("b");
    FileContext files =
        FileContext.getFileContext(folder.toUri(), spark().sparkContext().hadoopConfiguration());
    AtomicBoolean isOver = new AtomicBoolean();
    AtomicInteger looks = new AtomicInteger();
    AtomicInteger gone = new AtomicInteger();
    Thread watching =
        Thread.ofPlatform()
            .start(() -> {
              while (!isOver.get()) {
                looks.incrementAndGet();
                if (!Files.exists(file)) {
                  gone.incrementAndGet();
                }
              }
            });
    for (int i = 1; i <= TIMES; i++) {
      Files.writeString(beside, String.valueOf(i));
      files.rename(
          new org.apache.hadoop.fs.Path(beside.toUri()),
          new org.apache.hadoop.fs.Path(file.toUri()),
          Options.Rename.OVERWRITE);
    }
    isOver.set(true);
    watching.join();

    assertThat(file).hasContent(String.valueOf(TIMES));
    assertThat(beside).doesNotExist();
    assertThat(looks).hasValueGreaterThan(TIMES);
    assertThat(gone).hasValue(0);
  }
}
