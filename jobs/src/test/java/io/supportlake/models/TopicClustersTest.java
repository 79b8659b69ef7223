package io.supportlake.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TopicClustersTest {
  private static final String[] ABOUT = {
    "refund not received",
    "card declined abroad",
    "webhook signature invalid",
    "invoice export empty"
  };
  private static final TopicClusters.Options OPTIONS = new TopicClusters.Options(2, 12, 150, 1);

  private record Sample(List<String> texts, float[][] embeddings) {}

  private static Sample sample(long seed, long shuffle) {
    Planted directions = new Planted(99, ABOUT.length);
    Random random = new Random(seed);
    List<String> texts = new ArrayList<>();
    List<float[]> vectors = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      int topic = i % ABOUT.length;
      texts.add(
          "Hello team, %s <card> for customer %s since %d"
              .formatted(ABOUT[topic], "abcdefgh".charAt(random.nextInt(8)), i));
      float[] v = directions.topic(topic).clone();
      for (int k = 0; k < v.length; k++) {
        v[k] += (float) (0.08 * random.nextGaussian()) + (k == 0 ? 1 : 0);
      }
      vectors.add(Vectors.normalise(v));
    }
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      order.add(i);
    }
    Collections.shuffle(order, new Random(shuffle));
    return new Sample(
        order.stream().map(texts::get).toList(),
        order.stream().map(vectors::get).toArray(float[][]::new));
  }

  @Test
  void plantedTopicsAreFoundInTheirNumberWithTheirWords() {
    Sample sample = sample(1, 1);
    TopicClusters.Taxonomy taxonomy =
        TopicClusters.fit(sample.texts(), sample.embeddings(), OPTIONS);
    assertThat(taxonomy.topics()).hasSize(4).allMatch(topic -> topic.size() == 50);
    assertThat(taxonomy.topics())
        .anySatisfy(topic -> {
          assertThat(topic.phrases()).anyMatch(phrase -> phrase.contains("not"));
          assertThat(topic.label()).contains("refund").contains("received");
          assertThat(topic.medoidText()).contains("refund not received");
        });
    for (int i = 0; i < sample.texts().size(); i++) {
      TopicClusters.Assignment assignment = taxonomy.assign(sample.embeddings()[i]);
      TopicClusters.Topic topic =
          taxonomy.topics().stream()
              .filter(t -> t.id().equals(assignment.topicId()))
              .findFirst()
              .orElseThrow();
      String about = sample.texts().get(i).substring(12, 24);
      assertThat(topic.medoidText()).contains(about);
      assertThat(assignment.similarity()).isBetween(0.6, 1.0);
    }
  }

  @Test
  void theOrderOfTextsChangesNothing() {
    Sample one = sample(1, 1);
    Sample other = sample(1, 2);
    TopicClusters.Taxonomy a = TopicClusters.fit(one.texts(), one.embeddings(), OPTIONS);
    TopicClusters.Taxonomy b = TopicClusters.fit(other.texts(), other.embeddings(), OPTIONS);
    assertThat(a.topics().stream().map(TopicClusters.Topic::id).toList())
        .isEqualTo(b.topics().stream().map(TopicClusters.Topic::id).toList());
    assertThat(a.topics().getFirst().centroid()).isEqualTo(b.topics().getFirst().centroid());
    assertThat(a.topics().stream().map(TopicClusters.Topic::phrases).toList())
        .isEqualTo(b.topics().stream().map(TopicClusters.Topic::phrases).toList());
  }

  @Test
  void topicsKeepTheirIdsOverRetraining() {
    Sample before = sample(1, 1);
    Sample after = sample(2, 2);
    TopicClusters.Taxonomy old = TopicClusters.fit(before.texts(), before.embeddings(), OPTIONS);
    TopicClusters.Taxonomy renewed =
        TopicClusters.fit(after.texts(), after.embeddings(), OPTIONS).continuing(old.topics());
    assertThat(renewed.topics().stream().map(TopicClusters.Topic::id).toList())
        .containsExactlyInAnyOrderElementsOf(
            old.topics().stream().map(TopicClusters.Topic::id).toList());
    for (TopicClusters.Topic topic : renewed.topics()) {
      TopicClusters.Topic former =
          old.topics().stream().filter(t -> t.id().equals(topic.id())).findFirst().orElseThrow();
      assertThat(topic.medoidText().substring(12, 24))
          .isEqualTo(former.medoidText().substring(12, 24));
    }
  }

  @Test
  void aTopicThatIsNotSimilarEnoughIsBornWithANewId() {
    TopicClusters.Topic old = topic("top_a", 1, 0, "same text");
    List<TopicClusters.Topic> named =
        TopicClusters.matchTopics(
            List.of(old),
            List.of(topic("", 0.79f, 0.61f, "same text"), topic("", 0.95f, 0.31f, "other")));
    assertThat(named.get(0).id()).startsWith("top_").isNotEqualTo("top_a");
    assertThat(named.get(1).id()).isEqualTo("top_a");
  }

  private static TopicClusters.Topic topic(String id, float x, float y, String text) {
    return new TopicClusters.Topic(id, Vectors.normalise(new float[] {x, y}), 1, List.of(), text);
  }

  /**
   * Two pairs on a line of angles: a = 1 - cos of the pair, b = mean of 1 - cos to the other pair.
   */
  @Test
  void silhouetteByHand() {
    float[][] cosine = {
      {1, 0.9f, 0.1f, 0.2f}, {0.9f, 1, 0.3f, 0.4f}, {0.1f, 0.3f, 1, 0.8f}, {0.2f, 0.4f, 0.8f, 1}
    };
    double expected =
        ((0.85 - 0.1) / 0.85 + (0.65 - 0.1) / 0.65 + (0.8 - 0.2) / 0.8 + (0.7 - 0.2) / 0.7) / 4;
    assertThat(TopicClusters.silhouette(cosine, new int[] {0, 0, 1, 1}, 2))
        .isCloseTo(expected, within(1e-6));
  }

  @Test
  void phrasesKeepNegationsAndNeedThreeTickets() {
    List<List<String>> phrases =
        Phrases.of(
            List.of(
                List.of(
                    "payout not received",
                    "my payout was not received",
                    "payout not received, rare"),
                List.of(
                    "payout received twice", "payout received twice", "payout received twice!")),
            3);
    assertThat(phrases.get(0)).anyMatch(phrase -> phrase.contains("not"));
    assertThat(String.join(" ", phrases.get(0))).doesNotContain("rare");
    assertThat(String.join(" ", phrases.get(1))).contains("twice").doesNotContain("not");
  }

  @Test
  void aTaxonomyCanBeSentToExecutors() throws Exception {
    Sample sample = sample(1, 1);
    TopicClusters.Taxonomy taxonomy =
        TopicClusters.fit(sample.texts(), sample.embeddings(), OPTIONS);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(taxonomy);
    }
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      TopicClusters.Taxonomy read = (TopicClusters.Taxonomy) in.readObject();
      assertThat(read.assign(sample.embeddings()[7]))
          .isEqualTo(taxonomy.assign(sample.embeddings()[7]));
    }
  }

  @Test
  void tooFewTextsAreRefused() {
    assertThatThrownBy(() -> TopicClusters.fit(List.of("a"), new float[][] {{1, 0}}, OPTIONS))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("1 texts are too few for 2 topics");
  }
}
