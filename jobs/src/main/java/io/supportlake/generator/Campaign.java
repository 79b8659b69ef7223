package io.supportlake.generator;

import io.supportlake.rules.KeyedHash;
import java.util.ArrayList;
import java.util.List;

/** The past campaign: a randomised offer that lowers the churn hazard of the treated arm. */
final class Campaign {
  private static final double TREATED_SHARE = 0.5;

  private final World world;
  private final Landing landing;
  private final Truth truth;
  private final KeyedHash key;
  private final List<Account> treated = new ArrayList<>();
  private final List<Account> control = new ArrayList<>();

  Campaign(World world, Landing landing, Truth truth, KeyedHash key) {
    this.world = world;
    this.landing = landing;
    this.truth = truth;
    this.key = key;
  }

  /** Assigns arms on the morning of the first day, by what was known on the evening before. */
  void start(List<Account> accounts) {
    for (Account account : accounts) {
      boolean isEligible =
          account.isLive()
              && account.status.equals("active")
              && (account.plan == 1 || account.plan == 2)
              && account.startDay <= world.campaignDay - 90
              && !account.isOptedOut
              && !account.isVulnerable
              && account.suppressedUntil < world.campaignDay;
      if (!isEligible) {
        continue;
      }
      account.isTreated = key.unit(Generator.CAMPAIGN, account.id) < TREATED_SHARE;
      (account.isTreated ? treated : control).add(account);
      if (account.isTreated) {
        dispose(account);
      }
    }
  }

  private void dispose(Account account) {
    Rng rng = Rng.of(world.seed, 0xCA4B, account.index);
    int attempts = rng.chance(0.85) ? rng.whole(1, 2) : 0;
    for (int i = 0; i < attempts; i++) {
      long at =
          (world.campaignDay + rng.whole(0, 20)) * Times.DAY + rng.whole(8 * 3_600, 17 * 3_600);
      landing.landOnTime(
          Source.OUTREACH_DISPOSITION,
          at,
          Landing.csv(
              Source.OUTREACH_DISPOSITION,
              "dsp-" + account.id.substring(4) + "-" + i,
              null,
              Generator.CAMPAIGN,
              account.id,
              Times.instant(at),
              rng.pick("phone", "email", "meeting", "in_app"),
              rng.pick("reached", "reached", "no_answer", "declined", "resolved", "scheduled"),
              account.owner,
              rng.chance(0.4) ? "Spoke about open issues, \"next step\" agreed" : null));
    }
  }

  /** The truth, with what each arm did in the 90 and 120 days from the start. */
  void write(List<Account> accounts) {
    String arms =
        new Line()
            .text("campaign_id", Generator.CAMPAIGN)
            .text("start_date", Times.date(world.campaignDay))
            .text(
                "eligibility",
                "status active and plan growth or scale at the start of the day, first account"
                    + " change at least 90 days before, neither opted out nor suppressed nor"
                    + " vulnerable, by records arrived before that day")
            .texts("plans", List.of("growth", "scale"))
            .number("minimum_tenure_days", 90)
            .text(
                "arm_rule", "treatment if keyed unit(campaign_id, account_id) < 0.5, else control")
            .number("treated_share", 0.5)
            .number("hazard_ratio", 0.45)
            .number("effect_days", 120)
            .number("accounts", accounts.size())
            .number("treated", treated.size())
            .number("control", control.size())
            .number("treated_churned_90", churned(treated, 90))
            .number("control_churned_90", churned(control, 90))
            .number("treated_churned_120", churned(treated, 120))
            .number("control_churned_120", churned(control, 120))
            .end();
    truth.file("campaign.json", arms);
  }

  private long churned(List<Account> arm, int days) {
    return arm.stream()
        .filter(account -> {
          Long churn = account.churnDay;
          return churn != null && churn < world.campaignDay + days;
        })
        .count();
  }
}
