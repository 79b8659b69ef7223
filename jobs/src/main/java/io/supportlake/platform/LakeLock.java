package io.supportlake.platform;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * One writer a lake. The lock is the operating system's on a file in the lake's root, so that a
 * crash of any kind lets go of it and the next run takes it over. Object stores have no locks: runs
 * started on different machines are kept apart by the scheduler's limit of one run at a time.
 */
final class LakeLock implements AutoCloseable {
  private final FileChannel channel;

  private LakeLock(FileChannel channel) {
    this.channel = channel;
  }

  /** Takes the lock of a lake or refuses. */
  static LakeLock take(String lake) {
    // A lake on an object store is locked on this machine only.
    Path root =
        lake.contains("://")
            ? Path.of(
                System.getProperty("java.io.tmpdir"),
                "supportlake-" + Hashes.sha256(lake.getBytes(StandardCharsets.UTF_8)))
            : Path.of(lake);
    try {
      Files.createDirectories(root);
      FileChannel channel =
          FileChannel.open(
              root.resolve(".writer.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      FileLock lock = null;
      try {
        lock = channel.tryLock();
      } catch (OverlappingFileLockException e) {
        // Held by this very process: refused like any other holder.
        lock = null;
      }
      if (lock == null) {
        channel.close();
        throw new UsageException(
            "another run is writing to the lake %s. Wait until it has ended, then start again; nothing was changed."
                .formatted(lake));
      }
      return new LakeLock(channel);
    } catch (IOException e) {
      throw new UsageException(
          "cannot write to the lake's folder %s (%s). Nothing was changed. Make it a folder that this user may write to, or name another with --lake."
              .formatted(root, e));
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot release the lake's lock", e);
    }
  }
}
