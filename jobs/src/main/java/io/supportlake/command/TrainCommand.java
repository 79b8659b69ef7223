package io.supportlake.command;

import io.supportlake.Settings;
import io.supportlake.gold.churn.ChurnTraining;
import io.supportlake.models.ModelFile;
import io.supportlake.platform.FinishedSet;
import io.supportlake.platform.Lake;
import io.supportlake.platform.ModelRegistry;
import io.supportlake.platform.Progress;
import io.supportlake.platform.UsageException;
import java.sql.Date;
import java.time.LocalDate;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code train}: a churn model on what the lake knows, champion only if it is better. */
@Command(
    name = "train",
    description = "Trains the churn model; a challenger becomes champion only if it is better.",
    mixinStandardHelpOptions = true)
final class TrainCommand implements Callable<Integer> {
  private static final String LABEL = "contractual";

  @Mixin private final Installation installation = new Installation();

  @Option(
      names = "--date",
      paramLabel = "DATE",
      description = "as of the end of this day (default: the last finished run's)")
  private @Nullable LocalDate date;

  @Override
  public Integer call() {
    LocalDate finished = installation.finished().to();
    if (finished == null) {
      throw new UsageException(
          "there is nothing to train on: no run has finished on this lake. Run ./supportlake run first.");
    }
    if (date != null && date.isAfter(finished)) {
      throw new UsageException(
          "--date is %s, but the lake ends with %s. Choose an earlier date, or run first."
              .formatted(date, finished));
    }
    train(
        installation,
        installation.settings(),
        date == null ? finished : date,
        new Progress(System.out));
    return 0;
  }

  /** Trains and registers; a history too short for a model is said, not an error. */
  static void train(
      Installation installation, Settings settings, LocalDate asOf, Progress progress) {
    Lake lake = installation.lake();
    FinishedSet finished = FinishedSet.of(lake);
    ModelRegistry registry =
        new ModelRegistry(installation.spark(), lake, installation.contracts());
    if (registry.knows(LABEL, asOf)) {
      progress.step("training of %s: already in the registry", asOf);
      return;
    }
    ChurnTraining.Result result;
    try {
      result =
          ChurnTraining.train(
              finished.read(lake, "gold.churn_feature"),
              finished.read(lake, "gold.churn_label"),
              finished.read(lake, "gold.outreach_assignment"),
              registry.champion(LABEL).map(TrainCommand::standing).orElse(null),
              asOf,
              settings.key(),
              ChurnTraining.Options.DEFAULT);
    } catch (IllegalArgumentException e) {
      progress.step("training of %s: no model. %s", asOf, String.valueOf(e.getMessage()));
      return;
    }
    registry.add(
        installation.config().lake().root(),
        result.models().stream().map(TrainCommand::row).toList(),
        result.figures().stream().map(TrainCommand::row).toList());
    for (ChurnTraining.Figure figure : result.figures()) {
      if (figure.metric().equals("auc") && figure.slice().equals("all")) {
        progress.step(
            "  %-34s AUC %.3f (%.3f to %.3f) on %,d customers, %d churned",
            figure.modelId(),
            Objects.requireNonNull(figure.value()),
            Objects.requireNonNull(figure.low()),
            Objects.requireNonNull(figure.high()),
            figure.rowCount(),
            figure.eventCount());
      }
    }
    progress.step(
        "training of %s: champion %s",
        asOf,
        result.models().stream()
            .filter(ChurnTraining.Trained::isChampion)
            .map(ChurnTraining.Trained::modelId)
            .findFirst()
            .orElse("stays as it was"));
  }

  private static ChurnTraining.Standing standing(Row row) {
    return new ChurnTraining.Standing(
        row.getAs("model_id"),
        ModelFile.load(row.<byte[]>getAs("content"), row.<String>getAs("sha256")).model());
  }

  private static Row row(ChurnTraining.Trained m) {
    return RowFactory.create(
        m.modelId(),
        m.modelKind(),
        m.labelKind(),
        Date.valueOf(m.trainedOn()),
        m.isChampion(),
        m.content(),
        m.sha256(),
        m.card());
  }

  private static Row row(ChurnTraining.Figure f) {
    return RowFactory.create(
        Date.valueOf(f.evaluatedOn()),
        f.modelId(),
        f.metric(),
        f.slice(),
        f.labelKind(),
        f.role(),
        Date.valueOf(f.firstLandmarkDate()),
        Date.valueOf(f.lastLandmarkDate()),
        f.rowCount(),
        f.eventCount(),
        f.value(),
        f.low(),
        f.high(),
        f.meanProbability());
  }
}
