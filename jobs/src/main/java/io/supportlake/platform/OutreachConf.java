package io.supportlake.platform;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.sql.Date;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.jspecify.annotations.Nullable;

/**
 * Configuration of outreach as rows: conf/campaigns, conf/playbooks, conf/outreach/teams.yaml and
 * conf/economics.yaml.
 */
final class OutreachConf {
  /** The tables that this class reads. */
  static final Set<String> TABLES =
      Set.of("conf.campaign", "conf.playbook", "conf.outreach_team", "conf.economics");

  private OutreachConf() {}

  record Campaign(
      String campaignId,
      String label,
      LocalDate startsOn,
      @Nullable LocalDate endsOn,
      String eligibility,
      double treatmentShare,
      int horizonDays,
      @Nullable Double minimumProbability,
      boolean isList) {

    Campaign {
      campaignId = given(campaignId, "campaignId");
      label = given(label, "label");
      startsOn = given(startsOn, "startsOn");
      eligibility = given(eligibility, "eligibility").strip();
      require(
          !eligibility.isEmpty(),
          "eligibility of %s is empty; true takes every account",
          campaignId);
      require(
          treatmentShare > 0 && treatmentShare < 1,
          "treatmentShare must lie in (0, 1) so that both arms have accounts, was %s",
          treatmentShare);
      require(horizonDays > 0, "horizonDays must be positive, was %s", horizonDays);
      require(endsOn == null || !endsOn.isBefore(startsOn), "endsOn %s is before startsOn", endsOn);
      require(
          minimumProbability == null || minimumProbability >= 0 && minimumProbability <= 1,
          "minimumProbability must lie in [0, 1], was %s",
          minimumProbability);
    }
  }

  record Play(
      String play,
      String label,
      String theme,
      String instructions,
      @Nullable String channel,
      @Nullable String skillGroup,
      int expiresDays) {
    private static final Set<String> THEMES =
        Set.of(
            "support",
            "resolution",
            "usage",
            "integration",
            "satisfaction",
            "money",
            "contract",
            "tenure",
            "any");

    Play {
      play = given(play, "play");
      label = given(label, "label");
      theme = given(theme, "theme");
      instructions = given(instructions, "instructions").strip();
      require(
          THEMES.contains(theme),
          "theme must be one of "
              + String.join(", ", THEMES.stream().sorted().toList())
              + ", was %s",
          theme);
      require(!instructions.isEmpty(), "instructions of %s are empty", play);
      require(expiresDays > 0, "expiresDays must be positive, was %s", expiresDays);
    }
  }

  record Team(
      String team,
      List<String> regions,
      List<String> segments,
      List<String> languages,
      int capacity,
      String queue) {

    Team {
      team = given(team, "team");
      regions = List.copyOf(given(regions, "regions"));
      segments = List.copyOf(given(segments, "segments"));
      languages = List.copyOf(given(languages, "languages"));
      queue = given(queue, "queue");
      require(capacity > 0 && capacity <= 10_000, "capacity must be 1 to 10000, was %s", capacity);
      // The name becomes a file's name.
      require(
          team.matches("[a-z0-9][a-z0-9-]{0,40}"),
          "a team's name is lower-case letters, digits and hyphens, was %s",
          team);
    }
  }

  record Teams(String crmUrl, List<Team> teams) {
    Teams {
      crmUrl = given(crmUrl, "crmUrl");
      teams = List.copyOf(given(teams, "teams"));
      require(!teams.isEmpty(), "there is no team%s", "");
    }
  }

  record Plan(BigDecimal marginShare, int horizonMonths, BigDecimal interventionCost) {
    Plan {
      marginShare = scaled(given(marginShare, "marginShare"), 4, "marginShare");
      interventionCost = scaled(given(interventionCost, "interventionCost"), 2, "interventionCost");
      require(
          marginShare.signum() >= 0 && marginShare.compareTo(BigDecimal.ONE) <= 0,
          "marginShare must lie in [0, 1], was %s",
          marginShare);
      require(horizonMonths > 0, "horizonMonths must be positive, was %s", horizonMonths);
      require(
          interventionCost.signum() >= 0,
          "interventionCost must not be negative, was %s",
          interventionCost);
    }
  }

  /**
   * The rows of a table, in the columns of {@link ConfTables}.
   *
   * @param conf the configuration directory
   * @throws UsageException when a file is missing or says something that cannot be
   */
  static List<Row> rows(String table, Path conf) {
    return switch (table) {
      case "conf.campaign" -> campaigns(conf.resolve("campaigns"));
      case "conf.playbook" -> plays(conf.resolve("playbooks"));
      case "conf.outreach_team" -> teams(conf.resolve("outreach/teams.yaml"));
      case "conf.economics" -> economics(conf.resolve("economics.yaml"));
      default ->
          throw new UsageException(
              "no outreach configuration %s (there are: %s). Correct the input in the contract."
                  .formatted(table, String.join(", ", TABLES.stream().sorted().toList())));
    };
  }

  private static List<Row> campaigns(Path directory) {
    List<Row> rows = new ArrayList<>();
    for (Path file : files(directory)) {
      Campaign c = Yaml.as(Yaml.read(file), Campaign.class, file.toString());
      named(file, c.campaignId());
      rows.add(
          RowFactory.create(
              c.campaignId(),
              c.label(),
              Date.valueOf(c.startsOn()),
              c.endsOn() == null ? null : Date.valueOf(c.endsOn()),
              c.eligibility(),
              c.treatmentShare(),
              c.horizonDays(),
              c.minimumProbability(),
              c.isList()));
    }
    return rows;
  }

  private static List<Row> plays(Path directory) {
    List<Row> rows = new ArrayList<>();
    boolean servesAny = false;
    for (Path file : files(directory)) {
      Play p = Yaml.as(Yaml.read(file), Play.class, file.toString());
      named(file, p.play());
      servesAny |= p.theme().equals("any");
      rows.add(
          RowFactory.create(
              p.play(),
              p.label(),
              p.theme(),
              p.instructions(),
              p.channel(),
              p.skillGroup(),
              p.expiresDays()));
    }
    if (!servesAny) {
      throw new UsageException(
          "%s: no play has the theme any, which accounts without a reason of their own need. Add one."
              .formatted(directory));
    }
    return rows;
  }

  private static List<Row> teams(Path file) {
    Teams teams = Yaml.as(Yaml.read(file), Teams.class, file.toString());
    List<Row> rows = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (Team team : teams.teams()) {
      if (!names.add(team.team())) {
        throw new UsageException(
            "%s: the team %s stands there twice. Rename or remove one."
                .formatted(file, team.team()));
      }
      rows.add(
          RowFactory.create(
              team.team(),
              rows.size() + 1,
              team.regions().toArray(),
              team.segments().toArray(),
              team.languages().toArray(),
              team.capacity(),
              team.queue(),
              teams.crmUrl()));
    }
    return rows;
  }

  private static List<Row> economics(Path file) {
    JsonNode root = Yaml.read(file);
    List<Row> rows = new ArrayList<>();
    for (Map.Entry<String, JsonNode> entry : root.path("plans").properties()) {
      Plan plan = Yaml.as(entry.getValue(), Plan.class, file + ": plans." + entry.getKey());
      rows.add(
          RowFactory.create(
              entry.getKey(), plan.marginShare(), plan.horizonMonths(), plan.interventionCost()));
    }
    if (rows.isEmpty()) {
      throw new UsageException(
          "%s: plans is missing or empty, so no value at risk can be computed. Add the plans."
              .formatted(file));
    }
    return rows;
  }

  private static List<Path> files(Path directory) {
    try (Stream<Path> files = Files.list(directory)) {
      return files.filter(f -> f.toString().endsWith(".yaml")).sorted().toList();
    } catch (NoSuchFileException e) {
      throw new UsageException(
          "%s: no such folder. Name an existing one, or restore it from the repository."
              .formatted(directory));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot list the configuration in " + directory, e);
    }
  }

  private static void named(Path file, String id) {
    if (!file.getFileName().toString().equals(id + ".yaml")) {
      throw new UsageException(
          "%s: holds %s; a file has the name of what it holds. Rename one of them."
              .formatted(file, id));
    }
  }

  /** What a file must say; the mapper hands on null for a key that is missing. */
  private static <T> T given(@Nullable T value, String key) {
    if (value == null) {
      throw new IllegalArgumentException(key + " is missing");
    }
    return value;
  }

  private static BigDecimal scaled(BigDecimal value, int scale, String key) {
    require(
        value.stripTrailingZeros().scale() <= scale,
        key + " has more than " + scale + " decimals: %s",
        value);
    return value.setScale(scale, RoundingMode.UNNECESSARY);
  }

  private static void require(boolean holds, String message, @Nullable Object value) {
    if (!holds) {
      throw new IllegalArgumentException(message.formatted(value));
    }
  }
}
