package io.supportlake.gold.issues;

import io.supportlake.models.TopicClusters;
import java.time.DayOfWeek;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The Mondays of {@code gold.ticket_topic} one after the other, each continuing the ids before. */
final class TopicJournal {
  /** Days of tickets that a version is made from, its own included. */
  static final int WINDOW_DAYS = 90;

  /** With fewer tickets there is no version: topics of a handful of tickets come and go. */
  static final int FEWEST_TICKETS = 100;

  // The square of the sample is the cost; 800 of 4,000 tickets give the same topics in a third.
  private static final TopicClusters.Options OPTIONS =
      new TopicClusters.Options(10, 60, 800, TopicClusters.Options.DEFAULT.seed());

  private TopicJournal() {}

  /**
   * One version of the topics.
   *
   * @param day day of the clustering, days since 1970-01-01
   * @param modelVersion embedding model
   * @param mean mean embedding that was taken off
   * @param topics topics, largest first
   * @param medoidCases case of each topic's medoid text, by topic id
   */
  record Version(
      int day,
      String modelVersion,
      float[] mean,
      List<TopicClusters.Topic> topics,
      Map<String, String> medoidCases) {}

  /**
   * The versions of the Mondays among the days.
   *
   * @param previous the version before the first day; null = none
   */
  static List<Version> replay(
      List<LocalDate> days, List<Ticket> tickets, @Nullable Version previous) {
    List<Version> versions = new ArrayList<>();
    Version last = previous;
    for (LocalDate date : days) {
      if (date.getDayOfWeek() != DayOfWeek.MONDAY) {
        continue;
      }
      Version version = version(Math.toIntExact(date.toEpochDay()), tickets, last);
      if (version != null) {
        versions.add(version);
        last = version;
      }
    }
    return List.copyOf(versions);
  }

  private static @Nullable Version version(
      int today, List<Ticket> tickets, @Nullable Version previous) {
    List<Ticket> seen =
        AlertJournal.embedded(tickets, today, WINDOW_DAYS).stream()
            .filter(t -> !t.text().isBlank())
            .toList();
    if (seen.size() < FEWEST_TICKETS) {
      return null;
    }
    String model = String.valueOf(seen.getFirst().modelVersion());
    TopicClusters.Taxonomy taxonomy =
        TopicClusters.fit(
            seen.stream().map(Ticket::text).toList(),
            seen.stream().map(Ticket::embedding).toArray(float[][]::new),
            OPTIONS);
    // Centres of different models live in different spaces.
    if (previous != null && previous.modelVersion().equals(model)) {
      taxonomy = taxonomy.continuing(previous.topics());
    }
    Map<String, String> firstCase = new HashMap<>();
    seen.forEach(t -> firstCase.putIfAbsent(t.text(), t.caseId()));
    Map<String, String> medoidCases = new HashMap<>();
    taxonomy
        .topics()
        .forEach(t -> medoidCases.put(t.id(), firstCase.getOrDefault(t.medoidText(), "")));
    return new Version(today, model, taxonomy.mean(), taxonomy.topics(), medoidCases);
  }
}
