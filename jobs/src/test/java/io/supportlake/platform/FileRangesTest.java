package io.supportlake.platform;

import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.countDistinct;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.min;
import static org.assertj.core.api.Assertions.assertThat;

import io.supportlake.testing.Lines;
import io.supportlake.testing.SparkSuite;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A day's rows of {@code gold.agent_day} lie in few of its files: 100 agents a day, 75 bytes each.
 */
class FileRangesTest extends SparkSuite {
  private static final String TABLE = "gold.agent_day";
  private static final LocalDate FIRST = LocalDate.of(2026, 1, 1);

  @TempDir private Path folder;

  private Lake lake = lakeIn(Path.of("."));

  /** The days of a file, from 0. */
  private record Range(int first, int last, long rows) {
    static Range of(Row row) {
      return new Range(number(row.getDate(0)), number(row.getDate(1)), row.getLong(2));
    }

    private static int number(java.sql.Date date) {
      return (int) (date.toLocalDate().toEpochDay() - FIRST.toEpochDay());
    }
  }

  @BeforeEach
  void oneFileThatIsCutWhenADayIsReplaced() {
    lake = lakeIn(folder);
    lake.overwrite(TABLE, days(0, 300, 1), 30_000);
    assertThat(ranges()).containsExactly(new Range(0, 299, 30_000));
    replace(150, 2);
  }

  @Test
  void aFileHasARangeOfDaysAndTheBytesThatItShould() {
    List<Range> ranges = ranges();

    assertThat(ranges).hasSizeBetween(5, 12);
    IntStream.range(1, ranges.size())
        .forEach(i ->
            assertThat(ranges.get(i).first)
                .isBetween(ranges.get(i - 1).last, ranges.get(i - 1).last + 1));
    assertThat(ranges.subList(0, ranges.size() - 1).stream().map(Range::rows).distinct())
        .hasSize(1);
    assertHolds(days(0, 150, 1), days(150, 151, 2), days(151, 300, 1));
  }

  @Test
  void theRunningDayIsReplacedInTheLastFileAlone() {
    List<Range> before = ranges();

    replace(299, 2);
    replace(299, 3);

    assertThat(ranges()).isEqualTo(before);
    assertHolds(days(0, 150, 1), days(150, 151, 2), days(151, 299, 1), days(299, 300, 3));
  }

  @Test
  void aDayThatIsToldLateIsWrittenWithTheFileThatItLiesIn() {
    List<Range> before = ranges();
    Range first = before.getFirst();

    replace(first.first + 1, 2);
    replace(first.first + 1, 3);

    assertThat(ranges()).isEqualTo(before);
    assertHolds(
        days(0, 1, 1), days(1, 2, 3), days(2, 150, 1), days(150, 151, 2), days(151, 300, 1));
  }

  @Test
  void filesOfAMergeHaveRangesToo() {
    List<Range> before = ranges();
    Contract contract = CONTRACTS.of(TABLE);
    Dataset<Row> stood =
        lake.readWithFiles(TABLE, lake.version(TABLE))
            .where("activity_date = date'%s'".formatted(FIRST.plusDays(299)));

    lake.merge(TABLE, Difference.of(contract, days(299, 301, 4), stood));

    assertThat(ranges().subList(0, before.size() - 1))
        .isEqualTo(before.subList(0, before.size() - 1));
    assertThat(ranges().getLast().last).isEqualTo(300);
    assertHolds(days(0, 150, 1), days(150, 151, 2), days(151, 299, 1), days(299, 301, 4));
  }

  @Test
  void maintenanceCutsFilesAnewWhereTheyShareDays() {
    replace(days(0, 1, 2).union(days(299, 300, 2)), 0, 299);
    List<Range> shared = ranges();
    assertThat(IntStream.range(1, shared.size()))
        .anyMatch(i -> shared.get(i).first < shared.get(i - 1).last);

    lake.compact(TABLE);

    List<Range> cut = ranges();
    assertThat(cut).hasSizeBetween(5, 12);
    IntStream.range(1, cut.size())
        .forEach(i ->
            assertThat(cut.get(i).first).isBetween(cut.get(i - 1).last, cut.get(i - 1).last + 1));
    assertHolds(
        days(0, 1, 2), days(1, 150, 1), days(150, 151, 2), days(151, 299, 1), days(299, 300, 2));
    assertIsLeftAlone();
    replace(299, 3);
    assertThat(ranges().subList(0, cut.size() - 1)).isEqualTo(cut.subList(0, cut.size() - 1));
  }

  @Test
  void maintenanceLeavesADayAloneThatFillsSeveralFiles() {
    lake.overwrite(
        TABLE,
        days(0, 300, 1).withColumn("activity_date", lit(FIRST)).union(days(300, 301, 1)),
        30_100);
    replace(300, 2);
    assertThat(ranges().stream().filter(r -> r.first == 0)).hasSizeGreaterThan(3);

    assertIsLeftAlone();
  }

  @Test
  void maintenanceJoinsManySmallFiles() {
    lake.overwrite(TABLE, days(0, 1, 1), 100);
    for (int day = 1; day < 6; day++) {
      replace(day, 1);
    }
    assertThat(ranges()).hasSize(6);

    lake.compact(TABLE);

    assertThat(ranges()).containsExactly(new Range(0, 5, 600));
    assertHolds(days(0, 6, 1));
  }

  /** A contract may be ahead of the table until the next run. */
  @Test
  void maintenanceKeepsTheColumnsThatStand() {
    replace(days(0, 1, 2).union(days(299, 300, 2)), 0, 299);
    String path = lake.path(TABLE);
    var _ = spark().sql("ALTER TABLE delta.`%s` ADD COLUMNS (noted_by STRING)".formatted(path));
    var _ =
        spark()
            .sql(
                "UPDATE delta.`%s` SET noted_by = 'kim' WHERE activity_date = date'%s'"
                    .formatted(path, FIRST));
    long version = lake.version(TABLE);

    lake.compact(TABLE);

    assertThat(lake.version(TABLE)).isEqualTo(version + 1);
    assertThat(spark().read().format("delta").load(path).where("noted_by = 'kim'").count())
        .isEqualTo(100);
  }

  private void assertIsLeftAlone() {
    long version = lake.version(TABLE);
    lake.compact(TABLE);
    assertThat(lake.version(TABLE)).isEqualTo(version);
  }

  /** Most bytes of a file with a few rows are the file's own: they do not tell what a row has. */
  @Test
  void manyRowsThatComeToFewAreOneFile() {
    fewRowsBecome(20);

    assertThat(ranges()).containsExactly(new Range(0, 19, 2_000));
  }

  /** Of the rows that come to few nobody knows the bytes, but each task has a range. */
  @Test
  void soManyRowsThatComeToFewAreAFileATask() {
    fewRowsBecome(2_100);

    assertThat(ranges()).hasSize(2);
    assertThat(ranges().getLast().first).isGreaterThan(ranges().getFirst().last);
    assertThat(ranges().stream().mapToLong(Range::rows).sum()).isEqualTo(210_000);
  }

  private void fewRowsBecome(int days) {
    lake.overwrite(TABLE, days(0, 1, 1).limit(3), 3);
    replace(days(0, days, 2), 0);
  }

  /** Beyond the rows that one task writes, each range is a task's. */
  @Test
  void manyRowsAreCutIntoRangesByTasks() {
    lake.overwrite(TABLE, days(0, 2_500, 1), 250_000);
    List<Range> first = ranges();
    assertThat(first).hasSize(2);
    assertThat(first.getLast().first).isGreaterThan(first.getFirst().last);

    replace(days(0, 1, 2).union(days(2_499, 2_500, 2)), 0, 2_499);
    List<Range> cut = ranges();
    assertThat(cut).hasSizeBetween(15, 25);
    IntStream.range(1, cut.size())
        .forEach(i -> assertThat(cut.get(i).first).isGreaterThan(cut.get(i - 1).last));
    assertThat(
            Lines.of(
                lake.read(TABLE)
                    .groupBy("contact_count")
                    .agg(countDistinct("agent_id").as("agents"), count("agent_id").as("rows")),
                "contact_count",
                "agents",
                "rows"))
        .containsExactly("1|249800|249800", "2|200|200");
  }

  private void replace(int day, int count) {
    replace(days(day, day + 1, count), day);
  }

  private void replace(Dataset<Row> rows, int... days) {
    lake.replaceDays(
        TABLE,
        rows,
        rows.count(),
        new ReplacedDays(
            "activity_date",
            Arrays.stream(days)
                .mapToObj(FIRST::plusDays)
                .collect(Collectors.toCollection(TreeSet::new)),
            false));
  }

  private List<Range> ranges() {
    return lake
        .readWithFiles(TABLE, lake.version(TABLE))
        .groupBy(Difference.FILE)
        .agg(
            min("activity_date").as("first"),
            max("activity_date").as("last"),
            count("agent_id").as("rows"))
        .orderBy("first", "last")
        .select("first", "last", "rows")
        .collectAsList()
        .stream()
        .map(Range::of)
        .toList();
  }

  @SafeVarargs
  private final void assertHolds(Dataset<Row>... parts) {
    assertSameRows(Arrays.stream(parts).reduce(Dataset::union).orElseThrow(), lake.read(TABLE));
  }

  private Dataset<Row> days(int from, int to, int count) {
    Dataset<Row> rows =
        spark()
            .range(from * 100L, to * 100L, 1, 1)
            .selectExpr(
                "date_add(date'%s', int(id / 100)) AS activity_date".formatted(FIRST),
                "sha2(string(id), 256) AS agent_id",
                "%dL AS contact_count".formatted(count));
    return lake.ordered(CONTRACTS.of(TABLE), filled(rows));
  }

  /** Other columns: 0 where there must be a value. */
  private static Dataset<Row> filled(Dataset<Row> rows) {
    Dataset<Row> all = rows;
    for (Contract.Column column : CONTRACTS.of(TABLE).columns()) {
      if (!List.of(rows.columns()).contains(column.name())) {
        all =
            all.withColumn(
                column.name(), (column.required() ? lit(0) : lit(null)).cast(column.type()));
      }
    }
    return all;
  }
}
