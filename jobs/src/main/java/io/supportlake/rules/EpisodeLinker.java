package io.supportlake.rules;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Links one customer's contacts into issue episodes: cases tied by merge, parent or follow-up stay
 * together; else the same issue family within seven days after the last contact's end. Sixty days
 * after its start an episode takes nothing more, so each contact depends only on earlier ones.
 */
public final class EpisodeLinker {
  /** Longest pause between contacts of one family in an episode. */
  public static final Duration GAP = Duration.ofDays(7);

  /** Longest life of an episode. */
  public static final Duration CAP = Duration.ofDays(60);

  private static final Set<String> FAMILIES_WITHOUT_LINK = Set.of("other", "unknown");

  private EpisodeLinker() {}

  /**
   * A contact of the customer.
   *
   * @param endedAt null = still running
   * @param isThankYou whether it is only thanks: it belongs to its case's episode, whose end and
   *     counts it leaves alone
   */
  public record Contact(
      String contactId,
      String caseId,
      String family,
      Instant startedAt,
      @Nullable Instant endedAt,
      boolean isThankYou) {}

  /** A tie between two cases; kind is merge, parent or follow_up. */
  public record Link(String caseId, String otherCaseId, String kind) {}

  /**
   * A contact's place in an episode.
   *
   * @param episode number of the episode within the customer, from 0 in order of start
   * @param position 1 for the episode's first
   * @param rule first, same_case, merge, parent, follow_up or family_within_gap
   * @param gap from the latest end among the contacts before to the start, negative when they
   *     overlap; null for the first and when one before still runs
   */
  public record Member(
      Contact contact, int episode, int position, String rule, @Nullable Duration gap) {}

  /**
   * The contacts with their episodes, in order of start; the same for every order of the input.
   *
   * @param contacts all contacts of one customer
   * @param links ties between the customer's cases, in any direction; unknown cases are allowed
   */
  public static List<Member> link(List<Contact> contacts, List<Link> links) {
    Ties ties = new Ties(links);
    List<Contact> ordered =
        contacts.stream()
            .sorted(
                Comparator.comparing(Contact::startedAt)
                    .thenComparing(Contact::isThankYou)
                    .thenComparing(Contact::contactId))
            .toList();
    List<Episode> episodes = new ArrayList<>();
    Map<String, Episode> latestOfGroup = new HashMap<>();
    List<Member> members = new ArrayList<>();
    for (Contact contact : ordered) {
      String group = ties.group(contact.caseId());
      Episode tied = latestOfGroup.get(group);
      Episode episode;
      String rule;
      if (tied != null && (contact.isThankYou() || tied.accepts(contact))) {
        episode = tied;
        rule = tied.rule(contact.caseId(), ties);
      } else {
        Episode same = sameFamily(contact, episodes);
        rule = same == null ? "first" : "family_within_gap";
        episode = same == null ? new Episode(episodes.size(), contact.startedAt()) : same;
        if (same == null) {
          episodes.add(episode);
        }
      }
      members.add(
          new Member(
              contact, episode.number, episode.size + 1, rule, episode.gap(contact.startedAt())));
      episode.add(contact);
      latestOfGroup.put(group, episode);
    }
    return List.copyOf(members);
  }

  /** The accepting episode of the family that ended last. */
  private static @Nullable Episode sameFamily(Contact contact, List<Episode> episodes) {
    if (FAMILIES_WITHOUT_LINK.contains(contact.family())) {
      return null;
    }
    Episode best = null;
    for (Episode episode : episodes) {
      boolean isNear =
          episode.families.contains(contact.family())
              && episode.accepts(contact)
              && !contact.startedAt().isAfter(episode.end().plus(GAP));
      if (isNear && (best == null || !episode.end().isBefore(best.end()))) {
        best = episode;
      }
    }
    return best;
  }

  /** An episode as far as it has grown. */
  private static final class Episode {
    /** Stands for "not ended" and stays within range when days are added. */
    private static final Instant RUNNING = Instant.parse("9000-01-01T00:00:00Z");

    private final int number;
    private final Instant startedAt;
    private final Set<String> families = new HashSet<>();
    private final Set<String> cases = new HashSet<>();
    private Instant end;
    private int size;

    Episode(int number, Instant startedAt) {
      this.number = number;
      this.startedAt = startedAt;
      this.end = startedAt;
    }

    boolean accepts(Contact contact) {
      return !contact.startedAt().isAfter(startedAt.plus(CAP));
    }

    Instant end() {
      return end;
    }

    @Nullable Duration gap(Instant start) {
      return size == 0 || end.equals(RUNNING) ? null : Duration.between(end, start);
    }

    String rule(String caseId, Ties ties) {
      return cases.contains(caseId) ? "same_case" : ties.kind(caseId, cases);
    }

    void add(Contact contact) {
      size++;
      cases.add(contact.caseId());
      families.add(contact.family());
      if (!contact.isThankYou()) {
        Instant ended = contact.endedAt() == null ? RUNNING : contact.endedAt();
        end = ended.isAfter(end) ? ended : end;
      }
    }
  }

  /** Cases tied to each other, directly or through others. */
  private static final class Ties {
    private final List<Link> links;
    private final Map<String, String> parent = new HashMap<>();

    Ties(List<Link> links) {
      this.links =
          links.stream()
              .sorted(
                  Comparator.comparing(Link::caseId)
                      .thenComparing(Link::kind)
                      .thenComparing(Link::otherCaseId))
              .toList();
      for (Link link : this.links) {
        String one = group(link.caseId());
        String other = group(link.otherCaseId());
        if (!one.equals(other)) {
          parent.put(one, other);
        }
      }
    }

    String group(String caseId) {
      String root = caseId;
      for (String up = parent.get(root); up != null; up = parent.get(root)) {
        root = up;
      }
      if (!root.equals(caseId)) {
        parent.put(caseId, root);
      }
      return root;
    }

    /** The kind of a direct tie to one of the cases; else of a tie on the way to them. */
    String kind(String caseId, Set<String> cases) {
      String onTheWay = null;
      for (Link link : links) {
        boolean isFrom = link.caseId().equals(caseId);
        boolean isTo = link.otherCaseId().equals(caseId);
        if ((isFrom && cases.contains(link.otherCaseId()))
            || (isTo && cases.contains(link.caseId()))) {
          return link.kind();
        }
        if (onTheWay == null && (isFrom || isTo)) {
          onTheWay = link.kind();
        }
      }
      // A case of the same group has a tie of its own, unless it joined by family before.
      return onTheWay == null ? "same_case" : onTheWay;
    }
  }
}
