package io.supportlake.platform;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Faults of the machine that a run cannot help, told from faults of the program. */
public final class Outages {
  /** What the operating system's words mean and who can help. */
  private record Outage(String words, String cause, String remedy) {}

  private static final List<Outage> KNOWN =
      List.of(
          new Outage(
              "No space left on device",
              "the disk is full",
              "frees space where the lake and Spark's temporary files lie"),
          new Outage(
              "Disk quota exceeded",
              "the disk quota is used up",
              "frees space or raises the quota"),
          new Outage(
              "File too large",
              "the system's limit on the size of a file was reached",
              "raises it (ulimit -f)"),
          new Outage(
              "Too many open files",
              "the system's limit on open files was reached",
              "raises it (ulimit -n)"),
          new Outage(
              "Read-only file system",
              "the file system is mounted read-only",
              "mounts it writable"),
          new Outage(
              "Permission denied",
              "a folder or file may not be written or read",
              "gives this user the right to it"),
          new Outage("Not a directory", "a file is in the way of a folder", "moves the file away"),
          new Outage(
              "Parent path is not a directory",
              "a file is in the way of a folder",
              "moves the file away"));

  private Outages() {}

  /**
   * Problem, cause, remedy and whose it is, where one of the causes is a known fault of the
   * machine.
   */
  public static Optional<String> explain(Throwable failure) {
    return causes(failure)
        .map(Throwable::toString)
        .flatMap(text ->
            KNOWN.stream()
                .filter(outage -> text.contains(outage.words()))
                .map(outage -> sentence(outage, text)))
        .findFirst();
  }

  private static String sentence(Outage outage, String text) {
    String line =
        text.lines().filter(l -> l.contains(outage.words())).findFirst().orElse(text).strip();
    return "could not go on: %s (%s). Readers see the last finished set, nothing was lost. Whoever looks after this machine %s, then the same command completes what was begun."
        .formatted(outage.cause(), line, outage.remedy());
  }

  private static Stream<Throwable> causes(Throwable failure) {
    return Stream.iterate(failure, t -> t != null, Throwable::getCause).limit(50);
  }
}
