package io.supportlake.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportConfTest {
  private static final Path CONF = Path.of(System.getProperty("supportlake.home", "."), "conf");

  @TempDir Path folder;

  private Path conf(String yaml) throws IOException {
    Files.writeString(folder.resolve("report.yaml"), yaml);
    return folder;
  }

  @Test
  void theShippedReportFitsTheTableAndKeepsTheOrderOfTheFile() {
    List<Row> rows = ReportConf.rows(CONF);

    assertThat(rows)
        .allSatisfy(
            row -> assertThat(row.length()).isEqualTo(ConfTables.schema("conf.report").length()));
    assertThat(rows.stream().map(r -> r.getInt(1)))
        .containsExactlyElementsOf(
            java.util.stream.IntStream.rangeClosed(1, rows.size()).boxed().toList());
    assertThat(rows.stream().map(r -> r.getString(0))).contains("fcr_7d", "cost_to_serve");
  }

  @Test
  void aKpiMayHaveABaselineOfItsOwn() throws IOException {
    List<Row> rows =
        ReportConf.rows(
            conf(
                """
                baseline: {from: 2025-01-01, to: 2025-06-30}
                kpis:
                  - {metric: a, label: A}
                  - {metric: b, label: B, baseline: {from: 2025-04-01, to: 2025-04-30}}
                """));

    assertThat(rows.get(0).get(3)).hasToString("2025-01-01");
    assertThat(rows.get(1).get(3)).hasToString("2025-04-01");
    assertThat(rows.get(0).isNullAt(5)).isTrue();
  }

  @Test
  void mistakesAreRefusedWithTheirPlace() {
    assertRefused("kpis: [{metric: a, label: A}]", "report.yaml: baseline or kpis is missing");
    assertRefused(
        "baseline: {from: 2025-07-01, to: 2025-06-30}\nkpis: [{metric: a, label: A}]",
        "a baseline needs from <= to, was 2025-07-01 to 2025-06-30");
    assertRefused(
        "baseline: {from: 2025-01-01, to: 2025-06-30}\n"
            + "kpis: [{metric: a, label: A}, {metric: a, label: B}]",
        "the metric a is listed twice");
    assertRefused(
        "baseline: {from: 2025-01-01, to: 2025-06-30}\n"
            + "kpis: [{metric: a, label: A, worth: {unit_amount: 1, volume: events}}]",
        "KPI 1");
    assertRefused(
        "baseline: {from: 2025-01-01, to: 2025-06-30}\nkpi: []\nkpis: []", "unknown key kpi");
  }

  private void assertRefused(String yaml, String message) {
    assertThatThrownBy(() -> ReportConf.rows(conf(yaml)))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining(message);
  }
}
