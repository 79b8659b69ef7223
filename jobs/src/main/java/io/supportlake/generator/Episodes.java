package io.supportlake.generator;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** Links one account's true contacts into episodes and settles their outcomes. */
final class Episodes {
  static final long WEEK = 7 * Times.DAY;
  static final long MONTH = 30 * Times.DAY;
  private static final long CAP = 60 * Times.DAY;

  /** A contact as it truly was; expectations are the probabilities its outcome was drawn with. */
  record Contact(
      String id,
      String caseId,
      Family family,
      String channel,
      long startedAt,
      long endedAt,
      boolean isSolved,
      boolean isResolved,
      boolean isReopen,
      int functional,
      int hierarchical,
      int engineering,
      @Nullable String relatedCase,
      @Nullable String relation,
      @Nullable String incident,
      double expectedFcr,
      double expectedReopen,
      double expectedFunctional,
      double expectedEngineering) {}

  private static final class Episode {
    final String id;
    final Contact first;
    final List<Contact> contacts = new ArrayList<>();
    long lastEnd;

    Episode(String id, Contact first) {
      this.id = id;
      this.first = first;
    }
  }

  private final String account;
  private final Truth truth;
  private final List<Episode> open = new ArrayList<>();
  private final Map<String, Episode> byCase = new HashMap<>();
  private int count;
  private int contacts;

  Episodes(String account, Truth truth) {
    this.account = account;
    this.truth = truth;
  }

  void add(Contact contact) {
    Episode episode = home(contact);
    if (episode == null) {
      episode = new Episode("ep-" + account.substring(4) + "-" + ++count, contact);
      open.add(episode);
    }
    episode.contacts.add(contact);
    episode.lastEnd = Math.max(episode.lastEnd, contact.endedAt());
    byCase.put(contact.caseId(), episode);
    truth.contact(account, contact, ++contacts, episode.id, episode.contacts.size());
  }

  private @Nullable Episode home(Contact contact) {
    Episode same = within(byCase.get(contact.caseId()), contact);
    if (same == null && contact.relatedCase() != null) {
      same = within(byCase.get(contact.relatedCase()), contact);
    }
    if (same != null || contact.family().isOther()) {
      return same;
    }
    Episode best = null;
    for (Episode episode : open) {
      if (episode.first.family().equals(contact.family())
          && contact.startedAt() <= episode.lastEnd + WEEK
          && within(episode, contact) != null) {
        best = episode;
      }
    }
    return best;
  }

  private static @Nullable Episode within(@Nullable Episode episode, Contact contact) {
    return episode != null && contact.startedAt() < episode.first.startedAt() + CAP
        ? episode
        : null;
  }

  /** Settles episodes that nothing before {@code now} can change any more. */
  void settle(long now) {
    Iterator<Episode> each = open.iterator();
    while (each.hasNext()) {
      Episode episode = each.next();
      if (now > episode.first.startedAt() + CAP + 1 && now > episode.first.endedAt() + MONTH) {
        each.remove();
        finish(episode, now);
      }
    }
  }

  /** Settles what is left, as of the end of the history. */
  void close(long asOf) {
    for (Episode episode : open) {
      finish(episode, asOf);
    }
    open.clear();
    byCase.clear();
  }

  private void finish(Episode episode, long asOf) {
    byCase.values().removeIf(e -> e == episode);
    Contact first = episode.first;
    String month = Times.month(first.endedAt());
    if (first.endedAt() + WEEK <= asOf) {
      truth.rate("fcr_7d_gross", month, first.expectedFcr(), isFcr(episode) ? 1 : 0);
    }
    long solvedAt = firstSolve(episode);
    if (solvedAt != Long.MAX_VALUE && solvedAt + MONTH <= asOf) {
      boolean isReopened =
          episode.contacts.stream()
              .anyMatch(c ->
                  c.isReopen() && c.startedAt() > solvedAt && c.startedAt() <= solvedAt + MONTH);
      truth.rate(
          "reopen_30d",
          Times.month(solvedAt),
          any(episode, c -> c.isSolved() ? c.expectedReopen() : 0),
          isReopened ? 1 : 0);
    }
    if (first.endedAt() <= asOf) {
      truth.rate(
          "escalation_functional",
          month,
          any(episode, Contact::expectedFunctional),
          episode.contacts.stream().anyMatch(c -> c.functional() > 0) ? 1 : 0);
      truth.rate(
          "escalation_engineering",
          month,
          any(episode, Contact::expectedEngineering),
          episode.contacts.stream().anyMatch(c -> c.engineering() > 0) ? 1 : 0);
    }
  }

  /** Probability that it happens in any of the contacts the episode came to have. */
  private static double any(Episode episode, ToDoubleFunction<Contact> chance) {
    double none = 1;
    for (Contact contact : episode.contacts) {
      none *= 1 - chance.applyAsDouble(contact);
    }
    return 1 - none;
  }

  private static long firstSolve(Episode episode) {
    return episode.contacts.stream()
        .filter(Contact::isSolved)
        .mapToLong(Contact::endedAt)
        .min()
        .orElse(Long.MAX_VALUE);
  }

  private static boolean isFcr(Episode episode) {
    long end = episode.first.endedAt();
    return episode.first.isSolved()
        && episode.contacts.stream()
            .noneMatch(c -> c.startedAt() > end && c.startedAt() <= end + WEEK);
  }
}
