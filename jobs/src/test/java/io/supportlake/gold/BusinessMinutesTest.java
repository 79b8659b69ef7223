package io.supportlake.gold;

import static org.assertj.core.api.Assertions.assertThat;

import io.supportlake.rules.BusinessTime;
import io.supportlake.rules.BusinessTime.Calendar;
import io.supportlake.rules.BusinessTime.Opening;
import io.supportlake.rules.BusinessTime.Version;
import io.supportlake.testing.SparkSuite;
import java.sql.Date;
import java.sql.Timestamp;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BusinessMinutesTest extends SparkSuite {
  private static final LocalDate FIRST = LocalDate.of(2017, 9, 1);
  private static final LocalDate LAST = LocalDate.of(2018, 12, 31);

  /** Clocks that change at night, at midnight, by half an hour, and never. */
  private static final Map<String, Calendar> CALENDARS =
      Map.of(
          "default", calendar("default", "Etc/UTC", "08:00-18:00"),
          "emea", calendar("emea", "Europe/Berlin", "00:00-03:30", "09:00-12:30", "13:15-24:00"),
          "amer", calendar("amer", "America/Sao_Paulo", "00:00-02:00", "22:00-24:00"),
          "apac", calendar("apac", "Australia/Lord_Howe", "01:00-17:00"),
          "india", calendar("india", "Asia/Kolkata"));

  private static Calendar calendar(String name, String zone, String... hours) {
    List<Opening> openings =
        Arrays.stream(DayOfWeek.values())
            .filter(day -> day != DayOfWeek.SATURDAY)
            .flatMap(day ->
                Arrays.stream(hours).map(h -> Opening.of(day, h.substring(0, 5), h.substring(6))))
            .toList();
    return new Calendar(
        name,
        ZoneId.of(zone),
        List.of(new Version(FIRST, openings)),
        Set.of(LocalDate.of(2018, 5, 1)));
  }

  private static Dataset<Row> days(SparkSession spark, Stream<Calendar> calendars) {
    return spark.createDataFrame(
        calendars
            .flatMap(calendar ->
                BusinessTime.cumulative(calendar, FIRST, LAST).stream()
                    .map(day ->
                        RowFactory.create(
                            calendar.name(),
                            calendar.zone().getId(),
                            Date.valueOf(day.date()),
                            day.openSecondsBefore(),
                            day.openings().stream()
                                .map(o ->
                                    RowFactory.create(
                                        Timestamp.from(o.start()), Timestamp.from(o.end())))
                                .toList())))
            .toList(),
        StructType.fromDDL(
            "calendar string, zone string, local_date date, open_seconds_before bigint,"
                + " intervals array<struct<opens_at: timestamp, closes_at: timestamp>>"));
  }

  /** An interval with the region of its account. */
  private record Interval(@Nullable String region, Instant from, @Nullable Instant to) {
    double minutes() {
      Calendar calendar =
          Objects.requireNonNull(
              CALENDARS.getOrDefault(String.valueOf(region), CALENDARS.get("default")));
      return BusinessTime.between(calendar, from, Objects.requireNonNull(to)) / 60.0;
    }
  }

  private static List<Row> minutes(
      SparkSession spark, List<Interval> intervals, Stream<Calendar> calendars) {
    List<Row> rows = new ArrayList<>();
    for (Interval interval : intervals) {
      rows.add(
          RowFactory.create(
              rows.size(),
              interval.region(),
              Timestamp.from(interval.from()),
              interval.to() == null ? null : Timestamp.from(interval.to())));
    }
    Dataset<Row> given =
        spark.createDataFrame(
            rows, StructType.fromDDL("id int, region string, starts timestamp, ends timestamp"));
    Dataset<Row> minutes =
        BusinessMinutes.between(
            given,
            days(spark, calendars),
            "region",
            "starts",
            Map.of("minutes", "ends", "none", "starts"));
    assertThat(minutes.columns())
        .containsExactly("id", "region", "starts", "ends", "minutes", "none");
    return minutes.select("id", "minutes", "none").orderBy("id").collectAsList();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void minutesAreThoseOfTheRule(boolean isGeneratingCode) {
    SplittableRandom random = new SplittableRandom(5);
    List<@Nullable String> regions = new ArrayList<>(CALENDARS.keySet().stream().sorted().toList());
    regions.add("elsewhere");
    regions.add(null);
    long first = FIRST.plusDays(2).toEpochDay() * 86_400;
    long span = LAST.minusDays(70).toEpochDay() * 86_400 - first;
    List<Interval> intervals = new ArrayList<>();
    for (int i = 0; i < 4_000; i++) {
      Instant from = Instant.ofEpochSecond(first + random.nextLong(span));
      intervals.add(
          new Interval(
              regions.get(i % regions.size()),
              from,
              from.plusSeconds(random.nextLong(i % 2 == 0 ? 86_400 : 60 * 86_400))));
    }

    List<Row> minutes =
        minutes(
            isGeneratingCode ? generatingCode() : spark(), intervals, CALENDARS.values().stream());

    assertThat(minutes).hasSameSizeAs(intervals);
    for (int i = 0; i < intervals.size(); i++) {
      Interval interval = intervals.get(i);
      assertThat(minutes.get(i).getDouble(1)).as("%s", interval).isEqualTo(interval.minutes());
      assertThat(minutes.get(i).getDouble(2)).isZero();
    }
  }

  @Test
  void aDeskThatNeverOpensHasNoMinutesAndNoDeskHasUnknownOnes() {
    Instant noon = Instant.parse("2018-03-07T12:00:00Z");
    List<Interval> day = List.of(new Interval("india", noon, noon.plusSeconds(86_400)));

    assertThat(minutes(spark(), day, Stream.of(CALENDARS.get("india"))).getFirst().getDouble(1))
        .isZero();
    assertThat(minutes(spark(), day, Stream.of()).getFirst().isNullAt(1)).isTrue();
  }

  @Test
  void unknownIsNull() {
    Instant noon = Instant.parse("2018-03-07T12:00:00Z");
    List<Row> minutes =
        minutes(
            spark(),
            List.of(
                new Interval("emea", noon, null),
                new Interval("emea", noon, noon.minusSeconds(1)),
                new Interval("emea", noon, Instant.parse("2019-01-02T12:00:00Z")),
                new Interval("emea", Instant.parse("2017-08-30T12:00:00Z"), noon),
                new Interval("elsewhere", noon, noon.plusSeconds(60)),
                new Interval(null, noon, noon.plusSeconds(60)),
                new Interval("emea", noon, noon.plusSeconds(1_800))),
            Stream.of(CALENDARS.get("emea")));

    for (int i = 0; i < 6; i++) {
      assertThat(minutes.get(i).isNullAt(1)).as("%d", i).isTrue();
    }
    // Noon is 13:00 in Berlin, and the desk opens at 13:15.
    assertThat(minutes.get(6).getDouble(1)).isEqualTo(15.0);
  }
}
