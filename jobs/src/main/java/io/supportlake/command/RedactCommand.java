package io.supportlake.command;

import io.supportlake.platform.Progress;
import io.supportlake.platform.RedactedCsv;
import io.supportlake.platform.RunConfig;
import io.supportlake.platform.UsageException;
import io.supportlake.rules.KeyedHash;
import io.supportlake.rules.Redactor;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code redact}: any CSV file as silver would hold its texts. */
@Command(
    name = "redact",
    description =
        "Copies a CSV file with the personal data in its texts replaced by tokens, to see what a run would hide.",
    mixinStandardHelpOptions = true)
final class RedactCommand implements Callable<Integer> {
  // Not the options of every command: --out is a file here, and no lake is needed.
  @Option(names = "--conf", paramLabel = "FILE", description = "YAML that overlays conf/local.yaml")
  private @Nullable Path overlay;

  @Parameters(paramLabel = "FILE", description = "CSV file with a line of column names")
  private Path file = Path.of("");

  @Option(
      names = "--text",
      required = true,
      paramLabel = "COLUMN",
      description = "column whose texts are redacted; may be given several times")
  private List<String> texts = new ArrayList<>();

  @Option(
      names = "--out",
      required = true,
      paramLabel = "OUT.csv",
      description = "file to write, whole or not at all")
  private Path out = Path.of("");

  @Option(names = "--force", description = "replace the file to write if it is there")
  private boolean force;

  @Option(
      names = "--delimiter",
      defaultValue = ",",
      description = "what separates values, one character or 'tab' (default: ${DEFAULT-VALUE})")
  private String delimiter = ",";

  @Option(
      names = "--encoding",
      defaultValue = "UTF-8",
      description = "how the file's characters are written (default: ${DEFAULT-VALUE})")
  private Charset encoding = StandardCharsets.UTF_8;

  @Option(
      names = "--key-env",
      paramLabel = "NAME",
      description =
          "environment variable with the key (hex) of the tokens (default: the configured one if it is set, else a random key)")
  private @Nullable String keyVariable;

  @Option(
      names = "--region",
      paramLabel = "CC",
      description = "country of phone numbers without country code (default: the configured one)")
  private @Nullable String region;

  @Override
  public Integer call() {
    return run(new Progress(System.out), System.getenv());
  }

  private int run(Progress progress, Map<String, String> environment) {
    RunConfig config = RunConfig.load(Installation.conf(), overlay);
    String home = region == null ? config.reporting().defaultRegion() : region;
    if (!home.matches("[A-Z]{2}")) {
      throw new UsageException(
          "--region is '%s'. Name a country by two capitals, such as DE.".formatted(home));
    }
    RedactedCsv.Format format = new RedactedCsv.Format(texts, separator(), encoding);
    Redactor redactor = Redactor.of(key(config, environment, progress), home);
    RedactedCsv.Summary done = RedactedCsv.write(file, out, format, redactor, force);
    progress.step(
        "%,d rows, of which %,d held something to hide: %s", done.rows(), done.changed(), out);
    new TreeMap<>(done.found())
        .forEach((type, count) -> progress.step("  %-12s %,8d", type, count));
    return 0;
  }

  private char separator() {
    String named = delimiter.equals("tab") || delimiter.equals("\\t") ? "\t" : delimiter;
    if (named.length() != 1 || "\"\r\n".contains(named)) {
      throw new UsageException(
          "--delimiter is '%s'. Name one character, such as ';', or 'tab'.".formatted(delimiter));
    }
    return named.charAt(0);
  }

  private KeyedHash key(RunConfig config, Map<String, String> environment, Progress progress) {
    String configured = config.privacy().keyVariable();
    if (keyVariable != null && !keyVariable.equals(configured)) {
      return RedactedCsv.keyIn(keyVariable, environment);
    }
    if (keyVariable != null || !environment.getOrDefault(configured, "").isBlank()) {
      return config.settings(environment).key();
    }
    progress.step(
        "no key is set in %s: the tokens are made with a random key, and cannot be joined with those of any other run",
        configured);
    return RedactedCsv.randomKey();
  }
}
