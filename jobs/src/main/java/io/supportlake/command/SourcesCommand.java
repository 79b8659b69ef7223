package io.supportlake.command;

import io.supportlake.platform.SourceCheck;
import io.supportlake.platform.UsageException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code sources}: the vendor mappings, and what one would make of a file. */
@Command(
    name = "sources",
    description = "Lists the vendor mappings, or checks what one makes of a file.",
    subcommands = {SourcesCommand.ListCommand.class, SourcesCommand.CheckCommand.class},
    mixinStandardHelpOptions = true)
final class SourcesCommand implements Callable<Integer> {
  @Override
  public Integer call() {
    return list();
  }

  private static int list() {
    for (SourceCheck.Listed mapping : SourceCheck.list(Installation.conf())) {
      System.out.printf(
          "%s -> %s (landing folder %s)%n    %s%n",
          mapping.name(),
          String.join(", ", mapping.gives()),
          mapping.folder(),
          mapping.description());
    }
    return 0;
  }

  /** {@code sources list}. */
  @Command(
      name = "list",
      description = "Lists the vendor mappings with what they read and give.",
      mixinStandardHelpOptions = true)
  static final class ListCommand implements Callable<Integer> {
    @Override
    public Integer call() {
      return list();
    }
  }

  /** {@code sources check}. */
  @Command(
      name = "check",
      description = "Shows what a mapping would take and refuse of a file; writes nothing.",
      mixinStandardHelpOptions = true)
  static final class CheckCommand implements Callable<Integer> {
    @Mixin private final Installation installation = new Installation();

    @Parameters(paramLabel = "FILE", description = "a file of the vendor's, plain or .gz")
    private Path file = Path.of("");

    @Option(names = "--mapping", required = true, description = "name in conf/sources")
    private String mapping = "";

    @Option(names = "--records", defaultValue = "10", description = "records shown of each source")
    private int records;

    @Override
    public Integer call() {
      if (records < 1) {
        throw new UsageException("--records must be at least 1. Name a greater number.");
      }
      SourceCheck check =
          new SourceCheck(installation.spark(), installation.contracts(), installation.settings());
      for (SourceCheck.Found found : check.check(Installation.conf(), mapping, file, records)) {
        System.out.printf(
            "%s: %,d read, %,d would be refused%n", found.source(), found.read(), found.refused());
        for (SourceCheck.Outcome outcome : found.records()) {
          System.out.println(
              outcome.reasons().isEmpty()
                  ? "  taken"
                  : "  refused: " + String.join(", ", outcome.reasons()));
          outcome
              .columns()
              .forEach((name, value) -> System.out.printf("    %-16s %s%n", name, value));
        }
      }
      return 0;
    }
  }
}
