package io.supportlake.platform;

import static io.supportlake.platform.TestSubjects.subject;
import static org.assertj.core.api.Assertions.assertThat;

import io.supportlake.testing.SparkSuite;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutputEraserTest extends SparkSuite {
  private static final Contract LIST = CONTRACTS.of("gold.outreach_list");

  @TempDir private Path folder;

  @Test
  void listsNameAnAgentOfAShortIdInAField() throws IOException {
    Path out = Files.createDirectories(folder.resolve("out/outreach"));
    for (String name : List.of("own.csv", "own.xlsx", "other.csv", "other.xlsx")) {
      Files.writeString(
          out.resolve(name),
          "\uFEFFreason,owner,rank,play\n\"1 of 12,\n12\","
              + (name.startsWith("own") ? "12" : "7")
              + ",1 of 12,12\n");
    }
    OutputEraser outputs = new OutputEraser(out, LIST, Progress.silent());

    assertThat(outputs.listsNaming(subject(Subject.Kind.AGENT, "12")))
        .containsExactly(out.resolve("own.csv"));
    assertThat(outputs.listsNaming(subject(Subject.Kind.USER, "12")))
        .as("users stand there by token")
        .isEmpty();
    assertThat(outputs.listsNaming(subject(Subject.Kind.AGENT, "agt-12")))
        .as("found by the search for values")
        .isEmpty();
    assertThat(outputs.remove(subject(Subject.Kind.AGENT, "12"), Set.of()))
        .containsExactly(out.resolve("own.csv"), out.resolve("own.xlsx"));
  }

  @Test
  void reportsThatQuoteThePersonGo() throws IOException {
    Path out = Files.createDirectories(folder.resolve("out/report/2026-03"));
    Path quoting =
        Files.writeString(out.resolve("a.html"), "<p>such as &quot;my card &amp; I lost it</p>");
    Path twin = Files.writeString(out.resolve("a.txt"), "drawn");
    Path other = Files.writeString(out.resolve("b.html"), "<p>such as my card</p>");
    OutputEraser outputs = new OutputEraser(folder.resolve("out"), LIST, Progress.silent());

    assertThat(
            outputs.remove(
                subject(Subject.Kind.USER, "usr-1"), Set.of("my card & I lost it", "my card")))
        .containsExactly(quoting, twin);
    assertThat(quoting).doesNotExist();
    assertThat(other).exists();
    assertThat(
            new OutputEraser(folder.resolve("none"), LIST, Progress.silent())
                .remove(subject(Subject.Kind.USER, "usr-1"), Set.of()))
        .isEmpty();
  }
}
