package io.supportlake.generator;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Product usage with its failures, and the log lines of the services behind the features. */
final class Telemetry {
  private static final double[] WEEK = {1.08, 1.12, 1.1, 1.05, 0.95, 0.3, 0.25};
  private static final double DEVICE_FROM = 0.6;

  /** Templates per service; %s is variable: id, number, host, duration. */
  private static final List<List<String>> TEMPLATES =
      List.of(
          List.of(
              "Authorisation %s declined by acquirer with code %d",
              "Timeout after %dms calling acquirer host %h",
              "Idempotency conflict for payment %s",
              "Card network retry %d of 3 for payment %s",
              "3DS challenge %s abandoned after %d seconds"),
          List.of(
              "Payout batch %s rejected by bank: reason AC%d",
              "Insufficient reserve for payout %s, missing %d cents",
              "Beneficiary check failed for account %p",
              "FX quote %s expired %d ms ago",
              "Payout file %s has %d lines over the limit",
              "Lock wait timeout on balance %s after %dms"),
          List.of(
              "Ledger sync for tenant %s failed: HTTP %d from %h",
              "Invoice %s has unknown tax code %d",
              "Rate limited by accounting API, retry in %d s",
              "Cannot match payout %s to journal, difference %d cents",
              "Attachment %s exceeds %d bytes"),
          List.of(
              "Bank consent %s expired for institution %d",
              "Aggregator %h returned status %d",
              "Duplicate transaction id %s skipped",
              "Parsing statement line %d failed in file %s",
              "Token refresh failed for connection %s"),
          List.of(
              "Forecast model for tenant %s needs %d more days of data",
              "Scenario %s not found",
              "Category rule %d of tenant %s is circular",
              "Credit decision %s pending after %d attempts"),
          List.of(
              "Request %s rejected: rate limit %d per minute exceeded",
              "Upstream %h unavailable, circuit open for %dms",
              "Invalid API key prefix sk_%s",
              "Schema validation failed at field %d of request %s",
              "Response for %s took %dms"),
          List.of(
              "Webhook delivery %s to %h failed with %d",
              "Signature header missing for endpoint %s",
              "Endpoint %h disabled after %d failures",
              "Queue depth %d above threshold for shard %s"),
          List.of(
              "Login of user %m blocked after %d attempts",
              "Document %s unreadable on page %d",
              "OTP for session %s expired",
              "Watchlist service %h returned %d hits",
              "Password policy refused for user %s from %i",
              "Session %s revoked from address %i"));

  private final World world;
  private final Landing landing;
  private final Truth truth;
  private final long lastSecond;

  Telemetry(World world, Landing landing, Truth truth) {
    this.world = world;
    this.landing = landing;
    this.truth = truth;
    this.lastSecond = (world.firstDay + world.days) * Times.DAY;
  }

  static double weekFactor(long day) {
    return WEEK[Times.weekday(day)];
  }

  /** One account's day of usage; gives the number of events. */
  int day(Account account, long day, Rng rng) {
    double mean = account.level() * account.trend(day) * weekFactor(day);
    int count = rng.poisson(mean);
    boolean isFailing = account.isFailing(day);
    boolean hasDevice = day >= world.firstDay + (long) (DEVICE_FROM * world.days);
    for (int i = 0; i < count; i++) {
      int hour = Math.min(23, Math.max(0, (int) Math.round(12.5 + 3.4 * rng.normal())));
      long at = Times.local(day, hour * 3_600 + rng.whole(0, 3_599), account.zone);
      World.Feature failing = account.failingFeature;
      World.Feature feature =
          isFailing && failing != null && rng.chance(0.25)
              ? failing
              : world.features.get(rng.weighted(account.featureWeights));
      event(account, at, feature, isFailing && feature == failing, hasDevice, rng);
    }
    if (isFailing && account.failingFeature != null) {
      int retries = rng.poisson(0.8);
      for (int i = 0; i < retries; i++) {
        long at = day * Times.DAY + rng.whole(0, 86_399);
        error(account, null, at, account.failingFeature, null, rng);
      }
    }
    return count;
  }

  private void event(
      Account account,
      long at,
      World.Feature feature,
      boolean isBroken,
      boolean hasDevice,
      Rng rng) {
    World.Incident incident = incident(account, feature, at);
    double failure = incident != null ? 0.55 : isBroken ? 0.6 : 0.025;
    boolean isFailure = rng.chance(failure);
    boolean isCore = rng.chance(0.55);
    boolean movesMoney = isCore && feature.product().equals("payments") && !isFailure;
    Account.User user = rng.pick(account.users);
    String code = isFailure ? "E" + (1_000 + 37 * feature.index() % 900) : null;
    Line line =
        new Line()
            .text("event_id", "use-" + account.id.substring(4) + "-" + account.nextUsage++)
            .text("account_id", account.id)
            .text("user_id", user.id())
            .instant("event_at", at)
            .text("product", feature.product())
            .text("feature", feature.name())
            .text("action", isCore ? "complete" : rng.pick("view", "edit", "search"))
            .text("result", isFailure ? "failure" : "success")
            .flag("is_core", isCore)
            .text("app_version", world.version(at))
            .text("error_code", code);
    if (movesMoney) {
      line.money("amount", Math.round(100 * Math.exp(rng.between(2, 8.5))))
          .text("currency", account.currency);
    }
    if (hasDevice) {
      line.text("device", rng.pick("web", "web", "ios", "android", "server"));
    }
    landing.land(Source.USAGE_EVENT, at, line.end(), rng, Telemetry::corrected);
    if (isFailure && rng.chance(0.9)) {
      error(account, user.id(), at + 1, feature, incident, rng);
    }
  }

  static String corrected(String line) {
    return line.contains("\"result\":\"failure\"")
        ? line.replace("\"result\":\"failure\"", "\"result\":\"success\"")
        : line.replaceFirst("\"app_version\":\"5", "\"app_version\":\"v5");
  }

  private World.@Nullable Incident incident(Account account, World.Feature feature, long at) {
    for (World.Incident incident : world.incidents) {
      if (incident.feature() == feature
          && at >= incident.errorsFrom()
          && at < incident.until()
          && isStruck(account, incident)) {
        return incident;
      }
    }
    return null;
  }

  /** Whether an account feels an incident. */
  boolean isStruck(Account account, World.Incident incident) {
    return account.uses(incident.feature())
        && Rng.of(world.seed, 0x57411C4, account.index, incident.releasedAt())
            .chance(incident.share());
  }

  private void error(
      Account account,
      @Nullable String user,
      long at,
      World.Feature feature,
      World.@Nullable Incident incident,
      Rng rng) {
    String message;
    if (incident == null) {
      List<String> templates = TEMPLATES.get(World.services().indexOf(feature.service()));
      message = fill(rng.pick(templates), rng, user);
    } else {
      message =
          incident
              .template()
              .replaceFirst("%s", rng.hex(8))
              .replaceFirst("%s", Integer.toString(rng.whole(2, 9_999)));
      truth.count(incident.id() + "-errors");
    }
    String id = "log-" + account.id.substring(4) + "-" + account.nextUsage++;
    line(id, at, feature.service(), "ERROR", account.id, user, feature.name(), message, rng);
  }

  /** Background noise of the services, without or with the account served. */
  void noise(long day, int accounts, Rng rng) {
    for (int s = 0; s < TEMPLATES.size(); s++) {
      int count = rng.poisson(accounts * 0.018 * weekFactor(day) + 1);
      for (int i = 0; i < count; i++) {
        long at = day * Times.DAY + rng.whole(0, 86_399);
        String message = fill(rng.pick(TEMPLATES.get(s)), rng, null);
        double severity = rng.unit();
        String level =
            severity < 0.08
                ? "INFO"
                : severity < 0.5 ? "WARN" : severity < 0.99 ? "ERROR" : "FATAL";
        line(
            "log-" + day + "-" + s + "-" + i,
            at,
            World.services().get(s),
            level,
            null,
            null,
            null,
            message,
            rng);
      }
    }
  }

  /** The incident's own lines from its services, which begin before anybody writes in. */
  void outbreak(World.Incident incident, long day, int accounts, Rng rng) {
    if (day < Times.dayOf(incident.errorsFrom()) || day > Times.dayOf(incident.until())) {
      return;
    }
    int count = 8 + rng.poisson(accounts * 0.03);
    long from = Math.max(day * Times.DAY, incident.errorsFrom());
    long to = Math.min((day + 1) * Times.DAY, incident.until());
    if (to <= from) {
      return;
    }
    for (int i = 0; i < count; i++) {
      long at = from + rng.whole(0, (int) (to - from - 1));
      String message =
          incident
              .template()
              .replaceFirst("%s", rng.hex(8))
              .replaceFirst("%s", Integer.toString(rng.whole(2, 9_999)));
      truth.count(incident.id() + "-errors");
      line(
          "log-" + incident.id() + "-" + day + "-" + i,
          at,
          incident.feature().service(),
          "ERROR",
          null,
          null,
          incident.feature().name(),
          message,
          rng);
    }
  }

  private void line(
      String id,
      long at,
      String service,
      String severity,
      @Nullable String account,
      @Nullable String user,
      @Nullable String feature,
      String message,
      Rng rng) {
    if (at >= lastSecond) {
      return;
    }
    landing.land(
        Source.ERROR_LOG,
        at,
        new Line()
            .text("log_id", id)
            .instant("logged_at", at)
            .text("service", service)
            .text("release", world.version(at))
            .text("severity", severity)
            .text("account_id", account)
            .text("user_id", user)
            .text("feature", feature)
            .text("trace_id", rng.hex(16))
            .text("message", message)
            .end(),
        rng,
        null);
  }

  private static String fill(String template, Rng rng, @Nullable String user) {
    StringBuilder out = new StringBuilder(template.length() + 24);
    for (int i = 0; i < template.length(); i++) {
      char c = template.charAt(i);
      if (c != '%') {
        out.append(c);
        continue;
      }
      i++;
      switch (template.charAt(i)) {
        case 's' -> out.append(rng.hex(10));
        case 'd' -> out.append(rng.whole(2, 9_999));
        case 'h' ->
            out.append(rng.pick("acq", "psp", "bank", "erp"))
                .append('-')
                .append(rng.whole(1, 40))
                .append(".example.net:")
                .append(rng.pick("443", "8443"));
        case 'i' ->
            out.append(rng.whole(11, 220))
                .append('.')
                .append(rng.whole(0, 255))
                .append('.')
                .append(rng.whole(0, 255))
                .append('.')
                .append(rng.whole(1, 254));
        case 'p' -> out.append(Pii.iban(rng, "DE").replace(" ", ""));
        default ->
            out.append(user == null ? "user" + rng.whole(1, 99_999) : user).append("@shop.example");
      }
    }
    return out.toString();
  }
}
