package io.supportlake.testing;

import io.supportlake.platform.Contract;
import io.supportlake.platform.Contracts;
import io.supportlake.platform.Tables;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;

/** An installation with some of the tables, so that a whole run takes seconds. */
public final class SmallHome {
  private SmallHome() {}

  /**
   * Copies configuration and contracts of the tables and of all that they are built from.
   *
   * @param project the project's folder
   * @param home the new folder, for {@code supportlake.home}
   * @param tables names of silver and gold tables
   */
  public static Path of(Path project, Path home, List<String> tables) {
    Contracts all = Contracts.load(project.resolve("schemas"));
    SortedSet<String> needed = new TreeSet<>();
    tables.forEach(table -> addWithInputs(all, table, needed));
    copy(project.resolve("conf"), home.resolve("conf"));
    for (String whole : List.of("schemas/ops", "schemas/metrics")) {
      copy(project.resolve(whole), home.resolve(whole));
    }
    for (String layer : List.of("raw", "silver", "gold")) {
      createDirectories(home.resolve("schemas").resolve(layer));
    }
    for (String table : needed) {
      Contract contract = all.of(table);
      String layer = contract.layer().equals("bronze") ? "raw" : contract.layer();
      String file = "schemas/%s/%s.odcs.yaml".formatted(layer, contract.shortName());
      copy(project.resolve(file), home.resolve(file));
    }
    return home;
  }

  private static void addWithInputs(Contracts all, String table, SortedSet<String> needed) {
    if (table.startsWith("ops.") || !needed.add(table) || table.startsWith("bronze.")) {
      return;
    }
    Tables.upstream(all.of(table)).forEach(t -> addWithInputs(all, t, needed));
  }

  private static void createDirectories(Path folder) {
    try {
      var _ = Files.createDirectories(folder);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot create " + folder, e);
    }
  }

  private static void copy(Path from, Path to) {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path target = Files.isDirectory(from) ? to.resolve(from.relativize(file)) : to;
        createDirectories(Objects.requireNonNull(target.getParent()));
        Files.copy(file, target);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot copy %s to %s".formatted(from, to), e);
    }
  }
}
