package io.supportlake.command;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.sum;

import io.supportlake.gold.value.ReportQueries;
import io.supportlake.platform.ConfLoader;
import io.supportlake.platform.Contract;
import io.supportlake.platform.ErasureLedger;
import io.supportlake.platform.FinishedSet;
import io.supportlake.platform.Lake;
import io.supportlake.platform.Outputs;
import io.supportlake.platform.Progress;
import io.supportlake.platform.UsageException;
import io.supportlake.report.ReportModel;
import io.supportlake.report.ReportRenderer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code report}: the monthly value report as HTML and PDF. */
@Command(
    name = "report",
    description = "Writes the value report of a month as HTML and PDF.",
    mixinStandardHelpOptions = true)
final class ReportCommand implements Callable<Integer> {
  @Mixin private final Installation installation = new Installation();

  @Option(
      names = "--month",
      required = true,
      paramLabel = "YYYY-MM",
      description = "month to report")
  private YearMonth month = YearMonth.of(2000, 1);

  @Override
  public Integer call() {
    Progress progress = new Progress(System.out);
    write(installation, month, progress);
    return 0;
  }

  /** Writes both files and gives their paths, HTML first. */
  static List<Path> write(Installation installation, YearMonth month, Progress progress) {
    FinishedSet finished = installation.finished();
    LocalDate to = finished.to();
    if (to == null) {
      throw new UsageException(
          "there is nothing to report: no run has finished on this lake. Run ./supportlake run first.");
    }
    Lake lake = installation.lake();
    ErasureLedger.refuseUnfinished(lake);
    LocalDate horizon = to.plusDays(1);
    ReportQueries.Tables tables =
        new ReportQueries.Tables(
            finished.read(lake, "gold.value_report_month"),
            finished.read(lake, "gold.metric"),
            conf(installation, "conf.metric_spec", horizon),
            finished.read(lake, "gold.restatement"),
            finished.read(lake, "gold.issue_alert"),
            finished.read(lake, "silver.product_change"),
            finished.read(lake, "gold.outreach_result"),
            finished.read(lake, "gold.outreach_list"),
            conf(installation, "conf.campaign", horizon));
    ReportQueries.Request request =
        new ReportQueries.Request(
            month,
            to,
            installation.config().reporting().zone(),
            installation.config().reporting().currency(),
            sources(installation, finished, month),
            new ReportModel.Lineage(
                String.valueOf(finished.runSequence()),
                installation.config().hash(),
                "0.1.0",
                finished.tables().entrySet().stream()
                    .filter(t -> t.getKey().startsWith("gold.") && t.getValue().version() != null)
                    .sorted(Map.Entry.comparingByKey())
                    .map(t -> new ReportModel.TableVersion(t.getKey(), t.getValue().version()))
                    .toList()));
    ReportModel model;
    try {
      model = ReportQueries.model(tables, request);
    } catch (IllegalArgumentException e) {
      throw new UsageException(
          "no report of %s: %s. Choose a month that the runs so far cover (they end with %s)."
              .formatted(month, e.getMessage(), to));
    }
    ReportRenderer renderer = new ReportRenderer();
    Path folder = installation.out().resolve("report").resolve(month.toString());
    Path html = folder.resolve("value-report.html");
    Path pdf = folder.resolve("value-report.pdf");
    Outputs.write(html, renderer.html(model).getBytes(StandardCharsets.UTF_8));
    Outputs.write(pdf, renderer.pdf(model));
    progress.step("report of %s: %s and value-report.pdf", month, html);
    return List.of(html, pdf);
  }

  private static Dataset<Row> conf(Installation installation, String table, LocalDate date) {
    return ConfLoader.load(Installation.conf(), table, installation.spark(), date, date);
  }

  private static List<ReportModel.Source> sources(
      Installation installation, FinishedSet finished, YearMonth month) {
    Map<String, Row> accounts = new HashMap<>();
    for (Row row :
        installation
            .lake()
            .read("ops.check")
            .where(col("read_count").isNotNull())
            .where(col("file").contains(lit("/" + month)))
            .groupBy("table_name")
            .agg(sum("read_count"), sum("quarantined_count"), sum("duplicate_count"))
            .collectAsList()) {
      accounts.put(row.getString(0), row);
    }
    List<ReportModel.Source> sources = new ArrayList<>();
    for (Contract raw : installation.contracts().layer("raw")) {
      String bronze = "bronze." + raw.shortName();
      Row counts = accounts.get(bronze);
      sources.add(
          new ReportModel.Source(
              raw.shortName(),
              finished.completeUntil(bronze).orElse(null),
              counts == null ? 0 : counts.getLong(1),
              counts == null ? 0 : counts.getLong(2),
              counts == null ? 0 : counts.getLong(3),
              counts == null ? "nothing arrived in the month" : ""));
    }
    return sources;
  }
}
