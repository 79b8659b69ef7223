package io.supportlake.models;

import io.supportlake.rules.BenjaminiHochberg;
import io.supportlake.rules.NegativeBinomial;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;

/**
 * Finds groups of similar tickets that came faster than before: counts around local centroids of
 * the last days against the same neighbourhoods in the past, over-dispersed tail, false discovery
 * rate over all tickets of the window.
 */
public final class RateScan {
  /**
   * Reference counts from which a neighbourhood's own dispersion is estimated instead of the pooled
   * one.
   */
  private static final int OWN_DISPERSION_FROM = 20;

  /**
   * A group is the same as a stronger one when its centroids are this close, or this share of it is
   * taken.
   */
  private static final double SAME_CENTROID = 0.8;

  private static final double SAME_MEMBERS = 0.4;
  private static final double KEEPS_ID_WITHIN_DAYS = 14;

  private RateScan() {}

  /**
   * Settings of the scan; the defaults are the measured ones.
   *
   * @param windowDays length of the window that ends today
   * @param referenceDays days before the window that it is compared with
   * @param neighbour cosine from which window tickets form a local centroid
   * @param minimumNeighbours other tickets a local centroid needs, beside the one it lies around
   * @param windowSimilarity cosine to the centroid from which a window ticket counts
   * @param referenceSimilarity cosine from which an earlier ticket counts; lower, since the
   *     centroid is fitted to the window
   * @param alertRate Benjamini-Hochberg rate of an alert
   * @param watchRate Benjamini-Hochberg rate of a watch
   * @param minimumTickets tickets a group needs
   * @param minimumCustomers distinct customers a group needs
   * @param prior tickets added to the reference count (Jeffreys' prior of a rate is 0.5)
   */
  public record Options(
      int windowDays,
      int referenceDays,
      double neighbour,
      int minimumNeighbours,
      double windowSimilarity,
      double referenceSimilarity,
      double alertRate,
      double watchRate,
      int minimumTickets,
      int minimumCustomers,
      double prior) {

    /** The measured settings. */
    public static final Options DEFAULT =
        new Options(7, 90, 0.55, 2, 0.70, 0.67, 1e-4, 1e-3, 4, 3, 0.5);

    /** Refuses settings that make no sense. */
    public Options {
      if (windowDays <= 0 || referenceDays < windowDays) {
        throw new IllegalArgumentException(
            "the window must be positive and no longer than the reference, were %d and %d days"
                .formatted(windowDays, referenceDays));
      }
      if (!(0 < alertRate && alertRate <= watchRate && watchRate < 1)) {
        throw new IllegalArgumentException(
            "rates need 0 < alert <= watch < 1, were %s and %s".formatted(alertRate, watchRate));
      }
      if (minimumTickets < 2 || minimumCustomers < 1 || minimumNeighbours < 1) {
        throw new IllegalArgumentException(
            "a group needs at least 2 tickets, 1 customer and 1 neighbour, were %d, %d and %d"
                .formatted(minimumTickets, minimumCustomers, minimumNeighbours));
      }
      if (!(prior > 0)) {
        throw new IllegalArgumentException("prior must be positive, was " + prior);
      }
    }
  }

  /** How sure a group is: alerts are also watches. */
  public enum Level {
    ALERT,
    WATCH
  }

  /**
   * A group of tickets that came faster than expected.
   *
   * @param level alert or watch
   * @param tickets members, sorted
   * @param customers distinct customers among the members
   * @param firstDay day of the first member
   * @param expected tickets expected in the window
   * @param p upper tail of the count at the centre
   * @param centroid centre of the group, length 1
   * @param medoid the ticket closest to the centre
   */
  public record Outbreak(
      Level level,
      List<String> tickets,
      int customers,
      int firstDay,
      double expected,
      double p,
      float[] centroid,
      String medoid) {

    /** Why it was raised, in a sentence. */
    public String reason(int windowDays) {
      return String.format(
          Locale.ROOT,
          "%d similar tickets of %d customers in %d days where %.1f were expected (p = %.1g)",
          tickets.size(),
          customers,
          windowDays,
          expected,
          p);
    }
  }

  /**
   * An issue that was raised before.
   *
   * @param id its id
   * @param lastDay last day it was seen
   * @param centroid its centre then, length 1
   * @param tickets its members then
   */
  public record Known(String id, int lastDay, float[] centroid, Set<String> tickets) {}

  /** The groups of the window that ends with {@code today}, with every day of the same exposure. */
  public static List<Outbreak> scan(Texts texts, int today, Options options) {
    return scan(texts, today, _ -> 1, options);
  }

  /**
   * The groups of the window that ends with {@code today}, strongest first. Tickets after today are
   * not looked at, so a past day can be replayed. Empty when there is no earlier ticket to compare
   * with.
   *
   * @param exposure exposure of a day number, for example active customers; positive
   */
  public static List<Outbreak> scan(
      Texts texts, int today, IntToDoubleFunction exposure, Options options) {
    int windowStart = today - options.windowDays() + 1;
    int[] window = between(texts, windowStart, today);
    int[] reference = between(texts, windowStart - options.referenceDays(), windowStart - 1);
    if (window.length < options.minimumTickets() || reference.length == 0) {
      return List.of();
    }
    // The history may be shorter than the reference; its first day is that of the first ticket.
    int referenceStart = texts.days()[reference[0]];
    double windowExposure = exposureOf(windowStart, today, exposure);
    double referenceExposure = exposureOf(referenceStart, windowStart - 1, exposure);
    List<Centre> centres = centres(texts, window, options);
    int[][] weekly = weekly(texts, reference, windowStart, referenceStart, centres, options);
    int fullWeeks = (windowStart - referenceStart) / 7;
    double pooled = dispersion(weekly, fullWeeks);
    List<Tested> tested = new ArrayList<>();
    double[] p = new double[window.length];
    // A ticket without enough neighbours is tested too: it has nothing to show.
    Arrays.fill(p, 1);
    for (int c = 0; c < weekly.length; c++) {
      Centre centre = centres.get(c);
      double seen = Arrays.stream(weekly[c]).sum() + options.prior();
      double expected = seen * windowExposure / referenceExposure;
      double own = seen >= OWN_DISPERSION_FROM ? dispersion(new int[][] {weekly[c]}, fullWeeks) : 0;
      // The rate is itself estimated: with a gamma posterior the count is negative binomial.
      p[centre.ticket()] =
          NegativeBinomial.upperTail(
              count(centre.members()), expected, 1 / seen + Math.max(pooled, own));
      tested.add(new Tested(centre, expected, p[centre.ticket()]));
    }
    return strongest(texts, window, tested, p, options);
  }

  /**
   * A local centroid.
   *
   * @param ticket position in the window of the ticket around which it lies
   * @param members which tickets of the window are close to it
   */
  private record Centre(int ticket, float[] centroid, boolean[] members) {}

  private record Tested(Centre centre, double expected, double p) {}

  private static int[] between(Texts texts, int from, int to) {
    return IntStream.range(0, texts.days().length)
        .filter(i -> texts.days()[i] >= from && texts.days()[i] <= to)
        .boxed()
        // Sums and ties then do not depend on the order in which tickets are handed in.
        .sorted(
            Comparator.comparingInt((Integer i) -> texts.days()[i])
                .thenComparing(i -> texts.tickets()[i]))
        .mapToInt(Integer::intValue)
        .toArray();
  }

  private static double exposureOf(int from, int to, IntToDoubleFunction exposure) {
    double sum = 0;
    for (int day = from; day <= to; day++) {
      double value = exposure.applyAsDouble(day);
      if (!(value > 0)) {
        throw new IllegalArgumentException(
            "exposure must be positive, was %s on day %d".formatted(value, day));
      }
      sum += value;
    }
    return sum;
  }

  private static float[][] vectors(Texts texts, int[] at) {
    return Arrays.stream(at).mapToObj(i -> texts.vectors()[i]).toArray(float[][]::new);
  }

  /** The local centroids with enough tickets and customers around them. */
  private static List<Centre> centres(Texts texts, int[] window, Options options) {
    float[][] recent = vectors(texts, window);
    boolean[][] near = close(recent, recent, options.neighbour());
    List<Integer> at = new ArrayList<>();
    List<float[]> centroids = new ArrayList<>();
    for (int i = 0; i < recent.length; i++) {
      boolean[] nearby = near[i];
      float[][] neighbours =
          IntStream.range(0, recent.length)
              .filter(j -> nearby[j])
              .mapToObj(j -> recent[j])
              .toArray(float[][]::new);
      // A ticket is its own neighbour, unless it is blank.
      if (neighbours.length > options.minimumNeighbours()) {
        at.add(i);
        centroids.add(Vectors.normalise(Vectors.mean(neighbours)));
      }
    }
    boolean[][] members =
        close(centroids.toArray(float[][]::new), recent, options.windowSimilarity());
    List<Centre> centres = new ArrayList<>();
    for (int c = 0; c < members.length; c++) {
      if (isLargeEnough(texts, window, members[c], options)) {
        centres.add(new Centre(at.get(c), centroids.get(c), members[c]));
      }
    }
    return centres;
  }

  private static boolean[][] close(float[][] rows, float[][] columns, double similarity) {
    boolean[][] close = new boolean[rows.length][columns.length];
    Vectors.products(
        rows,
        columns,
        (i, first, cosine, width) -> {
          for (int j = 0; j < width; j++) {
            close[i][first + j] = cosine[j] >= similarity;
          }
        });
    return close;
  }

  /**
   * Reference tickets around each centre by week, counted backwards from the window; the last may
   * be cut.
   */
  private static int[][] weekly(
      Texts texts,
      int[] reference,
      int windowStart,
      int referenceStart,
      List<Centre> centres,
      Options options) {
    int[][] weekly = new int[centres.size()][(windowStart - referenceStart + 6) / 7];
    Vectors.products(
        centres.stream().map(Centre::centroid).toArray(float[][]::new),
        vectors(texts, reference),
        (c, first, cosine, width) -> {
          for (int j = 0; j < width; j++) {
            if (cosine[j] >= options.referenceSimilarity()) {
              weekly[c][(windowStart - 1 - texts.days()[reference[first + j]]) / 7]++;
            }
          }
        });
    return weekly;
  }

  /**
   * Over-dispersion of weekly counts by pooled moments: (variance - mean) / mean squared, at least
   * 0.
   */
  private static double dispersion(int[][] weekly, int fullWeeks) {
    if (fullWeeks < 3) {
      return 0;
    }
    double excess = 0;
    double squares = 0;
    for (int[] counts : weekly) {
      double mean = Arrays.stream(counts, 0, fullWeeks).average().orElse(0);
      double variance =
          Arrays.stream(counts, 0, fullWeeks).mapToDouble(n -> (n - mean) * (n - mean)).sum()
              / (fullWeeks - 1);
      excess += variance - mean;
      squares += mean * mean;
    }
    return squares == 0 ? 0 : Math.max(0, excess / squares);
  }

  private static boolean isLargeEnough(
      Texts texts, int[] window, boolean[] members, Options options) {
    return count(members) >= options.minimumTickets()
        && customers(texts, window, members) >= options.minimumCustomers();
  }

  private static int count(boolean[] members) {
    int count = 0;
    for (boolean member : members) {
      count += member ? 1 : 0;
    }
    return count;
  }

  private static int customers(Texts texts, int[] window, boolean[] members) {
    Set<String> customers = new HashSet<>();
    for (int j = 0; j < members.length; j++) {
      if (members[j]) {
        customers.add(texts.customers()[window[j]]);
      }
    }
    return customers.size();
  }

  /**
   * Greedy non-maximum suppression: the smallest p first, the larger group and then the earlier
   * ticket on ties.
   */
  private static List<Outbreak> strongest(
      Texts texts, int[] window, List<Tested> tested, double[] p, Options options) {
    boolean[] alert = BenjaminiHochberg.rejected(p, options.alertRate());
    boolean[] watch = BenjaminiHochberg.rejected(p, options.watchRate());
    List<Tested> order =
        tested.stream()
            .filter(t -> watch[t.centre().ticket()])
            .sorted(
                Comparator.comparingDouble(Tested::p)
                    .thenComparingInt(t -> -count(t.centre().members()))
                    .thenComparingInt(t -> t.centre().ticket()))
            .toList();
    boolean[] taken = new boolean[window.length];
    List<Outbreak> found = new ArrayList<>();
    for (Tested candidate : order) {
      Centre centre = candidate.centre();
      int size = count(centre.members());
      boolean[] own = centre.members().clone();
      for (int j = 0; j < own.length; j++) {
        own[j] &= !taken[j];
      }
      boolean repeated =
          size - count(own) >= SAME_MEMBERS * size
              || found.stream()
                  .anyMatch(f -> Vectors.dot(f.centroid(), centre.centroid()) >= SAME_CENTROID);
      if (!repeated && isLargeEnough(texts, window, own, options)) {
        Level level = alert[centre.ticket()] ? Level.ALERT : Level.WATCH;
        found.add(outbreak(texts, window, own, candidate, level));
        for (int j = 0; j < own.length; j++) {
          taken[j] |= own[j];
        }
      }
    }
    return List.copyOf(found);
  }

  private static Outbreak outbreak(
      Texts texts, int[] window, boolean[] members, Tested from, Level level) {
    float[] centroid = from.centre().centroid();
    List<String> tickets = new ArrayList<>();
    int firstDay = Integer.MAX_VALUE;
    String medoid = "";
    double closest = Double.NEGATIVE_INFINITY;
    for (int j = 0; j < window.length; j++) {
      if (members[j]) {
        int i = window[j];
        tickets.add(texts.tickets()[i]);
        firstDay = Math.min(firstDay, texts.days()[i]);
        double cosine = Vectors.dot(centroid, texts.vectors()[i]);
        if (cosine > closest) {
          closest = cosine;
          medoid = texts.tickets()[i];
        }
      }
    }
    tickets.sort(null);
    return new Outbreak(
        level,
        List.copyOf(tickets),
        customers(texts, window, members),
        firstDay,
        from.expected(),
        from.p(),
        centroid,
        medoid);
  }

  /**
   * The id of each group: that of an issue seen within 14 days which shares 40 % of the smaller
   * one's tickets or whose centroid has cosine 0.8 or more, closest first; else a new one.
   */
  public static List<String> ids(List<Outbreak> found, List<Known> known, int today) {
    List<Identities.Pair> pairs = new ArrayList<>();
    for (int f = 0; f < found.size(); f++) {
      Outbreak outbreak = found.get(f);
      for (int k = 0; k < known.size(); k++) {
        Known issue = known.get(k);
        long shared = outbreak.tickets().stream().filter(issue.tickets()::contains).count();
        double overlap =
            (double) shared
                / Math.max(1, Math.min(outbreak.tickets().size(), issue.tickets().size()));
        double cosine = Vectors.dot(outbreak.centroid(), issue.centroid());
        boolean recent =
            today >= issue.lastDay() && today - issue.lastDay() <= KEEPS_ID_WITHIN_DAYS;
        if (recent && (overlap >= SAME_MEMBERS || cosine >= SAME_CENTROID)) {
          pairs.add(new Identities.Pair(k, f, overlap + cosine));
        }
      }
    }
    int[] matched = Identities.match(pairs, known.size(), found.size());
    List<String> ids = new ArrayList<>();
    for (int f = 0; f < found.size(); f++) {
      Outbreak outbreak = found.get(f);
      ids.add(
          matched[f] >= 0
              ? known.get(matched[f]).id()
              : Identities.hash(
                  "iss_", String.valueOf(outbreak.firstDay()), outbreak.tickets().getFirst()));
    }
    return List.copyOf(ids);
  }
}
