package io.supportlake.platform;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.spark.sql.SparkSession;

/** Looks at everything that a run needs before it is needed. */
public final class Doctor {
  /** The Spark that delta-spark of this build is made for. */
  private static final String SPARK_VERSION = "4.2.0";

  private static final Runtime.Version LEAST_JAVA = Runtime.Version.parse("25.0.3");

  private Doctor() {}

  /**
   * One thing looked at.
   *
   * @param text what was found, with the remedy where it is not fine
   */
  public record Finding(boolean isFine, String text) {}

  /** Something that throws with a message when it is not fine, else says what it found. */
  private interface Look {
    String at() throws IOException;
  }

  /** Looks at everything, in the order in which a run needs it. */
  public static List<Finding> examine(
      Path home, RunConfig config, Map<String, String> environment, Supplier<SparkSession> spark) {
    List<Finding> findings = new ArrayList<>();
    look(
        findings,
        () -> {
          Runtime.Version version = Runtime.version();
          if (version.compareToIgnoreOptional(LEAST_JAVA) < 0) {
            throw new UsageException(
                "Java is %s, but Spark refuses versions before %s: install a later JDK 25."
                    .formatted(version, LEAST_JAVA));
          }
          return "Java " + version;
        });
    look(
        findings,
        () -> {
          String version = spark.get().version();
          if (!version.equals(SPARK_VERSION)) {
            throw new UsageException(
                "Spark is %s, but this Delta is made for %s: use the jars of target/lib."
                    .formatted(version, SPARK_VERSION));
          }
          return "Spark " + version + " starts, master " + spark.get().sparkContext().master();
        });
    look(
        findings,
        () -> {
          Contracts contracts = Contracts.load(home.resolve("schemas"));
          List<Contract> tables = Tables.inOrder(contracts);
          tables.forEach(Tables::of);
          return "%d source and %d table contracts, each table with its class"
              .formatted(contracts.layer("raw").size(), tables.size());
        });
    look(
        findings,
        () -> {
          for (String name : ConfTables.names()) {
            var _ =
                ConfLoader.load(
                    home.resolve("conf"),
                    name,
                    spark.get(),
                    java.time.LocalDate.of(2026, 1, 1),
                    java.time.LocalDate.of(2026, 12, 31));
          }
          return "%d configuration tables read".formatted(ConfTables.names().size());
        });
    look(
        findings,
        () ->
            "vendor mappings in use: "
                + SourceMapping.load(home.resolve("conf"), config.sources()).keySet());
    look(findings, () -> "key " + config.settings(environment).key().keyId());
    look(findings, () -> writable(config.lake().root(), "lake"));
    look(findings, () -> writable(config.lake().out(), "folder of lists and reports"));
    look(
        findings,
        () -> {
          if (!config.landing().contains(":") && !Files.isDirectory(Path.of(config.landing()))) {
            throw new UsageException(
                "the landing zone %s is not there: create it, or name another with --landing."
                    .formatted(config.landing()));
          }
          return "landing zone " + config.landing();
        });
    return findings;
  }

  private static String writable(String folder, String what) throws IOException {
    if (folder.contains("://")) {
      return what + " " + folder + " (remote: not tried)";
    }
    Path path = Path.of(folder);
    Files.createDirectories(path);
    Path probe = Files.createTempFile(path, ".doctor", ".tmp");
    Files.delete(probe);
    return what + " " + folder + " is writable";
  }

  private static void look(List<Finding> findings, Look look) {
    try {
      findings.add(new Finding(true, look.at()));
    } catch (IOException | RuntimeException e) {
      findings.add(new Finding(false, String.valueOf(e.getMessage())));
    }
  }
}
