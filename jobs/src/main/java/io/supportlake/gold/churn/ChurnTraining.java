package io.supportlake.gold.churn;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.date_add;
import static org.apache.spark.sql.functions.date_sub;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.udf;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.supportlake.models.BoostedChurnModel;
import io.supportlake.models.ChurnModel;
import io.supportlake.models.Evaluation;
import io.supportlake.models.FeatureMatrix;
import io.supportlake.models.LogisticChurnModel;
import io.supportlake.models.ModelFile;
import io.supportlake.models.TrivialModel;
import io.supportlake.rules.ClusterBootstrap;
import io.supportlake.rules.Interval;
import io.supportlake.rules.KeyedHash;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.types.DataTypes;
import org.jspecify.annotations.Nullable;

/**
 * Trains the contractual churn model on what a date knows: a capped matrix on the driver, split by
 * time, without customers that outreach touched; a challenger becomes champion only if it beats the
 * base rate and the standing champion on the same held-out block.
 */
public final class ChurnTraining {
  /** An assignment to treatment keeps an account's landmarks out for this many days after it. */
  static final int TREATED_DAYS = 120;

  private static final double CONFIDENCE = 0.95;
  private static final int BINS = 10;
  private static final int REPLICATES = 200;
  private static final ObjectMapper JSON = new ObjectMapper();

  private ChurnTraining() {}

  /**
   * Settings of a training.
   *
   * @param cap most rows that are collected
   * @param refuseAboveCap whether more rows are an error; else whole accounts are sampled by keyed
   *     hash
   * @param seed seed of challengers and bootstraps
   */
  public record Options(int cap, OverCap overCap, long seed) {
    /** What is used when the configuration says nothing. */
    public static final Options DEFAULT = new Options(200_000, OverCap.SAMPLE, 20_260_101L);

    /** Refuses a cap that cannot be trained on. */
    public Options {
      if (cap < 100) {
        throw new IllegalArgumentException("cap must be at least 100 rows, was " + cap);
      }
    }
  }

  /** What happens to more rows than the cap. */
  public enum OverCap {
    /** Whole accounts are kept or left by keyed hash. */
    SAMPLE,
    /** The training is refused. */
    REFUSE
  }

  /**
   * A model as a row of ops.model.
   *
   * @param isChampion whether it became champion
   * @param content bytes of {@link ModelFile}
   * @param card JSON
   */
  public record Trained(
      String modelId,
      String modelKind,
      String labelKind,
      LocalDate trainedOn,
      boolean isChampion,
      byte[] content,
      String sha256,
      String card) {}

  /** A row of ops.model_evaluation; nullable where the contract says so. */
  public record Figure(
      LocalDate evaluatedOn,
      String modelId,
      String metric,
      String slice,
      String labelKind,
      String role,
      LocalDate firstLandmarkDate,
      LocalDate lastLandmarkDate,
      long rowCount,
      long eventCount,
      @Nullable Double value,
      @Nullable Double low,
      @Nullable Double high,
      @Nullable Double meanProbability) {}

  /**
   * What a training gives.
   *
   * @param models every challenger, at most one of them champion
   * @param figures how good challengers, base rate and standing champion were on the held-out block
   */
  public record Result(List<Trained> models, List<Figure> figures) {}

  /** The champion that a challenger has to beat. */
  public record Standing(String modelId, ChurnModel model) {}

  /**
   * Landmarks of the three blocks, ascending; between the last of one and the first of the next lie
   * at least 104 days, so that no label of a block looks into the features of the next.
   */
  record Blocks(List<LocalDate> train, List<LocalDate> calibration, List<LocalDate> test) {

    /**
     * Splits mature landmarks. The newest k are the test block, the k newest that leave the embargo
     * before it the calibration block, all that leave the embargo before that the training block; k
     * is the largest for which training keeps at least 2 k landmarks, or 1. With month ends the
     * embargo costs three landmarks twice: 14 mature landmarks (18 months) give 4, 2 and 2.
     *
     * @throws IllegalArgumentException when the history is too short
     */
    static Blocks of(List<LocalDate> landmarks) {
      List<LocalDate> sorted = landmarks.stream().distinct().sorted().toList();
      Blocks smallest = null;
      for (int k = Math.max(1, sorted.size() / 4); k >= 1; k--) {
        if (sorted.size() < k) {
          continue;
        }
        List<LocalDate> test = sorted.subList(sorted.size() - k, sorted.size());
        List<LocalDate> beforeTest = leavingEmbargo(sorted, test.getFirst());
        if (beforeTest.size() < k) {
          continue;
        }
        List<LocalDate> calibration = beforeTest.subList(beforeTest.size() - k, beforeTest.size());
        List<LocalDate> train = leavingEmbargo(beforeTest, calibration.getFirst());
        if (train.size() >= 2 * k) {
          return new Blocks(train, calibration, test);
        }
        if (k == 1 && !train.isEmpty()) {
          smallest = new Blocks(train, calibration, test);
        }
      }
      if (smallest != null) {
        return smallest;
      }
      throw new IllegalArgumentException(
          ("%d mature landmarks%s do not give a training, a calibration and a test block that lie %d days"
                  + " apart. Month-end landmarks need about 13 months of history before a first model; run"
                  + " more history and train again.")
              .formatted(
                  sorted.size(),
                  sorted.isEmpty()
                      ? ""
                      : " (%s to %s)".formatted(sorted.getFirst(), sorted.getLast()),
                  ChurnLabel.MATURITY_DAYS));
    }

    private static List<LocalDate> leavingEmbargo(List<LocalDate> sorted, LocalDate before) {
      return sorted.stream()
          .filter(d -> !d.plusDays(ChurnLabel.MATURITY_DAYS).isAfter(before))
          .toList();
    }
  }

  private record Example(LocalDate landmark, String account, boolean isChurned, double[] x) {}

  private record Judged(String modelId, ChurnModel model, Evaluation evaluation) {}

  /**
   * Trains as of the end of a day.
   *
   * @param features gold.churn_feature
   * @param labels gold.churn_label
   * @param assignments gold.outreach_assignment
   * @param standing the champion now, or null when there is none
   * @param key keyed hash that draws the sample
   * @throws IllegalArgumentException when history, rows or events do not suffice, saying what is
   *     missing
   */
  public static Result train(
      Dataset<Row> features,
      Dataset<Row> labels,
      Dataset<Row> assignments,
      @Nullable Standing standing,
      LocalDate asOf,
      KeyedHash key,
      Options options) {
    List<Example> examples = examples(features, labels, assignments, asOf, key, options);
    Blocks blocks = Blocks.of(examples.stream().map(Example::landmark).distinct().toList());
    FeatureMatrix train = matrix(examples, blocks.train());
    FeatureMatrix calibration = matrix(examples, blocks.calibration());
    List<Example> testRows = in(examples, blocks.test());
    FeatureMatrix test = matrix(examples, blocks.test());
    requireEvents("test", blocks.test(), test);
    Judged base = judge("base_rate", TrivialModel.fit(train, calibration), test, options);
    List<Judged> challengers = new ArrayList<>();
    for (ChurnModel model :
        List.of(
            LogisticChurnModel.fit(train, calibration, LogisticChurnModel.Options.DEFAULT),
            BoostedChurnModel.fit(train, calibration, boosted(options.seed())))) {
      challengers.add(
          judge("%s-%s-%s".formatted(Scoring.LABEL, asOf, model.kind()), model, test, options));
    }
    @Nullable Judged champion = standing == null ? null : judgeStanding(standing, test, options);
    @Nullable Judged winner = winner(challengers, base, champion);
    List<Trained> models = new ArrayList<>();
    List<Figure> figures = new ArrayList<>();
    Split split = new Split(asOf, blocks, testRows, test, options);
    figures.addAll(figures(split, base, "base_rate"));
    if (champion != null) {
      figures.addAll(figures(split, champion, "standing_champion"));
    }
    for (Judged challenger : challengers) {
      byte[] content = ModelFile.save(challenger.model(), challenger.evaluation().metrics(), test);
      String sha256 = ModelFile.load(content).sha256();
      List<Figure> own = figures(split, challenger, "challenger");
      figures.addAll(own);
      boolean isChampion = winner != null && winner.modelId().equals(challenger.modelId());
      models.add(
          new Trained(
              challenger.modelId(),
              challenger.model().kind(),
              Scoring.LABEL,
              asOf,
              isChampion,
              content,
              sha256,
              card(
                  split,
                  challenger,
                  own,
                  train,
                  calibration,
                  verdict(challenger, isChampion, base, champion, winner))));
    }
    return new Result(List.copyOf(models), List.copyOf(figures));
  }

  private static BoostedChurnModel.Options boosted(long seed) {
    BoostedChurnModel.Options d = BoostedChurnModel.Options.DEFAULT;
    return new BoostedChurnModel.Options(
        d.trees(), d.maxDepth(), d.maxNodes(), d.nodeSize(), d.shrinkage(), d.subsample(), seed);
  }

  private record Split(
      LocalDate asOf, Blocks blocks, List<Example> rows, FeatureMatrix test, Options options) {}

  /**
   * Labelled rows that had matured, of customers that no treatment touched between 120 days before
   * the landmark and the end of the label's window, and that did not leave before outreach could
   * have reached them.
   */
  private static List<Example> examples(
      Dataset<Row> features,
      Dataset<Row> labels,
      Dataset<Row> assignments,
      LocalDate asOf,
      KeyedHash key,
      Options options) {
    Dataset<Row> treated =
        assignments
            .where(col("arm").equalTo("treatment").and(col("assigned_date").leq(lit(asOf))))
            .select(col("account_id").as("treated_account"), col("assigned_date"));
    Dataset<Row> usable =
        labels
            .where(
                col("label_kind")
                    .equalTo(Scoring.LABEL)
                    .and(col("matured_on").leq(lit(asOf)))
                    .and(col("is_churned_in_gap").equalTo(false)))
            .select("landmark_date", "account_id", "is_churned")
            .join(
                treated,
                col("account_id")
                    .equalTo(col("treated_account"))
                    .and(
                        col("assigned_date")
                            .between(
                                date_sub(col("landmark_date"), TREATED_DAYS),
                                date_add(col("landmark_date"), ChurnLabel.MATURITY_DAYS))),
                "left_anti");
    long rows = usable.count();
    if (rows > options.cap()) {
      if (options.overCap() == OverCap.REFUSE) {
        throw new IllegalArgumentException(
            ("%d labelled rows are more than the cap of %d that the driver trains on. Raise the cap (and the"
                    + " driver's memory), or let training sample.")
                .formatted(rows, options.cap()));
      }
      // Whole accounts, so that a customer's rows stay together; a little below the cap, since
      // accounts have different numbers of rows.
      double share = 0.95 * options.cap() / rows;
      Column drawn =
          udf(
                  (UDF1<String, Double>) account -> key.unit("churn-training", account),
                  DataTypes.DoubleType)
              .apply(col("account_id"));
      usable =
          usable
              .withColumn("drawn", drawn)
              .where(col("drawn").lt(share))
              // Which rows a cut would leave must not depend on Spark's order.
              .orderBy("drawn", "account_id", "landmark_date")
              .limit(options.cap())
              .drop("drawn");
    }
    return usable
        .join(
            features.select(col("landmark_date"), col("account_id"), Feature.vector().as("x")),
            new String[] {"landmark_date", "account_id"})
        .select("landmark_date", "account_id", "is_churned", "x")
        .limit(options.cap())
        .collectAsList()
        .stream()
        .map(row ->
            new Example(
                row.getDate(0).toLocalDate(),
                row.getString(1),
                row.getBoolean(2),
                row.<Double>getList(3).stream().mapToDouble(Double::doubleValue).toArray()))
        // The order of collected rows is Spark's; models must not depend on it.
        .sorted(Comparator.comparing(Example::landmark).thenComparing(Example::account))
        .toList();
  }

  private static List<Example> in(List<Example> examples, List<LocalDate> landmarks) {
    return examples.stream().filter(e -> landmarks.contains(e.landmark())).toList();
  }

  private static FeatureMatrix matrix(List<Example> examples, List<LocalDate> landmarks) {
    List<Example> rows = in(examples, landmarks);
    return new FeatureMatrix(
        Feature.columns(),
        rows.stream().map(Example::x).toArray(double[][]::new),
        rows.stream().mapToInt(e -> e.isChurned() ? 1 : 0).toArray(),
        rows.stream().map(Example::account).toArray(String[]::new));
  }

  private static void requireEvents(String block, List<LocalDate> landmarks, FeatureMatrix rows) {
    if (rows.events() == 0 || rows.events() == rows.rows()) {
      throw new IllegalArgumentException(
          "the %s block (%s to %s) has %d churned of %d customers, so models cannot be compared on it; run more history"
              .formatted(
                  block, landmarks.getFirst(), landmarks.getLast(), rows.events(), rows.rows()));
    }
  }

  private static Judged judge(
      String modelId, ChurnModel model, FeatureMatrix test, Options options) {
    return new Judged(
        modelId,
        model,
        Evaluation.of(
            model.probability(test.x()),
            test.labels(),
            test.clusterIds(),
            BINS,
            REPLICATES,
            options.seed()));
  }

  /** The standing champion on its own features, in its own order. */
  private static Judged judgeStanding(Standing standing, FeatureMatrix test, Options options) {
    int[] order =
        standing.model().features().stream().mapToInt(f -> Feature.of(f).ordinal()).toArray();
    double[][] x =
        Arrays.stream(test.x())
            .map(row -> Arrays.stream(order).mapToDouble(j -> row[j]).toArray())
            .toArray(double[][]::new);
    FeatureMatrix own =
        new FeatureMatrix(
            standing.model().features().toArray(String[]::new),
            x,
            test.labels(),
            test.clusterIds());
    return judge(standing.modelId(), standing.model(), own, options);
  }

  private static @Nullable Judged winner(
      List<Judged> challengers, Judged base, @Nullable Judged champion) {
    return challengers.stream()
        .filter(c -> c.evaluation().beats(base.evaluation()))
        .filter(c -> champion == null || c.evaluation().beats(champion.evaluation()))
        .min(
            Comparator.comparingDouble((Judged c) -> c.evaluation().logLoss())
                .thenComparing(Judged::modelId))
        .orElse(null);
  }

  private static String verdict(
      Judged challenger,
      boolean isChampion,
      Judged base,
      @Nullable Judged champion,
      @Nullable Judged winner) {
    if (isChampion) {
      return "champion: lower log loss and no lower AUC than "
          + (champion == null
              ? "the base rate; no champion stood"
              : "the base rate and " + champion.modelId());
    }
    if (!challenger.evaluation().beats(base.evaluation())) {
      return "not champion: does not beat the base rate";
    }
    if (champion != null && !challenger.evaluation().beats(champion.evaluation())) {
      return "not champion: does not beat " + champion.modelId();
    }
    return "not champion: " + Objects.requireNonNull(winner).modelId() + " has the lower log loss";
  }

  // ---- figures -------------------------------------------------------------------------------

  private static List<Figure> figures(Split split, Judged judged, String role) {
    Evaluation e = judged.evaluation();
    FeatureMatrix test = split.test();
    double[] p = probabilities(judged, split);
    int[] y = test.labels();
    double mean = Arrays.stream(p).average().orElse(Double.NaN);
    Figures figures = new Figures(split, judged.modelId(), role);
    int[] all = IntStream.range(0, y.length).toArray();
    figures.add("auc", "all", all, y, e.auc().estimate(), e.auc().low(), e.auc().high(), null);
    figures.add("average_precision", "all", all, y, e.averagePrecision(), null, null, null);
    int tenth = Math.max(1, y.length / 10);
    figures.add(
        "lift_at_10_percent", "all", all, y, Evaluation.liftAt(p, y, tenth), null, null, null);
    Interval brier = meanInterval(split, i -> (p[i] - y[i]) * (p[i] - y[i]));
    figures.add("brier", "all", all, y, e.brier(), brier.low(), brier.high(), null);
    Interval loss =
        meanInterval(split, i -> -Math.log(Math.max(y[i] == 1 ? p[i] : 1 - p[i], 1e-15)));
    figures.add("log_loss", "all", all, y, e.logLoss(), loss.low(), loss.high(), null);
    observedOverExpected(figures, split, "all", all, y, p, mean);
    Map<String, List<Integer>> plans = new TreeMap<>();
    for (int i = 0; i < y.length; i++) {
      plans.computeIfAbsent(plan(split.rows().get(i)), _ -> new ArrayList<>()).add(i);
    }
    plans.forEach((plan, members) -> {
      int[] rows = members.stream().mapToInt(Integer::intValue).toArray();
      observedOverExpected(
          figures,
          split,
          "plan=" + plan,
          rows,
          y,
          p,
          Arrays.stream(rows).mapToDouble(i -> p[i]).average().orElse(Double.NaN));
    });
    int bin = 0;
    for (Evaluation.Bin b : e.reliability()) {
      figures.add(
          "reliability",
          "bin=%02d".formatted(++bin),
          b.rows(),
          b.events(),
          b.observedRate(),
          b.low(),
          b.high(),
          b.meanProbability());
    }
    return figures.rows;
  }

  private static double[] probabilities(Judged judged, Split split) {
    int[] order =
        judged.model().features().stream().mapToInt(f -> Feature.of(f).ordinal()).toArray();
    return Arrays.stream(split.test().x())
        .mapToDouble(row ->
            judged.model().probability(Arrays.stream(order).mapToDouble(j -> row[j]).toArray()))
        .toArray();
  }

  private static String plan(Example row) {
    return switch ((int) row.x()[Feature.PLAN_RANK.ordinal()]) {
      case 1 -> "starter";
      case 2 -> "growth";
      case 3 -> "scale";
      case 4 -> "enterprise";
      default -> "unknown";
    };
  }

  /** Observed divided by expected events; an alarm is due outside [0.8, 1.25]. */
  private static void observedOverExpected(
      Figures figures, Split split, String slice, int[] rows, int[] y, double[] p, double mean) {
    double[][] sums = byCustomer(split, rows, i -> y[i], i -> p[i]);
    double observed = Arrays.stream(sums[0]).sum();
    double expected = Arrays.stream(sums[1]).sum();
    Interval interval =
        ClusterBootstrap.ratio(sums[0], sums[1], CONFIDENCE, split.options().seed());
    figures.add(
        "observed_over_expected",
        slice,
        rows,
        y,
        observed / expected,
        interval.low(),
        interval.high(),
        mean);
  }

  private static Interval meanInterval(Split split, java.util.function.IntToDoubleFunction value) {
    int[] all = IntStream.range(0, split.rows().size()).toArray();
    double[][] sums = byCustomer(split, all, value, _ -> 1);
    return ClusterBootstrap.ratio(sums[0], sums[1], CONFIDENCE, split.options().seed());
  }

  private static double[][] byCustomer(
      Split split,
      int[] rows,
      java.util.function.IntToDoubleFunction numerator,
      java.util.function.IntToDoubleFunction denominator) {
    Map<String, double[]> sums = new TreeMap<>();
    for (int i : rows) {
      double[] sum = sums.computeIfAbsent(split.rows().get(i).account(), _ -> new double[2]);
      sum[0] += numerator.applyAsDouble(i);
      sum[1] += denominator.applyAsDouble(i);
    }
    return new double[][] {
      sums.values().stream().mapToDouble(s -> s[0]).toArray(),
      sums.values().stream().mapToDouble(s -> s[1]).toArray()
    };
  }

  /** Collects the rows of one model. */
  private static final class Figures {
    private final Split split;
    private final String modelId;
    private final String role;
    private final List<Figure> rows = new ArrayList<>();

    Figures(Split split, String modelId, String role) {
      this.split = split;
      this.modelId = modelId;
      this.role = role;
    }

    void add(
        String metric,
        String slice,
        int[] members,
        int[] y,
        double value,
        @Nullable Double low,
        @Nullable Double high,
        @Nullable Double meanProbability) {
      add(
          metric,
          slice,
          members.length,
          Arrays.stream(members).map(i -> y[i]).sum(),
          value,
          low,
          high,
          meanProbability);
    }

    void add(
        String metric,
        String slice,
        long rowCount,
        long eventCount,
        double value,
        @Nullable Double low,
        @Nullable Double high,
        @Nullable Double meanProbability) {
      rows.add(
          new Figure(
              split.asOf(),
              modelId,
              metric,
              slice,
              Scoring.LABEL,
              role,
              split.blocks().test().getFirst(),
              split.blocks().test().getLast(),
              rowCount,
              eventCount,
              defined(value),
              defined(low),
              defined(high),
              defined(meanProbability)));
    }

    private static @Nullable Double defined(@Nullable Double value) {
      return value == null || value.isNaN() ? null : value;
    }
  }

  // ---- card ----------------------------------------------------------------------------------

  private static String card(
      Split split,
      Judged judged,
      List<Figure> figures,
      FeatureMatrix train,
      FeatureMatrix calibration,
      String verdict) {
    Map<String, @Nullable Object> card = new LinkedHashMap<>();
    card.put("model_id", judged.modelId());
    card.put("kind", judged.model().kind());
    card.put("label", "contractual churn in (t + 14 d, t + 104 d]");
    card.put("trained_on", split.asOf().toString());
    card.put("seed", judged.model().seed());
    card.put("calibration", judged.model().calibrationMethod());
    card.put("verdict", verdict);
    card.put(
        "left_out",
        "accounts in a treatment arm from 120 days before the landmark to the end of the label's window,"
            + " and those that cancelled in the 14 days after the landmark");
    card.put("embargo_days", ChurnLabel.MATURITY_DAYS);
    Map<String, Object> blocks = new LinkedHashMap<>();
    blocks.put("train", block(split.blocks().train(), train));
    blocks.put("calibration", block(split.blocks().calibration(), calibration));
    blocks.put("test", block(split.blocks().test(), split.test()));
    card.put("blocks", blocks);
    card.put("features", judged.model().features());
    card.put("intervals", "95 %; bootstrap clustered by customer, of reliability bins Wilson");
    List<Map<String, @Nullable Object>> metrics = new ArrayList<>();
    List<Map<String, @Nullable Object>> reliability = new ArrayList<>();
    for (Figure f : figures) {
      Map<String, @Nullable Object> row = new LinkedHashMap<>();
      row.put("metric", f.metric());
      row.put("slice", f.slice());
      row.put("rows", f.rowCount());
      row.put("events", f.eventCount());
      row.put("value", f.value());
      row.put("low", f.low());
      row.put("high", f.high());
      row.put("mean_probability", f.meanProbability());
      (f.metric().equals("reliability") ? reliability : metrics).add(row);
    }
    card.put("metrics", metrics);
    card.put("reliability", reliability);
    try {
      return JSON.writeValueAsString(card);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a card is plain maps, lists and numbers", e);
    }
  }

  private static Map<String, Object> block(List<LocalDate> landmarks, FeatureMatrix rows) {
    Map<String, Object> block = new LinkedHashMap<>();
    block.put("landmarks", landmarks.stream().map(LocalDate::toString).toList());
    block.put("rows", rows.rows());
    block.put("churned", rows.events());
    return block;
  }
}
