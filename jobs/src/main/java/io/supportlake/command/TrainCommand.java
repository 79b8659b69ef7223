package io.supportlake.command;

@picocli.CommandLine.Command(name = "train")
final class TrainCommand implements Runnable {
  public void run() {}

  static void train(
      Installation i,
      io.supportlake.Settings s,
      java.time.LocalDate d,
      io.supportlake.platform.Progress p) {}
}
