package io.supportlake.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.supportlake.testing.Ran;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.YearMonth;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the demo refuses; what it makes is {@link DemoTest}'s. */
class DemoCommandTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource({
    "2025-01-01, 2026-06-30, 2026-05",
    "2025-01-01, 2026-06-07, 2026-05",
    "2025-01-01, 2026-06-06, 2026-04",
    "2026-06-15, 2026-06-30, 2026-06"
  })
  void itReportsTheNewestMonthWhoseSevenDaysHavePassed(
      LocalDate start, LocalDate end, YearMonth month) {
    assertThat(DemoCommand.monthToReport(start, end)).isEqualTo(month);
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
