package io.supportlake.platform;

import io.supportlake.Settings;
import io.supportlake.platform.ErasureLedger.Entry;
import io.supportlake.platform.ErasureRequests.Person;
import io.supportlake.platform.TableEraser.Done;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiPredicate;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;

/**
 * Forgets a person: in every table, landed file and output, in old versions too, with a proof.
 *
 * <p>What happened to a customer stays, told of nobody: ids become a random name, words and contact
 * values go, and rows that are about the person alone are deleted. So the numbers of others stay as
 * they were. Every step can be done twice, and the ledger holds the random name until the proof, so
 * that a call that was cut off is completed by the next.
 */
public final class Erasure {
  private static final int PSEUDONYM_BYTES = 10;

  /** A regular expression of the random names. */
  static final String PSEUDONYM = "erased-[0-9a-f]{" + 2 * PSEUDONYM_BYTES + "}";

  private static final SecureRandom RANDOM = new SecureRandom();

  /** Where contact values stand: last, so that a second call still knows what to look for. */
  private static final List<String> IDENTITIES =
      List.of("silver.app_user", "silver.agent", "bronze.user_change", "bronze.roster_change");

  /** Read for whose words there are, and so after those that hang on these; events last. */
  private static final List<String> ROOTS =
      List.of(
          "silver.error_event", "silver.support_case", "silver.case_message", "silver.case_event");

  private final SparkSession spark;
  private final Lake lake;
  private final Contracts contracts;
  private final RunConfig config;
  private final Settings settings;
  private final Path conf;
  private final Progress progress;
  private final Supplier<Instant> now;

  /** On a lake. */
  public Erasure(
      SparkSession spark,
      Contracts contracts,
      RunConfig config,
      Settings settings,
      Path conf,
      Progress progress) {
    this(spark, contracts, config, settings, conf, progress, Instant::now);
  }

  Erasure(
      SparkSession spark,
      Contracts contracts,
      RunConfig config,
      Settings settings,
      Path conf,
      Progress progress,
      Supplier<Instant> now) {
    this.spark = Sessions.fitting(spark, new Lake(spark, config.lake(), contracts).mostBytes());
    // Files that the last version does not name go at once, which Delta asks to confirm.
    this.spark.conf().set("spark.databricks.delta.retentionDurationCheck.enabled", "false");
    // What is merged is made of constants: a copy of it for each MERGE would be one job more.
    this.spark.conf().set("spark.databricks.delta.merge.materializeSource", "none");
    this.contracts = contracts;
    this.lake = new Lake(this.spark, config.lake(), contracts);
    this.config = config;
    this.settings = settings;
    this.conf = conf;
    this.progress = progress;
    this.now = now;
  }

  /**
   * Forgets one person; a second call completes one that was cut off, or proves again.
   *
   * @param kind {@code user} or {@code agent}
   * @throws UsageException if the id is the token that silver and gold have in its place, or has
   *     neither letter nor digit
   * @throws DataException if the proof finds the person somewhere; the erasure is then not done
   */
  public void erase(String kind, String id) {
    Person person = new Person(Subject.Kind.of(kind), id);
    person.kind().refuseNoId(settings.key(), id);
    try (LakeLock _ = LakeLock.take(config.lake().root())) {
      LakeKey.refuseAnother(lake, settings.key());
      FinishedSet.refuseUnfinishedRun(lake);
      withdraw(ErasureRequests.of(lake, settings.key()));
      refuse(locked(List.of(person)));
    }
  }

  /**
   * Forgets everyone who asked through the source of erasure requests; how many that were.
   *
   * @throws DataException if the proof finds some of them somewhere; the others' are done
   */
  public int pending() {
    try (LakeLock _ = LakeLock.take(config.lake().root())) {
      LakeKey.refuseAnother(lake, settings.key());
      FinishedSet.refuseUnfinishedRun(lake);
      ErasureRequests requests = ErasureRequests.of(lake, settings.key());
      withdraw(requests);
      List<Entry> open = ErasureLedger.entries(lake).stream().filter(Entry::isOpen).toList();
      Set<String> tokens = open.stream().map(Entry::subjectToken).collect(Collectors.toSet());
      List<Person> asked = new ArrayList<>();
      for (Person person : requests.people()) {
        // A request by the token tells nobody what to look for in what the sources sent.
        if (person.kind().isId(settings.key(), person.id())
            && tokens.removeAll(person.tokens(settings.key()))) {
          asked.add(person);
        }
      }
      // What an id names of the other kind is told by the register, which goes last.
      Set<String> ids = new HashSet<>();
      Map<Boolean, List<Person>> byTurn =
          asked.stream().collect(Collectors.partitioningBy(person -> ids.add(person.id())));
      SortedSet<String> found = new TreeSet<>();
      for (boolean isFirst : new boolean[] {true, false}) {
        List<Person> people = byTurn.getOrDefault(isFirst, List.of());
        if (!people.isEmpty()) {
          found.addAll(locked(people));
        }
      }
      List<Entry> left = open.stream().filter(e -> tokens.contains(e.subjectToken())).toList();
      // Of a call that was cut off when the request had gone, and the proof had been made.
      List<Entry> proved =
          left.stream().filter(e -> e.state().equals(ErasureLedger.PROVED)).toList();
      if (!proved.isEmpty()) {
        Set<String> known = proved.stream().map(Entry::subjectToken).collect(Collectors.toSet());
        ErasureRequests.remove(
            lake,
            requests.people().stream()
                .filter(person -> !Collections.disjoint(known, person.tokens(settings.key())))
                .toList());
        forgetOldVersions(c -> c.name().equals(ErasureLedger.REQUESTS));
        finish(proved);
      }
      if (left.stream().anyMatch(e -> e.state().equals(ErasureLedger.REQUESTED))) {
        progress.step(
            "of some people the id is known to nobody but who asked: ./supportlake erase --subject ID erases them");
      }
      refuse(found);
      List<String> halfDone =
          left.stream()
              .filter(e -> e.state().equals(ErasureLedger.IN_PROGRESS))
              .map(Entry::requestId)
              .toList();
      if (!halfDone.isEmpty()) {
        throw DataErrors.erasureHalfDone(halfDone);
      }
      return asked.size();
    }
  }

  private void withdraw(ErasureRequests requests) {
    List<Entry> withdrawn =
        ErasureLedger.entries(lake).stream().filter(requests::isWithdrawn).toList();
    ErasureLedger.put(spark, lake, withdrawn, withdrawn.stream().map(Entry::withdrawn).toList());
    if (!withdrawn.isEmpty()) {
      progress.step(
          "%d requests were corrected to name somebody else: whom they named before is not erased",
          withdrawn.size());
    }
  }

  /** What was proved is done, now that no request is left. */
  private void finish(List<Entry> proved) {
    ErasureLedger.put(spark, lake, proved, proved.stream().map(e -> e.done(now.get())).toList());
    vacuum(ErasureLedger.TABLE);
  }

  /**
   * What is done about a person.
   *
   * @param entries in the ledger, begun
   * @param outputs removes outputs
   * @param quoted the person's words, as outputs quote them
   * @param left number of landed files that name the person and are still to be taken
   */
  private record Going(
      Subject subject,
      OutputEraser outputs,
      SortedSet<String> quoted,
      TableEraser tables,
      LandingEraser landed,
      List<Entry> entries,
      Done done,
      long files,
      int left) {
    Going plus(Done more) {
      return new Going(
          subject, outputs, quoted, tables, landed, entries, done.plus(more), files, left);
    }

    Going with(List<Entry> changed) {
      return new Going(subject, outputs, quoted, tables, landed, changed, done, files, left);
    }
  }

  /**
   * Old versions go and files are searched once for all people. What tells whom to look for goes
   * last, so that a call that was cut off is completed by one that knows as much.
   *
   * @return files and tables in which the proof finds some of them, who are then not done
   */
  private SortedSet<String> locked(List<Person> people) {
    long started = System.nanoTime();
    // Of a run that finished, but was cut off before it had forgotten what it needs no more.
    Decisions.forget(lake);
    // Before anything is begun: one that cannot be read would leave it so.
    Map<String, SourceMapping> mappings = SourceMapping.load(conf, config.sources());
    LandingEraser.refuseUnreadable(landing());
    refuseUndecodable();
    landing().forgetUnfinished();
    // Of a call that was cut off after it had rewritten files.
    ManifestFiles.noteReplaced(spark, lake, landing());
    List<Begun> begun = people.stream().map(person -> begin(person, mappings)).toList();
    PagesToCome toCome = PagesToCome.of(lake, landing(), mappings);
    List<Going> all = new ArrayList<>();
    begun.forEach(person -> all.add(withoutIdentities(person, mappings, toCome)));
    forgetOldVersions(c -> true);
    // What was written meanwhile, of old versions.
    all.forEach(going -> going.outputs().remove(going.subject(), going.quoted()));
    SortedSet<Path> identities =
        IDENTITIES.stream().map(this::folder).collect(Collectors.toCollection(TreeSet::new));
    Path zone = Path.of(config.landing()).toAbsolutePath().normalize();
    Map<Going, SortedSet<String>> traces =
        traces(
            all,
            roots(),
            (going, file) ->
                identities.stream().noneMatch(file::startsWith)
                    && !file.startsWith(folder(ErasureLedger.REQUESTS))
                    && !(going.subject().kind() == Subject.Kind.USER
                        && file.startsWith(zone)
                        && toCome.has(slashed(zone.relativize(file)))),
            ordered().stream().filter(c -> !isLast(c)).toList());
    traces.forEach((going, found) -> found.addAll(going.landed().filesNaming(toCome)));
    List<Going> withoutTrace = clean(traces).stream().map(this::identities).toList();
    forgetOldVersions(c -> IDENTITIES.contains(c.name()));
    Map<Going, SortedSet<String>> left =
        traces(
            withoutTrace,
            identities,
            (_, _) -> true,
            IDENTITIES.stream().map(contracts::of).toList());
    List<Going> proved = noteProved(clean(left));
    // From here on, a call that is cut off is completed without the id.
    proved.forEach(going -> erase(going.tables(), contracts.of(ErasureLedger.REQUESTS)));
    forgetOldVersions(c -> c.name().equals(ErasureLedger.REQUESTS));
    Map<Going, SortedSet<String>> asking =
        traces(
            proved,
            new TreeSet<>(Set.of(folder(ErasureLedger.REQUESTS))),
            (_, _) -> true,
            List.of(contracts.of(ErasureLedger.REQUESTS)));
    asking.forEach((going, files) -> {
      if (!files.isEmpty()) {
        var _ = begun(going.subject(), going.entries());
      }
    });
    List<Going> done = clean(asking);
    finish(done.stream().flatMap(going -> going.entries().stream()).toList());
    progress.step(
        "%d of %d people erased in %.1f s",
        done.size(), people.size(), (System.nanoTime() - started) / 1e9);
    SortedSet<String> found = new TreeSet<>();
    traces.values().forEach(found::addAll);
    left.values().forEach(found::addAll);
    asking.values().forEach(found::addAll);
    return found;
  }

  private Path folder(String table) {
    return Path.of(lake.path(table)).toAbsolutePath().normalize();
  }

  /** Whether a table tells whom to look for, and so goes after all others. */
  private static boolean isLast(Contract contract) {
    return IDENTITIES.contains(contract.name()) || contract.name().equals(ErasureLedger.REQUESTS);
  }

  /**
   * Files that cannot be decoded would end the erasure when it has begun. Of landed ones, those
   * that are packed though their names do not say so: {@link LandingEraser#refuseUnreadable} has
   * unpacked the others.
   */
  private void refuseUndecodable() {
    Path out = Path.of(config.lake().out());
    if (Files.isDirectory(out)) {
      Outputs.forgetUnfinished(out);
      DecodingScan.refuseUndecodable(out, _ -> true);
    }
    Path zone = Path.of(config.landing());
    if (Files.isDirectory(zone)) {
      Landing landing = landing();
      DecodingScan.refuseUndecodable(
          zone,
          file ->
              DecodingScan.isPacked(file) && isNamedPlain(landing, slashed(zone.relativize(file))));
    }
  }

  private static boolean isNamedPlain(Landing landing, String path) {
    return !Landing.isUnfinished(path) && !landing.isPacked(path);
  }

  private static void refuse(SortedSet<String> found) {
    if (!found.isEmpty()) {
      throw DataErrors.notErased(found);
    }
  }

  /**
   * Where each person still is.
   *
   * @param isSearched which files below the roots are looked through for whom
   * @param tables looked through for people whose id is part of other words, which no search of
   *     files tells apart
   */
  private Map<Going, SortedSet<String>> traces(
      List<Going> people,
      Collection<Path> roots,
      BiPredicate<Going, Path> isSearched,
      List<Contract> tables) {
    Map<Going, SortedSet<String>> traces = new LinkedHashMap<>();
    people.forEach(g -> traces.put(g, new TreeSet<>()));
    search(roots, traces, isSearched);
    traces.forEach((going, found) -> {
      if (going.subject().isPartOfOthers()) {
        tables.stream().filter(going.tables()::holds).map(Contract::name).forEach(found::add);
      }
    });
    return traces;
  }

  private static List<Going> clean(Map<Going, SortedSet<String>> traces) {
    return traces.entrySet().stream()
        .filter(e -> e.getValue().isEmpty())
        .map(Map.Entry::getKey)
        .toList();
  }

  /** With the entries as they then are. */
  private List<Going> noteProved(List<Going> people) {
    List<Going> proved = new ArrayList<>();
    for (Going g : people) {
      String proof =
          "no trace of %s its token or %d contact values in any file of lake, restricted, landing and out, decoded%s"
              .formatted(
                  g.subject().isNamedByKeyOnly()
                      ? "the id in what names people, nor of"
                      : "the id,",
                  g.subject().contacts().size(),
                  g.left() == 0
                      ? ""
                      : ", but for %d files of which not all is taken".formatted(g.left()));
      proved.add(
          g.with(
              g.entries().stream()
                  .map(e -> e.proved(g.done().deleted(), g.done().changed(), g.files(), proof))
                  .toList()));
      progress.step("%s", proof);
      if (g.done().deleted() + g.done().changed() + g.files() == 0) {
        progress.step(
            "nothing held the id: check id and kind, unless an earlier call has done its part");
      }
    }
    List<Entry> entries = proved.stream().flatMap(g -> g.entries().stream()).toList();
    ErasureLedger.put(spark, lake, entries, entries);
    return proved;
  }

  /** Whom to forget, with the names that stand in the person's place. */
  private record Begun(Subject subject, List<Entry> entries, String idName, String tokenName) {}

  /**
   * Names of landed files lose the person first, with what tells of the files: by its name a file
   * is known as taken or to come.
   */
  private Begun begin(Person person, Map<String, SourceMapping> mappings) {
    Subject subject =
        Subject.of(lake, settings.key(), person.kind(), person.id(), mappings.values());
    List<Entry> known = known(person);
    List<Entry> entries = begun(subject, known.isEmpty() ? List.of(requested(subject)) : known);
    String idName = String.valueOf(entries.getFirst().pseudonym());
    String tokenName = settings.key().token("usr", idName);
    progress.step(
        "erasing %s: %d values to look for",
        person.kind() == Subject.Kind.AGENT ? "an agent" : "a user", subject.needles().size());
    new FileNames(spark, lake, landing())
        .without(path -> subject.masked(path, false, idName, tokenName))
        .forEach(path -> progress.step("  a landed file was named by the person, and is %s", path));
    return new Begun(subject, entries, idName, tokenName);
  }

  /** Takes a person out of everything but the tables that tell whom to look for. */
  private Going withoutIdentities(
      Begun begun, Map<String, SourceMapping> mappings, PagesToCome toCome) {
    Subject subject = begun.subject();
    Subject.Kind kind = subject.kind();
    String idName = begun.idName();
    String tokenName = begun.tokenName();
    if (kind == Subject.Kind.USER) {
      ErasureMonths.note(spark, lake, settings.reportingZone(), subject.token(), tokenName);
    }
    VendorRecords vendors = new VendorRecords(spark, contracts, mappings, subject, settings.key());
    TableEraser tables =
        new TableEraser(
            spark,
            lake,
            subject,
            idName,
            tokenName,
            SubjectWords.of(lake, kind, List.of(subject.token(), tokenName)),
            vendors.refused(lake.read("ops.quarantine")));
    // Before the tables, which tell what of the person reports quote. Those of the last finished
    // set still do where a call was cut off.
    Contract alerts = contracts.of("gold.issue_alert");
    SortedSet<String> quoted = tables.quoted(alerts, lake.read(alerts.name()));
    quoted.addAll(tables.quoted(alerts, FinishedSet.of(lake).read(lake, alerts.name())));
    OutputEraser outputs =
        new OutputEraser(
            Path.of(config.lake().out()), contracts.of("gold.outreach_list"), progress);
    long outputFiles = outputs.remove(subject, quoted).size();
    Done done = Done.NOTHING;
    for (Contract contract : ordered()) {
      if (!isLast(contract)) {
        done = done.plus(erase(tables, contract));
      }
    }
    LandingEraser landed = new LandingEraser(landing(), csvDelimiters(mappings), subject, vendors);
    LandingEraser.Rewritten files = landed.rewrite(toCome, idName, tokenName);
    ManifestFiles.noteReplaced(spark, lake, landing());
    progress.step("  %d landed files rewritten", files.rewritten().size());
    files
        .left()
        .forEach(path ->
            progress.step(
                "  %s keeps its lines: one names the person, and others' records there are not all taken (it came since the last run, was refused or changed, or has refused records). What takes them, a run, a replay or another delivery, leaves the person out; then erase the person once more.",
                path));
    return new Going(
        subject,
        outputs,
        quoted,
        tables,
        landed,
        begun.entries(),
        done,
        files.rewritten().size() + outputFiles,
        files.left().size());
  }

  private Going identities(Going going) {
    Done done = Done.NOTHING;
    for (String name : IDENTITIES) {
      done = done.plus(erase(going.tables(), contracts.of(name)));
    }
    return going.plus(done);
  }

  /** The person's open entries: those that are done say what was done then. */
  private List<Entry> known(Person person) {
    List<String> tokens = person.tokens(settings.key());
    return ErasureLedger.entries(lake).stream()
        .filter(e -> e.isOpen() && tokens.contains(e.subjectToken()))
        .toList();
  }

  /** Of whom no request is known. */
  private Entry requested(Subject subject) {
    String token = token(subject);
    Instant at = now.get();
    return Entry.requested(
        ErasureLedger.commandToken(settings.key(), token, at),
        subject.kind().word(),
        token,
        Timestamp.from(at),
        FinishedSet.of(lake).runSequence());
  }

  private String token(Subject subject) {
    return ErasureLedger.token(settings.key(), subject.kind().word(), subject.id());
  }

  /** The person's entries, marked as begun, all with the one random name. */
  private List<Entry> begun(Subject subject, List<Entry> own) {
    String token = token(subject);
    @Nullable String earlier =
        own.stream().map(Entry::pseudonym).filter(p -> p != null).findFirst().orElse(null);
    String name = earlier == null ? pseudonym() : earlier;
    List<Entry> begun = own.stream().map(e -> e.begun(token, name, now.get())).toList();
    ErasureLedger.put(spark, lake, own, begun);
    return begun;
  }

  private static String pseudonym() {
    byte[] bytes = new byte[PSEUDONYM_BYTES];
    RANDOM.nextBytes(bytes);
    return "erased-" + HexFormat.of().formatHex(bytes);
  }

  /**
   * Bronze, silver, gold, quarantine, and names of members that no contract knows; what hangs on
   * others' rows comes before these.
   */
  private List<Contract> ordered() {
    Stream<Contract> all =
        Stream.of("gold", "silver", "bronze").flatMap(layer -> contracts.layer(layer).stream());
    return Stream.concat(
            Stream.concat(all, Stream.of("ops.quarantine", "ops.drift").map(contracts::of))
                .filter(c -> !ROOTS.contains(c.name())),
            ROOTS.stream().map(contracts::of))
        .toList();
  }

  private Done erase(TableEraser tables, Contract contract) {
    spark.sparkContext().setJobDescription("erase " + contract.name());
    Done done = tables.erase(contract);
    if (done.deleted() + done.changed() > 0) {
      progress.step(
          "  %-28s %,d rows deleted, %,d changed", contract.name(), done.deleted(), done.changed());
    }
    return done;
  }

  private Landing landing() {
    return new Landing(config.landing(), spark.sparkContext().hadoopConfiguration());
  }

  /** Delimiters of CSV, by folder. */
  private Map<String, String> csvDelimiters(Map<String, SourceMapping> mappings) {
    Map<String, String> delimiters = new TreeMap<>();
    for (Contract raw : contracts.layer("raw")) {
      if ("csv".equals(raw.optionalProperty("format"))) {
        delimiters.put(raw.shortName(), ",");
      }
    }
    mappings.values().stream()
        .filter(m -> m.format().equals("csv"))
        .forEach(m -> delimiters.put(m.folder(), m.delimiter()));
    return delimiters;
  }

  /**
   * Of tables that held nobody now, too: old versions may have. Readers are pointed to the newest
   * versions before.
   */
  private void forgetOldVersions(Predicate<Contract> which) {
    FinishedSet.nameNewest(spark, lake, config.hash(), now.get());
    contracts.all().stream()
        .filter(c -> !c.layer().equals("raw") && which.test(c) && lake.exists(c.name()))
        .map(Contract::name)
        .toList()
        .parallelStream()
        .forEach(this::vacuum);
    lake.sweep();
    progress.step("  old versions removed");
  }

  private void vacuum(String table) {
    String path = lake.path(table);
    if (lake.hasDeletionVectors(table)) {
      var _ = spark.sql("REORG TABLE delta.`%s` APPLY (PURGE)".formatted(path));
    }
    lake.vacuum(table, 0);
  }

  private static String slashed(Path path) {
    return path.toString().replace(path.getFileSystem().getSeparator(), "/");
  }

  private SortedSet<Path> roots() {
    SortedSet<Path> roots = new TreeSet<>();
    for (String location :
        List.of(
            config.lake().root(),
            config.lake().restricted(),
            config.lake().out(),
            config.landing())) {
      Path root = Path.of(location).toAbsolutePath().normalize();
      if (Files.isDirectory(root) && roots.stream().noneMatch(root::startsWith)) {
        roots.add(root);
      }
    }
    return roots;
  }

  /** Adds the files that hold a person to what was found of the person. */
  private void search(
      Collection<Path> roots,
      Map<Going, SortedSet<String>> found,
      BiPredicate<Going, Path> isSearched) {
    Path zone = Path.of(config.landing()).toAbsolutePath().normalize();
    // Neither taken nor rewritten: who writes them has not finished, and may have cut them
    // anywhere.
    Predicate<Path> isScanned =
        file -> !(file.startsWith(zone) && Landing.isUnfinished(slashed(zone.relativize(file))));
    Map<String, Bounds> needles = new TreeMap<>();
    found
        .keySet()
        .forEach(g ->
            g.subject()
                .fileNeedles()
                .forEach((value, bounds) -> needles.merge(value, bounds, Bounds::wider)));
    for (Path root : needles.isEmpty() ? List.<Path>of() : roots) {
      if (Files.isDirectory(root)) {
        DecodingScan.find(root, isScanned, needles)
            .forEach(h ->
                found.forEach((going, files) -> {
                  if (going.subject().fileNeedles().containsKey(h.needle())
                      && isSearched.test(going, h.file())) {
                    files.add(h.file().toString());
                  }
                }));
      }
    }
  }
}
