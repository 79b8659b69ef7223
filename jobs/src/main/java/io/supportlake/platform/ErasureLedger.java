package io.supportlake.platform;

import static org.apache.spark.sql.functions.col;

import io.supportlake.rules.KeyedHash;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;

/**
 * {@code ops.erasure_ledger}: who was to be forgotten and how far that is. It knows a person by a
 * keyed hash of a kind that no other table has, so that it links nobody to rows that stayed.
 */
public final class ErasureLedger {
  /** The table. */
  static final String TABLE = "ops.erasure_ledger";

  /** Where the source's requests are. */
  static final String REQUESTS = "bronze.erasure_request";

  /** Asked for. */
  static final String REQUESTED = "requested";

  /** Begun, so that some tables may hold the person and others not. */
  static final String IN_PROGRESS = "in_progress";

  /** No longer anywhere but in the request, which has still to go. */
  static final String PROVED = "proved";

  /** Proved, and the request is gone. */
  static final String DONE = "done";

  /** Asked for by a request that was corrected to name another before anything was done. */
  static final String WITHDRAWN = "withdrawn";

  private ErasureLedger() {}

  /**
   * A request; the columns of the table.
   *
   * @param subjectToken as {@link #token} makes it
   */
  record Entry(
      String requestId,
      String subjectKind,
      String subjectToken,
      Timestamp requestedAt,
      long notedRun,
      String state,
      @Nullable String pseudonym,
      @Nullable Timestamp startedAt,
      @Nullable Timestamp finishedAt,
      @Nullable Long rowsDeleted,
      @Nullable Long rowsChanged,
      @Nullable Long filesChanged,
      @Nullable String proof) {

    /** A request that nothing was done about yet. */
    static Entry requested(
        String requestId, String kind, String token, Timestamp requestedAt, long run) {
      return new Entry(
          requestId,
          kind,
          token,
          requestedAt,
          run,
          REQUESTED,
          null,
          null,
          null,
          null,
          null,
          null,
          null);
    }

    private static Entry of(Row row) {
      return new Entry(
          row.getString(0),
          row.getString(1),
          row.getString(2),
          row.getTimestamp(3),
          row.getLong(4),
          row.getString(5),
          row.getString(6),
          row.getTimestamp(7),
          row.getTimestamp(8),
          row.getAs(9),
          row.getAs(10),
          row.getAs(11),
          row.getString(12));
    }

    /** Whether something is still to be done. */
    boolean isOpen() {
      return !state.equals(DONE) && !state.equals(WITHDRAWN);
    }

    /** Whether the person is on the way out, or was, so that no record brings the person back. */
    boolean isBegun() {
      return !state.equals(REQUESTED) && !state.equals(WITHDRAWN);
    }

    /** What tells entries apart. */
    String key() {
      return String.join("|", requestId, subjectToken, String.valueOf(notedRun));
    }

    /** The request no longer asks for this. */
    Entry withdrawn() {
      return with(WITHDRAWN, startedAt, null, rowsDeleted, rowsChanged, filesChanged, proof);
    }

    /** Done, since the request is gone too. */
    Entry done(Instant at) {
      return with(
          DONE, startedAt, Timestamp.from(at), rowsDeleted, rowsChanged, filesChanged, proof);
    }

    /** Without a random name, which nobody needs but an erasure on its way. */
    private Entry with(
        String state,
        @Nullable Timestamp startedAt,
        @Nullable Timestamp finishedAt,
        @Nullable Long deleted,
        @Nullable Long changed,
        @Nullable Long files,
        @Nullable String proof) {
      return new Entry(
          requestId,
          subjectKind,
          subjectToken,
          requestedAt,
          notedRun,
          state,
          null,
          startedAt,
          finishedAt,
          deleted,
          changed,
          files,
          proof);
    }

    /** Under the hash that is made now, which an earlier version may have made in another way. */
    Entry begun(String token, String name, Instant at) {
      return new Entry(
          requestId,
          subjectKind,
          token,
          requestedAt,
          notedRun,
          IN_PROGRESS,
          name,
          state.equals(IN_PROGRESS) && startedAt != null ? startedAt : Timestamp.from(at),
          null,
          null,
          null,
          null,
          null);
    }

    /** What was done and how it was proved. */
    Entry proved(long deleted, long changed, long files, String how) {
      return with(PROVED, startedAt, null, deleted, changed, files, how);
    }

    /** The row of the table. */
    Row row() {
      return RowFactory.create(
          requestId,
          subjectKind,
          subjectToken,
          requestedAt,
          notedRun,
          state,
          pseudonym,
          startedAt,
          finishedAt,
          rowsDeleted,
          rowsChanged,
          filesChanged,
          proof);
    }
  }

  /**
   * The hash that the ledger knows a person by: made of the token, so that a record that names the
   * person by it is known too.
   *
   * @param id or token
   */
  static String token(KeyedHash key, String kind, String id) {
    return hash(key, kind, Subject.Kind.of(kind).token(key, id));
  }

  /** Every hash that the ledger may know a person by: lakes that stand have some made of the id. */
  static List<String> tokens(KeyedHash key, String kind, String id) {
    return List.of(token(key, kind, id), hash(key, kind, id));
  }

  private static String hash(KeyedHash key, String kind, String person) {
    return key.token("erased", kind + ":" + person);
  }

  /** The hash that the ledger knows a request by: its id may be made of the person's. */
  static String requestToken(KeyedHash key, String requestId) {
    return key.token("request", requestId);
  }

  /** The hash of a request by command, of which a person may make several. */
  static String commandToken(KeyedHash key, String subjectToken, Instant at) {
    return requestToken(key, subjectToken + ' ' + at);
  }

  /** Every entry: as many as people ever asked, which a driver holds. */
  static List<Entry> entries(Lake lake) {
    return lake.read(TABLE).orderBy("requested_at", "request_id").collectAsList().stream()
        .map(Entry::of)
        .toList();
  }

  /** Puts changed entries in the place of what they were; what was not there is added. */
  static void put(SparkSession spark, Lake lake, List<Entry> were, List<Entry> are) {
    if (were.isEmpty() && are.isEmpty()) {
      return;
    }
    Set<String> replaced =
        Stream.concat(were.stream(), are.stream()).map(Entry::key).collect(Collectors.toSet());
    List<Row> rows =
        Stream.concat(entries(lake).stream().filter(e -> !replaced.contains(e.key())), are.stream())
            .map(Entry::row)
            .toList();
    lake.overwrite(TABLE, spark.createDataFrame(rows, lake.contract(TABLE).schema()), rows.size());
  }

  /**
   * Refuses to go on while an erasure is half done: tables would disagree about the person, and
   * what is written for people might tell of them.
   *
   * @throws UsageException if one is
   */
  public static void refuseUnfinished(Lake lake) {
    List<String> requests =
        lake
            .read(TABLE)
            .where(col("state").equalTo(IN_PROGRESS))
            .select("request_id")
            .collectAsList()
            .stream()
            .map(r -> r.getString(0))
            .toList();
    if (!requests.isEmpty()) {
      throw new UsageException(
          "an erasure was cut off, or is under way (%s): some tables no longer hold the person, others do. Whoever started it starts it again, by ./supportlake erase with the same subject or with --pending; nothing was changed."
              .formatted(String.join(", ", requests)));
    }
  }
}
