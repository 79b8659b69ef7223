package io.supportlake.platform;

import static org.assertj.core.api.Assertions.assertThat;

import io.supportlake.testing.Lines;
import io.supportlake.testing.Rows;
import io.supportlake.testing.SparkSuite;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileNamesTest extends SparkSuite {
  private static final String PATH = "usage_event/2026-03-02/usr-1.jsonl.gz";

  /** As a subject's: not before a dot and a letter, which may be another's address. */
  private static final UnaryOperator<String> WITHOUT =
      name ->
          name.replaceAll("usr-1(?![\\w-]|\\.\\w)", "erased-0")
              .replaceAll("anna@x\\.org(?!\\.\\w)", ErasedRecords.NO_TEXT);

  @TempDir private Path folder;

  private Path zone;
  private Lake lake;

  @BeforeEach
  void makeAZone() throws IOException {
    zone = Files.createDirectory(folder.resolve("zone"));
    lake = lakeIn(folder);
  }

  private FileNames names() {
    return new FileNames(spark(), lake, landing());
  }

  private Landing landing() {
    return new Landing(zone.toString(), spark().sparkContext().hadoopConfiguration());
  }

  private void land(String path, String content) throws IOException {
    Path file = zone.resolve(path);
    Files.createDirectories(file.resolveSibling("."));
    Files.writeString(file, content);
  }

  private List<String> landed() throws IOException {
    try (Stream<Path> all = Files.walk(zone)) {
      return all.filter(p -> !p.equals(zone))
          .map(p -> zone.relativize(p).toString())
          .sorted()
          .toList();
    }
  }

  private void append(String table, Rows rows) {
    lake.append(table, rows.dataset(spark()), 1, 1);
  }

  @Test
  void whatTellsOfAFileTellsOfItByItsOtherNameAndOfOthersByTheirs() throws IOException {
    land(PATH, "a");
    land("usage_event/2026-03-02/usr-10.jsonl", "b");
    append(
        "ops.landing_file",
        Rows.of(CONTRACTS, "ops.landing_file")
            .with("path", PATH)
            .with("path", "usage_event/2026-01-01/removed-usr-1.jsonl")
            .with("path", "usage_event/2026-03-02/usr-10.jsonl"));
    append(
        "ops.quarantine",
        Rows.of(CONTRACTS, "ops.quarantine")
            .with("ingest_file", PATH, "replayed_file", "usage_event/2026-03-03/x.jsonl")
            .with("ingest_file", "usage_event/2026-03-02/usr-10.jsonl", "replayed_file", PATH));
    append(
        "bronze.usage_event",
        Rows.of(CONTRACTS, "bronze.usage_event").with("record_id", "u1", "ingest_file", PATH));
    append("ops.check", Rows.of(CONTRACTS, "ops.check").with("file", PATH));

    assertThat(names().without(WITHOUT)).hasSize(2);

    String name = Lines.of(lake.read("bronze.usage_event"), "ingest_file").getFirst();
    assertThat(name).matches("usage_event/2026-03-02/erased-0-[0-9a-f]{8}\\.jsonl\\.gz");
    assertThat(zone.resolve(name)).hasContent("a");
    assertThat(landed())
        .containsExactly(
            "usage_event", "usage_event/2026-03-02", name, "usage_event/2026-03-02/usr-10.jsonl");
    assertThat(Lines.of(lake.read("ops.landing_file"), "path"))
        .hasSize(3)
        .contains(name, "usage_event/2026-03-02/usr-10.jsonl")
        .anyMatch(p -> p.matches("usage_event/2026-01-01/removed-erased-0-[0-9a-f]{8}\\.jsonl"));
    assertThat(Lines.of(lake.read("ops.quarantine"), "ingest_file", "replayed_file"))
        .containsExactlyInAnyOrder(
            name + "|usage_event/2026-03-03/x.jsonl",
            "usage_event/2026-03-02/usr-10.jsonl|" + name);
    assertThat(Lines.of(lake.read("ops.check"), "file")).containsExactly(name);
    assertThat(names().without(WITHOUT)).isEmpty();
  }

  @Test
  void filesWhoseNamesDifferByThePersonOnlyStayTwoAndEmptyFoldersGo() throws IOException {
    land("usage_event/usr-1/2026-03-02/calls.csv", "a");
    land("usage_event/2026-03-02/anna@x.org.csv", "b");
    land("usage_event/2026-03-02/usr-1.csv", "c");
    land("usage_event/2026-03-02/erased.csv", "d");
    Files.createDirectories(zone.resolve("usage_event/usr-1/empty"));
    Files.createDirectories(zone.resolve("usage_event/2026-03-02/usr-1"));

    assertThat(names().without(WITHOUT)).hasSize(3);

    assertThat(landed())
        .filteredOn(p -> p.endsWith(".csv"))
        .hasSize(4)
        .allSatisfy(p -> assertThat(p).doesNotContain("usr-1").doesNotContain("anna"));
    assertThat(zone.resolve("usage_event/2026-03-02/erased.csv")).hasContent("d");
    assertThat(zone.resolve("usage_event/2026-03-02/usr-1")).doesNotExist();
    assertThat(zone.resolve("usage_event/usr-1")).doesNotExist();
  }

  /** Cut off between the move and the tables, and delivered again before the next call. */
  @Test
  void aCallThatWasCutOffIsCompletedAndWhatCameMeanwhileIsAnotherFile() throws IOException {
    land("usage_event/2026-03-02/erased-0-first.jsonl.gz", "taken");
    land("usage_event/2026-03-02/.erased-0-first.jsonl.gz.renamed", PATH);
    land("usage_event/2026-03-02/.never-moved.renamed", PATH);
    land(PATH, "again");
    append("ops.landing_file", Rows.of(CONTRACTS, "ops.landing_file").with("path", PATH));

    assertThat(names().without(WITHOUT)).hasSize(1);

    assertThat(Lines.of(lake.read("ops.landing_file"), "path"))
        .containsExactly("usage_event/2026-03-02/erased-0-first.jsonl.gz");
    assertThat(landed()).hasSize(4).noneMatch(p -> p.contains("usr-1") || p.contains(".renamed"));
    assertThat(zone.resolve("usage_event/2026-03-02/erased-0-first.jsonl.gz")).hasContent("taken");
  }
}
