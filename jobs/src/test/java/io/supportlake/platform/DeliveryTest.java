package io.supportlake.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.supportlake.testing.SmallHome;
import io.supportlake.testing.SparkSuite;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;

/**
 * One delivery with everything that may be wrong with files, and what becomes of those that are
 * mended. The installation has one source and one table.
 */
@TestInstance(Lifecycle.PER_CLASS)
class DeliveryTest extends SparkSuite {
  private static final LocalDate FIRST = LocalDate.of(2026, 3, 2);
  private static final LocalDate SECOND = FIRST.plusDays(1);

  @TempDir private static Path folder;

  private Contracts contracts = CONTRACTS;
  private Path own = folder;

  @BeforeAll
  void installOneSource() {
    Path home = SmallHome.of(HOME, folder.resolve("home"), List.of("silver.money_event"));
    contracts = Contracts.load(home.resolve("schemas"));
  }

  @Test
  void filesThatAreNotWholeAreRefusedAndTheOthersTaken() throws IOException {
    startIn("whole");
    byte[] packed = gzip(fees("cut", 400));
    land("cut.jsonl.gz", Arrays.copyOf(packed, packed.length / 2));
    land("cut-again.jsonl.gz", Arrays.copyOf(packed, packed.length - 9));
    land("plain.jsonl.gz", fees("plain", 3));
    land("plain.jsonl.bz2", fees("plain", 3));
    for (String packing : List.of("lz4", "snappy", "zst")) {
      land("never." + packing, fees("never", 3));
    }
    land("nothing.jsonl", new byte[0]);
    land("nothing.jsonl.gz", new byte[0]);
    land("packed-nothing.jsonl.gz", gzip(new byte[0]));
    land("good a+b [1]*.jsonl.gz", gzip(fees("good", 5)));
    land("good.jsonl", fees("plainly", 2));
    land("half.jsonl.tmp", fees("half", 1));
    land("_temporary/0/part-0.jsonl", fees("uncommitted", 1));

    Runner.Summary summary = runner().run(FIRST, FIRST);

    assertThat(summary.files()).isEqualTo(12);
    assertThat(summary.read()).isEqualTo(7);
    assertThat(summary.refused())
        .hasSize(7)
        .anySatisfy(
            f -> assertThat(f).contains("/never.lz4: it is packed in a way that is not taken"))
        .anySatisfy(
            f -> assertThat(f).contains("/never.snappy: it is packed in a way that is not taken"))
        .anySatisfy(
            f -> assertThat(f).contains("/never.zst: it is packed in a way that is not taken"))
        .anySatisfy(
            f -> assertThat(f).contains("/plain.jsonl.bz2: it is no bzip2, as its name says"))
        .anySatisfy(f -> assertThat(f).contains("/cut.jsonl.gz: it ends before"))
        .anySatisfy(f -> assertThat(f).contains("/cut-again.jsonl.gz: it ends before"))
        .anySatisfy(f -> assertThat(f).contains("/plain.jsonl.gz: it cannot be unpacked"));
    assertThatThrownBy(() -> Runner.refuseStopped(summary))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("/cut.jsonl.gz")
        .hasMessageContaining("delivers it whole, under the same or another name");
    assertThat(accounts("read_count = 0")).isEqualTo(10);
    assertThat(accounts("not is_passed")).isEqualTo(7);
    assertThat(ids("bronze.money_event")).hasSize(7).isEqualTo(ids("silver.money_event"));
    assertThat(FinishedSet.of(lake()).completeUntil("silver.money_event")).isEmpty();

    // Nothing was mended: the second run has no news of them.
    assertThat(runner().run(null, FIRST).refused()).isEmpty();

    land("cut.jsonl.gz", packed);
    land("cut-under-another-name.jsonl.gz", packed);
    Files.move(file("half.jsonl.tmp"), file("half.jsonl"));
    Runner.Summary mended = runner().run(null, SECOND);
    Runner.refuseStopped(mended);
    assertThat(mended.files()).isEqualTo(3);
    assertThat(mended.read()).isEqualTo(801);
    assertThat(mended.accepted()).isEqualTo(401);
    assertThat(ids("bronze.money_event")).hasSize(408).isEqualTo(ids("silver.money_event"));
    assertThat(FinishedSet.of(lake()).completeUntil("silver.money_event")).contains(SECOND);
    assertBalanced();
  }

  /** By the reader's own setting, what lies behind a file's damage would be left away unsaid. */
  @Test
  void aDamagedFileIsRefusedAlsoWhereSparkIsToldToIgnoreIt() throws IOException {
    startIn("ignored");
    byte[] packed = gzip(fees("cut", 400));
    land("cut.jsonl.gz", Arrays.copyOf(packed, packed.length / 2));
    land("good.jsonl", fees("good", 2));
    spark().conf().set("spark.sql.files.ignoreCorruptFiles", "true");
    try {
      Runner.Summary summary = runner().run(FIRST, FIRST);

      assertThat(summary.refused()).singleElement().asString().contains("/cut.jsonl.gz: it ends");
      assertThat(ids("bronze.money_event")).hasSize(2);
    } finally {
      spark().conf().unset("spark.sql.files.ignoreCorruptFiles");
    }
  }

  @Test
  void aRefusedFileIsTakenOnceItIsMendedThoughSizeAndTimeAreAsBefore() throws IOException {
    startIn("same-size");
    byte[] packed = gzip(fees("damaged", 50));
    byte[] damaged = packed.clone();
    // The checksum at the end: all text can be unpacked, and still it is not what was packed.
    damaged[damaged.length - 6] ^= 1;
    land("damaged.jsonl.gz", damaged);
    FileTime time = Files.getLastModifiedTime(file("damaged.jsonl.gz"));
    assertThat(runner().run(FIRST, FIRST).refused()).hasSize(1);
    assertThat(ids("bronze.money_event")).isEmpty();

    land("damaged.jsonl.gz", packed);
    Files.setLastModifiedTime(file("damaged.jsonl.gz"), time);
    Runner.Summary mended = runner().run(null, SECOND);
    assertThat(mended.refused()).isEmpty();
    assertThat(mended.accepted()).isEqualTo(50);
  }

  /** Parsing stops after the first object of a line: the second must not be lost without a word. */
  @Test
  void twoRecordsOnALineAreRefusedAndNoneIsLost() throws IOException {
    startIn("joined");
    String lines = new String(fees("a", 300), StandardCharsets.UTF_8);
    String joined =
        lines
            .replaceFirst("}\\R", "} ")
            .replaceFirst("}\\R", "}\n")
            .replaceFirst("(?m)(a-7\".*)$", "$1 and more")
            // Taken for the elements of an array, the first would end it.
            .replaceFirst("(a-20\".*)}\\R", "$1,\"more\":{}}] ")
            .replaceFirst("(a-30\".*)}\\R(.*a-31\".*)}\\R", "$1,\"more\":{}},$2}] ");
    String nested = joined.replaceFirst("(?m)(a-40\".*)}$", "$1,\"more\":{\"share\":NaN}}");
    land("export-2026-03-02T09:30:00.jsonl", nested.getBytes(StandardCharsets.UTF_8));

    Runner.Summary summary = runner().run(FIRST, FIRST);

    assertThat(summary.files()).isEqualTo(1);
    assertThat(summary.read()).isEqualTo(296);
    assertThat(summary.quarantined()).isEqualTo(4);
    assertThat(ids("bronze.money_event"))
        .hasSize(292)
        .contains("a-40")
        .doesNotContain("a-0", "a-1", "a-7", "a-20", "a-21", "a-30", "a-31", "a-32");
    assertThat(
            lake().read("ops.quarantine").select("payload").collectAsList().stream()
                .map(r -> r.getString(0)))
        .anyMatch(p -> p.contains("a-0") && p.contains("a-1"))
        .anyMatch(p -> p.contains("a-20") && p.contains("a-21"))
        .anyMatch(p -> p.contains("a-30") && p.contains("a-31") && p.contains("a-32"))
        .anyMatch(p -> p.endsWith("and more"));
    assertBalanced();
  }

  @Test
  void aFirstRunBeginsWithTheEarliestDayThatHasLanded() throws IOException {
    startIn("unasked");
    land("a.jsonl", fees("a", 3));

    Runner.Summary summary = runner().run(null, SECOND);

    assertThat(summary.from()).isEqualTo(FIRST);
    assertThat(summary.read()).isEqualTo(3);
  }

  private void startIn(String name) {
    own = folder.resolve(name);
  }

  private Path file(String name) {
    return own.resolve("landing/money_event").resolve(FIRST.toString()).resolve(name);
  }

  private void land(String name, byte[] content) throws IOException {
    Path file = file(name);
    Files.createDirectories(file.resolveSibling("."));
    Files.write(file, content);
  }

  private static byte[] fees(String prefix, int count) {
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < count; i++) {
      lines.append(
          "{\"event_id\":\"%s-%d\",\"account_id\":\"A1\",\"occurred_at\":\"2026-03-02T09:00:00Z\",\"kind\":\"fee\",\"amount\":\"%d.50\",\"currency\":\"EUR\"}%n"
              .formatted(prefix, i, i));
    }
    return lines.toString().getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] gzip(byte[] content) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
      gzip.write(content);
    }
    return packed.toByteArray();
  }

  private Runner runner() {
    RunConfig config =
        RunConfig.load(HOME.resolve("conf"), null)
            .at(own.resolve("lake"), own.resolve("landing"), own.resolve("out"));
    return new Runner(
        spark(), contracts, config, SETTINGS, HOME.resolve("conf"), Progress.silent());
  }

  private Lake lake() {
    return new Lake(
        spark(),
        new RunConfig.Locations(
            own.resolve("lake").toString(),
            own.resolve("lake/restricted").toString(),
            own.resolve("out").toString()),
        contracts);
  }

  private List<String> ids(String table) {
    String id = table.startsWith("bronze") ? "record_id" : "event_id";
    return lake().read(table).select(id).collectAsList().stream()
        .map(r -> r.getString(0))
        .sorted()
        .toList();
  }

  private long accounts(String condition) {
    return lake().read("ops.check").where("read_count is not null").where(condition).count();
  }

  /** Every file of the manifest has its account in its run, and every account balances. */
  private void assertBalanced() {
    assertThat(accounts("read_count <> accepted_count + duplicate_count + quarantined_count"))
        .isZero();
    assertThat(
            lake()
                .read("ops.landing_file")
                .withColumnRenamed("path", "file")
                .join(
                    lake().read("ops.check").where("read_count is not null"),
                    scala.jdk.javaapi.CollectionConverters.asScala(List.of("file", "run_sequence"))
                        .toSeq(),
                    "left_anti")
                .count())
        .isZero();
    assertThat(accounts("true")).isEqualTo(lake().read("ops.landing_file").count());
  }
}
