package io.supportlake.platform;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.udf;

import io.supportlake.Period;
import io.supportlake.Settings;
import io.supportlake.platform.Contract.Kind;
import io.supportlake.platform.Decisions.Decision;
import io.supportlake.platform.ManifestFiles.TakenFile;
import io.supportlake.rules.Redactor;
import java.nio.file.Path;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Observation;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.storage.StorageLevel;
import org.jspecify.annotations.Nullable;

/**
 * One run: takes what has landed, brings every table up to date in the order of the contracts, and
 * finishes with one commit that names the versions of all tables. Independent tables are built side
 * by side. Until that commit, readers see the set before.
 */
public final class Runner {
  private static final List<String> APPENDED_BY_EACH_RUN =
      List.of("ops.landing_file", "ops.run_plan", "ops.check", "ops.source_profile", "ops.run");

  private static final int SIDE_BY_SIDE = 3;

  /** Landed files are compressed text; a byte of them is worth several of a table's. */
  private static final long BYTES_PER_LANDED_BYTE = 4;

  private static final Set<Kind> APPENDED = Set.of(Kind.EVENT, Kind.INCREMENT, Kind.JOURNAL);

  /** Before a table's first. */
  private static final long NO_VERSION = -1;

  private static final int MOST_ERASURE_REQUESTS = 100_000;

  private final SparkSession spark;
  private final SparkSession forFewRows;
  private final Contracts contracts;
  private final Lake lake;
  private final RunConfig config;
  private final Settings settings;
  private final Path conf;
  private final Progress progress;
  private final Supplier<Instant> now;
  private final Predicate<Contract> scope;

  /** A runner on the session's Spark. */
  public Runner(
      SparkSession spark,
      Contracts contracts,
      RunConfig config,
      Settings settings,
      Path conf,
      Progress progress) {
    this(spark, contracts, config, settings, conf, progress, Instant::now);
  }

  Runner(
      SparkSession spark,
      Contracts contracts,
      RunConfig config,
      Settings settings,
      Path conf,
      Progress progress,
      Supplier<Instant> now) {
    this(spark, contracts, config, settings, conf, progress, now, _ -> true);
  }

  private Runner(
      SparkSession spark,
      Contracts contracts,
      RunConfig config,
      Settings settings,
      Path conf,
      Progress progress,
      Supplier<Instant> now,
      Predicate<Contract> scope) {
    this.scope = scope;
    this.spark = spark;
    this.forFewRows = Sessions.forFewRows(spark);
    this.contracts = contracts;
    this.lake = new Lake(spark, config.lake(), contracts);
    this.config = config;
    this.settings = settings;
    this.conf = conf;
    this.progress = progress;
    this.now = now;
  }

  /**
   * What a run did.
   *
   * @param read records read from landed files
   * @param accepted new versions taken
   * @param quarantined records refused
   * @param stopped sources not taken since too much of them was refused
   * @param refused files not taken, or not as they are now, with why
   */
  public record Summary(
      long runSequence,
      LocalDate from,
      LocalDate to,
      int files,
      long read,
      long accepted,
      long quarantined,
      List<String> stopped,
      List<String> refused,
      double seconds) {

    /** With what the run that was completed before it did. */
    private Summary after(Summary completed) {
      return new Summary(
          runSequence,
          completed.from,
          to,
          completed.files + files,
          completed.read + read,
          completed.accepted + accepted,
          completed.quarantined + quarantined,
          Stream.concat(completed.stopped.stream(), stopped.stream()).distinct().toList(),
          Stream.concat(completed.refused.stream(), refused.stream()).distinct().toList(),
          completed.seconds + seconds);
    }
  }

  /** The same runner for some sources and tables only; the others stay as they are. */
  Runner only(Set<String> names) {
    return new Runner(
        spark,
        contracts,
        config,
        settings,
        conf,
        progress,
        now,
        contract -> names.contains(contract.name()));
  }

  /** The lake that is run on. */
  public Lake lake() {
    return lake;
  }

  /**
   * Brings the lake to the end of a date.
   *
   * @param from first arrival date, or null for the day after the last finished run
   * @param to last arrival date
   * @throws DataException if a check of severity error fails; the finished set stays as it was
   */
  public Summary run(@Nullable LocalDate from, LocalDate to) {
    try (LakeLock _ = LakeLock.take(config.lake().root())) {
      contracts.all().stream()
          .map(Contract::name)
          .filter(name -> !name.startsWith("raw."))
          .forEach(lake::evolve);
      ErasureLedger.refuseUnfinished(lake);
      LakeKey.refuseAnother(lake, settings.key());
      FinishedSet finished = FinishedSet.of(lake);
      SortedMap<Long, RunPlan> plans = RunPlan.all(lake);
      ManifestFiles manifest = ManifestFiles.of(lake);
      manifest.refuseLosses(plans, finished.runSequence());
      long sequence = finished.runSequence() + 1;
      RunPlan begun = plans.get(sequence);
      if (begun != null) {
        progress.step("completing run %d, which had not finished", sequence);
        Summary completed =
            new OneRun(finished, sequence, begun.from(), begun.to())
                .run(manifest.planned(sequence), changed(manifest, plans, finished, begun));
        if (!begun.to().isBefore(to)) {
          return completed;
        }
        finished = FinishedSet.of(lake);
        manifest = ManifestFiles.of(lake);
        plans = RunPlan.all(lake);
        sequence++;
        return begin(finished, manifest, plans, sequence, from, to).after(completed);
      }
      return begin(finished, manifest, plans, sequence, from, to);
    }
  }

  /** Plans a run and carries it out. Files in the manifest without a plan were never read. */
  private Summary begin(
      FinishedSet finished,
      ManifestFiles manifest,
      SortedMap<Long, RunPlan> plans,
      long sequence,
      @Nullable LocalDate from,
      LocalDate to) {
    Decisions.forget(lake);
    LocalDate last = to;
    List<TakenFile> files = manifest.planned(sequence);
    boolean isListed = !files.isEmpty();
    List<String> changed = List.of();
    if (!isListed) {
      ManifestFiles.Arrivals arrivals = arrivals(manifest, plans, finished, to);
      files = arrivals.fresh();
      changed = arrivals.changed();
    }
    LocalDate first = start(finished, from, to, files);
    if (isListed) {
      last =
          files.stream()
              .map(TakenFile::arrivalDate)
              .filter(arrival -> arrival.isAfter(to))
              .max(Comparator.naturalOrder())
              .orElse(to);
    } else if (!files.isEmpty()) {
      lake.append(
          "ops.landing_file",
          ManifestFiles.rows(spark, lake, files, sequence),
          files.size(),
          sequence);
    }
    new RunPlan(sequence, first, last, files.size(), now.get()).write(spark, lake, settings.key());
    return new OneRun(finished, sequence, first, last).run(files, changed);
  }

  /**
   * Files that are no longer what earlier runs took of them; its own files a run looks at itself.
   */
  private List<String> changed(
      ManifestFiles manifest, SortedMap<Long, RunPlan> plans, FinishedSet finished, RunPlan begun) {
    Set<String> own =
        manifest.planned(begun.runSequence()).stream()
            .map(TakenFile::path)
            .collect(Collectors.toSet());
    return arrivals(manifest, plans, finished, begun.to()).changed().stream()
        .filter(path -> !own.contains(path))
        .toList();
  }

  private ManifestFiles.Arrivals arrivals(
      ManifestFiles manifest, SortedMap<Long, RunPlan> plans, FinishedSet finished, LocalDate to) {
    return manifest.arrivals(
        landing(), folders(), FileChecks.refused(lake), plans, finished.to(), to);
  }

  /** What a run to the date would take and build, without running it. */
  public List<String> plan(@Nullable LocalDate from, LocalDate to) {
    LakeKey.refuseAnother(lake, settings.key());
    FinishedSet finished = FinishedSet.of(lake);
    List<TakenFile> files =
        arrivals(ManifestFiles.of(lake), RunPlan.all(lake), finished, to).fresh();
    LocalDate first = start(finished, from, to, files);
    List<String> lines = new ArrayList<>();
    lines.add(
        "run %d: arrivals of %s%s"
            .formatted(
                finished.runSequence() + 1,
                SourceIngest.range(first, to),
                finished.to() == null
                    ? ", the first run"
                    : "; the last finished run ended with " + finished.to()));
    Map<String, List<TakenFile>> byFolder =
        files.stream().collect(Collectors.groupingBy(TakenFile::folder));
    for (String folder : folders()) {
      List<TakenFile> taken = byFolder.getOrDefault(folder, List.of());
      long late =
          finished.to() == null
              ? 0
              : taken.stream().filter(f -> !f.path().contains("/" + f.arrivalDate())).count();
      lines.add(
          "%-28s %d new files, %,d bytes%s"
              .formatted(
                  "landing " + folder,
                  taken.size(),
                  taken.stream().mapToLong(TakenFile::bytes).sum(),
                  late == 0 ? "" : ", " + late + " of them in folders of days already run"));
    }
    for (Contract contract : Tables.inOrder(contracts)) {
      lines.add("%-28s %s".formatted(contract.name(), reason(contract, finished, first, to)));
    }
    return lines;
  }

  private String reason(Contract contract, FinishedSet finished, LocalDate first, LocalDate to) {
    LocalDate complete = finished.completeUntil(contract.name()).orElse(null);
    boolean isFirst = finished.version(contract.name()).isEmpty();
    return switch (contract.kind()) {
      case EVENT, INCREMENT ->
          "appends what arrives, from " + String.join(", ", Tables.upstream(contract));
      case LIFECYCLE ->
          (isFirst ? "builds all units of " : "rebuilds units touched by new rows: ")
              + String.join(", ", contract.unit());
      case DAILY, SNAPSHOT, JOURNAL -> {
        SortedSet<LocalDate> due = Days.due(contract, complete, first, to);
        String what = contract.kind() == Kind.SNAPSHOT ? "landmarks" : "days";
        yield "%d %s due%s%s"
            .formatted(
                due.size(),
                what,
                due.isEmpty() ? "" : " (" + due.getFirst() + " to " + due.getLast() + ")",
                contract.kind() == Kind.DAILY && !isFirst
                    ? ", and the days that new rows touch"
                    : "");
      }
      default -> "";
    };
  }

  /** First day of a run: the history begins with the day asked for, or with what has landed. */
  private static LocalDate start(
      FinishedSet finished, @Nullable LocalDate from, LocalDate to, List<TakenFile> files) {
    LocalDate next = finished.to() == null ? null : finished.to().plusDays(1);
    if (from != null && next != null && from.isAfter(next)) {
      throw new UsageException(
          "a run from %s would leave out the days from %s on, which no run has covered. Start at %s, or leave --from away."
              .formatted(from, next, next));
    }
    LocalDate earliest =
        files.stream().map(TakenFile::arrivalDate).min(Comparator.naturalOrder()).orElse(to);
    LocalDate start = next != null ? next : from != null ? from : earliest;
    return start.isAfter(to) ? to : start;
  }

  private Landing landing() {
    return new Landing(config.landing(), spark.sparkContext().hadoopConfiguration());
  }

  private Map<String, SourceMapping> mappings() {
    return SourceMapping.load(conf, config.sources());
  }

  private SortedSet<String> folders() {
    SortedSet<String> folders = new TreeSet<>(mappings().keySet());
    contracts.layer("raw").stream()
        .filter(scope)
        .map(Contract::shortName)
        .filter(s -> !config.ignoredSources().contains(s))
        .forEach(folders::add);
    return folders;
  }

  /** The state of one run. */
  private final class OneRun {
    private final FinishedSet finished;
    private final long sequence;
    private final LocalDate from;
    private final LocalDate to;
    private final Map<String, Changes> changes = new ConcurrentHashMap<>();
    private final Map<String, SortedSet<LocalDate>> builtDays = new ConcurrentHashMap<>();
    private final Map<String, SortedSet<LocalDate>> changedDays = new ConcurrentHashMap<>();
    private final Map<String, Row> runRows = new ConcurrentHashMap<>();
    private final Map<String, LocalDate> completeUntil = new ConcurrentHashMap<>();
    private final List<Row> checkRows = java.util.Collections.synchronizedList(new ArrayList<>());
    private final Map<String, Dataset<Row>> confTables = new ConcurrentHashMap<>();
    private final Map<String, Dataset<Row>> corrected = new ConcurrentHashMap<>();
    private final Map<String, SparkSession> sessions = new ConcurrentHashMap<>();
    private final AtomicInteger done = new AtomicInteger();
    private final long startedNanos = System.nanoTime();
    private final LocalDate historyStart;
    private final ErasedRecords erased = ErasedRecords.of(lake, settings.key());

    OneRun(FinishedSet finished, long sequence, LocalDate from, LocalDate to) {
      this.finished = finished;
      this.sequence = sequence;
      this.from = from;
      this.to = to;
      this.historyStart = historyStart();
    }

    /**
     * Takes the files and builds all tables.
     *
     * @param changed files that were changed after an earlier run had taken them
     */
    Summary run(List<TakenFile> files, List<String> changed) {
      checkRows.addAll(FileChecks.changed(sequence, changed));
      progress.step(
          "run %d: %s, %d new files", sequence, SourceIngest.range(from, to), files.size());
      ExecutorService pool = Executors.newFixedThreadPool(SIDE_BY_SIDE);
      try {
        Map<String, Decision> taken = ingest(files, pool);
        buildTables(pool);
        return finish(files, taken, pool);
      } finally {
        pool.shutdownNow();
      }
    }

    // ---- ingest

    private Map<String, Decision> ingest(List<TakenFile> files, ExecutorService pool) {
      Map<String, SourceMapping> mappings = mappings();
      Map<String, Decision> taken = new ConcurrentHashMap<>();
      SourceProfiles profiles = SourceProfiles.before(lake, sequence);
      refuseFilesOfNoSource(files, mappings);
      List<CompletableFuture<Void>> all = new ArrayList<>();
      for (Contract raw : contracts.layer("raw").stream().filter(scope).toList()) {
        List<TakenFile> own =
            files.stream()
                .filter(f -> {
                  SourceMapping mapping = mappings.get(f.folder());
                  return mapping == null
                      ? f.folder().equals(raw.shortName())
                      : mapping.gives(raw.shortName());
                })
                .toList();
        all.add(
            CompletableFuture.runAsync(
                () -> ingestSource(raw, own, mappings, profiles, taken), pool));
      }
      join(all);
      return taken;
    }

    /** What a run has planned it takes, or its files would count as taken with nothing of them. */
    private void refuseFilesOfNoSource(List<TakenFile> files, Map<String, SourceMapping> mappings) {
      Set<String> known =
          contracts.layer("raw").stream().map(Contract::shortName).collect(Collectors.toSet());
      List<String> unknown =
          files.stream()
              .map(TakenFile::folder)
              .filter(f -> !known.contains(f) && !mappings.containsKey(f))
              .distinct()
              .sorted()
              .toList();
      if (!unknown.isEmpty()) {
        throw new UsageException(
            "run %d was begun with files of %s, for which no source and no mapping is configured now. Nothing was changed. Whoever configures the installation names them again under sources, or gives --conf as before; then the same command completes the run."
                .formatted(sequence, String.join(", ", unknown)));
      }
    }

    private void ingestSource(
        Contract raw,
        List<TakenFile> own,
        Map<String, SourceMapping> mappings,
        SourceProfiles profiles,
        Map<String, Decision> taken) {
      String bronze = "bronze." + raw.shortName();
      spark.sparkContext().setJobDescription(bronze);
      long start = System.nanoTime();
      SourceIngest.Taken result =
          new SourceIngest(
                  session(BYTES_PER_LANDED_BYTE * own.stream().mapToLong(TakenFile::bytes).sum()),
                  lake,
                  landing(),
                  settings.reportingZone(),
                  sequence,
                  profiles,
                  erased)
              .takePlanned(raw, own, mappings);
      Decision decision = result.decision();
      taken.put(raw.shortName(), decision);
      changes.put(bronze, withSuperseded(contracts.of(bronze), result.changes()));
      if (!decision.isStopped() && FileChecks.failed(decision.checks()).isEmpty()) {
        completeUntil.put(bronze, to);
      } else {
        finished.completeUntil(bronze).ifPresent(d -> completeUntil.put(bronze, d));
      }
      note(contracts.of(bronze), result.changes().rows(), own.size(), start);
      if (decision.checks().isEmpty()) {
        return;
      }
      progress.step(
          "  %-26s %,d read, %,d new, %,d quarantined from %d files%s",
          bronze,
          decision.read(),
          decision.accepted(),
          decision.quarantined(),
          own.size(),
          decision.isStopped() ? " - STOPPED: see ops.check" : "");
    }

    // ---- tables

    private void buildTables(ExecutorService pool) {
      List<Contract> ordered = Tables.inOrder(contracts).stream().filter(scope).toList();
      Map<String, CompletableFuture<Void>> futures = new ConcurrentHashMap<>();
      for (Contract contract : ordered) {
        CompletableFuture<?>[] upstream =
            Tables.upstream(contract).stream()
                .map(futures::get)
                .filter(Objects::nonNull)
                .toArray(CompletableFuture[]::new);
        futures.put(
            contract.name(),
            CompletableFuture.allOf(upstream)
                .thenRunAsync(() -> buildTable(contract, ordered.size()), pool));
      }
      join(new ArrayList<>(futures.values()));
    }

    private void buildTable(Contract contract, int all) {
      long start = System.nanoTime();
      String name = contract.name();
      spark.sparkContext().setJobDescription(name);
      boolean isFirst = finished.version(name).isEmpty();
      LocalDate complete =
          Tables.upstream(contract).stream()
              .map(t -> completeUntil.getOrDefault(t, LocalDate.MIN))
              .min(Comparator.naturalOrder())
              .orElse(to);
      completeUntil.put(name, complete);
      boolean isHeldBack =
          Boolean.TRUE.equals(contract.optionalProperty("needsComplete")) && complete.isBefore(to);
      Built built;
      try {
        built = isHeldBack ? nothing(name) : build(contract, isFirst);
      } catch (DataException e) {
        throw e;
      } catch (RuntimeException e) {
        throw new IllegalStateException("building " + name + " failed: " + e.getMessage(), e);
      }
      note(contract, built.rows(), built.units(), start);
      double seconds = (System.nanoTime() - start) / 1e9;
      progress.step(
          "  %2d/%d %-26s %s in %.1f s",
          done.incrementAndGet(),
          all,
          name,
          isHeldBack
              ? "held back: a source it needs was stopped"
              : built.units() == 0 && built.rows() == 0
                  ? "unchanged"
                  : String.format(Locale.ROOT, "%,d rows", built.rows()),
          seconds);
    }

    /** What a build did. */
    private record Built(long rows, long units) {}

    private Built nothing(String name) {
      boolean isFull = !lake.exists(name);
      if (isFull) {
        lake.overwrite(name, lake.empty(name), 0);
      }
      changes.put(name, new Changes(lake.empty(name), lake.empty(name), 0, isFull));
      return new Built(0, 0);
    }

    private Built build(Contract contract, boolean isFirst) {
      return switch (contract.kind()) {
        case EVENT, INCREMENT -> arrivals(contract, isFirst);
        case LIFECYCLE -> lifecycle(contract, isFirst);
        case DAILY, SNAPSHOT, JOURNAL -> days(contract, isFirst);
        default -> throw new IllegalStateException(contract.name() + " cannot be built");
      };
    }

    private Built arrivals(Contract contract, boolean isFirst) {
      String name = contract.name();
      boolean isTouched =
          contract.inputs().stream()
              .filter(i -> i.read().equals("new") || i.read().equals("signed"))
              .anyMatch(i -> changes.containsKey(i.table()) && changes.get(i.table()).rows() > 0);
      if (!isTouched) {
        return nothing(name);
      }
      return write(
          contract,
          Period.of(from, to),
          isFirst,
          (rows, count) -> lake.append(name, rows, count, sequence));
    }

    /** The first load of an appended table: as large as its inputs, it is kept nowhere else. */
    private Built staged(Contract contract, Period period) {
      String name = contract.name();
      long inputRows =
          contract.inputs().stream()
              .map(i -> changes.get(i.table()))
              .filter(Objects::nonNull)
              .mapToLong(Changes::rows)
              .sum();
      Dataset<Row> rows = built(contract, period, null, true);
      // Brought together after they are built: what a step computes it computes in parallel.
      Dataset<Row> gathered = inputRows < Lake.ONE_TASK ? rows.repartition(1) : rows;
      Observation observation = new Observation();
      long count;
      try (StagedAppend staged =
          lake.stage(name, Checks.observed(contract, gathered, observation), sequence)) {
        Checks.Outcome outcome =
            noted(
                contract, Checks.run(contract, Observed.counts(observation, name), staged.rows()));
        Checks.refuseFailures(contract, outcome);
        count = outcome.rows();
        var _ = lake.append(name, staged);
      }
      changes.put(name, new Changes(lake.read(name), lake.empty(name), count, true));
      return new Built(count, count);
    }

    private Built lifecycle(Contract contract, boolean isFirst) {
      String name = contract.name();
      Period period = Period.of(from, to);
      if (isFirst || anyUnitInputIsFull(contract)) {
        return write(contract, period, true, (rows, count) -> lake.overwrite(name, rows, count));
      }
      UnitBegin.Units touched = touched(contract);
      if (touched.count() == 0) {
        return nothing(name);
      }
      Dataset<Row> rows = built(contract, period, touched, false).localCheckpoint();
      long count = check(contract, rows);
      Dataset<Row> builtUnits = rows.select(Lake.columns(contract.unit())).distinct();
      Dataset<Row> ownUnits =
          contract.optionalProperty("unitSource") == null
              ? builtUnits.union(touched.rows().select(Lake.columns(contract.unit()))).distinct()
              : builtUnits;
      long finishedVersion = finished.version(name).orElseThrow();
      Dataset<Row> stood = stood(contract, finishedVersion, touched, ownUnits);
      Difference difference = Difference.of(contract, rows, stood);
      boolean isRetry = finishedVersion != lake.version(name);
      lake.merge(
          name,
          isRetry
              ? Difference.of(
                  contract, rows, stood(contract, lake.version(name), touched, ownUnits))
              : difference);
      changes.put(
          name,
          new Changes(difference.built(), difference.replaced(), difference.rowCount(), false));
      return new Built(count, touched.count());
    }

    /** Rows of the units as they stood in a version. */
    private Dataset<Row> stood(
        Contract contract, long version, UnitBegin.Units touched, Dataset<Row> units) {
      return touched
          .from(standing(contract, version), Lake.day(contract).orElse(null))
          .join(
              org.apache.spark.sql.functions.broadcast(units),
              scala.jdk.javaapi.CollectionConverters.asScala(contract.unit()).toSeq(),
              "left_semi");
    }

    private boolean anyUnitInputIsFull(Contract contract) {
      return contract.inputs().stream()
          .filter(i -> i.read().equals("unit"))
          .map(i -> changes.get(i.table()))
          .anyMatch(c -> c != null && c.isFull() && c.rows() > 0);
    }

    /** Units that new rows touch, that are open, or whose windows close in the run. */
    private UnitBegin.Units touched(Contract contract) {
      List<Dataset<Row>> parts = new ArrayList<>();
      for (Contract.Input input : contract.inputs()) {
        Changes made = changes.get(input.table());
        if (input.read().equals("unit") && made != null) {
          parts.add(units(contract, input.table(), made));
        }
      }
      Dataset<Row> own = standing(contract, finished.version(contract.name()).orElseThrow());
      watched(contract).forEach((input, watched) -> parts.add(watched.units(own, contract, input)));
      if (contract.optionalProperty("openWhen") instanceof String open) {
        parts.add(own.where(open).select(Lake.columns(contract.unit())));
      }
      if (contract.optionalProperty("maturity") instanceof List<?> windows) {
        for (Object window : windows) {
          parts.add(maturing(own, (Map<?, ?>) window).select(Lake.columns(contract.unit())));
        }
      }
      Dataset<Row> units =
          Sessions.in(
              session(contract), parts.stream().reduce(Dataset::union).orElseThrow().distinct());
      return UnitBegin.of(contracts, contract.unit())
          .filter(begin -> finished.version(begin.register().name()).isPresent())
          .map(begin ->
              begin.of(
                  units,
                  standing(
                      begin.register(), finished.version(begin.register().name()).orElseThrow()),
                  Optional.ofNullable(changes.get(begin.records()))
                      .map(Changes::fresh)
                      .orElseGet(() -> lake.empty(begin.records()))))
          .orElseGet(() -> {
            Dataset<Row> kept = units.localCheckpoint();
            return new UnitBegin.Units(kept, kept.count(), null);
          });
    }

    /** What this run changed in columns that the table watches, by input. */
    private Map<Contract.Input, Watched> watched(Contract contract) {
      Map<Contract.Input, Watched> watched = new LinkedHashMap<>();
      for (Contract.Input input : contract.inputs()) {
        Changes made = changes.get(input.table());
        if (!input.watch().isEmpty() && made != null && made.rows() > 0) {
          watched.put(
              input,
              Watched.of(contracts.of(input.table()), input, made, settings.reportingZone()));
        }
      }
      return watched;
    }

    /** Rows whose window (column and days after it) closes in the run. */
    private Dataset<Row> maturing(Dataset<Row> own, Map<?, ?> window) {
      Column column = col(String.valueOf(window.get("column")));
      return own.where(
          ((List<?>) Objects.requireNonNull(window.get("days")))
              .stream()
                  .map(d -> ((Number) d).intValue())
                  .map(lag -> column.between(from.minusDays(lag + 1L), to.minusDays(lag)))
                  .reduce(Column::or)
                  .orElseThrow());
    }

    private Dataset<Row> units(Contract contract, String input, Changes made) {
      List<String> unit = contract.unit();
      boolean namesUnit = unit.stream().allMatch(u -> List.of(made.fresh().columns()).contains(u));
      if (!namesUnit) {
        throw new UsageException(
            "%s: the input %s is read by unit but lacks %s. Correct the contract."
                .formatted(contract.name(), input, String.join(", ", unit)));
      }
      return made.units(unit);
    }

    private Built days(Contract contract, boolean isFirst) {
      String name = contract.name();
      LocalDate lastBuilt = isFirst ? null : finished.to();
      SortedSet<LocalDate> days = Days.due(contract, lastBuilt, from, to);
      if (contract.kind() == Kind.DAILY && !isFirst) {
        days.addAll(touchedDays(contract));
      }
      LocalDate earliest = earliest(contract);
      days.removeIf(d -> d.isBefore(earliest));
      if (days.isEmpty()) {
        return nothing(name);
      }
      Period period = new Period(from, to, List.copyOf(days));
      builtDays.put(name, days);
      Built built =
          write(
              contract,
              period,
              isFirst,
              (rows, count) -> {
                if (isFirst) {
                  lake.overwrite(name, rows, count);
                } else if (contract.kind() == Kind.JOURNAL) {
                  lake.append(name, rows, count, sequence);
                } else {
                  lake.replaceDays(name, rows, count, replaced(contract, days));
                }
              });
      return new Built(built.rows(), days.size());
    }

    /** The first day (or month) that a build of the whole history has. */
    private LocalDate earliest(Contract contract) {
      return contract.kind() == Kind.DAILY && !Days.isMonthly(contract)
          ? historyStart
          : historyStart.withDayOfMonth(1);
    }

    /** Days (or months) that changed rows of the inputs lie on. */
    private SortedSet<LocalDate> touchedDays(Contract contract) {
      SortedSet<LocalDate> days = new TreeSet<>();
      for (Contract.Input input : contract.inputs()) {
        if (input.read().equals("days")) {
          days.addAll(changedDays(contract, input, Objects.requireNonNull(input.column())));
          input.touches().forEach(column -> days.addAll(changedDays(contract, input, column)));
        }
      }
      LocalDate earliest = earliest(contract);
      watched(contract).values().forEach(w -> days.addAll(w.days(earliest, to)));
      days.removeIf(d -> d.isAfter(to));
      if (!Days.isMonthly(contract)) {
        return days;
      }
      return days.stream()
          .map(d -> d.withDayOfMonth(1))
          .collect(Collectors.toCollection(TreeSet::new));
    }

    /**
     * Days of the rows of an input that this run changed. Of a table that is built by days, they
     * are the days that it built.
     */
    private SortedSet<LocalDate> changedDays(
        Contract contract, Contract.Input input, String column) {
      Changes made = changes.get(input.table());
      SortedSet<LocalDate> built = builtDays.get(input.table());
      if (built == null) {
        return made == null || made.rows() == 0
            ? Collections.emptySortedSet()
            : changedDays.computeIfAbsent(input.table() + "." + column, _ -> made.days(column));
      }
      if (!column.equals(input.column())) {
        throw new UsageException(
            "%s: its input %s is built by days, so what changed by its %s is not known. Take that column out of touches in the contract."
                .formatted(contract.name(), input.table(), column));
      }
      return built;
    }

    private ReplacedDays replaced(Contract contract, SortedSet<LocalDate> days) {
      return new ReplacedDays(
          Days.column(contract),
          days,
          contract.kind() == Kind.SNAPSHOT && Days.every(contract).equals("month_end_and_last"));
    }

    // ---- shared

    private SparkSession session(Contract contract) {
      return sessions.computeIfAbsent(
          contract.name(),
          _ ->
              session(
                  contract.inputs().stream()
                      .filter(i -> !i.read().equals("seldom"))
                      .map(Contract.Input::table)
                      .filter(t -> !t.startsWith("conf."))
                      .mapToLong(lake::bytes)
                      .sum()));
    }

    private SparkSession session(long bytes) {
      return bytes < Sessions.FEW_BYTES ? forFewRows : spark;
    }

    private Dataset<Row> built(
        Contract contract, Period period, UnitBegin.@Nullable Units units, boolean isFull) {
      LakeInputs inputs =
          new LakeInputs(
              session(contract),
              settings,
              lake,
              contracts,
              contract,
              period,
              changes,
              units,
              isFull ? null : (input, column) -> changedDays(contract, input, column),
              this::confTable,
              this::corrected);
      return lake.ordered(contract, Tables.of(contract).build(inputs, period));
    }

    /** A commit of checked rows. */
    private interface Commit {
      void write(Dataset<Row> rows, long count);
    }

    /**
     * Builds, checks and commits. What is handed on downstream has no lineage: a whole table is
     * read back from its files, a part is checkpointed. A merely cached Dataset would carry its
     * plan into every plan after it, and Spark would spend its time comparing plans.
     */
    private Built write(Contract contract, Period period, boolean isFull, Commit commit) {
      String name = contract.name();
      Optional<Dataset<Row>> before = appendedBefore(contract);
      if (before.isPresent()) {
        Checks.Outcome outcome = noted(contract, Checks.run(contract, before.get()));
        long count = outcome.rows();
        Checks.failed(outcome)
            .forEach(failed ->
                progress.step(
                    "  %s: what the run had appended before it was cut off stands, though it breaks %s",
                    name, failed));
        changes.put(
            name,
            withSuperseded(contract, new Changes(before.get(), lake.empty(name), count, isFull)));
        return new Built(count, count);
      }
      if (isFull && contract.kind() != Kind.JOURNAL && APPENDED.contains(contract.kind())) {
        return staged(contract, period);
      }
      Dataset<Row> rows = built(contract, period, null, isFull);
      rows = isFull ? rows.persist(StorageLevel.MEMORY_AND_DISK()) : rows.localCheckpoint();
      long count = check(contract, rows);
      commit.write(rows, count);
      if (isFull) {
        rows = rows.unpersist();
        changes.put(name, new Changes(lake.read(name), lake.empty(name), count, true));
      } else {
        changes.put(
            name, withSuperseded(contract, new Changes(rows, lake.empty(name), count, false)));
      }
      return new Built(count, count);
    }

    /**
     * What this run had appended to a table before it was cut off. It stands, or the table and what
     * is built from it would differ where the configuration was mended since; nor does a check that
     * was tightened since refuse what stands.
     */
    private Optional<Dataset<Row>> appendedBefore(Contract contract) {
      String name = contract.name();
      return APPENDED.contains(contract.kind()) && lake.hasAppended(name, sequence)
          ? lake.added(name, finished.version(name).orElse(NO_VERSION))
          : Optional.empty();
    }

    /**
     * Changes of an event table with the versions that corrections supersede, where tables
     * downstream are built by unit: a correction may move a record from one unit to another. A
     * record's versions have the same day, so that few files are read.
     */
    private Changes withSuperseded(Contract contract, Changes made) {
      String name = contract.name();
      boolean isReadByUnit =
          contracts.all().stream()
              .flatMap(c -> c.inputs().stream())
              .anyMatch(i -> i.table().equals(name) && i.read().equals("unit"));
      if (contract.kind() != Kind.EVENT || !isReadByUnit || made.isFull() || made.rows() == 0) {
        return made;
      }
      String id = contract.key().getFirst();
      String day = Days.ofEvent(contract);
      Dataset<Row> corrections =
          made.fresh()
              .where(col("record_version").gt(1))
              .select(col(id), col("record_version").minus(1).as("record_version"), col(day))
              .localCheckpoint();
      SortedSet<LocalDate> days =
          new Changes(corrections, corrections.limit(0), made.rows(), false).days(day);
      if (days.isEmpty()) {
        return made;
      }
      Dataset<Row> superseded =
          Sessions.in(forFewRows, lake.read(name))
              .where(col(day).isInCollection(days))
              .join(
                  org.apache.spark.sql.functions.broadcast(corrections.drop(day)),
                  scala.jdk.javaapi.CollectionConverters.asScala(List.of(id, "record_version"))
                      .toSeq())
              .select(Lake.columns(contract.columnNames()))
              .localCheckpoint();
      return new Changes(made.fresh(), superseded, made.rows(), false);
    }

    private Dataset<Row> confTable(String name) {
      return confTables.computeIfAbsent(
          name,
          n -> ConfLoader.load(conf, n, forFewRows, historyStart.minusDays(400), to.plusDays(400)));
    }

    /** The few corrected ids of an event table, looked for once and not by each of its readers. */
    private Dataset<Row> corrected(String name) {
      return corrected.computeIfAbsent(
          name,
          n ->
              Sessions.gathered(session(lake.bytes(n)), lake.read(n))
                  .where(col("record_version").gt(1).and(col("arrival_date").leq(lit(to))))
                  .groupBy(contracts.of(n).key().getFirst())
                  .agg(max("record_version").as("newest_version"))
                  .localCheckpoint());
    }

    /** First arrival date of the first run. */
    private LocalDate historyStart() {
      Row first = lake.read("ops.run").agg(min("from_date")).first();
      return first.isNullAt(0) ? from : first.getDate(0).toLocalDate();
    }

    private long check(Contract contract, Dataset<Row> rows) {
      Checks.Outcome outcome = noted(contract, Checks.run(contract, rows));
      Checks.refuseFailures(contract, outcome);
      return outcome.rows();
    }

    /** What the checks say, to be written with the run's others. */
    private Checks.Outcome noted(Contract contract, Checks.Outcome outcome) {
      checkRows.addAll(Checks.rows(contract, outcome, sequence));
      return outcome;
    }

    /**
     * Rows of a version, with the contract's columns, of which those that came into it since are
     * null, and {@link Difference#FILE}.
     */
    private Dataset<Row> standing(Contract contract, long version) {
      Dataset<Row> rows =
          Sessions.gathered(session(contract), lake.readWithFiles(contract.name(), version));
      List<String> known = List.of(rows.columns());
      for (Contract.Column column : contract.columns()) {
        if (!known.contains(column.name())) {
          rows = rows.withColumn(column.name(), lit(null).cast(column.type()));
        }
      }
      return rows;
    }

    private void note(Contract contract, long rows, long units, long startNanos) {
      long version = lake.version(contract.name());
      LocalDate complete = completeUntil.get(contract.name());
      runRows.put(
          contract.name(),
          RowFactory.create(
              sequence,
              contract.name(),
              java.sql.Date.valueOf(from),
              java.sql.Date.valueOf(to),
              version < 0 ? null : version,
              complete == null || complete.equals(LocalDate.MIN)
                  ? null
                  : java.sql.Date.valueOf(complete),
              rows,
              units,
              (System.nanoTime() - startNanos) / 1e9,
              config.hash(),
              Timestamp.from(now.get())));
    }

    /** Names of fields that no contract knows: an export may have values for names. */
    private Dataset<Row> withoutPeople(Dataset<Row> drift) {
      Redactor redactor = Redactor.of(settings.key(), settings.defaultRegion());
      UDF1<String, String> redact = name -> redactor.redact(name).text();
      return drift.withColumn(
          "column_name", udf(redact, DataTypes.StringType).apply(col("column_name")));
    }

    private Summary finish(
        List<TakenFile> files, Map<String, Decision> taken, ExecutorService pool) {
      List<Row> checks = new ArrayList<>(checkRows);
      taken.values().forEach(t -> checks.addAll(t.checks()));
      List<Row> profile = taken.values().stream().flatMap(t -> t.profile().stream()).toList();
      List<Row> requests = erasureRequests();
      join(
          Stream.<Runnable>of(
                  () -> append("ops.check", checks),
                  () ->
                      appendAll(
                          "ops.quarantine",
                          taken.values().stream()
                              .filter(t -> t.quarantined() > 0)
                              .map(Decision::quarantine)),
                  () ->
                      appendAll(
                          "ops.drift",
                          taken.values().stream()
                              .filter(Decision::isDrifted)
                              .map(Decision::drift)
                              .map(this::withoutPeople)),
                  () -> append("ops.source_profile", profile),
                  () -> {
                    if (requests.isEmpty()) {
                      create("ops.erasure_ledger");
                    } else {
                      append("ops.erasure_ledger", requests);
                    }
                  },
                  () -> create("ops.landing_file"),
                  () -> create("ops.model"),
                  () -> create("ops.model_evaluation"))
              .map(table -> CompletableFuture.runAsync(table, pool))
              .toList());
      append("ops.run", List.copyOf(runRows.values()));
      Decisions.forget(lake);
      joinFiles(lake, progress);
      double seconds = (System.nanoTime() - startedNanos) / 1e9;
      List<String> stopped =
          taken.entrySet().stream()
              .filter(t -> t.getValue().isStopped())
              .map(Map.Entry::getKey)
              .sorted()
              .toList();
      Summary summary =
          new Summary(
              sequence,
              from,
              to,
              files.size(),
              taken.values().stream().mapToLong(Decision::read).sum(),
              taken.values().stream().mapToLong(Decision::accepted).sum(),
              taken.values().stream().mapToLong(Decision::quarantined).sum(),
              stopped,
              FileChecks.failed(checks),
              seconds);
      progress.step("run %d finished in %.1f s", sequence, seconds);
      return summary;
    }

    /** New requests to forget a person, by keyed hash; a run sees a handful. */
    private List<Row> erasureRequests() {
      Changes made = changes.get("bronze.erasure_request");
      if (made == null || made.rows() == 0) {
        return List.of();
      }
      return made
          .fresh()
          .groupBy("request_id", "subject_kind", "subject_id")
          .agg(min("requested_at"))
          .limit(MOST_ERASURE_REQUESTS)
          .collectAsList()
          .stream()
          .map(r ->
              ErasureLedger.Entry.requested(
                  ErasureLedger.requestToken(settings.key(), r.getString(0)),
                  r.getString(1),
                  ErasureLedger.token(settings.key(), r.getString(1), r.getString(2)),
                  r.getTimestamp(3),
                  sequence))
          // A request may name a person by id and, in another version, by token.
          .collect(
              Collectors.toMap(
                  ErasureLedger.Entry::key, e -> e, (first, _) -> first, LinkedHashMap::new))
          .values()
          .stream()
          .map(ErasureLedger.Entry::row)
          .toList();
    }

    /** Makes a table without rows, unless there is one. */
    private void create(String table) {
      if (!lake.exists(table)) {
        lake.overwrite(table, lake.empty(table), 0);
      }
    }

    private void append(String table, List<Row> rows) {
      lake.append(
          table,
          forFewRows.createDataFrame(rows, contracts.of(table).schema()),
          rows.size(),
          sequence);
    }

    private void appendAll(String table, Stream<Dataset<Row>> parts) {
      Dataset<Row> rows = parts.reduce(lake.empty(table), Dataset::unionByName);
      lake.append(table, rows, 0, sequence);
    }

    private void join(List<CompletableFuture<Void>> futures) {
      try {
        CompletableFuture.allOf(futures.toArray(CompletableFuture[]::new)).join();
      } catch (CompletionException e) {
        if (e.getCause() instanceof RuntimeException cause) {
          throw cause;
        }
        throw e;
      }
    }
  }

  /**
   * Joins the files of the tables that every run appends to. The run is finished, whatever comes of
   * it: where it fails, as on a full disk, the tables stay as they are, and the next run tries
   * again.
   */
  static void joinFiles(Lake lake, Progress progress) {
    for (String table : APPENDED_BY_EACH_RUN) {
      try {
        lake.joinFiles(table);
      } catch (Exception e) {
        progress.step("%s keeps its many small files, which could not be joined: %s", table, e);
      }
    }
  }

  /** Refuses to call a run done whose sources were stopped; the run itself is finished. */
  public static void refuseStopped(Summary summary) {
    if (!summary.stopped().isEmpty()) {
      throw DataErrors.sourcesStopped(summary.stopped());
    }
    if (!summary.refused().isEmpty()) {
      throw DataErrors.filesRefused(summary.refused());
    }
  }
}
