package io.supportlake.platform;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;

/**
 * What a run has decided of each source's files, noted before it appends what it accepts and kept
 * until it has finished. A run that is completed does not decide again: files may be gone by then,
 * and contracts or mappings mended. It lies in the restricted location, since refused records are
 * kept as they came.
 */
final class Decisions {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String FOLDER = "_unfinished";
  private static final String QUARANTINE = "quarantine";
  private static final String DRIFT = "drift";

  private final SparkSession spark;
  private final Lake lake;
  private final Path ofRun;

  /** Of a run. */
  Decisions(SparkSession spark, Lake lake, long runSequence) {
    this.spark = spark;
    this.lake = lake;
    this.ofRun = new Path(folder(lake), String.valueOf(runSequence));
  }

  /**
   * What is decided of a source's files.
   *
   * @param checks rows of ops.check: files refused whole, accounts of the others, faults of the
   *     source
   * @param quarantine rows of ops.quarantine
   * @param drift rows of ops.drift
   * @param profile rows of ops.source_profile
   * @param read records read
   * @param accepted of them, new versions for bronze
   * @param quarantined of them, records refused
   * @param isDrifted whether there are rows of drift
   * @param isStopped whether more was refused than the contract allows or a column vanished, so
   *     that nothing is taken
   */
  record Decision(
      List<Row> checks,
      Dataset<Row> quarantine,
      Dataset<Row> drift,
      List<Row> profile,
      long read,
      long accepted,
      long quarantined,
      boolean isDrifted,
      boolean isStopped) {

    /** Of a source without records. */
    static Decision nothing(Lake lake, List<Row> checks) {
      return new Decision(
          checks,
          lake.empty("ops.quarantine"),
          lake.empty("ops.drift"),
          List.of(),
          0,
          0,
          0,
          false,
          false);
    }
  }

  /** A decision as it lies in its file, beside its larger parts. */
  private record Noted(
      List<List<@Nullable Object>> checks,
      List<List<@Nullable Object>> profile,
      long read,
      long accepted,
      long quarantined,
      boolean isDrifted,
      boolean isStopped) {}

  /** Notes what is decided of a source, in place of what was. */
  void note(String source, Decision decision) {
    Path folder = new Path(ofRun, source);
    try {
      FileSystem files = files(folder);
      files.delete(folder, true);
      if (decision.quarantined() > 0) {
        write(decision.quarantine(), new Path(folder, QUARANTINE));
      }
      if (decision.isDrifted()) {
        write(decision.drift(), new Path(folder, DRIFT));
      }
      Noted noted =
          new Noted(
              values(decision.checks()),
              values(decision.profile()),
              decision.read(),
              decision.accepted(),
              decision.quarantined(),
              decision.isDrifted(),
              decision.isStopped());
      Path unfinished = new Path(folder, "_decision");
      try (OutputStream stream = files.create(unfinished, true)) {
        stream.write(JSON.writeValueAsBytes(noted));
      }
      // Last, and whole: what has no such file is not decided.
      if (!files.rename(unfinished, file(source))) {
        throw new IOException("cannot rename " + unfinished);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write to " + folder, e);
    }
  }

  /** What was decided of a source, if anything. */
  Optional<Decision> of(String source) {
    Path folder = new Path(ofRun, source);
    try {
      if (!files(folder).exists(file(source))) {
        return Optional.empty();
      }
      Noted noted;
      try (InputStream stream = files(folder).open(file(source))) {
        noted = JSON.readValue(stream, Noted.class);
      }
      return Optional.of(
          new Decision(
              rows(noted.checks()),
              noted.quarantined() > 0
                  ? read("ops.quarantine", new Path(folder, QUARANTINE))
                  : lake.empty("ops.quarantine"),
              noted.isDrifted()
                  ? read("ops.drift", new Path(folder, DRIFT))
                  : lake.empty("ops.drift"),
              rows(noted.profile()),
              noted.read(),
              noted.accepted(),
              noted.quarantined(),
              noted.isDrifted(),
              noted.isStopped()));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file(source), e);
    }
  }

  /** Forgets the decisions of all runs: the last has finished, or a new one begins. */
  static void forget(Lake lake) {
    try {
      folder(lake).getFileSystem(lake.hadoop()).delete(folder(lake), true);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot delete " + folder(lake), e);
    }
  }

  /** Where the run's decisions lie. */
  String folder() {
    return ofRun.toString();
  }

  private static Path folder(Lake lake) {
    return new Path(lake.restricted(), FOLDER);
  }

  private Path file(String source) {
    return new Path(new Path(ofRun, source), "decision.json");
  }

  private FileSystem files(Path folder) throws IOException {
    return folder.getFileSystem(lake.hadoop());
  }

  private static void write(Dataset<Row> rows, Path folder) {
    rows.write().mode(SaveMode.Overwrite).parquet(folder.toString());
  }

  private Dataset<Row> read(String table, Path folder) {
    return spark
        .read()
        .schema(lake.contract(table).schema())
        .parquet(Landing.literal(folder.toString()));
  }

  private static List<List<@Nullable Object>> values(List<Row> rows) {
    List<List<@Nullable Object>> all = new ArrayList<>();
    for (Row row : rows) {
      List<@Nullable Object> values = new ArrayList<>();
      for (int i = 0; i < row.size(); i++) {
        values.add(row.get(i));
      }
      all.add(values);
    }
    return all;
  }

  /** The whole numbers of both tables are long, which JSON does not say. */
  private static List<Row> rows(List<List<@Nullable Object>> all) {
    return all.stream()
        .map(values ->
            RowFactory.create(
                values.stream()
                    .map(v -> v instanceof Number number ? (Object) number.longValue() : v)
                    .toArray()))
        .toList();
  }
}
