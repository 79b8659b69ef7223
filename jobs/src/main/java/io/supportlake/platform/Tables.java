package io.supportlake.platform;

import io.supportlake.Table;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The class of each silver and gold contract, and the order in which tables can be built. */
public final class Tables {
  private Tables() {}

  /** The class name that a silver or gold contract stands for. */
  public static String className(Contract contract) {
    String simple =
        Stream.of(contract.shortName().split("_"))
            .map(w -> w.substring(0, 1).toUpperCase(Locale.ROOT) + w.substring(1))
            .collect(Collectors.joining());
    return contract.layer().equals("silver")
        ? "io.supportlake.silver." + simple
        : "io.supportlake.gold." + contract.property("capability") + "." + simple;
  }

  /** The table of a silver or gold contract. */
  static Table of(Contract contract) {
    try {
      return (Table) Class.forName(className(contract)).getConstructor().newInstance();
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(
          "%s: its contract needs the class %s with a public constructor without arguments"
              .formatted(contract.name(), className(contract)),
          e);
    }
  }

  /** Silver and gold contracts, each after its inputs; by name where the order is free. */
  public static List<Contract> inOrder(Contracts contracts) {
    Set<String> done = new LinkedHashSet<>();
    List<Contract> open = new ArrayList<>(contracts.layer("silver"));
    open.addAll(contracts.layer("gold"));
    List<Contract> ordered = new ArrayList<>();
    while (!open.isEmpty()) {
      Contract next =
          open.stream()
              .filter(c -> upstream(c).stream().allMatch(i -> isBronze(i) || done.contains(i)))
              .findFirst()
              .orElseThrow(() ->
                  new UsageException(
                      "the contracts' inputs go in a circle or name a table that is not there, among %s. Correct the inputs."
                          .formatted(
                              open.stream()
                                  .map(Contract::name)
                                  .collect(Collectors.joining(", ")))));
      open.remove(next);
      done.add(next.name());
      ordered.add(next);
    }
    return ordered;
  }

  /** The tables that must be built before: inputs less configuration, ops and the table itself. */
  public static List<String> upstream(Contract contract) {
    return contract.inputs().stream()
        .map(Contract.Input::table)
        .filter(t -> !t.startsWith("conf.") && !t.startsWith("ops."))
        .filter(t -> !t.equals(contract.name()))
        .distinct()
        .toList();
  }

  private static boolean isBronze(String table) {
    return table.startsWith("bronze.");
  }
}
