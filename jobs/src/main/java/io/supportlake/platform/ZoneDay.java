package io.supportlake.platform;

import java.io.Serializable;
import java.time.Instant;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;
import java.util.concurrent.TimeUnit;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.types.DataTypes;
import org.jspecify.annotations.Nullable;

/**
 * The day of an instant in a zone. Spark's functions ask the zone's rules twice for every row; here
 * they are asked where an instant lies beyond the offset's last or next change.
 *
 * <p>It is called from generated code, so it is public.
 */
public final class ZoneDay implements Serializable {
  private static final long serialVersionUID = 1;

  private static final long MICROS_OF_A_DAY = TimeUnit.DAYS.toMicros(1);

  private final ZoneId zone;
  private transient long from;
  private transient long to;
  private transient long offset;

  private ZoneDay(ZoneId zone) {
    this.zone = zone;
  }

  /** Of a column of instants; null of null. */
  static Column of(Column instant, ZoneId zone) {
    return JavaCall.of(new ZoneDay(zone), "day", DataTypes.DateType, instant);
  }

  /** Days since 1970, of microseconds since then. */
  public int day(long micros) {
    if (micros < from || micros >= to) {
      findOffset(micros);
    }
    return (int) Math.floorDiv(micros + offset, MICROS_OF_A_DAY);
  }

  private void findOffset(long micros) {
    ZoneRules rules = zone.getRules();
    Instant at = Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
    offset = TimeUnit.SECONDS.toMicros(rules.getOffset(at).getTotalSeconds());
    // A change at the very instant is the last before what follows it.
    from = micros(rules.previousTransition(at.plusNanos(1)), Long.MIN_VALUE);
    to = micros(rules.nextTransition(at), Long.MAX_VALUE);
  }

  private static long micros(@Nullable ZoneOffsetTransition change, long none) {
    return change == null ? none : TimeUnit.SECONDS.toMicros(change.toEpochSecond());
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof ZoneDay day && day.zone.equals(zone);
  }

  @Override
  public int hashCode() {
    return zone.hashCode();
  }
}
