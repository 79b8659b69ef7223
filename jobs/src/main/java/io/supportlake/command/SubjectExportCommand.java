package io.supportlake.command;

import io.supportlake.platform.Progress;
import io.supportlake.platform.SubjectExport;
import io.supportlake.platform.UsageException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code subject-export}: hands a person's data over. */
@Command(
    name = "subject-export",
    description =
        "Writes every record and row that is tied to a person into --out, without those of others.",
    mixinStandardHelpOptions = true)
final class SubjectExportCommand implements Callable<Integer> {
  @Mixin private final Installation installation = new Installation();

  @Mixin private final PersonOptions person = new PersonOptions();

  @Override
  public Integer call() {
    // The folder of lists and reports is not meant by leaving it away.
    Path folder = installation.givenOut();
    if (folder == null) {
      throw new UsageException(
          "no folder to hand the data over in: name one that is not there yet with --out.");
    }
    long rows =
        new SubjectExport(
                installation.lake(), installation.contracts(), installation.settings().key())
            .write(person.kind().word(), person.id(), folder);
    Progress progress = new Progress(System.out);
    progress.step("%,d rows in %s", rows, folder);
    if (rows == 0) {
      progress.step("nothing is held under this id: check id and kind");
    }
    return 0;
  }
}
