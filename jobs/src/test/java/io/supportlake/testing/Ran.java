package io.supportlake.testing;

import io.supportlake.command.Supportlake;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.function.IntSupplier;

/**
 * A command line that was run in this JVM.
 *
 * @param code its exit code
 * @param out what it printed
 * @param error what it printed to standard error
 */
public record Ran(int code, String out, String error) {

  /** Runs a command line. */
  public static Ran of(String... args) {
    return of(() -> Supportlake.execute(args));
  }

  /** Runs a command that gives its exit code. */
  public static Ran of(IntSupplier command) {
    PrintStream standardOut = System.out;
    PrintStream standardError = System.err;
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream error = new ByteArrayOutputStream();
    System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
    System.setErr(new PrintStream(error, true, StandardCharsets.UTF_8));
    try {
      int code = command.getAsInt();
      return new Ran(
          code, out.toString(StandardCharsets.UTF_8), error.toString(StandardCharsets.UTF_8));
    } finally {
      System.setOut(standardOut);
      System.setErr(standardError);
    }
  }
}
