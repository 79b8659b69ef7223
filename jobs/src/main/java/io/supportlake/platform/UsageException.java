package io.supportlake.platform;

/** The command, its configuration or its environment is wrong. Exit code 2. */
public final class UsageException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** The message says problem, cause and remedy. */
  public UsageException(String message) {
    super(message);
  }
}
