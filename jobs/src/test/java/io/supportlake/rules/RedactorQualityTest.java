package io.supportlake.rules;

import static org.assertj.core.api.Assertions.assertThat;

import io.supportlake.generator.LabelledTexts;
import io.supportlake.generator.LabelledTexts.Label;
import io.supportlake.generator.LabelledTexts.Labelled;
import io.supportlake.rules.Redactor.Finding;
import io.supportlake.rules.Redactor.Type;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * How much of what the generator planted is hidden, and how much of what is hidden was planted. A
 * planted value counts as found when findings cover every letter and digit of it: a part that stays
 * readable is a miss. A finding counts as right when it touches a planted value and covers no
 * letter or digit outside one: an order number hidden along with a card is a mistake. The type does
 * not decide; how often it was named right is printed beside.
 */
class RedactorQualityTest {
  private static final int TEXTS = 20_000;
  private static final String HOME_REGION = "DE";
  private static final Redactor REDACTOR =
      Redactor.of(
          KeyedHash.of("k1", "a key for tests only".getBytes(StandardCharsets.UTF_8)), HOME_REGION);

  private static final class Count {
    private int planted;
    private int hidden;
    private int named;
    private int findings;
    private int right;

    private double recall() {
      return (double) hidden / planted;
    }

    private double precision() {
      return (double) right / findings;
    }
  }

  /** The first seed was looked at while the detectors were written, the second was held out. */
  @ParameterizedTest
  @ValueSource(longs = {11, 4711})
  void plantedValuesAreHiddenAndLookAlikesAreNot(long seed) {
    Map<Type, Count> counts = new EnumMap<>(Type.class);
    Map<String, Integer> misses = new TreeMap<>();
    Count all = new Count();
    for (Labelled labelled : LabelledTexts.of(seed, TEXTS, HOME_REGION)) {
      List<Finding> findings = REDACTOR.redact(labelled.text()).findings();
      for (Label label : labelled.labels()) {
        Count count = counts.computeIfAbsent(label.type(), _ -> new Count());
        boolean hidden = isHidden(labelled.text(), label, findings);
        boolean named =
            hidden
                && findings.stream()
                    .filter(f -> overlaps(f, label))
                    .allMatch(f -> f.type() == label.type());
        for (Count each : List.of(count, all)) {
          each.planted++;
          each.hidden += hidden ? 1 : 0;
          each.named += named ? 1 : 0;
        }
        if (!hidden) {
          misses.merge(label.format(), 1, Integer::sum);
          show("MISS", label.format(), labelled.text(), label.start(), label.end());
        }
      }
      for (Finding finding : findings) {
        boolean right = isRight(labelled, finding);
        for (Count each : List.of(counts.computeIfAbsent(finding.type(), _ -> new Count()), all)) {
          each.findings++;
          each.right += right ? 1 : 0;
        }
        if (!right) {
          show("WRONG", finding.type().name(), labelled.text(), finding.start(), finding.end());
        }
      }
    }
    System.out.printf(
        Locale.ROOT, "seed %d, %,d texts, %s%n", seed, TEXTS, line("all", all).strip());
    counts.forEach((type, count) -> System.out.println(line(type.name(), count)));
    System.out.println("  missed: " + misses);

    assertThat(count(counts, Type.CARD).recall()).as("cards").isGreaterThanOrEqualTo(0.995);
    assertThat(count(counts, Type.IBAN).recall()).as("IBANs").isGreaterThanOrEqualTo(0.995);
    assertThat(all.recall()).as("recall").isGreaterThanOrEqualTo(0.98);
    assertThat(all.precision()).as("precision").isGreaterThanOrEqualTo(0.98);
  }

  @Test
  void theSetIsAsVariedAsItsFigureClaims() {
    List<Labelled> texts = LabelledTexts.of(11, TEXTS, HOME_REGION);
    List<Label> labels = texts.stream().flatMap(t -> t.labels().stream()).toList();

    assertThat(LabelledTexts.of(11, 50, HOME_REGION)).isEqualTo(texts.subList(0, 50));
    assertThat(labels.stream().map(Label::type).collect(Collectors.toSet()))
        .containsExactlyInAnyOrder(Type.values());
    assertThat(labels.stream().map(Label::format).distinct().count()).isGreaterThan(300);
    for (Type type : List.of(Type.IBAN, Type.PHONE)) {
      assertThat(
              labels.stream()
                  .filter(l -> l.type() == type)
                  .map(l -> l.format().replaceFirst("^[A-Z]+ ", "").substring(0, 2))
                  .distinct()
                  .count())
          .as("countries of %s", type)
          .isGreaterThanOrEqualTo(30);
    }
    assertThat(texts.stream().filter(t -> t.labels().isEmpty()).count()).isGreaterThan(3_000);
  }

  private static Count count(Map<Type, Count> counts, Type type) {
    return counts.getOrDefault(type, new Count());
  }

  private static void show(String what, String which, String text, int start, int end) {
    if (Boolean.getBoolean("redactor.show")) {
      System.out.println(
          "%s %s [%s] in: %s"
              .formatted(what, which, text.substring(start, end), text)
              .replace("\n", "\\n")
              .replace("\r", "\\r"));
    }
  }

  private static String line(String name, Count count) {
    return String.format(
        Locale.ROOT,
        "  %-12s planted %,6d  recall %.4f  type right %.4f | findings %,6d  precision %.4f",
        name,
        count.planted,
        count.recall(),
        (double) count.named / Math.max(1, count.hidden),
        count.findings,
        count.precision());
  }

  private static boolean overlaps(Finding finding, Label label) {
    return finding.start() < label.end() && label.start() < finding.end();
  }

  private static boolean isHidden(String text, Label label, List<Finding> findings) {
    for (int i = label.start(); i < label.end(); i++) {
      int at = i;
      if (Character.isLetterOrDigit(text.charAt(i))
          && findings.stream().noneMatch(f -> f.start() <= at && at < f.end())) {
        return false;
      }
    }
    return true;
  }

  private static boolean isRight(Labelled labelled, Finding finding) {
    boolean touches = labelled.labels().stream().anyMatch(l -> overlaps(finding, l));
    for (int i = finding.start(); i < finding.end(); i++) {
      int at = i;
      if (Character.isLetterOrDigit(labelled.text().charAt(i))
          && labelled.labels().stream().noneMatch(l -> l.start() <= at && at < l.end())) {
        return false;
      }
    }
    return touches;
  }
}
