package io.supportlake.command;

import io.supportlake.platform.Contract;
import io.supportlake.platform.Contracts;
import io.supportlake.platform.FinishedSet;
import io.supportlake.platform.Lake;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code tables}: where each table lies, in which version, complete until when. */
@Command(
    name = "tables",
    description = "Lists the tables: version of the last finished set, complete until, path.",
    mixinStandardHelpOptions = true)
final class TablesCommand implements Callable<Integer> {
  @Mixin private final Installation installation = new Installation();

  @Override
  public Integer call() {
    Contracts contracts = installation.contracts();
    Lake lake = installation.lake();
    FinishedSet finished = FinishedSet.of(lake);
    System.out.printf(
        "%-30s %-10s %8s  %-14s %s%n", "table", "kind", "version", "complete until", "path");
    for (Contract contract : contracts.all()) {
      if (contract.layer().equals("raw")) {
        continue;
      }
      System.out.printf(
          "%-30s %-10s %8s  %-14s %s%n",
          contract.name(),
          contract.kind().name().toLowerCase(java.util.Locale.ROOT),
          finished.version(contract.name()).map(String::valueOf).orElse("-"),
          finished.completeUntil(contract.name()).map(String::valueOf).orElse("-"),
          lake.path(contract.name()));
    }
    return 0;
  }
}
