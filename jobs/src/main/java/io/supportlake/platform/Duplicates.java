package io.supportlake.platform;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.collect_set;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.count_if;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.when;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * Which of a run's staged records are duplicates or corrections. All others are their id's first.
 *
 * @param versions of the few records whose id may stand more than once, here or in bronze: their
 *     file and place, and {@code decided_version} (null = a duplicate)
 * @param rows of versions
 * @param byFile duplicates by landed file; a file without any is not there
 * @param touched staged files with duplicates or corrections
 */
record Duplicates(Dataset<Row> versions, long rows, Map<String, Long> byFile, Set<String> touched) {
  private static final String ID_HASH = "id_hash";

  /** Hashes that are part of a plan. */
  private static final int MOST_LISTED = 100_000;

  /**
   * Told by the ids' hashes; only records whose hash stands more than once are looked at.
   *
   * @param staged accepted records with their file and place
   * @param idHashes of their ids, sorted, as {@link RepeatedHashes#asked} has them; empty = not
   *     kept
   * @param existing {@code record_id}, {@code content_hash}, {@code record_version} of earlier
   *     runs; empty = there were none
   */
  static Duplicates among(
      Dataset<Row> staged, Optional<long[]> idHashes, Optional<Dataset<Row>> existing) {
    Dataset<Row> candidates =
        staged
            .select(
                "record_id",
                "content_hash",
                "arrival_date",
                "ingest_file",
                StagedAppend.FILE,
                StagedAppend.PLACE)
            .withColumn(ID_HASH, RepeatedHashes.asked(col("record_id")));
    Optional<Dataset<Row>> stored =
        existing.map(e -> e.withColumn(ID_HASH, RepeatedHashes.asked(col("record_id"))));
    Dataset<Row> contested = contested(candidates, idHashes, stored);
    long hashes = contested.count();
    if (hashes == 0) {
      return new Duplicates(contested, 0, Map.of(), Set.of());
    }
    Dataset<Row> joined = Lake.joined(contested, hashes);
    String[] hash = {ID_HASH};
    Dataset<Row> versions =
        Ingest.versioned(
                candidates.join(joined, hash, "left_semi").drop(ID_HASH),
                stored
                    .map(e -> e.join(joined, hash, "left_semi").drop(ID_HASH))
                    .orElseGet(() -> nothing(staged)))
            .select(
                col(StagedAppend.FILE),
                col(StagedAppend.PLACE),
                col("ingest_file"),
                col("record_version").as("decided_version"))
            .localCheckpoint();
    Map<String, Long> byFile = new TreeMap<>();
    Set<String> touched = new TreeSet<>();
    long rows = 0;
    Column isChanged = coalesce(col("decided_version"), lit(0)).notEqual(1);
    // At most as many rows as the run takes files, each with some of the few files that were
    // staged. Counted by both first: a set is not collected in generated code.
    for (Row file :
        versions
            .groupBy("ingest_file", StagedAppend.FILE)
            .agg(
                count(lit(1)).as("records"),
                count_if(col("decided_version").isNull()).as("duplicates"),
                count_if(isChanged).as("changed"))
            .groupBy("ingest_file")
            .agg(
                sum("records"),
                sum("duplicates"),
                collect_set(when(col("changed").gt(0), col(StagedAppend.FILE))))
            .collectAsList()) {
      rows += file.getLong(1);
      if (file.getLong(2) > 0) {
        byFile.put(file.getString(0), file.getLong(2));
      }
      touched.addAll(file.getList(3));
    }
    return new Duplicates(versions, rows, byFile, touched);
  }

  private static Dataset<Row> nothing(Dataset<Row> staged) {
    return staged
        .limit(0)
        .select(col("record_id"), col("content_hash"), lit(1).as("record_version"));
  }

  /** Hashes of the ids that stand more than once. */
  private static Dataset<Row> contested(
      Dataset<Row> candidates, Optional<long[]> idHashes, Optional<Dataset<Row>> stored) {
    SparkSession spark = candidates.sparkSession();
    long[] repeated = idHashes.map(SortedHashes::repeated).orElse(new long[0]);
    if (idHashes.isEmpty() || repeated.length > MOST_LISTED) {
      Dataset<Row> asked = candidates.select(ID_HASH);
      return RepeatedHashes.among(
              stored
                  .map(e -> asked.unionAll(e.select(RepeatedHashes.known(col("record_id")))))
                  .orElse(asked))
          .toDF(ID_HASH)
          .localCheckpoint();
    }
    Dataset<Row> listed =
        spark
            .createDataset(LongStream.of(repeated).boxed().toList(), Encoders.LONG())
            .toDF(ID_HASH);
    if (stored.isEmpty()) {
      return listed;
    }
    try (SortedHashes hashes = new SortedHashes(spark, idHashes.get())) {
      return listed
          .unionAll(stored.get().select(ID_HASH).where(hashes.contain(col(ID_HASH))))
          .localCheckpoint();
    }
  }

  /** The touched files' records without duplicates, corrections with their versions. */
  Dataset<Row> mended(Dataset<Row> staged) {
    String[] row = {StagedAppend.FILE, StagedAppend.PLACE};
    return staged
        .where(col(StagedAppend.FILE).isInCollection(touched))
        .join(
            Lake.joined(versions.drop("ingest_file").withColumn("is_decided", lit(true)), rows),
            row,
            "left")
        .where("is_decided is null or decided_version is not null")
        .withColumn(
            "record_version",
            when(col("is_decided"), col("decided_version")).otherwise(col("record_version")));
  }
}
