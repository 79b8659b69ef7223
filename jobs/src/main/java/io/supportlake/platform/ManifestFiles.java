package io.supportlake.platform;

import static org.apache.spark.sql.functions.col;

import io.supportlake.platform.Landing.LandedFile;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;

/**
 * The manifest {@code ops.landing_file}. It is written before anything is read: a run that crashed
 * is completed with exactly the files it had planned, which makes its appends repeatable.
 */
final class ManifestFiles {

  /**
   * A file that a run takes.
   *
   * @param folder folder below the landing zone: a source's name or a mapping's folder
   */
  record TakenFile(
      String path, String folder, long bytes, String contentHash, LocalDate arrivalDate) {}

  private ManifestFiles() {}

  /**
   * Files that no run has taken and that arrived by the date.
   *
   * @param finishedTo last arrival date of the last finished run, or null
   */
  static List<TakenFile> fresh(
      Lake lake,
      Landing landing,
      Set<String> folders,
      @Nullable LocalDate finishedTo,
      LocalDate to) {
    Set<String> taken = new HashSet<>();
    for (Row row : lake.read("ops.landing_file").select("path").collectAsList()) {
      taken.add(row.getString(0));
    }
    List<TakenFile> fresh = new ArrayList<>();
    for (String folder : folders) {
      for (LandedFile file : landing.list(folder)) {
        if (taken.contains(file.path())) {
          continue;
        }
        LocalDate arrival = arrival(file, finishedTo, to);
        if (!arrival.isAfter(to)) {
          fresh.add(
              new TakenFile(file.path(), folder, file.bytes(), landing.contentHash(file), arrival));
        }
      }
    }
    fresh.sort(Comparator.comparing(TakenFile::path));
    return fresh;
  }

  /** The files planned by a run. */
  static List<TakenFile> planned(Lake lake, long runSequence) {
    return lake
        .read("ops.landing_file")
        .where(col("run_sequence").equalTo(runSequence))
        .orderBy("path")
        .select("path", "source", "bytes", "content_hash", "arrival_date")
        .collectAsList()
        .stream()
        .map(r ->
            new TakenFile(
                r.getString(0),
                r.getString(1),
                r.getLong(2),
                r.getString(3),
                r.getDate(4).toLocalDate()))
        .toList();
  }

  /** The files as rows of the manifest. */
  static Dataset<Row> rows(SparkSession spark, Lake lake, List<TakenFile> files, long runSequence) {
    return spark.createDataFrame(
        files.stream()
            .map(f ->
                RowFactory.create(
                    f.path(),
                    f.folder(),
                    f.bytes(),
                    f.contentHash(),
                    java.sql.Date.valueOf(f.arrivalDate()),
                    runSequence))
            .toList(),
        lake.contract("ops.landing_file").schema());
  }

  private static LocalDate arrival(LandedFile file, @Nullable LocalDate finishedTo, LocalDate to) {
    return file.folderDate().filter(d -> finishedTo == null || d.isAfter(finishedTo)).orElse(to);
  }
}
