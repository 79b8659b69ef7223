package io.supportlake.silver;

import static org.apache.spark.sql.functions.col;
import static org.assertj.core.api.Assertions.assertThat;

import io.supportlake.testing.SparkSuite;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;

class PrivacyTest extends SparkSuite {
  /** Aa and BB have the same hash code, so that the token kept of one is in the other's place. */
  @Test
  void aTokenIsThatOfItsValueWhateverWasKept() {
    String token = SETTINGS.key().token(Privacy.USER, "Aa");
    String text = "x".repeat(1000);
    List<String> values = List.of("Aa", "Aa", "BB", "Aa", token, text, text);

    List<String> tokens =
        spark()
            .createDataset(values, Encoders.STRING())
            .coalesce(1)
            .select(Privacy.token(Privacy.USER, col("value"), SETTINGS))
            .collectAsList()
            .stream()
            .map((Row r) -> r.getString(0))
            .toList();

    assertThat("Aa").hasSameHashCodeAs("BB");
    assertThat(tokens)
        .containsExactlyElementsOf(
            Stream.of("Aa", "Aa", "BB", "Aa", "Aa", text, text)
                .map(v -> SETTINGS.key().token(Privacy.USER, v))
                .toList());
  }
}
