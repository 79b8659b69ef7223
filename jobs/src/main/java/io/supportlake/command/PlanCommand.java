package io.supportlake.command;

import io.supportlake.platform.Progress;
import java.time.LocalDate;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code plan}: what a run would build and why. */
@Command(
    name = "plan",
    description = "Shows what a run would take and build, and why, without running it.",
    mixinStandardHelpOptions = true)
final class PlanCommand implements Callable<Integer> {
  @Mixin private final Installation installation = new Installation();

  @Option(
      names = {"--date", "--to"},
      required = true,
      paramLabel = "DATE",
      description = "last arrival date")
  private LocalDate to = LocalDate.EPOCH;

  @Option(
      names = "--from",
      paramLabel = "DATE",
      description = "first arrival date of the first run")
  private @Nullable LocalDate from;

  @Override
  public Integer call() {
    installation
        .runner(installation.settings(), Progress.silent())
        .plan(from, to)
        .forEach(System.out::println);
    return 0;
  }
}
