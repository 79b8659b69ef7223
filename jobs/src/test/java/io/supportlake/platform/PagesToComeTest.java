package io.supportlake.platform;

import static org.assertj.core.api.Assertions.assertThat;

import io.supportlake.testing.Rows;
import io.supportlake.testing.SparkSuite;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PagesToComeTest extends SparkSuite {
  @TempDir private Path folder;

  private static String path(String name) {
    return "freshdesk_tickets/2026-03-02/" + name + ".json";
  }

  private Dataset<Row> planned(Landing landing, String name, long run) {
    return Rows.of(CONTRACTS, "ops.landing_file")
        .with(
            "path",
            path(name),
            "source",
            "freshdesk_tickets",
            "bytes",
            4,
            "content_hash",
            landing.contentHash(path(name)),
            "arrival_date",
            "2026-03-02",
            "run_sequence",
            run)
        .dataset(spark());
  }

  @Test
  void onlyAFileOfWhichTheLastRunThatPlannedItTookAllIsSettled() throws IOException {
    Lake lake = lakeIn(folder);
    Landing landing = new Landing(folder.resolve("zone").toString(), new Configuration());
    List<String> names =
        List.of("settled", "refused", "stopped", "changed", "open", "released", "again", "new");
    for (String name : names) {
      Path file = folder.resolve("zone").resolve(path(name));
      Files.createDirectories(file.resolveSibling(""));
      Files.writeString(file, "page");
    }
    lake.append(
        "ops.landing_file",
        Stream.of(
                planned(landing, "settled", 1),
                planned(landing, "refused", 1),
                planned(landing, "stopped", 2),
                planned(landing, "changed", 1),
                planned(landing, "open", 1),
                planned(landing, "released", 1),
                planned(landing, "again", 1),
                planned(landing, "again", 3))
            .reduce(Dataset::union)
            .orElseThrow(),
        8,
        1);
    Files.writeString(folder.resolve("zone").resolve(path("changed")), "else");
    lake.append(
        "ops.check",
        spark()
            .createDataFrame(
                FileChecks.refused(
                    1,
                    "bronze.case_event",
                    new TreeMap<>(java.util.Map.of(path("refused"), "cut"))),
                CONTRACTS.of("ops.check").schema())
            .union(
                Rows.of(CONTRACTS, "ops.check")
                    .with(
                        "run_sequence", 2,
                        "table_name", "bronze.case_event",
                        "file", "",
                        "severity", "error",
                        "is_passed", false)
                    .dataset(spark())),
        2,
        1);
    lake.append(
        "ops.quarantine",
        Rows.of(CONTRACTS, "ops.quarantine").with("ingest_file", path("open")).dataset(spark()),
        1,
        1);
    lake.append(
        "ops.released_file",
        Stream.of("released", "again")
            .map(name ->
                Rows.of(CONTRACTS, "ops.released_file")
                    .with("run_sequence", 1, "path", path(name))
                    .dataset(spark()))
            .reduce(Dataset::union)
            .orElseThrow(),
        2,
        1);

    PagesToCome toCome =
        PagesToCome.of(
            lake,
            landing,
            SourceMapping.load(
                HOME.resolve("conf"), List.of("freshdesk-tickets", "segment-track", "servicenow")));

    assertThat(names.stream().filter(name -> !toCome.has(path(name))))
        .containsExactly("settled", "again");
    assertThat(toCome.has("segment_track/2026-03-02/a.json"))
        .as("a line of one record takes nobody's with it")
        .isFalse();
    assertThat(toCome.has("servicenow_incident/2026-03-02/a.csv"))
        .as("who called did not resolve")
        .isTrue();
  }
}
