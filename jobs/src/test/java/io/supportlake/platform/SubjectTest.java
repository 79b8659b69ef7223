package io.supportlake.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class SubjectTest {
  private static final String ID = "agt-001";

  private static Subject agent(boolean isPartOfOthers, String... contacts) {
    return new Subject(
        Subject.Kind.AGENT, ID, "agt_k1_0123", new TreeSet<>(List.of(contacts)), isPartOfOthers);
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
        new Subject(
            Subject.Kind.USER,
            "lee@example.com",
            "usr_k1_0123",
            new TreeSet<>(List.of("ann@example.com", "+4917012345")),
            true);

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
}
