package io.supportlake.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.supportlake.rules.LogTemplates.Mined;
import io.supportlake.rules.LogTemplates.Miner;
import io.supportlake.rules.LogTemplates.Template;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LogTemplatesTest {
  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          uuid                    | request 7f3c2a10-98ab-4cde-8f01-23456789abcd failed | request <uuid> failed
          timestamp               | 2026-03-04T10:22:33.123Z started     | <date> started
          date with month name    | since Tue Mar 04 10:22:33 UTC 2026   | since <date>
          syslog date             | Jun 14 15:16:01 combo sshd           | <date> combo sshd
          apache date             | [04/Mar/2026:10:22:33 +0000] GET     | [<date>] GET
          a month is also a word  | job may fail                         | job may fail
          time                    | at 10:22:33,123 exactly              | at <time> exactly
          ip with port            | from /10.251.43.21:50010 to 10.0.0.7 | from <ip> to <ip>
          host and port           | connect db-1.example.com:5432 now    | connect <host> now
          line numbers stay apart | Error:42 in line                     | Error:<num> in line
          class name              | at io.supportlake.ledger.Sync failed | at <name> failed
          hex                     | block 0x7ffde21a and 9f3a21c04be7    | block <hex> and <hex>
          path                    | open /var/log/app/today.log failed   | open <path> failed
          windows path            | open C:\\data\\in.csv failed         | open <path> failed
          url                     | GET https://api.x.io/v1/a?b=1 200    | GET <url> <num>
          numbers                 | took 12 of 3,456.5 (-7)              | took <num> of <num> (<num>)
          number with unit        | used 12MB of 4.5 GB in 30ms at 99%   | used <num> of <num> in <num> at <num>
          glued numbers stay      | http2 sha256 v2beta                  | http2 sha256 v2beta
          key and value           | user=17 blk_-38865049064139660       | user=<num> blk_<num>
          blanks                  | a   b                                | a b
          """)
  void masksWhatVaries(String rule, String line, String masked) {
    assertThat(LogTemplates.mask(line)).as(rule).isEqualTo(masked);
    assertThat(LogTemplates.mask(masked)).as("masking twice: %s", rule).isEqualTo(masked);
  }

  /** Masks are tried at few places of a line; they match nowhere else. */
  @Test
  void aMaskIsAppliedWhereverItsPatternMatches() {
    String characters = "0019afAFxX -./::,~<>\\\\_$+%@éZGB\t";
    List<String> words =
        List.of(
            "Jan",
            "Tue",
            "Mar 04",
            "UTC",
            "+01:00",
            "://",
            "localhost:80",
            "0x1f",
            "ms",
            "a.b.c",
            "7f3c2a10-98ab-4cde-8f01-23456789abcd",
            "2026-03-04T10:22:33.123Z",
            "10.0.0.7",
            "C:\\x",
            "/var/log/a",
            "9f3a21c04be7",
            "fe80::1:2",
            " https://a.io/x",
            " 10:22:33");
    Random random = new Random(12);
    Map<String, Integer> matches = new TreeMap<>();
    for (int i = 0; i < 100_000; i++) {
      StringBuilder line = new StringBuilder();
      for (int k = 3 + random.nextInt(12); k > 0; k--) {
        line.append(
            random.nextInt(3) == 0
                ? words.get(random.nextInt(words.size()))
                : String.valueOf(characters.charAt(random.nextInt(characters.length()))));
      }
      String text = line.toString();
      for (LogTemplates.Mask mask : LogTemplates.MASKS) {
        String masked = mask.pattern().matcher(text).replaceAll(mask.name());
        assertThat(mask.applied(text)).as("%s in '%s'", mask.name(), text).isEqualTo(masked);
        if (!masked.equals(text)) {
          assertThat(text).as("has the sign of %s", mask.name()).contains(mask.sign());
          var _ = matches.merge(mask.name(), 1, Integer::sum);
        }
      }
    }
    assertThat(matches.keySet())
        .containsExactlyInAnyOrderElementsOf(
            LogTemplates.MASKS.stream().map(LogTemplates.Mask::name).collect(Collectors.toSet()));
    assertThat(matches.values()).allSatisfy(n -> assertThat(n).isGreaterThan(100));
  }

  private static Miner minerOf(List<String> lines) {
    Miner miner = new Miner();
    lines.forEach(line -> miner.add(LogTemplates.mask(line), 1));
    return miner;
  }

  private static Set<String> texts(Mined mined) {
    return mined.templates().values().stream().map(Template::text).collect(Collectors.toSet());
  }

  /** Three kinds of lines: numbers only, one word in ten that varies, a name of many. */
  private static List<String> lines() {
    List<String> lines = new ArrayList<>();
    List<String> names = List.of("anna", "ben", "cleo", "dan", "eva", "finn", "gina", "hugo");
    for (int i = 0; i < 80; i++) {
      String name = names.get(i % names.size());
      lines.add("Connection to 10.0.0." + i + " closed after " + i * 7 + " ms");
      lines.add("The nightly export of ledger rows for tenant " + name + " has been written");
      lines.add("Login failed for " + name);
      lines.add(i % 2 == 0 ? "Cache is cold" : "Cache is warm");
      lines.add("Retry ids " + "12 ".repeat(1 + i % 3).strip());
    }
    return lines;
  }

  @Test
  void findsTheTemplates() {
    assertThat(texts(minerOf(lines()).mine()))
        .containsExactlyInAnyOrder(
            "Connection to <*> closed after <*>",
            "The nightly export of ledger rows for tenant <*> has been written",
            "Login failed for <*>",
            "Cache is cold",
            "Cache is warm",
            "Retry ids <*>");
  }

  @Test
  void everyLineHasATemplateAndCountsAddUp() {
    Mined mined = minerOf(lines()).mine();
    assertThat(mined.templates().values().stream().mapToLong(Template::count).sum()).isEqualTo(400);
    for (String line : lines()) {
      String id = mined.idByLine().get(LogTemplates.mask(line));
      assertThat(mined.templates()).containsKey(id);
    }
    mined
        .templates()
        .forEach((id, t) -> assertThat(id).isEqualTo(LogTemplates.templateId(t.text())));
  }

  @Test
  void fiveWordsAreFiveTemplatesAndSixAreAVariable() {
    List<String> five = List.of("state a1x", "state b1x", "state c1x", "state d1x", "state e1x");
    assertThat(texts(minerOf(five).mine())).hasSize(5);
    List<String> six = new ArrayList<>(five);
    six.add("state f1x");
    assertThat(texts(minerOf(six).mine())).containsExactly("state <*>");
  }

  @Test
  void aLineOfOneWordIsNeverMergedAway() {
    List<String> words = List.of("alpha", "beta", "gamma", "delta", "eps", "zeta", "eta");
    assertThat(texts(minerOf(words).mine())).containsExactlyInAnyOrderElementsOf(words);
  }

  @Test
  void neitherOrderNorPartitionsMatter() {
    List<String> lines = lines();
    Mined whole = minerOf(lines).mine();
    Collections.shuffle(lines, new Random(4));
    Miner left = minerOf(lines.subList(0, 150));
    left.merge(minerOf(lines.subList(150, 400)));
    assertThat(left.mine()).isEqualTo(whole);
  }

  @Test
  void knownTemplatesKeepTheirIds() {
    Mined first = minerOf(lines()).mine();
    Miner next = Miner.knowing(texts(first));
    next.add(LogTemplates.mask("Login failed for zoe"), 1);
    next.add(LogTemplates.mask("Retry ids 1 2 3 4"), 1);
    next.add(LogTemplates.mask("Connection to 10.9.9.9 closed after 3 sec"), 1);
    next.add(LogTemplates.mask("Login failed for zoe at the second step"), 1);
    assertThat(texts(next.mine()))
        .containsExactlyInAnyOrder(
            "Login failed for <*>",
            "Retry ids <*>",
            "Connection to <*> closed after <*>",
            "Login failed for zoe at the second step");
  }

  @Test
  void everyLineMinedOnceFitsItsTemplateAgain() {
    Mined first = minerOf(lines()).mine();
    Miner again = Miner.knowing(texts(first));
    lines().forEach(line -> again.add(LogTemplates.mask(line), 1));
    assertThat(again.mine()).isEqualTo(first);
  }

  @Test
  void linesThatNeverHappenedAreRefused() {
    assertThatThrownBy(() -> new Miner().add("a b", 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a line's count must be positive, was 0 for: a b");
  }
}
