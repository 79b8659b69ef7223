package io.supportlake.command;

import io.supportlake.Settings;
import io.supportlake.platform.Contracts;
import io.supportlake.platform.FinishedSet;
import io.supportlake.platform.Lake;
import io.supportlake.platform.Progress;
import io.supportlake.platform.RunConfig;
import io.supportlake.platform.Runner;
import io.supportlake.platform.Sessions;
import java.nio.file.Path;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where the installation is and how it is configured: the options that every command shares. */
public final class Installation {
  @Option(names = "--conf", paramLabel = "FILE", description = "YAML that overlays conf/local.yaml")
  private @Nullable Path overlay;

  @Option(names = "--lake", paramLabel = "DIR", description = "folder of the lake")
  private @Nullable Path lakeFolder;

  @Option(names = "--landing", paramLabel = "DIR", description = "landing zone")
  private @Nullable Path landing;

  @Option(names = "--out", paramLabel = "DIR", description = "folder of lists and reports")
  private @Nullable Path out;

  private @Nullable RunConfig config;
  private @Nullable Contracts contracts;

  /** The project's folder. */
  static Path home() {
    return Path.of(System.getProperty("supportlake.home", ".")).toAbsolutePath().normalize();
  }

  /** The folder of the configuration files. */
  static Path conf() {
    return home().resolve("conf");
  }

  /** The configuration with the command line's options over it. */
  RunConfig config() {
    if (config == null) {
      RunConfig loaded = RunConfig.load(conf(), overlay);
      RunConfig.Locations locations = loaded.lake();
      config =
          loaded.at(
              new RunConfig.Locations(
                  folder(lakeFolder, locations.root()),
                  locations.isRestrictedBelowRoot() ? null : folder(null, locations.restricted()),
                  folder(out, locations.out())),
              folder(landing, loaded.landing()));
    }
    return config;
  }

  /**
   * An option's folder, below the working directory; else the configured one, below the project.
   */
  private static String folder(@Nullable Path option, String configured) {
    if (option != null) {
      return option.toAbsolutePath().normalize().toString();
    }
    return configured.contains("://") ? configured : home().resolve(configured).toString();
  }

  /** All contracts. */
  Contracts contracts() {
    if (contracts == null) {
      contracts = Contracts.load(home().resolve("schemas"));
    }
    return contracts;
  }

  /** The settings, with the key from the environment. */
  Settings settings() {
    return config().settings(System.getenv());
  }

  /** The Spark session. */
  SparkSession spark() {
    return Sessions.open("supportlake", config().spark());
  }

  /** The lake. */
  Lake lake() {
    return new Lake(spark(), config().lake(), contracts());
  }

  /** The last finished set. */
  FinishedSet finished() {
    return FinishedSet.of(lake());
  }

  /** A runner that reports to standard output. */
  Runner runner(Settings settings, Progress progress) {
    return new Runner(spark(), contracts(), config(), settings, conf(), progress);
  }

  /** Folder of lists and reports. */
  Path out() {
    return Path.of(config().lake().out());
  }

  /** The folder that {@code --out} names, or null where it is left away. */
  @Nullable Path givenOut() {
    return out;
  }

  /** The same installation with other folders, for the demo. */
  void use(RunConfig other) {
    config = other;
  }
}
