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
    assertThat(agent.fileNeedles()).doesNotContain(ID).contains(ID + "\"");
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
