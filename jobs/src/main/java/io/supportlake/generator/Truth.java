package io.supportlake.generator;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The planted truth, written beside the landing zone for tests and never read by a job. */
final class Truth implements AutoCloseable {
  private static final class Rate {
    double expected;
    double numerator;
    double denominator;
    double drawn;
  }

  private final Path root;
  private final Map<String, BufferedWriter> writers = new HashMap<>();
  private final Map<String, TreeMap<String, Rate>> rates = new TreeMap<>();
  private final Map<String, Long> counts = new TreeMap<>();

  Truth(Path root) {
    this.root = root;
    try {
      Files.createDirectories(root);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void contact(
      String account, Episodes.Contact contact, int ordinal, String episode, int position) {
    count("contacts");
    if (contact.incident() != null) {
      count(contact.incident());
    }
    line(
        "contacts.jsonl",
        new Line()
            .text("contact_id", contact.id())
            .number("contact_ordinal", ordinal)
            .text("account_id", account)
            .text("case_id", contact.caseId())
            .text("family", contact.family().name())
            .text("channel", contact.channel())
            .text("episode_id", episode)
            .number("episode_ordinal", position)
            .instant("started_at", contact.startedAt())
            .instant("ended_at", contact.endedAt())
            .flag("is_solved", contact.isSolved())
            .flag("is_truly_resolved", contact.isResolved())
            .flag("is_reopen", contact.isReopen())
            .number("functional_count", contact.functional())
            .number("hierarchical_count", contact.hierarchical())
            .number("engineering_count", contact.engineering())
            .text("related_case_id", contact.relatedCase())
            .text("relation", contact.relation())
            .text("incident", contact.incident())
            .end());
  }

  /** One unit of a metric's denominator: the probability it was drawn with and what came. */
  void rate(String metric, String month, double expected, double realised) {
    add(metric, month, expected, realised, 1, 1);
    add(metric, "all", expected, realised, 1, 1);
  }

  /** Exposure that adds to a denominator only. */
  void exposure(String metric, String month, double amount, double expectedNumerator) {
    add(metric, month, expectedNumerator, 0, amount, amount);
    add(metric, "all", expectedNumerator, 0, amount, amount);
  }

  void event(String metric, String month) {
    add(metric, month, 0, 1, 0, 0);
    add(metric, "all", 0, 1, 0, 0);
  }

  private void add(
      String metric, String month, double expected, double numerator, double weight, double drawn) {
    Rate rate =
        rates.computeIfAbsent(metric, _ -> new TreeMap<>()).computeIfAbsent(month, _ -> new Rate());
    rate.expected += expected;
    rate.numerator += numerator;
    rate.denominator += weight;
    rate.drawn += drawn;
  }

  void count(String name) {
    counts.merge(name, 1L, Long::sum);
  }

  long counted(String name) {
    return counts.getOrDefault(name, 0L);
  }

  void line(String file, String line) {
    try {
      BufferedWriter writer = writers.get(file);
      if (writer == null) {
        writer = Files.newBufferedWriter(root.resolve(file));
        writers.put(file, writer);
      }
      writer.write(line);
      writer.write('\n');
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void file(String name, String content) {
    try {
      Files.writeString(root.resolve(name), content + "\n");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void metrics() {
    List<String> lines = new ArrayList<>();
    rates.forEach((metric, months) ->
        months.forEach((month, rate) -> {
          double scale = metric.startsWith("contact_rate") ? 1_000 : 1;
          lines.add(
              new Line()
                  .text("metric", metric)
                  .text("month", month)
                  .number("expected", ratio(scale * rate.expected, rate.drawn))
                  .number("realised", ratio(scale * rate.numerator, rate.denominator))
                  .number("numerator", whole(rate.numerator))
                  .number("denominator", whole(rate.denominator))
                  .end());
        }));
    file("metrics.json", "[\n" + String.join(",\n", lines) + "\n]");
  }

  private static BigDecimal whole(double value) {
    return BigDecimal.valueOf(Math.round(value));
  }

  private static BigDecimal ratio(double numerator, double denominator) {
    double value = denominator == 0 ? 0 : numerator / denominator;
    return BigDecimal.valueOf(value).setScale(6, RoundingMode.HALF_UP);
  }

  @Override
  public void close() {
    for (BufferedWriter writer : writers.values()) {
      try {
        writer.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
