package io.supportlake.platform;

import static org.apache.spark.sql.functions.col;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.supportlake.generator.Generator;
import io.supportlake.platform.Contract.Kind;
import io.supportlake.testing.SparkSuite;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;

/** Whole runs over a generated landing zone: the history at once, and the same history in parts. */
@TestInstance(Lifecycle.PER_CLASS)
class RunnerTest extends SparkSuite {
  private static final LocalDate START = LocalDate.of(2026, 3, 2);
  private static final int DAYS = 45;
  private static final LocalDate END = START.plusDays(DAYS - 1L);

  @TempDir private static Path folder;

  private Runner parts;
  private Runner.Summary last;

  @BeforeAll
  void runTheHistoryInParts() {
    generate("landing");
    parts = runner("parts", "landing");
    var _ = parts.run(START, END.minusDays(10));
    last = parts.run(null, END);
  }

  /** The history at once is generated again, from the same seed. */
  @Test
  void theHistoryInPartsGivesTheTablesOfTheHistoryAtOnce() {
    generate("landing-again");
    Runner once = runner("once", "landing-again");
    var _ = once.run(START, END);

    Map<String, List<String>> differences = new TreeMap<>();
    for (Contract contract : Tables.inOrder(CONTRACTS)) {
      // Journals depend on the order of days by nature; embeddings are kept for the newest texts of
      // each run, so more of them stay when the history came in parts.
      if (contract.kind() == Kind.JOURNAL || contract.name().equals("silver.text_embedding")) {
        continue;
      }
      List<String> inParts = TableRows.of(parts.lake().read(contract.name()), contract);
      List<String> atOnce = TableRows.of(once.lake().read(contract.name()), contract);
      if (!inParts.equals(atOnce)) {
        differences.put(
            contract.name(),
            Stream.concat(
                    TableRows.without(inParts, atOnce).limit(3).map(r -> "parts " + r),
                    TableRows.without(atOnce, inParts).limit(3).map(r -> "once  " + r))
                .toList());
      }
    }
    assertThat(differences).isEmpty();
  }

  @Test
  void aSecondRunOfTheSameDayChangesNoRow() {
    Map<String, List<String>> before = everything(parts.lake());
    Runner.Summary again = parts.run(null, END);

    assertThat(again.files()).isZero();
    assertThat(everything(parts.lake())).isEqualTo(before);
  }

  @Test
  void everyRecordReadIsAccountedFor() {
    Row accounts =
        parts
            .lake()
            .read("ops.check")
            .where(col("read_count").isNotNull())
            .selectExpr(
                "sum(read_count)",
                "sum(accepted_count + duplicate_count + quarantined_count)",
                "sum(duplicate_count)",
                "count_if(not is_passed)")
            .first();

    assertThat(accounts.getLong(0)).isPositive().isEqualTo(accounts.getLong(1));
    assertThat(accounts.getLong(2)).isPositive();
    assertThat(accounts.getLong(3)).isZero();
  }

  /** Builds of some cases read no earlier days. */
  @Test
  void noRowThatHangsOnACaseIsOfAnEarlierDayThanTheCase() {
    List<String> looked = new ArrayList<>();
    for (Contract contract : CONTRACTS.all()) {
      if (contract.kind() != Contract.Kind.LIFECYCLE
          || UnitBegin.of(CONTRACTS, contract.unit()).isEmpty()) {
        continue;
      }
      Stream.concat(
              contract.inputs().stream()
                  .filter(i -> i.read().equals("unit"))
                  .map(i -> Map.entry(i.table(), String.valueOf(i.column()))),
              Lake.day(contract).stream().map(day -> Map.entry(contract.name(), day)))
          .distinct()
          .forEach(table -> {
            Dataset<Row> rows = parts.lake().read(table.getKey());
            looked.add(table.getKey());
            assertThat(rows.isEmpty()).isFalse();
            assertThat(
                    rows.select(col("case_id"), col(table.getValue()).as("day"))
                        .join(parts.lake().read("silver.support_case"), "case_id")
                        .where("day < opened_date")
                        .isEmpty())
                .as(table.getKey())
                .isTrue();
          });
    }
    assertThat(looked).contains("silver.case_event", "silver.contact", "gold.contact_outcome");
  }

  @Test
  void theFinishedSetNamesEveryTableAndUntilWhenItIsComplete() {
    FinishedSet finished = FinishedSet.of(parts.lake());

    assertThat(finished.to()).isEqualTo(END);
    assertThat(finished.runSequence()).isGreaterThanOrEqualTo(last.runSequence());
    for (Contract contract : Tables.inOrder(CONTRACTS)) {
      assertThat(finished.version(contract.name())).as(contract.name()).isPresent();
      assertThat(finished.completeUntil(contract.name())).as(contract.name()).contains(END);
    }
  }

  @Test
  void aPlanSaysWhatTheNextDayWouldBuildAndChangesNothing() {
    long before = parts.lake().version("ops.run");
    List<String> plan = parts.plan(null, END.plusDays(1));

    assertThat(plan.getFirst()).contains("arrivals of " + END.plusDays(1));
    assertThat(plan)
        .anySatisfy(line -> assertThat(line).startsWith("gold.product_day").contains("1 days due"))
        .anySatisfy(
            line -> assertThat(line).startsWith("silver.contact").contains("touched by new rows"));
    assertThat(parts.lake().version("ops.run")).isEqualTo(before);
  }

  @Test
  void aRunThatWouldLeaveOutDaysIsRefused() {
    assertThatThrownBy(() -> parts.run(END.plusDays(5), END.plusDays(6)))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("would leave out the days from " + END.plusDays(1));
  }

  @Test
  void aSecondWriterIsRefusedWhileTheFirstHoldsTheLock() {
    try (LakeLock _ = LakeLock.take(folder.resolve("parts").toString())) {
      assertThatThrownBy(() -> parts.run(null, END))
          .isInstanceOf(UsageException.class)
          .hasMessageContaining("another run is writing");
    }
  }

  @Test
  void queriesReadTheFinishedSetByName() {
    Queries queries = new Queries(spark(), parts.lake(), CONTRACTS);

    assertThat(queries.query("SELECT count(*) FROM silver.support_case").first().getLong(0))
        .isEqualTo(parts.lake().read("silver.support_case").count())
        .isPositive();
    assertThatThrownBy(() -> queries.query("DROP TABLE silver.support_case"))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("only queries");
    assertThatThrownBy(() -> queries.query("SELECT nothing FROM silver.support_case"))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("does not fit the tables");
  }

  private static void generate(String landing) {
    var _ =
        Generator.run(
            new Generator.Options(3, 14, START, DAYS, SETTINGS.key()),
            folder.resolve(landing),
            folder.resolve(landing + "-truth"));
  }

  private static Runner runner(String name, String landing) {
    RunConfig config =
        RunConfig.load(HOME.resolve("conf"), null)
            .at(folder.resolve(name), folder.resolve(landing), folder.resolve(name + "-out"));
    return new Runner(
        spark(), CONTRACTS, config, SETTINGS, HOME.resolve("conf"), Progress.silent());
  }

  private static Map<String, List<String>> everything(Lake lake) {
    return Tables.inOrder(CONTRACTS).stream()
        .collect(Collectors.toMap(Contract::name, c -> TableRows.of(lake.read(c.name()), c)));
  }
}
