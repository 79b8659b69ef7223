package io.supportlake.gold.churn;

import io.supportlake.testing.Rows;
import io.supportlake.testing.SparkSuite;
import java.time.LocalDate;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.jspecify.annotations.Nullable;

/** Training on {@link Synthetic}; the plain one runs once for all test classes. */
final class TrainedModel extends SparkSuite {
  static final ChurnTraining.Options OPTIONS =
      new ChurnTraining.Options(10_000, ChurnTraining.OverCap.REFUSE, 7);

  private TrainedModel() {}

  /** Features, with a landmark whose labels have not matured. */
  static Dataset<Row> features() {
    return Held.FEATURES;
  }

  static Dataset<Row> labels() {
    return Held.LABELS;
  }

  static ChurnTraining.Result once() {
    return Held.RESULT;
  }

  static ChurnTraining.Trained of(String kind) {
    return once().models().stream()
        .filter(m -> m.modelKind().equals(kind))
        .findFirst()
        .orElseThrow();
  }

  static ChurnTraining.Result train(
      Rows assignments, ChurnTraining.@Nullable Standing standing, ChurnTraining.Options options) {
    return ChurnTraining.train(
        features(),
        labels(),
        assignments.dataset(spark()),
        standing,
        Synthetic.AS_OF,
        SETTINGS.key(),
        options);
  }

  static Rows noAssignments() {
    return Rows.of(CONTRACTS, "gold.outreach_assignment");
  }

  private static final class Held {
    private static final Dataset<Row> FEATURES;
    private static final Dataset<Row> LABELS;
    private static final ChurnTraining.Result RESULT;

    static {
      var landmarks = new java.util.ArrayList<LocalDate>(Synthetic.LANDMARKS);
      landmarks.add(LocalDate.of(2025, 12, 31));
      Synthetic synthetic = Synthetic.of(CONTRACTS, landmarks);
      FEATURES = synthetic.features().dataset(spark());
      LABELS = synthetic.labels().dataset(spark());
      RESULT =
          ChurnTraining.train(
              FEATURES,
              LABELS,
              noAssignments().dataset(spark()),
              null,
              Synthetic.AS_OF,
              SETTINGS.key(),
              OPTIONS);
    }
  }
}
