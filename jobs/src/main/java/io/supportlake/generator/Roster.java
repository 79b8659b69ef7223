package io.supportlake.generator;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The agents with their true skill and the states of their roster over time. */
final class Roster {
  private static final String[] GROUPS = {
    "payments", "payouts", "disputes", "accounting", "cash_flow", "api", "identity_risk", "billing"
  };
  private static final String[] LANGUAGES = {"de", "es", "fr", "en"};

  /** One person: skill shifts the log-odds of solving, speed multiplies handle time. */
  record Agent(String id, String name, double skill, double speed, List<State> states) {
    State at(long day) {
      State current = states.getFirst();
      for (State state : states) {
        if (state.fromDay() <= day) {
          current = state;
        }
      }
      return current;
    }
  }

  /** An agent's assignment from a day on. */
  record State(
      long fromDay,
      int tier,
      String team,
      String pod,
      String site,
      String zone,
      List<String> skills,
      List<String> languages,
      String certifications,
      int capacity,
      boolean isActive) {}

  private final List<Agent> agents;
  private final Map<String, List<Agent>> cache = new HashMap<>();

  Roster(long seed, int accounts, long fromDay, int days) {
    int count = Math.max(24, accounts <= 1_200 ? Math.min(40, accounts / 30) : accounts / 30);
    List<Agent> all = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      all.add(agent(seed, i, fromDay, days));
    }
    this.agents = List.copyOf(all);
  }

  private static Agent agent(long seed, int i, long fromDay, int days) {
    Rng rng = Rng.of(seed, 0xA6E47, i);
    int tier = i % 8 == 7 ? 3 : i % 8 >= 5 ? 2 : 1;
    String language = LANGUAGES[(i + i / 8) % 4];
    String site =
        switch (language) {
          case "de" -> "berlin";
          case "es" -> "madrid";
          case "fr" -> "paris";
          default -> rng.pick("dublin", "new_york", "singapore");
        };
    TreeSet<String> skills = new TreeSet<>();
    int width = tier == 1 ? 4 : 3;
    for (int k = 0; k < width; k++) {
      skills.add(GROUPS[(i * 3 + k * (1 + i % 3)) % GROUPS.length]);
    }
    TreeSet<String> languages = new TreeSet<>(List.of("en", language));
    if (rng.chance(0.2)) {
      languages.add(rng.pick(LANGUAGES));
    }
    String certifications = rng.chance(0.5) ? rng.pick("aml", "pci", "aml|pci", "gdpr") : "";
    State first =
        new State(
            fromDay - rng.whole(40, 900),
            tier,
            team(tier, skills.first()),
            "pod-" + (1 + i % 6),
            site,
            zone(site),
            List.copyOf(skills),
            List.copyOf(languages),
            certifications,
            rng.whole(14, 30),
            true);
    List<State> states = new ArrayList<>(List.of(first));
    if (i >= 8 && rng.chance(0.45)) {
      states.add(move(first, fromDay + rng.whole(5, Math.max(6, days - 10)), rng));
    }
    return new Agent(
        String.format(java.util.Locale.ROOT, "agt-%03d", i + 1),
        rng.pick("Alex", "Kim", "Robin", "Sam", "Toni", "Charlie", "Jo", "Maxi", "Sascha", "Andrea")
            + " "
            + rng.pick("Berg", "Costa", "Dubois", "Evans", "Fuchs", "Garcia", "Hill", "Ito", "Jung")
            + " "
            + (i + 1),
        0.6 * rng.normal(),
        Math.exp(0.25 * rng.normal()),
        List.copyOf(states));
  }

  private static State move(State first, long day, Rng rng) {
    double kind = rng.unit();
    if (kind < 0.3) {
      return new State(
          day,
          first.tier(),
          first.team(),
          first.pod(),
          first.site(),
          first.zone(),
          first.skills(),
          first.languages(),
          first.certifications(),
          first.capacity(),
          false);
    }
    int tier = kind < 0.65 ? Math.min(3, first.tier() + 1) : first.tier();
    TreeSet<String> skills = new TreeSet<>(first.skills());
    skills.add(rng.pick(GROUPS));
    return new State(
        day,
        tier,
        team(tier, skills.last()),
        "pod-" + rng.whole(1, 6),
        first.site(),
        first.zone(),
        List.copyOf(skills),
        first.languages(),
        first.certifications().isEmpty() ? "aml" : first.certifications(),
        first.capacity() + 2,
        true);
  }

  private static String team(int tier, String skill) {
    String area =
        switch (skill) {
          case "accounting", "cash_flow" -> "finance-tools";
          case "api" -> "developers";
          case "disputes", "identity_risk" -> "risk";
          default -> "money";
        };
    return area + (tier == 1 ? "-front" : tier == 2 ? "-expert" : "-specialist");
  }

  private static String zone(String site) {
    return switch (site) {
      case "berlin" -> "Europe/Berlin";
      case "madrid" -> "Europe/Madrid";
      case "paris" -> "Europe/Paris";
      case "dublin" -> "Europe/Dublin";
      case "new_york" -> "America/New_York";
      default -> "Asia/Singapore";
    };
  }

  List<Agent> agents() {
    return agents;
  }

  /** Somebody active on that day in that tier who speaks the language, skilled where possible. */
  Agent pick(long day, int tier, String group, String language, Rng rng, @Nullable String not) {
    List<Agent> able = able(day, tier, group, language);
    Agent chosen = rng.pick(able);
    if (chosen.id().equals(not) && able.size() > 1) {
      chosen = able.get((able.indexOf(chosen) + 1) % able.size());
    }
    return chosen;
  }

  private List<Agent> able(long day, int tier, String group, String language) {
    if (cache.size() > 20_000) {
      cache.clear();
    }
    return cache.computeIfAbsent(
        day + "/" + tier + group + language, _ -> select(day, tier, group, language));
  }

  private List<Agent> select(long day, int tier, String group, String language) {
    List<Agent> inTier =
        agents.stream().filter(a -> a.at(day).isActive() && a.at(day).tier() == tier).toList();
    if (inTier.isEmpty()) {
      return agents.subList(0, 8);
    }
    List<Agent> speaking =
        inTier.stream().filter(a -> a.at(day).languages().contains(language)).toList();
    List<Agent> pool = speaking.isEmpty() ? inTier : speaking;
    List<Agent> skilled = pool.stream().filter(a -> a.at(day).skills().contains(group)).toList();
    return skilled.isEmpty() ? pool : skilled;
  }

  /** An agent who left asks to be forgotten some days later. */
  private static void forget(Agent agent, Landing landing) {
    long at = (agent.states().getLast().fromDay() + 9) * Times.DAY + 10 * Times.HOUR;
    landing.landOnTime(
        Source.ERASURE_REQUEST,
        at,
        new Line()
            .text("request_id", "ers-" + agent.id())
            .text("subject_kind", "agent")
            .text("subject_id", agent.id())
            .instant("requested_at", at)
            .end());
  }

  void land(Landing landing) {
    agents.stream()
        .filter(a -> !a.states().getLast().isActive())
        .findFirst()
        .ifPresent(a -> forget(a, landing));
    for (Agent agent : agents) {
      int n = 0;
      for (State state : agent.states()) {
        long at = state.fromDay() * Times.DAY + 5 * Times.HOUR;
        landing.landOnTime(
            Source.ROSTER_CHANGE,
            at,
            Landing.csv(
                Source.ROSTER_CHANGE,
                "ros-" + agent.id() + "-" + n++,
                agent.id(),
                Times.instant(at),
                agent.name(),
                Integer.toString(state.tier()),
                state.team(),
                state.pod(),
                state.site(),
                String.join("|", state.skills()),
                String.join("|", state.languages()),
                state.certifications(),
                Integer.toString(state.capacity()),
                state.zone(),
                state.isActive() ? "active" : "left"));
      }
    }
  }
}
