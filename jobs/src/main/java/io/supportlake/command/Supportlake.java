package io.supportlake.command;

import io.supportlake.platform.DataException;
import io.supportlake.platform.UsageException;
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
      SqlCommand.class,
      SourcesCommand.class,
      TablesCommand.class,
      DocsCommand.class,
      MaintainCommand.class,
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
              default -> {
                exception.printStackTrace();
                yield say(exception, 1);
              }
            })
        .execute(args);
  }

  private static int say(Exception exception, int code) {
    System.err.println("supportlake: " + exception.getMessage());
    return code;
  }
}
