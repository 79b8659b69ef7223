package io.supportlake.platform;

import static java.util.stream.Collectors.groupingBy;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.supportlake.platform.Contract.Kind;
import io.supportlake.testing.SmallHome;
import io.supportlake.testing.SparkSuite;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * However random histories come, the tables that runs keep up are those of one full build, also of
 * one made later to an old date, when more has landed. Fifty histories share a lake, so that whole
 * runs on Delta cost little a history; what differs is told by history.
 *
 * <p>The long mode: {@code -Dsupportlake.histories=400}, in lakes of fifty, with more tables, more
 * runs and the comparison at the end of all histories too. Journals are left out, since each of
 * their days depends on the days before, and so are landmarks of snapshots other than the newest,
 * which show what was known when they were reached.
 */
class RandomHistoryTest extends SparkSuite {
  private static final int TOGETHER = 50;
  private static final int HISTORIES = Integer.getInteger("supportlake.histories", TOGETHER);
  private static final boolean IS_LONG = HISTORIES > TOGETHER;
  private static final LocalDate START = RandomHistory.START;
  private static final LocalDate END = START.plusDays(RandomHistory.DAYS - 1L);

  /** With what they are built from, the tables whose keeping up is most intricate. */
  private static final List<String> SOME_TABLES =
      List.of(
          "gold.contact_outcome",
          "gold.episode_outcome",
          "gold.episode_attribution",
          "gold.review_score",
          "gold.customer_timeline");

  private static final List<String> MORE_TABLES =
      List.of(
          "gold.agent_day",
          "gold.team_day",
          "gold.product_day",
          "gold.metric",
          "gold.customer_context",
          "gold.template_day",
          "silver.error_template");

  private static final Pattern HISTORY = Pattern.compile("\\bh(\\d+)-");
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private static Path home;
  private static Contracts contracts = CONTRACTS;

  @TempDir private Path folder;

  @BeforeAll
  static void install() {
    List<String> tables = new ArrayList<>(SOME_TABLES);
    if (IS_LONG) {
      tables.addAll(MORE_TABLES);
    }
    contracts = Contracts.load(SmallHome.of(HOME, home, tables).resolve("schemas"));
  }

  static IntStream lakes() {
    return IntStream.range(0, Math.ceilDiv(HISTORIES, TOGETHER));
  }

  @ParameterizedTest
  @MethodSource("lakes")
  void theTablesAreThoseOfAFullBuildAlsoToAnOldDate(int number) {
    land(number);
    List<LocalDate> ends = ends(new Random(number));
    LocalDate old = ends.getLast();
    Runner kept = runner("kept");
    ends.forEach(end -> {
      var _ = kept.run(START, end);
    });
    FinishedSet then = FinishedSet.of(kept.lake());
    if (IS_LONG) {
      var _ = kept.run(null, END);
      Runner once = runner("once");
      var _ = once.run(START, END);
      assertThat(differences(kept.lake()::read, once.lake(), END))
          .as("runs to " + ends + ", then the end")
          .isEmpty();
    }
    Runner rebuilt = runner("rebuilt");
    var _ = rebuilt.run(START, old);

    assertThat(differences(table -> then.read(kept.lake(), table), rebuilt.lake(), old))
        .as("runs to " + ends)
        .isEmpty();
  }

  /** Last days of the runs, all before the end; in the long mode one covers a single day. */
  private static List<LocalDate> ends(Random random) {
    int last = RandomHistory.DAYS - 30 + random.nextInt(20);
    int first = last - 2 - random.nextInt(25);
    SortedSet<LocalDate> ends = new TreeSet<>(List.of(START.plusDays(first), START.plusDays(last)));
    if (IS_LONG) {
      ends.add(START.plusDays(first + 1L));
      ends.add(START.plusDays(5 + random.nextInt(last - 5)));
    }
    return List.copyOf(ends);
  }

  // ---- comparison

  /** What differs, by table and history; rows of no single history stand under "all". */
  private static Map<String, List<String>> differences(
      Function<String, Dataset<Row>> kept, Lake full, LocalDate asOf) {
    SortedMap<String, List<String>> differences = new TreeMap<>();
    long rows = 0;
    for (Contract contract : Tables.inOrder(contracts)) {
      if (contract.kind() == Kind.JOURNAL) {
        continue;
      }
      List<String> isKept = rows(contract, kept.apply(contract.name()), asOf);
      List<String> isBuilt = rows(contract, full.read(contract.name()), asOf);
      rows += isBuilt.size();
      Stream.concat(
              TableRows.without(isKept, isBuilt).map(r -> "kept  " + r),
              TableRows.without(isBuilt, isKept).map(r -> "built " + r))
          .collect(groupingBy(RandomHistoryTest::history, TreeMap::new, Collectors.toList()))
          .forEach((history, found) ->
              differences.put(
                  contract.name() + " of " + history, found.stream().limit(6).toList()));
    }
    assertThat(rows).as("rows compared").isGreaterThan(1_000);
    return differences;
  }

  private static List<String> rows(Contract contract, Dataset<Row> rows, LocalDate asOf) {
    boolean isOfLandmarks =
        contract.kind() == Kind.SNAPSHOT && Days.every(contract).equals("month_end_and_last");
    return TableRows.of(
        isOfLandmarks ? rows.where(col(Days.column(contract)).equalTo(lit(asOf))) : rows, contract);
  }

  private static String history(String row) {
    Matcher matcher = HISTORY.matcher(row);
    return matcher.find() ? "history " + matcher.group(1) : "all";
  }

  // ---- landing

  private void land(int number) {
    Set<String> sources =
        contracts.layer("raw").stream().map(Contract::name).collect(Collectors.toSet());
    IntStream.range(number * TOGETHER, (number + 1) * TOGETHER)
        .boxed()
        .flatMap(history -> RandomHistory.of(history).stream())
        .filter(d -> sources.contains("raw." + d.source()))
        .collect(
            groupingBy(
                d -> "%s/%s/%d".formatted(d.source(), d.arrival(), d.file()),
                TreeMap::new,
                Collectors.toList()))
        .forEach(this::write);
  }

  private void write(String path, List<RandomHistory.Delivery> deliveries) {
    Contract raw = contracts.of("raw." + deliveries.getFirst().source());
    boolean isCsv = raw.property("format").equals("csv");
    List<String> lines = new ArrayList<>();
    if (isCsv) {
      lines.add(String.join(",", raw.columnNames()));
    }
    deliveries.forEach(d -> lines.add(isCsv ? csv(raw, d.fields()) : json(d.fields())));
    Path file = folder.resolve("landing/" + path + (isCsv ? ".csv" : ".jsonl"));
    try {
      var _ = Files.createDirectories(Objects.requireNonNull(file.getParent()));
      Files.write(file, lines);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + file, e);
    }
  }

  /** No value of a history needs quotes. */
  private static String csv(Contract raw, Map<String, Object> fields) {
    return raw.columnNames().stream()
        .map(column -> String.valueOf(fields.getOrDefault(column, "")))
        .collect(Collectors.joining(","));
  }

  private static String json(Map<String, Object> fields) {
    try {
      return JSON.writeValueAsString(fields);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("cannot write " + fields, e);
    }
  }

  private Runner runner(String lake) {
    RunConfig config =
        RunConfig.load(home.resolve("conf"), null)
            .at(folder.resolve(lake), folder.resolve("landing"), folder.resolve(lake + "-out"));
    return new Runner(
        spark(), contracts, config, SETTINGS, home.resolve("conf"), Progress.silent());
  }
}
