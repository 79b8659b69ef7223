package io.supportlake.platform;

import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.delta.DeltaLog;
import org.apache.spark.sql.delta.DeltaOperations;
import org.apache.spark.sql.delta.DeltaOptions;
import org.apache.spark.sql.delta.OptimisticTransaction;
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
  private static final Seq<String> NO_PARTITIONS =
      CollectionConverters.asScala(List.<String>of()).toSeq();

  private final String application;
  private final long transaction;

  private AppendOnce(String application, long transaction) {
    this.application = application;
    this.transaction = transaction;
  }

  /**
   * Appends to a table that exists.
   *
   * @param transaction rises from append to append of the application; one that is not above the
   *     last changes nothing
   */
  static void append(DeltaLog log, Dataset<Row> rows, String application, long transaction) {
    var spark = (org.apache.spark.sql.classic.SparkSession) rows.sparkSession();
    AppendOnce once = new AppendOnce(application, transaction);
    var _ =
        spark.withActive(() ->
            log.withNewTransaction(
                Option.empty(), Option.empty(), begun -> once.commit(begun, log, rows)));
  }

  private Option<Object> commit(OptimisticTransaction begun, DeltaLog log, Dataset<Row> rows) {
    if (isDone(begun)) {
      return Option.empty();
    }
    var spark = (org.apache.spark.sql.classic.SparkSession) rows.sparkSession();
    Map<String, String> options =
        Map.of(
            DeltaOptions.TXN_APP_ID(),
            application,
            DeltaOptions.TXN_VERSION(),
            String.valueOf(transaction));
    TaggedCommitData<Action> written =
        new WriteIntoDelta(
                log,
                SaveMode.Append,
                new DeltaOptions(
                    Map$.MODULE$.from(CollectionConverters.asScala(options)),
                    spark.sessionState().conf()),
                NO_PARTITIONS,
                Map$.MODULE$.empty(),
                rows,
                Option.empty(),
                Option.empty(),
                false)
            .writeAndReturnCommitData(begun, spark, Option.empty(), false);
    return begun.commitIfNeeded(
        written.actions(),
        new DeltaOperations.Write(
            SaveMode.Append,
            Option.apply(NO_PARTITIONS),
            Option.empty(),
            Option.empty(),
            Option.empty(),
            Option.empty(),
            Option.empty(),
            Option.empty(),
            Option.empty()),
        written.stringTags());
  }

  private boolean isDone(OptimisticTransaction begun) {
    Option<Seq<SetTransaction>> listed =
        begun.snapshot().checksumOpt().flatMap(VersionChecksum::setTransactions);
    if (listed.isEmpty()) {
      return begun.txnVersion(application) >= transaction;
    }
    // What was read of others' commits: Delta refuses this one if the same was committed meanwhile.
    var _ = begun.readTxn().addOne(application);
    return listed.get().exists(t -> t.appId().equals(application) && t.version() >= transaction);
  }
}
