package io.supportlake.models;

import java.util.Arrays;

/**
 * Small vector arithmetic on embeddings. All sums run in a fixed order, so results reproduce bit by
 * bit.
 */
public final class Vectors {
  /** Columns handled at once: 384 rows of them fit the second-level cache. */
  private static final int BLOCK = 256;

  private Vectors() {}

  /** The mean of rows of equal length; there must be at least one. */
  public static float[] mean(float[][] rows) {
    if (rows.length == 0) {
      throw new IllegalArgumentException("the mean of no vectors is not defined");
    }
    double[] sum = new double[rows[0].length];
    for (float[] row : rows) {
      for (int k = 0; k < sum.length; k++) {
        sum[k] += row[k];
      }
    }
    float[] mean = new float[sum.length];
    for (int k = 0; k < sum.length; k++) {
      mean[k] = (float) (sum[k] / rows.length);
    }
    return mean;
  }

  /** The vector scaled to length 1; a zero vector stays zero. */
  public static float[] normalise(float[] vector) {
    double length = Math.sqrt(dot(vector, vector));
    float[] unit = new float[vector.length];
    if (length > 0) {
      for (int k = 0; k < unit.length; k++) {
        unit[k] = (float) (vector[k] / length);
      }
    }
    return unit;
  }

  /**
   * Each row minus a frozen mean, scaled to length 1. What all texts of a company share then no
   * longer makes them similar. Zero rows (blank texts) stay zero.
   */
  public static float[][] centre(float[][] rows, float[] mean) {
    return Arrays.stream(rows).map(row -> centre(row, mean)).toArray(float[][]::new);
  }

  /** One row of {@link #centre(float[][], float[])}. */
  public static float[] centre(float[] row, float[] mean) {
    float[] moved = new float[row.length];
    if (dot(row, row) > 0) {
      for (int k = 0; k < moved.length; k++) {
        moved[k] = row[k] - mean[k];
      }
    }
    return normalise(moved);
  }

  /** Dot product; the cosine for vectors of length 1. */
  public static double dot(float[] a, float[] b) {
    double sum = 0;
    for (int k = 0; k < a.length; k++) {
      sum += (double) a[k] * b[k];
    }
    return sum;
  }

  /** Takes the dot products of one row with {@code width} columns from {@code first} on. */
  interface Products {
    void accept(int row, int first, float[] products, int width);
  }

  /**
   * All dot products of rows with columns, block by block. Columns are laid out so that the inner
   * loop has no sum across lanes, which the JIT vectorises without changing the order of additions.
   */
  static void products(float[][] rows, float[][] columns, Products to) {
    if (rows.length == 0 || columns.length == 0) {
      return;
    }
    int dimensions = rows[0].length;
    int padded = (dimensions + 7) / 8 * 8;
    float[] block = new float[padded * BLOCK];
    float[] sums = new float[BLOCK];
    float[] row = new float[padded];
    for (int first = 0; first < columns.length; first += BLOCK) {
      int width = Math.min(BLOCK, columns.length - first);
      for (int j = 0; j < width; j++) {
        float[] column = columns[first + j];
        for (int k = 0; k < dimensions; k++) {
          block[k * BLOCK + j] = column[k];
        }
      }
      for (int i = 0; i < rows.length; i++) {
        System.arraycopy(rows[i], 0, row, 0, dimensions);
        Arrays.fill(sums, 0);
        for (int k = 0; k < padded; k += 8) {
          addEight(sums, block, k * BLOCK, row, k);
        }
        to.accept(i, first, sums, width);
      }
    }
  }

  private static void addEight(float[] sums, float[] block, int at, float[] row, int k) {
    float a = row[k];
    float b = row[k + 1];
    float c = row[k + 2];
    float d = row[k + 3];
    float e = row[k + 4];
    float f = row[k + 5];
    float g = row[k + 6];
    float h = row[k + 7];
    for (int j = 0; j < BLOCK; j++) {
      sums[j] +=
          a * block[at + j]
              + b * block[at + BLOCK + j]
              + c * block[at + 2 * BLOCK + j]
              + d * block[at + 3 * BLOCK + j]
              + e * block[at + 4 * BLOCK + j]
              + f * block[at + 5 * BLOCK + j]
              + g * block[at + 6 * BLOCK + j]
              + h * block[at + 7 * BLOCK + j];
    }
  }
}
