package io.supportlake.platform;

import static org.apache.spark.sql.functions.bool_or;
import static org.apache.spark.sql.functions.broadcast;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.count_if;
import static org.apache.spark.sql.functions.least;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.when;

import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.jspecify.annotations.Nullable;
import scala.collection.immutable.Seq;
import scala.jdk.javaapi.CollectionConverters;

/**
 * What tells on which day a unit begins, as the contract's property {@code begins} has it. No row
 * that hangs on a unit is of an earlier day, so a build of some units reads its inputs and its own
 * rows from the first of their days on, however long the history is.
 *
 * @param register has one row a unit
 * @param column of the register, the unit's first day
 * @param records table whose records make the units
 * @param day of a record; the least of a unit's records is its first day
 */
record UnitBegin(Contract register, String column, String records, String day) {
  private static final String BEGINS = "begins";

  /** Of tables that are built by such units; empty where nothing tells. */
  static Optional<UnitBegin> of(Contracts contracts, List<String> unit) {
    return contracts.all().stream()
        .filter(c -> c.kind() == Contract.Kind.LIFECYCLE && c.unit().equals(unit))
        .flatMap(c -> of(c).stream())
        .findFirst();
  }

  private static Optional<UnitBegin> of(Contract register) {
    if (!(register.optionalProperty(BEGINS) instanceof Map<?, ?> begins)) {
      return Optional.empty();
    }
    if (!(begins.get("column") instanceof String column
        && begins.get("records") instanceof String records
        && begins.get("day") instanceof String day)) {
      throw new UsageException(
          "%s: `begins` has to name column, records and day. Correct the contract."
              .formatted(register.name()));
    }
    return Optional.of(new UnitBegin(register, column, records, day));
  }

  /**
   * Some units.
   *
   * @param rows one a unit, kept
   * @param since no row that hangs on one is of an earlier day; null where nobody can tell
   */
  record Units(Dataset<Row> rows, long count, @Nullable LocalDate since) {
    /**
     * Those rows that may hang on the units: two days more, since the reporting zone may have been
     * another when a row was written (zones are up to 26 hours apart), and rows from before the
     * table had the column.
     */
    Dataset<Row> from(Dataset<Row> all, @Nullable String day) {
      return since == null || day == null
          ? all
          : all.where(col(day).isNull().or(col(day).geq(lit(since.minusDays(2)))));
    }
  }

  /**
   * Units with their first day.
   *
   * @param units distinct
   * @param stood the register as the last finished run left it
   * @param fresh records that came since
   */
  Units of(Dataset<Row> units, Dataset<Row> stood, Dataset<Row> fresh) {
    Seq<String> unit = CollectionConverters.asScala(List.of(units.columns())).toSeq();
    Column[] keys = Lake.columns(units.columns());
    Dataset<Row> begun =
        stood
            .join(broadcast(units), unit, "left_semi")
            .groupBy(keys)
            .agg(
                min(col(column)).as("stood_begin"), bool_or(col(column).isNull()).as("is_unknown"));
    Dataset<Row> records = fresh.groupBy(keys).agg(min(col(day)).as("fresh_begin"));
    Dataset<Row> dated =
        units
            .join(begun, unit, "left")
            .join(records, unit, "left")
            .withColumn(
                BEGINS,
                when(
                    not(coalesce(col("is_unknown"), lit(false))),
                    least(col("stood_begin"), col("fresh_begin"))))
            .localCheckpoint();
    Row all = dated.agg(count(lit(1)), min(col(BEGINS)), count_if(col(BEGINS).isNull())).first();
    return new Units(
        dated.select(keys), all.getLong(0), all.getLong(2) > 0 ? null : localDate(all.get(1)));
  }

  private static @Nullable LocalDate localDate(@Nullable Object date) {
    return switch (date) {
      case null -> null;
      case LocalDate day -> day;
      case java.sql.Date day -> day.toLocalDate();
      default -> throw new IllegalStateException("no date: " + date);
    };
  }
}
