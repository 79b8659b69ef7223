package io.supportlake.models;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * A seeded stream of tickets as vectors: known topics at steady rates, chatter, and what a test
 * plants.
 */
final class Planted {
  private static final int DIMENSIONS = 64;

  private final Random random;
  private final float[][] topics;
  private final List<float[]> vectors = new ArrayList<>();
  private final List<Integer> days = new ArrayList<>();
  private final List<String> customers = new ArrayList<>();
  private final List<String> tickets = new ArrayList<>();

  Planted(long seed, int topicCount) {
    random = new Random(seed);
    topics = new float[topicCount][];
    for (int t = 0; t < topicCount; t++) {
      topics[t] = direction();
    }
  }

  float[] direction() {
    float[] v = new float[DIMENSIONS];
    for (int k = 0; k < DIMENSIONS; k++) {
      v[k] = (float) random.nextGaussian();
    }
    return Vectors.normalise(v);
  }

  /** About {@code perDay} tickets a day, a third of them about nothing in particular. */
  Planted background(int days, int perDay) {
    for (int day = 0; day < days; day++) {
      int count = Math.max(0, (int) Math.round(perDay + Math.sqrt(perDay) * random.nextGaussian()));
      for (int i = 0; i < count; i++) {
        float[] about =
            random.nextInt(3) == 0 ? direction() : topics[random.nextInt(topics.length)];
        add(day, about, "c" + random.nextInt(5000), "t");
      }
    }
    return this;
  }

  /** Tickets about one direction, each with cosine of about 0.87 to it. */
  Planted outbreak(
      String name, float[] about, int firstDay, int lastDay, int count, int customers) {
    for (int i = 0; i < count; i++) {
      add(firstDay + i * (lastDay - firstDay + 1) / count, about, name + i % customers, name);
    }
    return this;
  }

  float[] topic(int t) {
    return topics[t];
  }

  private void add(int day, float[] about, String customer, String prefix) {
    float[] noise = direction();
    float[] v = new float[DIMENSIONS];
    for (int k = 0; k < DIMENSIONS; k++) {
      v[k] = about[k] + 0.57f * noise[k];
    }
    vectors.add(Vectors.normalise(v));
    days.add(day);
    customers.add(customer);
    tickets.add("%s-%05d".formatted(prefix, tickets.size()));
  }

  Texts texts() {
    return new Texts(
        vectors.toArray(float[][]::new),
        days.stream().mapToInt(Integer::intValue).toArray(),
        customers.toArray(String[]::new),
        tickets.toArray(String[]::new));
  }
}
