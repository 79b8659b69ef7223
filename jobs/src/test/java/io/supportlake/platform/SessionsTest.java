package io.supportlake.platform;

import static org.assertj.core.api.Assertions.assertThat;

import io.supportlake.testing.SparkSuite;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;

class SessionsTest extends SparkSuite {
  private static final String WHOLE_STAGE = "spark.sql.codegen.wholeStage";

  @Test
  void aSessionWithoutCodeGenerationPlansWithoutIt() {
    SparkSession twin = Sessions.withoutCodeGeneration(generatingCode());

    assertThat(planned(counted(twin))).doesNotContain("*(");
    assertThat(planned(counted(generatingCode()))).contains("*(");
  }

  @Test
  void theSessionItWasMadeOfKeepsItsSettings() {
    String before = generatingCode().conf().get(WHOLE_STAGE);

    SparkSession twin = Sessions.withoutCodeGeneration(generatingCode());

    assertThat(twin.conf().get(WHOLE_STAGE)).isEqualTo("false");
    assertThat(generatingCode().conf().get(WHOLE_STAGE)).isEqualTo(before);
    assertThat(twin.conf().get("spark.sql.shuffle.partitions"))
        .isEqualTo(generatingCode().conf().get("spark.sql.shuffle.partitions"));
  }

  @Test
  void rowsMoveBetweenSessionsWithAllTheirColumns() {
    SparkSession twin = Sessions.withoutCodeGeneration(generatingCode());
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
