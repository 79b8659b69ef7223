package io.supportlake.models;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Words and word pairs that tell groups of texts apart, by class-based TF-IDF (Grootendorst,
 * BERTopic, 2022). Negations are kept: "not received" is another topic than "received".
 */
final class Phrases {
  private static final int MIN_TICKETS = 3;
  private static final Pattern PLACEHOLDER = Pattern.compile("<[^>]{0,60}>|\\[[^\\]]{0,60}\\]");
  private static final Pattern WORD = Pattern.compile("\\p{L}[\\p{L}\\p{N}]*(?:['’]\\p{L}+)?");

  private static final Set<String> STOP_WORDS =
      Set.of(
          ("a about after again all also am an and any are as at back be because been before being but by can could"
                  + " dear did do does doing for from get getting got had has have having hello help her here hi him"
                  + " his how i i'd i'll i'm i've if in into is it it's its just kind know let like look many may me"
                  + " might more most much must my need now of off on once only or other our out over own please"
                  + " regards same see she should since so some still such team than thank thanks that that's the"
                  + " their them then there these they this those through to too trying under until up us very want"
                  + " was we we're we've were what when where which while who why will with would you your")
              .split(" "));

  private Phrases() {}

  /**
   * Up to {@code limit} phrases for each group, the most telling first; each is in at least 3 texts
   * of its group.
   */
  static List<List<String>> of(List<List<String>> groups, int limit) {
    List<Map<String, Integer>> tickets = new ArrayList<>();
    List<Map<String, Integer>> counts = new ArrayList<>();
    Map<String, Integer> overall = new HashMap<>();
    long total = 0;
    for (List<String> group : groups) {
      Map<String, Integer> groupTickets = new HashMap<>();
      Map<String, Integer> groupCounts = new HashMap<>();
      for (String text : group) {
        List<String> terms = terms(text);
        for (String term : terms) {
          groupCounts.merge(term, 1, Integer::sum);
          overall.merge(term, 1, Integer::sum);
        }
        for (String term : new HashSet<>(terms)) {
          groupTickets.merge(term, 1, Integer::sum);
        }
        total += terms.size();
      }
      tickets.add(groupTickets);
      counts.add(groupCounts);
    }
    double average = groups.isEmpty() ? 0 : (double) total / groups.size();
    List<List<String>> phrases = new ArrayList<>();
    for (int g = 0; g < groups.size(); g++) {
      Map<String, Integer> groupTickets = tickets.get(g);
      Map<String, Integer> groupCounts = counts.get(g);
      List<String> ranked =
          groupCounts.keySet().stream()
              .filter(term -> groupTickets.getOrDefault(term, 0) >= MIN_TICKETS)
              .sorted(
                  Comparator.comparingDouble((String term) ->
                          -groupCounts.getOrDefault(term, 0)
                              * Math.log1p(average / overall.getOrDefault(term, 1)))
                      .thenComparing(Comparator.naturalOrder()))
              .limit(10L * limit)
              .toList();
      phrases.add(distinct(ranked, limit));
    }
    return phrases;
  }

  /**
   * A phrase whose words are all told already adds nothing; a pair takes the place of its own word.
   */
  private static List<String> distinct(Collection<String> ranked, int limit) {
    List<String> chosen = new ArrayList<>();
    for (String phrase : ranked) {
      Set<String> words = Set.copyOf(Arrays.asList(phrase.split(" ")));
      Set<String> told = new HashSet<>();
      chosen.forEach(c -> told.addAll(Arrays.asList(c.split(" "))));
      if (told.containsAll(words)) {
        continue;
      }
      int within =
          chosen.indexOf(chosen.stream().filter(words::contains).findFirst().orElse(phrase));
      if (within >= 0) {
        chosen.set(within, phrase);
      } else if (chosen.size() < limit) {
        chosen.add(phrase);
      }
    }
    return List.copyOf(chosen);
  }

  /**
   * Words and pairs of neighbouring words, lower case, without stop words and placeholders of
   * redacted values.
   */
  static List<String> terms(String text) {
    List<String> words = new ArrayList<>();
    Matcher matcher =
        WORD.matcher(PLACEHOLDER.matcher(text.toLowerCase(Locale.ROOT)).replaceAll(" "));
    while (matcher.find()) {
      String word = matcher.group().replace('’', '\'');
      if (word.length() > 1 && !STOP_WORDS.contains(word)) {
        words.add(word);
      }
    }
    List<String> terms = new ArrayList<>(words);
    for (int i = 1; i < words.size(); i++) {
      if (!words.get(i).equals(words.get(i - 1))) {
        terms.add(words.get(i - 1) + " " + words.get(i));
      }
    }
    return terms;
  }
}
