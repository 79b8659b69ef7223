package io.supportlake.platform;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.lower;
import static org.apache.spark.sql.functions.trim;

import io.supportlake.rules.KeyedHash;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * A person as the tables know them.
 *
 * @param id as the sources name the person
 * @param token as silver and gold name a user
 * @param contacts e-mail addresses, phone numbers and names of nobody else, and what stands for
 *     them in silver
 * @param isPartOfOthers whether others' ids may begin with the id
 * @param isNamedByKeyOnly whether the id is the person's only in what names people of the kind:
 *     elsewhere it may be another word or number, or it names somebody of the other kind
 */
record Subject(
    Kind kind,
    String id,
    String token,
    SortedSet<String> contacts,
    boolean isPartOfOthers,
    boolean isNamedByKeyOnly) {
  /** A shorter value would be found in words that have nothing to do with the person. */
  private static final int SHORTEST_CONTACT = 5;

  /** Sources count cases and accounts up to as many digits, each kind from the same number. */
  private static final int LONGEST_COUNT = 10;

  /** A phone number of fewer digits, as an extension, may be any other number. */
  private static final int LEAST_PHONE_DIGITS = 7;

  /** A regular expression that matches nowhere. */
  static final String NOTHING = "(?!)";

  private static final Pattern LETTER = Pattern.compile("\\p{L}");

  /** What an id without a digit is, if it is no word of a language. */
  private static final Pattern NAME_OR_ADDRESS =
      Pattern.compile("\\p{L}{2,}\\.\\p{L}{2,}|\\p{L}@\\p{L}");

  /** Of two words or more. */
  private static final Pattern WHOLE_NAME = Pattern.compile("\\p{L}\\S*\\s+\\S*\\p{L}");

  private static final Pattern LETTER_OR_DIGIT = Pattern.compile("[\\p{L}\\p{N}]");

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

    /**
     * Refuses what cannot be an id of the sources, where what they sent is to be searched for it.
     *
     * @throws UsageException for a token, and for what has neither letter nor digit
     */
    void refuseNoId(KeyedHash key, String id) {
      if (isNobodys(id)) {
        throw new UsageException(
            "'%s' has neither a letter nor a digit, so it names nobody: records that tell of no person have such a value, or none, in the place of an id. Nothing was done. Give the person's id as the sources send it; where a script gave this one, see that its variable is set."
                .formatted(id));
      }
      if (isToken(key, id)) {
        throw new UsageException(
            "%s is a token, which silver and gold have in the place of an id: bronze and the landing zone hold the person by the id that the sources send. Give that one; whoever may read `restricted` finds it in bronze.user_change or on the records of the case."
                .formatted(id));
      }
    }

    /** Whether a value is an id that the sources may have sent. */
    boolean isId(KeyedHash key, String value) {
      return !isNobodys(value) && !isToken(key, value);
    }

    /** Whom the same id may name too. */
    Kind other() {
      return this == USER ? AGENT : USER;
    }

    private static boolean isNobodys(String id) {
      return !LETTER_OR_DIGIT.matcher(id).find();
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
      Dataset<Row> sent = lake.read("bronze.user_change");
      contacts.addAll(own(sent, "user_id", "email", id, v -> v.contains("@")));
      contacts.addAll(own(sent, "user_id", "phone", id, v -> digits(v) >= LEAST_PHONE_DIGITS));
      for (String column : List.of("email_token", "phone_token")) {
        for (String value :
            own(lake.read("silver.app_user"), "user_id", column, token, _ -> true)) {
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
      contacts.addAll(
          own(
              lake.read("bronze.roster_change"),
              "agent_id",
              "agent_name",
              id,
              v -> WHOLE_NAME.matcher(v).find()));
    }
    Dataset<Row> register =
        kind == Kind.USER
            ? lake.read("bronze.user_change").select("user_id")
            : lake.read("bronze.roster_change").select("agent_id");
    boolean isByKey = !isTelling(id) || isOfOtherKind(lake, kind, id);
    // Vendors' people are in no register, and one's id may begin another's.
    boolean isPart =
        isByKey
            || mappings.stream().anyMatch(m -> !m.vendorIds(id).isEmpty())
            || register.toDF("id").where(col("id").equalTo(id)).isEmpty()
            || !register
                .toDF("id")
                .where(col("id").contains(id).and(col("id").notEqual(id)))
                .isEmpty();
    return new Subject(kind, id, token, contacts, isPart, isByKey);
  }

  /**
   * Whether bronze names somebody of the other kind by the id, who may be the same person. A
   * request does not say that there is somebody.
   */
  private static boolean isOfOtherKind(Lake lake, Kind kind, String id) {
    return lake.contracts("bronze").stream()
        .filter(bronze -> !bronze.name().equals("bronze.erasure_request"))
        .anyMatch(bronze ->
            namesOtherKind(bronze, kind, id)
                .filter(names -> !lake.read(bronze.name()).where(names).isEmpty())
                .isPresent());
  }

  private static Optional<Column> namesOtherKind(Contract bronze, Kind kind, String id) {
    Optional<SubjectColumns> own = SubjectColumns.of(bronze, kind.word());
    return SubjectColumns.of(bronze, kind.other().word()).stream()
        .flatMap(columns -> columns.keys().stream())
        .map(key ->
            own.filter(o -> o.keys().contains(key))
                // What may name either kind names this one where the row does not tell.
                .map(o -> col(key).equalTo(id).and(expr(o.isAnothers(key, c -> c))))
                .orElse(col(key).equalTo(id)))
        .reduce(Column::or);
  }

  /**
   * Values of the person that no other person has, in whatever case: a shared mailbox is nobody's.
   *
   * @param isTelling whether a value is what the column is for, and no other word or number
   */
  private static List<String> own(
      Dataset<Row> rows, String key, String column, String id, Predicate<String> isTelling) {
    Dataset<Row> values =
        rows.where(col(column).isNotNull()).withColumn("compared", lower(trim(col(column))));
    Dataset<Row> others = values.where(col(key).notEqual(id)).select("compared");
    return values
        .where(col(key).equalTo(id))
        .join(others, new String[] {"compared"}, "left_anti")
        .select(column)
        .distinct()
        .collectAsList()
        .stream()
        .map(r -> r.getString(0).strip())
        .filter(v -> v.length() >= SHORTEST_CONTACT && isTelling.test(v))
        .toList();
  }

  /**
   * Whether an id tells the person wherever it stands. A plain word ({@code admin}) and a number
   * are words, codes and others' numbers elsewhere: such an id is the person's only in what names
   * people.
   */
  static boolean isTelling(String id) {
    long digits = digits(id);
    return id.length() >= Needles.SHORTEST
        && (LETTER.matcher(id).find()
            ? digits > 0 || NAME_OR_ADDRESS.matcher(id).find()
            : digits > LONGEST_COUNT);
  }

  private static long digits(String value) {
    return value.chars().filter(Character::isDigit).count();
  }

  /** Everything to be searched for. */
  SortedSet<String> needles() {
    SortedSet<String> needles = new TreeSet<>(contacts);
    needles.add(id);
    needles.add(token);
    return needles;
  }

  /** In lower case, what a text has to hold so that it may hold one of the needles. */
  SortedSet<String> lowerWritings() {
    return needles().stream()
        .flatMap(needle -> Writings.of(needle).stream())
        .map(w -> w.toLowerCase(Locale.ROOT))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /**
   * What to search files for; an id that is named by key only is looked for in what names people.
   */
  SortedMap<String, Bounds> fileNeedles() {
    SortedMap<String, Bounds> needles = new TreeMap<>();
    contacts.forEach(contact -> needles.put(contact, Bounds.of(contact, Bounds.WORD)));
    needles.put(token, Bounds.COMPOSITE);
    if (!isNamedByKeyOnly) {
      needles.put(id, idBounds());
    }
    return needles;
  }

  /** Whether a text holds one of the needles as a whole word. */
  boolean isIn(String text) {
    return finder().test(text);
  }

  /** {@link #isIn} for many texts. */
  Predicate<String> finder() {
    List<String> writings = List.copyOf(lowerWritings());
    Predicate<String> asWord = Pattern.compile(anyPattern()).asPredicate();
    return text -> {
      String lower = text.toLowerCase(Locale.ROOT);
      return writings.stream().anyMatch(lower::contains) && asWord.test(text);
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

  /** Of the id, in rows that may be others'; of one that is named by key only nothing. */
  String idPattern() {
    return isNamedByKeyOnly ? NOTHING : pattern(id, idBounds());
  }

  private Bounds idBounds() {
    return id.contains(".") && !id.contains("@")
        ? Bounds.NAME
        : Bounds.of(id, isPartOfOthers ? Bounds.WORD : Bounds.COMPOSITE);
  }

  /** Of the id in a row that names the person: there it may stand inside composite ids. */
  String ownIdPattern() {
    return isNamedByKeyOnly ? NOTHING : ownIdPattern(id);
  }

  /** The same of an id; of one that may be a word or a count nothing. */
  static String ownIdPattern(String id) {
    return isTelling(id) ? pattern(id, Bounds.COMPOSITE) : NOTHING;
  }

  /** Of the id in the id of a record that names the person. */
  String recordIdPattern() {
    return pattern(id, Bounds.COMPOSITE);
  }

  /** Of the token; it is nobody else's and may stand inside composite ids. */
  String tokenPattern() {
    return pattern(token, Bounds.COMPOSITE);
  }

  /** Of the contact values; of none it matches nothing. */
  String contactPattern() {
    return contacts.isEmpty()
        ? NOTHING
        : contacts.stream()
            .map(contact -> "(?i:" + Bounds.of(contact, Bounds.WORD).pattern(contact) + ")")
            .collect(Collectors.joining("|"));
  }

  /** In whatever case, unless the value has both, as ids that differ by nothing else. */
  private static String pattern(String value, Bounds bounds) {
    boolean hasBoth =
        !value.equals(value.toLowerCase(Locale.ROOT))
            && !value.equals(value.toUpperCase(Locale.ROOT));
    return (hasBoth ? "(?:" : "(?i:") + bounds.pattern(value) + ")";
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
