package io.supportlake.platform;

import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.delta.DeltaLog;
import org.apache.spark.sql.delta.Snapshot;
import org.apache.spark.sql.delta.VersionChecksum;
import org.apache.spark.sql.delta.actions.AddFile;
import org.apache.spark.sql.delta.files.TahoeBatchFileIndex;
import org.apache.spark.sql.execution.datasources.LogicalRelation$;
import scala.Option;
import scala.collection.immutable.Seq;
import scala.jdk.javaapi.CollectionConverters;

/**
 * The files of a version, for readers that have the list of them. Delta's own index of such a list
 * plans a query for every reader, to leave out the files that a filter does not want.
 */
final class ListedFiles extends TahoeBatchFileIndex {
  private ListedFiles(SparkSession spark, Seq<AddFile> files, DeltaLog log, Snapshot snapshot) {
    super(spark, "batch", files, log, log.dataPath(), snapshot, false);
  }

  /** The list that Delta writes beside a version of few files; none of many, or after a crash. */
  static Option<Seq<AddFile>> of(Snapshot snapshot) {
    return snapshot.checksumOpt().flatMap(VersionChecksum::allFiles);
  }

  /** The files of a version, as many as there are; where they are listed no job asks the log. */
  static List<AddFile> all(Snapshot snapshot) {
    Option<Seq<AddFile>> listed = of(snapshot);
    return listed.isDefined()
        ? CollectionConverters.asJava(listed.get())
        : snapshot.allFiles().collectAsList();
  }

  /** The rows of a version's files, to be computed by the session. */
  static Dataset<Row> rows(
      SparkSession spark, DeltaLog log, Snapshot snapshot, Seq<AddFile> files) {
    return org.apache.spark.sql.classic.Dataset.ofRows(
        (org.apache.spark.sql.classic.SparkSession) spark,
        LogicalRelation$.MODULE$.apply(
            log.buildHadoopFsRelationWithFileIndex(
                snapshot, new ListedFiles(spark, files, log, snapshot), Option.empty(), true),
            false));
  }

  @Override
  public Seq<AddFile> matchingFiles(Seq<Expression> partitionFilters, Seq<Expression> dataFilters) {
    if (!partitionFilters.isEmpty()) {
      return super.matchingFiles(partitionFilters, dataFilters);
    }
    List<Expression> filters = CollectionConverters.asJava(dataFilters);
    return filters.isEmpty()
        ? addFiles()
        : addFiles()
            .filter(file -> {
              FileStatistics statistics = FileStatistics.of(file);
              return filters.stream().allMatch(statistics::mayHold);
            })
            .toSeq();
  }
}
