package io.supportlake.command;

import io.supportlake.Settings;
import io.supportlake.platform.Progress;
import io.supportlake.platform.Runner;
import java.time.LocalDate;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code run}: brings the lake to the end of a date. */
@Command(
    name = "run",
    description = "Takes what has landed and brings every table to the end of a date.",
    mixinStandardHelpOptions = true)
final class RunCommand implements Callable<Integer> {
  @Mixin private final Installation installation = new Installation();

  @Option(
      names = {"--date", "--to"},
      required = true,
      paramLabel = "DATE",
      description = "last arrival date (yyyy-mm-dd)")
  private LocalDate to = LocalDate.EPOCH;

  @Option(
      names = "--from",
      paramLabel = "DATE",
      description =
          "first arrival date of the first run (default: the earliest day that has landed); later runs continue where the last ended")
  private @Nullable LocalDate from;

  @Override
  public Integer call() {
    Settings settings = installation.settings();
    Progress progress = new Progress(System.out);
    progress.step("configuration %s", installation.config().printable());
    Runner.Summary summary = installation.runner(settings, progress).run(from, to);
    progress.step(
        "%,d records read from %d files: %,d new, %,d quarantined",
        summary.read(), summary.files(), summary.accepted(), summary.quarantined());
    Runner.refuseStopped(summary);
    return 0;
  }
}
