package io.supportlake.platform;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;

import io.delta.tables.DeltaTable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.DataFrameWriter;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.delta.DeltaLog;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.MapType;
import org.apache.spark.sql.types.Metadata;
import org.apache.spark.sql.types.MetadataBuilder;
import org.apache.spark.sql.types.NumericType;
import scala.Option;

/** The Delta tables of one installation: the only place that reads and writes them. */
public final class Lake {
  /** Rows below which a commit gets one file. */
  private static final long ONE_FILE = 200_000;

  /** Column of a MERGE's source that says the row is gone. */
  private static final String GONE = "supportlake_gone";

  private final SparkSession spark;
  private final RunConfig.Locations locations;
  private final Contracts contracts;
  private final Map<String, Boolean> known = new ConcurrentHashMap<>();

  /** The lake at the locations. */
  public Lake(SparkSession spark, RunConfig.Locations locations, Contracts contracts) {
    this.spark = spark;
    this.locations = locations;
    this.contracts = contracts;
  }

  /** Where a table lies: bronze and quarantine in the restricted location, all else in the root. */
  public String path(String table) {
    Contract contract = contracts.of(table);
    boolean restricted = contract.layer().equals("bronze") || table.equals("ops.quarantine");
    return (restricted ? locations.restricted() : locations.root())
        + "/"
        + contract.layer()
        + "/"
        + contract.shortName();
  }

  /** The contract of a table. */
  Contract contract(String table) {
    return contracts.of(table);
  }

  /** Whether the table has ever been written. */
  public boolean exists(String table) {
    return known.computeIfAbsent(table, t -> DeltaTable.isDeltaTable(spark, path(t)) ? true : null)
        != null;
  }

  /** The newest rows; none where the table was never written. */
  public Dataset<Row> read(String table) {
    return exists(table) ? spark.read().format("delta").load(path(table)) : empty(table);
  }

  /** The rows of a version. */
  public Dataset<Row> read(String table, long version) {
    return spark.read().format("delta").option("versionAsOf", version).load(path(table));
  }

  /** No rows, with the contract's columns. */
  public Dataset<Row> empty(String table) {
    return spark.createDataFrame(new ArrayList<Row>(), contracts.of(table).schema());
  }

  /** The newest version's number, or -1 where the table was never written. */
  public long version(String table) {
    if (!exists(table)) {
      return -1;
    }
    return DeltaLog.forTable(spark, path(table))
        .update(false, Option.empty(), Option.empty())
        .version();
  }

  /**
   * Appends once: a second append by the same run changes nothing. The run's number serves as
   * Delta's transaction version, which must rise: a lower one is skipped without a word.
   */
  public void append(String table, Dataset<Row> rows, long count, long runSequence) {
    writer(table, rows, count)
        .mode(SaveMode.Append)
        .option("txnAppId", table)
        .option("txnVersion", runSequence)
        .save(path(table));
    known.put(table, true);
  }

  /** Replaces all rows. */
  public void overwrite(String table, Dataset<Row> rows, long count) {
    writer(table, rows, count).mode(SaveMode.Overwrite).save(path(table));
    known.put(table, true);
  }

  /** Replaces, in one commit, the rows for which the predicate holds. All given rows fulfil it. */
  public void replaceWhere(String table, Dataset<Row> rows, long count, String predicate) {
    if (!exists(table)) {
      overwrite(table, rows, count);
      return;
    }
    writer(table, rows, count)
        .mode(SaveMode.Overwrite)
        .option("replaceWhere", predicate)
        .save(path(table));
  }

  /**
   * Brings the units to the given rows in one commit: new keys are inserted, rows that differ are
   * updated, keys that vanished are deleted by tombstones in the source.
   *
   * @param rows all rows of the touched units
   * @param old rows of those units as they stand
   */
  public void merge(String table, Dataset<Row> rows, Dataset<Row> old) {
    Contract contract = contracts.of(table);
    List<String> key = contract.key();
    Dataset<Row> vanished =
        old.join(
            rows.select(columns(key)),
            scala.jdk.javaapi.CollectionConverters.asScala(key).toSeq(),
            "left_anti");
    Dataset<Row> source =
        ordered(contract, rows)
            .withColumn(GONE, lit(false))
            .unionByName(ordered(contract, vanished).withColumn(GONE, lit(true)));
    String onKey =
        key.stream()
            .map(k -> "t.`%s` <=> s.`%s`".formatted(k, k))
            .collect(Collectors.joining(" AND "));
    String same =
        contract.columns().stream()
            .filter(c -> !(c.type() instanceof MapType))
            .map(c -> "t.`%s` <=> s.`%s`".formatted(c.name(), c.name()))
            .collect(Collectors.joining(" AND "));
    Map<String, String> all =
        contract.columnNames().stream().collect(Collectors.toMap(c -> c, c -> "s.`" + c + "`"));
    var _ =
        DeltaTable.forPath(spark, path(table))
            .as("t")
            .merge(source.as("s"), onKey)
            .whenMatched("s." + GONE)
            .delete()
            .whenMatched("NOT (" + same + ")")
            .updateExpr(all)
            .whenNotMatched("NOT s." + GONE)
            .insertExpr(all)
            .execute();
  }

  /** The contract's columns of the rows, in its order, cast to its types, with its comments. */
  Dataset<Row> ordered(Contract contract, Dataset<Row> rows) {
    return rows.select(
        contract.columns().stream()
            .map(c -> {
              Metadata comment =
                  new MetadataBuilder().putString("comment", c.description()).build();
              return col("`" + c.name() + "`").cast(c.type()).as(c.name(), comment);
            })
            .toArray(Column[]::new));
  }

  private DataFrameWriter<Row> writer(String table, Dataset<Row> rows, long count) {
    Contract contract = contracts.of(table);
    Dataset<Row> ordered = ordered(contract, rows);
    Dataset<Row> sized = count < ONE_FILE ? ordered.coalesce(1) : ordered;
    DataFrameWriter<Row> writer = sorted(contract, sized).write().format("delta");
    if (!exists(table)) {
      // Minimum and maximum of a personal column would stand in the Delta log for good.
      List<String> withStatistics =
          contract.columns().stream()
              .filter(c -> c.classification() == null)
              .filter(c -> canSkipBy(c.type()))
              .map(Contract.Column::name)
              .limit(32)
              .toList();
      writer =
          writer
              .option("delta.dataSkippingStatsColumns", String.join(",", withStatistics))
              .option("delta.enableDeletionVectors", "false");
    }
    return writer;
  }

  private static boolean canSkipBy(DataType type) {
    return type instanceof NumericType
        || type.equals(DataTypes.StringType)
        || type.equals(DataTypes.DateType)
        || type.equals(DataTypes.TimestampType);
  }

  private static Dataset<Row> sorted(Contract contract, Dataset<Row> rows) {
    Object clusterBy = contract.optionalProperty("clusterBy");
    if (!(clusterBy instanceof List<?> columns)) {
      return rows;
    }
    return rows.sortWithinPartitions(
        columns.stream().map(c -> col(String.valueOf(c))).toArray(Column[]::new));
  }

  static Column[] columns(List<String> names) {
    return names.stream().map(n -> col("`" + n + "`")).toArray(Column[]::new);
  }

  static Column[] columns(String... names) {
    return columns(Arrays.asList(names));
  }
}
