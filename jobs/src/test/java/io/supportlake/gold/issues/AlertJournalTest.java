package io.supportlake.gold.issues;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.supportlake.models.Vectors;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AlertJournalTest {
  private static final LocalDate START = LocalDate.of(2026, 1, 1);
  private static final int DAYS = 70;
  private static final int OUTBREAK = 55;

  /** A seeded stream of tickets and error lines with what a test plants. */
  private static final class Stream {
    private final Random random;
    private final float[][] topics = new float[12][];
    private final List<Ticket> tickets = new ArrayList<>();
    private final List<TemplateCount> templates = new ArrayList<>();
    private final Map<Integer, Long> active = new HashMap<>();

    Stream(long seed) {
      random = new Random(seed);
      for (int t = 0; t < topics.length; t++) {
        topics[t] = direction();
      }
    }

    float[] direction() {
      float[] v = new float[48];
      for (int k = 0; k < v.length; k++) {
        v[k] = (float) random.nextGaussian();
      }
      return Vectors.normalise(v);
    }

    Stream background(int days, int perDay) {
      for (int day = 0; day < days; day++) {
        active.put(epoch(day), 1000L);
        for (int i = 0; i < perDay - 3 + random.nextInt(7); i++) {
          int topic = random.nextInt(topics.length);
          ticket(day, day, topics[topic], "family-" + topic, "c" + random.nextInt(2000));
        }
        for (int t = 0; t < 8; t++) {
          int customers = random.nextInt(4);
          template("known-" + t, day, day, 2L * customers, customers);
        }
        template("rare-" + day % 15, day, day, 1, 1);
      }
      return this;
    }

    void ticket(int day, int arrival, float[] about, String family, String customer) {
      float[] noise = direction();
      float[] v = new float[about.length];
      for (int k = 0; k < v.length; k++) {
        v[k] = about[k] + 0.5f * noise[k];
      }
      tickets.add(
          new Ticket(
              "case-%05d".formatted(tickets.size()),
              customer,
              family,
              epoch(day),
              epoch(arrival),
              86_400_000_000L * epoch(day) + tickets.size(),
              "text about " + family,
              "model",
              Vectors.normalise(v)));
    }

    void template(String id, int day, int arrival, long lines, int customers) {
      templates.add(
          new TemplateCount(
              id,
              "service: " + id,
              epoch(day),
              epoch(arrival),
              lines,
              customers,
              86_400_000_000L * epoch(day),
              "5.1"));
    }

    AlertJournal.Evidence evidence() {
      return new AlertJournal.Evidence(tickets, templates, active);
    }

    List<Alert> replay(int days) {
      return AlertJournal.replay(dates(0, days - 1), evidence(), List.of());
    }
  }

  private static int epoch(int day) {
    return Math.toIntExact(START.toEpochDay()) + day;
  }

  private static List<LocalDate> dates(int from, int to) {
    return START.plusDays(from).datesUntil(START.plusDays(to + 1L)).toList();
  }

  /** Six tickets a day about something new, for four days, all in an everyday family. */
  private static Stream withOutbreak(long seed) {
    Stream stream = new Stream(seed).background(DAYS, 40);
    float[] issue = stream.direction();
    for (int day = OUTBREAK; day < OUTBREAK + 4; day++) {
      for (int i = 0; i < 6; i++) {
        stream.ticket(day, day, issue, "family-" + i, "struck" + day + i);
      }
    }
    return stream;
  }

  private static List<Alert> of(List<Alert> alerts, String kind) {
    return alerts.stream().filter(a -> a.kind().equals(kind)).toList();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void anOutbreakOfTicketsIsFoundWithinADayAndKeepsItsId(long seed) {
    List<Alert> alerts = withOutbreak(seed).replay(DAYS);

    List<Alert> clusters = of(alerts, Alert.CLUSTER);
    assertThat(clusters.getFirst().day()).isBetween(epoch(OUTBREAK), epoch(OUTBREAK + 1));
    assertThat(clusters.getFirst().state()).isEqualTo("new");
    assertThat(clusters).extracting(Alert::id).containsOnly(clusters.getFirst().id());
    assertThat(clusters.subList(1, clusters.size()))
        .hasSizeGreaterThanOrEqualTo(4)
        .allSatisfy(a -> assertThat(a.state()).isEqualTo("ongoing"))
        .allSatisfy(a -> assertThat(a.firstDay()).isEqualTo(clusters.getFirst().day()))
        .allSatisfy(a ->
            assertThat(a.firstRecordAtMicros())
                .isEqualTo(clusters.getFirst().firstRecordAtMicros()));
    assertThat(clusters).allSatisfy(a -> assertThat(a.members()).isSorted());
    assertThat(clusters.getFirst().reason())
        .startsWith(clusters.getFirst().observed() + " similar tickets from ")
        .contains("in the 7 days to " + LocalDate.ofEpochDay(clusters.getFirst().day()));
  }

  @Test
  void anOrdinaryStreamRaisesNothing() {
    for (long seed = 10; seed < 13; seed++) {
      assertThat(new Stream(seed).background(DAYS, 40).replay(DAYS)).isEmpty();
    }
  }

  @Test
  void daysOneByOneGiveTheRowsOfTheRange() {
    Stream stream = withOutbreak(4);
    for (int day = 50; day < 53; day++) {
      stream.template("new", day, day, 30, 9);
    }
    stream.ticket(60, 63, stream.direction(), "family-1", "late");
    List<Alert> range = stream.replay(DAYS);

    List<Alert> single = new ArrayList<>();
    for (int day = 0; day < DAYS; day++) {
      single.addAll(AlertJournal.replay(dates(day, day), stream.evidence(), single));
    }

    assertThat(range).isNotEmpty();
    assertThat(single).isEqualTo(range);
  }

  @Test
  void theOrderInWhichRecordsAreReadDoesNotMatter() {
    Stream stream = withOutbreak(5);
    List<Alert> once = stream.replay(DAYS);
    Collections.shuffle(stream.templates, new Random(1));

    assertThat(stream.replay(DAYS)).isEqualTo(once);
  }

  @Test
  void whatArrivesLaterDoesNotChangeAnEarlierDay() {
    List<Alert> before = withOutbreak(6).replay(OUTBREAK);
    Stream stream = withOutbreak(6);
    float[] other = stream.direction();
    for (int i = 0; i < 30; i++) {
      stream.ticket(40, OUTBREAK, other, "family-3", "late" + i);
    }
    stream.template("late", 45, OUTBREAK, 90, 40);

    assertThat(stream.replay(OUTBREAK)).isEqualTo(before);
  }

  @Test
  void aNewTemplateIsRaisedOnItsFirstDayWithItsRelease() {
    Stream stream = new Stream(7).background(DAYS, 40);
    stream.template("new", 50, 50, 30, 9);
    stream.template("new", 51, 51, 30, 11);

    List<Alert> alerts = stream.replay(DAYS);

    assertThat(alerts).hasSize(2);
    Alert first = alerts.getFirst();
    assertThat(first.kind()).isEqualTo(Alert.TEMPLATE);
    assertThat(first.day()).isEqualTo(epoch(50));
    assertThat(first.release()).isEqualTo("5.1");
    assertThat(first.observed()).isEqualTo(9);
    // The rare templates hit two customers in 28 days, so a new one is expected to as well.
    assertThat(first.expected()).isBetween(0.02, 0.1);
    assertThat(first.reason())
        .startsWith("9 customers met \"service: new\" on 2026-02-20 (30 lines) where ")
        .endsWith("; first seen on 2026-02-20 in release 5.1.");
    assertThat(alerts.get(1).id()).isEqualTo(first.id());
    assertThat(alerts.get(1).state()).isEqualTo("ongoing");
  }

  @Test
  void aTemplateOfFewCustomersIsNeverRaisedHoweverManyLinesItHas() {
    Stream stream = new Stream(8).background(DAYS, 40);
    stream.template("retries", 50, 50, 100_000, 2);
    stream.template("nobody", 50, 50, 100_000, 0);

    assertThat(stream.replay(DAYS)).isEmpty();
  }

  @Test
  void aTemplateThatComesBackAfterAFortnightIsANewAlert() {
    Stream stream = new Stream(9).background(DAYS, 40);
    stream.template("new", 20, 20, 30, 12);
    stream.template("new", 33, 33, 30, 14);
    stream.template("new", 63, 63, 30, 16);

    List<Alert> alerts = stream.replay(DAYS);

    assertThat(alerts)
        .extracting(a -> a.day() - epoch(0), Alert::state)
        .containsExactly(tuple(20, "new"), tuple(33, "ongoing"), tuple(63, "new"));
    assertThat(alerts.get(2).id()).isNotEqualTo(alerts.getFirst().id());
  }

  @Test
  void aBurstOfAKnownFamilyIsASurgeOfTheDay() {
    Stream stream = new Stream(10).background(DAYS, 40);
    for (int i = 0; i < 22; i++) {
      stream.ticket(60, 60, stream.direction(), "family-2", "struck" + i);
    }

    Alert surge = of(stream.replay(DAYS), Alert.FAMILY).getFirst();

    assertThat(surge.subject()).isEqualTo("family-2");
    assertThat(surge.day()).isEqualTo(epoch(60));
    assertThat(surge.windowDays()).isEqualTo(1);
    assertThat(surge.expected()).isBetween(2.0, 5.0);
    assertThat(surge.reason()).contains("cases of family family-2 from").contains("on 2026-03-02");
  }

  @Test
  void aSlowSurgeShowsInTheWeek() {
    Stream stream = new Stream(11).background(DAYS, 40);
    for (int day = 58; day < 66; day++) {
      for (int i = 0; i < 6; i++) {
        stream.ticket(day, day, stream.direction(), "family-2", "struck" + day + i);
      }
    }

    List<Alert> surges = of(stream.replay(DAYS), Alert.FAMILY);

    assertThat(surges).extracting(Alert::subject).containsOnly("family-2");
    assertThat(surges).extracting(Alert::id).containsOnly(surges.getFirst().id());
    assertThat(surges).extracting(Alert::windowDays).contains(7);
    assertThat(surges.getFirst().day()).isBetween(epoch(58), epoch(64));
  }

  @Test
  void aSurgeOfOneCustomerIsNone() {
    Stream stream = new Stream(12).background(DAYS, 40);
    for (int i = 0; i < 40; i++) {
      stream.ticket(60, 60, stream.direction(), "quiet", "one customer");
    }

    assertThat(stream.replay(DAYS)).isEmpty();
  }

  @Test
  void moreActiveCustomersMakeMoreCasesExpected() {
    Stream stream = new Stream(13).background(DAYS, 40);
    for (int day = 53; day < DAYS; day++) {
      stream.active.put(epoch(day), 6000L);
    }
    for (int i = 0; i < 22; i++) {
      stream.ticket(60, 60, stream.direction(), "family-2", "struck" + i);
    }

    assertThat(of(stream.replay(DAYS), Alert.FAMILY)).isEmpty();
  }

  @Test
  void vectorsOfAnotherModelAreNotCompared() {
    Stream stream = withOutbreak(14);
    List<Ticket> changed =
        stream.tickets.stream()
            .map(t ->
                t.day() < epoch(OUTBREAK)
                    ? t
                    : new Ticket(
                        t.caseId(),
                        t.accountId(),
                        t.family(),
                        t.day(),
                        t.arrivalDay(),
                        t.openedAtMicros(),
                        t.text(),
                        "other",
                        t.embedding()))
            .toList();

    List<Alert> alerts =
        AlertJournal.replay(
            dates(0, DAYS - 1),
            new AlertJournal.Evidence(changed, stream.templates, stream.active),
            List.of());

    assertThat(of(alerts, Alert.CLUSTER)).isEmpty();
  }
}
