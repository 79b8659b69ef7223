package io.supportlake.silver;

import io.supportlake.Inputs;
import io.supportlake.Period;
import io.supportlake.Table;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** A contact in an episode, with the rule that put it there. */
public final class EpisodeContact implements Table {
  @Override
  public Dataset<Row> build(Inputs in, Period period) {
    return Episodes.members(in)
        .select(
            "contact_id",
            "episode_id",
            "account_id",
            "case_id",
            "contact_position",
            "link_rule",
            "gap_hours");
  }
}
