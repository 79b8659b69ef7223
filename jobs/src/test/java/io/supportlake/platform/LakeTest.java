package io.supportlake.platform;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.delta.exceptions.ConcurrentTransactionException;
import io.delta.tables.DeltaTable;
import io.supportlake.testing.Rows;
import io.supportlake.testing.SparkSuite;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.delta.DeltaLog;
import org.apache.spark.sql.types.DataTypes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import scala.Option;

class LakeTest extends SparkSuite {
  private static final String TABLE = "ops.drift";

  /** So many that Delta writes no list of files into the checksum. */
  private static final int MANY_FILES = 60;

  /** Rows that a commit is told of, so that it keeps the files apart. */
  private static final long MANY_ROWS = 1_000_000;

  private static final String CHECK = "spark.databricks.delta.retentionDurationCheck.enabled";

  private static final String NEW_COLUMN =
      """
            - name: branch
              logicalType: string
              physicalType: string
              description: "branch"
      """
          .indent(0);

  @TempDir private Path folder;

  @Test
  void aTableOfFewFilesIsReadAsDeltaReadsIt() {
    Lake lake = lakeIn(folder);
    lake.append(TABLE, drift(0, 30, 1), 30, 1);
    lake.append(TABLE, drift(30, 50, 1), 20, 2);

    assertThat(hasFileList(lake)).isTrue();
    assertSameRows(drift(0, 50, 1), lake.read(TABLE));
    assertSameRows(byDelta(lake, 1), lake.read(TABLE));
  }

  @Test
  void theLogHoldsDaysOfRowsAndNoIdOfAnAccount() throws IOException {
    Lake lake = lakeIn(folder);
    String table = "silver.usage_day";
    lake.append(
        table,
        Rows.of(CONTRACTS, table)
            .with("account_id", "person-usr_k1_77", "arrival_date", "2026-03-02")
            .dataset(spark()),
        1,
        1);

    try (Stream<Path> logs = Files.list(Path.of(lake.path(table), "_delta_log"))) {
      assertThat(logs.filter(l -> l.toString().endsWith(".json")).toList())
          .isNotEmpty()
          .allSatisfy(
              l -> assertThat(l).content().contains("2026-03-02").doesNotContain("person-"));
    }
  }

  @Test
  void aTableOfManyFilesIsReadAsDeltaReadsIt() throws IOException {
    Lake lake = lakeIn(folder);
    lake.append(TABLE, drift(0, 600, MANY_FILES), MANY_ROWS, 1);

    assertThat(parquetFiles(lake)).hasSize(MANY_FILES);
    assertThat(hasFileList(lake)).isFalse();
    assertSameRows(drift(0, 600, 1), lake.read(TABLE));
  }

  @Test
  void manyFilesAreJoinedAndFewAreNot() {
    Lake lake = lakeIn(folder);
    lake.joinFiles(TABLE);
    lake.append(TABLE, drift(0, 500, 49), MANY_ROWS, 1);
    lake.joinFiles(TABLE);

    assertThat(lake.read(TABLE).inputFiles()).hasSize(49);
    assertThat(hasFileList(lake)).isTrue();
    lake.append(TABLE, drift(500, 600, 1), 100, 2);
    lake.joinFiles(TABLE);
    assertThat(lake.read(TABLE).inputFiles()).hasSize(1);
    assertSameRows(drift(0, 600, 1), lake.read(TABLE));
    lake.append(TABLE, drift(500, 600, 1), 100, 2);
    assertThat(lake.read(TABLE).count()).as("the run's append is known still").isEqualTo(600);
  }

  @Test
  void filesThatCannotBeJoinedAreSaidAndStopNothing() throws IOException {
    Lake lake = lakeIn(folder);
    String table = "ops.source_profile";
    Rows rows = Rows.of(CONTRACTS, table);
    for (int i = 0; i < MANY_FILES; i++) {
      rows.with("run_sequence", (long) i);
    }
    lake.append(table, rows.dataset(spark()).repartition(MANY_FILES), MANY_ROWS, 1);
    String[] files = lake.read(table).inputFiles();
    assertThat(files).hasSizeGreaterThanOrEqualTo(50);
    Files.delete(Path.of(URI.create(files[0])));
    ByteArrayOutputStream said = new ByteArrayOutputStream();

    Runner.joinFiles(
        lake, new Progress(new PrintStream(said, true, StandardCharsets.UTF_8), () -> 0));

    assertThat(said.toString(StandardCharsets.UTF_8))
        .startsWith("   0.0s  ops.source_profile keeps its many small files")
        .hasLineCount(1);
    assertThat(lake.version(table)).isZero();
  }

  /**
   * As {@code maintain} finds it before the first run of a version whose contract has the column.
   */
  @Test
  void aTableThatHasNotTheColumnOfItsOrderYetIsJoinedAndSkippedByItOnceItHas() throws IOException {
    String table = "silver.case_status_interval";
    Lake now = lakeOf(table.replace('.', '/'), "started_date", "started_date");
    Lake before =
        lakeOf(
            "silver/case_status_interval",
            "      - name: started_date\n",
            "      - name: started_day\n");
    Dataset<Row> rows =
        Rows.of(CONTRACTS, table)
            .with("case_id", "case-1", "started_date", "2026-03-02")
            .with("case_id", "case-2", "started_date", "2026-03-03")
            .dataset(spark())
            .withColumnRenamed("started_date", "started_day");
    before.append(table, rows.repartition(2), MANY_ROWS, 1);
    assertThat(now.read(table).inputFiles()).hasSize(2);

    now.compact(table);

    assertThat(now.read(table).inputFiles()).hasSize(1);
    assertSameRows(rows, now.read(table));

    now.evolve(table);
    now.append(table, now.read(table).withColumn("started_date", col("started_day")), 2, 2);
    assertThat(
            DeltaLog.forTable(spark(), now.path(table))
                .update(false, Option.empty(), Option.empty())
                .allFiles()
                .collectAsList())
        .extracting(FileStatistics::of)
        .extracting(s -> s.leastDate("started_date"))
        .contains(LocalDate.of(2026, 3, 2));
  }

  /** As a process sees it that looks while another makes the table's first commit. */
  @Test
  void aTableIsSeenThoughItsLogWasAFolderWithoutACommitBefore() throws IOException {
    Lake elsewhere = lakeIn(folder.resolve("elsewhere"));
    elsewhere.append(TABLE, drift(0, 30, 1), 30, 1);
    Path table = Path.of(lakeIn(folder.resolve("here")).path(TABLE));
    Files.createDirectories(table.resolve("_delta_log"));
    assertThat(lakeIn(folder.resolve("here")).exists(TABLE)).isFalse();

    Path made = Path.of(elsewhere.path(TABLE));
    try (Stream<Path> files = Files.walk(made)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path copy = table.resolve(made.relativize(file));
        Files.createDirectories(Objects.requireNonNull(copy.getParent()));
        Files.copy(file, copy);
      }
    }
    assertThat(lakeIn(folder.resolve("here")).exists(TABLE)).isTrue();
    assertSameRows(drift(0, 30, 1), lakeIn(folder.resolve("here")).read(TABLE));
  }

  @Test
  void whatWasAppendedSinceAVersionIsToldUnlessTheTableWasWrittenAnew() {
    Lake lake = lakeIn(folder);
    lake.append(TABLE, drift(0, 30, 1), 30, 1);
    assertThat(lake.hasAppended(TABLE, 2)).isFalse();
    lake.append(TABLE, drift(30, 50, 1), 20, 2);

    assertThat(lake.hasAppended(TABLE, 2)).isTrue();
    assertThat(lake.hasAppended(TABLE, 3)).isFalse();
    assertSameRows(drift(30, 50, 1), lake.added(TABLE, 0).orElseThrow());
    assertSameRows(drift(0, 50, 1), lake.added(TABLE, -1).orElseThrow());
    lake.overwrite(TABLE, drift(0, 50, 1), 50);
    assertThat(lake.added(TABLE, 0)).isEmpty();
  }

  @Test
  void stagedRowsAreInNoVersionUntilTheyAreAppendedAsTheyWereMended() throws IOException {
    Lake lake = lakeIn(folder);
    lake.append(TABLE, drift(0, 30, 1), 30, 1);
    try (StagedAppend staged = lake.stage(TABLE, drift(30, 50, 2), 2)) {
      assertSameRows(drift(30, 50, 1), lake.ordered(lake.contract(TABLE), staged.rows()));
      assertSameRows(drift(0, 30, 1), lake.read(TABLE));
      String file =
          staged.rows().where("record_count = 300").select(StagedAppend.FILE).first().getString(0);
      lake.replace(
          TABLE,
          staged,
          Set.of(file),
          staged
              .rows()
              .where(col(StagedAppend.FILE).equalTo(file).and(col("record_count").gt(310))));

      assertThat(lake.append(TABLE, staged)).isTrue();
      assertSameRows(drift(32, 50, 1), lake.ordered(lake.contract(TABLE), staged.rows()));
    }
    assertSameRows(drift(0, 30, 1).union(drift(32, 50, 1)), lake.read(TABLE));
    assertThat(parquetFiles(lake)).hasSize(3);
  }

  @Test
  void stagedRowsThatAreNotAppendedLeaveNothing() throws IOException {
    Lake lake = lakeIn(folder);
    try (StagedAppend staged = lake.stage(TABLE, drift(0, 30, 2), 1)) {
      assertThat(parquetFiles(lake)).hasSize(2);
      assertThat(staged.rows().count()).isEqualTo(30);
    }
    assertThat(lake.exists(TABLE)).isFalse();
    assertThat(parquetFiles(lake)).isEmpty();

    lake.append(TABLE, drift(0, 30, 1), 30, 1);
    try (StagedAppend staged = lake.stage(TABLE, drift(30, 50, 1), 1)) {
      assertThat(lake.append(TABLE, staged)).isFalse();
    }
    assertSameRows(drift(0, 30, 1), lake.read(TABLE));
    assertThat(parquetFiles(lake)).hasSize(1);
  }

  @Test
  void theFilesOfACommitThatFailedStaySinceNobodyKnowsHowFarItGot() throws IOException {
    Lake lake = lakeIn(folder);
    lake.append(TABLE, drift(0, 30, 1), 30, 1);
    try (StagedAppend staged = lake.stage(TABLE, drift(30, 50, 1), 2)) {
      lakeIn(folder).append(TABLE, drift(30, 50, 1), 20, 2);

      assertThatThrownBy(() -> lake.append(TABLE, staged))
          .isInstanceOf(ConcurrentTransactionException.class);
    }
    assertSameRows(drift(0, 50, 1), lake.read(TABLE));
    assertThat(parquetFiles(lake)).hasSize(3);
  }

  @Test
  void whatWasStagedForATableThatNeverCameToBeIsSweptAwayAndNoOther() throws IOException {
    Lake lake = lakeIn(folder);
    Path stray = stray(lake, "bronze.money_event");
    Path withoutLog = stray(lake, "silver.money_event");
    Path quarantine = stray(lake, "ops.quarantine");
    lake.sweep();
    assertThat(stray).exists();

    new FinishedSet(
            0,
            LocalDate.parse("2026-03-02"),
            Map.of("silver.money_event", new FinishedSet.TableState(3L, null)))
        .succeed(spark(), lake, Map.of(), "", Instant.parse("2026-03-02T00:00:00Z"));
    lake.sweep();

    assertThat(stray.getParent()).doesNotExist();
    assertThat(withoutLog).exists();
    assertThat(quarantine).exists();
  }

  private static Path stray(Lake lake, String table) throws IOException {
    Path folder = Files.createDirectories(Path.of(lake.path(table)));
    return Files.writeString(folder.resolve("part-00000.snappy.parquet"), "of a run cut off");
  }

  @Test
  void noRowsAreStagedAndAppendedToo() {
    Lake lake = lakeIn(folder);
    try (StagedAppend staged = lake.stage(TABLE, drift(0, 0, 1), 1)) {
      assertThat(staged.rows().count()).isZero();
      assertThat(lake.append(TABLE, staged)).isTrue();
    }
    assertThat(lake.hasAppended(TABLE, 1)).isTrue();
    assertThat(lake.read(TABLE).count()).isZero();
  }

  @Test
  void anEarlierVersionKeepsItsRows() {
    Lake lake = lakeIn(folder);
    lake.append(TABLE, drift(0, 30, 1), 30, 1);
    lake.overwrite(TABLE, drift(100, 104, 1), 4);

    assertSameRows(drift(0, 30, 1), lake.read(TABLE, 0));
    assertSameRows(drift(100, 104, 1), lake.read(TABLE));
    assertThat(lake.version(TABLE)).isEqualTo(1);
  }

  @Test
  void aSecondAppendOfTheSameRunChangesNothing() {
    Lake lake = lakeIn(folder);
    lake.append(TABLE, drift(0, 3, 1), 3, 1);
    lake.append(TABLE, drift(3, 5, 1), 2, 1);
    assertSameRows(drift(0, 3, 1), lake.read(TABLE));

    lake.append(TABLE, drift(3, 5, 1), 2, 2);
    lake.append(TABLE, drift(5, 7, 1), 2, 2);
    lake.append(TABLE, drift(5, 7, 1), 2, 1);
    assertSameRows(drift(0, 5, 1), lake.read(TABLE));
    assertThat(lake.version(TABLE)).isEqualTo(1);
  }

  @Test
  void aSecondAppendChangesNothingWhereACrashLeftAVersionWithoutItsChecksum() throws IOException {
    Lake lake = lakeIn(folder);
    lake.append(TABLE, drift(0, 3, 1), 3, 1);
    lake.append(TABLE, drift(3, 5, 1), 2, 2);
    Files.delete(Path.of(lake.path(TABLE), "_delta_log/00000000000000000001.crc"));
    DeltaLog.clearCache();

    lake.append(TABLE, drift(5, 7, 1), 2, 2);
    assertThat(hasFileList(lake)).isFalse();
    assertSameRows(drift(0, 5, 1), lake.read(TABLE));

    lake.append(TABLE, drift(5, 7, 1), 2, 3);
    assertSameRows(drift(0, 7, 1), lake.read(TABLE));
  }

  @Test
  void bytesAreThoseOfTheNewestVersionsFiles() throws IOException {
    Lake lake = lakeIn(folder);
    assertThat(lake.bytes(TABLE)).isZero();

    lake.append(TABLE, drift(0, 30, 1), 30, 1);
    Path first = parquetFiles(lake).getFirst();
    assertThat(lake.bytes(TABLE)).isEqualTo(Files.size(first));

    lake.overwrite(TABLE, drift(0, 4, 1), 4);
    Path second =
        parquetFiles(lake).stream().filter(f -> !f.equals(first)).findFirst().orElseThrow();
    assertThat(lake.bytes(TABLE)).isEqualTo(Files.size(second));
  }

  @Test
  void replacedFilesAreKeptForTheHoursThatWereAskedFor() throws IOException {
    Lake lake = lakeIn(folder);
    lake.append(TABLE, drift(0, 30, 1), 30, 1);
    lake.overwrite(TABLE, drift(0, 4, 1), 4);

    lake.vacuum(TABLE, 168);
    assertThat(changedProperties(lake)).isEmpty();
    lake.vacuum(TABLE, 400);
    lake.vacuum(TABLE, 400);
    assertThat(changedProperties(lake))
        .containsExactly("{\"delta.deletedFileRetentionDuration\":\"interval 400 hours\"}");
    assertThat(parquetFiles(lake)).hasSize(2);

    spark().conf().set(CHECK, "false");
    try {
      lake.vacuum(TABLE, 0);
    } finally {
      spark().conf().unset(CHECK);
    }
    assertThat(parquetFiles(lake)).hasSize(1);
    assertSameRows(drift(0, 4, 1), lake.read(TABLE));
  }

  @Test
  void aColumnThatTheContractWidensOrAddsIsWidenedOrAddedAndNoValueIsLost() throws IOException {
    Lake before =
        lakeOf(
            "ops/drift",
            "logicalType: integer\n        physicalType: long\n        required: true\n        description: \"records",
            "logicalType: integer\n        physicalType: int\n        required: true\n        description: \"records");
    before.append(TABLE, drift(0, 30, 1), 30, 1);
    Lake wider =
        lakeOf(
            "ops/drift", "      - name: record_count", NEW_COLUMN + "      - name: record_count");

    wider.evolve(TABLE);

    assertThat(wider.read(TABLE).schema().apply("record_count").dataType())
        .isEqualTo(DataTypes.LongType);
    assertSameRows(
        drift(0, 30, 1).withColumn("branch", lit(null).cast("string")),
        wider
            .read(TABLE)
            .select(
                "run_sequence", "source", "column_name", "first_file", "record_count", "branch"));
    long version = wider.version(TABLE);
    wider.evolve(TABLE);
    assertThat(wider.version(TABLE)).isEqualTo(version);
  }

  @Test
  void aTypeThatCannotHoldEveryValueIsRefusedAndNothingChanges() throws IOException {
    Lake lake = lakeOf("ops/drift", "name: record_count", "name: record_count");
    lake.append(TABLE, drift(0, 30, 1), 30, 1);
    Lake narrower =
        lakeOf(
            "ops/drift",
            "physicalType: long\n        required: true\n        description: \"records",
            "physicalType: \"decimal(5,2)\"\n        required: true\n        description: \"records");

    assertThatThrownBy(() -> narrower.evolve(TABLE))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("record_count is DECIMAL(5,2), but the table holds BIGINT");
    assertThat(lake.version(TABLE)).isZero();
  }

  /** A lake in the folder whose contract of the table differs in one place. */
  private Lake lakeOf(String table, String from, String to) throws IOException {
    Path schemas = Files.createTempDirectory(folder, "schemas");
    try (Stream<Path> files = Files.walk(HOME.resolve("schemas"))) {
      for (Path file : files.toList()) {
        Path copy = schemas.resolve(HOME.resolve("schemas").relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(copy);
        } else {
          Files.copy(file, copy);
        }
      }
    }
    Path contract = schemas.resolve(table + ".odcs.yaml");
    String text = Files.readString(contract);
    assertThat(text).contains(from);
    Files.writeString(contract, text.replace(from, to));
    RunConfig config =
        RunConfig.load(HOME.resolve("conf"), null).at(folder, folder.resolve("landing"), folder);
    return new Lake(spark(), config.lake(), Contracts.load(schemas));
  }

  private static Dataset<Row> drift(long from, long to, int partitions) {
    return spark()
        .range(from, to, 1, partitions)
        .selectExpr(
            "id AS run_sequence",
            "concat('source ', id % 7) AS source",
            "concat('column ', id) AS column_name",
            "'file' AS first_file",
            "id * 10 AS record_count");
  }

  private static Dataset<Row> byDelta(Lake lake, long version) {
    return spark().read().format("delta").option("versionAsOf", version).load(lake.path(TABLE));
  }

  private static List<String> changedProperties(Lake lake) {
    return DeltaTable.forPath(spark(), lake.path(TABLE))
        .history()
        .where("operation = 'SET TBLPROPERTIES'")
        .selectExpr("operationParameters['properties']")
        .collectAsList()
        .stream()
        .map(r -> r.getString(0))
        .toList();
  }

  private static boolean hasFileList(Lake lake) {
    return DeltaLog.forTable(spark(), lake.path(TABLE))
        .update(false, Option.empty(), Option.empty())
        .checksumOpt()
        .exists(checksum -> checksum.allFiles().isDefined());
  }

  private static List<Path> parquetFiles(Lake lake) throws IOException {
    try (Stream<Path> files = Files.list(Path.of(lake.path(TABLE)))) {
      return files.filter(f -> f.toString().endsWith(".parquet")).toList();
    }
  }
}
