package io.supportlake.platform;

import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.delta.DeltaLog;
import org.apache.spark.sql.delta.DeltaOperations;
import org.apache.spark.sql.delta.OptimisticTransaction;
import org.apache.spark.sql.delta.Snapshot;
import org.apache.spark.sql.delta.VersionChecksum;
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
 * their own, several a commit, which for a few rows cost many times what writing these does.
 */
final class Rewrite {
  private static final Seq<String> NO_PARTITIONS =
      CollectionConverters.asScala(List.<String>of()).toSeq();

  private Rewrite() {}

  /**
   * Commits.
   *
   * @param spark computes what is written
   * @param isTouched whether a file may hold rows that go
   * @param rows from the rows of the touched files, and how many there are (at most), to those that
   *     are to stand in their place
   */
  static void commit(
      SparkSession spark,
      DeltaLog log,
      Predicate<AddFile> isTouched,
      BiFunction<Dataset<Row>, Long, Dataset<Row>> rows) {
    var _ =
        ((org.apache.spark.sql.classic.SparkSession) spark)
            .withActive(() ->
                log.withNewTransaction(
                    Option.empty(),
                    Option.empty(),
                    begun -> commit(spark, log, begun, isTouched, rows)));
  }

  private static long commit(
      SparkSession spark,
      DeltaLog log,
      OptimisticTransaction begun,
      Predicate<AddFile> isTouched,
      BiFunction<Dataset<Row>, Long, Dataset<Row>> rows) {
    List<AddFile> touched = files(begun.snapshot()).stream().filter(isTouched).toList();
    Seq<AddFile> gone = CollectionConverters.asScala(touched).toSeq();
    begun.trackFilesRead(gone);
    long count = touched.stream().mapToLong(Rewrite::mostRows).reduce(0, Math::addExact);
    Seq<FileAction> written =
        begun.writeFiles(rows.apply(ListedFiles.rows(spark, log, begun.snapshot(), gone), count));
    List<Action> actions =
        Stream.<Action>concat(
                CollectionConverters.asJava(written).stream(),
                touched.stream().map(AddFile::remove))
            .toList();
    return begun.commit(
        CollectionConverters.asScala(actions).toSeq(),
        new DeltaOperations.Write(
            SaveMode.Overwrite,
            Option.apply(NO_PARTITIONS),
            Option.empty(),
            Option.empty(),
            Option.empty(),
            Option.empty(),
            Option.empty(),
            Option.empty(),
            Option.empty()),
        Map$.MODULE$.empty());
  }

  /** The files of a version; of a table of few files without asking its log. */
  private static List<AddFile> files(Snapshot snapshot) {
    Option<Seq<AddFile>> listed = snapshot.checksumOpt().flatMap(VersionChecksum::allFiles);
    return listed.isDefined()
        ? CollectionConverters.asJava(listed.get())
        : snapshot.allFiles().collectAsList();
  }

  private static long mostRows(AddFile file) {
    Option<Object> rows = file.numLogicalRecords();
    return rows.isDefined() ? (long) rows.get() : Integer.MAX_VALUE;
  }
}
