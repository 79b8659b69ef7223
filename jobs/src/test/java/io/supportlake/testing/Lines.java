package io.supportlake.testing;

import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** Rows as short lines that read well in an assertion: columns joined by a bar, instants in UTC. */
public final class Lines {
  private Lines() {}

  /** The rows' expressions as text, in the order of the lines; null shows as null. */
  public static List<String> of(Dataset<Row> rows, String... expressions) {
    String[] texts =
        Arrays.stream(expressions)
            .map("coalesce(cast(%s as string), 'null')"::formatted)
            .toArray(String[]::new);
    return rows
        .selectExpr("concat_ws('|', %s)".formatted(String.join(", ", texts)))
        .collectAsList()
        .stream()
        .map(row -> row.getString(0))
        .sorted()
        .toList();
  }
}
