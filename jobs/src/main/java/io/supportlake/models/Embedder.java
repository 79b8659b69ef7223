package io.supportlake.models;

import java.util.List;

/**
 * Turns texts into vectors of length 1 whose dot product is their similarity in meaning. Safe for
 * many threads.
 */
public interface Embedder {

  /**
   * One vector per text, in the order given. The vector of a text does not depend on the other
   * texts of the call. A blank text gets the zero vector, which is similar to nothing.
   */
  float[][] embed(List<String> texts);

  /**
   * Name of model, precision and token limit: vectors of different versions must never be compared.
   */
  String modelVersion();

  /** Length of a vector. */
  int dimensions();
}
