package io.supportlake.platform;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.DelegateToFileSystem;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.fs.permission.FsPermission;

/**
 * Hadoop's local file system without a process for every chmod and readlink, which it starts where
 * its native library is missing: thousands in one run. Permissions are the process's own umask;
 * there are no checksum files beside the data, since Parquet pages carry theirs.
 */
public final class PlainLocalFileSystem extends RawLocalFileSystem {

  /** Made by Hadoop by its class name. */
  public PlainLocalFileSystem() {}

  @Override
  public void setPermission(Path path, FsPermission permission) {}

  @Override
  public FileStatus getFileLinkStatus(Path path) throws IOException {
    return getFileStatus(path);
  }

  /** The same for Hadoop's FileContext, through which Delta commits. */
  public static final class Context extends DelegateToFileSystem {
    /** Made by Hadoop by its class name. */
    public Context(URI uri, Configuration configuration) throws IOException, URISyntaxException {
      super(uri, new PlainLocalFileSystem(), configuration, "file", false);
    }
  }
}
