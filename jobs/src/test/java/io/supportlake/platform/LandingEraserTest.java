package io.supportlake.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LandingEraserTest {
  private static final String ID = "usr-0007-1";
  private static final String OTHERS = "{\"record\":\"2\",\"user_id\":\"usr-0008-1\"}\n";

  @TempDir private Path folder;

  private List<String> rewrite(Subject.Kind kind, boolean isPartOfOthers) {
    Subject subject =
        new Subject(
            kind, ID, "usr_k1_0123", new TreeSet<>(List.of("jo@example.com")), isPartOfOthers);
    return new LandingEraser(
            new Landing(folder.toString(), new Configuration()),
            Set.of("roster_change"),
            subject,
            "erased-1",
            "token-1")
        .rewrite().stream().map(Landing.LandedFile::path).toList();
  }

  private Path landed(String name, String content) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.resolveSibling(""));
    Files.writeString(file, content);
    return file;
  }

  @Test
  void aUsersRecordsGoAndMentionsOfTheUserAreTakenOut() throws IOException {
    Path file =
        landed(
            "case_event/2026-03-02/a.jsonl",
            "{\"record\":\"1\",\"user_id\":\"usr-0007-1\"}\n"
                + OTHERS
                + "{\"record\":\"case-usr-0007-1-3\",\"text\":\"ask jo@example.com\"}\n");
    Path untouched = landed("case_event/2026-03-02/b.jsonl", OTHERS);

    assertThat(rewrite(Subject.Kind.USER, false)).containsExactly("case_event/2026-03-02/a.jsonl");
    assertThat(file)
        .hasContent(
            OTHERS
                + "{\"record\":\"case-erased-1-3\",\"text\":\"ask %s\"}\n"
                    .formatted(ErasedRecords.NO_TEXT));
    assertThat(untouched).hasContent(OTHERS);
    assertThat(rewrite(Subject.Kind.USER, false)).isEmpty();
  }

  @Test
  void emptyFilesHoldNobodyAndADamagedOneIsNamed() throws IOException {
    Path empty = landed("usage_event/2026-03-02/a.jsonl.gz", "");
    assertThat(rewrite(Subject.Kind.USER, false)).isEmpty();
    assertThat(empty).isEmptyFile();

    Path damaged = landed("usage_event/2026-03-02/b.jsonl.gz", "no gzip");
    assertThatThrownBy(() -> rewrite(Subject.Kind.USER, false))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("usage_event/2026-03-02/b.jsonl.gz cannot be unpacked")
        .hasMessageContaining("puts a whole one in its place");
    assertThat(damaged).hasContent("no gzip");
  }

  @Test
  void anothersIdThatBeginsWithTheUsersIsLeftAlone() throws IOException {
    String namesake = "{\"record\":\"1\",\"user_id\":\"usr-0007-1-2\"}\n";
    Path file = landed("user_change/2026-03-02/a.jsonl", namesake);

    assertThat(rewrite(Subject.Kind.USER, true)).isEmpty();
    assertThat(file).hasContent(namesake);
  }

  @Test
  void anAgentsRecordsStayWithoutTheAgentInPackedFilesToo() throws IOException {
    String header = "change_id,agent_id,team\n";
    Path file = folder.resolve("roster_change/2026-03-02/a.csv.gz");
    Files.createDirectories(file.resolveSibling(""));
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
      out.write(
          (header + "ros-usr-0007-1-0,usr-0007-1,\"a\nb\"\n").getBytes(StandardCharsets.UTF_8));
    }

    assertThat(rewrite(Subject.Kind.AGENT, true)).hasSize(1);
    try (GZIPInputStream in =
        new GZIPInputStream(new ByteArrayInputStream(Files.readAllBytes(file)))) {
      assertThat(new String(in.readAllBytes(), StandardCharsets.UTF_8))
          .isEqualTo(header + "ros-erased-1-0,erased-1,\"a\nb\"\n");
    }
  }
}
