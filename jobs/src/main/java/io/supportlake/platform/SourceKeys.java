package io.supportlake.platform;

import io.supportlake.platform.LandedValues.Place;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Where records as a source sends them name a person: in the members that its contract says, and
 * not in others that have the same value.
 *
 * @param columns of the source
 * @param id the person's
 * @param token of the person, which some deliveries have in its place
 */
record SourceKeys(SubjectColumns columns, String id, String token) {
  /** Before a member of a record that is one of several in a line. */
  private static final String IN_LIST = "[].";

  /** Places that name the person in JSON; none where it cannot be parsed. */
  List<Place> inJson(String record) {
    if (!mayHold(record, id)) {
      return List.of();
    }
    return LandedValues.ofJson(record, this::isThePersons).stream()
        .filter(place -> {
          String list = place.path().startsWith(IN_LIST) ? IN_LIST : "";
          String member = place.path().substring(list.length());
          return columns.keys().contains(member)
              && !isAnothers(
                  member,
                  column ->
                      LandedValues.ofJson(record, _ -> true).stream()
                          .filter(p -> p.path().equals(list + column))
                          .map(Place::value)
                          .toList());
        })
        .toList();
  }

  /** Of a line of several records it is not told whose a member is: then all have to say so. */
  private boolean isAnothers(String key, Function<String, List<String>> values) {
    return columns
        .unless(key)
        .filter(o -> {
          List<String> told = values.apply(o.column());
          return !told.isEmpty() && o.values().containsAll(told);
        })
        .isPresent();
  }

  /**
   * Places that name the person in a record of CSV.
   *
   * @param header names of its fields
   */
  List<Place> inCsv(List<String> header, char delimiter, String record) {
    return LandedValues.ofCsv(record, delimiter, this::isThePersons).stream()
        .filter(place -> {
          String name = place.column(header);
          return columns.keys().contains(name)
              && !isAnothers(
                  name,
                  column ->
                      LandedValues.ofCsv(record, delimiter, _ -> true).stream()
                          .filter(p -> p.column(header).equals(column))
                          .map(Place::value)
                          .toList());
        })
        .toList();
  }

  /** Whether what should be JSON, and cannot be parsed, names the person in a member. */
  boolean isInBroken(String record) {
    return mayHold(record.toLowerCase(Locale.ROOT), id.toLowerCase(Locale.ROOT))
        && Pattern.compile(brokenPattern(record)).matcher(record).find()
        && !LandedValues.canParse(record);
  }

  /** Escaped, the id may be written in any way. */
  private boolean mayHold(String record, String value) {
    return record.contains(value) || record.contains(token) || record.indexOf('\\') >= 0;
  }

  private boolean isThePersons(String value) {
    return value.equals(id) || value.equals(token);
  }

  /** A regular expression of the id as the value of a member that names people in such a record. */
  String brokenPattern(String record) {
    String members =
        columns.keys().stream()
            .filter(key ->
                !isAnothers(
                    key,
                    column ->
                        Pattern.compile("\"%s\"\\s*:\\s*\"([^\"]*)\"".formatted(column))
                            .matcher(record)
                            .results()
                            .map(r -> r.group(1))
                            .toList()))
            .map(Pattern::quote)
            .collect(Collectors.joining("|"));
    return members.isEmpty()
        ? Subject.NOTHING
        : "(?i:(?<=\"(?:%s)\"\\s{0,2}:\\s{0,2}\"?)%s(?=\"?\\s{0,2}(?:[,}]|$)))"
            .formatted(members, Bounds.COMPOSITE.pattern(id));
  }
}
