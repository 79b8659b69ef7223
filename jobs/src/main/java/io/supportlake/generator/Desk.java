package io.supportlake.generator;

import org.jspecify.annotations.Nullable;

/**
 * Plays contacts: events of the case from the customer's first word to the solve or the silence,
 * what follows from them (survey, review, money), and whether and how the customer comes back.
 */
final class Desk {
  private static final double RECONTACT_WEEK = 0.60;
  private static final double RECONTACT_LATER = 0.15;
  private static final double FURTHER_QUESTION = 0.04;
  private static final double SAME_CASE = 0.45;

  /** Share of returns within a week that come before the case closes, from {@link #soon}. */
  private static final double STILL_OPEN = 0.914;

  private static final double[] CHANNEL_WEIGHTS = {0.40, 0.65, 0.82, 0.97, 1.0};
  private static final String[] CHANNELS = {"email", "chat", "phone", "in_app", "api"};
  private static final double PERSONAL_SHARE = 0.05;

  private final World world;
  private final Roster roster;
  private final Landing landing;
  private final Truth truth;
  private final Aftermath aftermath;

  Desk(World world, Roster roster, Landing landing, Truth truth, Aftermath aftermath) {
    this.world = world;
    this.roster = roster;
    this.landing = landing;
    this.truth = truth;
    this.aftermath = aftermath;
  }

  /** One contact being played: the cursor {@code at} moves with every event. */
  private final class Talk {
    final Account account;
    final Account.Plan plan;
    final Rng rng;
    final Case ticket;
    final String channel;
    final Account.User user;
    final boolean isNew;
    final boolean isReopen;
    @Nullable String session;
    Episodes.@Nullable Contact twin;
    long at;
    int functional;
    int hierarchical;
    int engineering;
    double functionalChance;
    double engineeringChance;

    Talk(Account account, Account.Plan plan, Rng rng) {
      this.account = account;
      this.plan = plan;
      this.rng = rng;
      this.at = plan.at();
      this.channel = channel(account, plan, rng);
      Case same = plan.sameCase();
      this.isNew = same == null;
      this.isReopen = same != null && same.isSolved;
      this.user = rng.pick(account.users);
      this.ticket =
          same != null
              ? same
              : new Case(
                  "cas-" + account.id.substring(4) + "-" + ++account.nextCase,
                  plan.family(),
                  channel);
      if (isNew) {
        String stake = plan.family().stake();
        ticket.priority =
            switch (stake) {
              case "critical" -> "urgent";
              case "high" -> rng.chance(0.5) ? "high" : "normal";
              case "low" -> rng.chance(0.3) ? "low" : "normal";
              default -> "normal";
            };
      }
      if (channel.equals("chat") || channel.equals("phone")) {
        ticket.sessions++;
        session = "ses-" + ticket.id.substring(4) + "-" + ticket.sessions;
      }
    }

    Line event(String type, String actorType, @Nullable String actor) {
      return new Line()
          .text("event_id", "evt-" + account.id.substring(4) + "-" + account.nextEvent++)
          .text("case_id", ticket.id)
          .text("account_id", account.id)
          .text("user_id", actorType.equals("customer") ? user.id() : null)
          .instant("event_at", at)
          .text("event_type", type)
          .text("actor_type", actorType)
          .text("actor_id", actor)
          .text("channel", channel)
          .text("queue", ticket.queue)
          .number("tier", ticket.tier)
          .text("agent_id", ticket.agent)
          .text("session_id", session);
    }

    void land(Line line) {
      landing.land(Source.CASE_EVENT, at, line.end(), rng, Desk::corrected);
    }

    /** Who writes into a case that waits for it opens it again, as ticket systems do. */
    void customer(String type, String text) {
      land(
          event(type, "customer", user.id())
              .text("status", ticket.isWaiting ? "open" : null)
              .text("text", text)
              .flag("is_public", true));
      ticket.isWaiting = false;
    }

    void agent(String type, @Nullable String text, String status) {
      Line line = event(type, "agent", ticket.agent).text("status", status);
      if (text != null) {
        line.text("text", text).flag("is_public", !type.equals("note"));
      }
      if (session == null) {
        line.number("active_seconds", handle(type.equals("note") ? 120 : 420));
      } else if (channel.equals("chat")) {
        line.number("active_seconds", handle(110)).number("concurrency", rng.whole(1, 4));
      }
      land(line);
      ticket.isWaiting = status.equals("pending");
    }

    int handle(double mean) {
      if (rng.chance(0.004)) {
        return rng.chance(0.5) ? 0 : rng.whole(90_000, 260_000);
      }
      return (int) Math.max(5, mean * ticket.speed * Math.exp(0.5 * rng.normal() - 0.125));
    }

    void work(double meanSeconds) {
      at = Times.afterWork(at, rng.exponential(meanSeconds) + 20, account.desk);
    }

    void assign(int tier) {
      Roster.Agent agent =
          roster.pick(
              Times.dayOf(at), tier, ticket.family.group(), account.language, rng, ticket.agent);
      ticket.agent = agent.id();
      ticket.tier = tier;
      ticket.queue = ticket.family.group() + "-t" + tier;
      boolean isSkilled = agent.at(Times.dayOf(at)).skills().contains(ticket.family.group());
      ticket.skill = agent.skill() + (isSkilled ? 0.3 : -0.2);
      ticket.speed = agent.speed();
    }

    String text() {
      World.Incident incident = plan.incident();
      String sign = incident == null ? null : incident.phrases().get(account.language);
      String text =
          Texts.customer(
              plan.family(), account.language, account.currency, at, rng, sign, plan.attempt());
      if (rng.chance(PERSONAL_SHARE)) {
        Pii.Planted planted = Pii.any(rng, account.country, user.email());
        truth.line(
            "pii.jsonl",
            new Line()
                .text("case_id", ticket.id)
                .text("event_id", "evt-" + account.id.substring(4) + "-" + account.nextEvent)
                .text("kind", planted.kind())
                .text("value", planted.value())
                .end());
        text += " " + Texts.personal(account.language, planted.value());
      }
      return text;
    }

    void open() {
      Family family = ticket.family;
      double draw = rng.unit();
      boolean hasCategory = draw >= 0.10 && !(family.isOther() && draw < 0.7);
      Line line =
          event("opened", "customer", user.id())
              .text("status", "new")
              .text("priority", ticket.priority)
              .text("subject", Texts.subject(family, account.language, rng));
      if (hasCategory) {
        line.text("product", family.product())
            .text("feature", family.feature())
            .text("category", family.category());
      } else if (draw < 0.05 && !family.isOther()) {
        line.text("product", family.product());
      }
      if (plan.relatedCase() != null) {
        line.text("related_case_id", plan.relatedCase()).text("relation", plan.relation());
      }
      land(line);
    }

    void reopened() {
      if (isReopen) {
        at++;
        land(event("reopened", "system", null).text("status", "open"));
      }
    }
  }

  private static String channel(Account account, Account.Plan plan, Rng rng) {
    String channel = CHANNELS[rng.weighted(CHANNEL_WEIGHTS)];
    Case same = plan.sameCase();
    if (same != null && rng.chance(0.7)) {
      channel = same.channel;
    }
    if (plan.lastChannel() != null && channel.equals(plan.lastChannel())) {
      channel = channel.equals("email") ? "phone" : "email";
    }
    boolean isLive = channel.equals("phone") || channel.equals("chat");
    if (isLive
        && !(Times.isOpen(plan.at(), account.desk)
            && Times.isOpen(plan.at() + 2 * Times.HOUR, account.desk))) {
      return channel.equals("chat") && !plan.family().isHighStake() && rng.chance(0.4)
          ? "chat"
          : "email";
    }
    return channel;
  }

  static String corrected(String line) {
    return line.contains("\"priority\"")
        ? line.replaceFirst("\"priority\":\"[a-z]+\"", "\"priority\":\"high\"")
        : line.substring(0, line.length() - 1) + ",\"priority\":\"high\"}";
  }

  /** Plays the contact a plan announces. */
  void play(Account account, Account.Plan plan) {
    Rng rng = Rng.of(world.seed, 0xC047AC7, account.index, plan.at(), account.nextEvent);
    Talk talk = new Talk(account, plan, rng);
    long started = plan.at();
    boolean isSolved;
    boolean isResolved;
    double chance;
    switch (talk.channel) {
      case "chat" -> {
        boolean isBotOnly =
            !Times.isOpen(started, account.desk)
                || (!plan.family().isHighStake() && plan.attempt() == 0 && rng.chance(0.2));
        chance = chat(talk, isBotOnly);
        isResolved = rng.chance(chance);
        isSolved = isBotOnly || rng.chance(0.95);
        endSession(talk, isSolved, isBotOnly);
      }
      case "phone" -> {
        chance = call(talk);
        isResolved = rng.chance(chance);
        isSolved = rng.chance(0.95);
        endSession(talk, isSolved, false);
      }
      default -> {
        chance = letters(talk);
        isResolved = rng.chance(chance);
        isSolved = rng.chance(0.985);
        if (isSolved) {
          talk.work(1_500);
          talk.agent(
              "message", Texts.solution(account.language, account.currency, talk.at, rng), "open");
          talk.at += rng.whole(2, 90);
          solve(talk);
        }
      }
    }
    if (!isSolved) {
      isResolved = false;
    }
    long lastEvent = talk.at;
    boolean isSession = talk.session != null;
    long ended = isSolved || isSession ? lastEvent : lastEvent + Episodes.MONTH;
    talk.ticket.isSolved = isSolved;
    double solvedChance = talk.session == null ? 0.985 : 0.95;
    double chanceFamily =
        plan.family().isOther()
            ? 0
            : Math.min(0.3, 7 * account.need() * account.familyShare(plan.family()));
    double expectedFcr =
        solvedChance
            * (chance * (1 - FURTHER_QUESTION) + (1 - chance) * (1 - RECONTACT_WEEK))
            * (1 - chanceFamily);
    double comesBackSoon = chance * FURTHER_QUESTION + (1 - chance) * RECONTACT_WEEK;
    double comesBack = comesBackSoon + (1 - chance) * RECONTACT_LATER;
    World.Incident incident = plan.incident();
    account.episodes.add(
        new Episodes.Contact(
            "con-" + talk.ticket.id.substring(4) + "-" + started,
            talk.ticket.id,
            plan.family(),
            talk.channel,
            started,
            ended,
            isSolved,
            isResolved,
            talk.isReopen,
            talk.functional,
            talk.hierarchical,
            talk.engineering,
            plan.relatedCase(),
            plan.relation(),
            incident == null ? null : incident.id(),
            expectedFcr,
            SAME_CASE * STILL_OPEN * comesBackSoon,
            talk.functionalChance,
            talk.engineeringChance));
    Episodes.Contact twin = talk.twin;
    if (twin != null) {
      // Only now: a twin added before its main contact would become the episode's first contact.
      account.episodes.add(twin);
    }
    String month = Times.month(started);
    truth.event("contact_rate", month);
    truth.exposure("contact_rate", month, 0, comesBack);
    remember(account, plan.family(), ended, isResolved);
    if (isSolved) {
      aftermath.solved(account, talk.ticket, talk.user, lastEvent, isResolved, plan.attempt(), rng);
    }
    next(talk, lastEvent, isSolved, isResolved);
  }

  /** Unresolved high-stake families raise the churn hazard until they are resolved. */
  private static void remember(Account account, Family family, long ended, boolean isResolved) {
    if (isResolved) {
      account.unresolved.remove(family.name());
    } else if (family.isHighStake()) {
      double weight = Math.log(family.stake().equals("critical") ? 7 : 4);
      account.unresolved.put(family.name(), new Account.Pain(ended, weight));
    }
  }

  private double resolveChance(Talk talk) {
    double stake =
        switch (talk.ticket.family.stake()) {
          case "low" -> 0.45;
          case "high" -> -0.25;
          case "critical" -> -0.5;
          default -> 0.1;
        };
    double logit =
        0.75
            + stake
            + 0.9 * talk.ticket.skill
            + 0.35 * Math.min(3, talk.plan.attempt())
            + 0.25 * talk.functional
            - talk.account.complexity
            - (talk.plan.incident() == null ? 0 : 0.9);
    return 1 / (1 + Math.exp(-logit));
  }

  private double letters(Talk talk) {
    Rng rng = talk.rng;
    Account account = talk.account;
    if (talk.isNew) {
      talk.open();
      talk.at++;
    }
    talk.customer("message", talk.text());
    talk.reopened();
    long firstWord = talk.at;
    boolean isMisrouted = talk.isNew && rng.chance(0.11);
    String rightQueue = talk.ticket.queue;
    if (isMisrouted) {
      talk.ticket.queue = rng.pick("payments-t1", "accounting-t1", "api-t1", "billing-t1");
    }
    talk.work(1_500);
    if (talk.isNew || rng.chance(0.3)) {
      String queue = talk.ticket.queue;
      talk.assign(talk.ticket.tier);
      if (isMisrouted) {
        talk.ticket.queue = queue;
      }
      talk.land(talk.event("assigned", "system", null).text("status", "open"));
    }
    if (isMisrouted && !talk.ticket.queue.equals(rightQueue)) {
      talk.work(1_800);
      String before = talk.ticket.agent;
      talk.assign(1);
      talk.land(talk.event("transferred", "agent", before).text("status", "open"));
    }
    escalate(talk);
    talk.work(urgency(talk) * 4_500);
    talk.agent("message", Texts.reply(account.language, account.currency, talk.at, rng), "pending");
    if (rng.chance(0.12)) {
      talk.at += rng.whole(60, 900);
      talk.land(talk.event("status", "system", null).text("status", "on_hold"));
    }
    int rounds = rng.chance(0.45) ? rng.whole(1, 2) : 0;
    for (int i = 0; i < rounds; i++) {
      talk.at += (long) (rng.exponential(4 * Times.HOUR) + 120);
      talk.customer("message", Texts.detail(account.language, account.currency, talk.at, rng));
      talk.work(4_000);
      talk.agent(
          "message", Texts.reply(account.language, account.currency, talk.at, rng), "pending");
    }
    if (talk.isNew && talk.plan.attempt() == 0 && rng.chance(0.02)) {
      twin(talk, firstWord);
    }
    return resolveChance(talk);
  }

  private static double urgency(Talk talk) {
    return switch (talk.ticket.priority) {
      case "urgent" -> 0.35;
      case "high" -> 0.6;
      case "low" -> 1.6;
      default -> 1;
    };
  }

  /**
   * The customer writes a second case about the same thing, which an agent merges into the first.
   */
  private void twin(Talk main, long firstWord) {
    Rng rng = main.rng;
    Account account = main.account;
    long written = firstWord + rng.whole(300, 3_000);
    long merged = Times.afterWork(written, 1_200, account.desk);
    if (merged >= main.at) {
      return;
    }
    Account.Plan plan =
        new Account.Plan(
            written, main.plan.family(), null, null, null, null, 0, main.plan.incident());
    Talk twin = new Talk(account, plan, Rng.of(world.seed, 0x7417, account.index, written));
    if (twin.session != null) {
      return;
    }
    twin.open();
    twin.at++;
    twin.customer("message", twin.text());
    twin.at = merged;
    twin.ticket.agent = main.ticket.agent;
    twin.land(
        twin.event("merged", "agent", main.ticket.agent)
            .text("status", "closed")
            .text("related_case_id", main.ticket.id)
            .text("relation", "merge"));
    main.twin =
        new Episodes.Contact(
            "con-" + twin.ticket.id.substring(4) + "-" + written,
            twin.ticket.id,
            plan.family(),
            twin.channel,
            written,
            merged,
            false,
            false,
            false,
            0,
            0,
            0,
            main.ticket.id,
            "merge",
            plan.incident() == null ? null : plan.incident().id(),
            0,
            0,
            0,
            0);
    truth.event("contact_rate", Times.month(written));
    truth.count("merged");
  }

  private void escalate(Talk talk) {
    Rng rng = talk.rng;
    int attempt = talk.plan.attempt();
    double functional =
        talk.ticket.tier >= 3
            ? 0
            : 0.09
                + (talk.ticket.family.isHighStake() ? 0.05 : 0)
                + (attempt > 0 ? 0.12 : 0)
                + (talk.ticket.family.product().equals("api") ? 0.04 : 0);
    talk.functionalChance = functional;
    if (rng.chance(functional)) {
      step(talk, "functional", talk.ticket.tier + 1);
      talk.functional++;
      if (talk.ticket.tier < 3 && rng.chance(0.2)) {
        step(talk, "functional", talk.ticket.tier + 1);
        talk.functional++;
      }
    }
    if (rng.chance(0.012 + 0.03 * Math.min(attempt, 3))) {
      step(talk, "hierarchical", talk.ticket.tier);
      talk.hierarchical++;
    }
    double engineering =
        0.015
            + (talk.plan.incident() == null ? 0 : 0.25)
            + (talk.ticket.family.product().equals("api") ? 0.03 : 0);
    talk.engineeringChance = engineering;
    if (rng.chance(engineering)) {
      step(talk, "engineering", talk.ticket.tier);
      talk.engineering++;
    }
  }

  private void step(Talk talk, String kind, int tier) {
    boolean isLive = talk.session != null;
    if (isLive) {
      talk.at += talk.rng.whole(30, 240);
    } else {
      talk.work(2_400);
    }
    String before = talk.ticket.agent;
    if (!isLive) {
      talk.agent("note", Texts.note(talk.rng), "open");
      talk.at += talk.rng.whole(5, 120);
    }
    if (tier != talk.ticket.tier) {
      talk.assign(tier);
    }
    talk.land(
        talk.event("escalated", "agent", before)
            .text("status", "open")
            .text("escalation_kind", kind));
  }

  private double chat(Talk talk, boolean isBotOnly) {
    Rng rng = talk.rng;
    Account account = talk.account;
    if (talk.isNew) {
      talk.open();
      talk.at++;
    }
    talk.customer("bot_turn", talk.text());
    talk.reopened();
    talk.at += rng.whole(2, 9);
    String article = aftermath.article(talk.ticket.family, rng);
    talk.land(
        talk.event("bot_turn", "bot", null)
            .text("text", Texts.reply(account.language, account.currency, talk.at, rng))
            .flag("is_public", true)
            .text("article_id", article));
    if (isBotOnly) {
      if (rng.chance(0.5)) {
        talk.at += rng.whole(20, 240);
        talk.customer("bot_turn", Texts.thanks(account.language, rng));
      }
      talk.at += rng.whole(20, 120);
      return 0.62;
    }
    talk.at += rng.whole(20, 420);
    talk.assign(talk.ticket.tier);
    talk.land(talk.event("assigned", "system", null).text("status", "open"));
    escalate(talk);
    int rounds = rng.whole(1, 2);
    for (int i = 0; i < rounds; i++) {
      talk.at += rng.whole(20, 200);
      talk.agent("message", Texts.reply(account.language, account.currency, talk.at, rng), "open");
      talk.at += rng.whole(20, 240);
      talk.customer("message", Texts.detail(account.language, account.currency, talk.at, rng));
    }
    talk.at += rng.whole(60, 400);
    talk.agent("message", Texts.solution(account.language, account.currency, talk.at, rng), "open");
    return resolveChance(talk);
  }

  private double call(Talk talk) {
    Rng rng = talk.rng;
    if (talk.isNew) {
      talk.open();
      talk.at++;
    }
    long wait = rng.whole(10, 400);
    if (talk.ticket.agent == null || rng.chance(0.8)) {
      talk.assign(talk.ticket.tier);
    }
    int spoken = talk.handle(430);
    int held = rng.chance(0.4) ? rng.whole(10, 240) : 0;
    int wrap = talk.handle(90);
    Line leg =
        talk.event("call_leg", "customer", talk.user.id())
            .text("status", "open")
            .number("talk_seconds", spoken)
            .number("hold_seconds", held)
            .number("wrap_seconds", wrap);
    talk.land(leg);
    talk.ticket.isWaiting = false;
    talk.reopened();
    talk.at += wait + Math.min(spoken, 2_400);
    escalate(talk);
    if (rng.chance(0.5)) {
      talk.at += 15;
      talk.agent("note", Texts.note(rng), "open");
    }
    talk.at += 20 + Math.min(wrap, 600);
    return resolveChance(talk);
  }

  private void endSession(Talk talk, boolean isSolved, boolean isBotOnly) {
    if (isSolved) {
      talk.at += talk.rng.whole(2, 60);
      if (isBotOnly) {
        talk.land(talk.event("solved", "bot", null).text("status", "solved"));
      } else {
        solve(talk);
      }
    } else {
      talk.at += talk.rng.whole(5, 60);
      talk.land(talk.event("status", "agent", talk.ticket.agent).text("status", "pending"));
      talk.ticket.isWaiting = true;
    }
  }

  private static void solve(Talk talk) {
    Line line = talk.event("solved", "agent", talk.ticket.agent).text("status", "solved");
    if (talk.channel.equals("chat")) {
      line.number("wrap_seconds", talk.handle(60));
    }
    talk.land(line);
  }

  /** Decides whether the customer comes back, and closes the case otherwise. */
  private void next(Talk talk, long lastEvent, boolean isSolved, boolean isResolved) {
    Rng rng = talk.rng;
    Account account = talk.account;
    long closes = lastEvent + 4 * Times.DAY + rng.whole(0, (int) (3 * Times.DAY));
    long back = -1;
    if (isResolved) {
      if (rng.chance(FURTHER_QUESTION)) {
        back = lastEvent + soon(rng);
      }
    } else if (talk.plan.attempt() < 5) {
      double draw = rng.unit();
      if (draw < RECONTACT_WEEK) {
        back = lastEvent + soon(rng);
      } else if (draw < RECONTACT_WEEK + RECONTACT_LATER) {
        back = lastEvent + rng.whole((int) (8 * Times.DAY), (int) (25 * Times.DAY));
      }
    }
    if (back >= 0) {
      double way = rng.unit();
      boolean isSilentLetter = !isSolved && talk.session == null;
      if (way < SAME_CASE && back < closes && !isSilentLetter) {
        account.plans.add(plan(talk, back, talk.ticket, null, null, null));
        return;
      }
      if (way < 0.60 && isSolved) {
        account.plans.add(plan(talk, back, null, talk.ticket.id, "follow_up", null));
      } else if (way < 0.63) {
        account.plans.add(plan(talk, back, null, talk.ticket.id, "parent", null));
      } else {
        account.plans.add(plan(talk, back, null, null, null, talk.channel));
      }
    }
    if (!isSolved) {
      return;
    }
    if (back < 0 && isResolved && talk.session == null && rng.chance(0.07)) {
      closes += thanks(talk);
    }
    talk.session = null;
    talk.at = closes;
    talk.land(talk.event("closed", "system", null).text("status", "closed"));
  }

  private static Account.Plan plan(
      Talk talk,
      long at,
      @Nullable Case same,
      @Nullable String related,
      @Nullable String relation,
      @Nullable String lastChannel) {
    return new Account.Plan(
        at,
        talk.plan.family(),
        same,
        related,
        relation,
        lastChannel,
        talk.plan.attempt() + 1,
        talk.plan.incident());
  }

  /** A thank-you reopen; gives the seconds by which the close moves. */
  private long thanks(Talk talk) {
    Rng rng = talk.rng;
    talk.at += rng.whole(600, 10 * 3_600);
    talk.customer("message", Texts.thanks(talk.account.language, rng));
    talk.at++;
    talk.land(talk.event("reopened", "system", null).text("status", "open"));
    talk.at += rng.whole(600, 12 * 3_600);
    talk.land(talk.event("solved", "agent", talk.ticket.agent).text("status", "solved"));
    truth.count("thank_you_reopens");
    truth.line(
        "thank_yous.jsonl",
        new Line()
            .text("case_id", talk.ticket.id)
            .text("account_id", talk.account.id)
            .instant("solved_again_at", talk.at)
            .end());
    return Times.DAY;
  }

  private static long soon(Rng rng) {
    double days = Math.min(6.6, 0.1 + rng.exponential(2.2));
    return (long) (days * Times.DAY);
  }
}
