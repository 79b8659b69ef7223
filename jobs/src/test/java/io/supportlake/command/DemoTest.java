package io.supportlake.command;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.expr;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.supportlake.generator.Generator;
import io.supportlake.gold.outcomes.MetricPeriod;
import io.supportlake.gold.outcomes.MetricQuery;
import io.supportlake.platform.ConfLoader;
import io.supportlake.platform.Contract;
import io.supportlake.platform.DecodingScan;
import io.supportlake.platform.Lake;
import io.supportlake.platform.Queries;
import io.supportlake.platform.RunConfig;
import io.supportlake.rules.Interval;
import io.supportlake.rules.TwoProportion;
import io.supportlake.rules.Wilson;
import io.supportlake.testing.Canaries;
import io.supportlake.testing.CapturedLog;
import io.supportlake.testing.Ran;
import io.supportlake.testing.SmallHome;
import io.supportlake.testing.SparkSuite;
import io.supportlake.testing.Tree;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Date;
import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** The demo at its own size: what the pipeline finds is what the generator planted. */
@TestInstance(Lifecycle.PER_CLASS)
class DemoTest extends SparkSuite {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final LocalDate END = LocalDate.of(2026, 6, 30);
  private static final Pattern QUERY = Pattern.compile("(?m)^  ./supportlake sql .*? \"(.*)\"$");
  private static final double CONFIDENCE = 0.95;

  /** Stays, for the notebooks are executed on its lake. */
  private static final Path FOLDER = HOME.toAbsolutePath().resolve("target/demo-test");

  private final Map<String, List<JsonNode>> truth = new HashMap<>();
  private final Canaries canaries = new Canaries();
  private Ran ran = new Ran(-1, "", "");
  private String logged = "";

  @BeforeAll
  void runTheDemo() throws IOException {
    // First, so that the command takes this session and makes none of its own.
    var _ = generatingCode();
    Tree.delete(FOLDER);
    try (CapturedLog log = new CapturedLog()) {
      ran =
          Ran.of(() ->
              new CommandLine(new DemoCommand(this::plantSecretsAndTakeTheTruthAway))
                  .execute("--folder", FOLDER.toString()));
      logged = log.text();
    }
    assertThat(ran.code()).as(ran.out() + ran.error() + logged).isZero();
  }

  /** Before the first run, so that no job can have read the truth. */
  private void plantSecretsAndTakeTheTruthAway() {
    try {
      PlantedLanding.plant(canaries, FOLDER.resolve("landing"));
      for (String array : List.of("metrics.json", "incidents.json")) {
        truth.put(array, children(JSON.readTree(planted(array).toFile())));
      }
      for (String lines : List.of("campaign.json", "churn.jsonl")) {
        truth.put(lines, parsed(Files.readAllLines(planted(lines))));
      }
      Tree.delete(FOLDER.resolve("truth"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void theCommandSaysWhatItMadeAndTheQueriesThatItNamesCanBeAsked() {
    assertThat(ran.out())
        .contains("run 1: 2025-01-01 to 2026-06-29")
        .contains("run 2: 2026-06-30")
        .containsPattern("Done\\. The last day \\(2026-06-30\\) alone took [0-9.]+ s")
        .contains("Report:   open " + FOLDER.resolve("out/report/2026-05/value-report.html"));
    assertThat(FOLDER.resolve("out/report/2026-05/value-report.html")).exists();
    Matcher queries = QUERY.matcher(ran.out());
    int asked = 0;
    while (queries.find()) {
      Ran answer = Ran.of("sql", "--lake", FOLDER.resolve("lake").toString(), queries.group(1));
      assertThat(answer.code()).as(queries.group(1) + answer.error()).isZero();
      asked++;
    }
    assertThat(asked).isEqualTo(5);
  }

  /**
   * Every source has secrets in its words, in fields that no contract knows and in refused records.
   * They may lie in the landing zone, in bronze and in quarantine, and nowhere else in any form:
   * tables, models, lists, reports, Delta logs, and what commands say.
   */
  @Test
  void noPlantedSecretLeavesTheRestrictedLocations() throws IOException {
    assertThat(PlantedLanding.COLUMNS.keySet())
        .containsExactlyInAnyOrderElementsOf(
            CONTRACTS.layer("raw").stream().map(Contract::shortName).toList());
    Set<String> plantedBeforeTheRuns = canaries.labels().keySet();
    assertThat(plantedBeforeTheRuns).hasSizeGreaterThan(2_000);
    Files.writeString(FOLDER.resolve("said.txt"), ran.out() + ran.error() + logged + commands());
    Map<String, String> forms = canaries.forms();
    Path restricted = FOLDER.resolve("lake/restricted");
    List<Path> delivered = List.of(FOLDER.resolve("landing"), FOLDER.resolve("given"));
    List<Path> mayHold =
        Stream.concat(delivered.stream(), Stream.of(restricted, FOLDER.resolve("small/restricted")))
            .toList();

    List<DecodingScan.Found> found = DecodingScan.find(FOLDER, forms.keySet());

    assertThat(
            found.stream()
                .filter(f -> mayHold.stream().noneMatch(f.file()::startsWith))
                .map(f ->
                    "%s in %s, %s"
                        .formatted(
                            canaries.labels().get(forms.get(f.needle())),
                            FOLDER.relativize(f.file()),
                            f.where()))
                .distinct())
        .isEmpty();
    assertThat(in(delivered, found, forms)).isEqualTo(canaries.labels().keySet());
    assertThat(in(List.of(restricted), found, forms)).containsAll(plantedBeforeTheRuns);
    for (String table : List.of("ops.model", "gold.ticket_topic", "gold.issue_alert")) {
      assertThat(lake().read(table).isEmpty()).as(table).isFalse();
    }
    assertThat(FOLDER.resolve("out/outreach/" + END)).isNotEmptyDirectory();
    assertThat(FOLDER.resolve("out/report")).isNotEmptyDirectory();
  }

  /** Values found below the places. */
  private static Set<String> in(
      List<Path> places, List<DecodingScan.Found> found, Map<String, String> forms) {
    return found.stream()
        .filter(f -> places.stream().anyMatch(f.file()::startsWith))
        .map(f -> forms.getOrDefault(f.needle(), ""))
        .collect(Collectors.toSet());
  }

  /** What commands print that show records or fail on them. */
  private String commands() throws IOException {
    Path overlay =
        Files.writeString(
            FOLDER.resolve("key.yaml"), "privacy: {keyVariable: SUPPORTLAKE_DEMO_KEY}\n");
    List<String> installed =
        List.of(
            "--conf", overlay.toString(),
            "--lake", FOLDER.resolve("lake").toString(),
            "--landing", FOLDER.resolve("landing").toString(),
            "--out", FOLDER.resolve("out").toString());
    StringBuilder printed = new StringBuilder();
    try (CapturedLog log = new CapturedLog()) {
      printed.append(ran(0, installed, "quarantine", "list"));
      for (String source : PlantedLanding.COLUMNS.keySet()) {
        printed.append(
            ran(0, installed, "quarantine", "show", "--limit", "100000", "--source", source));
      }
      assertThat(printed).contains("refused-evt-", "[personal]");
      Path logs = given().resolve("ecs.jsonl");
      Files.writeString(
          logs,
          Files.readString(HOME.resolve("jobs/src/test/resources/vendor/ecs.json"))
              .replace("retry 2 of 3", canaries.sentence("sources check message"))
              .replace("\"ledger\"", "\"" + canaries.sentence("sources check service") + "\""));
      printed.append(
          ran(0, installed, "sources", "check", logs.toString(), "--mapping", "ecs-log"));
      printed.append(ran(3, installed, "outreach", "record", filledIn().toString()));
      printed.append(refusedRun());
      printed.append(log.text());
    }
    return printed.toString();
  }

  private static Path given() throws IOException {
    return Files.createDirectories(FOLDER.resolve("given"));
  }

  /** A list that came back with words where a code belongs. */
  private Path filledIn() throws IOException {
    Path list;
    try (Stream<Path> lists = Files.list(FOLDER.resolve("out/outreach/" + END))) {
      list = lists.filter(f -> f.toString().endsWith(".csv")).sorted().findFirst().orElseThrow();
    }
    List<String> lines = Files.readAllLines(list);
    List<String> header = List.of(lines.getFirst().replace("\uFEFF", "").split(",", -1));
    String[] answer = new String[header.size()];
    Arrays.fill(answer, "");
    answer[header.indexOf("list_line_id")] = canaries.email("list line");
    answer[header.indexOf("outcome")] = "\"" + canaries.sentence("outcome") + "\"";
    answer[header.indexOf("attempted_at")] = canaries.phone("attempted");
    return Files.writeString(
        given().resolve("filled-in.csv"),
        lines.getFirst() + "\n" + String.join(",", answer) + "\n");
  }

  /** A run that stops a source all of whose records are refused, and ends with 3. */
  private String refusedRun() throws IOException {
    Path home = SmallHome.of(HOME, given().resolve("home"), List.of("silver.disposition"));
    Path day = Files.createDirectories(given().resolve("landing/outreach_disposition/" + END));
    Files.writeString(
        day.resolve("a.csv"),
        "disposition_id,campaign_id,account_id,occurred_at,outcome,note\nd1,c,a,%s,%s,%s\n"
            .formatted(
                canaries.phone("refused run occurred_at"),
                canaries.email("refused run outcome"),
                "\"" + canaries.sentence("refused run note") + "\""));
    String before = System.getProperty("supportlake.home", ".");
    System.setProperty("supportlake.home", home.toString());
    try {
      return ran(
          3,
          List.of(
              "--conf", FOLDER.resolve("key.yaml").toString(),
              "--lake", FOLDER.resolve("small").toString(),
              "--landing", given().resolve("landing").toString(),
              "--out", FOLDER.resolve("small/out").toString()),
          "run",
          "--date",
          END.toString());
    } finally {
      System.setProperty("supportlake.home", before);
    }
  }

  private static String ran(int code, List<String> installed, String... command) {
    Ran ran = Ran.of(Stream.concat(Stream.of(command), installed.stream()).toArray(String[]::new));
    assertThat(ran.code()).as(ran.out() + ran.error()).isEqualTo(code);
    return ran.out() + ran.error();
  }

  @ParameterizedTest
  @CsvSource({
    "fcr_7d, fcr_7d_gross",
    "reopen_rate_30d, reopen_30d",
    "functional_escalation_rate, escalation_functional",
    "engineering_escalation_rate, escalation_engineering",
    "csat_positive_share, csat_positive_share"
  })
  void aRatesIntervalOverAllMatureMonthsHoldsWhatCame(String metric, String planted) {
    Pooled pooled = pooled(metric, planted);

    assertThat(pooled.months()).isGreaterThanOrEqualTo(12);
    assertThat(pooled.realised()).isBetween(pooled.interval().low(), pooled.interval().high());
  }

  /**
   * Only where the planted chance is the very one that was drawn with. That of FCR knows another
   * need of the same family by its mean alone, that of reopens not that customers leave and windows
   * end, so both can be a point off.
   */
  @ParameterizedTest
  @CsvSource({
    "functional_escalation_rate, escalation_functional",
    "engineering_escalation_rate, escalation_engineering",
    "csat_positive_share, csat_positive_share"
  })
  void aRatesIntervalHoldsTheChanceItWasDrawnWith(String metric, String planted) {
    Pooled pooled = pooled(metric, planted);

    assertThat(pooled.expected()).isBetween(pooled.interval().low(), pooled.interval().high());
  }

  /**
   * Ten days after each of six months its last twenty days' windows of 30 days are open. What was
   * known then follows from the times in the rows as they are at the end.
   */
  @ParameterizedTest
  @CsvSource({
    "fcr_30d, is_fcr_30d, first_contact_ended_at, fcr_failure_minutes",
    "reopen_rate_30d, is_reopened_30d, first_solved_at, first_reopen_minutes"
  })
  void aProvisionalEstimateLiesNearTheShareOnceMature(
      String metric, String outcome, String since, String event) {
    Dataset<Row> episodes = lake().read("gold.episode_outcome");
    Dataset<Row> specs =
        ConfLoader.load(HOME.resolve("conf"), "conf.metric_spec", generatingCode(), END, END);
    int held = 0;
    double apart = 0;
    int months = 6;
    for (int i = 0; i < months; i++) {
      YearMonth month = YearMonth.of(2025, 10).plusMonths(i);
      LocalDate asOf = month.atEndOfMonth().plusDays(10);
      Instant then = asOf.plusDays(1).atStartOfDay(SETTINGS.reportingZone()).toInstant();
      MetricQuery query =
          MetricQuery.of(
              specs,
              new MetricQuery.Request(
                  metric, List.of(), MetricPeriod.month(month), asOf, SETTINGS.reportingZone()));
      Row early = query.cells(asKnown(episodes, then, outcome, since, event)).first();
      Row late =
          episodes
              .where(
                  col(query.dateColumn())
                      .between(Date.valueOf(month.atDay(1)), Date.valueOf(month.atEndOfMonth())))
              .selectExpr("count_if(%1$s) / count(%1$s)".formatted(outcome))
              .first();

      assertThat(early.<String>getAs("interval_method")).as("%s", month).isEqualTo("kaplan_meier");
      assertThat(early.<String>getAs("maturity")).isEqualTo("provisional");
      apart += Math.abs(early.<Double>getAs("value") - late.getDouble(0));
      held +=
          early.<Double>getAs("interval_low") <= late.getDouble(0)
                  && late.getDouble(0) <= early.<Double>getAs("interval_high")
              ? 1
              : 0;
    }

    assertThat(apart / months).isLessThan(0.03);
    assertThat(held).isGreaterThanOrEqualTo(months - 1);
  }

  /** Whatever segments there were, an episode counts once. */
  @ParameterizedTest
  @ValueSource(strings = {"fcr_7d", "functional_escalation_rate", "recurrence_90d"})
  void sharesOfEpisodesAddUpToTheWhole(String metric) {
    Dataset<Row> totals =
        lake().read("gold.metric").where("dimension = 'all' and maturity = 'mature'");
    List<Row> months =
        totals
            .where(col("metric").equalTo(metric))
            .selectExpr(
                "period_start",
                "numerator as episodes_counted",
                "denominator as episodes",
                "n as episodes_n")
            .join(
                totals
                    .where(col("metric").equalTo(metric + "_attributed"))
                    .selectExpr(
                        "period_start", "numerator as counted", "denominator as shares", "n"),
                "period_start")
            .selectExpr(
                "double(episodes_counted - counted)", "double(episodes - shares)", "episodes_n - n")
            .collectAsList();

    assertThat(months)
        .hasSizeGreaterThan(6)
        .allSatisfy(m -> {
          assertThat(m.getDouble(0)).isCloseTo(0, within(1e-4));
          assertThat(m.getDouble(1)).isCloseTo(0, within(1e-4));
          assertThat(m.getLong(2)).isZero();
        });
    assertThat(
            lake()
                .read("gold.episode_attribution")
                .where("share < 1")
                .select("agent_id")
                .distinct()
                .count())
        .isGreaterThan(1);
  }

  private static Dataset<Row> asKnown(
      Dataset<Row> episodes, Instant then, String outcome, String since, String event) {
    String by = "timestamp'%s'".formatted(then);
    return episodes
        .where("%s <= %s".formatted(since, by))
        .withColumn(
            outcome,
            expr("if(%s + interval 30 days <= %s, %s, null)".formatted(since, by, outcome)))
        .withColumn(
            event,
            expr(
                "if(unix_micros(%1$s) + 60000000 * %2$s <= unix_micros(%3$s), %2$s, null)"
                    .formatted(since, event, by)));
  }

  @Test
  void thePageThatWalksANumberDownToItsRecordShowsWhatThisLakeHolds() throws IOException {
    String page = Files.readString(HOME.resolve("docs/from-report-to-raw.md"));
    Queries queries = new Queries(generatingCode(), lake(), CONTRACTS);
    Matcher step =
        Pattern.compile("```sql\\n(.*?)\\n```\\n\\n```csv\\n(.*?)```", Pattern.DOTALL)
            .matcher(page);
    int steps = 0;
    while (step.find()) {
      ByteArrayOutputStream printed = new ByteArrayOutputStream();
      RowPrinter.print(
          queries.query(step.group(1)),
          RowPrinter.Format.csv,
          new PrintStream(printed, true, StandardCharsets.UTF_8));
      assertThat(printed.toString(StandardCharsets.UTF_8))
          .as(step.group(1))
          .isEqualToNormalizingNewlines(step.group(2));
      steps++;
    }
    assertThat(steps).isEqualTo(8);
  }

  @Test
  void theLargestIncidentIsAlertedWithinTwoDays() {
    JsonNode largest =
        truth("incidents.json").stream()
            .max(Comparator.comparingLong(i -> i.get("contacts").asLong()))
            .orElseThrow();
    String message = largest.get("template").asText().split(":")[0];
    List<Row> alerts =
        lake()
            .read("gold.issue_alert")
            .where(col("state").equalTo("new"))
            .select("kind", "subject", "label", "alert_date")
            .collectAsList();

    assertThat(alerts)
        .as("the family's surge")
        .anyMatch(a ->
            a.getString(0).equals("family_surge")
                && a.getString(1).equals(largest.get("family").asText())
                && isWithinTwoDays(a.getDate(3), largest.get("contacts_from")));
    assertThat(alerts)
        .as("its error template")
        .anyMatch(a ->
            a.getString(0).equals("error_template")
                && a.getString(2).contains(message)
                && isWithinTwoDays(a.getDate(3), largest.get("errors_from")));
  }

  private static boolean isWithinTwoDays(Date alerted, JsonNode begun) {
    LocalDate day = Instant.parse(begun.asText()).atZone(SETTINGS.reportingZone()).toLocalDate();
    LocalDate alert = alerted.toLocalDate();
    return !alert.isBefore(day) && !alert.isAfter(day.plusDays(2));
  }

  @Test
  void theCampaignsIntervalHoldsThePlantedEffect() {
    JsonNode campaign = truth("campaign.json").getFirst();
    Row result =
        lake()
            .read("gold.outreach_result")
            .where(
                col("campaign_id")
                    .equalTo(Generator.CAMPAIGN)
                    .and(col("as_of_date").equalTo(Date.valueOf(END))))
            .select("effect_low", "effect_high", "verdict", "treatment_count", "control_count")
            .first();
    assertThat(result.getLong(3)).isEqualTo(campaign.get("treated").asLong());
    assertThat(result.getLong(4)).isEqualTo(campaign.get("control").asLong());
    double ratio = campaign.get("hazard_ratio").asDouble();
    double events =
        campaign.get("treated_churned_120").asDouble()
            + campaign.get("control_churned_120").asDouble();
    // The hazard of 120 days that both arms show together, given the planted ratio between them.
    double hazard =
        events / (ratio * campaign.get("treated").asDouble() + campaign.get("control").asDouble());
    double effect = Math.exp(-hazard) - Math.exp(-ratio * hazard);

    assertThat(effect).isNegative().isBetween(result.getDouble(0), result.getDouble(1));
    assertThat(result.getString(2)).isIn("effect", "no_clear_effect");
  }

  @Test
  void theChampionTellsOnALaterBlockWhoLeaves() {
    Row auc =
        lake()
            .read("ops.model_evaluation")
            .where(col("metric").equalTo("auc").and(col("slice").equalTo("all")))
            .join(lake().read("ops.model").where(col("is_champion")).select("model_id"), "model_id")
            .select("low", "first_landmark_date", "event_count")
            .first();

    assertThat(auc.getDouble(0)).isGreaterThan(0.5);
    assertThat(auc.getDate(1).toLocalDate()).isAfter(END.minusDays(DemoCommand.DAYS / 2));
    assertThat(auc.getLong(2)).isGreaterThanOrEqualTo(20);
  }

  /**
   * A reason is named when it is one of the three that a list shows: the strongest that speak for
   * churn. Reasons that have nothing to do with a cause pass its interval by chance one time in
   * forty, and those of three causes hardly ever.
   */
  @ParameterizedTest
  @CsvSource({"unresolved, resolution", "integration, integration", "usage, usage"})
  void aCauseIsNamedMoreOftenWhereItRaisesTheHazard(String cause, String theme) {
    Map<String, Double> hazards = new HashMap<>();
    for (JsonNode account : truth("churn.jsonl")) {
      for (JsonNode month : account.get("months")) {
        if (month.get("date").asText().equals(END.toString())) {
          hazards.put(account.get("account_id").asText(), month.get(cause).asDouble());
        }
      }
    }
    List<Row> scored =
        lake()
            .read("gold.score_reason")
            .where(col("landmark_date").equalTo(Date.valueOf(END)))
            .selectExpr(
                "account_id",
                "theme",
                "contribution > 0 and row_number() over (partition by account_id order by"
                    + " contribution desc) <= 3 as is_named")
            .where(col("theme").equalTo(theme))
            .collectAsList();
    Set<String> named = new HashSet<>();
    Set<String> with = new HashSet<>();
    Set<String> without = new HashSet<>();
    for (Row row : scored) {
      String account = row.getString(0);
      Double hazard = hazards.get(account);
      // Who left on the last day has a score or a hazard, not both.
      if (hazard != null) {
        (hazard > 0 ? with : without).add(account);
        if (row.getBoolean(2)) {
          named.add(account);
        }
      }
    }

    TwoProportion.Difference difference =
        TwoProportion.difference(
            with.stream().filter(named::contains).count(),
            with.size(),
            without.stream().filter(named::contains).count(),
            without.size(),
            CONFIDENCE);
    assertThat(difference.interval().low()).isPositive();
  }

  private record Pooled(int months, double realised, double expected, Interval interval) {}

  /** A share over its mature months, and what the truth says of the same months. */
  private Pooled pooled(String metric, String planted) {
    List<Row> months =
        lake()
            .read("gold.metric")
            .where(
                col("metric")
                    .equalTo(metric)
                    .and(col("period").equalTo("month"))
                    .and(col("dimension").equalTo("all"))
                    .and(col("maturity").equalTo("mature")))
            .selectExpr(
                "date_format(period_start, 'yyyy-MM')",
                "cast(numerator as bigint)",
                "cast(denominator as bigint)")
            .collectAsList();
    Set<String> mature = months.stream().map(m -> m.getString(0)).collect(Collectors.toSet());
    double count = 0;
    double came = 0;
    double chance = 0;
    for (JsonNode month : truth("metrics.json")) {
      if (month.get("metric").asText().equals(planted)
          && mature.contains(month.get("month").asText())) {
        count += month.get("denominator").asDouble();
        came += month.get("numerator").asDouble();
        chance += month.get("expected").asDouble() * month.get("denominator").asDouble();
      }
    }
    Interval interval =
        Wilson.interval(
            months.stream().mapToLong(m -> m.getLong(1)).sum(),
            months.stream().mapToLong(m -> m.getLong(2)).sum(),
            CONFIDENCE);
    return new Pooled(months.size(), came / count, chance / count, interval);
  }

  private static RunConfig config() {
    return RunConfig.load(HOME.resolve("conf"), null)
        .at(FOLDER.resolve("lake"), FOLDER.resolve("landing"), FOLDER.resolve("out"));
  }

  private static Lake lake() {
    return new Lake(generatingCode(), config().lake(), CONTRACTS);
  }

  private List<JsonNode> truth(String file) {
    return truth.getOrDefault(file, List.of());
  }

  private static Path planted(String file) {
    return FOLDER.resolve("truth").resolve(file);
  }

  private static List<JsonNode> children(JsonNode array) {
    List<JsonNode> nodes = new ArrayList<>();
    array.forEach(nodes::add);
    return nodes;
  }

  private static List<JsonNode> parsed(List<String> lines) throws IOException {
    List<JsonNode> nodes = new ArrayList<>();
    for (String line : lines) {
      nodes.add(JSON.readTree(line));
    }
    return nodes;
  }
}
