package io.supportlake.platform;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Objects;
import java.util.stream.Stream;

/** Files for people: whole or not there at all. */
public final class Outputs {
  /** Ends the name of what is moved into place once it is whole. */
  private static final String UNFINISHED = ".tmp";

  private Outputs() {}

  /** Removes what calls that were cut off had begun to write below a folder. */
  static void forgetUnfinished(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Outputs::isUnfinished).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(
          "cannot look through %s: make it readable and writable, then start again"
              .formatted(folder),
          e);
    }
  }

  private static boolean isUnfinished(Path file) {
    String name = String.valueOf(file.getFileName());
    return name.startsWith(".") && name.endsWith(UNFINISHED) && Files.isRegularFile(file);
  }

  /** Writes what a file holds. */
  @FunctionalInterface
  public interface Content {
    /** Writes everything; the stream is closed by the caller. */
    void to(OutputStream out) throws IOException;
  }

  /** Writes a file by writing a temporary one beside it and moving it into place. */
  public static void write(Path file, byte[] bytes) {
    write(file, out -> out.write(bytes));
  }

  /**
   * The same for content that is too large for memory; when it fails, nothing of it stays.
   *
   * @throws UncheckedIOException when the file cannot be written or the content cannot be read
   */
  public static void write(Path file, Content content) {
    Path folder = Objects.requireNonNull(file.toAbsolutePath().getParent());
    try {
      Files.createDirectories(folder);
      Path temporary = Files.createTempFile(folder, "." + file.getFileName(), UNFINISHED);
      try {
        try (OutputStream out =
            new BufferedOutputStream(Files.newOutputStream(temporary), 1 << 16)) {
          content.to(out);
        }
        Files.move(
            temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      } finally {
        Files.deleteIfExists(temporary);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(
          "cannot write %s: make the folder writable and free some space, then run again"
              .formatted(file),
          e);
    }
  }
}
