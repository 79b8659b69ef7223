package io.supportlake.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class VectorsTest {

  @Test
  void blockedProductsEqualPlainOnesAtEverySize() {
    Random random = new Random(1);
    for (int[] size : new int[][] {{1, 1, 3}, {5, 256, 8}, {7, 257, 5}, {3, 600, 384}}) {
      float[][] rows = random(random, size[0], size[2]);
      float[][] columns = random(random, size[1], size[2]);
      float[][] got = new float[size[0]][size[1]];
      Vectors.products(
          rows, columns, (i, first, p, width) -> System.arraycopy(p, 0, got[i], first, width));
      for (int i = 0; i < size[0]; i++) {
        for (int j = 0; j < size[1]; j++) {
          assertThat((double) got[i][j]).isCloseTo(Vectors.dot(rows[i], columns[j]), within(1e-3));
        }
      }
    }
  }

  @Test
  void centringLeavesBlankTextsBlank() {
    float[][] rows = {{0, 0}, {3, 4}, {0, 1}};
    float[][] centred = Vectors.centre(rows, new float[] {0, 4});
    assertThat(centred[0]).containsExactly(0, 0);
    assertThat(centred[1]).containsExactly(1, 0);
    assertThat(centred[2]).containsExactly(0, -1);
  }

  private static float[][] random(Random random, int rows, int columns) {
    float[][] matrix = new float[rows][columns];
    for (float[] row : matrix) {
      for (int k = 0; k < columns; k++) {
        row[k] = (float) random.nextGaussian();
      }
    }
    return matrix;
  }
}
