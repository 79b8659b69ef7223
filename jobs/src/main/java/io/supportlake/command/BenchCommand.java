package io.supportlake.command;

import io.supportlake.platform.IngestBench;
import io.supportlake.platform.Progress;
import io.supportlake.platform.UsageException;
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
import picocli.CommandLine.Spec;

/** {@code bench}: what the product's own work costs, as ratios in one run. */
@Command(
    name = "bench",
    description = "Measures what the product's own work costs against the physical floor.",
    subcommands = BenchCommand.Ingest.class,
    mixinStandardHelpOptions = true)
final class BenchCommand implements Callable<Integer> {
  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() {
    throw new CommandLine.ParameterException(
        Objects.requireNonNull(spec).commandLine(), "say what to measure: bench ingest");
  }

  /** {@code bench ingest}. */
  @Command(
      name = "ingest",
      description =
          "Measures bronze and silver against plain Spark reading the same lines and writing Parquet.",
      mixinStandardHelpOptions = true)
  static final class Ingest implements Callable<Integer> {
    @Mixin private final Installation installation = new Installation();

    @Option(
        names = "--events",
        defaultValue = "5000000",
        description = "usage events (default: ${DEFAULT-VALUE})")
    private long events = 5_000_000;

    @Option(
        names = "--errors",
        defaultValue = "1000000",
        description = "error lines (default: ${DEFAULT-VALUE})")
    private long errors = 1_000_000;

    @Option(
        names = "--folder",
        paramLabel = "DIR",
        description = "where lines and lakes are made; must be empty (default: a temporary folder)")
    private @Nullable Path folder;

    @Option(names = "--json", paramLabel = "FILE", description = "where the figures are written")
    private @Nullable Path json;

    @Override
    public Integer call() throws IOException {
      Path work = folder == null ? Files.createTempDirectory("supportlake-bench") : folder;
      if (Files.exists(work) && !isEmpty(work)) {
        throw new UsageException(
            "%s is not empty, and a bench would mix with what lies there. Name an empty folder."
                .formatted(work));
      }
      try {
        IngestBench.Result result =
            new IngestBench(
                    installation.spark(),
                    installation.contracts(),
                    installation.config(),
                    installation.config().settings(DemoCommand.KEY),
                    Installation.conf(),
                    new Progress(System.out))
                .run(work.toAbsolutePath().normalize(), events, errors);
        String figures =
            String.format(
                Locale.ROOT,
                "{\"bronze_ratio\": %.3f, \"silver_ratio\": %.3f, \"floor_seconds\": %.2f, \"bronze_seconds\": %.2f, \"silver_seconds\": %.2f, \"rows\": %d, \"bytes\": %d}%n",
                result.bronzeRatio(),
                result.silverRatio(),
                result.floorSeconds(),
                result.bronzeSeconds(),
                result.silverSeconds(),
                result.rows(),
                result.bytes());
        System.out.print(figures);
        if (json != null) {
          Files.writeString(json, figures);
        }
      } finally {
        if (folder == null) {
          Folders.empty(work);
          Files.delete(work);
        }
      }
      return 0;
    }

    private static boolean isEmpty(Path folder) throws IOException {
      try (var files = Files.list(folder)) {
        return files.findAny().isEmpty();
      }
    }
  }
}
