package io.supportlake.generator;

import java.time.LocalDate;
import org.jspecify.annotations.Nullable;

/** One account's day: register changes, users, needs for support, and whether it leaves. */
final class Life {
  private static final double[] BASE = {0.0050, 0.0029, 0.0018, 0.0009};

  /** Chance a day that a content account begins to use less; trouble multiplies it. */
  private static final double DECLINES = 1.0 / 2_200;

  private static final double TREATED = 0.45;
  private static final int TREATED_DAYS = 120;
  private static final String[] INTEGRATIONS = {
    "bank_feed", "ledger_sync", "webhooks", "reconciliation", "plugins"
  };

  private final World world;
  private final Landing landing;
  private final Truth truth;
  private final Desk desk;
  private final Telemetry telemetry;
  private final Aftermath aftermath;

  Life(
      World world,
      Landing landing,
      Truth truth,
      Desk desk,
      Telemetry telemetry,
      Aftermath aftermath) {
    this.world = world;
    this.landing = landing;
    this.truth = truth;
    this.desk = desk;
    this.telemetry = telemetry;
    this.aftermath = aftermath;
  }

  void day(Account account, long day) {
    Rng rng = Rng.of(world.seed, 0xDA4, account.index, day);
    if (!account.hasStarted) {
      if (account.startDay > day) {
        return;
      }
      start(account, rng);
    }
    if (account.churnDay != null) {
      return;
    }
    register(account, day, rng);
    strike(account, day);
    int used = account.status.equals("suspended") ? 0 : telemetry.day(account, day, rng);
    if (used > 0) {
      double expected = account.need() * Telemetry.weekFactor(day);
      truth.exposure("contact_rate", Times.month(day * Times.DAY), 1, expected);
    } else {
      truth.exposure(
          "contact_rate",
          Times.month(day * Times.DAY),
          0,
          account.need() * Telemetry.weekFactor(day));
    }
    contacts(account, day, rng);
    moods(account, day, rng);
    leave(account, day, rng);
  }

  private void start(Account account, Rng rng) {
    account.hasStarted = true;
    long at = account.startDay * Times.DAY + rng.whole(6 * 3_600, 18 * 3_600);
    boolean isTrial = account.startDay >= world.firstDay && rng.chance(0.25);
    account.status = isTrial ? "trial" : "active";
    landing.landOnTime(Source.ACCOUNT_CHANGE, at, account.change(at));
    int users = 1 + rng.whole(0, 1 + account.plan * 2);
    for (int i = 0; i < users; i++) {
      landing.landOnTime(Source.USER_CHANGE, at + i, account.addUser(at + i, rng));
    }
    if (rng.chance(0.85)) {
      consent(account, at + 60, "outreach_consent", true, null, "sign-up form");
    }
    if (rng.chance(0.02)) {
      account.isVulnerable = true;
      consent(account, at + 120, "vulnerability", true, null, "told by phone");
    }
  }

  private void consent(
      Account account,
      long at,
      String kind,
      boolean isSet,
      @Nullable LocalDate until,
      String reason) {
    landing.landOnTime(
        Source.CONSENT_CHANGE,
        at,
        new Line()
            .text("change_id", "con-" + account.id.substring(4) + "-" + at + "-" + kind)
            .text("account_id", account.id)
            .instant("changed_at", at)
            .text("kind", kind)
            .flag("is_set", isSet)
            .text("until_date", until == null ? null : until.toString())
            .text("reason", reason)
            .end());
  }

  private void register(Account account, long day, Rng rng) {
    boolean isChanged = false;
    long at = day * Times.DAY + rng.whole(6 * 3_600, 20 * 3_600);
    if (account.status.equals("trial") && day >= account.startDay + 14) {
      account.status = "active";
      isChanged = true;
    }
    if (account.status.equals("suspended") && day >= account.suspendedUntil) {
      account.status = "active";
      isChanged = true;
    } else if (account.status.equals("active") && rng.chance(0.00012)) {
      account.status = "suspended";
      account.suspendedUntil = day + rng.whole(4, 20);
      isChanged = true;
    }
    if (rng.chance(0.0006) && account.plan < 3) {
      account.plan++;
      account.cents = account.cents * 5 / 2;
      isChanged = true;
    } else if (rng.chance(0.0003) && account.plan > 0) {
      account.plan--;
      account.cents = account.cents * 2 / 5;
      isChanged = true;
    } else if (rng.chance(0.0015)) {
      account.cents = Math.round(account.cents * rng.between(0.95, 1.12) / 100) * 100;
      isChanged = true;
    }
    if (rng.chance(0.0008)) {
      account.owner = "csm-" + rng.whole(1, 12);
      isChanged = true;
    }
    if (day >= account.renewalDay) {
      account.renewalDay += 365;
      isChanged = true;
    }
    if (isChanged) {
      change(account, at, rng);
    }
    if (rng.chance(0.0015)) {
      landing.land(Source.USER_CHANGE, at, account.addUser(at, rng), rng, null);
    }
    if (account.users.size() > 1 && rng.chance(0.0008)) {
      Account.User leaver = account.users.removeLast();
      landing.land(Source.USER_CHANGE, at, account.userRecord(leaver, at, "left"), rng, null);
    }
    if (rng.chance(0.00012)) {
      account.isOptedOut = true;
      consent(account, at, "opt_out", true, null, "unsubscribe link");
    }
    if (rng.chance(0.0002)) {
      account.suppressedUntil = day + rng.whole(20, 90);
      consent(
          account,
          at,
          "suppression",
          true,
          LocalDate.ofEpochDay(account.suppressedUntil),
          rng.pick("legal dispute", "open complaint", "sales negotiation"));
    }
    boolean isPlanned =
        account.index < 12 && day == world.firstDay + (7L + account.index) * world.days / 20;
    boolean asks = rng.chance(0.000015) || (isPlanned && account.index % 4 == 3);
    if (asks && !account.isErasureAsked) {
      account.isErasureAsked = true;
      Account.User user = account.users.getLast();
      landing.landOnTime(
          Source.ERASURE_REQUEST,
          at,
          new Line()
              .text("request_id", "ers-" + user.id().substring(4))
              .text("subject_kind", "user")
              .text("subject_id", user.id())
              .instant("requested_at", at)
              .end());
      truth.count("erasures");
    }
  }

  /** Register changes are kept on time around the campaign, whose eligibility reads them. */
  private void change(Account account, long at, Rng rng) {
    long day = Times.dayOf(at);
    if (day > world.campaignDay - 25 && day <= world.campaignDay) {
      landing.landOnTime(Source.ACCOUNT_CHANGE, at, account.change(at));
    } else {
      landing.land(Source.ACCOUNT_CHANGE, at, account.change(at), rng, Life::renamed);
    }
  }

  private static String renamed(String line) {
    return line.replaceFirst("\"owner\":\"csm-\\d+\"", "\"owner\":\"csm-1\"");
  }

  /** Incidents that begin today send this account's contact on its way. */
  private void strike(Account account, long day) {
    for (World.Incident incident : world.incidents) {
      if (Times.dayOf(incident.contactsFrom()) != day || !telemetry.isStruck(account, incident)) {
        continue;
      }
      account.incidentAt = day;
      Rng rng = Rng.of(world.seed, 0x57415E, account.index, incident.releasedAt());
      truth.count(incident.id() + "-accounts");
      if (rng.chance(0.72)) {
        long delay = (long) (rng.exponential(1.6) * Times.DAY);
        long at = incident.contactsFrom() + Math.min(delay, 7 * Times.DAY);
        account.plans.add(
            new Account.Plan(at, incident.family(), null, null, null, null, 0, incident));
      }
    }
  }

  private void contacts(Account account, long day, Rng rng) {
    int needs = rng.poisson(account.need() * Telemetry.weekFactor(day));
    for (int i = 0; i < needs; i++) {
      int hour = Math.min(22, Math.max(6, (int) Math.round(12.5 + 3.0 * rng.normal())));
      long at = Times.local(day, hour * 3_600 + rng.whole(0, 3_599), account.zone);
      Family family = world.families.get(rng.weighted(account.familyWeights));
      account.plans.add(
          new Account.Plan(Math.max(at, day * Times.DAY), family, null, null, null, null, 0, null));
    }
    while (true) {
      Account.Plan next = account.plans.peek();
      if (next == null || next.at() >= (day + 1) * Times.DAY) {
        break;
      }
      account.plans.remove(next);
      desk.play(account, next);
    }
    if (day % 16 == account.index % 16) {
      account.episodes.settle(day * Times.DAY);
    }
  }

  /** Articles read, searches without an answer, relationship surveys. */
  private void moods(Account account, long day, Rng rng) {
    long at = day * Times.DAY + rng.whole(6 * 3_600, 20 * 3_600);
    if (rng.chance(0.02)) {
      Family family = world.families.get(rng.weighted(account.familyWeights));
      boolean isSearch = rng.chance(0.2) || family.isOther();
      String type = isSearch ? "searched_without_result" : rng.chance(0.2) ? "voted" : "viewed";
      Line line =
          new Line()
              .text("event_id", "are-" + account.id.substring(4) + "-" + day)
              .instant("event_at", at)
              .text("event_type", type)
              .text("account_id", account.id)
              .text("user_id", rng.pick(account.users).id());
      if (isSearch) {
        line.text("query", rng.pick(family.sentences(account.language)));
      } else {
        line.text("article_id", Aftermath.articleId(family, rng.whole(0, 1)));
      }
      if (type.equals("voted")) {
        line.number("vote", rng.chance(0.7) ? 1 : -1);
      }
      landing.land(Source.ARTICLE_EVENT, at, line.end(), rng, null);
    }
    if (day % 91 == account.index % 91 && rng.chance(0.25)) {
      aftermath.relationship(account, at, rng);
    }
  }

  private void leave(Account account, long day, Rng rng) {
    double unresolved = unresolved(account, day);
    double restless =
        DECLINES
            * (unresolved > 0 ? 11 : 1)
            * (account.isFailing(day) ? 6 : 1)
            * (day < account.incidentAt + 30 ? 3 : 1);
    if (day >= account.declineUntil && rng.chance(restless)) {
      account.declineFrom = day;
      account.declineUntil = day + rng.whole(140, 220);
      account.declineFloor = rng.between(0.15, 0.45);
    }
    if (day >= account.failingUntil && rng.chance(account.proneness / 900)) {
      World.Feature feature = world.feature(rng.pick(INTEGRATIONS));
      if (account.uses(feature)) {
        account.failingFrom = day;
        account.failingUntil = day + rng.whole(12, 70);
        account.failingFeature = feature;
      }
    }
    double base = BASE[account.plan] / 30.4;
    double integration =
        day >= account.failingFrom + 3 && day < account.failingUntil + 75 ? Math.log(5) : 0;
    double usage =
        day < account.declineUntil
            ? Math.log(40) * Math.min(1, Math.max(0, (day - account.declineFrom - 25) / 20.0))
            : 0;
    double fresh = day < account.startDay + 90 ? Math.log(1.4) : 0;
    double incident =
        day >= account.incidentAt + 3 && day < account.incidentAt + 75 ? Math.log(2.5) : 0;
    boolean isTreated =
        account.isTreated && day >= world.campaignDay && day < world.campaignDay + TREATED_DAYS;
    double treated = isTreated ? Math.log(TREATED) : 0;
    double hazard = base * Math.exp(unresolved + integration + usage + fresh + incident + treated);
    LocalDate date = LocalDate.ofEpochDay(day);
    boolean isLeaving = rng.chance(Math.min(0.5, hazard));
    if (isLeaving || date.getDayOfMonth() == date.lengthOfMonth()) {
      account.months.add(date.toString());
      account.monthly.add(
          new double[] {
            hazard * 30.4,
            unresolved,
            integration,
            usage,
            fresh,
            incident,
            treated,
            account.trend(day)
          });
    }
    if (isLeaving) {
      account.churnDay = day;
      account.status = "cancelled";
      account.plans.clear();
      // After the hours of the day's other changes, or one of them would bring the customer back.
      long at = day * Times.DAY + rng.whole(20 * 3_600 + 1, 21 * 3_600 + 1_800);
      change(account, at, rng);
      truth.count("churned");
    }
  }

  private static double unresolved(Account account, long day) {
    double worst = 0;
    for (Account.Pain pain : account.unresolved.values()) {
      long ended = Times.dayOf(pain.endedAt());
      if (day >= ended && day < ended + 90) {
        worst = Math.max(worst, pain.weight());
      }
    }
    return worst;
  }
}
