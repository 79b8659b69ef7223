package io.supportlake.platform;

import io.supportlake.platform.ManifestFiles.TakenFile;
import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileContext;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.Options;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;
import org.apache.hadoop.io.compress.BZip2Codec;
import org.apache.hadoop.io.compress.CompressionCodec;
import org.apache.hadoop.io.compress.CompressionCodecFactory;
import org.apache.hadoop.io.compress.DefaultCodec;
import org.apache.hadoop.io.compress.SplittableCompressionCodec;
import org.jspecify.annotations.Nullable;

/**
 * The landing zone: {@code <source>/<yyyy-mm-dd>/file}, where the folder's date is the arrival.
 * Files whose name begins with {@code _} or {@code .} or ends with {@code .tmp} or {@code .part}
 * are still being written and are left alone, and so is all that lies in a folder named so.
 */
final class Landing {

  /**
   * A file that is there.
   *
   * @param path below the landing zone, with {@code /}
   * @param modifiedMillis when it was last written, in milliseconds of the epoch
   * @param folderDate date of its folder, if it has one
   */
  record LandedFile(
      String path,
      String source,
      long bytes,
      long modifiedMillis,
      Optional<LocalDate> folderDate) {}

  /** Why a file was refused that was written to while it was read. */
  static final String CHANGED_WHILE_READ = "it was changed while it was read";

  private static final String CHANGED = "it was changed after the run had planned to take it";
  private static final String GONE = "it is gone";

  /** What a file's status tells of its content: another one means that it was written to. */
  private record Stamp(long bytes, long modifiedMillis) {}

  /** How a bzip2 begins. */
  private static final String BZIP2 = "BZh";

  /** Ends the name of what replaces a file, until it is moved into place. */
  private static final String REPLACING = ".replacing";

  /** Ends the name of what says that a file was replaced. */
  private static final String MARK = ".replaced";

  /** Ends the name of what says which name a file had. */
  private static final String RENAMED = ".renamed";

  /** What `quarantine replay` and `outreach record` write, until it is moved into place. */
  private static final Pattern OWN_UNFINISHED =
      Pattern.compile("_.*-replay-[0-9a-f]{8}(?:\\..*)?|\\.recorded-[0-9a-f]{16}\\.csv[^.]*\\.tmp");

  private static final Pattern PATTERN = Pattern.compile("[\\\\{}\\[\\]*?]");

  private final Path root;
  private final FileSystem files;
  private final Configuration hadoop;
  private final CompressionCodecFactory codecs;
  private final Map<String, Stamp> stamps = new ConcurrentHashMap<>();

  Landing(String root, Configuration hadoop) {
    Path path = new Path(root);
    this.hadoop = hadoop;
    try {
      this.files = path.getFileSystem(hadoop);
      this.root = files.makeQualified(path);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot open the landing zone " + root, e);
    }
    this.codecs = new CompressionCodecFactory(hadoop);
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
        String path = relative(status.getPath());
        if (!isUnfinished(path)) {
          found.add(
              new LandedFile(
                  path,
                  source,
                  status.getLen(),
                  status.getModificationTime(),
                  folderDate(status.getPath())));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot list the landing folder " + folder, e);
    }
    found.sort(Comparator.comparing(LandedFile::path));
    return found;
  }

  /** The folder of a path, which is a source's or a vendor's; of none it is empty. */
  static String folder(String path) {
    return path.substring(0, Math.max(0, path.indexOf('/')));
  }

  /** SHA-256 of a file's bytes. */
  String contentHash(String path) {
    try (InputStream stream = open(path)) {
      return Hashes.sha256(stream);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + path + " in the landing zone", e);
    }
  }

  /**
   * Why a file cannot be taken as it was planned, by path: it is gone, it was changed since, it is
   * packed in blocks and cannot be unpacked to its end, which Spark, that begins anew with each
   * block, would not notice, or it is packed so that nobody would. Reads each file once. Files that
   * are as planned are not there.
   */
  SortedMap<String, String> faults(List<TakenFile> planned) {
    return byPath(planned, this::fault);
  }

  /**
   * Why a file cannot be read, by path: it cannot be unpacked to its end, it is gone, or it was
   * written to since it was looked at. Unpacks each file, which takes a twentieth of the time of
   * taking it: asked only once Spark could not read them all.
   */
  SortedMap<String, String> unreadable(List<TakenFile> files) {
    SortedMap<String, String> faults = byPath(files, this::packingFault);
    changedWhileRead(files).forEach(path -> faults.put(path, CHANGED_WHILE_READ));
    return faults;
  }

  private static SortedMap<String, String> byPath(
      List<TakenFile> files, Function<TakenFile, Optional<String>> fault) {
    SortedMap<String, String> faults = new ConcurrentSkipListMap<>();
    files.parallelStream()
        .forEach(file -> fault.apply(file).ifPresent(why -> faults.put(file.path(), why)));
    return faults;
  }

  /** Whether a file's planned content may be good, so that it is taken once it lies there again. */
  static boolean isOfAnother(String fault) {
    return List.of(CHANGED, GONE, CHANGED_WHILE_READ).contains(fault);
  }

  private Optional<String> fault(TakenFile file) {
    try {
      stamps.put(file.path(), stamp(file.path()));
      if (!contentHash(file.path()).equals(file.contentHash())) {
        return Optional.of(CHANGED);
      }
      if (file.bytes() > 0 && !isTaken(file.path())) {
        return Optional.of(
            "it is packed in a way that is not taken, since nobody would notice if its end were missing, or nobody can read it (gzip, bzip2 and deflate are taken)");
      }
      return codec(file.path()) instanceof SplittableCompressionCodec
          ? packingFault(file)
          : Optional.empty();
    } catch (FileNotFoundException e) {
      return Optional.of(GONE);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file.path() + " in the landing zone", e);
    }
  }

  /** By the codec with which Spark will read it; plain files have none. */
  private Optional<String> packingFault(TakenFile file) {
    if (file.bytes() == 0 || codec(file.path()) == null) {
      return Optional.empty();
    }
    try (InputStream unpacked = unpacked(file.path())) {
      long _ = unpacked.transferTo(OutputStream.nullOutputStream());
      return isAsNamed(file.path())
          ? Optional.empty()
          : fault(file, "it is no bzip2, as its name says");
    } catch (EOFException e) {
      return fault(file, "it ends before its compressed content does");
    } catch (IOException e) {
      return fault(file, "it cannot be unpacked as its name says (%s)".formatted(e.getMessage()));
    }
  }

  /**
   * Whether what is called a bzip2 begins as one: of other content Hadoop reads nothing, unsaid.
   */
  boolean isAsNamed(String path) throws IOException {
    if (!(codec(path) instanceof BZip2Codec)) {
      return true;
    }
    try (InputStream stream = open(path)) {
      return new String(stream.readNBytes(BZIP2.length()), StandardCharsets.US_ASCII).equals(BZIP2);
    }
  }

  /**
   * A fault of the file's, unless its bytes cannot be read either: then it is the machine's.
   *
   * @throws UncheckedIOException if they cannot be read
   */
  private Optional<String> fault(TakenFile file, String why) {
    try {
      if (!files.exists(new Path(root, file.path()))) {
        return Optional.of(GONE);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot look at " + file.path(), e);
    }
    return Optional.of(contentHash(file.path()).equals(file.contentHash()) ? why : CHANGED);
  }

  private @Nullable CompressionCodec codec(String path) {
    return codecs.getCodec(new Path(path));
  }

  /** Notes how the files are before they are read, unless {@link #faults} has looked at them. */
  void beforeReading(List<TakenFile> toRead) {
    for (TakenFile file : toRead) {
      var _ =
          stamps.computeIfAbsent(
              file.path(),
              path -> {
                try {
                  return stamp(path);
                } catch (IOException e) {
                  throw new UncheckedIOException("cannot look at " + path, e);
                }
              });
    }
  }

  /** Files that were written to or taken away since they were looked at. */
  Set<String> changedWhileRead(List<TakenFile> read) {
    Set<String> changed = new TreeSet<>();
    for (TakenFile file : read) {
      try {
        Stamp now = stamp(file.path());
        if (!now.equals(stamps.get(file.path())) || now.bytes() != file.bytes()) {
          changed.add(file.path());
        }
      } catch (FileNotFoundException e) {
        changed.add(file.path());
      } catch (IOException e) {
        throw new UncheckedIOException("cannot look at " + file.path(), e);
      }
    }
    return changed;
  }

  private Stamp stamp(String path) throws IOException {
    FileStatus status = files.getFileStatus(new Path(root, path));
    return new Stamp(status.getLen(), status.getModificationTime());
  }

  /** The whole path of a file. */
  String absolute(String path) {
    return new Path(root, path).toString();
  }

  /**
   * A path that Spark takes as it is: an asterisk or a bracket in a name is no pattern. With its
   * globbing switched off instead, one such name would have all other files read twice.
   */
  static String literal(String path) {
    return PATTERN.matcher(path).replaceAll("\\\\$0");
  }

  /** The qualified root, as Spark spells it in file paths. */
  URI uri() {
    return root.toUri();
  }

  /** How its file system is reached. */
  Configuration hadoop() {
    return hadoop;
  }

  /**
   * Writes a file that is there whole or not at all; one of the name is replaced.
   *
   * @param path below the landing zone
   */
  void write(String path, byte[] content) {
    Path file = new Path(root, path);
    Path unfinished = new Path(file.getParent(), "_" + file.getName());
    try {
      try (OutputStream stream = files.create(unfinished, true)) {
        stream.write(content);
      }
      files.delete(file, false);
      if (!files.rename(unfinished, file)) {
        throw new IOException("cannot rename " + unfinished);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(
          "cannot write %s in the landing zone: make its folder writable".formatted(path), e);
    }
  }

  /** Opens a file as it is. */
  InputStream open(String path) throws IOException {
    return files.open(new Path(root, path));
  }

  /** Opens a file's content, as Spark would read it. */
  InputStream unpacked(String path) throws IOException {
    return unpacked(files, new Path(root, path), codecs);
  }

  /** Whether what the file's name ends with says that its content is packed. */
  boolean isPacked(String path) {
    return codec(path) != null;
  }

  /**
   * Whether a file is packed in a way that is taken, or not at all. LZ4 and Snappy, as Hadoop has
   * them, may end after any block, and are read as if they ended before one that is cut, so that
   * nobody would notice that records are missing; gzip, deflate and bzip2 say where they end. For
   * Zstandard there is no reader here.
   */
  boolean isTaken(String path) {
    CompressionCodec codec = codec(path);
    return codec == null || codec instanceof DefaultCodec || codec instanceof BZip2Codec;
  }

  /** A file's name without what says how it is packed. */
  String plainName(String name) {
    CompressionCodec codec = codec(name);
    return codec == null
        ? name
        : CompressionCodecFactory.removeSuffix(name, codec.getDefaultExtension());
  }

  /** Packs what is written as the file's name says. */
  OutputStream packing(String path, OutputStream sink) throws IOException {
    CompressionCodec codec = codec(path);
    return codec == null ? sink : codec.createOutputStream(sink);
  }

  /** A file's content, unpacked by what its name ends with. */
  static InputStream unpacked(FileSystem files, Path file, CompressionCodecFactory codecs)
      throws IOException {
    InputStream stream = files.open(file);
    CompressionCodec codec = codecs.getCodec(file);
    if (codec == null) {
      return stream;
    }
    try {
      return codec.createInputStream(stream);
    } catch (IOException | RuntimeException e) {
      stream.close();
      throw e;
    }
  }

  /** Writes a file's new content. */
  interface Content {
    /** Writes all of it; closes the sink. */
    void writeTo(OutputStream sink) throws IOException;
  }

  /**
   * A file that {@link #replace} wrote.
   *
   * @param was hash of what lay there before
   * @param is hash of what lies there
   */
  record Replaced(String path, String was, long bytes, String is) {}

  /**
   * Replaces a file by writing a new one beside it and moving it into place. A mark beside it says
   * so from before the move until {@link #forgetReplaced}, so that who notes elsewhere what lies
   * there loses none to a crash.
   *
   * @throws DataException if the file is changed meanwhile: it is left as it is
   */
  void replace(String path, Content content) {
    Path file = new Path(root, path);
    Path beside = beside(file, REPLACING);
    try {
      String was = contentHash(path);
      content.writeTo(files.create(beside, true));
      if (!contentHash(path).equals(was)) {
        boolean _ = files.delete(beside, false);
        throw DataErrors.changedWhileErased(path);
      }
      String mark = was + ' ' + contentHash(relative(beside));
      try (OutputStream sink = files.create(beside(file, MARK), true)) {
        sink.write(mark.getBytes(StandardCharsets.US_ASCII));
      }
      FileContext.getFileContext(root.toUri(), files.getConf())
          .rename(beside, file, Options.Rename.OVERWRITE);
    } catch (IOException e) {
      throw new UncheckedIOException(
          "cannot rewrite %s in the landing zone: make its folder writable for the pipeline, then start again"
              .formatted(path),
          e);
    }
  }

  private static Path beside(Path file, String end) {
    return new Path(file.getParent(), "." + file.getName() + end);
  }

  /** The file that another one beside it is about. */
  private static Path marked(Path beside, String end) {
    String name = beside.getName();
    return new Path(beside.getParent(), name.substring(1, name.length() - end.length()));
  }

  /**
   * Files with a mark that are what it says they were made; one that was cut short before the move,
   * or that was written to since, is not among them.
   */
  List<Replaced> replaced() {
    List<Replaced> replaced = new ArrayList<>();
    for (Path mark : hidden(MARK)) {
      Path file = marked(mark, MARK);
      try {
        if (!files.exists(file)) {
          continue;
        }
        String path = relative(file);
        String[] hashes;
        try (InputStream stream = files.open(mark)) {
          hashes = new String(stream.readAllBytes(), StandardCharsets.US_ASCII).split(" ", 2);
        }
        if (hashes.length == 2 && hashes[1].equals(contentHash(path))) {
          replaced.add(
              new Replaced(path, hashes[0], files.getFileStatus(file).getLen(), hashes[1]));
        }
      } catch (IOException e) {
        throw new UncheckedIOException(
            "cannot read %s in the landing zone: make it readable for the pipeline, then start again"
                .formatted(mark),
            e);
      }
    }
    return replaced;
  }

  /** Removes the marks of replaced files, and what a call that was cut off left beside one. */
  void forgetReplaced() {
    Stream.of(MARK, REPLACING)
        .flatMap(end -> hidden(end).stream())
        .forEach(path -> delete(relative(path)));
  }

  /**
   * Removes what calls of ours that were cut off had begun to write: refused records to be replayed
   * and what became of lists. Nobody would take it, and nobody would miss it: the call is given
   * again.
   */
  void forgetUnfinished() {
    files(name -> OWN_UNFINISHED.matcher(name).matches()).forEach(path -> delete(relative(path)));
  }

  /**
   * Gives a file another name, in whatever folder of the same source. A mark beside it says so from
   * before the move until {@link #forgetRenamed}.
   */
  void rename(String path, String name) {
    Path to = new Path(root, name);
    try {
      if (!files.mkdirs(to.getParent()) || files.exists(to)) {
        throw new IOException("there is a file of that name, or its folder cannot be made");
      }
      try (OutputStream sink = files.create(beside(to, RENAMED), true)) {
        sink.write(path.getBytes(StandardCharsets.UTF_8));
      }
      if (!files.rename(new Path(root, path), to)) {
        throw new IOException("it was not moved");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(
          "cannot rename a landed file to %s: make its folder writable for the pipeline, then start again"
              .formatted(name),
          e);
    }
  }

  /** Files with a mark of another name, by the path that they had. */
  Map<String, String> renamed() {
    Map<String, String> renamed = new TreeMap<>();
    for (Path mark : hidden(RENAMED)) {
      Path file = marked(mark, RENAMED);
      try {
        if (files.exists(file)) {
          try (InputStream stream = files.open(mark)) {
            renamed.put(new String(stream.readAllBytes(), StandardCharsets.UTF_8), relative(file));
          }
        }
      } catch (IOException e) {
        throw new UncheckedIOException(
            "cannot read %s in the landing zone: make it readable for the pipeline, then start again"
                .formatted(mark),
            e);
      }
    }
    return renamed;
  }

  /** Removes the marks of renamed files. */
  void forgetRenamed() {
    hidden(RENAMED).forEach(path -> delete(relative(path)));
  }

  /**
   * Removes folders below the sources' with nothing in them that have such a name, or lie in one.
   */
  void removeEmptyFolders(Predicate<String> isNamedSo) {
    try {
      if (files.exists(root)) {
        for (FileStatus source : files.listStatus(root)) {
          if (source.isDirectory()) {
            removeEmptyFolders(source.getPath(), isNamedSo, false);
          }
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(
          "cannot remove empty folders of the landing zone " + root + ": make it writable", e);
    }
  }

  private void removeEmptyFolders(Path folder, Predicate<String> isNamedSo, boolean isInOne)
      throws IOException {
    for (FileStatus below : files.listStatus(folder)) {
      if (below.isDirectory()) {
        boolean isGoing = isInOne || isNamedSo.test(below.getPath().getName());
        removeEmptyFolders(below.getPath(), isNamedSo, isGoing);
        if (isGoing && files.listStatus(below.getPath()).length == 0) {
          boolean _ = files.delete(below.getPath(), false);
        }
      }
    }
  }

  /** Files beside others, by what their names end with. */
  private List<Path> hidden(String end) {
    return files(name -> name.startsWith(".") && name.endsWith(end));
  }

  /** All files by their names, unfinished ones too. */
  private List<Path> files(Predicate<String> isWanted) {
    List<Path> found = new ArrayList<>();
    try {
      if (!files.exists(root)) {
        return found;
      }
      RemoteIterator<LocatedFileStatus> iterator = files.listFiles(root, true);
      while (iterator.hasNext()) {
        Path path = iterator.next().getPath();
        if (isWanted.test(path.getName())) {
          found.add(path);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot list the landing zone " + root, e);
    }
    return found;
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

  /**
   * Whether a file is not to be taken: it is still being written, or lies where nothing is taken
   * from.
   *
   * @param path below the root
   */
  static boolean isUnfinished(String path) {
    return Arrays.stream(path.split("/", -1)).skip(1).anyMatch(Landing::isUnfinishedName);
  }

  private static boolean isUnfinishedName(String name) {
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
