package io.supportlake.generator;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SteadyLandingTest {
  private static final LocalDate LAST = LocalDate.of(2026, 3, 10);

  @TempDir private Path landing;

  @Test
  void whatHappensIsLaterAndNewAndPeopleStay() {
    String line =
        "{\"event_id\":\"use-000012-41\",\"account_id\":\"acc-000012\",\"user_id\":\"usr-000012-1\",\"event_at\":\"2026-02-27T10:00:00Z\"}";

    assertThat(SteadyLanding.shifted(line, 4, 2))
        .isEqualTo(
            "{\"event_id\":\"use-000012-41-t2\",\"account_id\":\"acc-000012\",\"user_id\":\"usr-000012-1\",\"event_at\":\"2026-03-03T10:00:00Z\"}");
  }

  @Test
  void theLastDaysAreRepeatedAndRegistersAreNot() throws IOException {
    write("usage_event", LAST.minusDays(2), "too early");
    write("usage_event", LAST.minusDays(1), "use-000001-1 on 2026-03-09");
    write("usage_event", LAST, "use-000001-2 on 2026-03-10");
    write("account_change", LAST, "acc-000001 on 2026-03-10");

    SteadyLanding.repeat(landing, LAST, 2, 3);

    assertThat(days("usage_event"))
        .containsExactly(
            "2026-03-08",
            "2026-03-09",
            "2026-03-10",
            "2026-03-11",
            "2026-03-12",
            "2026-03-13",
            "2026-03-14",
            "2026-03-15",
            "2026-03-16");
    assertThat(read("usage_event", LocalDate.of(2026, 3, 15)))
        .containsExactly("use-000001-1-t3 on 2026-03-15");
    assertThat(days("account_change")).containsExactly("2026-03-10");
  }

  private List<String> days(String source) throws IOException {
    try (var folders = Files.list(landing.resolve(source))) {
      return folders.map(f -> String.valueOf(f.getFileName())).sorted().toList();
    }
  }

  private Path file(String source, LocalDate day) {
    return landing.resolve(source).resolve(day.toString()).resolve("part-00000.jsonl.gz");
  }

  private void write(String source, LocalDate day, String line) throws IOException {
    Files.createDirectories(landing.resolve(source).resolve(day.toString()));
    try (Writer out =
        new OutputStreamWriter(
            new GZIPOutputStream(Files.newOutputStream(file(source, day))),
            StandardCharsets.UTF_8)) {
      out.write(line + "\n");
    }
  }

  private List<String> read(String source, LocalDate day) throws IOException {
    try (BufferedReader in =
        new BufferedReader(
            new InputStreamReader(
                new GZIPInputStream(Files.newInputStream(file(source, day))),
                StandardCharsets.UTF_8))) {
      return in.readAllLines();
    }
  }
}
