package io.supportlake.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.supportlake.Settings;
import io.supportlake.rules.KeyedHash;
import io.supportlake.rules.Redactor;
import io.supportlake.rules.Redactor.Redacted;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The key that tokens are made with: where it comes from, and how it is replaced. */
class PrivacyKeyTest {
  private static final Path CONF = Path.of(System.getProperty("supportlake.home", "."), "conf");
  private static final String FIRST = "000102030405060708090a0b0c0d0e0f";
  private static final String SECOND = "f0e0d0c0b0a090807060504030201000";

  @TempDir private Path folder;

  private RunConfig named(String keyId) throws IOException {
    Path overlay = folder.resolve("overlay.yaml");
    return RunConfig.load(
        CONF,
        Files.writeString(overlay, "privacy: {keyId: '%s', keyVariable: K}\n".formatted(keyId)));
  }

  private static Redactor redactor(RunConfig config, String key) {
    Settings settings = config.settings(Map.of("K", key));
    return Redactor.of(settings.key(), settings.defaultRegion());
  }

  @Test
  void withoutAKeyNothingRuns() {
    RunConfig config = RunConfig.load(CONF, null);
    for (Map<String, String> environment :
        List.of(Map.<String, String>of(), Map.of("SUPPORTLAKE_KEY", "  "))) {
      assertThatThrownBy(() -> config.settings(environment))
          .isInstanceOf(UsageException.class)
          .hasMessageContaining("the environment variable SUPPORTLAKE_KEY is not set")
          .hasMessageContaining("openssl rand -hex 32");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"000102030405060708090a0b0c0d0e", "not a key but some pass phrase", "abc"})
  void aKeyThatIsNoneIsRefusedAndNotQuoted(String key) throws IOException {
    RunConfig config = named("k1");
    assertThatThrownBy(() -> config.settings(Map.of("K", key)))
        .isInstanceOf(UsageException.class)
        .hasMessageStartingWith("the key in K is not usable")
        .hasMessageNotContaining(key);
  }

  @Test
  void aNameThatTokensCannotCarryIsRefused() throws IOException {
    RunConfig config = named("k-1");
    assertThatThrownBy(() -> config.settings(Map.of("K", FIRST)))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("keyId")
        .hasMessageContaining("k-1");
  }

  @Test
  void theKeyIsNeitherInTheConfigurationNorInItsHash() throws IOException {
    RunConfig config = named("k1");
    Settings settings = config.settings(Map.of("K", FIRST));
    assertThat(config.printable()).contains("k1").doesNotContain(FIRST);
    assertThat(settings.toString()).contains("k1").doesNotContain(FIRST, "0001");
  }

  @Test
  void aNewKeyMakesOtherTokensUnderItsNameAndLeavesTheOldOnes() throws IOException {
    Redactor before = redactor(named("k1"), FIRST);
    Redactor after = redactor(named("k2"), SECOND);
    String text = "card 4111 1111 1111 1111 of bob@x.io";

    String old = before.redact(text).text();
    assertThat(old).matches("card \\[CARD:k1:[0-9a-f]{12}\\] of \\[EMAIL:k1:[0-9a-f]{12}\\]");
    assertThat(after.redact(text).text())
        .matches("card \\[CARD:k2:[0-9a-f]{12}\\] of \\[EMAIL:k2:[0-9a-f]{12}\\]")
        .isNotEqualTo(old.replace(":k1:", ":k2:"));
    assertThat(after.redact(old)).isEqualTo(new Redacted(old, List.of()));
    assertThat(redactor(named("k1"), FIRST).redact(text).text()).isEqualTo(old);
  }

  @Test
  void tokensOfRecordsJoinWithThoseInTexts() throws IOException {
    KeyedHash key = named("k1").settings(Map.of("K", FIRST)).key();
    String inText = Redactor.of(key, "DE").redact("Bob@X.io").findings().getFirst().token();
    String hex = inText.substring("[EMAIL:k1:".length(), inText.length() - 1);
    assertThat(key.token("email", "bob@x.io")).startsWith("email_k1_" + hex);
  }
}
