package io.supportlake.platform;

/** The data were refused: running again will not help until somebody mends them. Exit code 3. */
public final class DataException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  DataException(String message) {
    super(message);
  }
}
