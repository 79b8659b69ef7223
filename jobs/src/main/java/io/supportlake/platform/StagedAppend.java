package io.supportlake.platform;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.delta.DeltaLog;
import org.apache.spark.sql.delta.DeltaOptions;
import org.apache.spark.sql.delta.OptimisticTransaction;
import org.apache.spark.sql.delta.Snapshot;
import org.apache.spark.sql.delta.VersionChecksum;
import org.apache.spark.sql.delta.actions.Action;
import org.apache.spark.sql.delta.actions.AddFile;
import org.apache.spark.sql.delta.actions.FileAction;
import org.apache.spark.sql.delta.actions.SetTransaction;
import org.apache.spark.sql.delta.commands.WriteIntoDelta;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;
import scala.Option;
import scala.collection.immutable.Map$;
import scala.collection.immutable.Seq;
import scala.jdk.javaapi.CollectionConverters;

/**
 * An append that an application's transaction makes once, however often it is tried, of rows that
 * lie in the table's files before any version names them. What only all of the rows tell, as which
 * are there twice, is read from the files, of which few are then written anew; else the rows would
 * have to be kept beside, or be read twice.
 *
 * <p>Delta's own append of a transaction replays the whole log, by Spark jobs, to learn which was
 * the last; the list of them that stands beside every version says the same. Where it does not
 * stand, as after a crash between a commit and its list, the log is replayed.
 */
final class StagedAppend implements AutoCloseable {
  /** Names the file of a staged row. */
  static final String FILE = "staged_file";

  /** A staged row's place in its file. */
  static final String PLACE = "staged_place";

  private final SparkSession spark;
  private final DeltaLog log;
  private final String application;
  private final long transaction;
  private final StructType schema;
  private final OptimisticTransaction begun;
  private final Map<String, String> tags;
  private final List<AddFile> files = new ArrayList<>();
  private final List<Action> others = new ArrayList<>();

  /** Those that no version names, nor will. */
  private final List<AddFile> left = new ArrayList<>();

  private @Nullable Dataset<Row> rows;
  private boolean isCommitting;

  /**
   * Writes the rows, for a new table if there is none.
   *
   * @param properties of a new table
   * @param transaction rises from append to append of the application; one that is not above the
   *     last changes nothing
   */
  StagedAppend(
      DeltaLog log,
      Dataset<Row> rows,
      Map<String, String> properties,
      String application,
      long transaction) {
    this.spark = rows.sparkSession();
    this.log = log;
    this.application = application;
    this.transaction = transaction;
    this.schema = rows.schema();
    var session = (org.apache.spark.sql.classic.SparkSession) spark;
    WriteIntoDelta write =
        new WriteIntoDelta(
            log,
            SaveMode.Append,
            new DeltaOptions(
                scala(
                    Map.of(
                        DeltaOptions.TXN_APP_ID(),
                        application,
                        DeltaOptions.TXN_VERSION(),
                        String.valueOf(transaction))),
                session.sessionState().conf()),
            Transactions.NO_PARTITIONS,
            scala(properties),
            rows,
            Option.empty(),
            Option.empty(),
            false);
    this.begun = active(() -> log.startTransaction(Option.empty(), Option.empty()));
    // As Delta's own look does: the commit fails if another made the same one meanwhile.
    var _ = begun.readTxn().addOne(application);
    var written =
        active(() -> write.writeAndReturnCommitData(begun, session, Option.empty(), false));
    take(CollectionConverters.asJava(written.actions()));
    this.tags = CollectionConverters.asJava(written.stringTags());
  }

  /** Whether a version has what the transaction, or a later one of the application, appended. */
  static boolean isDone(Snapshot version, String application, long transaction) {
    Option<Seq<SetTransaction>> listed =
        version.checksumOpt().flatMap(VersionChecksum::setTransactions);
    Seq<SetTransaction> all = listed.isDefined() ? listed.get() : version.setTransactions();
    return all.exists(t -> t.appId().equals(application) && t.version() >= transaction);
  }

  /** The rows as they lie in the files, with {@link #FILE} and {@link #PLACE}. */
  Dataset<Row> rows() {
    Dataset<Row> listed = rows;
    if (listed == null) {
      // Once: Spark lists the files with each reader that is made.
      listed = files.isEmpty() ? none() : inFiles();
      rows = listed;
    }
    return listed;
  }

  private Dataset<Row> none() {
    return spark
        .createDataFrame(List.of(), schema)
        .withColumn(FILE, lit(""))
        .withColumn(PLACE, lit(0L));
  }

  private Dataset<Row> inFiles() {
    return spark
        .read()
        .schema(schema)
        .parquet(
            files.stream().map(f -> Landing.literal(path(f).toString())).toArray(String[]::new))
        .withColumn(FILE, col("_metadata.file_name"))
        .withColumn(PLACE, col("_metadata.row_index"));
  }

  /**
   * Puts rows into the place of files.
   *
   * @param names of {@link #FILE}
   */
  void replace(Set<String> names, Dataset<Row> rows) {
    List<AddFile> gone = files.stream().filter(f -> names.contains(path(f).getName())).toList();
    List<FileAction> written = CollectionConverters.asJava(active(() -> begun.writeFiles(rows)));
    files.removeAll(gone);
    left.addAll(gone);
    this.rows = null;
    take(written);
  }

  /** Commits; whether the transaction had not been made before. */
  boolean append() {
    if (isDone(begun.snapshot(), application, transaction)) {
      return false;
    }
    List<Action> all = new ArrayList<>(others);
    all.addAll(files);
    isCommitting = true;
    var _ =
        active(() ->
            begun.commitIfNeeded(
                CollectionConverters.asScala(all).toSeq(),
                Transactions.operation(SaveMode.Append),
                scala(tags)));
    return true;
  }

  /**
   * Deletes the files that were not appended. Once a commit was tried, those that it names stay:
   * one that failed may be there all the same.
   */
  @Override
  public void close() {
    if (!isCommitting) {
      left.addAll(files);
    }
    for (AddFile file : left) {
      try {
        var _ = path(file).getFileSystem(log.newDeltaHadoopConf()).delete(path(file), false);
      } catch (IOException _) {
        // What was appended is; the next vacuum finds the file.
      }
    }
  }

  private void take(List<? extends Action> written) {
    for (Action action : written) {
      if (action instanceof AddFile file) {
        files.add(file);
      } else {
        others.add(action);
      }
    }
  }

  private Path path(AddFile file) {
    return new Path(log.dataPath(), file.toPath());
  }

  private <T> T active(Supplier<T> work) {
    return Transactions.active(spark, work);
  }

  private static scala.collection.immutable.Map<String, String> scala(Map<String, String> map) {
    return Map$.MODULE$.from(CollectionConverters.asScala(map));
  }
}
