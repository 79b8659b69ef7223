package io.supportlake.command;

import io.supportlake.platform.Erasure;
import io.supportlake.platform.Progress;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code erase}: forgets a person, or everyone who asked for it through the source. */
@Command(
    name = "erase",
    description = "Removes a person from tables, their old versions, landed files and outputs.",
    mixinStandardHelpOptions = true)
final class EraseCommand implements Callable<Integer> {
  @Mixin private final Installation installation = new Installation();

  @ArgGroup(multiplicity = "1")
  private Whom whom = new Whom();

  /** One person or all that are due. */
  static final class Whom {
    @ArgGroup(exclusive = false)
    private @Nullable PersonOptions person;

    @Option(names = "--pending", description = "everyone who asked and is not forgotten yet")
    private boolean isPending;
  }

  @Override
  public Integer call() {
    Progress progress = new Progress(System.out);
    Erasure erasure =
        new Erasure(
            installation.spark(),
            installation.contracts(),
            installation.config(),
            installation.settings(),
            Installation.conf(),
            progress);
    if (whom.person != null) {
      erasure.erase(whom.person.kind().word(), whom.person.id());
    } else {
      progress.step("%d people erased", erasure.pending());
    }
    return 0;
  }
}
