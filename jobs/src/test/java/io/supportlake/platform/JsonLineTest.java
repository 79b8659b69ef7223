package io.supportlake.platform;

import static org.apache.spark.sql.functions.col;
import static org.assertj.core.api.Assertions.assertThat;

import io.supportlake.testing.SparkSuite;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.util.MapData;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.unsafe.types.UTF8String;
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

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        " { \"a\" : \"1\" ,\t\"b\": 2 } \r\n",
        "{\"a\":true,\"b\":false,\"c\":null}",
        "{\"a\":0,\"b\":-7,\"c\":0.0,\"d\":-0.001,\"e\":1234567.12345678}",
        "{\"a\":123456789012345678}"
      })
  void aPlainLineIsReadFromItsBytes(String line) {
    assertThat(isPlain(line)).isTrue();
    assertThat(read(line)).isEqualTo(byAnyReader(line));
  }

  @Test
  void whatIsTakenForAPlainLineAnyReaderReadsTheSame() {
    Random random = new Random(11);
    String letters = "{}[]\":,.-+eE0123456789 abtrufalsn\\\tü\u0001'";
    List<String> scalars =
        List.of(
            "\"\"",
            "\"x y\"",
            "\"ü\"",
            "\"\\n\"",
            "true",
            "false",
            "null",
            "0",
            "-0",
            "01",
            "7",
            "-12",
            "1.5",
            "1.50",
            "0.0",
            "-0.0",
            "0.001",
            "0.0009",
            "1e3",
            "12345678.5",
            "9999999.99",
            "123456789012345678",
            "1234567890123456789",
            "{\"c\":1}",
            "[1]",
            "NaN",
            "1.",
            ".5",
            "-");
    List<String> names = List.of("a", "b", "c", "d", "?", "\\ud800");
    JsonLine reader = new JsonLine(NAMES);
    int plain = 0;
    for (int i = 0; i < 100_000; i++) {
      StringBuilder line = new StringBuilder("{");
      int fields = random.nextInt(4);
      for (int f = 0; f < fields; f++) {
        String value =
            random.nextInt(3) == 0
                ? (random.nextBoolean() ? "-" : "")
                    + new BigDecimal(new BigInteger(random.nextInt(1, 60), random))
                        .movePointLeft(random.nextInt(14))
                        .toPlainString()
                : scalars.get(random.nextInt(scalars.size()));
        line.append(f == 0 ? "" : ",")
            .append("\"%s\":%s".formatted(names.get(random.nextInt(names.size())), value));
      }
      line.append('}');
      for (int changes = random.nextInt(2); changes > 0; changes--) {
        int at = random.nextInt(line.length());
        String letter = String.valueOf(letters.charAt(random.nextInt(letters.length())));
        switch (random.nextInt(3)) {
          case 0 -> line.insert(at, letter);
          case 1 -> line.replace(at, at + 1, letter);
          default -> line.deleteCharAt(at);
        }
        if (line.isEmpty()) {
          line.append('{');
        }
      }
      plain += isPlain(line.toString()) ? 1 : 0;
      assertThat(text(reader.read(UTF8String.fromString(line.toString()))))
          .as(line.toString())
          .isEqualTo(byAnyReader(line.toString()));
    }
    assertThat(plain).isBetween(20_000, 80_000);
  }

  private static final List<String> NAMES = List.of("a", "b");

  private static boolean isPlain(String line) {
    PlainJson plain = new PlainJson(line.getBytes(StandardCharsets.UTF_8));
    for (boolean isFirst = true; plain.next(isFirst); isFirst = false) {
      plain.value();
    }
    return plain.isPlain();
  }

  private static @Nullable String read(String line) {
    return text(new JsonLine(NAMES).read(UTF8String.fromString(line)));
  }

  private static @Nullable String byAnyReader(String line) {
    return text(new JsonLine(NAMES).any(UTF8String.fromString(line)));
  }

  private static @Nullable String text(@Nullable InternalRow object) {
    if (object == null) {
      return null;
    }
    InternalRow named = object.getStruct(0, NAMES.size());
    MapData others = object.getMap(1);
    return "%s %s %s %s"
        .formatted(
            named.getUTF8String(0), named.getUTF8String(1), others.keyArray(), others.valueArray());
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
