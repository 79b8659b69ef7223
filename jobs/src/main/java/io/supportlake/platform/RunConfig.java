package io.supportlake.platform;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.supportlake.Settings;
import io.supportlake.rules.KeyedHash;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Everything that a run is told, from layered YAML: {@code conf/local.yaml}, then the file of
 * {@code --conf}, then options of the command line. Unknown keys are refused.
 *
 * @param lake where tables, lists and restricted data lie
 * @param landing folder that sources are dropped into
 * @param reporting zone and currency of all reporting
 * @param privacy which key hashes personal data
 * @param retention how long outputs are kept
 * @param spark Spark settings, master included
 * @param sources vendor mappings of {@code conf/sources} in use, by name
 * @param ignoredSources sources that this installation does not have
 */
public record RunConfig(
    Locations lake,
    String landing,
    Reporting reporting,
    Privacy privacy,
    Retention retention,
    Map<String, String> spark,
    List<String> sources,
    List<String> ignoredSources) {

  /**
   * Locations, as paths or URIs.
   *
   * @param root silver, gold and ops tables
   * @param restricted bronze and quarantine: raw payloads, for few eyes and a short time; not
   *     configured = {@code restricted} below the root
   * @param out lists and reports
   */
  public record Locations(String root, String restricted, String out) {
    /** Puts the default in place of what is not configured. */
    public Locations(String root, @Nullable String restricted, String out) {
      this.root = root;
      this.restricted = restricted == null ? root + "/restricted" : restricted;
      this.out = out;
    }

    /** Whether the restricted location goes where the root goes. */
    public boolean isRestrictedBelowRoot() {
      return restricted.equals(root + "/restricted");
    }
  }

  /**
   * How long outputs are kept; sources say it in their contracts.
   *
   * @param outputDays days that the folder of a day's lists or of a month's report is kept
   */
  public record Retention(int outputDays) {
    /** Checks the number. */
    public Retention {
      if (outputDays < 1) {
        throw new IllegalArgumentException(
            "retention.outputDays is %d, but is at least 1".formatted(outputDays));
      }
    }
  }

  /** Zone of the reporting days, currency of reported money, region of bare phone numbers. */
  public record Reporting(String zone, String currency, String defaultRegion) {
    /** Checks the zone. */
    public Reporting {
      try {
        var _ = ZoneId.of(zone);
      } catch (DateTimeException e) {
        throw new IllegalArgumentException(
            "reporting.zone is %s, which is no IANA time zone".formatted(zone), e);
      }
    }
  }

  /**
   * Which key hashes personal data.
   *
   * @param keyId name of the key, written into every token
   * @param keyVariable environment variable that holds the key (hex, at least 16 bytes)
   */
  public record Privacy(String keyId, String keyVariable) {}

  /** The configuration of {@code conf/local.yaml} under the overlay, if there is one. */
  public static RunConfig load(Path conf, @Nullable Path overlay) {
    JsonNode base = Yaml.read(conf.resolve("local.yaml"));
    JsonNode merged = overlay == null ? base : merge(base, Yaml.read(overlay));
    return Yaml.as(
        merged, RunConfig.class, String.valueOf(overlay == null ? "conf/local.yaml" : overlay));
  }

  /** The same with other locations. */
  public RunConfig at(Locations locations, String landingZone) {
    return new RunConfig(
        locations, landingZone, reporting, privacy, retention, spark, sources, ignoredSources);
  }

  /** The same with another lake, landing zone and folder of outputs, all of them local. */
  public RunConfig at(Path root, Path landingZone, Path out) {
    return at(
        new Locations(root.toString(), root.resolve("restricted").toString(), out.toString()),
        landingZone.toString());
  }

  /** The same with these vendor mappings in use and no others. */
  RunConfig reading(List<String> mappings) {
    return new RunConfig(
        lake, landing, reporting, privacy, retention, spark, mappings, ignoredSources);
  }

  /** The settings that tables see, with the key from the environment. */
  public Settings settings(Map<String, String> environment) {
    return settings(keyIn(privacy.keyVariable(), environment));
  }

  /** The key that an environment variable holds. */
  static byte[] keyIn(String variable, Map<String, String> environment) {
    String hex = environment.get(variable);
    if (hex == null || hex.isBlank()) {
      throw new UsageException(
          "no key to hash personal data with: the environment variable %s is not set. Set it to at"
                  .formatted(variable)
              + " least 16 random bytes in hex (openssl rand -hex 32), keep it for good, and out of"
              + " the repository. ./supportlake demo needs none.");
    }
    byte[] key;
    try {
      key = HexFormat.of().parseHex(hex.strip());
    } catch (IllegalArgumentException _) {
      // The parser's own message would quote what it stumbled over: a part of the key.
      throw unusable(variable, "it is not hexadecimal");
    }
    if (key.length < 16) {
      throw unusable(variable, "it has %d bytes".formatted(key.length));
    }
    return key;
  }

  private static UsageException unusable(String variable, String why) {
    return new UsageException(
        "the key in %s is not usable: %s. Set it to at least 16 random bytes in hex."
            .formatted(variable, why));
  }

  /** The settings with a given key. */
  public Settings settings(byte[] key) {
    if (key.length < 16) {
      throw new IllegalArgumentException(
          "a key has at least 16 bytes, this one has %d".formatted(key.length));
    }
    if (!privacy.keyId().matches("[A-Za-z0-9]{1,16}")) {
      throw new UsageException(
          "privacy.keyId is '%s', and tokens could not be read with it. Name the key with 1 to 16 letters or digits, such as k2."
              .formatted(privacy.keyId()));
    }
    return new Settings(
        ZoneId.of(reporting.zone()),
        reporting.currency(),
        reporting.defaultRegion(),
        KeyedHash.of(privacy.keyId(), key));
  }

  /** The configuration as one JSON line, secrets redacted. */
  public String printable() {
    ObjectMapper mapper = new ObjectMapper();
    ObjectNode tree = mapper.valueToTree(this);
    ObjectNode sparkNode = (ObjectNode) tree.get("spark");
    spark.keySet().stream()
        .filter(k -> k.matches("(?i).*(secret|password|token|access\\.key).*"))
        .forEach(k -> sparkNode.put(k, "(redacted)"));
    return tree.toString();
  }

  /** SHA-256 of the configuration, for lineage. */
  public String hash() {
    return Hashes.sha256(printable().getBytes(StandardCharsets.UTF_8));
  }

  private static JsonNode merge(JsonNode base, JsonNode overlay) {
    if (!base.isObject() || !overlay.isObject()) {
      return overlay;
    }
    ObjectNode merged = base.deepCopy();
    overlay
        .properties()
        .forEach(e ->
            merged.set(
                e.getKey(),
                merged.has(e.getKey())
                    ? merge(merged.get(e.getKey()), e.getValue())
                    : e.getValue()));
    return merged;
  }
}
