package io.supportlake.platform;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileContext;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.Options;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;

/**
 * The landing zone: {@code <source>/<yyyy-mm-dd>/file}, where the folder's date is the arrival.
 * Files whose name begins with {@code _} or {@code .} or ends with {@code .tmp} or {@code .part}
 * are still being written and are left alone.
 */
final class Landing {

  /**
   * A file that is there.
   *
   * @param path below the landing zone, with {@code /}
   * @param folderDate date of its folder, if it has one
   */
  record LandedFile(String path, String source, long bytes, Optional<LocalDate> folderDate) {}

  private final Path root;
  private final FileSystem files;

  Landing(String root, Configuration hadoop) {
    Path path = new Path(root);
    try {
      this.files = path.getFileSystem(hadoop);
      this.root = files.makeQualified(path);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot open the landing zone " + root, e);
    }
  }

  /** The files of one source folder, by path. */
  List<LandedFile> list(String source) {
    Path folder = new Path(root, source);
    List<LandedFile> found = new ArrayList<>();
    try {
      if (!files.exists(folder)) {
        return found;
      }
      RemoteIterator<LocatedFileStatus> iterator = files.listFiles(folder, true);
      while (iterator.hasNext()) {
        FileStatus status = iterator.next();
        String name = status.getPath().getName();
        if (!isUnfinished(name)) {
          String path = relative(status.getPath());
          found.add(new LandedFile(path, source, status.getLen(), folderDate(status.getPath())));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot list the landing folder " + folder, e);
    }
    found.sort(Comparator.comparing(LandedFile::path));
    return found;
  }

  /** SHA-256 of a file's bytes. */
  String contentHash(LandedFile file) {
    try (InputStream stream = files.open(new Path(root, file.path()))) {
      return Hashes.sha256(stream);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file.path() + " in the landing zone", e);
    }
  }

  /** The whole path of a file. */
  String absolute(String path) {
    return new Path(root, path).toString();
  }

  /** The qualified root, as Spark spells it in file paths. */
  URI uri() {
    return root.toUri();
  }

  /** Opens a file for its first line. */
  InputStream open(String path) throws IOException {
    return files.open(new Path(root, path));
  }

  /** Writes a file's new content. */
  interface Content {
    /** Writes all of it; closes the sink. */
    void writeTo(OutputStream sink) throws IOException;
  }

  /** Replaces a file by writing a new one beside it and moving it into place. */
  void replace(String path, Content content) {
    Path file = new Path(root, path);
    Path beside = new Path(file.getParent(), "." + file.getName() + ".tmp");
    try {
      content.writeTo(files.create(beside, true));
      FileContext.getFileContext(root.toUri(), files.getConf())
          .rename(beside, file, Options.Rename.OVERWRITE);
    } catch (IOException e) {
      throw new UncheckedIOException(
          "cannot rewrite %s in the landing zone: make its folder writable for the pipeline, then start again"
              .formatted(path),
          e);
    }
  }

  /** Removes a file; one that is gone already is no error. Whether it was there. */
  boolean delete(String path) {
    try {
      return files.delete(new Path(root, path), false);
    } catch (IOException e) {
      throw new UncheckedIOException(
          "cannot remove %s from the landing zone: make its folder writable for the pipeline, then start again"
              .formatted(path),
          e);
    }
  }

  private String relative(Path file) {
    return root.toUri().relativize(file.toUri()).getPath();
  }

  private static boolean isUnfinished(String name) {
    return name.startsWith("_")
        || name.startsWith(".")
        || name.endsWith(".tmp")
        || name.endsWith(".part");
  }

  private static Optional<LocalDate> folderDate(Path file) {
    Path parent = file.getParent();
    if (parent == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(LocalDate.parse(parent.getName()));
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
  }
}
