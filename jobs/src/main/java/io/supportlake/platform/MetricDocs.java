package io.supportlake.platform;

import com.fasterxml.jackson.databind.JsonNode;
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

  /** The whole document, from {@code metrics/*.yaml} below the folder of schemas. */
  public static String markdown(Path schemas) {
    List<JsonNode> metrics = new ArrayList<>();
    try (Stream<Path> files = Files.list(schemas.resolve("metrics"))) {
      for (Path file : files.filter(f -> f.toString().endsWith(".yaml")).sorted().toList()) {
        metrics.add(Yaml.read(file));
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot list the metrics below " + schemas, e);
    }
    StringBuilder text = new StringBuilder();
    text.append("# Metrics\n\n")
        .append("Generated from `schemas/metrics/` by `./supportlake docs`; do not edit.\n\n")
        .append(
            "Every value is in `gold.metric` with its components, its 95 % interval, the number of"
                + " observations, its maturity and the SQL that gives back the rows behind it.\n\n")
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
      line(text, "Censored where", "`" + text(m, "censor") + "`");
    }
    line(text, "Unit", text(m, "unit"));
    line(text, "Better", text(m, "direction"));
    line(
        text,
        "Mature",
        text(m, "maturityDays") + " days after the month, and 20 more for late data");
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
