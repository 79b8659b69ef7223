package io.supportlake.command;

import picocli.CommandLine.Option;

/** Names one person. */
final class PersonOptions {
  @Option(
      names = "--subject",
      required = true,
      paramLabel = "ID",
      description = "the person's id in the sources")
  private String id = "";

  @Option(
      names = "--kind",
      defaultValue = "user",
      description = "user or agent (default: ${DEFAULT-VALUE})")
  private SubjectKind kind = SubjectKind.USER;

  String id() {
    return id;
  }

  SubjectKind kind() {
    return kind;
  }
}
