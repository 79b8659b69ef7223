package io.supportlake.platform;

import static org.apache.spark.sql.functions.col;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.supportlake.Settings;
import io.supportlake.rules.KeyedHash;
import io.supportlake.testing.Lines;
import io.supportlake.testing.SmallHome;
import io.supportlake.testing.SparkSuite;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A lake keeps its key; another key builds another lake from the same landing zone. */
class KeyRotationTest extends SparkSuite {
  private static final LocalDate FIRST = LocalDate.of(2026, 3, 2);
  private static final LocalDate SECOND = FIRST.plusDays(1);
  private static final KeyedHash K1 = key("k1", "the key that was there first");
  private static final KeyedHash MISTAKEN = key("k1", "quite another key of that name");
  private static final KeyedHash K2 = key("k2", "the key that takes its place");

  @TempDir private static Path folder;

  private static Contracts contracts = CONTRACTS;

  private static KeyedHash key(String id, String key) {
    return KeyedHash.of(id, key.getBytes(StandardCharsets.UTF_8));
  }

  @BeforeAll
  static void runTheFirstDayUnderTheFirstKey() throws IOException {
    Path home = SmallHome.of(HOME, folder.resolve("home"), List.of("silver.app_user"));
    contracts = Contracts.load(home.resolve("schemas"));
    land(FIRST, "c1,u1,A1,2026-03-01T10:00:00Z,ann@nest.example,member,active");
    var _ = runner("old", K1).run(FIRST, FIRST);
  }

  @Test
  void anotherKeyIsRefusedWhateverItsNameAndChangesNothing() {
    long before = lake("old").version("ops.run_plan");
    for (KeyedHash wrong : List.of(MISTAKEN, K2)) {
      String said =
          wrong == K2
              ? "built with the key named k1, the one in use is named k2"
              : "is not the one that this lake was built with, though both are named k1";
      for (ThrowingCallable refused :
          List.<ThrowingCallable>of(
              () -> runner("old", wrong).run(null, SECOND),
              () -> runner("old", wrong).plan(null, SECOND),
              () -> erasure(wrong).erase("user", "u1"),
              () -> erasure(wrong).pending(),
              () ->
                  new SubjectExport(lake("old"), contracts, wrong)
                      .write("user", "u1", folder.resolve("handed-over")))) {
        assertThatThrownBy(refused)
            .isInstanceOf(UsageException.class)
            .hasMessageContaining(said)
            .hasMessageContaining("docs/privacy.md, Rotation of the key")
            .hasMessageNotContaining(LakeKey.fingerprint(wrong));
      }
    }
    assertThat(lake("old").version("ops.run_plan")).isEqualTo(before);
    assertThat(folder.resolve("handed-over")).doesNotExist();
  }

  @Test
  void aLakeOfTheNewKeyHasTheSameUsersUnderItsNameAndTheOldOneStaysAndGoesOn() throws IOException {
    var _ = runner("new", K2).run(FIRST, FIRST);

    assertThat(users("old")).containsExactly(K1.token("usr", "u1"));
    assertThat(users("new"))
        .containsExactly(K2.token("usr", "u1"))
        .allMatch(u -> u.startsWith("usr_k2_"));
    assertThat(
            lake("new")
                .read("silver.app_user")
                .where(col("email_token").startsWith("email_k2_"))
                .count())
        .isEqualTo(1);

    land(SECOND, "c2,u1,A1,2026-03-03T10:00:00Z,ann@nest.example,admin,active");
    for (String lake : List.of("old", "new")) {
      var _ = runner(lake, lake.equals("old") ? K1 : K2).run(null, SECOND);
      assertThat(users(lake)).hasSize(2);
      assertThat(users(lake).stream().distinct()).hasSize(1);
    }
  }

  private static void land(LocalDate day, String change) throws IOException {
    Path file = Files.createDirectories(folder.resolve("landing/user_change/" + day));
    Files.writeString(
        file.resolve("a.csv"),
        "change_id,user_id,account_id,changed_at,email,role,status\n" + change + "\n");
  }

  private static List<String> users(String lake) {
    return Lines.of(lake(lake).read("silver.app_user"), "user_id");
  }

  private static RunConfig config(String lake) {
    return RunConfig.load(folder.resolve("home/conf"), null)
        .at(folder.resolve(lake), folder.resolve("landing"), folder.resolve(lake + "-out"));
  }

  private static Settings settings(KeyedHash key) {
    return new Settings(
        SETTINGS.reportingZone(), SETTINGS.reportingCurrency(), SETTINGS.defaultRegion(), key);
  }

  private static Runner runner(String lake, KeyedHash key) {
    return new Runner(
        spark(),
        contracts,
        config(lake),
        settings(key),
        folder.resolve("home/conf"),
        Progress.silent());
  }

  private static Erasure erasure(KeyedHash key) {
    return new Erasure(
        spark(),
        contracts,
        config("old"),
        settings(key),
        folder.resolve("home/conf"),
        Progress.silent());
  }

  private static Lake lake(String name) {
    return new Lake(spark(), config(name).lake(), contracts);
  }
}
