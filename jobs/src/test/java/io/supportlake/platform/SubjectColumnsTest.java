package io.supportlake.platform;

import static org.assertj.core.api.Assertions.assertThat;

import io.supportlake.testing.SparkSuite;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SubjectColumnsTest extends SparkSuite {
  private static final List<String> KINDS =
      Stream.concat(Stream.of("user", "agent", "account"), SubjectWords.KINDS.stream()).toList();

  @TempDir private Path folder;

  @Test
  void everyPersonalColumnOfASourceNamesAPersonOrBelongsToOneThatIsNamed() {
    List<String> loose = new ArrayList<>();
    for (Contract raw : CONTRACTS.layer("raw")) {
      for (Contract.Column column : raw.columns()) {
        boolean isTied =
            KINDS.stream()
                .flatMap(k -> SubjectColumns.of(raw, k).stream())
                .anyMatch(
                    s -> s.keys().contains(column.name()) || s.texts().contains(column.name()));
        if ("personal".equals(column.classification()) && !isTied) {
          loose.add(raw.name() + "." + column.name());
        }
      }
    }
    assertThat(loose).isEmpty();
  }

  @Test
  void everySubjectColumnIsAColumn() {
    for (Contract contract : CONTRACTS.all()) {
      for (String kind : KINDS) {
        SubjectColumns.of(contract, kind)
            .ifPresent(s -> {
              assertThat(contract.columnNames()).as(contract.name()).containsAll(s.keys());
              assertThat(contract.columnNames()).as(contract.name()).containsAll(s.texts());
              s.writer()
                  .ifPresent(w -> {
                    assertThat(s.keys()).as(contract.name()).contains(w.key());
                    assertThat(contract.columnNames())
                        .as(contract.name())
                        .contains(w.when().column());
                  });
            });
      }
    }
  }

  /** Of an account, they say that the column that is its key elsewhere is none here. */
  @Test
  void whatAContractDeclaresHasKeys() {
    List<String> without = new ArrayList<>();
    for (Contract contract : CONTRACTS.all()) {
      if (contract.optionalProperty(SubjectColumns.PROPERTY) instanceof Map<?, ?> subjects) {
        subjects.forEach((kind, declared) -> {
          assertThat(KINDS).contains(String.valueOf(kind));
          if (!kind.equals(SubjectColumns.ACCOUNT)
              && SubjectColumns.of(contract, String.valueOf(kind)).isEmpty()) {
            without.add(contract.name() + "." + kind);
          }
        });
      }
    }
    assertThat(without).isEmpty();
  }

  @Test
  void theRestrictedLocationIsTheConfiguredOneAndElseBelowTheRoot() throws IOException {
    Path overlay = folder.resolve("conf.yaml");
    Files.writeString(overlay, "lake: {root: /data/lake, restricted: /vault}\n");
    RunConfig.Locations named = RunConfig.load(HOME.resolve("conf"), overlay).lake();
    Files.writeString(overlay, "lake: {root: /data/lake}\n");
    RunConfig.Locations unnamed = RunConfig.load(HOME.resolve("conf"), overlay).lake();

    assertThat(new Lake(spark(), named, CONTRACTS).path("bronze.case_event"))
        .isEqualTo("/vault/bronze/case_event");
    assertThat(named.isRestrictedBelowRoot()).isFalse();
    assertThat(new Lake(spark(), unnamed, CONTRACTS).path("ops.quarantine"))
        .isEqualTo("/data/lake/restricted/ops/quarantine");
    assertThat(new Lake(spark(), named, CONTRACTS).path("silver.agent"))
        .isEqualTo("/data/lake/silver/agent");
  }
}
