package io.supportlake.command;

import io.supportlake.generator.Generator;
import io.supportlake.platform.Progress;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code generate}: a landing zone of a fictional fintech, with its planted truth. */
@Command(
    name = "generate",
    description = "Writes a landing zone of a fictional fintech, and the truth planted in it.",
    mixinStandardHelpOptions = true)
final class GenerateCommand implements Callable<Integer> {
  @Mixin private final Installation installation = new Installation();

  @Option(names = "--seed", defaultValue = "7", description = "default: ${DEFAULT-VALUE}")
  private long seed = 7;

  @Option(names = "--accounts", defaultValue = "1000", description = "default: ${DEFAULT-VALUE}")
  private int accounts = 1000;

  @Option(names = "--days", defaultValue = "546", description = "default: ${DEFAULT-VALUE}")
  private int days = 546;

  @Option(
      names = "--start",
      defaultValue = "2025-01-01",
      description = "first day (default: ${DEFAULT-VALUE})")
  private LocalDate start = LocalDate.EPOCH;

  @Option(
      names = "--truth",
      paramLabel = "DIR",
      description = "folder of the planted truth (default: truth beside the landing zone)")
  private @org.jspecify.annotations.Nullable Path truth;

  @Override
  public Integer call() {
    Path landing = Path.of(installation.config().landing()).toAbsolutePath();
    Path truthFolder = truth == null ? landing.resolveSibling("truth") : truth;
    Generator.Summary summary =
        Generator.run(
            new Generator.Options(seed, accounts, start, days, installation.settings().key()),
            landing,
            truthFolder);
    new Progress(System.out).step("landing zone %s, truth %s: %s", landing, truthFolder, summary);
    return 0;
  }
}
