package io.supportlake.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OutreachConfTest {
  private static final Path CONF = Path.of(System.getProperty("supportlake.home", "."), "conf");

  private static final String CAMPAIGN =
      """
      campaignId: care
      label: Care
      startsOn: 2025-01-01
      eligibility: "true"
      treatmentShare: 0.9
      horizonDays: 104
      isList: true
      """;
  private static final String PLAY =
      """
      play: check-in
      label: Check in
      theme: any
      expiresDays: 14
      instructions: Ask how things go.
      """;
  private static final String TEAMS =
      """
      crmUrl: "https://crm.example.com/{crm_id}"
      teams:
        - {team: dach, regions: [emea], segments: [], languages: [de], capacity: 20, queue: payments}
      """;
  private static final String PLANS =
      """
      plans:
        growth: {marginShare: 0.68, horizonMonths: 12, interventionCost: 30}
      """;

  @TempDir Path folder;

  private Path write(String file, String yaml) throws IOException {
    Path path = folder.resolve(file);
    Files.createDirectories(path.getParent());
    return Files.writeString(path, yaml);
  }

  private void assertRefused(String table, String file, String yaml, String problem)
      throws IOException {
    Path path = write(file, yaml);
    assertThatThrownBy(() -> OutreachConf.rows(table, folder))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining(path.toString())
        .hasMessageContaining(problem)
        .hasMessageContaining(". Mend the file");
  }

  @ParameterizedTest
  @ValueSource(strings = {"conf.campaign", "conf.playbook", "conf.outreach_team", "conf.economics"})
  void theShippedFilesFitTheirTables(String table) {
    StructType schema = ConfTables.schema(table);

    List<Row> rows = OutreachConf.rows(table, CONF);

    assertThat(rows).isNotEmpty();
    for (Row row : rows) {
      assertThat(row.length()).as(table).isEqualTo(schema.length());
      for (int i = 0; i < row.length(); i++) {
        StructField field = schema.fields()[i];
        Object value = row.get(i);
        if (value != null) {
          assertThat(value)
              .as("%s.%s", table, field.name())
              .isInstanceOf(
                  switch (field.dataType().typeName()) {
                    case "string" -> String.class;
                    case "integer" -> Integer.class;
                    case "double" -> Double.class;
                    case "boolean" -> Boolean.class;
                    case "date" -> java.sql.Date.class;
                    case "array" -> Object[].class;
                    default -> BigDecimal.class;
                  });
        }
      }
    }
  }

  @Test
  void theShippedPlaysServeEveryThemeAndTheShippedCampaignKeepsAControl() {
    assertThat(OutreachConf.rows("conf.playbook", CONF))
        .extracting(row -> row.getString(2))
        .contains(
            "support",
            "resolution",
            "usage",
            "integration",
            "satisfaction",
            "money",
            "contract",
            "tenure",
            "any");
    assertThat(OutreachConf.rows("conf.campaign", CONF))
        .extracting(row -> row.getDouble(5))
        .allSatisfy(share -> assertThat(share).isLessThan(1));
  }

  @Test
  void rowsHoldWhatTheFilesSay() throws IOException {
    var _ = write("campaigns/care.yaml", CAMPAIGN);
    var _ = write("outreach/teams.yaml", TEAMS);
    var _ = write("economics.yaml", PLANS);

    Row campaign = OutreachConf.rows("conf.campaign", folder).getFirst();
    Row team = OutreachConf.rows("conf.outreach_team", folder).getFirst();
    Row plan = OutreachConf.rows("conf.economics", folder).getFirst();

    assertThat(campaign.mkString("|"))
        .isEqualTo("care|Care|2025-01-01|null|true|0.9|104|null|true");
    assertThat(team.getInt(1)).isEqualTo(1);
    assertThat((Object[]) team.get(2)).containsExactly("emea");
    assertThat((Object[]) team.get(3)).isEmpty();
    assertThat(plan.getDecimal(1)).isEqualTo(new BigDecimal("0.6800"));
    assertThat(plan.getDecimal(3)).isEqualTo(new BigDecimal("30.00"));
  }

  @Test
  void unknownKeysAreRefused() throws IOException {
    assertRefused(
        "conf.campaign", "campaigns/care.yaml", CAMPAIGN + "treatment: 1\n", "\"treatment\"");
    assertRefused("conf.playbook", "playbooks/check-in.yaml", PLAY + "owner: me\n", "\"owner\"");
    assertRefused(
        "conf.outreach_team",
        "outreach/teams.yaml",
        TEAMS.replace("queue:", "shift: late, queue:"),
        "\"shift\"");
    assertRefused(
        "conf.economics",
        "economics.yaml",
        PLANS.replace("horizonMonths", "months: 1, horizonMonths"),
        "\"months\"");
  }

  @ParameterizedTest
  @CsvSource({
    "treatmentShare: 0.9, treatmentShare: 1.0, 'treatmentShare must lie in (0, 1) so that both arms have accounts, was 1.0'",
    "treatmentShare: 0.9, treatmentShare: 0, 'was 0.0'",
    "treatmentShare: 0.9, treatmentShare: 90, 'was 90.0'",
    "isList: true, 'minimumProbability: 1.5\nisList: true', 'minimumProbability must lie in [0, 1], was 1.5'",
    "isList: true, 'minimumProbability: -0.1\nisList: true', 'was -0.1'",
    "horizonDays: 104, horizonDays: 0, 'horizonDays must be positive, was 0'",
    "isList: true, 'endsOn: 2024-12-31\nisList: true', 'endsOn 2024-12-31 is before startsOn'",
    "label: Care, '', label is missing",
    "startsOn: 2025-01-01, '', startsOn is missing",
    "'eligibility: \"true\"', '', eligibility is missing",
  })
  void aCampaignThatCannotBeIsRefused(String line, String instead, String problem)
      throws IOException {
    assertThat(CAMPAIGN).contains(line);
    assertRefused("conf.campaign", "campaigns/care.yaml", CAMPAIGN.replace(line, instead), problem);
  }

  @ParameterizedTest
  @CsvSource({
    "marginShare: 0.68, marginShare: 1.01, 'marginShare must lie in [0, 1], was 1.01'",
    "marginShare: 0.68, marginShare: -0.2, 'was -0.2'",
    "marginShare: 0.68, marginShare: 0.123456, 'marginShare has more than 4 decimals: 0.123456'",
    "horizonMonths: 12, horizonMonths: 0, 'horizonMonths must be positive, was 0'",
    "interventionCost: 30, interventionCost: -1, 'interventionCost must not be negative, was -1'",
    "interventionCost: 30, interventionCost: 30.005, 'interventionCost has more than 2 decimals: 30.005'",
  })
  void economicsThatCannotBeAreRefused(String line, String instead, String problem)
      throws IOException {
    assertRefused("conf.economics", "economics.yaml", PLANS.replace(line, instead), problem);
  }

  @Test
  void aThemeThatNoReasonHasIsRefused() throws IOException {
    assertRefused(
        "conf.playbook",
        "playbooks/check-in.yaml",
        PLAY.replace("theme: any", "theme: weather"),
        "theme must be one of any, contract, integration, money, resolution, satisfaction, support,"
            + " tenure, usage, was weather");
    assertRefused(
        "conf.playbook",
        "playbooks/check-in.yaml",
        PLAY.replace("theme: any\n", ""),
        "theme is missing");
  }

  @Test
  void playsNeedOneThatServesAnyAccount() throws IOException {
    var _ = write("playbooks/check-in.yaml", PLAY.replace("theme: any", "theme: usage"));

    assertThatThrownBy(() -> OutreachConf.rows("conf.playbook", folder))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("playbooks: no play has the theme any")
        .hasMessageContaining("Add one.");
  }

  @Test
  void teamsAreRefusedWithoutRoomTwiceOrWithANameThatIsNoFileName() throws IOException {
    assertRefused(
        "conf.outreach_team",
        "outreach/teams.yaml",
        TEAMS.replace("capacity: 20", "capacity: 0"),
        "capacity must be 1 to 10000, was 0");
    assertRefused(
        "conf.outreach_team",
        "outreach/teams.yaml",
        TEAMS.replace("team: dach", "team: ../dach"),
        "was ../dach");
    assertRefused(
        "conf.outreach_team",
        "outreach/teams.yaml",
        TEAMS.replace("regions: [emea], ", ""),
        "regions is missing");
    var _ = write("outreach/teams.yaml", TEAMS + TEAMS.lines().toList().getLast() + "\n");
    assertThatThrownBy(() -> OutreachConf.rows("conf.outreach_team", folder))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining(
            "teams.yaml: the team dach stands there twice. Rename or remove one.");
  }

  @Test
  void aFileHasTheNameOfWhatItHolds() throws IOException {
    Path path = write("campaigns/other.yaml", CAMPAIGN);

    assertThatThrownBy(() -> OutreachConf.rows("conf.campaign", folder))
        .isInstanceOf(UsageException.class)
        .hasMessage(
            path + ": holds care; a file has the name of what it holds. Rename one of them.");
  }

  @ParameterizedTest
  @ValueSource(strings = {"conf.campaign", "conf.playbook", "conf.outreach_team", "conf.economics"})
  void aMissingFileIsNamed(String table) {
    assertThatThrownBy(() -> OutreachConf.rows(table, folder))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining(folder.toString())
        .hasMessageContaining("no such");
  }
}
