package io.supportlake.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;

class KeyedHashTest {
  private static final byte[] KEY = "0123456789abcdef".getBytes(StandardCharsets.UTF_8);
  private static final KeyedHash HASH = KeyedHash.of("k1", KEY);

  @Test
  void tokenIsTheHmacOfLengthPrefixedParts() throws Exception {
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(KEY, "HmacSHA256"));
    byte[] message = HexFormat.of().parseHex("00000003757372000000026e31"); // 3 usr 2 n1
    String expected = HexFormat.of().formatHex(mac.doFinal(message)).substring(0, 20);

    assertThat(HASH.token("usr", "n1")).isEqualTo("usr_k1_" + expected).matches("[A-Za-z0-9_]+");
    assertThat(HASH.hex("usr", "n1", 12)).isEqualTo(expected.substring(0, 12));
  }

  @Test
  void tokensDependOnKindValueAndKey() {
    KeyedHash other = KeyedHash.of("k1", "another key of 16+".getBytes(StandardCharsets.UTF_8));
    assertThat(
            List.of(
                HASH.token("usr", "a"),
                HASH.token("usr", "b"),
                HASH.token("acc", "a"),
                other.token("usr", "a")))
        .doesNotHaveDuplicates();
    assertThat(HASH.unit("ab", "c")).isNotEqualTo(HASH.unit("a", "bc"));
  }

  @Test
  void aTokenIsToldFromOtherValues() {
    String token = HASH.token("usr", "n1");
    assertThat(HASH.isToken("usr", token)).isTrue();
    assertThat(
            List.of(
                "n1",
                "",
                token.substring(1),
                token + "0",
                token.replaceAll(".$", "g"),
                token.toUpperCase(java.util.Locale.ROOT),
                HASH.token("email", "n1"),
                KeyedHash.of("k2", KEY).token("usr", "n1")))
        .noneMatch(value -> HASH.isToken("usr", value));
  }

  @Test
  void unitsAreUniform() {
    double[] units =
        IntStream.range(0, 20_000).mapToDouble(i -> HASH.unit("campaign", "acc" + i)).toArray();
    for (int decile = 0; decile < 10; decile++) {
      double low = decile / 10.0;
      long inside = Arrays.stream(units).filter(u -> u >= low && u < low + 0.1).count();
      assertThat(inside / 20_000.0).isCloseTo(0.1, within(0.01));
    }
    assertThat(Arrays.stream(units).allMatch(u -> u >= 0 && u < 1)).isTrue();
  }

  @Test
  void armsOfTwoCampaignsAreIndependent() {
    long both =
        IntStream.range(0, 20_000)
            .filter(i -> HASH.unit("c1", "acc" + i) < 0.5 && HASH.unit("c2", "acc" + i) < 0.5)
            .count();
    assertThat(both / 20_000.0).isCloseTo(0.25, within(0.012));
  }

  @Test
  void aCopySentToAnotherJvmGivesTheSameTokens() throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(HASH);
    }
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      KeyedHash copy = (KeyedHash) in.readObject();
      assertThat(copy.token("usr", "n1")).isEqualTo(HASH.token("usr", "n1"));
    }
  }

  @Test
  void threadsDoNotDisturbEachOther() {
    List<String> expected =
        IntStream.range(0, 2000).mapToObj(i -> HASH.token("u", "" + i)).toList();
    assertThat(IntStream.range(0, 2000).parallel().mapToObj(i -> HASH.token("u", "" + i)).toList())
        .isEqualTo(expected);
  }

  @Test
  void theKeyIsNotPrinted() {
    assertThat(HASH).hasToString("KeyedHash[k1]");
  }

  @Test
  void weakKeysAndOddNamesAreRefused() {
    assertThatThrownBy(() -> KeyedHash.of("k1", new byte[8]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a key needs 16 bytes or more, was 8");
    assertThatThrownBy(() -> KeyedHash.of("k_1", KEY))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a key's name must be 1 to 16 letters or digits, was 'k_1'");
  }
}
