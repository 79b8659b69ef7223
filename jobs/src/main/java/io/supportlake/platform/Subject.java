package io.supportlake.platform;

import static org.apache.spark.sql.functions.col;

import io.supportlake.rules.KeyedHash;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
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

  /** What follows an id that alone is too short to be searched for. */
  private static final List<String> ENDS =
      List.of("\"", ",", ";", "|", "\n", "\r", "\t", " ", ".", "\\", "<");

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

    /** The token of an id, which may be one already. */
    String token(KeyedHash key, String id) {
      return isToken(key, id) ? id : key.token(tokenKind, id);
    }

    /** Whether a value is such a token. */
    boolean isToken(KeyedHash key, String value) {
      return key.isToken(tokenKind, value);
    }

    /** Refuses a token where what the sources sent is to be searched for the id. */
    void refuseToken(KeyedHash key, String id) {
      if (isToken(key, id)) {
        throw new UsageException(
            "%s is a token, which silver and gold have in the place of an id: bronze and the landing zone hold the person by the id that the sources send. Give that one; whoever may read `restricted` finds it in bronze.user_change or on the records of the case."
                .formatted(id));
      }
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
    String token = kind.token(key, id);
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
    // Vendors' people are in no register, and one's id may begin another's.
    boolean isPart =
        id.length() < SHORTEST_CONTACT
            || mappings.stream().anyMatch(m -> !m.vendorIds(id).isEmpty())
            || register.toDF("id").where(col("id").equalTo(id)).isEmpty()
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
   * What to search files for. An id of three signs is searched for with what may follow it, a
   * shorter one in tables only, by query.
   */
  SortedMap<String, Bounds> fileNeedles() {
    SortedMap<String, Bounds> needles = new TreeMap<>();
    contacts.forEach(contact -> needles.put(contact, Bounds.of(contact, Bounds.WORD)));
    needles.put(token, Bounds.COMPOSITE);
    if (id.length() >= Needles.SHORTEST) {
      needles.put(id, idBounds());
    } else if (id.length() == Needles.SHORTEST - 1) {
      ENDS.forEach(end -> needles.put(id + end, idBounds()));
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

  /** Whether a text holds one of the contact values. */
  Predicate<String> contactFinder() {
    return Pattern.compile(contactPattern()).asPredicate();
  }

  /** A regular expression of everything to be searched for. */
  String anyPattern() {
    return String.join("|", idPattern(), tokenPattern(), contactPattern());
  }

  /** Of the id, in rows that may be others'. */
  String idPattern() {
    return pattern(id, idBounds());
  }

  private Bounds idBounds() {
    return Bounds.of(id, isPartOfOthers ? Bounds.WORD : Bounds.COMPOSITE);
  }

  /** Of the id in a row that names the person: there it may stand inside composite ids. */
  String ownIdPattern() {
    return pattern(id, Bounds.COMPOSITE);
  }

  /** Of the token; it is nobody else's and may stand inside composite ids. */
  String tokenPattern() {
    return pattern(token, Bounds.COMPOSITE);
  }

  /** Of the contact values; of none it matches nothing. */
  String contactPattern() {
    return contacts.isEmpty()
        ? "(?!)"
        : contacts.stream()
            .map(contact -> pattern(contact, Bounds.of(contact, Bounds.WORD)))
            .collect(Collectors.joining("|"));
  }

  private static String pattern(String value, Bounds bounds) {
    return "(?i:" + bounds.pattern(value) + ")";
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

  /** Says nothing of who it is: a log may print it. */
  @Override
  public String toString() {
    return kind.word();
  }
}
