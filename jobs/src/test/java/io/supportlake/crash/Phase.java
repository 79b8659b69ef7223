package io.supportlake.crash;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Where in a run a child was, told from its last progress line. */
enum Phase {
  /**
   * Before the run's plan is known: start of Spark, the finished set, the landing zone's listing.
   */
  PLAN,
  INGEST,
  SILVER,
  GOLD,
  /** All tables are built; accounts and the finished set are being written. */
  FINISH,
  /** The last commit is made. */
  AFTER;

  private static final Pattern BUILT =
      Pattern.compile("\\s+[0-9.]+s\\s+(\\d+)/(\\d+) (silver|gold)\\..*");

  /** The phase of what a child has printed. */
  static Phase of(String printed) {
    Phase phase = PLAN;
    for (String line : List.of(printed.split("\n"))) {
      Matcher built = BUILT.matcher(line);
      if (line.matches("\\s+[0-9.]+s\\s+run \\d+ finished.*")) {
        phase = AFTER;
      } else if (line.matches("\\s+[0-9.]+s\\s+run \\d+: .*")) {
        phase = INGEST;
      } else if (built.matches()) {
        phase =
            built.group(1).equals(built.group(2))
                ? FINISH
                : built.group(3).equals("silver") ? SILVER : GOLD;
      }
    }
    return phase;
  }
}
