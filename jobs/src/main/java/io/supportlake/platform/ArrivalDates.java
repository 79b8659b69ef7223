package io.supportlake.platform;

import io.supportlake.platform.ManifestFiles.TakenFile;
import java.io.Serializable;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.unsafe.types.UTF8String;
import org.jspecify.annotations.Nullable;

/**
 * The day that a record's file arrived. A join would carry every record's file by another row.
 *
 * <p>It is called from generated code, so it is public.
 */
public final class ArrivalDates implements Serializable {
  private static final long serialVersionUID = 1;

  /** Days since 1970, as Spark holds them, by path. */
  private final HashMap<UTF8String, Integer> days;

  private ArrivalDates(Map<UTF8String, Integer> days) {
    this.days = new HashMap<>(days);
  }

  /**
   * Of a column of paths below the landing zone.
   *
   * @param files all that the paths may be of
   */
  static Column of(List<TakenFile> files, Column path) {
    Map<UTF8String, Integer> days = new HashMap<>();
    files.forEach(
        f -> days.put(UTF8String.fromString(f.path()), (int) f.arrivalDate().toEpochDay()));
    return JavaCall.of(new ArrivalDates(days), "day", DataTypes.DateType, path);
  }

  /** Of a path, as Spark's generated code has it. */
  public int day(UTF8String path) {
    Integer day = days.get(path);
    if (day == null) {
      throw new IllegalStateException(
          "Spark has read a record of %s, which the run did not plan to read. Nothing was appended. This is a fault of the program: report it with this message; until it is mended, whoever runs the pipeline takes the file out of the landing zone."
              .formatted(path));
    }
    return day;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof ArrivalDates dates && dates.days.equals(days);
  }

  @Override
  public int hashCode() {
    return days.hashCode();
  }
}
