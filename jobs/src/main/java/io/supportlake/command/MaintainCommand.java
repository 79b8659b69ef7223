package io.supportlake.command;

import io.supportlake.platform.Maintenance;
import io.supportlake.platform.Progress;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code maintain}: small files joined, versions nobody can need removed. */
@Command(
    name = "maintain",
    description = "Joins small files and removes files of old versions.",
    mixinStandardHelpOptions = true)
final class MaintainCommand implements Callable<Integer> {
  @Mixin private final Installation installation = new Installation();

  @Option(
      names = "--keep-hours",
      defaultValue = "168",
      description = "hours that replaced files are kept for readers (default: ${DEFAULT-VALUE})")
  private int keepHours = 168;

  @Override
  public Integer call() {
    new Maintenance(
            installation.spark(),
            installation.lake(),
            installation.contracts(),
            installation.config(),
            new Progress(System.out))
        .run(keepHours);
    return 0;
  }
}
