package io.supportlake.platform;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.lit;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.supportlake.Settings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;

/**
 * What a ticket system says of its own cases in the {@code stated_} columns of a mapping, beside
 * what a run derives from the events of the same file. Every case on which the two differ is put
 * into a class that says why.
 */
public final class TicketEvaluation {
  private static final Set<String> SCOPE =
      Set.of(
          "raw.case_event",
          "silver.article",
          "silver.case_event",
          "silver.case_segment",
          "silver.support_case");

  /** What a mapping can state, with Spark's type. */
  private static final Map<String, String> STATED =
      Map.of(
          "stated_reopen_count", "bigint",
          "stated_reassignment_count", "bigint",
          "stated_made_sla", "boolean",
          "stated_opened_at", "timestamp",
          "stated_resolved_at", "timestamp",
          "stated_closed_at", "timestamp");

  private static final String UNCLEAR = "unexplained";

  /** Why the two can differ, by class. */
  private static final Map<String, String> EXPLANATIONS =
      Map.ofEntries(
          Map.entry(
              "counted_before_log",
              "the source's counter is above zero in the case's first row: what it counted came before the file"),
          Map.entry(
              "one_minute",
              "the case was solved and open again within one minute: the file does not say in which order"),
          Map.entry(
              "left_solved_uncounted",
              "the events show that a solved or closed case was open again, but the source's counter did not rise"),
          Map.entry(
              "no_solved_event",
              "the source's counter rose, but no event shows the case solved or closed before"),
          Map.entry(
              "agent_in_one_queue",
              "the case changed hands within one queue or from a queue without a name, which the source does not count"),
          Map.entry(
              "queue_uncounted",
              "the events show the case in two queues, but the source's counter did not rise"),
          Map.entry(
              "dispatch",
              "the queue changed before anybody held the case, or to or from none: the source counts it, the pipeline counts transfers from whoever holds a case"),
          Map.entry(
              "no_change_of_hands",
              "the source's counter rose, but no two events have different owners"),
          Map.entry(
              "not_in_events",
              "the source states a time, but no event of the file shows the case in that state at its end"),
          Map.entry("not_stated", "the events show it, but the source states no time"),
          Map.entry(
              "event_later", "the event is later than the time that the source states for it"),
          Map.entry(
              "event_earlier", "the event is earlier than the time that the source states for it"),
          Map.entry(
              "opening_differs",
              "the case's first event is not at the time that the source states for its opening"),
          Map.entry("no_events_taken", "every event of the case was refused"),
          Map.entry(UNCLEAR, "none of the known reasons"));

  private final SparkSession spark;
  private final Contracts contracts;
  private final RunConfig config;
  private final Settings settings;
  private final Path conf;

  /**
   * An evaluation by an installation's contracts and configuration.
   *
   * @param settings whose key hides users in the folder that is worked in
   */
  public TicketEvaluation(
      SparkSession spark, Contracts contracts, RunConfig config, Settings settings, Path conf) {
    this.spark = spark;
    this.contracts = contracts;
    this.config = config;
    this.settings = settings;
    this.conf = conf;
  }

  /**
   * Cases on which the two sides differ for one reason.
   *
   * @param reason name of the class
   * @param explanation what it means
   */
  public record Disagreement(String reason, long cases, String explanation) {}

  /**
   * One number, twice.
   *
   * @param name such as {@code reopened_cases}
   * @param stated by the source; null = it does not say
   * @param derived from the events; null = they do not tell
   * @param reason why a side is null
   * @param disagreements case by case; they need not add up to the difference of the sums
   */
  public record Figure(
      String name,
      @Nullable Double stated,
      @Nullable Double derived,
      @Nullable String reason,
      List<Disagreement> disagreements) {
    /** Copies the disagreements. */
    public Figure {
      disagreements = List.copyOf(disagreements);
    }
  }

  /**
   * What was found.
   *
   * @param read records that the mapping made of the file
   * @param refused those that broke the contract
   */
  public record Result(long read, long refused, List<Figure> figures) {
    /** Copies the figures. */
    public Result {
      figures = List.copyOf(figures);
    }

    /** One JSON object with a key for each figure. */
    public String json() {
      ObjectMapper mapper = new ObjectMapper();
      ObjectNode root = mapper.createObjectNode().put("read", read).put("refused", refused);
      for (Figure figure : figures) {
        ObjectNode node =
            root.putObject(figure.name())
                .put("stated", figure.stated())
                .put("derived", figure.derived());
        if (figure.reason() != null) {
          node.put("reason", figure.reason());
        }
        ArrayNode array = node.putArray("disagreements");
        for (Disagreement d : figure.disagreements()) {
          array
              .addObject()
              .put("class", d.reason())
              .put("cases", d.cases())
              .put("explanation", d.explanation());
        }
      }
      return root.toPrettyString() + "\n";
    }
  }

  /**
   * Evaluates a file.
   *
   * @param mapping name in {@code conf/sources}
   * @param work an empty folder for a lake of this file alone
   * @throws UsageException if there is no such file or mapping, or the mapping gives no cases
   * @throws DataException if the file cannot be taken
   */
  public Result evaluate(Path file, String mapping, Path work) {
    if (!Files.isRegularFile(file)) {
      throw new UsageException("%s: no such file. Name a file of the vendor's.".formatted(file));
    }
    SourceMapping known = SourceMapping.named(conf, mapping);
    if (!known.gives("case_event")) {
      throw new UsageException(
          "the mapping %s gives no case events, so there are no cases to evaluate. Name one that does: ./supportlake sources lists them."
              .formatted(mapping));
    }
    LocalDate arrival = SourceCheck.arrival(file, settings.reportingZone());
    Path landing = work.resolve("landing");
    Path landed =
        landing
            .resolve(known.folder())
            .resolve(arrival.toString())
            .resolve(String.valueOf(file.getFileName()));
    try {
      Files.createDirectories(Objects.requireNonNull(landed.getParent()));
      Files.copy(file, landed);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot copy %s to %s".formatted(file, landed), e);
    }
    RunConfig alone =
        config.at(work.resolve("lake"), landing, work.resolve("out")).reading(List.of(mapping));
    Runner.Summary run =
        new Runner(spark, contracts, alone, settings, conf, Progress.silent())
            .only(SCOPE)
            .run(arrival, arrival);
    if (!run.stopped().isEmpty() || !run.refused().isEmpty()) {
      throw new DataException(
          "%s is not taken by the mapping %s: %,d of %,d records are refused %s. ./supportlake sources check FILE --mapping %s shows which and why."
              .formatted(file, mapping, run.quarantined(), run.read(), run.refused(), mapping));
    }
    Dataset<Row> cases = cases(new Lake(spark, alone.lake(), contracts)).persist();
    try {
      return new Result(run.read(), run.quarantined(), figures(cases, known));
    } finally {
      var _ = cases.unpersist();
    }
  }

  /** A row a case: what the source states at the end, what the run derived, and the events. */
  private static Dataset<Row> cases(Lake lake) {
    Dataset<Row> events = lake.read("bronze.case_event");
    for (Map.Entry<String, String> stated : STATED.entrySet()) {
      events =
          events.withColumn(
              stated.getKey(),
              expr(
                  "try_cast(get_json_object(unknown_columns, '$.%s') as %s)"
                      .formatted(stated.getKey(), stated.getValue())));
    }
    String newest = "struct(event_at, event_id, record_version)";
    Dataset<Row> perCase =
        events
            .groupBy("case_id")
            .agg(
                expr(
                    "max_by(struct(%s), %s) filter (where unknown_columns is not null) as stated"
                        .formatted(String.join(", ", STATED.keySet()), newest)),
                expr(
                    """
                    array_sort(collect_list(struct(event_at, event_id, status in ('solved', 'closed') as is_done,
                      queue, agent_id, stated_reopen_count as reopens,
                      stated_reassignment_count as reassignments))
                      filter (where status is not null and event_type <> 'opened')) as events\
                    """));
    return perCase
        .join(
            lake.read("silver.support_case")
                .select(
                    col("case_id"),
                    col("opened_at"),
                    col("last_solved_at"),
                    col("closed_at"),
                    expr("reopen_count + thank_you_reopen_count").as("reopens"),
                    col("transfer_count"),
                    lit(true).as("is_derived")),
            new String[] {"case_id"},
            "left")
        .selectExpr(
            "*",
            "stated.stated_reopen_count as stated_reopens",
            "stated.stated_reassignment_count as stated_reassignments",
            "stated.stated_made_sla as stated_made_sla",
            "stated.stated_opened_at as stated_opened_at",
            hours(
                "stated.stated_resolved_at", "stated.stated_opened_at", "stated_hours_to_resolve"),
            hours("stated.stated_closed_at", "stated.stated_opened_at", "stated_hours_to_close"),
            hours("last_solved_at", "opened_at", "hours_to_resolve"),
            hours("closed_at", "opened_at", "hours_to_close"),
            "exists(sequence(2, greatest(2, size(events))), i -> "
                + before("is_done")
                + " and not "
                + at("is_done")
                + " and "
                + at("reopens")
                + " = "
                + before("reopens")
                + ") as is_left_uncounted",
            "exists(sequence(2, greatest(2, size(events))), i -> not "
                + before("is_done")
                + " and "
                + at("reopens")
                + " > "
                + before("reopens")
                + ") as is_counted_unsolved",
            "exists(sequence(2, greatest(2, size(events))), i -> "
                + before("is_done")
                + " <> "
                + at("is_done")
                + " and date_trunc('minute', "
                + at("event_at")
                + ") = date_trunc('minute', "
                + before("event_at")
                + ")) as is_one_minute",
            "exists(sequence(2, greatest(2, size(events))), i -> "
                + at("queue")
                + " <> "
                + before("queue")
                + ") as is_in_queues",
            "exists(sequence(2, greatest(2, size(events))), i -> size(events) > 1 and not "
                + at("queue")
                + " <=> "
                + before("queue")
                + ") as is_queue_changed");
  }

  private static String at(String field) {
    return "get(events, i - 1)." + field;
  }

  private static String before(String field) {
    return "get(events, i - 2)." + field;
  }

  private static String hours(String end, String start, String name) {
    return "(unix_micros(%s) - unix_micros(%s)) / 3.6e9 as %s".formatted(end, start, name);
  }

  private List<Figure> figures(Dataset<Row> cases, SourceMapping mapping) {
    Row sums =
        cases
            .selectExpr(
                "count(*)",
                "count_if(is_derived)",
                "count_if(stated_reopens > 0)",
                "count_if(reopens > 0)",
                "sum(stated_reopens)",
                "sum(reopens)",
                "count_if(stated_reassignments > 0)",
                "count_if(transfer_count > 0)",
                "count_if(stated_made_sla)",
                "percentile(stated_hours_to_resolve, 0.5)",
                "percentile(hours_to_resolve, 0.5)",
                "percentile(stated_hours_to_close, 0.5)",
                "percentile(hours_to_close, 0.5)")
            .first();
    String reopens =
        """
        case when not coalesce(is_derived, false) then 'no_events_taken'
          when get(events, 0).reopens > 0 then 'counted_before_log'
          when is_one_minute then 'one_minute'
          when stated_reopens < reopens and is_left_uncounted then 'left_solved_uncounted'
          when stated_reopens > reopens and is_counted_unsolved then 'no_solved_event' end\
        """;
    List<Figure> figures = new ArrayList<>();
    figures.add(
        figure(
            mapping,
            "cases",
            sums,
            0,
            Set.of(),
            disagreements(cases, "not coalesce(is_derived, false)", "'no_events_taken'")));
    figures.add(
        figure(
            mapping,
            "reopened_cases",
            sums,
            2,
            Set.of("stated_reopen_count"),
            disagreements(cases, "(stated_reopens > 0) <> (coalesce(reopens, 0) > 0)", reopens)));
    figures.add(
        figure(
            mapping,
            "reopens",
            sums,
            4,
            Set.of("stated_reopen_count"),
            disagreements(cases, "stated_reopens <> coalesce(reopens, 0)", reopens)));
    figures.add(
        figure(
            mapping,
            "reassigned_cases",
            sums,
            6,
            Set.of("stated_reassignment_count"),
            disagreements(
                cases,
                "(stated_reassignments > 0) <> (coalesce(transfer_count, 0) > 0)",
                """
                case when not coalesce(is_derived, false) then 'no_events_taken'
                  when stated_reassignments > 0 and get(events, 0).reassignments > 0
                    then 'counted_before_log'
                  when stated_reassignments > 0 and is_queue_changed then 'dispatch'
                  when stated_reassignments > 0 then 'no_change_of_hands'
                  when is_in_queues then 'queue_uncounted' else 'agent_in_one_queue' end\
                """)));
    boolean isSlaStated = states(mapping, Set.of("stated_made_sla"));
    figures.add(
        new Figure(
            "within_sla",
            isSlaStated ? number(sums, 8) : null,
            null,
            (isSlaStated ? "" : notStated(mapping, Set.of("stated_made_sla")) + "; ")
                + "the file does not say which target held for a case, and those of conf/sla are another company's",
            List.of()));
    figures.add(times(cases, mapping, sums, "resolve", "stated_resolved_at", 9));
    figures.add(times(cases, mapping, sums, "close", "stated_closed_at", 11));
    return figures;
  }

  /** A median; times are compared to the minute, which is as exact as such files are. */
  private Figure times(
      Dataset<Row> cases, SourceMapping mapping, Row sums, String what, String stated, int at) {
    String there = "stated_hours_to_" + what;
    String here = "hours_to_" + what;
    return figure(
        mapping,
        "median_hours_to_" + what,
        sums,
        at,
        Set.of("stated_opened_at", stated),
        disagreements(
            cases,
            "not coalesce(abs(%s - %s) < 1 / 60.0, %s is null and %s is null)"
                .formatted(there, here, there, here),
            """
            case when not coalesce(is_derived, false) then 'no_events_taken'
              when %s is null then 'not_in_events' when %s is null then 'not_stated'
              when abs(unix_micros(opened_at) - unix_micros(stated_opened_at)) >= 60e6
                then 'opening_differs'
              when %s > %s then 'event_later' else 'event_earlier' end\
            """
                .formatted(here, there, here, there)));
  }

  private Figure figure(
      SourceMapping mapping,
      String name,
      Row sums,
      int at,
      Set<String> needed,
      List<Disagreement> disagreements) {
    boolean isStated = states(mapping, needed);
    return new Figure(
        name,
        isStated ? number(sums, at) : null,
        number(sums, at + 1),
        isStated ? null : notStated(mapping, needed),
        isStated ? disagreements : List.of());
  }

  private static boolean states(SourceMapping mapping, Set<String> columns) {
    return mapping.records().stream()
        .anyMatch(
            r -> r.source().equals("case_event") && r.columns().keySet().containsAll(columns));
  }

  private static String notStated(SourceMapping mapping, Set<String> columns) {
    return "the mapping %s has no column %s"
        .formatted(mapping.name(), String.join(", ", columns.stream().sorted().toList()));
  }

  private static @Nullable Double number(Row row, int at) {
    return row.isNullAt(at) ? null : (Double) ((Number) row.get(at)).doubleValue();
  }

  private static List<Disagreement> disagreements(
      Dataset<Row> cases, String differs, String reason) {
    Map<String, Long> byReason = new TreeMap<>();
    cases
        .where(differs)
        .groupBy(expr("coalesce(%s, '%s')".formatted(reason, UNCLEAR)))
        .agg(count(lit(1)))
        .collectAsList()
        .forEach(r -> byReason.put(r.getString(0), r.getLong(1)));
    return byReason.entrySet().stream()
        .map(e ->
            new Disagreement(
                e.getKey(), e.getValue(), Objects.requireNonNull(EXPLANATIONS.get(e.getKey()))))
        .toList();
  }
}
