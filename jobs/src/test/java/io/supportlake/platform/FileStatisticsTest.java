package io.supportlake.platform;

import static org.apache.spark.sql.functions.expr;
import static org.assertj.core.api.Assertions.assertThat;

import io.supportlake.testing.Lines;
import io.supportlake.testing.Rows;
import io.supportlake.testing.SparkSuite;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.execution.FileSourceScanExec;
import org.apache.spark.sql.execution.SparkPlan;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;
import scala.jdk.javaapi.CollectionConverters;

/** A file a day: run 1 took what happened on 1 January, and so on. */
class FileStatisticsTest extends SparkSuite {
  private static final String TABLE = "bronze.money_event";
  private static final LocalDate FIRST = LocalDate.of(2026, 1, 1);
  private static final int DAYS = 10;

  /** Is null in the table: of such a row Delta's log knows nothing. */
  private static final LocalDate UNKNOWN = LocalDate.of(2000, 1, 1);

  @TempDir private static Path folder;

  private static Lake lake;

  @BeforeAll
  static void aFileADay() {
    lake = lakeIn(folder);
    for (int run = 1; run <= DAYS; run++) {
      lake.append(TABLE, day(run), 2, run);
    }
  }

  private static Dataset<Row> day(int run) {
    LocalDate date = FIRST.plusDays(run - 1L);
    return Rows.of(CONTRACTS, TABLE)
        .with("event_date", date, "arrival_date", date, "ingest_run", (long) run)
        .with("event_date", UNKNOWN, "arrival_date", date.plusDays(1), "ingest_run", (long) run)
        .dataset(spark())
        .withColumn("event_date", expr("nullif(event_date, date'%s')".formatted(UNKNOWN)));
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          true                                                              | 10
          ingest_run = 4                                                    | 1
          4 = ingest_run                                                    | 1
          ingest_run <=> 4                                                  | 1
          ingest_run < 4                                                    | 3
          4 > ingest_run                                                    | 3
          ingest_run <= 4                                                   | 4
          4 >= ingest_run                                                   | 4
          ingest_run > 4                                                    | 6
          4 < ingest_run                                                    | 6
          ingest_run >= 4                                                   | 7
          4 <= ingest_run                                                   | 7
          ingest_run in (2, 4, 99)                                          | 2
          ingest_run in (1, 2, 3, 4, 5, 21, 22, 23, 24, 25, 26, 27, 28, 29) | 5
          arrival_date = date'2026-01-04'                                   | 2
          event_date between date'2026-01-04' and date'2026-01-06'          | 3
          event_date = date'2026-01-04' or ingest_run = 9                   | 2
          arrival_date is null                                              | 0
          arrival_date is null or arrival_date > date'2026-01-09'           | 2
          event_date = date'2026-01-04' and ingest_run = 9                  | 0
          event_date is null                                                | 10
          event_date <=> null                                               | 10
          not ingest_run = 4                                                | 10
          ingest_run + 1 = 4                                                | 10
          event_date = arrival_date                                         | 10
          """)
  void filesThatCannotHoldAWantedRowAreNotOpened(String filter, long files) {
    assertThat(filesRead(lake.read(TABLE).where(filter))).isEqualTo(files);
  }

  @Test
  void noWantedRowIsLost() {
    Random random = new Random(5);
    Dataset<Row> all =
        IntStream.rangeClosed(1, DAYS)
            .mapToObj(FileStatisticsTest::day)
            .reduce(Dataset::unionAll)
            .orElseThrow();
    List<String> columns = List.of("event_date", "arrival_date", "ingest_run");
    for (int i = 0; i < 60; i++) {
      String filter = filter(random, columns, 2);
      assertThat(Lines.of(lake.read(TABLE).where(filter), "arrival_date", "ingest_run"))
          .as(filter)
          .isEqualTo(Lines.of(all.where(filter), "arrival_date", "ingest_run"));
    }
  }

  @ParameterizedTest
  @NullSource
  @ValueSource(
      strings = {
        "",
        "{",
        "[]",
        "{}",
        "{\"minValues\":{\"day\":\"soon\"},\"maxValues\":{\"day\":\"later\"}}",
        "{\"minValues\":{\"day\":3},\"maxValues\":{\"day\":null}}"
      })
  void ofAFileWithoutReadableStatisticsNothingIsKnown(@Nullable String stats) {
    FileStatistics statistics = FileStatistics.of(stats);

    assertThat(statistics.leastDate("day")).isNull();
    assertThat(statistics.greatestDate("day")).isNull();
  }

  private static String filter(Random random, List<String> columns, int depth) {
    if (depth > 0 && random.nextInt(3) > 0) {
      return "(%s %s %s)"
          .formatted(
              filter(random, columns, depth - 1),
              List.of("and", "or").get(random.nextInt(2)),
              filter(random, columns, depth - 1));
    }
    String column = columns.get(random.nextInt(columns.size()));
    List<String> values = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      int day = random.nextInt(DAYS + 2);
      values.add(
          column.equals("ingest_run")
              ? String.valueOf(day)
              : "date'%s'".formatted(FIRST.plusDays(day - 1L)));
    }
    return switch (random.nextInt(4)) {
      case 0 -> "%s in (%s)".formatted(column, String.join(", ", values));
      case 1 -> "not (%s < %s)".formatted(column, values.getFirst());
      case 2 -> "%s %s %s".formatted(values.getFirst(), operator(random), column);
      default -> "%s %s %s".formatted(column, operator(random), values.getFirst());
    };
  }

  private static String operator(Random random) {
    return List.of("=", "<", "<=", ">", ">=", "<=>", "<>").get(random.nextInt(7));
  }

  private static long filesRead(Dataset<Row> rows) {
    var _ = rows.collectAsList();
    return scans(rows.queryExecution().executedPlan())
        .mapToLong(scan -> scan.metrics().apply("numFiles").value())
        .sum();
  }

  private static java.util.stream.Stream<FileSourceScanExec> scans(SparkPlan plan) {
    return CollectionConverters.asJava(plan.collectLeaves()).stream()
        .filter(FileSourceScanExec.class::isInstance)
        .map(FileSourceScanExec.class::cast);
  }
}
