package io.supportlake.silver;

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

/** Articles, product changes and dispositions. */
class KnowledgeTest extends SparkSuite {
  private static final Period DAY = Period.day(LocalDate.parse("2026-01-31"));

  @Test
  void anArticleIsItsLatestEditionWithAllItsUseSinceItWasFirstWritten() {
    Dataset<Row> articles =
        articles(
            Rows.of(CONTRACTS, "bronze.article_event")
                .with(
                    "event_id",
                    "1",
                    "event_type",
                    "written",
                    "article_id",
                    "a",
                    "event_at",
                    "2026-01-01T00:00:00Z",
                    "title",
                    "old",
                    "category",
                    "PAY",
                    "tier",
                    1)
                .with(
                    "event_id",
                    "2",
                    "event_type",
                    "written",
                    "article_id",
                    "a",
                    "event_at",
                    "2026-01-05T00:00:00Z",
                    "title",
                    "new",
                    "category",
                    "API",
                    "tier",
                    0)
                .with("event_id", "3", "event_type", "viewed", "article_id", "a")
                .with("event_id", "4", "event_type", "viewed", "article_id", "a")
                .with("event_id", "5", "event_type", "linked", "article_id", "a")
                .with("event_id", "6", "event_type", "voted", "article_id", "a", "vote", 1)
                .with("event_id", "7", "event_type", "voted", "article_id", "a", "vote", -1)
                .with("event_id", "8", "event_type", "voted", "article_id", "a", "vote", 1)
                .with("event_id", "9", "event_type", "searched_without_result"));

    assertThat(
            Lines.of(
                articles,
                "article_id",
                "title",
                "issue_family",
                "tier",
                "date(written_at)",
                "view_count",
                "link_count",
                "helpful_count",
                "unhelpful_count"))
        .containsExactly("a|new|api_errors|0|2026-01-01|2|1|2|1");
  }

  @Test
  void anArticleOfWhichOnlyUseIsKnownHasNeitherTitleNorFamily() {
    Dataset<Row> articles =
        articles(
            Rows.of(CONTRACTS, "bronze.article_event")
                .with("event_id", "1", "event_type", "viewed", "article_id", "a"));

    assertThat(
            Lines.of(articles, "article_id", "title", "issue_family", "written_at", "view_count"))
        .containsExactly("a|null|null|null|1");
  }

  @Test
  void aChangeTakesEffectOnADayOfTheReportingZone() {
    Dataset<Row> changes =
        new TestInputs(spark(), SETTINGS, CONTRACTS, "silver.product_change")
            .with(
                "bronze.product_change",
                Rows.of(CONTRACTS, "bronze.product_change")
                    .with(
                        "change_id",
                        "1",
                        "effective_at",
                        "2026-01-01T23:00:00Z",
                        "features",
                        List.of("payouts")))
            .build(new ProductChange(), DAY);

    assertThat(Lines.of(changes, "change_id", "effective_date", "features"))
        .containsExactly("1|2026-01-02|[payouts]");
  }

  @Test
  void aNoteOnAContactAttemptIsRedacted() {
    Dataset<Row> dispositions =
        new TestInputs(spark(), SETTINGS, CONTRACTS, "silver.disposition")
            .with(
                "bronze.outreach_disposition",
                Rows.of(CONTRACTS, "bronze.outreach_disposition")
                    .with(
                        "disposition_id",
                        "1",
                        "occurred_at",
                        "2026-01-01T23:00:00Z",
                        "note",
                        "write to ann@example.com")
                    .with("disposition_id", "2", "occurred_at", "2026-01-01T23:00:00Z"))
            .build(new Disposition(), DAY);

    List<String> lines = Lines.of(dispositions, "disposition_id", "occurred_date", "note");
    assertThat(lines.get(0))
        .startsWith("1|2026-01-02|write to [EMAIL:")
        .doesNotContain("ann@example.com");
    assertThat(lines.get(1)).isEqualTo("2|2026-01-02|null");
  }

  private static Dataset<Row> articles(Rows events) {
    return new TestInputs(spark(), SETTINGS, CONTRACTS, "silver.article")
        .with("bronze.article_event", events)
        .with(
            "conf.category",
            Rows.of(CONTRACTS, "conf.category")
                .with("category", "PAY", "issue_family", "failed_payments")
                .with("category", "API", "issue_family", "api_errors"))
        .build(new Article(), DAY);
  }
}
