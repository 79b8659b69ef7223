package io.supportlake.command;

import io.supportlake.platform.DataException;
import io.supportlake.platform.Outages;
import io.supportlake.platform.RedactedCsv;
import io.supportlake.platform.UsageException;
import io.supportlake.rules.Redactor;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** All commands, and how their failures become exit codes. */
@Command(
    name = "supportlake",
    description = "Batch analytics and predictive support for complex financial products.",
    mixinStandardHelpOptions = true,
    subcommands = {
      DemoCommand.class,
      GenerateCommand.class,
      RunCommand.class,
      PlanCommand.class,
      TrainCommand.class,
      OutreachCommand.class,
      ReportCommand.class,
      MetricCommand.class,
      PublishCommand.class,
      SqlCommand.class,
      RedactCommand.class,
      SourcesCommand.class,
      TablesCommand.class,
      DocsCommand.class,
      QuarantineCommand.class,
      BenchCommand.class,
      MaintainCommand.class,
      EraseCommand.class,
      SubjectExportCommand.class,
      EvaluateCommand.class,
      DoctorCommand.class,
      CommandLine.HelpCommand.class
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:done",
      "1:failed: a fault or an outage; running again may help",
      "2:wrong usage, configuration or environment",
      "3:data refused; running again will not help until somebody mends them"
    })
public final class Supportlake {
  private Supportlake() {}

  /** Runs one command line and gives its exit code. */
  public static int execute(String... args) {
    return new CommandLine(new Supportlake())
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setExecutionExceptionHandler((exception, command, parse) ->
            switch (exception) {
              case UsageException e -> say(e, 2);
              case DataException e -> say(e, 3);
              default -> failed(exception);
            })
        .execute(args);
  }

  /** A fault of the machine is explained; one of the program is shown with where it arose. */
  private static int failed(Exception exception) {
    Optional<String> outage = Outages.explain(exception);
    if (outage.isPresent()) {
      System.err.println("supportlake: " + redacted(outage.get()));
      return 1;
    }
    StringWriter trace = new StringWriter();
    exception.printStackTrace(new PrintWriter(trace));
    System.err.print(redacted(trace.toString()));
    return say(exception, 1);
  }

  private static int say(Exception exception, int code) {
    System.err.println("supportlake: " + redacted(String.valueOf(exception.getMessage())));
    return code;
  }

  /** Messages quote what is wrong, be it a record's words; schedulers keep them for long. */
  private static String redacted(String message) {
    return Redactor.of(RedactedCsv.randomKey(), "US").redact(message).text();
  }
}
