package io.supportlake.platform;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.when;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.supportlake.rules.KeyedHash;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.hadoop.fs.FileUtil;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * A person's data as files: one of JSON lines for each table that has rows of the person, and a
 * manifest that says what each is. Bronze holds the records as the sources sent them; silver and
 * gold what was made of them, from the last finished set. Ids, words and contact values of others
 * in the same rows are left out.
 */
public final class SubjectExport {
  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * Kinds of words that rows are shown with. Events that tell no writer are not among them: a
   * colleague may have written them.
   */
  private static final List<String> SHOWN_WORDS = List.of(SubjectWords.CASE, SubjectWords.OPENING);

  private final Lake lake;
  private final Contracts contracts;
  private final KeyedHash key;

  /** Of a lake, whose tokens were made with the key. */
  public SubjectExport(Lake lake, Contracts contracts, KeyedHash key) {
    this.lake = lake;
    this.contracts = contracts;
    this.key = key;
  }

  /**
   * Writes the folder, whole or not at all; only its owner may read it.
   *
   * @param kind {@code user} or {@code agent}
   * @param id the person's id in the sources
   * @param folder not there yet
   * @return how many rows were written
   * @throws UsageException if the folder is there, or what is given is no id of the sources: a
   *     token, or without a letter or digit
   */
  public long write(String kind, String id, Path folder) {
    if (Files.exists(folder)) {
      throw new UsageException(
          "%s is there already: personal data are not mixed with what lies there. Name a folder that does not exist."
              .formatted(folder));
    }
    Subject.Kind.of(kind).refuseNoId(key, id);
    LakeKey.refuseAnother(lake, key);
    ErasureLedger.refuseUnfinished(lake);
    Subject subject = Subject.of(lake, key, Subject.Kind.of(kind), id, List.of());
    FinishedSet finished = FinishedSet.of(lake);
    SubjectWords words = SubjectWords.of(lake, subject.kind(), List.of(subject.token()));
    ObjectNode manifest = JSON.createObjectNode();
    manifest.put("kind", kind).put("subject", id).put("run", finished.runSequence());
    ArrayNode files = manifest.putArray("files");
    long all = 0;
    Path parent = Objects.requireNonNull(folder.toAbsolutePath().getParent());
    Path unfinished = null;
    try {
      Files.createDirectories(parent);
      unfinished = Files.createTempDirectory(parent, "." + folder.getFileName());
      for (String layer : List.of("bronze", "silver", "gold")) {
        for (Contract contract : contracts.layer(layer)) {
          Optional<Column> isOwn = isOwn(contract, subject);
          if (isOwn.isEmpty()) {
            continue;
          }
          Path file = unfinished.resolve(contract.name() + ".jsonl");
          long rows = write(file, ofSubject(contract, isOwn.get(), subject, words, finished));
          if (rows > 0) {
            files
                .addObject()
                .put("file", String.valueOf(file.getFileName()))
                .put("rows", rows)
                .put("one_row_is", contract.grain())
                .put("purpose", contract.purpose());
            all += rows;
          }
        }
      }
      Files.writeString(
          unfinished.resolve("manifest.json"),
          JSON.writerWithDefaultPrettyPrinter().writeValueAsString(manifest) + "\n");
      Files.move(unfinished, folder, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new UncheckedIOException(
          "cannot write to %s: make the folder above writable and free some space, then start again"
              .formatted(folder),
          e);
    } finally {
      if (unfinished != null) {
        var _ = FileUtil.fullyDelete(unfinished.toFile());
      }
    }
    return all;
  }

  private Dataset<Row> ofSubject(
      Contract contract, Column isOwn, Subject subject, SubjectWords words, FinishedSet finished) {
    List<Column> selected = new ArrayList<>();
    Map<String, Column> shown = new TreeMap<>();
    for (Subject.Kind kind : Subject.Kind.values()) {
      SubjectColumns any = SubjectColumns.of(contract, kind.word()).orElse(null);
      if (any == null) {
        continue;
      }
      boolean isTheKind = kind == subject.kind();
      any.texts()
          .forEach(
              t -> shown.merge(t, isTheKind ? isTheirs(any, t, subject) : lit(false), Column::or));
      for (String name : any.keys()) {
        shown.merge(name, isTheKind ? isNamed(any, name, subject) : lit(false), Column::or);
      }
    }
    SubjectColumns.of(contract, SubjectColumns.ACCOUNT)
        .ifPresent(account -> {
          Column isTheirs = isAccount(account, subject);
          // A company's are nobody's; what tells of an account that is another user goes.
          Column isNobodyElses =
              isTheirs.or(
                  account.keys().stream()
                      .map(k ->
                          coalesce(not(PersonAccount.isPersons(col("`" + k + "`"))), lit(true)))
                      .reduce(Column::and)
                      .orElseThrow());
          account
              .texts()
              .forEach(t -> shown.merge(t, isNobodyElses, (others, _) -> others.or(isTheirs)));
          account.keys().forEach(k -> shown.put(k, isNobodyElses));
        });
    for (String kind : SHOWN_WORDS) {
      SubjectColumns.of(contract, kind)
          .ifPresent(any ->
              any.texts().forEach(t -> shown.merge(t, isOneOf(any, kind, words), Column::or)));
    }
    for (Contract.Column column : contract.columns()) {
      String name = column.name();
      Column shownWhen = shown.get(name);
      boolean isPersonal = "personal".equals(column.classification());
      Column value = col("`" + name + "`");
      selected.add(
          (shownWhen != null ? when(shownWhen, value) : isPersonal ? lit(null) : value).as(name));
    }
    return finished
        .read(lake, contract.name())
        .where(isOwn)
        .select(selected.toArray(Column[]::new));
  }

  /** Rows that name the person, or the account that the person is; empty where none can. */
  private static Optional<Column> isOwn(Contract contract, Subject subject) {
    Optional<Column> isNamed =
        SubjectColumns.of(contract, subject.kind().word()).map(c -> names(c, subject));
    if (subject.kind() == Subject.Kind.AGENT) {
      return isNamed;
    }
    Optional<Column> isAccount =
        SubjectColumns.of(contract, SubjectColumns.ACCOUNT).map(c -> isAccount(c, subject));
    return Stream.of(isNamed, isAccount).flatMap(Optional::stream).reduce(Column::or);
  }

  private static Column isOneOf(SubjectColumns columns, String kind, SubjectWords words) {
    List<String> keys = words.keys().getOrDefault(kind, List.of());
    return columns.keys().stream()
        .map(k -> coalesce(col("`" + k + "`").isInCollection(keys), lit(false)))
        .reduce(Column::or)
        .orElseThrow();
  }

  /** Whether a row is of the account that the person is; of an agent never. */
  private static Column isAccount(SubjectColumns columns, Subject subject) {
    return subject.kind() == Subject.Kind.AGENT
        ? lit(false)
        : columns.keys().stream()
            .map(k -> col("`" + k + "`").eqNullSafe(PersonAccount.of(subject.token())))
            .reduce(Column::or)
            .orElseThrow();
  }

  private static Column names(SubjectColumns columns, Subject subject) {
    return columns.keys().stream()
        .map(k -> isNamed(columns, k, subject))
        .reduce(Column::or)
        .orElseThrow();
  }

  /** Whether a row's text is the person's. */
  private static Column isTheirs(SubjectColumns columns, String text, Subject subject) {
    Column isNamed = names(columns, subject);
    return columns
        .writer(text)
        .map(w ->
            when(expr(w.isTold(c -> "`" + c + "`")), isNamed(columns, w.key(), subject))
                .otherwise(isNamed))
        .orElse(isNamed);
  }

  private static Column isNamed(SubjectColumns columns, String key, Subject subject) {
    Object[] values =
        columns.isByToken()
            ? new Object[] {subject.token()}
            : new Object[] {subject.id(), subject.token()};
    return coalesce(col("`" + key + "`").isin(values), lit(false))
        .and(not(expr(columns.isAnothers(key, c -> "`" + c + "`"))));
  }

  private static long write(Path file, Dataset<Row> rows) throws IOException {
    Iterator<String> lines = rows.toJSON().toLocalIterator();
    if (!lines.hasNext()) {
      return 0;
    }
    long count = 0;
    try (BufferedWriter writer = Files.newBufferedWriter(file, StandardCharsets.UTF_8)) {
      while (lines.hasNext()) {
        writer.write(lines.next());
        writer.write('\n');
        count++;
      }
    }
    return count;
  }
}
