package io.supportlake.rules;

import static org.assertj.core.api.Assertions.assertThat;

import io.supportlake.rules.EpisodeLinker.Contact;
import io.supportlake.rules.EpisodeLinker.Link;
import io.supportlake.rules.EpisodeLinker.Member;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EpisodeLinkerTest {
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  /** Contacts are written case:family:startHour:endHour; thanks with a ! at the end. */
  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "one contact is an episode | a:f:0:1 | | 0 first",
        "the same family on day 7 is the same episode | a:f:0:1, b:f:169:170 | | 0 first, 0 family_within_gap",
        "a second later it is another | a:f:0:1, b:f:169.001:170 | | 0 first, 1 first",
        "another family is another episode | a:f:0:1, b:g:2:3 | | 0 first, 1 first",
        "other never links by family | a:other:0:1, b:other:2:3 | | 0 first, 1 first",
        "unknown never links by family | a:unknown:0:1, b:unknown:2:3 | | 0 first, 1 first",
        "other links by its case | a:other:0:1, a:other:900:901 | | 0 first, 0 same_case",
        "the same case needs no gap limit | a:f:0:1, a:f:1000:1001 | | 0 first, 0 same_case",
        "sixty days end it even in one case | a:f:0:1, a:f:1440.001:1441 | | 0 first, 1 first",
        "on the sixtieth day it still belongs | a:f:0:1, a:f:1440:1441 | | 0 first, 0 same_case",
        "a running contact has no gap | a:f:0:, b:f:900:901 | | 0 first, 0 family_within_gap",
        "a running contact is capped too | a:f:0:, b:f:1441:1442 | | 0 first, 1 first",
        "chains of weeks stop at sixty days | a:f:0:1, b:f:160:161, c:f:320:321, d:f:480:481, e:f:640:641, g:f:800:801, h:f:960:961, i:f:1120:1121, j:f:1280:1281, k:f:1439:1440, l:f:1600:1601 | | 0 first, 0 family_within_gap, 0 family_within_gap, 0 family_within_gap, 0 family_within_gap, 0 family_within_gap, 0 family_within_gap, 0 family_within_gap, 0 family_within_gap, 0 family_within_gap, 1 first",
        "a follow-up of another family | a:f:0:1, b:g:500:501 | b>a follow_up | 0 first, 0 follow_up",
        "its family counts from then on | a:f:0:1, b:g:500:501, c:g:600:601 | b>a follow_up | 0 first, 0 follow_up, 0 family_within_gap",
        "a merge works against its direction | a:f:0:1, b:g:2:3 | a>b merge | 0 first, 0 merge",
        "ties reach across a case | a:f:0:1, c:h:400:401, b:g:500:501 | b>a merge, c>b parent | 0 first, 0 parent, 0 merge",
        "a tie beats a nearer episode of the family | a:f:0:1, b:g:300:301, c:g:302:303 | c>a parent | 0 first, 1 first, 0 parent",
        "a tie beyond sixty days does not hold | a:f:0:1, b:f:1500:1501 | b>a follow_up | 0 first, 1 first",
        "a full episode of the case leaves the family to link | a:f:0:1, b:f:1:2, a:f:1441:1442, b:f:1460:1461 | | 0 first, 0 family_within_gap, 1 first, 1 family_within_gap",
        "thanks do not stretch the week | a:f:0:1, a:f:100:101!, b:f:200:201 | | 0 first, 0 same_case, 1 first",
        "thanks never begin an episode | a:f:0:1, a:f:1500:1501! | | 0 first, 0 same_case",
        "the later of two episodes takes the contact | a:f:0:1, b:f:170:171, c:f:171:172 | | 0 first, 1 first, 1 family_within_gap",
        "overlapping contacts are one issue | a:f:0:100, b:f:50:60 | | 0 first, 0 family_within_gap",
      })
  void linksAContact(String rule, String contacts, @Nullable String links, String expected) {
    assertThat(shown(EpisodeLinker.link(contacts(contacts), links(links)))).isEqualTo(expected);
  }

  @Test
  void aLateContactJoinsTwoEpisodesAndItsRemovalSplitsThem() {
    List<Contact> apart = contacts("a:f:0:1, c:f:200:201");
    List<Contact> joined = contacts("a:f:0:1, b:f:100:101, c:f:200:201");

    assertThat(shown(EpisodeLinker.link(apart, List.of()))).isEqualTo("0 first, 1 first");
    assertThat(shown(EpisodeLinker.link(joined, List.of())))
        .isEqualTo("0 first, 0 family_within_gap, 0 family_within_gap");
  }

  @Test
  void theOrderOfTheInputDoesNotMatter() {
    List<Contact> contacts =
        new ArrayList<>(
            contacts("a:f:0:1, b:f:0:1, c:f:0:9, a:f:200:201, d:g:5:, e:g:5:6, b:f:1500:1501"));
    List<Link> links = new ArrayList<>(links("d>a parent, e>d merge, c>b follow_up"));
    List<Member> once = EpisodeLinker.link(contacts, links);

    Random random = new Random(1);
    for (int i = 0; i < 50; i++) {
      Collections.shuffle(contacts, random);
      Collections.shuffle(links, random);
      assertThat(EpisodeLinker.link(contacts, links)).isEqualTo(once);
    }
  }

  @Test
  void gapsCountFromTheLatestEnd() {
    List<Member> members = EpisodeLinker.link(contacts("a:f:0:50, b:f:1:2, c:f:60:61"), List.of());

    assertThat(members)
        .extracting(Member::gap)
        .containsExactly(null, Duration.ofHours(-49), Duration.ofHours(10));
    assertThat(members).extracting(Member::position).containsExactly(1, 2, 3);
  }

  private static String shown(List<Member> members) {
    return String.join(", ", members.stream().map(m -> m.episode() + " " + m.rule()).toList());
  }

  private static List<Contact> contacts(String text) {
    List<Contact> contacts = new ArrayList<>();
    for (String contact : text.split(", ")) {
      boolean isThanks = contact.endsWith("!");
      List<String> part = Arrays.asList(contact.replace("!", "").split(":", -1));
      contacts.add(
          new Contact(
              part.get(0) + "#" + contacts.size(),
              part.get(0),
              part.get(1),
              hour(part.get(2)),
              part.get(3).isEmpty() ? null : hour(part.get(3)),
              isThanks));
    }
    return contacts;
  }

  private static Instant hour(String hours) {
    return START.plusSeconds(Math.round(Double.parseDouble(hours) * 3600));
  }

  private static List<Link> links(@Nullable String text) {
    return text == null
        ? List.of()
        : Arrays.stream(text.split(", "))
            .map(link -> link.split("[> ]"))
            .map(part -> new Link(part[0], part[1], part[2]))
            .toList();
  }
}
