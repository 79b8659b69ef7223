package io.supportlake.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.supportlake.testing.Lines;
import io.supportlake.testing.Rows;
import io.supportlake.testing.SparkSuite;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ManifestFilesTest extends SparkSuite {
  private static final List<String> NAMES =
      List.of("cut", "moved", "changed", "refused", "since", "untouched");

  @TempDir private Path folder;

  private static String path(String name) {
    return "case_event/2026-03-02/" + name + ".jsonl";
  }

  private static byte[] bytes(String content) {
    return content.getBytes(StandardCharsets.UTF_8);
  }

  private static void replace(Landing landing, String name, String content) {
    landing.replace(
        path(name),
        sink -> {
          try (sink) {
            sink.write(bytes(content));
          }
        });
  }

  private static Dataset<Row> planned(Landing landing, String name) {
    return Rows.of(CONTRACTS, "ops.landing_file")
        .with(
            "path",
            path(name),
            "source",
            "case_event",
            "bytes",
            5,
            "content_hash",
            landing.contentHash(path(name)),
            "run_sequence",
            1)
        .dataset(spark());
  }

  private static Map<String, String> noted(Lake lake) {
    return lake
        .read("ops.landing_file")
        .select("path", "bytes", "content_hash")
        .collectAsList()
        .stream()
        .collect(
            Collectors.toMap(
                r -> r.getString(0),
                r -> r.getLong(1) + " " + r.getString(2),
                (a, _) -> a,
                TreeMap::new));
  }

  @Test
  void whatWasReplacedSinceItWasTakenIsNotedOnceAndNothingElse() throws IOException {
    Lake lake = lakeIn(folder);
    Path zone = folder.resolve("zone");
    Landing landing = new Landing(zone.toString(), new Configuration());
    NAMES.forEach(name -> landing.write(path(name), bytes("taken")));
    lake.append(
        "ops.landing_file",
        NAMES.stream().map(n -> planned(landing, n)).reduce(Dataset::union).orElseThrow(),
        NAMES.size(),
        1);
    lake.append(
        "ops.check",
        spark()
            .createDataFrame(
                FileChecks.refused(
                    1, "bronze.case_event", new TreeMap<>(Map.of(path("refused"), "cut"))),
                CONTRACTS.of("ops.check").schema()),
        1,
        1);
    Map<String, String> before = noted(lake);
    landing.write(path("changed"), bytes("by whoever delivers it"));
    Stream.of("moved", "changed", "refused", "since", "untaken")
        .peek(name -> {
          if (name.equals("untaken")) {
            landing.write(path(name), bytes("came later"));
          }
        })
        .forEach(name -> replace(landing, name, "without"));
    landing.write(path("since"), bytes("delivered again since"));
    // Cut off while the mark was written, and between mark and move.
    Path place = zone.resolve(path("cut")).resolveSibling(".");
    Files.writeString(place.resolve(".cut.jsonl.replacing"), "without");
    Files.writeString(place.resolve(".untouched.jsonl.replaced"), "0123");
    Files.writeString(
        place.resolve(".cut.jsonl.replaced"),
        landing.contentHash(path("cut")) + " " + landing.contentHash(path("moved")));

    assertThat(landing.list("case_event")).hasSize(NAMES.size() + 1);
    assertThat(landing.replaced())
        .extracting(Landing.Replaced::path)
        .containsExactlyInAnyOrder(
            path("moved"), path("changed"), path("refused"), path("untaken"));
    ManifestFiles.noteReplaced(spark(), lake, landing);

    Map<String, String> expected = new TreeMap<>(before);
    expected.put(path("moved"), "7 " + landing.contentHash(path("moved")));
    assertThat(noted(lake)).isEqualTo(expected);
    assertThat(Lines.of(lake.read("ops.landing_file"), "path")).hasSize(NAMES.size());
    long version = lake.version("ops.landing_file");
    try (Stream<Path> left = Files.list(place)) {
      assertThat(left.map(p -> p.getFileName().toString())).noneMatch(name -> name.startsWith("."));
    }
    ManifestFiles.noteReplaced(spark(), lake, landing);
    assertThat(lake.version("ops.landing_file")).isEqualTo(version);
  }

  @Test
  void marksOfALakeWithoutAManifestAreForgotten() {
    Lake lake = lakeIn(folder);
    Landing landing = new Landing(folder.resolve("zone").toString(), new Configuration());
    landing.write(path("new"), bytes("came"));
    replace(landing, "new", "without");

    ManifestFiles.noteReplaced(spark(), lake, landing);

    assertThat(landing.replaced()).isEmpty();
    assertThat(lake.exists("ops.landing_file")).isFalse();
  }

  @Test
  void aFileThatIsDeliveredAnewWhileItIsReplacedStays() {
    Landing landing = new Landing(folder.resolve("zone").toString(), new Configuration());
    landing.write(path("new"), bytes("came"));

    assertThatThrownBy(() ->
            landing.replace(
                path("new"),
                sink -> {
                  try (sink) {
                    sink.write(bytes("without"));
                  }
                  landing.write(path("new"), bytes("came anew"));
                }))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("was delivered anew while");
    assertThat(folder.resolve("zone").resolve(path("new"))).hasContent("came anew");
    assertThat(landing.replaced()).isEmpty();
    assertThat(folder.resolve("zone").resolve(path("new")).resolveSibling(".new.jsonl.tmp"))
        .doesNotExist();
    assertThat(new Landing(folder.resolve("none").toString(), new Configuration()).replaced())
        .isEmpty();
  }
}
