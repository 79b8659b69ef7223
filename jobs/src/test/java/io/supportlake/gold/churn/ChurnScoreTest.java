package io.supportlake.gold.churn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.supportlake.Period;
import io.supportlake.Table;
import io.supportlake.models.ChurnModel;
import io.supportlake.models.ModelFile;
import io.supportlake.models.ModelFileException;
import io.supportlake.testing.Rows;
import io.supportlake.testing.SparkSuite;
import io.supportlake.testing.TestInputs;
import java.sql.Date;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class ChurnScoreTest extends SparkSuite {
  private static final LocalDate BEFORE_ANY = LocalDate.of(2026, 2, 28);
  private static final LocalDate OLD = LocalDate.of(2026, 4, 30);
  private static final LocalDate NEW_DAY = LocalDate.of(2026, 5, 31);
  private static final LocalDate NEW = LocalDate.of(2026, 6, 30);
  private static final List<LocalDate> DAYS = List.of(BEFORE_ANY, OLD, NEW_DAY, NEW);
  private static final byte[] NO_MODEL = {1, 2, 3};

  private static Map<String, Row> features = Map.of();
  private static List<Row> scores = List.of();
  private static List<Row> reasons = List.of();

  @BeforeAll
  static void scored() {
    features = new HashMap<>();
    for (Row row : Synthetic.of(CONTRACTS, DAYS).features().dataset(spark()).collectAsList()) {
      var _ = features.put(key(row), row);
    }
    scores = built("gold.churn_score", new ChurnScore(), models());
    reasons = built("gold.score_reason", new ScoreReason(), models());
  }

  private static List<Row> built(String name, Table table, Rows models) {
    return new TestInputs(spark(), SETTINGS, CONTRACTS, name)
        .with("gold.churn_feature", Synthetic.of(CONTRACTS, DAYS).features())
        .with("ops.model", models)
        .build(table, new Period(NEW, NEW, DAYS))
        .collectAsList();
  }

  /** Two champions, and models that must not be read: their bytes are none of a model. */
  private static Rows models() {
    Rows rows = Rows.of(CONTRACTS, "ops.model");
    ChurnTraining.Trained logistic = TrainedModel.of("logistic");
    ChurnTraining.Trained boosted = TrainedModel.of("boosted");
    model(rows, "older", "contractual", "2026-03-01", true, NO_MODEL, "x");
    model(
        rows, "logistic", "contractual", "2026-03-31", true, logistic.content(), logistic.sha256());
    model(rows, "boosted", "contractual", "2026-05-31", true, boosted.content(), boosted.sha256());
    model(rows, "loser", "contractual", "2026-06-15", false, NO_MODEL, "x");
    model(rows, "other label", "behavioural", "2026-06-15", true, NO_MODEL, "x");
    model(rows, "of the future", "contractual", "2026-07-01", true, NO_MODEL, "x");
    return rows;
  }

  private static void model(
      Rows rows,
      String id,
      String label,
      String trainedOn,
      boolean isChampion,
      byte[] content,
      String sha256) {
    var _ =
        rows.with(
            "model_id",
            id,
            "label_kind",
            label,
            "trained_on",
            trainedOn,
            "is_champion",
            isChampion,
            "content",
            content,
            "sha256",
            sha256);
  }

  private static String key(Row row) {
    return row.<Date>getAs("landmark_date") + " " + row.<String>getAs("account_id");
  }

  private static Row featuresOf(Row row) {
    return Objects.requireNonNull(features.get(key(row)));
  }

  private static LocalDate day(Row row) {
    return row.<Date>getAs("landmark_date").toLocalDate();
  }

  private static double number(Row row, String column) {
    Number value = row.getAs(column);
    return value == null ? Double.NaN : value.doubleValue();
  }

  @Test
  void eachLandmarkIsScoredByTheNewestChampionTrainedByThen() {
    assertThat(scores).hasSize(3 * Synthetic.ACCOUNTS);
    assertThat(scores)
        .allSatisfy(row ->
            assertThat(row.<String>getAs("model_id"))
                .isEqualTo(day(row).equals(OLD) ? "logistic" : "boosted"));
    assertThat(scores).noneMatch(row -> day(row).equals(BEFORE_ANY));
    assertThat(reasons).extracting(row -> day(row)).containsOnly(OLD, NEW_DAY, NEW);
  }

  @Test
  void withoutAChampionNothingIsScored() {
    Rows none = Rows.of(CONTRACTS, "ops.model");
    model(none, "loser", "contractual", "2026-01-01", false, NO_MODEL, "x");

    assertThat(built("gold.churn_score", new ChurnScore(), none)).isEmpty();
    assertThat(built("gold.score_reason", new ScoreReason(), none)).isEmpty();
  }

  @Test
  void aChampionWhoseBytesDoNotFitItsHashIsRefused() {
    Rows altered = Rows.of(CONTRACTS, "ops.model");
    model(
        altered,
        "altered",
        "contractual",
        "2026-01-01",
        true,
        TrainedModel.of("logistic").content(),
        "0".repeat(64));

    assertThatThrownBy(() -> built("gold.churn_score", new ChurnScore(), altered))
        .isInstanceOf(ModelFileException.class)
        .hasMessageContaining("this is not the model that the registry names");
  }

  @Test
  void aScoreIsTheModelsOutputForTheAccountsFeatures() {
    Map<String, ChurnModel> models =
        Map.of(
            "logistic", ModelFile.load(TrainedModel.of("logistic").content()).model(),
            "boosted", ModelFile.load(TrainedModel.of("boosted").content()).model());

    assertThat(scores)
        .allSatisfy(row -> {
          ChurnModel model = Objects.requireNonNull(models.get(row.<String>getAs("model_id")));
          double[] x =
              model.features().stream().mapToDouble(f -> number(featuresOf(row), f)).toArray();
          assertThat(number(row, "log_odds")).isEqualTo(model.logOdds(x), within(1e-12));
          assertThat(number(row, "probability"))
              .isEqualTo(1 / (1 + Math.exp(-model.logOdds(x))), within(1e-12));
          assertThat(number(row, "baseline_log_odds")).isEqualTo(model.baseline());
        });
  }

  /** Definition 17. */
  @Test
  void baselineAndReasonsAddUpToTheLogOddsOnEveryScoredCustomer() {
    Map<String, Double> sums = new HashMap<>();
    Map<String, List<String>> themes = new HashMap<>();
    for (Row reason : reasons) {
      sums.merge(key(reason), number(reason, "contribution"), Double::sum);
      themes
          .computeIfAbsent(key(reason), _ -> new ArrayList<>())
          .add(reason.<String>getAs("theme"));
    }

    assertThat(sums).hasSameSizeAs(scores);
    assertThat(scores)
        .allSatisfy(row -> {
          assertThat(number(row, "baseline_log_odds") + Objects.requireNonNull(sums.get(key(row))))
              .isEqualTo(number(row, "log_odds"), within(1e-6));
          assertThat(themes.get(key(row))).containsExactlyInAnyOrderElementsOf(Feature.THEMES);
        });
    assertThat(reasons)
        .filteredOn(r -> r.<String>getAs("theme").equals("resolution"))
        .anyMatch(r -> number(r, "contribution") > 0.1)
        .anyMatch(r -> number(r, "contribution") < -0.1);
  }

  @Test
  void ranksOfALandmarkRunFromTheHighestProbabilityWithTiesByAccount() {
    for (LocalDate day : List.of(OLD, NEW_DAY, NEW)) {
      List<Row> ranked =
          scores.stream()
              .filter(row -> day(row).equals(day))
              .sorted(
                  Comparator.comparingDouble((Row row) -> -number(row, "probability"))
                      .thenComparing(row -> row.<String>getAs("account_id")))
              .toList();

      assertThat(ranked)
          .extracting(row -> row.<Long>getAs("probability_rank"))
          .containsExactlyElementsOf(
              IntStream.rangeClosed(1, ranked.size()).mapToObj(Long::valueOf).toList());
    }
  }

  @Test
  void percentilesAreTheShareOfPeersWithASmallerValueAndMissingValuesAreNoPeers() {
    assertThat(reasons)
        .allSatisfy(reason -> {
          String feature = reason.getAs("feature");
          double value = number(featuresOf(reason), feature);
          if (Double.isNaN(value)) {
            assertThat(reason.isNullAt(reason.fieldIndex("feature_value"))).isTrue();
            assertThat(reason.isNullAt(reason.fieldIndex("peer_percentile"))).isTrue();
            return;
          }
          double[] peers =
              features.values().stream()
                  .filter(row -> day(row).equals(day(reason)))
                  .mapToDouble(row -> number(row, feature))
                  .filter(v -> !Double.isNaN(v))
                  .toArray();
          double smaller = Arrays.stream(peers).filter(v -> v < value).count();
          assertThat(number(reason, "feature_value")).isEqualTo(value);
          assertThat(number(reason, "peer_percentile"))
              .isBetween(0.0, 1.0)
              .isEqualTo(smaller / (peers.length - 1), within(1e-12));
        });
  }

  @Test
  void sentencesNameTheValueOrSayThatItIsMissing() {
    List<Row> unresolved =
        reasons.stream()
            .filter(r -> r.<String>getAs("feature").equals("unresolved_high_stake_30d"))
            .toList();
    List<Row> scoreless =
        reasons.stream()
            .filter(r ->
                r.<String>getAs("feature").equals("last_csat_score")
                    && r.isNullAt(r.fieldIndex("feature_value")))
            .toList();

    assertThat(unresolved)
        .isNotEmpty()
        .allSatisfy(r ->
            assertThat(r.<String>getAs("sentence"))
                .startsWith(
                    String.format(
                        Locale.ROOT,
                        "%.0f unresolved high-stake issue",
                        number(r, "feature_value")))
                .contains(" in 30 days, "));
    assertThat(scoreless)
        .isNotEmpty()
        .allSatisfy(r ->
            assertThat(r.<String>getAs("sentence"))
                .isEqualTo("Never answered a satisfaction survey"));
    assertThat(reasons)
        .filteredOn(r -> r.<String>getAs("theme").equals("money"))
        .allSatisfy(r -> assertThat(r.<String>getAs("sentence")).contains(" EUR in 90 days"));
  }
}
