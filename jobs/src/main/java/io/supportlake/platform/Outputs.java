package io.supportlake.platform;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Objects;

/** Files for people: whole or not there at all. */
public final class Outputs {
  private Outputs() {}

  /** Writes a file by writing a temporary one beside it and moving it into place. */
  public static void write(Path file, byte[] bytes) {
    Path folder = Objects.requireNonNull(file.toAbsolutePath().getParent());
    try {
      Files.createDirectories(folder);
      Path temporary = Files.createTempFile(folder, "." + file.getFileName(), ".tmp");
      Files.write(temporary, bytes);
      Files.move(
          temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException(
          "cannot write %s: make the folder writable and free some space, then run again"
              .formatted(file),
          e);
    }
  }
}
