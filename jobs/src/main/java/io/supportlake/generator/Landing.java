package io.supportlake.generator;

import de.siegmar.fastcsv.writer.CsvWriter;
import de.siegmar.fastcsv.writer.LineDelimiter;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.UnaryOperator;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Takes records with their event time, decides when each arrives (late, twice, corrected, broken)
 * and writes one compressed file per source and arrival day. Holds only the days not yet written.
 */
final class Landing implements AutoCloseable {
  private static final double LATE = 0.008;
  private static final double DUPLICATE = 0.003;
  private static final double CORRECTION = 0.0005;
  private static final double BROKEN = 0.0002;

  private final Path root;
  private final long firstDay;
  private final long lastDay;
  private final Map<Source, TreeMap<Long, StringBuilder>> waiting = new EnumMap<>(Source.class);
  private final Map<Source, Counter> counters = new EnumMap<>(Source.class);
  private final ExecutorService writer =
      Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().factory());
  private @Nullable Future<Long> pending;
  private long bytes;
  private long openDay;

  /** Rows planted and what was done to them. */
  static final class Counter {
    long rows;
    long late;
    long duplicates;
    long corrections;
    long broken;
    long files;
  }

  Landing(Path root, long firstDay, long lastDay) {
    this.root = root;
    this.firstDay = firstDay;
    this.lastDay = lastDay;
    this.openDay = firstDay;
    for (Source source : Source.values()) {
      waiting.put(source, new TreeMap<>());
      counters.put(source, new Counter());
    }
  }

  /** A record that may be late, doubled or broken; {@code corrected} gives its later content. */
  void land(
      Source source,
      long eventAt,
      String line,
      Rng rng,
      @Nullable UnaryOperator<String> corrected) {
    long day = Math.max(openDay, Times.dayOf(eventAt));
    Counter counter = counter(source);
    if (day > firstDay && rng.chance(LATE)) {
      day += 1 + (long) (20 * Math.pow(rng.unit(), 3));
      if (day <= lastDay) {
        counter.late++;
      }
    }
    append(source, day, line, counter);
    double fate = rng.unit();
    if (fate < DUPLICATE) {
      long again = day + rng.whole(0, 3);
      if (again <= lastDay) {
        counter.duplicates++;
        append(source, again, line, counter);
      }
    } else if (fate < DUPLICATE + BROKEN) {
      if (day <= lastDay) {
        counter.broken++;
        append(source, day, broken(source, line, rng), counter);
      }
    } else if (corrected != null && fate < DUPLICATE + BROKEN + CORRECTION) {
      long again = day + rng.whole(1, 10);
      String other = corrected.apply(line);
      if (again <= lastDay && !other.equals(line)) {
        counter.corrections++;
        append(source, again, other, counter);
      }
    }
  }

  /** A record that arrives on the day it happened, once and whole. */
  void landOnTime(Source source, long eventAt, String line) {
    append(source, Math.max(openDay, Times.dayOf(eventAt)), line, counter(source));
  }

  /** A record that arrives on a given day, for sources that are exported now and then. */
  void landOn(Source source, long day, String line) {
    append(source, Math.max(openDay, day), line, counter(source));
  }

  /** A CSV record of this source; null values are empty. */
  static String csv(Source source, @Nullable String... values) {
    if (values.length != source.header().size()) {
      throw new IllegalArgumentException(
          source.folder() + " has " + source.header().size() + " columns, got " + values.length);
    }
    StringWriter out = new StringWriter();
    try (CsvWriter csv = CsvWriter.builder().lineDelimiter(LineDelimiter.LF).build(out)) {
      csv.writeRecord(values);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toString().stripTrailing();
  }

  private void append(Source source, long day, String line, Counter counter) {
    if (day > lastDay) {
      return;
    }
    counter.rows++;
    buffers(source).computeIfAbsent(day, _ -> new StringBuilder()).append(line).append('\n');
  }

  private static String broken(Source source, String line, Rng rng) {
    if (source.isCsv()) {
      return "broken-" + line.replaceAll("\\d{4}-\\d{2}-\\d{2}T", "31/02/2025 ");
    }
    return switch (rng.whole(0, 3)) {
      case 0 -> line.substring(0, line.length() * 2 / 3);
      case 1 -> line.replaceFirst(":\"", ":\"broken-").replaceFirst("T\\d\\d:", "T77:");
      case 2 ->
          line.replaceFirst(":\"", ":\"broken-")
              .replaceFirst(
                  "\"(event_type|result|severity|kind|status|subject_kind)\":\"[^\"]*\"",
                  "\"$1\":\"???\"");
      default -> line.replaceFirst("\"[a-z]+_id\":\"[^\"]*\",", "");
    };
  }

  /**
   * Writes every file of the days up to {@code day}, once nothing can arrive on them any more; a
   * record of an earlier day that still comes arrives on the next.
   */
  void flush(long day) {
    openDay = day + 1;
    Map<Source, Map<Long, StringBuilder>> ready = new EnumMap<>(Source.class);
    for (Source source : Source.values()) {
      Map<Long, StringBuilder> head = buffers(source).headMap(day, true);
      if (!head.isEmpty()) {
        ready.put(source, new TreeMap<>(head));
        counter(source).files += head.size();
        head.clear();
      }
    }
    await();
    pending = writer.submit(() -> write(ready));
  }

  private long write(Map<Source, Map<Long, StringBuilder>> ready) throws IOException {
    long written = 0;
    for (Map.Entry<Source, Map<Long, StringBuilder>> entry : ready.entrySet()) {
      Source source = entry.getKey();
      for (Map.Entry<Long, StringBuilder> file : entry.getValue().entrySet()) {
        Path folder = root.resolve(source.folder()).resolve(Times.date(file.getKey()));
        Files.createDirectories(folder);
        String name = source.isCsv() ? "part-00000.csv.gz" : "part-00000.jsonl.gz";
        StringBuilder text = file.getValue();
        written += text.length();
        try (OutputStream out = Files.newOutputStream(folder.resolve(name));
            Writer gzip = new BufferedWriter(fast(out), 1 << 16)) {
          if (source.isCsv()) {
            gzip.append(String.join(",", source.header())).append('\n');
          }
          gzip.append(text);
        }
      }
    }
    return written;
  }

  private static Writer fast(OutputStream out) throws IOException {
    GZIPOutputStream gzip =
        new GZIPOutputStream(out, 1 << 15) {
          {
            def.setLevel(2);
          }
        };
    return new OutputStreamWriter(gzip, StandardCharsets.UTF_8);
  }

  private void await() {
    Future<Long> running = pending;
    if (running == null) {
      return;
    }
    try {
      bytes += running.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted while writing the landing zone.", e);
    } catch (ExecutionException e) {
      throw new IllegalStateException(
          "The landing zone " + root + " cannot be written; check its disk and rights.",
          e.getCause());
    }
    pending = null;
  }

  /** Characters written so far, before compression. */
  long size() {
    await();
    return bytes;
  }

  Counter counter(Source source) {
    Counter counter = counters.get(source);
    if (counter == null) {
      throw new IllegalStateException("no counter for " + source);
    }
    return counter;
  }

  private TreeMap<Long, StringBuilder> buffers(Source source) {
    TreeMap<Long, StringBuilder> buffers = waiting.get(source);
    if (buffers == null) {
      throw new IllegalStateException("no buffers for " + source);
    }
    return buffers;
  }

  @Override
  public void close() {
    try {
      await();
    } finally {
      writer.shutdownNow();
    }
  }
}
