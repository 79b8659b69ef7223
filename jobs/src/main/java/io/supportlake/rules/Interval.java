package io.supportlake.rules;

/**
 * A closed interval {@code [low, high]} in the unit of the estimate it belongs to.
 *
 * @param low lower limit; may be negative infinity
 * @param high upper limit, at least {@code low}; may be positive infinity
 */
public record Interval(double low, double high) {

  /**
   * @throws IllegalArgumentException when a limit is NaN or the limits are in the wrong order
   */
  public Interval {
    Require.that(low <= high, "an interval needs low <= high, was [%s, %s]", low, high);
  }

  /** True when {@code value} lies within the interval, limits included. */
  public boolean contains(double value) {
    return low <= value && value <= high;
  }

  /** {@code high - low}. */
  public double width() {
    return high - low;
  }

  /** The interval with each limit moved to the nearest value that is possible. */
  public Interval within(double least, double most) {
    return new Interval(Math.clamp(low, least, most), Math.clamp(high, least, most));
  }

  /** The interval with both limits divided by a positive {@code divisor}. */
  Interval dividedBy(double divisor) {
    return new Interval(low / divisor, high / divisor);
  }
}
