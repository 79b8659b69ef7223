package io.supportlake.generator;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class FamilyTest {
  private static final Path TAXONOMY =
      Path.of(
          System.getProperty("supportlake.home", "."), "conf", "taxonomy", "issue-families.yaml");

  @Test
  void atLeastSixtyFamiliesInEightGroupsAndFourLanguages() {
    List<Family> families = Family.all();
    assertThat(families).hasSizeGreaterThanOrEqualTo(61);
    assertThat(families.stream().map(Family::group).distinct()).hasSize(8);
    assertThat(families)
        .allSatisfy(f -> {
          for (String language : List.of("en", "de", "es", "fr")) {
            assertThat(f.sentences(language)).hasSizeGreaterThanOrEqualTo(2);
          }
        });
    assertThat(families.getLast().isOther()).isTrue();
  }

  @Test
  void theTaxonomyKnowsEveryFamilyOfTheGeneratorAndNoOther() throws IOException {
    Map<String, JsonNode> rules = taxonomy();
    assertThat(rules.keySet())
        .containsExactlyInAnyOrderElementsOf(Family.all().stream().map(Family::name).toList());
    for (Family family : Family.all()) {
      JsonNode rule = rules.getOrDefault(family.name(), MissingNode.getInstance());
      assertThat(rule.get("group").asText()).isEqualTo(family.group());
      assertThat(rule.get("product").asText()).isEqualTo(family.product());
      assertThat(rule.get("feature").asText()).isEqualTo(family.feature());
      assertThat(rule.get("stake").asText()).isEqualTo(family.stake());
      assertThat(rule.get("categories").get(0).asText()).isEqualTo(family.category());
    }
  }

  @Test
  void theLongestPhraseInASentenceNamesItsFamilyAndOtherHasNone() throws IOException {
    Map<String, String> phrases = new TreeMap<>();
    taxonomy()
        .forEach(
            (family, rule) -> rule.get("phrases").forEach(p -> phrases.put(p.asText(), family)));
    for (Family family : Family.all()) {
      for (String language : List.of("en", "de", "es", "fr")) {
        for (String sentence : family.sentences(language)) {
          String found =
              phrases.entrySet().stream()
                  .filter(e -> sentence.toLowerCase(Locale.ROOT).contains(e.getKey()))
                  .max((a, b) -> Integer.compare(a.getKey().length(), b.getKey().length()))
                  .map(Map.Entry::getValue)
                  .orElse("other");
          assertThat(found).as(sentence).isEqualTo(family.name());
        }
      }
    }
  }

  @Test
  void categoriesBelongToOneFamilyEach() throws IOException {
    List<String> categories = new ArrayList<>();
    taxonomy().values().forEach(r -> r.get("categories").forEach(c -> categories.add(c.asText())));
    assertThat(categories).doesNotHaveDuplicates();
  }

  private static Map<String, JsonNode> taxonomy() throws IOException {
    Map<String, JsonNode> rules = new TreeMap<>();
    new ObjectMapper(new YAMLFactory())
        .readTree(TAXONOMY.toFile())
        .get("families")
        .forEach(f -> rules.put(f.get("family").asText(), f));
    return rules;
  }
}
