package io.supportlake.platform;

import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.delta.DeltaLog;
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
   * Commits.
   *
   * @param spark computes what is written
   * @param isTouched whether a file may hold rows that go
   * @param rows those that are to stand in the place of the touched files'
   */
  static void commit(
      SparkSession spark,
      DeltaLog log,
      Predicate<AddFile> isTouched,
      Function<Touched, Dataset<Row>> rows) {
    Transactions.run(spark, log, begun -> commit(spark, log, begun, isTouched, rows));
  }

  private static void commit(
      SparkSession spark,
      DeltaLog log,
      OptimisticTransaction begun,
      Predicate<AddFile> isTouched,
      Function<Touched, Dataset<Row>> rows) {
    List<AddFile> touched = ListedFiles.all(begun.snapshot()).stream().filter(isTouched).toList();
    Seq<AddFile> gone = CollectionConverters.asScala(touched).toSeq();
    begun.trackFilesRead(gone);
    Seq<FileAction> written =
        begun.writeFiles(
            rows.apply(
                new Touched(
                    ListedFiles.rows(spark, log, begun.snapshot(), gone),
                    touched.size(),
                    touched.stream().mapToLong(Rewrite::mostRows).sum())));
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

  private static long mostRows(AddFile file) {
    Option<Object> rows = file.numLogicalRecords();
    return rows.isDefined() ? (long) rows.get() : Integer.MAX_VALUE;
  }
}
