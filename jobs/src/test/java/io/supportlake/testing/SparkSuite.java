package io.supportlake.testing;

import com.holdenkarau.spark.testing.JavaDatasetSuiteBase;
import io.supportlake.Settings;
import io.supportlake.platform.Contracts;
import io.supportlake.platform.Lake;
import io.supportlake.platform.RunConfig;
import io.supportlake.platform.Sessions;
import io.supportlake.rules.KeyedHash;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.Map;
import org.apache.spark.SparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SQLContext;
import org.apache.spark.sql.SparkSession;

/** What every Spark test shares: one session a JVM, the contracts, settings and comparisons. */
public abstract class SparkSuite {
  /** The project's folder. */
  protected static final Path HOME = Path.of(System.getProperty("supportlake.home", "."));

  /** All contracts. */
  protected static final Contracts CONTRACTS = Contracts.load(HOME.resolve("schemas"));

  /** Settings of tests: days in Berlin, money in EUR. */
  protected static final Settings SETTINGS =
      new Settings(
          ZoneId.of("Europe/Berlin"),
          "EUR",
          "DE",
          KeyedHash.of("test", "a key for tests only".getBytes(StandardCharsets.UTF_8)));

  private static final Frames FRAMES = new Frames();

  /** For the few rows of most tests: a session that generates no code. */
  protected static SparkSession spark() {
    return FewRows.SESSION;
  }

  /** For many rows, and the session that commands get in this JVM. */
  protected static SparkSession generatingCode() {
    return Sessions.open("tests", Map.of("spark.master", "local[2]"));
  }

  private static final class FewRows {
    private static final SparkSession SESSION = Sessions.forFewRows(generatingCode());
  }

  /** A lake below the folder, empty until it is written to. */
  protected static Lake lakeIn(Path folder) {
    return new Lake(
        spark(),
        new RunConfig.Locations(
            folder.resolve("lake").toString(),
            folder.resolve("restricted").toString(),
            folder.resolve("out").toString()),
        CONTRACTS);
  }

  /** Fails unless both hold the same rows with the same schema and multiplicities. */
  protected static void assertSameRows(Dataset<Row> expected, Dataset<Row> actual) {
    FRAMES.assertDataFrameDataEquals(expected, actual);
  }

  /** spark-testing-base's comparisons on this suite's session. */
  private static final class Frames extends JavaDatasetSuiteBase {
    private static final long serialVersionUID = 1L;

    @Override
    public SparkSession spark() {
      return SparkSuite.spark();
    }

    @Override
    @SuppressWarnings("deprecation")
    public SQLContext sqlContext() {
      return spark().sqlContext();
    }

    @Override
    public SparkContext sc() {
      return spark().sparkContext();
    }

    @Override
    public boolean enableHiveSupport() {
      return false;
    }
  }
}
