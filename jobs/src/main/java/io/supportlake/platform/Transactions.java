package io.supportlake.platform;

import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.delta.DeltaLog;
import org.apache.spark.sql.delta.DeltaOperations;
import org.apache.spark.sql.delta.OptimisticTransaction;
import scala.Option;
import scala.collection.immutable.Seq;
import scala.jdk.javaapi.CollectionConverters;
import scala.runtime.BoxedUnit;

/** What the commits that are put together here, and not by Delta's writer, have in common. */
final class Transactions {
  /** None of the tables has partitions. */
  static final Seq<String> NO_PARTITIONS = CollectionConverters.asScala(List.<String>of()).toSeq();

  private Transactions() {}

  /** Does a transaction's work on the newest version, with the session as the active one. */
  static void run(SparkSession spark, DeltaLog log, Consumer<OptimisticTransaction> work) {
    var _ =
        active(
            spark,
            () ->
                log.withNewTransaction(
                    Option.empty(),
                    Option.empty(),
                    begun -> {
                      work.accept(begun);
                      return BoxedUnit.UNIT;
                    }));
  }

  /** Does work of Delta's, which looks for the active session, in the one given. */
  static <T> T active(SparkSession spark, Supplier<T> work) {
    return ((org.apache.spark.sql.classic.SparkSession) spark).withActive(work::get);
  }

  /** What the table's history says of the commit. */
  static DeltaOperations.Write operation(SaveMode mode) {
    return new DeltaOperations.Write(
        mode,
        Option.apply(NO_PARTITIONS),
        Option.empty(),
        Option.empty(),
        Option.empty(),
        Option.empty(),
        Option.empty(),
        Option.empty(),
        Option.empty());
  }
}
