package io.supportlake.silver;

import static org.assertj.core.api.Assertions.assertThat;

import io.supportlake.Period;
import io.supportlake.testing.Lines;
import io.supportlake.testing.Rows;
import io.supportlake.testing.SparkSuite;
import io.supportlake.testing.TestInputs;
import java.time.LocalDate;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;

/** Users, agents and consents. */
class PeopleTest extends SparkSuite {
  private static final Period DAY = Period.day(LocalDate.parse("2026-06-01"));

  @Test
  void anAddressOrNumberInAnotherNotationIsNoChangeOfTheUser() {
    Dataset<Row> users =
        users(
            Rows.of(CONTRACTS, "bronze.user_change")
                .with(
                    "change_id",
                    "1",
                    "user_id",
                    "u1",
                    "changed_at",
                    "2026-01-01T00:00:00Z",
                    "email",
                    "Ann@Example.com",
                    "phone",
                    "030 901820")
                .with(
                    "change_id",
                    "2",
                    "user_id",
                    "u1",
                    "changed_at",
                    "2026-02-01T00:00:00Z",
                    "email",
                    " ann@example.com",
                    "phone",
                    "+49 30 901820"));

    assertThat(Lines.of(users, "user_id", "email_token", "phone_token", "valid_to"))
        .containsExactly(
            "%s|%s|%s|null"
                .formatted(
                    SETTINGS.key().token("usr", "u1"),
                    SETTINGS.key().token("email", "ann@example.com"),
                    SETTINGS.key().token("phone", "+4930901820")));
  }

  @Test
  void aUserWithoutAddressHasNoTokenForIt() {
    Dataset<Row> users =
        users(
            Rows.of(CONTRACTS, "bronze.user_change")
                .with("change_id", "1", "user_id", "u1", "email", " ", "phone", null));

    assertThat(Lines.of(users, "email_token", "phone_token")).containsExactly("null|null");
  }

  @Test
  void aRosterThatOrdersTheSkillsDifferentlyIsNoChangeOfTheAgent() {
    Dataset<Row> agents =
        new TestInputs(spark(), SETTINGS, CONTRACTS, "silver.agent")
            .with(
                "bronze.roster_change",
                Rows.of(CONTRACTS, "bronze.roster_change")
                    .with(
                        "change_id",
                        "1",
                        "agent_id",
                        "a1",
                        "changed_at",
                        "2026-01-01T00:00:00Z",
                        "tier",
                        1,
                        "skills",
                        "payments|api",
                        "languages",
                        "en")
                    .with(
                        "change_id",
                        "2",
                        "agent_id",
                        "a1",
                        "changed_at",
                        "2026-02-01T00:00:00Z",
                        "tier",
                        1,
                        "skills",
                        "api| payments|api|",
                        "languages",
                        "en")
                    .with(
                        "change_id",
                        "3",
                        "agent_id",
                        "a1",
                        "changed_at",
                        "2026-03-01T00:00:00Z",
                        "tier",
                        2,
                        "skills",
                        "api|payments",
                        "languages",
                        "en"))
            .build(new Agent(), DAY);

    assertThat(
            Lines.of(
                agents, "date(valid_from)", "date(valid_to)", "tier", "skills", "certifications"))
        .containsExactly(
            "2026-01-01|2026-03-01|1|[api, payments]|null",
            "2026-03-01|null|2|[api, payments]|null");
  }

  @Test
  void whatHoldsUntilADateEndsWithThatDayInTheReportingZone() {
    assertThat(
            consents(
                Rows.of(CONTRACTS, "bronze.consent_change")
                    .with(
                        "change_id",
                        "1",
                        "account_id",
                        "A",
                        "kind",
                        "suppression",
                        "is_set",
                        true,
                        "changed_at",
                        "2026-03-01T00:00:00Z",
                        "until_date",
                        "2026-03-28")))
        .containsExactly("A||suppression|true|2026-03-01 00:00:00|2026-03-28 23:00:00");
  }

  @Test
  void theNextChangeEndsWhatWouldHaveHeldLonger() {
    assertThat(
            consents(
                Rows.of(CONTRACTS, "bronze.consent_change")
                    .with(
                        "change_id",
                        "1",
                        "account_id",
                        "A",
                        "kind",
                        "opt_out",
                        "is_set",
                        true,
                        "changed_at",
                        "2026-03-01T00:00:00Z",
                        "until_date",
                        "2026-12-31")
                    .with(
                        "change_id",
                        "2",
                        "account_id",
                        "A",
                        "kind",
                        "opt_out",
                        "is_set",
                        false,
                        "changed_at",
                        "2026-04-01T00:00:00Z")
                    .with(
                        "change_id",
                        "3",
                        "account_id",
                        "A",
                        "kind",
                        "vulnerability",
                        "is_set",
                        true,
                        "changed_at",
                        "2026-03-15T00:00:00Z")))
        .containsExactly(
            "A||opt_out|false|2026-04-01 00:00:00|null",
            "A||opt_out|true|2026-03-01 00:00:00|2026-04-01 00:00:00",
            "A||vulnerability|true|2026-03-15 00:00:00|null");
  }

  @Test
  void whatIsOverBeforeItBeginsHasNoRowButEndsWhatWasBefore() {
    assertThat(
            consents(
                Rows.of(CONTRACTS, "bronze.consent_change")
                    .with(
                        "change_id",
                        "1",
                        "account_id",
                        "A",
                        "kind",
                        "opt_out",
                        "is_set",
                        true,
                        "changed_at",
                        "2026-03-01T00:00:00Z")
                    .with(
                        "change_id",
                        "2",
                        "account_id",
                        "A",
                        "kind",
                        "opt_out",
                        "is_set",
                        true,
                        "changed_at",
                        "2026-04-01T00:00:00Z",
                        "until_date",
                        "2026-02-01")))
        .containsExactly("A||opt_out|true|2026-03-01 00:00:00|2026-04-01 00:00:00");
  }

  private static Dataset<Row> users(Rows changes) {
    return new TestInputs(spark(), SETTINGS, CONTRACTS, "silver.app_user")
        .with("bronze.user_change", changes)
        .build(new AppUser(), DAY);
  }

  private static List<String> consents(Rows changes) {
    return Lines.of(
        new TestInputs(spark(), SETTINGS, CONTRACTS, "silver.consent")
            .with("bronze.consent_change", changes)
            .build(new Consent(), DAY),
        "account_id",
        "user_id",
        "kind",
        "is_set",
        "valid_from",
        "valid_to");
  }
}
