package io.supportlake;

import static org.assertj.core.api.Assertions.assertThat;

import io.supportlake.platform.ConfTables;
import io.supportlake.platform.Contract;
import io.supportlake.platform.Contracts;
import io.supportlake.platform.MetricDocs;
import io.supportlake.platform.TableDocs;
import io.supportlake.platform.Tables;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Nothing is orphaned, restated or stale: contracts, classes, tests, inputs and documents agree.
 */
class ContractsTest {
  private static final Path HOME = Path.of(System.getProperty("supportlake.home", "."));
  private static final Path MAIN = HOME.resolve("jobs/src/main/java");
  private static final Path TESTS = HOME.resolve("jobs/src/test/java");
  private static final Pattern TABLE = Pattern.compile(" implements (Table|KeptHistory) ");
  private static final Contracts CONTRACTS = Contracts.load(HOME.resolve("schemas"));

  @Test
  void everySilverAndGoldContractHasItsClassAndEveryTableClassItsContract() throws IOException {
    Set<String> contracts =
        tables().stream().map(Tables::className).collect(Collectors.toCollection(TreeSet::new));
    Set<String> classes = new TreeSet<>();
    try (Stream<Path> files = Files.walk(MAIN)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".java")).toList()) {
        if (TABLE.matcher(Files.readString(file)).find()) {
          classes.add(
              MAIN.relativize(file)
                  .toString()
                  .replace(".java", "")
                  .replace(file.getFileSystem().getSeparator(), "."));
        }
      }
    }

    assertThat(classes).containsExactlyElementsOf(contracts);
  }

  @Test
  void everyTableIsNamedInATest() throws IOException {
    String tests;
    try (Stream<Path> files = Files.walk(TESTS)) {
      tests =
          files
              .filter(f -> f.toString().endsWith("Test.java"))
              .map(ContractsTest::read)
              .collect(Collectors.joining());
    }

    assertThat(tables())
        .allSatisfy(c ->
            assertThat(tests).as("a test of " + c.name()).contains("new " + simpleName(c) + "()"));
  }

  @Test
  void everyTableHasACheckThatCanRefuseIt() {
    assertThat(tables())
        .allSatisfy(c ->
            assertThat(c.key().size() + c.checks().stream().filter(Contract.Check::isError).count())
                .as(c.name())
                .isPositive());
  }

  @Test
  void everyInputIsATableOrAConfigurationTableThatExists() {
    Set<String> names =
        CONTRACTS.all().stream().map(Contract::name).collect(Collectors.toCollection(TreeSet::new));
    names.addAll(ConfTables.names());

    for (Contract contract : tables()) {
      assertThat(contract.inputs()).extracting(Contract.Input::table).isSubsetOf(names);
      assertThat(contract.inputs())
          .as(contract.name() + " reads gold from gold, and bronze from silver only")
          .allSatisfy(i -> {
            if (i.table().startsWith("bronze.")) {
              assertThat(contract.layer()).isEqualTo("silver");
            }
            if (i.table().startsWith("gold.")) {
              assertThat(contract.layer()).isEqualTo("gold");
            }
          });
    }
  }

  /** Several tables may share the class that reads an input for them. */
  @Test
  void everyInputIsReadInItsTablesLayer() {
    for (Contract contract : tables()) {
      Path folder = MAIN.resolve("io/supportlake").resolve(contract.layer());
      // The metric job reads the tables that the metric files name.
      String sources =
          contract.name().equals("gold.metric")
              ? sources(folder) + metricTables()
              : sources(folder);
      List<String> unread =
          contract.inputs().stream()
              .map(Contract.Input::table)
              .filter(t -> !sources.contains('"' + t + '"'))
              .toList();
      assertThat(unread)
          .as("inputs that " + contract.name() + " names but does not read")
          .isEmpty();
    }
  }

  /** Else a change that is told late would be seen by a full build alone. */
  @Test
  void tablesThatAreKeptUpWatchWhatTheyReadWhole() {
    for (Contract contract : tables()) {
      boolean isLifecycle = contract.kind() == Contract.Kind.LIFECYCLE;
      if (!isLifecycle && contract.kind() != Contract.Kind.DAILY) {
        continue;
      }
      for (Contract.Input input : contract.inputs()) {
        if (!input.read().equals("all") || input.table().startsWith("conf.")) {
          continue;
        }
        List<String> columns = CONTRACTS.of(input.table()).columnNames();
        String name = contract.name() + " reads " + input.table();
        assertThat(input.watch()).as(name).isNotEmpty().isSubsetOf(columns);
        if (isLifecycle) {
          assertThat(contract.columnNames()).as(name).contains(input.by());
        }
        if (isLifecycle && columns.contains("valid_from")) {
          assertThat(contract.columnNames()).as(name).contains(input.column());
        }
        if (!isLifecycle) {
          assertThat(columns).as(name + " by days").contains("valid_from", "valid_to");
        }
      }
    }
  }

  /** Else numbers by that date would stay when rows change late. */
  @Test
  void changedRowsTouchEveryDateThatMetricsCountBy() throws IOException {
    Contract metric = CONTRACTS.of("gold.metric");
    int read = 0;
    try (Stream<Path> files = Files.list(HOME.resolve("schemas/metrics"))) {
      for (Path file : files.toList()) {
        String table = value(file, "table");
        Contract.Input input = metric.input(table);
        List<String> followed = new ArrayList<>(input.touches());
        followed.add(String.valueOf(input.column()));
        assertThat(followed).as("%s", file.getFileName()).contains(value(file, "dateColumn"));
        assertThat(CONTRACTS.of(table).columnNames()).as(table).containsAll(followed);
        read++;
      }
    }
    assertThat(read).isGreaterThan(40);
  }

  private static String value(Path file, String key) {
    return read(file)
        .lines()
        .filter(line -> line.startsWith(key + ": "))
        .map(line -> line.substring(key.length() + 2).strip())
        .findFirst()
        .orElseThrow();
  }

  /**
   * {@code maintain} enforces the periods of sources, of which bronze has its own; what it did not
   * enforce would be untrue.
   */
  @Test
  void onlySourcesHaveARetentionPeriodAndEachHasOne() {
    for (Contract contract : CONTRACTS.all()) {
      assertThat(contract.optionalProperty("retentionDays") != null)
          .as(contract.name())
          .isEqualTo(List.of("raw", "bronze").contains(contract.layer()));
    }
  }

  @Test
  void theTablesCanBeBuiltInOneOrder() {
    List<String> order = Tables.inOrder(CONTRACTS).stream().map(Contract::name).toList();

    assertThat(order).hasSize(tables().size()).doesNotHaveDuplicates();
    for (Contract contract : tables()) {
      assertThat(Tables.upstream(contract).stream().filter(t -> !t.startsWith("bronze.")))
          .allMatch(t -> order.indexOf(t) < order.indexOf(contract.name()));
    }
  }

  @Test
  void personalColumnsAreClassifiedInBronzeAsInTheSource() {
    for (Contract raw : CONTRACTS.layer("raw")) {
      Contract bronze = CONTRACTS.of("bronze." + raw.shortName());
      for (Contract.Column column : raw.columns()) {
        assertThat(bronze.columns())
            .filteredOn(c -> c.name().equals(column.name()))
            .singleElement()
            .extracting(Contract.Column::classification)
            .isEqualTo(column.classification());
      }
    }
  }

  @Test
  void tablesDocumentIsFresh() throws IOException {
    assertThat(Files.readString(HOME.resolve("TABLES.md")))
        .as("run ./supportlake docs")
        .isEqualTo(TableDocs.markdown(CONTRACTS));
  }

  @Test
  void metricsDocumentIsFresh() throws IOException {
    assertThat(Files.readString(HOME.resolve("METRICS.md")))
        .as("run ./supportlake docs")
        .isEqualTo(MetricDocs.markdown(HOME.resolve("schemas")));
  }

  private static String metricTables() {
    try (Stream<Path> files = Files.list(HOME.resolve("schemas/metrics"))) {
      return files.map(f -> '"' + value(f, "table") + '"').collect(Collectors.joining());
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static String sources(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      return files
          .filter(f -> f.toString().endsWith(".java"))
          .map(ContractsTest::read)
          .collect(Collectors.joining());
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static List<Contract> tables() {
    List<Contract> tables = new ArrayList<>(CONTRACTS.layer("silver"));
    tables.addAll(CONTRACTS.layer("gold"));
    return tables;
  }

  private static String simpleName(Contract contract) {
    String name = Tables.className(contract);
    return name.substring(name.lastIndexOf('.') + 1);
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
