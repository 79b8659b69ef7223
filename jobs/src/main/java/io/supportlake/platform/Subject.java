package io.supportlake.platform;

import static org.apache.spark.sql.functions.col;

import io.supportlake.rules.KeyedHash;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * A person as the tables know them.
 *
 * @param id as the sources name the person
 * @param token as silver and gold name a user
 * @param contacts e-mail addresses, phone numbers and names of nobody else, and what stands for
 *     them in silver
 */
record Subject(
    Kind kind, String id, String token, SortedSet<String> contacts, boolean isPartOfOthers) {
  /** A shorter value would be found in words that have nothing to do with the person. */
  private static final int SHORTEST_CONTACT = 5;

  /** Shorter ones {@link DecodingScan} does not take. */
  private static final int SHORTEST_NEEDLE = 4;

  /** What follows a value in Parquet, JSON, CSV, lines and sentences. */
  private static final List<String> ENDS =
      List.of(DecodingScan.END_OF_VALUE, "\"", ",", ";", "|", "\n", "\r", " ", ".", "\\");

  /** What a word is made of where ids may stand inside composite ones: {@code ros-ID-0}. */
  private static final String ALNUM = "[\\p{Alnum}]";

  /** The same where an id or a name may go on behind a hyphen and be another person's. */
  private static final String HYPHENATED = "[\\p{Alnum}_-]";

  /** Hex digits of the tokens in redacted texts. */
  private static final int REDACTED_HEX = 12;

  /** Who people are. */
  public enum Kind {
    /** A user of an account. */
    USER("usr"),
    /** Who works for the support operation, or looks after accounts. */
    AGENT("agt");

    private final String tokenKind;

    Kind(String tokenKind) {
      this.tokenKind = tokenKind;
    }

    /** As contracts and requests write it. */
    String word() {
      return name().toLowerCase(Locale.ROOT);
    }

    /** The kind of a request. */
    static Kind of(String word) {
      return valueOf(word.toUpperCase(Locale.ROOT));
    }
  }

  /**
   * The person, with the contact values that bronze and silver still hold of them.
   *
   * @param mappings that may have made the id of a vendor's number
   */
  static Subject of(
      Lake lake, KeyedHash key, Kind kind, String id, Collection<SourceMapping> mappings) {
    String token = key.token(kind.tokenKind, id);
    SortedSet<String> contacts = new TreeSet<>();
    if (kind == Kind.USER) {
      for (String column : List.of("email", "phone")) {
        contacts.addAll(own(lake.read("bronze.user_change"), "user_id", column, id));
      }
      for (String column : List.of("email_token", "phone_token")) {
        for (String value : own(lake.read("silver.app_user"), "user_id", column, token)) {
          contacts.add(value);
          String[] parts = value.split("_", 3);
          contacts.add(
              "[%s:%s:%s]"
                  .formatted(
                      parts[0].toUpperCase(Locale.ROOT),
                      parts[1],
                      parts[2].substring(0, REDACTED_HEX)));
        }
      }
    } else {
      contacts.addAll(own(lake.read("bronze.roster_change"), "agent_id", "agent_name", id));
    }
    Dataset<Row> register =
        kind == Kind.USER
            ? lake.read("bronze.user_change").select("user_id")
            : lake.read("bronze.roster_change").select("agent_id");
    // Vendors' people are in no register, and one's number may begin another's.
    boolean isPart =
        id.length() < SHORTEST_CONTACT
            || mappings.stream().anyMatch(m -> !m.vendorIds(id).isEmpty())
            || !register
                .toDF("id")
                .where(col("id").contains(id).and(col("id").notEqual(id)))
                .isEmpty();
    return new Subject(kind, id, token, contacts, isPart);
  }

  /** Values of the person that no other person has: a shared mailbox is nobody's. */
  private static List<String> own(Dataset<Row> rows, String key, String column, String id) {
    Dataset<Row> values = rows.where(col(column).isNotNull());
    Dataset<Row> mine = values.where(col(key).equalTo(id)).select(column).distinct();
    Dataset<Row> others = values.where(col(key).notEqual(id)).select(column);
    return mine.except(others).collectAsList().stream()
        .map(r -> r.getString(0).strip())
        .filter(v -> v.length() >= SHORTEST_CONTACT)
        .toList();
  }

  /** Everything to be searched for. */
  SortedSet<String> needles() {
    SortedSet<String> needles = new TreeSet<>(contacts);
    needles.add(id);
    needles.add(token);
    return needles;
  }

  /**
   * What to search files for. An id that is part of others' ids is searched for with what may
   * follow it; of tables it is asked by query besides.
   */
  SortedSet<String> fileNeedles() {
    SortedSet<String> needles = needles();
    if (isPartOfOthers) {
      needles.remove(id);
      for (String end : ENDS) {
        needles.add(id + end);
      }
      needles.removeIf(n -> n.length() < SHORTEST_NEEDLE);
    }
    return needles;
  }

  /** Whether a text holds one of the needles as a whole word. */
  boolean isIn(String text) {
    return finder().test(text);
  }

  /** {@link #isIn} for many texts. */
  Predicate<String> finder() {
    List<String> lowerNeedles = needles().stream().map(n -> n.toLowerCase(Locale.ROOT)).toList();
    Predicate<String> asWord = Pattern.compile(anyPattern()).asPredicate();
    return text -> {
      String lower = text.toLowerCase(Locale.ROOT);
      return lowerNeedles.stream().anyMatch(lower::contains) && asWord.test(text);
    };
  }

  /** A regular expression of everything to be searched for. */
  String anyPattern() {
    return String.join("|", idPattern(), tokenPattern(), contactPattern());
  }

  /** Of the id, in rows that may be others'. */
  String idPattern() {
    return isPartOfOthers ? pattern(List.of(id), HYPHENATED) : ownIdPattern();
  }

  /** Of the id in a row that names the person: there it may stand inside composite ids. */
  String ownIdPattern() {
    return pattern(List.of(id), ALNUM);
  }

  /** Of the token; it is nobody else's and may stand inside composite ids. */
  String tokenPattern() {
    return pattern(List.of(token), ALNUM);
  }

  /** Of the contact values. */
  String contactPattern() {
    return pattern(contacts, HYPHENATED);
  }

  /**
   * The text with other names in place of id and token, and without contact values.
   *
   * @param isOwn whether the text is a record that names the person
   */
  String masked(String text, boolean isOwn, String idName, String tokenName) {
    return text.replaceAll(isOwn ? ownIdPattern() : idPattern(), idName)
        .replaceAll(tokenPattern(), tokenName)
        .replaceAll(contactPattern(), ErasedRecords.NO_TEXT);
  }

  /**
   * A regular expression of the values, in any case, neither preceded nor followed by what goes on
   * with the word; of none it matches nothing.
   */
  private static String pattern(Collection<String> values, String more) {
    if (values.isEmpty()) {
      return "(?!)";
    }
    List<String> quoted = new ArrayList<>(values.size());
    values.forEach(v -> quoted.add(Pattern.quote(v)));
    return quoted.stream()
        .collect(Collectors.joining("|", "(?i)(?<!" + more + ")(?:", ")(?!" + more + ")"));
  }

  /** Says nothing of who it is: a log may print it. */
  @Override
  public String toString() {
    return kind.word();
  }
}
