package io.supportlake.generator;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An issue family of the fictional product, with the sentences that state it per language. Its name
 * and categories equal those of conf/taxonomy/issue-families.yaml, which a test holds.
 */
record Family(
    int index,
    String name,
    String label,
    String group,
    String product,
    String feature,
    String stake,
    double weight,
    String category,
    Map<String, List<String>> sentences) {
  private static final String FILE = "families.txt";

  boolean isOther() {
    return name.equals("other");
  }

  boolean isHighStake() {
    return stake.equals("high") || stake.equals("critical");
  }

  List<String> sentences(String language) {
    List<String> own = sentences.get(language);
    if (own == null) {
      throw new IllegalStateException(name + " has no sentences in " + language);
    }
    return own;
  }

  /** All families in the order of the file. */
  static List<Family> all() {
    List<Family> families = new ArrayList<>();
    @Nullable String[] head = null;
    Map<String, List<String>> sentences = new HashMap<>();
    for (String line : lines()) {
      if (line.isBlank() || line.startsWith("#")) {
        continue;
      }
      if (line.charAt(2) == ':') {
        String text = line.substring(4).replace("[", "").replace("]", "");
        sentences.put(line.substring(0, 2), List.of(text.split(" / ", -1)));
        continue;
      }
      if (head != null) {
        families.add(family(families.size(), head, sentences));
        sentences = new HashMap<>();
      }
      head = line.split(" \\| ", -1);
    }
    if (head != null) {
      families.add(family(families.size(), head, sentences));
    }
    return List.copyOf(families);
  }

  private static Family family(
      int index, @Nullable String[] head, Map<String, List<String>> sentences) {
    return new Family(
        index,
        field(head, 0),
        field(head, 1),
        field(head, 2),
        field(head, 3),
        field(head, 4),
        field(head, 5),
        Double.parseDouble(field(head, 6)),
        field(head, 7),
        Map.copyOf(sentences));
  }

  private static String field(@Nullable String[] head, int at) {
    String value = head[at];
    if (value == null) {
      throw new IllegalStateException(FILE + " misses field " + at);
    }
    return value.strip();
  }

  private static List<String> lines() {
    try (InputStream in = Family.class.getResourceAsStream(FILE)) {
      if (in == null) {
        throw new IllegalStateException(FILE + " is not in the jar; build it again.");
      }
      return new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8)).lines().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
