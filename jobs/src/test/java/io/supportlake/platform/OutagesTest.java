package io.supportlake.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.junit.jupiter.api.Test;

class OutagesTest {

  @Test
  void aFaultOfTheMachineIsFoundAmongTheCausesAndExplained() {
    IOException full = new IOException("/lake/x.parquet: No space left on device");

    assertThat(
            Outages.explain(
                new IllegalStateException(
                    "building silver.contact failed", new UncheckedIOException("write", full))))
        .get()
        .asString()
        .contains("the disk is full (java.io.IOException: /lake/x.parquet")
        .contains("frees space")
        .contains("the same command completes what was begun");
  }

  @Test
  void aFaultOfTheProgramIsNotExplainedAway() {
    assertThat(Outages.explain(new IllegalStateException("no such column: x"))).isEmpty();
  }
}
