package io.supportlake.platform;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.io.compress.BZip2Codec;
import org.apache.hadoop.io.compress.CompressionCodec;
import org.apache.hadoop.io.compress.CompressionCodecFactory;
import org.apache.hadoop.io.compress.DeflateCodec;
import org.apache.pdfbox.Loader;
import org.apache.pdfbox.cos.COSBase;
import org.apache.pdfbox.cos.COSDocument;
import org.apache.pdfbox.cos.COSObject;
import org.apache.pdfbox.cos.COSObjectKey;
import org.apache.pdfbox.cos.COSStream;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.text.PDFTextStripper;
import org.jspecify.annotations.Nullable;

/**
 * Which files hold given values, however the files are packed. Every file is read as it lies, and
 * besides by what its first bytes say it is:
 *
 * <ul>
 *   <li>gzip, bzip2, and zip, so XLSX: what is inside, again by its first bytes;
 *   <li>XML and HTML, in XLSX too: also its text without marks, entities resolved;
 *   <li>Parquet, so Delta's data files and checkpoints: every value, every dictionary; names and
 *       statistics stand plain in the file;
 *   <li>PDF: its text with and without line breaks, and every stream in it, unpacked;
 *   <li>all else (JSON, Delta's log, CSV, serialized models): as it lies.
 * </ul>
 *
 * <p>What its name says is deflated is unpacked by its name.
 *
 * <p>Names of files and folders count as content. Not seen: values that are encrypted, packed by
 * other methods, in base64, or written differently from the needle (another case, other
 * separators): search for every writing. Reads each file whole once or twice; memory is bounded but
 * for PDF, XML and single pages of Parquet.
 */
public final class DecodingScan {
  /** How a bzip2 begins, with a block or as one of nothing. */
  private static final Pattern BZIP2_HEAD = Pattern.compile("BZh[1-9](?:1AY&|\u0017rE8)");

  private static final String GZIP = "\u001f\u008b\u0008";
  private static final String ZIP = "PK\u0003\u0004";
  private static final String PARQUET = "PAR1";
  private static final String PDF = "%PDF";
  private static final List<String> PACKED_HEADS = List.of(GZIP, ZIP, PARQUET, PDF);

  private static final Configuration HADOOP = new Configuration();
  private static final CompressionCodecFactory CODECS = new CompressionCodecFactory(HADOOP);
  private static final BZip2Codec BZIP2 = new BZip2Codec();

  static {
    BZIP2.setConf(HADOOP);
  }

  private static final int PIECE = 1 << 20;
  private static final int DEEPEST = 8;

  private final Needles needles;
  private final Needles tight;
  private final Map<String, String> needleOfTight;
  private final Set<Hit> hits = new LinkedHashSet<>();

  private record Hit(String needle, String where) {}

  private DecodingScan(Map<String, Bounds> needles) {
    this.needles = new Needles(needles);
    this.needleOfTight = new LinkedHashMap<>();
    for (String needle : needles.keySet()) {
      String without = needle.replaceAll("\\s", "");
      if (without.length() >= Needles.SHORTEST) {
        needleOfTight.put(without, needle);
      }
    }
    this.tight = new Needles(unbounded(needleOfTight.keySet()));
  }

  /**
   * One needle in one place of one file.
   *
   * @param file the file; a folder only when its own name holds the needle
   * @param needle the value, in clear: not for logs
   * @param where how it lies there: "bytes", "name", "gzip", "entry E", "column C", "dictionary of
   *     C", "text", "stream", several joined by " / " from outside in
   */
  public record Found(Path file, String needle, String where) {}

  /**
   * Every needle found in every file below the root, links not followed, in the order of paths.
   *
   * @param root folder or single file
   * @param needles values of four characters or more
   * @throws DataException when a file cannot be decoded: its search would prove nothing
   * @throws IllegalArgumentException when a needle is too short to mean anything
   */
  public static List<Found> find(Path root, Collection<String> needles) {
    return find(root, unbounded(needles));
  }

  private static Map<String, Bounds> unbounded(Collection<String> needles) {
    Map<String, Bounds> unbounded = new LinkedHashMap<>();
    needles.forEach(needle -> unbounded.put(needle, Bounds.NONE));
    return unbounded;
  }

  /** The same for needles that are no part of other values. */
  static List<Found> find(Path root, Map<String, Bounds> needles) {
    return find(root, _ -> true, needles);
  }

  /** The same in some of the files. */
  static List<Found> find(Path root, Predicate<Path> isScanned, Map<String, Bounds> needles) {
    DecodingScan scan = new DecodingScan(needles);
    try (Stream<Path> paths = Files.walk(root)) {
      return paths
          .filter(isScanned)
          .sorted(Comparator.naturalOrder())
          .flatMap(p -> scan.file(root, p))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(
          "cannot list %s: make it readable, then search again".formatted(root), e);
    }
  }

  /**
   * Decodes files without looking for anything.
   *
   * @throws DataException when one cannot be decoded
   */
  static void refuseUndecodable(Path root, Predicate<Path> isDecoded) {
    var _ = find(root, isDecoded, Map.of());
  }

  /** Whether a file's first bytes say that its content is packed, or of pieces. */
  static boolean isPacked(Path file) {
    if (!Files.isRegularFile(file)) {
      return false;
    }
    try (InputStream in = Files.newInputStream(file)) {
      byte[] head = in.readNBytes(8);
      return BZIP2_HEAD.matcher(new String(head, StandardCharsets.ISO_8859_1)).lookingAt()
          || PACKED_HEADS.stream().anyMatch(mark -> startsWith(head, mark));
    } catch (IOException e) {
      throw DataErrors.cannotBeSearched(file, e);
    }
  }

  private Stream<Found> file(Path root, Path path) {
    hits.clear();
    String name = path.equals(root) ? "" : String.valueOf(path.getFileName());
    search(name.getBytes(StandardCharsets.UTF_8), "name");
    if (Files.isRegularFile(path)) {
      try {
        try (InputStream in = Files.newInputStream(path)) {
          scan(in, path, "", 0);
        }
      } catch (IOException | RuntimeException e) {
        throw DataErrors.cannotBeSearched(path, e);
      }
    }
    return hits.stream().map(h -> new Found(path, h.needle(), h.where())).toList().stream();
  }

  /**
   * Reads the stream as it lies and, by its first bytes, unpacked.
   *
   * @param file where the stream lies, null for one that was unpacked
   */
  private void scan(InputStream stream, @Nullable Path file, String where, int depth)
      throws IOException {
    if (depth > DEEPEST) {
      throw new IOException("packed more than %d times".formatted(DEEPEST));
    }
    BufferedInputStream in = new BufferedInputStream(stream, 1 << 16);
    in.mark(16);
    byte[] head = in.readNBytes(8);
    in.reset();
    boolean gzip = startsWith(head, GZIP);
    boolean bzip2 = BZIP2_HEAD.matcher(new String(head, StandardCharsets.ISO_8859_1)).lookingAt();
    @Nullable CompressionCodec codec = file == null ? null : codecOfName(file);
    boolean zip = startsWith(head, ZIP);
    boolean pdf = startsWith(head, PDF);
    if (gzip) {
      scan(new GZIPInputStream(in, 1 << 16), null, join(where, "gzip"), depth + 1);
    } else if (bzip2) {
      // By the reader that ingest has, which takes what follows the first part too.
      scan(BZIP2.createInputStream(in), null, join(where, "bzip2"), depth + 1);
    } else if (codec != null && head.length > 0) {
      scan(codec.createInputStream(in), null, join(where, "packed"), depth + 1);
    } else if (zip || startsWith(head, PARQUET)) {
      Path whole = file == null ? Files.createTempFile("scan", ".tmp") : file;
      try {
        if (file == null) {
          Files.copy(in, whole, StandardCopyOption.REPLACE_EXISTING);
        }
        if (zip) {
          entries(whole, where, depth);
        } else {
          try (InputStream plain = Files.newInputStream(whole)) {
            plain(plain, join(where, "bytes"));
          }
          ParquetValues.of(whole, (column, value) -> search(value, join(where, column)));
        }
      } finally {
        if (file == null) {
          Files.deleteIfExists(whole);
        }
      }
    } else if (pdf || isMarked(head)) {
      byte[] whole = in.readAllBytes();
      search(whole, join(where, "bytes"));
      if (pdf) {
        pdf(whole, where, depth);
      } else {
        String text = MarkedText.of(new String(whole, StandardCharsets.UTF_8));
        search(text.getBytes(StandardCharsets.UTF_8), join(where, "text"));
      }
    } else {
      plain(in, join(where, "bytes"));
    }
  }

  /** Of what cannot be told by its first bytes. */
  private static @Nullable CompressionCodec codecOfName(Path file) {
    return CODECS.getCodec(new org.apache.hadoop.fs.Path(file.toUri()))
            instanceof DeflateCodec deflate
        ? deflate
        : null;
  }

  private static boolean isMarked(byte[] head) {
    int i = startsWith(head, "\u00ef\u00bb\u00bf") ? 3 : 0;
    return head.length > i + 1
        && head[i] == '<'
        && (head[i + 1] == '?' || head[i + 1] == '!' || Character.isLetter(head[i + 1]));
  }

  /** By the list at the file's end: what streams of entries say of their sizes may be wrong. */
  private void entries(Path file, String where, int depth) throws IOException {
    try (ZipFile zip = new ZipFile(file.toFile())) {
      for (ZipEntry entry : Collections.list(zip.entries())) {
        search(entry.getName().getBytes(StandardCharsets.UTF_8), join(where, "name"));
        try (InputStream in = zip.getInputStream(entry)) {
          scan(in, null, join(where, "entry " + entry.getName()), depth + 1);
        }
      }
    }
  }

  private void plain(InputStream in, String where) throws IOException {
    byte[] piece = new byte[PIECE + needles.behind() + Needles.before()];
    int kept = 0;
    int from = 0;
    boolean isLast = false;
    while (!isLast) {
      int length = kept + in.readNBytes(piece, kept, piece.length - kept);
      isLast = length < piece.length;
      int to = isLast ? length : length - needles.behind();
      needles.in(piece, from, to, length, needle -> hits.add(new Hit(needle, where)));
      int least = Math.max(0, to - Needles.before());
      kept = length - least;
      System.arraycopy(piece, least, piece, 0, kept);
      from = to - least;
    }
  }

  private void pdf(byte[] bytes, String where, int depth) throws IOException {
    try (PDDocument document = Loader.loadPDF(bytes)) {
      byte[] text = new PDFTextStripper().getText(document).getBytes(StandardCharsets.UTF_8);
      search(text, join(where, "text"));
      byte[] close = Needles.withoutSpace(text);
      tight.in(
          close, needle -> hits.add(new Hit(needleOfTight.getOrDefault(needle, needle), "text")));
      COSDocument objects = document.getDocument();
      for (COSObjectKey key : objects.getXrefTable().keySet()) {
        COSObject object = objects.getObjectFromPool(key);
        COSBase base = object == null ? null : object.getObject();
        if (base instanceof COSStream stream && !isPicture(stream)) {
          try (InputStream in = stream.createInputStream()) {
            scan(in, null, join(where, "stream"), depth + 1);
          }
        }
      }
    }
  }

  private static boolean isPicture(COSStream stream) {
    return "Image".equals(stream.getNameAsString("Subtype"));
  }

  private void search(byte[] bytes, String where) {
    needles.in(bytes, needle -> hits.add(new Hit(needle, where)));
  }

  private static String join(String outer, String inner) {
    return outer.isEmpty() ? inner : outer + " / " + inner;
  }

  private static boolean startsWith(byte[] head, String mark) {
    byte[] bytes = mark.getBytes(StandardCharsets.ISO_8859_1);
    return head.length >= bytes.length
        && Arrays.equals(head, 0, bytes.length, bytes, 0, bytes.length);
  }

  /** Files that hold any of the needles, for a message: no needle in it. */
  public static String files(Collection<Found> found) {
    return found.stream()
        .map(f -> f.file() + " (" + f.where() + ")")
        .distinct()
        .collect(Collectors.joining(", "));
  }
}
