package io.supportlake.testing;

import io.supportlake.Inputs;
import io.supportlake.Period;
import io.supportlake.Settings;
import io.supportlake.Table;
import io.supportlake.platform.Contract;
import io.supportlake.platform.Contracts;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructField;

/**
 * Inputs from rows in memory: every input of the contract that a test does not give is empty. What
 * is given is handed on as it is; cutting it to units and days is the platform's business.
 */
public final class TestInputs implements Inputs {
  private final SparkSession spark;
  private final Settings settings;
  private final Contracts contracts;
  private final Contract contract;
  private final Map<String, Dataset<Row>> given = new LinkedHashMap<>();
  private final Map<String, Long> versions = new LinkedHashMap<>();

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
  public OptionalLong version(String name) {
    Long version = versions.get(name);
    return version == null ? OptionalLong.empty() : OptionalLong.of(version);
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
