package io.supportlake.platform;

import static org.apache.spark.sql.functions.col;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.supportlake.platform.ManifestFiles.TakenFile;
import io.supportlake.platform.SourceIngest.Taken;
import io.supportlake.testing.Lines;
import io.supportlake.testing.Rows;
import io.supportlake.testing.SparkSuite;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SourceIngestTest extends SparkSuite {
  private static final String FEE =
      "{\"event_id\":\"m1\",\"account_id\":\"A1\",\"occurred_at\":\"2026-03-01T23:30:00Z\",\"kind\":\"fee\",\"amount\":\"12.50\",\"currency\":\"EUR\"}";

  @TempDir private Path folder;

  @Test
  void everyRecordIsAcceptedDuplicateOrQuarantinedAndCorrectionsGetAVersion() throws IOException {
    Lake lake = lakeIn(folder);
    String corrected = FEE.replace("12.50", "99.00");
    String unknownKind = FEE.replace("m1", "m2").replace("\"fee\"", "\"gift\"");
    String noAmount = FEE.replace("m1", "m3").replace("\"amount\":\"12.50\",", "");
    String badTime = FEE.replace("m1", "m4").replace("2026-03-01T23:30:00Z", "yesterday");
    String future = FEE.replace("m1", "m5").replace("2026-03-01T", "2027-03-01T");
    List<String> lines =
        new ArrayList<>(
            List.of(FEE, FEE, unknownKind, noAmount, badTime, future, "{\"event_id\":"));
    IntStream.range(0, 100).forEach(i -> lines.add(FEE.replace("m1", "good" + i)));
    TakenFile first = land("2026-03-02", lines.toArray(String[]::new));
    Taken taken = take(lake, 1, first);

    assertThat(taken.decision().read()).isEqualTo(107);
    assertThat(taken.decision().quarantined()).isEqualTo(5);
    assertThat(taken.changes().rows()).isEqualTo(101);
    assertThat(taken.decision().quarantine().orderBy("payload").select("reasons").collectAsList())
        .extracting(r -> r.getList(0).toString())
        .containsExactlyInAnyOrder(
            "[rule:kind is one of the four known]",
            "[missing:amount]",
            "[type:occurred_at]",
            "[time]",
            "[unparsable]");
    Row account = check(taken);
    assertThat(account.<Boolean>getAs("is_passed")).isTrue();
    assertThat(account.<Long>getAs("duplicate_count")).isEqualTo(1);

    Taken second = take(lake, 2, land("2026-03-03", FEE, corrected));
    assertThat(second.changes().rows()).isEqualTo(1);
    List<Row> versions =
        lake.read("bronze.money_event")
            .where(col("record_id").equalTo("m1"))
            .orderBy("record_version")
            .select("record_version", "amount", "event_date", "arrival_date")
            .collectAsList();
    assertThat(versions)
        .extracting(Row::toString)
        .containsExactly("[1,12.50,2026-03-02,2026-03-02]", "[2,99.00,2026-03-02,2026-03-03]");
  }

  @Test
  void whatNoSupportDeskCanHaveMeantIsRefused() throws IOException {
    String note =
        "{\"event_id\":\"%s\",\"case_id\":\"c1\",\"account_id\":\"A1\",\"event_at\":\"2026-03-01T10:00:00Z\",\"event_type\":\"note\",\"actor_type\":\"agent\",\"%s\":\"%s\"}";
    List<String> lines =
        new ArrayList<>(
            List.of(
                note.formatted("e1", "channel", "pigeon"),
                note.formatted("e2", "wrap_seconds", "-3"),
                note.formatted("e3", "priority", "huge"),
                note.formatted("e4", "tier", "9"),
                note.formatted("e5", "talk_seconds", "3000000000"),
                note.formatted("e6", "text", "x".repeat(Ingest.LONGEST_FIELD + 1)),
                // Of so many bytes, but not characters.
                note.formatted("e7", "text", "ü".repeat(Ingest.LONGEST_FIELD * 2 / 3))));
    IntStream.range(0, 120).forEach(i -> lines.add(note.formatted("g" + i, "channel", "chat")));

    Taken events = take("case_event", lines);

    assertThat(reasons(events))
        .containsExactly(
            "[rule:channel is one of the five known]",
            "[rule:no duration is negative]",
            "[rule:priority is one of the four known]",
            "[rule:tier lies between 1 and 3]",
            "[type:talk_seconds]",
            "[oversized:text]");

    List<String> money =
        new ArrayList<>(IntStream.range(0, 40).mapToObj(i -> FEE.replace("m1", "g" + i)).toList());
    money.add(FEE.replace("EUR", "XQQ"));
    List<String> tooFine = List.of("1e-999999999", "1e2147483647", "0." + "1".repeat(100));
    tooFine.forEach(amount -> money.add(FEE.replace("\"12.50\"", "\"" + amount + "\"")));
    assertThat(reasons(take("money_event", money)))
        .containsExactly(
            "[rule:currency is an ISO 4217 code]",
            "[type:amount]",
            "[type:amount]",
            "[type:amount]");
  }

  @Test
  void aRecordHasAllItsReasonsInTheContractsOrder() throws IOException {
    Lake lake = lakeIn(folder);
    // Events of the two days after the first that is left may lie in what is gone. Half past eleven
    // in the evening is the next day in the reporting zone.
    lake.append(
        Retention.LEDGER,
        Rows.of(CONTRACTS, Retention.LEDGER)
            .with("source", "money_event", "kept_from", "2026-02-01", "bronze_rows", 5L)
            .dataset(spark()),
        1,
        1);
    List<String> lines =
        new ArrayList<>(IntStream.range(0, 40).mapToObj(i -> FEE.replace("m1", "g" + i)).toList());
    lines.add(
        FEE.replace("\"account_id\":\"A1\",", "")
            .replace("12.50", "much")
            .replace("\"fee\"", "\"gift\"")
            .replace("2026-03-01T", "1989-12-31T"));
    lines.add(FEE.replace("m1", "m2").replace("2026-03-01T", "2026-02-01T"));
    lines.add(FEE.replace("m1", "m3").replace("2026-03-01T", "2026-02-02T"));

    assertThat(reasons(take("money_event", lines)))
        .containsExactly(
            "[missing:account_id, type:amount, rule:kind is one of the four known, time, retention]",
            "[retention]");
  }

  private Taken take(String source, List<String> lines) throws IOException {
    Path directory = Files.createDirectories(folder.resolve("landing/" + source + "/2026-03-02"));
    Path file = Files.write(directory.resolve("part.jsonl"), lines);
    return ingest(lakeIn(folder), folder, 1)
        .take(
            CONTRACTS.of("raw." + source),
            List.of(
                new TakenFile(
                    source + "/2026-03-02/part.jsonl",
                    source,
                    Files.size(file),
                    "hash",
                    LocalDate.parse("2026-03-02"))),
            Map.of(),
            List.of());
  }

  private static List<String> reasons(Taken taken) {
    return taken.decision().quarantine().orderBy("line").select("reasons").collectAsList().stream()
        .map(r -> r.getList(0).toString())
        .toList();
  }

  @Test
  void theSameRunTakenTwiceWritesItsRecordsOnce() throws IOException {
    Lake lake = lakeIn(folder);
    TakenFile file = land("2026-03-02", FEE);
    Taken first = take(lake, 1, file);
    Taken again = take(lake, 1, file);

    assertThat(first.changes().rows()).isEqualTo(1);
    assertThat(again.changes().rows()).isEqualTo(1);
    assertThat(lake.read("bronze.money_event").count()).isEqualTo(1);
  }

  @Test
  void columnsThatTheContractDoesNotNameAreKeptAndReported() throws IOException {
    Taken taken =
        take(lakeIn(folder), 1, land("2026-03-02", FEE.replace("}", ",\"branch\":\"Lyon\"}")));

    assertThat(taken.changes().fresh().select("unknown_columns").first().getString(0))
        .isEqualTo("{\"branch\":\"Lyon\"}");
    assertThat(
            taken
                .decision()
                .drift()
                .select(col("column_name"), col("record_count"))
                .collectAsList())
        .extracting(Row::toString)
        .containsExactly("[branch,1]");
  }

  @Test
  void columnsThatTheContractDoesNotNameAreFoundHoweverALineIsWritten() throws IOException {
    List<String> written =
        List.of(
            "{%s}",
            "{%s,\"branch\":null}",
            "{%s,\"branch\": null,\"case_id\":\"says \\\"a\\\":null\"}",
            "{%s,\"branch\":\"Lyon\"}",
            "{\"branch\" : \"Lyon\",%s}",
            "{\"branch\"\t:\"Lyon\",%s}",
            "{'branch':'Lyon',%s}",
            "{'branch' :'Lyon',%s}",
            "{%s,\"case_id\":null,\"branch\":\"Lyon\"}",
            "{%s,\"case_id\":\"says \\\"a\\\":null\",\"branch\":\"Lyon\"}");
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < written.size(); i++) {
      lines.add(written.get(i).formatted(FEE.replace("m1", "m" + i).replaceAll("[{}]", "")));
    }
    Taken taken = take(lakeIn(folder), 1, land("2026-03-02", lines.toArray(String[]::new)));

    assertThat(
            taken.changes().fresh().orderBy("record_id").select("unknown_columns").collectAsList())
        .extracting(r -> r.getString(0))
        .startsWith(null, null, null)
        .hasSize(written.size())
        .endsWith(
            Collections.nCopies(written.size() - 3, "{\"branch\":\"Lyon\"}")
                .toArray(String[]::new));
  }

  @Test
  void ofANameThatStandsTwiceInALineTheLastValueCounts() throws IOException {
    Taken taken =
        take(
            lakeIn(folder),
            1,
            land(
                "2026-03-02",
                FEE.replace("}", ",\"kind\":\"refund\"}"),
                FEE.replace("m1", "m2").replace("}", ",\"kind\":\"loss\",\"branch\":\"Lyon\"}"),
                FEE.replace("m1", "m3").replace("}", ",\"case_id\":null}")));

    assertThat(
            taken
                .changes()
                .fresh()
                .orderBy("record_id")
                .select("kind", "unknown_columns")
                .collectAsList())
        .extracting(Row::toString)
        .containsExactly("[refund,null]", "[loss,{\"branch\":\"Lyon\"}]", "[fee,null]");
  }

  @Test
  void ofANameThatStandsTwiceInAVendorsLineTheLastValueCountsToo() {
    assertThat(
            Ingest.vendorJson(
                    spark()
                        .createDataset(
                            List.of(
                                "{\"a\":\"1\",\"b\":\"2\",\"a\":\"3\",\"a\":null}",
                                "{\"a\":\"1\",\"b\":{\"c\":1},\"b\":{\"c\":2}}",
                                "{\"a\":"),
                            Encoders.STRING())
                        .toDF("value"))
                .select(col("fields").cast("string"))
                .collectAsList())
        .extracting(r -> r.getString(0))
        .containsExactly("{b -> 2}", "{a -> 1, b -> {\"c\":2}}", null);
  }

  @Test
  void aSourceThatIsMostlyBrokenIsNotTakenAtAll() throws IOException {
    Lake lake = lakeIn(folder);
    Taken taken = take(lake, 1, land("2026-03-02", FEE, "not json", "nor this"));

    assertThat(taken.decision().isStopped()).isTrue();
    assertThat(lake.exists("bronze.money_event")).isFalse();
    assertThat(Files.list(Path.of(lake.path("bronze.money_event"))))
        .noneMatch(f -> f.toString().endsWith(".parquet"));
    Row check = check(taken);
    assertThat(check.<Boolean>getAs("is_passed")).isFalse();
    assertThat(check.<Long>getAs("failures")).isEqualTo(2);
    assertThat(taken.decision().quarantine().count()).isEqualTo(2);
  }

  @Test
  void copiesInOneFileAndInTwoLeaveOneVersionAndAreCountedWhereTheyLie() throws IOException {
    Lake lake = lakeIn(folder);
    TakenFile first = land("2026-03-02", FEE, FEE, FEE);
    TakenFile second = land("2026-03-03", FEE, FEE.replace("m1", "m2"));
    Taken taken = take(lake, 1, first, second);

    assertThat(checks(taken).orderBy("file").collectAsList())
        .extracting(
            r -> r.<Long>getAs("read_count"),
            r -> r.<Long>getAs("accepted_count"),
            r -> r.<Long>getAs("duplicate_count"))
        .containsExactly(tuple(3L, 1L, 2L), tuple(2L, 1L, 1L));
    assertThat(lake.read("bronze.money_event").select("record_version").collectAsList())
        .extracting(r -> r.getInt(0))
        .containsExactly(1, 1);
  }

  @Test
  void whatIsDeliveredOfAnAccountThatIsAnErasedUserIsLeftOutAndOfACompanyOfTheUsersIdTaken()
      throws IOException {
    Lake lake = lakeIn(folder);
    noteErased(lake, ErasureLedger.token(SETTINGS.key(), "user", "zendesk-77"));

    Taken taken =
        take(
            lake,
            1,
            land(
                "2026-03-02",
                ofAccount("m1", personAccount("zendesk-77")),
                ofAccount("m2", personAccount("zendesk-770")),
                ofAccount("m3", "zendesk-77"),
                ofAccount("m4", "person-zendesk-77")));

    assertThat(check(taken).<Long>getAs("erased_count")).isEqualTo(1);
    assertThat(lake.read("bronze.money_event").select("record_id").collectAsList())
        .extracting(r -> r.getString(0))
        .containsExactlyInAnyOrder("m2", "m3", "m4");
  }

  @Test
  void whatOthersDidAboutACaseOfSuchAnAccountIsTakenOnceWithoutIt() throws IOException {
    Lake lake = lakeIn(folder);
    noteErased(lake, ErasureLedger.token(SETTINGS.key(), "user", "zendesk-77"));
    String account = personAccount("zendesk-77");
    String token = Subject.Kind.USER.token(SETTINGS.key(), "zendesk-77");
    String opened = caseEvent("e1", account, "opened", "customer", ",\"user_id\":\"zendesk-77\"");
    String byToken = caseEvent("e2", "A1", "message", "customer", ",\"user_id\":\"" + token + "\"");
    String solved = caseEvent("e3", account, "solved", "agent", ",\"agent_id\":\"agt-1\"");

    Taken taken = takeCases(lake, 1, landOf("case_event", "2026-03-02", opened, byToken, solved));

    assertThat(check(taken).<Long>getAs("erased_count")).isEqualTo(2);
    Row kept = lake.read("bronze.case_event").first();
    assertThat(lake.read("bronze.case_event").count()).isEqualTo(1);
    assertThat(kept.<String>getAs("record_id")).isEqualTo("e3");
    assertThat(kept.<String>getAs("account_id"))
        .as("one account a case")
        .isEqualTo("erased-" + SETTINGS.key().token("record", "c1"));
    assertThat(kept.<String>getAs("agent_id")).isEqualTo("agt-1");

    Taken again = takeCases(lake, 2, landOf("case_event", "2026-03-03", solved));

    assertThat(check(again).<Long>getAs("erased_count")).isEqualTo(1);
    assertThat(lake.read("bronze.case_event").count()).isEqualTo(1);
  }

  /** As ledgers were kept before: such a hash does not tell the token. */
  @Test
  void aUserWhomTheLedgerKnowsByTheIdStaysAwayWithTheAccount() throws IOException {
    Lake lake = lakeIn(folder);
    noteErased(lake, SETTINGS.key().token("erased", "user:zendesk-77"));
    String account = personAccount("zendesk-77");

    Taken taken =
        takeCases(
            lake,
            1,
            landOf(
                "case_event",
                "2026-03-02",
                caseEvent("e1", account, "opened", "customer", ",\"user_id\":\"zendesk-77\""),
                caseEvent("e2", account, "solved", "agent", "")));

    assertThat(check(taken).<Long>getAs("erased_count")).isEqualTo(1);
    assertThat(lake.read("bronze.case_event").select("account_id").collectAsList())
        .extracting(r -> r.getString(0))
        .allMatch(a -> a.startsWith("erased-record_"))
        .hasSize(1);
  }

  @Test
  void anErasedAgentsNumberIsNoCasesAndAPlainWordNoCode() throws IOException {
    Lake lake = lakeIn(folder);
    for (String agent : List.of("1042", "agent")) {
      noteErased(lake, "agent", ErasureLedger.token(SETTINGS.key(), "agent", agent));
    }

    var _ =
        takeCases(
            lake,
            1,
            landOf(
                "case_event",
                "2026-03-02",
                caseEvent("sol-1042-1", "acct-1042", "solved", "agent", ",\"agent_id\":\"1042\"")
                    .replace("\"c1\"", "\"case-1042\""),
                caseEvent("e2", "A1", "reopened", "agent", ",\"actor_id\":\"agent\""),
                caseEvent("e3", "B1", "opened", "customer", ",\"actor_id\":\"1042\"")));

    List<Row> kept =
        lake.read("bronze.case_event")
            .select("record_id", "account_id", "case_id", "actor_type", "agent_id", "actor_id")
            .orderBy(col("account_id").desc())
            .collectAsList();
    assertThat(kept).hasSize(3);
    assertThat(kept.getFirst().getString(0)).startsWith("record_").doesNotContain("1042");
    assertThat(kept.getFirst().mkString(" ")).endsWith(" acct-1042 case-1042 agent erased null");
    assertThat(kept.get(1).mkString(" "))
        .as("a customer's of the same id")
        .isEqualTo("e3 B1 c1 customer null 1042");
    assertThat(kept.getLast().mkString(" ")).isEqualTo("e2 A1 c1 agent null erased");
  }

  @Test
  void aCorrectionThatNamesAnErasedAgentIsNoRecordOfItsOwn() throws IOException {
    Lake lake = lakeIn(folder);
    String first = caseEvent("sol-1042-1", "A1", "solved", "agent", ",\"agent_id\":\"7\"");
    var _ = takeCases(lake, 1, landOf("case_event", "2026-03-02", first));
    noteErased(lake, "agent", ErasureLedger.token(SETTINGS.key(), "agent", "1042"));

    Taken taken =
        takeCases(
            lake,
            2,
            landOf(
                "case_event",
                "2026-03-03",
                caseEvent("sol-1042-1", "A1", "solved", "agent", ",\"agent_id\":\"1042\"")));

    assertThat(check(taken).<Long>getAs("erased_count")).isEqualTo(1);
    assertThat(Lines.of(lake.read("bronze.case_event"), "record_id", "agent_id"))
        .containsExactly("sol-1042-1|7");
  }

  /** A file that was rewritten before it was taken has such a name, of a ledger that forgot it. */
  @Test
  void recordsUnderTheNameOfAnErasedAgentAreKnown() throws IOException {
    Lake lake = lakeIn(folder);
    String name = "erased-0123456789abcdef0123";
    String known = caseEvent("sol-%s-1", "A1", "solved", "agent", ",\"agent_id\":\"%s\"");
    var _ =
        takeCases(
            lake,
            1,
            landOf(
                "case_event",
                "2026-03-02",
                known.formatted(name, name),
                caseEvent("e2", "A1", "reopened", "agent", ",\"agent_id\":\"agt-7\"")));
    noteErased(lake, "agent", ErasureLedger.token(SETTINGS.key(), "agent", "agt-019"));
    String later = "erased-ffffffffffffffffffff";

    Taken taken =
        takeCases(
            lake,
            2,
            landOf(
                "case_event",
                "2026-03-03",
                known.formatted(later, later),
                caseEvent("e2", "A1", "reopened", "agent", ",\"agent_id\":\"zendesk-erased\""),
                caseEvent("e3", "A1", "solved", "agent", ",\"agent_id\":\"zendesk-erased\""),
                caseEvent("e4", "A1", "solved", "agent", ",\"agent_id\":\"unerased\"")));

    assertThat(check(taken).<Long>getAs("erased_count")).isEqualTo(2);
    assertThat(Lines.of(lake.read("bronze.case_event"), "record_id", "agent_id"))
        .containsExactlyInAnyOrder(
            "sol-" + name + "-1|" + name, "e2|agt-7", "e3|erased", "e4|unerased");
  }

  @Test
  void aRequestForAnIdWithoutALetterOrDigitIsRefused() throws IOException {
    Lake lake = lakeIn(folder);
    String request =
        "{\"request_id\":\"r%1$s\",\"subject_kind\":\"user\",\"subject_id\":\"%2$s\",\"requested_at\":\"2026-03-01T10:00:00Z\"}";

    Taken taken =
        ingest(lake, folder, 1)
            .take(
                CONTRACTS.of("raw.erasure_request"),
                List.of(
                    landOf(
                        "erasure_request",
                        "2026-03-02",
                        Stream.concat(
                                Stream.of("-", " . "),
                                // So many that the share of refused ones does not stop the source.
                                IntStream.range(0, 60).mapToObj(n -> n == 0 ? "\u00e9" : "" + n))
                            .map(id -> request.formatted(id.strip(), id))
                            .toArray(String[]::new))),
                Map.of(),
                List.of());

    assertThat(check(taken).<Long>getAs("quarantined_count")).isEqualTo(2);
    assertThat(Lines.of(lake.read("bronze.erasure_request"), "subject_id"))
        .hasSize(60)
        .contains("7", "\u00e9");
  }

  @Test
  void whoWasErasedMayAskOnceMoreAndAnAnsweredRequestIsLeftOut() throws IOException {
    Lake lake = lakeIn(folder);
    String token = ErasureLedger.token(SETTINGS.key(), "user", "usr-1");
    ErasureLedger.put(
        spark(),
        lake,
        List.of(),
        List.of(
            ErasureLedger.Entry.requested(
                    ErasureLedger.requestToken(SETTINGS.key(), "r1"),
                    "user",
                    token,
                    Timestamp.from(Instant.EPOCH),
                    1)
                .begun(token, "erased-1", Instant.EPOCH)
                .proved(1, 1, 1, "proof")
                .done(Instant.EPOCH)));
    String request =
        "{\"request_id\":\"%s\",\"subject_kind\":\"%s\",\"subject_id\":\"usr-1\",\"requested_at\":\"2026-03-01T10:00:00Z\"}";

    Taken taken =
        ingest(lake, folder, 1)
            .take(
                CONTRACTS.of("raw.erasure_request"),
                List.of(
                    landOf(
                        "erasure_request",
                        "2026-03-02",
                        request.formatted("r1", "user"),
                        request.formatted("r1", "agent"),
                        request.formatted("r2", "user"))),
                Map.of(),
                List.of());

    assertThat(check(taken).<Long>getAs("read_count")).isEqualTo(3);
    assertThat(check(taken).<Long>getAs("erased_count")).isEqualTo(1);
    assertThat(Lines.of(lake.read("bronze.erasure_request"), "request_id", "subject_kind"))
        .contains("r2|user");
  }

  private static void noteErased(Lake lake, String token) {
    noteErased(lake, "user", token);
  }

  private static void noteErased(Lake lake, String kind, String token) {
    ErasureLedger.put(
        spark(),
        lake,
        List.of(),
        List.of(
            ErasureLedger.Entry.requested(
                    "request-" + token, kind, token, Timestamp.from(Instant.EPOCH), 1)
                .begun(token, "erased-1", Instant.EPOCH)));
  }

  private static String caseEvent(
      String id, String account, String type, String actor, String more) {
    return "{\"event_id\":\"%s\",\"case_id\":\"c1\",\"account_id\":\"%s\",\"event_at\":\"2026-03-01T23:30:00Z\",\"event_type\":\"%s\",\"actor_type\":\"%s\"%s}"
        .formatted(id, account, type, actor, more);
  }

  private Taken takeCases(Lake lake, long run, TakenFile file) {
    return ingest(lake, folder, run)
        .take(CONTRACTS.of("raw.case_event"), List.of(file), Map.of(), List.of());
  }

  private static String personAccount(String user) {
    return PersonAccount.of(Subject.Kind.USER.token(SETTINGS.key(), user));
  }

  private static String ofAccount(String record, String account) {
    return FEE.replace("m1", record)
        .replaceFirst("\"account_id\":\"[^\"]*\"", "\"account_id\":\"" + account + "\"");
  }

  /** Its mapping gives it records now, but what is behind bronze may have been built without. */
  @Test
  void aSourceThatHadNoFilesWhenItsRunWasCutOffHasNoneWhenItIsCompleted() throws IOException {
    Lake lake = lakeIn(folder);
    Contract raw = CONTRACTS.of("raw.money_event");
    assertThat(ingest(lake, folder, 1).takePlanned(raw, List.of(), Map.of()).decision().checks())
        .isEmpty();

    Taken completed =
        ingest(lake, folder, 1).takePlanned(raw, List.of(land("2026-03-02", FEE)), Map.of());

    assertThat(completed.decision().read()).isZero();
    assertThat(lake.read("bronze.money_event").count()).isZero();
  }

  private static Dataset<Row> checks(Taken taken) {
    return spark().createDataFrame(taken.decision().checks(), CONTRACTS.of("ops.check").schema());
  }

  private static Row check(Taken taken) {
    return checks(taken).first();
  }

  private TakenFile land(String day, String... lines) throws IOException {
    return landOf("money_event", day, lines);
  }

  private TakenFile landOf(String source, String day, String... lines) throws IOException {
    Path directory = Files.createDirectories(folder.resolve("landing/" + source + "/" + day));
    Path file = directory.resolve("part-" + lines.length + ".jsonl");
    Files.write(file, List.of(lines));
    return new TakenFile(
        folder.resolve("landing").relativize(file).toString(),
        source,
        Files.size(file),
        "hash",
        LocalDate.parse(day));
  }

  private Taken take(Lake lake, long run, TakenFile... files) {
    return ingest(lake, folder, run)
        .take(CONTRACTS.of("raw.money_event"), List.of(files), Map.of(), List.of());
  }

  /** An ingest of what lies in the folder's landing zone. */
  static SourceIngest ingest(Lake lake, Path folder, long run) {
    return new SourceIngest(
        spark(),
        lake,
        new Landing(
            folder.resolve("landing").toString(), spark().sparkContext().hadoopConfiguration()),
        SETTINGS.reportingZone(),
        run,
        SourceProfiles.before(lake, run),
        ErasedRecords.of(lake, SETTINGS.key()));
  }
}
