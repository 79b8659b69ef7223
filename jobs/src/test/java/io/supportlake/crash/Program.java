package io.supportlake.crash;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The real program, each run in a JVM of its own.
 *
 * @param home the project's folder
 * @param classPath class path of the child
 * @param options further options of the child's JVM
 * @param key key that hashes personal data, in hex
 */
record Program(Path home, String classPath, List<String> options, String key) {
  /** What the kernel adds to the number of a signal that ended a process, to make an exit code. */
  private static final int SIGNAL = 128;

  private static final int KILL = 9;

  /** Copies the options. */
  Program {
    options = List.copyOf(options);
  }

  /** Starts one command; what it prints goes to the log. */
  Started start(Path log, List<String> arguments) throws IOException {
    return start(log, arguments, List.of());
  }

  /** Starts one command behind a prefix, for example a shell that sets limits. */
  Started start(Path log, List<String> arguments, List<String> prefix) throws IOException {
    List<String> command = new ArrayList<>(prefix);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("@" + home.resolve("conf/jvm.options"));
    // A run of a minute never earns back what the optimizing compiler costs.
    command.add("-XX:TieredStopAtLevel=1");
    command.add("-Xmx2g");
    command.addAll(options);
    command.add("-Dsupportlake.home=" + home);
    command.addAll(List.of("-cp", classPath, "io.supportlake.Main"));
    command.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("SUPPORTLAKE_KEY", key);
    builder.redirectErrorStream(true).redirectOutput(log.toFile());
    return new Started(builder.start(), log);
  }

  /** A child that runs or has ended. */
  record Started(Process process, Path log) {

    /** Waits for its end and gives the exit code. */
    int await() throws InterruptedException {
      return process.waitFor();
    }

    /**
     * Kills it with SIGKILL.
     *
     * @return false where it had ended by itself before
     */
    boolean kill() throws InterruptedException {
      var _ = process.destroyForcibly();
      return process.waitFor() == SIGNAL + KILL;
    }

    /**
     * Waits until it is in the phase, or beyond.
     *
     * @return false where it ended before
     */
    boolean awaitPhase(Phase phase) throws IOException, InterruptedException {
      while (!isWithin(phase)) {
        if (process.waitFor(20, TimeUnit.MILLISECONDS)) {
          return isWithin(phase);
        }
      }
      return true;
    }

    private boolean isWithin(Phase phase) throws IOException {
      String printed = printed();
      return printed.contains("configuration ") && Phase.of(printed).compareTo(phase) >= 0;
    }

    /** All it has printed so far. */
    String printed() throws IOException {
      return Files.exists(log) ? Files.readString(log) : "";
    }
  }
}
