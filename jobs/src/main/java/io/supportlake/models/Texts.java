package io.supportlake.models;

/**
 * One row per ticket, as arrays: what the rate scan reads.
 *
 * @param vectors centred embeddings of length 1 (see {@link Vectors#centre(float[][], float[])})
 * @param days day number of each ticket, for example the epoch day in the reporting zone
 * @param customers customer of each ticket
 * @param tickets id of each ticket, unique
 */
public record Texts(float[][] vectors, int[] days, String[] customers, String[] tickets) {

  /** Refuses arrays of different length. */
  public Texts {
    if (days.length != vectors.length
        || customers.length != vectors.length
        || tickets.length != vectors.length) {
      throw new IllegalArgumentException(
          "%d vectors, %d days, %d customers and %d tickets do not fit together"
              .formatted(vectors.length, days.length, customers.length, tickets.length));
    }
  }
}
