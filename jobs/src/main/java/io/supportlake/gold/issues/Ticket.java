package io.supportlake.gold.issues;

import org.jspecify.annotations.Nullable;

/**
 * A case as issue detection sees it, once for each embedding of its first text.
 *
 * @param caseId the case
 * @param accountId the customer
 * @param family issue family
 * @param day day it opened in the reporting zone, days since 1970-01-01
 * @param arrivalDay day from which both the case and its embedding were known
 * @param openedAtMicros when it opened, microseconds since 1970-01-01 UTC
 * @param text redacted first customer message; empty = none
 * @param modelVersion embedding model; null = not embedded
 * @param embedding vector of length 1; empty = not embedded
 */
record Ticket(
    String caseId,
    String accountId,
    String family,
    int day,
    int arrivalDay,
    long openedAtMicros,
    String text,
    @Nullable String modelVersion,
    float[] embedding) {

  boolean isEmbedded() {
    return embedding.length > 0;
  }

  boolean isOf(@Nullable String version) {
    return isEmbedded() && modelVersion != null && modelVersion.equals(version);
  }

  boolean isKnownOn(int today) {
    return day <= today && arrivalDay <= today;
  }
}
