package io.supportlake.platform;

import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.delta.DeltaLog;
import org.apache.spark.sql.delta.DeltaOptions;
import org.apache.spark.sql.delta.OptimisticTransaction;
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
  /**
   * Bytes that a file of a sorted table has at the least: so much is written anew for a change of
   * one day, and read for rows of one.
   */
  private static final long LEAST_BYTES = 256L << 10;

  /** Files that a large table is held to: of more than 50 Delta keeps no list beside a version. */
  static final int MOST_FILES = 32;

  /**
   * Files of less than half of what they should have, above which they are joined: what is added
   * where no file is touched, as a day that follows the last, is a file of its own.
   */
  private static final int MOST_SMALL_FILES = 8;

  private Rewrite() {}

  /**
   * What is written anew.
   *
   * @param rows all rows of the files
   * @param files number of files
   * @param mostRows not less than there are rows
   */
  record Touched(Dataset<Row> rows, int files, long mostRows) {}

  /**
   * What is replaced with what.
   *
   * @param isTouched whether a file may hold rows that go
   * @param added not less than there are rows beside those that stay
   * @param hasRanges whether the rows are in the table's order, so that each file has a range of it
   * @param rows those that are to stand in the place of the touched files'
   */
  record Replacement(
      Predicate<AddFile> isTouched,
      long added,
      boolean hasRanges,
      Function<Touched, Dataset<Row>> rows) {}

  /**
   * Commits.
   *
   * @param spark computes what is written
   */
  static void commit(SparkSession spark, DeltaLog log, Replacement replacement) {
    Transactions.run(spark, log, begun -> commit(spark, log, begun, replacement));
  }

  private static void commit(
      SparkSession spark,
      DeltaLog log,
      OptimisticTransaction begun,
      Replacement replacement) {
    List<AddFile> all = ListedFiles.all(begun.snapshot());
    long wanted = Math.max(LEAST_BYTES, bytes(all) / MOST_FILES);
    Predicate<AddFile> isSmall = file -> file.size() < wanted / 2;
    boolean areJoined =
        replacement.hasRanges && all.stream().filter(isSmall).count() > MOST_SMALL_FILES;
    List<AddFile> touched =
        all.stream()
            .filter(
                areJoined ? replacement.isTouched.or(isSmall) : replacement.isTouched)
            .toList();
    Seq<AddFile> gone = CollectionConverters.asScala(touched).toSeq();
    begun.trackFilesRead(gone);
    long touchedRows = touched.stream().mapToLong(Rewrite::mostRows).sum();
    OptionalLong rowsOfAFile =
        replacement.hasRanges
            ? rowsOfAFile(replacement.added + touchedRows, touched, wanted)
            : OptionalLong.empty();
    Seq<FileAction> written =
        begun.writeFiles(
            replacement.rows.apply(
                new Touched(
                    ListedFiles.rows(spark, log, begun.snapshot(), gone),
                    touched.size(),
                    touchedRows)),
            rowsOfAFile.isPresent()
                ? Option.apply(options(spark, rowsOfAFile.getAsLong()))
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
   * How many rows a file gets: as few files as have about the bytes that are wanted, all of one
   * size, so that a row more does not make a file of its own. Unknown where it is not known how
   * many bytes a row has.
   */
  private static OptionalLong rowsOfAFile(long rows, List<AddFile> touched, long wanted) {
    long known = touched.stream().mapToLong(Rewrite::mostRows).sum();
    if (known == 0 || !touched.stream().allMatch(Rewrite::isCounted)) {
      return OptionalLong.empty();
    }
    double bytes = rows * ((double) bytes(touched) / known);
    return OptionalLong.of(Math.ceilDiv(rows, Math.max(1, Math.round(bytes / wanted))));
  }

  private static long bytes(List<AddFile> files) {
    return files.stream().mapToLong(AddFile::size).sum();
  }

  private static boolean isCounted(AddFile file) {
    return file.numLogicalRecords().isDefined();
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
