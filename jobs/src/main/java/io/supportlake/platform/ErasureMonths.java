package io.supportlake.platform;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.from_utc_timestamp;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.to_date;

import io.supportlake.rules.EpisodeLinker;
import java.sql.Date;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * {@code ops.erasure_month}: months whose numbers may move since cases lost their user's words. It
 * holds no days: those of a case would lead to it, and to what stays of the person.
 */
final class ErasureMonths {
  /** The table. */
  static final String TABLE = "ops.erasure_month";

  private ErasureMonths() {}

  /**
   * Notes the months of the cases that a user has written to or has events in, and of those that an
   * episode may link with them; those noted on this day are not noted again.
   *
   * @param zone of months
   * @param tokens of the user, before and after the tables were gone through
   */
  static void note(SparkSession spark, Lake lake, ZoneId zone, String... tokens) {
    LocalDate erasedOn = FinishedSet.of(lake).to();
    if (erasedOn == null) {
      return;
    }
    Column isOwn =
        col("user_id").isin((Object[]) tokens).or(col("actor_id").isin((Object[]) tokens));
    Dataset<Row> own = lake.read("silver.case_event").where(isOwn).select("case_id").distinct();
    List<Row> months =
        lake.read("silver.support_case")
            .join(own, new String[] {"case_id"}, "left_semi")
            .withColumn(
                "last_event_date", to_date(from_utc_timestamp(col("last_event_at"), zone.getId())))
            .select(
                expr("explode(sequence(cast(trunc(date_sub(opened_date, %1$d), 'MM') as date), cast(trunc(date_add(last_event_date, %1$d), 'MM') as date), interval 1 month))"
                        .formatted(EpisodeLinker.CAP.toDays()))
                    .as("month_start"),
                lit(Date.valueOf(erasedOn)).as("erased_on"))
            .except(lake.read(TABLE).select("month_start", "erased_on"))
            // At most the months of the history.
            .collectAsList();
    if (!months.isEmpty()) {
      lake.append(
          TABLE,
          spark.createDataFrame(months, lake.contract(TABLE).schema()),
          months.size(),
          lake.version(TABLE) + 1);
    }
  }
}
