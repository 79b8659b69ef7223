package io.supportlake.platform;

import static org.apache.spark.sql.functions.lit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.delta.tables.DeltaTable;
import io.supportlake.testing.SparkSuite;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rows of {@code ops.landing_file}: file n came n days after the first of January. */
class RewriteTest extends SparkSuite {
  private static final String TABLE = "ops.landing_file";
  private static final Contract CONTRACT = CONTRACTS.of(TABLE);
  private static final LocalDate FIRST = LocalDate.of(2026, 1, 1);

  @TempDir private Path folder;

  private Lake lake = lakeIn(Path.of("."));

  @BeforeEach
  void newLake() {
    lake = lakeIn(folder);
  }

  @Test
  void theRowsOfDaysAreReplacedInTheFilesThatHoldThem() {
    Set<String> before = threeFilesOf(20);

    lake.replaceDays(TABLE, files(25, 27, "new"), 2, days(false, 25, 26, 27));

    assertHolds(files(0, 25, "old"), files(25, 27, "new"), files(28, 60, "old"));
    assertThat(lake.version(TABLE)).isEqualTo(3);
    assertThat(common(before, named(lake))).hasSize(2);
    assertThat(named(lake)).hasSize(3);
  }

  @Test
  void theFirstAndTheLastDayOfAFileAreReplacedToo() {
    Set<String> before = threeFilesOf(20);

    lake.replaceDays(
        TABLE, files(19, 20, "new").union(files(40, 41, "new")), 2, days(false, 19, 40));

    assertHolds(
        files(0, 19, "old"),
        files(19, 20, "new"),
        files(20, 40, "old"),
        files(40, 41, "new"),
        files(41, 60, "old"));
    assertThat(common(before, named(lake))).hasSize(1);
  }

  @Test
  void aFileWithoutStatisticsMayHoldAnyDay() {
    files(0, 20, "old")
        .write()
        .format("delta")
        .option("delta.dataSkippingNumIndexedCols", "0")
        .option("delta.enableDeletionVectors", "false")
        .save(lake.path(TABLE));

    lake.replaceDays(TABLE, files(5, 6, "new"), 1, days(false, 5));

    assertHolds(files(0, 5, "old"), files(5, 6, "new"), files(6, 20, "old"));
  }

  @Test
  void rowsOfNoDayStay() {
    Dataset<Row> timeless = files(0, 2, "old").withColumn("arrival_date", lit(null).cast("date"));
    lake.append(TABLE, timeless.union(files(5, 8, "old")), 5, 1);

    lake.replaceDays(TABLE, files(6, 7, "new"), 1, days(true, 6));

    assertHolds(timeless, files(6, 7, "new"));
  }

  @Test
  void ofOtherDaysOnlyLastDaysOfMonthsStayWhereThatIsAskedFor() {
    lake.append(TABLE, files(30, 31, "january"), 1, 1);
    lake.append(TABLE, files(58, 59, "february"), 1, 2);
    lake.append(TABLE, files(62, 63, "running"), 1, 3);
    Set<String> before = named(lake);

    lake.replaceDays(TABLE, files(63, 64, "running on"), 1, days(true, 63));

    assertHolds(files(30, 31, "january"), files(58, 59, "february"), files(63, 64, "running on"));
    assertThat(common(before, named(lake))).hasSize(2);
  }

  @Test
  void aTableOfMoreFilesThanDeltaListsIsRewrittenAlike() {
    lake.append(TABLE, files(0, 600, "old").repartition(60), 1_000_000, 1);
    assertThat(named(lake)).hasSize(60);

    lake.replaceDays(TABLE, files(100, 103, "new"), 3, days(false, 100, 101, 102));
    assertHolds(files(0, 100, "old"), files(100, 103, "new"), files(103, 600, "old"));

    lake.merge(TABLE, difference(files(7, 9, "newer"), files(7, 9, "old")));
    assertHolds(
        files(0, 7, "old"),
        files(7, 9, "newer"),
        files(9, 100, "old"),
        files(100, 103, "new"),
        files(103, 600, "old"));
  }

  @Test
  void aDifferenceIsCarriedOutInTheFilesThatHoldWhatDiffers() {
    Set<String> before = threeFilesOf(10);

    // 12 and 13 are gone, 14 differs, 15 is as it was, 30 and 31 are new.
    Dataset<Row> built =
        files(14, 15, "new").union(files(15, 16, "old")).union(files(30, 32, "new"));
    Difference difference = difference(built, files(12, 16, "old"));
    assertThat(difference.builtCount()).isEqualTo(3);
    assertThat(difference.replacedCount()).isEqualTo(3);
    assertThat(difference.files()).hasSize(1);
    lake.merge(TABLE, difference);

    assertHolds(files(0, 12, "old"), built, files(16, 30, "old"));
    assertThat(lake.version(TABLE)).isEqualTo(3);
    assertThat(common(before, named(lake))).hasSize(2);
  }

  @Test
  void aTableMayLoseAllItsRows() {
    lake.append(TABLE, files(0, 3, "old"), 3, 1);

    lake.merge(TABLE, difference(files(0, 0, "none"), files(0, 3, "old")));
    assertThat(lake.read(TABLE).isEmpty()).isTrue();
    assertThat(named(lake)).isEmpty();

    lake.replaceDays(TABLE, files(1, 2, "new"), 1, days(false, 1));
    assertHolds(files(1, 2, "new"));
  }

  @Test
  void noDifferenceIsNoCommit() {
    lake.append(TABLE, files(0, 10, "old"), 10, 1);

    lake.merge(TABLE, difference(files(3, 5, "old"), files(3, 5, "old")));

    assertThat(lake.version(TABLE)).isZero();
  }

  @Test
  void whatAnotherProgramRewroteMeanwhileIsNotReplaced() {
    lake.append(TABLE, files(0, 10, "old"), 10, 1);
    Difference difference = difference(files(3, 5, "new"), files(3, 5, "old"));
    DeltaTable.forPath(spark(), lake.path(TABLE)).delete("bytes = 4");

    assertThatThrownBy(() -> lake.merge(TABLE, difference))
        .isInstanceOf(UsageException.class)
        .hasMessageStartingWith("ops.landing_file was changed by another program while");

    assertHolds(files(0, 4, "old"), files(5, 10, "old"));
    assertThat(lake.version(TABLE)).isEqualTo(1);
  }

  /** Appends three files of so many days each; gives their names. */
  private Set<String> threeFilesOf(int days) {
    for (int file = 0; file < 3; file++) {
      lake.append(TABLE, files(file * days, (file + 1) * days, "old"), days, file + 1);
    }
    return named(lake);
  }

  @SafeVarargs
  private final void assertHolds(Dataset<Row>... parts) {
    assertSameRows(Arrays.stream(parts).reduce(Dataset::union).orElseThrow(), lake.read(TABLE));
  }

  /** Of rows that were built to rows that stand; both have few keys. */
  private Difference difference(Dataset<Row> built, Dataset<Row> stood) {
    return Difference.of(
        CONTRACT,
        built,
        lake.readWithFiles(TABLE, lake.version(TABLE))
            .join(stood.select("path"), new String[] {"path"}, "left_semi"));
  }

  private static ReplacedDays days(boolean isTillMonthEnd, int... numbers) {
    TreeSet<LocalDate> days = new TreeSet<>();
    for (int number : numbers) {
      days.add(FIRST.plusDays(number));
    }
    return new ReplacedDays("arrival_date", days, isTillMonthEnd);
  }

  private static Dataset<Row> files(long from, long to, String hash) {
    return spark()
        .range(from, to, 1, 1)
        .selectExpr(
            "concat('file ', id) AS path",
            "'usage_event' AS source",
            "id AS bytes",
            "'%s' AS content_hash".formatted(hash),
            "date_add(date'%s', int(id)) AS arrival_date".formatted(FIRST),
            "1L AS run_sequence");
  }

  /** Names of the files that the newest version has. */
  private static Set<String> named(Lake lake) {
    return Stream.of(DeltaTable.forPath(spark(), lake.path(TABLE)).toDF().inputFiles())
        .map(f -> f.substring(f.lastIndexOf('/') + 1))
        .collect(Collectors.toSet());
  }

  private static List<String> common(Set<String> one, Set<String> other) {
    return one.stream().filter(other::contains).toList();
  }
}
