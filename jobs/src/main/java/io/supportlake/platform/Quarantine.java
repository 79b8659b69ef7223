package io.supportlake.platform;

import static org.apache.spark.sql.functions.array_contains;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat_ws;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.regexp_extract;
import static org.apache.spark.sql.functions.udf;
import static org.apache.spark.sql.functions.when;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import de.siegmar.fastcsv.writer.CsvWriter;
import io.delta.tables.DeltaTable;
import io.supportlake.Settings;
import io.supportlake.rules.Redactor;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Date;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.api.java.UDF2;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/** What was refused: shown without personal data, and delivered again once its cause is mended. */
public final class Quarantine {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static final StructType REPLAYED =
      StructType.fromDDL("run_sequence bigint, ingest_file string, new_file string");

  /** Whether a record can be read, so that a mended contract or mapping can make it good. */
  private static final Column IS_RECORD =
      array_contains(col("reasons"), "unparsable").unary_$bang();

  private final SparkSession spark;
  private final Lake lake;
  private final Contracts contracts;
  private final RunConfig config;
  private final Settings settings;
  private final Path conf;

  /** Of the lake of a configuration. */
  public Quarantine(
      SparkSession spark, Contracts contracts, RunConfig config, Settings settings, Path conf) {
    this.spark = spark;
    this.lake = new Lake(spark, config.lake(), contracts);
    this.contracts = contracts;
    this.config = config;
    this.settings = settings;
    this.conf = conf;
  }

  /**
   * What a replay did.
   *
   * @param records refused records that were delivered again
   * @param files new files of the landing zone that hold them
   * @param released files of stopped runs that the next run takes again from where they lie
   * @param unreadable refused records that are no record at all and stay where they are
   */
  public record Replay(long records, List<String> files, List<String> released, long unreadable) {}

  /**
   * One row per source, run, file and set of reasons: {@code record_count}, {@code first_line} and
   * {@code state} (open or replayed), newest run first.
   *
   * @param source only this one; null = all
   */
  public Dataset<Row> list(@Nullable String source) {
    return of(source, null)
        .groupBy(
            col("source"),
            col("run_sequence").as("run"),
            col("arrival_date"),
            col("ingest_file"),
            concat_ws(", ", col("reasons")).as("reasons"),
            when(col("replayed_file").isNull(), "open").otherwise("replayed").as("state"))
        .agg(count(lit(1)).as("record_count"), min("line").as("first_line"))
        .orderBy(
            col("run").desc(), col("source"), col("ingest_file"), col("reasons"), col("state"));
  }

  /**
   * One row per refused record, by run, file and line, its payload redacted: texts by the redactor,
   * fields that the contract calls personal as {@code [personal]}. A name can remain in a record
   * that cannot be read or that is a vendor's.
   *
   * @param run only those of this run; null = of all
   */
  public Dataset<Row> show(String source, @Nullable Long run) {
    Redactor redactor = Redactor.of(settings.key(), settings.defaultRegion());
    Map<String, Set<String>> personal =
        contracts.layer("raw").stream()
            .collect(
                Collectors.toMap(
                    Contract::shortName,
                    c ->
                        c.columns().stream()
                            .filter(x -> "personal".equals(x.classification()))
                            .map(Contract.Column::name)
                            .collect(Collectors.toCollection(TreeSet::new))));
    UDF2<String, String, String> shown =
        (of, payload) -> shown(redactor, personal.getOrDefault(of, Set.of()), payload);
    return of(source, run)
        .orderBy("run_sequence", "ingest_file", "line")
        .select(
            col("run_sequence").as("run"),
            col("ingest_file"),
            col("line"),
            concat_ws(", ", col("reasons")).as("reasons"),
            col("replayed_file"),
            udf(shown, DataTypes.StringType).apply(col("source"), col("payload")).as("payload"));
  }

  private static String shown(Redactor redactor, Set<String> personal, String payload) {
    try {
      Map<String, @Nullable Object> fields = new LinkedHashMap<>();
      JSON.readValue(payload, new TypeReference<Map<String, @Nullable Object>>() {})
          .forEach((name, value) ->
              fields.put(name, value != null && personal.contains(name) ? "[personal]" : value));
      return redactor.redact(JSON.writeValueAsString(fields)).text();
    } catch (JsonProcessingException e) {
      return redactor.redact(payload).text();
    }
  }

  private Dataset<Row> of(@Nullable String source, @Nullable Long run) {
    if (source != null) {
      var _ = contracts.of("raw." + source);
    }
    Dataset<Row> rows = lake.read("ops.quarantine");
    if (source != null) {
      rows = rows.where(col("source").equalTo(source));
    }
    return run == null ? rows : rows.where(col("run_sequence").equalTo(run));
  }

  /**
   * Has the next run take again what was refused. A file of a run in which the source was stopped
   * is taken out of the manifest: nothing of it was accepted, so it is taken whole from where it
   * lies; and so is a file whose lines hold many records each, of which those that were accepted
   * are duplicates then. Other refused records are written to a new file beside the old one's
   * folder. Both are new arrivals. A crash between writing and marking writes the same file again
   * at the next replay, and a record that is taken twice is a duplicate. The records of one file
   * are held in memory.
   *
   * @param source the source
   * @param run only what this run refused; null = all that is open
   * @throws UsageException when nothing is open
   */
  public Replay replay(String source, @Nullable Long run) {
    try (LakeLock _ = LakeLock.take(config.lake().root())) {
      ErasureLedger.refuseUnfinished(lake);
      Set<Long> stopped = stoppedRuns(source, run);
      Column ofStopped = col("run_sequence").isin(stopped.toArray());
      Column isOfPages = isOfPages();
      Column isOfReleased = ofStopped.or(isOfPages);
      Dataset<Row> open = of(source, run).where(col("replayed_file").isNull());
      Dataset<Row> ofPages = open.where(isOfPages).where(ofStopped.unary_$bang());
      ManifestFiles manifest = ManifestFiles.of(lake);
      List<String> released =
          release(
              manifest,
              filesToRelease(manifest, folders(source), stopped, open.where(ofStopped), ofPages));
      mark(source, open.where(isOfReleased), Map.of());
      Dataset<Row> single = open.where(isOfReleased.unary_$bang());
      Dataset<Row> records = single.where(IS_RECORD);
      Map<String, String> newFiles = new TreeMap<>();
      long delivered = deliver(records, newFiles);
      mark(source, records, newFiles);
      long unreadable = single.where(IS_RECORD.unary_$bang()).count();
      if (released.isEmpty() && delivered + unreadable == 0) {
        throw new UsageException(
            "nothing of %s is open in quarantine%s. ./supportlake quarantine list shows what is."
                .formatted(source, run == null ? "" : " from run " + run));
      }
      return new Replay(delivered, List.copyOf(newFiles.values()), released, unreadable);
    }
  }

  private Map<String, SourceMapping> mappings() {
    return SourceMapping.load(conf, config.sources());
  }

  /** Folders of the landing zone that give records of the source. */
  private Set<String> folders(String source) {
    var _ = contracts.of("raw." + source);
    return Stream.concat(
            Stream.of(source),
            mappings().values().stream().filter(m -> m.gives(source)).map(SourceMapping::folder))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** Runs that took nothing of the source; a bound number, since each was a failure. */
  private Set<Long> stoppedRuns(String source, @Nullable Long run) {
    Column isFault = col("table_name").equalTo("bronze." + source).and(FileChecks.IS_STOP);
    return lake
        .read("ops.check")
        .where(run == null ? isFault : isFault.and(col("run_sequence").equalTo(run)))
        .select("run_sequence")
        .distinct()
        .collectAsList()
        .stream()
        .map(r -> r.getLong(0))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** Whether a record came in a line that holds many: alone, its mapping would not know it. */
  private Column isOfPages() {
    return regexp_extract(col("ingest_file"), "^([^/]*)/", 1)
        .isInCollection(
            mappings().values().stream()
                .filter(SourceMapping::isOfPages)
                .map(SourceMapping::folder)
                .toList());
  }

  /**
   * Files of stopped runs, and files of pages with refused records, by the run that took them; also
   * those that wait already, since another source's records of them were replayed.
   *
   * @param ofStopped open records of the stopped runs
   * @param ofPages open records of pages
   */
  private static List<Row> filesToRelease(
      ManifestFiles manifest,
      Set<String> folders,
      Set<Long> stopped,
      Dataset<Row> ofStopped,
      Dataset<Row> ofPages) {
    List<Row> rows =
        new ArrayList<>(
            ofPages.select("run_sequence", "ingest_file").distinct().collectAsList().stream()
                .filter(r ->
                    !manifest.isReleased(r.getLong(0), r.getString(1))
                        || manifest.awaitsRelease(r.getLong(0), r.getString(1)))
                .toList());
    Set<Long> open =
        ofStopped.select("run_sequence").distinct().collectAsList().stream()
            .map(r -> r.getLong(0))
            .collect(Collectors.toSet());
    for (long run : stopped) {
      manifest.planned(run).stream()
          .filter(f -> folders.contains(f.folder()))
          .filter(f ->
              !manifest.isReleased(run, f.path())
                  || (open.contains(run) && manifest.awaitsRelease(run, f.path())))
          .forEach(f -> rows.add(RowFactory.create(run, f.path())));
    }
    return rows;
  }

  /** Has the files taken again, unless they wait for it already; their paths. */
  private List<String> release(ManifestFiles manifest, List<Row> files) {
    String table = "ops.released_file";
    List<Row> rows =
        files.stream().filter(r -> !manifest.isReleased(r.getLong(0), r.getString(1))).toList();
    if (!rows.isEmpty()) {
      lake.append(
          table,
          spark.createDataFrame(rows, contracts.of(table).schema()),
          rows.size(),
          lake.version(table) + 1);
    }
    return files.stream().map(r -> r.getString(1)).distinct().sorted().toList();
  }

  /** Writes the records to new files, file by file, and gives their number. */
  private long deliver(Dataset<Row> records, Map<String, String> newFiles) {
    Landing landing = new Landing(config.landing(), spark.sparkContext().hadoopConfiguration());
    Map<String, SourceMapping> mappings = mappings();
    long delivered = 0;
    String file = null;
    Date arrival = null;
    List<String> payloads = new ArrayList<>();
    Iterator<Row> rows =
        records
            .orderBy("ingest_file", "line")
            .select("ingest_file", "payload", "arrival_date")
            .toLocalIterator();
    while (rows.hasNext()) {
      Row row = rows.next();
      if (file != null && !file.equals(row.getString(0))) {
        newFiles.put(file, write(landing, mappings, arrival, file, payloads));
        payloads.clear();
      }
      file = row.getString(0);
      payloads.add(row.getString(1));
      arrival = row.getDate(2);
      delivered++;
    }
    if (file != null) {
      newFiles.put(file, write(landing, mappings, arrival, file, payloads));
    }
    return delivered;
  }

  /**
   * Writes one file of records into the day that they first arrived on: it has been run, so that
   * they arrive with the next run. Its name begins as the old one's, which mappings may read, and
   * ends with the content's hash, so that the same replay writes the same file.
   */
  private String write(
      Landing landing,
      Map<String, SourceMapping> mappings,
      @Nullable Date day,
      String file,
      List<String> payloads) {
    String folder = file.substring(0, file.indexOf('/'));
    SourceMapping mapping = mappings.get(folder);
    String format =
        mapping != null
            ? mapping.format()
            : String.valueOf(contracts.of("raw." + folder).property("format"));
    String text =
        format.equals("csv")
            ? csv(payloads, mapping == null ? ',' : mapping.delimiter().charAt(0))
            : String.join("\n", payloads) + "\n";
    byte[] content = text.getBytes(StandardCharsets.UTF_8);
    String name = landing.plainName(file.substring(file.lastIndexOf('/') + 1));
    int dot = name.lastIndexOf('.');
    String replay =
        "%s/%s/%s-replay-%s%s"
            .formatted(
                folder,
                day,
                dot < 0 ? name : name.substring(0, dot),
                Hashes.sha256(content).substring(0, 8),
                dot < 0 ? "" : name.substring(dot));
    landing.write(replay, content);
    return replay;
  }

  private static Map<String, String> fields(String payload) {
    try {
      return JSON.readValue(payload, new TypeReference<Map<String, String>>() {});
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a CSV record is kept as its fields, unless unparsable", e);
    }
  }

  private static String csv(List<String> payloads, char delimiter) {
    List<Map<String, String>> records = payloads.stream().map(Quarantine::fields).toList();
    Set<String> header =
        records.stream()
            .flatMap(r -> r.keySet().stream())
            .collect(Collectors.toCollection(TreeSet::new));
    StringWriter out = new StringWriter();
    CsvWriter writer = CsvWriter.builder().fieldSeparator(delimiter).build(out);
    writer.writeRecord(header);
    for (Map<String, String> record : records) {
      writer.writeRecord(header.stream().map(record::get).toList());
    }
    return out.toString();
  }

  /** Marks refused records by the file that delivers them again: a new one, or their own. */
  private void mark(String source, Dataset<Row> replayed, Map<String, String> newFiles) {
    List<Row> files = new ArrayList<>();
    for (Row row : replayed.select("run_sequence", "ingest_file").distinct().collectAsList()) {
      String file = row.getString(1);
      files.add(RowFactory.create(row.getLong(0), file, newFiles.getOrDefault(file, file)));
    }
    if (files.isEmpty()) {
      return;
    }
    String isRecord = newFiles.isEmpty() ? "" : " AND NOT array_contains(t.reasons, 'unparsable')";
    var _ =
        DeltaTable.forPath(spark, lake.path("ops.quarantine"))
            .as("t")
            .merge(
                spark.createDataFrame(files, REPLAYED).as("s"),
                "t.source = '%s' AND t.run_sequence = s.run_sequence AND t.ingest_file = s.ingest_file AND t.replayed_file IS NULL%s"
                    .formatted(source, isRecord))
            .whenMatched()
            .updateExpr(Map.of("replayed_file", "s.new_file"))
            .execute();
  }
}
