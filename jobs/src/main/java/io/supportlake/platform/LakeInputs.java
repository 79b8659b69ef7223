package io.supportlake.platform;

import static org.apache.spark.sql.functions.broadcast;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;

import io.supportlake.Inputs;
import io.supportlake.Period;
import io.supportlake.Settings;
import io.supportlake.platform.Contract.Kind;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedSet;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;
import scala.jdk.javaapi.CollectionConverters;

/**
 * The inputs of one table in one run, cut as its contract says.
 *
 * @param spark the session that the table is built in
 * @param changes what this run did to the tables upstream
 * @param units the units to build, or null where all are built
 * @param changedDays days that this run changed, by input and date column; null where nothing is
 *     carried on
 * @param conf configuration tables by name
 * @param corrected by event table, the ids that have more than one version as of the period, with
 *     their {@code newest_version}
 */
record LakeInputs(
    SparkSession spark,
    Settings settings,
    Lake lake,
    Contracts contracts,
    Contract contract,
    Period period,
    Map<String, Changes> changes,
    UnitBegin.@Nullable Units units,
    @Nullable BiFunction<Contract.Input, String, SortedSet<LocalDate>> changedDays,
    Function<String, Dataset<Row>> conf,
    Function<String, Dataset<Row>> corrected)
    implements Inputs {

  @Override
  public Dataset<Row> table(String name) {
    return Sessions.gathered(spark, rows(name));
  }

  @Override
  public Dataset<Row> once(Dataset<Row> rows) {
    return units == null ? rows : rows.localCheckpoint();
  }

  @Override
  public OptionalLong version(String name) {
    return lake.exists(name) ? OptionalLong.of(lake.version(name)) : OptionalLong.empty();
  }

  @Override
  public Optional<SortedSet<LocalDate>> changedDays(String name, String column) {
    Changes made = changes.get(name);
    // Of what stood in a table that was built anew, nobody knows the days.
    return changedDays == null || (made != null && made.isFull())
        ? Optional.empty()
        : Optional.of(changedDays.apply(contract.input(name), column));
  }

  private Dataset<Row> rows(String name) {
    Contract.Input input = contract.input(name);
    if (name.startsWith("conf.")) {
      return conf.apply(name);
    }
    return switch (input.read()) {
      case "new" -> fresh(name);
      case "signed" -> signed(name);
      case "unit" -> ofUnits(current(name), input);
      case "days" -> ofDays(current(name), input);
      case "history" -> history(name);
      case "all", "seldom" -> current(name);
      default ->
          throw new UsageException(
              "%s: the input %s reads '%s', which is none of new, signed, unit, days, history, all, seldom. Correct the contract."
                  .formatted(contract.name(), name, input.read()));
    };
  }

  private Dataset<Row> fresh(String name) {
    Changes made = changes.get(name);
    return made == null ? lake.empty(name) : made.fresh();
  }

  /**
   * Newest version of each record as of the period, for event tables; else the rows as they are.
   */
  private Dataset<Row> current(String name) {
    Contract of = contracts.of(name);
    Dataset<Row> rows = lake.read(name);
    if (of.kind() != Kind.EVENT) {
      return rows;
    }
    Dataset<Row> known = rows.where(col("arrival_date").leq(lit(period.asOf())));
    String id = of.key().getFirst();
    return known
        .join(
            broadcast(corrected.apply(name)),
            CollectionConverters.asScala(List.of(id)).toSeq(),
            "left")
        .where(
            col("newest_version").isNull().or(col("record_version").equalTo(col("newest_version"))))
        .drop("newest_version");
  }

  /** Fresh versions with +1, and with -1 the versions that they supersede. */
  private Dataset<Row> signed(String name) {
    Dataset<Row> fresh = fresh(name);
    String id = contracts.of(name).key().getFirst();
    Dataset<Row> corrections =
        fresh
            .where(col("record_version").gt(1))
            .select(
                col(id),
                col("record_version").minus(1).as("record_version"),
                col("arrival_date").as("superseded_on"));
    if (Sessions.gathered(spark, corrections).isEmpty()) {
      return fresh.withColumn("record_sign", lit(1));
    }
    Dataset<Row> superseded =
        lake.read(name)
            .join(
                broadcast(corrections),
                CollectionConverters.asScala(List.of(id, "record_version")).toSeq())
            .drop("arrival_date")
            .withColumnRenamed("superseded_on", "arrival_date");
    return fresh
        .withColumn("record_sign", lit(1))
        .unionByName(superseded.withColumn("record_sign", lit(-1)));
  }

  private Dataset<Row> ofUnits(Dataset<Row> rows, Contract.Input input) {
    return units == null
        ? rows
        : units
            .from(rows, input.column())
            .join(
                broadcast(units.rows()),
                CollectionConverters.asScala(List.of(units.rows().columns())).toSeq(),
                "left_semi");
  }

  private Dataset<Row> ofDays(Dataset<Row> rows, Contract.Input input) {
    List<LocalDate> days = period.days();
    if (days.isEmpty()) {
      return rows.where(lit(false));
    }
    return rows.where(
        Stream.concat(Stream.of(dayColumn(input)), input.touches().stream())
            .map(column -> within(col(column), input.lookBack()))
            .reduce(Column::or)
            .orElseThrow());
  }

  private Column within(Column day, int lookBack) {
    List<LocalDate> days = period.days();
    if (lookBack == 0 && !spansMonths()) {
      return period.covers(day);
    }
    LocalDate last = spansMonths() ? days.getLast().plusMonths(1).minusDays(1) : days.getLast();
    return day.between(days.getFirst().minusDays(lookBack), last);
  }

  private boolean spansMonths() {
    return "month".equals(contract.optionalProperty("every"));
  }

  private String dayColumn(Contract.Input input) {
    String column = input.column();
    if (column == null) {
      throw new UsageException(
          "%s: the input %s reads days but names no column. Add column to the contract."
              .formatted(contract.name(), input.table()));
    }
    return column;
  }

  /** A journal's rows known before (its own) or up to (another's) the period's days. */
  private Dataset<Row> history(String name) {
    Contract of = contracts.of(name);
    Dataset<Row> rows = lake.read(name);
    if (of.kind() != Kind.JOURNAL) {
      return rows;
    }
    Column day = col(String.valueOf(of.property("day")));
    return name.equals(contract.name())
        ? rows.where(day.lt(lit(period.days().getFirst())))
        : rows.where(day.leq(lit(period.asOf())));
  }
}
