package io.supportlake.command;

import io.supportlake.platform.Maintenance;
import io.supportlake.platform.Progress;
import java.time.LocalDate;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code maintain}: retention, small files joined, versions nobody can need removed. */
@Command(
    name = "maintain",
    description =
        "Removes or pseudonymizes what is past its retention, joins small files, removes old versions.",
    mixinStandardHelpOptions = true)
final class MaintainCommand implements Callable<Integer> {
  @Mixin private final Installation installation = new Installation();

  @Option(
      names = "--keep-hours",
      defaultValue = "168",
      description = "hours that replaced files are kept for readers (default: ${DEFAULT-VALUE})")
  private int keepHours = 168;

  @Option(
      names = "--date",
      paramLabel = "DATE",
      description = "day that retention counts back from (default: end of the last finished run)")
  private @Nullable LocalDate date;

  @Option(names = "--dry-run", description = "only says what retention would remove")
  private boolean isDryRun;

  @Override
  public Integer call() {
    new Maintenance(
            installation.spark(),
            installation.lake(),
            installation.contracts(),
            installation.config(),
            installation.settings(),
            Installation.conf(),
            new Progress(System.out))
        .run(keepHours, date, isDryRun);
    return 0;
  }
}
