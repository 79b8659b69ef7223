package io.supportlake.generator;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;

/** Writes the truth that is known at the end: churn with causes, incidents, agents, reviewers. */
final class Ledger {
  private static final String[] PARTS = {
    "hazard_month",
    "unresolved",
    "integration",
    "usage",
    "new_account",
    "incident",
    "treated",
    "usage_level"
  };

  private Ledger() {}

  static void write(
      World world, Roster roster, Aftermath aftermath, List<Account> accounts, Truth truth) {
    for (Account account : accounts) {
      if (account.hasStarted) {
        truth.line("churn.jsonl", churn(account));
      }
    }
    incidents(world, truth);
    List<String> lines = new ArrayList<>();
    for (Roster.Agent agent : roster.agents()) {
      lines.add(
          new Line()
              .text("agent_id", agent.id())
              .number("skill", number(agent.skill()))
              .number("speed", number(agent.speed()))
              .end());
    }
    truth.file("agents.json", array(lines));
    lines.clear();
    for (Aftermath.Reviewer reviewer : aftermath.reviewers()) {
      lines.add(
          new Line()
              .text("reviewer_id", reviewer.id())
              .number("bias", number(reviewer.bias()))
              .number("severity", number(reviewer.severity()))
              .end());
    }
    truth.file("reviewers.json", array(lines));
  }

  private static String churn(Account account) {
    List<String> months = new ArrayList<>();
    for (int i = 0; i < account.months.size(); i++) {
      Line month = new Line().text("date", account.months.get(i));
      double[] values = account.monthly.get(i);
      for (int p = 0; p < PARTS.length; p++) {
        month.number(PARTS[p], number(values[p]));
      }
      months.add(month.end());
    }
    Long churn = account.churnDay;
    return new Line()
        .text("account_id", account.id)
        .text("start_date", Times.date(account.startDay))
        .raw("churned_date", churn == null ? "null" : '"' + Times.date(churn) + '"')
        .raw("months", "[" + String.join(",", months) + "]")
        .end();
  }

  private static void incidents(World world, Truth truth) {
    List<String> lines = new ArrayList<>();
    for (World.Incident incident : world.incidents) {
      lines.add(
          new Line()
              .text("incident_id", incident.id())
              .text("release", incident.release())
              .text("family", incident.family().name())
              .text("feature", incident.feature().name())
              .text("service", incident.feature().service())
              .text("template", incident.template())
              .text("phrase_en", incident.phrases().get("en"))
              .text("phrase_de", incident.phrases().get("de"))
              .text("phrase_es", incident.phrases().get("es"))
              .text("phrase_fr", incident.phrases().get("fr"))
              .instant("released_at", incident.releasedAt())
              .instant("errors_from", incident.errorsFrom())
              .instant("contacts_from", incident.contactsFrom())
              .instant("until", incident.until())
              .number("accounts", truth.counted(incident.id() + "-accounts"))
              .number("contacts", truth.counted(incident.id()))
              .number("errors", truth.counted(incident.id() + "-errors"))
              .number("hazard_ratio", 2.5)
              .number("hazard_days", 72)
              .end());
    }
    truth.file("incidents.json", array(lines));
  }

  private static String array(List<String> lines) {
    return "[\n" + String.join(",\n", lines) + "\n]";
  }

  private static BigDecimal number(double value) {
    return BigDecimal.valueOf(value).setScale(5, RoundingMode.HALF_UP);
  }
}
