package io.supportlake.rules;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Walks a case's events in order and says what is true after each: status, owner, the contact it
 * belongs to, whether it reopens, solves, transfers. A batch reads one case at a time; the input's
 * order does not matter, ties in time are broken by kind (causes before effects) and id.
 */
public final class CaseHistory {
  /** Silence after which an unsolved contact is over. */
  public static final Duration IDLE = Duration.ofDays(30);

  /** How long after-work, a hand-over from bot to human and a customer's thanks may take. */
  public static final Duration SHORTLY = Duration.ofHours(24);

  private static final List<String> TYPE_ORDER =
      List.of(
          "opened",
          "reopened",
          "bot_turn",
          "message",
          "call_leg",
          "note",
          "assigned",
          "transferred",
          "escalated",
          "priority",
          "status",
          "merged",
          "solved",
          "closed");
  private static final Set<String> ABOUT_OWNERSHIP =
      Set.of("opened", "assigned", "transferred", "escalated");
  private static final Set<String> INACTIVE = Set.of("solved", "closed");

  /**
   * An event of a case.
   *
   * @param isInbound whether the customer comes with it (an opening, message, call ...)
   * @param isThanks whether it is a message of thanks and nothing else
   * @param isPublicReply whether a human answers the customer with it
   * @param human the agent who acts in it, or null
   */
  public record Event(
      String id,
      Instant at,
      String type,
      String actorType,
      boolean isInbound,
      boolean isThanks,
      boolean isPublicReply,
      @Nullable String human,
      @Nullable String channel,
      @Nullable String sessionId,
      @Nullable String status,
      @Nullable String priority,
      @Nullable String agent,
      @Nullable String queue,
      @Nullable Integer tier,
      @Nullable String escalationKind) {}

  /** Who has the case: null = nobody or not stated. */
  public record Owner(@Nullable String agent, @Nullable String queue, @Nullable Integer tier) {}

  /**
   * What is true at an event.
   *
   * @param position 1 for the case's first event
   * @param statusBefore null for the first event
   * @param isEnd whether the case stops being active, or is merged
   * @param isThankYouSolve whether it solves again what only thanks had reopened
   * @param stretch ends before this event: the events from one end to the next share it
   * @param contact number of the contact, from 1
   * @param inbounds inbound events so far
   * @param silentFrom the event before, where 30 idle days lie between; else null
   * @param isInSession whether it belongs to the session by which the customer came last
   * @param segment number of the segment, from 1
   * @param isEscalatedStart whether a segment begins by escalation
   * @param escalatedKind kind of the escalation that began the segment, else null
   * @param isTransfer whether a segment begins by a transfer between humans of one contact
   */
  public record Place(
      int position,
      String status,
      @Nullable String statusBefore,
      boolean isReopen,
      boolean isEnd,
      boolean isSolve,
      boolean isThankYouSolve,
      int stretch,
      @Nullable String priority,
      int contact,
      boolean isContactStart,
      int inbounds,
      @Nullable Instant silentFrom,
      boolean isInSession,
      Owner owner,
      @Nullable Owner ownerBefore,
      int segment,
      boolean isSegmentStart,
      boolean isEscalatedStart,
      @Nullable String escalatedKind,
      boolean isTransfer) {
    /** Whether the case is neither solved nor closed. */
    public boolean isActive() {
      return !INACTIVE.contains(status);
    }
  }

  private CaseHistory() {}

  /** The place of each event, in the order of the input. */
  public static List<Place> places(List<Event> events) {
    Place[] places = new Place[events.size()];
    Walk walk = new Walk();
    IntStream.range(0, events.size())
        .boxed()
        .sorted(
            Comparator.comparing(
                events::get,
                Comparator.comparing(Event::at)
                    .thenComparing(event -> TYPE_ORDER.indexOf(event.type()))
                    .thenComparing(Event::id)))
        .forEachOrdered(index -> places[index] = walk.step(events.get(index)));
    return List.of(places);
  }

  /** What is remembered from event to event. */
  private static final class Walk {
    private int position;
    private @Nullable Instant lastAt;
    private @Nullable String status;
    private @Nullable String priority;

    // Of the contact.
    private int contact;
    private int inbounds;
    private @Nullable Event inbound;
    private boolean hasEndSinceInbound;
    private boolean hasSilenceSinceInbound;
    private boolean isHumanInSession;
    private boolean isBotInSession;
    private @Nullable Instant endedAt;

    // Since the last end.
    private int stretch;
    private @Nullable Instant reopenedAt;
    private int thanks;
    private boolean hasOtherWords;
    private boolean hasReply;

    // Of the segment.
    private int segment;
    private @Nullable Owner owner;
    private @Nullable Owner heldBy;
    private int heldInContact;
    private @Nullable String pendingEscalation;

    Place step(Event event) {
      position++;
      String before = status;
      boolean wasActive = before == null || !INACTIVE.contains(before);
      String after = statusAfter(event);
      boolean isActive = !INACTIVE.contains(after);
      boolean isReopen = isActive && !wasActive;
      boolean isEnd = event.type().equals("merged") || (wasActive && !isActive);
      boolean isSolve = isEnd && after.equals("solved");
      status = after;
      priority = event.priority() == null ? priority : event.priority();

      Instant silentFrom = lastAt != null && event.at().isAfter(lastAt.plus(IDLE)) ? lastAt : null;
      hasSilenceSinceInbound |= silentFrom != null;
      boolean isContactStart = startsContact(event);
      contact += isContactStart ? 1 : 0;
      boolean isInSession = meet(event);

      boolean isThankYouSolve = isThankYouSolve(event, isReopen, isSolve);
      int stretchNow = stretch;
      if (isEnd) {
        stretch++;
        endedAt = event.at();
        hasEndSinceInbound = true;
        reopenedAt = null;
        thanks = 0;
        hasOtherWords = false;
        hasReply = false;
      }

      Owner ownerBefore = owner;
      Owner now = ownerAfter(event);
      boolean isSegmentStart =
          ownerBefore == null || isReopen || ((isActive || wasActive) && !now.equals(ownerBefore));
      String escalatedKind = isSegmentStart ? escalatedKind(event) : null;
      boolean isTransfer =
          ownerBefore != null
              && isSegmentStart
              && !isReopen
              && escalatedKind == null
              && isTransfer(ownerBefore, now);
      if (isSegmentStart) {
        segment++;
        pendingEscalation = null;
      } else if (event.type().equals("escalated")) {
        pendingEscalation = kind(event);
      }
      owner = now;
      // A customer's message names the owner without anybody having taken the case up.
      boolean isTakenUp =
          event.human() != null
              || ABOUT_OWNERSHIP.contains(event.type())
              || !now.equals(ownerBefore);
      if (now.agent() != null && isTakenUp) {
        heldBy = now;
        heldInContact = contact;
      }
      lastAt = event.at();
      return new Place(
          position,
          after,
          before,
          isReopen,
          isEnd,
          isSolve,
          isThankYouSolve,
          stretchNow,
          priority,
          contact,
          isContactStart,
          inbounds,
          silentFrom,
          isInSession,
          now,
          ownerBefore,
          segment,
          isSegmentStart,
          escalatedKind != null,
          escalatedKind,
          isTransfer);
    }

    private String statusAfter(Event event) {
      String stated = event.status();
      return switch (event.type()) {
        case "solved", "closed" -> event.type();
        case "opened" -> stated == null ? "new" : stated;
        case "merged" -> stated == null ? "closed" : stated;
        case "reopened" -> stated == null || INACTIVE.contains(stated) ? "open" : stated;
        default -> stated != null ? stated : status != null ? status : "new";
      };
    }

    /**
     * An inbound event begins a contact when the one before has ended (solve, close, merge, 30 idle
     * days) or when it comes by another session: a call or chat is a contact of its own. A chat's
     * last words shortly after its solve stay with it, and so does the human part of a conversation
     * that a bot began.
     */
    private boolean startsContact(Event event) {
      Event last = inbound;
      if (last == null) {
        // A case that an agent opened begins with its first event, and is over after idle days too.
        return position == 1 || (event.isInbound() && hasSilenceSinceInbound);
      }
      if (!event.isInbound()) {
        return false;
      }
      boolean isSoon = !event.at().isAfter(last.at().plus(SHORTLY));
      boolean isOneCall = event.sessionId() != null && event.sessionId().equals(last.sessionId());
      boolean isLastWord =
          isOneCall && endedAt != null && !event.at().isAfter(endedAt.plus(SHORTLY));
      boolean isSameWay =
          Objects.equals(event.sessionId(), last.sessionId())
              || ((event.sessionId() == null || last.sessionId() == null)
                  && Objects.equals(event.channel(), last.channel())
                  && isSoon);
      boolean isHandedOver = isBotInSession && !isHumanInSession && isSoon;
      return (hasEndSinceInbound && !isLastWord)
          || hasSilenceSinceInbound
          || !(isSameWay || isHandedOver);
    }

    /** Notes who talks in the customer's session; gives whether the event belongs to it. */
    private boolean meet(Event event) {
      if (event.isInbound()) {
        Event last = inbound;
        if (last == null || !Objects.equals(last.sessionId(), event.sessionId())) {
          isHumanInSession = false;
          isBotInSession = false;
        }
        inbound = event;
        inbounds++;
        hasEndSinceInbound = false;
        hasSilenceSinceInbound = false;
      }
      boolean isInSession =
          inbound != null
              && event.sessionId() != null
              && event.sessionId().equals(inbound.sessionId());
      isHumanInSession |= isInSession && event.human() != null;
      isBotInSession |= isInSession && event.actorType().equals("bot");
      return isInSession;
    }

    private boolean isThankYouSolve(Event event, boolean isReopen, boolean isSolve) {
      if (isReopen) {
        reopenedAt = event.at();
      }
      thanks += event.isThanks() ? 1 : 0;
      hasOtherWords |= event.isInbound() && !event.isThanks() && !event.type().equals("reopened");
      hasReply |= event.isPublicReply();
      return isSolve
          && reopenedAt != null
          && thanks > 0
          && !hasOtherWords
          && !hasReply
          && !event.at().isAfter(reopenedAt.plus(SHORTLY));
    }

    /** A null agent means nobody where the event is about ownership, "not stated" elsewhere. */
    private Owner ownerAfter(Event event) {
      Owner last = owner == null ? new Owner(null, null, null) : owner;
      return new Owner(
          event.agent() != null || ABOUT_OWNERSHIP.contains(event.type())
              ? event.agent()
              : last.agent(),
          event.queue() == null ? last.queue() : event.queue(),
          event.tier() == null ? last.tier() : event.tier());
    }

    /** An escalation that named no owner is carried out by the assignment that follows it. */
    private @Nullable String escalatedKind(Event event) {
      return switch (event.type()) {
        case "escalated" -> kind(event);
        case "assigned", "transferred" -> pendingEscalation;
        default -> null;
      };
    }

    private static String kind(Event event) {
      return event.escalationKind() == null ? "functional" : event.escalationKind();
    }

    /** A customer who comes again and reaches another agent has not been transferred. */
    private boolean isTransfer(Owner before, Owner now) {
      Owner held = heldBy;
      if (held == null || heldInContact != contact) {
        return false;
      }
      return !Objects.equals(now.queue(), before.queue())
          || (now.agent() != null
              && !now.agent().equals(held.agent())
              && Objects.equals(now.queue(), held.queue())
              && Objects.equals(now.tier(), held.tier()));
    }
  }
}
