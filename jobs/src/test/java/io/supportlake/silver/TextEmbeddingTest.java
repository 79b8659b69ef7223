package io.supportlake.silver;

import static org.assertj.core.api.Assertions.assertThat;

import io.supportlake.Period;
import io.supportlake.models.Embedder;
import io.supportlake.models.MiniLmEmbedder;
import io.supportlake.platform.Contract;
import io.supportlake.testing.Lines;
import io.supportlake.testing.Rows;
import io.supportlake.testing.SparkSuite;
import io.supportlake.testing.TestInputs;
import java.io.Serializable;
import java.time.LocalDate;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;

class TextEmbeddingTest extends SparkSuite {
  private static final LocalDate TODAY = LocalDate.parse("2026-06-30");

  @Test
  void theTextThatOpensACaseIsEmbeddedOnceHoweverManyCasesItOpens() {
    Rows messages =
        messages()
            .with(message("m1", "c1", "h1", "card declined", "2026-06-30"))
            .with(message("m2", "c2", "h1", "card declined", "2026-06-29"))
            .with(message("m3", "c1", "h2", "any news", "2026-06-30"));
    Rows cases =
        cases()
            .with("case_id", "c1", "first_text_hash", "h1")
            .with("case_id", "c2", "first_text_hash", "h1");

    assertThat(embedded(messages, cases, known(), Period.of(TODAY.minusDays(1), TODAY)))
        .containsExactly("h1|lengths/1|2026-06-29|[13.0, 1.0]");
  }

  @Test
  void agentsAndBlankTextsAreNotEmbedded() {
    Rows messages =
        messages()
            .with(
                "message_id",
                "m1",
                "case_id",
                "c1",
                "text_hash",
                "h1",
                "text",
                "hello",
                "actor_type",
                "agent",
                "arrival_date",
                "2026-06-30")
            .with(message("m2", "c2", "h2", " \n", "2026-06-30"));
    Rows cases =
        cases()
            .with("case_id", "c1", "first_text_hash", "h1")
            .with("case_id", "c2", "first_text_hash", "h2");

    assertThat(embedded(messages, cases, known(), Period.day(TODAY))).isEmpty();
  }

  @Test
  void whatWasEmbeddedBeforeUnderTheSameModelIsNotEmbeddedAgain() {
    Rows messages =
        messages()
            .with(message("m1", "c1", "h1", "one", "2026-06-30"))
            .with(message("m2", "c2", "h2", "two", "2026-06-30"))
            .with(message("m3", "c3", "h3", "three", "2026-06-30"));
    Rows cases =
        cases()
            .with("case_id", "c1", "first_text_hash", "h1")
            .with("case_id", "c2", "first_text_hash", "h2")
            .with("case_id", "c3", "first_text_hash", "h3");
    Rows known =
        known()
            .with("text_hash", "h1", "model_version", "lengths/1", "arrival_date", "2026-06-01")
            .with("text_hash", "h2", "model_version", "lengths/0", "arrival_date", "2026-06-01")
            .with("text_hash", "h3", "model_version", "lengths/1", "arrival_date", "2026-06-30");

    // h3 stands there from an earlier run of the same day.
    assertThat(embedded(messages, cases, known, Period.day(TODAY)))
        .containsExactly("h2|lengths/1|2026-06-30|[3.0, 1.0]");
  }

  /** Else whoever looks for its vector would have to read all there are. */
  @Test
  void aTextIsEmbeddedAgainWhenItWasLastEmbeddedLongAgo() {
    LocalDate recent = TODAY.minusDays(TextEmbedding.EMBED_DAYS - 1L);
    Rows messages =
        messages()
            .with(message("m1", "c1", "h1", "one", "2026-06-30"))
            .with(message("m2", "c2", "h2", "three", "2026-06-30"));
    Rows cases =
        cases()
            .with("case_id", "c1", "first_text_hash", "h1")
            .with("case_id", "c2", "first_text_hash", "h2");
    Rows known =
        known()
            .with(
                "text_hash", "h1", "model_version", "lengths/1", "arrival_date", recent.toString())
            .with(
                "text_hash",
                "h2",
                "model_version",
                "lengths/1",
                "arrival_date",
                recent.minusDays(1).toString());

    assertThat(embedded(messages, cases, known, Period.day(TODAY)))
        .containsExactly("h2|lengths/1|2026-06-30|[5.0, 1.0]");
  }

  /** Of a message that a detection window reaches, the vector is among what its reader reads. */
  @Test
  void readersReadAsManyDaysAsATextMayHaveBeenEmbeddedBefore() {
    int read = 0;
    for (Contract contract : CONTRACTS.layer("gold")) {
      for (Contract.Input input : contract.inputs()) {
        if (input.table().equals("silver.text_embedding")) {
          // Of a case that is told late, the message arrives later; up to three days ahead by its
          // own clock.
          assertThat(input.lookBack())
              .as(contract.name())
              .isGreaterThan(
                  contract.input("silver.support_case").lookBack() + TextEmbedding.EMBED_DAYS + 1);
          read++;
        }
      }
    }
    assertThat(read).isEqualTo(3);
  }

  @Test
  void aFirstLoadPassesOverWhatNoWindowReaches() {
    LocalDate oldest = TODAY.minusDays(TextEmbedding.EMBED_DAYS - 1L);
    Rows messages =
        messages()
            .with(message("m1", "c1", "h1", "one", oldest.toString()))
            .with(message("m2", "c2", "h2", "two", oldest.minusDays(1).toString()));
    Rows cases =
        cases()
            .with("case_id", "c1", "first_text_hash", "h1")
            .with("case_id", "c2", "first_text_hash", "h2");

    assertThat(embedded(messages, cases, known(), Period.of(LocalDate.parse("2025-01-01"), TODAY)))
        .containsExactly("h1|lengths/1|%s|[3.0, 1.0]".formatted(oldest));
  }

  @Test
  void theModelOfTheProductGivesTheVectorItGivesOutsideOfSpark() {
    Rows messages = messages().with(message("m1", "c1", "h1", "card declined", "2026-06-30"));
    Rows cases = cases().with("case_id", "c1", "first_text_hash", "h1");

    Row row = build(new TextEmbedding(), messages, cases, known(), Period.day(TODAY)).first();

    assertThat(row.<String>getAs("model_version"))
        .isEqualTo(MiniLmEmbedder.instance().modelVersion());
    float[] expected = MiniLmEmbedder.instance().embed(List.of("card declined"))[0];
    List<Float> vector = row.getList(row.fieldIndex("embedding"));
    assertThat(vector).hasSize(expected.length);
    for (int i = 0; i < expected.length; i++) {
      assertThat(vector.get(i)).isEqualTo(expected[i]);
    }
  }

  private static Rows messages() {
    return Rows.of(CONTRACTS, "silver.case_message");
  }

  private static Rows cases() {
    return Rows.of(CONTRACTS, "silver.support_case");
  }

  private static Rows known() {
    return Rows.of(CONTRACTS, "silver.text_embedding");
  }

  private static Object[] message(
      String id, String caseId, String hash, String text, String arrival) {
    return new Object[] {
      "message_id",
      id,
      "case_id",
      caseId,
      "text_hash",
      hash,
      "text",
      text,
      "actor_type",
      "customer",
      "arrival_date",
      arrival
    };
  }

  private static List<String> embedded(Rows messages, Rows cases, Rows known, Period period) {
    return Lines.of(
        build(new TextEmbedding(Lengths::new), messages, cases, known, period),
        "text_hash",
        "model_version",
        "arrival_date",
        "embedding");
  }

  private static Dataset<Row> build(
      TextEmbedding table, Rows messages, Rows cases, Rows known, Period period) {
    return new TestInputs(spark(), SETTINGS, CONTRACTS, "silver.text_embedding")
        .with("silver.case_message", messages)
        .with("silver.support_case", cases)
        .with("silver.text_embedding", known)
        .build(table, period);
  }

  /** A vector that tells which text it came from. */
  private static final class Lengths implements Embedder, Serializable {
    private static final long serialVersionUID = 1L;

    @Override
    public float[][] embed(List<String> texts) {
      return texts.stream().map(text -> new float[] {text.length(), 1}).toArray(float[][]::new);
    }

    @Override
    public String modelVersion() {
      return "lengths/1";
    }

    @Override
    public int dimensions() {
      return 2;
    }
  }
}
