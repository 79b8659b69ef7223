package io.supportlake.gold.outcomes;

import static java.util.stream.Collectors.groupingBy;
import static org.assertj.core.api.Assertions.assertThat;

import io.supportlake.Period;
import io.supportlake.platform.ConfLoader;
import io.supportlake.rules.ExactPoisson;
import io.supportlake.rules.Interval;
import io.supportlake.rules.Wilson;
import io.supportlake.testing.Rows;
import io.supportlake.testing.SparkSuite;
import io.supportlake.testing.TestInputs;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The intervals that {@code gold.metric} publishes cover the expected rates that the months were
 * drawn from. A month is a seed: its accounts, incidents and events are drawn anew, so that "95 %"
 * is over all that chance does.
 *
 * <p>The long mode: {@code -Dsupportlake.coverageMonths=200}, with the bounds 92 to 98 %.
 */
class CoverageTest extends SparkSuite {
  private static final int MONTHS = Integer.getInteger("supportlake.coverageMonths", 12);
  private static final boolean IS_LONG = MONTHS >= 80;

  /** Months whose rows are in memory together. */
  private static final int TOGETHER = 20;

  private static final LocalDate START = LocalDate.of(2001, 1, 1);

  private static final Map<String, Double> PLANTED =
      Map.of(
          "fcr_7d", 0.68,
          "reopen_rate_30d", 0.12,
          "functional_escalation_rate", 0.18,
          "csat_positive_share", 0.8,
          "contact_rate", 60.0);

  private static Dataset<Row> specs = Rows.of(CONTRACTS, "conf.metric_spec").dataset(spark());

  /** How the events of a month depend on each other. */
  enum World {
    /** Not at all. */
    INDEPENDENT,
    /**
     * Accounts differ, some write much more often than others, and incidents bring many accounts on
     * one day with a fate of their own.
     */
    CLUSTERED
  }

  /** Whether a published interval covers, and whether one for independent events would have. */
  private record Outcome(String metric, boolean isCovered, boolean isCoveredIfIndependent) {}

  @BeforeAll
  static void readTheMetrics() {
    LocalDate day = LocalDate.of(2026, 1, 1);
    specs =
        ConfLoader.load(HOME.resolve("conf"), "conf.metric_spec", spark(), day, day)
            .where(
                PLANTED.keySet().stream()
                    .map(m -> "'" + m + "'")
                    .collect(Collectors.joining(", ", "metric in (", ")")))
            .localCheckpoint();
  }

  @ParameterizedTest
  @EnumSource
  void publishedIntervalsCoverThePlantedRates(World world) {
    List<Outcome> outcomes = new ArrayList<>();
    for (int first = 0; first < MONTHS; first += TOGETHER) {
      outcomes.addAll(outcomes(world, first, Math.min(first + TOGETHER, MONTHS)));
    }
    Map<String, List<Outcome>> byMetric =
        new TreeMap<>(outcomes.stream().collect(groupingBy(Outcome::metric)));
    StringBuilder table = new StringBuilder();
    byMetric.forEach((metric, of) ->
        table.append(
            "%n%-12s %-28s %3d intervals, %5.1f %% cover; %5.1f %% if independent"
                .formatted(
                    world, metric, of.size(), 100 * covered(of), 100 * coveredIfIndependent(of))));
    if (IS_LONG) {
      System.out.println(table);
    }

    assertThat(byMetric.keySet()).isEqualTo(new TreeMap<>(PLANTED).keySet());
    assertThat(outcomes).hasSize(MONTHS * PLANTED.size());
    assertThat(covered(outcomes))
        .as(table.toString())
        .isBetween(IS_LONG ? 0.92 : 0.9, IS_LONG ? 0.98 : 1);
    if (world == World.CLUSTERED) {
      assertThat(coveredIfIndependent(outcomes))
          .as("what is tested is hard enough")
          .isLessThan(0.9);
    }
  }

  private static double covered(List<Outcome> outcomes) {
    return outcomes.stream().mapToInt(o -> o.isCovered() ? 1 : 0).average().orElseThrow();
  }

  private static double coveredIfIndependent(List<Outcome> outcomes) {
    return outcomes.stream()
        .mapToInt(o -> o.isCoveredIfIndependent() ? 1 : 0)
        .average()
        .orElseThrow();
  }

  /** Months by the job that writes gold.metric. */
  private static List<Outcome> outcomes(World world, int first, int end) {
    Rows episodes = Rows.of(CONTRACTS, "gold.episode_outcome");
    Rows surveys = Rows.of(CONTRACTS, "silver.survey");
    Rows productDays = Rows.of(CONTRACTS, "gold.product_day");
    for (int month = first; month < end; month++) {
      new Month(world, month).write(episodes, surveys, productDays);
    }
    List<LocalDate> months = IntStream.range(first, end).mapToObj(START::plusMonths).toList();
    LocalDate asOf = START.plusMonths(MONTHS + 12L);
    return new TestInputs(spark(), SETTINGS, CONTRACTS, "gold.metric")
            .with("conf.metric_spec", specs)
            .with("gold.episode_outcome", episodes)
            .with("silver.survey", surveys)
            .with("gold.product_day", productDays)
            .build(new Metric(), new Period(asOf, asOf, months))
            .collectAsList()
            .stream()
            .map(CoverageTest::outcome)
            .toList();
  }

  private static Outcome outcome(Row cell) {
    String metric = cell.getAs("metric");
    double planted = Objects.requireNonNull(PLANTED.get(metric));
    Interval published =
        new Interval(cell.<Double>getAs("interval_low"), cell.<Double>getAs("interval_high"));
    long numerator = cell.<java.math.BigDecimal>getAs("numerator").longValueExact();
    long n = cell.<Long>getAs("n");
    boolean isRate = metric.equals("contact_rate");
    Interval independent =
        isRate
            ? ExactPoisson.interval(numerator, n / 1000.0, 0.95)
            : Wilson.interval(numerator, n, 0.95);
    assertThat(cell.<String>getAs("interval_method"))
        .isEqualTo(isRate ? "exact_poisson" : "wilson");
    return new Outcome(metric, published.contains(planted), independent.contains(planted));
  }

  /** One month of 200 accounts. */
  private static final class Month {
    private static final int ACCOUNTS = 200;
    private static final int INCIDENTS = 6;
    private static final int OF_INCIDENT = 20;
    private static final double EPISODES_OF_ACCOUNT = 3;

    /** Beta(p k, (1 - p) k): those of one account or incident correlate by 1 / (k + 1). */
    private static final double K = 5;

    private static final double ACTIVE = 0.6;

    /** Share of contacts that come by incidents. */
    private static final double BY_INCIDENT = 0.2;

    /** Further contacts of an issue, on average. */
    private static final double REPEATS = 0.3;

    private final World world;
    private final int number;
    private final LocalDate start;
    private final int days;
    private final SplittableRandom random;
    private int ids;

    Month(World world, int number) {
      this.world = world;
      this.number = number;
      this.start = START.plusMonths(number);
      this.days = start.lengthOfMonth();
      this.random = new SplittableRandom(31L * number + world.ordinal());
    }

    void write(Rows episodes, Rows surveys, Rows productDays) {
      for (int account = 0; account < ACCOUNTS; account++) {
        Map<String, Double> shares = shares();
        int many = poisson(EPISODES_OF_ACCOUNT * size());
        for (int i = 0; i < many; i++) {
          episode(account, start.plusDays(random.nextInt(days)), shares, episodes, surveys);
        }
      }
      for (int incident = 0; incident < INCIDENTS; incident++) {
        Map<String, Double> shares = shares();
        LocalDate day = start.plusDays(random.nextInt(days));
        for (int i = 0; i < OF_INCIDENT; i++) {
          episode(random.nextInt(ACCOUNTS), day, shares, episodes, surveys);
        }
      }
      usage(productDays);
    }

    private void episode(
        int account, LocalDate day, Map<String, Double> shares, Rows episodes, Rows surveys) {
      String id = number + "-" + ids++;
      episodes.with(
          "episode_id",
          id,
          "account_id",
          number + "-a" + account,
          "started_date",
          day,
          "first_contact_ended_date",
          day,
          "first_solved_date",
          day,
          "ended_date",
          day,
          "is_fcr_7d",
          is(shares, "fcr_7d"),
          "is_reopened_30d",
          is(shares, "reopen_rate_30d"),
          "has_functional_escalation",
          is(shares, "functional_escalation_rate"));
      if (random.nextDouble() < 0.4) {
        surveys.with(
            "survey_id",
            id,
            "account_id",
            number + "-a" + account,
            "kind",
            "csat",
            "sent_date",
            day,
            "score",
            is(shares, "csat_positive_share") ? 4 + random.nextInt(2) : 1 + random.nextInt(3));
      }
    }

    /** Exposure has a weekly rhythm; an account that comes may come again within five days. */
    private void usage(Rows productDays) {
      long[] active = new long[days];
      for (int i = 0; i < days; i++) {
        int weekday = start.plusDays(i).getDayOfWeek().getValue();
        active[i] = Math.round(ACCOUNTS * ACTIVE * (weekday > 5 ? 0.4 : 1.24));
      }
      long exposure = Arrays.stream(active).sum();
      double expected = exposure * Objects.requireNonNull(PLANTED.get("contact_rate")) / 1000;
      boolean isClustered = world == World.CLUSTERED;
      long[][] contacts = new long[days][MetricCube.GROUPS];
      double perAccount = expected / ACCOUNTS;
      if (isClustered) {
        for (int i = poisson(INCIDENTS); i > 0; i--) {
          int day = random.nextInt(days);
          for (int many = poisson(expected * BY_INCIDENT / INCIDENTS); many > 0; many--) {
            contacts[day][random.nextInt(ACCOUNTS) % MetricCube.GROUPS]++;
          }
        }
        perAccount *= (1 - BY_INCIDENT) / (1 + REPEATS);
      }
      for (int account = 0; account < ACCOUNTS; account++) {
        for (int issue = poisson(perAccount * size()); issue > 0; issue--) {
          int day = dayBy(active, exposure);
          int group = account % MetricCube.GROUPS;
          contacts[day][group]++;
          for (int again = isClustered ? poisson(REPEATS) : 0; again > 0; again--) {
            contacts[(day + random.nextInt(5)) % days][group]++;
          }
        }
      }
      for (int i = 0; i < days; i++) {
        productDays.with(
            "activity_date",
            start.plusDays(i),
            "product",
            "all",
            "feature",
            "all",
            "active_account_count",
            active[i],
            "contact_count",
            Arrays.stream(contacts[i]).sum(),
            "account_groups",
            groups(i, active[i], contacts[i]));
      }
    }

    /** Every group of accounts is as active as the next, as far as whole numbers go. */
    private static Map<Integer, Row> groups(int day, long active, long[] contacts) {
      Map<Integer, Row> groups = new TreeMap<>();
      for (int group = 0; group < MetricCube.GROUPS; group++) {
        boolean isOneMore = (group + 37 * day) % MetricCube.GROUPS < active % MetricCube.GROUPS;
        groups.put(
            group,
            RowFactory.create(active / MetricCube.GROUPS + (isOneMore ? 1 : 0), contacts[group]));
      }
      return groups;
    }

    private int dayBy(long[] active, long exposure) {
      long left = random.nextLong(exposure);
      int day = 0;
      while (left >= active[day]) {
        left -= active[day++];
      }
      return day;
    }

    private boolean is(Map<String, Double> shares, String metric) {
      return random.nextDouble() < Objects.requireNonNull(shares.get(metric));
    }

    /** What an account or an incident has for each metric; its expectation is what is planted. */
    private Map<String, Double> shares() {
      return PLANTED.entrySet().stream()
          .collect(
              Collectors.toMap(
                  Map.Entry::getKey,
                  e -> world == World.CLUSTERED ? beta(e.getValue()) : e.getValue()));
    }

    /** A few accounts write much: gamma with shape 1.5 and mean 1. */
    private double size() {
      return world == World.CLUSTERED ? gamma(1.5) / 1.5 : 1;
    }

    private double beta(double mean) {
      if (mean > 1) {
        return mean;
      }
      double yes = gamma(mean * K);
      return yes / (yes + gamma((1 - mean) * K));
    }

    /** Marsaglia and Tsang, ACM TOMS 26, 2000. */
    private double gamma(double shape) {
      if (shape < 1) {
        return gamma(shape + 1) * Math.pow(random.nextDouble(), 1 / shape);
      }
      double d = shape - 1.0 / 3;
      while (true) {
        double x = random.nextGaussian();
        double v = Math.pow(1 + x / Math.sqrt(9 * d), 3);
        if (v > 0 && Math.log(random.nextDouble()) < x * x / 2 + d - d * v + d * Math.log(v)) {
          return d * v;
        }
      }
    }

    private int poisson(double mean) {
      int count = -1;
      for (double left = mean; left > 0 || count < 0; count++) {
        left += Math.log(random.nextDouble());
      }
      return count;
    }
  }
}
