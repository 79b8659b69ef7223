package io.supportlake.command;

@picocli.CommandLine.Command(name = "report")
final class ReportCommand implements Runnable {
  public void run() {}

  static java.util.List<java.nio.file.Path> write(
      Installation i, java.time.LocalDate d, io.supportlake.platform.Progress p) {
    return java.util.List.of();
  }
}
