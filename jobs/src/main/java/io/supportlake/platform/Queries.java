package io.supportlake.platform;

import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.parser.ParseException;
import org.apache.spark.sql.catalyst.plans.logical.Command;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;

/** Read-only SQL over the last finished set, by the names of the contracts. */
public final class Queries {
  private static final Pattern NAME =
      Pattern.compile("\\b(bronze|silver|gold|ops)\\s*\\.\\s*`?(\\w+)`?", Pattern.CASE_INSENSITIVE);

  private final SparkSession spark;
  private final Lake lake;
  private final Contracts contracts;

  /** Queries of a lake. */
  public Queries(SparkSession spark, Lake lake, Contracts contracts) {
    this.spark = spark;
    this.lake = lake;
    this.contracts = contracts;
  }

  /**
   * The rows of a query.
   *
   * @throws UsageException if it is not a query, or names what is not there
   */
  public Dataset<Row> query(String sql) {
    try {
      LogicalPlan plan = spark.sessionState().sqlParser().parsePlan(sql);
      if (plan instanceof Command) {
        throw new UsageException(
            "only queries are run here, not commands that change something: write a SELECT.");
      }
      FinishedSet finished = FinishedSet.of(lake);
      for (String name : names(sql)) {
        view(name, finished);
      }
      return spark.sql(sql);
    } catch (ParseException e) {
      throw new UsageException(
          "the query is not valid SQL: %s. Correct it and try again.".formatted(e.getMessage()));
    } catch (AnalysisException e) {
      throw new UsageException(
          "the query does not fit the tables: %s. ./supportlake tables and TABLES.md say what there is."
              .formatted(e.getMessage().lines().findFirst().orElse("")));
    }
  }

  private Set<String> names(String sql) {
    Set<String> names = new LinkedHashSet<>();
    Matcher matcher = NAME.matcher(sql);
    while (matcher.find()) {
      names.add((matcher.group(1) + "." + matcher.group(2)).toLowerCase(Locale.ROOT));
    }
    names.removeIf(n -> contracts.all().stream().noneMatch(c -> c.name().equals(n)));
    return names;
  }

  /**
   * Spark's own catalogue is in memory, so a database and its views live as long as the session.
   */
  private void view(String name, FinishedSet finished) {
    if (!lake.exists(name)) {
      throw new UsageException(
          "%s has not been built yet: no run has finished on this lake, which would have it in %s. Name another lake with --lake (the demo makes demo/lake), or run ./supportlake run --date DATE first."
              .formatted(name, lake.path(name)));
    }
    var _ = spark.sql("CREATE DATABASE IF NOT EXISTS " + contracts.of(name).layer());
    var _ =
        spark.sql(
            "CREATE OR REPLACE VIEW %s AS SELECT * FROM delta.`%s`%s"
                .formatted(
                    name,
                    Path.of(lake.path(name)).toAbsolutePath(),
                    finished.version(name).map(v -> " VERSION AS OF " + v).orElse("")));
  }
}
