package io.supportlake.platform;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.from_utc_timestamp;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.to_date;
import static org.assertj.core.api.Assertions.assertThat;

import io.supportlake.testing.SparkSuite;
import java.time.Instant;
import java.time.ZoneId;
import java.time.zone.ZoneOffsetTransition;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ZoneDayTest extends SparkSuite {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "UTC",
        "+05:30",
        "Europe/Berlin",
        "America/New_York",
        "Australia/Lord_Howe",
        "Pacific/Apia",
        "Africa/Casablanca"
      })
  void theDayIsSparksOwn(String zone) {
    Dataset<Row> instants =
        spark()
            .createDataset(micros(ZoneId.of(zone)), Encoders.LONG())
            .toDF("micros")
            .selectExpr("timestamp_micros(micros) as at")
            .localCheckpoint();

    assertThat(
            instants
                .where(
                    not(
                        ZoneDay.of(col("at"), ZoneId.of(zone))
                            .eqNullSafe(to_date(from_utc_timestamp(col("at"), zone)))))
                .count())
        .isZero();
    assertThat(
            instants
                .selectExpr("cast(null as timestamp) as at")
                .where(ZoneDay.of(col("at"), ZoneId.of(zone)).isNotNull())
                .count())
        .isZero();
  }

  /** Around every change of the offset of half a century, in no order, and some in between. */
  private static List<Long> micros(ZoneId zone) {
    Random random = new Random(5);
    List<Long> micros = new ArrayList<>();
    Instant at = Instant.parse("1985-01-01T00:00:00Z");
    Instant end = Instant.parse("2035-01-01T00:00:00Z");
    for (ZoneOffsetTransition change = zone.getRules().nextTransition(at);
        change != null && change.getInstant().isBefore(end);
        change = zone.getRules().nextTransition(change.getInstant())) {
      long second = TimeUnit.SECONDS.toMicros(change.toEpochSecond());
      for (long hours = -30; hours <= 30; hours++) {
        micros.add(second + TimeUnit.HOURS.toMicros(hours));
        micros.add(second + TimeUnit.HOURS.toMicros(hours) - 1);
      }
    }
    for (int i = 0; i < 2_000; i++) {
      micros.add(
          TimeUnit.SECONDS.toMicros(random.nextLong(-2_000_000_000L, 4_000_000_000L))
              + random.nextInt(1_000_000));
    }
    Collections.shuffle(micros, random);
    return micros;
  }
}
