package io.supportlake.gold.churn;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;

import io.supportlake.Inputs;
import io.supportlake.Period;
import io.supportlake.models.ChurnModel;
import io.supportlake.models.ModelFile;
import java.io.Serializable;
import java.sql.Date;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;

/**
 * Applies to each landmark the champion that stood then. Models are the one thing collected while a
 * table is planned: at most one a landmark.
 */
final class Scoring {
  /** The label that lists rank on. */
  static final String LABEL = "contractual";

  private static final StructType SCORES =
      StructType.fromDDL(
          "landmark_date date not null, account_id string not null, model_id string not null,"
              + " probability double not null, log_odds double not null,"
              + " baseline_log_odds double not null");

  private static final StructType EXPLANATIONS =
      StructType.fromDDL(
          "landmark_date date not null, account_id string not null, model_id string not null,"
              + " feature string not null, value double, theme string not null,"
              + " contribution double not null, is_main boolean not null");

  private final Dataset<Row> rows;
  private final Broadcast<HashMap<LocalDate, Champion>> champions;

  private record Champion(String modelId, ChurnModel model, int[] order) implements Serializable {

    double[] row(Row features) {
      List<Double> values = features.getList(2);
      double[] row = new double[order.length];
      for (int j = 0; j < row.length; j++) {
        row[j] = values.get(order[j]);
      }
      return row;
    }
  }

  private record Candidate(String modelId, LocalDate trainedOn) {}

  /**
   * Prepares the landmarks of the period.
   *
   * @throws io.supportlake.models.ModelFileException when a champion's bytes do not fit its hash
   */
  Scoring(Inputs in, Period period) {
    HashMap<LocalDate, Champion> byLandmark = champions(in.table("ops.model"), period);
    rows =
        in.table("gold.churn_feature")
            .where(
                byLandmark.isEmpty()
                    ? lit(false)
                    : col("landmark_date").isin(byLandmark.keySet().toArray()))
            .select(col("landmark_date"), col("account_id"), Feature.vector().as("x"));
    champions = JavaSparkContext.fromSparkContext(in.spark().sparkContext()).broadcast(byLandmark);
  }

  private static HashMap<LocalDate, Champion> champions(Dataset<Row> models, Period period) {
    Dataset<Row> crowned = models.where(col("is_champion").and(col("label_kind").equalTo(LABEL)));
    List<Candidate> candidates =
        crowned.select("model_id", "trained_on").collectAsList().stream()
            .map(row -> new Candidate(row.getString(0), row.getDate(1).toLocalDate()))
            .toList();
    Map<String, Champion> loaded = new HashMap<>();
    HashMap<LocalDate, Champion> byLandmark = new HashMap<>();
    for (LocalDate day : period.days()) {
      Optional<Candidate> newest =
          candidates.stream()
              .filter(c -> !c.trainedOn().isAfter(day))
              .max(Comparator.comparing(Candidate::trainedOn).thenComparing(Candidate::modelId));
      newest.ifPresent(
          c -> byLandmark.put(day, loaded.computeIfAbsent(c.modelId(), id -> load(crowned, id))));
    }
    return byLandmark;
  }

  private static Champion load(Dataset<Row> models, String modelId) {
    Row row =
        models
            .where(col("model_id").equalTo(modelId))
            .select("content", "sha256")
            .limit(1)
            .collectAsList()
            .getFirst();
    ChurnModel model =
        ModelFile.load(Objects.requireNonNull(row.<byte[]>getAs(0)), row.getString(1)).model();
    int[] order = model.features().stream().mapToInt(name -> Feature.of(name).ordinal()).toArray();
    return new Champion(modelId, model, order);
  }

  /** One row per account and landmark; none where no model stood yet. */
  Dataset<Row> scores() {
    Broadcast<HashMap<LocalDate, Champion>> models = champions;
    return rows.mapPartitions(
        (MapPartitionsFunction<Row, Row>)
            partition -> map(partition, row -> List.of(score(row, champion(models, row)))),
        Encoders.row(SCORES));
  }

  private static Row score(Row row, Champion champion) {
    double logOdds = champion.model().logOdds(champion.row(row));
    return RowFactory.create(
        row.getDate(0),
        row.getString(1),
        champion.modelId(),
        1 / (1 + Math.exp(-logOdds)),
        logOdds,
        champion.model().baseline());
  }

  /**
   * One row per account, landmark and feature: its value, and on {@code is_main} rows (one a theme,
   * the feature with the largest contribution in size) the sum of the theme's contributions.
   */
  Dataset<Row> explanations() {
    Broadcast<HashMap<LocalDate, Champion>> models = champions;
    return rows.mapPartitions(
        (MapPartitionsFunction<Row, Row>)
            partition -> map(partition, row -> explain(row, champion(models, row))),
        Encoders.row(EXPLANATIONS));
  }

  private static List<Row> explain(Row row, Champion champion) {
    double[] x = champion.row(row);
    double[] shap = champion.model().explain(x);
    Feature[] features = Feature.values();
    double[] byFeature = new double[features.length];
    double[] values = new double[features.length];
    List<Double> given = row.getList(2);
    for (int f = 0; f < features.length; f++) {
      values[f] = given.get(f);
    }
    for (int j = 0; j < shap.length; j++) {
      byFeature[champion.order()[j]] = shap[j];
    }
    List<Row> out = new ArrayList<>(features.length);
    for (String theme : Feature.THEMES) {
      double sum = 0;
      int main = -1;
      for (int f = 0; f < features.length; f++) {
        if (features[f].theme().equals(theme)) {
          sum += byFeature[f];
          if (main < 0 || Math.abs(byFeature[f]) > Math.abs(byFeature[main])) {
            main = f;
          }
        }
      }
      for (int f = 0; f < features.length; f++) {
        if (features[f].theme().equals(theme)) {
          out.add(
              RowFactory.create(
                  row.getDate(0),
                  row.getString(1),
                  champion.modelId(),
                  features[f].column(),
                  Double.isNaN(values[f]) ? null : values[f],
                  theme,
                  f == main ? sum : 0.0,
                  f == main));
        }
      }
    }
    return out;
  }

  private static Champion champion(Broadcast<HashMap<LocalDate, Champion>> models, Row row) {
    Date landmark = row.getDate(0);
    return Objects.requireNonNull(models.value().get(landmark.toLocalDate()));
  }

  private static Iterator<Row> map(
      Iterator<Row> partition, java.util.function.Function<Row, List<Row>> function) {
    Iterable<Row> rows = () -> partition;
    return java.util.stream.StreamSupport.stream(rows.spliterator(), false)
        .flatMap(row -> function.apply(row).stream())
        .iterator();
  }
}
