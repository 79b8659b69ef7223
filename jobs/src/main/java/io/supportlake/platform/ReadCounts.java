package io.supportlake.platform;

import java.io.Serializable;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.spark.unsafe.types.UTF8String;
import org.jspecify.annotations.Nullable;

/** What there is in some of a source's files, of {@link RecordCounter}. */
final class ReadCounts implements Serializable {
  private static final long serialVersionUID = 1;

  /** What a file's counts are of, in their order. */
  private enum Of {
    ACCEPTED,
    REFUSED,
    WITH_UNKNOWN_COLUMNS
  }

  private final TreeMap<String, long[]> byFile = new TreeMap<>();
  private final HashSet<Integer> days = new HashSet<>();
  private final long[] filled;
  private final int mostHashes;

  /** Of the accepted records' ids; null = not kept. */
  private long @Nullable [] hashes;

  private int hashCount;

  // Records come file by file, and mostly day by day.
  private transient @Nullable UTF8String lastFile;
  private transient long @Nullable [] ofLastFile;
  private transient int lastDay;

  /**
   * Nothing yet.
   *
   * @param columns of the source's contract
   * @param mostHashes of ids that are kept; where there are more, none are
   */
  ReadCounts(int columns, int mostHashes) {
    this.filled = new long[columns];
    this.mostHashes = mostHashes;
    this.hashes = mostHashes > 0 ? new long[0] : null;
  }

  void refused(UTF8String file) {
    ofFile(file)[Of.REFUSED.ordinal()]++;
  }

  /** An accepted record; its columns are counted by {@link #filled(int)}. */
  void accepted(UTF8String file, boolean hasUnknownColumns, long idHash) {
    long[] ofFile = ofFile(file);
    ofFile[Of.ACCEPTED.ordinal()]++;
    ofFile[Of.WITH_UNKNOWN_COLUMNS.ordinal()] += hasUnknownColumns ? 1 : 0;
    long[] kept = roomFor(1);
    if (kept != null) {
      kept[hashCount++] = idHash;
    }
  }

  /** An accepted record's day, of days since 1970. */
  void eventDay(int day) {
    if (days.isEmpty() || day != lastDay) {
      days.add(day);
      lastDay = day;
    }
  }

  /** A value of an accepted record, by its column's place in the contract. */
  void filled(int column) {
    filled[column]++;
  }

  /** With those of other records of the same contract. */
  void add(ReadCounts others) {
    others.byFile.forEach((file, counts) -> {
      long[] own = byFile.computeIfAbsent(file, _ -> new long[Of.values().length]);
      for (int i = 0; i < own.length; i++) {
        own[i] += counts[i];
      }
    });
    days.addAll(others.days);
    for (int i = 0; i < filled.length; i++) {
      filled[i] += others.filled[i];
    }
    if (others.hashes == null) {
      hashes = null;
      return;
    }
    long[] kept = roomFor(others.hashCount);
    if (kept != null) {
      System.arraycopy(others.hashes, 0, kept, hashCount, others.hashCount);
      hashCount += others.hashCount;
    }
  }

  private long @Nullable [] roomFor(int more) {
    long[] kept = hashes;
    if (kept == null || hashCount + more <= kept.length) {
      return kept;
    }
    hashes =
        hashCount + more > mostHashes
            ? null
            : Arrays.copyOf(
                kept, Math.max(hashCount + more, Math.min(2 * kept.length + 1024, mostHashes)));
    return hashes;
  }

  private long[] ofFile(UTF8String file) {
    long[] last = ofLastFile;
    if (last != null && file.equals(lastFile)) {
      return last;
    }
    long[] counts = byFile.computeIfAbsent(file.toString(), _ -> new long[Of.values().length]);
    lastFile = file.clone();
    ofLastFile = counts;
    return counts;
  }

  /** Records accepted and refused. */
  long read() {
    return accepted() + sum(Of.REFUSED);
  }

  /** Records accepted, duplicates among them. */
  long accepted() {
    return sum(Of.ACCEPTED);
  }

  /** Accepted records by file, duplicates among them. */
  SortedMap<String, Long> acceptedByFile() {
    return byFile(Of.ACCEPTED);
  }

  /** Accepted records with columns that no contract names, by file. */
  SortedMap<String, Long> withUnknownColumnsByFile() {
    return byFile(Of.WITH_UNKNOWN_COLUMNS);
  }

  /** Files with refused records. */
  Set<String> refusing() {
    SortedMap<String, Long> refused = byFile(Of.REFUSED);
    refused.values().removeIf(records -> records == 0);
    return refused.keySet();
  }

  /** Days of accepted records' events. */
  SortedSet<LocalDate> eventDates() {
    SortedSet<LocalDate> dates = new TreeSet<>();
    days.forEach(day -> dates.add(LocalDate.ofEpochDay(day)));
    return dates;
  }

  /** Accepted records that have a value, by the column's place in the contract. */
  long[] filled() {
    return filled.clone();
  }

  /** Takes the hashes of the accepted records' ids, sorted; empty where they are too many. */
  Optional<long[]> takeIdHashes() {
    long[] kept = hashes;
    hashes = null;
    if (kept == null) {
      return Optional.empty();
    }
    long[] sorted = kept.length == hashCount ? kept : Arrays.copyOf(kept, hashCount);
    Arrays.parallelSort(sorted);
    return Optional.of(sorted);
  }

  private long sum(Of what) {
    return byFile.values().stream().mapToLong(counts -> counts[what.ordinal()]).sum();
  }

  private SortedMap<String, Long> byFile(Of what) {
    SortedMap<String, Long> counts = new TreeMap<>();
    byFile.forEach((file, ofFile) -> counts.put(file, ofFile[what.ordinal()]));
    return counts;
  }

  boolean isEmpty() {
    return byFile.isEmpty();
  }
}
