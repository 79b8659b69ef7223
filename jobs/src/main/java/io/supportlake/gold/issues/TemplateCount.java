package io.supportlake.gold.issues;

import org.jspecify.annotations.Nullable;

/**
 * Error lines of a template on a day, as told by the records that arrived on a day.
 *
 * @param templateId the template
 * @param label service and masked message
 * @param day day of the lines, days since 1970-01-01
 * @param arrivalDay day they arrived
 * @param lines lines
 * @param customers customers of these lines that no earlier arrival had told of for that day
 * @param firstAtMicros earliest of the lines, microseconds since 1970-01-01 UTC
 * @param release release of the earliest line; null = not known
 */
record TemplateCount(
    String templateId,
    String label,
    int day,
    int arrivalDay,
    long lines,
    int customers,
    long firstAtMicros,
    @Nullable String release) {

  boolean isKnownOn(int today) {
    return day <= today && arrivalDay <= today;
  }
}
