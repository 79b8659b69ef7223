package io.supportlake.platform;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.supportlake.rules.BusinessTime;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Date;
import java.sql.Timestamp;
import java.time.DayOfWeek;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;

/**
 * Configuration files as the tables of {@link ConfTables}. Unknown keys and values out of range are
 * refused before anything runs.
 */
public final class ConfLoader {
  private static final Set<String> PLANS = Set.of("starter", "growth", "scale", "enterprise");
  private static final Set<String> PRIORITIES = Set.of("low", "normal", "high", "urgent");
  private static final Set<String> MEASURES = Set.of("first_reply", "resolution");
  private static final Set<String> ACTIVE_STATUSES = Set.of("new", "open", "pending", "on_hold");
  private static final Set<String> DIMENSIONS =
      Set.of("accuracy", "compliance", "security", "communication", "efficiency");
  private static final Set<String> KINDS =
      Set.of(
          "share",
          "rate_per_exposure",
          "mean",
          "ratio",
          "money_share",
          "weighted_share",
          "hajek",
          "percentile");
  private static final List<String> PERIODS = List.of("day", "week", "month");
  private static final Set<String> RESAMPLED =
      Set.of("mean", "ratio", "money_share", "weighted_share", "percentile");

  /** Keys of a metric's file that do not change its published numbers. */
  private static final Set<String> NOT_OF_NUMBERS =
      Set.of("label", "description", "owner", "dimensions", "periods", "provisional");

  private ConfLoader() {}

  /**
   * The rows of a configuration table.
   *
   * @param conf the folder with the configuration; metric files are read from {@code
   *     schemas/metrics} beside it
   * @param table a name of {@link ConfTables#names}
   * @param from first local date of calendars
   * @param to last local date of calendars, at least a day after the as-of date
   * @throws UsageException when a file is missing or wrong, or no file makes this table here
   */
  public static Dataset<Row> load(
      Path conf, String table, SparkSession spark, LocalDate from, LocalDate to) {
    List<Row> rows =
        switch (table) {
          case "conf.business_day" -> businessDays(conf.resolve("calendars"), from, to);
          case "conf.sla_target" -> slaTargets(conf.resolve("sla/targets.yaml"));
          case "conf.tier_cost" -> tierCosts(conf.resolve("economics.yaml"));
          case "conf.scorecard" -> scorecards(conf.resolve("scorecards"));
          case "conf.exchange_rate" -> exchangeRates(conf.resolve("exchange-rates.csv"));
          case "conf.issue_family" -> issueFamilies(taxonomy(conf));
          case "conf.category" -> categories(taxonomy(conf));
          case "conf.phrase" -> phrases(taxonomy(conf));
          case "conf.metric_cut" ->
              metricCuts(
                  conf.resolve("metrics.yaml"),
                  metricFiles(conf.toAbsolutePath().resolveSibling("schemas").resolve("metrics")));
          case "conf.report" -> ReportConf.rows(conf);
          case "conf.metric_spec" ->
              metricSpecs(conf.toAbsolutePath().resolveSibling("schemas").resolve("metrics"));
          case "conf.campaign", "conf.playbook", "conf.outreach_team", "conf.economics" ->
              OutreachConf.rows(table, conf);
          default ->
              throw new UsageException(
                  "no loader for the configuration table %s. Add one to ConfLoader."
                      .formatted(table));
        };
    return spark.createDataFrame(rows, ConfTables.schema(table));
  }

  /**
   * Opening hours of one desk: conf/calendars/NAME.yaml.
   *
   * @param calendar its name, as the file's: a region, or {@code default}
   * @param zone IANA zone
   * @param versions weekly hours in force from their dates on
   * @param holidays local dates closed all day, with their names
   */
  record CalendarFile(
      String calendar, String zone, List<Hours> versions, Map<LocalDate, String> holidays) {
    /** Weekly hours: day to openings such as "09:00-17:30". */
    record Hours(LocalDate validFrom, Map<DayOfWeek, List<String>> hours) {}
  }

  private static List<Row> businessDays(Path folder, LocalDate from, LocalDate to) {
    List<Row> rows = new ArrayList<>();
    for (Path file : files(folder, ".yaml")) {
      CalendarFile given = Yaml.as(Yaml.read(file), CalendarFile.class, file.toString());
      require(
          file.getFileName().toString().equals(given.calendar() + ".yaml"),
          file,
          "the calendar %s must stand in a file of its name",
          given.calendar());
      BusinessTime.Calendar calendar = calendar(file, given);
      for (BusinessTime.Day day : BusinessTime.cumulative(calendar, from, to)) {
        rows.add(
            RowFactory.create(
                given.calendar(),
                given.zone(),
                Date.valueOf(day.date()),
                day.openSecondsBefore(),
                day.openings().stream()
                    .map(o -> RowFactory.create(Timestamp.from(o.start()), Timestamp.from(o.end())))
                    .toList()));
      }
    }
    return rows;
  }

  private static BusinessTime.Calendar calendar(Path file, CalendarFile given) {
    try {
      return new BusinessTime.Calendar(
          given.calendar(),
          ZoneId.of(given.zone()),
          given.versions().stream()
              .map(v ->
                  new BusinessTime.Version(
                      v.validFrom(),
                      v.hours().entrySet().stream()
                          .flatMap(
                              d -> d.getValue().stream().map(hours -> opening(d.getKey(), hours)))
                          .toList()))
              .toList(),
          given.holidays().keySet());
    } catch (RuntimeException e) {
      throw new UsageException("%s: %s. Mend the file.".formatted(file, e.getMessage()));
    }
  }

  private static BusinessTime.Opening opening(DayOfWeek day, String hours) {
    int dash = hours.indexOf('-');
    if (dash < 0) {
      throw new IllegalArgumentException(
          "hours are written like 09:00-17:30, %s on %s is not".formatted(hours, day));
    }
    return BusinessTime.Opening.of(day, hours.substring(0, dash), hours.substring(dash + 1));
  }

  /**
   * Service-level targets: conf/sla/targets.yaml.
   *
   * @param versions targets in force from their dates on
   */
  record TargetFile(List<Targets> versions) {
    /**
     * Business minutes by measure, plan and priority.
     *
     * @param resolutionPausedIn statuses in which the resolution's clock stands still; a first
     *     reply is due in every status
     */
    record Targets(
        LocalDate validFrom,
        List<String> resolutionPausedIn,
        Map<String, Map<String, Map<String, Integer>>> minutes) {}
  }

  private static List<Row> slaTargets(Path file) {
    TargetFile given = Yaml.as(Yaml.read(file), TargetFile.class, file.toString());
    List<Row> rows = new ArrayList<>();
    for (TargetFile.Targets version : given.versions()) {
      require(
          version.resolutionPausedIn() != null,
          file,
          "resolutionPausedIn is missing in the version of %s; [] if nothing pauses",
          version.validFrom());
      version
          .resolutionPausedIn()
          .forEach(status -> oneOf(file, "status", status, ACTIVE_STATUSES));
      version
          .minutes()
          .forEach((measure, plans) -> {
            oneOf(file, "measure", measure, MEASURES);
            plans.forEach((plan, priorities) -> {
              oneOf(file, "plan", plan, PLANS);
              priorities.forEach((priority, minutes) -> {
                oneOf(file, "priority", priority, PRIORITIES);
                require(
                    minutes > 0,
                    file,
                    "the %s target of %s, %s must be positive, was %s",
                    measure,
                    plan,
                    priority,
                    minutes);
                rows.add(
                    RowFactory.create(
                        plan,
                        priority,
                        measure,
                        minutes,
                        measure.equals("resolution") ? version.resolutionPausedIn() : List.of(),
                        Date.valueOf(version.validFrom())));
              });
            });
          });
    }
    return rows;
  }

  /** Key tierCost of conf/economics.yaml: cost of an hour by tier, reporting currency. */
  private static List<Row> tierCosts(Path file) {
    JsonNode costs = Yaml.read(file).path("tierCost");
    require(costs.isObject() && !costs.isEmpty(), file, "the key tierCost (tier: cost) is missing");
    Map<Integer, BigDecimal> byTier = new TreeMap<>();
    costs
        .fields()
        .forEachRemaining(e -> {
          require(
              e.getKey().matches("[1-3]") && e.getValue().isNumber(),
              file,
              "tierCost takes tiers 1 to 3 with a number, was %s: %s",
              e.getKey(),
              e.getValue());
          byTier.put(Integer.valueOf(e.getKey()), e.getValue().decimalValue().setScale(2));
        });
    return byTier.entrySet().stream()
        .map(e -> RowFactory.create(e.getKey(), e.getValue()))
        .toList();
  }

  /**
   * A scorecard: conf/scorecards/NAME.yaml.
   *
   * @param scorecard its name, as the file's
   * @param versions every version that reviews may cite
   */
  record ScorecardFile(String scorecard, List<Version> versions) {
    /** A version, used from a date on. */
    record Version(String version, LocalDate effectiveFrom, List<Criterion> criteria) {}

    /**
     * A criterion; weight holds for low and medium, weightHighStake for high and critical stake.
     */
    record Criterion(
        String criterion,
        String label,
        String dimension,
        int scaleMax,
        int weight,
        int weightHighStake,
        boolean critical) {}
  }

  private static List<Row> scorecards(Path folder) {
    List<Row> rows = new ArrayList<>();
    for (Path file : files(folder, ".yaml")) {
      ScorecardFile given = Yaml.as(Yaml.read(file), ScorecardFile.class, file.toString());
      Set<String> seen = new HashSet<>();
      for (ScorecardFile.Version version : given.versions()) {
        for (ScorecardFile.Criterion c : version.criteria()) {
          oneOf(file, "dimension", c.dimension(), DIMENSIONS);
          require(
              c.scaleMax() > 0 && c.weight() >= 0 && c.weightHighStake() >= 0,
              file,
              "%s needs a positive scaleMax and weights from 0 up",
              c.criterion());
          require(
              seen.add(version.version() + " " + c.criterion()),
              file,
              "version %s states %s twice",
              version.version(),
              c.criterion());
          rows.add(
              RowFactory.create(
                  given.scorecard(),
                  version.version(),
                  c.criterion(),
                  c.dimension(),
                  c.scaleMax(),
                  c.weight(),
                  c.weightHighStake(),
                  c.critical()));
        }
      }
    }
    return rows;
  }

  private static List<Row> exchangeRates(Path file) {
    List<Row> rows = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    List<String> lines = lines(file);
    require(
        !lines.isEmpty() && lines.getFirst().strip().equals("month,currency,rate"),
        file,
        "the first line must be month,currency,rate");
    for (String line : lines.subList(1, lines.size())) {
      String[] cells = line.strip().split(",", -1);
      require(
          cells.length == 3
              && cells[0].matches("[0-9]{4}-(0[1-9]|1[0-2])")
              && cells[1].matches("[A-Z]{3}")
              && cells[2].matches("[0-9]{1,9}(\\.[0-9]{1,8})?"),
          file,
          "a line is like 2026-01,USD,0.9210, this is not: %s",
          line);
      require(seen.add(cells[0] + cells[1]), file, "%s has two rates of %s", cells[0], cells[1]);
      BigDecimal rate = new BigDecimal(cells[2]).setScale(8);
      require(rate.signum() > 0, file, "a rate must be positive, was %s", line);
      rows.add(RowFactory.create(Date.valueOf(YearMonth.parse(cells[0]).atDay(1)), cells[1], rate));
    }
    return rows;
  }

  /**
   * Issue families: conf/taxonomy/issue-families.yaml.
   *
   * @param version cited by the cases it was applied to
   * @param effectiveFrom day from which it holds
   */
  record TaxonomyFile(String version, LocalDate effectiveFrom, List<Family> families) {
    /** A family with the vendor categories and lower-case phrases that name it. */
    record Family(
        String family,
        String label,
        String group,
        @Nullable String product,
        @Nullable String feature,
        String stake,
        List<String> categories,
        List<String> phrases) {}
  }

  private static TaxonomyFile taxonomy(Path conf) {
    Path file = conf.resolve("taxonomy/issue-families.yaml");
    TaxonomyFile given = Yaml.as(Yaml.read(file), TaxonomyFile.class, file.toString());
    Set<String> seen = new HashSet<>();
    for (TaxonomyFile.Family family : given.families()) {
      oneOf(file, "stake", family.stake(), Set.of("low", "medium", "high", "critical"));
      Stream.of(List.of("family " + family.family()), family.categories(), family.phrases())
          .flatMap(List::stream)
          .forEach(
              name -> require(seen.add(name), file, "%s belongs to more than one family", name));
    }
    return given;
  }

  private static List<Row> issueFamilies(TaxonomyFile taxonomy) {
    return taxonomy.families().stream()
        .map(f ->
            RowFactory.create(
                f.family(),
                f.label(),
                f.group(),
                f.product(),
                f.feature(),
                f.stake(),
                taxonomy.version(),
                Date.valueOf(taxonomy.effectiveFrom())))
        .toList();
  }

  private static List<Row> categories(TaxonomyFile taxonomy) {
    return taxonomy.families().stream()
        .flatMap(f -> f.categories().stream().map(c -> RowFactory.create(c, f.family())))
        .toList();
  }

  /** Phrases in order of precedence: the longest first, equally long ones by the alphabet. */
  private static List<Row> phrases(TaxonomyFile taxonomy) {
    Map<String, String> familyByPhrase = new TreeMap<>();
    taxonomy.families().forEach(f -> f.phrases().forEach(p -> familyByPhrase.put(p, f.family())));
    List<String> ordered =
        familyByPhrase.keySet().stream()
            .sorted(
                java.util.Comparator.comparingInt(String::length)
                    .reversed()
                    .thenComparing(java.util.Comparator.naturalOrder()))
            .toList();
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < ordered.size(); i++) {
      rows.add(RowFactory.create(ordered.get(i), familyByPhrase.get(ordered.get(i)), i + 1));
    }
    return rows;
  }

  /**
   * A metric: schemas/metrics/NAME.yaml. Expressions are Spark SQL over the table's rows; {@code
   * ${as_of}} is the as-of instant.
   *
   * @param metric its name, as the file's
   * @param denominator left out: every row counts 1
   * @param censor percentile only: minutes after which a row without a value is censored; all are
   *     observed for {@code maturityDays} at most
   * @param provisional share only: how it is estimated while windows are open
   * @param scale left out: 1
   * @param maturityDays days after the month's end until its windows have closed
   * @param minimumN fewer observations are published as too few
   * @param cluster column whose values are resampled together
   * @param periods left out: day, week and month
   * @param dimensions columns the metric may be split by
   */
  record MetricFile(
      String metric,
      String label,
      String description,
      String table,
      String dateColumn,
      String where,
      String kind,
      String numerator,
      @Nullable String denominator,
      @Nullable String censor,
      @Nullable Provisional provisional,
      @Nullable Double scale,
      String unit,
      String direction,
      int maturityDays,
      int minimumN,
      @Nullable String cluster,
      @Nullable List<String> periods,
      List<String> dimensions,
      String owner) {
    /**
     * Time to an event within the {@code maturityDays} that a window lasts.
     *
     * @param since instant from which a row's window runs
     * @param event minutes from then to the event; null = has not happened so far
     * @param counts what the numerator counts: survivors (rows without the event) or events
     */
    record Provisional(String since, String event, String counts) {}
  }

  /**
   * What gold.metric stores: conf/metrics.yaml.
   *
   * @param stored single dimensions and pairs, for every metric that has them
   */
  record CutFile(List<List<String>> stored) {}

  private static List<Row> metricCuts(Path file, List<MetricFile> metrics) {
    CutFile given = Yaml.as(Yaml.read(file), CutFile.class, file.toString());
    require(given.stored() != null, file, "stored is missing");
    Set<List<String>> seen = new HashSet<>();
    for (List<String> cut : given.stored()) {
      require(
          !cut.isEmpty() && cut.size() <= 2 && new HashSet<>(cut).size() == cut.size(),
          file,
          "what is stored is a dimension or a pair of two, not %s",
          cut);
      require(seen.add(cut.stream().sorted().toList()), file, "%s is listed twice", cut);
      require(
          metrics.stream().anyMatch(m -> m.dimensions().containsAll(cut)),
          file,
          "no metric can be split by %s",
          String.join(", ", cut));
    }
    return given.stored().stream().map(cut -> RowFactory.create((Object) cut)).toList();
  }

  private static List<MetricFile> metricFiles(Path folder) {
    return files(folder, ".yaml").stream()
        .map(file -> Yaml.as(Yaml.read(file), MetricFile.class, file.toString()))
        .toList();
  }

  private static List<Row> metricSpecs(Path folder) {
    List<Row> rows = new ArrayList<>();
    for (Path file : files(folder, ".yaml")) {
      JsonNode tree = Yaml.read(file);
      MetricFile m = Yaml.as(tree, MetricFile.class, file.toString());
      require(
          file.getFileName().toString().equals(m.metric() + ".yaml"),
          file,
          "the metric %s must stand in a file of its name",
          m.metric());
      for (var part :
          new TreeMap<>(
                  Map.of(
                      "label", String.valueOf(m.label()),
                      "description", String.valueOf(m.description()),
                      "table", String.valueOf(m.table()),
                      "dateColumn", String.valueOf(m.dateColumn()),
                      "where", String.valueOf(m.where()),
                      "numerator", String.valueOf(m.numerator()),
                      "unit", String.valueOf(m.unit()),
                      "owner", String.valueOf(m.owner())))
              .entrySet()) {
        require(
            !part.getValue().isBlank() && !part.getValue().equals("null"),
            file,
            "%s is missing",
            part.getKey());
      }
      oneOf(file, "kind", String.valueOf(m.kind()), KINDS);
      oneOf(file, "direction", String.valueOf(m.direction()), Set.of("up", "down"));
      require(
          m.cluster() != null || !RESAMPLED.contains(m.kind()),
          file,
          "kind %s needs a cluster to resample, such as account_id",
          m.kind());
      require(
          m.denominator() != null || Set.of("share", "mean").contains(m.kind()),
          file,
          "kind %s needs a denominator",
          m.kind());
      require(
          m.censor() == null || m.kind().equals("percentile"),
          file,
          "only a percentile has censored values, not kind %s",
          m.kind());
      require(
          m.censor() == null || m.maturityDays() > 0,
          file,
          "censored values are observed for maturityDays, so these must be 1 or more");
      MetricFile.Provisional provisional = m.provisional();
      if (provisional != null) {
        require(
            m.kind().equals("share") && provisional.since() != null && provisional.event() != null,
            file,
            "provisional is for a share, and needs since and event");
        oneOf(file, "counts", String.valueOf(provisional.counts()), Set.of("survivors", "events"));
      }
      List<String> periods = Objects.requireNonNullElse(m.periods(), PERIODS);
      require(
          !periods.isEmpty() && PERIODS.containsAll(periods) && periods.contains("month"),
          file,
          "periods are month and any of %s, were %s",
          String.join(", ", PERIODS),
          periods);
      require(
          m.maturityDays() >= 0 && m.minimumN() >= 1,
          file,
          "maturityDays must be 0 or more and minimumN 1 or more, were %s and %s",
          m.maturityDays(),
          m.minimumN());
      rows.add(
          RowFactory.create(
              m.metric(),
              m.label(),
              m.description(),
              m.table(),
              m.dateColumn(),
              m.where(),
              m.numerator(),
              Objects.requireNonNullElse(m.denominator(), m.kind().equals("share") ? "true" : "1"),
              m.censor(),
              provisional == null
                  ? null
                  : RowFactory.create(
                      provisional.since(), provisional.event(), provisional.counts()),
              m.kind(),
              Objects.requireNonNullElse(m.scale(), 1.0),
              m.unit(),
              m.direction(),
              m.maturityDays(),
              m.minimumN(),
              m.cluster(),
              periods,
              m.dimensions(),
              m.owner(),
              hash(tree)));
    }
    return rows;
  }

  /**
   * SHA-256 of what the file says of its numbers, whatever its order, spacing and comments: another
   * wording or owner, or one more dimension or period, changes no number there is.
   */
  private static String hash(JsonNode tree) {
    ObjectMapper json =
        new ObjectMapper().configure(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS, true);
    try {
      JsonNode numbers = ((ObjectNode) tree.deepCopy()).without(NOT_OF_NUMBERS);
      String text = json.writeValueAsString(json.treeToValue(numbers, Object.class));
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (JsonProcessingException | NoSuchAlgorithmException e) {
      throw new IllegalStateException("a tree that was read can be written and hashed", e);
    }
  }

  private static List<Path> files(Path folder, String suffix) {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(f -> f.toString().endsWith(suffix)).sorted().toList();
    } catch (java.nio.file.NoSuchFileException e) {
      throw new UsageException(
          "%s: no such folder. Name the configuration folder with --conf, or restore it from the"
                  .formatted(folder)
              + " repository.");
    } catch (IOException e) {
      throw new UncheckedIOException("cannot list the files in " + folder, e);
    }
  }

  private static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (java.nio.file.NoSuchFileException e) {
      throw new UsageException(
          "%s: no such file. Name an existing file, or restore it from the repository."
              .formatted(file));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file, e);
    }
  }

  private static void oneOf(Path file, String what, String value, Set<String> allowed) {
    require(
        allowed.contains(value),
        file,
        "%s %s is none of %s",
        what,
        value,
        String.join(", ", allowed.stream().sorted().toList()));
  }

  @SuppressWarnings("AnnotateFormatMethod") // its annotation is in no dependency of ours
  private static void require(boolean holds, Path file, String rule, Object... values) {
    if (!holds) {
      throw new UsageException(file + ": " + rule.formatted(values) + ". Mend the file.");
    }
  }
}
