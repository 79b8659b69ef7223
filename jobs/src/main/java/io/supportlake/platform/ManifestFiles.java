package io.supportlake.platform;

import io.delta.tables.DeltaTable;
import io.supportlake.platform.Landing.LandedFile;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;
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

  /** A file, and the last run that took it. */
  record Taken(long runSequence, TakenFile file) {}

  private static final Arrivals NOTHING = new Arrivals(List.of(), List.of());

  private final Map<Long, List<TakenFile>> byRun;
  private final Map<Long, Set<String>> released;

  private ManifestFiles(Map<Long, List<TakenFile>> byRun, Map<Long, Set<String>> released) {
    this.byRun = byRun;
    this.released = released;
  }

  /** The manifest as the lake has it: a row for each file that was ever taken, all in memory. */
  static ManifestFiles of(Lake lake) {
    Map<Long, List<TakenFile>> byRun = new TreeMap<>();
    for (Row row :
        lake.read("ops.landing_file")
            .select("path", "source", "bytes", "content_hash", "arrival_date", "run_sequence")
            .orderBy("path")
            .collectAsList()) {
      byRun
          .computeIfAbsent(row.getLong(5), _ -> new ArrayList<>())
          .add(
              new TakenFile(
                  row.getString(0),
                  row.getString(1),
                  row.getLong(2),
                  row.getString(3),
                  row.getDate(4).toLocalDate()));
    }
    Map<Long, Set<String>> released = new TreeMap<>();
    for (Row row : lake.read("ops.released_file").select("run_sequence", "path").collectAsList()) {
      released.computeIfAbsent(row.getLong(0), _ -> new HashSet<>()).add(row.getString(1));
    }
    return new ManifestFiles(byRun, released);
  }

  /** Whether a file that a run took nothing of, or refused records of, is to be taken again. */
  boolean isReleased(long runSequence, String path) {
    return released.getOrDefault(runSequence, Set.of()).contains(path);
  }

  /** Whether a file is to be taken again that no run since has taken. */
  boolean awaitsRelease(long runSequence, String path) {
    return isReleased(runSequence, path)
        && byRun.entrySet().stream()
            .filter(run -> run.getKey() > runSequence)
            .noneMatch(run -> run.getValue().stream().anyMatch(f -> f.path().equals(path)));
  }

  /**
   * Files that were refused whole when a run last planned to take them: what lies there now is
   * still to be taken.
   *
   * @param refused files refused whole, by run, and why
   */
  Set<String> refusedLast(Map<Long, Map<String, String>> refused) {
    Set<String> paths = new HashSet<>();
    byRun.forEach((run, files) -> {
      Set<String> ofRun = refused.getOrDefault(run, Map.of()).keySet();
      for (TakenFile file : files) {
        var _ = ofRun.contains(file.path()) ? paths.add(file.path()) : paths.remove(file.path());
      }
    });
    return paths;
  }

  /**
   * Files by path, as the last run that planned them was to take them, but for those that it
   * refused whole and those that are to be taken again.
   *
   * @param refused files refused whole, by run, and why
   */
  Map<String, Taken> taken(Map<Long, Map<String, String>> refused) {
    Map<String, Taken> taken = new HashMap<>();
    byRun.forEach((run, files) -> {
      Set<String> ofRun = refused.getOrDefault(run, Map.of()).keySet();
      for (TakenFile file : files) {
        if (ofRun.contains(file.path()) || isReleased(run, file.path())) {
          taken.remove(file.path());
        } else {
          taken.put(file.path(), new Taken(run, file));
        }
      }
    });
    return taken;
  }

  /** The files planned by a run, by path. */
  List<TakenFile> planned(long runSequence) {
    return byRun.getOrDefault(runSequence, List.of());
  }

  /**
   * Refuses to run where runs have fewer files here than they planned: the manifest was lost or set
   * back to an older version, and taking the missing files anew would give them a new arrival.
   *
   * @param finishedRun number of the last finished run
   * @throws DataException if files are missing, or runs that the finished set does not know of
   */
  void refuseLosses(SortedMap<Long, RunPlan> plans, long finishedRun) {
    List<Long> incomplete =
        plans.values().stream()
            .filter(p -> p.files() != planned(p.runSequence()).size())
            .map(RunPlan::runSequence)
            .toList();
    if (!incomplete.isEmpty()) {
      throw DataErrors.manifestLost(incomplete);
    }
    long newest =
        Stream.concat(plans.keySet().stream(), byRun.keySet().stream())
            .mapToLong(Long::longValue)
            .max()
            .orElse(0);
    if (newest > finishedRun + 1) {
      throw DataErrors.runsLost(newest, finishedRun);
    }
  }

  /**
   * What lies in the landing zone beside what was taken.
   *
   * @param fresh files to take, by path
   * @param changed files that are no longer what was taken of them, by path
   */
  record Arrivals(List<TakenFile> fresh, List<String> changed) {}

  /**
   * Files that arrived by the date and that no run has taken or that were refused whole and have
   * been delivered anew since; and files that were changed after they were taken.
   *
   * @param refused files refused whole, by run, and why
   * @param finishedTo last arrival date of the last finished run, or null
   */
  Arrivals arrivals(
      Landing landing,
      Set<String> folders,
      Map<Long, Map<String, String>> refused,
      SortedMap<Long, RunPlan> plans,
      @Nullable LocalDate finishedTo,
      LocalDate to) {
    Map<String, Known> known = known(refused, plans);
    List<TakenFile> fresh = new ArrayList<>();
    List<String> changed = new ArrayList<>();
    for (String folder : folders) {
      List<LandedFile> listed = landing.list(folder);
      listed.parallelStream()
          .map(file -> look(file, landing, known.get(file.path()), finishedTo, to))
          .toList()
          .forEach(found -> {
            fresh.addAll(found.fresh());
            changed.addAll(found.changed());
          });
    }
    fresh.sort(Comparator.comparing(TakenFile::path));
    changed.sort(Comparator.naturalOrder());
    return new Arrivals(fresh, changed);
  }

  /**
   * The newest row of a path.
   *
   * @param fault why its run refused it; null = it was taken
   * @param lookedAtMillis when its run was planned; a file not written to since is the same
   */
  private record Known(TakenFile file, @Nullable String fault, long lookedAtMillis) {
    boolean isRefused() {
      return fault != null;
    }

    /** Whether what lies there is what is known of it, and nothing is to be done about that. */
    boolean isSettled(String contentHash) {
      return contentHash.equals(file.contentHash())
          && (fault == null || !Landing.isOfAnother(fault));
    }

    boolean mayDiffer(LandedFile landed) {
      // What was refused is looked at anew each time: a copy may keep the old file's size and time.
      return isRefused()
          || landed.bytes() != file.bytes()
          || landed.modifiedMillis() >= lookedAtMillis;
    }
  }

  private Map<String, Known> known(
      Map<Long, Map<String, String>> refused, SortedMap<Long, RunPlan> plans) {
    Map<String, Known> known = new HashMap<>();
    byRun.forEach((run, files) -> {
      RunPlan plan = plans.get(run);
      long lookedAt = plan == null ? Long.MAX_VALUE : plan.plannedAt().toEpochMilli();
      Map<String, String> ofRun = refused.getOrDefault(run, Map.of());
      for (TakenFile file : files) {
        if (isReleased(run, file.path())) {
          known.remove(file.path());
          continue;
        }
        known.put(file.path(), new Known(file, ofRun.get(file.path()), lookedAt));
      }
    });
    return known;
  }

  private static Arrivals look(
      LandedFile file,
      Landing landing,
      @Nullable Known known,
      @Nullable LocalDate finishedTo,
      LocalDate to) {
    LocalDate arrival = arrival(file, finishedTo, to);
    if (arrival.isAfter(to) || (known != null && !known.mayDiffer(file))) {
      return NOTHING;
    }
    String hash = landing.contentHash(file.path());
    if (known != null && known.isSettled(hash)) {
      return NOTHING;
    }
    return known != null && !known.isRefused()
        ? new Arrivals(List.of(), List.of(file.path()))
        : new Arrivals(
            List.of(new TakenFile(file.path(), file.source(), file.bytes(), hash, arrival)),
            List.of());
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

  /**
   * Notes what lies in the place of files that were replaced since they were taken. A file that was
   * no longer what was taken stays so, and one that was refused whole is still to be taken.
   */
  static void noteReplaced(SparkSession spark, Lake lake, Landing landing) {
    List<Landing.Replaced> replaced = landing.replaced();
    if (!replaced.isEmpty() && lake.exists("ops.landing_file")) {
      Set<String> toBeTaken = of(lake).refusedLast(FileChecks.refused(lake));
      Dataset<Row> source =
          spark.createDataFrame(
              replaced.stream()
                  .filter(r -> !toBeTaken.contains(r.path()))
                  .map(r -> RowFactory.create(r.path(), r.was(), r.bytes(), r.is()))
                  .toList(),
              StructType.fromDDL("path string, was string, bytes bigint, content_hash string"));
      var _ =
          DeltaTable.forPath(spark, lake.path("ops.landing_file"))
              .as("t")
              .merge(source.as("s"), "t.path = s.path and t.content_hash = s.was")
              .whenMatched()
              .updateExpr(Map.of("bytes", "s.bytes", "content_hash", "s.content_hash"))
              .execute();
    }
    landing.forgetReplaced();
  }

  private static LocalDate arrival(LandedFile file, @Nullable LocalDate finishedTo, LocalDate to) {
    return file.folderDate().filter(d -> finishedTo == null || d.isAfter(finishedTo)).orElse(to);
  }
}
