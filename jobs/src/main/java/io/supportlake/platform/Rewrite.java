package io.supportlake.platform;

import java.time.LocalDate;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.delta.DeltaLog;
import org.apache.spark.sql.delta.DeltaOptions;
import org.apache.spark.sql.delta.OptimisticTransaction;
import org.apache.spark.sql.delta.Snapshot;
import org.apache.spark.sql.delta.actions.Action;
import org.apache.spark.sql.delta.actions.AddFile;
import org.apache.spark.sql.delta.actions.FileAction;
import scala.Option;
import scala.collection.immutable.Map$;
import scala.collection.immutable.Seq;
import scala.jdk.javaapi.CollectionConverters;

/**
 * Replaces some rows of a table in one commit, by writing the files that hold them anew. Whoever
 * replaces knows which files these are: Delta's MERGE and {@code replaceWhere} find them by jobs of
 * their own, several a commit.
 */
final class Rewrite {
  /** Bytes that a file of a small table with an order is to have. */
  private static final long LEAST_BYTES = 256L << 10;

  /**
   * Files that a large table with an order is to have: of more than 50, which more days and later
   * rewrites may make of them, Delta keeps no list beside a version.
   */
  static final int FILES = 20;

  /** So many are left alone, however small. */
  private static final int FEW_FILES = 4;

  private Rewrite() {}

  /**
   * What is written anew.
   *
   * @param rows all rows of the files that hold rows that go
   * @param files number of these files
   * @param mostRows not less than there will be rows, those that are added among them
   * @param ranges number of files to be written; 1 where the table has no order
   */
  record Touched(Dataset<Row> rows, int files, long mostRows, int ranges) {}

  /**
   * What is replaced with what.
   *
   * @param isTouched whether a file may hold rows that go
   * @param added by how many rows the touched files' rows become more, at most
   * @param isOrdered whether the table has an order, so that its files have ranges of it
   * @param rows those that are to stand in the place of the touched files'
   */
  record Replacement(
      Predicate<AddFile> isTouched,
      long added,
      boolean isOrdered,
      Function<Touched, Dataset<Row>> rows) {}

  /**
   * Whether no two files of a version share more days of a column than one, with which one ends and
   * the other begins, and there are not many more of them than there are to be.
   */
  static boolean isCut(Snapshot version, String column) {
    List<AddFile> files = ListedFiles.all(version);
    long bytes = bytes(files);
    List<Range> ranges = files.stream().map(f -> Range.of(f, column)).sorted().toList();
    return files.size() <= Math.max(FEW_FILES, 2 * ranges(bytes, bytes))
        && IntStream.range(1, ranges.size())
            .noneMatch(i -> ranges.get(i).first().isBefore(ranges.get(i - 1).last()));
  }

  /** Days of a file; all there are where the log does not say. */
  private record Range(LocalDate first, LocalDate last) implements Comparable<Range> {
    static Range of(AddFile file, String column) {
      FileStatistics statistics = FileStatistics.of(file);
      LocalDate least = statistics.leastDate(column);
      LocalDate greatest = statistics.greatestDate(column);
      return least == null || greatest == null
          ? new Range(LocalDate.MIN, LocalDate.MAX)
          : new Range(least, greatest);
    }

    @Override
    public int compareTo(Range other) {
      return Comparator.comparing(Range::first).thenComparing(Range::last).compare(this, other);
    }
  }

  /**
   * Commits.
   *
   * @param spark computes what is written
   */
  static void commit(SparkSession spark, DeltaLog log, Replacement replacement) {
    Transactions.run(spark, log, begun -> commit(spark, log, begun, replacement));
  }

  private static void commit(
      SparkSession spark, DeltaLog log, OptimisticTransaction begun, Replacement replacement) {
    List<AddFile> all = ListedFiles.all(begun.snapshot());
    List<AddFile> touched = all.stream().filter(replacement.isTouched).toList();
    Seq<AddFile> gone = CollectionConverters.asScala(touched).toSeq();
    begun.trackFilesRead(gone);
    long mostRows = replacement.added + rows(touched);
    int ranges = replacement.isOrdered ? ranges(mostRows, touched, bytes(all)) : 1;
    Dataset<Row> rows =
        replacement.rows.apply(
            new Touched(
                ListedFiles.rows(spark, log, begun.snapshot(), gone),
                touched.size(),
                mostRows,
                ranges));
    Seq<FileAction> written =
        begun.writeFiles(
            rows,
            ranges > 1 && mostRows < Lake.ONE_TASK
                ? Option.apply(options(spark, Math.ceilDiv(mostRows, ranges)))
                : Option.empty());
    List<Action> actions =
        Stream.<Action>concat(
                CollectionConverters.asJava(written).stream(),
                touched.stream().map(AddFile::remove))
            .toList();
    var _ =
        begun.commit(
            CollectionConverters.asScala(actions).toSeq(),
            Transactions.operation(SaveMode.Overwrite),
            Map$.MODULE$.empty());
  }

  /**
   * Files of about one size, by the bytes that the touched rows have. Where these are few or not
   * counted, as many as tasks: of a few rows most bytes are the file's own.
   */
  private static int ranges(long mostRows, List<AddFile> touched, long tableBytes) {
    long known = rows(touched);
    if (known < mostRows / 2
        || known == 0
        || !touched.stream().allMatch(f -> f.numLogicalRecords().isDefined())) {
      return Lake.tasks(mostRows);
    }
    return ranges(mostRows * ((double) bytes(touched) / known), tableBytes);
  }

  /** Files of about one size for bytes of a table that has so many. */
  private static int ranges(double bytes, long tableBytes) {
    return Math.toIntExact(
        Math.max(1, Math.round(bytes / Math.max(LEAST_BYTES, tableBytes / FILES))));
  }

  private static long rows(List<AddFile> files) {
    return files.stream().mapToLong(Rewrite::mostRows).sum();
  }

  private static long bytes(List<AddFile> files) {
    return files.stream().mapToLong(AddFile::size).sum();
  }

  private static DeltaOptions options(SparkSession spark, long rowsOfAFile) {
    return new DeltaOptions(
        Map$.MODULE$.from(
            CollectionConverters.asScala(
                Map.of(DeltaOptions.MAX_RECORDS_PER_FILE(), String.valueOf(rowsOfAFile)))),
        ((org.apache.spark.sql.classic.SparkSession) spark).sessionState().conf());
  }

  private static long mostRows(AddFile file) {
    Option<Object> rows = file.numLogicalRecords();
    return rows.isDefined() ? (long) rows.get() : Integer.MAX_VALUE;
  }
}
