package io.supportlake.gold.outcomes;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Dimensions that numbers are split by together; none = the total. Several values of a cell are
 * written as one text, joined by commas; a comma or backslash within one of them is escaped.
 */
record Cut(List<String> dimensions) implements Serializable {
  /** Not split at all. */
  static final Cut TOTAL = new Cut(List.of());

  /** Name of the total, as a dimension and as its value. */
  static final String ALL = "all";

  private static final long serialVersionUID = 1L;

  Cut {
    dimensions = List.copyOf(dimensions);
  }

  /** The cut of a name. */
  static Cut named(String name) {
    return name.equals(ALL) ? TOTAL : new Cut(List.of(name.split(",")));
  }

  /** Its name in gold.metric: the dimensions joined by commas. */
  String name() {
    return dimensions.isEmpty() ? ALL : String.join(",", dimensions);
  }

  /** Whether a metric may be split so. */
  boolean suits(MetricSpec spec) {
    return spec.dimensions().containsAll(dimensions);
  }

  /** SQL for the cell that a row belongs to. */
  String valueExpression() {
    return switch (dimensions.size()) {
      case 0 -> "'" + ALL + "'";
      case 1 -> dimensionValue(dimensions.getFirst());
      default ->
          dimensions.stream()
              .map(d ->
                  "replace(replace(%s, '\\\\', '\\\\\\\\'), ',', '\\\\,')"
                      .formatted(dimensionValue(d)))
              .collect(Collectors.joining(", ", "concat_ws(',', ", ")"));
    };
  }

  /** The values of a cell, one a dimension. */
  List<String> values(String value) {
    if (dimensions.size() < 2) {
      return dimensions.isEmpty() ? List.of() : List.of(value);
    }
    List<String> values = new ArrayList<>();
    StringBuilder current = new StringBuilder();
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c == ',') {
        values.add(current.toString());
        current.setLength(0);
      } else {
        current.append(c == '\\' ? value.charAt(++i) : c);
      }
    }
    values.add(current.toString());
    return values;
  }

  /** SQL that holds for the rows of the cell with these values; nothing for the total. */
  String predicate(List<String> values) {
    StringBuilder predicate = new StringBuilder();
    for (int i = 0; i < dimensions.size(); i++) {
      predicate.append(
          " AND %s = '%s'"
              .formatted(
                  dimensionValue(dimensions.get(i)),
                  values.get(i).replace("\\", "\\\\").replace("'", "\\'")));
    }
    return predicate.toString();
  }

  private static String dimensionValue(String dimension) {
    return "coalesce(cast(%s as string), 'unknown')".formatted(dimension);
  }
}
