package io.supportlake.crash;

import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** How many kills struck in which phase. */
final class Kills {
  private final Map<Phase, Integer> byPhase = new TreeMap<>();

  void add(Phase phase) {
    byPhase.merge(phase, 1, Integer::sum);
  }

  int count() {
    return byPhase.values().stream().mapToInt(Integer::intValue).sum();
  }

  int count(Phase phase) {
    return byPhase.getOrDefault(phase, 0);
  }

  @Override
  public String toString() {
    return "%d kills: %s"
        .formatted(
            count(),
            Arrays.stream(Phase.values())
                .map(p -> "%d in %s".formatted(count(p), p))
                .collect(Collectors.joining(", ")));
  }
}
