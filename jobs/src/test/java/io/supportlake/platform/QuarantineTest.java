package io.supportlake.platform;

import static org.apache.spark.sql.functions.col;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.supportlake.platform.ManifestFiles.TakenFile;
import io.supportlake.platform.SourceIngest.Taken;
import io.supportlake.testing.Rows;
import io.supportlake.testing.SparkSuite;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.io.compress.CompressionCodec;
import org.apache.hadoop.io.compress.CompressionCodecFactory;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class QuarantineTest extends SparkSuite {
  private static final String FEE =
      "{\"event_id\":\"%s\",\"account_id\":\"A1\",\"occurred_at\":\"2026-03-01T10:00:00Z\",\"kind\":\"%s\",\"amount\":\"12.50\",\"currency\":\"EUR\"}";
  private static final String USERS =
      "change_id,user_id,account_id,changed_at,email,phone,role,status";

  @TempDir private Path folder;
  private Lake lake;
  private Quarantine quarantine;

  @BeforeEach
  void anEmptyLake() {
    RunConfig config =
        RunConfig.load(HOME.resolve("conf"), null)
            .at(folder, folder.resolve("landing"), folder.resolve("out"));
    lake = new Lake(spark(), config.lake(), CONTRACTS);
    quarantine = new Quarantine(spark(), CONTRACTS, config, SETTINGS, HOME.resolve("conf"));
  }

  @Test
  void aRefusedRecordIsFoundByFileAndLineAlsoAmongEqualOnesAndInGzip() throws IOException {
    String gift = FEE.formatted("m1", "gift");
    TakenFile file =
        land(
            "money_event/2026-03-02/part.jsonl.gz",
            Stream.concat(
                    Stream.of("", gift, "{\"event_id\":", gift),
                    IntStream.range(0, 60).mapToObj(i -> FEE.formatted("g" + i, "fee")))
                .toList());

    take("money_event", 1, file);

    assertThat(
            quarantine
                .show("money_event", null)
                .select("ingest_file", "line", "reasons")
                .collectAsList())
        .extracting(Row::toString)
        .containsExactly(
            "[money_event/2026-03-02/part.jsonl.gz,2,rule:kind is one of the four known]",
            "[money_event/2026-03-02/part.jsonl.gz,3,unparsable]",
            "[money_event/2026-03-02/part.jsonl.gz,4,rule:kind is one of the four known]");
  }

  @ParameterizedTest
  @ValueSource(strings = {"part.csv", "part.csv.gz", "part.csv.bz2"})
  void aCsvRecordHasTheLineOnWhichItBegins(String name) throws IOException {
    TakenFile file =
        land(
            "outreach_disposition/2026-03-02/" + name,
            Stream.concat(
                    Stream.of(
                        "disposition_id,list_line_id,campaign_id,account_id,occurred_at,channel,outcome,recorded_by,note",
                        "d1,,c,A1,2026-03-01T10:00:00Z,phone,reached,csm-1,\"two",
                        "lines\"",
                        "d2,,c,A1,2026-03-01T10:00:00Z,phone,vanished,csm-1, Ana ",
                        "d3,,c,A1,2026-03-01T10:00:00Z,phone,reached,csm-1,a,b,c"),
                    IntStream.range(0, 60)
                        .mapToObj(
                            i -> "e" + i + ",,c,A1,2026-03-01T10:00:00Z,phone,reached,csm-1,"))
                .toList());

    take("outreach_disposition", 1, file);

    assertThat(
            quarantine.show("outreach_disposition", 1L).select("line", "reasons").collectAsList())
        .extracting(Row::toString)
        .containsExactly(
            "[4,rule:%s]"
                .formatted(
                    CONTRACTS.of("raw.outreach_disposition").checks().getFirst().description()),
            "[5,unparsable]");
    assertThat(lake.read("ops.quarantine").where("line = 5").first().<String>getAs("payload"))
        .isEqualTo("d3,,c,A1,2026-03-01T10:00:00Z,phone,reached,csm-1,a,b,c");
  }

  @Test
  void whatIsShownHoldsNoPersonalData() throws IOException {
    TakenFile file =
        land(
            "user_change/2026-03-02/part.csv",
            Stream.concat(
                    Stream.of(USERS, user("u0", "ana.lopez@example.com", "gone")),
                    IntStream.range(1, 60)
                        .mapToObj(i -> user("u" + i, "u" + i + "@example.com", "active")))
                .toList());

    take("user_change", 1, file);

    assertThat(lake.read("ops.quarantine").first().<String>getAs("payload"))
        .contains("ana.lopez@example.com");
    assertThat(quarantine.show("user_change", null).first().<String>getAs("payload"))
        .contains("[personal]", "gone")
        .doesNotContain("lopez", "example.com");
  }

  private static String user(String id, String email, String status) {
    return "%1$s-1,%1$s,A1,2026-03-01T10:00:00Z,%2$s,,admin,%3$s".formatted(id, email, status);
  }

  /** Alone on a line, an element of a vendor's page would be no page. */
  @Test
  void aFileOfPagesIsReleasedWhole() throws IOException {
    String file = "freshdesk_tickets/2026-03-02/page.jsonl";
    Path overlay =
        Files.writeString(folder.resolve("overlay.yaml"), "sources: [freshdesk-tickets]\n");
    Quarantine ofVendor =
        new Quarantine(
            spark(),
            CONTRACTS,
            RunConfig.load(HOME.resolve("conf"), overlay)
                .at(folder, folder.resolve("landing"), folder.resolve("out")),
            SETTINGS,
            HOME.resolve("conf"));
    refuse("case_event", file, 3);

    Quarantine.Replay replay = ofVendor.replay("case_event", null);

    assertThat(replay.released()).containsExactly(file);
    assertThat(replay.files()).isEmpty();
    assertThat(ManifestFiles.of(lake).isReleased(3, file)).isTrue();
    assertThatThrownBy(() -> ofVendor.replay("case_event", null))
        .hasMessageContaining("nothing of case_event is open");

    // Another source's record of the same page, which waits already.
    refuse("survey_response", file, 4);
    assertThat(ofVendor.replay("survey_response", null).released()).containsExactly(file);
    assertThat(lake.read("ops.released_file").count()).isEqualTo(1);
    assertThat(lake.read("ops.quarantine").where(col("replayed_file").isNull()).count()).isZero();

    // And one more, once a run has taken the page again.
    TakenFile again = new TakenFile(file, "freshdesk_tickets", 1, "h", LocalDate.of(2026, 3, 3));
    lake.append("ops.landing_file", ManifestFiles.rows(spark(), lake, List.of(again), 4), 1, 4);
    refuse("survey_response", file, 5);
    assertThatThrownBy(() -> ofVendor.replay("survey_response", null))
        .hasMessageContaining("nothing of survey_response is open");
  }

  /** A record of a file that run 3 took. */
  private void refuse(String source, String file, long transaction) {
    lake.append(
        "ops.quarantine",
        Rows.of(CONTRACTS, "ops.quarantine")
            .with("source", source, "ingest_file", file, "run_sequence", 3L, "payload", "{}")
            .dataset(spark()),
        1,
        transaction);
  }

  @Test
  void aReplayedRecordIsTakenOnceItsContractIsMendedAndOnlyOnce() throws IOException {
    TakenFile file =
        land(
            "money_event/2026-03-02/part.jsonl",
            Stream.concat(
                    Stream.of(FEE.formatted("m1", "gift"), "not json"),
                    IntStream.range(0, 60).mapToObj(i -> FEE.formatted("g" + i, "fee")))
                .toList());
    take("money_event", 1, file);

    Quarantine.Replay replay = quarantine.replay("money_event", null);

    assertThat(replay.records()).isEqualTo(1);
    assertThat(replay.unreadable()).isEqualTo(1);
    assertThat(replay.released()).isEmpty();
    assertThat(replay.files()).hasSize(1);
    String again = replay.files().getFirst();
    assertThat(again).matches("money_event/2026-03-02/part-replay-[0-9a-f]{8}\\.jsonl");
    assertThat(Files.readAllLines(landing().resolve(again)))
        .containsExactly(FEE.formatted("m1", "gift"));
    assertThat(quarantine.list("money_event").select("reasons", "state").collectAsList())
        .extracting(Row::toString)
        .containsExactlyInAnyOrder(
            "[rule:kind is one of the four known,replayed]", "[unparsable,open]");

    // The contract as its owner has mended it, which now knows gifts.
    Contract raw = CONTRACTS.of("raw.money_event");
    Contract mended =
        new Contract(
            raw.name(),
            raw.kind(),
            raw.grain(),
            raw.purpose(),
            raw.limitations(),
            raw.usage(),
            raw.columns(),
            List.of(),
            raw.inputs(),
            raw.properties());
    Taken taken =
        SourceIngestTest.ingest(lake, folder, 2)
            .take(
                mended, List.of(taken(again, LocalDate.parse("2026-03-03"))), Map.of(), List.of());
    assertThat(taken.changes().rows()).isEqualTo(1);
    assertThat(
            lake.read("bronze.money_event").where("event_id = 'm1'").select("kind").collectAsList())
        .extracting(r -> r.getString(0))
        .containsExactly("gift");

    assertThat(quarantine.replay("money_event", null).records()).isZero();
    assertThatThrownBy(() -> quarantine.replay("usage_event", null))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("nothing of usage_event is open");
  }

  @Test
  void theFilesOfAStoppedSourceAreReleasedWhole() throws IOException {
    TakenFile file =
        land(
            "money_event/2026-03-02/part.jsonl",
            List.of(FEE.formatted("m1", "gift"), FEE.formatted("m2", "fee")));
    Taken taken = take("money_event", 1, file);
    assertThat(taken.decision().isStopped()).isTrue();
    assertThat(lake.exists("bronze.money_event")).isFalse();
    assertThat(ManifestFiles.of(lake).isReleased(1, file.path())).isFalse();

    Quarantine.Replay replay = quarantine.replay("money_event", null);

    assertThat(replay.released()).containsExactly("money_event/2026-03-02/part.jsonl");
    assertThat(replay.files()).isEmpty();
    assertThat(ManifestFiles.of(lake).isReleased(1, file.path())).isTrue();
    assertThat(arrivals().fresh())
        .extracting(TakenFile::path)
        .containsExactly("money_event/2026-03-02/part.jsonl");
    assertThat(lake.read("ops.quarantine").where(col("replayed_file").isNull()).count()).isZero();
    assertThatThrownBy(() -> quarantine.replay("money_event", null))
        .isInstanceOf(UsageException.class);
  }

  @Test
  void aColumnThatNearlyAllRecordsHadStopsTheSourceWhenItVanishes() throws IOException {
    take("money_event", 1, land("money_event/2026-03-02/part.jsonl", cases("c%d", 120)));

    Taken none = take("money_event", 2, land("money_event/2026-03-03/part.jsonl", cases("", 40)));

    assertThat(none.decision().isStopped()).isTrue();
    assertThat(none.decision().checks()).hasSize(1);
    assertThat(none.decision().checks().getFirst().getString(2))
        .isEqualTo("case_id is still there (before, 100.0 % of the records had it)");
    assertThat(lake.read("bronze.money_event").count()).isEqualTo(120);

    Taken few = take("money_event", 3, land("money_event/2026-03-04/part.jsonl", cases("", 5)));
    assertThat(few.decision().isStopped()).isFalse();
  }

  private static List<String> cases(String caseId, int records) {
    return IntStream.range(0, records)
        .mapToObj(i -> {
          String fee = FEE.formatted(caseId + "m" + records + "-" + i, "fee");
          return caseId.isEmpty()
              ? fee
              : fee.replace("}", ",\"case_id\":\"" + caseId.formatted(i) + "\"}");
        })
        .toList();
  }

  private ManifestFiles.Arrivals arrivals() {
    LocalDate day = LocalDate.parse("2026-03-03");
    return ManifestFiles.of(lake)
        .arrivals(
            new Landing(landing().toString(), spark().sparkContext().hadoopConfiguration()),
            Set.of("money_event"),
            Map.of(),
            new TreeMap<>(),
            day.minusDays(1),
            day);
  }

  /** What a run does around an ingest: manifest before, checks and refusals after. */
  private Taken take(String source, long run, TakenFile file) {
    lake.append("ops.landing_file", ManifestFiles.rows(spark(), lake, List.of(file), run), 1, run);
    Taken taken =
        SourceIngestTest.ingest(lake, folder, run)
            .take(CONTRACTS.of("raw." + source), List.of(file), Map.of(), List.of());
    append("ops.check", taken.decision().checks(), run);
    append("ops.source_profile", taken.decision().profile(), run);
    lake.append("ops.quarantine", taken.decision().quarantine(), 0, run);
    return taken;
  }

  private void append(String table, List<Row> rows, long run) {
    lake.append(
        table, spark().createDataFrame(rows, CONTRACTS.of(table).schema()), rows.size(), run);
  }

  private Path landing() {
    return folder.resolve("landing");
  }

  private TakenFile land(String path, List<String> lines) throws IOException {
    Path file = landing().resolve(path);
    Files.createDirectories(Objects.requireNonNull(file.getParent()));
    OutputStream raw = Files.newOutputStream(file);
    CompressionCodec codec =
        new CompressionCodecFactory(new Configuration())
            .getCodec(new org.apache.hadoop.fs.Path(path));
    try (OutputStream stream = codec == null ? raw : codec.createOutputStream(raw)) {
      stream.write((String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8));
    }
    return taken(path, LocalDate.parse(path.split("/", -1)[1]));
  }

  private TakenFile taken(String path, LocalDate arrival) throws IOException {
    return new TakenFile(
        path,
        path.substring(0, path.indexOf('/')),
        Files.size(landing().resolve(path)),
        "h",
        arrival);
  }
}
