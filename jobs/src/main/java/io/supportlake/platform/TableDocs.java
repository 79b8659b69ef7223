package io.supportlake.platform;

import io.supportlake.platform.Contract.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.MapType;

/** TABLES.md: every table as its contract has it. */
public final class TableDocs {
  private TableDocs() {}

  /** The whole document. */
  public static String markdown(Contracts contracts) {
    Map<String, List<String>> readers = new TreeMap<>();
    for (Contract contract : contracts.all()) {
      for (Contract.Input input : contract.inputs()) {
        readers.computeIfAbsent(input.table(), t -> new ArrayList<>()).add(contract.name());
      }
    }
    StringBuilder text = new StringBuilder();
    text.append("# Tables\n\n")
        .append("Generated from `schemas/` by `./supportlake docs`; do not edit.\n\n")
        .append(
            "Instants (`_at`) are UTC, days (`_date`) are local days of the reporting zone, money is"
                + " decimal with its currency. A table is read as of the last finished set of"
                + " versions (`./supportlake tables`).\n\n");
    for (String layer : List.of("gold", "silver", "bronze", "ops")) {
      text.append("- [").append(layer).append("](#").append(layer).append("): ");
      text.append(
          contracts.layer(layer).stream()
              .map(c -> "[" + c.shortName() + "](#" + anchor(c) + ")")
              .collect(Collectors.joining(", ")));
      text.append('\n');
    }
    for (String layer : List.of("gold", "silver", "bronze", "ops")) {
      text.append("\n## ").append(layer).append('\n');
      for (Contract contract : contracts.layer(layer)) {
        table(text, contract, readers.getOrDefault(contract.name(), List.of()));
      }
    }
    return text.toString();
  }

  private static void table(StringBuilder text, Contract contract, List<String> readers) {
    text.append("\n### ").append(contract.name()).append("\n\n");
    text.append(contract.purpose()).append("\n\n");
    text.append("- **One row is** ").append(contract.grain()).append(".\n");
    text.append("- **Kind:** ").append(kind(contract)).append('\n');
    if (!contract.key().isEmpty()) {
      text.append("- **Key:** `").append(String.join("`, `", contract.key())).append("`\n");
    }
    if (!contract.inputs().isEmpty()) {
      text.append("- **Built from** ")
          .append(
              contract.inputs().stream()
                  .map(i -> "`" + i.table() + "`")
                  .distinct()
                  .collect(Collectors.joining(", ")))
          .append(".\n");
    }
    if (!readers.isEmpty()) {
      text.append("- **Read by** ")
          .append(
              readers.stream()
                  .distinct()
                  .sorted()
                  .map(r -> "`" + r + "`")
                  .collect(Collectors.joining(", ")))
          .append(".\n");
    }
    text.append("- **Summing:** ").append(summing(contract)).append('\n');
    if (contract.limitations() != null) {
      text.append("- **Limits:** ").append(contract.limitations()).append('\n');
    }
    text.append("\n| column | type | meaning |\n|---|---|---|\n");
    for (Contract.Column c : contract.columns()) {
      text.append("| ")
          .append(c.name())
          .append(c.classification() == null ? "" : " (" + c.classification() + ")")
          .append(" | ")
          .append(c.type().sql().toLowerCase(Locale.ROOT))
          .append(c.required() ? "" : ", may be null")
          .append(" | ")
          .append(c.description().replace("|", "\\|"))
          .append(" |\n");
    }
    if (!contract.checks().isEmpty()) {
      text.append("\nChecked before each commit, beside key and required columns: ")
          .append(
              contract.checks().stream()
                  .map(c -> c.description() + (c.isError() ? "" : " (warning)"))
                  .collect(Collectors.joining("; ")))
          .append(".\n");
    }
    text.append("\n```sql\n").append(example(contract)).append("\n```\n");
  }

  private static String kind(Contract contract) {
    return switch (contract.kind()) {
      case EVENT ->
          "event: versions of records, appended by arrival; as of a date = the highest"
              + " `record_version` with `arrival_date` up to it.";
      case INCREMENT -> "increment: additive rows, appended by arrival.";
      case LIFECYCLE ->
          "lifecycle: rows live across days; the touched "
              + String.join(", ", contract.unit())
              + " are rebuilt.";
      case DAILY -> "daily: days are rebuilt when something of them changed.";
      case SNAPSHOT -> "snapshot: a landmark is built once it is reached.";
      case JOURNAL -> "journal: what was decided on a day, appended.";
      case OPS -> "kept by the platform.";
      case SOURCE -> "source.";
    };
  }

  /** As the contract says; else by the columns' names. */
  private static String summing(Contract contract) {
    if (contract.optionalProperty("summing") instanceof String said) {
      return said;
    }
    if (contract.kind() == Kind.SNAPSHOT) {
      return "within one landmark only; never over landmarks.";
    }
    List<String> additive =
        contract.columns().stream()
            .filter(c -> isAdditive(contract, c))
            .map(c -> "`%s`".formatted(c.name()))
            .toList();
    String rows = contract.kind() == Kind.EVENT ? "the newest version of each record" : "any rows";
    return additive.isEmpty()
        ? contract.kind() == Kind.EVENT
            ? "count the newest version of each record."
            : "count the rows."
        : "%s add up over %s; divide after summing.".formatted(String.join(", ", additive), rows);
  }

  private static boolean isAdditive(Contract contract, Contract.Column column) {
    String name = column.name();
    boolean isSum =
        name.endsWith("_count") || name.endsWith("_seconds") || name.endsWith("_amount");
    boolean isDistinct =
        contract.optionalProperty("distinctCounts") instanceof List<?> distinct
            && distinct.contains(name);
    return isSum
        && !isDistinct
        && !(column.type() instanceof ArrayType)
        && !(column.type() instanceof MapType);
  }

  private static String example(Contract contract) {
    String usage = contract.usage();
    return usage != null ? usage : "SELECT * FROM %s LIMIT 10".formatted(contract.name());
  }

  private static String anchor(Contract contract) {
    return contract.name().replace(".", "");
  }
}
