package io.supportlake.generator;

import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/** The state of one customer between two days. */
final class Account {
  /** A contact that will begin, and why. */
  record Plan(
      long at,
      Family family,
      @Nullable Case sameCase,
      @Nullable String relatedCase,
      @Nullable String relation,
      @Nullable String lastChannel,
      int attempt,
      World.@Nullable Incident incident) {}

  /**
   * An unresolved high-stake issue: when its last contact ended, and what it adds to the log
   * hazard.
   */
  record Pain(long endedAt, double weight) {}

  /** A user with its contact data. */
  record User(String id, String email, String phone, String role) {}

  private record Home(
      String country,
      String zone,
      String language,
      String currency,
      String region,
      double weight) {}

  private static final List<Home> HOMES =
      List.of(
          new Home("DE", "Europe/Berlin", "de", "EUR", "emea", 22),
          new Home("ES", "Europe/Madrid", "es", "EUR", "emea", 11),
          new Home("FR", "Europe/Paris", "fr", "EUR", "emea", 13),
          new Home("GB", "Europe/London", "en", "GBP", "emea", 16),
          new Home("IE", "Europe/Dublin", "en", "EUR", "emea", 4),
          new Home("US", "America/New_York", "en", "USD", "amer", 15),
          new Home("US", "America/Los_Angeles", "en", "USD", "amer", 7),
          new Home("MX", "America/Mexico_City", "es", "MXN", "amer", 4),
          new Home("SG", "Asia/Singapore", "en", "SGD", "apac", 4),
          new Home("AU", "Australia/Sydney", "en", "AUD", "apac", 4));
  private static final String[] PLANS = {"starter", "growth", "scale", "enterprise"};
  private static final double[] PLAN_SHARES = {0.38, 0.73, 0.93, 1.0};
  private static final double[] FEES = {45, 190, 750, 3_200};
  private static final double[] LEVELS = {0.7, 1.0, 1.75, 3.1};
  private static final double[] NEEDS = {0.022, 0.034, 0.055, 0.10};

  final int index;
  final String id;
  final String name;
  final String domain;
  final String country;
  final String language;
  final String currency;
  final String region;
  final ZoneId zone;
  final ZoneId desk;
  final long startDay;
  final double[] familyWeights;
  final double[] featureWeights;
  final double[] featureUse;
  final double proneness;
  final double complexity;
  final double personal;
  final List<User> users = new ArrayList<>();
  final PriorityQueue<Plan> plans = new PriorityQueue<>(Comparator.comparingLong(Plan::at));
  final Map<String, Pain> unresolved = new HashMap<>();
  final List<double[]> monthly = new ArrayList<>();
  final List<String> months = new ArrayList<>();
  final Episodes episodes;

  int plan;
  String owner;
  long cents;
  String status = "active";
  long renewalDay;
  long declineFrom = Long.MAX_VALUE / 4;
  long declineUntil = Long.MIN_VALUE / 4;
  double declineFloor = 0.3;
  long failingFrom = Long.MAX_VALUE / 4;
  long failingUntil = Long.MIN_VALUE / 4;
  World.@Nullable Feature failingFeature;
  long incidentAt = Long.MIN_VALUE / 4;
  long highStakeAt = Long.MIN_VALUE / 4;
  boolean isTreated;
  boolean isErasureAsked;
  boolean isOptedOut;
  boolean isVulnerable;
  long suppressedUntil = Long.MIN_VALUE / 4;
  long suspendedUntil = Long.MIN_VALUE / 4;
  @Nullable Long churnDay;
  boolean hasStarted;
  int nextEvent;
  int nextCase;
  int nextChange;
  int nextUsage;
  int nextUser;

  Account(World world, int index, Truth truth) {
    this.index = index;
    Rng rng = Rng.of(world.seed, 0xACC, index);
    this.id = String.format(Locale.ROOT, "acc-%06d", index + 1);
    double[] weights = new double[HOMES.size()];
    double sum = 0;
    for (int i = 0; i < weights.length; i++) {
      sum += HOMES.get(i).weight();
      weights[i] = sum;
    }
    Home home = HOMES.get(rng.weighted(weights));
    this.country = home.country();
    this.language = home.language();
    this.currency = home.currency();
    this.region = home.region();
    this.zone = ZoneId.of(home.zone());
    this.desk =
        ZoneId.of(
            switch (home.region()) {
              case "amer" -> "America/New_York";
              case "apac" -> "Asia/Singapore";
              default -> "Europe/Berlin";
            });
    String first =
        rng.pick(
            "Nordlicht",
            "Riverside",
            "Alba",
            "Blue Finch",
            "Castillo",
            "Lumière",
            "Harbour",
            "Kestrel",
            "Montblanc",
            "Oak",
            "Sonnen",
            "Verde",
            "Pixel",
            "Copper",
            "Juniper");
    String second =
        rng.pick(
            "Trading",
            "Foods",
            "Studio",
            "Logistik",
            "Bikes",
            "Books",
            "Software",
            "Optics",
            "Garden",
            "Travel",
            "Textil",
            "Audio",
            "Dental",
            "Events",
            "Tools");
    this.name = first + " " + second + " " + (index + 1);
    this.domain =
        (first + second).toLowerCase(Locale.ROOT).replaceAll("[^a-z]", "")
            + (index + 1)
            + ".example";
    double planDraw = rng.unit();
    while (planDraw > PLAN_SHARES[plan]) {
      plan++;
    }
    this.personal = Math.exp(0.4 * rng.normal());
    this.cents = Math.round(FEES[plan] * Math.exp(0.35 * rng.normal())) * 100;
    this.startDay =
        rng.chance(0.72)
            ? world.firstDay - rng.whole(1, 900)
            : world.firstDay + rng.whole(0, Math.max(1, world.days - 2));
    this.renewalDay = startDay + 365;
    while (renewalDay < world.firstDay) {
      renewalDay += 365;
    }
    this.owner = "csm-" + (1 + rng.whole(0, 11));
    this.proneness = Math.exp(1.1 * rng.normal() - 0.3);
    this.complexity = 0.8 * rng.normal();
    this.featureUse = new double[world.features.size()];
    this.featureWeights = new double[featureUse.length];
    double running = 0;
    for (World.Feature feature : world.features) {
      double popularity =
          switch (feature.name()) {
            case "card_payments", "payouts", "bank_feed", "ledger_sync", "reconciliation" -> 0.65;
            case "webhooks", "forecast", "invoicing", "vat", "refunds" -> 0.45;
            case "general", "billing", "privacy", "onboarding" -> 0.05;
            default -> 0.22;
          };
      boolean isUsed = rng.chance(popularity) || feature.name().equals("login");
      featureUse[feature.index()] = isUsed ? popularity * rng.between(0.4, 1.8) : 0;
      running += featureUse[feature.index()];
      featureWeights[feature.index()] = running;
    }
    this.familyWeights = new double[world.families.size()];
    running = 0;
    for (Family family : world.families) {
      double affinity = featureUse[world.feature(family.feature()).index()] > 0 ? 1.6 : 0.45;
      running += family.weight() * affinity * Math.exp(0.3 * rng.normal());
      familyWeights[family.index()] = running;
    }
    this.episodes = new Episodes(id, truth);
  }

  String planName() {
    return PLANS[plan];
  }

  String segment() {
    return switch (plan) {
      case 0 -> "micro";
      case 1 -> "small";
      case 2 -> "medium";
      default -> "large";
    };
  }

  /** Mean usage events on a weekday without any trouble. */
  double level() {
    return LEVELS[plan] * personal;
  }

  /** Mean new needs for support a day. */
  double need() {
    return NEEDS[plan] * Math.sqrt(personal);
  }

  double familyShare(Family family) {
    int i = family.index();
    double below = i == 0 ? 0 : familyWeights[i - 1];
    return (familyWeights[i] - below) / familyWeights[familyWeights.length - 1];
  }

  boolean uses(World.Feature feature) {
    return featureUse[feature.index()] > 0;
  }

  boolean isLive() {
    return hasStarted && churnDay == null;
  }

  /** 1 = normal, lower while usage declines. */
  double trend(long day) {
    if (day < declineFrom || day >= declineUntil) {
      return 1;
    }
    double progress = Math.min(1, (day - declineFrom) / 45.0);
    return 1 - (1 - declineFloor) * progress;
  }

  boolean isFailing(long day) {
    return day >= failingFrom && day < failingUntil;
  }

  String change(long at) {
    return new Line()
        .text("change_id", "chg-" + id.substring(4) + "-" + nextChange++)
        .text("account_id", id)
        .instant("changed_at", at)
        .text("name", name)
        .text("crm_id", "CRM" + (700_000 + index))
        .text("owner", owner)
        .text("plan", planName())
        .text("segment", segment())
        .money("recurring_revenue_amount", cents)
        .text("currency", currency)
        .text("region", region)
        .text("country", country)
        .text("language", language)
        .text("zone", zone.getId())
        .text("status", status)
        .text("renewal_date", LocalDate.ofEpochDay(renewalDay).toString())
        .end();
  }

  /** A new user's record; the first one is the account's admin. */
  String addUser(long at, Rng rng) {
    String userId = "usr-" + id.substring(4) + "-" + nextUser;
    String role = nextUser == 0 ? "admin" : rng.pick("member", "member", "developer", "accountant");
    String first = rng.pick("anna", "jo", "lucia", "max", "chloe", "tom", "ines", "paul", "ravi");
    String last = rng.pick("meier", "garcia", "martin", "smith", "weber", "lopez", "roy", "tan");
    User user =
        new User(
            userId, first + "." + last + nextUser + "@" + domain, Pii.phone(rng, country), role);
    nextUser++;
    users.add(user);
    return userRecord(user, at, "active");
  }

  String userRecord(User user, long at, String state) {
    return Landing.csv(
        Source.USER_CHANGE,
        "usc-" + user.id().substring(4) + "-" + state,
        user.id(),
        id,
        Times.instant(at),
        user.email(),
        user.phone(),
        user.role(),
        state);
  }
}
