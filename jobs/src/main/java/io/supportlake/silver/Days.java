package io.supportlake.silver;

import static org.apache.spark.sql.functions.date_add;
import static org.apache.spark.sql.functions.from_utc_timestamp;
import static org.apache.spark.sql.functions.to_date;
import static org.apache.spark.sql.functions.to_utc_timestamp;

import io.supportlake.Settings;
import org.apache.spark.sql.Column;

/** Days of the reporting zone: from local midnight to the next, so 23 to 25 hours long. */
final class Days {
  private Days() {}

  /** The reporting day of an instant; null stays null. */
  static Column of(Column instant, Settings settings) {
    return to_date(from_utc_timestamp(instant, settings.reportingZone().getId()));
  }

  /** The instant at which a reporting day is over; null stays null. */
  static Column end(Column day, Settings settings) {
    return to_utc_timestamp(date_add(day, 1).cast("timestamp"), settings.reportingZone().getId());
  }
}
