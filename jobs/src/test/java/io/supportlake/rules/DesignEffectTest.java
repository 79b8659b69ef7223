package io.supportlake.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.supportlake.rules.DesignEffect.Part;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DesignEffectTest {
  private static final int CASES = 40_000;

  @Test
  void independentCasesHaveNone() {
    Random random = new Random(1);
    List<Part> parts =
        IntStream.range(0, CASES)
            .mapToObj(
                i -> new Part(random.nextInt(2_000), random.nextInt(700), random.nextInt(2), 1))
            .toList();

    assertThat(DesignEffect.ofShare(parts, 0.95)).isCloseTo(1, within(0.1));
  }

  @Test
  void casesThatComeInFoursOfOneFateCountAsOne() {
    Random random = new Random(2);
    List<Part> byCustomer =
        IntStream.range(0, CASES / 4)
            .mapToObj(i -> new Part(i, random.nextInt(700), 4 * random.nextInt(2), 4))
            .toList();
    assertThat(DesignEffect.ofShare(byCustomer, 0.95)).isCloseTo(4, within(0.3));

    List<Part> byDay =
        IntStream.range(0, CASES / 4)
            .mapToObj(i -> new Part(0, i, 4 * random.nextInt(2), 4))
            .toList();
    assertThat(DesignEffect.ofShare(byDay, 0.95)).isCloseTo(4, within(0.3));
  }

  @Test
  void whatCustomersAndDaysBringEachAddsUp() {
    Random random = new Random(4);
    boolean[] ofCustomer = new boolean[2_000];
    boolean[] ofDay = new boolean[2_100];
    for (int i = 0; i < ofDay.length; i++) {
      ofDay[i] = random.nextBoolean();
      ofCustomer[i % ofCustomer.length] = random.nextBoolean();
    }
    List<Part> parts =
        IntStream.range(0, CASES)
            .mapToObj(i -> {
              int customer = random.nextInt(ofCustomer.length);
              int day = random.nextInt(ofDay.length);
              boolean is = random.nextBoolean() ? ofCustomer[customer] : ofDay[day];
              return new Part(customer, day, is ? 1 : 0, 1);
            })
            .toList();

    // A customer's other twenty and a day's other nineteen cases each agree in a quarter.
    assertThat(DesignEffect.ofShare(parts, 0.95)).isCloseTo(1 + 0.25 * 20 + 0.25 * 19, within(0.8));
  }

  @Test
  void theRhythmOfAWeekIsNoDispersion() {
    List<Part> parts =
        IntStream.range(0, 70)
            .mapToObj(day -> new Part(0, day, day % 7 < 5 ? 80 : 20, day % 7 < 5 ? 1_000 : 500))
            .toList();

    assertThat(DesignEffect.ofRate(parts, 0.95)).isEqualTo(1);
  }

  @Test
  void eventsThatComeInPairsVaryTwiceAsMuch() {
    Random random = new Random(3);
    List<Part> parts =
        IntStream.range(0, 7_000)
            .mapToObj(day -> {
              int pairs =
                  (int) IntStream.range(0, 100).filter(i -> random.nextInt(10) == 0).count();
              return new Part(0, day, 2 * pairs, 100_000);
            })
            .toList();

    // Pairs are binomial, so a tenth less than Poisson.
    assertThat(DesignEffect.ofRate(parts, 0.95)).isCloseTo(1.8, within(0.1));
  }

  @Test
  void whatCannotBeComparedSaysNothing() {
    assertThat(DesignEffect.ofShare(List.of(), 0.95)).isEqualTo(1);
    assertThat(DesignEffect.ofShare(List.of(new Part(1, 0, 3, 10)), 0.95)).isEqualTo(1);
    assertThat(DesignEffect.ofShare(List.of(new Part(1, 0, 3, 3), new Part(2, 7, 4, 4)), 0.95))
        .isEqualTo(1);
  }

  @Test
  void intervalsOfDependentCasesAreThoseOfFewerCases() {
    Interval clustered = Wilson.clustered(60, 200, 2, 0.95);
    assertThat(clustered).isEqualTo(Wilson.interval(30, 100, 0.95));
    assertThat(Wilson.clustered(60, 200, 1, 0.95)).isEqualTo(Wilson.interval(60, 200, 0.95));
    assertThat(ExactPoisson.clustered(40, 1_000, 2, 0.95))
        .isEqualTo(ExactPoisson.interval(20, 500, 0.95));
    assertThatThrownBy(() -> Wilson.clustered(1, 2, 0.5, 0.95))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("at least 1, was 0.5");
  }
}
