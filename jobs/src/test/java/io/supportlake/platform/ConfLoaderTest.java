package io.supportlake.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.supportlake.testing.SparkSuite;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfLoaderTest extends SparkSuite {
  private static final LocalDate FROM = LocalDate.parse("2026-03-01");
  private static final LocalDate TO = LocalDate.parse("2026-03-31");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "conf.business_day",
        "conf.sla_target",
        "conf.tier_cost",
        "conf.scorecard",
        "conf.exchange_rate",
        "conf.issue_family",
        "conf.category",
        "conf.phrase",
        "conf.metric_spec",
        "conf.metric_cut"
      })
  void filesOfTheProjectLoadWithTheirSchema(String table) {
    Dataset<Row> rows = ConfLoader.load(HOME.resolve("conf"), table, spark(), FROM, TO);

    assertThat(rows.schema()).isEqualTo(ConfTables.schema(table));
    assertThat(rows.isEmpty()).isFalse();
  }

  @Test
  void unknownKeysAndValuesOutOfRangeAreRefused(@TempDir Path conf) throws IOException {
    Files.createDirectories(conf.resolve("sla"));
    Files.writeString(conf.resolve("sla/targets.yaml"), "versions: []\nsurprise: 1\n");
    assertThatThrownBy(() -> ConfLoader.load(conf, "conf.sla_target", spark(), FROM, TO))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("surprise");

    Files.writeString(
        conf.resolve("sla/targets.yaml"),
        "versions: [{validFrom: 2024-01-01, resolutionPausedIn: [solved], minutes: {}}]\n");
    assertThatThrownBy(() -> ConfLoader.load(conf, "conf.sla_target", spark(), FROM, TO))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("status")
        .hasMessageContaining("solved");
    Files.writeString(
        conf.resolve("sla/targets.yaml"), "versions: [{validFrom: 2024-01-01, minutes: {}}]\n");
    assertThatThrownBy(() -> ConfLoader.load(conf, "conf.sla_target", spark(), FROM, TO))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("resolutionPausedIn is missing in the version of 2024-01-01");

    Files.writeString(conf.resolve("exchange-rates.csv"), "month,currency,rate\n2026-13,USD,1\n");
    assertThatThrownBy(() -> ConfLoader.load(conf, "conf.exchange_rate", spark(), FROM, TO))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("a line is like 2026-01,USD,0.9210, this is not: 2026-13,USD,1");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "[[tier, shoe_size]]; no metric can be split by tier, shoe_size",
        "[[tier, product], [product, tier]]; [product, tier] is listed twice",
        "[[tier, product, team]]; a dimension or a pair of two, not [tier, product, team]"
      })
  void onlyWhatAMetricCanBeSplitByIsStored(String stored, String why, @TempDir Path home)
      throws IOException {
    Files.createDirectories(home.resolve("conf"));
    Files.createDirectories(home.resolve("schemas/metrics"));
    Files.copy(
        HOME.resolve("schemas/metrics/fcr_7d.yaml"), home.resolve("schemas/metrics/fcr_7d.yaml"));
    Files.writeString(home.resolve("conf/metrics.yaml"), "stored: " + stored + "\n");

    assertThatThrownBy(
            () -> ConfLoader.load(home.resolve("conf"), "conf.metric_cut", spark(), FROM, TO))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining(why);
  }

  @Test
  void aDefinitionIsWhatChangesNumbers(@TempDir Path home) throws IOException {
    String file = Files.readString(HOME.resolve("schemas/metrics/fcr_7d.yaml"));
    String hash = definitionHash(home, file);

    assertThat(definitionHash(home, file.replace("owner: ", "owner: another "))).isEqualTo(hash);
    assertThat(definitionHash(home, file.replaceFirst("dimensions: \\[[^,]*, ", "dimensions: [")))
        .isEqualTo(hash);
    assertThat(definitionHash(home, file.replaceFirst("counts: survivors", "counts: events")))
        .as("what is never published")
        .isEqualTo(hash);
    assertThat(definitionHash(home, file.replaceFirst("minimumN: \\d+", "minimumN: 31")))
        .isNotEqualTo(hash);
    assertThat(definitionHash(home, file.replaceFirst("numerator: ", "numerator: true and ")))
        .isNotEqualTo(hash);
  }

  private static String definitionHash(Path home, String file) throws IOException {
    Path metrics = Files.createDirectories(home.resolve("schemas/metrics"));
    Files.writeString(metrics.resolve("fcr_7d.yaml"), file);
    return ConfLoader.load(home.resolve("conf"), "conf.metric_spec", spark(), FROM, TO)
        .select("definition_hash")
        .first()
        .getString(0);
  }
}
