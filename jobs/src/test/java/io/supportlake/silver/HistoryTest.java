package io.supportlake.silver;

import static org.assertj.core.api.Assertions.assertThat;

import io.supportlake.testing.Lines;
import io.supportlake.testing.SparkSuite;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;

/** Instants are written as the second of the first minute of 2026. */
class HistoryTest extends SparkSuite {

  @Test
  void aChangeEndsTheStateBeforeIt() {
    assertThat(intervals("('k', 1, 'c1', 'a'), ('k', 5, 'c2', 'b'), ('other', 3, 'c3', 'a')"))
        .containsExactly("k|1|5|a", "k|5|null|b", "other|3|null|a");
  }

  @Test
  void aRepeatedStateStartsNothing() {
    assertThat(
            intervals(
                "('k', 1, 'c1', 'a'), ('k', 2, 'c2', 'a'), ('k', 3, 'c3', 'b'), ('k', 4, 'c4', 'a')"))
        .containsExactly("k|1|3|a", "k|3|4|b", "k|4|null|a");
  }

  @Test
  void ofChangesAtOneInstantTheHigherIdCounts() {
    assertThat(intervals("('k', 1, 'c1', 'a'), ('k', 4, 'c3', 'b'), ('k', 4, 'c2', 'c')"))
        .containsExactly("k|1|4|a", "k|4|null|b");
  }

  @Test
  void aChangeOverruledAtItsInstantDoesNotSplitTheStateAroundIt() {
    assertThat(intervals("('k', 1, 'c1', 'a'), ('k', 4, 'c2', 'b'), ('k', 4, 'c3', 'a')"))
        .containsExactly("k|1|null|a");
  }

  @Test
  void nullIsAStateEqualToItself() {
    assertThat(
            intervals(
                "('k', 1, 'c1', null), ('k', 2, 'c2', null), ('k', 3, 'c3', 'a'), ('k', 4, 'c4',"
                    + " null)"))
        .containsExactly("k|1|3|null", "k|3|4|a", "k|4|null|null");
  }

  @Test
  void intervalsAreContiguousAndNeverRepeatAStateWhateverTheChanges() {
    Random random = new Random(7);
    String changes =
        IntStream.range(0, 300)
            .mapToObj(i ->
                "('k%d', %d, 'c%03d', '%s')"
                    .formatted(
                        random.nextInt(5),
                        random.nextInt(50),
                        i,
                        random.nextInt(3) == 0 ? "a" : "b"))
            .collect(Collectors.joining(", "));
    Dataset<Row> rows = History.intervals(changes(changes), List.of("k"), List.of("state"));
    rows.createOrReplaceTempView("random_history");

    assertThat(
            Lines.of(
                spark()
                    .sql(
                        """
                        select * from (
                          select *,
                            lead(valid_from) over (partition by k order by valid_from) as next_from,
                            lead(state) over (partition by k order by valid_from) as next_state
                          from random_history)
                        where not (valid_to <=> next_from) or state = next_state
                        """),
                "k"))
        .isEmpty();
    assertThat(rows.filter("valid_to is null").count()).isEqualTo(5);
  }

  private static List<String> intervals(String changes) {
    return Lines.of(
        History.intervals(changes(changes), List.of("k"), List.of("state")),
        "k",
        "second(valid_from)",
        "second(valid_to)",
        "state");
  }

  private static Dataset<Row> changes(String values) {
    return spark()
        .sql(
            "select k, timestamp'2026-01-01' + make_dt_interval(0, 0, 0, s) as changed_at,"
                + " change_id, state from values "
                + values
                + " as changes(k, s, change_id, state)");
  }
}
