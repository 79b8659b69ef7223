package io.supportlake.platform;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.supportlake.testing.SparkSuite;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QueriesTest extends SparkSuite {
  @TempDir private Path folder;

  @Test
  void whoAsksALakeWithoutRunsIsToldWhichLakeItIs() {
    Lake lake = lakeIn(folder);
    Queries queries = new Queries(spark(), lake, CONTRACTS);

    assertThatThrownBy(() -> queries.query("SELECT n FROM gold.metric"))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("gold.metric has not been built yet")
        .hasMessageContaining(lake.path("gold.metric"))
        .hasMessageContaining("--lake");
  }
}
