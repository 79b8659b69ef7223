package io.supportlake.platform;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Where a landed record has a value for itself: a scalar of JSON or a field of CSV, and no part of
 * a text. With another value there the record is still one.
 */
final class LandedValues {
  private static final JsonFactory JSON = JsonLine.newFactory();

  /** What a mapping may have to know of somebody in order to read a record. */
  private static final Set<String> ROLES = Set.of("type", "role", "usertype");

  /** What vendors call who works for the support operation. */
  private static final Set<String> AGENTS = Set.of("agent", "admin");

  private LandedValues() {}

  /**
   * A wanted value, or a text directly beside a wanted {@code id} in the same object.
   *
   * @param start where it begins in the record, quotes included
   * @param end where it ends
   * @param value the wanted one; of a text beside an id, the id
   * @param path names of the members from outside in, {@code []} for elements, such as {@code
   *     tickets.[].assignee_id}; of CSV the number of the field. Of a text beside an id, the id's
   * @param isBeside whether it is such a text
   * @param isNumber whether it stands without quotes
   * @param isAgents whether its object says that its {@code id} is an agent's
   */
  record Place(
      int start,
      int end,
      String value,
      String path,
      boolean isBeside,
      boolean isNumber,
      boolean isAgents) {
    /**
     * Of CSV the field's name; empty where the header has none.
     *
     * @param header names of the fields
     */
    String column(List<String> header) {
      int field = Integer.parseInt(path);
      return field < header.size() ? header.get(field) : "";
    }
  }

  /** Whether a record looks like one of JSON. */
  static boolean isJson(String entry) {
    String stripped = entry.stripLeading();
    return stripped.startsWith("{") || stripped.startsWith("[");
  }

  /** Whether all of a record can be read as JSON. */
  static boolean canParse(String entry) {
    try (JsonParser parser = JSON.createParser(entry)) {
      while (parser.nextToken() != null) {
        parser.skipChildren();
      }
      return true;
    } catch (IOException _) {
      return false;
    }
  }

  /** Places in one or more JSON values; none where they cannot be parsed. */
  static List<Place> ofJson(String entry, Predicate<String> isWanted) {
    try (JsonParser parser = JSON.createParser(entry)) {
      return new JsonPlaces(entry, isWanted).in(parser);
    } catch (IOException _) {
      return List.of();
    }
  }

  /** Places in a record of CSV. */
  static List<Place> ofCsv(String entry, char delimiter, Predicate<String> isWanted) {
    List<Place> places = new ArrayList<>();
    int field = 0;
    int start = 0;
    boolean isQuoted = false;
    for (int i = 0; i <= entry.length(); i++) {
      char c = i < entry.length() ? entry.charAt(i) : delimiter;
      if (c == '"' && (isQuoted || i == start)) {
        // Of two quotes within quotes, which stand for one, the second opens again.
        isQuoted = !isQuoted;
      } else if (c == '"' && entry.charAt(start) == '"' && entry.charAt(i - 1) == '"') {
        isQuoted = true;
      } else if (i == entry.length() || (c == delimiter && !isQuoted)) {
        String value = unquoted(entry.substring(start, i));
        if (isWanted.test(value)) {
          places.add(new Place(start, i, value, String.valueOf(field), false, false, false));
        }
        field++;
        start = i + 1;
      }
    }
    return places;
  }

  private static String unquoted(String field) {
    String value = field.strip();
    return value.length() > 1 && value.startsWith("\"") && value.endsWith("\"")
        ? value.substring(1, value.length() - 1).replace("\"\"", "\"").strip()
        : value;
  }

  /**
   * The record with other values in the places.
   *
   * @param name in place of the wanted values
   */
  static String replaced(String entry, Collection<Place> places, String name, boolean isJson) {
    String quote = isJson ? "\"" : "";
    return replaced(
        entry, places, place -> quote + (place.isBeside() ? ErasedRecords.NO_TEXT : name) + quote);
  }

  /**
   * The record with what is made of the places as they stand there, escaped and quoted; a number of
   * JSON is a text then.
   */
  static String replaced(
      String entry, Collection<Place> places, UnaryOperator<String> change, boolean isJson) {
    return replaced(
        entry,
        places,
        place -> {
          String left = change.apply(entry.substring(place.start(), place.end()));
          return isJson && place.isNumber() ? '"' + left + '"' : left;
        });
  }

  private static String replaced(
      String entry, Collection<Place> places, Function<Place, String> with) {
    StringBuilder left = new StringBuilder(entry.length());
    int at = 0;
    for (Place place : places.stream().sorted(Comparator.comparing(Place::start)).toList()) {
      left.append(entry, at, place.start()).append(with.apply(place));
      at = place.end();
    }
    return left.append(entry, at, entry.length()).toString();
  }

  /** One pass over the tokens. */
  private static final class JsonPlaces {
    private final String entry;
    private final Predicate<String> isWanted;
    private final List<Place> places = new ArrayList<>();
    private final Deque<Level> levels = new ArrayDeque<>();

    /** An open object or array. */
    private static final class Level {
      private final boolean isArray;
      private final List<Place> texts = new ArrayList<>();
      private @Nullable String member;
      private @Nullable Place id;
      private boolean isAgent;

      private Level(boolean isArray) {
        this.isArray = isArray;
      }

      private String step() {
        return isArray ? "[]" : String.valueOf(member);
      }
    }

    private JsonPlaces(String entry, Predicate<String> isWanted) {
      this.entry = entry;
      this.isWanted = isWanted;
    }

    private List<Place> in(JsonParser parser) throws IOException {
      for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
        switch (token) {
          case START_OBJECT -> levels.push(new Level(false));
          case START_ARRAY -> levels.push(new Level(true));
          case END_OBJECT, END_ARRAY -> end(levels.pop());
          case FIELD_NAME -> levels.getFirst().member = parser.currentName();
          case VALUE_STRING, VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT ->
              scalar(
                  parser.getText(),
                  (int) parser.currentTokenLocation().getCharOffset(),
                  token == JsonToken.VALUE_STRING);
          default -> {
            // What is true, false or null names nobody.
          }
        }
      }
      return places;
    }

    private void scalar(String value, int start, boolean isText) {
      int end = isText ? afterQuotes(start) : start + value.length();
      boolean isFound = isWanted.test(value);
      Place place = new Place(start, end, value, isFound ? path() : "", !isFound, !isText, false);
      @Nullable Level level = levels.peek();
      String member = level == null || level.isArray ? "" : level.step().toLowerCase(Locale.ROOT);
      if (isFound && level != null && member.equals("id") && level.id == null) {
        level.id = place;
      } else if (isFound) {
        places.add(place);
      } else if (level != null && ROLES.contains(member)) {
        level.isAgent = level.isAgent || AGENTS.contains(value.toLowerCase(Locale.ROOT));
      } else if (level != null && isText && !member.isEmpty()) {
        level.texts.add(place);
      }
    }

    private void end(Level level) {
      Place id = level.id;
      if (id != null) {
        places.add(told(id, id, level.isAgent));
        level.texts.forEach(t -> places.add(told(t, id, level.isAgent)));
      }
    }

    private static Place told(Place place, Place id, boolean isAgents) {
      return new Place(
          place.start(),
          place.end(),
          id.value(),
          id.path(),
          place.isBeside(),
          place.isNumber(),
          isAgents);
    }

    private String path() {
      return levels.reversed().stream().map(Level::step).collect(Collectors.joining("."));
    }

    private int afterQuotes(int start) {
      int i = start + 1;
      while (entry.charAt(i) != entry.charAt(start)) {
        i += entry.charAt(i) == '\\' ? 2 : 1;
      }
      return i + 1;
    }
  }
}
