package io.supportlake.platform;

import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import java.util.SortedSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Every refusal of data, in one place: problem, cause, remedy and whose it is. */
public final class DataErrors {
  private DataErrors() {}

  static DataException checksFailed(String table, List<String> failed) {
    return new DataException(
        "%s: the rows about to be written break %s. The old version stands. Either what landed is not what the table was made for, or its contract is too strict. This message is all there is to see, since ops.check gets a run's rows when it finishes. The table's owner mends its contract, its code or the configuration; then the same command goes on. What a run has taken from files, it keeps."
            .formatted(table, String.join("; ", failed)));
  }

  static DataException accounting(String file, long read, long accounted) {
    return new DataException(
        "%s: %d records were read but %d are accounted for as accepted (counted in bronze), duplicate or quarantined. The run was not finished; readers see the set before it. Either another program changed the bronze table, whose owner puts it back, with which the same command completes the run; or this is a fault of the pipeline: report it with the run's log."
            .formatted(file, read, accounted));
  }

  /** What a source's files gave when they were read, and what is there of it, differ. */
  static DataException readings(String bronze, long read, long there) {
    return new DataException(
        "%s: %d records were read, but %d are there as accepted or refused. Nothing was appended. Files with refused records may be read twice: either one was written to in between, its size and time left as they were, or this is a fault of the pipeline. Whoever delivers the source leaves landed files alone. The same command goes on; it refuses and names a file that is no longer the planned one. If it says this again, report it with the run's log."
            .formatted(bronze, read, there));
  }

  /** A run is to be completed, but nobody knows how it had decided. */
  static DataException decisionLost(long run, String bronze, String folder) {
    return new DataException(
        "run %d was cut off after it had appended to %s, but what it had decided of the source, %s, is gone or was never written, as by an earlier version of this program. Nothing of the source was changed. Whoever looks after the lake restores that folder from a backup, completes the run with the version that began it, or builds the lake anew from the landing zone in another folder."
            .formatted(run, bronze, folder));
  }

  static DataException manifestLost(List<Long> runs) {
    return new DataException(
        "ops.landing_file lacks files that run %s planned to take (ops.run_plan has their number): the table was deleted, edited or set back to an older version. Nothing was changed. Whoever looks after the lake restores ops/landing_file from a backup (or with Delta's RESTORE), or builds the lake anew from the landing zone in another folder. Running without it could take files a second time under a new arrival."
            .formatted(runs.stream().map(String::valueOf).collect(Collectors.joining(", "))));
  }

  static DataException runsLost(long planned, long finished) {
    return new DataException(
        "run %d was begun, but ops.run knows of no finished run after %d: rows of ops.run were deleted or set back to an older version. Nothing was changed. Whoever looks after the lake restores ops/run from a backup (or with Delta's RESTORE), or builds the lake anew from the landing zone in another folder."
            .formatted(planned, finished));
  }

  /**
   * Files that could not be taken whole.
   *
   * @param files one text a file: its path and why
   */
  static DataException filesRefused(List<String> files) {
    return new DataException(
        "done, but without these files (ops.check has them too):%n  %s%nNothing of a file that is cut short, damaged or still being written is taken; whoever delivers it delivers it whole, under the same or another name, and the next run takes it. Of a file that was changed after it was taken, the old content stays: deliver the new content under another name (records that were taken count as duplicates) and remove the changed file."
            .formatted(String.join("%n  ".formatted(), files)));
  }

  static DataException sourcesStopped(List<String> stopped) {
    return new DataException(
        "done, but not with %1$s: too many of its records break the contract, or a column that nearly all records had is in none now, so nothing of it was taken and what depends on it is marked incomplete. ops.check says which it was, ./supportlake quarantine list shows the refused records. Whoever delivers the source mends the export and delivers it under new file names; or, where the contract or mapping is what is wrong, its owner mends that, then ./supportlake quarantine replay --source %2$s has the next run take the files again."
            .formatted(String.join(", ", stopped), stopped.getFirst()));
  }

  static DataException notComplete(String table, @Nullable LocalDate until, LocalDate to) {
    return new DataException(
        "nothing was published: %s is complete %s, not until %s, since a source that it is made of was stopped, and what is published stays. ./supportlake quarantine list shows what was refused; once it is mended and a run has taken it, publish again."
            .formatted(table, until == null ? "for no day" : "until " + until, to));
  }

  static DataException cannotBeSearched(Path file, Exception cause) {
    DataException refusal =
        new DataException(
            "%s cannot be decoded (%s), so nobody knows what it holds. If it is a leftover of a crashed write, whoever runs the pipeline deletes it; if a table names it, restore it from a backup. Then search again."
                .formatted(file, cause.getClass().getSimpleName()));
    refusal.initCause(cause);
    return refusal;
  }

  static DataException cannotBeErased(String path) {
    return new DataException(
        "%s cannot be unpacked so that nothing is missed, so nobody can tell whether the person is in it. The erasure is not done, and once one has begun no run starts before it is. Whoever delivers the file puts a whole one in its place, plain or packed by gzip or bzip2, or takes it away; then the same command goes on."
            .formatted(path));
  }

  static DataException changedWhileErased(String path) {
    return new DataException(
        "%s was delivered anew while the person was being taken out of it. It is left as it was delivered, and the erasure is not done: whoever started it gives the same command again."
            .formatted(path));
  }

  static DataException erasureHalfDone(List<String> requests) {
    return new DataException(
        "an erasure was cut off (%s), and whom it is of is known to nobody but who asked for it: no run starts before it is completed. Whoever gave ./supportlake erase --subject gives the same command again."
            .formatted(String.join(", ", requests)));
  }

  static DataException notErased(SortedSet<String> files) {
    return new DataException(
        "the person is still found in %d files or tables, so the erasure is not done: %s. Either somebody wrote them meanwhile, or a mapping reads the person out of a part of a value, or they are none that this erasure knows: who runs the lake looks at them, removes or mends them, and starts the same erasure again, which completes it."
            .formatted(files.size(), String.join(", ", files)));
  }

  /**
   * A list that came back with lines that cannot be taken.
   *
   * @param problems one sentence or two each: the line, what is wrong with it, the remedy
   */
  public static DataException dispositions(Path file, List<String> problems) {
    return new DataException(
        "%s: nothing was recorded, because of %s:%n  %s%nWhoever filled in the file corrects this and records it again."
            .formatted(
                file,
                problems.size() == 1 ? "one problem" : problems.size() + " problems",
                String.join("%n  ".formatted(), problems)));
  }
}
