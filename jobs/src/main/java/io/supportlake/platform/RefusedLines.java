package io.supportlake.platform;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.NamedCsvRecord;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.io.compress.CompressionCodecFactory;
import org.apache.spark.api.java.function.FlatMapGroupsFunction;
import org.apache.spark.api.java.function.MapFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.util.SerializableConfiguration;
import org.jspecify.annotations.Nullable;

/**
 * Finds the lines on which refused records begin, in a second pass over the files that hold them:
 * Spark reads records without their place, and to number all of them would cost every good file.
 */
final class RefusedLines implements Serializable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long NOT_FOUND = 0;

  private final String root;
  private final SerializableConfiguration hadoop;
  private final Map<String, Reading> byFolder;

  /**
   * How the files of a folder are read.
   *
   * @param format json, lines or csv
   * @param delimiter of csv
   */
  record Reading(String format, String delimiter) implements Serializable {}

  /**
   * A search in the landing zone.
   *
   * @param byFolder how each folder's files are read
   */
  RefusedLines(Landing landing, Map<String, Reading> byFolder) {
    this.root = landing.uri().toString();
    this.hadoop = new SerializableConfiguration(landing.hadoop());
    this.byFolder = new TreeMap<>(byFolder);
  }

  /**
   * The refused records with their lines. Equal records of a file get their lines in order.
   *
   * @param refused columns {@code ingest_file} and {@code payload} among others, and {@code line},
   *     which is replaced; null where the file no longer holds the record
   */
  Dataset<Row> numbered(Dataset<Row> refused) {
    StructType schema = refused.schema();
    int file = schema.fieldIndex("ingest_file");
    int payload = schema.fieldIndex("payload");
    int line = schema.fieldIndex("line");
    return refused
        .groupByKey((MapFunction<Row, String>) row -> row.getString(file), Encoders.STRING())
        .flatMapGroups(
            (FlatMapGroupsFunction<String, Row, Row>)
                (path, rows) -> inFile(path, rows, payload, line),
            Encoders.row(schema));
  }

  private Iterator<Row> inFile(String path, Iterator<Row> refused, int payload, int line) {
    List<Row> rows = new ArrayList<>();
    refused.forEachRemaining(rows::add);
    Reading reading =
        Objects.requireNonNull(byFolder.get(path.substring(0, path.indexOf('/'))), path);
    List<String> payloads = rows.stream().map(r -> r.getString(payload)).toList();
    long[] lines =
        reading.format().equals("csv")
            ? csv(path, reading.delimiter(), payloads)
            : text(path, payloads);
    List<Row> numbered = new ArrayList<>(rows.size());
    for (int i = 0; i < rows.size(); i++) {
      Object[] values = new Object[rows.get(i).size()];
      for (int c = 0; c < values.length; c++) {
        values[c] = rows.get(i).get(c);
      }
      values[line] = lines[i] == NOT_FOUND ? null : lines[i];
      numbered.add(RowFactory.create(values));
    }
    return numbered.iterator();
  }

  private long[] text(String path, List<String> payloads) {
    Search<String> search = new Search<>(payloads);
    try (BufferedReader reader = open(path)) {
      String text = reader.readLine();
      for (long number = 1; text != null && !search.isDone(); number++) {
        search.see(text, number);
        text = reader.readLine();
      }
    } catch (IOException e) {
      // A file that cannot be read again leaves its records without lines, not without record.
      return search.lines;
    }
    return search.lines;
  }

  /** By the fields; records that did not fit the header stand as text and are found by it. */
  private long[] csv(String path, String delimiter, List<String> payloads) {
    Search<Map<String, String>> search =
        new Search<>(payloads.stream().map(RefusedLines::fields).toList());
    try (CsvReader<NamedCsvRecord> reader =
        CsvReader.builder()
            .fieldSeparator(delimiter)
            .allowExtraFields(true)
            .allowMissingFields(true)
            .ofNamedCsvRecord(open(path))) {
      for (NamedCsvRecord record : reader) {
        Map<String, String> fields = new HashMap<>();
        record
            .getFieldsAsMap()
            .forEach((name, value) -> put(fields, name.replace("\uFEFF", "").strip(), value));
        search.see(fields, record.getStartingLineNumber());
      }
    } catch (IOException | UncheckedIOException | CsvParseException e) {
      // What a broken file leaves unfound is looked for by its text below, or has no line.
      return firstLines(path, payloads, search.lines);
    }
    return firstLines(path, payloads, search.lines);
  }

  private long[] firstLines(String path, List<String> payloads, long[] found) {
    long[] byText =
        text(path, payloads.stream().map(p -> p.lines().findFirst().orElse("")).toList());
    for (int i = 0; i < found.length; i++) {
      found[i] = found[i] == NOT_FOUND ? byText[i] : found[i];
    }
    return found;
  }

  private static Map<String, String> fields(String payload) {
    Map<String, String> fields = new HashMap<>();
    try {
      JSON.readValue(payload, new TypeReference<Map<String, @Nullable String>>() {})
          .forEach((name, value) -> put(fields, name, value));
    } catch (JsonProcessingException e) {
      // The text of a record that did not fit its header: no record's fields.
      return Map.of("\u0000", payload);
    }
    return fields;
  }

  /** As ingest keeps a field: blanks around it do not count, and nothing is no value. */
  private static void put(Map<String, String> fields, String name, @Nullable String value) {
    if (value != null && !value.strip().isEmpty()) {
      fields.put(name, value.strip());
    }
  }

  private BufferedReader open(String path) throws IOException {
    Path file = new Path(root, path);
    InputStream content =
        Landing.unpacked(
            file.getFileSystem(hadoop.value()), file, new CompressionCodecFactory(hadoop.value()));
    return new BufferedReader(new InputStreamReader(content, StandardCharsets.UTF_8));
  }

  /** What is looked for, and the lines found; equal ones are found one after the other. */
  private static final class Search<T> {
    private final long[] lines;
    private final Map<T, Deque<Integer>> open = new HashMap<>();

    Search(List<T> wanted) {
      lines = new long[wanted.size()];
      for (int i = 0; i < wanted.size(); i++) {
        open.computeIfAbsent(wanted.get(i), w -> new ArrayDeque<>()).add(i);
      }
    }

    boolean isDone() {
      return open.isEmpty();
    }

    void see(T content, long line) {
      Deque<Integer> waiting = open.get(content);
      if (waiting == null) {
        return;
      }
      lines[waiting.removeFirst()] = line;
      if (waiting.isEmpty()) {
        open.remove(content);
      }
    }
  }
}
