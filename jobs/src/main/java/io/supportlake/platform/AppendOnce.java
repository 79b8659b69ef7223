package io.supportlake.platform;

import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.delta.DeltaLog;
import org.apache.spark.sql.delta.DeltaOptions;
import org.apache.spark.sql.delta.OptimisticTransaction;
import org.apache.spark.sql.delta.Snapshot;
import org.apache.spark.sql.delta.VersionChecksum;
import org.apache.spark.sql.delta.actions.Action;
import org.apache.spark.sql.delta.actions.SetTransaction;
import org.apache.spark.sql.delta.commands.DMLUtils.TaggedCommitData;
import org.apache.spark.sql.delta.commands.WriteIntoDelta;
import scala.Option;
import scala.collection.immutable.Map$;
import scala.collection.immutable.Seq;
import scala.jdk.javaapi.CollectionConverters;

/**
 * An append that an application's transaction makes once, however often it is tried. Delta's own
 * replays the whole log, by Spark jobs, to learn which transaction was the last; the list of them
 * that stands beside every version says the same. Where it does not stand, as after a crash between
 * a commit and its list, the log is replayed.
 */
final class AppendOnce {
  private AppendOnce() {}

  /**
   * Appends, to a new table if there is none.
   *
   * @param properties of a new table
   * @param transaction rises from append to append of the application; one that is not above the
   *     last changes nothing
   */
  static void append(
      DeltaLog log,
      Dataset<Row> rows,
      Map<String, String> properties,
      String application,
      long transaction) {
    var spark = (org.apache.spark.sql.classic.SparkSession) rows.sparkSession();
    Map<String, String> options =
        Map.of(
            DeltaOptions.TXN_APP_ID(),
            application,
            DeltaOptions.TXN_VERSION(),
            String.valueOf(transaction));
    WriteIntoDelta write =
        new WriteIntoDelta(
            log,
            SaveMode.Append,
            new DeltaOptions(scala(options), spark.sessionState().conf()),
            Transactions.NO_PARTITIONS,
            scala(properties),
            rows,
            Option.empty(),
            Option.empty(),
            false);
    Transactions.run(
        spark,
        log,
        begun -> {
          // As Delta's own look does: the commit fails if another made the same one meanwhile.
          var _ = begun.readTxn().addOne(application);
          if (!isDone(begun.snapshot(), application, transaction)) {
            commit(begun, write);
          }
        });
  }

  /** Whether a version has what the transaction, or a later one of the application, appended. */
  static boolean isDone(Snapshot version, String application, long transaction) {
    Option<Seq<SetTransaction>> listed =
        version.checksumOpt().flatMap(VersionChecksum::setTransactions);
    Seq<SetTransaction> all = listed.isDefined() ? listed.get() : version.setTransactions();
    return all.exists(t -> t.appId().equals(application) && t.version() >= transaction);
  }

  private static void commit(OptimisticTransaction begun, WriteIntoDelta write) {
    TaggedCommitData<Action> written =
        write.writeAndReturnCommitData(begun, write.data().sparkSession(), Option.empty(), false);
    var _ =
        begun.commitIfNeeded(
            written.actions(), Transactions.operation(SaveMode.Append), written.stringTags());
  }

  private static scala.collection.immutable.Map<String, String> scala(Map<String, String> map) {
    return Map$.MODULE$.from(CollectionConverters.asScala(map));
  }
}
