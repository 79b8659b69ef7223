package io.supportlake.platform;

import static org.assertj.core.api.Assertions.assertThat;

import io.supportlake.Period;
import io.supportlake.testing.Lines;
import io.supportlake.testing.Rows;
import io.supportlake.testing.SparkSuite;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LakeInputsTest extends SparkSuite {
  private static final String EPISODES = "gold.episode_outcome";

  @TempDir private Path folder;

  /** Else what ends long after it began would be missing from the month in which it ended. */
  @Test
  void rowsAreReadByEveryDateThatTheReaderCountsBy() {
    Lake lake = lakeIn(folder);
    lake.append(
        EPISODES,
        Rows.of(CONTRACTS, EPISODES)
            .with("episode_id", "begun", "started_date", "2026-03-31")
            .with("episode_id", "ended", "started_date", "2024-01-05", "ended_date", "2026-02-01")
            .with(
                "episode_id",
                "solved",
                "started_date",
                "2025-01-05",
                "first_solved_date",
                "2026-02-28",
                "ended_date",
                "2026-05-01")
            .with(
                "episode_id",
                "around",
                "started_date",
                "2026-01-31",
                "first_contact_ended_date",
                "2026-04-01",
                "ended_date",
                "2026-04-01")
            .with("episode_id", "open", "started_date", "2026-01-31")
            .with("episode_id", "later", "started_date", "2026-04-01")
            .dataset(spark()),
        6,
        1);

    Dataset<Row> read =
        inputs(lake, "gold.metric", LocalDate.of(2026, 2, 1), LocalDate.of(2026, 3, 1))
            .table(EPISODES);

    assertThat(Lines.of(read, "episode_id")).containsExactly("begun", "ended", "solved");
  }

  private static LakeInputs inputs(Lake lake, String table, LocalDate... days) {
    LocalDate last = LocalDate.of(2026, 3, 31);
    return new LakeInputs(
        spark(),
        SETTINGS,
        lake,
        CONTRACTS,
        CONTRACTS.of(table),
        new Period(last, last, List.of(days)),
        Map.of(),
        null,
        null,
        name -> {
          throw new AssertionError(name);
        },
        name -> {
          throw new AssertionError(name);
        });
  }
}
