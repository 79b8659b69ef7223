package io.supportlake.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RateScanTest {
  private static final RateScan.Options DEFAULT = RateScan.Options.DEFAULT;

  @Test
  void anOutbreakOfANewKindIsFoundWithItsTickets() {
    Planted stream = new Planted(1, 30).background(100, 40);
    stream.outbreak("new", stream.direction(), 95, 99, 12, 10);
    List<RateScan.Outbreak> found = RateScan.scan(stream.texts(), 99, DEFAULT);
    assertThat(found).hasSize(1);
    RateScan.Outbreak outbreak = found.getFirst();
    assertThat(outbreak.level()).isEqualTo(RateScan.Level.ALERT);
    assertThat(outbreak.tickets()).hasSize(12).allMatch(ticket -> ticket.startsWith("new-"));
    assertThat(outbreak.customers()).isEqualTo(10);
    assertThat(outbreak.firstDay()).isEqualTo(95);
    assertThat(outbreak.expected()).isLessThan(0.5);
    assertThat(outbreak.p()).isLessThan(1e-6);
    assertThat(outbreak.medoid()).startsWith("new-");
    assertThat(outbreak.reason(7))
        .startsWith("12 similar tickets of 10 customers in 7 days where 0.0 were expected");
  }

  @Test
  void aSurgeOfAKnownTopicIsFoundAgainstItsOwnExpectation() {
    Planted stream = new Planted(2, 30).background(100, 40);
    stream.outbreak("more", stream.topic(3), 93, 99, 40, 40);
    List<RateScan.Outbreak> found = RateScan.scan(stream.texts(), 99, DEFAULT);
    assertThat(found).hasSize(1);
    assertThat(found.getFirst().expected()).isBetween(3.0, 10.0);
    assertThat(found.getFirst().tickets().stream().filter(t -> t.startsWith("more-")).count())
        .isGreaterThan(35);
  }

  @Test
  void twoOutbreaksAreTwoGroups() {
    Planted stream = new Planted(3, 30).background(100, 40);
    stream.outbreak("one", stream.direction(), 95, 99, 12, 12);
    stream.outbreak("two", stream.direction(), 94, 99, 20, 20);
    List<RateScan.Outbreak> found = RateScan.scan(stream.texts(), 99, DEFAULT);
    assertThat(found).hasSize(2);
    assertThat(found.get(0).tickets()).allMatch(ticket -> ticket.startsWith("two-"));
    assertThat(found.get(1).tickets()).allMatch(ticket -> ticket.startsWith("one-"));
  }

  @Test
  void aSteadyStreamRaisesNoAlertInTwentyReplays() {
    int alerts = 0;
    int watches = 0;
    for (int seed = 10; seed < 15; seed++) {
      Texts texts = new Planted(seed, 30).background(110, 40).texts();
      for (int today : new int[] {70, 85, 97, 109}) {
        for (RateScan.Outbreak outbreak : RateScan.scan(texts, today, DEFAULT)) {
          alerts += outbreak.level() == RateScan.Level.ALERT ? 1 : 0;
          watches++;
        }
      }
    }
    assertThat(alerts).isZero();
    assertThat(watches).isLessThanOrEqualTo(1);
  }

  @Test
  void oneCustomerWithManyTicketsIsNoOutbreak() {
    Planted stream = new Planted(4, 30).background(100, 40);
    stream.outbreak("same", stream.direction(), 95, 99, 12, 2);
    assertThat(RateScan.scan(stream.texts(), 99, DEFAULT)).isEmpty();
  }

  @Test
  void laterTicketsAndTheOrderOfRowsChangeNothing() {
    Planted stream = new Planted(5, 30).background(100, 40);
    stream.outbreak("new", stream.direction(), 85, 89, 15, 15);
    Texts texts = stream.texts();
    RateScan.Outbreak expected = RateScan.scan(texts, 89, DEFAULT).getFirst();
    List<Integer> order =
        new ArrayList<>(
            IntStream.range(0, texts.days().length)
                .filter(i -> texts.days()[i] <= 89)
                .boxed()
                .toList());
    Collections.shuffle(order, new Random(6));
    Texts shuffled =
        new Texts(
            order.stream().map(i -> texts.vectors()[i]).toArray(float[][]::new),
            order.stream().mapToInt(i -> texts.days()[i]).toArray(),
            order.stream().map(i -> texts.customers()[i]).toArray(String[]::new),
            order.stream().map(i -> texts.tickets()[i]).toArray(String[]::new));
    RateScan.Outbreak found = RateScan.scan(shuffled, 89, DEFAULT).getFirst();
    assertThat(found.tickets()).isEqualTo(expected.tickets());
    assertThat(found.p()).isEqualTo(expected.p());
    assertThat(found.centroid()).isEqualTo(expected.centroid());
  }

  @Test
  void aWindowWithMoreExposureExpectsMore() {
    Planted stream = new Planted(2, 30).background(100, 40);
    stream.outbreak("more", stream.topic(3), 93, 99, 40, 40);
    double plain = RateScan.scan(stream.texts(), 99, DEFAULT).getFirst().expected();
    double doubled =
        RateScan.scan(stream.texts(), 99, day -> day >= 93 ? 200 : 100, DEFAULT)
            .getFirst()
            .expected();
    assertThat(doubled / plain).isBetween(1.99, 2.01);
  }

  @Test
  void withoutAPastThereIsNothingToCompareWith() {
    Texts texts = new Planted(7, 5).background(7, 40).texts();
    assertThat(RateScan.scan(texts, 6, DEFAULT)).isEmpty();
  }

  @Test
  void anIssueKeepsItsIdForFourteenDays() {
    Planted stream = new Planted(8, 30).background(100, 40);
    stream.outbreak("new", stream.direction(), 90, 99, 40, 40);
    RateScan.Outbreak first = RateScan.scan(stream.texts(), 94, DEFAULT).getFirst();
    RateScan.Outbreak later = RateScan.scan(stream.texts(), 99, DEFAULT).getFirst();
    String id = RateScan.ids(List.of(first), List.of(), 94).getFirst();
    RateScan.Known known =
        new RateScan.Known(id, 94, first.centroid(), Set.copyOf(first.tickets()));
    assertThat(RateScan.ids(List.of(later), List.of(known), 99)).containsExactly(id);
    RateScan.Known old = new RateScan.Known("iss_old", 80, first.centroid(), Set.of());
    assertThat(RateScan.ids(List.of(later), List.of(old), 99)).doesNotContain("iss_old");
  }

  @Test
  void impossibleSettingsAreRefused() {
    assertThatThrownBy(() -> new RateScan.Options(7, 90, 0.55, 3, 0.7, 0.67, 1e-2, 1e-3, 4, 3, 0.5))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("rates need 0 < alert <= watch < 1, were 0.01 and 0.001");
  }
}
