package io.supportlake.command;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;

import io.supportlake.outreach.DispositionFile;
import io.supportlake.outreach.OutreachFiles;
import io.supportlake.platform.ErasureLedger;
import io.supportlake.platform.FinishedSet;
import io.supportlake.platform.Hashes;
import io.supportlake.platform.Outputs;
import io.supportlake.platform.Progress;
import io.supportlake.platform.UsageException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.Date;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.apache.spark.sql.Row;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code outreach}: the lists of a day for customer success, and what became of them. */
@Command(
    name = "outreach",
    description = "Writes the outreach lists of a day, one CSV and one XLSX per team.",
    subcommands = OutreachCommand.Record.class,
    mixinStandardHelpOptions = true)
final class OutreachCommand implements Callable<Integer> {
  @Mixin private final Installation installation = new Installation();

  @Option(
      names = "--date",
      paramLabel = "DATE",
      description = "day of the lists (default: the last finished run's)")
  private @Nullable LocalDate date;

  @Override
  public Integer call() {
    Progress progress = new Progress(System.out);
    LocalDate day = date == null ? last(installation.finished()) : date;
    List<Path> _ = writeLists(installation, day, progress);
    return 0;
  }

  /** Writes the lists of a day from the finished set and gives their paths; none = no lines. */
  static List<Path> writeLists(Installation installation, LocalDate date, Progress progress) {
    FinishedSet finished = installation.finished();
    if (date.isAfter(last(finished))) {
      throw new UsageException(
          "there is no list of %s: the last finished run ended with %s. Choose an earlier --date, or run ./supportlake run --date %s first."
              .formatted(date, finished.to(), date));
    }
    ErasureLedger.refuseUnfinished(installation.lake());
    List<Row> lines =
        finished
            .read(installation.lake(), "gold.outreach_list")
            .where(col("list_date").equalTo(lit(Date.valueOf(date))))
            .collectAsList();
    Path folder = installation.out().resolve("outreach").resolve(date.toString());
    List<Path> written;
    try {
      written = OutreachFiles.write(lines, installation.config().reporting().currency(), folder);
    } catch (IOException e) {
      throw new UncheckedIOException(
          "cannot write the lists below %s: make the folder writable and free some space, then run again"
              .formatted(folder),
          e);
    }
    if (written.isEmpty()) {
      progress.step(
          "lists of %s: nobody to contact (gold.outreach_list is complete until %s)",
          date,
          finished
              .completeUntil("gold.outreach_list")
              .map(LocalDate::toString)
              .orElse("no day yet"));
    } else {
      progress.step(
          "lists of %s: %d lines for %d teams in %s",
          date, lines.size(), written.size() / 2, folder);
    }
    return written;
  }

  private static LocalDate last(FinishedSet finished) {
    LocalDate to = finished.to();
    if (to == null) {
      throw new UsageException(
          "there are no lists: no run has finished on this lake. Run ./supportlake run first.");
    }
    return to;
  }

  /** {@code outreach record}: a filled-in list becomes records in the landing zone. */
  @Command(
      name = "record",
      description =
          "Checks a list that was filled in and puts what became of it into the landing zone.",
      mixinStandardHelpOptions = true)
  static final class Record implements Callable<Integer> {
    @Mixin private final Installation installation = new Installation();

    @Parameters(paramLabel = "FILE", description = "the CSV or XLSX that was filled in")
    private Path file = Path.of("");

    @Override
    public Integer call() {
      Progress progress = new Progress(System.out);
      ErasureLedger.refuseUnfinished(installation.lake());
      FinishedSet finished = installation.finished();
      LocalDate arrival = last(finished).plusDays(1);
      DispositionFile.Filled filled =
          DispositionFile.read(
              file,
              ids -> lines(finished, ids),
              arrival,
              ZoneId.of(installation.config().reporting().zone()));
      for (int line : filled.withoutOutcome()) {
        progress.step("line %d has no outcome and was left out, though it is filled in", line);
      }
      for (int line : filled.erased()) {
        progress.step(
            "line %d was left out: its customer was a person, who has been erased since the list was written",
            line);
      }
      if (filled.dispositions().isEmpty()) {
        progress.step(
            "nothing to record: no line of %s has an outcome (%d not worked)",
            file, filled.notWorked());
        return 0;
      }
      byte[] csv = DispositionFile.csv(filled.dispositions());
      Path landed =
          Path.of(installation.config().landing())
              .resolve("outreach_disposition")
              .resolve(arrival.toString())
              .resolve("recorded-" + Hashes.sha256(csv).substring(0, 16) + ".csv");
      Outputs.write(landed, csv);
      progress.step(
          "recorded %d attempts of the list %s (%d lines not worked) in %s; the run of %s takes them",
          filled.dispositions().size(), filled.list(), filled.notWorked(), landed, arrival);
      return 0;
    }

    private Collection<DispositionFile.ListLine> lines(FinishedSet finished, Set<String> ids) {
      return finished
          .read(installation.lake(), "gold.outreach_list")
          .where(col("list_line_id").isin(ids.toArray()))
          .select("list_line_id", "list_date", "team", "campaign_id", "account_id", "owner")
          .collectAsList()
          .stream()
          .map(row ->
              new DispositionFile.ListLine(
                  row.getString(0),
                  row.getDate(1).toLocalDate(),
                  row.getString(2),
                  row.getString(3),
                  row.getString(4),
                  row.getString(5)))
          .collect(Collectors.toList());
    }
  }
}
