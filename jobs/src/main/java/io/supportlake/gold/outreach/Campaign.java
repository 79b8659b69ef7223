package io.supportlake.gold.outreach;

import static org.apache.spark.sql.functions.lit;

import io.supportlake.Inputs;
import java.sql.Date;
import java.time.LocalDate;
import java.util.Comparator;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Row;
import org.jspecify.annotations.Nullable;

/**
 * A campaign of conf/campaigns.
 *
 * @param endsOn last day it draws; null = open-ended
 * @param eligibility predicate on columns of silver.account (status, plan, segment, region ...) and
 *     tenure_days
 * @param treatmentShare probability of the treatment arm, in (0, 1)
 * @param horizonDays days after assignment in which the outcome counts
 * @param isList whether it fills the outreach lists
 */
record Campaign(
    String id,
    LocalDate startsOn,
    @Nullable LocalDate endsOn,
    String eligibility,
    double treatmentShare,
    int horizonDays,
    double minimumProbability,
    boolean isList) {

  /** All campaigns by id: configuration, a handful of rows, read while the table is planned. */
  static List<Campaign> all(Inputs in) {
    return in.table("conf.campaign").collectAsList().stream()
        .map(Campaign::of)
        .sorted(Comparator.comparing(Campaign::id))
        .toList();
  }

  private static Campaign of(Row row) {
    Date end = row.getAs("ends_on");
    Double minimum = row.getAs("minimum_probability");
    return new Campaign(
        row.getAs("campaign_id"),
        row.<Date>getAs("starts_on").toLocalDate(),
        end == null ? null : end.toLocalDate(),
        row.getAs("eligibility"),
        row.<Double>getAs("treatment_share"),
        row.<Integer>getAs("horizon_days"),
        minimum == null ? 0 : minimum,
        row.<Boolean>getAs("is_list"));
  }

  /** Whether it draws on a day. */
  Column covers(Column day) {
    Column started = day.geq(lit(startsOn));
    return endsOn == null ? started : started.and(day.leq(lit(endsOn)));
  }
}
