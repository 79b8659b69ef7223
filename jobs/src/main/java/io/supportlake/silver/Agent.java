package io.supportlake.silver;

import static org.apache.spark.sql.functions.array_distinct;
import static org.apache.spark.sql.functions.array_sort;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.filter;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.split;
import static org.apache.spark.sql.functions.transform;
import static org.apache.spark.sql.functions.trim;

import io.supportlake.Inputs;
import io.supportlake.KeptHistory;
import io.supportlake.Period;
import io.supportlake.Settings;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * {@code silver.agent}: one row per agent and assignment, as half-open intervals. The lists are
 * sorted sets, so a roster that merely orders them differently states no change.
 */
public final class Agent implements KeptHistory {
  private static final List<String> STATE =
      List.of(
          "tier",
          "team",
          "pod",
          "site",
          "skills",
          "languages",
          "certifications",
          "capacity",
          "zone",
          "status");

  /** For the platform. */
  public Agent() {}

  @Override
  public Dataset<Row> build(Inputs in, Period period) {
    Dataset<Row> changes =
        in.table("bronze.roster_change")
            .withColumn("skills", sortedSet(col("skills")))
            .withColumn("languages", sortedSet(col("languages")))
            .withColumn("certifications", sortedSet(col("certifications")));
    return History.intervals(changes, List.of("agent_id"), STATE);
  }

  /** Without names, which no table has. */
  @Override
  public Dataset<Row> pseudonymous(Dataset<Row> records, Settings settings) {
    return records.withColumn("agent_name", lit(null).cast("string"));
  }

  private static Column sortedSet(Column list) {
    Column entries = transform(split(list, "\\|"), entry -> trim(entry));
    return array_sort(array_distinct(filter(entries, entry -> entry.notEqual(lit("")))));
  }
}
