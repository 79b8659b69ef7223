package io.supportlake.command;

import io.supportlake.Settings;
import io.supportlake.generator.Generator;
import io.supportlake.platform.Progress;
import io.supportlake.platform.RunConfig;
import io.supportlake.platform.Runner;
import io.supportlake.platform.UsageException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code demo}: everything, end to end, on a generated landing zone. */
@Command(
    name = "demo",
    description = "Generates a landing zone and runs the whole pipeline over it.",
    mixinStandardHelpOptions = true)
final class DemoCommand implements Callable<Integer> {
  /** Hashes the demo's invented persons only. */
  static final byte[] KEY =
      "the demo's key hides invented people only".getBytes(StandardCharsets.UTF_8);

  /** Accounts of the demo. */
  static final int ACCOUNTS = 400;

  /** Days of the demo: three blocks of churn with their embargoes need eighteen months. */
  static final int DAYS = 546;

  private static final String MARKER = ".supportlake-demo";

  @Mixin private final Installation installation = new Installation();

  private final Runnable landed;

  @Option(names = "--seed", defaultValue = "7", description = "default: ${DEFAULT-VALUE}")
  private long seed = 7;

  @Option(
      names = "--accounts",
      defaultValue = "" + ACCOUNTS,
      description = "default: ${DEFAULT-VALUE}")
  private int accounts = ACCOUNTS;

  @Option(names = "--days", defaultValue = "" + DAYS, description = "default: ${DEFAULT-VALUE}")
  private int days = DAYS;

  @Option(
      names = "--folder",
      paramLabel = "DIR",
      description = "folder of the demo, emptied first (default: demo)")
  private @Nullable Path folder;

  DemoCommand() {
    this(() -> {});
  }

  /**
   * A demo whose landing zone is not taken as it was generated.
   *
   * @param landed what is done between the generation and the first run
   */
  DemoCommand(Runnable landed) {
    this.landed = landed;
  }

  @Override
  public Integer call() throws IOException {
    Progress progress = new Progress(System.out);
    Path demo = folder == null ? Installation.home().resolve("demo") : folder.toAbsolutePath();
    empty(demo);
    RunConfig config =
        installation
            .config()
            .at(demo.resolve("lake"), demo.resolve("landing"), demo.resolve("out"));
    installation.use(config);
    Settings settings = config.settings(KEY);
    LocalDate start = LocalDate.of(2026, 6, 30).minusDays(days - 1L);
    LocalDate end = start.plusDays(days - 1L);
    progress.step("configuration %s", config.printable());
    progress.step("generating %d accounts over %d days ...", accounts, days);
    Generator.Summary made =
        Generator.run(
            new Generator.Options(seed, accounts, start, days, settings.key()),
            demo.resolve("landing"),
            demo.resolve("truth"));
    progress.step(
        "landing zone: %,d records in %,d files",
        made.rows().values().stream().mapToLong(Long::longValue).sum(), made.files());
    landed.run();

    Runner.Summary last = pipeline(installation, settings, start, end, progress);
    List<Path> lists = OutreachCommand.writeLists(installation, end, progress);
    List<Path> report = ReportCommand.write(installation, monthToReport(start, end), progress);
    farewell(demo, last, lists, report);
    return 0;
  }

  /** The newest month whose seven-day windows have passed; of a short demo its first. */
  static YearMonth monthToReport(LocalDate start, LocalDate end) {
    YearMonth settled = YearMonth.from(end.minusDays(7).plusDays(1)).minusMonths(1);
    YearMonth first = YearMonth.from(start);
    return settled.isBefore(first) ? first : settled;
  }

  /** The history as one range, a model trained on it, the last day singly. */
  private static Runner.Summary pipeline(
      Installation installation,
      Settings settings,
      LocalDate start,
      LocalDate end,
      Progress progress) {
    Runner runner = installation.runner(settings, progress);
    Runner.Summary history = runner.run(start, end.minusDays(1));
    TrainCommand.train(installation, settings, history.to(), progress);
    return runner.run(null, end);
  }

  private static void farewell(
      Path demo, Runner.Summary last, List<Path> lists, List<Path> report) {
    String sql =
        "./supportlake sql --lake " + Path.of("").toAbsolutePath().relativize(demo.resolve("lake"));
    System.out.println();
    System.out.printf("Done. The last day (%s) alone took %.1f s.%n", last.to(), last.seconds());
    System.out.println("Tables:   " + demo.resolve("lake") + "  (./supportlake tables --lake ...)");
    System.out.println(
        "Lists:    "
            + (lists.isEmpty() ? "none: nobody to contact" : lists.getFirst().getParent()));
    System.out.println(
        "Report:   " + (report.isEmpty() ? "none" : "open " + report.getFirst() + " in a browser"));
    System.out.println("Truth:    " + demo.resolve("truth") + "  (what the generator planted)");
    System.out.println("Five queries to try:");
    for (String query :
        List.of(
            "SELECT period_start, round(value, 3) AS fcr, round(interval_low, 3) AS low, round(interval_high, 3) AS high, n, maturity FROM gold.metric WHERE metric = 'fcr_7d' AND dimension = 'all' ORDER BY 1",
            "SELECT issue_family, count(*) AS episodes, round(avg(contact_count), 2) AS contacts FROM gold.episode_outcome GROUP BY 1 ORDER BY 2 DESC LIMIT 10",
            "SELECT alert_date, kind, reason FROM gold.issue_alert WHERE state = 'new' ORDER BY alert_date DESC LIMIT 10",
            "SELECT campaign_id, treatment_rate, control_rate, effect, effect_low, effect_high, verdict FROM gold.outreach_result WHERE as_of_date = (SELECT max(as_of_date) FROM gold.outreach_result)",
            "SELECT team, rank, name, value_at_risk_amount, reasons[0] AS first_reason, play FROM gold.outreach_list WHERE list_date = (SELECT max(list_date) FROM gold.outreach_list) ORDER BY team, rank LIMIT 10")) {
      System.out.println("  " + sql + " \"" + query + "\"");
    }
  }

  /** Only a folder that a demo made is emptied. */
  private static void empty(Path demo) throws IOException {
    if (Files.isDirectory(demo)) {
      List<Path> inside;
      try (Stream<Path> paths = Files.list(demo)) {
        inside = paths.toList();
      }
      if (!inside.isEmpty() && !Files.exists(demo.resolve(MARKER))) {
        throw new UsageException(
            "%s holds files that no demo made. Name another folder with --folder, or empty it."
                .formatted(demo));
      }
      Folders.empty(demo);
    }
    Files.createDirectories(demo);
    Files.writeString(
        demo.resolve(MARKER), "made by ./supportlake demo, which empties this folder\n");
  }
}
