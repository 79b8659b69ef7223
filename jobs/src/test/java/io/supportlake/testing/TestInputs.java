package io.supportlake.testing;

import io.supportlake.Inputs;
import io.supportlake.Period;
import io.supportlake.Settings;
import io.supportlake.Table;
import io.supportlake.platform.Contract;
import io.supportlake.platform.Contracts;
import java.time.LocalDate;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedSet;
import java.util.TreeSet;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructField;
import org.jspecify.annotations.Nullable;

/**
 * Inputs from rows in memory: every input of the contract that a test does not give is empty. What
 * is given is handed on as it is; cutting it to units and days is the platform's business.
 */
public final class TestInputs implements Inputs {
  private static final SortedSet<LocalDate> NO_DAYS =
      Collections.unmodifiableSortedSet(new TreeSet<>());

  private final SparkSession spark;
  private final Settings settings;
  private final Contracts contracts;
  private final Contract contract;
  private final Map<String, Dataset<Row>> given = new LinkedHashMap<>();
  private final Map<String, Long> versions = new LinkedHashMap<>();
  private @Nullable Map<String, SortedSet<LocalDate>> changed;

  /** For the table of the name. */
  public TestInputs(SparkSession spark, Settings settings, Contracts contracts, String table) {
    this.spark = spark;
    this.settings = settings;
    this.contracts = contracts;
    this.contract = contracts.of(table);
  }

  /** Gives an input's rows. */
  public TestInputs with(String table, Rows rows) {
    return with(table, rows.dataset(spark));
  }

  /** Gives an input's rows. */
  public TestInputs with(String table, Dataset<Row> rows) {
    given.put(contract.input(table).table(), rows);
    return this;
  }

  /** Gives a table's version; of others there is none. */
  public TestInputs withVersion(String table, long version) {
    versions.put(table, version);
    return this;
  }

  /** Carries on what was built before: rows changed on these days of date columns of the inputs. */
  public TestInputs withChangedDays(Map<String, SortedSet<LocalDate>> days) {
    changed = Map.copyOf(days);
    return this;
  }

  /** The built rows with the contract's columns and types, in its order; fails where one lacks. */
  public Dataset<Row> build(Table table, Period period) {
    Dataset<Row> built = table.build(this, period);
    for (StructField field : contract.schema().fields()) {
      if (!built.schema().apply(field.name()).dataType().sameType(field.dataType())) {
        throw new AssertionError(
            "%s.%s is %s in the contract but %s as built"
                .formatted(
                    contract.name(),
                    field.name(),
                    field.dataType().sql(),
                    built.schema().apply(field.name()).dataType().sql()));
      }
    }
    return built.selectExpr(contract.columnNames().toArray(String[]::new));
  }

  @Override
  public Dataset<Row> table(String name) {
    contract.input(name);
    Dataset<Row> rows = given.get(name);
    return rows == null ? Rows.of(contracts, name).dataset(spark) : rows;
  }

  @Override
  public Dataset<Row> once(Dataset<Row> rows) {
    return rows;
  }

  @Override
  public OptionalLong version(String name) {
    Long version = versions.get(name);
    return version == null ? OptionalLong.empty() : OptionalLong.of(version);
  }

  @Override
  public Optional<SortedSet<LocalDate>> changedDays(String name, String column) {
    contract.input(name);
    return changed == null ? Optional.empty() : Optional.of(changed.getOrDefault(column, NO_DAYS));
  }

  @Override
  public Settings settings() {
    return settings;
  }

  @Override
  public SparkSession spark() {
    return spark;
  }
}
