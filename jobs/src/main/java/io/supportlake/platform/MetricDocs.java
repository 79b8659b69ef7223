package io.supportlake.platform;

import com.fasterxml.jackson.databind.JsonNode;
import io.supportlake.rules.QuantileSketch;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** METRICS.md: every metric as its file has it. */
public final class MetricDocs {
  private MetricDocs() {}

  /** The metrics' names, units and what they are, a line each under a heading. */
  public static List<String> lines(Path schemas) {
    List<JsonNode> metrics = metrics(schemas);
    int name = width(metrics, "metric");
    int unit = width(metrics, "unit");
    String format = "%-" + name + "s  %-" + unit + "s  %s";
    List<String> lines = new ArrayList<>();
    lines.add(format.formatted("metric", "unit", "what"));
    lines.add(format.formatted("-".repeat(name), "-".repeat(unit), "-".repeat("what".length())));
    for (JsonNode m : metrics) {
      lines.add(format.formatted(text(m, "metric"), text(m, "unit"), text(m, "label")));
    }
    return lines;
  }

  private static int width(List<JsonNode> metrics, String key) {
    return metrics.stream().mapToInt(m -> text(m, key).length()).max().orElse(1);
  }

  private static List<JsonNode> metrics(Path schemas) {
    try (Stream<Path> files = Files.list(schemas.resolve("metrics"))) {
      return files.filter(f -> f.toString().endsWith(".yaml")).sorted().map(Yaml::read).toList();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot list the metrics below " + schemas, e);
    }
  }

  /** The whole document, from {@code metrics/*.yaml} below the folder of schemas. */
  public static String markdown(Path schemas) {
    List<JsonNode> metrics = metrics(schemas);
    StringBuilder text = new StringBuilder();
    text.append("# Metrics\n\n")
        .append("Generated from `schemas/metrics/` by `./supportlake docs`; do not edit.\n\n")
        .append(
            "Every number comes with its components, its 95 % interval, the number of observations,"
                + " its maturity and the SQL that gives back the rows behind it. Below the least n"
                + " there is no value: too few.\n\n")
        .append("```\n")
        .append("./supportlake metric                                            # lists them\n")
        .append(
            "./supportlake metric fcr_7d --by tier,product --month 2026-08   # or --week 2026-W34, --day 2026-08-15\n")
        .append(
            "./supportlake metric fcr_7d --by tier=2 --rows                  # the rows behind the number\n")
        .append(
            "./supportlake publish --month 2026-08                           # what is frozen, and when the rest will be\n")
        .append("```\n\n")
        .append(
            "`gold.metric` stores months: totals, and the dimensions and pairs that"
                + " `conf/metrics.yaml` lists. Days, ISO weeks and all other dimensions together are"
                + " computed by the same code when asked for: storing days and weeks too would make"
                + " the table about thirty times as large for numbers that are mostly too few."
                + " `gold.published_month` holds what was frozen.\n\n")
        .append(
            "A dimension is a column of the metric's table, as it was at the event. No metric has"
                + " `release`: no record of a contact names the release that its customer used"
                + " (`gold.template_day` has errors by release, `gold.alert_link` the releases before"
                + " an alert). Survey metrics have none: `silver.survey`"
                + " names neither the contact it asks about nor its product, channel or team. Usage knows neither channel nor agents, so contact rates"
                + " have only what customers and products have.\n\n")
        .append("| metric | what | unit | better |\n|---|---|---|---|\n");
    for (JsonNode m : metrics) {
      text.append(
          "| [%s](#%s) | %s | %s | %s |\n"
              .formatted(
                  text(m, "metric"),
                  text(m, "metric"),
                  text(m, "label"),
                  text(m, "unit"),
                  text(m, "direction")));
    }
    for (JsonNode m : metrics) {
      metric(text, m);
    }
    return text.toString();
  }

  private static void metric(StringBuilder text, JsonNode m) {
    String name = text(m, "metric");
    text.append("\n## ").append(name).append("\n\n");
    text.append("**").append(text(m, "label")).append(".** ").append(text(m, "description"));
    text.append("\n\n");
    line(text, "Table", "`" + text(m, "table") + "`, by `" + text(m, "dateColumn") + "`");
    line(text, "Rows", "`" + text(m, "where") + "`");
    line(text, "Kind", text(m, "kind"));
    line(text, "Numerator", "`" + text(m, "numerator") + "`");
    if (m.hasNonNull("denominator")) {
      line(text, "Denominator", "`" + text(m, "denominator") + "`");
    }
    if (m.hasNonNull("censor")) {
      line(
          text,
          "Censored after",
          "`%s`, at most %s days; so is what comes later, and a percentile that lies beyond is empty"
              .formatted(text(m, "censor"), text(m, "maturityDays")));
    }
    if (m.has("provisional")) {
      JsonNode provisional = m.path("provisional");
      line(
          text,
          "While windows are open",
          "Kaplan-Meier from minutes since `%s` to `%s`, counting %s; named `kaplan_meier`, provisional, in no published month"
              .formatted(
                  text(provisional, "since"),
                  text(provisional, "event"),
                  text(provisional, "counts")));
    }
    if (text(m, "kind").equals("percentile")) {
      line(
          text,
          "Error",
          "from a sketch, at most %s %% from the exact percentile"
              .formatted(Math.round(100 * QuantileSketch.RELATIVE_ERROR)));
    }
    line(text, "Unit", text(m, "unit"));
    line(text, "Better", text(m, "direction"));
    line(
        text,
        "Mature",
        text(m, "maturityDays") + " days after the period, and 20 more for late data");
    if (m.has("periods")) {
      List<String> periods = new ArrayList<>();
      m.path("periods").forEach(period -> periods.add(period.asText()));
      line(text, "Periods", String.join(", ", periods) + " only");
    }
    line(text, "Least n", text(m, "minimumN"));
    List<String> dimensions = new ArrayList<>();
    m.path("dimensions").forEach(d -> dimensions.add("`" + d.asText() + "`"));
    line(text, "Dimensions", dimensions.isEmpty() ? "none" : String.join(", ", dimensions));
    line(text, "Owner", text(m, "owner"));
    text.append(
        "\n```sql\nSELECT period_start, value, interval_low, interval_high, n, maturity\nFROM gold.metric WHERE metric = '%s' AND dimension = 'all' ORDER BY 1\n```\n"
            .formatted(name));
  }

  private static void line(StringBuilder text, String name, String value) {
    text.append("- ").append(name).append(": ").append(value).append('\n');
  }

  private static String text(JsonNode node, String key) {
    return node.path(key).asText("").replace("|", "\\|").strip();
  }
}
