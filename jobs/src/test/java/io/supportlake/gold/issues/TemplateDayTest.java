package io.supportlake.gold.issues;

import static org.apache.spark.sql.functions.lit;
import static org.assertj.core.api.Assertions.assertThat;

import io.supportlake.Period;
import io.supportlake.testing.Lines;
import io.supportlake.testing.Rows;
import io.supportlake.testing.SparkSuite;
import io.supportlake.testing.TestInputs;
import java.time.LocalDate;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;

class TemplateDayTest extends SparkSuite {

  @Test
  void linesAreCountedByTemplateReleaseSeverityDayAndArrival() {
    Rows lines =
        lines()
            .with("log_id", "1", "template_id", "t", "release", "1.0", "severity", "ERROR")
            .with("log_id", "2", "template_id", "t", "release", "1.0", "severity", "ERROR")
            .with("log_id", "3", "template_id", "t", "release", null, "severity", "ERROR")
            .with("log_id", "4", "template_id", "t", "release", "1.0", "severity", "WARN")
            .with(
                "log_id",
                "5",
                "template_id",
                "t",
                "release",
                "1.0",
                "severity",
                "ERROR",
                "arrival_date",
                "2026-01-09");

    assertThat(built(signed(lines, 1)))
        .containsExactly(
            "t|1.0|ERROR|2026-01-01|2026-01-01|2",
            "t|1.0|ERROR|2026-01-01|2026-01-09|1",
            "t|1.0|WARN|2026-01-01|2026-01-01|1",
            "t||ERROR|2026-01-01|2026-01-01|1");
  }

  @Test
  void aCorrectedLineLeavesItsOldTemplateForItsNewOne() {
    Dataset<Row> old =
        signed(lines().with("log_id", "1", "template_id", "t", "severity", "ERROR"), -1);
    Dataset<Row> corrected =
        signed(
            lines()
                .with("log_id", "1", "record_version", 2, "template_id", "s", "severity", "ERROR"),
            1);

    assertThat(built(old.union(corrected)))
        .containsExactly("s||ERROR|2026-01-01|2026-01-01|1", "t||ERROR|2026-01-01|2026-01-01|-1");
  }

  @Test
  void aCorrectionWithinTheTemplateLeavesNoRow() {
    Rows line = lines().with("log_id", "1", "template_id", "t", "severity", "ERROR");

    assertThat(built(signed(line, -1).union(signed(line, 1)))).isEmpty();
  }

  private static Rows lines() {
    return Rows.of(CONTRACTS, "silver.error_event");
  }

  private static Dataset<Row> signed(Rows lines, int sign) {
    return lines.dataset(spark()).withColumn("record_sign", lit(sign));
  }

  private static List<String> built(Dataset<Row> lines) {
    return Lines.of(
        new TestInputs(spark(), SETTINGS, CONTRACTS, "gold.template_day")
            .with("silver.error_event", lines)
            .build(new TemplateDay(), Period.day(LocalDate.parse("2026-01-01"))),
        "template_id",
        "release",
        "severity",
        "log_date",
        "arrival_date",
        "line_count");
  }
}
