package io.supportlake.models;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;

/**
 * Ids that outlive re-training: the closest pairs keep theirs, what is left gets a new one from a
 * hash.
 */
final class Identities {
  private Identities() {}

  /** How well a new thing fits an old one. */
  record Pair(int previous, int current, double fit) {}

  /**
   * Index of the previous thing for each current one, -1 where none is left; best fits first, each
   * used once.
   */
  static int[] match(List<Pair> pairs, int previous, int current) {
    List<Pair> sorted = new ArrayList<>(pairs);
    sorted.sort(
        Comparator.comparingDouble(Pair::fit)
            .reversed()
            .thenComparingInt(Pair::previous)
            .thenComparingInt(Pair::current));
    int[] matched = new int[current];
    Arrays.fill(matched, -1);
    boolean[] used = new boolean[previous];
    for (Pair pair : sorted) {
      if (matched[pair.current()] < 0 && !used[pair.previous()]) {
        matched[pair.current()] = pair.previous();
        used[pair.previous()] = true;
      }
    }
    return matched;
  }

  static String hash(String prefix, String... parts) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256")
              .digest(String.join("\u0000", parts).getBytes(StandardCharsets.UTF_8));
      return prefix + HexFormat.of().formatHex(digest, 0, 6);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
