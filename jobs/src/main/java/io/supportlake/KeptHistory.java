package io.supportlake;

import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * A table that is built anew from all records of a unit whenever one more comes. Bronze keeps these
 * records beyond the retention period of their source, but not what names people in them.
 */
public interface KeptHistory extends Table {

  /**
   * The records without personal data that the table can do without, and with keyed tokens in place
   * of the others. The table built from them is the same, and done twice changes nothing.
   *
   * @param records in the columns of the bronze table that this one is built from
   */
  Dataset<Row> pseudonymous(Dataset<Row> records, Settings settings);
}
