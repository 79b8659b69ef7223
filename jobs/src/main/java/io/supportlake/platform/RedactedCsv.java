package io.supportlake.platform;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import de.siegmar.fastcsv.writer.CsvWriter;
import de.siegmar.fastcsv.writer.LineDelimiter;
import io.supportlake.rules.KeyedHash;
import io.supportlake.rules.Redactor;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.SequenceInputStream;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * A CSV file whose texts are redacted. Every other value stays what it was; so do the order of
 * columns and rows, rows with too few or too many fields, a byte order mark and the way lines end.
 * Quotes are written only where they are needed. One record is in memory at a time.
 */
public final class RedactedCsv {
  private static final int HEAD = 1 << 16;
  private static final byte[] MARK = {(byte) 0xef, (byte) 0xbb, (byte) 0xbf};

  private RedactedCsv() {}

  /**
   * How a file is read.
   *
   * @param texts columns whose values are redacted, by their names in the first line
   * @param delimiter what separates values
   * @param charset how its characters are written
   */
  public record Format(List<String> texts, char delimiter, Charset charset) {
    /** Copies the columns. */
    public Format {
      texts = List.copyOf(texts);
    }
  }

  /**
   * What was done.
   *
   * @param rows records after the first line
   * @param changed of these, records in which something was hidden
   * @param found values hidden by type; types of which there was none are left out
   */
  public record Summary(long rows, long changed, Map<Redactor.Type, Long> found) {}

  /**
   * The key that a variable holds. Its name in tokens is a fingerprint, so that tokens of two keys
   * are told apart.
   */
  public static KeyedHash keyIn(String variable, Map<String, String> environment) {
    byte[] key = RunConfig.keyIn(variable, environment);
    return KeyedHash.of("e" + Hashes.sha256(key).substring(0, 8), key);
  }

  /** A key that nobody knows and that is gone afterwards. */
  public static KeyedHash randomKey() {
    byte[] key = new byte[32];
    new SecureRandom().nextBytes(key);
    return KeyedHash.of("random", key);
  }

  /**
   * Reads a file and writes its redacted copy, whole or not at all.
   *
   * @param replace whether a file that is there already may be replaced
   * @throws UsageException when the file, a column or the output is not as said
   */
  public static Summary write(
      Path file, Path out, Format format, Redactor redactor, boolean replace) {
    if (!Files.isRegularFile(file)) {
      throw new UsageException("%s is no file. Name a CSV file.".formatted(file));
    }
    if (!replace && Files.exists(out)) {
      throw new UsageException(
          "%s is there already and was left as it is. Name another file, or replace it with --force."
              .formatted(out));
    }
    if (out.toAbsolutePath().normalize().equals(file.toAbsolutePath().normalize())) {
      throw new UsageException(
          "%s would be written over itself. Name another file with --out.".formatted(file));
    }
    Counts counts = new Counts();
    try (InputStream in = Files.newInputStream(file)) {
      byte[] head = in.readNBytes(HEAD);
      Outputs.write(
          out,
          bytes -> {
            try {
              copy(
                  new SequenceInputStream(new ByteArrayInputStream(head), in),
                  head,
                  bytes,
                  file,
                  format,
                  redactor,
                  counts);
            } catch (UncheckedIOException e) {
              throw e.getCause() instanceof CharacterCodingException ? malformed(file, format) : e;
            } catch (CharacterCodingException _) {
              throw malformed(file, format);
            }
          });
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read %s: make it readable".formatted(file), e);
    }
    return new Summary(counts.rows, counts.changed, Map.copyOf(counts.found));
  }

  private static final class Counts {
    private long rows;
    private long changed;
    private final Map<Redactor.Type, Long> found = new EnumMap<>(Redactor.Type.class);
  }

  private static void copy(
      InputStream in,
      byte[] head,
      OutputStream out,
      Path file,
      Format format,
      Redactor redactor,
      Counts counts)
      throws IOException {
    boolean marked =
        head.length >= 3 && head[0] == MARK[0] && head[1] == MARK[1] && head[2] == MARK[2];
    if (marked && format.charset().equals(StandardCharsets.UTF_8)) {
      in.skipNBytes(MARK.length);
      out.write(MARK);
    }
    InputStreamReader reader =
        new InputStreamReader(
            in,
            format
                .charset()
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT));
    Writer writer = new OutputStreamWriter(out, format.charset());
    try (CsvReader<CsvRecord> records =
            CsvReader.builder()
                .fieldSeparator(format.delimiter())
                .allowExtraFields(true)
                .allowMissingFields(true)
                .allowUnclosedQuote(false)
                .skipEmptyLines(false)
                .ofCsvRecord(reader);
        CsvWriter csv =
            CsvWriter.builder()
                .fieldSeparator(format.delimiter())
                .lineDelimiter(lineDelimiter(head))
                .build(writer)) {
      BitSet texts = new BitSet();
      boolean first = true;
      for (CsvRecord record : records) {
        if (first) {
          texts = columns(record.getFields(), format, file);
          csv.writeRecord(record.getFields());
          first = false;
        } else {
          csv.writeRecord(redacted(record.getFields(), texts, redactor, counts));
        }
      }
      if (first) {
        throw new UsageException(
            "%s is empty: its first line has to name the columns.".formatted(file));
      }
    } catch (CsvParseException e) {
      throw new UsageException(
          "%s cannot be read as CSV with '%s' between values (%s). Name another --delimiter, or mend its quotes."
              .formatted(file, format.delimiter(), where(e)));
    }
  }

  /** The place only: the parser's message may quote what stands there. */
  private static String where(CsvParseException e) {
    String message = String.valueOf(e.getMessage());
    int line = message.indexOf("line");
    String place = line < 0 ? "" : message.substring(line).replaceAll("(line \\d+).*", "$1");
    return place.matches("line \\d+") ? place : "its structure is broken";
  }

  private static LineDelimiter lineDelimiter(byte[] head) {
    for (int i = 0; i < head.length; i++) {
      if (head[i] == '\n') {
        return i > 0 && head[i - 1] == '\r' ? LineDelimiter.CRLF : LineDelimiter.LF;
      }
    }
    return LineDelimiter.LF;
  }

  private static BitSet columns(List<String> header, Format format, Path file) {
    BitSet columns = new BitSet();
    for (String text : format.texts()) {
      boolean known = false;
      for (int i = 0; i < header.size(); i++) {
        if (header.get(i).strip().equals(text.strip())) {
          columns.set(i);
          known = true;
        }
      }
      if (!known) {
        throw new UsageException(
            "%s has no column '%s'. It has: %s. Name one of these with --text%s."
                .formatted(
                    file,
                    text,
                    String.join(", ", header),
                    header.size() == 1 ? ", or another --delimiter" : ""));
      }
    }
    return columns;
  }

  private static List<String> redacted(
      List<String> fields, BitSet texts, Redactor redactor, Counts counts) {
    counts.rows++;
    List<String> out = new ArrayList<>(fields);
    boolean changed = false;
    for (int i = texts.nextSetBit(0); i >= 0 && i < out.size(); i = texts.nextSetBit(i + 1)) {
      Redactor.Redacted redacted = redactor.redact(out.get(i));
      for (Redactor.Finding finding : redacted.findings()) {
        counts.found.merge(finding.type(), 1L, Long::sum);
        changed = true;
      }
      out.set(i, redacted.text());
    }
    counts.changed += changed ? 1 : 0;
    return out;
  }

  private static UsageException malformed(Path file, Format format) {
    return new UsageException(
        "%s holds bytes that are no %s. Name the encoding it has with --encoding, such as windows-1252."
            .formatted(file, format.charset()));
  }
}
