package io.supportlake.platform;

import static org.apache.spark.sql.functions.col;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.delta.tables.DeltaTable;
import io.supportlake.platform.ManifestFiles.TakenFile;
import io.supportlake.testing.Lines;
import io.supportlake.testing.SmallHome;
import io.supportlake.testing.SparkSuite;
import io.supportlake.testing.Tree;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.apache.spark.sql.delta.DeltaLog;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole runs of an installation with one source: whatever is delivered is taken exactly once. */
class ExactlyOnceTest extends SparkSuite {
  private static final LocalDate FIRST = LocalDate.of(2026, 3, 2);
  private static final LocalDate SECOND = FIRST.plusDays(1);

  @TempDir private static Path home;
  @TempDir private static Path firstDay;
  private static Contracts contracts = CONTRACTS;

  @TempDir private Path folder;

  @BeforeAll
  static void runTheFirstDay() throws IOException {
    contracts =
        Contracts.load(SmallHome.of(HOME, home, List.of("silver.money_event")).resolve("schemas"));
    Path landed = landed(firstDay, "2026-03-02/a.jsonl");
    land(landed, records(1, 2, 3).getBytes(StandardCharsets.UTF_8));
    assertThat(run(firstDay, FIRST).accepted()).isEqualTo(3);
  }

  @BeforeEach
  void startFromTheFirstDay() throws IOException {
    Tree.copy(firstDay, folder);
  }

  @Test
  void aFileThatIsMonthsLateArrivesWithTheRunThatSeesIt() throws IOException {
    land("2025-11-20/late.jsonl", record(9, "2025-11-19"));

    assertThat(run(SECOND).accepted()).isEqualTo(1);
    assertThat(Lines.of(bronze().where("record_id = 'm9'"), "event_date", "arrival_date"))
        .containsExactly("2025-11-19|2026-03-03");
    assertThat(run(SECOND).files()).isZero();
  }

  @Test
  void aFileDeliveredAgainUnderAnotherNameBringsDuplicatesOnly() throws IOException {
    land("2026-03-03/again.jsonl", records(1, 2, 3));

    assertThat(run(SECOND).accepted()).isZero();
    assertThat(accounts(2)).containsExactly("money_event/2026-03-03/again.jsonl|true|3|0|3|0");
    assertThat(ids()).containsExactly("m1", "m2", "m3");
  }

  /** Versions of this program before took hashes of twice as many digits. */
  @Test
  void recordsWithLongHashesAreKnownWhenTheyAreDeliveredAgain() throws IOException {
    DeltaTable.forPath(spark(), lake().path("bronze.money_event"))
        .updateExpr(Map.of("content_hash", "concat(content_hash, reverse(content_hash))"));
    land("2026-03-03/again.jsonl", records(1, 2, 3));

    assertThat(run(SECOND).accepted()).isZero();
    assertThat(accounts(2)).containsExactly("money_event/2026-03-03/again.jsonl|true|3|0|3|0");
  }

  @Test
  void aFileThatGrewAfterItWasTakenIsReportedUntilItIsDeliveredAsAFileOfItsOwn()
      throws IOException {
    Files.writeString(landed("2026-03-02/a.jsonl"), records(4) + "\n", StandardOpenOption.APPEND);

    Runner.Summary grown = run(SECOND);
    assertThat(grown.accepted()).isZero();
    assertThat(grown.refused())
        .containsExactly("money_event/2026-03-02/a.jsonl: it was changed after it was taken");

    Files.move(landed("2026-03-02/a.jsonl"), landed("2026-03-02/a-2.jsonl"));
    Runner.Summary anew = run(SECOND);
    assertThat(anew.refused()).isEmpty();
    assertThat(anew.accepted()).isEqualTo(1);
    assertThat(ids()).containsExactly("m1", "m2", "m3", "m4");
  }

  @Test
  void otherContentOfTheSameSizeIsSeenByItsHash() throws IOException {
    land("2026-03-02/a.jsonl", records(1, 2, 4));

    assertThat(run(SECOND).refused())
        .containsExactly("money_event/2026-03-02/a.jsonl: it was changed after it was taken");
  }

  @Test
  void aFileBeingWrittenIsLeftAloneUntilItIsRenamed() throws IOException {
    land("2026-03-03/b.jsonl.tmp", records(4));
    land("2026-03-03/.c.jsonl", records(5));
    assertThat(run(SECOND).files()).isZero();

    Files.move(landed("2026-03-03/b.jsonl.tmp"), landed("2026-03-03/b.jsonl"));
    assertThat(run(SECOND).accepted()).isEqualTo(1);
  }

  @Test
  void namesThatLookLikePatternsOrEscapesNameTheirFile() throws IOException {
    List<String> names = List.of("a+b [1].jsonl", "100%2B.jsonl", "*.jsonl", "{x,y}?.jsonl");
    for (int i = 0; i < names.size(); i++) {
      land("2026-03-03/" + names.get(i), records(10 + i));
    }

    assertThat(run(SECOND).accepted()).isEqualTo(4);
    assertThat(Lines.of(bronze().where("ingest_run = 2"), "ingest_file"))
        .containsExactlyInAnyOrderElementsOf(
            names.stream().map(n -> "money_event/2026-03-03/" + n).toList());
  }

  /** A record a file, some delivered twice under two names and some broken. */
  @Test
  void tenThousandSmallFilesAreEachAccountedForAndTakenOnce() throws IOException {
    Path day = Files.createDirectories(landed("2026-03-03"));
    for (int i = 0; i < 10_000; i++) {
      String record = records(i < 9_900 ? 10 + i : 10 + i - 9_900);
      Files.writeString(
          day.resolve("%05d.jsonl".formatted(i)),
          i % 1_000 == 7 ? record.replace("EUR", "none") : record);
    }

    Runner.Summary summary = run(SECOND);

    assertThat(summary.files()).isEqualTo(10_000);
    assertThat(summary.read()).isEqualTo(10_000);
    assertThat(summary.refused()).isEmpty();
    assertThat(
            Lines.of(
                lake().read("ops.check").where("run_sequence = 2 and read_count is not null"),
                "count(distinct file)",
                "sum(read_count)",
                "sum(accepted_count)",
                "sum(duplicate_count)",
                "sum(quarantined_count)"))
        .containsExactly("10000|10000|9891|99|10");
    assertThat(ids()).hasSize(9_894).doesNotHaveDuplicates();
    assertThat(Lines.of(lake().read("silver.money_event"), "event_id")).hasSize(9_894);
    assertThat(lake().read("ops.quarantine").where("line = 1").count()).isEqualTo(10);
    assertThat(run(SECOND).files()).isZero();
  }

  @Test
  void aPlannedFileThatChangedBeforeTheRunWasCompletedIsLeftToTheNextRun() throws IOException {
    land("2026-03-03/b.jsonl", records(4));
    land("2026-03-03/c.jsonl", records(5));
    var _ = crashAfterPlanning(2, SECOND, "2026-03-03/b.jsonl", "2026-03-03/c.jsonl");
    land("2026-03-03/b.jsonl", records(4, 6));
    Files.delete(landed("2026-03-03/c.jsonl"));

    Runner.Summary completed = run(SECOND);
    assertThat(completed.runSequence()).isEqualTo(2);
    assertThat(completed.accepted()).isZero();
    assertThat(completed.refused())
        .containsExactly(
            "money_event/2026-03-03/b.jsonl: it was changed after the run had planned to take it",
            "money_event/2026-03-03/c.jsonl: it is gone");
    assertThat(run(SECOND).accepted()).isEqualTo(2);
    assertThat(ids()).containsExactly("m1", "m2", "m3", "m4", "m6");
  }

  @Test
  void aFileThatIsBackAsItWasPlannedIsTakenThoughItsRunHadRefusedIt() throws IOException {
    land("2026-03-03/b.jsonl", records(4));
    var _ = crashAfterPlanning(2, SECOND, "2026-03-03/b.jsonl");
    Files.delete(landed("2026-03-03/b.jsonl"));
    assertThat(run(SECOND).refused()).containsExactly("money_event/2026-03-03/b.jsonl: it is gone");

    land("2026-03-03/b.jsonl", records(4));
    assertThat(run(SECOND).accepted()).isEqualTo(1);
    assertThat(run(SECOND).files()).isZero();
    assertThat(ids()).containsExactly("m1", "m2", "m3", "m4");
  }

  @Test
  void aFileThatChangedAfterTheCrashedRunHadCommittedItsRecordsIsOneThatWasTaken()
      throws IOException {
    land("2026-03-03/b.jsonl", records(4, 5));
    commit(crashAfterPlanning(2, SECOND, "2026-03-03/b.jsonl"));
    assertThat(bronze().where("ingest_run = 2").count()).isEqualTo(2);
    land("2026-03-03/b.jsonl", records(5, 6));

    assertThat(run(SECOND).refused()).isEmpty();
    assertThat(accounts(2)).containsExactly("money_event/2026-03-03/b.jsonl|true|2|2|0|0");
    assertThat(run(SECOND).refused())
        .containsExactly("money_event/2026-03-03/b.jsonl: it was changed after it was taken");
    Files.move(landed("2026-03-03/b.jsonl"), landed("2026-03-03/b-2.jsonl"));
    assertThat(run(SECOND).accepted()).isEqualTo(1);
    assertThat(ids()).containsExactly("m1", "m2", "m3", "m4", "m5", "m6");
    assertThat(Lines.of(lake().read("silver.money_event"), "event_id")).hasSize(6);
  }

  /** What brought the first copy of a record is gone, and so the second would be no duplicate. */
  @Test
  void aDuplicateStaysOneThoughTheFileOfItsFirstCopyIsGoneSinceTheCrash() throws IOException {
    land("2026-03-03/b.jsonl", records(4, 5));
    land("2026-03-03/c.jsonl", records(4, 6, 6));
    commit(crashAfterPlanning(2, SECOND, "2026-03-03/b.jsonl", "2026-03-03/c.jsonl"));
    Files.delete(landed("2026-03-03/b.jsonl"));

    assertThat(run(SECOND).refused()).isEmpty();
    assertThat(accounts(2))
        .containsExactlyInAnyOrder(
            "money_event/2026-03-03/b.jsonl|true|2|2|0|0",
            "money_event/2026-03-03/c.jsonl|true|3|1|2|0");
    assertThat(ids()).containsExactly("m1", "m2", "m3", "m4", "m5", "m6");
    assertThat(Lines.of(lake().read("silver.money_event"), "event_id")).hasSize(6);
    assertThat(folder.resolve("lake/restricted/_unfinished")).doesNotExist();
  }

  @Test
  void whatTheContractRefusedBeforeTheCrashWaitsForAReplayThoughItWasMendedSince()
      throws IOException {
    String gift = records(4).replace("\"fee\"", "\"gift\"");
    String drifted = records(9).replace("}", ",\"branch\":\"Lyon\"}");
    land("2026-03-03/b.jsonl", gift + drifted + records(IntStream.range(10, 59).toArray()));
    commit(crashAfterPlanning(2, SECOND, "2026-03-03/b.jsonl"));

    Contracts mended = knowingGifts();
    Runner.Summary completed = run(mended, folder, SECOND);

    assertThat(completed.accepted()).isEqualTo(50);
    assertThat(completed.quarantined()).isEqualTo(1);
    assertThat(accounts(2)).containsExactly("money_event/2026-03-03/b.jsonl|true|51|50|0|1");
    assertThat(Lines.of(lake().read("ops.quarantine"), "reasons[0]", "line", "payload"))
        .containsExactly("rule:kind is one of the four known|1|" + gift.strip());
    assertThat(Lines.of(lake().read("ops.drift"), "run_sequence", "column_name", "record_count"))
        .containsExactly("2|branch|1");
    assertThat(quarantine().replay("money_event", null).records()).isEqualTo(1);
    assertThat(run(mended, folder, SECOND).accepted()).isEqualTo(1);
    assertThat(ids()).hasSize(54).contains("m4");
  }

  @Test
  void whatTheRunHadTakenBeforeTheCrashStaysTakenThoughContractAndKeyAreOthersNow()
      throws IOException {
    land("2026-03-03/b.jsonl", records(4, 5).replace("\"fee\"", "\"gift\""));
    List<TakenFile> files = crashAfterPlanning(2, SECOND, "2026-03-03/b.jsonl");
    var _ =
        SourceIngestTest.ingest(lake(), folder, 2)
            .take(knowingGifts().of("raw.money_event"), files, Map.of(), List.of());
    Tree.delete(folder.resolve("mended"));
    Contracts otherKey =
        mended(
            "- name: kind",
            "- name: kind\n        primaryKey: true\n        primaryKeyPosition: 2");

    Runner.Summary completed = run(otherKey, folder, SECOND);

    assertThat(completed.stopped()).isEmpty();
    assertThat(completed.quarantined()).isZero();
    assertThat(accounts(2)).containsExactly("money_event/2026-03-03/b.jsonl|true|2|2|0|0");
    assertThat(ids()).containsExactly("m1", "m2", "m3", "m4", "m5");
  }

  @Test
  void aSourceThatWasStoppedBeforeTheCrashIsReleasedByAReplayOnceTheRunIsCompleted()
      throws IOException {
    land("2026-03-03/b.jsonl", records(4, 5).replace("\"fee\"", "\"gift\""));
    commit(crashAfterPlanning(2, SECOND, "2026-03-03/b.jsonl"));

    Contracts mended = knowingGifts();
    assertThat(run(mended, folder, SECOND).stopped()).containsExactly("money_event");
    assertThat(quarantine().replay("money_event", null).released()).hasSize(1);
    assertThat(run(mended, folder, SECOND).accepted()).isEqualTo(2);
    assertThat(ids()).containsExactly("m1", "m2", "m3", "m4", "m5");
  }

  @Test
  void whatWasDecidedButNotAppendedIsDecidedAnew() throws IOException {
    Path bronze = folder.resolve("lake/restricted/bronze/money_event");
    Path before = folder.resolve("before");
    Tree.copy(bronze, before);
    String gift = records(4).replace("\"fee\"", "\"gift\"");
    land("2026-03-03/b.jsonl", gift + records(IntStream.range(10, 60).toArray()));
    commit(crashAfterPlanning(2, SECOND, "2026-03-03/b.jsonl"));
    Tree.delete(bronze);
    Tree.copy(before, bronze);
    DeltaLog.clearCache();

    Runner.Summary completed = run(knowingGifts(), folder, SECOND);

    assertThat(completed.accepted()).isEqualTo(51);
    assertThat(completed.quarantined()).isZero();
    assertThat(lake().read("ops.quarantine").count()).isZero();
  }

  @Test
  void aRunIsNotCompletedWithoutWhatItHadDecided() throws IOException {
    land("2026-03-03/b.jsonl", records(4, 5));
    commit(crashAfterPlanning(2, SECOND, "2026-03-03/b.jsonl"));
    Path decisions = folder.resolve("lake/restricted/_unfinished");
    Path backup = folder.resolve("backup");
    Tree.copy(decisions, backup);
    Tree.delete(decisions);

    assertThatThrownBy(() -> run(SECOND))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("run 2 was cut off after it had appended to bronze.money_event")
        .hasMessageContaining("_unfinished/2, is gone");

    Tree.copy(backup, decisions);
    assertThat(run(SECOND).accepted()).isEqualTo(2);
  }

  @Test
  void aCompletedRunTellsOfFilesThatChangedAfterEarlierRunsHadTakenThem() throws IOException {
    land("2026-03-03/b.jsonl", records(4));
    var _ = crashAfterPlanning(2, SECOND, "2026-03-03/b.jsonl");
    Files.writeString(landed("2026-03-02/a.jsonl"), records(9), StandardOpenOption.APPEND);

    Runner.Summary completed = run(SECOND);

    assertThat(completed.accepted()).isEqualTo(1);
    assertThat(completed.refused())
        .containsExactly("money_event/2026-03-02/a.jsonl: it was changed after it was taken");
  }

  @Test
  void whatIsAppendedStaysThoughACheckWasTightenedSince() throws IOException {
    land("2026-03-03/b.jsonl", records(4).replace("EUR", "USD"));
    long before = lake().version("silver.money_event");
    assertThatThrownBy(() ->
            new Runner(
                    spark(),
                    contracts,
                    config(folder),
                    SETTINGS,
                    home.resolve("conf"),
                    Progress.silent(),
                    () -> {
                      if (lake().version("silver.money_event") > before) {
                        throw new IllegalStateException("the power went out");
                      }
                      return Instant.now();
                    })
                .run(null, SECOND))
        .hasMessageContaining("power");
    List<String> amounts =
        Lines.of(lake().read("silver.money_event"), "event_id", "reporting_amount");
    Contracts tightened = mended("silver/money_event", "<= 0.01 * count(*)", "< 0 * count(*)");

    assertThat(run(tightened, folder, SECOND).accepted()).isEqualTo(1);

    assertThat(Lines.of(lake().read("silver.money_event"), "event_id", "reporting_amount"))
        .isEqualTo(amounts)
        .hasSize(4);
    assertThat(
            Lines.of(lake().read("ops.run").where("run_sequence = 2"), "table_name", "rows_built"))
        .contains("silver.money_event|1");
    assertThat(
            Lines.of(
                lake().read("ops.check").where("run_sequence = 2 and not is_passed"), "table_name"))
        .containsExactly("silver.money_event");
  }

  @Test
  void maintenanceChangesNoRowAndLeavesTheSetAtTheVersionsThatStand() throws IOException {
    land("2026-03-03/b.jsonl", records(4));
    assertThat(run(SECOND).accepted()).isEqualTo(1);
    List<String> rows = Lines.of(lake().read("silver.money_event"), "event_id", "reporting_amount");
    long before = FinishedSet.of(lake()).runSequence();

    new Maintenance(
            spark(),
            lake(),
            contracts,
            config(folder),
            SETTINGS,
            home.resolve("conf"),
            Progress.silent())
        .run(168, null, false);

    FinishedSet set = FinishedSet.of(lake());
    assertThat(set.runSequence()).isGreaterThan(before);
    assertThat(set.tables().keySet())
        .contains("silver.money_event")
        .allSatisfy(t -> assertThat(set.version(t)).contains(lake().version(t)));
    assertThat(Lines.of(lake().read("silver.money_event"), "event_id", "reporting_amount"))
        .isEqualTo(rows);
    FinishedSet.nameNewest(spark(), lake(), "", Instant.now());
    assertThat(FinishedSet.of(lake()).runSequence()).isEqualTo(set.runSequence());
    assertThat(run(SECOND).accepted()).isZero();
  }

  @Test
  void recordsThatAnotherProgramTookOutOfBronzeAreMissed() throws IOException {
    land("2026-03-03/b.jsonl", records(4, 5));
    commit(crashAfterPlanning(2, SECOND, "2026-03-03/b.jsonl"));
    DeltaTable.forPath(spark(), lake().path("bronze.money_event")).delete("record_id = 'm4'");

    assertThatThrownBy(() -> run(SECOND))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("2 records were read but 1 are accounted for");
    assertThat(FinishedSet.of(lake()).runSequence()).isEqualTo(1);
  }

  /** Whose refusals nobody would hear of otherwise: the run after it ends well. */
  @Test
  void refusalsOfACompletedRunAreToldWithThoseOfTheRunAfterIt() throws IOException {
    land("2026-03-03/b.jsonl", records(4));
    var _ = crashAfterPlanning(2, SECOND, "2026-03-03/b.jsonl");
    Files.delete(landed("2026-03-03/b.jsonl"));
    land("2026-03-04/c.jsonl", records(5));

    Runner.Summary both = run(SECOND.plusDays(1));

    assertThat(both.runSequence()).isEqualTo(3);
    assertThat(both.accepted()).isEqualTo(1);
    assertThat(both.refused()).containsExactly("money_event/2026-03-03/b.jsonl: it is gone");
    assertThatThrownBy(() -> Runner.refuseStopped(both)).isInstanceOf(DataException.class);
  }

  @Test
  void aRunIsNotCompletedWithoutTheMappingThatItBeganWith() throws IOException {
    land("2026-03-03/b.jsonl", records(4));
    plan(2, SECOND, List.of(new TakenFile("vendor/2026-03-03/x", "vendor", 1, "hash", SECOND)));

    assertThatThrownBy(() -> run(SECOND))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("run 2 was begun with files of vendor");
    assertThat(FinishedSet.of(lake()).runSequence()).isEqualTo(1);
  }

  @Test
  void aHeaderThatCannotBeReadRefusesItsFileOnly() throws IOException {
    String csv = "event_id,account_id,occurred_at,kind,amount,currency%s%n";
    Contracts ofCsv = mended("value: json", "value: csv");
    String row = "%s,A1,2026-03-01T12:00:00Z,fee,1.50,EUR";
    land("2026-03-03/b.csv", csv.formatted(",Kind") + row.formatted("m4") + ",fee\n");
    land("2026-03-03/c.csv", csv.formatted(",file_path") + row.formatted("m5") + ",a.pdf\n");

    land("2026-03-03/d.csv", csv.formatted(",Ingest_File") + row.formatted("m6") + ",x\n");
    land("2026-03-03/e.csv", csv.formatted(",_metadata") + row.formatted("m7") + ",x\n");

    Runner.Summary summary = run(ofCsv, folder, SECOND);

    String kept =
        ": a column of its header line has a name that is kept for reading it (_corrupt_record, _metadata, ingest_file)";
    assertThat(summary.refused())
        .containsExactly(
            "money_event/2026-03-03/b.csv: two columns of its header line have the same name",
            "money_event/2026-03-03/d.csv" + kept,
            "money_event/2026-03-03/e.csv" + kept);
    assertThat(ids()).containsExactly("m1", "m2", "m3", "m5");
    assertThat(Lines.of(lake().read("ops.drift"), "column_name")).containsExactly("file_path");
  }

  @Test
  void aCrashedRunIsCompletedWithItsOwnDaysBeforeALaterDateIsRun() throws IOException {
    land("2026-03-03/b.jsonl", records(4));
    var _ = crashAfterPlanning(2, SECOND, "2026-03-03/b.jsonl");
    land("2026-03-03/c.jsonl", records(5));

    assertThat(run(SECOND.plusDays(2)).runSequence()).isEqualTo(3);
    assertThat(
            Lines.of(
                lake().read("ops.run").where("table_name = 'bronze.money_event'"),
                "run_sequence",
                "from_date",
                "to_date"))
        .containsExactly(
            "1|2026-03-02|2026-03-02", "2|2026-03-03|2026-03-03", "3|2026-03-04|2026-03-05");
    assertThat(
            Lines.of(bronze().where("ingest_run > 1"), "record_id", "ingest_run", "arrival_date"))
        .containsExactly("m4|2|2026-03-03", "m5|3|2026-03-05");
  }

  @Test
  void aLostManifestIsRefusedAndNothingIsTakenTwice() throws IOException {
    Tree.delete(folder.resolve("lake/ops/landing_file"));
    DeltaLog.clearCache();

    assertThatThrownBy(() -> run(SECOND))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("ops.landing_file lacks files that run 1 planned to take")
        .hasMessageContaining("restores ops/landing_file from a backup");
    assertThat(ids()).containsExactly("m1", "m2", "m3");
  }

  @Test
  void aManifestSetBackToAnOlderVersionIsRefusedUntilItIsRestored() throws IOException {
    land("2026-03-03/b.jsonl", records(4));
    assertThat(run(SECOND).accepted()).isEqualTo(1);
    long newest = lake().version("ops.landing_file");
    var _ = manifest().restoreToVersion(0);

    assertThatThrownBy(() -> run(SECOND.plusDays(1)))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("lacks files that run 2 planned");

    var _ = manifest().restoreToVersion(newest);
    assertThat(run(SECOND.plusDays(1)).files()).isZero();
    assertThat(ids()).containsExactly("m1", "m2", "m3", "m4");
  }

  private DeltaTable manifest() {
    return DeltaTable.forPath(spark(), lake().path("ops.landing_file"));
  }

  /** What a run leaves that is killed before it reads. */
  private List<TakenFile> crashAfterPlanning(long run, LocalDate to, String... paths)
      throws IOException {
    Landing landing = landing();
    List<TakenFile> files =
        landing.list("money_event").stream()
            .filter(f -> Stream.of(paths).anyMatch(p -> f.path().endsWith(p)))
            .map(f ->
                new TakenFile(f.path(), f.source(), f.bytes(), landing.contentHash(f.path()), to))
            .toList();
    assertThat(files).hasSize(paths.length);
    plan(run, to, files);
    return files;
  }

  private void plan(long run, LocalDate to, List<TakenFile> files) {
    Lake lake = lake();
    lake.append(
        "ops.landing_file", ManifestFiles.rows(spark(), lake, files, run), files.size(), run);
    new RunPlan(run, to, to, files.size(), Instant.now()).write(spark(), lake);
  }

  /** What a run leaves that is killed after run 2 has appended to bronze. */
  private void commit(List<TakenFile> files) {
    var _ =
        SourceIngestTest.ingest(lake(), folder, 2)
            .take(contracts.of("raw.money_event"), files, Map.of(), List.of());
  }

  /** The contracts with other words in that of the source. */
  private Contracts mended(String words, String others) throws IOException {
    return mended("raw/money_event", words, others);
  }

  private Contracts mended(String table, String words, String others) throws IOException {
    Path mended = folder.resolve("mended");
    Tree.copy(home, mended);
    Path file = mended.resolve("schemas/%s.odcs.yaml".formatted(table));
    assertThat(file).content().contains(words);
    Files.writeString(file, Files.readString(file).replace(words, others));
    return Contracts.load(mended.resolve("schemas"));
  }

  private Contracts knowingGifts() throws IOException {
    return mended("kind in ('fee'", "kind in ('gift','fee'");
  }

  private Landing landing() {
    return new Landing(
        folder.resolve("landing").toString(), spark().sparkContext().hadoopConfiguration());
  }

  private Quarantine quarantine() {
    return new Quarantine(spark(), contracts, config(folder), SETTINGS, home.resolve("conf"));
  }

  private Runner.Summary run(LocalDate to) {
    return run(folder, to);
  }

  private static Runner.Summary run(Path folder, LocalDate to) {
    return run(contracts, folder, to);
  }

  private static Runner.Summary run(Contracts contracts, Path folder, LocalDate to) {
    return new Runner(
            spark(), contracts, config(folder), SETTINGS, home.resolve("conf"), Progress.silent())
        .run(null, to);
  }

  private static RunConfig config(Path folder) {
    return RunConfig.load(home.resolve("conf"), null)
        .at(folder.resolve("lake"), folder.resolve("landing"), folder.resolve("out"));
  }

  private Lake lake() {
    return new Lake(
        spark(),
        new RunConfig.Locations(
            folder.resolve("lake").toString(),
            folder.resolve("lake/restricted").toString(),
            folder.resolve("out").toString()),
        contracts);
  }

  private org.apache.spark.sql.Dataset<org.apache.spark.sql.Row> bronze() {
    return lake().read("bronze.money_event");
  }

  private List<String> ids() {
    return Lines.of(bronze(), "record_id");
  }

  /** A line a file of a run: passed, read, accepted, duplicates, quarantined. */
  private List<String> accounts(long run) {
    return Lines.of(
        lake()
            .read("ops.check")
            .where(col("run_sequence").equalTo(run).and(col("read_count").isNotNull())),
        "file",
        "is_passed",
        "read_count",
        "accepted_count",
        "duplicate_count",
        "quarantined_count");
  }

  private static String records(int... ids) {
    return Arrays.stream(ids).mapToObj(i -> record(i, "2026-03-01")).collect(Collectors.joining());
  }

  private static String record(int id, String day) {
    return """
    {"event_id":"m%d","account_id":"A%d","occurred_at":"%sT12:00:00Z","kind":"fee","amount":"%d.50","currency":"EUR"}
    """
        .formatted(id, id * 7919 % 101, day, id);
  }

  private static byte[] gzip(String text) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream packed = new GZIPOutputStream(bytes)) {
      packed.write(text.getBytes(StandardCharsets.UTF_8));
    }
    return bytes.toByteArray();
  }

  private void land(String path, String text) throws IOException {
    land(path, text.getBytes(StandardCharsets.UTF_8));
  }

  private void land(String path, byte[] bytes) throws IOException {
    land(landed(path), bytes);
  }

  /** Delivers as one should: under a temporary name, then renamed. */
  private static void land(Path file, byte[] bytes) throws IOException {
    Path parent = Files.createDirectories(Objects.requireNonNull(file.getParent()));
    Path temporary = parent.resolve(file.getFileName() + ".part");
    Files.write(temporary, bytes);
    Files.move(temporary, file, StandardCopyOption.REPLACE_EXISTING);
  }

  private Path landed(String path) {
    return landed(folder, path);
  }

  private static Path landed(Path folder, String path) {
    return folder.resolve("landing/money_event").resolve(path);
  }
}
