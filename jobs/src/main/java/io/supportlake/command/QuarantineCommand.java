package io.supportlake.command;

import io.supportlake.platform.Quarantine;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code quarantine}: what was refused, and delivering it again. */
@Command(
    name = "quarantine",
    description = "Shows what was refused and why, and delivers it again once the cause is mended.",
    subcommands = {
      QuarantineCommand.ListRefused.class,
      QuarantineCommand.Show.class,
      QuarantineCommand.Replay.class
    },
    mixinStandardHelpOptions = true)
final class QuarantineCommand implements Callable<Integer> {
  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() {
    throw new CommandLine.ParameterException(
        java.util.Objects.requireNonNull(spec).commandLine(),
        "say what to do: quarantine list, show or replay");
  }

  private static Quarantine quarantine(Installation installation) {
    return new Quarantine(
        installation.spark(),
        installation.contracts(),
        installation.config(),
        installation.settings(),
        Installation.conf());
  }

  /** {@code quarantine list}. */
  @Command(
      name = "list",
      description = "Counts what was refused, by run, file and reason.",
      mixinStandardHelpOptions = true)
  static final class ListRefused implements Callable<Integer> {
    @Mixin private final Installation installation = new Installation();

    @Option(names = "--source", paramLabel = "SOURCE", description = "only this source")
    private @Nullable String source;

    @Option(
        names = "--limit",
        defaultValue = "200",
        description = "most rows printed (default: ${DEFAULT-VALUE})")
    private int limit = 200;

    @Override
    public Integer call() {
      RowPrinter.table(quarantine(installation).list(source).limit(limit), System.out);
      return 0;
    }
  }

  /** {@code quarantine show}. */
  @Command(
      name = "show",
      description = "Shows refused records, without personal data, with file and line.",
      mixinStandardHelpOptions = true)
  static final class Show implements Callable<Integer> {
    @Mixin private final Installation installation = new Installation();

    @Option(names = "--source", required = true, paramLabel = "SOURCE", description = "the source")
    private String source = "";

    @Option(names = "--run", paramLabel = "NUMBER", description = "only what this run refused")
    private @Nullable Long run;

    @Option(
        names = "--limit",
        defaultValue = "20",
        description = "most records shown (default: ${DEFAULT-VALUE})")
    private int limit = 20;

    @Override
    public Integer call() {
      quarantine(installation)
          .show(source, run)
          .limit(limit)
          .collectAsList()
          .forEach(r ->
              System.out.printf(
                  "%s:%s  run %d  %s%s%n  %s%n",
                  r.getAs("ingest_file"),
                  r.getAs("line") == null ? "?" : r.<Long>getAs("line").toString(),
                  r.<Long>getAs("run"),
                  r.getAs("reasons"),
                  r.getAs("replayed_file") == null
                      ? ""
                      : "  (replayed in " + r.getAs("replayed_file") + ")",
                  r.getAs("payload")));
      return 0;
    }
  }

  /** {@code quarantine replay}. */
  @Command(
      name = "replay",
      description =
          "Has the next run take again what was refused of a source, once contract or mapping are mended.",
      mixinStandardHelpOptions = true)
  static final class Replay implements Callable<Integer> {
    @Mixin private final Installation installation = new Installation();

    @Option(names = "--source", required = true, paramLabel = "SOURCE", description = "the source")
    private String source = "";

    @Option(names = "--run", paramLabel = "NUMBER", description = "only what this run refused")
    private @Nullable Long run;

    @Override
    public Integer call() {
      Quarantine.Replay replay = quarantine(installation).replay(source, run);
      files("%,d records were delivered again in".formatted(replay.records()), replay.files());
      files("taken again from where they lie:", replay.released());
      if (replay.unreadable() > 0) {
        System.out.printf(
            "%,d are no records (unparsable) and stay: whoever delivers the source delivers them mended%n",
            replay.unreadable());
      }
      System.out.println("./supportlake run --date DATE takes them.");
      return 0;
    }

    private static void files(String what, List<String> files) {
      if (!files.isEmpty()) {
        System.out.println(what);
        files.forEach(f -> System.out.println("  " + f));
      }
    }
  }
}
