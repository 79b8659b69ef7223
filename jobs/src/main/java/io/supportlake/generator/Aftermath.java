package io.supportlake.generator;

import io.supportlake.rules.KeyedHash;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What follows a solve: survey, quality review, money, article; with the truth behind each. */
final class Aftermath {
  /** A reviewer's true leaning: points added to every rating, and how much harsher on failures. */
  record Reviewer(String id, double bias, double severity) {}

  private record Criterion(String name, String dimension, int scale, boolean isCritical) {}

  private static final List<Criterion> CRITERIA =
      List.of(
          new Criterion("solution_correct", "accuracy", 4, false),
          new Criterion("solution_complete", "accuracy", 4, false),
          new Criterion("tone", "communication", 4, false),
          new Criterion("clarity", "communication", 4, false),
          new Criterion("process_followed", "process", 4, false),
          new Criterion("escalation_right", "process", 4, false),
          new Criterion("documentation", "process", 4, false),
          new Criterion("identity_verified", "security", 1, true),
          new Criterion("no_secret_shared", "security", 1, true),
          new Criterion("disclosure_made", "compliance", 1, true));
  private static final double[][] SCORES = {
    {0.38, 0.25, 0.17, 0.13, 0.07}, {0.04, 0.05, 0.11, 0.32, 0.48}
  };
  private static final double SENT = 0.35;
  private static final double ANSWERED = 0.30;

  private final World world;
  private final Landing landing;
  private final Truth truth;
  private final KeyedHash key;
  private final List<Reviewer> reviewers;

  Aftermath(World world, Landing landing, Truth truth, KeyedHash key) {
    this.world = world;
    this.landing = landing;
    this.truth = truth;
    this.key = key;
    List<Reviewer> all = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      Rng rng = Rng.of(world.seed, 0x4E71E4, i);
      all.add(
          new Reviewer(
              "rev-" + (i + 1), 0.3 * rng.normal(), Math.max(0, 0.25 * rng.normal() + 0.2)));
    }
    this.reviewers = List.copyOf(all);
  }

  List<Reviewer> reviewers() {
    return reviewers;
  }

  static String articleId(Family family, int n) {
    return "art-" + family.index() + "-" + n;
  }

  @Nullable String article(Family family, Rng rng) {
    return family.isOther() || rng.chance(0.3) ? null : articleId(family, rng.whole(0, 1));
  }

  void solved(
      Account account,
      Case ticket,
      Account.User user,
      long at,
      boolean isResolved,
      int attempt,
      Rng rng) {
    survey(account, ticket, user, at, isResolved, attempt, rng);
    review(account, ticket, at, isResolved);
    money(account, ticket, at, rng);
    if (ticket.agent != null && !ticket.family.isOther() && rng.chance(0.12)) {
      landing.land(
          Source.ARTICLE_EVENT,
          at,
          new Line()
              .text("event_id", "arl-" + ticket.id.substring(4) + "-" + at)
              .instant("event_at", at)
              .text("event_type", "linked")
              .text("article_id", articleId(ticket.family, rng.whole(0, 1)))
              .text("account_id", account.id)
              .text("case_id", ticket.id)
              .end(),
          rng,
          null);
    }
  }

  private void survey(
      Account account,
      Case ticket,
      Account.User user,
      long at,
      boolean isResolved,
      int attempt,
      Rng rng) {
    if (!rng.chance(SENT)) {
      return;
    }
    boolean isCsat = rng.chance(0.88);
    String kind = isCsat ? "csat" : "ces";
    String id = "svy-" + ticket.id.substring(4) + "-" + at;
    long sentAt = at + rng.whole(600, 6 * 3_600);
    landing.land(
        Source.SURVEY_RESPONSE,
        sentAt,
        survey(id + "-s", id, "sent", sentAt, kind, account, ticket.id, user).end(),
        rng,
        null);
    if (!rng.chance(ANSWERED)) {
      return;
    }
    long answeredAt = sentAt + (long) Math.min(3 * Times.DAY, rng.exponential(9 * Times.HOUR) + 60);
    double mix =
        Math.min(1, Math.max(0, (isResolved ? 0.95 : 0.05) + 0.12 * ticket.skill - 0.05 * attempt));
    double mean = 0;
    double positive = 0;
    double[] running = new double[5];
    double sum = 0;
    for (int i = 0; i < 5; i++) {
      double p = mix * SCORES[1][i] + (1 - mix) * SCORES[0][i];
      mean += p * (i + 1);
      positive += i >= 3 ? p : 0;
      sum += p;
      running[i] = sum;
    }
    int score = 1 + rng.weighted(running);
    if (isCsat && Times.dayOf(answeredAt) < world.firstDay + world.days) {
      String month = Times.month(answeredAt);
      truth.rate("csat_mean", month, mean, score);
      truth.rate("csat_positive_share", month, positive, score >= 4 ? 1 : 0);
    }
    String comment =
        rng.chance(0.25)
            ? (score >= 4
                ? Texts.thanks(account.language, rng)
                : Texts.detail(account.language, account.currency, at, rng))
            : null;
    landing.land(
        Source.SURVEY_RESPONSE,
        answeredAt,
        survey(id + "-a", id, "answered", answeredAt, kind, account, ticket.id, user)
            .number("score", isCsat ? score : Math.min(7, 1 + score))
            .text("comment", comment)
            .end(),
        rng,
        null);
  }

  /** The relationship survey that a few customers get each quarter. */
  void relationship(Account account, long at, Rng rng) {
    Account.User user = rng.pick(account.users);
    String id = "nps-" + account.id.substring(4) + "-" + at;
    landing.land(
        Source.SURVEY_RESPONSE,
        at,
        survey(id + "-s", id, "sent", at, "nps", account, null, user).end(),
        rng,
        null);
    if (rng.chance(ANSWERED)) {
      long answeredAt = at + rng.whole(600, (int) (2 * Times.DAY));
      boolean isUnhappy = !account.unresolved.isEmpty() || account.isFailing(Times.dayOf(at));
      landing.land(
          Source.SURVEY_RESPONSE,
          answeredAt,
          survey(id + "-a", id, "answered", answeredAt, "nps", account, null, user)
              .number("score", isUnhappy ? rng.whole(0, 8) : rng.whole(5, 10))
              .end(),
          rng,
          null);
    }
  }

  private static Line survey(
      String id,
      String survey,
      String type,
      long at,
      String kind,
      Account account,
      @Nullable String caseId,
      Account.User user) {
    return new Line()
        .text("response_id", id)
        .text("survey_id", survey)
        .text("event_type", type)
        .instant("event_at", at)
        .text("kind", kind)
        .text("case_id", caseId)
        .text("account_id", account.id)
        .text("user_id", user.id());
  }

  private void review(Account account, Case ticket, long at, boolean isResolved) {
    String agent = ticket.agent;
    if (ticket.isReviewed || agent == null) {
      return;
    }
    ticket.isReviewed = true;
    double probability =
        switch (ticket.family.stake()) {
          case "critical" -> 0.25;
          case "high" -> 0.10;
          default -> 0.05;
        };
    if (key.unit(Long.toString(world.seed), ticket.id) >= probability) {
      return;
    }
    Rng rng = Rng.of(world.seed, 0x4E71E5, account.index, at);
    int first = rng.whole(0, reviewers.size() - 1);
    double quality = 0.6 * ticket.skill + (isResolved ? 0.5 : -0.5);
    double[] shared = new double[CRITERIA.size()];
    for (int i = 0; i < shared.length; i++) {
      shared[i] = quality + 0.7 * rng.normal();
    }
    write(account, ticket, agent, at, reviewers.get(first), probability, "random", shared, rng);
    if (rng.chance(0.2)) {
      Reviewer second =
          reviewers.get((first + rng.whole(1, reviewers.size() - 1)) % reviewers.size());
      write(account, ticket, agent, at, second, probability, "double", shared, rng);
    }
  }

  private void write(
      Account account,
      Case ticket,
      String agent,
      long at,
      Reviewer reviewer,
      double probability,
      String selection,
      double[] quality,
      Rng rng) {
    long reviewedAt = at + rng.whole((int) Times.DAY, (int) (6 * Times.DAY));
    long arrives = Times.dayOf(reviewedAt) + 7 - Times.weekday(Times.dayOf(reviewedAt));
    String id = "rvw-" + ticket.id.substring(4) + "-" + reviewer.id().substring(4);
    String amount =
        ticket.family.isHighStake()
            ? String.format(Locale.ROOT, "%.2f", Math.exp(rng.between(4, 9.5)))
            : null;
    truth.line(
        "reviews.jsonl",
        new Line()
            .text("review_id", id)
            .text("case_id", ticket.id)
            .text("agent_id", agent)
            .text("reviewer_id", reviewer.id())
            .number("inclusion_probability", probability)
            .end());
    for (int i = 0; i < CRITERIA.size(); i++) {
      Criterion criterion = CRITERIA.get(i);
      double latent = quality[i] + reviewer.bias() + 0.35 * rng.normal();
      if (latent < 0) {
        latent -= reviewer.severity();
      }
      String rating;
      if (criterion.name().equals("escalation_right") && rng.chance(0.6)
          || criterion.name().equals("disclosure_made") && rng.chance(0.3)) {
        rating = null;
      } else if (criterion.isCritical()) {
        rating = latent < -1.75 ? "0" : "1";
      } else {
        rating = Long.toString(Math.round(Math.min(4, Math.max(0, 2.9 + 0.9 * latent))));
      }
      landing.landOn(
          Source.QUALITY_REVIEW,
          arrives,
          Landing.csv(
              Source.QUALITY_REVIEW,
              id + "-" + i,
              id,
              ticket.id,
              agent,
              reviewer.id(),
              Times.instant(reviewedAt),
              "support",
              "2025.1",
              criterion.name(),
              rating,
              Double.toString(probability),
              selection,
              amount,
              amount == null ? null : account.currency,
              i == 0 && rng.chance(0.3) ? "Please link the article next time, " + agent : null));
    }
  }

  private void money(Account account, Case ticket, long at, Rng rng) {
    String family = ticket.family.name();
    boolean isLoss =
        family.contains("fraud") || family.contains("takeover") || family.contains("wrong_recip");
    String kind = isLoss && rng.chance(0.25) ? "loss" : rng.chance(0.04) ? "refund" : null;
    if (kind == null && rng.chance(0.015)) {
      kind = "fee";
    }
    if (kind == null) {
      return;
    }
    long cents = Math.round(Math.exp(rng.between(2.5, kind.equals("loss") ? 8.5 : 6)) * 100);
    pay(account, ticket.id, at + rng.whole(60, 40_000), kind, cents, rng, 1);
    if (kind.equals("loss") && rng.chance(0.4)) {
      pay(
          account,
          ticket.id,
          at + rng.whole(2, 20) * Times.DAY,
          "recovered",
          Math.round(cents * rng.between(0.2, 1)),
          rng,
          2);
    }
  }

  private void pay(
      Account account, String caseId, long at, String kind, long cents, Rng rng, int n) {
    landing.land(
        Source.MONEY_EVENT,
        at,
        new Line()
            .text("event_id", "mon-" + caseId.substring(4) + "-" + n + "-" + at)
            .text("account_id", account.id)
            .text("case_id", rng.chance(0.9) ? caseId : null)
            .instant("occurred_at", at)
            .text("kind", kind)
            .money("amount", cents)
            .text("currency", account.currency)
            .end(),
        rng,
        null);
  }
}
