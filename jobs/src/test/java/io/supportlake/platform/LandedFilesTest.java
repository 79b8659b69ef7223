package io.supportlake.platform;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.expr;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.supportlake.platform.ManifestFiles.TakenFile;
import io.supportlake.testing.Lines;
import io.supportlake.testing.SparkSuite;
import java.net.URI;
import java.time.LocalDate;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.SparkException;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;

/** What generated code asks Java of a landed record: its path, its arrival, its content's hash. */
class LandedFilesTest extends SparkSuite {
  private static final URI ZONE = URI.create("file:/srv/landing%20zone");
  private static final LocalDate FIRST = LocalDate.of(2026, 3, 2);

  @Test
  void aPathIsTheAddressBelowTheLandingZoneDecoded() {
    Dataset<Row> addresses =
        texts(
            "file:///srv/landing%20zone/usage/2026-03-02/a.jsonl",
            "file:///srv/landing%20zone/usage/2026-03-02/a.jsonl",
            "file:///srv/landing%20zone/usage/2026-03-02/a+b%20c%25d.jsonl",
            "file:///srv/landing%20zone/usage/2026-03-02/%C3%BC.jsonl",
            "file:///srv/landing%20zone/usage/2026-03-02/a.jsonl");

    assertThat(Lines.of(addresses.select(LandedPath.below(ZONE, col("value")).as("path")), "path"))
        .containsExactly(
            "usage/2026-03-02/a+b c%d.jsonl",
            "usage/2026-03-02/a.jsonl",
            "usage/2026-03-02/a.jsonl",
            "usage/2026-03-02/a.jsonl",
            "usage/2026-03-02/ü.jsonl");
    assertThat(
            Lines.of(
                texts("file:///a.jsonl")
                    .select(LandedPath.below(URI.create("file:/"), col("value")).as("path")),
                "path"))
        .containsExactly("a.jsonl");
    assertThatThrownBy(() ->
            texts("file:///srv/landing%20zone-2/a.jsonl")
                .select(LandedPath.below(ZONE, col("value")))
                .collectAsList())
        .isInstanceOf(SparkException.class)
        .rootCause()
        .hasMessageContaining("/srv/landing zone-2/a.jsonl, which is not below the landing zone");
  }

  @Test
  void aRecordHasTheArrivalOfItsFileAndNoFileIsTakenThatWasNotPlanned() {
    List<TakenFile> files =
        List.of(file("u/a.jsonl", FIRST), file("u/b.jsonl", LocalDate.of(1969, 12, 31)));
    Dataset<Row> paths = texts("u/a.jsonl", "u/a.jsonl", "u/b.jsonl", "u/a.jsonl");

    assertThat(
            Lines.of(
                paths.select(col("value"), ArrivalDates.of(files, col("value")).as("day")),
                "value",
                "day"))
        .containsExactly(
            "u/a.jsonl|2026-03-02",
            "u/a.jsonl|2026-03-02",
            "u/a.jsonl|2026-03-02",
            "u/b.jsonl|1969-12-31");
    assertThatThrownBy(
            () -> texts("u/c.jsonl").select(ArrivalDates.of(files, col("value"))).collectAsList())
        .isInstanceOf(SparkException.class)
        .rootCause()
        .hasMessageContaining("a record of u/c.jsonl, which the run did not plan to read");
  }

  @Test
  void aContentsHashIsTheFirstHalfOfItsSha256() {
    assertThat(Lines.of(texts("abc").select(ContentHash.of(col("value")).as("hash")), "hash"))
        // FIPS 180-4's example, as NIST publishes it.
        .containsExactly("ba7816bf8f01cfea414140de5dae2223");
    assertThat(
            texts("", "a", "ünïcödé \u0000\u001f", "x".repeat(1000))
                .where(ContentHash.of(col("value")).notEqual(expr("left(sha2(value, 256), 32)")))
                .count())
        .isZero();
  }

  @Test
  void aRecordsHashIsThatOfItsValuesAndTellsNoneFromEmpty() {
    Dataset<Row> records =
        texts(
                "{\"a\":\"1\",\"b\":\"2\"}",
                "{\"a\":\"1\"}",
                "{\"a\":\"1\",\"b\":\"\"}",
                "{\"b\":\"1\"}",
                "{\"a\":\"ü\",\"b\":\"" + "x".repeat(3000) + "\"}",
                "{}",
                "{\"a\":\"1\",\"c\":\"2\"}",
                "{\"a\":\"1\",\"b\":\"2\",\"c\":\"2\"}")
            .select(JsonLine.object(col("value"), List.of("a", "b")).as("o"))
            // Mappings give an empty map where JSON lines give none.
            .selectExpr(
                "o.named",
                "explode(array(if(size(o.others) > 0, to_json(o.others), null),"
                    + " to_json(o.others))) as others")
            .distinct()
            .withColumn("hash", ContentHash.ofRecord(col("named"), col("others")));

    assertThat(
            records
                .where(
                    "not hash <=> left(sha2(concat_ws('\\u001f', coalesce(named.a, '\\u0000'),"
                        + " coalesce(named.b, '\\u0000'), others), 256), 32)")
                .count())
        .isZero();
    assertThat(records.select("hash").distinct().count()).isEqualTo(records.count());
  }

  private static TakenFile file(String path, LocalDate arrival) {
    return new TakenFile(path, "u", 1, "", arrival);
  }

  private static Dataset<Row> texts(String... texts) {
    return spark().createDataset(Stream.of(texts).toList(), Encoders.STRING()).toDF().coalesce(1);
  }
}
