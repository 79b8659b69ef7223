package io.supportlake.platform;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.last_day;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.not;

import java.time.LocalDate;
import java.util.SortedSet;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.delta.actions.AddFile;

/**
 * The days whose rows a build replaces.
 *
 * @param column the rows' date
 * @param days that are replaced
 * @param isTillMonthEnd whether rows of all other days go too that are no month's last
 */
record ReplacedDays(String column, SortedSet<LocalDate> days, boolean isTillMonthEnd) {
  /** Whether a row stays; one without a date does. */
  Column isKept() {
    Column day = col("`" + column + "`");
    Column isReplaced = day.isInCollection(days);
    return not(
        coalesce(
            isTillMonthEnd ? isReplaced.or(day.notEqual(last_day(day))) : isReplaced, lit(false)));
  }

  /** Whether a file may hold rows that go, by the least and the greatest date in Delta's log. */
  boolean mayLieIn(AddFile file) {
    FileStatistics statistics = FileStatistics.of(file);
    LocalDate least = statistics.leastDate(column);
    LocalDate greatest = statistics.greatestDate(column);
    if (least == null || greatest == null) {
      return true;
    }
    boolean isMonthEnd = least.equals(greatest) && least.getDayOfMonth() == least.lengthOfMonth();
    return (isTillMonthEnd && !isMonthEnd) || !days.subSet(least, greatest.plusDays(1)).isEmpty();
  }
}
