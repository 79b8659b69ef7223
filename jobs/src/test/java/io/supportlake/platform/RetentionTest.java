package io.supportlake.platform;

import static org.apache.spark.sql.functions.col;
import static org.assertj.core.api.Assertions.assertThat;

import io.supportlake.KeptHistory;
import io.supportlake.Period;
import io.supportlake.testing.Lines;
import io.supportlake.testing.Rows;
import io.supportlake.testing.SparkSuite;
import io.supportlake.testing.TestInputs;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Histories past their retention; ErasureTest has the sources whose bronze goes. */
class RetentionTest extends SparkSuite {
  private static final LocalDate TODAY = LocalDate.of(2026, 6, 30);
  private static final Instant NOW = Instant.parse("2026-07-01T12:00:00Z");

  private static final String PHONE = token("phone", "+4930901820");

  @TempDir private Path folder;

  @Test
  void historiesStayWholeWithoutWhatNamesPeople() {
    Lake lake = lake();
    put(lake, "user_change", users());
    put(
        lake,
        "roster_change",
        record(
                "roster_change",
                1,
                "2024-03-01",
                "agent_id",
                "a1",
                "agent_name",
                "Grace Hopper",
                "status",
                "active")
            .with(
                values(
                    2,
                    "2024-09-01",
                    "agent_id",
                    "a1",
                    "agent_name",
                    "Grace Hopper",
                    "tier",
                    2,
                    "status",
                    "active")));
    put(
        lake,
        "account_change",
        record("account_change", 1, "2024-03-01", "account_id", "A", "name", "A, a@example.com"));
    put(
        lake,
        "consent_change",
        record(
                "consent_change",
                1,
                "2024-03-01",
                "account_id",
                "A",
                "user_id",
                "ann",
                "reason",
                "wrote to us from ann@example.com")
            .with(values(2, "2026-03-01", "account_id", "A", "user_id", "ann")));
    put(
        lake,
        "survey_response",
        record(
                "survey_response",
                1,
                "2024-03-01",
                "event_type",
                "answered",
                "survey_id",
                "s1",
                "user_id",
                "ann",
                "comment",
                "Thanks, Joe")
            .with(
                values(
                    2,
                    "2026-03-01",
                    "event_type",
                    "answered",
                    "survey_id",
                    "s2",
                    "user_id",
                    "ann",
                    "comment",
                    "Thanks, Joe")));
    put(
        lake,
        "article_event",
        record(
                "article_event",
                1,
                "2024-03-01",
                "event_type",
                "viewed",
                "article_id",
                "k1",
                "user_id",
                "ann")
            .with(values(2, "2024-03-02", "event_type", "searched", "query", "card of Ann Smith")));
    Map<String, List<String>> before = silver(lake);

    assertThat(retention().enforce(TODAY, NOW))
        .extracting(r -> r.source() + " " + r.bronzeRows() + " " + r.pseudonymizedRows())
        .containsExactlyInAnyOrder(
            "account_change 0 1",
            "article_event 0 2",
            "consent_change 0 1",
            "roster_change 0 1",
            "survey_response 0 1",
            "user_change 0 3");
    assertThat(silver(lake)).isEqualTo(before);
    assertThat(before).hasSize(6).allSatisfy((_, rows) -> assertThat(rows).isNotEmpty());
    assertThat(lines(lake, "user_change", "user_id", "email", "phone", "unknown_columns"))
        .containsExactly(
            "1|ann|%s|%s|null".formatted(token("email", "ann@example.com"), PHONE),
            "2|ann|ann@new.example|null|{\"nick\":\"Annie\"}",
            "3|bob|%s|null|null".formatted(token("email", "bob@example.com")),
            "4|bob|%s|null|null".formatted(token("email", "bob@new.example")),
            "5|cleo|cleo@example.com|null|null");
    assertThat(lines(lake, "roster_change", "agent_id", "agent_name"))
        .containsExactly("1|a1|null", "2|a1|Grace Hopper");
    assertThat(lines(lake, "account_change", "name")).noneMatch(n -> n.contains("example.com"));
    assertThat(lines(lake, "consent_change", "reason"))
        .noneMatch(r -> r.contains("example.com"))
        .anyMatch(r -> r.contains("wrote to us from [EMAIL:"));
    assertThat(lines(lake, "consent_change", "user_id"))
        .containsExactly("1|" + token("usr", "ann"), "2|ann");
    assertThat(lines(lake, "survey_response", "user_id", "comment"))
        .containsExactly("1|%s|null".formatted(token("usr", "ann")), "2|ann|Thanks, Joe");
    assertThat(lines(lake, "article_event", "user_id", "query"))
        .containsExactly("1|%s|null".formatted(token("usr", "ann")), "2|null|null");
    assertThat(
            Lines.of(
                lake.read("ops.retention_ledger").where("source = 'user_change'"),
                "bronze_rows",
                "pseudonymized_rows"))
        .containsExactly("0|3");

    long version = lake.version("bronze.user_change");
    assertThat(retention().planned(TODAY)).isEmpty();
    assertThat(retention().enforce(TODAY, NOW.plusSeconds(60))).isEmpty();
    assertThat(lake.version("bronze.user_change")).isEqualTo(version);
  }

  @Test
  void everyTableThatReadsOldRecordsAgainSaysWhatOfThemMayGo() {
    assertThat(
            CONTRACTS.layer("silver").stream()
                .filter(c ->
                    c.inputs().stream()
                        .anyMatch(i ->
                            i.table().startsWith("bronze.")
                                && !List.of("new", "signed").contains(i.read())))
                .map(Tables::of))
        .hasSize(6)
        .hasOnlyElementsOfType(KeptHistory.class);
  }

  /** Ann has a newer address, Bob has left, Cleo came lately. */
  private static Rows users() {
    return record(
            "user_change",
            1,
            "2025-01-10",
            "user_id",
            "ann",
            "email",
            "Ann@example.com ",
            "phone",
            "030 901820",
            "status",
            "active",
            "unknown_columns",
            "{\"nick\":\"Ann\"}")
        .with(
            values(
                2,
                "2025-06-01",
                "user_id",
                "ann",
                "email",
                "ann@new.example",
                "status",
                "active",
                "unknown_columns",
                "{\"nick\":\"Annie\"}"))
        .with(
            values(
                3, "2025-02-01", "user_id", "bob", "email", "bob@example.com", "status", "active"))
        .with(
            values(4, "2025-03-01", "user_id", "bob", "email", "bob@new.example", "status", "left"))
        .with(
            values(
                5,
                "2026-06-01",
                "user_id",
                "cleo",
                "email",
                "cleo@example.com",
                "status",
                "active"));
  }

  private static Rows record(String source, int id, String day, Object... values) {
    return Rows.of(CONTRACTS, "bronze." + source).with(values(id, day, values));
  }

  /** A record that arrived on the day it tells of. */
  private static Object[] values(int id, String day, Object... values) {
    return Stream.concat(
            Stream.of("record_id", String.valueOf(id), "arrival_date", day), Stream.of(values))
        .toArray();
  }

  private void put(Lake lake, String source, Rows rows) {
    Contract raw = CONTRACTS.of("raw." + source);
    Dataset<Row> records =
        rows.dataset(spark())
            .withColumn(
                String.valueOf(raw.property("eventTime")), col("arrival_date").cast("timestamp"))
            .withColumn(raw.key().getFirst(), col("record_id"));
    lake.append("bronze." + source, records, records.count(), 1);
  }

  /** Every row of the tables that are built from the histories, by table. */
  private static Map<String, List<String>> silver(Lake lake) {
    Map<String, List<String>> tables = new TreeMap<>();
    for (String name : List.of("app_user", "agent", "account", "consent", "survey", "article")) {
      Contract contract = CONTRACTS.of("silver." + name);
      TestInputs inputs = new TestInputs(spark(), SETTINGS, CONTRACTS, contract.name());
      contract.inputs().stream()
          .filter(i -> i.table().startsWith("bronze."))
          .forEach(i -> inputs.with(i.table(), lake.read(i.table())));
      tables.put(
          name,
          inputs.build(Tables.of(contract), Period.day(TODAY)).collectAsList().stream()
              .map(Row::toString)
              .sorted()
              .toList());
    }
    return tables;
  }

  private static List<String> lines(Lake lake, String source, String... columns) {
    return Lines.of(
        lake.read("bronze." + source),
        Stream.concat(Stream.of("record_id"), Stream.of(columns)).toArray(String[]::new));
  }

  private static String token(String kind, String value) {
    return SETTINGS.key().token(kind, value);
  }

  private RunConfig config() {
    return RunConfig.load(HOME.resolve("conf"), null)
        .at(folder.resolve("lake"), folder.resolve("landing"), folder.resolve("out"));
  }

  private Lake lake() {
    return new Lake(spark(), config().lake(), CONTRACTS);
  }

  private Retention retention() {
    return new Retention(spark(), lake(), CONTRACTS, config(), SETTINGS, Map.of());
  }
}
