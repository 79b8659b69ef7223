package io.supportlake.command;

import io.supportlake.platform.TicketEvaluation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code evaluate}: how far what is derived agrees with what others say. */
@Command(
    name = "evaluate",
    description = "Compares what the pipeline derives with what a source says itself.",
    subcommands = EvaluateCommand.Tickets.class,
    mixinStandardHelpOptions = true)
final class EvaluateCommand implements Callable<Integer> {
  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() {
    throw new CommandLine.ParameterException(
        Objects.requireNonNull(spec).commandLine(), "say what to evaluate: evaluate tickets FILE");
  }

  /** {@code evaluate tickets}. */
  @Command(
      name = "tickets",
      description =
          "Compares a ticket system's own counters and times with those derived from the same file's events.",
      mixinStandardHelpOptions = true)
  static final class Tickets implements Callable<Integer> {
    @Mixin private final Installation installation = new Installation();

    @Parameters(paramLabel = "FILE", description = "a file of the vendor's, plain or .gz")
    private Path file = Path.of("");

    @Option(names = "--mapping", required = true, description = "name in conf/sources")
    private String mapping = "";

    @Option(names = "--json", paramLabel = "OUT", description = "where the figures are written")
    private @Nullable Path json;

    @Override
    public Integer call() throws IOException {
      Path work = Files.createTempDirectory("supportlake-evaluate");
      try {
        TicketEvaluation.Result result =
            new TicketEvaluation(
                    installation.spark(),
                    installation.contracts(),
                    installation.config(),
                    // What is hidden is thrown away with the folder.
                    installation.config().settings(DemoCommand.KEY),
                    Installation.conf())
                .evaluate(file.toAbsolutePath().normalize(), mapping, work);
        print(result);
        if (json != null) {
          Files.writeString(json, result.json());
        }
      } finally {
        Folders.empty(work);
        Files.delete(work);
      }
      return 0;
    }

    private static void print(TicketEvaluation.Result result) {
      System.out.printf("%,d records, %,d of them refused%n", result.read(), result.refused());
      System.out.printf("%-24s %14s %14s%n", "", "stated", "derived");
      for (TicketEvaluation.Figure figure : result.figures()) {
        System.out.printf(
            "%-24s %14s %14s%n", figure.name(), shown(figure.stated()), shown(figure.derived()));
        if (figure.reason() != null) {
          System.out.println("    " + figure.reason());
        }
        for (TicketEvaluation.Disagreement difference : figure.disagreements()) {
          System.out.printf("    %,d cases: %s%n", difference.cases(), difference.explanation());
        }
      }
    }

    private static String shown(@Nullable Double number) {
      if (number == null) {
        return "-";
      }
      return number == Math.rint(number)
          ? String.format(Locale.ROOT, "%,.0f", number)
          : String.format(Locale.ROOT, "%,.2f", number);
    }
  }
}
