package io.supportlake.gold.issues;

import static org.assertj.core.api.Assertions.assertThat;

import io.supportlake.models.TopicClusters;
import io.supportlake.models.Vectors;
import java.time.DayOfWeek;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TopicJournalTest {
  private static final LocalDate MONDAY = LocalDate.of(2026, 3, 2);

  private final Random random = new Random(1);
  private final List<Ticket> tickets = new ArrayList<>();

  private float[] direction() {
    float[] v = new float[48];
    for (int k = 0; k < v.length; k++) {
      v[k] = (float) random.nextGaussian();
    }
    return Vectors.normalise(v);
  }

  private void about(float[] topic, String name, int count, LocalDate from, int days) {
    for (int i = 0; i < count; i++) {
      float[] noise = direction();
      float[] v = new float[topic.length];
      for (int k = 0; k < v.length; k++) {
        v[k] = topic[k] + 0.3f * noise[k];
      }
      int day = Math.toIntExact(from.plusDays(i % days).toEpochDay());
      tickets.add(
          new Ticket(
              "case-%05d".formatted(tickets.size()),
              "c" + i,
              "family",
              day,
              day,
              0,
              name + " trouble number " + tickets.size(),
              "model",
              Vectors.normalise(v)));
    }
  }

  private void twelveTopics(LocalDate from, int days) {
    for (int t = 0; t < 12; t++) {
      about(direction(), "topic" + t, 20 + t, from, days);
    }
  }

  private static Set<String> ids(TopicJournal.Version version) {
    Set<String> ids = new HashSet<>();
    version.topics().forEach(t -> ids.add(t.id()));
    return ids;
  }

  @Test
  void versionsAreMadeOnMondaysAndKeepTheIdsOfTopicsThatStay() {
    twelveTopics(MONDAY.minusDays(60), 60);
    about(direction(), "novel", 40, MONDAY.plusDays(1), 5);

    List<TopicJournal.Version> versions =
        TopicJournal.replay(MONDAY.datesUntil(MONDAY.plusDays(14)).toList(), tickets, null);

    assertThat(versions)
        .extracting(v -> LocalDate.ofEpochDay(v.day()).getDayOfWeek())
        .containsExactly(DayOfWeek.MONDAY, DayOfWeek.MONDAY);
    assertThat(ids(versions.get(0))).hasSize(12);
    assertThat(ids(versions.get(1))).hasSize(13).containsAll(ids(versions.get(0)));
    TopicClusters.Topic born =
        versions.get(1).topics().stream()
            .filter(t -> !ids(versions.get(0)).contains(t.id()))
            .findFirst()
            .orElseThrow();
    assertThat(born.label()).contains("novel");
    assertThat(born.size()).isEqualTo(40);
  }

  @Test
  void theMedoidIsACaseWithTheMedoidText() {
    twelveTopics(MONDAY.minusDays(60), 60);

    TopicJournal.Version version = TopicJournal.replay(List.of(MONDAY), tickets, null).getFirst();

    for (TopicClusters.Topic topic : version.topics()) {
      assertThat(tickets)
          .anyMatch(t ->
              t.caseId().equals(version.medoidCases().get(topic.id()))
                  && t.text().equals(topic.medoidText()));
    }
  }

  @Test
  void aFewTicketsMakeNoTopics() {
    about(direction(), "small", TopicJournal.FEWEST_TICKETS - 1, MONDAY.minusDays(20), 20);

    assertThat(TopicJournal.replay(List.of(MONDAY), tickets, null)).isEmpty();
  }

  @Test
  void ticketsThatArriveLaterOrAreOlderThanTheWindowAreNotSeen() {
    about(direction(), "old", 200, MONDAY.minusDays(120), 30);
    about(direction(), "later", 200, MONDAY.plusDays(1), 5);

    assertThat(TopicJournal.replay(List.of(MONDAY), tickets, null)).isEmpty();
  }
}
