package io.supportlake.platform;

import static org.apache.spark.sql.functions.sum;
import static org.assertj.core.api.Assertions.assertThat;

import io.supportlake.testing.SparkSuite;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;

class SessionsTest extends SparkSuite {
  private static final String WHOLE_STAGE = "spark.sql.codegen.wholeStage";
  private static final String SHUFFLE_PARTITIONS = "spark.sql.shuffle.partitions";

  @Test
  void aSessionWithoutCodeGenerationPlansWithoutIt() {
    SparkSession twin = Sessions.forFewRows(generatingCode());

    assertThat(planned(counted(twin))).doesNotContain("*(");
    assertThat(planned(counted(generatingCode()))).contains("*(");
  }

  @Test
  void theSessionItWasMadeOfKeepsItsSettings() {
    Map<String, String> before = new TreeMap<>();
    for (String setting : List.of(WHOLE_STAGE, SHUFFLE_PARTITIONS)) {
      before.put(setting, generatingCode().conf().get(setting));
    }

    SparkSession twin = Sessions.forFewRows(generatingCode());

    assertThat(twin.conf().get(WHOLE_STAGE)).isEqualTo("false");
    assertThat(twin.conf().get(SHUFFLE_PARTITIONS)).isEqualTo("1");
    before.forEach((setting, value) ->
        assertThat(generatingCode().conf().get(setting)).as(setting).isEqualTo(value));
    assertThat(twin.conf().get("spark.sql.adaptive.enabled"))
        .isEqualTo(generatingCode().conf().get("spark.sql.adaptive.enabled"));
  }

  @Test
  void fewRowsAreJoinedAndGroupedWithoutAShuffleAndManyAreSpread() {
    SparkSession twin = Sessions.forFewRows(generatingCode());
    Dataset<Row> rows = generatingCode().sql("SELECT id, id % 7 AS k FROM range(0, 100, 1, 4)");

    Dataset<Row> few = grouped(Sessions.gathered(twin, rows));
    Dataset<Row> many = grouped(Sessions.gathered(generatingCode(), rows));

    assertThat(planned(few)).doesNotContain("Exchange hash");
    assertThat(planned(many)).contains("Exchange hash");
    assertSameRows(many, few);
  }

  private static Dataset<Row> grouped(Dataset<Row> rows) {
    Dataset<Row> sums = rows.groupBy("k").agg(sum("id").as("total"));
    return rows.hint("merge").join(sums, "k").groupBy("total").count();
  }

  @Test
  void rowsMoveBetweenSessionsWithAllTheirColumns() {
    SparkSession twin = Sessions.forFewRows(generatingCode());
    Dataset<Row> rows =
        generatingCode()
            .sql(
                "SELECT id, named_struct('d', date'2026-03-29', 'm', cast(id AS decimal(18,2))) AS"
                    + " s, array(id, null) AS a FROM range(40)");

    Dataset<Row> moved = Sessions.in(twin, rows);

    assertThat(moved.sparkSession()).isSameAs(twin);
    assertThat(planned(moved)).doesNotContain("*(");
    assertSameRows(rows, Sessions.in(generatingCode(), moved));
    assertThat(Sessions.in(twin, moved)).isSameAs(moved);
  }

  private static Dataset<Row> counted(SparkSession session) {
    return session.sql("SELECT id % 3 AS k, count(*) AS n FROM range(100) GROUP BY 1");
  }

  private static String planned(Dataset<Row> rows) {
    return rows.queryExecution().executedPlan().toString();
  }
}
