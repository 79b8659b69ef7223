package io.supportlake.command;

import io.supportlake.platform.Queries;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code sql}: a query over the last finished set. */
@Command(
    name = "sql",
    description = "Runs a query over the tables of the last finished set.",
    mixinStandardHelpOptions = true)
final class SqlCommand implements Callable<Integer> {
  @Mixin private final Installation installation = new Installation();

  @Parameters(paramLabel = "QUERY", description = "SELECT over names such as gold.metric")
  private String query = "";

  @Option(
      names = "--format",
      description = "table, csv or json (default: ${DEFAULT-VALUE})",
      defaultValue = "table")
  private RowPrinter.Format format = RowPrinter.Format.table;

  @Option(
      names = "--limit",
      description = "most rows printed (default: ${DEFAULT-VALUE})",
      defaultValue = "1000")
  private int limit = 1000;

  @Override
  public Integer call() {
    RowPrinter.print(
        new Queries(installation.spark(), installation.lake(), installation.contracts())
            .query(query)
            .limit(limit),
        format,
        System.out);
    return 0;
  }
}
