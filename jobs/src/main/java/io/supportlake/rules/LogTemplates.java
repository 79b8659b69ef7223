package io.supportlake.rules;

import java.io.Serial;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Templates of log lines: wide masks, a Drain tree (He, Zhu, Zheng, Lyu, ICWS 2017) with similarity
 * 0.9, then merges of templates that are equal after collapsing wildcards and of those that differ
 * in one position that takes six or more words.
 */
public final class LogTemplates {
  /** Stands for what varies. */
  public static final String WILDCARD = "<*>";

  private static final double SIMILARITY = 0.9;
  private static final int WORDS_OF_A_VARIABLE = 6;
  private static final int LONGEST_RUN = 8;

  /** Of a mask without a sign. */
  private static final String NONE = "";

  private static final String DIGITS = "0123456789";
  private static final String HEX = DIGITS + "abcdefABCDEF";
  private static final BitSet DIGIT = characters(DIGITS);
  private static final BitSet HEX_DIGIT = characters(HEX);
  private static final String LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  private static final String MONTHS = "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec";
  private static final String WEEKDAYS = "Mon|Tue|Wed|Thu|Fri|Sat|Sun";
  private static final Set<String> DAYS_AND_MONTHS =
      Set.of((WEEKDAYS + "|" + MONTHS).split("\\|", -1));
  private static final String MONTH = "(?:" + MONTHS + ")[a-z]{0,6}";
  private static final String WEEKDAY = "(?:" + WEEKDAYS + ")[a-z]{0,6}";
  private static final String CLOCK = "\\d{1,2}:\\d{2}(?::\\d{2}(?:[.,]\\d{1,9})?)?";
  private static final String OFFSET = "(?: ?(?:Z|UTC|GMT|[+-]\\d{2}:?\\d{2})(?![A-Za-z0-9]))?";

  /** Applied in order; a mask's own name holds no digit, so that later ones leave it alone. */
  static final List<Mask> MASKS =
      List.of(
          mask(
              "<uuid>",
              "-",
              HEX,
              "(?<![0-9A-Za-z])[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}(?![0-9A-Za-z])"),
          mask("<url>", "://", LETTERS, "\\b[a-z][a-z0-9+.-]{1,15}://[^\\s\"'<>,;)\\]]+"),
          mask(
              "<date>",
              NONE,
              DIGITS + "JFMASONDTW",
              LogTemplates::mayBeDate,
              "(?<![\\w.])\\d{4}[-/.]\\d{1,2}[-/.]\\d{1,2}(?:(?:T|[ ,_-]{1,2})"
                  + CLOCK
                  + ")?"
                  + OFFSET
                  + "(?![\\d])"
                  + "|(?<![\\w.])\\d{1,2}[/.]\\d{1,2}[/.]\\d{2,4}(?:[ ,T]{1,2}"
                  + CLOCK
                  + ")?"
                  + OFFSET
                  + "(?![\\d.])"
                  + "|(?<![\\w])(?:"
                  + WEEKDAY
                  + ",? {1,2})?"
                  + MONTH
                  + " {1,2}\\d{1,2}(?:,? \\d{4})?(?: "
                  + CLOCK
                  + OFFSET
                  + ")?(?: \\d{4})?(?![\\w])"
                  + "|(?<![\\w])(?:"
                  + WEEKDAY
                  + ",? )?\\d{1,2}[ /-]"
                  + MONTH
                  + "[ /-]\\d{2,4}(?:[ :]"
                  + CLOCK
                  + OFFSET
                  + ")?(?![\\w])"),
          mask(
              "<time>",
              ":",
              DIGITS,
              "(?<![\\w.:])\\d{1,2}:\\d{2}:\\d{2}(?:[.,]\\d{1,9})?" + OFFSET + "(?![\\w:])"),
          mask(
              "<ip>",
              NONE,
              HEX + "/",
              LogTemplates::mayBeAddress,
              "(?<![\\w.])/?(?:\\d{1,3}\\.){3}\\d{1,3}(?::\\d{1,5})?(?![\\w]|\\.\\d)"
                  + "|(?<![\\w:])(?=[0-9A-Fa-f:]*\\d)(?:[0-9A-Fa-f]{1,4}:){2,7}(?::?[0-9A-Fa-f]{1,4}){1,7}(?![\\w:])"),
          mask(
              "<host>",
              ":",
              LETTERS + DIGITS + "_-",
              "(?<![\\w.<-])(?:localhost|(?:[A-Za-z0-9_-]+\\.)+[A-Za-z][A-Za-z0-9-]*|[A-Za-z][A-Za-z_-]*\\d[\\w-]*):\\d{2,5}(?![\\w])"),
          mask(
              "<name>",
              ".",
              LETTERS + "_$",
              "(?<![\\w.<])(?:[A-Za-z_$][\\w$-]*\\.){2,}[A-Za-z_$][\\w$]*"),
          mask("<path>", "/", "~./", "(?<![\\w<>/])(?:~|\\.{1,2})?(?:/[\\w.@%+~:=-]+){2,}/?"),
          mask("<path>", ":\\", LETTERS, "(?<![\\w])[A-Za-z]:\\\\[^\\s\"'<>|]+"),
          mask(
              "<hex>",
              NONE,
              HEX,
              LogTemplates::mayBeHex,
              "(?<![\\w])0[xX][0-9a-fA-F]+(?![\\w])"
                  + "|(?<![A-Za-z0-9])(?=[0-9a-f]*[a-f])(?=[0-9a-f]*\\d)[0-9a-f]{8,}(?![A-Za-z0-9])"
                  + "|(?<![A-Za-z0-9])(?=[0-9A-F]*[A-F])(?=[0-9A-F]*\\d)[0-9A-F]{8,}(?![A-Za-z0-9])"),
          mask(
              "<num>",
              NONE,
              DIGITS + "+-",
              "(?<![A-Za-z0-9.])[+-]?\\d++(?:[.,]\\d++)*(?: ?(?:[KMGTP]i?B|[kmgt]b|bytes|ms|secs?|seconds?|minutes?)|(?:%|ns|us|µs|s|min|h|d|B|Hz|MHz|GHz))(?![A-Za-z0-9])"
                  + "|(?<![A-Za-z0-9.])[+-]?\\d++(?:[.,]\\d++)*(?![A-Za-z0-9])"));

  private static final Pattern ANY_MASK = Pattern.compile("<(?:[a-z]+|\\*)>");
  private static final Pattern WILDCARDS = Pattern.compile("<\\*>(?:[ ,;|]*<\\*>)+");
  private static final Pattern BLANKS = Pattern.compile("\\s+");

  private LogTemplates() {}

  /** Whether a match may begin at a character, told by less than the pattern asks. */
  private interface Head {
    boolean mayBegin(String line, int at);
  }

  /**
   * What is masked. A match holds the sign, begins with one of few characters, and never stands
   * right behind a letter or a digit: only there, and where what follows may be one, it is tried,
   * which saves most of the work.
   */
  record Mask(String name, String sign, BitSet first, Head head, Pattern pattern) {
    String applied(String line) {
      Matcher matcher = null;
      StringBuilder out = null;
      int from = 0;
      boolean isInside = false;
      for (int i = 0; i < line.length(); i++) {
        char c = line.charAt(i);
        if (!isInside && first.get(c) && head.mayBegin(line, i)) {
          matcher = matcher == null ? matcher(line) : matcher;
          if (matcher.region(i, line.length()).lookingAt()) {
            out = out == null ? new StringBuilder(line.length()) : out;
            out.append(line, from, i).append(name);
            from = matcher.end();
            i = from - 1;
            c = line.charAt(i);
          }
        }
        isInside = c < 128 && Character.isLetterOrDigit(c);
      }
      return out == null ? line : out.append(line, from, line.length()).toString();
    }

    /** Its look-behind sees what stands before its region. */
    private Matcher matcher(String line) {
      return pattern.matcher(line).useTransparentBounds(true).useAnchoringBounds(false);
    }
  }

  private static Mask mask(String name, String sign, String first, String regex) {
    return mask(name, sign, first, (_, _) -> true, regex);
  }

  private static Mask mask(String name, String sign, String first, Head head, String regex) {
    return new Mask(name, sign, characters(first), head, Pattern.compile(regex));
  }

  private static BitSet characters(String all) {
    return all.chars().collect(BitSet::new, BitSet::set, BitSet::or);
  }

  /** One to four digits and what may stand between the parts of a date, or a month or weekday. */
  private static boolean mayBeDate(String line, int at) {
    int end = endOf(DIGIT, line, at, 5);
    return end == at
        ? DAYS_AND_MONTHS.contains(line.substring(at, Math.min(at + 3, line.length())))
        : end - at <= 4 && end < line.length() && "-/. ".indexOf(line.charAt(end)) >= 0;
  }

  /** Up to four hex digits and a point or a colon. */
  private static boolean mayBeAddress(String line, int at) {
    int start = line.charAt(at) == '/' ? at + 1 : at;
    int end = endOf(HEX_DIGIT, line, start, 5);
    return end - start <= 4
        && end < line.length()
        && (line.charAt(end) == '.' || line.charAt(end) == ':');
  }

  /** Eight hex digits, or 0x. */
  private static boolean mayBeHex(String line, int at) {
    return endOf(HEX_DIGIT, line, at, 8) - at == 8
        || (line.charAt(at) == '0' && line.regionMatches(true, at + 1, "x", 0, 1));
  }

  /** Where a run of such characters ends that begins here, of at most so many looked at. */
  private static int endOf(BitSet characters, String line, int from, int most) {
    int end = from;
    while (end < line.length() && end - from < most && characters.get(line.charAt(end))) {
      end++;
    }
    return end;
  }

  /**
   * The line with ids, dates, addresses, hosts, class names, paths, hex and numbers masked, and
   * with single blanks. Lines of one kind mostly become equal here; keep a map from masked line to
   * template id in front of {@link Miner}, since masking is the dear part.
   */
  public static String mask(String line) {
    String masked = line.strip();
    for (Mask mask : MASKS) {
      masked = masked.contains(mask.sign()) ? mask.applied(masked) : masked;
    }
    return mayHaveOtherBlanks(masked) ? BLANKS.matcher(masked).replaceAll(" ") : masked;
  }

  /** Whether blanks may be other than single spaces. */
  private static boolean mayHaveOtherBlanks(String line) {
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      if (c <= ' ' && (c != ' ' || (i > 0 && line.charAt(i - 1) == ' '))) {
        return true;
      }
    }
    return false;
  }

  /** The id of a template: 64 bits of the SHA-256 of its text, in hex. */
  public static String templateId(String template) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      byte[] hash = digest.digest(template.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash, 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("This JDK has no SHA-256, which every JDK must have.", e);
    }
  }

  /**
   * The template that a masked line would be on its own: every mask and run of masks one wildcard.
   */
  static String collapse(String masked) {
    String wild = ANY_MASK.matcher(masked).replaceAll(WILDCARD);
    return WILDCARDS.matcher(wild).replaceAll(WILDCARD);
  }

  /**
   * A template.
   *
   * @param id {@link #templateId} of the text
   * @param text words and {@link #WILDCARD}
   * @param count lines that have it
   */
  public record Template(String id, String text, long count) {}

  /**
   * The templates of a set of lines.
   *
   * @param templates by id
   * @param idByLine template id of every masked line that was added
   */
  public record Mined(SortedMap<String, Template> templates, Map<String, String> idByLine) {}

  /**
   * Collects masked lines with their counts. Miners of partitions merge into the miner of the whole
   * without loss, and {@link #mine} does not depend on the order of adding. Not thread-safe.
   */
  public static final class Miner implements Serializable {
    @Serial private static final long serialVersionUID = 1;

    private final TreeMap<String, Long> counts = new TreeMap<>();
    private final TreeSet<String> known = new TreeSet<>();

    /** A miner that knows no templates. */
    public Miner() {}

    /**
     * A miner that keeps to templates found earlier: a line that fits one gets its id, so that ids
     * stay when new lines come; only the others go to the tree.
     */
    public static Miner knowing(Collection<String> templates) {
      Miner miner = new Miner();
      miner.known.addAll(templates);
      return miner;
    }

    /**
     * Adds a line that occurred {@code count} times.
     *
     * @param masked as {@link LogTemplates#mask} returns it
     * @throws IllegalArgumentException when the count is not positive
     */
    public void add(String masked, long count) {
      Require.that(count > 0, "a line's count must be positive, was %s for: %s", count, masked);
      counts.merge(masked, count, Long::sum);
    }

    /** Adds the lines and known templates of another miner. */
    public void merge(Miner other) {
      other.counts.forEach((line, count) -> counts.merge(line, count, Long::sum));
      known.addAll(other.known);
    }

    /** Templates of all lines added, inserted by count, highest first, then by text. */
    public Mined mine() {
      Known fixed = new Known(known);
      Tree tree = new Tree();
      Map<String, Node> nodes = new HashMap<>();
      Map<String, String> texts = new HashMap<>();
      List<Map.Entry<String, Long>> lines = new ArrayList<>(counts.entrySet());
      lines.sort(
          Map.Entry.<String, Long>comparingByValue(Comparator.reverseOrder())
              .thenComparing(Map.Entry.comparingByKey()));
      for (Map.Entry<String, Long> line : lines) {
        String fit = fixed.fitting(line.getKey().split(" ", -1));
        if (fit == null) {
          nodes.put(line.getKey(), tree.insert(line.getKey()));
        } else {
          texts.put(line.getKey(), fit);
        }
      }
      TreeSet<String> collapsed = new TreeSet<>();
      nodes.values().forEach(node -> collapsed.add(collapse(node.text())));
      Map<String, String> merged = mergeOnePosition(collapsed);
      nodes.forEach((line, node) -> texts.put(line, finalText(merged, collapse(node.text()))));
      return mined(texts);
    }

    private Mined mined(Map<String, String> texts) {
      TreeMap<String, Template> templates = new TreeMap<>();
      TreeMap<String, String> ids = new TreeMap<>();
      counts.forEach((line, count) -> {
        String text = texts.getOrDefault(line, line);
        String id = templateId(text);
        ids.put(line, id);
        templates.merge(
            id,
            new Template(id, text, count),
            (a, b) -> new Template(id, text, a.count() + b.count()));
      });
      return new Mined(
          Collections.unmodifiableSortedMap(templates), Collections.unmodifiableMap(ids));
    }

    private static String finalText(Map<String, String> merged, String text) {
      String now = text;
      String next = merged.get(now);
      while (next != null) {
        now = next;
        next = merged.get(now);
      }
      return now;
    }
  }

  /** Rounds of merging until nothing changes; each template points to the one that took it in. */
  private static Map<String, String> mergeOnePosition(Set<String> start) {
    Map<String, String> merged = new HashMap<>();
    TreeSet<String> templates = new TreeSet<>(start);
    boolean changed = true;
    while (changed) {
      changed = false;
      TreeMap<String, TreeSet<String>> groups = new TreeMap<>();
      for (String template : templates) {
        for (String opened : openings(template)) {
          groups.computeIfAbsent(opened, _ -> new TreeSet<>()).add(template);
        }
      }
      List<Map.Entry<String, TreeSet<String>>> largest = new ArrayList<>(groups.entrySet());
      largest.removeIf(entry -> entry.getValue().size() < WORDS_OF_A_VARIABLE);
      largest.sort(
          Comparator.comparingInt((Map.Entry<String, TreeSet<String>> e) -> -e.getValue().size())
              .thenComparing(Map.Entry.comparingByKey()));
      for (Map.Entry<String, TreeSet<String>> entry : largest) {
        TreeSet<String> members = new TreeSet<>(entry.getValue());
        members.retainAll(templates);
        if (members.size() >= WORDS_OF_A_VARIABLE) {
          String text = collapse(entry.getKey());
          templates.removeAll(members);
          templates.add(text);
          members.stream().filter(m -> !m.equals(text)).forEach(m -> merged.put(m, text));
          changed = true;
        }
      }
    }
    return merged;
  }

  /** The template with one word at a time made a wildcard, as long as another word is left. */
  private static List<String> openings(String template) {
    String[] tokens = template.split(" ", -1);
    List<String> openings = new ArrayList<>();
    long words = Arrays.stream(tokens).filter(LogTemplates::isWord).count();
    for (int i = 0; i < tokens.length && words > 1; i++) {
      String token = tokens[i];
      if (isWord(token)) {
        tokens[i] = WILDCARD;
        openings.add(String.join(" ", tokens));
        tokens[i] = token;
      }
    }
    return openings;
  }

  private static boolean isWord(String token) {
    return !token.equals(WILDCARD) && token.chars().anyMatch(Character::isLetter);
  }

  /** Templates by number of tokens and first token. */
  private static final class Tree {
    private final Map<String, List<Node>> groups = new HashMap<>();

    List<Node> groupOf(String[] tokens) {
      String first = ANY_MASK.matcher(tokens[0]).find() ? WILDCARD : tokens[0];
      return groups.computeIfAbsent(tokens.length + " " + first, _ -> new ArrayList<>());
    }

    /** The most similar template takes the line in and opens where they differ. */
    Node insert(String line) {
      String[] tokens = line.split(" ", -1);
      List<Node> group = groupOf(tokens);
      Node best = null;
      double most = SIMILARITY;
      for (Node node : group) {
        double similarity = node.similarity(tokens);
        if (similarity > most || (similarity == most && best == null)) {
          best = node;
          most = similarity;
        }
      }
      if (best == null) {
        best = new Node(tokens);
        group.add(best);
      } else {
        best.open(tokens);
      }
      return best;
    }
  }

  /** Templates of earlier runs, by first token. */
  private static final class Known {
    private final Map<String, List<String[]>> groups = new HashMap<>();

    Known(Collection<String> templates) {
      for (String template : templates) {
        String[] tokens = template.split(" ", -1);
        groups.computeIfAbsent(tokens[0], _ -> new ArrayList<>()).add(tokens);
      }
    }

    /** The template that the line fits; of several, the one with most words. */
    @Nullable String fitting(String[] line) {
      String[] tokens = new String[line.length];
      Arrays.setAll(tokens, i -> collapse(line[i]));
      String[] best = null;
      for (String first : List.of(tokens[0], WILDCARD)) {
        for (String[] template : groups.getOrDefault(first, List.of())) {
          boolean better = best == null || words(template) > words(best);
          if (better && fits(template, 0, tokens, 0)) {
            best = template;
          }
        }
      }
      return best == null ? null : String.join(" ", best);
    }

    private static long words(String[] template) {
      return Arrays.stream(template).filter(token -> !token.equals(WILDCARD)).count();
    }

    /** A wildcard takes one token, or a run that collapsing made one: from a mask to a mask. */
    private static boolean fits(String[] template, int at, String[] line, int from) {
      if (at == template.length || from == line.length) {
        return at == template.length && from == line.length;
      }
      boolean wild = template[at].startsWith(WILDCARD);
      if ((template[at].equals(line[from]) || template[at].equals(WILDCARD))
          && fits(template, at + 1, line, from + 1)) {
        return true;
      }
      int longest = wild && isMask(line[from]) ? Math.min(line.length, from + LONGEST_RUN) : from;
      for (int end = from + 2; end <= longest; end++) {
        if (isMask(line[end - 1]) && fits(template, at + 1, line, end)) {
          return true;
        }
      }
      return false;
    }

    private static boolean isMask(String token) {
      return token.startsWith(WILDCARD);
    }
  }

  private static final class Node {
    private final String[] tokens;

    Node(String[] tokens) {
      this.tokens = tokens;
    }

    double similarity(String[] line) {
      int equal = 0;
      for (int i = 0; i < tokens.length; i++) {
        equal += tokens[i].equals(line[i]) ? 1 : 0;
      }
      return (double) equal / tokens.length;
    }

    void open(String[] line) {
      for (int i = 0; i < tokens.length; i++) {
        if (!tokens[i].equals(line[i])) {
          tokens[i] = WILDCARD;
        }
      }
    }

    String text() {
      return String.join(" ", tokens);
    }
  }
}
