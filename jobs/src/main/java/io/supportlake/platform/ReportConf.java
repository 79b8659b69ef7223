package io.supportlake.platform;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.file.Path;
import java.sql.Date;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.jspecify.annotations.Nullable;

/** {@code conf/report.yaml} as rows of {@code conf.report}: one per KPI, in the report's order. */
public final class ReportConf {
  private static final Set<String> VOLUMES = Set.of("events", "observations");

  private ReportConf() {}

  private record Window(LocalDate from, LocalDate to) {
    private Window {
      if (from == null || to == null || from.isAfter(to)) {
        throw new IllegalArgumentException(
            "a baseline needs from <= to, was %s to %s".formatted(from, to));
      }
    }
  }

  private record Worth(
      @JsonProperty("unit_amount") BigDecimal unitAmount, String volume, String assumption) {
    private Worth {
      if (unitAmount == null || unitAmount.signum() <= 0) {
        throw new IllegalArgumentException("worth.unit_amount must be positive, was " + unitAmount);
      }
      if (volume == null || !VOLUMES.contains(volume)) {
        throw new IllegalArgumentException(
            "worth.volume must be events or observations, was " + volume);
      }
      if (assumption == null || assumption.isBlank()) {
        throw new IllegalArgumentException("worth.assumption is missing: no amount without one");
      }
    }
  }

  private record Kpi(
      String metric, String label, @Nullable Window baseline, @Nullable Worth worth) {
    private Kpi {
      if (metric == null || metric.isBlank() || label == null || label.isBlank()) {
        throw new IllegalArgumentException(
            "a KPI needs metric and label, was %s, %s".formatted(metric, label));
      }
    }

    Row row(int position, Window common) {
      Window window = baseline == null ? common : baseline;
      return RowFactory.create(
          metric,
          position,
          label,
          Date.valueOf(window.from()),
          Date.valueOf(window.to()),
          worth == null ? null : worth.unitAmount().setScale(4, RoundingMode.HALF_UP),
          worth == null ? null : worth.volume(),
          worth == null ? null : worth.assumption());
    }
  }

  /**
   * The rows of {@code conf.report}.
   *
   * @param conf the configuration folder that holds {@code report.yaml}
   * @throws UsageException if the file is missing, has unknown keys, or a KPI twice or incomplete
   */
  public static List<Row> rows(Path conf) {
    Path file = conf.resolve("report.yaml");
    JsonNode root = Yaml.read(file);
    Yaml.refuseUnknownKeys(root, Set.of("baseline", "kpis"), file.toString());
    if (!root.has("baseline") || !root.path("kpis").isArray() || root.path("kpis").isEmpty()) {
      throw new UsageException(
          "%s: baseline or kpis is missing. Give a baseline window and at least one KPI."
              .formatted(file));
    }
    Window common = Yaml.as(root.path("baseline"), Window.class, file + ": baseline");
    List<Row> rows = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    for (JsonNode node : root.path("kpis")) {
      int position = rows.size() + 1;
      Kpi kpi = Yaml.as(node, Kpi.class, "%s: KPI %d".formatted(file, position));
      if (!seen.add(kpi.metric())) {
        throw new UsageException(
            "%s: the metric %s is listed twice. Remove one of the two."
                .formatted(file, kpi.metric()));
      }
      rows.add(kpi.row(position, common));
    }
    return List.copyOf(rows);
  }
}
