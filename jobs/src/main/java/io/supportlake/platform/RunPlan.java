package io.supportlake.platform;

import io.supportlake.rules.KeyedHash;
import java.sql.Date;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;

/**
 * What a run set out to do, as {@code ops.run_plan} has it. It is the last thing written before a
 * run reads: a run whose files stand in the manifest without a plan has read nothing.
 *
 * @param files number of files that the run has in the manifest
 * @param plannedAt when the run was begun
 */
record RunPlan(long runSequence, LocalDate from, LocalDate to, long files, Instant plannedAt) {

  /** All plans by run; a row a run. */
  static SortedMap<Long, RunPlan> all(Lake lake) {
    SortedMap<Long, RunPlan> plans = new TreeMap<>();
    for (Row row :
        lake.read("ops.run_plan")
            .select("run_sequence", "from_date", "to_date", "file_count", "planned_at")
            .collectAsList()) {
      plans.put(
          row.getLong(0),
          new RunPlan(
              row.getLong(0),
              row.getDate(1).toLocalDate(),
              row.getDate(2).toLocalDate(),
              row.getLong(3),
              row.getTimestamp(4).toInstant()));
    }
    return plans;
  }

  /** Writes the plan of a run that makes no tokens, once for its run. */
  void write(SparkSession spark, Lake lake) {
    write(spark, lake, null, null);
  }

  /**
   * Writes the plan, once for its run.
   *
   * @param key what the run makes tokens with
   */
  void write(SparkSession spark, Lake lake, KeyedHash key) {
    write(spark, lake, key.keyId(), LakeKey.fingerprint(key));
  }

  private void write(
      SparkSession spark, Lake lake, @Nullable String keyId, @Nullable String fingerprint) {
    lake.append(
        "ops.run_plan",
        spark.createDataFrame(
            List.of(
                RowFactory.create(
                    runSequence,
                    Date.valueOf(from),
                    Date.valueOf(to),
                    files,
                    Timestamp.from(plannedAt),
                    keyId,
                    fingerprint)),
            lake.contract("ops.run_plan").schema()),
        1,
        runSequence);
  }
}
