package io.supportlake.gold.issues;

import static org.assertj.core.api.Assertions.assertThat;

import io.supportlake.Period;
import io.supportlake.models.Vectors;
import io.supportlake.testing.Lines;
import io.supportlake.testing.Rows;
import io.supportlake.testing.SparkSuite;
import io.supportlake.testing.TestInputs;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;

class TopicTablesTest extends SparkSuite {
  private static final LocalDate MONDAY = LocalDate.of(2026, 3, 2);

  private final Random random = new Random(1);
  private final Rows cases = Rows.of(CONTRACTS, "silver.support_case");
  private final Rows embeddings = Rows.of(CONTRACTS, "silver.text_embedding");
  private int next;

  private float[] direction() {
    float[] v = new float[32];
    for (int k = 0; k < v.length; k++) {
      v[k] = (float) random.nextGaussian();
    }
    return Vectors.normalise(v);
  }

  private void ticket(float[] about, String name, LocalDate day, LocalDate arrival) {
    float[] noise = direction();
    float[] v = new float[about.length];
    for (int k = 0; k < v.length; k++) {
      v[k] = about[k] + 0.2f * noise[k];
    }
    List<Float> vector = new ArrayList<>();
    for (float x : Vectors.normalise(v)) {
      vector.add(x);
    }
    String id = "case-" + next++;
    cases.with(
        "case_id",
        id,
        "opened_date",
        day,
        "opened_at",
        day + "T09:00:00Z",
        "first_text",
        name + " trouble " + id,
        "first_text_hash",
        "hash-" + id);
    // A text that is used for long is embedded several times.
    for (LocalDate embedded : List.of(arrival, arrival.plusDays(97))) {
      embeddings.with(
          "text_hash",
          "hash-" + id,
          "model_version",
          "model",
          "arrival_date",
          embedded,
          "embedding",
          vector);
    }
  }

  private TestInputs inputs(String table, Dataset<Row> history) {
    return new TestInputs(spark(), SETTINGS, CONTRACTS, table)
        .with("silver.support_case", cases)
        .with("silver.text_embedding", embeddings)
        .with("gold.ticket_topic", history);
  }

  private static Dataset<Row> none() {
    return Rows.of(CONTRACTS, "gold.ticket_topic").dataset(spark());
  }

  @Test
  void topicsKeepTheirIdsOverVersionsAndTicketsGoToTheNearestInForce() {
    float[] novel = direction();
    for (int t = 0; t < 11; t++) {
      float[] topic = direction();
      for (int i = 0; i < 14; i++) {
        LocalDate day = MONDAY.minusDays(i + 1);
        ticket(topic, "topic" + t, day, day);
      }
    }
    for (int i = 0; i < 20; i++) {
      LocalDate day = MONDAY.plusDays(1 + i % 6);
      ticket(novel, "novel", day, i == 0 ? day.plusDays(1) : day);
    }
    Period fortnight = Period.of(MONDAY.minusDays(1), MONDAY.plusDays(8));

    Dataset<Row> topics =
        inputs("gold.ticket_topic", none()).build(new TicketTopic(), fortnight).cache();

    Checks.hold(CONTRACTS.of("gold.ticket_topic"), topics);
    assertThat(Lines.of(topics.groupBy("version_date").count(), "version_date", "count"))
        .containsExactly("2026-03-02|11", "2026-03-09|12");

    Dataset<Row> first =
        inputs("gold.ticket_topic", none()).build(new TicketTopic(), Period.day(MONDAY));
    Dataset<Row> second =
        inputs("gold.ticket_topic", first).build(new TicketTopic(), Period.day(MONDAY.plusDays(7)));
    assertSameRows(
        topics.orderBy("version_date", "topic_id"),
        first.unionByName(second).orderBy("version_date", "topic_id"));

    Dataset<Row> lineage =
        new TestInputs(spark(), SETTINGS, CONTRACTS, "gold.topic_lineage")
            .with("gold.ticket_topic", topics)
            .build(new TopicLineage(), fortnight);
    Checks.hold(CONTRACTS.of("gold.topic_lineage"), lineage);
    assertThat(
            Lines.of(
                lineage.groupBy("version_date", "change").count(),
                "version_date",
                "change",
                "count"))
        .containsExactly("2026-03-02|birth|11", "2026-03-09|birth|1", "2026-03-09|continuation|11");

    Dataset<Row> assigned =
        inputs("gold.ticket_assignment", topics).build(new TicketAssignment(), fortnight).cache();
    Checks.hold(CONTRACTS.of("gold.ticket_assignment"), assigned);
    // No topic is in force on Sunday, the novel one is not known yet, and one ticket came late.
    assertThat(
            Lines.of(
                assigned.groupBy("version_date", "topic_id").count(),
                "version_date",
                "topic_id",
                "count"))
        .containsExactly("2026-03-02|none|19");
    // A day alone finds the version that was made before it.
    Dataset<Row> byDay =
        fortnight.days().stream()
            .map(day ->
                inputs("gold.ticket_assignment", topics)
                    .build(new TicketAssignment(), Period.day(day)))
            .reduce(Dataset::unionByName)
            .orElseThrow();
    assertSameRows(assigned.orderBy("case_id"), byDay.orderBy("case_id"));
  }

  @Test
  void aTopicThatEndsIsADeath() {
    Rows versions = Rows.of(CONTRACTS, "gold.ticket_topic");
    versions.with("version_date", "2026-02-23", "topic_id", "gone", "centroid", List.of(1f, 0f));
    versions.with("version_date", "2026-02-23", "topic_id", "stays", "centroid", List.of(0f, 1f));
    versions.with(
        "version_date", "2026-03-02", "topic_id", "stays", "centroid", List.of(0.6f, 0.8f));
    versions.with("version_date", "2026-03-02", "topic_id", "comes", "centroid", List.of(1f, 0f));

    Dataset<Row> lineage =
        new TestInputs(spark(), SETTINGS, CONTRACTS, "gold.topic_lineage")
            .with("gold.ticket_topic", versions)
            .build(new TopicLineage(), Period.day(MONDAY));

    assertThat(Lines.of(lineage, "topic_id", "change", "round(similarity, 6)"))
        .containsExactly("comes|birth|null", "gone|death|null", "stays|continuation|0.8");
  }
}
