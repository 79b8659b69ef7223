package io.supportlake.gold.churn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.supportlake.models.ModelFile;
import io.supportlake.testing.Rows;
import io.supportlake.testing.SparkSuite;
import java.io.IOException;
import java.time.LocalDate;
import java.util.List;
import org.junit.jupiter.api.Test;

class ChurnTrainingTest extends SparkSuite {
  /** Accounts of the held-out block that are not {@link Synthetic#IN_GAP}. */
  private static final int USABLE = Synthetic.ACCOUNTS - 1;

  private static ChurnTraining.Figure figure(
      ChurnTraining.Result result, String modelId, String metric) {
    return result.figures().stream()
        .filter(f ->
            f.modelId().equals(modelId) && f.metric().equals(metric) && f.slice().equals("all"))
        .findFirst()
        .orElseThrow();
  }

  private static ChurnTraining.Trained champion(ChurnTraining.Result result) {
    return result.models().stream()
        .filter(ChurnTraining.Trained::isChampion)
        .findFirst()
        .orElseThrow();
  }

  private static JsonNode card(ChurnTraining.Trained model) throws IOException {
    return new ObjectMapper().readTree(model.card());
  }

  @Test
  void theChampionBeatsTheBaseRateAndRanksBetterThanChance() throws IOException {
    ChurnTraining.Result result = TrainedModel.once();
    ChurnTraining.Trained champion = champion(result);

    assertThat(result.models())
        .extracting(ChurnTraining.Trained::modelKind)
        .containsExactlyInAnyOrder("logistic", "boosted");
    assertThat(result.models()).filteredOn(ChurnTraining.Trained::isChampion).hasSize(1);
    assertThat(figure(result, champion.modelId(), "log_loss").value())
        .isLessThan(figure(result, "base_rate", "log_loss").value());
    assertThat(figure(result, champion.modelId(), "brier").value())
        .isLessThan(figure(result, "base_rate", "brier").value());
    assertThat(figure(result, champion.modelId(), "auc").low()).isGreaterThan(0.5);
    assertThat(figure(result, "base_rate", "auc").value()).isEqualTo(0.5);
    assertThat(figure(result, champion.modelId(), "lift_at_10_percent").value()).isGreaterThan(1.5);
    // Calibrated in spring, judged in autumn, with an unchanged hazard (definitions 16).
    assertThat(figure(result, champion.modelId(), "observed_over_expected").value())
        .isBetween(0.8, 1.25);
    assertThat(card(champion).path("verdict").asText())
        .isEqualTo(
            "champion: lower log loss and no lower AUC than the base rate; no champion stood");
  }

  @Test
  void blocksLieApartAndHoldMatureContractualLabelsOfCustomersThatOutreachCouldReach()
      throws IOException {
    JsonNode blocks = card(champion(TrainedModel.once())).path("blocks");
    ChurnTraining.Figure auc =
        figure(TrainedModel.once(), champion(TrainedModel.once()).modelId(), "auc");

    assertThat(blocks.at("/train/landmarks")).hasSize(6);
    assertThat(blocks.at("/train/landmarks/5").asText()).isEqualTo("2024-11-30");
    assertThat(blocks.at("/calibration/landmarks/0").asText()).isEqualTo("2025-03-31");
    assertThat(blocks.at("/calibration/landmarks/2").asText()).isEqualTo("2025-05-31");
    assertThat(blocks.at("/test/landmarks/0").asText()).isEqualTo("2025-09-30");
    assertThat(blocks.at("/train/rows").asInt()).isEqualTo(6 * USABLE);
    assertThat(auc.firstLandmarkDate()).isEqualTo(LocalDate.of(2025, 9, 30));
    assertThat(auc.lastLandmarkDate()).isEqualTo(LocalDate.of(2025, 11, 30));
    assertThat(auc.rowCount()).isEqualTo(3 * USABLE);
    // About one in seven by the hazard; the behavioural labels say the opposite.
    assertThat(auc.eventCount()).isBetween(50L, 300L);
  }

  @Test
  void figuresSayHowWellEveryPlanAndEveryBinIsCalibrated() {
    List<ChurnTraining.Figure> figures =
        TrainedModel.once().figures().stream()
            .filter(f -> f.modelId().equals(champion(TrainedModel.once()).modelId()))
            .toList();

    assertThat(figures)
        .filteredOn(f -> f.slice().startsWith("plan="))
        .extracting(ChurnTraining.Figure::slice)
        .containsExactly("plan=enterprise", "plan=growth", "plan=scale", "plan=starter");
    assertThat(figures)
        .filteredOn(f -> f.slice().startsWith("plan="))
        .extracting(f -> f.rowCount())
        .satisfies(counts ->
            assertThat(counts.stream().mapToLong(Long::longValue).sum()).isEqualTo(3 * USABLE));
    assertThat(figures)
        .filteredOn(f -> f.metric().equals("reliability"))
        .hasSize(10)
        .allSatisfy(f -> {
          assertThat(f.value()).isBetween(f.low(), f.high());
          assertThat(f.meanProbability()).isBetween(0.0, 1.0);
        });
  }

  @Test
  void theSameSeedGivesTheSameBytesAndTheStandingChampionStaysUnlessBeaten() throws IOException {
    ChurnTraining.Trained standing = champion(TrainedModel.once());

    ChurnTraining.Result again =
        ChurnTraining.train(
            TrainedModel.features().repartition(5),
            TrainedModel.labels().repartition(3),
            TrainedModel.noAssignments().dataset(spark()),
            new ChurnTraining.Standing(
                "the-standing", ModelFile.load(standing.content(), standing.sha256()).model()),
            Synthetic.AS_OF,
            SETTINGS.key(),
            TrainedModel.OPTIONS);

    assertThat(again.models())
        .zipSatisfy(
            TrainedModel.once().models(),
            (now, then) -> {
              assertThat(now.modelId()).isEqualTo(then.modelId());
              assertThat(now.sha256()).isEqualTo(then.sha256());
              assertThat(now.content()).isEqualTo(then.content());
            });
    assertThat(again.models()).noneMatch(ChurnTraining.Trained::isChampion);
    assertThat(card(again.models().getFirst()).path("verdict").asText())
        .isEqualTo("not champion: does not beat the-standing");
    assertThat(again.figures())
        .filteredOn(f -> f.role().equals("standing_champion") && f.metric().equals("log_loss"))
        .extracting(ChurnTraining.Figure::value)
        .containsExactly(figure(TrainedModel.once(), standing.modelId(), "log_loss").value());
  }

  @Test
  void customersThatOutreachTouchedAreLeftOutAndControlsStay() throws IOException {
    Rows assignments = TrainedModel.noAssignments();
    for (int a = 1; a <= 60; a++) {
      assignments.with(
          "campaign_id",
          "care",
          "account_id",
          "a%03d".formatted(a),
          "assigned_date",
          "2025-10-15",
          "arm",
          a <= 40 ? "treatment" : "control");
    }
    // Assigned 105 days after the last training landmark: its labels had matured before.
    assignments.with(
        "campaign_id",
        "care",
        "account_id",
        "a100",
        "assigned_date",
        LocalDate.of(2024, 11, 30).plusDays(105),
        "arm",
        "treatment");

    ChurnTraining.Result result = TrainedModel.train(assignments, null, TrainedModel.OPTIONS);

    JsonNode blocks = card(result.models().getFirst()).path("blocks");
    assertThat(blocks.at("/test/rows").asInt()).isEqualTo(3 * (USABLE - 40));
    assertThat(blocks.at("/train/rows").asInt()).isEqualTo(6 * USABLE);
    // Treated in mid-March: the landmarks of the next 120 days saw it.
    assertThat(blocks.at("/calibration/rows").asInt()).isEqualTo(3 * USABLE - 3);
  }

  @Test
  void aboveTheCapWholeAccountsAreDrawn() throws IOException {
    ChurnTraining.Result result =
        TrainedModel.train(
            TrainedModel.noAssignments(),
            null,
            new ChurnTraining.Options(3_600, ChurnTraining.OverCap.SAMPLE, 7));

    JsonNode blocks = card(result.models().getFirst()).path("blocks");
    int accounts = blocks.at("/test/rows").asInt() / 3;
    assertThat(accounts).isBetween(150, 200);
    assertThat(blocks.at("/test/rows").asInt()).isEqualTo(3 * accounts);
    assertThat(blocks.at("/train/rows").asInt()).isEqualTo(6 * accounts);
  }

  @Test
  void aboveTheCapTrainingIsRefusedWhenAskedTo() {
    ChurnTraining.Options small = new ChurnTraining.Options(1_000, ChurnTraining.OverCap.REFUSE, 7);

    assertThatThrownBy(() -> TrainedModel.train(TrainedModel.noAssignments(), null, small))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "%d labelled rows are more than the cap of 1000 that the driver trains on. Raise the cap (and the driver's memory), or let training sample."
                .formatted(18 * USABLE));
    assertThatThrownBy(() -> new ChurnTraining.Options(99, ChurnTraining.OverCap.REFUSE, 7))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("cap must be at least 100 rows, was 99");
  }

  @Test
  void aHistoryThatIsTooShortIsSaidSo() {
    Synthetic year = Synthetic.of(CONTRACTS, Synthetic.LANDMARKS.subList(0, 6));

    assertThatThrownBy(() ->
            ChurnTraining.train(
                year.features().dataset(spark()),
                year.labels().dataset(spark()),
                TrainedModel.noAssignments().dataset(spark()),
                null,
                Synthetic.AS_OF,
                SETTINGS.key(),
                TrainedModel.OPTIONS))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(
            "6 mature landmarks (2024-06-30 to 2024-11-30) do not give a training")
        .hasMessageContaining("104 days")
        .hasMessageEndingWith("run more history and train again.");
  }
}
