package io.supportlake.platform;

import io.delta.tables.DeltaTable;
import io.supportlake.platform.ErasureLedger.Entry;
import io.supportlake.rules.KeyedHash;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;

/**
 * What the source of erasure requests says.
 *
 * @param people everyone whom a record names, also one that was corrected since, in order
 * @param superseded by hash of the request, the hashes of people whom it names no more
 */
record ErasureRequests(List<Person> people, Map<String, Set<String>> superseded) {
  /** Whom to forget, by the id that the sources send. */
  record Person(Subject.Kind kind, String id) {
    /** The hashes that the ledger may know the person by. */
    List<String> tokens(KeyedHash key) {
      return ErasureLedger.tokens(key, kind.word(), id);
    }
  }

  /** Copies both. */
  ErasureRequests {
    people = List.copyOf(people);
    superseded = Map.copyOf(superseded);
  }

  /** Those of a lake: as many as people ever asked, which a driver holds. */
  static ErasureRequests of(Lake lake, KeyedHash key) {
    Map<String, Person> newest = new HashMap<>();
    Map<String, Set<Person>> ever = new HashMap<>();
    for (Row row :
        lake.read(ErasureLedger.REQUESTS)
            // Versions of one delivery are numbered in no order of time.
            .orderBy("ingest_run", "arrival_date", "requested_at", "record_version")
            .select("request_id", "subject_kind", "subject_id")
            .collectAsList()) {
      Person person = new Person(Subject.Kind.of(row.getString(1)), row.getString(2));
      newest.put(row.getString(0), person);
      ever.computeIfAbsent(row.getString(0), _ -> new HashSet<>()).add(person);
    }
    Map<String, Set<String>> superseded = new HashMap<>();
    ever.forEach((request, people) -> {
      Set<String> others = new HashSet<>();
      people.forEach(person -> others.addAll(person.tokens(key)));
      // The same person may have been named by the token.
      others.removeAll(Objects.requireNonNull(newest.get(request)).tokens(key));
      superseded.put(ErasureLedger.requestToken(key, request), others);
    });
    return new ErasureRequests(
        ever.values().stream()
            .flatMap(Set::stream)
            .distinct()
            .sorted(Comparator.comparing(Person::kind).thenComparing(Person::id))
            .toList(),
        superseded);
  }

  /**
   * Whether nobody asks for this any more: whom a corrected request names no more is not forgotten,
   * unless that has begun.
   */
  boolean isWithdrawn(Entry entry) {
    return entry.state().equals(ErasureLedger.REQUESTED)
        && superseded.getOrDefault(entry.requestId(), Set.of()).contains(entry.subjectToken());
  }

  /** Removes those that name people whom nobody looks for any more. */
  static void remove(Lake lake, List<Person> people) {
    if (!people.isEmpty()) {
      SparkSession spark = lake.read(ErasureLedger.REQUESTS).sparkSession();
      Dataset<Row> source =
          spark.createDataFrame(
              people.stream().map(p -> RowFactory.create(p.kind().word(), p.id())).toList(),
              StructType.fromDDL("kind string, id string"));
      var _ =
          DeltaTable.forPath(spark, lake.path(ErasureLedger.REQUESTS))
              .as("t")
              .merge(source.as("s"), "t.subject_kind = s.kind AND t.subject_id = s.id")
              .whenMatched()
              .delete()
              .execute();
    }
  }
}
