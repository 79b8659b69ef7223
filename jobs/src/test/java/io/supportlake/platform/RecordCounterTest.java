package io.supportlake.platform;

import static org.apache.spark.sql.functions.col;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import io.supportlake.testing.SparkSuite;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.unsafe.types.UTF8String;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecordCounterTest extends SparkSuite {
  /** More than one number has bits for. */
  private static final int COLUMNS = 70;

  @TempDir private Path folder;

  @Test
  void whatGoesByIsCountedInWhicheverTaskAndByEitherSession() throws IOException {
    Contract raw = wide();
    for (SparkSession session : List.of(spark(), Sessions.forFewRows(spark()))) {
      for (int tasks : List.of(3, 1)) {
        RecordCounter counter = RecordCounter.of(spark(), raw, 100);
        Dataset<Row> accepted =
            Sessions.in(session, records().localCheckpoint())
                .where(counter.isAccepted())
                .coalesce(tasks);

        assertThat(accepted.select("record_id").collectAsList())
            .extracting(r -> r.getString(0))
            .containsExactlyInAnyOrder("1", "2", "4", "5");
        ReadCounts counts = counter.counts();
        assertThat(counts.read()).isEqualTo(6);
        assertThat(counts.acceptedByFile())
            .containsExactly(entry("a", 2L), entry("b", 2L), entry("c", 0L));
        assertThat(counts.refusing()).containsExactly("a", "c");
        assertThat(counts.withUnknownColumnsByFile())
            .containsExactly(entry("a", 1L), entry("b", 0L), entry("c", 0L));
        assertThat(counts.eventDates())
            .containsExactly(LocalDate.parse("1969-12-31"), LocalDate.parse("2026-03-02"));
        // Column i has a value in every record whose number is no divisor of i.
        assertThat(counts.filled())
            .containsExactly(
                IntStream.range(0, COLUMNS)
                    .mapToLong(i -> IntStream.of(1, 2, 4, 5).filter(n -> i % n > 0).count())
                    .toArray());
        assertThat(counts.takeIdHashes().orElseThrow())
            .containsExactly(
                records()
                    .where("not is_refused")
                    .select(RepeatedHashes.asked(col("record_id")))
                    .collectAsList()
                    .stream()
                    .mapToLong(r -> r.getLong(0))
                    .sorted()
                    .toArray());
      }
    }
  }

  @Test
  void ofMoreHashesThanAreKeptThereAreNone() {
    ReadCounts few = counts(4, 1, 2);
    few.add(counts(4, 3, 2));
    assertThat(few.takeIdHashes()).hasValue(new long[] {1, 2, 2, 3});

    ReadCounts many = counts(4, 1, 2);
    many.add(counts(4, 3, 2));
    many.add(counts(4, 5));
    many.add(counts(4, 6));
    assertThat(many.read()).isEqualTo(6);
    ReadCounts others = counts(4, 1);
    others.add(many);
    assertThat(others.takeIdHashes()).isEmpty();
    assertThat(many.takeIdHashes()).isEmpty();
    assertThat(counts(0).takeIdHashes()).isEmpty();
    assertThat(counts(2, LongStream.range(0, 3).toArray()).takeIdHashes()).isEmpty();
    assertThat(counts(5000, LongStream.range(0, 5000).toArray()).takeIdHashes().orElseThrow())
        .hasSize(5000);
  }

  private static ReadCounts counts(int mostHashes, long... hashes) {
    ReadCounts counts = new ReadCounts(1, mostHashes);
    for (long hash : hashes) {
      counts.accepted(UTF8String.fromString("a"), false, hash);
    }
    return counts;
  }

  private static Dataset<Row> records() {
    StructType schema =
        StructType.fromDDL(
            "ingest_file string, record_id string, is_refused boolean, unknown_columns string,"
                + " event_date date, take_row bigint");
    for (int i = 0; i < COLUMNS; i++) {
      schema = schema.add("c" + i, "string");
    }
    List<Row> rows = new ArrayList<>();
    rows.add(record("a", 1, false, "{}", "2026-03-02"));
    rows.add(record("a", 2, false, null, "2026-03-02"));
    rows.add(record("a", 3, true, "{}", "2026-03-03"));
    rows.add(record("b", 4, false, null, "1969-12-31"));
    rows.add(record("b", 5, false, null, null));
    rows.add(record("c", 6, true, null, null));
    return spark().createDataFrame(rows, schema).repartition(3);
  }

  private static Row record(
      String file, int number, boolean isRefused, @Nullable String unknown, @Nullable String date) {
    List<Object> values = new ArrayList<>();
    values.add(file);
    values.add(String.valueOf(number));
    values.add(isRefused);
    values.add(unknown);
    values.add(date == null ? null : java.sql.Date.valueOf(date));
    values.add((long) number);
    for (int i = 0; i < COLUMNS; i++) {
      values.add(i % number == 0 ? null : "x");
    }
    return RowFactory.create(values.toArray());
  }

  private Contract wide() throws IOException {
    String columns =
        IntStream.range(0, COLUMNS)
            .mapToObj(
"""
      - name: c%d
        logicalType: string
        physicalType: string
        description: "a column"
"""
                    ::formatted)
            .collect(Collectors.joining());
    String contract = Files.readString(HOME.resolve("schemas/raw/money_event.odcs.yaml"));
    int from = contract.indexOf("      - name: event_id");
    int to = contract.indexOf("customProperties:");
    for (String layer : List.of("silver", "gold", "ops")) {
      Files.createDirectories(folder.resolve(layer));
    }
    Path raw = Files.createDirectories(folder.resolve("raw"));
    Files.writeString(
        raw.resolve("money_event.odcs.yaml"),
        contract.substring(0, from)
            + columns.replaceFirst(
                "string\n        desc",
                "string\n        primaryKey: true\n        primaryKeyPosition: 1\n        desc")
            + contract.substring(to));
    return Contracts.load(folder).of("raw.money_event");
  }
}
