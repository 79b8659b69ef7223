package io.supportlake.generator;

import java.util.List;
import java.util.Locale;

/** The landing folders. CSV sources carry their header here; JSON ones name their keys per line. */
enum Source {
  ACCOUNT_CHANGE,
  USER_CHANGE(
      "change_id", "user_id", "account_id", "changed_at", "email", "phone", "role", "status"),
  CASE_EVENT,
  USAGE_EVENT,
  ERROR_LOG,
  QUALITY_REVIEW(
      "rating_id",
      "review_id",
      "case_id",
      "agent_id",
      "reviewer_id",
      "reviewed_at",
      "scorecard",
      "scorecard_version",
      "criterion",
      "rating",
      "inclusion_probability",
      "selection",
      "amount_at_risk",
      "currency",
      "comment"),
  SURVEY_RESPONSE,
  ROSTER_CHANGE(
      "change_id",
      "agent_id",
      "changed_at",
      "agent_name",
      "tier",
      "team",
      "pod",
      "site",
      "skills",
      "languages",
      "certifications",
      "capacity",
      "zone",
      "status"),
  PRODUCT_CHANGE,
  ARTICLE_EVENT,
  OUTREACH_DISPOSITION(
      "disposition_id",
      "list_line_id",
      "campaign_id",
      "account_id",
      "occurred_at",
      "channel",
      "outcome",
      "recorded_by",
      "note"),
  CONSENT_CHANGE,
  ERASURE_REQUEST,
  MONEY_EVENT;

  private final List<String> header;

  Source(String... header) {
    this.header = List.of(header);
  }

  String folder() {
    return name().toLowerCase(Locale.ROOT);
  }

  boolean isCsv() {
    return !header.isEmpty();
  }

  List<String> header() {
    return header;
  }
}
