package io.supportlake.platform;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.split_part;

import io.supportlake.platform.Landing.LandedFile;
import io.supportlake.platform.ManifestFiles.Taken;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Landed files of many records a line that hold what no table has yet: they came since the last
 * run, were refused or changed, wait to be taken again, are of a source that was stopped, or have
 * refused records, which are replayed from where the file lies. To take a line out of them would
 * lose others' records.
 *
 * @param folders whose files have many records a line
 * @param settled paths of such files of which all was taken
 */
record PagesToCome(Set<String> folders, Set<String> settled) {
  /** Copies the sets. */
  PagesToCome {
    folders = Set.copyOf(folders);
    settled = Set.copyOf(settled);
  }

  /** As it is now: what arrives later is to come. Reads each such file that was taken once. */
  static PagesToCome of(Lake lake, Landing landing, Map<String, SourceMapping> mappings) {
    // A row without an array may give several records too, of which not all are the person's.
    List<SourceMapping> ofSeveral =
        mappings.values().stream().filter(m -> m.isOfPages() || m.records().size() > 1).toList();
    if (ofSeveral.isEmpty()) {
      return new PagesToCome(Set.of(), Set.of());
    }
    Map<String, Taken> taken = ManifestFiles.of(lake).taken(FileChecks.refused(lake));
    Set<String> stopped = stopped(lake);
    Set<String> unsettled =
        withRefusedRecords(lake, ofSeveral.stream().filter(SourceMapping::isOfPages).toList());
    Set<String> folders = new HashSet<>();
    Set<String> settled = new HashSet<>();
    for (SourceMapping mapping : ofSeveral) {
      folders.add(mapping.folder());
      for (LandedFile file : landing.list(mapping.folder())) {
        Taken known = taken.get(file.path());
        if (known != null
            && !unsettled.contains(file.path())
            && mapping.records().stream()
                .noneMatch(r -> stopped.contains(known.runSequence() + " bronze." + r.source()))
            && known.file().bytes() == file.bytes()
            && known.file().contentHash().equals(landing.contentHash(file.path()))) {
          settled.add(file.path());
        }
      }
    }
    return new PagesToCome(folders, settled);
  }

  /** Run and table of every source that was stopped. */
  private static Set<String> stopped(Lake lake) {
    return lake
        .read("ops.check")
        .where(FileChecks.IS_STOP)
        .select("run_sequence", "table_name")
        .collectAsList()
        .stream()
        .map(r -> r.getLong(0) + " " + r.getString(1))
        .collect(Collectors.toSet());
  }

  /** Refused records of other files are replayed from quarantine. Not more than there are files. */
  private static Set<String> withRefusedRecords(Lake lake, List<SourceMapping> ofPages) {
    return lake
        .read("ops.quarantine")
        .where("replayed_file is null")
        .where(
            split_part(col("ingest_file"), lit("/"), lit(1))
                .isInCollection(ofPages.stream().map(SourceMapping::folder).toList()))
        .select("ingest_file")
        .distinct()
        .collectAsList()
        .stream()
        .map(r -> r.getString(0))
        .collect(Collectors.toSet());
  }

  /** Whether a landed file is one of them. */
  boolean has(String path) {
    return folders.contains(Landing.folder(path)) && !settled.contains(path);
  }
}
