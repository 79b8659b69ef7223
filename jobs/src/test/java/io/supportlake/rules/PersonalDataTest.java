package io.supportlake.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.supportlake.rules.PersonalData.Numbered;
import java.lang.reflect.Field;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.regex.Matcher;
import org.junit.jupiter.api.Test;

class PersonalDataTest {
  private static final int TEXTS = 400_000;

  /** What numbers of any of the patterns are made of. */
  private static final String CHARACTERS = "0123456789 -./,'\u00a0$€%()+TZAEKabmsrux";

  /** Examples whose characters are changed, so that every pattern comes to match. */
  private static final List<String> EXAMPLES =
      List.of(
          "12-34-56 12345678",
          "123-45-6789",
          "123 45 6789",
          "12 345 678 901",
          "12345678901",
          "12.345.678-A",
          "12345678A",
          "756.1234.5678.97",
          "123.456.789-09",
          "85.07.30-033.28",
          "1 85 05 78 006 084 91",
          "185057800608491",
          "1234 5678 9012 3456",
          "2026-03-04T10:22:33.123Z",
          "20260304T102233Z",
          "20260304102233",
          "4.3.2026",
          "1 234,50 EUR",
          "1234.50€",
          "1'234.50 CHF",
          "1,234,567.5",
          "12 rows",
          "30ms",
          "99%",
          "4.12.0.7.2",
          "10.251.43.21");

  private static final String TAIL = "0123456789abcdef0123456789abcdef0123";

  /**
   * Of each kind one for every first character, in parts: scanners of repositories look for them.
   */
  private static final List<String> SECRETS =
      List.of(
          "eyJ" + TAIL + "." + TAIL,
          "sk_" + "live_" + TAIL,
          "pk_" + "test_" + TAIL,
          "rk_" + "live_" + TAIL,
          "whsec_" + TAIL,
          "AKIA" + "ABCDEFGHIJKLMNOP",
          "AIza" + TAIL,
          "ghp_" + TAIL,
          "github_pat_" + TAIL,
          "glpat-" + TAIL,
          "npm_" + TAIL,
          "xoxb-" + TAIL,
          "sk-proj-" + TAIL,
          "shpat_" + TAIL.substring(4),
          "dop_v1_" + TAIL,
          "hf_" + TAIL,
          "SK" + TAIL.substring(4),
          "AC" + TAIL.substring(4),
          "12345678:AA" + TAIL.substring(3),
          "ya29." + TAIL,
          "SG." + TAIL + "." + TAIL);

  @Test
  void noHeadRefusesANumberThatItsPatternMatches() throws IllegalAccessException {
    Map<String, Numbered> all = numbered();
    assertThat(all).hasSizeGreaterThanOrEqualTo(11);
    Map<String, Integer> matches = new TreeMap<>();
    Random random = new Random(11);
    for (int i = 0; i < TEXTS; i++) {
      String text = text(random);
      int end = 0;
      while (end < text.length() && Character.isDigit(text.charAt(end))) {
        end++;
      }
      for (Map.Entry<String, Numbered> entry : all.entrySet()) {
        Matcher matcher = entry.getValue().pattern().matcher(text);
        if (end > 0 && matcher.lookingAt()) {
          var _ = matches.merge(entry.getKey(), 1, Integer::sum);
          assertThat(entry.getValue().head().mayBegin(end, at(text, end), at(text, end + 1)))
              .as("%s in '%s'", entry.getKey(), text)
              .isTrue();
        }
      }
    }
    assertThat(matches.keySet()).isEqualTo(all.keySet());
    assertThat(matches.values()).allSatisfy(n -> assertThat(n).isGreaterThan(100));
  }

  @Test
  void everyKindOfSecretIsFoundWhereItBegins() {
    for (String kind : PersonalData.SECRET_KINDS) {
      assertThat(SECRETS).as(kind).anyMatch(s -> s.matches(kind));
    }
    for (String secret : SECRETS) {
      for (String before : List.of("", "key ", "use-", "(", "=", "a_", "é ")) {
        assertThat(PersonalData.find(before + secret, List.of("US")))
            .as(before + secret)
            .extracting(PersonalData.Span::type, PersonalData.Span::value)
            .containsExactly(tuple(Redactor.Type.SECRET, secret));
      }
      assertThat(PersonalData.find("9" + secret, List.of("US")))
          .as("within a word: %s", secret)
          .extracting(PersonalData.Span::value)
          .doesNotContain(secret);
    }
  }

  private static String text(Random random) {
    StringBuilder text = new StringBuilder(EXAMPLES.get(random.nextInt(EXAMPLES.size())));
    for (int change = random.nextInt(4); change > 0; change--) {
      char c = CHARACTERS.charAt(random.nextInt(CHARACTERS.length()));
      int place = random.nextInt(text.length());
      switch (random.nextInt(3)) {
        case 0 -> text.setCharAt(place, c);
        case 1 -> text.insert(place, c);
        default -> {
          if (text.length() > 1) {
            text.deleteCharAt(place);
          }
        }
      }
    }
    return text.toString();
  }

  private static char at(String text, int i) {
    return i < text.length() ? text.charAt(i) : '\0';
  }

  private static Map<String, Numbered> numbered() throws IllegalAccessException {
    Map<String, Numbered> all = new TreeMap<>();
    for (Field field : PersonalData.class.getDeclaredFields()) {
      if (field.getType() == Numbered.class) {
        field.setAccessible(true);
        all.put(field.getName(), Objects.requireNonNull((Numbered) field.get(null)));
      }
    }
    return all;
  }
}
