package io.supportlake.command;

import io.supportlake.platform.Doctor;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code doctor}: whether the installation can run. */
@Command(
    name = "doctor",
    description = "Checks the installation: Java, Spark, contracts, configuration, folders, key.",
    mixinStandardHelpOptions = true)
final class DoctorCommand implements Callable<Integer> {
  @Mixin private final Installation installation = new Installation();

  @Override
  public Integer call() {
    List<Doctor.Finding> findings =
        Doctor.examine(
            Installation.home(), installation.config(), System.getenv(), installation::spark);
    for (Doctor.Finding finding : findings) {
      System.out.printf("%-5s %s%n", finding.isFine() ? "ok" : "FAULT", finding.text());
    }
    return findings.stream().allMatch(Doctor.Finding::isFine) ? 0 : 2;
  }
}
