package io.supportlake.command;

import io.supportlake.platform.MetricDocs;
import io.supportlake.platform.TableDocs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code docs}: TABLES.md and METRICS.md from the contracts. */
@Command(
    name = "docs",
    description = "Writes TABLES.md and METRICS.md from the contracts.",
    mixinStandardHelpOptions = true)
final class DocsCommand implements Callable<Integer> {
  @Override
  public Integer call() throws IOException {
    Path home = Installation.home();
    Files.writeString(
        home.resolve("TABLES.md"), TableDocs.markdown(new Installation().contracts()));
    Files.writeString(home.resolve("METRICS.md"), MetricDocs.markdown(home.resolve("schemas")));
    System.out.println("wrote TABLES.md and METRICS.md");
    return 0;
  }
}
