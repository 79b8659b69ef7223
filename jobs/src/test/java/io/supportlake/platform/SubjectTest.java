package io.supportlake.platform;

import static io.supportlake.platform.TestSubjects.subject;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.supportlake.testing.Rows;
import io.supportlake.testing.SparkSuite;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SubjectTest extends SparkSuite {
  private static final String ID = "agt-001";

  @TempDir private Path folder;

  private static Subject agent(boolean isPartOfOthers, String... contacts) {
    return subject(Subject.Kind.AGENT, ID, isPartOfOthers, contacts);
  }

  @Test
  void anIdInsideACompositeOneIsThePersons() {
    Subject agent = agent(false);

    for (String text :
        List.of("ros-agt-001-0", "agt-001", "AGT-001/2026", "by agt-001.", "{\"a\":\"agt-001\"}")) {
      assertThat(agent.isIn(text)).as(text).isTrue();
    }
    assertThat(agent.masked("ros-agt-001-0", false, "erased-1", "t")).isEqualTo("ros-erased-1-0");
  }

  @Test
  void anIdThatBeginsOrEndsAnotherWordIsNot() {
    Subject agent = agent(false);

    for (String text : List.of("agt-0010", "xagt-001", "agt-001b", "agt-00")) {
      assertThat(agent.isIn(text)).as(text).isFalse();
      assertThat(agent.masked(text, true, "erased-1", "t")).isEqualTo(text);
    }
  }

  @Test
  void whereAnothersIdBeginsWithItOnlyRowsOfThePersonAreSearchedForCompositeOnes() {
    Subject agent = agent(true);

    assertThat(agent.isIn("agt-001-2")).isFalse();
    assertThat(agent.isIn("agt-001 called")).isTrue();
    assertThat(agent.masked("agt-001-2 and agt-001", false, "erased-1", "t"))
        .isEqualTo("agt-001-2 and erased-1");
    assertThat(agent.masked("ros-agt-001-0", true, "erased-1", "t")).isEqualTo("ros-erased-1-0");
    assertThat(agent.fileNeedles()).containsEntry(ID, Bounds.WORD);
    assertThat(agent(false).fileNeedles()).containsEntry(ID, Bounds.COMPOSITE);
  }

  @Test
  void anAddressThatEndsAnotherIsAnothersAndAnEscapeBelongsToNoWord() {
    Subject lee =
        subject(Subject.Kind.USER, "lee@example.com", true, "ann@example.com", "+4917012345");

    for (String anothers :
        List.of(
            "bruce.lee@example.com",
            "lee@example.com.au",
            "lee@example.community",
            "x_lee@example.com",
            "jean-lee@example.com",
            "joann@example.com",
            "+49170123456")) {
      assertThat(lee.isIn(anothers)).as(anothers).isFalse();
      assertThat(lee.masked(anothers, false, "erased-1", "t")).isEqualTo(anothers);
    }
    assertThat(lee.masked("Hi\\nann@example.com\\u00e9lee@example.com.", false, "erased-1", "t"))
        .as("as it stands in JSON")
        .isEqualTo("Hi\\n" + ErasedRecords.NO_TEXT + "\\u00e9erased-1.");
    assertThat(lee.masked("?q=%20lee@example.com&x", false, "erased-1", "t"))
        .isEqualTo("?q=%20erased-1&x");
    assertThat(lee.isIn("called0+4917012345,")).isTrue();
    assertThat(lee.isIn("-lee@example.com")).as("a signature").isTrue();
    assertThat(lee.isIn("bruce%2Elee@example.com")).isFalse();
    assertThat(lee.isIn("lee@example.com_invoice.pdf")).as("a file's name").isTrue();
  }

  @Test
  void anIdWithADotGoesOnAsAddressesDoAndOneOfBothCasesIsAnotherInAnother() {
    Subject jane = subject(Subject.Kind.USER, "jane.doe", false);

    for (String others :
        List.of(
            "jane.doe.smith",
            "mary.jane.doe",
            "jane.doe@corp.com",
            "jane.doe-2",
            "jane.doe_2",
            "jane.doer")) {
      assertThat(jane.isIn(others)).as(others).isFalse();
      assertThat(jane.masked(others, false, "erased-1", "t")).isEqualTo(others);
    }
    assertThat(jane.masked("By Jane.Doe. Or jane.doe, \"jane.doe\"", false, "e", "t"))
        .isEqualTo("By e. Or e, \"e\"");
    Subject salesforce = subject(Subject.Kind.USER, "salesforce-003xx000004TmAa", true);
    assertThat(salesforce.isIn("salesforce-003xx000004TmAA")).isFalse();
    assertThat(salesforce.isIn("of salesforce-003xx000004TmAa,")).isTrue();
  }

  @Test
  void aNameThatGoesOnIsAnothers() {
    Subject agent = agent(false, "Marie Paul");

    assertThat(agent.masked("Marie Paul and Marie Paul-Weber", false, "e", "t"))
        .isEqualTo(ErasedRecords.NO_TEXT + " and Marie Paul-Weber");
    assertThat(agent.masked("agt_k1_0123", false, "e", "token")).isEqualTo("token");
    assertThat(agent.isIn("nobody")).isFalse();
    assertThat(agent).hasToString("agent");
  }

  @Test
  void whatIsTakenOutIsWhatTheProofSearchesForInEveryWriting() throws IOException {
    Subject lee =
        subject(
            Subject.Kind.USER,
            "lee@example.com",
            true,
            "J\u00fcrgen \"Jo\" M&M",
            "+49 170 1234567",
            "O'Brien",
            "a/b co");
    List<String> texts =
        List.of(
            "?mail=lee%40example.com&x",
            "J\u00fcrgen \"Jo\" M&M",
            "{\"n\":\"J\u00fcrgen \\\"Jo\\\" M&M\"}",
            "{\"n\":\"J\\u00fcrgen \\\"Jo\\\" M&M\"}",
            "{\"p\":\"{\\\"n\\\":\\\"J\\\\u00fcrgen \\\\\\\"Jo\\\\\\\" M&M\\\"}\"}",
            "<n>J\u00fcrgen &quot;Jo&quot; M&amp;M</n>",
            "?n=J%C3%BCrgen+%22Jo%22+M%26M",
            "?n=J%C3%BCrgen%20%22Jo%22%20M%26M&y",
            "tel=%2B49+170+1234567;",
            "1,\"J\u00fcrgen \"\"Jo\"\" M&M\",2",
            "<n>O&#39;Brien</n>",
            "{\"n\":\"O\\u0027Brien\"}",
            "{\"n\":\"a\\/b co\"}");

    for (String text : texts) {
      Path file = Files.writeString(folder.resolve("text"), text);
      assertThat(DecodingScan.find(file, lee.fileNeedles())).as(text).isNotEmpty();
      assertThat(lee.isIn(text)).as(text).isTrue();
      String left = lee.masked(text, false, "erased-1", "t");
      assertThat(left).as(text).containsAnyOf("erased-1", ErasedRecords.NO_TEXT);
      Files.writeString(file, left);
      assertThat(DecodingScan.find(file, lee.fileNeedles())).as(left).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"admin", "1042", "9876543210", "in_progress", "a1", "unknown user", "n.a."})
  void anIdThatMayBeAWordOrACountIsThePersonsOnlyInWhatNamesPeople(String id) {
    Subject agent = subject(Subject.Kind.AGENT, id, true);

    assertThat(agent.isNamedByKeyOnly()).isTrue();
    assertThat(agent.fileNeedles()).containsOnlyKeys("agt_k1_0123");
    for (String others :
        List.of(
            "%s", "ask %s", "{\"case_id\":\"%s\"}", "{\"n\":%s,\"user_id\":\"x\"}", "\"%s\",1")) {
      String text = others.formatted(id);
      assertThat(agent.isIn(text)).as(text).isFalse();
      assertThat(agent.masked(text, true, "erased-1", "t")).as(text).isEqualTo(text);
    }
    assertThat("sol-%s-1".formatted(id).replaceAll(agent.recordIdPattern(), "e"))
        .isEqualTo("sol-e-1");
  }

  @ParameterizedTest
  @ValueSource(strings = {"agt-001", "a1b2", "jane.doe", "jo@x", "12345678901", "甲-77"})
  void anIdThatIsNoWordAndNoCountIsThePersonsWhereverItStands(String id) {
    Subject agent = subject(Subject.Kind.AGENT, id, true);

    assertThat(agent.isNamedByKeyOnly()).isFalse();
    assertThat(agent.fileNeedles()).containsKey(id);
    assertThat(agent.masked("ask " + id, false, "erased-1", "t")).isEqualTo("ask erased-1");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "-", "...", "_/_"})
  void whatHasNeitherLetterNorDigitNamesNobody(String id) {
    for (Subject.Kind kind : Subject.Kind.values()) {
      assertThatThrownBy(() -> kind.refuseNoId(SETTINGS.key(), id))
          .isInstanceOf(UsageException.class)
          .hasMessageContaining("neither a letter nor a digit")
          .hasMessageContaining("Nothing was done");
      assertThat(kind.isId(SETTINGS.key(), id)).isFalse();
    }
    assertThat(Subject.Kind.USER.isId(SETTINGS.key(), "\u7532")).isTrue();
  }

  @Test
  void aValueThatAnotherHasInAnotherCaseIsNobodysAndAWordOrAShortNumberTellsNothing() {
    Lake lake = lakeIn(folder);
    lake.append(
        "bronze.user_change",
        Stream.of(
                List.of("usr-0001-1", "Support@acme.com", "12345"),
                List.of("usr-0002-1", "support@ACME.com ", "555 0100"),
                List.of("usr-0001-1", "Ann@acme.com", "+49 170 1234567"),
                List.of("usr-0001-1", "not given", "ext 1001"))
            .map(u ->
                Rows.of(CONTRACTS, "bronze.user_change")
                    .with("user_id", u.get(0), "email", u.get(1), "phone", u.get(2))
                    .dataset(spark()))
            .reduce(Dataset::union)
            .orElseThrow(),
        4,
        1);
    lake.append(
        "bronze.roster_change",
        Stream.of("Support", "Level 2", "Marie Paul")
            .map(name ->
                Rows.of(CONTRACTS, "bronze.roster_change")
                    .with("agent_id", "agt-001", "agent_name", name)
                    .dataset(spark()))
            .reduce(Dataset::union)
            .orElseThrow(),
        3,
        1);

    assertThat(
            Subject.of(lake, SETTINGS.key(), Subject.Kind.USER, "usr-0001-1", List.of()).contacts())
        .containsExactly("+49 170 1234567", "Ann@acme.com");
    assertThat(
            Subject.of(lake, SETTINGS.key(), Subject.Kind.AGENT, "agt-001", List.of()).contacts())
        .containsExactly("Marie Paul");
  }
}
