package io.supportlake.outreach;

import io.supportlake.platform.Contracts;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.sql.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.expressions.GenericRowWithSchema;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;
import scala.jdk.javaapi.CollectionConverters;

/** Lines of gold.outreach_list without a Spark session. */
final class ListRows {
  static final Contracts CONTRACTS =
      Contracts.load(Path.of(System.getProperty("supportlake.home", ".")).resolve("schemas"));
  private static final StructType SCHEMA = CONTRACTS.of("gold.outreach_list").schema();

  private ListRows() {}

  /** A plausible line with some columns changed: column, value, column, value ... */
  static Row line(String team, int rank, String account, @Nullable Object... changes) {
    Map<String, @Nullable Object> values = new HashMap<>();
    values.put("list_date", Date.valueOf("2026-06-30"));
    values.put("list_line_id", "LL-" + account);
    values.put("team", team);
    values.put("rank", rank);
    values.put("campaign_id", "proactive-care");
    values.put("account_id", account);
    values.put("is_new", rank == 1);
    values.put("name", "Müller & Söhne " + account);
    values.put("crm_id", "CRM-0000" + rank);
    values.put("crm_url", "https://crm.example.com/accounts/CRM-0000" + rank);
    values.put("owner", "dana");
    values.put("plan", "growth");
    values.put("recurring_revenue_amount", new BigDecimal("12345.60"));
    values.put("currency", "USD");
    values.put("renewal_date", Date.valueOf("2026-09-01"));
    values.put("language", "de");
    values.put("probability", 0.375);
    values.put("value_at_risk_amount", new BigDecimal("41666.40"));
    values.put(
        "reasons",
        strings(
            "Two payouts failed in the last 30 days and neither case was solved within a week",
            "Active days fell from 21 to 6 in four weeks",
            "Last satisfaction score was 2 of 5"));
    values.put("play", "integration-rescue");
    values.put(
        "play_instructions",
        "Call the technical contact, go through the failed payouts one by one, and agree on a date by which the webhook is mended. Offer a session with an engineer.");
    values.put("queue", "payments (de)");
    values.put(
        "last_contacts",
        strings(
            "24 Jun 2026, email: Payout failed, still open",
            "11 Jun 2026, phone: Payout failed, ended unsolved",
            "2 May 2026, chat: Invoice question, solved"));
    values.put("earlier_attempts", strings("3 Mar 2026, phone: no answer"));
    values.put("expires_on", Date.valueOf("2026-07-14"));
    for (int i = 0; i < changes.length; i += 2) {
      values.put(String.valueOf(changes[i]), changes[i + 1]);
    }
    @Nullable Object[] cells = new Object[SCHEMA.length()];
    for (int i = 0; i < cells.length; i++) {
      cells[i] = values.get(SCHEMA.fieldNames()[i]);
    }
    return new GenericRowWithSchema(cells, SCHEMA);
  }

  static Object strings(String... items) {
    return CollectionConverters.asScala(List.of(items)).toSeq();
  }
}
