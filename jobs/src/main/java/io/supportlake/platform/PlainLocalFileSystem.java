package io.supportlake.platform;

import java.io.File;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.DelegateToFileSystem;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.fs.permission.FsPermission;

/**
 * Hadoop's local file system without a process for every chmod, readlink and permission looked up,
 * which it starts where its native library is missing: tens of thousands in one run. Permissions
 * are the process's own umask; there are no checksum files beside the data, since Parquet pages
 * carry theirs.
 */
public class PlainLocalFileSystem extends RawLocalFileSystem {

  /** Made by Hadoop by its class name. */
  public PlainLocalFileSystem() {}

  @Override
  public void setPermission(Path path, FsPermission permission) {}

  @Override
  public FileStatus getFileStatus(Path path) throws IOException {
    File file = pathToFile(path);
    if (!file.exists()) {
      throw new FileNotFoundException("File " + path + " does not exist");
    }
    return status(file, makeQualified(path));
  }

  @Override
  public FileStatus getFileLinkStatus(Path path) throws IOException {
    return getFileStatus(path);
  }

  @Override
  public FileStatus[] listStatus(Path path) throws IOException {
    File file = pathToFile(path);
    if (!file.exists()) {
      throw new FileNotFoundException("File " + path + " does not exist");
    }
    Path qualified = makeQualified(path);
    if (!file.isDirectory()) {
      return new FileStatus[] {status(file, qualified)};
    }
    String[] names = file.list();
    if (names == null) {
      throw new IOException("cannot list " + path + ": no permission to read the folder");
    }
    Arrays.sort(names);
    return Arrays.stream(names)
        // Not by the name alone: one with a colon, as in a time of day, would be taken for a
        // scheme.
        .map(name -> status(new File(file, name), new Path(qualified, new Path(null, null, name))))
        .toArray(FileStatus[]::new);
  }

  private FileStatus status(File file, Path path) {
    boolean isFolder = file.isDirectory();
    return new FileStatus(
        isFolder ? 0 : file.length(),
        isFolder,
        1,
        getDefaultBlockSize(path),
        file.lastModified(),
        0,
        isFolder ? FsPermission.getDirDefault() : FsPermission.getFileDefault(),
        "",
        "",
        path);
  }

  /** The same for Hadoop's FileContext, through which Delta commits. */
  public static final class Context extends DelegateToFileSystem {
    /** Made by Hadoop by its class name. */
    public Context(URI uri, Configuration configuration) throws IOException, URISyntaxException {
      super(uri, new PlainLocalFileSystem(), configuration, "file", false);
    }

    /** In one move; Hadoop's own deletes what is replaced first, and may be killed between. */
    @Override
    public void renameInternal(Path from, Path to, boolean overwrite) throws IOException {
      if (overwrite) {
        Files.move(
            local(from),
            local(to),
            StandardCopyOption.ATOMIC_MOVE,
            StandardCopyOption.REPLACE_EXISTING);
      } else {
        super.renameInternal(from, to, false);
      }
    }

    private static java.nio.file.Path local(Path path) {
      return java.nio.file.Path.of(path.toUri().getPath());
    }
  }
}
