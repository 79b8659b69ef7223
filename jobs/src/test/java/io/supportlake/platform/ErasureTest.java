package io.supportlake.platform;

import static org.apache.spark.sql.functions.bool_or;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.min;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.delta.tables.DeltaTable;
import io.supportlake.generator.Generator;
import io.supportlake.platform.Contract.Kind;
import io.supportlake.testing.Lines;
import io.supportlake.testing.SparkSuite;
import io.supportlake.testing.Tree;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.MapType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * A user and an agent are erased from a lake that was really run, beside a twin in which nobody
 * was. The erasure of the user meets a damaged file, which is replaced, and is cut off once. The
 * tests go on from each other's lake, in their order.
 */
@TestInstance(Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ErasureTest extends SparkSuite {
  private static final LocalDate START = LocalDate.of(2026, 3, 2);
  private static final int DAYS = 14;
  private static final LocalDate LAST = START.plusDays(DAYS - 2L);
  private static final LocalDate NEXT = LAST.plusDays(1);
  private static final String MAPPING = "freshdesk-tickets";
  private static final Instant NOW = Instant.parse("2026-04-01T12:00:00Z");

  private static final String REFUSED_OF_OTHERS = "no record\nanother\n";

  /** A message that tells no writer, in a case that the user opened. */
  private static final String UNTOLD = "quince-untold";

  /** A message that a colleague wrote in that case, as the user's helpdesk has it. */
  private static final String COLLEAGUES = "quince-colleague";

  @TempDir private static Path folder;

  private Installation erased;
  private Installation twin;
  private Subject user;
  private Subject agent;

  /** A vendor's user, who is the customer since no company is known. */
  private Subject person;

  private String account;
  private Map<String, List<String>> before;
  private Map<String, List<String>> after;
  private Set<String> foundBefore;
  private List<Path> filesOfThePeople;
  private int people;

  /** A lake whose restricted location lies elsewhere, with its landing zone and outputs. */
  private record Installation(Path root) {
    RunConfig config() {
      return RunConfig.load(HOME.resolve("conf"), null)
          .reading(List.of(MAPPING))
          .at(
              new RunConfig.Locations(
                  root.resolve("lake").toString(),
                  root.resolve("elsewhere").toString(),
                  root.resolve("out").toString()),
              root.resolve("landing").toString());
    }

    Lake lake() {
      return new Lake(spark(), config().lake(), CONTRACTS);
    }

    Runner runner() {
      return new Runner(
          spark(), CONTRACTS, config(), SETTINGS, HOME.resolve("conf"), Progress.silent());
    }

    Erasure erasure(Supplier<Instant> now) {
      return new Erasure(
          spark(), CONTRACTS, config(), SETTINGS, HOME.resolve("conf"), Progress.silent(), now);
    }

    Retention retention() {
      return new Retention(spark(), lake(), CONTRACTS, config(), SETTINGS, Map.of());
    }
  }

  @BeforeAll
  void runEraseAndKeepATwin() throws IOException {
    erased = new Installation(folder.resolve("erased"));
    twin = new Installation(folder.resolve("twin"));
    var _ =
        Generator.run(
            new Generator.Options(3, 10, START, DAYS, SETTINGS.key()),
            erased.root().resolve("landing"),
            folder.resolve("truth"));
    // Refused for its result, so that quarantine holds the user too.
    Path landing = erased.root().resolve("landing");
    String userId = mostActive(landing, "customer", "user_id");
    String agentId = mostActive(landing, "agent", "actor_id");
    // Another user, whose id begins with the user's.
    Path namesake = erased.root().resolve("landing/user_change/" + START + "/namesake.csv");
    Files.writeString(
        namesake,
        "change_id,user_id,account_id,changed_at,role,status\nnamesake,%s-2,A,%sT10:00:00Z,admin,active\n"
            .formatted(userId, START));
    Path quince = erased.root().resolve("landing/case_event/" + START + "/quince.jsonl");
    Files.writeString(
        quince,
        caseEvent(
                "quince-opened",
                "10:00",
                "opened",
                "\"actor_type\":\"customer\",\"user_id\":\"%1$s\",\"subject\":\"Quince marmalade\",\"of %1$s\":1"
                    .formatted(userId))
            + caseEvent(
                UNTOLD,
                "10:05",
                "message",
                "\"actor_type\":\"customer\",\"text\":\"Kumquat was never paid out\"")
            + caseEvent(
                COLLEAGUES,
                "10:10",
                "message",
                "\"actor_type\":\"customer\",\"user_id\":\"%1$s\",\"actor_id\":\"%1$s-2\",\"text\":\"Pomelo was never paid out\""
                    .formatted(userId)));
    Path broken = erased.root().resolve("landing/usage_event/" + START + "/broken.jsonl");
    Files.writeString(
        broken,
        "{\"event_id\":\"broken\",\"account_id\":\"A\",\"user_id\":\"%s\",\"event_at\":\"%sT10:00:00Z\",\"product\":\"p\",\"feature\":\"f\",\"action\":\"a\",\"result\":\"maybe\",\"is_core\":true}\n"
            .formatted(userId, START));
    // Nobody else: the numbers of others are compared below.
    try (Stream<Path> generated = Files.walk(landing.resolve("erasure_request"))) {
      for (Path file : generated.filter(Files::isRegularFile).toList()) {
        Files.delete(file);
      }
    }
    Path asked = landing.resolve("erasure_request/" + START + "/asked.jsonl");
    Files.createDirectories(asked.getParent());
    String personId = "freshdesk-77";
    // Asked for another by mistake, and corrected on the next day.
    String mistaken =
        request("user", userId + "-2").replace("asked-" + userId + "-2", "asked-" + personId);
    // By the token first, which tells nobody whom to look for.
    String byToken =
        request("user", Subject.Kind.USER.token(SETTINGS.key(), userId))
            .replaceFirst("asked-[^\"]*", "asked-" + userId);
    Files.writeString(asked, byToken + request("agent", agentId) + mistaken);
    Path corrected = landing.resolve("erasure_request/" + START.plusDays(1) + "/corrected.jsonl");
    Files.createDirectories(corrected.resolveSibling("."));
    Files.writeString(corrected, request("user", userId) + request("user", personId));
    // Named by the user; of what is in it, nobody knows yet whose it is.
    Path named = broken.resolveSibling("of " + userId + ".jsonl");
    Files.writeString(named, REFUSED_OF_OTHERS);
    Path tickets = landing.resolve("freshdesk_tickets/" + START + "/tickets.json");
    Files.createDirectories(tickets.getParent());
    // The second's number begins with the first's.
    Files.writeString(tickets, ticket(31, 77) + ticket(32, 770));
    landOfAccount(
        landing,
        "account_change",
        personId,
        "\"change_id\":\"c77\",\"changed_at\":\"%1$sT10:00:00Z\",\"name\":\"Josephine Quill\",\"crm_id\":\"CRM-77\",\"plan\":\"free\",\"status\":\"active\"");
    landOfAccount(
        landing,
        "consent_change",
        personId,
        "\"change_id\":\"o77\",\"changed_at\":\"%1$sT10:00:00Z\",\"kind\":\"vulnerability\",\"is_set\":\"true\",\"reason\":\"Josephine Quill asked\"");
    Path damaged = landing.resolve("erasure_request/" + START + "/damaged.jsonl.gz");
    byte[] whole = gzip(request("user", "nobody"));
    Files.write(damaged, Arrays.copyOf(whole, whole.length - 9));
    assertThat(erased.runner().run(START, LAST).refused()).hasSize(1);

    Lake lake = erased.lake();
    user = Subject.of(lake, SETTINGS.key(), Subject.Kind.USER, userId, List.of());
    agent = Subject.of(lake, SETTINGS.key(), Subject.Kind.AGENT, agentId, List.of());
    person =
        Subject.of(
            lake,
            SETTINGS.key(),
            Subject.Kind.USER,
            personId,
            SourceMapping.load(HOME.resolve("conf"), List.of(MAPPING)).values());
    account =
        lake.read("bronze.user_change")
            .where(col("user_id").equalTo(userId))
            .first()
            .getAs("account_id");
    Path list = erased.root().resolve("out/outreach/" + LAST + "/list.csv");
    Files.createDirectories(list.getParent());
    Files.writeString(list, "account,owner\n" + account + "," + agentId + "\n");
    Files.writeString(list.resolveSibling("other.csv"), "account,owner\nA,nobody\n");
    Tree.copy(erased.root(), twin.root());
    Files.write(twin.root().resolve(erased.root().relativize(damaged)), whole);
    filesOfThePeople =
        Stream.of(user, agent)
            .flatMap(one -> holding(twin.root().resolve("landing"), one).stream())
            .filter(file -> !file.endsWith(named.getFileName()))
            .distinct()
            .collect(Collectors.toCollection(ArrayList::new));
    filesOfThePeople.add(landing.relativize(tickets));
    foundBefore = found(twin.root(), user);
    before = everything(lake);

    assertThatThrownBy(() -> erased.erasure(() -> NOW).erase("user", user.token()))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("is a token");
    assertThatThrownBy(() -> erased.erasure(() -> NOW).erase("user", ""))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("names nobody");
    assertThatThrownBy(() -> erased.erasure(() -> NOW).erase("user", userId))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("damaged.jsonl.gz cannot be unpacked");
    Files.write(damaged, whole);
    // Of a name that says nothing of how it is packed.
    Path archive = tickets.resolveSibling("export.json.zip");
    Files.write(archive, Arrays.copyOf(zip(userId), 40));
    assertThatThrownBy(() -> erased.erasure(() -> NOW).erase("user", userId))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("export.json.zip cannot be decoded");
    Files.delete(archive);
    ErasureLedger.refuseUnfinished(lake);
    assertThat(named).exists();
    Path untaken = tickets.resolveSibling("untaken.json");
    Files.writeString(untaken, untaken(personId));
    // Cut, as one that is being uploaded: nobody can tell what will be in it.
    Path upload = tickets.resolveSibling("upload.json.gz.part");
    byte[] uploaded = gzip(userId);
    Files.write(upload, Arrays.copyOf(uploaded, uploaded.length - 9));
    // What a replay, a record of a list and a list had begun to write when they were cut off.
    for (Path begun :
        List.of(
            broken.resolveSibling("_cases-replay-0a1b2c3d.jsonl"),
            broken.resolveSibling(".recorded-0123456789abcdef.csv17.tmp"),
            list.resolveSibling(".list.xlsx17.tmp"))) {
      Files.write(begun, Arrays.copyOf(zip(userId), 40));
    }
    // What a finished run had not come to delete.
    Path left = erased.root().resolve("elsewhere/_unfinished/1/usage_event/decision.json");
    Files.createDirectories(left.resolveSibling("."));
    Files.writeString(left, userId);
    long manifest = lake.version("ops.landing_file");
    AtomicInteger calls = new AtomicInteger();
    assertThatThrownBy(() ->
            erased
                .erasure(() -> {
                  if (calls.incrementAndGet() > 1) {
                    throw new IllegalStateException("the power went out");
                  }
                  return NOW;
                })
                .erase("user", userId))
        .hasMessageContaining("power");
    // As if it had gone out between the files and the manifest.
    setBack(lake, manifest);
    assertThatThrownBy(() -> erased.runner().run(null, NEXT))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("an erasure was cut off");
    assertThatThrownBy(() ->
            new Maintenance(
                    spark(),
                    lake,
                    CONTRACTS,
                    erased.config(),
                    SETTINGS,
                    HOME.resolve("conf"),
                    Progress.silent())
                .run(168, null, true))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("an erasure was cut off");
    assertThatThrownBy(() ->
            new Quarantine(spark(), CONTRACTS, erased.config(), SETTINGS, HOME.resolve("conf"))
                .replay("usage_event", null))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("an erasure was cut off");
    assertThat(lake.read("ops.erasure_ledger").where("state = 'withdrawn'").count())
        .as("who is erased by command is no reason to erase whom a request named by mistake")
        .isEqualTo(1);
    // Between the proof and the end, when nothing but the ledger knows that somebody asked.
    AtomicInteger further = new AtomicInteger();
    assertThatThrownBy(() ->
            erased
                .erasure(() -> {
                  if (further.incrementAndGet() > 5) {
                    throw new IllegalStateException("the power went out");
                  }
                  return NOW;
                })
                .pending())
        .hasMessageContaining("power");
    assertThat(values(lake, "bronze.erasure_request", "subject_id")).containsExactly(userId + "-2");
    people = Math.toIntExact(lake.read("ops.erasure_ledger").where("state = 'proved'").count());
    ErasureLedger.refuseUnfinished(lake);
    assertThat(erased.erasure(() -> NOW).pending()).isZero();
    Files.delete(upload);
    after = everything(erased.lake());
  }

  /** Sets the manifest back, and marks the files that were replaced or renamed since. */
  private void setBack(Lake lake, long manifest) throws IOException {
    Map<String, String> now = hashes(lake);
    var _ = DeltaTable.forPath(spark(), lake.path("ops.landing_file")).restoreToVersion(manifest);
    Map<String, String> before = hashes(lake);
    for (Map.Entry<String, String> was : before.entrySet()) {
      String is = now.get(was.getKey());
      if (is == null) {
        String name =
            now.keySet().stream().filter(path -> !before.containsKey(path)).findAny().orElseThrow();
        Path file = erased.root().resolve("landing").resolve(name);
        Files.writeString(file.resolveSibling("." + file.getFileName() + ".renamed"), was.getKey());
      } else if (!was.getValue().equals(is)) {
        Path file = erased.root().resolve("landing").resolve(was.getKey());
        Files.writeString(
            file.resolveSibling("." + file.getFileName() + ".replaced"), was.getValue() + " " + is);
      }
    }
  }

  private static Map<String, String> hashes(Lake lake) {
    return lake.read("ops.landing_file").select("path", "content_hash").collectAsList().stream()
        .collect(Collectors.toMap(r -> r.getString(0), r -> r.getString(1)));
  }

  /** In a member that no mapping reads, so that only the landing zone has the id. */
  private static String untaken(String id) {
    return ticket(31, 77).replace("[{", "[{\"note\":\"" + id + "\",");
  }

  /** An event of the case {@code quince}. */
  private static String caseEvent(String id, String time, String type, String fields) {
    return "{\"event_id\":\"%s\",\"case_id\":\"quince\",\"account_id\":\"Quinces\",\"event_at\":\"%sT%s:00Z\",\"event_type\":\"%s\",%s}\n"
        .formatted(id, START, time, type, fields);
  }

  /** A record that names a user only as the customer. */
  private static void landOfAccount(Path landing, String source, String user, String fields)
      throws IOException {
    Path file = landing.resolve(source + "/" + START + "/person.jsonl");
    Files.createDirectories(file.getParent());
    Files.writeString(
        file,
        "{\"account_id\":\"%s\",%s}\n"
            .formatted(
                PersonAccount.of(Subject.Kind.USER.token(SETTINGS.key(), user)),
                fields.formatted(START)));
  }

  /** A page of Freshdesk's with one ticket: its opening, and a status that names no user. */
  private static String ticket(int id, int requester) {
    return "[{\"id\":%d,\"requester_id\":%d,\"source\":1,\"status\":4,\"created_at\":\"%sT10:00:00Z\",\"stats\":{\"status_updated_at\":\"%sT11:00:00Z\"}}]\n"
        .formatted(id, requester, START, START);
  }

  /** A request whose id is made of the person's. */
  private static String request(String kind, String id) {
    return "{\"request_id\":\"asked-%s\",\"subject_kind\":\"%s\",\"subject_id\":\"%s\",\"requested_at\":\"%sT10:00:00Z\"}\n"
        .formatted(id, kind, id, START);
  }

  @Test
  @Order(1)
  void theScanFindsTheUserBeforeAndNobodyAfter() {
    assertThat(foundBefore)
        .anyMatch(f -> f.contains("/landing/user_change/"))
        .anyMatch(f -> f.contains("/elsewhere/bronze/case_event/"))
        .anyMatch(f -> f.contains("/elsewhere/ops/quarantine/"))
        .anyMatch(f -> f.contains("/lake/silver/support_case/"))
        .noneMatch(f -> f.contains("/lake/bronze/"));
    assertThat(found(erased.root(), user)).isEmpty();
    assertThat(found(erased.root(), agent)).isEmpty();
    assertThat(found(erased.root(), person)).hasSize(1).allMatch(f -> f.endsWith("untaken.json"));
    assertThat(found(twin.root(), agent)).anyMatch(f -> f.contains("/out/outreach/"));
    assertThat(erased.root().resolve("out/outreach/" + LAST + "/other.csv")).exists();
    assertThat(erased.root().resolve("landing/freshdesk_tickets/" + START + "/untaken.json"))
        .as("what no table has of others would be lost")
        .hasContent(untaken(person.id()));
  }

  @Test
  @Order(2)
  void theLedgerSaysThatAllAreDoneAndLinksThemToNothing() {
    List<Row> ledger =
        erased
            .lake()
            .read("ops.erasure_ledger")
            .where(col("proof").isNotNull())
            .orderBy("subject_kind")
            .selectExpr(
                "subject_kind",
                "state",
                "pseudonym",
                "rows_deleted + rows_changed",
                "proof",
                "request_id")
            .collectAsList();

    assertThat(ledger)
        .extracting(r -> r.getString(0) + " " + r.getString(1))
        .containsExactly("agent done", "user done", "user done");
    assertThat(ledger).allSatisfy(r -> assertThat(r.isNullAt(2)).isTrue());
    assertThat(ledger)
        .allSatisfy(r -> {
          assertThat(r.getLong(3)).isPositive();
          assertThat(r.getString(4)).contains("no trace");
        });
    assertThat(ledger)
        .extracting(r -> r.getString(5))
        .containsExactlyInAnyOrder(
            ErasureLedger.requestToken(SETTINGS.key(), "asked-" + agent.id()),
            ErasureLedger.requestToken(SETTINGS.key(), "asked-" + user.id()),
            ErasureLedger.requestToken(SETTINGS.key(), "asked-" + person.id()));
    assertThat(people).isEqualTo(3);
    assertThat(values(erased.lake(), "bronze.erasure_request", "subject_id"))
        .containsExactly(user.id() + "-2");
    assertThat(erased.erasure(() -> NOW).pending()).isZero();
  }

  @Test
  @Order(2)
  void whomACorrectedRequestNamesNoMoreStays() {
    Lake lake = erased.lake();

    assertThat(
            Lines.of(
                lake.read("ops.erasure_ledger").where("proof is null"),
                "request_id",
                "subject_token",
                "state"))
        .containsExactly(
            String.join(
                "|",
                ErasureLedger.requestToken(SETTINGS.key(), "asked-" + person.id()),
                ErasureLedger.token(SETTINGS.key(), "user", user.id() + "-2"),
                "withdrawn"));
    assertThat(values(lake, "bronze.user_change", "user_id")).contains(user.id() + "-2");
  }

  @Test
  @Order(2)
  void aFileThatWasNamedByThePersonHasAnotherNameAndOthersRecordsOfIt() throws IOException {
    Lake lake = erased.lake();
    List<String> paths =
        Lines.of(
            lake.read("ops.landing_file")
                .where("path rlike '/of erased-[0-9a-f]{20}-[0-9a-f]{8}.jsonl'"),
            "path");

    assertThat(paths).hasSize(1);
    assertThat(erased.root().resolve("landing").resolve(paths.getFirst()))
        .hasContent(REFUSED_OF_OTHERS);
    assertThat(
            lake.read("ops.quarantine").where(col("ingest_file").equalTo(paths.getFirst())).count())
        .isEqualTo(2);
    assertThat(lake.read("ops.check").where(col("file").equalTo(paths.getFirst())).count())
        .isPositive();
  }

  @Test
  @Order(2)
  void wordsGoWithWhoWroteThemAndWithTheOpenerWhereNobodyIsTold() {
    Lake lake = erased.lake();

    assertThat(wordsOfTheCase(twin.lake()))
        .containsExactly(
            COLLEAGUES + "|Pomelo was never paid out|null",
            "quince-opened|null|Quince marmalade",
            UNTOLD + "|Kumquat was never paid out|null");
    assertThat(wordsOfTheCase(lake))
        .containsExactly(
            COLLEAGUES + "|Pomelo was never paid out|null",
            "quince-opened|null|null",
            UNTOLD + "|null|null");
    assertThat(DecodingScan.find(erased.root().resolve("lake"), List.of("Kumquat", "marmalade")))
        .isEmpty();
    assertThat(
            DecodingScan.find(erased.root().resolve("elsewhere"), List.of("Kumquat", "marmalade")))
        .isEmpty();
    assertThat(Lines.of(lake.read("silver.case_message").where("case_id = 'quince'"), "message_id"))
        .containsExactly(COLLEAGUES);
    String vector = "text_hash = sha2('Kumquat was never paid out', 256)";
    assertThat(twin.lake().read("silver.text_embedding").where(vector).count()).isEqualTo(1);
    assertThat(lake.read("silver.text_embedding").where(vector).count()).isZero();
  }

  @Test
  @Order(2)
  void namesOfUnknownMembersAreWithoutThePerson() {
    assertThat(values(twin.lake(), "ops.drift", "column_name")).contains("of " + user.id());
    assertThat(values(erased.lake(), "ops.drift", "column_name"))
        .noneMatch(user::isIn)
        .anyMatch(name -> name.startsWith("of erased-"));
  }

  private static List<String> wordsOfTheCase(Lake lake) {
    return Lines.of(
        lake.read("bronze.case_event").where("case_id = 'quince'"), "event_id", "text", "subject");
  }

  /** By three calls, of which two were cut off. */
  @Test
  @Order(2)
  void monthsNearTheCasesThatLostTheUsersWordsAreNotedOnce() {
    // Within 60 days of two weeks of March.
    assertThat(erased.lake().read("ops.erasure_month").sort("month_start").collectAsList())
        .extracting(Row::toString)
        .containsExactlyElementsOf(monthsNear(user));
  }

  private List<String> monthsNear(Subject person) {
    Row days =
        twin.lake()
            .read("silver.case_event")
            .where(
                col("user_id").equalTo(person.token()).or(col("actor_id").equalTo(person.token())))
            .select("case_id")
            .distinct()
            .join(twin.lake().read("silver.case_event"), "case_id")
            .agg(min("event_date"), max("event_date"))
            .first();
    LocalDate last = days.getDate(1).toLocalDate().plusDays(60);
    return Stream.iterate(
            days.getDate(0).toLocalDate().minusDays(60).withDayOfMonth(1),
            month -> !month.isAfter(last),
            month -> month.plusMonths(1))
        .map(month -> "[%s,%s]".formatted(month, LAST))
        .toList();
  }

  @Test
  @Order(3)
  void rowsOfOthersAreWhatTheyWereAndThoseOfThePeopleStayWithoutThem() {
    for (Contract contract : Tables.inOrder(CONTRACTS)) {
      List<String> others =
          rows(before, contract.name()).stream()
              .filter(r -> !user.isIn(r) && !agent.isIn(r) && !person.isIn(r))
              .filter(r -> !r.contains(UNTOLD))
              .toList();
      List<String> now = new ArrayList<>(rows(after, contract.name()));
      if (contract.name().equals("silver.text_embedding")) {
        assertThat(others).containsAll(now);
        assertThat(now).hasSizeLessThan(others.size());
        continue;
      }
      assertThat(now).as(contract.name()).containsAll(others);
      boolean isDeleted =
          SubjectColumns.of(contract, "user").filter(SubjectColumns::isDeleted).isPresent();
      if (!isDeleted) {
        assertThat(now).as(contract.name()).hasSameSizeAs(rows(before, contract.name()));
      }
    }
    assertThat(rows(after, "silver.app_user"))
        .hasSizeLessThan(rows(before, "silver.app_user").size());
    assertThat(rows(after, "silver.case_message"))
        .hasSizeLessThan(rows(before, "silver.case_message").size());
  }

  @Test
  @Order(4)
  void whatWasTheUsersIsStillOneUsers() {
    Lake lake = erased.lake();
    List<String> tokens =
        lake
            .read("silver.support_case")
            .where(col("account_id").equalTo(account).and(col("user_id").isNotNull()))
            .select("user_id")
            .distinct()
            .collectAsList()
            .stream()
            .map(r -> r.getString(0))
            .toList();
    List<String> plain =
        lake
            .read("bronze.case_event")
            .where(col("user_id").startsWith("erased-").and(col("account_id").equalTo(account)))
            .select("user_id")
            .distinct()
            .collectAsList()
            .stream()
            .map(r -> r.getString(0))
            .toList();

    assertThat(plain).hasSize(1);
    assertThat(tokens).contains(SETTINGS.key().token("usr", plain.getFirst()));
    assertThat(
            lake.read("bronze.case_event")
                .where(
                    col("user_id")
                        .equalTo(plain.getFirst())
                        .and(col("account_id").equalTo(account)))
                .where("text is not null or subject is not null")
                .count())
        .isZero();
  }

  @Test
  @Order(4)
  void anAccountThatIsThePersonIsRenamedInEveryRow() {
    Lake lake = erased.lake();

    assertThat(accountsOfFreshdesk(twin.lake()))
        .containsExactly(
            PersonAccount.of(person.token()),
            PersonAccount.of(SETTINGS.key().token("usr", "freshdesk-770")));
    List<String> now = accountsOfFreshdesk(lake);
    assertThat(now.getFirst())
        .startsWith("person-usr_")
        .isNotEqualTo(PersonAccount.of(person.token()));
    assertThat(now.getLast()).isEqualTo(accountsOfFreshdesk(twin.lake()).getLast());
    assertThat(
            lake.read("bronze.case_event").where(col("account_id").equalTo(now.getFirst())).count())
        .isEqualTo(2);
    assertThat(
            lake.read("bronze.case_event")
                .where(col("account_id").equalTo(now.getFirst()))
                .join(twin.lake().read("bronze.case_event").select("content_hash"), "content_hash")
                .count())
        .as("a hash of the values that were would let a guess be confirmed")
        .isZero();
    assertThat(
            DecodingScan.find(twin.root(), List.of("Josephine Quill", "CRM-77")).stream()
                .map(h -> twin.root().relativize(h.file()).toString()))
        .anyMatch(f -> f.startsWith("landing/account_change"))
        .anyMatch(f -> f.startsWith("lake/silver/account/"));
    assertThat(DecodingScan.find(erased.root(), List.of("Josephine Quill", "CRM-77"))).isEmpty();
    assertThat(lake.read("silver.account").where(col("account_id").equalTo(now.getFirst())).count())
        .isEqualTo(1);
    assertThat(lake.read("silver.consent").where(col("account_id").equalTo(now.getFirst())).count())
        .as("nobody is to contact the account who was not to")
        .isEqualTo(1);
  }

  private static List<String> accountsOfFreshdesk(Lake lake) {
    return lake
        .read("silver.support_case")
        .where("case_id like 'freshdesk-%'")
        .orderBy("case_id")
        .select("account_id")
        .collectAsList()
        .stream()
        .map(r -> r.getString(0))
        .toList();
  }

  @Test
  @Order(5)
  void readersOfTheFinishedSetSeeTheVersionsWithoutThePeople() {
    Queries queries = new Queries(spark(), erased.lake(), CONTRACTS);

    assertThat(
            queries
                .query("SELECT agent_id FROM silver.support_case WHERE agent_id IS NOT NULL")
                .collectAsList())
        .isNotEmpty()
        .noneMatch(r -> r.getString(0).equals(agent.id()));
    assertThat(FinishedSet.of(erased.lake()).to()).isEqualTo(LAST);
  }

  @Test
  @Order(6)
  void deliveredAgainUnderAnotherNameThePersonStaysAwayAndTheNextDayIsWhatItIsForOthers()
      throws IOException {
    for (Path file : filesOfThePeople) {
      Path twinsFile = twin.root().resolve("landing").resolve(file);
      Path source = Path.of("landing", file.getName(0).toString(), NEXT.toString());
      Files.createDirectories(erased.root().resolve(source));
      String name = "again-" + file.getName(1) + "-" + file.getFileName();
      Files.copy(twinsFile, erased.root().resolve(source).resolve(name));
    }
    // What makes the case be built again.
    for (Installation one : List.of(erased, twin)) {
      Path note = one.root().resolve("landing/case_event/" + NEXT + "/note.jsonl");
      Files.createDirectories(note.resolveSibling("."));
      Files.writeString(
          note, caseEvent("quince-note", "10:20", "note", "\"actor_type\":\"agent\""));
    }
    assertThat(erased.runner().run(null, NEXT).refused()).isEmpty();
    var _ = twin.runner().run(null, NEXT);

    // Neither file, of the one name nor of the other, is taken as new.
    assertThat(
            erased
                .lake()
                .read("ops.landing_file")
                .where("path like '%/of %'")
                .select("run_sequence")
                .distinct()
                .count())
        .isEqualTo(1);
    assertThat(values(erased.lake(), "bronze.erasure_request", "subject_id"))
        .as("the refused file was replaced while the erasure went on, and is still to be taken")
        .contains("nobody");

    assertThat(filesOfThePeople).anyMatch(file -> file.endsWith("quince.jsonl"));
    assertThat(
            Lines.of(
                erased.lake().read("silver.support_case").where("case_id = 'quince'"),
                "first_text",
                "subject"))
        .containsExactly("Pomelo was never paid out|null");
    assertThat(wordsOfTheCase(erased.lake()))
        .as("what names nobody is known as a duplicate")
        .hasSize(4)
        .contains(UNTOLD + "|null|null");
    assertThat(found(erased.root().resolve("lake"), user)).isEmpty();
    assertThat(found(erased.root().resolve("elsewhere"), user)).isEmpty();
    assertThat(found(erased.root().resolve("lake"), agent)).isEmpty();
    assertThat(found(erased.root().resolve("elsewhere"), agent)).isEmpty();
    assertThat(found(erased.root().resolve("lake"), person)).isEmpty();
    assertThat(found(erased.root().resolve("elsewhere"), person)).isEmpty();
    Row accounts =
        erased
            .lake()
            .read("ops.check")
            .where("read_count is not null")
            .selectExpr(
                "sum(read_count)",
                "sum(accepted_count + duplicate_count + quarantined_count + erased_count)",
                "sum(erased_count)")
            .first();
    assertThat(accounts.getLong(0)).isEqualTo(accounts.getLong(1));
    assertThat(accounts.getLong(2)).isPositive();

    Map<String, List<String>> differences = new TreeMap<>();
    for (Contract contract : Tables.inOrder(CONTRACTS)) {
      boolean isOthers =
          contract.kind() != Kind.JOURNAL
              && contract.columnNames().contains("account_id")
              && !contract.name().equals("silver.text_embedding");
      if (isOthers) {
        List<String> mine = others(contents(erased.lake(), contract));
        List<String> theirs = others(contents(twin.lake(), contract));
        if (!mine.equals(theirs)) {
          differences.put(
              contract.name(),
              Stream.concat(
                      mine.stream().filter(r -> !theirs.contains(r)).limit(2),
                      theirs.stream().filter(r -> !mine.contains(r)).limit(2))
                  .toList());
        }
      }
    }
    assertThat(differences).isEmpty();
    for (String sums : List.of("gold.team_day", "gold.product_day", "gold.churned_revenue")) {
      Contract contract = CONTRACTS.of(sums);
      assertThat(contents(erased.lake(), contract))
          .as(sums)
          .isEqualTo(contents(twin.lake(), contract))
          .isNotEmpty();
    }
  }

  /** Rows of other accounts that the agent had no part in. */
  private List<String> others(List<String> rows) {
    String renamed = accountsOfFreshdesk(erased.lake()).getFirst();
    return rows.stream()
        .filter(r -> !r.contains(account) && !agent.isIn(r) && !person.isIn(r))
        .filter(r -> !r.contains("erased") && !r.contains(renamed) && !r.contains("Quinces"))
        .toList();
  }

  @Test
  @Order(7)
  void anAccessRequestGetsWhatIsThePersonsAndNoWordOfOthers() throws IOException {
    Path handedOver = folder.resolve("handed-over");
    SubjectExport export = new SubjectExport(twin.lake(), CONTRACTS, SETTINGS.key());
    long rows = export.write("user", user.id(), handedOver);
    String everythingWritten;
    try (Stream<Path> files = Files.list(handedOver)) {
      everythingWritten = files.map(ErasureTest::read).collect(Collectors.joining());
    }

    assertThat(rows).isPositive();
    assertThat(read(handedOver.resolve("bronze.user_change.jsonl")))
        .contains(user.id())
        .contains("\"email\":");
    assertThat(read(handedOver.resolve("manifest.json"))).contains("silver.support_case.jsonl");
    assertThat(read(handedOver.resolve("bronze.case_event.jsonl")))
        .contains("\"actor_id\":\"" + user.id() + "\"")
        .contains("Quince marmalade")
        .doesNotContain("Pomelo")
        .as("who wrote it is not told")
        .doesNotContain("Kumquat");
    assertThat(read(handedOver.resolve("silver.support_case.jsonl")))
        .contains("Quince marmalade", "Kumquat was never paid out");
    assertThat(read(handedOver.resolve("bronze.erasure_request.jsonl")))
        .contains("\"subject_id\":\"" + user.id() + "\"");
    List<String> strangers =
        twin
            .lake()
            .read("bronze.user_change")
            .where(col("user_id").notEqual(user.id()))
            .select("user_id")
            .distinct()
            .collectAsList()
            .stream()
            .map(r -> "\"" + r.getString(0) + "\"")
            .toList();
    assertThat(strangers).isNotEmpty().noneMatch(everythingWritten::contains);
    assertThatThrownBy(() -> export.write("user", user.id(), handedOver))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("is there already");

    Path ofPerson = folder.resolve("persons");
    var _ = export.write("user", person.id(), ofPerson);
    assertThat(read(ofPerson.resolve("bronze.case_event.jsonl")).lines())
        .as("the status names the customer only")
        .hasSize(2)
        .allMatch(row -> row.contains("\"account_id\":\"person-" + person.token() + "\""));

    Path ofAgent = folder.resolve("agents");
    var _ = export.write("agent", agent.id(), ofAgent);
    assertThat(read(ofAgent.resolve("bronze.case_event.jsonl")))
        .contains("\"actor_id\":\"" + agent.id() + "\"")
        .doesNotContain("\"text\":")
        .doesNotContain("\"user_id\":")
        .contains("\"account_id\":")
        .doesNotContain("\"person-");
  }

  @Test
  @Order(8)
  void retentionRemovesWhatIsOldAndTheAccountsStillBalance() throws IOException {
    Lake lake = twin.lake();
    LocalDate keptFrom = START.plusDays(6);
    LocalDate asOf = keptFrom.plusDays(60);
    Path oldList = twin.root().resolve("out/outreach/2024-01-31/list.csv");
    Files.createDirectories(oldList.getParent());
    Files.writeString(oldList, "old\n");
    long manifest = lake.read("ops.landing_file").count();
    long accounts = lake.read("bronze.account_change").count();
    long usage = lake.read("bronze.usage_event").count();
    Map<String, List<String>> tables = everything(lake);

    // A first call is cut off between its note and the removal.
    List<Retention.Removed> planned = twin.retention().planned(asOf);
    twin.retention().note(planned, asOf, NOW);
    assertThat(lake.read("bronze.usage_event").count()).isEqualTo(usage);
    assertThat(oldList).exists();
    assertThat(twin.retention().enforce(asOf, NOW.plusSeconds(60)))
        .allSatisfy(r -> assertThat(r.bronzeRows() + r.quarantineRows()).isZero());
    FinishedSet.nameNewest(spark(), lake, "", NOW);

    assertThat(planned)
        .extracting(Retention.Removed::source)
        .containsExactly("error_log", "usage_event", "out");
    assertThat(
            lake.read("bronze.usage_event").where("arrival_date < DATE'" + keptFrom + "'").count())
        .isZero();
    assertThat(lake.read("ops.quarantine").where("source = 'usage_event'").count()).isZero();
    assertThat(lake.read("bronze.account_change").count()).isEqualTo(accounts);
    assertThat(oldList).doesNotExist();
    assertThat(twin.root().resolve("landing/usage_event/" + START)).isEmptyDirectory();
    assertThat(lake.read("ops.landing_file").count()).isEqualTo(manifest);
    long accepted =
        lake.read("ops.check")
            .where("table_name = 'bronze.usage_event' and accepted_count is not null")
            .selectExpr("sum(accepted_count)")
            .first()
            .getLong(0);
    long gone =
        lake.read("ops.retention_ledger")
            .where("source = 'usage_event'")
            .selectExpr("sum(bronze_rows)")
            .first()
            .getLong(0);
    assertThat(gone).isPositive();
    assertThat(lake.read("bronze.usage_event").count() + gone).isEqualTo(accepted);

    // The day is run again, with one old record delivered anew: it could be one already counted.
    Path again = twin.root().resolve("landing/usage_event/" + NEXT + "/again.jsonl");
    Files.createDirectories(again.getParent());
    Files.writeString(
        again,
        "{\"event_id\":\"late\",\"account_id\":\"A\",\"user_id\":\"U\",\"event_at\":\"%sT10:00:00Z\",\"product\":\"payments\",\"feature\":\"f\",\"action\":\"a\",\"result\":\"success\",\"is_core\":true}\n"
            .formatted(START));
    Runner.Summary summary =
        twin.runner()
            .only(Set.of("raw.usage_event", "silver.usage_day", "silver.usage_failure"))
            .run(null, NEXT);
    assertThat(summary.files()).isEqualTo(1);
    assertThat(summary.quarantined()).isEqualTo(1);
    assertThat(summary.stopped()).isEmpty();
    assertThat(without(everything(lake), "ops")).isEqualTo(without(tables, "ops"));
  }

  /** After the erasure nothing arrives but a note of an agent in a case of the user. */
  @Test
  @Order(9)
  void aPublishedMonthStaysAndIsRestatedByErasureWhenACaseIsBuiltAgain() throws IOException {
    LocalDate published = LocalDate.of(2026, 5, 21);
    LocalDate after = published.plusDays(1);
    var _ = erased.runner().run(null, published);
    Lake lake = erased.lake();
    Row opening =
        lake.read("gold.episode_outcome")
            .where("language is not null and is_fcr_1d is not null")
            .join(lake.read("silver.episode_contact").where("contact_position = 1"), "episode_id")
            .select("case_id")
            .join(lake.read("bronze.case_event"), "case_id")
            .groupBy("case_id", "account_id")
            .agg(min("user_id").as("user_id"), max("user_id").as("last_user_id"))
            .where("user_id = last_user_id and user_id not like 'erased-%'")
            .select("case_id", "user_id", "account_id")
            .orderBy("case_id")
            .first();
    erased.erasure(() -> NOW).erase("user", opening.getString(1));
    List<String> said = contents(lake, CONTRACTS.of("gold.published_month"));
    assertThat(lake.read("gold.restatement").count()).isZero();
    Path later = erased.root().resolve("landing/case_event/" + after + "/later.jsonl");
    Files.createDirectories(later.getParent());
    Files.writeString(
        later,
        "{\"event_id\":\"later\",\"case_id\":\"%s\",\"account_id\":\"%s\",\"event_at\":\"%sT10:00:00Z\",\"event_type\":\"note\",\"actor_type\":\"agent\"}\n"
            .formatted(opening.getString(0), opening.getString(2), after));
    assertThat(erased.runner().run(null, after).accepted()).isEqualTo(1);

    Row built =
        lake.read("silver.support_case")
            .where(col("case_id").equalTo(opening.getString(0)))
            .first();
    assertThat(built.<String>getAs("language")).isNull();
    assertThat(contents(lake, CONTRACTS.of("gold.published_month"))).isNotEmpty().containsAll(said);
    assertThat(lake.read("gold.restatement").select("cause").distinct().collectAsList())
        .extracting(r -> r.getString(0))
        .containsExactly("erasure");
  }

  @Test
  @Order(0)
  void noColumnNamesAPersonThatItsContractDoesNotDeclare() {
    Map<String, Set<String>> people = new TreeMap<>();
    Lake lake = twin.lake();
    Set<String> users = values(lake, "bronze.user_change", "user_id");
    people.put("agent", values(lake, "bronze.roster_change", "agent_id"));
    people.put(
        "user",
        Stream.concat(users.stream(), users.stream().map(u -> SETTINGS.key().token("usr", u)))
            .collect(Collectors.toCollection(TreeSet::new)));
    List<String> undeclared = new ArrayList<>();
    for (String layer : List.of("bronze", "silver", "gold", "ops")) {
      for (Contract contract : CONTRACTS.layer(layer)) {
        if (lake.exists(contract.name())) {
          undeclared.addAll(undeclared(lake, contract, people));
        }
      }
    }
    assertThat(undeclared).isEmpty();
  }

  /** Columns that hold an id of a kind though the contract does not say so; one pass a table. */
  private static List<String> undeclared(
      Lake lake, Contract contract, Map<String, Set<String>> people) {
    List<String> names = new ArrayList<>();
    List<Column> holds = new ArrayList<>();
    people.forEach((kind, ids) -> {
      List<String> declared =
          SubjectColumns.of(contract, kind).map(SubjectColumns::keys).orElse(List.of());
      for (Contract.Column c : contract.columns()) {
        if (c.type().equals(DataTypes.StringType) && !declared.contains(c.name())) {
          names.add(kind + " in " + contract.name() + "." + c.name());
          Column isId = col("`" + c.name() + "`").isin(ids.toArray());
          holds.add(coalesce(bool_or(isId), lit(false)));
        }
      }
    });
    if (holds.isEmpty()) {
      return List.of();
    }
    Row found =
        lake.read(contract.name())
            .agg(holds.getFirst(), holds.subList(1, holds.size()).toArray(Column[]::new))
            .first();
    return IntStream.range(0, names.size()).filter(found::getBoolean).mapToObj(names::get).toList();
  }

  private static Set<String> values(Lake lake, String table, String column) {
    return lake.read(table).select(column).distinct().collectAsList().stream()
        .map(r -> r.getString(0))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static byte[] zip(String text) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(packed)) {
      zip.putNextEntry(new ZipEntry("export.json"));
      zip.write(text.getBytes(StandardCharsets.UTF_8));
    }
    return packed.toByteArray();
  }

  private static byte[] gzip(String text) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
      gzip.write(text.getBytes(StandardCharsets.UTF_8));
    }
    return packed.toByteArray();
  }

  private static Map<String, List<String>> without(Map<String, List<String>> tables, String layer) {
    Map<String, List<String>> rest = new TreeMap<>(tables);
    rest.keySet().removeIf(t -> t.startsWith(layer + "."));
    return rest;
  }

  private static String mostActive(Path landing, String actorType, String id) {
    return spark()
        .read()
        .json(landing.resolve("case_event").toString() + "/*/*")
        .where("text is not null")
        .where(col("actor_type").equalTo(actorType).and(col(id).isNotNull()))
        .groupBy(id)
        .count()
        .orderBy(col("count").desc(), col(id))
        .first()
        .getString(0);
  }

  private static Set<String> found(Path root, Subject subject) {
    return DecodingScan.find(root, subject.fileNeedles()).stream()
        .map(h -> h.file().toString())
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** Landed files that hold the person, below the landing zone. */
  private static List<Path> holding(Path landing, Subject subject) {
    return DecodingScan.find(landing, subject.fileNeedles()).stream()
        .map(h -> landing.relativize(h.file()))
        .distinct()
        .toList();
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static List<String> rows(Map<String, List<String>> tables, String table) {
    return java.util.Objects.requireNonNull(tables.get(table));
  }

  private static Map<String, List<String>> everything(Lake lake) {
    return Tables.inOrder(CONTRACTS).stream()
        .collect(Collectors.toMap(Contract::name, c -> contents(lake, c)));
  }

  private static List<String> contents(Lake lake, Contract contract) {
    Column[] columns =
        contract.columns().stream()
            .map(c -> c.type() instanceof MapType ? col(c.name()).cast("string") : col(c.name()))
            .toArray(Column[]::new);
    return lake.read(contract.name()).select(columns).collectAsList().stream()
        .map(Row::toString)
        .sorted()
        .toList();
  }
}
