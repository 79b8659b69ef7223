package io.supportlake.silver;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.min;

import io.supportlake.Inputs;
import io.supportlake.Period;
import io.supportlake.Table;
import io.supportlake.models.Embedder;
import io.supportlake.models.MiniLmEmbedder;
import java.io.Serializable;
import java.time.LocalDate;
import java.util.Iterator;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.StreamSupport;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * {@code silver.text_embedding}: a vector for each text that opens a case, per text and model
 * version. A text that arrived more than {@value #EMBED_DAYS} days before the end of the period is
 * passed over: no detection window reaches back to it, and a first load would spend hours on it. A
 * text that was last embedded as long ago is embedded again: whoever looks for a message's vector
 * has to read so many days before its arrival and no more, however long the history is.
 */
public final class TextEmbedding implements Table {
  /** The reference of issue detection (90 days) and its window (7). */
  static final int EMBED_DAYS = 97;

  private static final StructType SCHEMA =
      new StructType()
          .add("text_hash", DataTypes.StringType, false)
          .add("model_version", DataTypes.StringType, false)
          .add("arrival_date", DataTypes.DateType, false)
          .add("embedding", DataTypes.createArrayType(DataTypes.FloatType, false), false);

  private final EmbedderOfJvm embedder;

  /** For the platform. */
  public TextEmbedding() {
    this(MiniLmEmbedder::instance);
  }

  /** Under another model. */
  TextEmbedding(EmbedderOfJvm embedder) {
    this.embedder = embedder;
  }

  /** Gives the one embedder of the JVM a task runs in. */
  interface EmbedderOfJvm extends Supplier<Embedder>, Serializable {}

  @Override
  public Dataset<Row> build(Inputs in, Period period) {
    String modelVersion = embedder.get().modelVersion();
    LocalDate since = period.asOf().minusDays(EMBED_DAYS);
    Dataset<Row> known =
        in.table("silver.text_embedding")
            .filter(col("model_version").equalTo(modelVersion))
            .filter(
                col("arrival_date").gt(lit(since)).and(col("arrival_date").leq(lit(period.asOf()))))
            .select("text_hash");
    Dataset<Row> opening =
        in.table("silver.support_case")
            .select(col("case_id"), col("first_text_hash").as("text_hash"));
    Dataset<Row> texts =
        in.table("silver.case_message")
            .filter(col("actor_type").equalTo("customer"))
            .filter(col("arrival_date").gt(lit(since)))
            .filter(col("text").rlike("\\S"))
            .join(opening, new String[] {"case_id", "text_hash"}, "left_semi")
            .groupBy(col("text_hash"))
            .agg(min(col("text")).as("text"), min(col("arrival_date")).as("arrival_date"))
            .join(known, new String[] {"text_hash"}, "left_anti")
            .select("text_hash", "arrival_date", "text");
    // Small in bytes, dear in time: left to itself, Spark would put all of it into one task.
    int tasks = in.spark().sparkContext().defaultParallelism();
    return texts
        .repartition(tasks, col("text_hash"))
        .mapPartitions(new Embed(embedder, modelVersion), Encoders.row(SCHEMA));
  }

  private record Embed(EmbedderOfJvm embedder, String modelVersion)
      implements MapPartitionsFunction<Row, Row> {
    @Override
    public Iterator<Row> call(Iterator<Row> texts) {
      Iterable<Row> rows = () -> texts;
      return StreamSupport.stream(rows.spliterator(), false)
          .map(row ->
              RowFactory.create(
                  row.getString(0),
                  modelVersion,
                  row.getDate(1),
                  embedder.get().embed(List.of(row.getString(2)))[0]))
          .iterator();
    }
  }
}
