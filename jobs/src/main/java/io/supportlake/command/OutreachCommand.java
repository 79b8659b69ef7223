package io.supportlake.command;

@picocli.CommandLine.Command(name = "outreach")
final class OutreachCommand implements Runnable {
  public void run() {}

  static java.util.List<java.nio.file.Path> writeLists(
      Installation i, java.time.LocalDate d, io.supportlake.platform.Progress p) {
    return java.util.List.of();
  }
}
