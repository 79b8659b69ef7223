package io.supportlake.platform;

import static org.assertj.core.api.Assertions.assertThat;

import io.supportlake.testing.SparkSuite;
import java.util.List;
import org.junit.jupiter.api.Test;

class SourceKeysTest extends SparkSuite {
  private static SourceKeys keys(String source, String kind, String id) {
    return new SourceKeys(
        SubjectColumns.of(CONTRACTS.of("raw." + source), kind).orElseThrow(), id, "usr_k1_0123");
  }

  @Test
  void aRecordOfJsonNamesAPersonInTheMembersOfItsContract() {
    SourceKeys user = keys("case_event", "user", "1042");

    for (String own :
        List.of(
            "{\"user_id\":1042}",
            "{\"user_id\":\"usr_k1_0123\"}",
            "{\"n\":1,\"user_id\": \"1042\" , \"case_id\":\"x\"}",
            "{\"user_id\":\"10\\u00342\"}",
            "{\"actor_id\":\"1042\",\"actor_type\":\"customer\"}",
            "{\"actor_id\":\"1042\"}",
            "{\"actor_id\":\"1042\",\"actor_type\":\"customer\"}{\"actor_type\":\"agent\"}",
            "[{\"user_id\":1042}]",
            "[{\"actor_id\":\"1042\",\"actor_type\":\"agent\"},{\"actor_type\":\"customer\"}]")) {
      assertThat(user.inJson(own)).as(own).hasSize(1);
    }
    for (String others :
        List.of(
            "{\"case_id\":\"1042\",\"n\":1042}",
            "{\"user_id\":\"1042-2\"}",
            "{\"agent_id\":\"1042\"}",
            "{\"actor_type\":\"agent\",\"actor_id\":\"1042\"}",
            "{\"props\":{\"user_id\":\"1042\"}}",
            "[{\"actor_id\":\"1042\",\"actor_type\":\"agent\"},{\"actor_type\":\"agent\"}]",
            "{\"text\":\"\\\"user_id\\\":\\\"1042\\\"\"}")) {
      assertThat(user.inJson(others)).as(others).isEmpty();
    }
    assertThat(keys("case_event", "agent", "m\u00fcller").inJson("{\"agent_id\":\"m\\u00fcller\"}"))
        .hasSize(1);
  }

  @Test
  void whatCannotBeParsedNamesAPersonInWhatLooksLikeSuchAMember() {
    SourceKeys user = keys("case_event", "user", "1042");

    for (String own :
        List.of(
            "{\"user_id\": \"1042\",\"n\":tru",
            "{\"n\":1,\"user_id\":1042",
            "{\"actor_id\":\"1042\",\"actor_type\":\"customer\"},{\"actor_type\":\"agent\",")) {
      assertThat(user.isInBroken(own)).as(own).isTrue();
      assertThat(user.inJson(own)).as(own).isEmpty();
    }
    for (String others :
        List.of(
            "{\"case_id\":\"1042\",\"n\":tru",
            "{\"actor_type\": \"agent\",\"actor_id\":\"1042\",",
            "{\"user_id\":\"1042-2\",\"n\":tru",
            "{\"user_id\":10421")) {
      assertThat(user.isInBroken(others)).as(others).isFalse();
    }
  }

  @Test
  void ofABrokenRecordOnlyMembersThatNameTheKindAreMeant() {
    String broken = "{\"actor_type\":\"customer\",\"actor_id\":\"12\",\"agent_id\":\"12\",";

    assertThat(broken.replaceAll(keys("case_event", "agent", "12").brokenPattern(broken), "e"))
        .isEqualTo("{\"actor_type\":\"customer\",\"actor_id\":\"12\",\"agent_id\":\"e\",");
  }

  @Test
  void aRecordOfCsvNamesAPersonInTheColumnsOfItsHeader() {
    List<String> header = List.of("change_id", "agent_id", "team");
    SourceKeys agent = keys("roster_change", "agent", "12");

    assertThat(agent.inCsv(header, ',', "c,12,12"))
        .extracting(LandedValues.Place::path)
        .containsExactly("1");
    assertThat(agent.inCsv(header, ',', "c,\"12\"")).hasSize(1);
    assertThat(agent.inCsv(header, ',', "12,1,12,12")).isEmpty();

    List<String> events = List.of("actor_id", "actor_type");
    SourceKeys actor = keys("case_event", "agent", "12");
    assertThat(actor.inCsv(events, ',', "12,agent")).hasSize(1);
    assertThat(actor.inCsv(events, ',', "12,customer")).isEmpty();
    assertThat(actor.inCsv(List.of("actor_id"), ',', "12")).hasSize(1);
  }
}
