package io.supportlake.platform;

import static org.apache.spark.sql.functions.col;
import static org.assertj.core.api.Assertions.assertThat;

import io.supportlake.testing.SparkSuite;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;

class RepeatedHashesTest extends SparkSuite {

  @Test
  void whatIsAskedForIsFoundWhereverElseItStands() {
    assertThat(repeated(List.of("once", "twice", "twice", "known"), List.of("known", "other")))
        .containsExactlyInAnyOrder("twice", "known");
  }

  @Test
  void whatOnlyIsKnownIsNotAskedFor() {
    assertThat(repeated(List.of("once"), List.of("known", "known", "known"))).isEmpty();
    assertThat(repeated(List.of(), List.of("known", "known"))).isEmpty();
  }

  @Test
  void everyRepeatedValueIsNamedOnce() {
    assertThat(repeated(List.of("a", "a", "a", "b"), List.of("a", "b", "b")))
        .containsExactlyInAnyOrder("a", "b");
  }

  @Test
  void manyAreFoundAsASetFindsThem() {
    Random random = new Random(3);
    List<String> asked =
        IntStream.range(0, 4_000).mapToObj(_ -> "v" + random.nextInt(6_000)).toList();
    List<String> known =
        IntStream.range(0, 1_000).mapToObj(_ -> "v" + random.nextInt(6_000)).toList();
    Set<String> seen = new HashSet<>(known);
    Set<String> expected =
        asked.stream().filter(value -> !seen.add(value)).collect(Collectors.toSet());

    assertThat(expected).hasSizeGreaterThan(500);
    assertThat(repeated(asked, known)).containsExactlyInAnyOrderElementsOf(expected);
  }

  private static List<String> repeated(List<String> asked, List<String> known) {
    Dataset<Row> values = values(Stream.concat(asked.stream(), known.stream()).distinct().toList());
    return RepeatedHashes.among(
            values(asked)
                .select(RepeatedHashes.asked(col("value")))
                .unionAll(values(known).select(RepeatedHashes.known(col("value")))))
        .toDF("hash")
        .join(values.withColumn("hash", RepeatedHashes.asked(col("value"))), "hash")
        .select("value")
        .as(Encoders.STRING())
        .collectAsList();
  }

  private static Dataset<Row> values(List<String> values) {
    return spark().createDataset(values, Encoders.STRING()).toDF("value");
  }
}
