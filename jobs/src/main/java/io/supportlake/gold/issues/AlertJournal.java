package io.supportlake.gold.issues;

import io.supportlake.models.CountAlarm;
import io.supportlake.models.RateScan;
import io.supportlake.models.Texts;
import io.supportlake.models.Vectors;
import io.supportlake.rules.BenjaminiHochberg;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The days of {@code gold.issue_alert} one after the other: each sees the records that had arrived
 * by its end and the alerts that earlier days left, so a range gives what single days give.
 */
final class AlertJournal {
  /** Days a ticket or family count looks back, today included. */
  static final int TICKET_DAYS = 97;

  /** Reference of error templates; seven more days tell whether a template is new. */
  static final int TEMPLATE_DAYS = 28;

  static final int TEMPLATE_LOOK_BACK = TEMPLATE_DAYS + 7;

  /** Active customers of a day are averaged over this many days before it. */
  static final int EXPOSURE_DAYS = 7;

  /** An alert keeps its identity over a pause of this many days. */
  static final int KEEPS_ID_DAYS = 14;

  static final int MOST_MEMBERS = 200;

  /**
   * Full weeks that the scan's dispersion needs: with fewer, ordinary weeks look like outbreaks.
   */
  private static final int CLUSTER_REFERENCE_DAYS = 21;

  /** With 1e-3 a day and kind, chance gives one false issue of counts in about 500 days. */
  private static final double COUNT_RATE = 1e-3;

  private static final int RARE_CUSTOMERS = 10;
  private static final int FAMILY_REFERENCE_DAYS = 90;
  private static final int LABEL = 160;

  private static final RateScan.Options SCAN = RateScan.Options.DEFAULT;
  private static final CountAlarm.Options DAILY = CountAlarm.Options.DEFAULT;
  private static final CountAlarm.Options WEEKLY =
      new CountAlarm.Options(4, 4, DAILY.minimumCount(), DAILY.minimumCustomers(), DAILY.prior());

  /**
   * What the days are decided on.
   *
   * @param tickets cases, embedded ones once per model
   * @param templates error lines
   * @param activeAccounts active customers by day; days may be missing
   */
  record Evidence(
      List<Ticket> tickets, List<TemplateCount> templates, Map<Integer, Long> activeAccounts) {

    Evidence {
      tickets = List.copyOf(tickets);
      templates = List.copyOf(templates);
      activeAccounts = Map.copyOf(activeAccounts);
    }
  }

  private final Evidence evidence;

  /** The last row of each identity. */
  private final Map<String, Alert> state = new TreeMap<>();

  private AlertJournal(Evidence evidence) {
    this.evidence = evidence;
  }

  /**
   * The alerts of the days.
   *
   * @param days ascending
   * @param before alerts of earlier days; at least those of the last {@value #KEEPS_ID_DAYS}
   */
  static List<Alert> replay(List<LocalDate> days, Evidence evidence, List<Alert> before) {
    AlertJournal journal = new AlertJournal(evidence);
    before.stream()
        .sorted(Comparator.comparingInt(Alert::day))
        .forEach(alert -> journal.state.put(alert.id(), alert));
    List<Alert> all = new ArrayList<>();
    for (LocalDate date : days) {
      int today = Math.toIntExact(date.toEpochDay());
      List<Alert> found = new ArrayList<>();
      found.addAll(journal.templates(today));
      found.addAll(journal.families(today));
      found.addAll(journal.clusters(today));
      found.forEach(alert -> journal.state.put(alert.id(), alert));
      all.addAll(found);
    }
    return List.copyOf(all);
  }

  /** Something tested, which becomes an alert when the false discovery rate allows. */
  private record Tested(double p, Alert alert) {}

  private List<Alert> raised(List<Tested> tested, int today) {
    boolean[] rejected =
        BenjaminiHochberg.rejected(tested.stream().mapToDouble(Tested::p).toArray(), COUNT_RATE);
    List<Alert> raised = new ArrayList<>();
    for (int i = 0; i < rejected.length; i++) {
      if (rejected[i]) {
        Alert alert = tested.get(i).alert();
        Alert earlier = latest(alert.kind(), alert.subject(), today);
        raised.add(earlier == null ? alert : alert.continuing(earlier));
      }
    }
    return raised;
  }

  private List<Alert> recent(String kind, int today) {
    return state.values().stream()
        .filter(a -> a.kind().equals(kind) && a.day() < today && today - a.day() <= KEEPS_ID_DAYS)
        .toList();
  }

  private @Nullable Alert latest(String kind, String subject, int today) {
    return recent(kind, today).stream()
        .filter(a -> a.subject().equals(subject))
        .max(Comparator.comparingInt(Alert::day).thenComparing(Alert::id))
        .orElse(null);
  }

  // Customers hit, not lines: one customer's retries would else look like an outbreak.
  private List<Alert> templates(int today) {
    Map<String, List<TemplateCount>> byTemplate = new TreeMap<>();
    int start = today;
    for (TemplateCount count : evidence.templates()) {
      if (count.isKnownOn(today) && count.day() >= today - TEMPLATE_LOOK_BACK) {
        byTemplate.computeIfAbsent(count.templateId(), _ -> new ArrayList<>()).add(count);
        start = Math.min(start, count.day());
      }
    }
    int from = Math.max(start, today - TEMPLATE_DAYS);
    Map<String, long[]> customers = new TreeMap<>();
    byTemplate.forEach((id, counts) -> {
      long[] daily = new long[today - from + 1];
      for (TemplateCount count : counts) {
        if (count.day() >= from) {
          daily[count.day() - from] += count.customers();
        }
      }
      customers.put(id, daily);
    });
    double newPrior = priorOfNew(customers.values());
    List<Tested> tested = new ArrayList<>();
    for (Map.Entry<String, long[]> entry : customers.entrySet()) {
      long[] daily = entry.getValue();
      int end = referenceEnd(Alert.TEMPLATE, entry.getKey(), today);
      boolean isNew = Arrays.stream(daily, 0, Math.max(0, end - from)).sum() == 0;
      CountAlarm.Options options =
          new CountAlarm.Options(
              DAILY.halfLifeDays(),
              DAILY.minimumDays(),
              DAILY.minimumCustomers(),
              DAILY.minimumCustomers(),
              isNew ? newPrior : DAILY.prior());
      long count = daily[daily.length - 1];
      CountAlarm.Result result = testDaily(daily, from, today, end, count, options);
      List<TemplateCount> counts = byTemplate.getOrDefault(entry.getKey(), List.of());
      tested.add(new Tested(result.p(), template(today, start, counts, result)));
    }
    return raised(tested, today);
  }

  /**
   * Customers that a template without a past is expected to hit in the reference: as many as the
   * rare templates hit on average.
   */
  private static double priorOfNew(Collection<long[]> customers) {
    long sum = 0;
    long rare = 0;
    for (long[] daily : customers) {
      long seen = referenceSum(daily);
      if (seen > 0 && seen < RARE_CUSTOMERS) {
        sum += seen;
        rare++;
      }
    }
    return rare == 0 ? DAILY.prior() : Math.max(DAILY.prior(), (double) sum / rare);
  }

  private static long referenceSum(long[] daily) {
    return Arrays.stream(daily, 0, daily.length - 1).sum();
  }

  /**
   * The day from which counts are no reference: that on which a current alert of the subject began,
   * or today. Else an outbreak would hide its own second day. What lasts longer is the new normal.
   */
  private int referenceEnd(String kind, String subject, int today) {
    Alert current = latest(kind, subject, today);
    return current != null && today - current.firstDay() < KEEPS_ID_DAYS
        ? current.firstDay()
        : today;
  }

  private CountAlarm.Result testDaily(
      long[] daily,
      int from,
      int today,
      int referenceEnd,
      long customers,
      CountAlarm.Options options) {
    int n = Math.max(0, referenceEnd - from);
    double[] exposures = new double[n];
    int[] weekdays = new int[n];
    for (int i = 0; i < n; i++) {
      exposures[i] = exposure(from + i, today);
      weekdays[i] = weekday(from + i);
    }
    return CountAlarm.test(
        new CountAlarm.History(Arrays.copyOf(daily, n), exposures, weekdays),
        new CountAlarm.Day(
            daily[today - from],
            Math.toIntExact(customers),
            exposure(today, today),
            weekday(today)),
        options);
  }

  private static int weekday(int day) {
    return LocalDate.ofEpochDay(day).getDayOfWeek().getValue() - 1;
  }

  private static Alert template(
      int today, int start, List<TemplateCount> counts, CountAlarm.Result result) {
    TemplateCount first =
        counts.stream()
            .min(
                Comparator.comparingLong(TemplateCount::firstAtMicros)
                    .thenComparingInt(TemplateCount::arrivalDay))
            .orElseThrow();
    boolean isNew = first.day() > start && first.day() > today - TEMPLATE_DAYS;
    long lines =
        counts.stream().filter(c -> c.day() == today).mapToLong(TemplateCount::lines).sum();
    long firstToday =
        counts.stream()
            .filter(c -> c.day() == today)
            .mapToLong(TemplateCount::firstAtMicros)
            .min()
            .orElse(first.firstAtMicros());
    String release = isNew ? first.release() : null;
    String since =
        isNew
            ? "; first seen on %s%s"
                .formatted(
                    LocalDate.ofEpochDay(first.day()),
                    release == null ? "" : " in release " + release)
            : "";
    String reason =
        String.format(
            Locale.ROOT,
            "%d customers met \"%s\" on %s (%d lines) where %s were expected from the %d days"
                + " before (%s times as many)%s.",
            result.customers(),
            shortened(first.label()),
            LocalDate.ofEpochDay(today),
            lines,
            number(result.expected()),
            TEMPLATE_DAYS,
            number(result.ratio()),
            since);
    return new Alert(
        today,
        id(Alert.TEMPLATE, first.templateId(), today),
        Alert.TEMPLATE,
        first.templateId(),
        shortened(first.label()),
        today,
        isNew ? first.firstAtMicros() : firstToday,
        1,
        result.count(),
        result.expected(),
        result.p(),
        result.customers(),
        release,
        List.of(),
        reason);
  }

  // A burst shows in a day, a slow surge only in a week; both are tested and p is doubled for it.
  private List<Alert> families(int today) {
    Map<String, Ticket> cases = new TreeMap<>();
    int start = today;
    for (Ticket ticket : evidence.tickets()) {
      if (isCaseKnown(ticket, today)) {
        cases.put(ticket.caseId(), ticket);
        start = Math.min(start, ticket.day());
      }
    }
    int from = Math.max(start, today - FAMILY_REFERENCE_DAYS);
    Map<String, List<Ticket>> byFamily = new TreeMap<>();
    for (Ticket ticket : cases.values()) {
      if (ticket.day() >= from) {
        byFamily.computeIfAbsent(ticket.family(), _ -> new ArrayList<>()).add(ticket);
      }
    }
    List<Tested> tested = new ArrayList<>();
    byFamily.forEach((family, tickets) -> {
      long[] daily = new long[today - from + 1];
      tickets.forEach(t -> daily[t.day() - from]++);
      int end = referenceEnd(Alert.FAMILY, family, today);
      CountAlarm.Result day = testDaily(daily, from, today, end, customers(tickets, today), DAILY);
      CountAlarm.Result week = testWeekly(daily, from, today, end, customers(tickets, today - 6));
      boolean isBurst = day.p() <= week.p();
      CountAlarm.Result stronger = isBurst ? day : week;
      double p = Math.min(1, 2 * stronger.p());
      tested.add(new Tested(p, family(today, isBurst ? 1 : 7, family, tickets, stronger, p)));
    });
    return raised(tested, today);
  }

  private static boolean isCaseKnown(Ticket ticket, int today) {
    return ticket.isKnownOn(today) && ticket.day() > today - TICKET_DAYS;
  }

  private static int customers(List<Ticket> tickets, int since) {
    return Math.toIntExact(
        tickets.stream().filter(t -> t.day() >= since).map(Ticket::accountId).distinct().count());
  }

  private CountAlarm.Result testWeekly(
      long[] daily, int from, int today, int referenceEnd, int customers) {
    int windowStart = today - 6;
    int weeks = Math.max(0, Math.min(windowStart, referenceEnd) - from) / 7;
    long[] counts = new long[weeks];
    double[] exposures = new double[weeks];
    int first = Math.min(windowStart, referenceEnd) - 7 * weeks;
    for (int w = 0; w < weeks; w++) {
      counts[w] = week(daily, from, first + 7 * w);
      exposures[w] = weekExposure(first + 7 * w, today);
    }
    return CountAlarm.test(
        new CountAlarm.History(counts, exposures, new int[weeks]),
        new CountAlarm.Day(
            week(daily, from, windowStart), customers, weekExposure(windowStart, today), 0),
        WEEKLY);
  }

  private static long week(long[] daily, int from, int first) {
    long count = 0;
    for (int day = Math.max(first, from); day < first + 7; day++) {
      count += daily[day - from];
    }
    return count;
  }

  private double weekExposure(int first, int today) {
    double sum = 0;
    for (int day = first; day < first + 7; day++) {
      sum += exposure(day, today);
    }
    return sum;
  }

  private static Alert family(
      int today,
      int windowDays,
      String family,
      List<Ticket> tickets,
      CountAlarm.Result result,
      double p) {
    LocalDate date = LocalDate.ofEpochDay(today);
    long firstAt =
        tickets.stream()
            .filter(t -> t.day() > today - windowDays)
            .mapToLong(Ticket::openedAtMicros)
            .min()
            .orElse(0);
    String reason =
        String.format(
            Locale.ROOT,
            "%d cases of family %s from %d customers %s where %s were expected at this number of"
                + " active customers (%s times as many).",
            result.count(),
            family,
            result.customers(),
            windowDays == 1 ? "on " + date : "in the 7 days to " + date,
            number(result.expected()),
            number(result.ratio()));
    return new Alert(
        today,
        id(Alert.FAMILY, family, today),
        Alert.FAMILY,
        family,
        family,
        today,
        firstAt,
        windowDays,
        result.count(),
        result.expected(),
        p,
        result.customers(),
        null,
        List.of(),
        reason);
  }

  private List<Alert> clusters(int today) {
    List<Ticket> seen = embedded(evidence.tickets(), today, TICKET_DAYS);
    int windowStart = today - SCAN.windowDays() + 1;
    float[][] reference =
        seen.stream()
            .filter(t -> t.day() < windowStart)
            .map(Ticket::embedding)
            .toArray(float[][]::new);
    int first = seen.stream().mapToInt(Ticket::day).min().orElse(today);
    if (windowStart - first < CLUSTER_REFERENCE_DAYS) {
      return List.of();
    }
    // The window stays out of the mean, so that an outbreak does not move it towards itself.
    float[] mean = Vectors.mean(reference);
    Map<String, Integer> at = new HashMap<>();
    float[][] vectors = new float[seen.size()][];
    for (int i = 0; i < vectors.length; i++) {
      vectors[i] = Vectors.centre(seen.get(i).embedding(), mean);
      at.put(seen.get(i).caseId(), i);
    }
    Texts texts =
        new Texts(
            vectors,
            seen.stream().mapToInt(Ticket::day).toArray(),
            seen.stream().map(Ticket::accountId).toArray(String[]::new),
            seen.stream().map(Ticket::caseId).toArray(String[]::new));
    List<RateScan.Outbreak> found = RateScan.scan(texts, today, day -> exposure(day, today), SCAN);
    List<Alert> earlier = recent(Alert.CLUSTER, today);
    List<RateScan.Known> known =
        earlier.stream().map(alert -> known(alert, at, vectors, mean.length)).toList();
    List<String> ids = RateScan.ids(found, known, today);
    List<Alert> alerts = new ArrayList<>();
    Set<String> used = new HashSet<>(state.keySet());
    for (int i = 0; i < found.size(); i++) {
      RateScan.Outbreak outbreak = found.get(i);
      String id = ids.get(i);
      Alert alert = cluster(today, id, outbreak, seen, at);
      boolean isContinued = earlier.stream().anyMatch(a -> a.id().equals(id)) && isFree(id, alerts);
      if (isContinued) {
        alerts.add(alert.continuing(state.getOrDefault(id, alert)));
      } else if (outbreak.level() == RateScan.Level.ALERT) {
        // A watch only keeps an alert alive; by itself it is wrong once in five.
        String unique = id;
        for (int n = 2; !used.add(unique); n++) {
          unique = id + "-" + n;
        }
        alerts.add(alert.withId(unique));
      }
    }
    return alerts;
  }

  private static boolean isFree(String id, List<Alert> alerts) {
    return alerts.stream().noneMatch(a -> a.id().equals(id));
  }

  /**
   * Embedded tickets of the last days that were known by the end of today, under the model that was
   * used last: vectors of different models are never compared.
   */
  static List<Ticket> embedded(List<Ticket> tickets, int today, int days) {
    List<Ticket> known =
        tickets.stream()
            .filter(t -> t.isEmbedded() && t.isKnownOn(today) && t.day() > today - days)
            .toList();
    String version =
        known.stream()
            .max(
                Comparator.comparingInt(Ticket::arrivalDay)
                    .thenComparing(
                        Ticket::modelVersion, Comparator.nullsFirst(Comparator.naturalOrder())))
            .map(Ticket::modelVersion)
            .orElse(null);
    return known.stream().filter(t -> t.isOf(version)).toList();
  }

  /** An earlier cluster with its centre among today's vectors, so that rows need not hold it. */
  private static RateScan.Known known(
      Alert alert, Map<String, Integer> at, float[][] vectors, int dimensions) {
    List<float[]> members = new ArrayList<>();
    for (String member : alert.members()) {
      Integer i = at.get(member);
      if (i != null) {
        members.add(vectors[i]);
      }
    }
    float[] centroid =
        members.isEmpty()
            ? new float[dimensions]
            : Vectors.normalise(Vectors.mean(members.toArray(float[][]::new)));
    return new RateScan.Known(alert.id(), alert.day(), centroid, Set.copyOf(alert.members()));
  }

  private static Alert cluster(
      int today,
      String id,
      RateScan.Outbreak outbreak,
      List<Ticket> seen,
      Map<String, Integer> at) {
    List<String> members =
        outbreak.tickets().subList(0, Math.min(MOST_MEMBERS, outbreak.tickets().size()));
    String text = shortened(seen.get(at.getOrDefault(outbreak.medoid(), 0)).text());
    String label = text.isEmpty() ? outbreak.medoid() : text;
    long firstAt =
        outbreak.tickets().stream()
            .mapToLong(t -> seen.get(at.getOrDefault(t, 0)).openedAtMicros())
            .min()
            .orElse(0);
    int count = outbreak.tickets().size();
    String reason =
        String.format(
            Locale.ROOT,
            "%d similar tickets from %d customers in the %d days to %s where %s were expected"
                + " (%s times as many), such as \"%s\".",
            count,
            outbreak.customers(),
            SCAN.windowDays(),
            LocalDate.ofEpochDay(today),
            number(outbreak.expected()),
            number(count / outbreak.expected()),
            label);
    return new Alert(
        today,
        id,
        Alert.CLUSTER,
        outbreak.medoid(),
        label,
        today,
        firstAt,
        SCAN.windowDays(),
        count,
        outbreak.expected(),
        outbreak.p(),
        outbreak.customers(),
        null,
        List.copyOf(members),
        reason);
  }

  // The day's own activity is not complete when the day ends, the days before it nearly are.
  private double exposure(int day, int today) {
    double before = activeAccounts(day - EXPOSURE_DAYS, day - 1);
    if (before > 0) {
      return before;
    }
    int first =
        evidence.activeAccounts().keySet().stream()
            .mapToInt(Integer::intValue)
            .filter(d -> d <= today)
            .min()
            .orElse(today);
    double earliest = activeAccounts(first, Math.min(today, first + EXPOSURE_DAYS - 1));
    return earliest > 0 ? earliest : 1;
  }

  /** Mean active accounts of the days that have any; 0 where none has. */
  private double activeAccounts(int from, int to) {
    long sum = 0;
    int days = 0;
    for (int day = from; day <= to; day++) {
      long active = evidence.activeAccounts().getOrDefault(day, 0L);
      sum += Math.max(0, active);
      days += active > 0 ? 1 : 0;
    }
    return days == 0 ? 0 : (double) sum / days;
  }

  private static String id(String kind, String subject, int firstDay) {
    String name = String.join("\u0000", kind, subject, String.valueOf(firstDay));
    return "alt_"
        + UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8))
            .toString()
            .replace("-", "")
            .substring(0, 16);
  }

  private static String shortened(String text) {
    String line = text.strip().replaceAll("\\s+", " ");
    return line.length() <= LABEL ? line : line.substring(0, LABEL - 1) + "…";
  }

  private static String number(double value) {
    String format = value < 1 ? "%.2f" : value < 10 ? "%.1f" : "%.0f";
    return String.format(Locale.ROOT, format, value);
  }
}
