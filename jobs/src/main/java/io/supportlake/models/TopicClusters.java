package io.supportlake.models;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import smile.clustering.HierarchicalClustering;
import smile.clustering.linkage.WardLinkage;

/**
 * A taxonomy of topics without labels: Ward linkage on a sample of centred embeddings, as many
 * clusters as the mean silhouette prefers, nearest centroid for all other texts.
 */
public final class TopicClusters {
  private static final int PHRASES = 4;
  private static final double SAME_TOPIC = 0.8;

  private TopicClusters() {}

  /**
   * Settings of the clustering.
   *
   * @param minimumTopics fewest topics tried
   * @param maximumTopics most topics tried
   * @param sampleSize texts clustered at most; time and memory grow with its square
   * @param seed seed of the sample
   */
  public record Options(int minimumTopics, int maximumTopics, int sampleSize, long seed) {

    /** What is used when the configuration says nothing. */
    public static final Options DEFAULT = new Options(10, 80, 1500, 20_260_101L);

    /** Refuses settings that make no sense. */
    public Options {
      if (minimumTopics < 2 || maximumTopics < minimumTopics || sampleSize <= maximumTopics) {
        throw new IllegalArgumentException(
            "needs 2 <= minimumTopics <= maximumTopics < sampleSize, were %d, %d and %d"
                .formatted(minimumTopics, maximumTopics, sampleSize));
      }
    }
  }

  /**
   * A topic.
   *
   * @param id keeps over re-training, see {@link #matchTopics}
   * @param centroid centre in centred space, length 1
   * @param size texts nearest to it among those it was made from
   * @param phrases what tells it apart, most telling first; may be empty for small topics
   * @param medoidText the text closest to the centre
   */
  public record Topic(
      String id, float[] centroid, int size, List<String> phrases, String medoidText)
      implements Serializable {

    /** The phrases in one line, or the id where there are none: a customer's words are no name. */
    public String label() {
      return phrases.isEmpty() ? id : String.join(", ", phrases);
    }

    Topic withId(String newId) {
      return new Topic(newId, centroid, size, phrases, medoidText);
    }
  }

  /**
   * The topic of a text.
   *
   * @param similarity cosine to its centroid, in [-1, 1]
   */
  public record Assignment(String topicId, double similarity) implements Serializable {}

  /**
   * Topics with the frozen mean that is taken off an embedding before it is compared.
   *
   * @param mean mean embedding of the texts the topics were made from
   * @param topics topics, largest first
   * @param silhouette mean silhouette of the sample at the chosen number of topics
   */
  public record Taxonomy(float[] mean, List<Topic> topics, double silhouette)
      implements Serializable {

    /** The nearest topic of an embedding as it comes from the {@link Embedder}. */
    public Assignment assign(float[] embedding) {
      float[] centred = Vectors.centre(embedding, mean);
      Topic nearest = topics.getFirst();
      double best = Double.NEGATIVE_INFINITY;
      for (Topic topic : topics) {
        double cosine = Vectors.dot(centred, topic.centroid());
        if (cosine > best) {
          best = cosine;
          nearest = topic;
        }
      }
      return new Assignment(nearest.id(), best);
    }

    /** The same topics with the ids of a previous taxonomy carried over. */
    public Taxonomy continuing(List<Topic> previous) {
      return new Taxonomy(mean, matchTopics(previous, topics), silhouette);
    }
  }

  /**
   * Makes a taxonomy. The same texts in another order give the same topics as long as no text
   * repeats.
   *
   * @param texts redacted texts
   * @param embeddings their embeddings as they come from the {@link Embedder}
   * @throws IllegalArgumentException when there are not more usable texts than topics asked for
   */
  public static Taxonomy fit(List<String> texts, float[][] embeddings, Options options) {
    if (texts.size() != embeddings.length) {
      throw new IllegalArgumentException(
          "%d texts but %d embeddings".formatted(texts.size(), embeddings.length));
    }
    int[] usable =
        IntStream.range(0, embeddings.length)
            .filter(i -> Vectors.dot(embeddings[i], embeddings[i]) > 0)
            .boxed()
            .sorted(
                Comparator.comparing((Integer i) ->
                        Identities.hash("", String.valueOf(options.seed()), texts.get(i)))
                    .thenComparing(texts::get))
            .mapToInt(Integer::intValue)
            .toArray();
    if (usable.length <= options.minimumTopics()) {
      throw new IllegalArgumentException(
          "%d texts are too few for %d topics".formatted(usable.length, options.minimumTopics()));
    }
    float[] mean = Vectors.mean(pick(embeddings, usable));
    float[][] all = Vectors.centre(pick(embeddings, usable), mean);
    float[][] sample = Arrays.copyOf(all, Math.min(options.sampleSize(), all.length));
    HierarchicalClustering tree = HierarchicalClustering.fit(WardLinkage.of(doubles(sample)));
    float[][] cosine = cosines(sample);
    int[] labels = {};
    double silhouette = Double.NEGATIVE_INFINITY;
    int most = Math.min(options.maximumTopics(), sample.length - 1);
    for (int k = options.minimumTopics(); k <= most; k++) {
      int[] candidate = tree.partition(k);
      double value = silhouette(cosine, candidate, k);
      if (value > silhouette) {
        silhouette = value;
        labels = candidate;
      }
    }
    return new Taxonomy(
        mean, topics(centroids(sample, labels), all, pick(texts, usable)), silhouette);
  }

  private static List<Topic> topics(float[][] centroids, float[][] all, List<String> texts) {
    List<List<Integer>> members = new ArrayList<>();
    for (int c = 0; c < centroids.length; c++) {
      members.add(new ArrayList<>());
    }
    int[] medoid = new int[centroids.length];
    double[] closest = new double[centroids.length];
    Arrays.fill(closest, Double.NEGATIVE_INFINITY);
    for (int i = 0; i < all.length; i++) {
      int nearest = 0;
      double best = Double.NEGATIVE_INFINITY;
      for (int c = 0; c < centroids.length; c++) {
        double value = Vectors.dot(all[i], centroids[c]);
        if (value > best) {
          best = value;
          nearest = c;
        }
      }
      members.get(nearest).add(i);
      if (best > closest[nearest]) {
        closest[nearest] = best;
        medoid[nearest] = i;
      }
    }
    List<List<String>> phrases =
        Phrases.of(
            members.stream().map(group -> group.stream().map(texts::get).toList()).toList(),
            PHRASES);
    List<Topic> topics = new ArrayList<>();
    for (int c = 0; c < centroids.length; c++) {
      if (!members.get(c).isEmpty()) {
        topics.add(
            new Topic(
                "", centroids[c], members.get(c).size(), phrases.get(c), texts.get(medoid[c])));
      }
    }
    topics.sort(Comparator.comparingInt(Topic::size).reversed().thenComparing(Topic::medoidText));
    return matchTopics(List.of(), topics);
  }

  /**
   * Gives each current topic the id of the previous one whose centroid has cosine 0.8 or more,
   * closest first and each once; the others get a new id from a hash of their medoid. Both must
   * come from one version of the embedding.
   */
  public static List<Topic> matchTopics(List<Topic> previous, List<Topic> current) {
    List<Identities.Pair> pairs = new ArrayList<>();
    for (int p = 0; p < previous.size(); p++) {
      for (int c = 0; c < current.size(); c++) {
        double cosine = Vectors.dot(previous.get(p).centroid(), current.get(c).centroid());
        if (cosine >= SAME_TOPIC) {
          pairs.add(new Identities.Pair(p, c, cosine));
        }
      }
    }
    int[] matched = Identities.match(pairs, previous.size(), current.size());
    Set<String> used = new HashSet<>();
    previous.forEach(topic -> used.add(topic.id()));
    List<Topic> named = new ArrayList<>();
    for (int c = 0; c < matched.length; c++) {
      Topic topic = current.get(c);
      String id;
      if (matched[c] >= 0) {
        id = previous.get(matched[c]).id();
      } else {
        int attempt = 0;
        do {
          id = Identities.hash("top_", topic.medoidText(), String.valueOf(attempt++));
        } while (!used.add(id));
      }
      named.add(topic.withId(id));
    }
    return List.copyOf(named);
  }

  private static float[][] centroids(float[][] sample, int[] labels) {
    int k = Arrays.stream(labels).max().orElseThrow() + 1;
    return IntStream.range(0, k)
        .mapToObj(c ->
            IntStream.range(0, sample.length)
                .filter(i -> labels[i] == c)
                .mapToObj(i -> sample[i])
                .toArray(float[][]::new))
        .filter(members -> members.length > 0)
        .map(members -> Vectors.normalise(Vectors.mean(members)))
        .toArray(float[][]::new);
  }

  private static float[][] cosines(float[][] sample) {
    float[][] cosine = new float[sample.length][sample.length];
    Vectors.products(
        sample,
        sample,
        (i, first, products, width) -> System.arraycopy(products, 0, cosine[i], first, width));
    return cosine;
  }

  /** Mean silhouette (Rousseeuw 1987) with 1 - cosine as distance; a cluster of one counts 0. */
  static double silhouette(float[][] cosine, int[] labels, int k) {
    int[] sizes = new int[k];
    for (int label : labels) {
      sizes[label]++;
    }
    double sum = 0;
    double[] near = new double[k];
    for (int i = 0; i < labels.length; i++) {
      int own = labels[i];
      if (sizes[own] == 1) {
        continue;
      }
      Arrays.fill(near, 0);
      for (int j = 0; j < labels.length; j++) {
        if (j != i) {
          near[labels[j]] += 1 - cosine[i][j];
        }
      }
      double within = near[own] / (sizes[own] - 1);
      double between = Double.POSITIVE_INFINITY;
      for (int c = 0; c < k; c++) {
        if (c != own && sizes[c] > 0) {
          between = Math.min(between, near[c] / sizes[c]);
        }
      }
      double larger = Math.max(within, between);
      sum += larger == 0 ? 0 : (between - within) / larger;
    }
    return sum / labels.length;
  }

  private static float[][] pick(float[][] from, int[] at) {
    return Arrays.stream(at).mapToObj(i -> from[i]).toArray(float[][]::new);
  }

  private static List<String> pick(List<String> from, int[] at) {
    return Arrays.stream(at).mapToObj(from::get).toList();
  }

  private static double[][] doubles(float[][] rows) {
    double[][] result = new double[rows.length][];
    for (int i = 0; i < rows.length; i++) {
      result[i] = new double[rows[i].length];
      for (int k = 0; k < rows[i].length; k++) {
        result[i][k] = rows[i][k];
      }
    }
    return result;
  }
}
