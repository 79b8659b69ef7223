package io.supportlake.gold.issues;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One row of {@code gold.issue_alert}: all the state that a later day needs.
 *
 * @param day day of the test, days since 1970-01-01
 * @param id identity kept over days
 * @param kind error_template, family_surge or ticket_cluster
 * @param subject template id, family or medoid case id
 * @param label in words
 * @param firstDay first day of the identity
 * @param firstRecordAtMicros earliest record it rests on, microseconds since 1970-01-01 UTC
 * @param windowDays days that were counted
 * @param observed count in the window
 * @param expected count expected
 * @param p upper tail under the count model
 * @param customers distinct customers
 * @param release release the template first appeared in; null = not known
 * @param members cases of a ticket cluster, sorted; else empty
 * @param reason one sentence
 */
record Alert(
    int day,
    String id,
    String kind,
    String subject,
    String label,
    int firstDay,
    long firstRecordAtMicros,
    int windowDays,
    long observed,
    double expected,
    double p,
    int customers,
    @Nullable String release,
    List<String> members,
    String reason) {
  static final String TEMPLATE = "error_template";
  static final String FAMILY = "family_surge";
  static final String CLUSTER = "ticket_cluster";

  String state() {
    return day == firstDay ? "new" : "ongoing";
  }

  /** The same finding as a continuation of an earlier one. */
  Alert continuing(Alert earlier) {
    return new Alert(
        day,
        earlier.id(),
        kind,
        subject,
        label,
        earlier.firstDay(),
        Math.min(earlier.firstRecordAtMicros(), firstRecordAtMicros),
        windowDays,
        observed,
        expected,
        p,
        customers,
        release,
        members,
        reason);
  }

  Alert withId(String newId) {
    return new Alert(
        day,
        newId,
        kind,
        subject,
        label,
        firstDay,
        firstRecordAtMicros,
        windowDays,
        observed,
        expected,
        p,
        customers,
        release,
        members,
        reason);
  }
}
