package io.supportlake.gold.churn;

import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.apache.spark.sql.Column;

/**
 * The columns of gold.churn_feature that models read, each with its theme and its words. Adding a
 * feature is one line here and one column in the contract.
 */
enum Feature {
  TENURE_DAYS("tenure", "customer for %s", "day"),
  PLAN_RANK("contract", "%s plan", "plan"),
  RECURRING_REVENUE_AMOUNT("contract", "monthly revenue of %s", "money"),
  DAYS_TO_RENEWAL("contract", "%s to renewal", "day"),
  CONTACTS_30D("support", "%s in 30 days", "contact"),
  CONTACTS_90D("support", "%s in 90 days", "contact"),
  UNRESOLVED_30D("resolution", "%s in 30 days", "unresolved issue"),
  UNRESOLVED_HIGH_STAKE_30D("resolution", "%s in 30 days", "unresolved high-stake issue"),
  UNRESOLVED_HIGH_STAKE_90D("resolution", "%s in 90 days", "unresolved high-stake issue"),
  REOPENS_90D("resolution", "%s in 90 days", "reopened case"),
  ESCALATIONS_90D("resolution", "%s in 90 days", "escalation"),
  REPEAT_CONTACTS_90D("resolution", "%s about the same issue in 90 days", "repeat contact"),
  MEAN_FIRST_REPLY_HOURS_90D("support", "%s to a first reply on average in 90 days", "hour"),
  NEGATIVE_SENTIMENT_90D("satisfaction", "%s of messages negative in 90 days", "share"),
  LAST_CSAT_SCORE("satisfaction", "last satisfaction score %s of 5", "number"),
  EVENTS_28D("usage", "%s in 28 days", "product event"),
  EVENTS_TREND("usage", "usage %s against the 28 days before", "trend"),
  USAGE_AGAINST_USUAL("usage", "usage %s against its usual level", "trend"),
  ACTIVE_DAYS_28D("usage", "%s in 28 days", "active day"),
  FEATURES_USED_28D("usage", "%s used in 28 days", "feature"),
  FAILURE_SHARE_28D("integration", "%s of product events failed in 28 days", "share"),
  INTEGRATION_FAILURES_28D("integration", "%s in 28 days", "failed integration event"),
  ERRORS_28D("integration", "%s in 28 days", "application error"),
  DAYS_SINCE_LAST_USE("usage", "%s since last use", "day"),
  REFUND_AMOUNT_90D("money", "refunds of %s in 90 days", "money"),
  LOSS_AMOUNT_90D("money", "losses of %s in 90 days", "money");

  /** Themes in a fixed order; every score has a reason for each. */
  static final List<String> THEMES =
      List.of(
          "support",
          "resolution",
          "usage",
          "integration",
          "satisfaction",
          "money",
          "contract",
          "tenure");

  private final String theme;
  private final String words;
  private final String unit;

  Feature(String theme, String words, String unit) {
    this.theme = theme;
    this.words = words;
    this.unit = unit;
  }

  /** Name of the column. */
  String column() {
    return name().toLowerCase(Locale.ROOT);
  }

  String theme() {
    return theme;
  }

  /** Column names in order. */
  static String[] columns() {
    return Arrays.stream(values()).map(Feature::column).toArray(String[]::new);
  }

  /**
   * The feature of a column.
   *
   * @throws IllegalArgumentException when there is none, as after a feature was renamed
   */
  static Feature of(String column) {
    return Arrays.stream(values())
        .filter(f -> f.column().equals(column))
        .findFirst()
        .orElseThrow(() ->
            new IllegalArgumentException(
                "the model reads the feature %s, which gold.churn_feature no longer has; train again"
                    .formatted(column)));
  }

  /** All values of a row as one array of doubles in the order of the enum; missing is NaN. */
  static Column vector() {
    return array(
        Arrays.stream(values())
            .map(f -> coalesce(col(f.column()).cast("double"), lit(Double.NaN)))
            .toArray(Column[]::new));
  }

  /**
   * A value and its place among peers as a sentence.
   *
   * @param value NaN = missing
   * @param percentile share of peers with a smaller value; NaN = not known
   * @param currency of money
   */
  String sentence(double value, double percentile, String currency) {
    if (Double.isNaN(value)) {
      return sentenceCase(missing());
    }
    if (this == DAYS_TO_RENEWAL && value < 0) {
      return sentenceCase("%s past renewal".formatted(amount(-value, currency)))
          + among(percentile);
    }
    return sentenceCase(words.formatted(amount(value, currency))) + among(percentile);
  }

  private String missing() {
    return switch (this) {
      case DAYS_TO_RENEWAL -> "no renewal date known";
      case MEAN_FIRST_REPLY_HOURS_90D -> "no reply to a contact in 90 days";
      case NEGATIVE_SENTIMENT_90D -> "no messages in 90 days";
      case LAST_CSAT_SCORE -> "never answered a satisfaction survey";
      case FAILURE_SHARE_28D -> "no product use in 28 days";
      case DAYS_SINCE_LAST_USE -> "no product use in 120 days";
      case EVENTS_TREND -> "no product use in 56 days";
      case USAGE_AGAINST_USUAL -> "no product use in 120 days";
      case RECURRING_REVENUE_AMOUNT -> "monthly revenue not known";
      case TENURE_DAYS,
          PLAN_RANK,
          CONTACTS_30D,
          CONTACTS_90D,
          UNRESOLVED_30D,
          UNRESOLVED_HIGH_STAKE_30D,
          UNRESOLVED_HIGH_STAKE_90D,
          REOPENS_90D,
          ESCALATIONS_90D,
          REPEAT_CONTACTS_90D,
          EVENTS_28D,
          ACTIVE_DAYS_28D,
          FEATURES_USED_28D,
          INTEGRATION_FAILURES_28D,
          ERRORS_28D,
          REFUND_AMOUNT_90D,
          LOSS_AMOUNT_90D ->
          "%s not known".formatted(column().replace('_', ' '));
    };
  }

  private String amount(double value, String currency) {
    return switch (unit) {
      case "money" -> String.format(Locale.ROOT, "%,.2f %s", value, currency);
      case "share" -> String.format(Locale.ROOT, "%.0f %%", 100 * value);
      case "number" -> String.format(Locale.ROOT, "%.0f", value);
      case "plan" ->
          switch ((int) value) {
            case 1 -> "starter";
            case 2 -> "growth";
            case 3 -> "scale";
            case 4 -> "enterprise";
            default -> "unknown";
          };
      case "trend" -> trend(value);
      case "hour" -> String.format(Locale.ROOT, "%.1f hours", value);
      default ->
          String.format(Locale.ROOT, "%,.0f %s", value, Math.round(value) == 1 ? unit : plural());
    };
  }

  private String plural() {
    return unit + "s";
  }

  private static String trend(double logRatio) {
    long percent = Math.round(100 * Math.expm1(logRatio));
    if (percent == 0) {
      return "unchanged";
    }
    return String.format(
        Locale.ROOT, "%s by %,d %%", percent < 0 ? "down" : "up", Math.abs(percent));
  }

  private static String among(double percentile) {
    if (Double.isNaN(percentile)) {
      return "";
    }
    long below = (long) Math.floor(100 * percentile);
    if (below >= 50) {
      return ", more than %d %% of customers".formatted(below);
    }
    // The share with a smaller value says nothing of ties, so "less than" is not claimed.
    return below == 0
        ? ", among the lowest of all customers"
        : ", more than only %d %% of customers".formatted(below);
  }

  private static String sentenceCase(String words) {
    return Character.toUpperCase(words.charAt(0)) + words.substring(1);
  }
}
