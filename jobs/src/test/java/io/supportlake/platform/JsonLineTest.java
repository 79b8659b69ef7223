package io.supportlake.platform;

import static org.apache.spark.sql.functions.col;
import static org.assertj.core.api.Assertions.assertThat;

import io.supportlake.testing.SparkSuite;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonLineTest extends SparkSuite {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {"a":"1","b":"2"}                       | {{1}, {b -> 2}}
           { "b" : "2" , "a" : "1" }              | {{1}, {b -> 2}}
          {'a':'1'}                               | {{1}, {}}
          {}                                      | {{null}, {}}
          {"a":null,"b":null}                     | {{null}, {}}
          {"a":""}                                | {{}, {}}
          {"a":"x","a":"y"}                       | {{y}, {}}
          {"a":"x","a":null}                      | {{null}, {}}
          {"b":"x","b":"y"}                       | {{null}, {b -> y}}
          {"b":"x","c":"z","b":null}              | {{null}, {c -> z}}
          {"a":true,"b":false}                    | {{true}, {b -> false}}
          {"a":12345678901234567.80,"b":-7}       | {{12345678901234567.80}, {b -> -7}}
          {"a":1.50,"b":1E3}                      | {{1.5}, {b -> 1000.0}}
          {"a":0.10000000000000000,"b":12345678.9}| {{0.1}, {b -> 1.23456789E7}}
          {"a":1e-999999999,"b":1e9999999999}     | {{0.0}, {b -> "1e9999999999"}}
          {"a":NaN,"b":-Infinity}                 | {{"NaN"}, {b -> "-Infinity"}}
          {"a":{"c": 1.50, "d": [1, {"e": "}"}]}} | {{{"c":1.5,"d":[1,{"e":"}"}]}}, {}}
          {"b":[NaN,1e9999999999,0.1000000000000000000001]} | {{null}, {b -> ["NaN","Infinity",0.1000000000000000000001]}}
          {"b":[ ],"a":[{"c":null}]}              | {{[{"c":null}]}, {b -> []}}
          {"a":"\\u00e9\\"}{"}                 | {{é"}{}, {}}
          """)
  void anObjectGivesWhatIsNamedAndAllOthers(String line, String parsed) {
    assertThat(parsed(spark(), line)).isEqualTo(parsed);
    assertThat(parsed(Sessions.forFewRows(spark()), line)).isEqualTo(parsed);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "not json",
        "null",
        "\"a\"",
        "1",
        "[{\"a\":\"1\"}]",
        "\uFEFF{\"a\":\"1\"}",
        "{\"a\":\"1\"",
        "{\"a\":\"1}",
        "{\"a\":1,}",
        "{a:1}",
        "{\"a\":01}",
        "{\"a\":\"1\"}{\"a\":\"2\"}",
        "{\"a\":\"1\"} {\"a\":\"2\"}",
        "{\"a\":\"1\"},{\"a\":\"2\"}",
        "{\"a\":\"1\"}]",
        "{\"a\":\"1\"}}",
        "{\"a\":\"1\"} x",
        "  "
      })
  void whatIsNotOneObjectAloneGivesNothing(String line) {
    assertThat(parsed(spark(), line)).isNull();
  }

  @Test
  void noLineGivesNothing() {
    assertThat(
            spark()
                .range(1)
                .select(
                    JsonLine.object(
                        org.apache.spark.sql.functions.lit(null).cast(DataTypes.StringType),
                        List.of("a")))
                .first()
                .isNullAt(0))
        .isTrue();
  }

  @Test
  void bytesThatAreNoTextAreReadAsTheSignForThem() {
    byte[] latin1 = "{\"a\":\"Zürich\"}".getBytes(StandardCharsets.ISO_8859_1);
    Dataset<Row> lines =
        spark()
            .createDataset(List.of(latin1), Encoders.BINARY())
            .select(col("value").cast("string").as("value"));

    assertThat(parsed(lines)).containsExactly("{{Z\uFFFDrich}, {}}");
  }

  @Test
  void aLineOfAHundredThousandNamesIsReadLikeAnyOther() {
    int names = 100_000;
    String line =
        IntStream.rangeClosed(0, names)
            .mapToObj(i -> "\"n%d\":%d".formatted(i % names, i))
            .collect(Collectors.joining(",", "{", "}"));
    Row parsed =
        lines(spark(), line)
            .select(JsonLine.object(col("value"), List.of("n0", "n1")).as("object"))
            .selectExpr("object.named.n0", "object.named.n1", "size(object.others)")
            .first();

    assertThat(parsed).hasToString("[%d,1,%d]".formatted(names, names - 2));
  }

  @Test
  void namesAreKnownInWhateverOrderTheLinesBeforeHadThem() {
    String many =
        IntStream.range(0, 70).mapToObj("\"n%d\":1,"::formatted).collect(Collectors.joining());
    Dataset<Row> lines =
        spark()
            .createDataset(
                List.of(
                    "{\"a\":1,\"b\":2}",
                    "{\"b\":3,\"a\":4}",
                    "{\"a\":5,\"b\":6}",
                    "{" + many + "\"a\":7}",
                    "{\"c\":8,\"a\":9}",
                    "{" + many + "\"c\":10,\"a\":11}"),
                Encoders.STRING())
            .coalesce(1)
            .select(JsonLine.object(col("value"), List.of("a", "c")).as("object"));

    assertThat(
            lines
                .selectExpr("object.named.a", "object.named.c", "object.others['b']")
                .collectAsList())
        .extracting(Row::toString)
        .containsExactly(
            "[1,null,2]",
            "[4,null,3]",
            "[5,null,6]",
            "[7,null,null]",
            "[9,8,null]",
            "[11,10,null]");
  }

  private static @Nullable String parsed(SparkSession session, String line) {
    return parsed(lines(session, line)).getFirst();
  }

  private static List<@Nullable String> parsed(Dataset<Row> lines) {
    return lines
        .select(JsonLine.object(col("value"), List.of("a")).cast("string"))
        .collectAsList()
        .stream()
        .map(r -> (@Nullable String) r.getString(0))
        .collect(Collectors.toList());
  }

  private static Dataset<Row> lines(SparkSession session, String line) {
    return session.createDataset(List.of(line), Encoders.STRING()).toDF("value").repartition(1);
  }
}
