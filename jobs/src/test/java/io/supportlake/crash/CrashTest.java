package io.supportlake.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.supportlake.generator.Generator;
import io.supportlake.platform.Contracts;
import io.supportlake.platform.Progress;
import io.supportlake.platform.RunConfig;
import io.supportlake.platform.Runner;
import io.supportlake.rules.KeyedHash;
import io.supportlake.testing.Ran;
import io.supportlake.testing.SmallHome;
import io.supportlake.testing.SparkSuite;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;

/**
 * The real program in processes of its own: killed, started twice, on a full disk. What must only
 * come to its end runs in this JVM, which is warm. Some tables of every kind are enough here; the
 * long mode, {@code bench/crash-harness}, takes them all.
 */
@Tag("crash")
@TestInstance(Lifecycle.PER_CLASS)
class CrashTest extends SparkSuite {
  private static final LocalDate START = LocalDate.of(2026, 1, 1);
  private static final long SEED = 11;

  /** Kilobytes that a file may have on the full disk; more than the libraries unpack for use. */
  private static final int FULL = 8 << 10;

  @TempDir private static Path folder;

  private Program program = new Program(HOME, "", List.of(), "");
  private Contracts contracts = CONTRACTS;

  @BeforeAll
  void install() {
    Path home =
        SmallHome.of(HOME.toAbsolutePath(), folder.resolve("home"), CrashHarness.SOME_TABLES);
    program = new Program(home, System.getProperty("java.class.path"), List.of(), CrashHarness.KEY);
    contracts = Contracts.load(home.resolve("schemas"));
    var _ =
        Generator.run(
            new Generator.Options(
                SEED, 5, START, 14, KeyedHash.of("k1", HexFormat.of().parseHex(CrashHarness.KEY))),
            folder.resolve("landing"),
            folder.resolve("truth"));
  }

  @Test
  void sixKillsLeaveTheTablesOfAnUndisturbedRun() throws IOException, InterruptedException {
    Random random = new Random(SEED);
    Kills kills = new Kills();
    // A first run over several days: struck before its first commit and while it is completed.
    for (Phase phase : List.of(Phase.PLAN, Phase.INGEST, Phase.SILVER)) {
      kill("struck", 4, phase, random, kills);
    }
    finish("struck", 4);
    for (Phase phase : List.of(Phase.GOLD, Phase.INGEST, Phase.FINISH)) {
      kill("struck", 6, phase, random, kills);
    }
    finish("struck", 6);
    finish("quiet", 4);
    finish("quiet", 6);

    Contents quiet = Contents.of(spark(), contracts, folder.resolve("quiet"));
    Contents struck = Contents.of(spark(), contracts, folder.resolve("struck"));
    assertThat(kills.count()).as(kills.toString()).isEqualTo(6);
    assertThat(quiet.rows()).isGreaterThan(500);
    assertThat(quiet.differences(struck)).isEmpty();
    assertThat(Contents.unfinished(spark(), contracts, folder.resolve("struck"))).isEmpty();
  }

  @Test
  void aRunIsRefusedWhileAnotherProcessHoldsTheLake() throws IOException, InterruptedException {
    Path lake = Files.createDirectories(folder.resolve("locked"));
    try (FileChannel channel =
            FileChannel.open(
                lake.resolve(".writer.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock _ = channel.lock()) {
      Program.Started second = run("locked", 1);

      assertThat(second.await()).as(second.printed()).isEqualTo(2);
      assertThat(second.printed())
          .contains("another run is writing to the lake")
          .contains("nothing was changed");
    }
    assertThat(lake.resolve("ops")).doesNotExist();
  }

  @Test
  void aFullDiskIsExplainedAndTheNextRunCompletes() throws IOException, InterruptedException {
    Path day = Files.createDirectories(folder.resolve("large/error_log/2026-01-01"));
    Files.writeString(
        day.resolve("a.jsonl"),
        IntStream.range(0, 12).mapToObj(CrashTest::largeRecord).collect(Collectors.joining()));
    List<String> arguments = CrashHarness.run(folder, "full", "large", START, START);

    Program.Started full =
        program.start(
            folder.resolve("full.log"),
            arguments,
            List.of("bash", "-c", "ulimit -f " + FULL + "; exec \"$@\"", "bash"));
    assertThat(full.await()).as(full.printed()).isEqualTo(1);
    assertThat(full.printed())
        .contains("supportlake: could not go on: the system's limit on the size of a file")
        .contains("then the same command completes what was begun");

    ByteArrayOutputStream said = new ByteArrayOutputStream();
    Progress progress = new Progress(new PrintStream(said, true, StandardCharsets.UTF_8));
    Runner.Summary completed = runHere("full", "large", 1, progress);
    assertThat(said.toString(StandardCharsets.UTF_8)).contains("completing run 1");
    assertThat(completed.runSequence()).isEqualTo(1);
    assertThat(completed.read()).isEqualTo(12);
    assertThat(completed.quarantined()).isZero();
    assertThat(completed.accepted()).isEqualTo(12);
  }

  @Test
  void aFileInTheWayOfAFolderIsExplainedAndTheNextRunCompletes() throws IOException {
    Path inTheWay = Files.createDirectories(folder.resolve("blocked")).resolve("silver");
    Files.writeString(inTheWay, "not a folder");

    Ran blocked = runByCommand("blocked");
    assertThat(blocked.code()).as(blocked.error()).isEqualTo(1);
    assertThat(blocked.error())
        .contains("supportlake: could not go on: a file is in the way of a folder");

    Files.delete(inTheWay);
    Ran completed = runByCommand("blocked");
    assertThat(completed.code()).as(completed.error()).isZero();
    assertThat(completed.out()).contains("completing run 1");
    assertThat(Contents.of(spark(), contracts, folder.resolve("blocked")).rows()).isPositive();
    assertThat(Contents.unfinished(spark(), contracts, folder.resolve("blocked"))).isEmpty();
  }

  /** The command of the program in this JVM, over one day. */
  private Ran runByCommand(String lake) throws IOException {
    Path key =
        Files.writeString(
            folder.resolve("key.yaml"), "privacy: {keyVariable: SUPPORTLAKE_DEMO_KEY}\n");
    List<String> arguments =
        new ArrayList<>(CrashHarness.run(folder, lake, "landing", START, START));
    arguments.addAll(List.of("--conf", key.toString()));
    String before = System.getProperty("supportlake.home", ".");
    System.setProperty("supportlake.home", program.home().toString());
    try {
      return Ran.of(arguments.toArray(String[]::new));
    } finally {
      System.setProperty("supportlake.home", before);
    }
  }

  /** Random letters, which no compression makes small. */
  private static String largeRecord(int id) {
    String letters =
        new Random(id)
            .ints(900_000, 'a', 'z' + 1)
            .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
            .toString();
    return """
    {"log_id":"L%d","logged_at":"2026-01-01T10:00:00Z","service":"s","severity":"ERROR","message":"%s"}
    """
        .formatted(id, letters);
  }

  private void kill(String lake, int days, Phase phase, Random random, Kills kills)
      throws IOException, InterruptedException {
    Program.Started run = run(lake, days);
    boolean isReached = run.awaitPhase(phase);
    assertThat(isReached).as(run.printed()).isTrue();
    Thread.sleep(random.nextInt(phase == Phase.FINISH ? 200 : 1_500));
    if (run.kill()) {
      kills.add(Phase.of(run.printed()));
    }
  }

  /** Lets a run finish, unless the last kill struck after its last commit. */
  private void finish(String lake, int days) {
    if (!Contents.isFinished(spark(), contracts, folder.resolve(lake), START.plusDays(days - 1L))) {
      var _ = runHere(lake, "landing", days, Progress.silent());
    }
  }

  private Runner.Summary runHere(String lake, String landing, int days, Progress progress) {
    Path conf = program.home().resolve("conf");
    RunConfig config =
        RunConfig.load(conf, null)
            .at(folder.resolve(lake), folder.resolve(landing), folder.resolve(lake + "-out"));
    return new Runner(
            spark(),
            contracts,
            config,
            config.settings(HexFormat.of().parseHex(CrashHarness.KEY)),
            conf,
            progress)
        .run(START, START.plusDays(days - 1L));
  }

  private Program.Started run(String lake, int days) throws IOException {
    return program.start(
        Files.createTempFile(folder, lake, ".log"),
        CrashHarness.run(folder, lake, "landing", START, START.plusDays(days - 1L)));
  }
}
