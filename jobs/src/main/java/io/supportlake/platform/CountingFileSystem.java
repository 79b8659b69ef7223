package io.supportlake.platform;

import java.io.IOException;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSInputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.spark.TaskContext;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;

/**
 * The local file system of a benchmark, which counts the files that it lists and the bytes that its
 * readers get. Spark's own count of bytes read will not do: it takes in blocks cached in memory,
 * and leaves out what Parquet reads by ranges, since Hadoop's statistics do.
 */
public final class CountingFileSystem extends PlainLocalFileSystem {
  private static final LongAdder LISTED = new LongAdder();
  private static final Map<String, LongAdder> BYTES_READ = new ConcurrentHashMap<>();

  /** Made by Hadoop by its class name. */
  public CountingFileSystem() {}

  /** Files listed since the process began, whoever asked. */
  static long filesListed() {
    return LISTED.sum();
  }

  /**
   * Bytes read since the process began, by reader and what was read: the description of the Spark
   * job that read them ({@code the rest} where there is none, as of threads that Delta reads its
   * logs with), and the table, its log or landed files.
   */
  static Map<String, Long> bytesRead() {
    Map<String, Long> sums = new TreeMap<>();
    BYTES_READ.forEach((step, sum) -> sums.put(step, sum.sum()));
    return sums;
  }

  @Override
  public FileStatus[] listStatus(Path path) throws IOException {
    FileStatus[] listed = super.listStatus(path);
    LISTED.add(listed.length);
    return listed;
  }

  @Override
  public FSDataInputStream open(Path path, int bufferSize) throws IOException {
    return new FSDataInputStream(new Counted(super.open(path, bufferSize), what(path)));
  }

  private static String what(Path file) {
    Path folder = Objects.requireNonNull(file.getParent());
    Path above = Objects.requireNonNull(folder.getParent());
    if (folder.getName().startsWith("_") || above.getName().startsWith("_")) {
      return "logs of tables";
    }
    return file.getName().endsWith(".parquet")
        ? above.getName() + "." + folder.getName()
        : "landed files";
  }

  private static void count(String what, long bytes) {
    if (bytes > 0) {
      BYTES_READ.computeIfAbsent(step() + " of " + what, _ -> new LongAdder()).add(bytes);
    }
  }

  private static String step() {
    TaskContext task = TaskContext.get();
    @Nullable String description =
        task == null
            ? SparkSession.active().sparkContext().getLocalProperty("spark.job.description")
            : task.getLocalProperty("spark.job.description");
    return Objects.requireNonNullElse(description, "the rest");
  }

  /** What is read by position, or by ranges, goes through {@link #read(long, byte[], int, int)}. */
  private static final class Counted extends FSInputStream {
    private final FSDataInputStream file;
    private final String what;

    Counted(FSDataInputStream file, String what) {
      this.file = file;
      this.what = what;
    }

    @Override
    public int read() throws IOException {
      int read = file.read();
      count(what, read < 0 ? 0 : 1);
      return read;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      int read = file.read(bytes, offset, length);
      count(what, read);
      return read;
    }

    @Override
    public int read(long position, byte[] bytes, int offset, int length) throws IOException {
      int read = file.read(position, bytes, offset, length);
      count(what, read);
      return read;
    }

    @Override
    public void seek(long position) throws IOException {
      file.seek(position);
    }

    @Override
    public long getPos() throws IOException {
      return file.getPos();
    }

    @Override
    public boolean seekToNewSource(long position) throws IOException {
      return file.seekToNewSource(position);
    }

    @Override
    public void close() throws IOException {
      file.close();
    }
  }
}
