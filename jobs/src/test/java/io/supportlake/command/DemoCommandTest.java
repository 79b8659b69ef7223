package io.supportlake.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.supportlake.testing.Ran;
import io.supportlake.testing.SparkSuite;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command itself, on few accounts and days; what it finds on many is {@link DemoTest}'s. */
class DemoCommandTest extends SparkSuite {
  private static final Pattern QUERY = Pattern.compile("(?m)^  ./supportlake sql .*? \"(.*)\"$");

  @TempDir private Path folder;

  @Test
  void itSaysWhatItMadeAndTheQueriesThatItNamesCanBeAsked() {
    Path demo = folder.resolve("demo");
    // First, so that the command takes this session and makes none of its own.
    var _ = generatingCode();

    Ran ran = Ran.of("demo", "--accounts", "8", "--days", "16", "--folder", demo.toString());

    assertThat(ran.code()).as(ran.out() + ran.error()).isZero();
    assertThat(ran.out())
        .contains("run 1: 2026-06-15 to 2026-06-29")
        .contains("run 2: 2026-06-30")
        .containsPattern("Done\\. The last day \\(2026-06-30\\) alone took [0-9.]+ s")
        .contains("Report:   open " + demo.resolve("out/report/2026-06/value-report.html"));
    assertThat(demo.resolve("out/report/2026-06/value-report.html")).exists();
    assertThat(demo.resolve("truth/metrics.json")).exists();
    Matcher queries = QUERY.matcher(ran.out());
    int asked = 0;
    while (queries.find()) {
      Ran answer = Ran.of("sql", "--lake", demo.resolve("lake").toString(), queries.group(1));
      assertThat(answer.code()).as(queries.group(1) + answer.error()).isZero();
      asked++;
    }
    assertThat(asked).isEqualTo(5);
  }

  @Test
  void aFolderThatNoDemoMadeIsLeftAsItIs() throws IOException {
    Path kept = Files.writeString(folder.resolve("ours.txt"), "ours");

    Ran ran = Ran.of("demo", "--folder", folder.toString());

    assertThat(ran.code()).isEqualTo(2);
    assertThat(ran.error()).contains("holds files that no demo made").contains("--folder");
    assertThat(kept).hasContent("ours");
  }
}
