package io.supportlake.models;

/**
 * A stored model cannot be used: damaged, altered, of another format, or it no longer gives its own
 * test vector.
 */
public final class ModelFileException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  ModelFileException(String message) {
    super(message);
  }

  ModelFileException(String message, Throwable cause) {
    super(message, cause);
  }
}
