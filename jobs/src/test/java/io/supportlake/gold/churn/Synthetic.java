package io.supportlake.gold.churn;

import io.supportlake.platform.Contracts;
import io.supportlake.testing.Rows;
import java.time.LocalDate;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * 300 accounts at 18 month ends whose churn follows a known logistic hazard in four of the
 * features, drawn with a fixed seed.
 */
record Synthetic(Rows features, Rows labels) {
  static final int ACCOUNTS = 300;

  /** Month ends from June 2024 to November 2025. */
  static final List<LocalDate> LANDMARKS =
      IntStream.range(0, 18)
          .mapToObj(m -> LocalDate.of(2024, 7, 1).plusMonths(m).minusDays(1))
          .toList();

  /** All labels of {@link #LANDMARKS} have matured. */
  static final LocalDate AS_OF = LocalDate.of(2026, 3, 31);

  /** This account left in every landmark's gap. */
  static final String IN_GAP = "a000";

  static Synthetic of(Contracts contracts, List<LocalDate> landmarks) {
    Rows features = Rows.of(contracts, "gold.churn_feature");
    Rows labels = Rows.of(contracts, "gold.churn_label");
    for (LocalDate landmark : landmarks) {
      Random random = new Random(landmark.toEpochDay());
      for (int a = 0; a < ACCOUNTS; a++) {
        String account = "a%03d".formatted(a);
        int unresolved = Math.max(0, random.nextInt(6) - 2);
        double trend = random.nextGaussian();
        int renewal = random.nextInt(365);
        Integer csat = random.nextInt(3) == 0 ? null : Integer.valueOf(1 + random.nextInt(5));
        double hazard =
            -3
                + 0.9 * unresolved
                - 1.1 * trend
                + (renewal < 60 ? 1 : 0)
                - (csat == null ? 0 : 0.3 * (csat - 3));
        boolean churned = random.nextDouble() < 1 / (1 + Math.exp(-hazard));
        var _ =
            features.with(
                "landmark_date",
                landmark,
                "account_id",
                account,
                "tenure_days",
                30 + random.nextInt(900),
                "plan_rank",
                1 + a % 4,
                "recurring_revenue_amount",
                a % 10 == 3 ? null : String.valueOf(50 + a),
                "days_to_renewal",
                renewal,
                "contacts_90d",
                random.nextInt(9),
                "unresolved_30d",
                unresolved + random.nextInt(2),
                "unresolved_high_stake_30d",
                unresolved,
                "last_csat_score",
                csat,
                "events_28d",
                random.nextInt(5_000),
                "events_trend",
                trend,
                "failure_share_28d",
                random.nextInt(4) == 0 ? null : random.nextDouble() / 10,
                "refund_amount_90d",
                String.valueOf(random.nextInt(90)));
        boolean isInGap = account.equals(IN_GAP);
        var _ = label(labels, landmark, account, "contractual", churned && !isInGap, isInGap);
        var _ = label(labels, landmark, account, "behavioural", !churned, false);
      }
    }
    return new Synthetic(features, labels);
  }

  private static Rows label(
      Rows labels,
      LocalDate landmark,
      String account,
      String kind,
      boolean isChurned,
      boolean isInGap) {
    return labels.with(
        "landmark_date",
        landmark,
        "account_id",
        account,
        "label_kind",
        kind,
        "is_churned",
        isChurned,
        "is_churned_in_gap",
        isInGap,
        "matured_on",
        landmark.plusDays(104));
  }
}
