package io.supportlake.report;

import io.supportlake.report.ReportModel.Estimate;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Numbers as readers of English expect them, by unit: shares as percentages, minutes as hours and
 * days, amounts with their currency code. A real minus sign, and no line break inside a figure.
 */
public final class Figures {
  /** What stands where there is no number. */
  public static final String NONE = "–";

  private static final char SPACE = '\u00a0';
  private static final DateTimeFormatter DAY =
      DateTimeFormatter.ofPattern("d MMM uuuu", Locale.ENGLISH);
  private static final DateTimeFormatter MONTH =
      DateTimeFormatter.ofPattern("MMMM uuuu", Locale.ENGLISH);
  private static final DateTimeFormatter SHORT_MONTH =
      DateTimeFormatter.ofPattern("MMM uuuu", Locale.ENGLISH);

  private final String unit;
  private final String currency;

  private Figures(String unit, String currency) {
    this.unit = unit;
    this.currency = currency;
  }

  /** Figures of a unit; amounts are in the currency (ISO 4217). */
  public static Figures of(String unit, String currency) {
    return new Figures(unit, currency);
  }

  private enum Kind {
    SHARE,
    MINUTES,
    POINTS,
    HUNDREDTHS,
    AMOUNT,
    NUMBER
  }

  private Kind kind() {
    return switch (unit) {
      case "share" -> Kind.SHARE;
      case "minutes", "business minutes" -> Kind.MINUTES;
      case "points" -> Kind.POINTS;
      case "score 0 to 1" -> Kind.HUNDREDTHS;
      default -> unit.contains("currency") ? Kind.AMOUNT : Kind.NUMBER;
    };
  }

  /** What the numbers are measured in, for axes and table heads. */
  public String axis() {
    return switch (kind()) {
      case SHARE -> "percent";
      case MINUTES -> unit.startsWith("business") ? "business hours" : "hours";
      case POINTS -> "points";
      case HUNDREDTHS -> "points of 100";
      case AMOUNT -> currency + remainder();
      case NUMBER -> unit;
    };
  }

  /** The factor from stored values to the axis. */
  double axisFactor() {
    return switch (kind()) {
      case SHARE, HUNDREDTHS -> 100;
      case MINUTES -> 1.0 / 60;
      case POINTS, AMOUNT, NUMBER -> 1;
    };
  }

  /** What an amount is per, for example {@code reporting currency per contact}. */
  private String remainder() {
    int per = unit.indexOf("per ");
    return per < 0 ? "" : " " + unit.substring(per);
  }

  /** A value with its unit. */
  public String value(double value) {
    return switch (kind()) {
      case SHARE -> number(value * 100, 1) + "%";
      case MINUTES -> duration(value);
      case POINTS -> number(value, 1);
      case HUNDREDTHS -> number(value * 100, 1);
      case AMOUNT -> currency + SPACE + number(value, 2);
      case NUMBER -> number(value, Math.abs(value) < 10 ? 2 : 1);
    };
  }

  /** A value with its unit, or a dash. */
  public String value(@Nullable Estimate estimate) {
    return estimate == null ? NONE : value(estimate.value());
  }

  /** Both bounds, or a dash. */
  public String interval(@Nullable Estimate estimate) {
    return estimate == null || estimate.low() == null || estimate.high() == null
        ? NONE
        : value(estimate.low()) + " to " + value(estimate.high());
  }

  /** A difference with its sign; shares in percentage points. */
  public String change(double change) {
    String sign = change > 0 ? "+" : "";
    return switch (kind()) {
      case SHARE -> sign + number(change * 100, 1) + SPACE + "pp";
      case AMOUNT -> currency + SPACE + sign + number(change, 2);
      case MINUTES, POINTS, HUNDREDTHS, NUMBER -> sign + value(change);
    };
  }

  /** Both bounds of a difference, or a dash. */
  public String changeInterval(@Nullable Estimate change) {
    return change == null || change.low() == null || change.high() == null
        ? NONE
        : change(change.low()) + " to " + change(change.high());
  }

  /** Whole money with its currency code and always a sign. */
  public static String signedMoney(BigDecimal amount, String currency) {
    String text = money(amount, currency);
    return amount.signum() > 0 ? text.replace(currency + SPACE, currency + SPACE + "+") : text;
  }

  /** A share of the old value with its sign. */
  public static String relative(double share) {
    return (share > 0 ? "+" : "") + number(share * 100, 1) + "%";
  }

  /** A share as a percentage. */
  public static String percent(double share) {
    return number(share * 100, 1) + "%";
  }

  /** Whole money with its currency code; the sign only when negative. */
  public static String money(BigDecimal amount, String currency) {
    return currency + SPACE + number(amount.setScale(0, RoundingMode.HALF_UP).doubleValue(), 0);
  }

  /** A count. */
  public static String count(long count) {
    return number(count, 0);
  }

  /** A day. */
  public static String day(LocalDate day) {
    return day.format(DAY).replace(' ', SPACE);
  }

  /** A month in full. */
  public static String month(YearMonth month) {
    return month.format(MONTH);
  }

  /** A month, short. */
  public static String shortMonth(YearMonth month) {
    return month.format(SHORT_MONTH).replace(' ', SPACE);
  }

  /** A plain number with up to so many decimals, always that many. */
  static String number(double value, int decimals) {
    DecimalFormatSymbols symbols = DecimalFormatSymbols.getInstance(Locale.ENGLISH);
    DecimalFormat format = new DecimalFormat("#,##0", symbols);
    format.setRoundingMode(RoundingMode.HALF_UP);
    format.setMinimumFractionDigits(decimals);
    format.setMaximumFractionDigits(decimals);
    String text = format.format(Math.abs(value));
    boolean isZero = text.chars().noneMatch(c -> c >= '1' && c <= '9');
    return value < 0 && !isZero ? "\u2212" + text : text;
  }

  private static String duration(double minutes) {
    double size = Math.abs(minutes);
    String sign = minutes < 0 && size >= 0.5 ? "\u2212" : "";
    if (size < 99.5) {
      return sign + number(size, 0) + SPACE + "min";
    }
    return size < 48 * 60
        ? sign + number(size / 60, 1) + SPACE + "h"
        : sign + number(size / (24 * 60), 1) + SPACE + "days";
  }
}
