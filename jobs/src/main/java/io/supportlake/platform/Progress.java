package io.supportlake.platform;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** One line a step on the terminal, the same for a TTY and a log. */
public final class Progress {
  private final PrintStream out;
  private final Clock clock;
  private final long start;

  /** Milliseconds since some fixed instant. */
  @FunctionalInterface
  public interface Clock {
    /** The milliseconds. */
    long millis();
  }

  /** Lines go to the stream, stamped with the seconds since now. */
  public Progress(PrintStream out) {
    this(out, System::currentTimeMillis);
  }

  Progress(PrintStream out, Clock clock) {
    this.out = out;
    this.clock = clock;
    this.start = clock.millis();
  }

  /** Says nothing. */
  public static Progress silent() {
    return new Progress(
        new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8));
  }

  /** One line. */
  public synchronized void step(String format, Object... arguments) {
    out.printf(
        Locale.ROOT,
        "%6.1fs  %s%n",
        (clock.millis() - start) / 1000.0,
        arguments.length == 0 ? format : String.format(Locale.ROOT, format, arguments));
    out.flush();
  }
}
