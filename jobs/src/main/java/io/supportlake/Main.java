package io.supportlake;

import io.supportlake.command.Supportlake;

/** The command line. */
public final class Main {
  private Main() {}

  /**
   * Runs one command and ends the process with its exit code: 0 done, 1 failed (a fault or an
   * outage; running again may help), 2 wrong usage or configuration, 3 data refused.
   */
  public static void main(String[] args) {
    System.exit(Supportlake.execute(args));
  }
}
