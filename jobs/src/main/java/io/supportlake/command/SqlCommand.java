package io.supportlake.command;

import io.supportlake.platform.Queries;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
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

  @Mixin private final RowPrinter.Options printing = new RowPrinter.Options();

  @Override
  public Integer call() {
    RowPrinter.print(
        new Queries(installation.spark(), installation.lake(), installation.contracts())
            .query(query)
            .limit(printing.limit()),
        printing.format(),
        System.out);
    return 0;
  }
}
