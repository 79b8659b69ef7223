package io.supportlake.platform;

import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.when;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.apache.spark.TaskContext;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.util.ArrayData;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.unsafe.types.UTF8String;
import org.apache.spark.util.AccumulatorV2;
import org.apache.spark.util.TaskCompletionListener;
import org.jspecify.annotations.Nullable;

/**
 * Counts a source's records while they go by to be written. To read them for it again, or to have
 * Spark observe every column, costs more than to count them here. Spark adds up what the tasks
 * counted whose rows are written, each once.
 *
 * <p>It is called from generated code, so it is public.
 */
public final class RecordCounter implements Serializable {
  private static final long serialVersionUID = 1;

  /** Columns of which one number says which have a value. */
  private static final int COLUMNS_OF_A_NUMBER = Long.SIZE - 1;

  private static final int NO_DAY = Integer.MIN_VALUE;

  private final List<String> columns;
  private final Sum sum;
  private transient @Nullable ReadCounts ofTask;

  private RecordCounter(List<String> columns, Sum sum) {
    this.columns = List.copyOf(columns);
    this.sum = sum;
  }

  /**
   * Of a source's records, of which none has gone by.
   *
   * @param mostHashes of ids that are kept; where there are more, none are
   */
  static RecordCounter of(SparkSession spark, Contract raw, int mostHashes) {
    Sum sum = new Sum(raw.columns().size(), mostHashes);
    spark.sparkContext().register(sum);
    return new RecordCounter(raw.columnNames(), sum);
  }

  /** What was counted, once the rows are written. */
  ReadCounts counts() {
    return sum.value();
  }

  /** Whether a record is accepted, which counts it. Rows as {@link Ingest#typed} has them. */
  Column isAccepted() {
    return JavaCall.counting(
        this,
        "count",
        DataTypes.BooleanType,
        col("ingest_file"),
        col("is_refused"),
        col("unknown_columns").isNotNull(),
        coalesce(expr("unix_date(event_date)"), lit(NO_DAY)),
        RepeatedHashes.asked(col("record_id")),
        array(filled()),
        // Not needed; but while it stands in rows that were just read, Spark leaves their values
        // where they are worked out. Else it would do that here, and again where they are written.
        col(SourceIngest.ROW));
  }

  /** Which columns have a value, a bit each. */
  private Column[] filled() {
    List<Column> numbers = new ArrayList<>();
    for (int from = 0; from < columns.size(); from += COLUMNS_OF_A_NUMBER) {
      Column bits = lit(0L);
      for (int i = from; i < Math.min(columns.size(), from + COLUMNS_OF_A_NUMBER); i++) {
        Column value = col("`" + columns.get(i) + "`");
        bits = bits.bitwiseOR(when(value.isNull(), lit(0L)).otherwise(lit(1L << (i - from))));
      }
      numbers.add(bits);
    }
    return numbers.toArray(Column[]::new);
  }

  /** Counts a record; whether it is accepted. */
  public boolean count(
      UTF8String file,
      boolean isRefused,
      boolean hasUnknownColumns,
      int day,
      long idHash,
      ArrayData filled,
      long row) {
    ReadCounts counts = ofTask();
    if (isRefused) {
      counts.refused(file);
      return false;
    }
    counts.accepted(file, hasUnknownColumns, idHash);
    if (day != NO_DAY) {
      counts.eventDay(day);
    }
    for (int i = 0; i < filled.numElements(); i++) {
      for (long bits = filled.getLong(i); bits != 0; bits &= bits - 1) {
        counts.filled(i * COLUMNS_OF_A_NUMBER + Long.numberOfTrailingZeros(bits));
      }
    }
    return true;
  }

  private ReadCounts ofTask() {
    ReadCounts counts = ofTask;
    if (counts == null) {
      ReadCounts made = sum.none();
      // At the end only: until then another thread may send the sum to the driver, as a sign of
      // life.
      Objects.requireNonNull(TaskContext.get(), "records are counted in tasks")
          .addTaskCompletionListener((TaskCompletionListener) _ -> sum.add(made));
      ofTask = made;
      counts = made;
    }
    return counts;
  }

  /** What Spark adds up. */
  private static final class Sum extends AccumulatorV2<ReadCounts, ReadCounts> {
    private static final long serialVersionUID = 1;

    private final int columns;
    private final int mostHashes;
    private volatile ReadCounts counts;

    private Sum(int columns, int mostHashes) {
      this.columns = columns;
      this.mostHashes = mostHashes;
      this.counts = none();
    }

    private ReadCounts none() {
      return new ReadCounts(columns, mostHashes);
    }

    @Override
    public boolean isZero() {
      return counts.isEmpty();
    }

    @Override
    public Sum copy() {
      Sum copy = new Sum(columns, mostHashes);
      copy.counts.add(counts);
      return copy;
    }

    @Override
    public void reset() {
      counts = none();
    }

    @Override
    public void add(ReadCounts others) {
      if (counts.isEmpty()) {
        counts = others;
      } else {
        counts.add(others);
      }
    }

    @Override
    public void merge(AccumulatorV2<ReadCounts, ReadCounts> other) {
      add(other.value());
    }

    @Override
    public ReadCounts value() {
      return counts;
    }
  }
}
