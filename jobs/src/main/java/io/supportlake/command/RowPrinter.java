package io.supportlake.command;

import de.siegmar.fastcsv.writer.CsvWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Prints bounded query results. */
final class RowPrinter {
  private static final int WIDEST = 60;

  private RowPrinter() {}

  /** How rows are printed. */
  enum Format {
    table,
    csv,
    json
  }

  /** The options of commands that print rows. */
  static final class Options {
    @Option(
        names = "--format",
        description = "table, csv or json (default: ${DEFAULT-VALUE})",
        defaultValue = "table")
    private Format format = Format.table;

    @Option(
        names = "--limit",
        description = "most rows printed (default: ${DEFAULT-VALUE})",
        defaultValue = "1000")
    private int limit = 1000;

    Format format() {
      return format;
    }

    int limit() {
      return limit;
    }
  }

  /** In a format. */
  static void print(Dataset<Row> rows, Format format, PrintStream out) {
    switch (format) {
      case table -> table(rows, out);
      case csv -> csv(rows, out);
      case json -> rows.toJSON().collectAsList().forEach(out::println);
    }
  }

  /** As an aligned table; long cells are cut. */
  static void table(Dataset<Row> rows, PrintStream out) {
    List<String> names = Arrays.asList(rows.columns());
    table(
        names,
        rows.collectAsList().stream()
            .map(row ->
                IntStream.range(0, names.size()).mapToObj(i -> cut(text(row.get(i)))).toList())
            .toList(),
        out);
  }

  /** As an aligned table. */
  static void table(List<String> names, List<List<String>> rows, PrintStream out) {
    List<List<String>> cells = new ArrayList<>();
    cells.add(names);
    cells.addAll(rows);
    int[] widths =
        IntStream.range(0, names.size())
            .map(i -> cells.stream().mapToInt(r -> r.get(i).length()).max().orElse(0))
            .toArray();
    for (int r = 0; r < cells.size(); r++) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < widths.length; i++) {
        line.append(i == 0 ? "" : "  ").append(pad(cells.get(r).get(i), widths[i]));
      }
      out.println(line.toString().stripTrailing());
      if (r == 0) {
        out.println(String.join("  ", Arrays.stream(widths).mapToObj("-"::repeat).toList()));
      }
    }
    out.printf("(%d %s)%n", rows.size(), rows.size() == 1 ? "row" : "rows");
  }

  /** As CSV with a header. */
  static void csv(Dataset<Row> rows, PrintStream out) {
    try {
      CsvWriter writer =
          CsvWriter.builder().build(new OutputStreamWriter(out, StandardCharsets.UTF_8));
      writer.writeRecord(rows.columns());
      for (Row row : rows.collectAsList()) {
        writer.writeRecord(
            IntStream.range(0, row.size())
                .mapToObj(i -> row.isNullAt(i) ? null : text(row.get(i)))
                .toList());
      }
      writer.flush();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write to standard output", e);
    }
  }

  private static String text(@Nullable Object value) {
    return switch (value) {
      case null -> "";
      case scala.collection.Iterable<?> many -> many.mkString("[", ", ", "]");
      default -> value.toString();
    };
  }

  private static String cut(String text) {
    String line = text.replace('\n', ' ');
    return line.length() <= WIDEST ? line : line.substring(0, WIDEST - 1) + "…";
  }

  private static String pad(String text, int width) {
    return text + " ".repeat(width - text.length());
  }
}
