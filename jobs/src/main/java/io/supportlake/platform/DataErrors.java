package io.supportlake.platform;

import java.nio.file.Path;
import java.util.List;
import java.util.SortedSet;

/** Every refusal of data, in one place: problem, cause, remedy and whose it is. */
public final class DataErrors {
  private DataErrors() {}

  static DataException checksFailed(String table, List<String> failed) {
    return new DataException(
        "%s: the rows about to be written break %s. The old version stands. Either an input changed (see ops.check and ops.drift) or the contract is too strict: the table's owner mends the input or the contract, then runs again."
            .formatted(table, String.join("; ", failed)));
  }

  static DataException accounting(String file, long read, long accounted) {
    return new DataException(
        "%s: %d records were read but %d are accounted for as accepted, duplicate or quarantined. The run was not finished; readers see the set before it. Either the file was changed while it was read (whoever delivers it: write under a temporary name, then rename) or this is a fault of the pipeline: report it with the run's log."
            .formatted(file, read, accounted));
  }

  static DataException sourcesStopped(List<String> stopped) {
    return new DataException(
        "done, but refused too many records of %s: the share in quarantine is above the contract's limit, so these sources were not taken and what depends on them is marked incomplete. Whoever delivers the source mends the export (ops.quarantine has the reasons) and delivers it under new file names; the next run takes it."
            .formatted(String.join(", ", stopped)));
  }

  static DataException cannotBeSearched(Path file, Exception cause) {
    DataException refusal =
        new DataException(
            "%s cannot be decoded (%s), so nobody knows what it holds. If it is a leftover of a crashed write, whoever runs the pipeline deletes it; if a table names it, restore it from a backup. Then search again."
                .formatted(file, cause.getClass().getSimpleName()));
    refusal.initCause(cause);
    return refusal;
  }

  static DataException notErased(SortedSet<String> files) {
    return new DataException(
        "the person is still found in %d files, so the erasure is not done: %s. Either somebody wrote them meanwhile or they are none that this erasure knows: who runs the lake looks at them, removes or mends them, and starts the same erasure again, which completes it."
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
