package io.supportlake.platform;

import io.supportlake.platform.LandedValues.Place;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Where records as a source sends them name a person: in the members that its contract says, and
 * not in others that have the same value.
 *
 * @param columns of the source
 * @param id the person's
 */
record SourceKeys(SubjectColumns columns, String id) {
  /** Before a member of a record that is one of several in a line. */
  private static final String IN_LIST = "[].";

  /** Places that name the person in JSON; none where it cannot be parsed. */
  List<Place> inJson(String record) {
    // Escaped, the id may be written in any way.
    if (!record.contains(id) && record.indexOf('\\') < 0) {
      return List.of();
    }
    return LandedValues.ofJson(record, id::equals).stream()
        .filter(place -> {
          String list = place.path().startsWith(IN_LIST) ? IN_LIST : "";
          String member = place.path().substring(list.length());
          return columns.keys().contains(member)
              && columns
                  .unless(member)
                  .filter(o -> hasValue(LandedValues.ofJson(record, is(o)), list + o.column()))
                  .isEmpty();
        })
        .toList();
  }

  /**
   * Places that name the person in a record of CSV.
   *
   * @param header names of its fields
   */
  List<Place> inCsv(List<String> header, char delimiter, String record) {
    return LandedValues.ofCsv(record, delimiter, id::equals).stream()
        .filter(place -> {
          int field = Integer.parseInt(place.path());
          String name = field < header.size() ? header.get(field) : "";
          return columns.keys().contains(name)
              && columns
                  .unless(name)
                  .filter(o ->
                      hasValue(
                          LandedValues.ofCsv(record, delimiter, is(o)),
                          String.valueOf(header.indexOf(o.column()))))
                  .isEmpty();
        })
        .toList();
  }

  private static Predicate<String> is(SubjectColumns.Unless other) {
    return other.value()::equals;
  }

  private static boolean hasValue(List<Place> places, String path) {
    return places.stream().anyMatch(p -> p.path().equals(path));
  }

  /** Whether what should be JSON, and cannot be parsed, names the person in a member. */
  boolean isInBroken(String record) {
    return Pattern.compile(inBroken()).matcher(record).find() && !LandedValues.canParse(record);
  }

  /** A regular expression of the id as the value of a member that names people. */
  String inBroken() {
    return "(?i:(?<=\"(?:%s)\"\\s{0,2}:\\s{0,2}\"?)%s(?=\"?\\s{0,2}(?:[,}]|$)))"
        .formatted(
            columns.keys().stream().map(Pattern::quote).collect(Collectors.joining("|")),
            Bounds.COMPOSITE.pattern(id));
  }
}
