package io.supportlake.command;

import io.supportlake.Settings;
import io.supportlake.generator.Generator;
import io.supportlake.generator.SteadyLanding;
import io.supportlake.platform.BusinessTimeBench;
import io.supportlake.platform.CountingFileSystem;
import io.supportlake.platform.DailyCostBench;
import io.supportlake.platform.DailyCostBench.Cost;
import io.supportlake.platform.IngestBench;
import io.supportlake.platform.Progress;
import io.supportlake.platform.Sessions;
import io.supportlake.platform.UsageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
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
    description = "Measures what the product's own work costs, as ratios in one run.",
    subcommands = {
      BenchCommand.Ingest.class,
      BenchCommand.DailyCost.class,
      BenchCommand.BusinessTime.class
    },
    mixinStandardHelpOptions = true)
final class BenchCommand implements Callable<Integer> {
  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() {
    throw new CommandLine.ParameterException(
        Objects.requireNonNull(spec).commandLine(),
        "say what to measure: bench ingest, bench daily-cost or bench business-time");
  }

  /** A folder to work in, and where the figures go. */
  abstract static class Bench implements Callable<Integer> {
    @Mixin private final Installation installation = new Installation();

    @Option(
        names = "--folder",
        paramLabel = "DIR",
        description =
            "where records and lakes are made; must be empty (default: a temporary folder)")
    private @Nullable Path folder;

    @Option(names = "--json", paramLabel = "FILE", description = "where the figures are written")
    private @Nullable Path json;

    /** Measures; the figures as one JSON object in a line. */
    abstract String figures(Installation installed, Path work);

    @Override
    public Integer call() throws IOException {
      Path work = folder == null ? Files.createTempDirectory("supportlake-bench") : folder;
      if (Files.exists(work) && !isEmpty(work)) {
        throw new UsageException(
            "%s is not empty, and a bench would mix with what lies there. Name an empty folder."
                .formatted(work));
      }
      try {
        String figures = figures(installation, work.toAbsolutePath().normalize());
        System.out.println(figures);
        if (json != null) {
          Files.writeString(json, figures + "\n");
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

  /** {@code bench ingest}. */
  @Command(
      name = "ingest",
      description =
          "Measures bronze and silver against plain Spark reading the same lines and writing Parquet.",
      mixinStandardHelpOptions = true)
  static final class Ingest extends Bench {
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

    @Override
    String figures(Installation installed, Path work) {
      IngestBench.Result result =
          new IngestBench(
                  installed.spark(),
                  installed.contracts(),
                  installed.config(),
                  installed.config().settings(DemoCommand.KEY),
                  Installation.conf(),
                  new Progress(System.out))
              .run(work, events, errors);
      return String.format(
          Locale.ROOT,
          "{\"bronze_ratio\": %.3f, \"silver_ratio\": %.3f, \"floor_seconds\": %.2f, \"bronze_seconds\": %.2f, \"silver_seconds\": %.2f, \"rows\": %d, \"bytes\": %d}",
          result.bronzeRatio(),
          result.silverRatio(),
          result.floorSeconds(),
          result.bronzeSeconds(),
          result.silverSeconds(),
          result.rows(),
          result.bytes());
    }
  }

  /** {@code bench business-time}. */
  @Command(
      name = "business-time",
      description = "Measures what business minutes cost a row beyond elapsed minutes.",
      mixinStandardHelpOptions = true)
  static final class BusinessTime extends Bench {
    @Option(
        names = "--rows",
        defaultValue = "5000000",
        description = "intervals (default: ${DEFAULT-VALUE})")
    private long rows = 5_000_000;

    @Override
    String figures(Installation installed, Path work) {
      BusinessTimeBench.Result result =
          new BusinessTimeBench(installed.spark(), Installation.conf()).run(rows);
      return String.format(
          Locale.ROOT,
          "{\"microseconds_per_row\": %.3f, \"ratio\": %.2f, \"seconds\": %.2f, \"floor_seconds\": %.2f, \"rows\": %d}",
          result.microsecondsPerRow(),
          result.ratio(),
          result.seconds(),
          result.floorSeconds(),
          result.rows());
    }
  }

  /** {@code bench daily-cost}. */
  @Command(
      name = "daily-cost",
      description =
          "Measures a daily run as the history grows at a constant daily volume, beside a full rebuild.",
      mixinStandardHelpOptions = true)
  static final class DailyCost extends Bench {
    /** No day measured by default begins a week or a month, when tables of their own are due. */
    private static final LocalDate FIRST = LocalDate.of(2025, 3, 4);

    private static final int PERIOD = 20;
    private static final int GENERATED = 2 * PERIOD;

    @Option(
        names = "--accounts",
        defaultValue = "150",
        description = "customers (default: ${DEFAULT-VALUE})")
    private int accounts = 150;

    @Option(
        names = "--measure",
        split = ",",
        defaultValue = "30,100,200,400",
        description = "numbers of the days to be measured (default: ${DEFAULT-VALUE})")
    private List<Integer> measured = List.of();

    @Override
    String figures(Installation installed, Path work) {
      if (measured.size() < 2
          || measured.getFirst() < 2
          || !measured.equals(measured.stream().sorted().distinct().toList())) {
        throw new UsageException(
            "--measure is %s, but a day is compared with an earlier one, the first at least the second day of the history. Name rising numbers, for example 30,100."
                .formatted(measured));
      }
      Map<String, String> counting = new HashMap<>(installed.config().spark());
      counting.put("spark.hadoop.fs.file.impl", CountingFileSystem.class.getName());
      Progress progress = new Progress(System.out);
      int days = measured.getLast() + 1;
      progress.step("making %d days of %d accounts ...", days, accounts);
      Settings settings = installed.config().settings(DemoCommand.KEY);
      Path all = work.resolve("all");
      var _ =
          Generator.run(
              new Generator.Options(7, accounts, FIRST, GENERATED, settings.key()),
              all,
              work.resolve("truth"));
      SteadyLanding.repeat(
          all,
          FIRST.plusDays(GENERATED - 1),
          PERIOD,
          Math.max(0, Math.ceilDiv(days - GENERATED, PERIOD)));
      DailyCostBench.Result result =
          new DailyCostBench(
                  Sessions.open("supportlake", counting),
                  installed.contracts(),
                  installed.config(),
                  settings,
                  Installation.conf(),
                  progress)
              .run(all, FIRST, work, measured);
      return String.format(
          Locale.ROOT,
          "{\"seconds_ratio\": %.3f, \"bytes_ratio\": %.3f, \"full_rebuild_ratio\": %.4f, \"days\": {%s}, \"late_file\": %s, \"full_rebuild\": %s}",
          result.secondsRatio(),
          result.bytesRatio(),
          result.fullRebuildRatio(),
          result.days().stream()
              .map(e -> "\"%d\": %s".formatted(e.number(), json(e.cost())))
              .collect(Collectors.joining(", ")),
          json(result.late()),
          json(result.full()));
    }

    private static String json(Cost cost) {
      return String.format(
          Locale.ROOT,
          "{\"seconds\": %.2f, \"bytes_read\": %d, \"files_listed\": %d, \"rows_written\": %d, \"records\": %d}",
          cost.seconds(),
          cost.bytesRead(),
          cost.filesListed(),
          cost.rowsWritten(),
          cost.records());
    }
  }
}
