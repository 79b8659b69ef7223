package io.supportlake.platform;

import static org.assertj.core.api.Assertions.assertThat;

import io.supportlake.testing.SparkSuite;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ErasedListsTest extends SparkSuite {
  private static final Contract LIST = CONTRACTS.of("gold.outreach_list");

  @TempDir private Path folder;

  @Test
  void listsNameAnAgentOfAShortIdInAField() throws IOException {
    Path out = Files.createDirectories(folder.resolve("out/outreach"));
    for (String name : List.of("own.csv", "own.xlsx", "other.csv", "other.xlsx")) {
      Files.writeString(
          out.resolve(name),
          "\uFEFFowner,rank,play\n" + (name.startsWith("own") ? "12" : "7") + ",1 of 12,12\n");
    }

    assertThat(Erasure.listsNaming(subject(Subject.Kind.AGENT, "12"), out, LIST))
        .containsExactlyInAnyOrder(out.resolve("own.csv"), out.resolve("own.xlsx"));
    assertThat(Erasure.listsNaming(subject(Subject.Kind.USER, "12"), out, LIST))
        .as("users stand there by token")
        .isEmpty();
    assertThat(Erasure.listsNaming(subject(Subject.Kind.AGENT, "agt-12"), out, LIST))
        .as("found by the search for values")
        .isEmpty();
  }

  private static Subject subject(Subject.Kind kind, String id) {
    return new Subject(kind, id, "usr_k1_0123", new TreeSet<>(), true, !Subject.isTelling(id));
  }
}
