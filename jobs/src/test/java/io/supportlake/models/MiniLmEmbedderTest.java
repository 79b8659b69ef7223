package io.supportlake.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class MiniLmEmbedderTest {
  private static final String CHARGED = "I was charged twice for the same card payment";
  private static final String DOUBLE = "The same payment was taken from my card two times";
  private static final String WEBHOOK =
      "Our webhook endpoint gets no events since the last release";

  private final Embedder embedder = MiniLmEmbedder.instance();

  @Test
  void textsOfOneMeaningAreCloserThanOthers() {
    float[][] v = embedder.embed(List.of(CHARGED, DOUBLE, WEBHOOK));
    assertThat(Vectors.dot(v[0], v[1])).isGreaterThan(0.65);
    assertThat(Vectors.dot(v[0], v[2])).isLessThan(0.3);
  }

  @Test
  void aVectorHasLengthOneAndDoesNotDependOnItsNeighbours() {
    float[] alone = embedder.embed(List.of(CHARGED))[0];
    float[][] together = embedder.embed(List.of(WEBHOOK.repeat(20), CHARGED, DOUBLE));
    assertThat(alone).hasSize(embedder.dimensions()).isEqualTo(together[1]);
    assertThat(Vectors.dot(alone, alone)).isCloseTo(1, within(1e-5));
  }

  @Test
  void blankTextsAreSimilarToNothingAndLongOnesAreCut() {
    float[][] v = embedder.embed(List.of("  ", "word ".repeat(5000)));
    assertThat(v[0]).containsOnly(0f);
    assertThat(Vectors.dot(v[1], v[1])).isCloseTo(1, within(1e-5));
  }
}
