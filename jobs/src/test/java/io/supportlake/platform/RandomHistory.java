package io.supportlake.platform;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A random history of a few customers, as records of the raw contracts, and what of it is delivered
 * on which day: months late, out of order, twice, corrected before or after the record itself. It
 * obeys the contracts and no habit of a support desk: events share an instant or come before the
 * case's opening, cases merge in circles, agents answer who are in no roster yet.
 *
 * <p>Every id begins with the history's number, so that many histories share a landing zone and
 * none touches another. A correction stays on its record's day: ids are looked up by day.
 */
final class RandomHistory {
  /** First day of all histories; daylight saving begins within them. */
  static final LocalDate START = LocalDate.of(2026, 1, 12);

  /** Days of all histories: the windows of 30, 60 and 90 days close within them. */
  static final int DAYS = 130;

  private static final ZoneId ZONE = ZoneId.of("Europe/Berlin");
  private static final LocalDate END = START.plusDays(DAYS - 1L);

  private static final List<String> EVENT_TYPES =
      List.of(
          "message",
          "message",
          "message",
          "message",
          "message",
          "note",
          "assigned",
          "assigned",
          "transferred",
          "escalated",
          "status",
          "priority",
          "merged",
          "solved",
          "solved",
          "solved",
          "reopened",
          "closed",
          "bot_turn",
          "call_leg",
          "opened");
  private static final List<String> TEXTS =
      List.of(
          "Thank you!",
          "Danke, das hat geholfen.",
          "My card was declined again",
          "I was charged twice, this is urgent",
          "The 3-d secure step fails for all our customers",
          "How do I add a user?",
          "Please call me back");
  private static final List<String> CATEGORIES =
      List.of("PAY-CARD-DECL", "PAY-DUP-CHARGE", "PAY-3DS", "NO-SUCH-CODE");

  /**
   * A record as it is delivered.
   *
   * @param arrival the day of the folder it lies in
   * @param file number of the file in that folder
   * @param fields values by column; columns without one are left out
   */
  record Delivery(String source, LocalDate arrival, int file, Map<String, Object> fields) {}

  private final Random random;
  private final String prefix;
  private final List<String> accounts = new ArrayList<>();
  private final List<String> cases = new ArrayList<>();
  private final List<Delivery> deliveries = new ArrayList<>();
  private int ids;

  private RandomHistory(String prefix, long seed) {
    this.prefix = prefix;
    this.random = new Random(0x9E3779B97F4A7C15L * (seed + 1));
  }

  /** The deliveries of the history with a number; the same for the same number. */
  static List<Delivery> of(int number) {
    RandomHistory history = new RandomHistory("h" + number + "-", number);
    history.write();
    return history.deliveries;
  }

  private void write() {
    repeat(1, 3, () -> accounts.add(prefix + "a" + accounts.size()));
    repeat(3, 7, () -> cases.add(prefix + "c" + cases.size()));
    accounts.forEach(account -> repeat(1, 4, () -> accountChange(account)));
    for (int agent = 0; agent < 3; agent++) {
      String id = prefix + "g" + agent;
      repeat(0, 3, () -> rosterChange(id));
    }
    cases.forEach(this::caseEvents);
    repeat(2, 8, this::articleEvent);
    repeat(5, 25, this::usageEvent);
    repeat(2, 8, this::surveyResponse);
    repeat(2, 8, this::moneyEvent);
    repeat(2, 8, this::errorLog);
    repeat(1, 3, this::review);
  }

  // ---- records

  private void accountChange(String account) {
    deliver(
        "account_change",
        "change_id",
        "changed_at",
        before(anInstant()),
        new Columns()
            .with("account_id", () -> oneIn(20) ? one(accounts) : account)
            .with("plan", () -> one(List.of("starter", "growth", "scale", "enterprise")))
            .with("segment", () -> one(List.of("micro", "small")))
            .with("recurring_revenue_amount", () -> maybe(random.nextInt(500) + ".00"))
            .with("currency", () -> one(List.of("EUR", "USD")))
            .with("region", () -> maybe(one(List.of("emea", "amer", "apac"))))
            .with(
                "status",
                () -> one(List.of("trial", "active", "active", "suspended", "cancelled"))));
  }

  private void rosterChange(String agent) {
    deliver(
        "roster_change",
        "change_id",
        "changed_at",
        before(anInstant()),
        new Columns()
            .with("agent_id", () -> agent)
            .with("tier", () -> 1 + random.nextInt(3))
            .with("team", () -> prefix + "t" + random.nextInt(2))
            .with("pod", () -> maybe("p" + random.nextInt(2)))
            .with("skills", () -> maybe(one(List.of("payments|accounts", "accounts|payments"))))
            .with("status", () -> one(List.of("active", "active", "left"))));
  }

  private void caseEvents(String id) {
    String account = one(accounts);
    Instant at = anInstant();
    int events = 1 + random.nextInt(14);
    for (int i = 0; i < events && day(at).isBefore(END); i++) {
      caseEvent(id, account, i == 0 && !oneIn(12) ? "opened" : one(EVENT_TYPES), at);
      at = later(at);
    }
  }

  private void caseEvent(String id, String account, String type, Instant at) {
    boolean isOfCustomer =
        switch (type) {
          case "opened" -> !oneIn(6);
          case "message", "reopened", "call_leg" -> oneIn(2);
          default -> false;
        };
    String actor =
        isOfCustomer
            ? "customer"
            : type.equals("bot_turn")
                ? one(List.of("bot", "customer"))
                : one(List.of("agent", "agent", "agent", "system", "bot"));
    boolean isTie = type.equals("merged") || (type.equals("opened") && oneIn(5));
    String session = type.equals("call_leg") || type.equals("bot_turn") || oneIn(6) ? "s" : null;
    deliver(
        "case_event",
        "event_id",
        "event_at",
        at,
        new Columns()
            .with("case_id", () -> oneIn(15) ? one(cases) : id)
            .with("account_id", () -> oneIn(40) ? one(accounts) : account)
            .with(
                "user_id", () -> actor.equals("customer") ? prefix + "u" + random.nextInt(3) : null)
            .with("event_type", () -> type)
            .with("actor_type", () -> actor)
            .with(
                "actor_id",
                () ->
                    actor.equals("agent")
                        ? agent()
                        : actor.equals("customer") ? prefix + "u0" : null)
            .with("channel", () -> maybe(one(List.of("email", "chat", "phone"))))
            .with("queue", () -> oneIn(4) ? one(List.of("q1", "q2")) : null)
            .with("tier", () -> oneIn(3) ? (Object) (1 + random.nextInt(3)) : null)
            .with("agent_id", () -> oneIn(3) ? agent() : null)
            .with("product", () -> maybe(one(List.of("payments", "accounting"))))
            .with("feature", () -> maybe(one(List.of("card_payments", "checkout"))))
            .with("category", () -> type.equals("opened") ? maybe(one(CATEGORIES)) : null)
            .with(
                "priority",
                () ->
                    type.equals("opened") || type.equals("priority")
                        ? one(List.of("low", "normal", "high", "urgent"))
                        : null)
            .with(
                "status",
                () ->
                    type.equals("status") || oneIn(10)
                        ? one(List.of("new", "open", "pending", "on_hold", "solved", "closed"))
                        : null)
            .with(
                "escalation_kind",
                () ->
                    type.equals("escalated")
                        ? maybe(one(List.of("functional", "hierarchical", "engineering")))
                        : null)
            .with("related_case_id", () -> isTie ? one(cases) : null)
            .with("relation", () -> isTie ? one(List.of("merge", "parent", "follow_up")) : null)
            .with(
                "text",
                () -> type.equals("message") || type.equals("opened") ? maybe(one(TEXTS)) : null)
            .with("is_public", () -> maybe(!oneIn(3)))
            .with("article_id", () -> oneIn(5) ? article() : null)
            .with("session_id", () -> session == null ? null : id + session + random.nextInt(2))
            .with(
                "active_seconds", () -> oneIn(2) ? null : one(List.of(0, 60, 600, 1_800, 20_000))));
  }

  private void articleEvent() {
    deliver(
        "article_event",
        "event_id",
        "event_at",
        anInstant(),
        new Columns()
            .with(
                "event_type", () -> one(List.of("written", "written", "viewed", "linked", "voted")))
            .with("article_id", this::article)
            .with("title", () -> maybe("How to " + random.nextInt(9)))
            .with("category", () -> maybe(one(CATEGORIES)))
            .with("tier", () -> random.nextInt(4))
            .with("vote", () -> one(List.of(1, -1))));
  }

  private void usageEvent() {
    String currency = one(List.of("EUR", "USD"));
    deliver(
        "usage_event",
        "event_id",
        "event_at",
        anInstant(),
        new Columns()
            .with("account_id", () -> one(accounts))
            .with("user_id", () -> prefix + "u" + random.nextInt(3))
            .with("product", () -> one(List.of("payments", "accounting")))
            .with("feature", () -> one(List.of("card_payments", "checkout")))
            .with("action", () -> "do")
            .with("result", () -> one(List.of("success", "success", "failure")))
            .with("is_core", () -> oneIn(2))
            .with("amount", () -> maybe(random.nextInt(90) + ".50"))
            .with("currency", () -> currency));
  }

  private void surveyResponse() {
    String kind = one(List.of("csat", "csat", "nps", "ces"));
    String survey = prefix + "v" + random.nextInt(4) + kind;
    boolean isAnswer = oneIn(2);
    deliver(
        "survey_response",
        "response_id",
        "event_at",
        anInstant(),
        new Columns()
            .with("survey_id", () -> survey)
            .with("event_type", () -> isAnswer ? "answered" : "sent")
            .with("kind", () -> kind)
            .with("case_id", () -> maybe(one(cases)))
            .with("account_id", () -> one(accounts))
            .with("score", () -> isAnswer ? (Object) (1 + random.nextInt(5)) : null));
  }

  private void moneyEvent() {
    deliver(
        "money_event",
        "event_id",
        "occurred_at",
        anInstant(),
        new Columns()
            .with("account_id", () -> one(accounts))
            .with("case_id", () -> maybe(one(cases)))
            .with("kind", () -> one(List.of("fee", "refund", "loss", "recovered")))
            .with("amount", () -> random.nextInt(300) + ".25")
            .with("currency", () -> one(List.of("EUR", "USD", "GBP"))));
  }

  private void errorLog() {
    deliver(
        "error_log",
        "log_id",
        "logged_at",
        anInstant(),
        new Columns()
            .with("service", () -> prefix + "s")
            .with("release", () -> maybe("r" + random.nextInt(2)))
            .with("severity", () -> one(List.of("WARN", "ERROR")))
            .with("account_id", () -> maybe(one(accounts)))
            .with(
                "message", () -> "timeout after " + random.nextInt(999) + " ms in " + one(TEXTS)));
  }

  /** Each rating is a record of its own, and comes when it comes. */
  private void review() {
    String review = prefix + "r" + ids;
    String about = one(cases);
    Instant at = anInstant();
    for (String criterion : List.of("solution_correct", "disclosure_made", "identity_verified")) {
      deliver(
          "quality_review",
          "rating_id",
          "reviewed_at",
          at,
          new Columns()
              .with("review_id", () -> review)
              .with("case_id", () -> about)
              .with("agent_id", () -> prefix + "g0")
              .with("reviewer_id", () -> prefix + "g2")
              .with("scorecard", () -> "support")
              .with("scorecard_version", () -> "2025.1")
              .with("criterion", () -> criterion)
              .with("rating", () -> maybe(random.nextInt(2)))
              .with("inclusion_probability", () -> 0.25)
              .with("selection", () -> "random")
              .with("amount_at_risk", () -> "100.00")
              .with("currency", () -> "EUR"));
    }
  }

  // ---- delivery

  /** Delivers a record, and perhaps copies and corrections of it, each when chance has it. */
  private void deliver(
      String source, String idColumn, String timeColumn, Instant at, Columns columns) {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    fields.put(idColumn, prefix + source.charAt(0) + ids++);
    fields.put(timeColumn, at.toString());
    columns.draws.forEach((column, draw) -> fields.put(column, draw.get()));
    add(source, at, oneIn(3) ? lateness() : 0, fields);
    if (oneIn(10)) {
      add(source, at, lateness(), fields);
    }
    while (oneIn(3)) {
      if (oneIn(3) && fields.get("case_id") != null) {
        fields.put("case_id", one(cases));
      } else {
        String corrected = one(List.copyOf(columns.draws.keySet()));
        fields.put(corrected, Objects.requireNonNull(columns.draws.get(corrected)).get());
      }
      if (oneIn(3)) {
        fields.put(timeColumn, sameDay(at).toString());
      }
      add(source, at, oneIn(4) ? 0 : lateness(), fields);
    }
  }

  private void add(String source, Instant at, int daysLate, Map<String, @Nullable Object> fields) {
    LocalDate happened = day(at).isBefore(START) ? START : day(at);
    LocalDate arrival = happened.plusDays(daysLate);
    if (!arrival.isAfter(END)) {
      Map<String, Object> stated = new LinkedHashMap<>();
      fields.forEach((column, value) -> {
        if (value != null) {
          stated.put(column, value);
        }
      });
      deliveries.add(new Delivery(source, arrival, random.nextInt(2), stated));
    }
  }

  private int lateness() {
    return 1 + random.nextInt(one(List.of(1, 4, 40, 110)));
  }

  // ---- chance

  private Instant anInstant() {
    return START.atStartOfDay(ZONE).plusMinutes(random.nextInt((DAYS - 1) * 24 * 60)).toInstant();
  }

  /** A change may have taken effect before the history begins. */
  private Instant before(Instant at) {
    return oneIn(2) ? at.minus(Duration.ofDays(DAYS)) : at;
  }

  private Instant later(Instant at) {
    return switch (random.nextInt(8)) {
      case 0 -> at;
      case 1, 2, 3 -> at.plus(Duration.ofMinutes(random.nextInt(180)));
      case 4, 5 -> at.plus(Duration.ofMinutes(random.nextInt(36 * 60)));
      case 6 -> at.plus(Duration.ofHours(random.nextInt(9 * 24)));
      default -> at.plus(Duration.ofDays(random.nextInt(45)));
    };
  }

  private Instant sameDay(Instant at) {
    Instant moved = at.plus(random.nextInt(120) - 60L, ChronoUnit.MINUTES);
    return day(moved).equals(day(at)) ? moved : at;
  }

  private static LocalDate day(Instant at) {
    return at.atZone(ZONE).toLocalDate();
  }

  private String agent() {
    return prefix + "g" + random.nextInt(3);
  }

  private String article() {
    return prefix + "k" + random.nextInt(2);
  }

  private boolean oneIn(int many) {
    return random.nextInt(many) == 0;
  }

  private @Nullable Object maybe(@Nullable Object value) {
    return oneIn(4) ? null : value;
  }

  private <T> T one(List<T> of) {
    return of.get(random.nextInt(of.size()));
  }

  private void repeat(int least, int most, Runnable what) {
    int times = least + random.nextInt(most - least + 1);
    for (int i = 0; i < times; i++) {
      what.run();
    }
  }

  /** How each column's value is drawn, in the order of the names. */
  private static final class Columns {
    private final SortedMap<String, Supplier<? extends @Nullable Object>> draws = new TreeMap<>();

    Columns with(String column, Supplier<? extends @Nullable Object> draw) {
      draws.put(column, draw);
      return this;
    }
  }
}
