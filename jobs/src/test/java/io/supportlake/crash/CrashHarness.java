package io.supportlake.crash;

import io.supportlake.platform.Contracts;
import io.supportlake.platform.Sessions;
import io.supportlake.testing.SmallHome;
import io.supportlake.testing.Tree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * The long mode: rounds of runs that are killed at random instants and started again, each compared
 * with an undisturbed run of the same days.
 *
 * <p>A round brings a new lake through several runs: a first run over several days, one of a single
 * day, one over several days again. In each of them some kills strike one after another, so that
 * most of them strike while a crashed run is being completed; then the run is let to its end and
 * all tables are compared.
 */
@Command(name = "crash-harness", mixinStandardHelpOptions = true)
final class CrashHarness implements Callable<Integer> {
  private static final LocalDate START = LocalDate.of(2026, 1, 1);

  /** Days of the landing zone; fewer are not generated. */
  private static final int DAYS = 14;

  /** The key that children get. */
  static final String KEY = "00112233445566778899aabbccddeeff";

  /** Tables of every kind (event, increment, lifecycle, daily, snapshot, journal). */
  static final List<String> SOME_TABLES =
      List.of("gold.product_day", "gold.issue_alert", "gold.churned_revenue");

  /** One kill in so many strikes between the last table and the end, which is short. */
  private static final int AT_THE_FINISH = 10;

  @Option(names = "--kills", defaultValue = "100", description = "default: ${DEFAULT-VALUE}")
  private int wanted = 100;

  @Option(names = "--seed", defaultValue = "1", description = "default: ${DEFAULT-VALUE}")
  private long seed = 1;

  @Option(names = "--accounts", defaultValue = "5", description = "default: ${DEFAULT-VALUE}")
  private int accounts = 5;

  @Option(
      names = "--minutes",
      defaultValue = "1000000",
      description = "after so many minutes no new round begins (default: no limit)")
  private long minutes = 1_000_000;

  @Option(
      names = "--some-tables",
      description = "only some tables of every kind: twice as many kills in the same time")
  private boolean isPart;

  @Option(names = "--home", defaultValue = ".", description = "the project's folder")
  private Path home = Path.of(".");

  @Option(names = "--work", required = true, description = "a folder for the lakes; emptied first")
  private Path work = Path.of("crash");

  @Option(names = "--child-class-path", required = true, description = "class path of the program")
  private String classPath = "";

  @Option(names = "--child-option", description = "a further JVM option of the program")
  private List<String> options = new ArrayList<>();

  private final Kills kills = new Kills();
  private final Map<LocalDate, Contents> undisturbed = new HashMap<>();
  private final Map<LocalDate, Long> nanos = new HashMap<>();

  /** The runs of a round by their last day; the first covers the days from the start. */
  private static final List<LocalDate> RUNS =
      List.of(START.plusDays(2), START.plusDays(3), START.plusDays(7));

  public static void main(String[] arguments) {
    System.exit(new CommandLine(new CrashHarness()).execute(arguments));
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    home = home.toAbsolutePath().normalize();
    work = work.toAbsolutePath().normalize();
    Tree.delete(work);
    var _ = Files.createDirectories(work);
    long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(minutes);
    Path installed = isPart ? SmallHome.of(home, work.resolve("home"), SOME_TABLES) : home;
    Program program = new Program(installed, classPath, options, KEY);
    Contracts contracts = Contracts.load(installed.resolve("schemas"));
    finishes(
        program.start(
            work.resolve("generate.log"),
            List.of(
                "generate",
                "--accounts",
                String.valueOf(accounts),
                "--days",
                String.valueOf(DAYS),
                "--start",
                START.toString(),
                "--seed",
                String.valueOf(seed),
                "--landing",
                work.resolve("landing").toString(),
                "--truth",
                work.resolve("truth").toString())));
    SparkSession spark = Sessions.open("crash", Map.of("spark.master", "local[2]"));
    measure(program, spark, contracts);
    Random random = new Random(seed);
    List<String> differences = new ArrayList<>();
    int comparisons = 0;
    for (int round = 1; kills.count() < wanted && System.nanoTime() < end; round++) {
      Path lake = work.resolve("round-" + round);
      for (LocalDate to : RUNS) {
        int chained = Math.min(wanted - kills.count(), 2 + random.nextInt(5));
        disturb(program, spark, contracts, lake, to, chained, random);
        List<String> found = new ArrayList<>(Contents.unfinished(spark, contracts, lake));
        Contents contents = Contents.of(spark, contracts, lake);
        found.addAll(expected(to).differences(contents));
        comparisons++;
        say(
            "round %d, run to %s: %,d rows compared, %d differences; %s",
            round, to, contents.rows(), found.size(), kills);
        found.forEach(d -> say("  %s", d));
        differences.addAll(found);
      }
      if (differences.isEmpty()) {
        Tree.delete(lake);
      }
    }
    say("seed %d: %s", seed, kills);
    say(
        "%d comparisons with undisturbed runs: %s",
        comparisons,
        differences.isEmpty() ? "no difference" : differences.size() + " tables differ");
    return differences.isEmpty() ? 0 : 1;
  }

  /** Runs undisturbed, for the tables to compare with and the time that each run takes. */
  private void measure(Program program, SparkSession spark, Contracts contracts)
      throws IOException, InterruptedException {
    Path lake = work.resolve("undisturbed");
    for (LocalDate to : RUNS) {
      Program.Started run = run(program, lake, to, "undisturbed");
      long start = System.nanoTime();
      finishes(run);
      nanos.put(to, System.nanoTime() - start);
      Contents contents = Contents.of(spark, contracts, lake);
      undisturbed.put(to, contents);
      say(
          "undisturbed run to %s: %.1f s, %d tables, %,d rows",
          to, nanos(to) / 1e9, contents.tables().size(), contents.rows());
    }
  }

  /** Kills runs to the day one after another, then lets one finish, unless one did by itself. */
  private void disturb(
      Program program,
      SparkSession spark,
      Contracts contracts,
      Path lake,
      LocalDate to,
      int chained,
      Random random)
      throws IOException, InterruptedException {
    for (int i = 0; i < chained && !Contents.isFinished(spark, contracts, lake, to); i++) {
      Program.Started run = run(program, lake, to, "killed-" + kills.count());
      if (random.nextInt(AT_THE_FINISH) == 0) {
        boolean _ = run.awaitPhase(Phase.FINISH);
        Thread.sleep(random.nextInt(2_000));
      } else {
        long instant = (long) (random.nextDouble() * nanos(to));
        boolean _ = run.process().waitFor(instant, TimeUnit.NANOSECONDS);
      }
      if (run.kill()) {
        Phase phase = Phase.of(run.printed());
        kills.add(phase);
        say("  kill %d of run to %s: %s%s", kills.count(), to, phase, completing(run));
      } else if (run.await() != 0) {
        throw new IllegalStateException("a run failed by itself: " + run.printed());
      }
    }
    if (!Contents.isFinished(spark, contracts, lake, to)) {
      finishes(run(program, lake, to, "finished"));
    }
  }

  private static String completing(Program.Started run) throws IOException {
    return run.printed().contains("completing run") ? ", while completing a crashed run" : "";
  }

  private Program.Started run(Program program, Path lake, LocalDate to, String log)
      throws IOException {
    return program.start(
        work.resolve("%s-%s-%s.log".formatted(lake.getFileName(), to, log)),
        run(work, String.valueOf(lake.getFileName()), "landing", START, to));
  }

  /** The command line of a run over days on a lake below the folder. */
  static List<String> run(Path folder, String lake, String landing, LocalDate from, LocalDate to) {
    return List.of(
        "run",
        "--from",
        from.toString(),
        "--date",
        to.toString(),
        "--lake",
        folder.resolve(lake).toString(),
        "--landing",
        folder.resolve(landing).toString(),
        "--out",
        folder.resolve(lake + "-out").toString());
  }

  private static void finishes(Program.Started run) throws IOException, InterruptedException {
    int code = run.await();
    if (code != 0) {
      throw new IllegalStateException("ended with %d: %s".formatted(code, run.printed()));
    }
  }

  private Contents expected(LocalDate to) {
    return undisturbed.getOrDefault(to, new Contents(Map.of()));
  }

  private long nanos(LocalDate to) {
    return nanos.getOrDefault(to, 0L);
  }

  private static void say(String format, Object... arguments) {
    System.out.println(String.format(Locale.ROOT, format, arguments));
  }
}
