package io.supportlake;

import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * One silver or gold table: a pure function from its inputs to the rows of a period. The class has
 * the name of its contract; everything else about the table (inputs, keys, checks, how it is kept
 * up to date) stands in the contract.
 */
@FunctionalInterface
public interface Table {

  /**
   * The rows of the period, in the contract's columns; order and extra columns do not matter.
   *
   * <p>What "of the period" means depends on the contract's kind: for event and increment tables
   * the rows whose arrival date lies in it; for lifecycle tables all rows of the units that the
   * inputs were cut to; for daily, snapshot and journal tables the rows of {@link Period#days()}.
   */
  Dataset<Row> build(Inputs in, Period period);
}
